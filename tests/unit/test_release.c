/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/release.h"

#include <string.h>

#include "tests/unit/check.h"

/* What belongs to a row. */
TEST(rows)
{
    static const struct {
        const char *text, *row;
    } rows[] = {
        {"3.12", "cpython-3.12"},          {"python3.12", "cpython-3.12"},
        {"Python 3.12.3", "cpython-3.12"}, {"cpython-3.12.3", "cpython-3.12"},
        {"CPython-3.10", "cpython-3.10"},  {"3.9.18", "cpython-3.9"},
        {"3.8.0a1", "cpython-3.8"},        {"3.11-dev", "cpython-3.11"},
        {"3.13.0", "cpython-3.13"},        {"3.14", "cpython-3.14"},
        {"3.14.5", "cpython-3.14"},        {"cpython-3.14.10", "cpython-3.14"},
        {"3.15.0b1", "cpython-3.15"},      {"3.15.0rc1", "cpython-3.15"},
        {"3.15.0rc1+", "cpython-3.15"},    {"cpython-3.15", "cpython-3.15"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error;
        const struct collector_version *version = release_collector(rows[i].text, &error);
        check_that(rows[i].text, version != NULL);
        check_text(rows[i].text, version->name, rows[i].row);
        check_text(rows[i].text, error.text, "");
    }
}

/* Every row of the table is what it is called. */
TEST(every_row)
{
    for (const struct collector_version *v = collector_versions; v->name; v++) {
        struct error error;
        check_that(v->name, release_collector(v->name, &error) == v);
        check_that(v->name, release_collector(strchr(v->name, '3'), &error) == v);
    }
}

/* What is not modelled says what it is. */
TEST(not_modelled)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"cpython-3.14.2", "cpython-3.14.2 collects incrementally"},
        {"3.14.0", "cpython-3.14 is 3.14.5 and later, with 3.13's generations again"},
        {"3.14.4", "collects incrementally"},
        {"3.14.0rc2", "collects incrementally"},
        {"3.15.0a3", "collects incrementally"},
        {"3.13.0b2", "collects incrementally"},
        {"cpython-3.13t",
         "cpython-3.13t is free-threaded: every collection examines the whole heap"},
        {"3.14t", "the process has grown by a tenth; not modelled yet"},
        {"3.14.2t", "is free-threaded"},
        {"3.13.0rc1t", "is free-threaded"},
        {"3.14t-dev", "is free-threaded"},
        {"python3.15t", "is free-threaded"},
        {"3.12t", "does not exist"},
        {"3.16", "PEP 848"},
        {"3.16t", "PEP 848"},
        {"3.29.1", "cpython-3.15 is the newest"},
        {"cpython-3.7", "is older than what is modelled; cpython-3.8 is the oldest"},
        {"3.7.16", "cpython-3.8 is the oldest"},
        {"python2.7.18", "cpython-3.8 is the oldest"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error;
        check_that(rows[i].text, !release_collector(rows[i].text, &error));
        check_that(rows[i].text, strstr(error.text, rows[i].why) != NULL);
    }
}

/* What is no release says nothing. */
TEST(no_release)
{
    static const char *const texts[] = {
        "",      "3",      "3.",    "3.x",           "312",      "3.12.",    "3.12.3.4", "pypy3.10",
        "4.0",   "v3.12",  "3.12 ", "cpython--3.12", "python",   "3.12tt",   "-3.12",    "3.1234",
        "3.122", "3.12rc", ".",     "3.+",           "cpython-", "3.13rc1x",
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct error error;
        check_that(texts[i], !release_collector(texts[i], &error));
        check_text(texts[i], error.text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(every_row),
        cmocka_unit_test(not_modelled),
        cmocka_unit_test(no_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
