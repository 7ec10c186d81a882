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

/* What format 2 has more: every operation, as its numbers are. */
TEST(kinds)
{
    static const struct {
        const char *text;
        struct op op;
        uint32_t registers;
    } rows[] = {
        {"new 3 0 list", {OP_NEW, KIND_LIST, 0, 3, {{0, 56}}}, 4},
        {"new 3 2 list bytes=1KiB", {OP_NEW, KIND_LIST, 0, 3, {{2, 56 + 16 + 1024}}}, 4},
        {"new 0 67108864 dict", {OP_NEW, KIND_DICT, 0, 0, {{67108864, 104 + 16 * 67108864U}}}, 1},
        {"new 0 1 set", {OP_NEW, KIND_SET, 0, 0, {{1, 104 + 16}}}, 1},
        {"new 0 3 inst", {OP_NEW, KIND_INSTANCE, 0, 0, {{3, 64 + 24}}}, 1},
        {"new 0 3 inst-del", {OP_NEW, KIND_INSTANCE_DEL, 0, 0, {{3, 64 + 24}}}, 1},
        {"new 0 3 slots-del", {OP_NEW, KIND_SLOTS_DEL, 0, 0, {{3, 56 + 24}}}, 1},
        {"new 0 3 legacy", {OP_NEW, KIND_LEGACY, 0, 0, {{3, 56 + 24}}}, 1},
        {"new 0 1 cell", {OP_NEW, KIND_CELL, 0, 0, {{1, 48}}}, 1},
        {"new 0 2 func", {OP_NEW, KIND_FUNCTION, 0, 0, {{2, 80}}}, 1},
        {"new 0 0 exc", {OP_NEW, KIND_EXCEPTION, 0, 0, {{0, 64}}}, 1},
        {"attrs 1 2", {OP_ATTRS, 0, 0, 1, {{2, 0}}}, 3},
        {"weakref 1 2", {OP_WEAKREF, 0, CALLBACK_NONE, 1, {{2, 0}}}, 3},
        {"weakref 1 2 note", {OP_WEAKREF, 0, CALLBACK_NOTE, 1, {{2, 0}}}, 3},
        {"weakref 1 2 drop # x", {OP_WEAKREF, 0, CALLBACK_DROP, 1, {{2, 0}}}, 3},
        {"deref 4 2", {OP_DEREF, 0, 0, 4, {{2, 0}}}, 5},
        {"finalizer 1 noop", {OP_FINALIZER, 0, FINALIZER_NOOP, 1, {{0, 0}}}, 2},
        {"finalizer 1 self 9", {OP_FINALIZER, 0, FINALIZER_SELF, 1, {{9, 0}}}, 10},
        {"finalizer 1 field 9 3", {OP_FINALIZER, 0, FINALIZER_FIELD, 1, {{9, 3}}}, 10},
        {"finalizer 1 weak 3 9", {OP_FINALIZER, 0, FINALIZER_WEAK, 1, {{3, 9}}}, 10},
        {"debug none", {OP_DEBUG, 0, 0, 0, {{0, 0}}}, 0},
        {"debug collectable uncollectable", {OP_DEBUG, 0, 0, 2 | 4, {{0, 0}}}, 0},
        {"debug saveall", {OP_DEBUG, 0, 0, 32, {{0, 0}}}, 0},
        {"debug leak", {OP_DEBUG, 0, 0, 38, {{0, 0}}}, 0},
        {"count", {OP_ASK_COUNT, 0, 0, 0, {{0, 0}}}, 0},
        {"tracked 5", {OP_ASK_TRACKED, 0, 0, 5, {{0, 0}}}, 6},
        {"finalized 5", {OP_ASK_FINALIZED, 0, 0, 5, {{0, 0}}}, 6},
        {"objects", {OP_ASK_OBJECTS, 0, 0, ALL_GENERATIONS, {{0, 0}}}, 0},
        {"objects 1", {OP_ASK_OBJECTS, 0, 0, 1, {{0, 0}}}, 0},
        {"garbage", {OP_ASK_GARBAGE, 0, 0, 0, {{0, 0}}}, 0},
        {"ungarbage", {OP_EMPTY_GARBAGE, 0, 0, 0, {{0, 0}}}, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap_script script;
        struct error error;
        const struct op *op = &rows[i].op;
        parse(&script, rows[i].text, strlen(rows[i].text), &error);
        check_text(rows[i].text, error.text, "");
        check_count(rows[i].text, script.count, 1);
        check_op(rows[i].text, &script.ops[0], op->code, op->a, op->b, op->c);
        check_count(rows[i].text, script.ops[0].kind, op->kind);
        check_count(rows[i].text, script.ops[0].mode, op->mode);
        check_count(rows[i].text, script.registers, rows[i].registers);
        check_that(rows[i].text, script.has_kinds);
        heap_script_fini(&script);
    }
}

/* The items of a tuple are operations of the simulator before its own, and none of the script. */
TEST(tuples)
{
    struct heap_script script;
    struct error error;
    static const char text[] = "new 0 0 slots\n\nnew 4 3 tuple 0 - 7 bytes=8 # c\ndrop 4\n";
    parse(&script, text, strlen(text), &error);
    check_text(text, error.text, "");
    check_count("with the items", script.count, 6);
    check_count("operations", script.operations, 3);
    check_count("registers", script.registers, 8);
    check_op("first", &script.ops[1], OP_ITEM, 0, 0, 0);
    check_op("an atom", &script.ops[2], OP_ITEM, NO_REGISTER, 0, 0);
    check_op("third", &script.ops[3], OP_ITEM, 7, 0, 0);
    check_op("the tuple", &script.ops[4], OP_NEW, 4, 3, 40 + 24 + 8);
    check_count("the tuple", script.ops[4].kind, KIND_TUPLE);
    check_count("its line", script.lines[1], 3);
    check_count("the next line", script.lines[2], 4);
    heap_script_fini(&script);
}

/* Format 1 is what is in `operations`; the default kind may be named. */
TEST(what_has_kinds)
{
    static const struct {
        const char *text;
        bool has;
    } rows[] = {{"", false},
                {"new 0 1\nstore 0 0 0\nthreshold 1\ncollect\nfreeze", false},
                {"new 0 1 slots", false},
                {"new 0 1\nnew 1 1 slots-del", true},
                {"count\nnew 0 1", true}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap_script script;
        struct error error;
        parse(&script, rows[i].text, strlen(rows[i].text), &error);
        check_text(rows[i].text, error.text, "");
        check_count(rows[i].text, script.has_kinds, rows[i].has);
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
        {"new 0 0 0", "x.heap:1: '0' is too much; the form is: new R N [KIND] [bytes=SIZE]"},
        {"new 0 0 size=1MiB", "'size=1MiB' is too much; the form is: new R N [KIND] [bytes=SIZE]"},
        {"new 0 0 x", "there is no kind 'x' (allowed: slots, list, dict, "},
        {"new 0 0 lst", "there is no kind 'lst'; did you mean 'list'? (allowed: slots, "},
        {"new 0 0 weakref", "there is no kind 'weakref' (allowed: slots, "},
        {"new 0 0 list 1", "'1' is too much; the form is: new R N [KIND] [bytes=SIZE]"},
        {"new 0 0 list bytes=1 list",
         "'list' is too much; the form is: new R N [KIND] [bytes=SIZE]"},
        {"new 0 0 set", "x.heap:1: a set has 1 field, not 0"},
        {"new 0 2 cell", "x.heap:1: a cell has 1 field, not 2"},
        {"new 0 3 func", "x.heap:1: a func has from 1 to 2 fields, not 3"},
        {"new 0 0 tuple", "x.heap:1: a tuple has from 1 to 67108864 fields, not 0"},
        {"new 0 2 tuple 1",
         "x.heap:1: a tuple of 2 takes 2 items, not 1; the form is: new R N tuple S1 ... SN"},
        {"new 0 2 tuple 1 bytes=5", "a tuple of 2 takes 2 items, not 1; the form is: "},
        {"new 0 2 tuple - - -", "'-' is too much; the form is: new R N tuple S1 ... SN [bytes="},
        {"new 0 1 tuple x", "'x' is no register; new R N tuple S1 ... SN [bytes=SIZE] takes one "
                            "from 0 to 16777215, or - for None"},
        {"new 0 1 tuple --", "'--' is no register; "},
        {"attrs 0", "something is missing; the form is: attrs R S"},
        {"weakref 0", "something is missing; the form is: weakref R S [note|drop]"},
        {"weakref 0 1 drp",
         "there is no callback 'drp'; did you mean 'drop'? (allowed: note, drop)"},
        {"weakref 0 1 note drop", "'drop' is too much; the form is: weakref R S [note|drop]"},
        {"deref 0 1 2", "'2' is too much; the form is: deref R S"},
        {"finalizer 0", "something is missing; the form is: finalizer R MODE ..."},
        {"finalizer self 0", "'self' is no register; finalizer R MODE ... takes one from 0 to "},
        {"finalizer 0 none", "there is no finalizer 'none'"},
        {"finalizer 0 noop 1", "'1' is too much; the form is: finalizer R noop"},
        {"finalizer 0 self", "something is missing; the form is: finalizer R self T"},
        {"finalizer 0 self x", "'x' is no register; finalizer R self T takes one from 0 to "},
        {"finalizer 0 field 1", "something is missing; the form is: finalizer R field T K"},
        {"finalizer 0 field 1 67108864", "'67108864' is no field; finalizer R field T K takes one"},
        {"finalizer 0 weak 1", "something is missing; the form is: finalizer R weak T W"},
        {"finalizer 0 weak 1 2 3", "'3' is too much; the form is: finalizer R weak T W"},
        {"debug", "something is missing; the form is: debug FLAG..."},
        {"debug collectible",
         "there is no flag 'collectible'; did you mean 'collectable'? (allowed: none, collectable, "
         "uncollectable, saveall, leak)"},
        {"count 1", "'1' is too much; the form is: count"},
        {"tracked", "something is missing; the form is: tracked R"},
        {"finalized 1 2", "'2' is too much; the form is: finalized R"},
        {"objects 3", "'3' is no generation; objects [G] takes one from 0 to 2"},
        {"garbage 1", "'1' is too much; the form is: garbage"},
        {"ungarbage 1", "'1' is too much; the form is: ungarbage"},
        {"new 0 0 bytes=1 1", "'1' is too much; the form is: new R N [KIND] [bytes=SIZE]"},
        {"new 0 bytes=1",
         "'bytes=1' is no number of fields; new R N [KIND] [bytes=SIZE] takes one from "},
        {"new 0 0 bytes=5kg", "x.heap:1: 'bytes=5kg' is no size; new R N [KIND] [bytes=SIZE] takes "
                              "one such as bytes=64KiB, "
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
         "x.heap:1: 'x' is no register; new R N [KIND] [bytes=SIZE] takes one from 0 to 16777215"},
        {"new 16777216 0",
         "'16777216' is no register; new R N [KIND] [bytes=SIZE] takes one from 0 to 16777215"},
        {"new 0 67108865", "'67108865' is no number of fields; new R N [KIND] [bytes=SIZE] takes "
                           "one from 0 to 67108864"},
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
        cmocka_unit_test(operations),     cmocka_unit_test(kinds),        cmocka_unit_test(tuples),
        cmocka_unit_test(what_has_kinds), cmocka_unit_test(lines),        cmocka_unit_test(errors),
        cmocka_unit_test(nul_bytes),      cmocka_unit_test(a_large_file), cmocka_unit_test(files),
    };
    return cmocka_run_group_tests_name("heap_script", tests, NULL, NULL);
}
