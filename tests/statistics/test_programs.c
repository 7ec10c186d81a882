/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pauses of ten real programs by generation against the formula of sim/model/costs.h. With --table
 * it prints the tables of docs/model.md instead of testing. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/units.h"
#include "sim/model/cost_choice.h"
#include "sim/model/costs.h"
#include "tests/unit/check.h"

/* The programs were measured twice, on machines of a like kind (AMD, 1 MiB of L2 a core): `first`
 * pauses alone, then `again`, written anew from their description, with what each collection found.
 * That stands for both. */
enum measurement { AGAIN, FIRST, MEASUREMENTS };
static const char *const measurement_names[] = {"again", "first"};

/* The collections of one generation of a program on CPython 3.11.7, on average, the first third of
 * a run left out. By kind (list subclass, list, dict, instance, tuple) objects and the references
 * that they hold, to payload too, without that of an object to its class. What is of no modelled
 * kind counts as the nearest: built-in objects, generators, frames and what has no values inline as
 * list subclasses, functions as tuples, classes as instances. `pause_ns` is for one object, the
 * least of 5 or 6 runs for each collection; `again` in CPU time. */
static const struct pause {
    const char *program;
    int generation;
    uint64_t objects[COST_CLASSES], references[COST_CLASSES];
    uint64_t unreachable, worked_us;
    double pause_ns[MEASUREMENTS];
} pauses[] = {
    {"report", 0, {0, 124, 0, 523, 1}, {1, 205, 49, 1570, 4}, 0, 388, {37, 47}},
    {"report", 1, {2, 1488, 1, 6286, 1}, {5, 5035, 2300, 18859, 7}, 28, 4727, {56, 104}},
    {"report",
     2,
     {5891, 18610, 1085, 77777, 3560},
     {7636, 67093, 19174, 234857, 20515},
     85618,
     52523,
     {374, 244}},
    {"documents", 0, {97, 293, 155, 56, 24}, {322, 883, 461, 450, 61}, 1, 469, {36, 49}},
    {"documents",
     1,
     {817, 1464, 1032, 672, 24},
     {2268, 4392, 2714, 5372, 62},
     556,
     5674,
     {54, 109}},
    {"documents",
     2,
     {9819, 2269, 5526, 6320, 4211},
     {12896, 13202, 24274, 47520, 24545},
     11689,
     62747,
     {182, 232}},
    {"ast", 0, {276, 158, 225, 0, 16}, {276, 1593, 1468, 0, 60}, 0, 928, {48, 61}},
    {"ast", 1, {1957, 1089, 1633, 0, 14}, {1955, 11350, 10616, 0, 50}, 0, 10754, {59, 82}},
    {"ast",
     2,
     {8477, 1894, 3544, 845, 3702},
     {10263, 22431, 30780, 4144, 21523},
     0,
     122989,
     {158, 153}},
    {"asyncio", 0, {711, 111, 111, 0, 164}, {2965, 178, 223, 0, 352}, 0, 515, {33, 65}},
    {"asyncio", 1, {6876, 1327, 1327, 0, 1169}, {28077, 2159, 2655, 0, 3222}, 0, 6330, {70, 115}},
    {"asyncio",
     2,
     {28089, 19159, 20510, 1472, 7688},
     {87733, 39784, 68242, 7875, 41460},
     3725,
     66421,
     {251, 292}},
    {"unittest", 0, {127, 220, 264, 44, 99}, {160, 225, 581, 386, 287}, 157, 6124, {55, 91}},
    {"unittest", 1, {883, 2151, 2804, 93, 153}, {1022, 2381, 3363, 812, 449}, 330, 77042, {45, 46}},
    {"unittest",
     2,
     {13541, 6030, 6432, 5531, 17141},
     {18879, 22408, 50916, 24817, 96141},
     98,
     41351,
     {110, 298}},
    {"moto", 0, {378, 114, 41, 49, 152}, {1285, 197, 361, 188, 679}, 64, 12037, {76, 93}},
    {"moto",
     1,
     {3848, 1232, 324, 400, 766},
     {13849, 1829, 2639, 1666, 4279},
     67,
     127625,
     {122, 123}},
    {"moto",
     2,
     {41304, 10934, 6977, 7745, 24257},
     {117177, 29003, 80800, 36288, 138980},
     0,
     189493,
     {446, 374}},
    {"imports", 0, {104, 15, 36, 37, 564}, {137, 197, 473, 184, 3018}, 5, 2060, {73, 96}},
    {"imports",
     1,
     {1128, 143, 419, 398, 2481},
     {1484, 2364, 6668, 2018, 15448},
     59,
     24356,
     {160, 157}},
    {"orm", 0, {467, 34, 157, 22, 221}, {644, 89, 1332, 108, 642}, 28, 4216, {74, 127}},
    {"orm", 1, {603, 45, 168, 44, 220}, {863, 172, 1570, 238, 640}, 78, 50573, {88, 165}},
    {"orm",
     2,
     {17817, 2083, 6138, 4621, 22747},
     {27101, 14747, 69113, 23022, 138901},
     97,
     688854,
     {334, 604}},
    {"httpd", 0, {465, 120, 88, 91, 204}, {1780, 153, 234, 767, 380}, 937, 17112, {174, 213}},
    {"httpd", 1, {460, 121, 87, 91, 202}, {1757, 156, 232, 768, 377}, 924, 208061, {163, 187}},
    {"flask", 0, {348, 108, 63, 131, 324}, {750, 121, 1053, 669, 1399}, 711, 20861, {166, 234}},
    {"flask", 1, {477, 128, 76, 156, 331}, {1322, 126, 1287, 802, 1402}, 813, 249806, {166, 271}},
    {"flask",
     2,
     {11656, 1107, 3404, 2942, 12959},
     {18985, 12437, 48357, 15563, 74990},
     816,
     1068936,
     {266, 555}},
};

