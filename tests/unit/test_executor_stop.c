/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executions that are stopped, or whose results cannot be stored: nothing is stored by halves, and
 * they can be continued to the same rows. */
#include <stdlib.h>

#include "tests/unit/watch.h"

/* ---- told to stop ----------------------------------------------------------------------- */

/* Runs are stored with everything, or only planned. */
static void check_all_or_nothing(struct store *store)
{
    results_file_check(store,
                       "SELECT count(*) FROM run WHERE status NOT IN ('planned', 'finished')"
                       " OR (status = 'finished') != (id IN (SELECT run_id FROM summary))"
                       " OR (status = 'finished') != (id IN (SELECT run_id FROM sample))"
                       " OR (status = 'finished') != (id IN (SELECT run_id FROM reclaimed))"
                       " OR (status = 'planned' AND (wall_ns IS NOT NULL"
                       "  OR id IN (SELECT run_id FROM collection UNION SELECT run_id FROM latency"
                       "            UNION SELECT run_id FROM pause)))",
                       0, "0");
}

static int finished(struct results_file *file)
{
    struct text row;
    sqlite3_stmt *statement =
        results_file_query(file->store, "SELECT count(*) FROM run WHERE status = 'finished'", 0);
    check_that("a row", results_file_row(statement, &row));
    sqlite3_finalize(statement);
    return atoi(row.text);
}

TEST(stopped_and_continued)
{
    static const unsigned workers[] = {1, 3};
    struct results_file whole;
    results_file_init(&whole, "default");
    watch_work_well(&whole, &watch_usual, 1, NULL);
    for (size_t w = 0; w < LENGTH(workers); w++) {
        struct results_file file;
        int before = 0;
        results_file_init(&file, "default");
        for (size_t after = 1; before < 32; after = after % 4 + 1) {
            struct watch watch = {.stop_after = after};
            watch_work_well(&file, &watch_usual, workers[w], &watch);
            check_all_or_nothing(file.store);
            int now = finished(&file);
            check_signed("those that have ended", now, before + (int)watch.ended);
            check_that("it goes on", now >= before + (int)after || now == 32);
            check_that("and stops", now < before + (int)(after + workers[w]));
            before = now;
            results_file_reopen(&file);
        }
        results_file_check_same("in the end", whole.store, file.store);
        results_file_fini(&file);
    }
    results_file_fini(&whole);
}

TEST(stopped_before_anything_is_run)
{
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct results_file file;
        struct watch at_once = {.stop = true}, in_compile = {.stop_in_compile = true};
        results_file_init(&file, "default");
        watch_work_well(&file, &watch_usual, workers, &at_once);
        check_count("nothing is begun", at_once.begun + at_once.compiled, 0);
        watch_work_well(&file, &watch_usual, workers, &in_compile);
        check_that("compiling is", in_compile.compiled >= 1 && in_compile.compiled <= workers);
        check_count("but no run", in_compile.begun, 0);
        results_file_check(file.store, "SELECT count(*), count(wall_ns) FROM run", 0, "32|0");
        check_all_or_nothing(file.store);
        results_file_fini(&file);
    }
}

/* One of many collections, of which the first 65536 are stored before it has ended. */
static const struct small_experiment long_runs = {
    .workloads = {"device:duration=80h"},
    .policies = {"timed:every=2s", "off"},
    .log = LOG_collections,
};

TEST(stopped_in_a_long_run)
{
    struct results_file whole, file;
    struct watch watch = {.stop_when = "SELECT count(*) FROM collection"};
    results_file_init(&whole, "default");
    results_file_init(&file, "default");
    watch_work_well(&whole, &long_runs, 2, NULL);
    results_file_check(whole.store, "SELECT count(*) > 2 * 65536 FROM collection", 0, "1");
    watch_work_well(&file, &long_runs, 2, &watch);
    results_file_check(file.store, "SELECT status, wall_ns FROM run WHERE id = 1", 0,
                       "unfinished|");
    results_file_check(file.store,
                       "SELECT count(*) % 65536, count(*) > 0, max(seq) + 1 = count(*)"
                       " FROM collection",
                       0, "0|1|1");
    results_file_reopen(&file);
    watch_work_well(&file, &long_runs, 2, NULL);
    results_file_check_same("in the end", whole.store, file.store);
    results_file_fini(&whole);
    results_file_fini(&file);
}

/* ---- nothing can be stored -------------------------------------------------------------- */

