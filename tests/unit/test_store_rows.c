/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is stored of a run is what was observed of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "results/statistics/histogram.h"
#include "tests/unit/results_file.h"

#define BATCH  3000  /* collections that go in at a time, before a run ends */
#define ROUNDS 10000 /* requests */

/* The next row of a query is that text. */
__attribute__((format(printf, 2, 3))) static void check_next(sqlite3_stmt *statement,
                                                             const char *format, ...)
{
    char expected[500];
    struct text row;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    check_that("a row each", results_file_row(statement, &row));
    check_text("row", row.text, expected);
}

static void check_end(sqlite3_stmt *statement)
{
    struct text row;
    check_that("and no more", !results_file_row(statement, &row));
    sqlite3_finalize(statement);
}

#define U "%" PRIu64

static void check_collections(struct store *store, int64_t run, const struct run_record *record)
{
    sqlite3_stmt *statement =
        results_file_query(store, "SELECT * FROM collection WHERE run_id = ? ORDER BY seq", run);
    for (size_t i = 0; i < record->collection_count; i++) {
        const struct collection *c = &record->collections[i];
        check_next(statement,
                   "%" PRId64 "|" U "|" U "|" U "|%d|%s|" U "|" U "|" U "|" U "|" U "|" U "|" U
                   "|" U "|" U "|" U "|" U "|" U "|" U,
                   run, c->sequence, c->wall_ns, c->mutator_ns, c->generation,
                   collection_cause_names[c->cause], c->before[0], c->before[1], c->before[2],
                   c->permanent, c->examined, c->refs, c->unreachable, c->promoted, c->pause_ns,
                   c->pause_at_ns[PRICES_LOW], c->pause_at_ns[PRICES_HIGH], c->heap_bytes_before,
                   c->heap_bytes_after);
    }
    check_end(statement);
}

static void check_samples(struct store *store, int64_t run, const struct run_record *record)
{
    sqlite3_stmt *statement =
        results_file_query(store, "SELECT * FROM sample WHERE run_id = ? ORDER BY wall_ns", run);
    for (size_t i = 0; i < record->sample_count; i++) {
        const struct sample *s = &record->samples[i];
        check_next(statement, "%" PRId64 "|" U "|" U "|" U "|" U "|" U "|" U, run, s->wall_ns,
                   s->live_bytes, s->garbage_bytes, s->tracked[0], s->tracked[1], s->tracked[2]);
    }
    check_end(statement);
}

/* After the warm-up. */
static bool is_steady(const struct simulation_result *result, uint64_t wall_ns)
{
    return wall_ns > result->steady_ns;
}

static void check_latencies(struct store *store, int64_t run, const struct run_record *record,
                            const struct simulation_result *result)
{
    struct histogram *expected = calloc(1, sizeof *expected);
    uint64_t steady = 0;
    for (size_t i = 0; i < record->request_count; i++) {
        if (is_steady(result, record->requests[i].arrival_ns)) {
            histogram_add(expected, record->requests[i].latency_ns);
            steady++;
        }
    }
    check_that("some, and not all", steady > ROUNDS / 2 && steady < ROUNDS);
    sqlite3_stmt *statement =
        results_file_query(store, "SELECT * FROM latency WHERE run_id = ? ORDER BY bucket", run);
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        const struct bucket *bucket = &expected->bucket[i];
        if (bucket->count)
            check_next(statement, "%" PRId64 "|%d|" U "|" U, run, i, bucket->count,
                       bucket->longest_ns);
    }
    check_end(statement);
    free(expected);
}

static void check_pauses(struct store *store, int64_t run, const struct run_record *record,
                         const struct simulation_result *result)
{
    struct histogram *expected = calloc(GENERATIONS, sizeof *expected);
    for (size_t i = 0; i < record->collection_count; i++)
        if (is_steady(result, record->collections[i].wall_ns))
            histogram_add(&expected[record->collections[i].generation],
                          record->collections[i].pause_ns);
    sqlite3_stmt *statement = results_file_query(
        store, "SELECT * FROM pause WHERE run_id = ? ORDER BY generation, bucket", run);
    for (int g = 0; g < GENERATIONS; g++) {
        for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
            const struct bucket *bucket = &expected[g].bucket[i];
            if (bucket->count)
                check_next(statement, "%" PRId64 "|%d|%d|" U "|" U "|" U, run, g, i, bucket->count,
                           bucket->total_ns, bucket->longest_ns);
        }
    }
    check_end(statement);
    free(expected);
}

static void check_result(struct store *store, int64_t run, const struct simulation_result *r)
{
    sqlite3_stmt *statement = results_file_query(
        store,
        "SELECT status, scatter_ns, scatter_low_ns, scatter_high_ns, calibration, sample_ns,"
        " service_ns, steady_ns, steady_mutator_ns, steady_born,"
        " first_arrival_ns, last_answer_ns, wall_ns, mutator_ns, pause_ns, idle_ns,"
        " heap_peak_bytes, born, operations, requests FROM run WHERE id = ?",
        run);
    check_next(statement,
               "%s|%.1f|%.1f|%.1f|%.1f|" U "|" U "|" U "|" U "|" U "|" U "|" U "|" U "|" U "|" U
               "|" U "|" U "|" U "|" U "|" U,
               run_status_names[r->status], r->prices.scatter_ns,
               r->prices_at[PRICES_LOW].scatter_ns, r->prices_at[PRICES_HIGH].scatter_ns,
               r->prices.calibration, r->sample_ns, r->service_ns, r->steady_ns,
               r->steady_mutator_ns, r->steady_born, r->first_arrival_ns, r->last_answer_ns,
               r->wall_ns, r->mutator_ns, r->pause_ns, r->idle_ns, r->totals.heap_peak_bytes,
               r->born, r->operations, r->requests);
    check_end(statement);
    statement = results_file_query(
        store, "SELECT * FROM reclaimed WHERE run_id = ? ORDER BY generation", run);
    for (int g = 0; g <= PERMANENT; g++)
        check_next(statement, "%" PRId64 "|%d|" U "|" U "|" U, run, g, r->totals.freed_by_count[g],
                   r->totals.freed_by_collector[g], r->totals.tracked[g]);
    check_end(statement);
}

