/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results files. An input is a list of changes to a small good file: of values by SQL, whatever the
 * schema allows; of the schema; and of bytes. Then a command's question is asked of it
 * (questions.h): it is answered, or refused in one line.
 *
 * The first byte chooses the question, and whether the seals stay. A change is a byte that says
 * which, and what it takes. */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "sweep/rounds.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/questions.h"
#include "tests/property/program_example.h"
#include "tests/unit/results_file.h"
#include "tests/unit/small_experiment.h"

#define CHANGES_MOST 30
#define SEALED_FROM  192 /* first bytes: the seals stay as they were */

static char path[TEST_PATH];
static struct {
    unsigned char *bytes; /* of the good file, but that no column is NOT NULL */
    size_t size;
} good;

/* Every value may be NULL in files of others; as it is read, the schema is the right one again. */
static const char loosen[] = "PRAGMA writable_schema = on; UPDATE sqlite_schema SET sql = "
                             "replace(sql, ' NOT NULL', '   --   ')";
static const char tighten[] = "PRAGMA writable_schema = on; UPDATE sqlite_schema SET sql = "
                              "replace(sql, '   --   ', ' NOT NULL')";

/* Without a seal nobody knows that values are others. */
static const char unseal[] = "UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL;"
                             "UPDATE experiment SET seal = NULL, seal_runs = NULL";

/* ---- the good file ----------------------------------------------------------------------------
 */

/* Runs that finish, and some that fail. */
static void make_results(void)
{
    static const struct small_experiment small = {
        .workloads = {SMALL_WEB, "script:file=/no.heap"},
        .policies = {"default", "threshold:t0=50", "threshold:t0=500,t1=2", "off"},
        .seeds = 2,
        .log = LOG_collections};
    struct experiment experiment;
    struct error error = {""};
    small_experiment_make(&small, &experiment);
    experiment.baseline = allocate_text("default");
    experiment.minimise = "pause_max";
    limits_add(&experiment.limits, "pause_max <= 1ms", &error);
    limits_add(&experiment.limits, "heap_peak <= 1.2 * default", &error);
    check_text("limits", error.text, "");
    struct store *store = store_open(path, &error);
    check_text(path, error.text, "");
    struct rounds rounds = {.experiment = &experiment,
                            .store = store,
                            .command = "sweep",
                            .execution = {.workers = 1, .compile = {.folder = "/tmp"}}};
    rounds_execute(&rounds, &error);
    check_text(path, error.text, "");
    rounds_fini(&rounds);
    store_close(store);
    experiment_fini(&experiment);
}

static void execute_sql(sqlite3 *database, const char *sql)
{
    sqlite3_exec(database, sql, NULL, NULL, NULL);
}

void fuzz_begin(void)
{
    sqlite3 *database;
    results_file_name(path);
    make_results();
    check_signed(path, sqlite3_open(path, &database), SQLITE_OK);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    execute_sql(database, loosen);
    sqlite3_close(database);
    struct image image = image_load(path);
    good.bytes = image.bytes;
    good.size = image.size;
    results_file_remove(path);
}

