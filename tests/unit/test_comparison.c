/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The experiments of command lines. */
#include "sweep/comparison.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/interval/program_file.h"
#include "tests/unit/check.h"
#include "tests/unit/small_experiment.h"
#include "tests/unit/watch.h"

static const struct compile_options in_memory = {0};

static void describe(const struct experiment *experiment, struct text *text)
{
    *text = (struct text){.text = ""};
    for (size_t i = 0; i < experiment->point_count; i++)
        text_add(text, "%s ", experiment->policies[experiment->points[i].policy].text);
    text_add(text, "%s", experiment->points[0].collector->name);
    for (size_t i = 0; i < experiment->seed_count; i++)
        text_add(text, " %llu", (unsigned long long)experiment->seeds[i]);
}

TEST(of_specifications)
{
    static const struct {
        const char *policies[4];
        uint64_t seed;
        size_t replications;
        const char *expected;
    } rows[] = {
        {{"off"}, 1, 1, "off cpython-3.13 1"},
        {{"off", "default"}, 7, 3, "off default cpython-3.13 7 8 9"},
        {{"off", "off"}, 1, 1, "off cpython-3.13 1"},
        {{"freeze", "off", "freeze:t0=50000", "freeze"},
         INT64_MAX,
         1,
         "freeze off freeze:t0=50000 cpython-3.13 9223372036854775807"},
        {{"timed:every=1000ms", "timed:every=1s"}, 0, 2, "timed:every=1s cpython-3.13 0 1"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct comparison comparison = {
            .name = "compare",
            .workload = "web",
            .policies = rows[i].policies,
            .collectors = (const struct collector_version *[]){collector_version("cpython-3.13")},
            .collector_count = 1,
            .seed = rows[i].seed,
            .replications = rows[i].replications};
        struct experiment experiment;
        struct error error = {""};
        struct text got;
        while (comparison.policy_count < 4 && rows[i].policies[comparison.policy_count])
            comparison.policy_count++;
        check_signed(rows[i].expected, comparison_make(&comparison, &experiment, &error), 0);
        describe(&experiment, &got);
        check_text(rows[i].expected, got.text, rows[i].expected);
        check_text(rows[i].expected, experiment.name, "compare");
        experiment_fini(&experiment);
    }
}

TEST(every_policy_if_none_is_named)
{
    const struct comparison comparison = {
        .name = "compare",
        .workload = "web",
        .collectors = (const struct collector_version *[]){collector_version("cpython-3.11")},
        .collector_count = 1,
        .replications = 1};
    struct experiment experiment;
    struct error error = {""};
    check_signed("status", comparison_make(&comparison, &experiment, &error), 0);
    size_t count = 0;
    for (; policies[count]; count++)
        check_text("in the registry's order", experiment.policies[count].component->name,
                   policies[count]->name);
    check_count("policies", experiment.policy_count, count);
    check_count("points", experiment.point_count, count);
    experiment_fini(&experiment);
}

/* Each is taken once, and has every policy, in the order given. */
TEST(several_collectors)
{
    static const char *const specs[] = {"off", "default"};
    const struct collector_version *const collectors[] = {collector_version("cpython-3.13"),
                                                          collector_version("cpython-3.11"),
                                                          collector_version("cpython-3.13")};
    const struct comparison comparison = {.name = "compare",
                                          .workload = "web",
                                          .policies = specs,
                                          .policy_count = 2,
                                          .collectors = collectors,
                                          .collector_count = 3,
                                          .replications = 1};
    struct experiment experiment;
    struct error error = {""};
    check_signed("status", comparison_make(&comparison, &experiment, &error), 0);
    check_count("points", experiment.point_count, 4);
    for (size_t i = 0; i < experiment.point_count; i++) {
        check_count("policy", experiment.points[i].policy, i % 2);
        check_text("collector", experiment.points[i].collector->name, collectors[i / 2]->name);
    }
    experiment_fini(&experiment);
}

TEST(errors)
{
    static const struct {
        const char *workload, *policy, *mentions;
    } rows[] = {
        {"web", "frozen", "freeze"},
        {"web", "freeze:t9=1", "t9"},
        {"wab", "freeze", "web"},
        {"web:rate=-1", "freeze", "rate"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const specs[] = {"off", rows[i].policy};
        const struct comparison comparison = {
            .name = "compare",
            .workload = rows[i].workload,
            .policies = specs,
            .policy_count = 2,
            .collectors = (const struct collector_version *[]){collector_version("cpython-3.11")},
            .collector_count = 1,
            .replications = 1};
        struct experiment experiment;
        struct error error = {""};
        check_signed(rows[i].mentions, comparison_make(&comparison, &experiment, &error), -1);
        check_mentions(rows[i].mentions, error.text, rows[i].mentions);
        check_that("nothing to free", !experiment.policies && !experiment.workloads);
    }
}

/* ---- a program of a file -------------------------------------------------------------- */

static void compile_file(const char *path, const char *recorded_collector)
{
    static const struct small_experiment small = {.workloads = {SMALL_DEVICE}, .policies = {"off"}};
    const struct collector_version *version = collector_version("cpython-3.11");
    struct program_origin origin = {.workload = allocate_text(SMALL_DEVICE), .seed = 42};
    struct experiment experiment;
    struct compiled compiled;
    struct error error = {""};
    strcpy(origin.collector, recorded_collector);
    small_experiment_make(&small, &experiment);
    compiled_init(&compiled);
    compile(&compiled, &experiment.workloads[0], 42, version, &in_memory, NULL, &error);
    program_file_write(path, &compiled, &origin, false, &error);
    check_text("written", error.text, "");
    compiled_fini(&compiled);
    experiment_fini(&experiment);
    free(origin.workload);
}

TEST(of_a_file)
{
    static const struct {
        const char *recorded, *collector;
        bool keep;
        const char *expected, *mentions;
    } rows[] = {
        {"cpython-3.11", "cpython-3.13", false, "off cpython-3.11 42", NULL},
        {"cpython-3.11", "cpython-3.11", true, "off cpython-3.11 42", NULL},
        {"cpython-3.11", "cpython-3.8", true, "off cpython-3.8 42", NULL}, /* the same times */
        {"cpython-3.11", "cpython-3.13", true, NULL, "not those of cpython-3.13"},
        {"cpython-2.7", "cpython-3.13", false, NULL, "other collectors, as cpython-2.7"},
    };
    static const char *const policies_given[] = {"off"};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *what = rows[i].mentions ? rows[i].mentions : rows[i].expected;
        const struct comparison comparison = {
            .name = "run",
            .workload = "web",
            .policies = policies_given,
            .policy_count = 1,
            .collectors =
                (const struct collector_version *[]){collector_version(rows[i].collector)},
            .collector_count = 1,
            .seed = 1,
            .replications = 1};
        char path[TEST_PATH];
        struct experiment experiment;
        struct compiled compiled;
        struct error error = {""};
        struct text got;
        test_file(path, "", 0);
        compile_file(path, rows[i].recorded);
        compiled_init(&compiled);
        check_signed(what, comparison_make(&comparison, &experiment, &error), 0);
        int status =
            comparison_use_program(&experiment, path, &in_memory, rows[i].keep, &compiled, &error);
        check_signed(what, status, rows[i].mentions ? -1 : 0);
        if (status == 0) {
            describe(&experiment, &got);
            check_text(what, got.text, rows[i].expected);
            check_text(what, experiment.workloads[0].text, SMALL_DEVICE);
        } else {
            check_mentions(what, error.text, rows[i].mentions);
            check_mentions(what, error.text, path);
        }
        compiled_fini(&compiled);
        experiment_fini(&experiment);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_specifications),  cmocka_unit_test(every_policy_if_none_is_named),
        cmocka_unit_test(several_collectors), cmocka_unit_test(errors),
        cmocka_unit_test(of_a_file),
    };
    return cmocka_run_group_tests_name("comparison", tests, NULL, NULL);
}
