/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checker of the heap's invariants finds each that is broken. */
#include "sim/graph/heap_check.h"

#include "tests/unit/check.h"
#include "tests/unit/play.h"

/* Each breaks something in a heap with a garbage cycle, an object in a register that holds another,
 * and a survivor in generation 1. Objects are numbered by arena: `first` is the oldest. */
static ref first(const struct heap *heap)
{
    return heap->generations[1].objects[0];
}

static ref young(const struct heap *heap)
{
    return heap->generations[0].objects[0];
}

static void nothing(struct heap *heap)
{
    (void)heap;
}

static void count_more(struct heap *heap)
{
    heap_object(heap, first(heap))->count++;
}

static void count_less(struct heap *heap)
{
    heap_object(heap, first(heap))->count--;
}

static void forget_register(struct heap *heap)
{
    heap->registers[0] = 0;
}

static void move_in_list(struct heap *heap)
{
    heap_object(heap, young(heap))->position++;
}

static void say_older(struct heap *heap)
{
    heap_object(heap, young(heap))->generation = 2;
}

static void list_twice(struct heap *heap)
{
    heap->generations[0].objects[1] = heap->generations[0].objects[0];
}

static void list_nothing(struct heap *heap)
{
    heap->generations[0].objects[0] = 0;
}

static void list_beyond(struct heap *heap)
{
    heap->generations[0].objects[0] = (ref)heap->arena.used;
}

static void shorten_list(struct heap *heap)
{
    heap->generations[0].count--;
}

static void tally_more(struct heap *heap)
{
    heap->generations[1].tally.fields[0]++;
}

static void more_bytes(struct heap *heap)
{
    heap->bytes++;
}

static void refer_to_free(struct heap *heap)
{
    ref o = heap_allocate(heap, KIND_LIST, 0, 8);
    heap_object(heap, o)->count++;
    heap_release(heap, o);
    heap->registers[3] = o;
}

static void hold_free(struct heap *heap)
{
    refer_to_free(heap);
    heap->held = heap->registers[3];
    heap->registers[3] = 0;
}

static void reach_beyond(struct heap *heap)
{
    heap->arena.capacity = heap->arena.used - 1;
}

static void give_nothing_fields(struct heap *heap)
{
    heap_object(heap, 0)->fields = 1;
}

static void leave_refs(struct heap *heap)
{
    heap->gc_refs[heap_gc_refs(first(heap))] = GC_REFS_CANDIDATE;
}

static void leave_reclaiming(struct heap *heap)
{
    heap->reclaiming = true;
}

TEST(each_broken_invariant_is_named)
{
    static const struct {
        void (*damage)(struct heap *heap);
        const char *mentions; /* NULL: it is sound */
    } rows[] = {
        {nothing, NULL},
        {count_more, "count of object"},
        {count_less, "count of object"},
        {forget_register, "count of object"},
        {move_in_list, "at 0 of generation 0, and says at 1 of 0"},
        {say_older, "at 0 of generation 0, and says at 0 of 2"},
        {list_twice, "listed twice"},
        {list_nothing, "generation 0 lists 2 objects, and says 3"},
        {list_beyond, "which is no object"},
        {shorten_list, "generation 0 lists 3 objects, and says 2"},
        {tally_more, "the tally of generation 1"},
        {more_bytes, "bytes, and its objects"},
        {refer_to_free, "register 3 refers to"},
        {hold_free, "the interpreter's stack, at 0 refers to"},
        {reach_beyond, "beyond the arena"},
        {give_nothing_fields, "nothing has fields"},
        {leave_refs, "gc_refs are left"},
        {leave_reclaiming, "a collection is left under way"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap *heap = heap_new(4);
        struct error error = {""};
        struct found found;
        struct text what = {.text = ""};
        text_add(&what, "row %zu", i);
        play(heap,
             "new 0 2; collect 0; new 1 1; store 0 0 1; drop 1; new 2 1; store 2 0 2; drop 2; "
             "new 2 0",
             &found);
        rows[i].damage(heap);
        check_signed(what.text, heap_check(heap, &error), rows[i].mentions ? -1 : 0);
        if (rows[i].mentions)
            check_mentions(what.text, error.text, rows[i].mentions);
        heap_free(heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_broken_invariant_is_named),
    };
    return cmocka_run_group_tests_name("heap_check", tests, NULL, NULL);
}
