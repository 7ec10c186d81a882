/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/check.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void check_that_at(const char *what, bool holds, const char *condition, const char *file, int line)
{
    if (holds)
        return;
    print_error("# %s: it does not hold that %s\n", what, condition);
    _fail(file, line);
}

void check_count_at(const char *what, uint64_t got, uint64_t expected, const char *expression,
                    const char *file, int line)
{
    if (got == expected)
        return;
    print_error("# %s: %s is %" PRIu64 ", expected %" PRIu64 "\n", what, expression, got, expected);
    _fail(file, line);
}

void check_signed_at(const char *what, int64_t got, int64_t expected, const char *expression,
                     const char *file, int line)
{
    if (got == expected)
        return;
    print_error("# %s: %s is %" PRId64 ", expected %" PRId64 "\n", what, expression, got, expected);
    _fail(file, line);
}

void check_real_at(const char *what, double got, double expected, const char *expression,
                   const char *file, int line)
{
    if (fabs(got - expected) <= 1e-9 * fabs(expected))
        return;
    print_error("# %s: %s is %.17g, expected %.17g\n", what, expression, got, expected);
    _fail(file, line);
}

void check_percent_at(const char *what, size_t counted, size_t of, double expected,
                      const char *file, int line)
{
    double percent = 100.0 * (double)counted / (double)of;
    double chance = sqrt(expected * (100 - expected) / (double)of);
    print_message("# %s: %.1f, expected %.1f\n", what, percent, expected);
    check_that_at(what, fabs(percent - expected) <= 4 * chance + 0.05, "so many are expected", file,
                  line);
}

void check_text_at(const char *what, const char *got, const char *expected, const char *expression,
                   const char *file, int line)
{
    if (got && expected ? strcmp(got, expected) == 0 : got == expected)
        return;
    print_error("# %s: %s is '%s', expected '%s'\n", what, expression, got ? got : "(none)",
                expected ? expected : "(none)");
    _fail(file, line);
}

void check_mentions_at(const char *what, const char *text, const char *part, const char *file,
                       int line)
{
    if (text && strstr(text, part) && !strchr(text, '\n'))
        return;
    print_error("# %s: '%s' does not say, in one line, '%s'\n", what, text ? text : "(none)", part);
    _fail(file, line);
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments;
    if (!text)
        return;
    va_start(arguments, format);
    size_t room = sizeof text->text - text->length;
    text->length += (size_t)vsnprintf(text->text + text->length, room, format, arguments);
    va_end(arguments);
    check_that(text->text, text->length < sizeof text->text);
}

uint64_t test_random(uint64_t *seed)
{
    uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t test_random_below(uint64_t *seed, uint64_t n)
{
    return test_random(seed) % n;
}

void test_file(char path[TEST_PATH], const void *content, size_t length)
{
    snprintf(path, TEST_PATH, "/tmp/pygcsim-test-XXXXXX");
    int descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    check_that(path, file != NULL);
    check_count(path, fwrite(content, 1, length, file), length);
    check_that(path, fclose(file) == 0);
}

void test_limit_files(uint64_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    check_signed("limit", getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    check_signed("limit", setrlimit(RLIMIT_FSIZE, &limit), 0);
}