/* When something is to be written about run 23: a web service with many collections. */
TEST(a_broken_results_file)
{
    static const char *const triggers[] = {
        "BEFORE UPDATE ON run WHEN new.id = 23 AND new.status <> 'planned'",
        "BEFORE INSERT ON collection WHEN new.run_id = 23",
        "BEFORE INSERT ON sample WHEN new.run_id = 23 AND new.live_bytes > 0",
        "BEFORE INSERT ON latency WHEN new.run_id = 23",
        "BEFORE INSERT ON pause WHEN new.run_id = 23",
        "BEFORE INSERT ON reclaimed WHEN new.run_id = 23 AND new.generation = 3",
        "BEFORE INSERT ON summary WHEN new.run_id = 23 AND new.metric = 'heap_peak'",
    };
    struct results_file whole;
    results_file_init(&whole, "default");
    watch_work_well(&whole, &watch_usual, 1, NULL);
    for (size_t i = 0; i < LENGTH(triggers); i++) {
        struct results_file file;
        struct error error;
        struct watch watch = {0};
        struct text sql = {.text = ""};
        unsigned workers = i % 2 ? 5 : 1;
        results_file_init(&file, "default");
        text_add(&sql, "CREATE TRIGGER broken %s BEGIN SELECT RAISE(ABORT, 'no such luck'); END",
                 triggers[i]);
        check_signed(triggers[i],
                     sqlite3_exec(store_database(file.store), sql.text, NULL, NULL, NULL), 0);
        check_signed(triggers[i], watch_work(&file, &watch_usual, workers, NULL, &watch, &error),
                     -1);
        check_mentions("why", error.text, ": no such luck");
        check_mentions("where", error.text, file.path);
        check_all_or_nothing(file.store);
        results_file_check(file.store, "SELECT status FROM run WHERE id = 23", 0, "planned");
        check_signed("those before", finished(&file), (int64_t)watch.ended);
        size_t given_up = watch.begun - watch.ended;
        check_that("everyone stops", given_up >= 1 && given_up <= workers);
        check_that("at once", workers > 1 || watch.ended == 22);
        sqlite3_exec(store_database(file.store), "DROP TRIGGER broken", NULL, NULL, NULL);
        watch_work_well(&file, &watch_usual, workers, NULL);
        results_file_check_same(triggers[i], whole.store, file.store);
        results_file_fini(&file);
    }
    results_file_fini(&whole);
}

/* Before a long run has ended, too. */
TEST(a_full_disk)
{
    for (unsigned workers = 1; workers <= 2; workers++) {
        struct results_file file;
        struct error error;
        struct watch watch = {0};
        results_file_init(&file, "default");
        sqlite3_exec(store_database(file.store), "PRAGMA max_page_count = 1000", NULL, NULL, NULL);
        check_signed("status", watch_work(&file, &long_runs, workers, NULL, &watch, &error), -1);
        check_mentions("why", error.text, ": the disk is full");
        results_file_check(file.store, "SELECT status FROM run WHERE id = 1", 0, "planned");
        results_file_check(file.store, "SELECT count(*) FROM collection", 0, "0");
        results_file_fini(&file);
    }
}

/* A failure cannot be stored either. */
TEST(a_broken_results_file_and_a_run_that_fails)
{
    static const struct small_experiment small = {.workloads = {"script:file=/nonexistent"},
                                                  .policies = {"off", "default"}};
    struct results_file file;
    struct error error;
    struct watch watch = {0};
    results_file_init(&file, "default");
    sqlite3_exec(store_database(file.store),
                 "CREATE TRIGGER broken BEFORE UPDATE ON run WHEN new.status = 'failed'"
                 " BEGIN SELECT RAISE(ABORT, 'no such luck'); END",
                 NULL, NULL, NULL);
    check_signed("status", watch_work(&file, &small, 2, NULL, &watch, &error), -1);
    check_mentions("why", error.text, ": no such luck");
    results_file_check(file.store, "SELECT group_concat(status) FROM run", 0, "planned,planned");
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopped_and_continued),
        cmocka_unit_test(stopped_before_anything_is_run),
        cmocka_unit_test(stopped_in_a_long_run),
        cmocka_unit_test(a_broken_results_file),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_broken_results_file_and_a_run_that_fails),
    };
    return cmocka_run_group_tests_name("executor_stop", tests, NULL, NULL);
}
