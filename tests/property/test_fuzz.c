/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heap scripts that nobody would write: whatever the bytes, the reader says what is wrong and
 * where, or what it has read runs or fails with a line that says where. The seeds are fixed. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/base/input_file.h"
#include "tests/property/random_program.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"
#include "workloads/heap_script.h"
#include "workloads/registry.h"

/* More than this is valid, and takes too long. */
#define MOST_REGISTERS 100000
#define MOST_FIELDS    200000

/* "NAME:LINE: …", one line of printable text; the line is one of the text's. */
static void check_error_line(const char *name, const struct error *error, size_t most_lines)
{
    size_t length = strlen(name);
    char *end;
    check_that(error->text, strncmp(error->text, name, length) == 0 && error->text[length] == ':');
    unsigned long line = strtoul(error->text + length + 1, &end, 10);
    check_that(error->text, line >= 1 && line <= most_lines && strncmp(end, ": ", 2) == 0);
    for (const char *c = error->text; *c; c++)
        check_that(error->text, isprint((unsigned char)*c));
}

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

/* Which of a, b, c are registers: bits 1, 2, 4. */
static unsigned registers_of(const struct op *op)
{
    static const unsigned registers[OP_COUNT] = {
        [OP_NEW] = 1,          [OP_STORE] = 1 | 4, [OP_CLEAR] = 1,     [OP_LOAD] = 1 | 2,
        [OP_COPY] = 1 | 2,     [OP_DROP] = 1,      [OP_ITEM] = 1,      [OP_ATTRS] = 1 | 2,
        [OP_WEAKREF] = 1 | 2,  [OP_DEREF] = 1 | 2, [OP_FINALIZER] = 1, [OP_ASK_TRACKED] = 1,
        [OP_ASK_FINALIZED] = 1};
    static const unsigned more[] = {[FINALIZER_NOOP] = 0,
                                    [FINALIZER_SELF] = 2,
                                    [FINALIZER_FIELD] = 2,
                                    [FINALIZER_WEAK] = 2 | 4};
    if (op->code == OP_ITEM && op->a == NO_REGISTER)
        return 0;
    return registers[op->code] | (op->code == OP_FINALIZER ? more[op->mode] : 0);
}

static void check_script(const struct heap_script *script, size_t lines)
{
    size_t number = 0, items = 0;
    for (size_t i = 0; i < script->count; i++) {
        const struct op *op = &script->ops[i];
        const uint32_t operands[] = {op->a, op->b, op->c};
        check_that("an operation of scripts", op->code == OP_ITEM || heap_script_word(op->code));
        for (int r = 0; r < 3; r++)
            check_that("a register it declares",
                       !(registers_of(op) & 1u << r) || operands[r] < script->registers);
        check_that("a generation there is", op->code != OP_COLLECT || op->a < GENERATIONS);
        items += op->code == OP_ITEM;
        if (op->code == OP_ITEM)
            continue;
        check_count("items of tuples alone", items,
                    op->code == OP_NEW && op->kind == KIND_TUPLE ? op->b : 0);
        items = 0;
        check_that("lines go up", script->lines[number] > (number ? script->lines[number - 1] : 0));
        check_that("to the last", script->lines[number++] <= lines);
    }
    check_count("operations", script->operations, number);
    check_count("items", items, 0);
}

/* Reads it from a block of just its size, so that reading past it shows. Returns whether it is
 * valid. */
static bool parse(const char *text, size_t length, bool *small)
{
    struct heap_script script;
    struct error error = {""};
    size_t lines = count_lines(text, length);
    char *copy = malloc(length ? length : 1);
    memcpy(copy, text, length);
    int status = heap_script_parse(&script, "fuzz", copy, length, &error);
    uint64_t fields = 0;
    if (status != 0) {
        check_signed("status", status, -1);
        check_error_line("fuzz", &error, lines);
    } else {
        check_text("no error", error.text, "");
        check_script(&script, lines);
    }
    for (size_t i = 0; i < script.count; i++)
        fields += script.ops[i].code == OP_NEW ? script.ops[i].b : 0;
    *small = script.registers <= MOST_REGISTERS && fields <= MOST_FIELDS;
    heap_script_fini(&script);
    free(copy);
    return status == 0;
}

