/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plans of experiments: which rows they make, find again and forget. */
#include "policies/registry.h"
#include "sim/engines.h"
#include "tests/unit/results_file.h"

#define MOST 6 /* runs of a plan */

static const struct experiment_facts sweep = {.last_seed = INT64_MAX,
                                              .command = "sweep",
                                              .name = "tuning",
                                              .document = "a: 1",
                                              .baseline = "off",
                                              .planned = 3};

/* A plan with a run for each policy, and what came of it. */
struct planned {
    int64_t experiment, run[MOST];
    bool ended[MOST];
};

static int plan(struct results_file *file, const struct experiment_facts *facts,
                const char *const policy_specs[], bool retry_failed, struct planned *planned,
                struct error *error)
{
    int status;
    *planned = (struct planned){0};
    error->text[0] = '\0';
    status = store_begin_plan(file->store, facts, &planned->experiment, error);
    for (size_t i = 0; i < MOST && policy_specs[i] && status == 0; i++) {
        struct run_plan run = {.setup = file->setup, .log = LOG_collections};
        struct setting policy;
        check_signed("policy", setting_parse(&policy, policy_specs[i], policies, "policy", error),
                     0);
        run.setup.policy = &policy;
        status = store_plan_run(file->store, planned->experiment, &run, i, retry_failed,
                                &planned->run[i], &planned->ended[i], error);
        setting_fini(&policy);
    }
    return status == 0 ? store_end_plan(file->store, planned->experiment, error) : status;
}

static void plan_sweep(struct results_file *file, const char *const policy_specs[],
                       struct planned *planned)
{
    struct error error;
    int status = plan(file, &sweep, policy_specs, false, planned, &error);
    check_text("plan", error.text, "");
    check_signed("plan", status, 0);
}

