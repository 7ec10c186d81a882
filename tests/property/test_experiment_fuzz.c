/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Experiment files that nobody would write: whatever the bytes, either the line says what is wrong
 * and where, or the experiment is what its header promises. The seeds are fixed. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/base/expression.h"
#include "sweep/file/experiment.h"
#include "tests/unit/check.h"

static const char *const examples[] = {
    "name: thresholds\n"
    "workload: {name: web, rate: 200, duration: 60s}\n"
    "collectors: [cpython-3.13, cpython-3.9]\n"
    "policies:\n"
    "  - {name: default}\n"
    "  - {name: threshold, t0: [700, 2000], t1: [10, 50, keep]}\n"
    "  - {name: freeze, t0: {range: 2000..100000, points: 6, scale: log}}\n"
    "  - {name: timed, every: [1s, 10s], generation: 2}\n"
    "replications: 10\n"
    "seed: 1\n"
    "log: summary\n"
    "constraints: [t0 <= 50_000, \"t1 < t0\"]\n",
    "workloads:\n"
    "  - &w\n"
    "    name: web\n"
    "    rate: {distribution: lognormal, median: 200, sigma: 0.5}\n"
    "    payload: {range: 16B..1KiB, scale: log}\n"
    "    duration: {distribution: weibull, scale: 10s, shape: 1.5}\n"
    "  - *w\n"
    "  - device:duration=1h\n"
    "policies:\n"
    "  - default\n"
    "  - name: threshold\n"
    "    t0: {range: 700..100000, scale: log}\n"
    "    t1: {distribution: normal, mean: 10, sd: 5}\n"
    "  - {name: timed, every: {distribution: pareto, scale: 1s, shape: 2}}\n"
    "design: {name: sobol, points: 8}\n"
    "minimise: latency_p99\n"
    "baseline: default\n"
    "until: {ci: 5%, metric: pause_max, most: 20}\n"
    "warmup: mser5\n"
    "constraint: workload.rate * policy.t0 < 1e9\n",
    "{workload: {name: script, file: [a.heap, 'b, c.heap']}, engine: graph, seeds: [3, 1],\n"
    " policy: {name: timed, every: {distribution: exponential, mean: 2s}}, design: lhs,\n"
    " points: 7, log: collections, sample: 10ms, warmup: 5s}\n",
};

/* "NAME: …" or "NAME:LINE: …", one line, which is one of the text's. */
static void check_error_line(const char *name, const struct error *error, size_t most_lines)
{
    size_t length = strlen(name);
    char *end = NULL;
    check_that(error->text, strncmp(error->text, name, length) == 0 && error->text[length] == ':');
    if (error->text[length + 1] != ' ') {
        unsigned long line = strtoul(error->text + length + 1, &end, 10);
        check_that(error->text, line >= 1 && line <= most_lines && strncmp(end, ": ", 2) == 0);
    }
    for (const char *c = error->text; *c; c++)
        check_that(error->text, !iscntrl((unsigned char)*c));
}

static void check_experiment(const struct experiment *experiment)
{
    check_that("a name", experiment->name && *experiment->name);
    check_that("seeds", experiment->seed_count > 0);
    check_that("points", experiment->point_count > 0);
    for (size_t i = 0; i < experiment->point_count; i++) {
        const struct point *a = &experiment->points[i], *b = a + 1;
        check_that("a workload", a->workload < experiment->workload_count);
        check_that("a policy", a->policy < experiment->policy_count);
        check_that("a collector", a->collector != NULL);
        if (i + 1 < experiment->point_count)
            check_that("in order", a->workload < b->workload ||
                                       (a->workload == b->workload &&
                                        (a->collector != b->collector || a->policy < b->policy)));
    }
    if (experiment->baseline) {
        size_t i = 0;
        while (i < experiment->policy_count &&
               strcmp(experiment->policies[i].text, experiment->baseline) != 0)
            i++;
        check_that("the baseline is a policy", i < experiment->policy_count);
    }
}

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 2; /* YAML may say that something is missing in the line after the last */
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n' || text[i] == '\r' || (unsigned char)text[i] >= 0x80;
    return lines;
}

/* A file that is not on a disk: many thousands are written. */
struct place {
    int descriptor;
    char path[40];
};

static struct place place_new(void)
{
    struct place place = {.descriptor = memfd_create("experiment", 0)};
    check_that("a file in memory", place.descriptor >= 0);
    snprintf(place.path, sizeof place.path, "/proc/self/fd/%d", place.descriptor);
    return place;
}

/* Returns whether it is an experiment. */
static bool try(const struct place *place, const char *text, size_t length)
{
    struct experiment experiment;
    struct error error = {""};
    check_signed("empty", ftruncate(place->descriptor, 0), 0);
    check_signed("written", pwrite(place->descriptor, text, length, 0), (int64_t)length);
    int status = experiment_read(&experiment, place->path, &error);
    if (status == 0) {
        check_text("no error", error.text, "");
        check_experiment(&experiment);
        experiment_fini(&experiment);
    } else {
        check_error_line(place->path, &error, count_lines(text, length));
        check_that("nothing is left behind", !experiment.text && !experiment.points);
    }
    return status == 0;
}