enum kind { BYTES, LETTERS, WORDS };

/* Bytes of any value; the characters of scripts; words of scripts in any order. */
static size_t random_text(uint64_t *seed, enum kind kind, char *text, size_t size)
{
    static const char letters[] = "newstorcladpyfuzi 0123456789#\n\r\t";
    static const char *const words[] = {
        "new",      "store",    "clear",    "load",      "copy",      "drop",  "collect", "freeze",
        "unfreeze", "enable",   "disable",  "threshold", "0",         "1",     "2",       "3",
        "7",        "16777216", "67108864", "-1",        "#",         "\n",    "\n",      "\n",
        "\r\n",     "attrs",    "weakref",  "deref",     "finalizer", "debug", "count",   "tracked",
        "objects",  "note",     "self",     "list",      "tuple",     "set",   "-",       "leak"};
    size_t length = 0, wanted = test_random_below(seed, size);
    while (length < wanted) {
        if (kind == BYTES) {
            text[length++] = (char)test_random_below(seed, 256);
        } else if (kind == LETTERS) {
            text[length++] = letters[test_random_below(seed, sizeof letters - 1)];
        } else {
            const char *word = words[test_random_below(seed, LENGTH(words))];
            if (length + strlen(word) + 1 > size)
                break;
            memcpy(text + length, word, strlen(word));
            length += strlen(word);
            text[length++] = ' ';
        }
    }
    return length;
}

TEST(random_texts)
{
    static const struct {
        const char *what;
        enum kind kind;
        size_t size;
    } rows[] = {{"bytes", BYTES, 40}, {"letters", LETTERS, 20}, {"words", WORDS, 60}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint64_t seed = 1 + i, valid = 0;
        char text[64];
        bool small;
        enum { TEXTS = 200000 };
        for (int n = 0; n < TEXTS; n++)
            valid += parse(text, random_text(&seed, rows[i].kind, text, rows[i].size), &small);
        check_that(rows[i].what, valid > 0 && valid < TEXTS);
    }
}

/* The line around a place, its end included. */
static void find_line(const char *text, size_t length, size_t at, size_t *begin, size_t *end)
{
    for (*begin = at; *begin > 0 && text[*begin - 1] != '\n'; --*begin)
        ;
    for (*end = at; *end < length && text[*end] != '\n'; ++*end)
        ;
    *end += *end < length;
}

/* One change in place; returns the new length, at most `size`. */
static size_t mutate(uint64_t *seed, char *text, size_t length, size_t size)
{
    static const char likely[] = "0123456789 \n#-xn";
    size_t at = test_random_below(seed, length), begin, end;
    find_line(text, length, at, &begin, &end);
    switch (test_random_below(seed, 10)) {
    case 0: /* another byte */
        text[at] = (char)test_random_below(seed, 256);
        return length;
    case 1: /* a byte that means something */
        text[at] = likely[test_random_below(seed, sizeof likely - 1)];
        return length;
    case 2: /* a byte less */
        memmove(text + at, text + at + 1, length - at - 1);
        return length - 1;
    case 3:
    case 4: /* a line less */
        memmove(text + begin, text + end, length - end);
        return length - (end - begin);
    case 5: /* a line twice */
        if (length + end - begin > size)
            return length;
        memmove(text + end, text + begin, length - begin);
        return length + end - begin;
    default: /* another digit, the next one there is */
        while (at + 1 < length && !isdigit((unsigned char)text[at]))
            at++;
        text[at] = likely[test_random_below(seed, 10)];
        return length;
    }
}

struct tally_of_runs {
    int refused, finished, failed;
};

