/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Columns: in memory, in a file, and when the file cannot be. */
#include "sim/interval/column.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/check.h"

#define ELEMENTS 100000u

static uint64_t element(uint64_t i)
{
    return i * UINT64_C(0x9E3779B97F4A7C15);
}

static void push(struct column *column, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        *(uint64_t *)column_push(column, sizeof i) = element(i);
}

static void check_elements(const char *what, const struct column *column, uint64_t count)
{
    check_count(what, column_total(column), count);
    for (uint64_t i = 0; i < count; i++)
        check_count(what, ((const uint64_t *)column->data)[i], element(i));
}

/* Spilled, and written out, when it has so many elements. */
TEST(wherever_it_lives_it_is_one_array)
{
    static const uint64_t never = UINT64_MAX;
    static const struct {
        const char *what;
        uint64_t count, spilled_at, flushed_every;
    } rows[] = {
        {"empty, in memory", 0, never, never},
        {"empty, in a file", 0, 0, never},
        {"one, in a file", 1, 0, never},
        {"in memory", ELEMENTS, never, never},
        {"in memory, where flush does nothing", ELEMENTS, never, 1000},
        {"in a file from its beginning", ELEMENTS, 0, 1000},
        {"in a file, with its last part in memory", ELEMENTS, 0, 999},
        {"in a file from half-way", ELEMENTS, ELEMENTS / 2, 777},
        {"in a file at its end", ELEMENTS, ELEMENTS, never},
        {"often written out", 1000, 10, 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct column column = column_of(sizeof(uint64_t));
        for (uint64_t at = 0; at <= rows[i].count; at++) {
            if (at == rows[i].spilled_at)
                check_signed(rows[i].what, column_spill(&column, "/tmp"), 0);
            if (at % rows[i].flushed_every == 0)
                check_signed(rows[i].what, column_flush(&column), 0);
            check_count(rows[i].what, column_total(&column), at);
            if (at < rows[i].count)
                push(&column, at, at + 1);
        }
        check_count(rows[i].what, column.in_file, rows[i].spilled_at != never);
        check_signed(rows[i].what, column_complete(&column), 0);
        check_elements(rows[i].what, &column, rows[i].count);
        column_fini(&column);
        check_count("and it is empty again", column_total(&column), 0);
    }
}

TEST(it_leaves_nothing_in_the_folder)
{
    char folder[] = "/tmp/pygcsim-test-XXXXXX";
    check_that(folder, mkdtemp(folder) != NULL);
    struct column column = column_of(sizeof(uint64_t));
    push(&column, 0, ELEMENTS);
    check_signed("spill", column_spill(&column, folder), 0);
    check_signed("the folder is empty", rmdir(folder), 0);
    push(&column, ELEMENTS, ELEMENTS + 1);
    check_signed("complete", column_complete(&column), 0);
    check_elements("it has everything", &column, ELEMENTS + 1);
    column_fini(&column);
}

TEST(folders_that_will_not_do)
{
    char *longest = malloc(5000);
    memset(longest, 'x', 4999);
    longest[4999] = '\0';
    const struct {
        const char *folder;
        int why;
    } rows[] = {{"/nowhere/at/all", ENOENT}, {"/dev/null", ENOTDIR}, {longest, ENAMETOOLONG}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct column column = column_of(sizeof(uint64_t));
        push(&column, 0, 10);
        errno = 0;
        check_signed("spill", column_spill(&column, rows[i].folder), -1);
        check_signed("why", errno, rows[i].why);
        check_that("it stays in memory", !column.in_file);
        check_elements("with what it had", &column, 10);
        column_fini(&column);
    }
    free(longest);
}

TEST(a_full_disk)
{
    struct column column = column_of(sizeof(uint64_t)), other = column_of(sizeof(uint64_t));
    push(&column, 0, ELEMENTS);
    test_limit_files(4096);
    int spilled = column_spill(&column, "/tmp"), why = errno;
    int other_spilled = column_spill(&other, "/tmp");
    push(&other, 0, ELEMENTS);
    int flushed = column_flush(&other), completed = column_complete(&other);
    test_limit_files(UINT64_MAX);
    check_signed("spill", spilled, -1);
    check_signed("why", why, EFBIG);
    check_signed("spill what is empty", other_spilled, 0);
    check_signed("flush", flushed, -1);
    check_signed("complete", completed, -1);
    column_fini(&column);
    column_fini(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wherever_it_lives_it_is_one_array),
        cmocka_unit_test(it_leaves_nothing_in_the_folder),
        cmocka_unit_test(folders_that_will_not_do),
        cmocka_unit_test(a_full_disk),
    };
    return cmocka_run_group_tests_name("column", tests, NULL, NULL);
}
