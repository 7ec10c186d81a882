/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/store_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "results/embedded.h"
#include "results/store/functions.h"
#include "results/store/metrics.h"
#include "results/store/query.h"
#include "results/store/soundness.h"
#include "sim/base/allocate.h"
#include "sim/base/input_file.h"

#define APPLICATION_ID 1887004515 /* as in schema.sql */
#define SCHEMA_VERSION 5
#define BUSY_MS        5000       /* how long another writer is waited for */
#define VALUE_BYTES    (64 << 20) /* of one value: an experiment file, or what a query gathers */

sqlite3 *store_database(struct store *store)
{
    return store->database;
}

const char *store_path(const struct store *store)
{
    return store->path;
}

/* Why a file cannot be opened: SQLite's last attempt may have failed for another reason than its
 * first, so this asks again, of the file or of the folder that it would be in. */
static const char *reason(const struct store *store)
{
    char folder[4096];
    int file = open(store->path, store->writable ? O_RDWR : O_RDONLY);
    int why = errno;
    if (file >= 0) {
        close(file);
        return sqlite3_errmsg(store->database);
    }
    snprintf(folder, sizeof folder, "%s", store->path);
    if (why == ENOENT && store->writable && access(dirname(folder), W_OK) != 0)
        why = errno;
    return strerror(why);
}

/* What the system said of the last thing that failed, in the file or in its log; 0: unknown. */
static int system_errno(sqlite3 *database)
{
    static const int files[] = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        sqlite3_file *file = NULL;
        int why = 0;
        if (sqlite3_file_control(database, "main", files[i], &file) == SQLITE_OK && file &&
            file->pMethods &&
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &why) == SQLITE_OK && why)
            return why;
    }
    return sqlite3_system_errno(database);
}

static int io_error(struct store *store, struct error *error)
{
    int why = system_errno(store->database);
    if (why == EFBIG)
        return error_set(error, "%s: the file would be larger than is allowed (ulimit -f)",
                         store->path);
    return error_set(error, "%s: %s%s%s", store->path, sqlite3_errmsg(store->database),
                     why ? ": " : "", why ? strerror(why) : "");
}

int store_error(struct store *store, struct error *error)
{
    int code = store->database ? sqlite3_errcode(store->database) : SQLITE_NOMEM;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, "%s: locked by another program; try again when it is done",
                         store->path);
    case SQLITE_FULL:
        return error_set(error, "%s: the disk is full", store->path);
    case SQLITE_NOTADB:
        return error_set(error, "%s: not a results file: it is no SQLite database", store->path);
    case SQLITE_CORRUPT:
        return store_damaged(store, error, "its pages do not fit together");
    case SQLITE_TOOBIG:
        return store_damaged(store, error, "it has a value of more than %d MiB", VALUE_BYTES >> 20);
    case SQLITE_READONLY:
        if (sqlite3_extended_errcode(store->database) == SQLITE_READONLY_ROLLBACK)
            return error_set(error,
                             "%s: a program was killed as it changed it, and its %s-journal is yet "
                             "to be applied: the next run or sweep into it does that",
                             store->path, store->path);
        return error_set(error, "%s: cannot be written to", store->path);
    case SQLITE_CANTOPEN:
        return error_set(error, "%s: cannot be opened: %s", store->path, reason(store));
    case SQLITE_IOERR:
        return io_error(store, error);
    default:
        return error_set(error, "%s: %s", store->path, sqlite3_errmsg(store->database));
    }
}

int store_damaged(const struct store *store, struct error *error, const char *format, ...)
{
    char what[512];
    va_list arguments;
    if (sqlite3_errcode(store->database) == SQLITE_NOMEM) /* a text that is missing */
        return error_set(error, "%s: out of memory", store->path);
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return error_set(error, "%s: damaged: %s", store->path, what);
}

bool store_says_damaged(const struct error *error)
{
    return strstr(error->text, ": damaged: ");
}

static int execute_sql(struct store *store, const char *sql, struct error *error)
{
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return store_error(store, error);
}

/* The first column of the first row; 0 if there is none. Returns 0 or -1. */
static int read_integer(struct store *store, const char *sql, int64_t *value, struct error *error)
{
    sqlite3_stmt *statement;
    *value = 0;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return store_error(store, error);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = query_integer(statement, 0);
    int status = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : store_error(store, error);
    sqlite3_finalize(statement);
    return status;
}

uint64_t store_bytes(struct store *store)
{
    struct error error;
    int64_t bytes;
    (void)read_integer(store, "SELECT CAST(total(pgsize - unused) AS INTEGER) FROM dbstat", &bytes,
                       &error);
    return (uint64_t)bytes;
}

