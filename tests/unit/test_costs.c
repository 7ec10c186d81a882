/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/costs.h"

#include <math.h>
#include <string.h>

#include "sim/base/units.h"
#include "sim/model/cost_choice.h"
#include "sim/model/cost_file.h"
#include "tests/unit/check.h"

#define MS   1e6
#define LONG 1e18

/* A set with numbers that are easy to work with. */
static const struct costs easy = {
    .name = "easy",
    .interpreter = "cpython-3.11",
    .start = 200,
    .cold = 5000,
    .k = 0.1,
    .header = 16,
    .caches = {{MIB, 0.25, 10000000, 0.5}, {32 * MIB, 1, NS_PER_S, 1}},
    .cache_count = 2,
    .young = 60,
    .scatter = {50, 200, 1000},
    .kinds = {[COST_LIST_SUBCLASS] = {20, 4, 50, 46},
              [COST_LIST] = {13, 3, 30, 13},
              [COST_DICT] = {17, 2, 33, 14},
              [COST_INSTANCE] = {38, 2.5, 41, 55},
              [COST_TUPLE] = {10, 3.5, 31, 19}},
    .operations = {9, 8, 18, 3, 2},
};

static struct found found(enum cost_class kind, uint64_t objects, uint64_t fields,
                          uint64_t unreachable)
{
    struct found found = {0};
    found.examined.objects[kind] = objects;
    found.examined.fields[kind] = fields;
    found.unreachable.objects[kind] = unreachable;
    return found;
}

static double pause_of(const struct costs *costs, int64_t scatter, double slowdown,
                       const struct found *found, double worked_ns)
{
    const struct program program = {.slowdown = slowdown, .scatter = scatter};
    const struct prices prices = prices_of(costs, &program);
    const struct load load = costs_load(costs, found);
    return prices_pause_ns(&prices, GENERATIONS - 1, &load, worked_ns);
}

/* A young generation has a scatter of its own, where the program's is not lower. */
TEST(young_generations)
{
    const struct found f = found(COST_LIST_SUBCLASS, 1000, 2000, 0);
    const struct load load = costs_load(&easy, &f);
    static const double scatter_ns[][2] = {{0, 0}, {30, 30}, {60, 60}, {61, 60}, {1000, 60}};
    for (size_t i = 0; i < LENGTH(scatter_ns); i++) {
        const struct program program = {.slowdown = 1, .scatter = (int64_t)scatter_ns[i][0]};
        const struct prices prices = prices_of(&easy, &program);
        for (int g = 0; g < GENERATIONS; g++)
            check_real("cold", prices_pause_ns(&prices, g, &load, LONG),
                       30700 + scatter_ns[i][g < 2] * 1200 * 1.125);
    }
}

/* Worked out from the formula in sim/model/costs.h by another program (in Python). Objects of this
 * kind have no payload. */
TEST(pauses)
{
    static const struct {
        const char *what;
        uint64_t objects, fields, unreachable;
        double worked_ns;
        int64_t scatter;
        double slowdown;
        uint64_t ns;
    } rows[] = {
        {"nothing to examine", 0, 0, 0, 0, 200, 1, 200},
        {"a set that both caches hold", 1000, 2000, 100, 0, 200, 1, 33200},
        {"10 ms later some is forgotten", 1000, 2000, 100, 10 * MS, 200, 1, 56132},
        {"long after, half of the small cache, all of the large one", 1000, 2000, 100, LONG, 200, 1,
         305700},
        {"without scatter no miss matters, but that of the beginning", 1000, 2000, 100, LONG, 0, 1,
         35700},
        {"nothing to examine, but cold", 0, 0, 0, LONG, 200, 1, 2700},
        {"2 MiB: half of it misses the small cache", 10000, 192144, 0, 0, 200, 1, 1699136},
        {"57 MiB", 500000, 4000000, 10, 0, 1000, 1, 643752060},
        {"on a slower machine", 500000, 4000000, 10, 0, 1000, 20, 12875041200},
        {"a word", 1000, 2000, 100, LONG, SCATTER_WORD(SCATTER_random), 1, 305700},
        {"another", 1000, 2000, 100, LONG, SCATTER_WORD(SCATTER_aged), 1, 1385700},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct found f =
            found(COST_LIST_SUBCLASS, rows[i].objects, rows[i].fields, rows[i].unreachable);
        double ns = pause_of(&easy, rows[i].scatter, rows[i].slowdown, &f, rows[i].worked_ns);
        check_count(rows[i].what, (uint64_t)llround(ns), rows[i].ns);
    }
}

