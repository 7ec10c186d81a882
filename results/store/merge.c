/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/store/query.h"
#include "results/store/seal.h"
#include "results/store/soundness.h"
#include "results/store/store.h"
#include "sim/base/allocate.h"
#include "sim/base/lock.h"

/* What a part says of itself: X(identifier, SQL expression). The first ones are the same in all
 * parts of a sweep. */
#define FACTS(X)                                                                                   \
    X(NAME, "name")                                                                                \
    X(DOCUMENT, "document")                                                                        \
    X(BASELINE, "baseline")                                                                        \
    X(OBJECTIVE, "objective")                                                                      \
    X(LIMITS, "limits")                                                                            \
    X(PLANNED, "planned")                                                                          \
    X(SHARDS, "shards")                                                                            \
    X(SHARD, "shard")                                                                              \
    X(VERSION, "version")                                                                          \
    X(EXPERIMENTS, "(SELECT count(*) FROM experiment)")                                            \
    X(RUNS, "(SELECT count(*) FROM run)")                                                          \
    X(OPEN, "(SELECT count(*) FROM run WHERE status IN ('planned', 'unfinished'))")                \
    X(FAILED, "(SELECT count(*) FROM run WHERE status = 'failed')")                                \
    X(SEALED, "seal_runs IS NOT NULL")

enum fact {
#define X(name, sql) name,
    FACTS(X)
#undef X
};

struct part {
    const char *path;
    struct store *store;
    sqlite3_stmt *facts; /* at its row: until it is finalized, nobody changes what is read here */
    sqlite3_stmt *rows;  /* of a run, in the table that is being copied */
};

struct merge {
    struct part *parts; /* by share */
    size_t count;
    int64_t planned;
    struct part **part_of_run; /* from 1 */
    struct store *store;       /* the new file, under a temporary name */
};

static int64_t number(const struct part *part, enum fact fact)
{
    return query_integer(part->facts, (int)fact);
}

/* "" if there is none. */
static const char *text(const struct part *part, enum fact fact)
{
    return query_string(part->facts, (int)fact);
}

/* ---- one part ------------------------------------------------------------------------- */

/* All of it: nobody will look at the parts again. */
static int check_soundness(struct part *part, struct error *error)
{
    sqlite3_stmt *check = query_begin(part->store, error, "PRAGMA quick_check(1)");
    int more = query_next(part->store, check, error);
    if (more > 0 && strcmp(query_string(check, 0), "ok") != 0)
        more = store_damaged(part->store, error, "its pages do not fit together");
    sqlite3_finalize(check);
    for (int seal = SEAL_HISTOGRAMS; seal < RUN_SEAL_COUNT && more >= 0; seal++)
        more = soundness_check_runs(part->store, "SELECT id FROM run", (enum run_seal)seal, error);
    return more < 0 || seal_check(part->store, error) < 0 ? -1 : 0;
}

static int check_facts(const struct part *part, struct error *error)
{
    int64_t shard = number(part, SHARD), shards = number(part, SHARDS);
    if (number(part, EXPERIMENTS) != 1 || shard < 1 || shard > shards)
        return error_set(error,
                         "%s: no part of a sweep; parts are what `pygcsim sweep FILE --shard K/N` "
                         "makes",
                         part->path);
    if (strcmp(text(part, VERSION), PYGCSIM_VERSION) != 0)
        return error_set(error, "%s: made by pygcsim %s, this is %s", part->path,
                         text(part, VERSION), PYGCSIM_VERSION);
    if (number(part, OPEN) > 0)
        return error_set(error, "%s: %lld of %lld runs have not ended; run its sweep again",
                         part->path, (long long)number(part, OPEN), (long long)number(part, RUNS));
    if (!number(part, SEALED))
        return error_set(error, "%s: its sweep has not ended; run it again", part->path);
    return 0;
}

/* Returns -1. */
static int advise(struct error *error)
{
    struct error why = *error;
    if (store_says_damaged(error))
        error_set(error, "%s; remove it and run its sweep again", why.text);
    return -1;
}

static int open_part(struct part *part, struct error *error)
{
    static const char sql[] = "SELECT "
#define X(name, sql) sql ", "
        FACTS(X)
#undef X
            "0 FROM experiment";
    part->store = store_open_existing(part->path, error);
    if (!part->store || check_soundness(part, error) != 0)
        return advise(error);
    sqlite3 *database = store_database(part->store);
    /* There may be hundreds of them, each read from its beginning to its end. */
    if (sqlite3_exec(database, "PRAGMA cache_size = -100", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, sql, -1, &part->facts, NULL) != SQLITE_OK)
        return store_error(part->store, error);
    switch (sqlite3_step(part->facts)) {
    case SQLITE_ROW:
        return check_facts(part, error);
    case SQLITE_DONE:
        return error_set(error, "%s: no sweep has begun in it; run its sweep again", part->path);
    default:
        return store_error(part->store, error);
    }
}

