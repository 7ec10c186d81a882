/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The SQL functions; what they compute is tested where it is computed. */
#include "results/store/functions.h"

#include <math.h>

#include "results/statistics/interval.h"
#include "tests/unit/check.h"

static sqlite3 *open_database(void)
{
    sqlite3 *database;
    check_signed("open", sqlite3_open(":memory:", &database), SQLITE_OK);
    check_signed("register", statistics_register_functions(database), SQLITE_OK);
    return database;
}

/* Ends with an error that mentions it, or with one row of one column: its text, NULL as (none). */
static void check_query(sqlite3 *database, const char *sql, const char *expected,
                        const char *failure)
{
    sqlite3_stmt *statement = NULL;
    check_signed(sql, sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    int code = sqlite3_step(statement);
    if (failure) {
        check_signed(sql, code, SQLITE_ERROR);
        check_mentions(sql, sqlite3_errmsg(database), failure);
    } else {
        check_signed(sql, code, SQLITE_ROW);
        check_text(sql, (const char *)sqlite3_column_text(statement, 0), expected);
    }
    sqlite3_finalize(statement);
}

/* The table t: x is 1 … 10 and NULL, y its square, but for x = 3 NULL, g is x below 4. */
#define T                                                                                          \
    "WITH RECURSIVE t(x, y, g) AS (SELECT NULL, NULL, 0 UNION ALL SELECT ifnull(x, 0) + 1,"        \
    " iif(ifnull(x, 0) = 2, NULL, (ifnull(x, 0) + 1) * (ifnull(x, 0) + 1)), ifnull(x, 0) < 3"      \
    " FROM t WHERE ifnull(x, 0) < 10) SELECT "

TEST(values)
{
    static const struct {
        const char *sql, *expected;
    } rows[] = {
        {T "percentile(x, 50) FROM t", "5.0"},
        {T "percentile(-x, 90) FROM t", "-2.0"},
        {T "percentile(x, 50) FROM t WHERE x > 10", NULL},
        {T "percentile(x, 50) FROM t WHERE x IS NULL", NULL},
        {T "quantile(sorted(x), 50) FROM t", "5.0"},
        {T "quantile(sorted(-x), 90) FROM t", "-2.0"},
        {T "quantile(sorted(x), 0) FROM t", "1.0"},
        {T "quantile(sorted(x), 100) FROM t", "10.0"},
        {T "quantile(sorted(x), NULL) FROM t", NULL},
        {T "quantile(sorted(x) FILTER (WHERE g), 100) FROM t", "3.0"},
        {T "sorted(x) FROM t WHERE x > 10", NULL},
        {T "quantile(sorted(x), 50) FROM t WHERE x > 10", NULL},
        {T "length(sorted(x)) FROM t", "80"},
        {"SELECT quantile(sorted(value), 100) FROM json_each('[1e300, \"12\", 3]')", "1.0e+300"},
        {T "spearman(x, y) FROM t", "1.0"},
        {T "spearman(x, -y) FROM t", "-1.0"},
        {T "spearman(x, 1) FROM t", NULL},
        {T "spearman(x, y) FROM t WHERE x = 3", NULL},
        {T "mean_low(x) FROM t WHERE x = 3", NULL},
        {T "mean_high(x) FROM t WHERE x > 10", NULL},
        {T "bootstrap_low(x) FROM t WHERE x = 3", NULL},
        {T "bootstrap_high(7) FROM t", "7.0"},
        /* t(1) at 97.5% is 12.7062047 */
        {T "round(mean_low(x), 7) FROM t WHERE x IN (1, 3)", "-10.7062047"},
        {T "round(mean_high(x), 7) FROM t WHERE x IN (1, 3)", "14.7062047"},
    };
    sqlite3 *database = open_database();
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_query(database, rows[i].sql, rows[i].expected, NULL);
    sqlite3_close(database);
}

TEST(bootstrap)
{
    static const double y[] = {1, 4, 16, 25, 36, 49, 64, 81, 100};
    struct interval interval = interval_of_mean(y, LENGTH(y), INTERVAL_bootstrap, 0.95);
    struct interval t = interval_of_mean(y, LENGTH(y), INTERVAL_t, 0.95);
    struct text low = {"", 0}, high = {"", 0}, t_low = {"", 0};
    text_add(&low, "%.6f", interval.low);
    text_add(&high, "%.6f", interval.high);
    text_add(&t_low, "%.6f", t.low);
    sqlite3 *database = open_database();
    check_query(database, T "printf('%.6f', bootstrap_low(y)) FROM t", low.text, NULL);
    check_query(database, T "printf('%.6f', bootstrap_high(y)) FROM t", high.text, NULL);
    check_query(database, T "printf('%.6f', mean_low(y)) FROM t", t_low.text, NULL);
    sqlite3_close(database);
}

/* A run of 100 ns with pauses of 2 ns at 40 and 3 ns at 46; one without; one that has not ended. */
static const char runs[] = "CREATE TABLE run (id, to_ns);"
                           "CREATE TABLE collection (run_id, begin_ns, pause_ns);"
                           "INSERT INTO run VALUES (1, 100), (2, 100), (3, NULL);"
                           "INSERT INTO collection VALUES (1, 40, 2), (1, 46, 3), (3, 10, 5);";

#define MMU(window, from, to) "SELECT mmu(begin_ns, pause_ns, " window ", " from ", " to ") "
#define OF_RUN(id)            "FROM run LEFT JOIN collection ON collection.run_id = run.id WHERE run.id = " id

TEST(utilisation)
{
    static const struct {
        const char *sql, *expected, *failure;
    } rows[] = {
        {MMU("10", "0", "to_ns") OF_RUN("1"), "0.5", NULL},
        {MMU("10.0", "0", "to_ns") OF_RUN("1"), "0.5", NULL},
        {MMU("10", "46", "to_ns") OF_RUN("1"), "0.7", NULL},
        {MMU("100", "0", "to_ns") OF_RUN("1"), "0.95", NULL},
        {MMU("101", "0", "to_ns") OF_RUN("1"), NULL, NULL},
        {MMU("10", "NULL", "to_ns") OF_RUN("1"), NULL, NULL},
        {MMU("10", "0", "to_ns") OF_RUN("2"), "1.0", NULL},
        {MMU("101", "0", "to_ns") OF_RUN("2"), NULL, NULL},
        {MMU("10", "0", "to_ns") OF_RUN("3"), NULL, NULL},
        {MMU("10", "0", "to_ns") OF_RUN("4"), NULL, NULL},
        {"SELECT group_concat(least, ' ') FROM (" MMU(
             "column1", "0",
             "to_ns") "AS least FROM run"
                      " JOIN (VALUES (10), (20)) LEFT JOIN collection ON run_id = id WHERE id = 1"
                      " GROUP BY column1 ORDER BY column1)",
         "0.5 0.75", NULL},
        {MMU("0", "0", "to_ns") OF_RUN("1"), NULL, "window_ns must be > 0"},
        {MMU("10", "-1", "to_ns") OF_RUN("1"), NULL, "from_ns and to_ns >= 0"},
        {MMU("begin_ns", "0", "to_ns") OF_RUN("1"), NULL, "must stay the same"},
        {"SELECT mmu(begin_ns, pause_ns, 10, 0, 100) FROM (SELECT * FROM collection ORDER BY"
         " begin_ns DESC)",
         NULL, "in order of time"},
        {"SELECT mmu(column1, 1, 10, 0, 100) FROM (VALUES (-1))", NULL, "in order of time"},
        {"SELECT mmu(1, column1, 10, 0, 100) FROM (VALUES (-1))", NULL, "in order of time"},
        {"SELECT quantile(3, 50)", NULL, "must be of sorted()"},
        {"SELECT quantile(x'', 50)", NULL, "must be of sorted()"},
        {"SELECT quantile(x'0102030405060708ff', 50)", NULL, "must be of sorted()"},
        {"SELECT quantile('12345678', 50)", NULL, "must be of sorted()"},
    };
    sqlite3 *database = open_database();
    check_signed("tables", sqlite3_exec(database, runs, NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_query(database, rows[i].sql, rows[i].expected, rows[i].failure);
    sqlite3_close(database);
}

/* The steps of the virtual machine that call an aggregate for each row. */
static size_t aggregates_in(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    size_t count = 0;
    check_signed(sql, sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *code = (const char *)sqlite3_column_text(statement, 1);
        count += code[0] == 'A' && code[1] == 'g' && code[2] == 'g' && code[3] == 'S';
    }
    sqlite3_finalize(statement);
    return count;
}

/* What statistics.h promises of SQLite: metrics would be as slow as before without it. */
TEST(each_set_is_collected_once)
{
#define SETS(s)                                                                                    \
    "EXPLAIN " T "quantile(" s ", 50), quantile(" s ", 99) / 2, quantile(" s ", 100) FROM t"
    static const struct {
        const char *sql;
        size_t aggregates;
    } rows[] = {
        {SETS("sorted(x)"), 1},
        {SETS("sorted(x) FILTER (WHERE g = 1)"), 1},
        {"EXPLAIN " T "quantile(sorted(x), 50), quantile(sorted(x) FILTER (WHERE g), 50),"
         " quantile(sorted(x) FILTER (WHERE NOT g), 50) FROM t",
         3},
    };
    sqlite3 *database = open_database();
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_count(rows[i].sql, aggregates_in(database, rows[i].sql), rows[i].aggregates);
    sqlite3_close(database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(bootstrap),
        cmocka_unit_test(utilisation),
        cmocka_unit_test(each_set_is_collected_once),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
