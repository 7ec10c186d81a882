/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ten million live objects: built, collected fully, and within 32 bytes and 4 a field each. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/heap.h"
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
    uint64_t bytes = heap->arena.used * 8;
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

int main(void)
{
#ifdef SANITIZED
    puts("1..1\nok 1 - ten_million_objects # SKIP too slow under sanitizers");
    return 0;
#endif
    const struct CMUnitTest tests[] = {cmocka_unit_test(ten_million_objects)};
    return cmocka_run_group_tests_name("big_heap", tests, NULL, NULL);
}
