/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/table_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/logging.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/model/collector.h"
#include "sim/simulation.h"

/* ---- what a column may have ----------------------------------------------------------- */

/* Instants, sizes and counts: two of them can be added. */
#define MOST (INT64_C(1) << 62)

struct column_rule {
    const char *name;
    int type;      /* SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT */
    bool required; /* it is not NULL */
    bool key;      /* part of the primary key */
    int64_t least, most;
    const char *const *words; /* one of so many; NULL: any text */
    size_t word_count;
};

/* Columns that are not from 0 to MOST, or any text. */
static const struct {
    const char *table; /* NULL: any */
    struct column_rule rule;
} exceptions[] = {
    {NULL, {"id", .least = 1, .most = MOST}},
    {NULL, {"run_id", .least = 1, .most = MOST}},
    {"run", {"experiment_id", .least = 1, .most = MOST}},
    {"run", {"seed", .least = 0, .most = INT64_MAX}},
    {"run", {"in_plan", .least = 0, .most = 1}},
    {"run", {"status", .words = run_status_names, .word_count = RUN_STATUS_COUNT}},
    {"run", {"log", .words = log_level_names, .word_count = LOG_LEVEL_COUNT}},
    {"experiment", {"shard", .least = 1, .most = INT32_MAX}},
    {"experiment", {"shards", .least = 1, .most = INT32_MAX}},
    {"collection", {"generation", .least = 0, .most = GENERATIONS - 1}},
    {"pause", {"generation", .least = 0, .most = GENERATIONS - 1}},
    {NULL, {"generation", .least = 0, .most = PERMANENT}},
    {NULL, {"seal", .least = INT64_MIN, .most = INT64_MAX}},
    {NULL, {"seal_runs", .least = INT64_MIN, .most = INT64_MAX}},
    {NULL, {"seal_histograms", .least = INT64_MIN, .most = INT64_MAX}},
    {NULL, {"seal_log", .least = INT64_MIN, .most = INT64_MAX}},
};

static struct column_rule exception_of(const char *table, const char *column)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (strcmp(exceptions[i].rule.name, column) == 0 &&
            (!exceptions[i].table || strcmp(exceptions[i].table, table) == 0))
            return exceptions[i].rule;
    return (struct column_rule){.most = MOST};
}

static int type_named(const char *name)
{
    return strcmp(name, "INTEGER") == 0 ? SQLITE_INTEGER
           : strcmp(name, "REAL") == 0  ? SQLITE_FLOAT
                                        : SQLITE_TEXT;
}

/* As schema.sql declares it. */
static struct column_rule rule_of(struct store *store, const char *table, const char *column)
{
    const char *type = "";
    int not_null = 0, key = 0;
    struct column_rule rule = exception_of(table, column);
    sqlite3_table_column_metadata(store_database(store), "main", table, column, &type, NULL,
                                  &not_null, &key, NULL);
    rule.type = type_named(type);
    rule.required = not_null || key;
    rule.key = key;
    return rule;
}

/* ---- beginning ------------------------------------------------------------------------ */

/* Columns that are not part of the digest come last. */
static bool is_sealed(const char *column)
{
    return strcmp(column, "in_plan") != 0 && strncmp(column, "seal", 4) != 0;
}

/* For a number: rows that are found by that are read under a lock, where no memory may run out. */
static void make_room(struct key *key)
{
    key->bytes = allocate_grow(key->bytes, &key->capacity, sizeof(int64_t), 1);
}

int table_reader_begin(struct table_reader *reader, struct store *store, enum sealed_table table,
                       enum which_rows which, struct error *error)
{
    static const char *const order[SEALED_TABLE_COUNT] = {
        [SEALED_experiment] = "id",
        [SEALED_run] = "id",
        [SEALED_parameter] = "run_id, owner, name",
        [SEALED_summary] = "run_id, metric",
        [SEALED_latency] = "run_id, bucket",
        [SEALED_pause] = "run_id, generation, bucket",
        [SEALED_age] = "run_id, generation, bucket",
        [SEALED_reclaimed] = "run_id, generation",
        [SEALED_collection] = "run_id, seq",
        [SEALED_sample] = "run_id, wall_ns",
    };
    const char *name = sealed_tables[table].name;
    *reader = (struct table_reader){.store = store, .table = table};
    reader->rows = query_begin(store, error, "SELECT * FROM main.%s WHERE %s ORDER BY %s", name,
                               which == EVERY_ROW    ? "true"
                               : table <= SEALED_run ? "id = ?1"
                                                     : "run_id = ?1",
                               order[table]);
    if (!reader->rows)
        return -1;
    reader->columns = query_columns(reader->rows);
    make_room(&reader->key);
    make_room(&reader->before);
    reader->rules = allocate_zeroed((size_t)reader->columns, sizeof *reader->rules);
    for (int c = 0; c < reader->columns; c++) {
        const char *column = sqlite3_column_name(reader->rows, c);
        reader->rules[c] = rule_of(store, name, column);
        reader->sealed += is_sealed(column);
    }
    return 0;
}

void table_reader_end(struct table_reader *reader)
{
    sqlite3_finalize(reader->rows);
    free(reader->rules);
    free(reader->key.bytes);
    free(reader->before.bytes);
    *reader = (struct table_reader){0};
}

