/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every test here begins with: cmocka, and checks that say which row of a table failed. `what`
 * is the row's own text. A check that fails ends the test. */
#ifndef PYGCSIM_TESTS_UNIT_CHECK_H
#define PYGCSIM_TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/error.h"

#define TEST(name)    static void name(void **cmocka_state __attribute__((unused)))
#define LENGTH(table) (sizeof(table) / sizeof *(table))

#define check_that(what, condition) check_that_at(what, condition, #condition, __FILE__, __LINE__)
#define check_count(what, got, expected)                                                           \
    check_count_at(what, (uint64_t)(got), (uint64_t)(expected), #got, __FILE__, __LINE__)
#define check_signed(what, got, expected)                                                          \
    check_signed_at(what, (int64_t)(got), (int64_t)(expected), #got, __FILE__, __LINE__)
#define check_real(what, got, expected) check_real_at(what, got, expected, #got, __FILE__, __LINE__)
#define check_text(what, got, expected) check_text_at(what, got, expected, #got, __FILE__, __LINE__)

/* A function that looks at a thing and gives a struct error finds nothing wrong. */
#define check_sound(what, checker, thing)                                                          \
    do {                                                                                           \
        struct error broken = {""};                                                                \
        checker(thing, &broken);                                                                   \
        check_text(what, broken.text, "");                                                         \
    } while (0)

/* The text has `part` in it and is one line. */
#define check_mentions(what, text, part) check_mentions_at(what, text, part, __FILE__, __LINE__)

void check_that_at(const char *what, bool holds, const char *condition, const char *file, int line);
void check_count_at(const char *what, uint64_t got, uint64_t expected, const char *expression,
                    const char *file, int line);
void check_signed_at(const char *what, int64_t got, int64_t expected, const char *expression,
                     const char *file, int line);

/* Equal to nine digits. */
void check_real_at(const char *what, double got, double expected, const char *expression,
                   const char *file, int line);

/* So many of all are `expected` percent, give or take chance: four standard errors, and half a
 * digit for rounding. Prints what they are. */
#define check_percent(what, counted, of, expected)                                                 \
    check_percent_at(what, counted, of, expected, __FILE__, __LINE__)
void check_percent_at(const char *what, size_t counted, size_t of, double expected,
                      const char *file, int line);

/* Either may be NULL. */
void check_text_at(const char *what, const char *got, const char *expected, const char *expression,
                   const char *file, int line);
void check_mentions_at(const char *what, const char *text, const char *part, const char *file,
                       int line);

/* Texts put together; what does not fit ends the test. */
struct text {
    char text[1000];
    size_t length;
};
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Pseudo-random numbers for tests (SplitMix64): a seed is the whole state. */
uint64_t test_random(uint64_t *seed);

/* 0 … n − 1. */
uint64_t test_random_below(uint64_t *seed, uint64_t n);

/* A new file of its own with that content; `path` has room for TEST_PATH. The caller removes it. */
#define TEST_PATH 64
void test_file(char path[TEST_PATH], const void *content, size_t length);

/* From now on no file of this process can grow beyond so many bytes, as if the disk were full;
 * UINT64_MAX: as before. */
void test_limit_files(uint64_t bytes);

#endif
