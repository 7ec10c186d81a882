/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/heap_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/check.h"

static int parse(struct heap_script *script, const char *text, size_t length, struct error *error)
{
    /* In a block of its own, so that reading past the end shows under a sanitizer. */
    char *copy = malloc(length ? length : 1);
    memcpy(copy, text, length);
    error->text[0] = '\0';
    int status = heap_script_parse(script, "x.heap", copy, length, error);
    free(copy);
    return status;
}

static void check_op(const char *what, const struct op *op, enum op_code code, uint32_t a,
                     uint32_t b, uint32_t c)
{
    check_count(what, op->code, code);
    check_count(what, op->a, a);
    check_count(what, op->b, b);
    check_count(what, op->c, c);
}

TEST(operations)
{
    static const struct {
        const char *text;
        enum op_code code;
        uint32_t a, b, c, registers;
    } rows[] = {
        {"new 3 5", OP_NEW, 3, 5, 56 + 5 * 8, 4},
        {"new 0 0", OP_NEW, 0, 0, 56, 1},
        {"new 16777215 67108864", OP_NEW, 16777215, 67108864, 56 + 67108864U * 8, 16777216},
        {"store 1 67108863 9", OP_STORE, 1, 67108863, 9, 10},
        {"clear 7 2", OP_CLEAR, 7, 2, 0, 8},
        {"load 1 6 9", OP_LOAD, 1, 6, 9, 7},
        {"copy 2 5", OP_COPY, 2, 5, 0, 6},
        {"drop 4", OP_DROP, 4, 0, 0, 5},
        {"collect", OP_COLLECT, 2, 0, 0, 0},
        {"collect 0", OP_COLLECT, 0, 0, 0, 0},
        {"collect 2", OP_COLLECT, 2, 0, 0, 0},
        {"freeze", OP_FREEZE, 0, 0, 0, 0},
        {"unfreeze", OP_UNFREEZE, 0, 0, 0, 0},
        {"enable", OP_ENABLE, 0, 0, 0, 0},
        {"disable", OP_DISABLE, 0, 0, 0, 0},
        {"threshold 5", OP_THRESHOLD, 5, THRESHOLD_KEEP, THRESHOLD_KEEP, 0},
        {"threshold 5 6", OP_THRESHOLD, 5, 6, THRESHOLD_KEEP, 0},
        {"threshold 0 0 0", OP_THRESHOLD, 0, 0, 0, 0},
        {"threshold 2147483647", OP_THRESHOLD, INT32_MAX, THRESHOLD_KEEP, THRESHOLD_KEEP, 0},
        {"  new\t3   5  ", OP_NEW, 3, 5, 56 + 5 * 8, 4},
        {"new 3 5\r", OP_NEW, 3, 5, 56 + 5 * 8, 4},
        {"new 3 5#6", OP_NEW, 3, 5, 56 + 5 * 8, 4},
        {"new 3 5 # a comment", OP_NEW, 3, 5, 56 + 5 * 8, 4},
        {"new 3 5 bytes=0", OP_NEW, 3, 5, 56 + 5 * 8, 4},
        {"new 3 5 bytes=1MiB", OP_NEW, 3, 5, 56 + 5 * 8 + (1 << 20), 4},
        {"new 3 5 bytes=64K#c", OP_NEW, 3, 5, 56 + 5 * 8 + (64 << 10), 4},
        {"new 16777215 67108864 bytes=1GiB", OP_NEW, 16777215, 67108864,
         56 + 67108864U * 8 + (1U << 30), 16777216},
        {"new 0000000000000000003 05", OP_NEW, 3, 5, 56 + 5 * 8, 4},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap_script script;
        struct error error;
        int status = parse(&script, rows[i].text, strlen(rows[i].text), &error);
        check_text(rows[i].text, error.text, "");
        check_signed(rows[i].text, status, 0);
        check_count(rows[i].text, script.count, 1);
        check_op(rows[i].text, &script.ops[0], rows[i].code, rows[i].a, rows[i].b, rows[i].c);
        check_count(rows[i].text, script.ops[0].kind, KIND_SLOTS);
        check_count(rows[i].text, script.registers, rows[i].registers);
        heap_script_fini(&script);
    }
}