/* Something that means something in these files. */
static const char *likely(uint64_t *seed)
{
    static const char *const parts[] = {"[",
                                        "]",
                                        "{",
                                        "}",
                                        ":",
                                        ": ",
                                        ",",
                                        "- ",
                                        "\n",
                                        "\n  ",
                                        "\t",
                                        "#",
                                        "'",
                                        "\"",
                                        "&a ",
                                        "*a",
                                        "*w",
                                        "&w ",
                                        "..",
                                        "range",
                                        "points",
                                        "scale",
                                        "log",
                                        "name",
                                        "1e30",
                                        "-1",
                                        "0",
                                        "99999999",
                                        "1_000",
                                        "5%",
                                        "0s",
                                        "1ns",
                                        "1000h",
                                        "none",
                                        "keep",
                                        "yes",
                                        "~",
                                        "!!str ",
                                        "---\n",
                                        "...\n",
                                        "|\n",
                                        ">\n",
                                        "? ",
                                        "<<: *w",
                                        "sobol",
                                        "lhs",
                                        "random",
                                        "grid",
                                        "web",
                                        "device",
                                        "default",
                                        "off",
                                        "normal",
                                        "uniform",
                                        "mean",
                                        "sd",
                                        "t0",
                                        "t1",
                                        "rate",
                                        "<=",
                                        "*",
                                        "(",
                                        ")",
                                        "%",
                                        "workload.",
                                        "policy: ",
                                        "\\0",
                                        "\xc3\xa9",
                                        "\xff",
                                        "\r\n",
                                        "\xef\xbb\xbf",
                                        "\xe2\x80\xa8"};
    return parts[test_random_below(seed, LENGTH(parts))];
}

/* Puts `part` in place of `cut` bytes; returns the new length, as it was if there is no room. */
static size_t put(char *text, size_t length, size_t size, size_t at, size_t cut, const char *part)
{
    size_t added = strlen(part);
    cut = at + cut > length ? length - at : cut;
    if (length - cut + added > size)
        return length;
    memmove(text + at + added, text + at + cut, length - at - cut);
    memcpy(text + at, part, added);
    return length - cut + added;
}

static size_t mutate(uint64_t *seed, char *text, size_t length, size_t size)
{
    size_t at = test_random_below(seed, length + 1);
    char byte[2] = {(char)test_random_below(seed, 256), '\0'};
    char copied[40];
    size_t from = test_random_below(seed, length), n = test_random_below(seed, sizeof copied);
    switch (test_random_below(seed, 8)) {
    case 0: /* another byte */
        return put(text, length, size, at, 1, byte);
    case 1: /* some bytes less */
        return put(text, length, size, at, test_random_below(seed, 30), "");
    case 2: /* a piece from elsewhere */
    case 3:
        n = from + n > length ? length - from : n;
        memcpy(copied, text + from, n);
        copied[n] = '\0';
        return put(text, length, size, at, test_random_below(seed, 10), copied);
    case 4: /* a number's digit */
        while (at < length && !isdigit((unsigned char)text[at]))
            at++;
        byte[0] = "0123456789"[test_random_below(seed, 10)];
        return put(text, length, size, at, test_random_below(seed, 2), byte);
    case 5:
        return put(text, length, size, at, test_random_below(seed, 6), likely(seed));
    default:
        return put(text, length, size, at, 0, likely(seed));
    }
}

TEST(mutations_of_valid_files)
{
    enum { MUTATIONS = 6000, ROOM = 300 };
    uint64_t seed = 5;
    int valid = 0, refused = 0;
    struct place place = place_new();
    for (size_t e = 0; e < LENGTH(examples); e++) {
        size_t whole = strlen(examples[e]), size = whole + ROOM;
        char *text = malloc(size);
        check_that("valid as it is", try(&place, examples[e], whole));
        for (int m = 0; m < MUTATIONS; m++) {
            size_t length = whole;
            memcpy(text, examples[e], whole);
            for (uint64_t left = test_random_below(&seed, 4) + 1; left && length; left--)
                length = mutate(&seed, text, length, size);
            if (try(&place, text, length))
                valid++;
            else
                refused++;
        }
        free(text);
    }
    close(place.descriptor);
    check_that("many are valid", valid > MUTATIONS / 20);
    check_that("many are refused", refused > MUTATIONS);
}

