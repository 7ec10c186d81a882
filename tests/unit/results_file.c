/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/results_file.h"

#include <stdio.h>
#include <unistd.h>

#include "policies/registry.h"

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
    file->observer = store_observer(file->store, NULL);
}

void results_file_init(struct results_file *file, const char *policy)
{
    struct error error = {""};
    *file = (struct results_file){.tiny.program = ""};
    results_file_name(file->path);
    open_it(file);
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
    setting_fini(&file->policy);
    results_file_remove(file->path);
}

int64_t results_file_begin(struct results_file *file)
{
    struct error error = {""};
    int64_t experiment = 0, run = 0;
    store_begin_experiment(file->store, "test", &experiment, &error);
    check_text("experiment", error.text, "");
    store_begin_run(file->store, experiment, &file->setup, &run, &error);
    check_text("run", error.text, "");
    return run;
}

void results_file_end(struct results_file *file, const struct simulation_result *result,
                      const char *failure)
{
    struct error error = {""};
    store_end_run(file->store, result, failure, &error);
    check_text("end", error.text, "");
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