#define PAUSES LENGTH(pauses)
#define NEAR   0.3 /* of what was measured */

/* ---- simulated ------------------------------------------------------------------------------ */

static struct costs costs_measured(void)
{
    const struct cost_choice none = {.has_set = false};
    return cost_choice_for(&none, collector_version("cpython-3.11"));
}

/* References beyond a kind's own payload are counted as fields: they cost as much. */
static struct found found_of(const struct pause *pause)
{
    struct found found = {0};
    struct tally *examined = &found.examined, *unreachable = &found.unreachable;
    memcpy(examined->objects, pause->objects, sizeof examined->objects);
    uint64_t objects = tally_objects(examined);
    for (int kind = 0; kind < COST_CLASSES; kind++) {
        double own = object_layouts[kind].payload_references * (double)pause->objects[kind];
        examined->fields[kind] = (uint64_t)fmax(0, (double)pause->references[kind] - own);
        unreachable->objects[kind] = pause->unreachable * pause->objects[kind] / objects;
    }
    return found;
}

static double simulated_ns(const struct costs *costs, const struct pause *pause)
{
    const struct program program = {.slowdown = 1, .scatter = SCATTER_WORD(SCATTER_random)};
    const struct prices prices = prices_of(costs, &program);
    const struct found found = found_of(pause);
    const struct load load = costs_load(costs, &found);
    double ns =
        prices_pause_ns(&prices, pause->generation, &load, (double)pause->worked_us * NS_PER_US);
    return ns / (double)tally_objects(&found.examined);
}

/* ---- compared ------------------------------------------------------------------------------- */

struct agreement {
    size_t near, count;
    double error; /* mean */
};

static void count(struct agreement *agreement, double ratio)
{
    agreement->count++;
    agreement->near += fabs(ratio - 1) <= NEAR;
    agreement->error += (fabs(ratio - 1) - agreement->error) / (double)agreement->count;
}

/* What a model says of each, and what was measured. */
struct comparison {
    double model[PAUSES], measured[PAUSES];
};

