/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/html.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

/* What a function writes of a text; to be freed. */
static char *written(void (*write)(FILE *out, const char *text), const char *text)
{
    char *result;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    write(out, text);
    fclose(out);
    return result;
}

struct row {
    const char *what, *text, *expected;
};

static void walk(void (*write)(FILE *out, const char *text), const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *got = written(write, rows[i].text);
        check_text(rows[i].what, got, rows[i].expected);
        free(got);
    }
}

TEST(texts)
{
    static const struct row rows[] = {
        {"plain", "t0 = 50_000", "t0 = 50_000"},
        {"nothing", "", ""},
        {"markup", "<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"},
        {"quotes, for attributes", "\"it's\"", "&quot;it's&quot;"},
        {"the end of a script", "</script>", "&lt;/script&gt;"},
        {"lines and tabs stay", "a\n\tb", "a\n\tb"},
        {"other control characters", "a\r\x01\x1b\x7f", "a\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"two, three and four bytes", "é – 𝄞", "é – 𝄞"},
        {"a control character of two bytes", "\xC2\x85", "\uFFFD"},
        {"a byte that begins nothing", "\x80x\xFF", "\uFFFDx\uFFFD"},
        {"a character cut off", "\xE2\x80", "\uFFFD\uFFFD"},
        {"a slash in two bytes", "\xC0\xAF", "\uFFFD\uFFFD"},
        {"a less-than in three bytes", "\xE0\x80\xBC", "\uFFFD\uFFFD\uFFFD"},
        {"half of a pair", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"no character", "\xEF\xBF\xBF", "\uFFFD"},
        {"beyond the last", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"a byte and markup behind it", "\xE2<", "\uFFFD&lt;"},
    };
    walk(html_text, rows, LENGTH(rows));
}

TEST(specifications)
{
    static const struct row rows[] = {
        {"a name", "default", "<code>default</code>"},
        {"a line may end after each part", "threshold:t0=700,t1=10",
         "<code>threshold:<wbr>t0=700,<wbr>t1=10</code>"},
        {"but not at the end", "a,", "<code>a,</code>"},
        {"markup", "script:file=<x>", "<code>script:<wbr>file=&lt;x&gt;</code>"},
    };
    walk(html_spec, rows, LENGTH(rows));
}

TEST(quantities)
{
    static const struct row rows[] = {
        {"a unit stays with its number", "12.3 ms", "12.3\u00A0ms"},
        {"microseconds", "160 us", "160\u00A0µs"},
        {"a mean", "160 ±7 us", "160\u00A0±7\u00A0µs"},
        {"a line may end before an interval", "-46 [-264, +20] us",
         "\u221246 [\u2212264,\u00A0+20]\u00A0µs"},
        {"a share", "-0.03 [-0.07, +0.02]%", "\u22120.03 [\u22120.07,\u00A0+0.02]%"},
        {"no value", "-", "–"},
        {"an exponent", "1e-05", "1e\u221205"},
    };
    walk(html_quantity, rows, LENGTH(rows));
}

TEST(counts)
{
    char *result;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    html_count(out, 1, "policy", "policies");
    html_count(out, 0, "policy", "policies");
    html_count(out, 12, "policy", "policies");
    fclose(out);
    check_text("one, none, many", result, "1\u00A0policy0\u00A0policies12\u00A0policies");
    free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(specifications),
        cmocka_unit_test(quantities),
        cmocka_unit_test(counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