/* Is it ours, and of this version? An empty file is nobody's yet. */
static int check_file(struct store *store, bool *empty, struct error *error)
{
    int64_t pages, application, version, tables = 0;
    if (read_integer(store, "PRAGMA page_count", &pages, error) != 0 ||
        read_integer(store, "PRAGMA application_id", &application, error) != 0 ||
        read_integer(store, "PRAGMA user_version", &version, error) != 0)
        return -1;
    if (application != APPLICATION_ID && pages > 0 &&
        read_integer(store, "SELECT count(*) FROM sqlite_schema", &tables, error) != 0)
        return -1;
    *empty = application != APPLICATION_ID && tables == 0;
    if (*empty)
        return 0;
    if (application != APPLICATION_ID)
        return error_set(error, "%s: not a results file: it is another program's", store->path);
    if (version != SCHEMA_VERSION)
        return error_set(error,
                         "%s: written by another version of pygcsim (schema %lld, not %d); only "
                         "that one reads it",
                         store->path, (long long)version, SCHEMA_VERSION);
    return soundness_check_schema(store, error);
}

/* Makes the tables. Another process may be at it too: whoever gets the lock first does it. */
static int make_tables(struct store *store, struct error *error)
{
    bool empty;
    if (execute_sql(store, "BEGIN IMMEDIATE", error) != 0)
        return -1;
    if (check_file(store, &empty, error) != 0 ||
        (empty && execute_sql(store, embedded_schema_sql, error) != 0)) {
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
        return -1;
    }
    return execute_sql(store, "COMMIT", error);
}

/* Alone in it from the first read on, SQLite does without the memory that processes share. */
static int enter_alone(struct store *store, struct error *error)
{
    return execute_sql(store, "PRAGMA locking_mode = EXCLUSIVE", error);
}

/* What that is if SQLite must not get it: it would wait for a pipe, or for what /proc tells. */
static const char *what_no_file_is(const char *path, const struct stat *found)
{
    struct statfs system;
    if (!S_ISREG(found->st_mode)) {
        const char *odd = input_file_is_odd(found->st_mode);
        return odd ? odd : "a device";
    }
    return statfs(path, &system) == 0 && system.f_type == PROC_SUPER_MAGIC ? "not on a disk" : NULL;
}

/* What SQLite keeps beside a file, it would read: it is not to wait for a pipe there either. */
static int check_companions(const struct store *store, struct error *error)
{
    static const char *const endings[] = {"journal", "wal", "shm"};
    char *path = realpath(store->path, NULL);
    int status = 0;
    for (size_t i = 0; path && i < sizeof endings / sizeof *endings && status == 0; i++) {
        struct stat found;
        char *name;
        if (asprintf(&name, "%s-%s", path, endings[i]) < 0)
            out_of_memory();
        if (lstat(name, &found) == 0 && !S_ISREG(found.st_mode))
            status = error_set(error, "%s: cannot be opened: beside it is %s, which is no file",
                               store->path, name);
        free(name);
    }
    free(path);
    return status;
}

static int check_kind(const struct store *store, struct error *error)
{
    struct stat file;
    if (stat(store->path, &file) != 0)
        return 0; /* opening it says why */
    if (S_ISDIR(file.st_mode))
        return error_set(error, "%s: %s", store->path, strerror(EISDIR));
    const char *what = what_no_file_is(store->path, &file);
    if (what)
        return error_set(error, "%s: not a results file: it is %s", store->path, what);
    return check_companions(store, error);
}

static int connect(struct store *store, int flags, struct error *error)
{
    /* SQLite would take a name that begins with "file:" for a URI. */
    char *name =
        sqlite3_mprintf("%s%s", strncmp(store->path, "file:", 5) == 0 ? "./" : "", store->path);
    if (!name)
        out_of_memory();
    int code = sqlite3_open_v2(name, &store->database, flags, NULL);
    sqlite3_free(name);
    if (code != SQLITE_OK)
        return store_error(store, error);
    sqlite3_busy_timeout(store->database, BUSY_MS);
    return 0;
}

/* The file may be anybody's: nothing that it says is executed, and no value is larger than any of
 * ours. */
static int distrust(struct store *store, struct error *error)
{
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
                              SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        sqlite3_db_config(store->database, off[i], 0, NULL);
    sqlite3_limit(store->database, SQLITE_LIMIT_LENGTH, VALUE_BYTES);
    sqlite3_limit(store->database, SQLITE_LIMIT_ATTACHED, 0);
    if (statistics_register_functions(store->database) != SQLITE_OK)
        return store_error(store, error);
    return execute_sql(store, "PRAGMA cell_size_check = ON", error);
}

int store_begin_reading(struct store *store, struct error *error)
{
    return execute_sql(store, "BEGIN", error);
}

void store_end_reading(struct store *store)
{
    if (store->database && !sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL);
}

