/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run has told, as rows: everything of it, and histograms of its steady state. */
#include "results/store/record.h"

#include <inttypes.h>

#include "tests/unit/results_file.h"

static void tell_collection(struct record *record, uint64_t wall_ns, int generation,
                            uint64_t pause_ns)
{
    const struct observer observer = record_observer(record, NULL);
    const struct collection collection = {
        .wall_ns = wall_ns, .generation = generation, .pause_ns = pause_ns};
    check_signed("told", observer.collection(observer.context, &collection), 0);
}

static void tell_request(struct record *record, uint64_t arrival_ns, uint64_t latency_ns)
{
    const struct observer observer = record_observer(record, NULL);
    const struct request request = {.arrival_ns = arrival_ns, .latency_ns = latency_ns};
    check_signed("told", observer.request(observer.context, &request), 0);
}

static void end(struct record *record, uint64_t steady_ns)
{
    const struct simulation_result result = {.status = RUN_finished, .steady_ns = steady_ns};
    record_end(record, &result, (struct warmup){0}, HORIZON_NS);
}

static size_t count_of(const struct record *record, enum record_table table)
{
    return record->tables[table].count;
}

/* "longest x count" of each latency. */
static const char *latencies(const struct record *record, struct text *text)
{
    const struct latency_row *row = record->tables[TABLE_latency].row;
    *text = (struct text){.text = ""};
    for (size_t i = 0; i < count_of(record, TABLE_latency); i++, row++) {
        check_count("bucket", row->bucket, histogram_bucket(row->longest_ns));
        text_add(text, "%s%" PRIu64 "x%" PRIu64, i ? " " : "", row->longest_ns, row->requests);
    }
    return text->text;
}

/* "generation: longest x count = total" of each pause. */
static const char *pauses(const struct record *record, struct text *text)
{
    const struct pause_row *row = record->tables[TABLE_pause].row;
    *text = (struct text){.text = ""};
    for (size_t i = 0; i < count_of(record, TABLE_pause); i++, row++) {
        check_count("bucket", row->bucket, histogram_bucket(row->longest_ns));
        text_add(text, "%s%" PRIu64 ":%" PRIu64 "x%" PRIu64 "=%" PRIu64, i ? " " : "",
                 row->generation, row->longest_ns, row->collections, row->total_ns);
    }
    return text->text;
}

/* Everything at the instants 0, 100 and 101; what is as long at all of them is counted. */
TEST(the_steady_state)
{
    static const struct {
        const char *what;
        uint64_t steady_ns;
        const char *latencies, *pauses;
    } rows[] = {
        {"is the whole run", 0, "0x1 7x3 9x1", "0:5x3=15 2:6x1=6 2:30x1=30"},
        {"begins late", 100, "7x1 9x1", "0:5x1=5 2:30x1=30"},
        {"begins after the first instant", 1, "7x2 9x1", "0:5x2=10 2:6x1=6 2:30x1=30"},
        {"never comes", 101, "", ""},
    };
    struct record *record = record_new();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct text text;
        record_begin(record);
        tell_collection(record, 0, 0, 5);
        tell_request(record, 0, 7);
        tell_request(record, 0, 0);
        tell_collection(record, 100, 2, 6);
        tell_collection(record, 100, 0, 5);
        tell_request(record, 100, 7);
        tell_collection(record, 101, 2, 30);
        tell_collection(record, 101, 0, 5);
        tell_request(record, 101, 7);
        tell_request(record, 101, 9);
        end(record, rows[i].steady_ns);
        check_text(rows[i].what, latencies(record, &text), rows[i].latencies);
        check_text(rows[i].what, pauses(record, &text), rows[i].pauses);
        check_count("all are kept", count_of(record, TABLE_collection), 5);
    }
    record_free(record);
}

/* The first 50 of 200 requests, one every 100 ns, take longer: by MSER-5 the steady state begins
 * with the last one's answer, unless start-up ends even later; as it would be without pauses, by
 * which some are late. */