static void close_part(struct part *part)
{
    sqlite3_finalize(part->rows);
    sqlite3_finalize(part->facts);
    store_close(part->store);
}

/* ---- all parts together --------------------------------------------------------------- */

static int check_same_sweep(const struct part *part, const struct part *first, struct error *error)
{
    if (strcmp(text(part, NAME), text(first, NAME)) != 0)
        return error_set(error, "%s: a share of experiment '%s', but %s is one of '%s'", part->path,
                         text(part, NAME), first->path, text(first, NAME));
    if (strcmp(text(part, LIMITS), text(first, LIMITS)) != 0)
        return error_set(error,
                         "%s: a share of experiment '%s' with other limits than that of %s; run "
                         "its sweep again with the same --limit",
                         part->path, text(part, NAME), first->path);
    for (enum fact fact = DOCUMENT; fact <= PLANNED; fact++)
        if (strcmp(text(part, fact), text(first, fact)) != 0)
            return error_set(error,
                             "%s: a share of experiment '%s' with another text than that of %s",
                             part->path, text(part, NAME), first->path);
    if (number(part, SHARDS) != number(first, SHARDS))
        return error_set(error, "%s: share %lld of %lld, but %s is one of %lld", part->path,
                         (long long)number(part, SHARD), (long long)number(part, SHARDS),
                         first->path, (long long)number(first, SHARDS));
    return 0;
}

static int by_share(const void *a, const void *b)
{
    int64_t x = number(a, SHARD), y = number(b, SHARD);
    return (x > y) - (x < y);
}

/* "share 3 of 5 is missing"; names the first ten. The parts are sorted, none of them doubled. */
static int report_missing(const struct merge *merge, struct error *error)
{
    int64_t shards = number(&merge->parts[0], SHARDS);
    int64_t missing = shards - (int64_t)merge->count, shard = 1;
    char list[256] = "";
    size_t length = 0, next = 0;
    for (int named = 0; named < missing && named < 10; shard++) {
        if (next < merge->count && number(&merge->parts[next], SHARD) == shard) {
            next++;
            continue;
        }
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%lld", named ? ", " : "",
                                   (long long)shard);
        named++;
    }
    return error_set(error, "share%s %s%s of %lld of experiment '%s' %s missing",
                     missing == 1 ? "" : "s", list, missing > 10 ? ", …" : "", (long long)shards,
                     text(&merge->parts[0], NAME), missing == 1 ? "is" : "are");
}

static int check_shares(struct merge *merge, struct error *error)
{
    for (size_t i = 1; i < merge->count; i++)
        if (check_same_sweep(&merge->parts[i], &merge->parts[0], error) != 0)
            return -1;
    qsort(merge->parts, merge->count, sizeof *merge->parts, by_share);
    for (size_t i = 1; i < merge->count; i++) {
        const struct part *one = &merge->parts[i - 1], *other = &merge->parts[i];
        if (number(one, SHARD) == number(other, SHARD))
            return error_set(error, "%s and %s: both are share %lld of %lld; give one of them",
                             one->path, other->path, (long long)number(one, SHARD),
                             (long long)number(one, SHARDS));
    }
    if ((int64_t)merge->count < number(&merge->parts[0], SHARDS))
        return report_missing(merge, error);
    return 0;
}

static int note_runs(struct merge *merge, struct part *part, struct error *error)
{
    sqlite3_stmt *runs;
    int code =
        sqlite3_prepare_v2(store_database(part->store), "SELECT id FROM run", -1, &runs, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(runs)) == SQLITE_ROW) {
        int64_t run = query_integer(runs, 0);
        code = SQLITE_OK;
        if (run < 1 || run > merge->planned || merge->part_of_run[run])
            code = SQLITE_CORRUPT;
        else
            merge->part_of_run[run] = part;
    }
    int status = 0;
    if (code == SQLITE_CORRUPT)
        status = error_set(error, "%s: damaged: it has runs that are not of its share", part->path);
    else if (code != SQLITE_DONE)
        status = store_error(part->store, error);
    sqlite3_finalize(runs);
    return status;
}

/* Finds every run of the plan, in one part. */
static int find_runs(struct merge *merge, struct error *error)
{
    int64_t runs = 0;
    int status = 0;
    merge->planned = number(&merge->parts[0], PLANNED);
    for (size_t i = 0; i < merge->count; i++)
        runs += number(&merge->parts[i], RUNS);
    if (runs != merge->planned)
        return error_set(error,
                         "%s and the others have %lld runs of %lld planned: some are damaged",
                         merge->parts[0].path, (long long)runs, (long long)merge->planned);
    merge->part_of_run = allocate_zeroed((size_t)runs + 1, sizeof *merge->part_of_run);
    for (size_t i = 0; i < merge->count && status == 0; i++)
        status = note_runs(merge, &merge->parts[i], error);
    return status;
}

