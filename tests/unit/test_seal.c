/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seals: digests of rows, and that those of a run follow it through all that may become of it. */
#include "results/store/seal.h"

#include <stdlib.h>
#include <string.h>

#include "results/store/soundness.h"
#include "tests/unit/results_file.h"

/* ---- a row -------------------------------------------------------------------------------------
 */

/* n: NULL; i, r and t: the value as such a number, or as a text. */
static uint64_t digest(const char *types, const char *const *values, enum sealed_table table)
{
    struct seal_row row;
    seal_row_begin(&row);
    for (size_t i = 0; types[i]; i++)
        if (types[i] == 'n')
            seal_null(&row);
        else if (types[i] == 'i')
            seal_integer(&row, strtoll(values[i], NULL, 10));
        else if (types[i] == 'r')
            seal_real(&row, strtod(values[i], NULL));
        else
            seal_text(&row, values[i], strlen(values[i]));
    return seal_row_end(&row, table);
}

TEST(rows_that_differ)
{
    static const struct {
        const char *types, *values[3];
    } rows[] = {
        {"i", {"0"}},        {"r", {"0"}},       {"n", {"0"}},
        {"t", {"0"}},        {"i", {"1"}},       {"i", {"-1"}},
        {"r", {"1"}},        {"t", {"1"}},       {"t", {""}},
        {"ii", {"0", "0"}},  {"in", {"0", "0"}}, {"ni", {"0", "0"}},
        {"ii", {"1", "0"}},  {"ii", {"0", "1"}}, {"tt", {"ab", "c"}},
        {"tt", {"a", "bc"}}, {"", {NULL}},       {"iii", {"0", "0", "0"}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t j = 0; j <= i; j++) {
            uint64_t a = digest(rows[i].types, rows[i].values, SEALED_run);
            check_that(rows[i].types,
                       (a == digest(rows[j].types, rows[j].values, SEALED_run)) == (i == j));
            check_that(rows[i].types, a != digest(rows[j].types, rows[j].values, SEALED_summary));
        }
    const char *const zeros[] = {"0", "-0"};
    check_that("as SQLite keeps it",
               digest("r", zeros, SEALED_run) == digest("r", zeros + 1, SEALED_run));
}

/* ---- a run -------------------------------------------------------------------------------------
 */

/* It can be opened, and everything of its runs is as it was stored. */
static void check_as_stored(struct results_file *file, const char *when)
{
    struct error error = {""};
    struct store *store = store_open_existing(file->path, &error);
    check_text(when, error.text, "");
    for (int seal = SEAL_HISTOGRAMS; seal < RUN_SEAL_COUNT; seal++)
        soundness_check_runs(store, "SELECT id FROM run", (enum run_seal)seal, &error);
    check_text(when, error.text, "");
    results_file_check(store, "SELECT count(*) FROM run WHERE seal IS NULL", 0, "0");
    store_close(store);
}

static void add_collections(struct results_file *file, uint64_t count)
{
    for (; count > 0; count--) {
        uint64_t sequence = file->record->tables[TABLE_collection].count;
        struct collection collection = {
            .sequence = sequence, .wall_ns = 10 * sequence + 1, .pause_ns = 5};
        file->observer.collection(file->observer.context, &collection);
    }
}

TEST(a_run_is_sealed_whatever_becomes_of_it)
{
    struct results_file file;
    struct error error = {""};
    const struct simulation_result result = {
        .status = RUN_finished, .wall_ns = 100, .service_ns = 7};
    results_file_init(&file, "freeze:t1=keep");
    int64_t run = results_file_begin(&file);
    check_as_stored(&file, "planned");
    add_collections(&file, 3);
    check_signed("store", store_collections(file.store, run, file.record, &error), 0);
    check_as_stored(&file, "begun");
    add_collections(&file, 2);
    results_file_end(&file, run, &result, NULL);
    check_as_stored(&file, "finished");
    results_file_check(file.store, "SELECT seal_log IS NOT NULL, status FROM run WHERE id = ?", run,
                       "1|finished");
    run = results_file_begin(&file);
    results_file_end(&file, run, NULL, "no luck");
    check_as_stored(&file, "failed");
    run = results_file_begin(&file);
    check_as_stored(&file, "another");
    results_file_fini(&file);
}

/* One number of each table at a time. */
TEST(a_number_that_is_another)
{
    static const struct {
        const char *sql;
        bool when_opened;
    } rows[] = {
        {"UPDATE experiment SET planned = planned + 1", true},
        {"UPDATE run SET wall_ns = wall_ns + 1", true},
        {"UPDATE run SET in_plan = 0", true},
        {"UPDATE run SET seal = seal + 1", true},
        {"UPDATE parameter SET value = value + 1 WHERE value NOTNULL", true},
        {"UPDATE summary SET value = value + 1", true},
        {"UPDATE reclaimed SET by_refcount = by_refcount + 1", false},
        {"UPDATE pause SET longest_ns = longest_ns + 1", false},
        {"UPDATE collection SET refs = refs + 1", false},
        {"DELETE FROM collection WHERE seq = 1", false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct results_file file;
        struct error error = {""};
        const struct simulation_result result = {.status = RUN_finished, .wall_ns = 100};
        results_file_init(&file, "freeze:t0=500");
        int64_t run = results_file_begin(&file);
        add_collections(&file, 3);
        results_file_end(&file, run, &result, NULL);
        check_as_stored(&file, "before");
        sqlite3_exec(store_database(file.store), rows[i].sql, NULL, NULL, NULL);
        check_count(rows[i].sql, (size_t)sqlite3_changes(store_database(file.store)) > 0, 1);
        struct store *store = store_open_existing(file.path, &error);
        check_that(rows[i].sql, !store == rows[i].when_opened);
        for (int seal = SEAL_HISTOGRAMS; store && seal < RUN_SEAL_COUNT; seal++)
            soundness_check_runs(store, "SELECT id FROM run", (enum run_seal)seal, &error);
        check_mentions(rows[i].sql, error.text, " is not as it was stored");
        store_close(store);
        results_file_fini(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_differ),
        cmocka_unit_test(a_run_is_sealed_whatever_becomes_of_it),
        cmocka_unit_test(a_number_that_is_another),
    };
    return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
