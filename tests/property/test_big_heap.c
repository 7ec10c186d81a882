/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ten million live objects: built, collected fully, and within 32 bytes and 4 a field each; and
 * compiled within as much. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/graph/heap.h"
#include "sim/interval/compiled.h"
#include "sim/model/workload.h"
#include "tests/unit/check.h"

#define OBJECTS    10000000u
#define FIELDS     2u
#define MOST_BYTES (32 + 4 * (uint64_t)FIELDS)

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

/* A binary tree: object i refers to 2 i + 1 and 2 i + 2; register 0 to object 0. */
static struct heap *build(void)
{
    struct heap *heap = heap_new(1);
    ref *objects = malloc(OBJECTS * sizeof *objects);
    check_that("memory", objects != NULL);
    for (uint32_t i = 0; i < OBJECTS; i++) {
        objects[i] = heap_allocate(heap, KIND_LIST, FIELDS, 72);
        ref *slot = i == 0 ? &heap->registers[0]
                           : &heap_object(heap, objects[(i - 1) / 2])->field[(i - 1) % 2];
        heap_assign(heap, slot, objects[i]);
    }
    free(objects);
    return heap;
}

static void check_size(const char *what, const struct heap *heap)
{
    uint64_t bytes = heap->arena.used * 8 + heap->arena.used / 2;
    for (int g = 0; g <= PERMANENT; g++)
        bytes += heap->generations[g].count * sizeof(ref);
    check_that(what, bytes <= OBJECTS * MOST_BYTES);
    check_that("and it is counted",
               bytes >= OBJECTS * (uint64_t)(sizeof(struct object) + 4 * FIELDS));
}

TEST(ten_million_objects)
{
    struct heap *heap = build();
    struct found found;
    check_size("as built", heap);
    heap_find_unreachable(heap, 2, &found);
    check_count("examined", tally_objects(&found.examined), OBJECTS);
    check_count("references", tally_fields(&found.examined), (uint64_t)OBJECTS * FIELDS);
    check_count("unreachable", tally_objects(&found.unreachable), 0);
    check_count("reclaimed", heap_reclaim(heap), 0);
    check_count("generation 2", heap->generations[2].count, OBJECTS);
    check_count("live", heap_live_bytes(heap), heap->bytes);
    check_size("collected", heap);

    /* Half of it becomes a cycle that nothing reaches: the tree under one child of the root. */
    ref root = heap->registers[0], left = heap_object(heap, root)->field[0], leaf = left;
    while (heap_object(heap, leaf)->field[0])
        leaf = heap_object(heap, leaf)->field[0];
    heap_assign(heap, &heap_object(heap, leaf)->field[0], left);
    check_count("freed by count", heap_assign(heap, &heap_object(heap, root)->field[0], 0), 0);
    heap_find_unreachable(heap, 2, &found);
    uint64_t garbage = tally_objects(&found.unreachable);
    check_that("about half", garbage > OBJECTS / 3 && garbage < 2 * (OBJECTS / 3));
    check_count("reclaimed", heap_reclaim(heap), garbage);
    check_count("left", heap->generations[2].count, OBJECTS - garbage);
    check_count("live", heap_live_bytes(heap), heap->bytes);
    check_count("the rest goes with the register", heap_assign(heap, &heap->registers[0], 0),
                OBJECTS - garbage);
    heap_free(heap);
}

/* ---- the compiler's ----------------------------------------------------------------------------
 */

/* A list of objects, each of which refers twice to the one before. */
struct list {
    int64_t made, wanted;
};

static int list_start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    (void)state;
    (void)seed;
    (void)error;
    program->registers = 2;
    return 0;
}

static bool list_produce(void *state, struct program *program)
{
    struct list *list = state;
    for (int i = 0; i < 1000 && list->made < list->wanted; i++, list->made++) {
        program_new(program, 1, KIND_LIST, FIELDS, 0);
        if (list->made > 0) {
            program_store(program, 1, 0, 0);
            program_store(program, 1, 1, 0);
        }
        program_copy(program, 0, 1);
    }
    return list->made < list->wanted;
}

static const struct workload workload_list = {
    .about = {.name = "list", .state_size = sizeof(struct list)},
    .start = list_start,
    .produce = list_produce,
};

/* Compiles it with columns in files, written out after every four million operations: so it is the
 * heap that takes memory. Returns whether that went well. */
static bool compile_list(int64_t objects)
{
    static const struct compile_options options = {
        .memory_bytes = 1, .folder = "/tmp", .window = 4000000};
    struct list list = {.wanted = objects};
    const struct setting setting = {.component = &workload_list.about, .state = &list};
    struct compiled compiled;
    struct error error;
    int status = compile(&compiled, &setting, 0, collector_versions, &options, NULL, &error);
    uint64_t births = compiled_count(&compiled, COLUMN_births);
    compiled_fini(&compiled);
    return status == 0 && births == (uint64_t)objects;
}

/* The most memory that a process takes which does that. */
static uint64_t bytes_to_compile(int64_t objects)
{
    int status = 0;
    struct rusage usage;
    pid_t child = fork();
    check_that("fork", child >= 0);
    if (child == 0)
        _exit(compile_list(objects) ? 0 : 1);
    check_that("wait", wait4(child, &status, 0, &usage) == child);
    check_signed("compiled", status, 0);
    return (uint64_t)usage.ru_maxrss * 1024;
}

TEST(ten_million_objects_compiled)
{
    uint64_t few = bytes_to_compile(OBJECTS / 10), many = bytes_to_compile(OBJECTS);
    print_message("# %.1f bytes each\n", (double)(many - few) / (OBJECTS - OBJECTS / 10));
    check_that("more", many > few);
    check_that("within limits", many - few <= (OBJECTS - OBJECTS / 10) * MOST_BYTES);
}

int main(void)
{
#ifdef SANITIZED
    puts("1..1\nok 1 - ten_million_objects # SKIP too slow under sanitizers");
    return 0;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_million_objects_compiled), /* first: forks while there is little */
        cmocka_unit_test(ten_million_objects),
    };
    return cmocka_run_group_tests_name("big_heap", tests, NULL, NULL);
}
