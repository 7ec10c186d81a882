/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts for terminals, the formats that they are put into, and messages that are too long. */
#include "sim/base/printable.h"

#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/check.h"

static char *printed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* To be freed. */
static char *printed(const char *format, ...)
{
    char *result;
    size_t size;
    va_list values;
    FILE *out = open_memstream(&result, &size);
    va_start(values, format);
    printable_print(out, format, values);
    va_end(values);
    fclose(out);
    return result;
}

TEST(texts)
{
    static const struct {
        const char *what, *text, *expected;
        size_t width;
    } rows[] = {
        {"plain", "t0 = 50_000", "t0 = 50_000", 11},
        {"nothing", "", "", 0},
        {"accents", "naïve", "naïve", 5},
        {"a combining accent", "e\u0301", "e\u0301", 1},
        {"East Asia", "日本", "日本", 4},
        {"a picture", "🎉", "🎉", 2},
        {"the screen wiped", "\x1b[2J", "\\x1b[2J", 7},
        {"lines", "a\nb\r\tc", "a\\nb\\r\\tc", 9},
        {"the first and last control", "\x01\x1f\x7f", "\\x01\\x1f\\x7f", 12},
        {"controls of two bytes", "\xc2\x80\xc2\x9b\xc2\x9f\u00a0", "\\u0080\\u009b\\u009f\u00a0",
         19},
        {"separators", "\u2027\u2028\u2029", "\u2027\\u2028\\u2029", 13},
        {"directions", "\u202a\u202e\u2066\u2069", "\\u202a\\u202e\\u2066\\u2069", 24},
        {"a byte that begins nothing", "a\xff", "a\\xff", 5},
        {"a control of one byte beyond ASCII", "\x9b\x32J", "\\x9b2J", 6},
        {"cut off", "\xe2\x82", "\\xe2\\x82", 8},
        {"too long a form", "\xc0\x8a", "\\xc0\\x8a", 8},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *got = printed("%s", rows[i].text);
        check_text(rows[i].what, got, rows[i].expected);
        check_count(rows[i].what, printable_width(rows[i].text, strlen(rows[i].text)),
                    rows[i].width);
        free(got);
    }
}

TEST(what_fits)
{
    static const struct {
        const char *text;
        size_t columns, bytes;
    } rows[] = {
        {"abc", 2, 2}, {"abc", 3, 3}, {"abc", 9, 3},     {"日本", 3, 3},    {"日本", 4, 6},
        {"", 4, 0},    {"a", 0, 0},   {"a\x1b z", 4, 1}, {"a\x1b z", 5, 2}, {"e\u0301x", 1, 3},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_count(rows[i].text, printable_fit(rows[i].text, rows[i].columns), rows[i].bytes);
}

/* Where there is nothing to escape, the same as printf. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        char expected[1000], *got = printed(__VA_ARGS__);                                          \
        snprintf(expected, sizeof expected, __VA_ARGS__);                                          \
        check_text(#__VA_ARGS__, got, expected);                                                   \
        free(got);                                                                                 \
    } while (0)

TEST(formats)
{
    SAME("100%%, %d of %u, %5d|%-5d|%05d|%+d", -1, UINT32_MAX, 42, 42, 42, 42);
    SAME("%lld %llu %ld %lu", (long long)INT64_MIN, (unsigned long long)UINT64_MAX, -1L, 1UL);
    SAME("%" PRId64 " %" PRIu64 " %zu %x %#x %04x %o", INT64_MAX, UINT64_MAX, SIZE_MAX, 255U, 255U,
         10U, 8U);
    SAME("%*d|%-*d|%.3d|%3.*d", 7, 1, 7, 2, 3, 2, 4);
    SAME("%f %.2f %8.3e|%-9.3g|%g", 1.5, 2.345, 1e-9, 0.1, 1e300);
    SAME("%f", DBL_MAX);
    SAME("%c%c", 'a', 'b');
    SAME("%s|%8s|%-8s|%.2s|%8.2s|%.*s|%*s|%-*s|", "abc", "abc", "abc", "abc", "abc", 1, "abc", 6,
         "abc", 6, "abc");
    SAME("%s", "");
    SAME("nothing to put in\n");
    SAME("%8.0f%%\n%s\n", 12.0, "x");
}

TEST(texts_in_formats)
{
    static const struct {
        const char *what, *format, *text, *expected;
    } rows[] = {
        {"lines of the format stay", "%s\n", "a\nb", "a\\nb\n"},
        {"widths are columns", "[%6s]", "日本", "[  日本]"},
        {"to the left", "[%-6s]", "\n", "[\\n    ]"},
        {"no half characters", "%.4s", "日本", "日"},
        {"no half characters, at the beginning", "%.1s|", "é", "|"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        char *got = printed(rows[i].format, rows[i].text);
#pragma GCC diagnostic pop
        check_text(rows[i].what, got, rows[i].expected);
        free(got);
    }
}

TEST(long_messages)
{
    char word[5000];
    struct error error, again;
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    error_set(&error, "%s: %s, %d", word, "why", 7);
    check_mentions("what is said of it", error.text, "a…: why, 7");
    check_that("it fills the line", strlen(error.text) > sizeof error.text * 3 / 4);
    error_set(&error, "no words");
    error_set(&error, "file: %s", error.text);
    check_text("of itself", error.text, "file: no words");
    for (size_t i = 0; i + 2 < sizeof word; i += 2)
        memcpy(word + i, "é", 2);
    error_set(&error, "%s: %s", word + 1, "why"); /* begins with half a character */
    error_set(&again, "%s", "a\nb\x1b");
    check_text("one line", again.text, "a\\nb\\x1b");
    check_mentions("characters are whole", error.text, "é…: why");
    error_set(&again, "%.5s|%5s|%-5s|", "ééé", "é", "é");
    check_text("as printf, in bytes", again.text, "éé|   é|é   |");
    error_set(&error, "%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s", word, word, word, word, word,
              word, word, word, word, word, word, word, word, word, word, word, word, word, word,
              word);
    check_that("many of them", strlen(error.text) < sizeof error.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),         cmocka_unit_test(what_fits),
        cmocka_unit_test(formats),       cmocka_unit_test(texts_in_formats),
        cmocka_unit_test(long_messages),
    };
    return cmocka_run_group_tests_name("printable", tests, NULL, NULL);
}