/* Each kind with its own numbers, and with references to payload besides its fields. */
TEST(kinds_add_up)
{
    struct found all = {0};
    double work = 200, touched = 0, bytes = 0;
    for (int kind = 0; kind < COST_CLASSES; kind++) {
        const struct kind_costs *c = &easy.kinds[kind];
        uint64_t objects = (uint64_t)(10 + kind), fields = 7 * objects, unreachable = 3;
        double payload = object_layouts[kind].payload_references * (double)objects;
        double references = (double)fields + payload;
        all.examined.objects[kind] = objects;
        all.examined.fields[kind] = fields;
        all.unreachable.objects[kind] = unreachable;
        work += c->a * (double)objects + c->b * references + c->d * 3;
        touched += (double)objects + 0.1 * references;
        bytes += (object_layouts[kind].base + 7 * object_layouts[kind].field) * (double)objects +
                 16 * payload;
    }
    const struct load load = costs_load(&easy, &all);
    check_real("touched", load.touched, touched);
    check_real("bytes", load.bytes, bytes);
    check_real("warm", pause_of(&easy, 100, 1, &all, 0), work);
    check_real("cold", pause_of(&easy, 100, 1, &all, LONG), work + 2500 + 100 * touched * 1.125);
}

/* However large the set, an object does not cost more than its work and scatter · Σ share. */
TEST(it_levels_off)
{
    double before = 0;
    for (uint64_t objects = 1000; objects < 1e12; objects *= 10) {
        const struct found f = found(COST_LIST_SUBCLASS, objects, 2 * objects, 0);
        double each = pause_of(&easy, 1000, 1, &f, 0) / (double)objects;
        check_that("it grows", each >= before - 1);
        check_that("up to that", each <= 28.2 + 1.2 * 1000 * 1.25);
        before = each;
    }
    check_that("and comes near", before > 1527);
}

/* ---- the range of scatter -------------------------------------------------------------------- */

/* Of `easy`, random is 200 ns: 28 and 560 ns. */
TEST(ends_of_the_range)
{
    static const struct {
        const char *what;
        int64_t scatter;
        double low_ns, high_ns;
    } rows[] = {
        {"a time", 100, 28, 560},
        {"a word", SCATTER_WORD(SCATTER_random), 28, 560},
        {"less than services report", 3, 3, 560},
        {"more", SCATTER_WORD(SCATTER_aged), 28, 1000},
    };
    const struct found f = found(COST_LIST_SUBCLASS, 1000, 2000, 0);
    const struct load load = costs_load(&easy, &f);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct program program = {.slowdown = 2, .scatter = rows[i].scatter};
        const double ns[] = {rows[i].low_ns, rows[i].high_ns};
        for (int end = 0; end < PRICE_ENDS; end++) {
            const struct prices prices = prices_at(&easy, &program, (enum price_end)end);
            check_real(rows[i].what, prices.scatter_ns, ns[end]);
            check_real("the young", prices.young_ns, fmin(ns[end], (double)easy.young));
            check_real("a run with that scatter",
                       prices_pause_ns(&prices, GENERATIONS - 1, &load, LONG),
                       pause_of(&easy, (int64_t)ns[end], 2, &f, LONG));
        }
    }
}

TEST(a_measured_pause_leaves_no_range)
{
    struct costs costs = easy;
    costs.pause = (struct measured_pause){84 * NS_PER_MS, 890000};
    const struct program program = {.slowdown = 2, .scatter = 7};
    const struct prices prices = prices_of(&costs, &program);
    for (int end = 0; end < PRICE_ENDS; end++) {
        const struct prices at_end = prices_at(&costs, &program, (enum price_end)end);
        check_real("scatter", at_end.scatter_ns, prices.scatter_ns);
        check_real("the young", at_end.young_ns, prices.young_ns);
        check_real("scale", at_end.scale, prices.scale);
    }
}

/* ---- calibration ---------------------------------------------------------------------------- */

/* A full collection of the typical heap, long after the one before, takes what was measured. */
TEST(calibration)
{
    static const struct {
        const char *what;
        struct measured_pause pause;
        double slowdown, scatter_least, scatter_most;
        bool scaled;
    } rows[] = {
        {"an everyday pause", {84 * NS_PER_MS, 890000}, 1, 10, 100, false},
        {"a long one", {900 * NS_PER_MS, 890000}, 1, 200, 2000, false},
        {"a small heap", {300 * NS_PER_US, 1000}, 1, 100, 2000, false},
        {"shorter than without any miss", {NS_PER_MS, 890000}, 1, 0, 0, true},
        {"longer than twice aged", {60 * NS_PER_S, 890000}, 1, 2000, 2000, true},
        {"on a slow machine", {5 * NS_PER_S, 890000}, 20, 1, 2000, false},
        {"on one that is not so slow after all", {84 * NS_PER_MS, 890000}, 20, 0, 0, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct costs costs = easy;
        costs.pause = rows[i].pause;
        const struct program program = {.slowdown = rows[i].slowdown, .scatter = 7};
        const struct prices prices = prices_of(&costs, &program);
        const struct found f = typical_heap((uint64_t)costs.pause.objects);
        check_real(rows[i].what, pause_of(&costs, 7, rows[i].slowdown, &f, LONG),
                   (double)costs.pause.ns);
        check_that(rows[i].what, rows[i].scatter_least <= prices.scatter_ns &&
                                     prices.scatter_ns <= rows[i].scatter_most);
        check_that(rows[i].what, (prices.calibration != 1) == rows[i].scaled);
    }
}

/* With one that no cache is in the way of there is nothing to solve but the scale. */
TEST(calibration_without_caches)
{
    struct costs costs = easy;
    costs.cache_count = 0;
    costs.pause = (struct measured_pause){NS_PER_S, 890000};
    const struct found f = typical_heap(890000);
    check_real("a second", pause_of(&costs, 7, 1, &f, 0), NS_PER_S);
}

TEST(the_typical_heap)
{
    static const uint64_t sizes[] = {0, 1, 2, 999, 1000, 890000, 1000000000};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        const struct found f = typical_heap(sizes[i]);
        check_count("objects", tally_objects(&f.examined), sizes[i]);
        check_count("no garbage", tally_objects(&f.unreachable), 0);
    }
    const struct found f = typical_heap(1000000);
    check_count("dicts", f.examined.objects[COST_DICT], 20000);
    check_count("references", tally_fields(&f.examined), 20000 * 49 + 980000 * 2);
}