/* ---- changes ----------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *key;
} tables[] = {
    {"experiment", "id"},
    {"run", "id"},
    {"parameter", "run_id, owner, name"},
    {"collection", "run_id, seq"},
    {"sample", "run_id, wall_ns"},
    {"latency", "run_id, bucket"},
    {"pause", "run_id, generation, bucket"},
    {"reclaimed", "run_id, generation"},
    {"age", "run_id, generation, bucket"},
    {"summary", "run_id, metric"},
};

static void bind_text(sqlite3_stmt *statement, struct bytes *bytes)
{
    static const char *const likely[] = {
        "",          "finished",   "out_of_memory",   "failed",
        "planned",   "unfinished", "policy",          "workload",
        "default",   "off",        "threshold:t0=50", "latency_p99",
        "heap_peak", "pause_max",  "cpython-3.13",    "\x1b[31m",
        "a\nb",      "`id`",       "1e999",           "-1",
    };
    size_t which = (size_t)bytes_take(bytes, 1);
    if (which < 2 * LENGTH(likely)) {
        sqlite3_bind_text(statement, 1, likely[which % LENGTH(likely)], -1, SQLITE_STATIC);
        return;
    }
    size_t length = which % 32, left = (size_t)(bytes->end - bytes->at);
    length = length < left ? length : left;
    sqlite3_bind_text(statement, 1, (const char *)bytes->at, (int)length, SQLITE_TRANSIENT);
    bytes->at += length;
}

static void bind_value(sqlite3_stmt *statement, struct bytes *bytes)
{
    static const int64_t whole[] = {
        0, 1, 2, -1, INT64_MAX, INT64_MIN, UINT32_MAX, INT32_MIN, 1000000000000, 4};
    static const double real[] = {0.5,      -0.5,      1e308,  -1e308, 5e-324,
                                  INFINITY, -INFINITY, 0x1p63, -0.0,   1e-9};
    switch (bytes_take(bytes, 1) % 8) {
    case 0:
        sqlite3_bind_null(statement, 1);
        break;
    case 1:
    case 2:
        sqlite3_bind_int64(statement, 1, whole[bytes_below(bytes, LENGTH(whole))]);
        break;
    case 3:
        sqlite3_bind_int64(statement, 1, (int64_t)bytes_take(bytes, 8));
        break;
    case 4:
        sqlite3_bind_double(statement, 1, real[bytes_below(bytes, LENGTH(real))]);
        break;
    case 5:
        sqlite3_bind_zeroblob(statement, 1, (int)bytes_below(bytes, 300));
        break;
    default:
        bind_text(statement, bytes);
    }
}

/* The i-th, around and around; NULL if there is no such table any more. */
static char *column_name(sqlite3 *database, const char *table, unsigned i)
{
    char *name = NULL;
    sqlite3_stmt *columns;
    char *sql = sqlite3_mprintf("SELECT name FROM pragma_table_info(%Q) WHERE cid = %u %%"
                                " (SELECT count(*) FROM pragma_table_info(%Q))",
                                table, i, table);
    if (sqlite3_prepare_v2(database, sql, -1, &columns, NULL) == SQLITE_OK &&
        sqlite3_step(columns) == SQLITE_ROW)
        name = sqlite3_mprintf("%s", sqlite3_column_text(columns, 0));
    sqlite3_finalize(columns);
    sqlite3_free(sql);
    return name;
}

/* A value of the row of that number, around and around. */
static void change_value(sqlite3 *database, struct bytes *bytes)
{
    size_t table = bytes_below(bytes, LENGTH(tables));
    const char *name = tables[table].name, *key = tables[table].key;
    char *column = column_name(database, name, (unsigned)bytes_take(bytes, 1));
    char *sql = sqlite3_mprintf("UPDATE %s SET \"%w\" = ?1 WHERE (%s) = (SELECT %s FROM %s LIMIT 1"
                                " OFFSET %u %% (SELECT count(*) FROM %s))",
                                name, column, key, key, name, (unsigned)bytes_take(bytes, 2), name);
    sqlite3_stmt *update;
    if (sqlite3_prepare_v2(database, sql, -1, &update, NULL) == SQLITE_OK) {
        bind_value(update, bytes);
        sqlite3_step(update);
    }
    sqlite3_finalize(update);
    sqlite3_free(sql);
    sqlite3_free(column);
}

