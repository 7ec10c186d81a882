/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/array.h"
#include "sim/graph/kinds.h"
#include "sim/graph/weakrefs.h"

/* ---- memory --------------------------------------------------------------------------------- */

/* Bytes of an object with so many fields and hidden slots. */
static size_t size_of(uint32_t slots)
{
    return sizeof(struct object) + (size_t)slots * sizeof(ref);
}

static uint32_t slots_of(const struct heap *heap, const struct object *object)
{
    return object->fields + (heap->rules ? hidden_slots(heap, object->kind) : 0);
}

struct heap *heap_new(uint32_t registers)
{
    struct heap *heap = allocate_zeroed(1, sizeof *heap);
    heap->registers = allocate_zeroed(registers, sizeof *heap->registers);
    heap->register_count = registers;
    static_assert(sizeof(struct object) <= ARENA_NOTHING, "nothing has a header");
    arena_init(&heap->arena);
    return heap;
}

void heap_free(struct heap *heap)
{
    if (!heap)
        return;
    for (int list = 0; list < LISTS; list++)
        array_free(heap->generations[list].objects, heap->generations[list].capacity, sizeof(ref));
    array_free(heap->returned, heap->returned_capacity, sizeof(ref));
    array_free(heap->stack, heap->stack_capacity, sizeof(ref));
    array_free(heap->dying, heap->dying_capacity, sizeof *heap->dying);
    free(heap->trash);
    array_free(heap->labels, heap->labels_capacity, sizeof *heap->labels);
    array_free(heap->gc_refs, heap->gc_refs_capacity, sizeof *heap->gc_refs);
    free(heap->crowded);
    free(heap->finalizers);
    free(heap->garbage);
    free(heap->items);
    free(heap->registers);
    arena_fini(&heap->arena);
    free(heap);
}

/* The first object in a block from `block` on; blocks keep what they have in them when they are
 * freed, but for `count`. */
static ref object_from(const struct heap *heap, size_t block)
{
    while (block < heap->arena.used) {
        const struct object *object = heap_object(heap, (ref)block);
        if (object->generation != FREED)
            return (ref)block;
        block += arena_stride(size_of(slots_of(heap, object)));
    }
    return 0;
}

ref heap_first(const struct heap *heap)
{
    return object_from(heap, heap->arena.first);
}

ref heap_next(const struct heap *heap, ref o)
{
    return object_from(heap,
                       o + (size_t)arena_stride(size_of(slots_of(heap, heap_object(heap, o)))));
}

/* ---- lists ---------------------------------------------------------------------------------- */

/* Closes the holes of a list, whose order stays. */
static void close_holes(struct heap *heap, struct generation *list)
{
    size_t used = 0;
    for (size_t i = 0; i < list->used; i++) {
        ref o = list->objects[i];
        if (!o)
            continue;
        heap_object(heap, o)->position = (uint32_t)used;
        list->objects[used++] = o;
    }
    list->used = used;
}

void heap_make_room(struct heap *heap, struct generation *list)
{
    if (list->count < list->used / 2)
        close_holes(heap, list);
    else
        list->objects =
            array_grow(list->objects, &list->capacity, list->used + 1, sizeof *list->objects);
}

static inline void track(struct heap *heap, ref o, uint8_t generation)
{
    const struct object *object = heap_object(heap, o);
    assert(object->generation == UNTRACKED);
    heap_append(heap, o, generation);
    heap->untracked--;
    if (generation <= PERMANENT)
        tally_add(&heap->generations[generation].tally, cost_class_of(object->kind), object->fields,
                  object->bytes);
}

void heap_track(struct heap *heap, ref o, uint8_t generation)
{
    track(heap, o, generation);
}

static inline void take_out(struct heap *heap, ref o)
{
    const struct object *object = heap_object(heap, o);
    struct generation *list = &heap->generations[list_of(object->generation)];
    list->objects[object->position] = 0;
    list->count--;
    while (list->used && !list->objects[list->used - 1])
        list->used--;
}

void heap_take_out(struct heap *heap, ref o)
{
    take_out(heap, o);
}

static inline void untrack(struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    if (object->generation == UNTRACKED)
        return;
    if (object->generation <= PERMANENT)
        tally_remove(&heap->generations[object->generation].tally, cost_class_of(object->kind),
                     object->fields, object->bytes);
    take_out(heap, o);
    object->generation = UNTRACKED;
    heap->untracked++;
}

void heap_untrack(struct heap *heap, ref o)
{
    untrack(heap, o);
}

/* ---- births --------------------------------------------------------------------------------- */