/* ---- of operations -------------------------------------------------------------------------- */

TEST(operations)
{
    static const struct {
        const char *what;
        enum op_code code;
        enum object_kind kind;
        double slowdown;
        uint32_t ns;
    } rows[] = {
        {"a new list", OP_NEW, KIND_LIST, 1, 13},
        {"a new instance", OP_NEW, KIND_INSTANCE, 1, 55},
        {"on a slower machine", OP_NEW, KIND_LIST, 20, 260},
        {"on a faster one, rounded", OP_NEW, KIND_LIST, 0.1, 1},
        {"a store", OP_STORE, KIND_SLOTS, 1, 9},
        {"a load", OP_LOAD, KIND_SLOTS, 2, 36},
        {"a clear", OP_CLEAR, KIND_SLOTS, 1, 8},
        {"a copy", OP_COPY, KIND_SLOTS, 1, 3},
        {"a drop", OP_DROP, KIND_SLOTS, 1, 2},
        {"a call of gc.collect is all pause", OP_COLLECT, KIND_SLOTS, 1, 0},
        {"work costs what it says", OP_WORK, KIND_SLOTS, 1, 0},
        {"an event", OP_EVENT, KIND_SLOTS, 1, 0},
        {"as long as there is room for", OP_NEW, KIND_LIST, 1e12, UINT32_MAX},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct program program = {.slowdown = rows[i].slowdown};
        const struct prices prices = prices_of(&easy, &program);
        struct op_costs costs;
        prices_of_operations(&prices, &easy, &costs);
        check_count(rows[i].what, costs.ns[rows[i].code][rows[i].kind], rows[i].ns);
    }
}

/* A scale of a calibration is on them too, one that is not needed is not. */
TEST(operations_on_a_calibrated_machine)
{
    static const struct {
        int64_t pause_ns;
        bool scaled;
    } rows[] = {{84 * NS_PER_MS, false}, {NS_PER_MS, true}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct costs costs = easy;
        const struct program program = {.slowdown = 1};
        struct op_costs operations;
        costs.pause = (struct measured_pause){rows[i].pause_ns, 890000};
        const struct prices prices = prices_of(&costs, &program);
        prices_of_operations(&prices, &costs, &operations);
        check_that("scaled", (operations.ns[OP_LOAD][0] != 18) == rows[i].scaled);
    }
}

/* ---- which costs they were ------------------------------------------------------------------ */

/* What the text says differs where a number does, and does not where only words do. */
TEST(identity)
{
    char text[COSTS_ID], other_text[COSTS_ID];
    struct costs other = easy;
    strcpy(other.machine, "another");
    strcpy(other.source, "somewhere else");
    check_text("words", costs_id(&other, other_text), costs_id(&easy, text));
    check_count("name and digest", strlen(text), strlen("easy#01234567"));
    other.kinds[COST_TUPLE].d += 1e-9;
    check_that("a number", strcmp(costs_id(&other, other_text), text) != 0);
    other = easy;
    strcpy(other.interpreter, "cpython-3.12");
    check_that("the interpreter", strcmp(costs_id(&other, other_text), text) != 0);
    other = easy;
    other.pause = (struct measured_pause){84 * NS_PER_MS, 890000};
    check_that("a pause", strcmp(costs_id(&other, other_text), text) != 0);
    check_text("in words", strchr(other_text, ' '), " pause=84ms@890000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses),
        cmocka_unit_test(young_generations),
        cmocka_unit_test(kinds_add_up),
        cmocka_unit_test(it_levels_off),
        cmocka_unit_test(ends_of_the_range),
        cmocka_unit_test(a_measured_pause_leaves_no_range),
        cmocka_unit_test(calibration),
        cmocka_unit_test(calibration_without_caches),
        cmocka_unit_test(the_typical_heap),
        cmocka_unit_test(operations),
        cmocka_unit_test(operations_on_a_calibrated_machine),
        cmocka_unit_test(identity),
    };
    return cmocka_run_group_tests_name("costs", tests, NULL, NULL);
}