static const char *const statements[] = {
    "DELETE FROM run",
    "DELETE FROM run WHERE id % 2",
    "DELETE FROM experiment",
    "DELETE FROM parameter",
    "DELETE FROM collection",
    "DELETE FROM sample",
    "DELETE FROM summary WHERE run_id % 2",
    "DELETE FROM latency",
    "DELETE FROM age",
    "UPDATE run SET policy = NULL",
    "UPDATE run SET workload = policy",
    "UPDATE run SET seed = 1",
    "UPDATE run SET seed = -id",
    "UPDATE run SET status = 'finished'",
    "UPDATE run SET in_plan = 0",
    "UPDATE run SET id = id - 1",
    "UPDATE run SET collector = 'x' || id",
    "UPDATE summary SET value = NULL",
    "UPDATE summary SET value = 1e308 * (run_id % 3 - 1)",
    "UPDATE summary SET value = 'x'",
    "UPDATE collection SET wall_ns = 9223372036854775807",
    "UPDATE collection SET pause_ns = -1",
    "UPDATE experiment SET objective = 'heap_peak', baseline = 'off', limits = 'latency_p99 > 1s'",
    "INSERT INTO experiment (command, name, version, planned) VALUES ('compare', 'b', '0', 9)",
    "UPDATE run SET experiment_id = 2",
    "DROP INDEX run_of_experiment",
    "DROP TABLE sample",
    "DROP TABLE summary",
    "ALTER TABLE summary RENAME TO s; CREATE VIEW summary AS SELECT run_id, metric, value FROM s",
    "DROP TABLE age; CREATE VIEW age AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r)"
    " SELECT i AS run_id, i AS generation, i AS bucket, i AS youngest, i AS by_refcount,"
    " i AS by_collector FROM r",
    "CREATE TRIGGER t AFTER UPDATE ON run BEGIN DELETE FROM summary; END",
    "ALTER TABLE run ADD COLUMN more",
    "ALTER TABLE run DROP COLUMN scatter_ns",
    "CREATE TABLE metric (a)",
    "CREATE TABLE kept (a)",
    "PRAGMA user_version = 1",
    "PRAGMA application_id = 0",
    "PRAGMA page_size = 512; VACUUM",
};

/* Changes that are not of bytes; those are skipped. */
static void change_by_sql(sqlite3 *database, struct bytes bytes)
{
    for (int i = 0; i < CHANGES_MOST && bytes.at < bytes.end; i++) {
        switch (bytes_take(&bytes, 1) % 4) {
        case 0:
            bytes_take(&bytes, 4);
            break;
        case 1:
            execute_sql(database, statements[bytes_below(&bytes, LENGTH(statements))]);
            break;
        default:
            change_value(database, &bytes);
        }
    }
}

static void change_bytes(unsigned char *file, size_t size, struct bytes bytes)
{
    for (int i = 0; i < CHANGES_MOST && bytes.at < bytes.end; i++) {
        if (bytes_take(&bytes, 1) % 4 == 0) {
            size_t at = (size_t)bytes_take(&bytes, 3) % size;
            file[at] = (unsigned char)bytes_take(&bytes, 1);
        }
    }
}

/* The changed file, of *size bytes; to be freed with sqlite3_free. */
static unsigned char *make_file(struct bytes bytes, bool unsealed, size_t *size)
{
    sqlite3 *database;
    sqlite3_int64 length;
    unsigned char *copy = sqlite3_malloc64(good.size);
    memcpy(copy, good.bytes, good.size);
    check_signed("memory", sqlite3_open(":memory:", &database), SQLITE_OK);
    sqlite3_deserialize(database, "main", copy, (sqlite3_int64)good.size, (sqlite3_int64)good.size,
                        SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    change_by_sql(database, bytes);
    if (unsealed)
        execute_sql(database, unseal);
    execute_sql(database, tighten);
    unsigned char *file = sqlite3_serialize(database, "main", &length, 0);
    sqlite3_close(database);
    check_that("a file", file && length > 0);
    *size = (size_t)length;
    change_bytes(file, *size, bytes);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, data + size};
    size_t first = (size_t)bytes_take(&bytes, 1), file_size;
    unsigned char *content = make_file(bytes, first < SEALED_FROM, &file_size);
    FILE *file = fopen(path, "wb");
    check_that(path, file && fwrite(content, 1, file_size, file) == file_size && fclose(file) == 0);
    sqlite3_free(content);
    ask(first % QUESTIONS, path);
    results_file_remove(path);
    return 0;
}