static inline ref allocate_object(struct heap *heap, enum object_kind kind, uint32_t fields,
                                  uint32_t bytes)
{
    uint32_t slots = fields + (heap->rules ? hidden_slots(heap, kind) : 0);
    ref o = arena_take(&heap->arena, size_of(slots));
    struct object *object = heap_object(heap, o);
    *object = (struct object){.birth = (uint32_t)heap->births,
                              .birth_high = (uint8_t)(heap->births >> 32),
                              .fields = fields,
                              .bytes = bytes,
                              .generation = UNTRACKED,
                              .kind = (uint8_t)kind};
    heap->births++;
    heap->untracked++;
    for (uint32_t slot = 0; slot < slots; slot++)
        object->field[slot] = 0;
    heap->bytes += bytes;
    if (heap->bytes > heap->peak_bytes)
        heap->peak_bytes = heap->bytes;
    return o;
}

ref heap_allocate_untracked(struct heap *heap, enum object_kind kind, uint32_t fields,
                            uint32_t bytes)
{
    return allocate_object(heap, kind, fields, bytes);
}

ref heap_allocate(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes)
{
    ref o = allocate_object(heap, kind, fields, bytes);
    track(heap, o, 0);
    return o;
}

void heap_add_permanent(struct heap *heap, uint64_t count)
{
    uint32_t slots = hidden_slots(heap, KIND_SLOTS);
    for (uint64_t i = 0; i < count; i++) {
        ref o = arena_take(&heap->arena, size_of(slots));
        struct object *object = heap_object(heap, o);
        *object = (struct object){.count = 1, .kind = KIND_SLOTS};
        memset(object->field, 0, slots * sizeof *object->field);
        heap_append(heap, o, PERMANENT);
        tally_add(&heap->generations[PERMANENT].tally, COST_LIST_SUBCLASS, 0, 0);
    }
}

/* ---- death by reference count --------------------------------------------------------------- */

uint32_t heap_age(const struct heap *heap, ref o, uint64_t births)
{
    uint64_t birth = object_birth(heap_object(heap, o));
    return age_bucket((births - birth - 1) % (UINT64_C(1) << AGE_BITS));
}

/* An object dies that was in that generation. Those that a collection has found unreachable were
 * counted then. */
static inline void count_death(struct heap *heap, ref o, uint8_t generation)
{
    if (list_of(generation) > PERMANENT && generation < CALLED)
        return;
    unsigned source = generation <= PERMANENT ? generation : generation & 3;
    if (heap->reclaiming) {
        heap->freed_by_collector[source]++;
        heap->ages.by_collector[source][heap_age(heap, o, heap->births)]++;
    } else {
        heap->freed_by_count[source]++;
        heap->ages.by_count[source][heap_age(heap, o, heap->births)]++;
    }
}

/* typeobject.c, subtype_dealloc and PyObject_CallFinalizerFromDealloc: an object with a finalizer
 * is alive again while that runs. Returns true if it stays so. */
static bool is_resurrected(struct heap *heap, ref o)
{
    heap_untrack(heap, o);
    heap_track(heap, o, 0);
    heap_object(heap, o)->count = 1;
    run_finalizer(heap, o);
    return --heap_object(heap, o)->count > 0;
}

/* An object begins to die. Returns how many things it has to let go; NOTHING_DIES if it lives on.
 */
#define NOTHING_DIES UINT32_MAX
static uint32_t begin_death(struct heap *heap, ref o, uint8_t generation)
{
    if (has_finalizer_left(heap, o) && is_resurrected(heap, o))
        return NOTHING_DIES;
    count_death(heap, o, generation);
    untrack(heap, o);
    if (heap_object(heap, o)->kind == KIND_WEAKREF)
        weakref_clear(heap, o);
    else if (weakrefs_first(heap, o))
        weakrefs_die(heap, o);
    return kind_begin_content(heap, o, false);
}

static inline void give_back(struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    object->generation = FREED;
    heap->bytes -= object->bytes;
    heap->untracked--;
    heap->freed++;
    arena_give(&heap->arena, o, size_of(slots_of(heap, object)));
}

/* object.c, _PyTrash_thread_deposit_object. */
static void put_into_trash(struct heap *heap, ref o, uint8_t generation)
{
    heap->trash = allocate_grow(heap->trash, &heap->trash_capacity, heap->trash_count + 1,
                                sizeof *heap->trash);
    heap->trash[heap->trash_count++] = (struct trash){o, generation};
}

/* An object begins to die that was in that generation, or goes into the trashcan until later
 * (Py_TRASHCAN_BEGIN). */
