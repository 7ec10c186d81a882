/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are no results files, and places where none can be. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/results_file.h"

static void make_database(char path[TEST_PATH], const char *sql)
{
    sqlite3 *database;
    results_file_name(path);
    check_signed(path, sqlite3_open(path, &database), SQLITE_OK);
    check_signed(path, sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

/* Opening it says that, after the file's name; NULL: it opens. */
static void check_open(const char *path, struct store *(*open_it)(const char *, struct error *),
                       const char *message)
{
    char expected[TEST_PATH + 100] = "";
    struct error error = {""};
    struct store *store = open_it(path, &error);
    if (message)
        snprintf(expected, sizeof expected, "%s%s", path, message);
    check_text(path, error.text, expected);
    check_that(path, !store == !!message);
    store_close(store);
}

TEST(files_that_are_refused)
{
    static const struct {
        const char *what, *content, *sql;
        const char *to_add, *to_read; /* messages, after the name */
    } rows[] = {
        {"a text", "This is a text and no database, however long it may be.", NULL,
         ": not a results file: it is no SQLite database",
         ": not a results file: it is no SQLite database"},
        {"another's database", NULL, "CREATE TABLE t (a); INSERT INTO t VALUES (1)",
         ": not a results file: it is another program's",
         ": not a results file: it is another program's"},
        {"another's database with our tables' names", NULL,
         "CREATE TABLE run (a); CREATE TABLE collection (a)",
         ": not a results file: it is another program's",
         ": not a results file: it is another program's"},
        {"our number, other tables", NULL,
         "PRAGMA application_id = 1887004515; PRAGMA user_version = 5; CREATE TABLE run (a)",
         ": not a results file: its tables are not those of this version",
         ": not a results file: its tables are not those of this version"},
        {"a later version's", NULL,
         "PRAGMA application_id = 1887004515; PRAGMA user_version = 99; CREATE TABLE run (a)",
         ": written by another version of pygcsim (schema 99, not 5); only that one reads it",
         ": written by another version of pygcsim (schema 99, not 5); only that one reads it"},
        {"an empty file", "", NULL, NULL, ": not a results file: it is empty"},
        {"no file", NULL, NULL, NULL, ": cannot be opened: No such file or directory"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[TEST_PATH];
        if (rows[i].content)
            test_file(path, rows[i].content, strlen(rows[i].content));
        else if (rows[i].sql)
            make_database(path, rows[i].sql);
        else
            results_file_name(path);
        check_open(path, store_open_existing, rows[i].to_read);
        check_open(path, store_open, rows[i].to_add);
        results_file_remove(path);
    }
}

TEST(a_refused_file_is_left_as_it_was)
{
    char path[TEST_PATH];
    make_database(path, "CREATE TABLE t (a); INSERT INTO t VALUES (7)");
    check_open(path, store_open, ": not a results file: it is another program's");
    sqlite3 *database;
    sqlite3_stmt *statement;
    struct text row;
    check_signed("open", sqlite3_open(path, &database), SQLITE_OK);
    sqlite3_prepare_v2(database,
                       "SELECT a, (SELECT count(*) FROM sqlite_schema),"
                       " (SELECT * FROM pragma_journal_mode) FROM t",
                       -1, &statement, NULL);
    check_that("its row", results_file_row(statement, &row));
    check_text("its row", row.text, "7|1|delete");
    sqlite3_finalize(statement);
    sqlite3_close(database);
    results_file_remove(path);
}

TEST(places_that_cannot_be_opened)
{
    static const struct {
        const char *path, *message;
    } rows[] = {
        {"/nonexistent/results.db", ": cannot be opened: No such file or directory"},
        {"/dev/null/results.db", ": cannot be opened: Not a directory"},
        {"/tmp", ": Is a directory"},
        {"/dev/null", ": not a results file: it is a device"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        check_open(rows[i].path, store_open, rows[i].message);
        check_open(rows[i].path, store_open_existing, rows[i].message);
    }
    store_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_are_refused),
        cmocka_unit_test(a_refused_file_is_left_as_it_was),
        cmocka_unit_test(places_that_cannot_be_opened),
    };
    return cmocka_run_group_tests_name("store_files", tests, NULL, NULL);
}