static struct comparison compared(const struct costs *costs, enum measurement measurement)
{
    struct comparison comparison;
    for (size_t i = 0; i < PAUSES; i++) {
        comparison.model[i] = simulated_ns(costs, &pauses[i]);
        comparison.measured[i] = pauses[i].pause_ns[measurement];
    }
    return comparison;
}

static bool is_of(size_t i, const char *program)
{
    return program && strcmp(pauses[i].program, program) == 0;
}

static double ratio_of(const struct comparison *comparison, size_t i, double factor)
{
    return comparison->model[i] * factor / comparison->measured[i];
}

/* After a factor; without those of one program. */
static struct agreement agreement_after(double factor, const struct comparison *comparison,
                                        const char *left_out)
{
    struct agreement agreement = {0};
    for (size_t i = 0; i < PAUSES; i++)
        if (!is_of(i, left_out))
            count(&agreement, ratio_of(comparison, i, factor));
    return agreement;
}

/* What the machine is slower by: that with the least mean error, which makes one of them equal. */
static double factor_of(const struct comparison *comparison, const char *left_out)
{
    double best = 1, least = INFINITY;
    for (size_t i = 0; i < PAUSES; i++) {
        double factor = 1 / ratio_of(comparison, i, 1);
        double error = agreement_after(factor, comparison, left_out).error;
        if (!is_of(i, left_out) && error < least) {
            least = error;
            best = factor;
        }
    }
    return best;
}

static struct agreement agreement_of(const struct comparison *comparison, const char *left_out)
{
    return agreement_after(factor_of(comparison, left_out), comparison, left_out);
}

/* ---- held out ------------------------------------------------------------------------------- */

#define YOUNG_LEAST_NS 20
#define YOUNG_MOST_NS  120

/* The `young` with which the others agree best. */
static struct costs fitted_without(const char *program, enum measurement measurement)
{
    struct costs best = costs_measured(), tried = best;
    double least = INFINITY;
    for (tried.young = YOUNG_LEAST_NS; tried.young <= YOUNG_MOST_NS; tried.young++) {
        const struct comparison comparison = compared(&tried, measurement);
        double error = agreement_of(&comparison, program).error;
        if (error < least) {
            least = error;
            best = tried;
        }
    }
    return best;
}

/* Each program's pauses, with factor and `young` from the others'. */
static struct agreement held_out(enum measurement measurement, int64_t young[2])
{
    struct agreement agreement = {0};
    young[0] = YOUNG_MOST_NS;
    young[1] = YOUNG_LEAST_NS;
    for (size_t i = 0; i < PAUSES; i++) {
        const struct costs costs = fitted_without(pauses[i].program, measurement);
        const struct comparison comparison = compared(&costs, measurement);
        double factor = factor_of(&comparison, pauses[i].program);
        count(&agreement, ratio_of(&comparison, i, factor));
        young[0] = costs.young < young[0] ? costs.young : young[0];
        young[1] = costs.young > young[1] ? costs.young : young[1];
    }
    return agreement;
}

/* ---- the tables of docs/model.md ------------------------------------------------------------ */

static void print_pauses(const struct comparison comparisons[MEASUREMENTS])
{
    printf(
        "| program | generation | objects | unreachable | work before | again | simulated | ratio "
        "| first | simulated | ratio |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < PAUSES; i++) {
        const struct found found = found_of(&pauses[i]);
        printf("| %s | %d | %" PRIu64 " | %" PRIu64 " | %.1f ms |", pauses[i].program,
               pauses[i].generation, tally_objects(&found.examined), pauses[i].unreachable,
               (double)pauses[i].worked_us / 1000);
        for (int m = 0; m < MEASUREMENTS; m++) {
            double factor = factor_of(&comparisons[m], NULL);
            printf(" %.0f | %.0f | %.2f |", comparisons[m].measured[i],
                   comparisons[m].model[i] * factor, ratio_of(&comparisons[m], i, factor));
        }
        printf("\n");
    }
}

static void print_agreement(const char *model, const char *with, double factor,
                            const struct agreement *agreement)
{
    printf("| %s | %s | %.2f | %zu of %zu | %.0f%% |\n", model, with, factor, agreement->near,
           agreement->count, 100 * agreement->error);
}