/* ---- rows ----------------------------------------------------------------------------- */

static int execute_sql(struct store *store, const char *sql, struct error *error)
{
    if (sqlite3_exec(store_database(store), sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return store_error(store, error);
}

/* Adds what `from` gives, value by value. */
static int copy_rows(struct merge *merge, struct part *part, sqlite3_stmt *from,
                     sqlite3_stmt *insert, struct error *error)
{
    int code, columns = query_columns(from);
    while ((code = sqlite3_step(from)) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            sqlite3_bind_value(insert, i + 1, sqlite3_column_value(from, i));
        code = sqlite3_step(insert);
        sqlite3_reset(insert);
        if (code != SQLITE_DONE)
            return store_error(merge->store, error);
    }
    sqlite3_reset(from);
    return code == SQLITE_DONE ? 0 : store_error(part->store, error);
}

/* "INSERT INTO table VALUES (?, ?, …)": parts and the new file have the same columns, as they are
 * of the same version. */
static int prepare_insert(struct merge *merge, const char *table, int columns,
                          sqlite3_stmt **insert, struct error *error)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES (?", table);
    for (int i = 1; i < columns; i++)
        sqlite3_str_appendall(sql, ", ?");
    sqlite3_str_appendall(sql, ")");
    char *text_of = sqlite3_str_finish(sql);
    if (!text_of)
        out_of_memory();
    int code = sqlite3_prepare_v2(store_database(merge->store), text_of, -1, insert, NULL);
    sqlite3_free(text_of);
    return code == SQLITE_OK ? 0 : store_error(merge->store, error);
}

/* part->rows: the rows of the run ?1 in a table. */
static int prepare_rows(struct part *part, const char *table, struct error *error)
{
    const char *run = strcmp(table, "run") == 0 ? "id" : "run_id";
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\" WHERE %s = ?", table, run);
    if (!sql)
        out_of_memory();
    sqlite3_finalize(part->rows);
    int code = sqlite3_prepare_v2(store_database(part->store), sql, -1, &part->rows, NULL);
    sqlite3_free(sql);
    return code == SQLITE_OK ? 0 : store_error(part->store, error);
}

/* Run by run, not part by part: so rows are only ever added at the end of the table. */
static int copy_table(struct merge *merge, const char *table, struct error *error)
{
    sqlite3_stmt *insert = NULL;
    int status = 0;
    for (size_t i = 0; i < merge->count && status == 0; i++)
        status = prepare_rows(&merge->parts[i], table, error);
    if (status == 0)
        status = prepare_insert(merge, table, query_columns(merge->parts[0].rows), &insert, error);
    for (int64_t run = 1; run <= merge->planned && status == 0; run++) {
        struct part *part = merge->part_of_run[run];
        sqlite3_bind_int64(part->rows, 1, run);
        status = copy_rows(merge, part, part->rows, insert, error);
    }
    sqlite3_finalize(insert);
    return status;
}

/* The row of the experiment, as if there were no shares. */
static int copy_experiment(struct merge *merge, struct error *error)
{
    struct part *first = &merge->parts[0];
    sqlite3_stmt *row, *insert = NULL;
    if (sqlite3_prepare_v2(store_database(first->store), "SELECT * FROM experiment", -1, &row,
                           NULL) != SQLITE_OK)
        return store_error(first->store, error);
    int status = prepare_insert(merge, "experiment", query_columns(row), &insert, error);
    if (status == 0)
        status = copy_rows(merge, first, row, insert, error);
    if (status == 0)
        status = execute_sql(merge->store,
                             "UPDATE experiment SET shard = NULL, shards = NULL, seal_runs = NULL",
                             error);
    if (status == 0)
        status = store_seal_experiment(merge->store, 1, error);
    sqlite3_finalize(insert);
    sqlite3_finalize(row);
    return status;
}

static int copy_tables(struct merge *merge, struct error *error)
{
    sqlite3_stmt *tables;
    int code = sqlite3_prepare_v2(store_database(merge->store),
                                  "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                  " AND name <> 'experiment' AND name NOT LIKE 'sqlite%'",
                                  -1, &tables, NULL);
    int status = code == SQLITE_OK ? 0 : store_error(merge->store, error);
    while (status == 0 && (code = sqlite3_step(tables)) == SQLITE_ROW)
        status = copy_table(merge, query_string(tables, 0), error);
    if (status == 0 && code != SQLITE_DONE)
        status = store_error(merge->store, error);
    sqlite3_finalize(tables);
    return status;
}

/* ---- the new file --------------------------------------------------------------------- */

/* What SQLite keeps beside a file, and would take for the next file's of that name. */
static void remove_companions(const char *path)
{
    static const char *const endings[] = {"wal", "shm", "journal"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char *name;
        if (asprintf(&name, "%s-%s", path, endings[i]) < 0)
            out_of_memory();
        unlink(name);
        free(name);
    }
}

/* Opens the temporary file; one that a killed merge has left is emptied. It needs no journal: if
 * anything goes wrong it is removed. */
static int open_temporary(struct merge *merge, const char *path, struct error *error)
{
    int lock, locked = lock_file(path, false, &lock, error);
    if (locked != 1)
        return locked == 0 ? error_set(error, "%s: another merge is at work in it", path) : -1;
    if (ftruncate(lock, 0) != 0) {
        error_set(error, "%s: cannot be written to: %s", path, strerror(errno));
        close(lock);
        return -1;
    }
    remove_companions(path);
    int held = dup(lock); /* the same lock: while the name is ours, what is there may be removed */
    merge->store = store_open_locked(path, lock, true, error);
    if (!merge->store) {
        unlink(path);
        remove_companions(path);
    }
    close(held);
    if (!merge->store)
        return -1;
    return execute_sql(merge->store, "PRAGMA journal_mode = OFF; BEGIN", error);
}

static int write_file(struct merge *merge, const char *temporary, const char *into,
                      struct error *error)
{
    int status = open_temporary(merge, temporary, error);
    if (status == 0 && (copy_experiment(merge, error) != 0 || copy_tables(merge, error) != 0 ||
                        execute_sql(merge->store, "COMMIT", error) != 0))
        status = -1;
    if (status == 0) {
        remove_companions(into);
        if (rename(temporary, into) != 0)
            status = error_set(error, "%s: cannot be written to: %s", into, strerror(errno));
    }
    if (status != 0 && merge->store) {
        unlink(temporary);
        remove_companions(temporary);
    }
    store_close(merge->store); /* last: until then, no other merge takes the temporary name */
    return status;
}

/* The file that is there is a results file and none of the parts, and no sweep is at work in it.
 * *lock keeps it so. */
static int take_over(const struct merge *merge, const char *into, int *lock, struct error *error)
{
    struct stat old, part;
    struct error why;
    struct store *store = store_open_existing(into, &why);
    if (!store)
        return error_set(error, "%s; remove it, or give another name", why.text);
    store_close(store);
    for (size_t i = 0; i < merge->count; i++)
        if (stat(into, &old) == 0 && stat(merge->parts[i].path, &part) == 0 &&
            old.st_dev == part.st_dev && old.st_ino == part.st_ino)
            return error_set(error, "%s: it is one of the parts; give another name", into);
    switch (lock_file(into, false, lock, error)) {
    case 1:
        return 0;
    case 0:
        return error_set(error, "%s: a sweep is at work in it", into);
    default:
        return -1;
    }
}

static int write_results(struct merge *merge, const char *into, bool replace, struct error *error)
{
    char *target = replace ? realpath(into, NULL) : NULL, *temporary;
    int lock = -1, status = target ? take_over(merge, into, &lock, error) : 0;
    if (!target)
        target = allocate_text(into);
    if (asprintf(&temporary, "%s.merging", target) < 0)
        out_of_memory();
    if (status == 0)
        status = write_file(merge, temporary, target, error);
    if (lock >= 0)
        close(lock);
    free(temporary);
    free(target);
    return status;
}

/* ---- everything ----------------------------------------------------------------------- */

static int merge_all(struct merge *merge, const char *into, bool replace, struct error *error)
{
    struct stat file;
    if (!replace && lstat(into, &file) == 0)
        return error_set(error, "%s: it is there already; give another name, or --replace", into);
    for (size_t i = 0; i < merge->count; i++)
        if (open_part(&merge->parts[i], error) != 0)
            return -1;
    if (check_shares(merge, error) != 0 || find_runs(merge, error) != 0)
        return -1;
    return write_results(merge, into, replace, error);
}

int merge_parts(const char *const *paths, size_t count, const char *into, bool replace,
                struct merged *merged, struct error *error)
{
    struct merge merge = {.count = count};
    merge.parts = allocate_zeroed(count, sizeof *merge.parts);
    for (size_t i = 0; i < count; i++)
        merge.parts[i].path = paths[i];
    int status = merge_all(&merge, into, replace, error);
    *merged = (struct merged){.runs = merge.planned};
    if (status == 0) {
        merged->name = allocate_text(text(&merge.parts[0], NAME));
        for (size_t i = 0; i < count; i++)
            merged->failed += number(&merge.parts[i], FAILED);
    }
    for (size_t i = 0; i < count; i++)
        close_part(&merge.parts[i]);
    free(merge.parts);
    free(merge.part_of_run);
    return status;
}
