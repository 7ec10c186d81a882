/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arrays of structs as SQL tables, and as parameters of INSERT. */
#include "results/store/rows.h"

#include <stdlib.h>

#include "tests/unit/results_file.h"

enum colour { RED, GREEN, BLUE };
static const char *const colour_names[] = {"red", "green", "blue", NULL};

struct thing {
    char before; /* whatever lies between the columns */
    uint64_t size;
    int small;
    uint64_t maybe;
    enum colour colour;
    uint64_t after[2];
};

static const struct row_column thing_columns[] = {
    {"size", ROW_INTEGER, offsetof(struct thing, size), NULL},
    {"small", ROW_SMALL, offsetof(struct thing, small), NULL},
    {"maybe", ROW_NULL_IF_ZERO, offsetof(struct thing, maybe), NULL},
    {"colour", ROW_WORD, offsetof(struct thing, colour), colour_names},
    {"last", ROW_INTEGER, offsetof(struct thing, after[1]), NULL},
    {NULL, ROW_INTEGER, 0, NULL},
};
static const struct row_table thing_table = {"thing", thing_columns, sizeof(struct thing)};

static const struct thing things[] = {
    {'x', 10, 1, 100, RED, {0, 5}},
    {'x', 0, 0, 0, GREEN, {7, 6}},
    {'x', INT64_MAX, -3, INT64_MAX, BLUE, {7, 0}},
    {'x', 20, 2147483647, 1, GREEN, {7, 8}},
};

static sqlite3 *open_memory(void)
{
    sqlite3 *database;
    check_signed("open", sqlite3_open(":memory:", &database), SQLITE_OK);
    return database;
}

/* All rows of a query, with a space between them. */
static void check_rows(sqlite3 *database, const char *sql, const char *expected)
{
    struct text all = {.text = ""}, row;
    sqlite3_stmt *statement;
    sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    check_text(sql, sqlite3_errmsg(database), "not an error");
    while (results_file_row(statement, &row))
        text_add(&all, "%s%s", all.length ? " " : "", row.text);
    check_signed(sql, sqlite3_finalize(statement), SQLITE_OK);
    check_text(sql, all.text, expected);
}

TEST(queries)
{
    static const struct {
        const char *sql, *rows;
    } queries[] = {
        {"SELECT * FROM thing", "10|1|100|red|5 0|0||green|6 "
                                "9223372036854775807|-3|9223372036854775807|blue|0 "
                                "20|2147483647|1|green|8"},
        {"SELECT rowid, small FROM thing", "0|1 1|0 2|-3 3|2147483647"},
        {"SELECT typeof(size), typeof(small), typeof(maybe), typeof(colour) FROM thing LIMIT 2",
         "integer|integer|integer|text integer|integer|null|text"},
        {"SELECT last FROM thing WHERE maybe IS NULL", "6"},
        {"SELECT last FROM thing WHERE colour = 'green' AND size > 0", "8"},
        {"SELECT colour FROM thing ORDER BY size DESC", "blue green red green"},
        {"SELECT count(*), count(maybe), sum(last), max(small) FROM thing", "4|3|19|2147483647"},
        {"SELECT colour, count(*) FROM thing GROUP BY colour ORDER BY 1", "blue|1 green|2 red|1"},
        {"SELECT a.last, b.last FROM thing AS a JOIN thing AS b ON a.colour = b.colour"
         " AND a.last < b.last",
         "6|8"},
        {"SELECT last, (SELECT count(*) FROM thing AS b WHERE b.last > a.last) FROM thing AS a",
         "5|2 6|1 0|3 8|0"},
        {"SELECT last, sum(last) OVER (ORDER BY last) FROM thing", "0|0 5|5 6|11 8|19"},
    };
    const struct rows rows = {&thing_table, things, LENGTH(things)};
    sqlite3 *database = open_memory();
    check_signed("register", rows_register(database, &rows), SQLITE_OK);
    for (size_t i = 0; i < LENGTH(queries); i++)
        check_rows(database, queries[i].sql, queries[i].rows);
    sqlite3_close(database);
}