/* A script from a file, as the command runs it. */
static void run_file(const char *text, size_t length, const struct setting *policy,
                     struct tally_of_runs *tally)
{
    char path[TEST_PATH], spec[TEST_PATH + 16];
    struct setting workload;
    struct error error;
    struct run run;
    test_file(path, text, length);
    snprintf(spec, sizeof spec, "script:file=%s", path);
    check_signed(spec, setting_parse(&workload, spec, workloads, "workload", &error), 0);
    run_simulation(&run, &(struct simulation_setup){.collector = collector_version("cpython-3.12"),
                                                    .workload = &workload,
                                                    .policy = policy});
    unlink(path);
    if (run.status == 0) {
        check_count(path, run.result.status, RUN_finished);
        tally->finished++;
    } else {
        check_count(path, run.result.status, RUN_failed);
        check_error_line(path, &run.error, count_lines(text, length));
        tally->failed++;
    }
    run_fini(&run);
    setting_fini(&workload);
}

/* So many changed scripts, each run if it is none that is refused, or takes long. */
static void mutate_and_run(const char *script, int count, uint64_t *seed,
                           const struct setting *policy, struct tally_of_runs *tally)
{
    size_t length = strlen(script), size = length + 100;
    char *text = malloc(size);
    bool small;
    check_that("valid as it is", parse(script, length, &small) && small);
    int finished = tally->finished;
    run_file(script, length, policy, tally);
    check_signed("it runs", tally->finished, finished + 1);
    for (int m = 0; m < count; m++) {
        memcpy(text, script, length);
        size_t mutated = length;
        for (uint64_t left = test_random_below(seed, 3) + 1; left && mutated; left--)
            mutated = mutate(seed, text, mutated, size);
        if (!parse(text, mutated, &small))
            tally->refused++;
        else if (small)
            run_file(text, mutated, policy, tally);
    }
    free(text);
}

static void check_tally(const struct tally_of_runs *tally)
{
    check_that("many are refused", tally->refused > 200);
    check_that("many run", tally->finished > 200);
    check_that("many fail", tally->failed > 200);
}

TEST(mutations_of_valid_scripts)
{
    enum { SCRIPTS = 100, MUTATIONS = 60, LENGTH_OF_SCRIPT = 60 };
    struct tally_of_runs tally = {0};
    struct setting policy;
    struct error error;
    uint64_t seed = 11;
    check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
    for (uint64_t s = 0; s < SCRIPTS; s++) {
        struct random_program program = {.seed = s, .freezes = true, .switches = true};
        char *script = random_script(&program, 6, LENGTH_OF_SCRIPT);
        mutate_and_run(script, MUTATIONS, &seed, &policy, &tally);
        free(script);
    }
    check_tally(&tally);
    setting_fini(&policy);
}

/* Of those with which the fuzzer begins. */
TEST(mutations_of_scripts_with_kinds)
{
    static const char *const names[] = {"kinds-and-tuples", "weakrefs-and-finalizers",
                                        "legacy-and-garbage"};
    struct tally_of_runs tally = {0};
    struct setting policy;
    struct error error;
    uint64_t seed = 12;
    const char *source = getenv("PYGCSIM_SOURCE");
    check_that("PYGCSIM_SOURCE", source != NULL);
    check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
    for (size_t i = 0; i < LENGTH(names); i++) {
        char path[4096];
        size_t length;
        snprintf(path, sizeof path, "%s/tests/fuzz/corpus/heap_script/%s", source, names[i]);
        char *script = input_file_read(path, "a heap script", HEAP_SCRIPT_BYTES, &length, &error);
        check_that(path, script != NULL);
        script = realloc(script, length + 1);
        script[length] = '\0';
        mutate_and_run(script, 700, &seed, &policy, &tally);
        free(script);
    }
    check_tally(&tally);
    setting_fini(&policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_texts),
        cmocka_unit_test(mutations_of_valid_scripts),
        cmocka_unit_test(mutations_of_scripts_with_kinds),
    };
    return cmocka_run_group_tests_name("fuzz", tests, NULL, NULL);
}