/* Line ends, comments and blank lines: how many operations, and the line of the last. */
TEST(lines)
{
    static const struct {
        const char *what, *text;
        size_t count;
        uint32_t last_line;
    } rows[] = {
        {"nothing", "", 0, 0},
        {"blank lines", "\n\n  \n\t\r\n", 0, 0},
        {"only comments", "# one\n  # two\n#", 0, 0},
        {"one line", "new 0 0\n", 1, 1},
        {"no newline at the end", "new 0 0\ndrop 0", 2, 2},
        {"a comment without a newline at the end", "new 0 0\n# new 1 0", 1, 1},
        {"CRLF", "new 0 0\r\n\r\n# x\r\ndrop 0\r\n", 2, 4},
        {"a comment has no operations", "new 0 0 # drop 0\n", 1, 1},
        {"comments and blank lines count as lines", "# a\n\n# b\nnew 0 0\n\n# c\ndrop 0", 2, 7},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap_script script;
        struct error error;
        check_signed(rows[i].what, parse(&script, rows[i].text, strlen(rows[i].text), &error), 0);
        check_count(rows[i].what, script.count, rows[i].count);
        if (script.count)
            check_count(rows[i].what, script.lines[script.count - 1], rows[i].last_line);
        heap_script_fini(&script);
    }
}

TEST(errors)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"nwe 0 0",
         "x.heap:1: there is no operation 'nwe'; did you mean 'new'? (allowed: new, store, "},
        {"New 0 0", "x.heap:1: there is no operation 'New'"},
        {"0", "x.heap:1: there is no operation '0'"},
        {"\n\n# c\nxyzzy", "x.heap:4: there is no operation 'xyzzy' (allowed: "},
        {"new 0 0\r\nnew 0\r\n", "x.heap:2: something is missing; the form is: new R N"},
        {"new", "x.heap:1: something is missing; the form is: new R N"},
        {"new 0 # 0", "x.heap:1: something is missing; the form is: new R N"},
        {"store 0 0", "something is missing; the form is: store R K S"},
        {"clear 0", "something is missing; the form is: clear R K"},
        {"load 0 0", "something is missing; the form is: load R S K"},
        {"copy 0", "something is missing; the form is: copy R S"},
        {"drop", "something is missing; the form is: drop R"},
        {"threshold", "something is missing; the form is: threshold T0 [T1 [T2]]"},
        {"new 0 0 0", "x.heap:1: '0' is too much; the form is: new R N [bytes=SIZE]"},
        {"new 0 0 size=1MiB", "'size=1MiB' is too much; the form is: new R N [bytes=SIZE]"},
        {"new 0 0 bytes=1 1", "'1' is too much; the form is: new R N [bytes=SIZE]"},
        {"new 0 bytes=1", "'bytes=1' is no number of fields; new R N [bytes=SIZE] takes one from "},
        {"new 0 0 bytes=5kg",
         "x.heap:1: 'bytes=5kg' is no size; new R N [bytes=SIZE] takes one such as bytes=64KiB, "
         "from 0B to 1GiB"},
        {"new 0 0 bytes=", "'bytes=' is no size; "},
        {"new 0 0 bytes=-1", "'bytes=-1' is no size; "},
        {"new 0 0 bytes=2GiB", "'bytes=2GiB' is no size; "},
        {"new 0 0 bytes=00000000000000000001", "'bytes=00000000000000000' is no size; "},
        {"store 0 0 0 bytes=1", "'bytes=1' is too much; the form is: store R K S"},
        {"store 0 0 0 9", "'9' is too much; the form is: store R K S"},
        {"collect 1 1", "'1' is too much; the form is: collect [G]"},
        {"freeze 1", "'1' is too much; the form is: freeze"},
        {"unfreeze x", "'x' is too much; the form is: unfreeze"},
        {"enable 1", "'1' is too much; the form is: enable"},
        {"disable 1", "'1' is too much; the form is: disable"},
        {"threshold 1 2 3 4", "'4' is too much; the form is: threshold T0 [T1 [T2]]"},
        {"new x 0",
         "x.heap:1: 'x' is no register; new R N [bytes=SIZE] takes one from 0 to 16777215"},
        {"new 16777216 0",
         "'16777216' is no register; new R N [bytes=SIZE] takes one from 0 to 16777215"},
        {"new 0 67108865",
         "'67108865' is no number of fields; new R N [bytes=SIZE] takes one from 0 to 67108864"},
        {"store 0 67108864 0", "'67108864' is no field; store R K S takes one from 0 to 67108863"},
        {"collect 3", "'3' is no generation; collect [G] takes one from 0 to 2"},
        {"threshold 2147483648",
         "'2147483648' is no threshold; threshold T0 [T1 [T2]] takes one from 0 to 2147483647"},
        {"new -1 0", "'-1' is no register"},
        {"new +1 0", "'+1' is no register"},
        {"new 1.0 0", "'1.0' is no register"},
        {"new 0x1 0", "'0x1' is no register"},
        {"new 1_0 0", "'1_0' is no register"},
        {"new 18446744073709551616 0", "is no register"},
        {"new 18446744073709551617 0", "is no register"},
        {"new 99999999999999999999999999999999999 0", "is no register"},
        {"new 4294967296 0", "is no register"},
        {"new\v0\v0", "x.heap:1: there is no operation 'new?0?0'"},
        {"drop \xc3\xa9", "x.heap:1: '\?\?' is no register"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap_script script;
        struct error error;
        check_signed(rows[i].text, parse(&script, rows[i].text, strlen(rows[i].text), &error), -1);
        check_mentions(rows[i].text, error.text, rows[i].message);
        heap_script_fini(&script);
    }
}