/* A statement that was prepared once sees what there is when it begins. */
TEST(rows_that_change)
{
    static const char sql[] = "SELECT count(*), total(size), group_concat(colour) FROM thing";
    struct thing own[3] = {{.size = 5}, {.size = 6, .colour = BLUE}, {.size = 7}};
    struct rows rows = {.table = &thing_table};
    const struct {
        const char *what;
        const void *row;
        size_t count;
        const char *expected;
    } steps[] = {
        {"none yet", NULL, 0, "0|0.0|"},
        {"some", own, 2, "2|11.0|red,blue"},
        {"one more", own, 3, "3|18.0|red,blue,red"},
        {"elsewhere", things + 1, 1, "1|0.0|green"},
        {"none any more", things, 0, "0|0.0|"},
        {"and again", own + 1, 2, "2|13.0|blue,red"},
    };
    sqlite3 *database = open_memory();
    sqlite3_stmt *statement;
    struct text row;
    check_signed("register", rows_register(database, &rows), SQLITE_OK);
    sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    for (size_t i = 0; i < LENGTH(steps); i++) {
        rows.row = steps[i].row;
        rows.count = steps[i].count;
        check_that(steps[i].what, results_file_row(statement, &row));
        check_text(steps[i].what, row.text, steps[i].expected);
        sqlite3_reset(statement);
    }
    own[1].size = 100;
    check_that("another value", results_file_row(statement, &row));
    check_text("another value", row.text, "2|107.0|blue,red");
    sqlite3_finalize(statement);
    sqlite3_close(database);
}

TEST(they_are_only_read)
{
    static const char *const sql[] = {
        "INSERT INTO thing (size) VALUES (1)",
        "UPDATE thing SET size = 1",
        "DELETE FROM thing",
        "SELECT other FROM thing",
    };
    const struct rows rows = {&thing_table, things, LENGTH(things)};
    sqlite3 *database = open_memory();
    check_signed("register", rows_register(database, &rows), SQLITE_OK);
    check_rows(database, "SELECT count(*) FROM thing", "4");
    for (size_t i = 0; i < LENGTH(sql); i++)
        check_signed(sql[i], sqlite3_exec(database, sql[i], NULL, NULL, NULL), SQLITE_ERROR);
    check_rows(database, "SELECT count(*) FROM thing", "4");
    sqlite3_close(database);
}

TEST(several_tables_and_connections)
{
    static const struct row_column columns[] = {
        {"last", ROW_INTEGER, offsetof(struct thing, after[1]), NULL},
        {NULL, ROW_INTEGER, 0, NULL},
    };
    static const struct row_table other_table = {"other", columns, sizeof(struct thing)};
    const struct rows rows = {&thing_table, things, 2}, others = {&other_table, things + 1, 3};
    const struct rows elsewhere = {&thing_table, things + 3, 1};
    sqlite3 *a = open_memory(), *b = open_memory();
    check_signed("register", rows_register(a, &rows), SQLITE_OK);
    check_signed("register", rows_register(a, &others), SQLITE_OK);
    check_signed("register", rows_register(b, &elsewhere), SQLITE_OK);
    check_rows(a, "SELECT last, size FROM thing JOIN other USING (last)", "6|0");
    check_rows(a, "SELECT last FROM other", "6 0 8");
    check_rows(b, "SELECT last FROM thing", "8");
    sqlite3_close(a);
    sqlite3_close(b);
}

/* What is inserted is what queries read. */
TEST(insertion)
{
    static const char all[] = "SELECT size, small, maybe, colour, last FROM ";
    const struct rows rows = {&thing_table, things, LENGTH(things)};
    sqlite3 *database = open_memory();
    sqlite3_stmt *insert;
    char *sql = rows_insert_sql(&thing_table);
    check_text("statement", sql,
               "INSERT INTO thing (run_id, size, small, maybe, colour, last)"
               " VALUES (?, ?, ?, ?, ?, ?)");
    sqlite3_exec(database, "CREATE TABLE thing (last, colour, maybe, small, size, run_id)", NULL,
                 NULL, NULL);
    check_signed(sql, sqlite3_prepare_v2(database, sql, -1, &insert, NULL), SQLITE_OK);
    for (size_t i = 0; i < LENGTH(things); i++) {
        sqlite3_bind_int64(insert, 1, 77);
        rows_bind(insert, 2, &thing_table, &things[i]);
        check_signed("insert", sqlite3_step(insert), SQLITE_DONE);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    sqlite3_free(sql);
    check_rows(database, "SELECT run_id, count(*), count(maybe) FROM thing GROUP BY 1", "77|4|3");
    sqlite3_exec(database, "ALTER TABLE thing RENAME TO stored", NULL, NULL, NULL);
    check_signed("register", rows_register(database, &rows), SQLITE_OK);
    static const char *const pairs[][2] = {{"stored", "thing"}, {"thing", "stored"}};
    for (size_t i = 0; i < LENGTH(pairs); i++) {
        struct text missing = {.text = ""};
        text_add(&missing, "%s%s EXCEPT %s%s", all, pairs[i][0], all, pairs[i][1]);
        check_rows(database, missing.text, "");
    }
    sqlite3_close(database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries),
        cmocka_unit_test(rows_that_change),
        cmocka_unit_test(they_are_only_read),
        cmocka_unit_test(several_tables_and_connections),
        cmocka_unit_test(insertion),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
