/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Experiment files: YAML, and everything that is in it. */
#include "sweep/file/experiment.h"
#include "tests/fuzz/fuzz.h"
#include "tests/property/program_example.h"

static struct scratch scratch;

void fuzz_begin(void)
{
    scratch_open(&scratch);
}

static void check_experiment(const struct experiment *experiment)
{
    check_that("a name", experiment->name && *experiment->name);
    check_that("runs", experiment->seed_count > 0 && experiment->point_count > 0);
    for (size_t i = 0; i < experiment->point_count; i++) {
        const struct point *point = &experiment->points[i];
        check_that("a workload", point->workload < experiment->workload_count);
        check_that("a policy", point->policy < experiment->policy_count);
        check_that("a collector", point->collector != NULL);
    }
    for (size_t i = 0; i < experiment->seed_count; i++)
        check_that("the last seed", experiment->seeds[i] <= experiment_last_seed(experiment));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct experiment experiment;
    struct error error = {""};
    scratch_fill(&scratch, data, size);
    if (experiment_read(&experiment, scratch.path, &error) == 0) {
        check_text("no error", error.text, "");
        check_experiment(&experiment);
        experiment_fini(&experiment);
    } else {
        check_line(error.text);
        check_that("nothing is left behind", !experiment.text && !experiment.points);
    }
    return 0;
}