static void push_dying(struct heap *heap, ref o, uint8_t generation)
{
    bool nests = kind_nests(heap, o);
    if (nests && heap->nesting >= heap->rules->trashcan_depth) {
        heap_untrack(heap, o);
        put_into_trash(heap, o, generation);
        return;
    }
    heap->nesting += nests;
    uint32_t left = begin_death(heap, o, generation);
    if (left == NOTHING_DIES) {
        heap->nesting -= nests;
        return;
    }
    if (heap->dying_count == heap->dying_capacity)
        heap->dying = array_grow(heap->dying, &heap->dying_capacity, heap->dying_count + 1,
                                 sizeof *heap->dying);
    heap->dying[heap->dying_count++] = (struct dying){o, left};
}

/* Until there are no more than `base` that die. */
static void let_die(struct heap *heap, size_t base)
{
    while (heap->dying_count > base) {
        struct dying *top = &heap->dying[heap->dying_count - 1];
        if (top->left == 0) {
            heap->dying_count--;
            heap->nesting -= kind_nests(heap, top->o);
            kind_free(heap, heap_object(heap, top->o)->kind, heap_object(heap, top->o)->fields);
            give_back(heap, top->o);
            continue;
        }
        ref x = kind_take_content(heap, top->o, top->left--);
        if (x && --heap_object(heap, x)->count == 0)
            push_dying(heap, x, heap_object(heap, x)->generation);
    }
}

/* _PyTrash_thread_destroy_chain: the newest first, and what they put there meanwhile. */
static void empty_trash(struct heap *heap)
{
    heap->nesting++;
    while (heap->trash_count) {
        const struct trash trash = heap->trash[--heap->trash_count];
        size_t base = heap->dying_count;
        push_dying(heap, trash.o, trash.generation);
        let_die(heap, base);
    }
    heap->nesting--;
}

static void release_kind(struct heap *heap, ref o)
{
    size_t base = heap->dying_count;
    push_dying(heap, o, heap_object(heap, o)->generation);
    let_die(heap, base);
    if (heap->trash_count && heap->nesting == 0)
        empty_trash(heap);
}

/* Where all objects are containers the order in which they die is the same to everything that is
 * counted: they are a stack linked through `count`, which is 0 at its end. */
static void release_container(struct heap *heap, ref o)
{
    while (o) {
        const struct object *object = heap_object(heap, o);
        ref top = object->count;
        for (uint32_t f = 0; f < object->fields; f++) {
            ref child = object->field[f];
            struct object *referent = heap_object(heap, child);
            if (child && --referent->count == 0) {
                referent->count = top;
                top = child;
            }
        }
        count_death(heap, o, object->generation);
        untrack(heap, o);
        give_back(heap, o);
        o = top;
    }
}

/* The last reference to an object has gone. (Apart, so that others go quickly.) */
static __attribute__((noinline)) uint32_t release_last(struct heap *heap, ref o)
{
    uint64_t before = heap->freed;
    if (heap->rules) {
        release_kind(heap, o);
        return (uint32_t)(heap->freed - before);
    }
    release_container(heap, o);
    uint32_t freed = (uint32_t)(heap->freed - before);
    if (heap->mutator)
        collector_freed(&heap->mutator->collector, freed);
    return freed;
}

uint32_t heap_release(struct heap *heap, ref o)
{
    return --heap_object(heap, o)->count ? 0 : release_last(heap, o);
}

/* ---- freeze and unfreeze -------------------------------------------------------------------- */

static void move_all(struct heap *heap, int source, int target)
{
    struct generation *from = &heap->generations[source], *to = &heap->generations[target];
    for (size_t i = 0; i < from->used; i++)
        if (from->objects[i])
            heap_append(heap, from->objects[i], (uint8_t)target);
    tally_combine(&to->tally, &from->tally, 1);
    from->tally = (struct tally){0};
    from->used = from->count = 0;
}

void heap_freeze(struct heap *heap)
{
    for (int g = 0; g < GENERATIONS; g++)
        move_all(heap, g, PERMANENT);
}

void heap_unfreeze(struct heap *heap)
{
    move_all(heap, PERMANENT, GENERATIONS - 1);
}

/* ---- what registers reach ------------------------------------------------------------------- */

static inline ref *stack_room(struct heap *heap, size_t depth)
{
    if (depth > heap->stack_capacity)
        heap->stack = array_grow(heap->stack, &heap->stack_capacity, depth, sizeof *heap->stack);
    return heap->stack;
}

