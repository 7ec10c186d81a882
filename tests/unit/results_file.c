/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/results_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"

void results_file_name(char path[TEST_PATH])
{
    test_file(path, "", 0);
    unlink(path);
}

void results_file_remove(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < LENGTH(endings); i++) {
        char name[TEST_PATH + 16];
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

static void open_it(struct results_file *file)
{
    struct error error = {""};
    file->store = store_open(file->path, &error);
    check_text(file->path, error.text, "");
    check_that(file->path, file->store != NULL);
}

void results_file_init(struct results_file *file, const char *policy)
{
    struct error error = {""};
    *file = (struct results_file){.tiny.program = "", .log = LOG_collections};
    results_file_name(file->path);
    open_it(file);
    file->record = record_new();
    file->meter = meter_new();
    file->observer = record_observer(file->record, NULL);
    setting_parse(&file->policy, policy, policies, "policy", &error);
    check_text(policy, error.text, "");
    file->workload = tiny_workload(&file->tiny);
    file->setup = (struct simulation_setup){
        .engine = &graph_engine,
        .collector = collector_version("cpython-3.13"),
        .workload = &file->workload,
        .policy = &file->policy,
        .seed = 42,
    };
}

void results_file_reopen(struct results_file *file)
{
    store_close(file->store);
    open_it(file);
}

void results_file_fini(struct results_file *file)
{
    store_close(file->store);
    meter_free(file->meter);
    record_free(file->record);
    setting_fini(&file->policy);
    results_file_remove(file->path);
}

int64_t results_file_begin(struct results_file *file)
{
    static const struct experiment_facts facts = {
        .last_seed = INT64_MAX, .command = "test", .name = "test", .planned = 1};
    const struct run_plan plan = {.setup = file->setup, .log = file->log, .warmup = file->warmup};
    struct error error = {""};
    int64_t experiment = 0, run = 0;
    bool ended = true;
    if (store_begin_plan(file->store, &facts, &experiment, &error) == 0 &&
        store_plan_run(file->store, experiment, &plan, 0, false, &run, &ended, &error) == 0)
        store_end_plan(file->store, experiment, &error);
    check_text("plan", error.text, "");
    check_that("it is new", !ended);
    record_begin(file->record);
    return run;
}

void results_file_end(struct results_file *file, int64_t run,
                      const struct simulation_result *result, const char *failure)
{
    struct error error = {""};
    double *values = allocate_zeroed(metric_count(), sizeof *values);
    if (failure) {
        store_failure(file->store, run, failure, &error);
    } else {
        record_end(file->record, result, file->warmup, HORIZON_NS);
        if (meter_read(file->meter, file->record, values, &error) == 0)
            store_run(file->store, run, file->log, file->record, values, &error);
    }
    check_text("end", error.text, "");
    free(values);
}

sqlite3_stmt *results_file_query(struct store *store, const char *sql, int64_t run)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(store_database(store), sql, -1, &statement, NULL);
    check_that(sql, statement != NULL);
    if (sqlite3_bind_parameter_count(statement))
        sqlite3_bind_int64(statement, 1, run);
    return statement;
}

bool results_file_row(sqlite3_stmt *statement, struct text *row)
{
    *row = (struct text){.text = ""};
    if (sqlite3_step(statement) != SQLITE_ROW)
        return false;
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *value = (const char *)sqlite3_column_text(statement, i);
        text_add(row, "%s%s", i ? "|" : "", value ? value : "");
    }
    return true;
}

void results_file_check(struct store *store, const char *sql, int64_t run, const char *row)
{
    struct text text;
    sqlite3_stmt *statement = results_file_query(store, sql, run);
    check_that(sql, results_file_row(statement, &text));
    check_text(sql, text.text, row);
    check_that(sql, !results_file_row(statement, &text));
    sqlite3_finalize(statement);
}

static void check_same_rows(const char *what, sqlite3_stmt *a, sqlite3_stmt *b)
{
    struct text row, other;
    while (results_file_row(a, &row)) {
        check_that(what, results_file_row(b, &other));
        check_text(what, other.text, row.text);
    }
    check_that(what, !results_file_row(b, &other));
    sqlite3_finalize(a);
    sqlite3_finalize(b);
}

void results_file_check_same(const char *what, struct store *a, struct store *b)
{
    struct text table;
    sqlite3_stmt *tables =
        results_file_query(a, "SELECT name FROM sqlite_schema WHERE type = 'table'", 0);
    while (results_file_row(tables, &table)) {
        struct text sql = {.text = ""}, title = {.text = ""};
        text_add(&sql, "SELECT * FROM %s ORDER BY 1, 2, 3", table.text);
        text_add(&title, "%s: table %s", what, table.text);
        check_same_rows(title.text, results_file_query(a, sql.text, 0),
                        results_file_query(b, sql.text, 0));
    }
    sqlite3_finalize(tables);
}