/* One of ours is as it was stored. */
static int check_content(struct store *store, bool *empty, struct error *error)
{
    if (store_begin_reading(store, error) != 0 || check_file(store, empty, error) != 0)
        return -1;
    if (*empty)
        return 0;
    sqlite3_db_config(store->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return soundness_check_small_tables(store, error);
}

/* Takes over the lock, which may be -1; alone: no other process can read the file meanwhile. What
 * is there is looked at in a transaction, which is not ended. */
static struct store *open_file(const char *path, int flags, int lock, bool alone,
                               struct error *error)
{
    struct store *store = allocate_zeroed(1, sizeof *store);
    bool empty = false;
    store->path = allocate_text(path);
    pthread_mutex_init(&store->lock, NULL);
    store->writable = flags & SQLITE_OPEN_READWRITE;
    store->lock_file = lock;
    int status = check_kind(store, error) == 0 && connect(store, flags, error) == 0 &&
                         distrust(store, error) == 0 &&
                         (!alone || enter_alone(store, error) == 0) &&
                         check_content(store, &empty, error) == 0
                     ? 0
                     : -1;
    if (status == 0 && empty && !(flags & SQLITE_OPEN_CREATE))
        status = error_set(error, "%s: not a results file: it is empty", path);
    if (status == 0)
        return store;
    store_close(store);
    return NULL;
}

static int make_view(struct store *store, struct error *error)
{
    return metrics_make_view(store->database) == SQLITE_OK ? 0 : store_error(store, error);
}

/* SQLite does not wait for a lock to do this, so this does. */
static int enter_wal(struct store *store, struct error *error)
{
    for (int waited_ms = 0;; waited_ms += 50) {
        int code =
            sqlite3_exec(store->database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
                         NULL, NULL, NULL);
        if (code == SQLITE_OK)
            return 0;
        if (code != SQLITE_BUSY || waited_ms >= BUSY_MS)
            return store_error(store, error);
        sqlite3_sleep(50);
    }
}

/* A run's row is there already: its columns are set. */
static char *update_run_sql(void)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    int number = 2;
    for (const struct row_column *c = record_tables[TABLE_run].columns; c->name; c++, number++)
        sqlite3_str_appendf(sql, "%s %s = ?%d", number == 2 ? "UPDATE run SET" : ",", c->name,
                            number);
    sqlite3_str_appendall(sql, " WHERE id = ?1");
    return sqlite3_str_finish(sql);
}

static int prepare(struct store *store, const char *sql, sqlite3_stmt **statement,
                   struct error *error)
{
    if (!sql)
        out_of_memory();
    if (sqlite3_prepare_v3(store->database, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) ==
        SQLITE_OK)
        return 0;
    return store_error(store, error);
}

static int prepare_statements(struct store *store, struct error *error)
{
    static const char *const sql[STATEMENT_COUNT] = {
#define X(name, text) text,
        STATEMENTS(X)
#undef X
    };
    int status = execute_sql(store, "CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY)", error);
    for (int i = 0; i < STATEMENT_COUNT && status == 0; i++)
        status = prepare(store, sql[i], &store->statements[i], error);
    for (int i = 0; i < RECORD_TABLE_COUNT && status == 0; i++) {
        if (!record_table_is_stored(i))
            continue;
        char *text = i == TABLE_run ? update_run_sql() : rows_insert_sql(&record_tables[i]);
        status = prepare(store, text, &store->rows[i], error);
        sqlite3_free(text);
    }
    if (status == 0)
        status =
            table_reader_begin(&store->experiment_row, store, SEALED_experiment, ONE_ID, error);
    return status == 0 ? table_reader_begin(&store->run_row, store, SEALED_run, ONE_ID, error) : -1;
}

struct store *store_open_locked(const char *path, int lock, bool alone, struct error *error)
{
    struct store *store =
        open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, lock, alone, error);
    if (store)
        store_end_reading(store);
    if (store && enter_wal(store, error) == 0 && make_tables(store, error) == 0 &&
        prepare_statements(store, error) == 0 && make_view(store, error) == 0)
        return store;
    store_close(store);
    return NULL;
}

struct store *store_open(const char *path, struct error *error)
{
    return store_open_locked(path, -1, false, error);
}

struct store *store_open_existing(const char *path, struct error *error)
{
    struct store *store =
        open_file(path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, -1, false, error);
    if (store && make_view(store, error) == 0)
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    for (int i = 0; i < RECORD_TABLE_COUNT; i++)
        sqlite3_finalize(store->rows[i]);
    table_reader_end(&store->experiment_row);
    table_reader_end(&store->run_row);
    /* At rest it is one file, which can be read in a folder that cannot be written to. If somebody
     * else has it open it stays as it is. */
    store_end_reading(store);
    if (store->writable)
        sqlite3_exec(store->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(store->database);
    /* Last: closing it takes away the locks that SQLite holds on the same file. */
    if (store->lock_file >= 0)
        close(store->lock_file);
    pthread_mutex_destroy(&store->lock);
    free(store->path);
    free(store);
}
