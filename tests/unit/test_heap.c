/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/heap.h"

#include <stdio.h>

#include "sim/graph/heap_check.h"
#include "tests/unit/check.h"
#include "tests/unit/play.h"

#define BYTES 72 /* of an object of these tests, if it does not matter */

static ref allocate_into(struct heap *heap, uint32_t reg, uint32_t fields)
{
    ref o = heap_allocate(heap, KIND_LIST, fields, BYTES);
    heap_assign(heap, &heap->registers[reg], o);
    return o;
}

static void point(struct heap *heap, ref o, uint32_t field, ref referent)
{
    heap_assign(heap, &heap_object(heap, o)->field[field], referent);
}

/* ---- what lives and what dies -------------------------------------------------------------------
 */

/* What is left in generations 0, 1, 2 and the permanent one; how many were freed in all; and how
 * many the last collection found. */
TEST(scripts)
{
    static const struct {
        const char *what, *script, *outcome;
    } rows[] = {
        {"one object", "new 0 0", "1 0 0 0, freed 0, found 0"},
        {"dropped", "new 0 0; drop 0", "0 0 0 0, freed 1, found 0"},
        {"two registers, one dropped", "new 0 0; copy 1 0; drop 0", "1 0 0 0, freed 0, found 0"},
        {"both dropped", "new 0 0; copy 1 0; drop 0; drop 1", "0 0 0 0, freed 1, found 0"},
        {"a register taken by a new object", "new 0 0; new 0 0", "1 0 0 0, freed 1, found 0"},
        {"a register copied to itself", "new 0 0; copy 0 0", "1 0 0 0, freed 0, found 0"},
        {"kept by a field", "new 0 1; new 1 0; store 0 0 1; drop 1", "2 0 0 0, freed 0, found 0"},
        {"a field stored again", "new 0 1; new 1 0; store 0 0 1; drop 1; store 0 0 0",
         "1 0 0 0, freed 1, found 0"},
        {"the same stored again", "new 0 1; new 1 0; store 0 0 1; drop 1; load 1 0 0; store 0 0 1",
         "2 0 0 0, freed 0, found 0"},
        {"a field cleared", "new 0 1; new 1 0; store 0 0 1; drop 1; clear 0 0",
         "1 0 0 0, freed 1, found 0"},
        {"an empty field cleared", "new 0 1; clear 0 0", "1 0 0 0, freed 0, found 0"},
        {"an empty field loaded", "new 0 1; new 1 0; load 1 0 0", "1 0 0 0, freed 1, found 0"},
        {"loaded over its own container", "new 0 1; new 1 0; store 0 0 1; drop 1; load 0 0 0",
         "1 0 0 0, freed 1, found 0"},
        {"two fields of one object hold it twice",
         "new 0 2; new 1 0; store 0 0 1; store 0 1 1; drop 1; clear 0 0",
         "2 0 0 0, freed 0, found 0"},
        {"a cascade frees three",
         "new 0 1; new 1 1; new 2 0; store 0 0 1; store 1 0 2; drop 1; drop 2; drop 0",
         "0 0 0 0, freed 3, found 0"},
        {"a diamond frees four",
         "new 0 2; new 1 1; new 2 1; new 3 0; store 1 0 3; store 2 0 3; store 0 0 1;"
         "store 0 1 2;drop 3; drop 2; drop 1; drop 0",
         "0 0 0 0, freed 4, found 0"},
        {"a cascade stops at what is held",
         "new 0 1; new 1 1; new 2 0; store 0 0 1; store 1 0 2; drop 1; drop 0",
         "1 0 0 0, freed 2, found 0"},
        {"a cycle stays", "new 0 1; store 0 0 0; drop 0", "1 0 0 0, freed 0, found 0"},
        {"until it is collected", "new 0 1; store 0 0 0; drop 0; collect 0",
         "0 0 0 0, freed 1, found 1"},
        {"a cycle in a register survives", "new 0 1; store 0 0 0; collect",
         "0 0 1 0, freed 0, found 0"},
        {"a cycle of two", "new 0 1; new 1 1; store 0 0 1; store 1 0 0; drop 0; drop 1; collect 1",
         "0 0 0 0, freed 2, found 2"},
        {"held by one of the two", "new 0 1; new 1 1; store 0 0 1; store 1 0 0; drop 0; collect 1",
         "0 0 2 0, freed 0, found 0"},
        {"what hangs on a cycle goes with it",
         "new 0 2; new 1 0; store 0 0 0; store 0 1 1; drop 1; drop 0; collect 0",
         "0 0 0 0, freed 2, found 2"},
        {"unless it is held", "new 0 2; new 1 0; store 0 0 0; store 0 1 1; drop 0; collect 0",
         "0 1 0 0, freed 1, found 1"},
        {"two cycles, one reaching the other",
         "new 0 2; store 0 0 0; new 1 1; store 1 0 1; store 0 1 1; drop 1; collect 0; drop 0;"
         "collect 2",
         "0 0 0 0, freed 2, found 2"},
        {"survivors of 0 are in 1", "new 0 0; collect 0", "0 1 0 0, freed 0, found 0"},
        {"survivors of 1 are in 2", "new 0 0; collect 0; new 1 0; collect 1",
         "0 0 2 0, freed 0, found 0"},
        {"survivors of 2 stay there", "new 0 0; collect; collect; new 1 0; collect",
         "0 0 2 0, freed 0, found 0"},
        {"a young collection leaves old garbage",
         "new 0 1; collect 0; store 0 0 0; drop 0; collect 0", "0 1 0 0, freed 0, found 0"},
        {"nepotism: old garbage keeps a young object",
         "new 0 2; store 0 0 0; collect; new 1 0; store 0 1 1; drop 1; drop 0; collect 1",
         "0 0 2 0, freed 0, found 0"},
        {"until it is collected itself",
         "new 0 2; store 0 0 0; collect; new 1 0; store 0 1 1; drop 1; drop 0; collect 1;"
         "collect",
         "0 0 0 0, freed 2, found 2"},
        {"freed while in generation 2", "new 0 0; collect; drop 0", "0 0 0 0, freed 1, found 0"},
        {"frozen", "new 0 0; new 1 0; collect 0; new 2 0; freeze", "0 0 0 3, freed 0, found 0"},
        {"unfrozen into generation 2", "new 0 0; freeze; new 1 0; unfreeze",
         "1 0 1 0, freed 0, found 0"},
        {"what is frozen is not examined", "new 0 1; store 0 0 0; drop 0; freeze; collect",
         "0 0 0 1, freed 0, found 0"},
        {"and is again after unfreeze", "new 0 1; store 0 0 0; drop 0; freeze; unfreeze; collect",
         "0 0 0 0, freed 1, found 1"},
        {"what is frozen dies by reference count", "new 0 0; freeze; drop 0",
         "0 0 0 0, freed 1, found 0"},
        {"frozen garbage keeps others",
         "new 0 2; store 0 0 0; freeze; new 1 0; store 0 1 1; drop 1; drop 0; collect",
         "0 0 1 1, freed 0, found 0"},
        {"a cycle's death frees what only it held, in an older generation",
         "new 0 0; collect; new 1 2; store 1 0 1; store 1 1 0; drop 0; drop 1; collect 0",
         "0 0 0 0, freed 2, found 1"},
        {"and in the permanent one",
         "new 0 0; freeze; new 1 2; store 1 0 1; store 1 1 0; drop 0; drop 1; collect 0",
         "0 0 0 0, freed 2, found 1"},
        {"nothing at all to collect", "collect 0; collect 1; collect 2",
         "0 0 0 0, freed 0, found 0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap *heap = heap_new(4);
        struct found found = {0};
        struct text outcome = {.text = ""};
        unsigned freed = (unsigned)play(heap, rows[i].script, &found);
        for (int g = 0; g <= PERMANENT; g++)
            text_add(&outcome, "%s%zu", g ? " " : "", heap->generations[g].count);
        text_add(&outcome, ", freed %u, found %u", freed,
                 (unsigned)tally_objects(&found.unreachable));
        check_text(rows[i].what, outcome.text, rows[i].outcome);
        heap_free(heap);
    }
}

/* Which generation an object was in when it went, and how. */
TEST(freed_objects_are_counted)
{
    static const struct {
        const char *what, *script;
        uint64_t by_count[GENERATIONS + 1], by_collector[GENERATIONS + 1];
    } rows[] = {
        {"young", "new 0 0; drop 0", {1}, {0}},
        {"middle", "new 0 0; collect 0; drop 0", {0, 1}, {0}},
        {"old", "new 0 0; collect; drop 0", {0, 0, 1}, {0}},
        {"frozen", "new 0 0; freeze; drop 0", {0, 0, 0, 1}, {0}},
        {"one in each of a cascade",
         "new 0 1; collect; new 1 0; store 0 0 1; drop 1; drop 0",
         {1, 0, 1},
         {0}},
        {"a young cycle", "new 0 1; store 0 0 0; drop 0; collect", {0}, {1}},
        {"a cycle over two generations",
         "new 0 1; collect 0; new 1 1; store 0 0 1; store 1 0 0; drop 0; drop 1; collect",
         {0},
         {1, 1}},
        {"kept alive by a cycle, older than it",
         "new 0 0; collect; new 1 2; store 1 0 1; store 1 1 0; drop 0; drop 1; collect 0",
         {0},
         {1, 0, 1}},
        {"kept alive by a cycle, frozen",
         "new 0 0; freeze; new 1 2; store 1 0 1; store 1 1 0; drop 0; drop 1; collect 0",
         {0},
         {1, 0, 0, 1}},
        {"after a collection they count as before",
         "new 0 1; store 0 0 0; drop 0; collect; new 0 0; drop 0",
         {1},
         {1}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap *heap = heap_new(4);
        struct found found;
        play(heap, rows[i].script, &found);
        for (int g = 0; g <= PERMANENT; g++) {
            check_count(rows[i].what, heap->freed_by_count[g], rows[i].by_count[g]);
            check_count(rows[i].what, heap->freed_by_collector[g], rows[i].by_collector[g]);
        }
        heap_free(heap);
    }
}

/* What a collection tells the cost model: a list of three fields and a dict of two, of which the
 * list is garbage. */
TEST(a_collection_reports_what_it_examined)
{
    struct heap *heap = heap_new(2);
    ref list = heap_allocate(heap, KIND_LIST, 3, 100);
    heap_assign(heap, &heap->registers[0], list);
    point(heap, list, 2, list);
    heap_assign(heap, &heap->registers[1], heap_allocate(heap, KIND_DICT, 2, 1000));
    heap_assign(heap, &heap->registers[0], 0);
    struct found found;
    heap_find_unreachable(heap, 0, &found);
    check_count("lists examined", found.examined.objects[KIND_LIST], 1);
    check_count("their fields", found.examined.fields[KIND_LIST], 3);
    check_count("dicts examined", found.examined.objects[KIND_DICT], 1);
    check_count("objects examined", tally_objects(&found.examined), 2);
    check_count("fields examined", tally_fields(&found.examined), 5);
    check_count("bytes examined", found.examined.bytes, 1100);
    check_count("lists unreachable", found.unreachable.objects[KIND_LIST], 1);
    check_count("objects unreachable", tally_objects(&found.unreachable), 1);
    check_count("bytes unreachable", found.unreachable.bytes, 100);
    check_count("of generation 0", found.unreachable_by_generation[0], 1);
    check_that("it is the list", heap->generations[list_of(UNREACHABLE)].count == 1 &&
                                     heap->generations[list_of(UNREACHABLE)].objects[0] == list);
    check_count("bytes until it is reclaimed", heap->bytes, 1100);
    check_count("freed", heap_reclaim(heap), 1);
    check_count("bytes after that", heap->bytes, 1000);
    check_sound("the rest", heap_check, heap);
    heap_free(heap);
}

/* ---- long and large -----------------------------------------------------------------------------
 */

#define LINKS 1000000

/* A chain of LINKS objects in register 0, the last one's field free for more. Returns the last. */
static ref build_chain(struct heap *heap)
{
    ref last = allocate_into(heap, 0, 1), head = last;
    for (int i = 1; i < LINKS; i++) {
        ref o = allocate_into(heap, 1, 1);
        point(heap, o, 0, head);
        heap_assign(heap, &heap->registers[0], o);
        head = o;
    }
    heap_assign(heap, &heap->registers[1], 0);
    return last;
}

TEST(a_long_chain_dies_without_recursion)
{
    struct heap *heap = heap_new(2);
    build_chain(heap);
    check_count("objects", heap_objects(heap), LINKS);
    check_count("live", heap_live_bytes(heap), (uint64_t)LINKS * BYTES);
    check_count("freed", heap_assign(heap, &heap->registers[0], 0), LINKS);
    check_count("objects left", heap_objects(heap), 0);
    check_count("bytes left", heap->bytes, 0);
    check_sound("an empty heap", heap_check, heap);
    heap_free(heap);
}

TEST(a_long_chain_survives_and_then_is_garbage)
{
    struct heap *heap = heap_new(2);
    struct found found;
    ref last = build_chain(heap);
    point(heap, last, 0, heap->registers[0]);
    heap_find_unreachable(heap, 2, &found);
    check_count("reachable: none found", tally_objects(&found.unreachable), 0);
    check_count("reclaimed", heap_reclaim(heap), 0);
    heap_assign(heap, &heap->registers[0], 0);
    heap_find_unreachable(heap, 1, &found);
    check_count("they are old: none examined", tally_objects(&found.examined), 0);
    heap_find_unreachable(heap, 2, &found);
    check_count("found", tally_objects(&found.unreachable), LINKS);
    check_count("reclaimed", heap_reclaim(heap), LINKS);
    check_sound("an empty heap", heap_check, heap);
    heap_free(heap);
}

TEST(large_objects)
{
    enum { FIELDS = 1000000 };
    struct heap *heap = heap_new(2);
    ref large = allocate_into(heap, 0, FIELDS);
    for (uint32_t f = 0; f < FIELDS; f++)
        check_count("an empty field", heap_object(heap, large)->field[f], 0);
    for (uint32_t f = 0; f < FIELDS; f += 1000) {
        ref o = allocate_into(heap, 1, 0);
        point(heap, heap->registers[0], f, o);
        point(heap, heap->registers[0], f + 999, o);
    }
    heap_assign(heap, &heap->registers[1], 0);
    check_sound("a large object", heap_check, heap);
    check_count("freed", heap_assign(heap, &heap->registers[0], 0), 1001);
    size_t used = heap->arena.used;
    large = allocate_into(heap, 0, FIELDS);
    check_count("its block is used again", heap->arena.used, used);
    for (uint32_t f = 0; f < FIELDS; f++)
        check_count("and its fields are empty", heap_object(heap, large)->field[f], 0);
    heap_free(heap);
}

/* 1000 objects of each size: header, fields and place in the list. */
TEST(sizes)
{
    static const uint32_t fields[] = {0, 1, 2, 3, 8, 50, 121, 122, 123, 130, 200, 1000, 65536};
    enum { OBJECTS = 1000 };
    check_count("header and list entry", sizeof(struct object) + sizeof(ref) <= 32, 1);
    for (size_t i = 0; i < LENGTH(fields); i++) {
        struct heap *heap = heap_new(OBJECTS);
        size_t before = heap->arena.used;
        for (uint32_t r = 0; r < OBJECTS; r++)
            allocate_into(heap, r, fields[i]);
        size_t bytes = (heap->arena.used - before) * 8 + heap->generations[0].count * sizeof(ref);
        size_t wanted = OBJECTS * (32 + 4 * (size_t)fields[i]);
        char what[40];
        snprintf(what, sizeof what, "%u fields", fields[i]);
        check_that(what, bytes <= (fields[i] <= 122 ? wanted : wanted + wanted / 8));
        heap_free(heap);
    }
}

/* ---- blocks, lists, censuses --------------------------------------------------------------------
 */

TEST(freed_blocks_are_used_again)
{
    struct heap *heap = heap_new(64);
    size_t used = 0;
    for (int round = 0; round < 200; round++) {
        uint64_t seed = 5; /* the same sizes in every round, in another order */
        for (uint32_t r = 0; r < 64; r++)
            allocate_into(heap, (r + (uint32_t)round) % 64,
                          (uint32_t)test_random_below(&seed, 300));
        for (uint32_t r = 0; r < 64; r++)
            check_count("freed", heap_assign(heap, &heap->registers[(r * 7) % 64], 0), 1);
        if (round == 0)
            used = heap->arena.used;
        check_count("the arena does not grow", heap->arena.used, used);
    }
    check_sound("empty", heap_check, heap);
    heap_free(heap);
}

TEST(leaving_a_list_keeps_the_positions)
{
    enum { OBJECTS = 40 };
    struct heap *heap = heap_new(OBJECTS);
    uint64_t seed = 3;
    for (int round = 0; round < 100; round++) {
        for (uint32_t r = 0; r < OBJECTS; r++)
            allocate_into(heap, r, 1);
        if (round % 3 == 0)
            heap_freeze(heap);
        for (int i = 0; i < OBJECTS; i++) { /* first, last and any */
            uint32_t r = (uint32_t)(i == 0   ? 0
                                    : i == 1 ? OBJECTS - 1
                                             : test_random_below(&seed, OBJECTS));
            heap_assign(heap, &heap->registers[r], 0);
            check_sound("one less", heap_check, heap);
        }
    }
    heap_free(heap);
}

TEST(live_bytes)
{
    struct heap *heap = heap_new(4);
    struct found found;
    play(heap, "new 0 2; new 1 1; store 0 0 1; store 1 0 0; new 2 1; store 2 0 2; drop 2; copy 3 1",
         &found);
    for (int i = 0; i < 700; i++) { /* marks are numbers of 8 bits: they come round */
        check_count("reached", heap_live_bytes(heap), heap_expected_live_bytes(heap));
        check_count("two of three objects", heap_live_bytes(heap), 56 + 16 + 56 + 8);
        check_count("all of them", heap->bytes, 56 + 16 + 56 + 8 + 56 + 8);
        if (i % 100 == 99)
            play(heap, i % 200 == 99 ? "freeze" : "unfreeze; new 2 0; drop 2", &found);
    }
    play(heap, "drop 0; drop 1; drop 3", &found);
    check_count("nothing is reached", heap_live_bytes(heap), 0);
    check_count("garbage", heap->bytes, 56 + 16 + 56 + 8 + 56 + 8);
    heap_free(heap);
}

TEST(the_interpreters_own_objects)
{
    struct heap *heap = heap_new(1);
    struct found found;
    heap_add_permanent(heap, 1000);
    check_sound("added", heap_check, heap);
    check_count("permanent", heap->generations[PERMANENT].count, 1000);
    check_count("bytes", heap->bytes, 0);
    play(heap, "collect", &found);
    check_count("not examined", tally_objects(&found.examined), 0);
    play(heap, "unfreeze; new 0 0; collect", &found);
    check_count("examined after unfreeze", tally_objects(&found.examined), 1001);
    check_count("and reachable", tally_objects(&found.unreachable), 0);
    check_count("in generation 2", heap->generations[2].count, 1001);
    heap_free(heap);
}

TEST(an_empty_heap)
{
    struct found found;
    heap_free(NULL);
    struct heap *heap = heap_new(0);
    check_sound("no registers", heap_check, heap);
    check_count("live", heap_live_bytes(heap), 0);
    heap_find_unreachable(heap, 2, &found);
    check_count("reclaimed", heap_reclaim(heap), 0);
    heap_freeze(heap);
    heap_unfreeze(heap);
    check_sound("still empty", heap_check, heap);
    heap_free(heap);
}

/* A cycle of a hub and `fields` references to it from one spoke; and perhaps a register. */
static uint64_t found_of_a_hub(uint32_t fields, bool kept, int generation)
{
    struct heap *heap = heap_new(2);
    struct found found;
    ref hub = allocate_into(heap, 0, 1), spoke = allocate_into(heap, 1, fields);
    for (uint32_t f = 0; f < fields; f++)
        point(heap, spoke, f, hub);
    point(heap, hub, 0, spoke);
    if (!kept)
        heap_assign(heap, &heap->registers[0], 0);
    heap_assign(heap, &heap->registers[1], 0);
    heap_find_unreachable(heap, generation, &found);
    uint64_t unreachable = tally_objects(&found.unreachable);
    check_count("reclaimed", heap_reclaim(heap), unreachable);
    check_sound("collected", heap_check, heap);
    heap_free(heap);
    return unreachable;
}

/* A byte of gc_refs counts up to 252 references; fields are gathered by 1024. */
TEST(as_many_references_as_a_byte_counts_and_more)
{
    static const uint32_t fields[] = {1,   2,   250, 251, 252,  253,  254,  255,  256,
                                      257, 508, 700, 765, 1022, 1023, 1024, 1025, 100000};
    for (size_t row = 0; row < LENGTH(fields); row++) {
        char what[32];
        snprintf(what, sizeof what, "%u references", fields[row]);
        for (int generation = 0; generation < GENERATIONS; generation++) {
            check_count(what, found_of_a_hub(fields[row], false, generation), 2);
            check_count(what, found_of_a_hub(fields[row], true, generation), 0);
        }
    }
}

/* What the byte has no room for is counted in the position, and the position is put back: also that
 * of an object which no collection moves any more. */
TEST(many_references_leave_the_positions)
{
    enum { FIELDS = 300, COLLECTIONS = 3 };
    struct heap *heap = heap_new(4);
    struct found found;
    for (uint32_t reg = 0; reg < 3; reg++)
        allocate_into(heap, reg, 0);
    ref spoke = allocate_into(heap, 3, FIELDS);
    for (uint32_t f = 0; f < FIELDS; f++)
        point(heap, spoke, f, heap->registers[1]);
    for (int i = 0; i < COLLECTIONS; i++) {
        heap_find_unreachable(heap, GENERATIONS - 1, &found);
        check_count("reclaimed", heap_reclaim(heap), 0);
        check_sound("collected", heap_check, heap);
    }
    heap_assign(heap, &heap->registers[1], 0);
    check_count("freed", heap_assign(heap, &heap->registers[3], 0), 2);
    check_sound("freed", heap_check, heap);
    heap_free(heap);
}

/* Where few are left of many, a full collection goes through the lists; else it writes gc_refs from
 * end to end. The permanent ones and the free blocks are no candidates either way. */
TEST(full_collections_of_full_and_of_nearly_empty_arenas)
{
    for (uint32_t dead = 0; dead <= 20000; dead += 20000) {
        struct heap *heap = heap_new(3);
        struct found found;
        allocate_into(heap, 0, 20000);
        for (uint32_t f = 0; f < dead; f++) {
            ref o = heap_allocate(heap, KIND_LIST, 2, BYTES);
            point(heap, heap->registers[0], f, o);
        }
        play(heap, "drop 0; new 0 2; freeze", &found);
        play(heap, "new 1 2; store 1 0 0; store 1 1 1; new 2 2; store 2 0 1; store 0 0 1", &found);
        play(heap, "new 1 1; store 1 0 1; drop 1; drop 2; collect", &found);
        check_count("examined", tally_objects(&found.examined), 2);
        check_count("unreachable", tally_objects(&found.unreachable), 1);
        check_sound("collected", heap_check, heap);
        heap_free(heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts),
        cmocka_unit_test(freed_objects_are_counted),
        cmocka_unit_test(a_collection_reports_what_it_examined),
        cmocka_unit_test(a_long_chain_dies_without_recursion),
        cmocka_unit_test(a_long_chain_survives_and_then_is_garbage),
        cmocka_unit_test(large_objects),
        cmocka_unit_test(sizes),
        cmocka_unit_test(freed_blocks_are_used_again),
        cmocka_unit_test(leaving_a_list_keeps_the_positions),
        cmocka_unit_test(live_bytes),
        cmocka_unit_test(the_interpreters_own_objects),
        cmocka_unit_test(an_empty_heap),
        cmocka_unit_test(as_many_references_as_a_byte_counts_and_more),
        cmocka_unit_test(many_references_leave_the_positions),
        cmocka_unit_test(full_collections_of_full_and_of_nearly_empty_arenas),
    };
    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