/* Clears the mark of what is in no list and has not been seen; it goes on the stack. */
static void clear_mark(struct heap *heap, ref o, bool *seen, size_t *depth)
{
    if (heap_object(heap, o)->generation != UNTRACKED || seen[heap_gc_refs(o)])
        return;
    seen[heap_gc_refs(o)] = true;
    heap_object(heap, o)->mark = 0;
    stack_room(heap, *depth + 1)[*depth] = o;
    ++*depth;
}

static void clear_marks_held_by(struct heap *heap, ref o, bool *seen, size_t *depth)
{
    for (uint32_t f = 0; f < heap_object(heap, o)->fields; f++)
        clear_mark(heap, heap_object(heap, o)->field[f], seen, depth);
    clear_mark(heap, kind_own_dict(heap, o), seen, depth);
}

/* Of what is in no list: others hold it. */
static void clear_untracked_marks(struct heap *heap)
{
    bool *seen = allocate_zeroed(heap_gc_refs((ref)heap->arena.used) + 1, sizeof *seen);
    size_t depth = 0;
    for (uint32_t r = 0; r < heap->register_count; r++)
        clear_mark(heap, heap->registers[r], seen, &depth);
    for (int list = 0; list < LISTS; list++)
        for (size_t i = 0; i < heap->generations[list].used; i++)
            clear_marks_held_by(heap, heap->generations[list].objects[i], seen, &depth);
    while (depth)
        clear_marks_held_by(heap, heap->stack[--depth], seen, &depth);
    free(seen);
}

static void clear_marks(struct heap *heap)
{
    for (int list = 0; list < LISTS; list++)
        for (size_t i = 0; i < heap->generations[list].used; i++)
            heap_object(heap, heap->generations[list].objects[i])->mark = 0;
    if (heap->rules)
        clear_untracked_marks(heap);
}

/* Marks an object that this census has not seen, and puts it on the stack. */
static void mark(struct heap *heap, ref o, size_t *depth, uint64_t *bytes)
{
    struct object *object = heap_object(heap, o);
    if (object->mark == heap->census)
        return;
    object->mark = heap->census;
    *bytes += object->bytes;
    heap->stack[(*depth)++] = o;
}

/* Marks what is reached from those on the stack, with dicts that no collection visits. */
static __attribute__((noinline)) uint64_t mark_kinds(struct heap *heap, size_t depth)
{
    ref room[REFERENTS_ROOM];
    uint64_t bytes = 0;
    while (depth) {
        ref o = heap->stack[--depth];
        struct referents referents = kind_referents(heap, heap_object(heap, o), room);
        stack_room(heap, depth + referents.count + 1);
        for (uint32_t r = 0; r < referents.count; r++)
            mark(heap, referents.at[r], &depth, &bytes);
        mark(heap, kind_own_dict(heap, o), &depth, &bytes);
    }
    return bytes;
}

/* The same where all are containers. (In locals is what the compiler would otherwise read anew
 * after every mark.) */
static __attribute__((noinline)) uint64_t mark_containers(struct heap *heap, size_t depth)
{
    const struct arena arena = heap->arena;
    const uint8_t census = heap->census;
    ref *stack = heap->stack;
    uint64_t bytes = 0;
    while (depth) {
        const struct object *object = arena_at(&arena, stack[--depth]);
        uint32_t fields = object->fields;
        stack = stack_room(heap, depth + fields);
        for (uint32_t f = 0; f < fields; f++) {
            ref child = object->field[f];
            struct object *referent = arena_at(&arena, child);
            if (referent->mark == census)
                continue;
            referent->mark = census;
            bytes += referent->bytes;
            stack[depth++] = child;
        }
    }
    return bytes;
}

/* Marks what an object reaches, itself included, and this census has not seen. Returns its bytes.
 */
static uint64_t mark_from(struct heap *heap, ref o)
{
    size_t depth = 0;
    uint64_t bytes = 0;
    stack_room(heap, 1);
    mark(heap, o, &depth, &bytes);
    return bytes + (heap->rules ? mark_kinds(heap, depth) : mark_containers(heap, depth));
}

uint64_t heap_live_bytes(struct heap *heap)
{
    uint64_t live = 0;
    if (++heap->census == 0) {
        clear_marks(heap);
        heap->census = 1;
    }
    heap_object(heap, 0)->mark = heap->census;
    for (uint32_t r = 0; r < heap->register_count; r++)
        live += mark_from(heap, heap->registers[r]);
    for (size_t i = 0; i < heap->garbage_count; i++)
        live += mark_from(heap, heap->garbage[i]);
    return live;
}
