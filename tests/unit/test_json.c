/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/utf8.h"
#include "tests/unit/check.h"

/* Writes to memory. */
struct written {
    struct json json;
    char *text;
    size_t size;
};

static void begin(struct written *written)
{
    json_init(&written->json, open_memstream(&written->text, &written->size));
}

static void check_end(const char *what, struct written *written, const char *expected)
{
    fclose(written->json.out);
    check_text(what, written->text, expected);
    free(written->text);
}

TEST(texts)
{
    static const struct {
        const char *what, *text, *expected;
    } rows[] = {
        {"plain", "freeze:t0=700", "\"freeze:t0=700\"\n"},
        {"nothing", "", "\"\"\n"},
        {"none", NULL, "null\n"},
        {"quotes and backslashes", "\"a\\b\"", "\"\\\"a\\\\b\\\"\"\n"},
        {"a slash stays", "</script>", "\"</script>\"\n"},
        {"the first control characters", "\x01\x02\x1b\x1f", "\"\\u0001\\u0002\\u001b\\u001f\"\n"},
        {"lines, tabs, bells", "\n\r\t\a\b\f", "\"\\u000a\\u000d\\u0009\\u0007\\u0008\\u000c\"\n"},
        {"the last control character", "\x7f", "\"\\u007f\"\n"},
        {"what terminals obey", "\xc2\x9b\u2028\u202e\u2066", "\"\\u009b\\u2028\\u202e\\u2066\"\n"},
        {"two, three and four bytes", "é – 𝄞", "\"é – 𝄞\"\n"},
        {"the first and last of two", "\xC2\x80\xDF\xBF", "\"\\u0080\xDF\xBF\"\n"},
        {"of three", "\xE0\xA0\x80\xEF\xBF\xBF", "\"\xE0\xA0\x80\xEF\xBF\xBF\"\n"},
        {"of four", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"\n"},
        {"beside the surrogates", "\xED\x9F\xBF\xEE\x80\x80", "\"\xED\x9F\xBF\xEE\x80\x80\"\n"},
        {"a byte that begins nothing", "a\xFF.heap", "\"a\uFFFD.heap\"\n"},
        {"a lone continuation", "\x80x\xBF", "\"\uFFFDx\uFFFD\"\n"},
        {"cut off at the end", "\xE2\x80", "\"\uFFFD\uFFFD\"\n"},
        {"two bytes, cut off", "\xC3", "\"\uFFFD\"\n"},
        {"four bytes, cut off", "\xF0\x9D\x84", "\"\uFFFD\uFFFD\uFFFD\"\n"},
        {"cut off by a quote", "\xE2\"", "\"\uFFFD\\\"\"\n"},
        {"cut off by a control character", "\xE2\x80\n", "\"\uFFFD\uFFFD\\u000a\"\n"},
        {"cut off by a character", "\xF0\x9D\xC3\xA9", "\"\uFFFD\uFFFDé\"\n"},
        {"a slash in two bytes", "\xC0\xAF", "\"\uFFFD\uFFFD\"\n"},
        {"a quote in two bytes", "\xC0\xA2", "\"\uFFFD\uFFFD\"\n"},
        {"a quote in three bytes", "\xE0\x80\xA2", "\"\uFFFD\uFFFD\uFFFD\"\n"},
        {"a quote in four bytes", "\xF0\x80\x80\xA2", "\"\uFFFD\uFFFD\uFFFD\uFFFD\"\n"},
        {"the last that is too long", "\xE0\x9F\xBF", "\"\uFFFD\uFFFD\uFFFD\"\n"},
        {"the first half of a pair", "\xED\xA0\x80", "\"\uFFFD\uFFFD\uFFFD\"\n"},
        {"the second", "\xED\xBF\xBF", "\"\uFFFD\uFFFD\uFFFD\"\n"},
        {"beyond the last", "\xF4\x90\x80\x80", "\"\uFFFD\uFFFD\uFFFD\uFFFD\"\n"},
        {"five bytes", "\xF8\x88\x80\x80\x80", "\"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\"\n"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct written written;
        begin(&written);
        json_text(&written.json, NULL, rows[i].text);
        check_end(rows[i].what, &written, rows[i].expected);
    }
}

/* Whatever three bytes follow each other, what is written is UTF-8, and has no control characters
 * but the one that ends it. */
TEST(any_bytes)
{
    static const unsigned char bytes[] = {0x01, 0x22, 0x41, 0x5C, 0x7F, 0x80, 0x9F,
                                          0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xED,
                                          0xEF, 0xF0, 0xF4, 0xF5, 0xF8, 0xFF, 0x00};
    size_t n = LENGTH(bytes);
    for (size_t i = 0; i < n * n * n; i++) {
        char text[4] = {(char)bytes[i / n / n], (char)bytes[i / n % n], (char)bytes[i % n], '\0'};
        struct written written;
        uint32_t character;
        begin(&written);
        json_text(&written.json, NULL, text);
        fclose(written.json.out);
        for (size_t at = 0, length; at + 1 < written.size; at += length) {
            length = utf8_read(written.text + at, written.size - at, &character);
            check_that("UTF-8", length > 0);
            check_that("no control character", character >= ' ');
        }
        free(written.text);
    }
}

TEST(numbers)
{
    static const struct {
        const char *what;
        double value;
        const char *in_array, *in_object;
    } rows[] = {
        {"zero", 0, "[0]\n", "{\"x\": 0}\n"},
        {"the shortest", 0.1, "[0.1]\n", "{\"x\": 0.1}\n"},
        {"all digits", 0.1 + 0.2, "[0.30000000000000004]\n", "{\"x\": 0.30000000000000004}\n"},
        {"small", -1e-300, "[-1e-300]\n", "{\"x\": -1e-300}\n"},
        {"not a number", NAN, "[null]\n", "{}\n"},
        {"infinite", INFINITY, "[null]\n", "{}\n"},
        {"less than all", -INFINITY, "[null]\n", "{}\n"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct written written;
        begin(&written);
        json_array(&written.json, NULL);
        json_real(&written.json, NULL, rows[i].value);
        json_end(&written.json);
        check_end(rows[i].what, &written, rows[i].in_array);
        begin(&written);
        json_object(&written.json, NULL);
        json_real(&written.json, "x", rows[i].value);
        json_end(&written.json);
        check_end(rows[i].what, &written, rows[i].in_object);
    }
}

TEST(in_one_another)
{
    struct written written;
    begin(&written);
    json_object(&written.json, NULL);
    json_array(&written.json, "empty");
    json_end(&written.json);
    json_array(&written.json, "list");
    json_integer(&written.json, NULL, INT64_MIN);
    json_count(&written.json, NULL, UINT64_MAX);
    json_object(&written.json, NULL);
    json_end(&written.json);
    json_array(&written.json, NULL);
    json_boolean(&written.json, NULL, false);
    json_end(&written.json);
    json_end(&written.json);
    json_real(&written.json, "left out", NAN);
    json_boolean(&written.json, "\"yes\"", true);
    json_end(&written.json);
    json_array(&written.json, NULL);
    json_end(&written.json);
    check_end(
        "all", &written,
        "{\"empty\": [], \"list\": [-9223372036854775808, 18446744073709551615, {}, [false]], "
        "\"\\\"yes\\\"\": true}\n[]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(any_bytes),
        cmocka_unit_test(numbers),
        cmocka_unit_test(in_one_another),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