static void print_agreements(const struct comparison comparisons[MEASUREMENTS])
{
    struct comparison repeated = comparisons[FIRST];
    memcpy(repeated.model, comparisons[AGAIN].measured, sizeof repeated.model);
    const struct agreement twice = agreement_of(&repeated, NULL);
    printf(
        "\n| | measured | factor | within 30%% | mean error |\n| --- | --- | --- | --- | --- |\n");
    for (int m = 0; m < MEASUREMENTS; m++) {
        int64_t young[2];
        double factor = factor_of(&comparisons[m], NULL);
        const struct agreement all = agreement_of(&comparisons[m], NULL);
        const struct agreement held = held_out(m, young);
        print_agreement("simulated", measurement_names[m], factor, &all);
        print_agreement("held out", measurement_names[m], factor, &held);
    }
    print_agreement("measured again", "first", factor_of(&repeated, NULL), &twice);
}

static int print_tables(void)
{
    const struct costs costs = costs_measured();
    const struct comparison comparisons[MEASUREMENTS] = {compared(&costs, AGAIN),
                                                         compared(&costs, FIRST)};
    print_pauses(comparisons);
    print_agreements(comparisons);
    return 0;
}

/* ---- tests ---------------------------------------------------------------------------------- */

/* No worse than it is: the limits are what docs/model.md says, rounded up. */
TEST(programs)
{
    static const struct {
        size_t near;
        double error, factor_least, factor_most, held_out_error;
    } limits[MEASUREMENTS] = {
        [AGAIN] = {19, 0.24, 0.9, 1.1, 0.25},
        [FIRST] = {21, 0.28, 1.4, 1.7, 0.33},
    };
    const struct costs costs = costs_measured();
    for (int m = 0; m < MEASUREMENTS; m++) {
        const struct comparison comparison = compared(&costs, m);
        const struct agreement all = agreement_of(&comparison, NULL);
        double factor = factor_of(&comparison, NULL);
        int64_t young[2];
        const struct agreement held = held_out(m, young);
        check_that(measurement_names[m], all.near >= limits[m].near);
        check_that(measurement_names[m], all.error <= limits[m].error);
        check_that(measurement_names[m],
                   limits[m].factor_least <= factor && factor <= limits[m].factor_most);
        check_that(measurement_names[m], held.error <= limits[m].held_out_error);
        check_that("young of the cost file", young[0] <= costs.young && costs.young <= young[1]);
    }
}

/* One hundred objects with 2 references each, long after the last collection: what a collection
 * begins with is most of it. Medians of the calls that the cost files come from. */
TEST(small_and_cold)
{
    static const struct {
        const char *version;
        int64_t scatter;
        double ns;
    } rows[] = {
        {"cpython-3.11", SCATTER_sequential, 17888}, {"cpython-3.11", SCATTER_random, 25366},
        {"cpython-3.12", SCATTER_sequential, 12086}, {"cpython-3.12", SCATTER_random, 15985},
        {"cpython-3.13", SCATTER_sequential, 17243}, {"cpython-3.13", SCATTER_random, 18507},
    };
    struct found found = {0};
    found.examined.objects[COST_LIST_SUBCLASS] = 100;
    found.examined.fields[COST_LIST_SUBCLASS] = 200;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct cost_choice none = {.has_set = false};
        const struct costs costs = cost_choice_for(&none, collector_version(rows[i].version));
        const struct program program = {.slowdown = 1, .scatter = SCATTER_WORD(rows[i].scatter)};
        const struct prices prices = prices_of(&costs, &program);
        const struct load load = costs_load(&costs, &found);
        double ratio = prices_pause_ns(&prices, 0, &load, INFINITY) / rows[i].ns;
        check_that(rows[i].version, 0.7 <= ratio && ratio <= 1.7);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--table") == 0)
        return print_tables();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs),
        cmocka_unit_test(small_and_cold),
    };
    return cmocka_run_group_tests_name("programs", tests, NULL, NULL);
}