/* Requests that leave a cycle each, and collections of every generation; arrivals that pauses delay
 * more and more. */
static char *busy_program(void)
{
    char *program = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&program, &length);
    fputs("work 5;event startup_done;", out);
    for (int i = 0; i < ROUNDS; i++)
        fprintf(out, "begin 0 %d;new 0 1;store 0 0 0;new 0 2;work 400;end 0;collect %d;", 700 * i,
                i % 100 == 0  ? 2
                : i % 10 == 0 ? 1
                              : 0);
    fclose(out);
    return program;
}

static int store_batch(void *context, struct record *record)
{
    const struct results_file *file = context;
    struct error error = {""};
    if (record->tables[TABLE_collection].count - record->collections_stored < BATCH)
        return 0;
    int status = store_collections(file->store, 1, record, &error);
    check_text("batch", error.text, "");
    return status;
}

static void check_rows(bool in_batches)
{
    struct results_file file;
    struct run_record record = {0};
    struct simulation_result result;
    struct error error = {""};
    char *program = busy_program();
    results_file_init(&file, "timed:every=1ms");
    file.tiny.program = program;
    file.setup.sample_ns = 700;
    file.setup.warmup_ns = 500000;
    int64_t run = results_file_begin(&file);
    if (in_batches) {
        file.record->collected = store_batch;
        file.record->context = &file;
    }
    const struct observer recorder = run_record_observer(&record, NULL);
    const struct observer observer = record_observer(file.record, &recorder);
    int status = simulate(&file.setup, &observer, &result, &error);
    check_text("error", error.text, "");
    check_signed("status", status, 0);
    check_count("in batches", file.record->collections_stored >= BATCH, in_batches);
    check_that("the last is part of one",
               file.record->collections_stored < record.collection_count);
    results_file_end(&file, run, &result, NULL);

    check_that("many collections", record.collection_count > 2 * BATCH);
    check_that("and samples", record.sample_count > BATCH);
    check_count("requests", record.request_count, ROUNDS);
    check_collections(file.store, run, &record);
    check_samples(file.store, run, &record);
    check_latencies(file.store, run, &record, &result);
    check_pauses(file.store, run, &record, &result);
    check_result(file.store, run, &result);
    run_record_fini(&record);
    results_file_fini(&file);
    free(program);
}

TEST(rows_are_what_was_observed)
{
    check_rows(false);
    check_rows(true);
}

/* A collection, a sample and a request, stored with each level: metrics are the same with all. */
TEST(log_levels)
{
    static const struct {
        enum log_level log;
        const char *rows; /* of table collection, sample, latency, pause, reclaimed */
    } levels[] = {
        {LOG_summary, "0|0|1|1|4"},
        {LOG_samples, "0|1|1|1|4"},
        {LOG_collections, "1|1|1|1|4"},
    };
    struct results_file file;
    struct text summary;
    results_file_init(&file, "default");
    for (size_t i = 0; i < LENGTH(levels); i++) {
        file.log = levels[i].log;
        int64_t run = results_file_begin(&file);
        void *context = file.observer.context;
        file.observer.collection(context, &(struct collection){.wall_ns = 10, .pause_ns = 5});
        file.observer.sample(context, &(struct sample){.wall_ns = 20, .live_bytes = 7});
        file.observer.request(context, &(struct request){.arrival_ns = 30, .latency_ns = 9});
        results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
        const char *what = log_level_names[levels[i].log];
        results_file_check(file.store, "SELECT log FROM run WHERE id = ?", run, what);
        results_file_check(file.store,
                           "SELECT (SELECT count(*) FROM collection WHERE run_id = ?1),"
                           " (SELECT count(*) FROM sample WHERE run_id = ?1),"
                           " (SELECT count(*) FROM latency WHERE run_id = ?1),"
                           " (SELECT count(*) FROM pause WHERE run_id = ?1),"
                           " (SELECT count(*) FROM reclaimed WHERE run_id = ?1)",
                           run, levels[i].rows);
        sqlite3_stmt *statement =
            results_file_query(file.store,
                               "SELECT count(*), total(value), min(value), max(value) FROM summary"
                               " WHERE run_id = ?",
                               run);
        struct text other;
        check_that(what, results_file_row(statement, i ? &other : &summary));
        check_text(what, i ? other.text : summary.text, summary.text);
        sqlite3_finalize(statement);
    }
    results_file_check(file.store,
                       "SELECT value FROM summary WHERE metric = 'pause_max'"
                       " AND run_id = ?",
                       1, "5.0e-09");
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_was_observed),
        cmocka_unit_test(log_levels),
    };
    return cmocka_run_group_tests_name("store_rows", tests, NULL, NULL);
}