static void finish(struct results_file *file, int64_t run)
{
    record_begin(file->record);
    file->observer.collection(file->observer.context, &(struct collection){.pause_ns = 5});
    results_file_end(file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
}

/* It is under way, and killed: two of its collections are stored. */
static void leave_unfinished(struct results_file *file, int64_t run)
{
    struct error error = {""};
    record_begin(file->record);
    for (uint64_t i = 0; i < 2; i++)
        file->observer.collection(file->observer.context, &(struct collection){.sequence = i});
    store_collections(file->store, run, file->record, &error);
    check_text("collections", error.text, "");
}

static void check_row(struct results_file *file, const char *what, const char *sql,
                      const char *expected)
{
    struct text row;
    sqlite3_stmt *statement = results_file_query(file->store, sql, 0);
    check_that(what, results_file_row(statement, &row));
    check_text(what, row.text, expected);
    sqlite3_finalize(statement);
}

/* Policies and statuses of all runs in the file, by id; then how many experiments there are, and of
 * which runs parameters, collections and metrics. */
static void check_runs(struct results_file *file, const char *what, const char *runs,
                       const char *counts)
{
    check_row(file, what,
              "SELECT group_concat(id || ' ' || policy || ' ' || status || iif(in_plan, '', ' "
              "earlier'), ', ')"
              " FROM (SELECT * FROM run ORDER BY id)",
              runs);
    check_row(file, what,
              "SELECT (SELECT count(*) FROM experiment),"
              " (SELECT group_concat(run_id) FROM (SELECT DISTINCT run_id FROM parameter)),"
              " (SELECT group_concat(run_id) FROM collection),"
              " (SELECT group_concat(run_id) FROM (SELECT DISTINCT run_id FROM summary))",
              counts);
}

/* ---- sweeps ----------------------------------------------------------------------------- */

#define FOUR                                                                                       \
    (const char *const[])                                                                          \
    {                                                                                              \
        "freeze", "timed:every=1s", "event", "off", NULL                                           \
    }

TEST(the_same_plan_finds_its_rows)
{
    static const char before[] = "1 freeze finished, 2 timed:every=1s failed, 3 event unfinished,"
                                 " 4 off planned";
    static const char after[] = "1 freeze finished, 2 timed:every=1s failed, 3 event planned,"
                                " 4 off planned";
    static const bool ended[] = {true, true, false, false};
    struct results_file file;
    struct planned first, again;
    results_file_init(&file, "default");
    plan_sweep(&file, FOUR, &first);
    finish(&file, first.run[0]);
    results_file_end(&file, first.run[1], NULL, "no such luck");
    leave_unfinished(&file, first.run[2]);
    check_runs(&file, "before", before, "1|1,2,3|1,3,3|1");
    for (int round = 0; round < 3; round++) {
        plan_sweep(&file, FOUR, &again);
        check_signed("experiment", again.experiment, first.experiment);
        for (size_t i = 0; i < LENGTH(ended); i++) {
            check_signed("run", again.run[i], first.run[i]);
            check_signed("ended", again.ended[i], ended[i]);
        }
        check_runs(&file, "after", after, "1|1,2,3|1|1");
        results_file_reopen(&file);
    }
    results_file_check(file.store, "SELECT error FROM run WHERE id = ?", first.run[1],
                       "no such luck");
    finish(&file, first.run[2]);
    check_runs(&file, "finished later",
               "1 freeze finished, 2 timed:every=1s failed, 3 event finished, 4 off planned",
               "1|1,2,3|1,3|1,3");
    results_file_fini(&file);
}

TEST(what_failed_is_planned_again_if_that_is_wanted)
{
    struct results_file file;
    struct planned planned;
    struct error error;
    results_file_init(&file, "default");
    plan_sweep(&file, FOUR, &planned);
    results_file_end(&file, planned.run[1], NULL, "no such luck");
    finish(&file, planned.run[0]);
    check_signed("plan", plan(&file, &sweep, FOUR, true, &planned, &error), 0);
    check_that("that alone", planned.ended[0] && !planned.ended[1]);
    results_file_check(file.store, "SELECT status, error FROM run WHERE id = ?", planned.run[1],
                       "planned|");
    results_file_fini(&file);
}

/* Each plan follows the one before. */
TEST(a_changed_plan)
{
    static const struct {
        const char *what, *policies[MOST + 1], *runs, *counts;
    } plans[] = {
        {"more, in another order",
         {"off", "threshold", "freeze", "timed:every=1s"},
         "1 freeze finished, 2 timed:every=1s planned, 4 off planned, 5 threshold planned",
         "1|1,2,5|1|1"},
        {"nothing of it: what has ended stays",
         {"default"},
         "1 freeze finished earlier, 6 default planned",
         "1|1|1|1"},
        {"the first again",
         {"freeze", "timed:every=1s", "event", "off"},
         "1 freeze finished, 7 timed:every=1s planned, 8 event planned, 9 off planned",
         "1|1,7,8|1|1"},
        {"nothing at all", {NULL}, "1 freeze finished earlier", "1|1|1|1"},
    };
    struct results_file file;
    struct planned planned;
    results_file_init(&file, "default");
    plan_sweep(&file, FOUR, &planned);
    finish(&file, planned.run[0]);
    for (size_t i = 0; i < LENGTH(plans); i++) {
        if (i < 2)
            leave_unfinished(&file, planned.run[1]);
        plan_sweep(&file, plans[i].policies, &planned);
        check_runs(&file, plans[i].what, plans[i].runs, plans[i].counts);
    }
    results_file_fini(&file);
}

TEST(an_experiment_is_renewed)
{
    static const struct experiment_facts changed = {.last_seed = INT64_MAX,
                                                    .command = "sweep",
                                                    .name = "tuning",
                                                    .document = "a: 2",
                                                    .baseline = "freeze",
                                                    .objective = "gc_share",
                                                    .planned = 9};
    static const struct experiment_facts other = {.last_seed = INT64_MAX,
                                                  .command = "sweep",
                                                  .name = "other",
                                                  .document = "b: 1",
                                                  .baseline = "off",
                                                  .planned = 3};
    struct results_file file;
    struct planned planned;
    struct error error;
    results_file_init(&file, "default");
    plan_sweep(&file, FOUR, &planned);
    plan(&file, &other, FOUR, false, &planned, &error);
    check_text("another name", error.text, "");
    plan(&file, &changed, FOUR, false, &planned, &error);
    check_text("changed", error.text, "");
    results_file_check(file.store,
                       "SELECT id, command, name, version, document, baseline, objective, planned, "
                       "shard, shards, seal_runs FROM experiment WHERE name = 'tuning'",
                       0, "1|sweep|tuning|" PYGCSIM_VERSION "|a: 2|freeze|gc_share|9|||");
    results_file_check(file.store,
                       "SELECT id, command, name, version, document, baseline, objective, planned, "
                       "shard, shards, seal_runs FROM experiment WHERE name = 'other'",
                       0, "2|sweep|other|" PYGCSIM_VERSION "|b: 1|off||3|||");
    results_file_check(file.store,
                       "SELECT group_concat(experiment_id) FROM (SELECT * FROM run ORDER BY id)", 0,
                       "1,1,1,1,2,2,2,2");
    results_file_fini(&file);
}

/* Whatever is different about it, it is another run; the same again is not. */
TEST(what_tells_runs_apart)
{
    enum { ROWS = 10 };
    struct results_file file;
    struct error error = {""};
    struct setting policy, workload;
    struct tiny tiny = {.program = ""};
    int64_t run[ROWS];
    results_file_init(&file, "default");
    setting_parse(&policy, "threshold:t0=5", policies, "policy", &error);
    workload = tiny_workload(&tiny);
    char text[] = "tiny:other";
    workload.text = text;
    const struct run_plan usual = {.setup = file.setup, .log = LOG_samples};
    struct run_plan plans[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        plans[i] = usual;
    plans[1].setup.policy = &policy;
    plans[2].setup.workload = &workload;
    plans[3].setup.seed = 43;
    plans[4].setup.collector = collector_version("cpython-3.11");
    plans[5].setup.engine = &interval_engine;
    plans[6].log = LOG_summary;
    plans[7].warmup.ns = 1;
    plans[8].warmup.ns = WARMUP_MSER5;
    plans[9].setup.sample_ns = SAMPLE_AUTO;
    for (int round = 0; round < 2; round++) {
        int64_t experiment = 0;
        store_begin_plan(file.store, &sweep, &experiment, &error);
        for (size_t i = 0; i < ROWS; i++) {
            bool ended = true;
            int64_t found;
            store_plan_run(file.store, experiment, &plans[i], i, false, &found, &ended, &error);
            run[i] = round ? run[i] : found;
            check_signed("the same again", found, run[i]);
            check_that("not yet", !ended);
        }
        store_end_plan(file.store, experiment, &error);
        check_text("error", error.text, "");
        results_file_check(file.store, "SELECT count(*), count(DISTINCT id) FROM run", 0, "10|10");
    }
    setting_fini(&policy);
    results_file_fini(&file);
}

/* ---- other commands --------------------------------------------------------------------- */

TEST(other_commands_make_new_rows)
{
    static const char *const commands[] = {"run", "compare", "compare", "run"};
    struct results_file file;
    struct planned planned;
    struct error error;
    results_file_init(&file, "default");
    plan_sweep(&file, FOUR, &planned);
    for (int64_t i = 0; i < (int64_t)LENGTH(commands); i++) {
        const struct experiment_facts facts = {
            .last_seed = INT64_MAX, .command = commands[i], .name = "tuning"};
        plan(&file, &facts, FOUR, false, &planned, &error);
        check_text(commands[i], error.text, "");
        check_signed(commands[i], planned.experiment, i + 2);
        for (int64_t r = 0; r < 4; r++) {
            check_signed(commands[i], planned.run[r], 4 * (i + 1) + r + 1);
            finish(&file, planned.run[r]);
        }
    }
    results_file_check(file.store, "SELECT count(*), sum(status = 'finished') FROM run", 0,
                       "20|16");
    results_file_fini(&file);
}

/* Unless it is said which experiment goes on. */
TEST(another_round_of_a_command)
{
    static const struct experiment_facts compare = {
        .last_seed = INT64_MAX, .command = "compare", .name = "compare"};
    struct results_file file;
    struct run_plan run;
    struct error error = {""};
    int64_t experiment = 0, first, found;
    bool ended;
    results_file_init(&file, "default");
    run = (struct run_plan){.setup = file.setup};
    for (uint64_t seeds = 1; seeds <= 3; seeds++) {
        store_begin_plan(file.store, &compare, &experiment, &error);
        check_signed("experiment", experiment, 1);
        for (uint64_t seed = 0; seed < seeds; seed++) {
            run.setup.seed = seed;
            store_plan_run(file.store, experiment, &run, seed, false, &found, &ended, &error);
            check_signed("run", found, (int64_t)seed + 1);
            check_signed("those before have ended", ended, seed + 1 < seeds);
            first = found;
        }
        store_end_plan(file.store, experiment, &error);
        check_text("error", error.text, "");
        finish(&file, first);
    }
    results_file_check(file.store, "SELECT count(*), sum(status = 'finished') FROM run", 0, "3|3");
    results_file_fini(&file);
}

/* ---- what is refused -------------------------------------------------------------------- */

TEST(plans_that_are_refused)
{
#define SHARE(k, n, plans)                                                                         \
    {                                                                                              \
        .command = "sweep", .name = "tuning", .document = "a: 1", .shard = k, .shards = n,         \
        .planned = plans                                                                           \
    }
    static const struct {
        const char *what;
        struct experiment_facts there, facts;
        const char *change, *message; /* SQL; what is said after the file's name */
    } rows[] = {
        {"another version", SHARE(0, 0, 3), SHARE(0, 0, 3), "UPDATE experiment SET version = '0.0'",
         ": experiment 'tuning' in it was begun by pygcsim 0.0, this is " PYGCSIM_VERSION
         "; give another --db"},
        {"the whole, not a share", SHARE(1, 2, 3), SHARE(0, 0, 3), "",
         ": it is share 1 of 2 of experiment 'tuning'; give another --db"},
        {"a share, not the whole", SHARE(0, 0, 3), SHARE(1, 2, 3), "",
         ": it has the whole of experiment 'tuning'; give another --db"},
        {"another share", SHARE(1, 2, 3), SHARE(2, 2, 3), "",
         ": it is share 1 of 2 of experiment 'tuning'; give another --db"},
        {"a share of another number", SHARE(1, 2, 3), SHARE(1, 3, 3), "",
         ": it is share 1 of 2 of experiment 'tuning'; give another --db"},
        {"a share of a larger plan", SHARE(1, 2, 3), SHARE(1, 2, 4), "",
         ": it is a share of experiment 'tuning' as its file was before it was changed; remove it, "
         "or give another --db"},
        {"a share of another text", SHARE(1, 2, 3), SHARE(1, 2, 3),
         "UPDATE experiment SET document = 'a: 2'",
         ": it is a share of experiment 'tuning' as its file was before it was changed; remove it, "
         "or give another --db"},
        {"a share of a plan of the same size", SHARE(1, 2, 3), SHARE(1, 2, 3),
         "UPDATE run SET policy = 'another', status = 'finished'",
         ": it has other runs where share 1/2 of experiment 'tuning' has its own; give another "
         "--db"},
        {"a share of another sweep", SHARE(1, 2, 3), SHARE(1, 2, 3),
         "UPDATE experiment SET name = 'better'",
         ": it is share 1 of 2 of experiment 'better', and takes nothing else; give another --db"},
        {"the whole of another sweep", SHARE(1, 2, 3), SHARE(0, 0, 3),
         "UPDATE experiment SET name = 'better'",
         ": it is share 1 of 2 of experiment 'better', and takes nothing else; give another --db"},
        {"another command in a share",
         SHARE(1, 2, 3),
         {.command = "compare", .name = "compare"},
         "",
         ": it is share 1 of 2 of experiment 'tuning', and takes nothing else; give another --db"},
        {"a share beside others' runs",
         {.command = "compare", .name = "compare"},
         SHARE(2, 2, 3),
         "",
         ": it has other results, and a share needs a file of its own; give another --db"},
        {"a share beside another sweep", SHARE(0, 0, 3), SHARE(2, 2, 3),
         "UPDATE experiment SET name = 'better'",
         ": it has other results, and a share needs a file of its own; give another --db"},
    };
#undef SHARE
    static const char dump[] = "SELECT group_concat(id || policy || status || experiment_id),"
                               " (SELECT group_concat(id || name || planned) FROM experiment),"
                               " (SELECT count(*) FROM parameter) FROM run";
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct results_file file;
        struct planned planned;
        struct error error;
        struct text before, expected = {.text = ""};
        results_file_init(&file, "default");
        plan(&file, &rows[i].there, FOUR, false, &planned, &error);
        check_text(rows[i].what, error.text, "");
        sqlite3_exec(store_database(file.store), rows[i].change, NULL, NULL, NULL);
        sqlite3_stmt *statement = results_file_query(file.store, dump, 0);
        check_that(rows[i].what, results_file_row(statement, &before));
        sqlite3_finalize(statement);
        check_signed(rows[i].what, plan(&file, &rows[i].facts, FOUR, false, &planned, &error), -1);
        text_add(&expected, "%s%s", file.path, rows[i].message);
        check_text(rows[i].what, error.text, expected.text);
        results_file_check(file.store, dump, 0, before.text);
        sqlite3_exec(store_database(file.store), "DELETE FROM experiment", NULL, NULL, NULL);
        int64_t run = results_file_begin(&file); /* other things can be done with it */
        results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
        results_file_fini(&file);
    }
}

/* A share's runs have the numbers that they have in the whole plan. */
TEST(numbers_of_a_share)
{
    static const struct experiment_facts share = {.last_seed = INT64_MAX,
                                                  .command = "sweep",
                                                  .name = "tuning",
                                                  .shard = 2,
                                                  .shards = 3,
                                                  .planned = 9};
    struct results_file file;
    struct error error = {""};
    results_file_init(&file, "default");
    for (int round = 0; round < 2; round++) {
        static const uint64_t numbers[] = {1, 4, 7};
        int64_t experiment = 0, run;
        bool ended;
        struct run_plan planned = {.setup = file.setup};
        store_begin_plan(file.store, &share, &experiment, &error);
        for (size_t i = 0; i < LENGTH(numbers); i++) {
            planned.setup.seed = numbers[i];
            store_plan_run(file.store, experiment, &planned, numbers[i], false, &run, &ended,
                           &error);
            check_count("run", run, numbers[i] + 1);
        }
        store_end_plan(file.store, experiment, &error);
        check_text("error", error.text, "");
    }
    results_file_check(file.store, "SELECT shard, shards, planned FROM experiment", 0, "2|3|9");
    results_file_check(file.store, "SELECT group_concat(id) FROM run", 0, "2,5,8");
    results_file_fini(&file);
}

TEST(a_plan_that_cannot_be_stored)
{
    struct results_file file;
    struct planned planned;
    struct error error;
    results_file_init(&file, "default");
    sqlite3_exec(store_database(file.store),
                 "CREATE TRIGGER broken BEFORE INSERT ON run WHEN new.policy = 'event'"
                 " BEGIN SELECT RAISE(ABORT, 'no such luck'); END",
                 NULL, NULL, NULL);
    check_signed("plan", plan(&file, &sweep, FOUR, false, &planned, &error), -1);
    check_mentions("why", error.text, "no such luck");
    check_mentions("where", error.text, file.path);
    results_file_check(file.store,
                       "SELECT (SELECT count(*) FROM experiment), (SELECT count(*) FROM run),"
                       " (SELECT count(*) FROM parameter)",
                       0, "0|0|0");
    sqlite3_exec(store_database(file.store), "DROP TRIGGER broken", NULL, NULL, NULL);
    plan_sweep(&file, FOUR, &planned);
    check_runs(&file, "later",
               "1 freeze planned, 2 timed:every=1s planned, 3 event planned, 4 off planned",
               "1|1,2,3||");
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_plan_finds_its_rows),
        cmocka_unit_test(what_failed_is_planned_again_if_that_is_wanted),
        cmocka_unit_test(a_changed_plan),
        cmocka_unit_test(an_experiment_is_renewed),
        cmocka_unit_test(what_tells_runs_apart),
        cmocka_unit_test(other_commands_make_new_rows),
        cmocka_unit_test(another_round_of_a_command),
        cmocka_unit_test(plans_that_are_refused),
        cmocka_unit_test(numbers_of_a_share),
        cmocka_unit_test(a_plan_that_cannot_be_stored),
    };
    return cmocka_run_group_tests_name("store_plan", tests, NULL, NULL);
}
