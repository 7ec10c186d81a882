/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long programs are made for their runs to be covered, by what is stored of them; and which
 * cannot be. */
#include "sweep/coverage.h"

#include <stdio.h>

#include "sweep/file/length.h"
#include "sweep/file/terms.h"
#include "sweep/plan.h"
#include "tests/unit/results_file.h"
#include "tests/unit/small_experiment.h"

#define HORIZON_S 1000

/* ---- what is wanted ------------------------------------------------------------------- */

/* What one run has come to. `values` as they are in SQL; pauses of generation 2. */
static void store_outcome(struct results_file *file, const char *values, int full)
{
    struct text sql = {.text = ""};
    text_add(&sql, "INSERT INTO summary (run_id, metric, value) VALUES (1, 'horizon', %d)%s%s;",
             HORIZON_S, *values ? ", " : "", values);
    text_add(&sql,
             "UPDATE run SET status = 'finished', wall_ns = 1 WHERE id = 1;"
             "INSERT INTO pause VALUES (1, 2, 5, %d, 9, 9);",
             full);
    check_signed(sql.text, sqlite3_exec(store_database(file->store), sql.text, NULL, NULL, NULL),
                 0);
}

#define COVERED(value) "(1, 'covered', " value ")"
#define FLAGGED(value) ", (1, 'flagged', " value ")"
#define FULL(low, high, period)                                                                    \
    ", (1, 'next_gen2_low', " low "), (1, 'next_gen2_high', " high "), (1, 'full_period', " period \
    ")"

TEST(how_much_longer)
{
    static const struct {
        const char *what, *values;
        int full;
        int64_t duration_s, wanted_s;
        enum uncovered why; /* UNCOVERED_COUNT: it is covered */
    } rows[] = {
        {"covered", COVERED("1") FLAGGED("0"), 0, 60, 0, UNCOVERED_COUNT},
        {"nothing is known: twice as long", "", 0, 60, 120, UNCOVERED_unsteady},
        {"up to the horizon", "", 0, 700, HORIZON_S, UNCOVERED_unsteady},
        {"which it has", "", 0, HORIZON_S, 0, UNCOVERED_unsteady},
        {"or more", "", 0, 2 * HORIZON_S, 0, UNCOVERED_unsteady},
        {"grows", COVERED("0") FLAGGED("1"), 9, 60, 120, UNCOVERED_growth},
        {"bursts", COVERED("0") FLAGGED("1") ", (1, 'arrival_dispersion', 9)", 9, 60, 120,
         UNCOVERED_bursts},
        {"the policy changes",
         COVERED("0") FLAGGED("1") ", (1, 'changes', 1), (1, 'arrival_dispersion', 9)", 9, 60, 120,
         UNCOVERED_changes},
        {"the third full collection", COVERED("0") FLAGGED("0") FULL("80", "100", "200"), 0, 60,
         500, UNCOVERED_unseen},
        {"two have been", COVERED("0") FLAGGED("0") FULL("80", "303", "200"), 2, 60, 310,
         UNCOVERED_unseen},
        {"enough have been", COVERED("0") FLAGGED("1") FULL("80", "303", "200"), 3, 60, 120,
         UNCOVERED_growth},
        {"beyond the horizon", COVERED("0") FLAGGED("0") FULL("900", "1100", "2000"), 0, 60,
         HORIZON_S, UNCOVERED_unseen},
        {"after it: nothing is missing", COVERED("0") FLAGGED("1") FULL("1001", "1100", "2000"), 0,
         60, 120, UNCOVERED_growth},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct results_file file;
        struct experiment experiment;
        struct plan plan;
        struct coverage coverage;
        struct error error = {""};
        const struct small_experiment small = {.workloads = {"web:modules=100"},
                                               .policies = {"default"}};
        results_file_init(&file, "default");
        small_experiment_make(&small, &experiment);
        experiment.horizon_ns = HORIZON_S * (uint64_t)NS_PER_S;
        length_set(&experiment.workloads[0], rows[i].duration_s * NS_PER_S);
        plan_init(&plan, &experiment, (struct share){0});
        plan_store(&plan, "sweep", (struct share){0}, false, file.store, &error);
        store_outcome(&file, rows[i].values, rows[i].full);
        check_signed(rows[i].what, coverage_read(&coverage, &experiment, file.store, &error), 0);
        check_count(rows[i].what, coverage.runs, 1);
        check_count(rows[i].what, coverage.covered, rows[i].why == UNCOVERED_COUNT);
        for (enum uncovered why = 0; why < UNCOVERED_COUNT; why++)
            check_count(rows[i].what, coverage.uncovered[why], rows[i].why == why);
        check_signed(rows[i].what, coverage.wanted_ns[0], rows[i].wanted_s * NS_PER_S);
        check_that(rows[i].what, coverage.longer == (rows[i].wanted_s > 0));
        coverage_extend(&experiment, &coverage);
        check_signed(rows[i].what, length_ns(&experiment.workloads[0]),
                     (rows[i].wanted_s ? rows[i].wanted_s : rows[i].duration_s) * NS_PER_S);
        coverage_fini(&coverage);
        plan_fini(&plan);
        experiment_fini(&experiment);
        results_file_fini(&file);
    }
}

/* ---- lengths -------------------------------------------------------------------------- */

TEST(as_if_it_had_been_given)
{
    static const struct {
        const char *spec;
        int64_t ns;
        const char *text;
    } rows[] = {
        {"web", 600 * NS_PER_S, "web:duration=600s"},
        {"web:rate=7,duration=2s", 90 * NS_PER_S, "web:rate=7,duration=90s"},
        {"web:duration=2s,rate=7", 1500 * NS_PER_MS, "web:rate=7,duration=1500ms"},
        {"queue:service=5ms", 3 * NS_PER_S, "queue:duration=3s,service=5ms"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct small_experiment small = {.workloads = {rows[i].spec},
                                               .policies = {"default"}};
        struct experiment experiment;
        small_experiment_make(&small, &experiment);
        length_set(&experiment.workloads[0], rows[i].ns);
        check_text(rows[i].spec, experiment.workloads[0].text, rows[i].text);
        check_signed(rows[i].spec, length_ns(&experiment.workloads[0]), rows[i].ns);
        experiment_fini(&experiment);
    }
}

TEST(programs_that_cannot_be_longer)
{
    static const struct {
        const char *workloads[4];
        const char *says; /* NULL: they can */
    } rows[] = {
        {{"web", "device", "queue"}, NULL},
        {{"web:rate=1", "web:rate=2"}, NULL},
        {{"web", "script:file=/x"}, "script:file=/x has no duration"},
        {{"web:duration=1s", "web:rate=3", "web:duration=2s"}, "cannot be varied: web:duration=1s"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_experiment small = {.policies = {"default"}};
        struct experiment experiment;
        struct error error = {""};
        for (size_t w = 0; w < LENGTH(small.workloads); w++)
            small.workloads[w] = rows[i].workloads[w];
        small_experiment_make(&small, &experiment);
        experiment.until.covered = true;
        check_signed(rows[i].workloads[0], until_settle(&experiment, &error),
                     rows[i].says ? -1 : 0);
        check_mentions(rows[i].workloads[0], error.text, rows[i].says ? rows[i].says : "");
        experiment_fini(&experiment);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_much_longer),
        cmocka_unit_test(as_if_it_had_been_given),
        cmocka_unit_test(programs_that_cannot_be_longer),
    };
    return cmocka_run_group_tests_name("longer", tests, NULL, NULL);
}