TEST(nul_bytes)
{
    static const struct {
        const char *text;
        size_t length;
        const char *message; /* NULL: none */
    } rows[] = {
        {"new\0 0 0", 8, "x.heap:1: there is no operation 'new?'"},
        {"new 0 0\0", 8, "x.heap:1: '0?' is no number of fields"},
        {"new 0 0\n\0\n", 10, "x.heap:2: there is no operation '?'"},
        {"drop\0 0", 7, "x.heap:1: there is no operation 'drop?'"},
        {"new 0 0 # \0 is a comment\ndrop 0", 31, NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap_script script;
        struct error error;
        check_signed(rows[i].text, parse(&script, rows[i].text, rows[i].length, &error),
                     rows[i].message ? -1 : 0);
        if (rows[i].message)
            check_mentions(rows[i].text, error.text, rows[i].message);
        else
            check_count(rows[i].text, script.count, 2);
        heap_script_fini(&script);
    }
}

/* Larger than the reader's first helping. */
TEST(a_large_file)
{
    enum { LINES = 60000 };
    char path[TEST_PATH], *text = malloc(LINES * 8);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + 8 * i, i % 2 ? "drop 1 \n" : "new 1 7\n", 8);
    test_file(path, text, LINES * 8);
    struct heap_script script;
    struct error error = {""};
    int status = heap_script_read(&script, path, &error);
    unlink(path);
    free(text);
    check_text("error", error.text, "");
    check_signed("status", status, 0);
    check_count("operations", script.count, LINES);
    for (size_t i = 0; i < LINES; i++) {
        check_count("order", script.ops[i].code, i % 2 ? OP_DROP : OP_NEW);
        check_count("line", script.lines[i], i + 1);
    }
    heap_script_fini(&script);
}

TEST(files)
{
    char path[TEST_PATH], place[TEST_PATH + 40];
    test_file(path, "new 0 0\ndorp 0\n", 15);
    snprintf(place, sizeof place, "%s:2: there is no operation 'dorp'", path);
    const struct {
        const char *path, *message;
    } rows[] = {
        {path, place},
        {"/nonexistent/x.heap", "/nonexistent/x.heap: No such file or directory"},
        {"/tmp", "/tmp: Is a directory"},
        {"", "No such file or directory"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap_script script;
        struct error error = {""};
        check_signed(rows[i].path, heap_script_read(&script, rows[i].path, &error), -1);
        check_mentions(rows[i].path, error.text, rows[i].message);
        heap_script_fini(&script);
    }
    unlink(path);
    test_file(path, "", 0);
    struct heap_script script;
    struct error error;
    check_signed("an empty file", heap_script_read(&script, path, &error), 0);
    check_count("an empty file", script.count, 0);
    heap_script_fini(&script);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations), cmocka_unit_test(lines),        cmocka_unit_test(errors),
        cmocka_unit_test(nul_bytes),  cmocka_unit_test(a_large_file), cmocka_unit_test(files),
    };
    return cmocka_run_group_tests_name("heap_script", tests, NULL, NULL);
}