void table_reader_rewind(struct table_reader *reader, int64_t id)
{
    sqlite3_reset(reader->rows);
    sqlite3_bind_int64(reader->rows, 1, id);
    reader->key.length = 0;
}

/* ---- a value -------------------------------------------------------------------------- */

static void add_to_key(struct key *key, const void *bytes, size_t length)
{
    key->bytes = allocate_grow(key->bytes, &key->capacity, key->length + length, 1);
    memcpy(key->bytes + key->length, bytes, length);
    key->length += length;
}

/* What is wrong with it; NULL: nothing. It becomes part of the row's digest, and of the key. */
static const char *read_integer(struct table_reader *reader, int column, struct seal_row *row)
{
    const struct column_rule *rule = &reader->rules[column];
    int64_t value = sqlite3_column_int64(reader->rows, column);
    if (value < rule->least || value > rule->most)
        return "is a number that cannot be there";
    if (rule->key) {
        uint64_t big_endian = __builtin_bswap64((uint64_t)value);
        add_to_key(&reader->key, &big_endian, sizeof big_endian);
    }
    if (column == 0)
        reader->id = value;
    if (column == 1)
        reader->parent = value;
    if (column < reader->sealed)
        seal_integer(row, value);
    return NULL;
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static const char *read_text(struct table_reader *reader, int column, struct seal_row *row)
{
    const struct column_rule *rule = &reader->rules[column];
    const char *text = (const char *)sqlite3_column_text(reader->rows, column);
    size_t length = (size_t)sqlite3_column_bytes(reader->rows, column);
    if (!text || memchr(text, '\0', length))
        return "is no text";
    if (rule->words && !is_one_of(text, rule->words, rule->word_count))
        return "is no word that can be there";
    if (rule->key)
        add_to_key(&reader->key, text, length + 1);
    seal_text(row, text, length);
    return NULL;
}

static const char *read_real(struct table_reader *reader, int column, struct seal_row *row)
{
    double value = sqlite3_column_double(reader->rows, column);
    if (!isfinite(value))
        return "is no finite number";
    seal_real(row, value);
    return NULL;
}

static const char *read_null(struct table_reader *reader, int column, struct seal_row *row)
{
    if (reader->rules[column].required)
        return "is missing";
    if (column < reader->sealed)
        seal_null(row);
    return NULL;
}

static const char *read_value(struct table_reader *reader, int column, struct seal_row *row)
{
    int type = sqlite3_column_type(reader->rows, column);
    if (type == SQLITE_NULL)
        return read_null(reader, column, row);
    if (type != reader->rules[column].type)
        return reader->rules[column].type == SQLITE_TEXT ? "is no text" : "is no number";
    return type == SQLITE_INTEGER ? read_integer(reader, column, row)
           : type == SQLITE_TEXT  ? read_text(reader, column, row)
                                  : read_real(reader, column, row);
}

/* ---- a row ---------------------------------------------------------------------------- */

/* After the columns that are sealed a run has in_plan and its seals, an experiment has seals. */
static void read_seals(struct table_reader *reader)
{
    bool of_run = reader->table == SEALED_run;
    int first = reader->sealed + of_run, count = reader->columns - first;
    for (int i = 0; i < count && i < RUN_SEAL_COUNT; i++) {
        reader->has_seal[i] = !query_is_null(reader->rows, first + i);
        reader->seals[i] = (uint64_t)query_integer(reader->rows, first + i);
    }
    if (of_run && query_integer(reader->rows, reader->sealed) == 0)
        reader->seals[SEAL_FACTS] = ~reader->seals[SEAL_FACTS];
}

static bool comes_after(const struct key *key, const struct key *before)
{
    size_t common = key->length < before->length ? key->length : before->length;
    return common == 0 || memcmp(key->bytes, before->bytes, common) > 0;
}

static int read_row(struct table_reader *reader, struct error *error)
{
    const char *table = sealed_tables[reader->table].name;
    struct seal_row row;
    seal_row_begin(&row);
    reader->key.length = 0;
    for (int c = 0; c < reader->columns; c++) {
        const char *wrong = read_value(reader, c, &row);
        if (wrong)
            return store_damaged(reader->store, error, "%s.%s %s", table,
                                 sqlite3_column_name(reader->rows, c), wrong);
    }
    if (!comes_after(&reader->key, &reader->before))
        return store_damaged(reader->store, error, "the rows of table %s are not in order", table);
    reader->digest = seal_row_end(&row, reader->table);
    if (reader->columns > reader->sealed)
        read_seals(reader);
    return 1;
}

int table_reader_next(struct table_reader *reader, struct error *error)
{
    struct key before = reader->key;
    reader->key = reader->before;
    reader->before = before;
    int more = query_next(reader->store, reader->rows, error);
    reader->there = more > 0;
    return more > 0 ? read_row(reader, error) : more;
}

int table_reader_one(struct table_reader *reader, int64_t id, struct error *error)
{
    table_reader_rewind(reader, id);
    int more = table_reader_next(reader, error);
    sqlite3_reset(reader->rows);
    return more;
}