/* Texts that make a reader work or recurse. */
TEST(large_and_deep_files)
{
    static const struct {
        const char *beginning, *part;
        size_t count;
        const char *end;
        bool valid;
    } rows[] = {
        {"workload: ", "[", 900000, "", false},
        {"workload: ", "{a: ", 250000, "", false},
        {"workload: ", "[a, ", 250000, "", false},
        {"", "- ", 400000, "", false},
        {"", "? ", 400000, "", false},
        {"workload: web\nseeds: [", "1, ", 300000, "2]", false},
        {"workload: [", "web, ", 200000, "web]", true},
        {"workload: web\npolicies: [&p off, ", "*p, ", 200000, "*p]", true},
        {"workload: &w web\npolicies: [", "*w, ", 200000, "*w]", false},
        {"workload: {name: web, rate: [", "1, ", 300000, "2]}", true},
        {"workload: {name: web, rate: &r [", "1, ", 3000, "2], cpu_sigma: *r, io: *r}", false},
        {"workload: {name: web, rate: &r [", "1, ", 3000, "2], cpu_sigma: *r}", false},
        {"a: &a [b]\n", "c: [*a, *a]\n", 50000, "", false},
        {"workload: web\nname: \"", "\\x01", 200000, "\"", false},
        {"workload: web\nconstraint: ", "(", 900000, "", false},
        {"workload: web\nconstraint: rate < ", "1+", 400000, "1", false},
        {"workload: web\nconstraints: [", "rate < 1e6, ", 80000, "rate > 0]", true},
        {"", "!!a ", 200000, "", false},
        {"", "&a ", 200000, "", false},
        {"", "%TAG ! !\n", 100000, "", false},
        {"", "#\n", 500000, "", false},
        {"", "#\n", 500000, "workload: web", true},
        {"workload: web\n", "x", 1000000, "", false},
    };
    struct place place = place_new();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        size_t length = strlen(rows[i].beginning), step = strlen(rows[i].part);
        char *text = malloc(length + rows[i].count * step + strlen(rows[i].end) + 1);
        strcpy(text, rows[i].beginning);
        for (size_t n = 0; n < rows[i].count; n++, length += step)
            memcpy(text + length, rows[i].part, step);
        strcpy(text + length, rows[i].end);
        check_that(rows[i].beginning, try(&place, text, strlen(text)) == rows[i].valid);
        free(text);
    }
    close(place.descriptor);
}

/* What names stand for; "t…": times, of which a second has `second`. */
struct world {
    double value, second;
};

static enum quantity quantity_of(void *context, const char *name)
{
    (void)context;
    return name[0] == 't' ? QUANTITY_TIME : strchr(name, '.') ? QUANTITY_NUMBER : QUANTITY_SIZE;
}

static double value_of(void *context, const char *name)
{
    const struct world *world = context;
    double value = world->value + (double)strlen(name);
    return quantity_of(context, name) == QUANTITY_TIME ? value * world->second : value;
}

/* A condition whose units fit says the same whatever the unit in which times are counted. (Powers
 * of 2: so does every rounding.) */
static void check_other_unit(const char *text, double value, double result)
{
    struct world world = {value, 1024};
    struct error error;
    struct expression *expression = expression_parse(text, world.second, &error);
    double other = expression_value(expression, value_of, &world);
    check_that(text, !(other < result) && !(other > result));
    check_that(text, (other != other) == (result != result));
    expression_free(expression);
}

TEST(mutations_of_expressions)
{
    static const char *const texts[] = {
        "workload.rate * policy.t0 < 1e6 <= (t1 + -2s) / 16MiB != 5%",
        "t1 + 1h30min <= 1.2 * t2 < 50ms",
        "size - 16MiB < s.b * 4KiB > size / t1 * 2s",
        "t1 / 1s + size / 1MiB - 5% != policy.t0",
    };
    enum { MUTATIONS = 200000, ROOM = 60 };
    uint64_t seed = 9;
    int valid = 0, fit = 0;
    char text[64 + ROOM + 1];
    for (int m = 0; m < MUTATIONS; m++) {
        const char *example = texts[test_random_below(&seed, LENGTH(texts))];
        size_t length = strlen(example);
        struct error error = {""};
        struct world world = {(double)test_random_below(&seed, 10), 1};
        memcpy(text, example, length);
        for (uint64_t left = test_random_below(&seed, 4) + 1; left && length; left--)
            length = mutate(&seed, text, length, sizeof text - 1);
        text[length] = '\0';
        struct expression *expression = expression_parse(text, EXPRESSION_SECONDS, &error);
        check_that(text, (expression == NULL) == (error.text[0] != '\0'));
        if (!expression)
            continue;
        valid++;
        double result = expression_value(expression, value_of, &world);
        if (expression_is_condition(expression) && result != 0 && result != 1)
            check_that(text, result != result);
        if (expression_check_units(expression, quantity_of, NULL, &error) != 0) {
            check_that(text, error.text[0] != '\0');
        } else if (expression_is_condition(expression)) {
            fit++;
            check_other_unit(text, world.value, result);
        }
        expression_free(expression);
    }
    check_that("some are valid", valid > MUTATIONS / 50);
    check_that("some are not", valid < MUTATIONS / 2);
    check_that("units of some fit", fit > MUTATIONS / 100);
    check_that("units of some do not", fit < valid - MUTATIONS / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutations_of_valid_files),
        cmocka_unit_test(large_and_deep_files),
        cmocka_unit_test(mutations_of_expressions),
    };
    return cmocka_run_group_tests_name("experiment_fuzz", tests, NULL, NULL);
}
