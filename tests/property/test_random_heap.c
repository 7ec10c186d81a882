/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random programs on the heap: its invariants hold, and a collection finds what a plain trace says
 * it should. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/graph/heap_check.h"
#include "tests/property/random_program.h"
#include "tests/unit/check.h"
#include "tests/unit/play.h"
#include "workloads/heap_script.h"

#define PROGRAMS        300
#define OPERATIONS_EACH 3000

/* What was found against what was expected, as sets and in numbers. */
static void check_found(const char *what, const struct heap *heap, const bool *expected,
                        const struct found *found, const uint64_t *by_generation, uint64_t examined)
{
    uint64_t count = 0;
    for (int g = 0; g < GENERATIONS; g++) {
        check_count(what, found->unreachable_by_generation[g], by_generation[g]);
        count += by_generation[g];
    }
    const struct generation *unreachable = &heap->generations[list_of(UNREACHABLE)];
    check_count(what, unreachable->count, count);
    check_count(what, tally_objects(&found->unreachable), count);
    check_count(what, tally_objects(&found->examined), examined);
    for (size_t i = 0; i < unreachable->used; i++)
        check_that(what, !unreachable->objects[i] || expected[unreachable->objects[i]]);
}

/* Returns how many objects were found unreachable. */
static uint64_t collect(const char *what, struct heap *heap, int generation)
{
    struct found found;
    uint64_t by_generation[GENERATIONS] = {0}, examined = 0, objects = heap_objects(heap);
    bool *expected = heap_expected_unreachable(heap, generation);
    for (int g = 0; g <= generation; g++) {
        examined += heap->generations[g].count;
        for (size_t i = 0; i < heap->generations[g].used; i++)
            by_generation[g] += expected[heap->generations[g].objects[i]];
    }
    heap_find_unreachable(heap, generation, &found);
    check_found(what, heap, expected, &found, by_generation, examined);
    uint64_t freed = heap_reclaim(heap);
    check_count(what, freed, objects - heap_objects(heap));
    check_sound(what, heap_check, heap);
    for (int g = 0; g <= generation && g < GENERATIONS - 1; g++)
        check_count(what, heap->generations[g].count, 0);
    free(expected);
    return tally_objects(&found.unreachable);
}

static void drop_everything(const char *what, struct heap *heap)
{
    heap_unfreeze(heap);
    for (uint32_t r = 0; r < heap->register_count; r++)
        heap_assign(heap, &heap->registers[r], 0);
    check_sound(what, heap_check, heap);
    collect(what, heap, 2);
    check_count(what, heap_objects(heap), 0);
    check_count(what, heap->bytes, 0);
}

/* Plays a program; returns how much garbage its collections found. */
static uint64_t play_program(const char *what, struct random_program *program)
{
    struct heap *heap = heap_new(1 + (uint32_t)test_random_below(&program->seed, 24));
    struct found found;
    uint64_t garbage = 0, allocated = 0, freed = 0;
    for (int n = 0; n < OPERATIONS_EACH; n++) {
        struct op op = random_op(program, heap);
        allocated += op.code == OP_NEW;
        if (op.code == OP_COLLECT) {
            uint64_t before = heap_objects(heap);
            garbage += collect(what, heap, (int)op.a);
            freed += before - heap_objects(heap);
            check_count(what, heap_live_bytes(heap), heap_expected_live_bytes(heap));
            if (op.a == 2 && heap->generations[PERMANENT].count == 0)
                check_count(what, heap->bytes, heap_live_bytes(heap));
        } else {
            freed += play_op(heap, &op, &found);
        }
        check_count(what, heap_objects(heap), allocated - freed);
        if (n % 50 == 0)
            check_sound(what, heap_check, heap);
    }
    drop_everything(what, heap);
    heap_free(heap);
    return garbage;
}

static void play_programs(bool freezes)
{
    uint64_t garbage = 0;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        char what[32];
        snprintf(what, sizeof what, "seed %d", (int)seed);
        garbage += play_program(what, &(struct random_program){.seed = seed, .freezes = freezes});
    }
    check_that("they leave cycles", garbage > 100 * PROGRAMS);
}

TEST(random_programs)
{
    play_programs(false);
}

TEST(random_programs_that_freeze)
{
    play_programs(true);
}

/* The interpreter's own objects change nothing but the counts of what is examined. */
TEST(objects_of_the_interpreters_own)
{
    struct random_program program = {.seed = 99, .freezes = true};
    struct heap *heap = heap_new(8);
    struct found found;
    heap_add_permanent(heap, 50);
    for (int n = 0; n < OPERATIONS_EACH; n++) {
        struct op op = random_op(&program, heap);
        if (op.code == OP_COLLECT)
            collect("with 50 of its own", heap, (int)op.a);
        else
            play_op(heap, &op, &found);
    }
    heap_unfreeze(heap);
    for (uint32_t r = 0; r < heap->register_count; r++)
        heap_assign(heap, &heap->registers[r], 0);
    collect("at the end", heap, 2);
    check_count("they are left", heap_objects(heap), 50);
    heap_free(heap);
}

/* What is written as a script reads back as the same operations. */
TEST(scripts_read_back)
{
    struct random_program program = {.seed = 7, .freezes = true, .switches = true}, same = program;
    char *script = random_script(&program, 8, OPERATIONS_EACH), line[OP_TEXT];
    struct heap_script read;
    struct error error = {""};
    check_signed(error.text, heap_script_parse(&read, "random", script, strlen(script), &error), 0);
    check_count("operations", read.count, OPERATIONS_EACH);
    struct heap *heap = heap_new(8);
    struct found found;
    for (size_t i = 0; i < read.count; i++) {
        struct op op = random_op(&same, heap);
        op_text(line, &op);
        check_that(line, memcmp(&op, &read.ops[i], sizeof op) == 0);
        play_op(heap, &op, &found);
    }
    heap_free(heap);
    heap_script_fini(&read);
    free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_programs),
        cmocka_unit_test(random_programs_that_freeze),
        cmocka_unit_test(objects_of_the_interpreters_own),
        cmocka_unit_test(scripts_read_back),
    };
    return cmocka_run_group_tests_name("random_heap", tests, NULL, NULL);
}