TEST(a_warm_up_found_in_the_latencies)
{
    static const struct {
        uint64_t startup_ns, steady_ns, steady_mutator_ns, steady_born, counted;
        uint64_t late_from, late_to; /* requests: by a long pause; 0: none */
    } rows[] = {
        {0, 5000 + 1000, 5000 / 2, 150, 140, 0, 0},
        {4000, 5000 + 1000, 5000 / 2, 150, 140, 0, 0},
        {10000, 10000, 77, 88, 100, 0, 0},
        {30000, 30000, 77, 88, 0, 0, 0},
        {0, 5000 + 1000, 5000 / 2, 150, 140, 60, 90},
        {0, 5000 + 1000, 4700 / 2, 141, 140, 48, 90},
        {0, 5000 + 1000, 77, 88, 140, 1, 200},
    };
    struct record *record = record_new();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct simulation_result result = {.service_ns = rows[i].startup_ns,
                                                 .steady_ns = rows[i].startup_ns,
                                                 .steady_mutator_ns = 77,
                                                 .steady_born = 88};
        const struct observer observer = record_observer(record, NULL);
        for (uint64_t n = 1; n <= 200; n++) {
            uint64_t undelayed_ns = n <= 50 ? 1000 : 10;
            bool late = n >= rows[i].late_from && n <= rows[i].late_to;
            observer.request(observer.context,
                             &(struct request){.arrival_ns = 100 * n,
                                               .latency_ns = undelayed_ns + (late ? 7000 : 0),
                                               .undelayed_ns = undelayed_ns,
                                               .mutator_ns = 50 * n,
                                               .born = 3 * n});
        }
        tell_collection(record, rows[i].steady_ns, 0, 1);
        tell_collection(record, rows[i].steady_ns + 1, 0, 1);
        record_end(record, &result, (struct warmup){WARMUP_MSER5}, HORIZON_NS);
        const struct simulation_result *own = record->tables[TABLE_run].row;
        struct text text;
        uint64_t counted = 0;
        for (size_t b = 0; b < count_of(record, TABLE_latency); b++)
            counted += ((const struct latency_row *)record->tables[TABLE_latency].row)[b].requests;
        check_count("start-up is what it was", own->service_ns, rows[i].startup_ns);
        check_count("steady", own->steady_ns, rows[i].steady_ns);
        check_count("steady", own->steady_mutator_ns, rows[i].steady_mutator_ns);
        check_count("born by then", own->steady_born, rows[i].steady_born);
        check_count("requests", counted, rows[i].counted);
        check_text("pauses", pauses(record, &text), "0:1x1=1");
        record_begin(record);
    }
    record_free(record);
}

/* Values of one bucket are one row. */
TEST(buckets)
{
    struct record *record = record_new();
    struct text text;
    for (uint64_t ns = 1000000; ns <= 1002000; ns += 1000) {
        tell_collection(record, 1, 1, ns);
        tell_request(record, 1, ns);
    }
    check_count("it is one", histogram_bucket(1000000), histogram_bucket(1002000));
    tell_collection(record, 1, 1, 2000000);
    tell_collection(record, 1, 0, 1001000);
    end(record, 0);
    check_text("latencies", latencies(record, &text), "1002000x3");
    check_text("pauses", pauses(record, &text),
               "0:1001000x1=1001000 1:1002000x3=3003000 1:2000000x1=2000000");
    record_free(record);
}

TEST(a_record_forgets_the_run_before)
{
    static const uint64_t lengths[] = {1000, 3, 0, 5000};
    struct record *record = record_new();
    for (size_t i = 0; i < LENGTH(lengths); i++) {
        const struct observer observer = record_observer(record, NULL);
        for (uint64_t n = 0; n < lengths[i]; n++) {
            tell_collection(record, n, 0, 1000 * n);
            tell_request(record, n, 1000 * n);
            observer.sample(observer.context, &(struct sample){.wall_ns = n + i});
        }
        end(record, 0);
        const struct collection *collections = record->tables[TABLE_collection].row;
        const struct sample *samples = record->tables[TABLE_sample].row;
        const struct latency_row *latency = record->tables[TABLE_latency].row;
        const struct pause_row *pause = record->tables[TABLE_pause].row;
        uint64_t requests = 0, counted = 0;
        check_count("collections", count_of(record, TABLE_collection), lengths[i]);
        check_count("samples", count_of(record, TABLE_sample), lengths[i]);
        for (uint64_t n = 0; n < lengths[i]; n++) {
            check_count("a collection", collections[n].wall_ns, n);
            check_count("a sample", samples[n].wall_ns, n + i);
        }
        for (size_t b = 0; b < count_of(record, TABLE_latency); b++)
            requests += latency[b].requests;
        for (size_t b = 0; b < count_of(record, TABLE_pause); b++)
            counted += pause[b].collections;
        check_count("requests", requests, lengths[i]);
        check_count("pauses", counted, lengths[i]);
        check_count("one run", count_of(record, TABLE_run), 1);
        check_count("generations", count_of(record, TABLE_reclaimed), GENERATIONS + 1);
        record_begin(record);
        for (int table = 0; table < RECORD_TABLE_COUNT; table++)
            check_count(record_tables[table].name, record->tables[table].count, 0);
    }
    record_free(record);
}

TEST(results)
{
    static const struct simulation_result result = {
        .status = RUN_out_of_memory,
        .wall_ns = 12345,
        .totals = {.freed_by_count = {1, 2, 3, 4},
                   .freed_by_collector = {5, 6, 7, 8},
                   .tracked = {9, 10, 11, 12}},
    };
    struct record *record = record_new();
    record_end(record, &result, (struct warmup){0}, HORIZON_NS);
    const struct simulation_result *own = record->tables[TABLE_run].row;
    const struct reclaimed_row *reclaimed = record->tables[TABLE_reclaimed].row;
    check_count("status", own->status, RUN_out_of_memory);
    check_count("wall time", own->wall_ns, 12345);
    for (uint64_t g = 0; g <= PERMANENT; g++) {
        check_count("generation", reclaimed[g].generation, g);
        check_count("by count", reclaimed[g].by_refcount, g + 1);
        check_count("by the collector", reclaimed[g].by_collector, g + 5);
        check_count("at the end", reclaimed[g].tracked, g + 9);
    }
    record_free(record);
    record_free(NULL);
}

/* ---- whoever stores collections as they come ---------------------------------------------------
 */

struct listener {
    size_t told, refuses_at;
};

static int listen(void *context, struct record *record)
{
    struct listener *listener = context;
    check_count("after each", count_of(record, TABLE_collection), ++listener->told);
    return listener->told == listener->refuses_at ? -1 : 0;
}

TEST(a_listener)
{
    struct record *record = record_new();
    struct listener listener = {.refuses_at = 4};
    record->collected = listen;
    record->context = &listener;
    const struct observer observer = record_observer(record, NULL);
    for (size_t i = 1; i <= 4; i++)
        check_signed("told", observer.collection(observer.context, &(struct collection){0}),
                     i == 4 ? -1 : 0);
    record_begin(record);
    check_signed("none", observer.collection(observer.context, &(struct collection){0}), 0);
    check_count("it is not told of the next run", listener.told, 4);
    record_free(record);
}

/* ---- columns -----------------------------------------------------------------------------------
 */

/* The results file has a column each, in that order, after the run's number; in table run, after
 * what was asked for, and before what keeps it (in_plan and seals). It has no requests. */
TEST(columns_are_those_of_the_results_file)
{
    struct results_file file;
    results_file_init(&file, "default");
    for (int table = 0; table < RECORD_TABLE_COUNT; table++) {
        if (!record_table_is_stored(table))
            continue;
        struct text expected = {.text = ""}, sql = {.text = ""}, row;
        for (const struct row_column *c = record_tables[table].columns; c->name; c++)
            text_add(&expected, "%s ", c->name);
        text_add(&sql,
                 "SELECT name || ' ' FROM pragma_table_info('%s') WHERE cid >= %s ORDER BY cid",
                 record_tables[table].name,
                 table == TABLE_run ? "(SELECT cid FROM pragma_table_info('run')"
                                      " WHERE name = 'scatter_ns') AND cid < (SELECT cid FROM"
                                      " pragma_table_info('run') WHERE name = 'in_plan')"
                                      " OR name = 'status'"
                                    : "1");
        struct text found = {.text = ""};
        sqlite3_stmt *statement = results_file_query(file.store, sql.text, 0);
        while (results_file_row(statement, &row))
            text_add(&found, "%s", row.text);
        sqlite3_finalize(statement);
        check_text(record_tables[table].name, found.text, expected.text);
    }
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_steady_state),
        cmocka_unit_test(a_warm_up_found_in_the_latencies),
        cmocka_unit_test(buckets),
        cmocka_unit_test(a_record_forgets_the_run_before),
        cmocka_unit_test(results),
        cmocka_unit_test(a_listener),
        cmocka_unit_test(columns_are_those_of_the_results_file),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
