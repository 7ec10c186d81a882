/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/array.h"

/* Bytes of an object with so many fields. */
static size_t size_of(uint32_t fields)
{
    return sizeof(struct object) + (size_t)fields * sizeof(ref);
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
    for (int g = 0; g <= PERMANENT; g++)
        array_free(heap->generations[g].objects, heap->generations[g].capacity, sizeof(ref));
    array_free(heap->unreachable, heap->unreachable_capacity, sizeof(ref));
    free(heap->crowded);
    array_free(heap->gc_refs, heap->gc_refs_capacity, sizeof *heap->gc_refs);
    free(heap->registers);
    arena_fini(&heap->arena);
    free(heap);
}

static void generation_room(struct generation *generation, size_t more)
{
    if (generation->count + more > generation->capacity)
        generation->objects = array_grow(generation->objects, &generation->capacity,
                                         generation->count + more, sizeof *generation->objects);
}

static void enter_generation(struct heap *heap, ref o, int generation)
{
    struct object *object = heap_object(heap, o);
    struct generation *entered = &heap->generations[generation];
    generation_room(entered, 1);
    object->generation = (uint8_t)generation;
    object->position = (uint32_t)entered->count;
    entered->objects[entered->count++] = o;
}

ref heap_allocate(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes)
{
    ref o = arena_take(&heap->arena, size_of(fields));
    struct object *object = heap_object(heap, o);
    *object = (struct object){.birth = (uint32_t)heap->births,
                              .birth_high = (uint8_t)(heap->births >> 32),
                              .fields = fields,
                              .bytes = bytes,
                              .kind = (uint8_t)kind};
    heap->births++;
    for (uint32_t f = 0; f < fields; f++)
        object->field[f] = 0;
    enter_generation(heap, o, 0);
    tally_add(&heap->generations[0].tally, cost_class_of(kind), fields, bytes);
    heap->bytes += bytes;
    if (heap->bytes > heap->peak_bytes)
        heap->peak_bytes = heap->bytes;
    return o;
}

void heap_add_permanent(struct heap *heap, uint64_t count)
{
    struct generation *permanent = &heap->generations[PERMANENT];
    for (uint64_t i = 0; i < count; i++) {
        ref o = arena_take(&heap->arena, size_of(0));
        *heap_object(heap, o) = (struct object){.count = 1};
        enter_generation(heap, o, PERMANENT);
        tally_add(&permanent->tally, 0, 0, 0);
    }
}

/* How old an object is: a bucket (sim/model/age.h). */
static uint32_t age_of(const struct heap *heap, const struct object *object)
{
    uint64_t birth = (uint64_t)object->birth_high << 32 | object->birth;
    return age_bucket((heap->births - birth - 1) % (UINT64_C(1) << AGE_BITS));
}

/* Takes an object that is being freed out of its generation: the last of the list takes its place.
 */
static void leave_generation(struct heap *heap, struct object *object)
{
    if (object->generation == UNREACHABLE)
        return; /* has left, and was counted, when it was found */
    struct generation *left = &heap->generations[object->generation];
    ref last = left->objects[--left->count];
    left->objects[object->position] = last;
    heap_object(heap, last)->position = object->position;
    tally_remove(&left->tally, cost_class_of(object->kind), object->fields, object->bytes);
    if (heap->reclaiming) {
        heap->freed_by_collector[object->generation]++;
        heap->ages.by_collector[object->generation][age_of(heap, object)]++;
    } else {
        heap->freed_by_count[object->generation]++;
        heap->ages.by_count[object->generation][age_of(heap, object)]++;
    }
}

uint32_t heap_release(struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    if (--object->count)
        return 0;
    uint32_t freed = 0;
    while (o) { /* o is the top of a stack linked through `count`, which is 0 at its end */
        object = heap_object(heap, o);
        ref top = object->count;
        for (uint32_t i = 0; i < object->fields; i++) {
            ref child = object->field[i];
            if (!child)
                continue;
            struct object *referent = heap_object(heap, child);
            if (--referent->count == 0) {
                referent->count = top;
                top = child;
            }
        }
        leave_generation(heap, object);
        heap->bytes -= object->bytes;
        arena_give(&heap->arena, o, size_of(object->fields));
        freed++;
        o = top;
    }
    return freed;
}

/* ---- a stack of objects, in the room for those that are unreachable ------------------------- */

static inline ref *stack_room(struct heap *heap, size_t depth)
{
    if (depth > heap->unreachable_capacity)
        heap->unreachable = array_grow(heap->unreachable, &heap->unreachable_capacity, depth,
                                       sizeof *heap->unreachable);
    return heap->unreachable;
}

static inline void push(struct heap *heap, ref o)
{
    stack_room(heap, heap->unreachable_count + 1)[heap->unreachable_count] = o;
    heap->unreachable_count++;
}

static inline struct object *pop(struct heap *heap)
{
    return heap_object(heap, heap->unreachable[--heap->unreachable_count]);
}

/* ---- finding what is unreachable ------------------------------------------------------------- */

/* The passes of a collection read headers in the order of the lists, which need not be that of
 * memory: so they ask for each AHEAD of its turn. */
#define AHEAD 32

/* References gathered before they are counted. */
#define BATCH 1024

static inline void prefetch(const struct heap *heap, const ref *objects, size_t count, size_t i)
{
    if (i + AHEAD < count)
        __builtin_prefetch(heap_object(heap, objects[i + AHEAD]));
}

static inline uint8_t *refs_of(const struct heap *heap, ref o)
{
    return &heap->gc_refs[heap_gc_refs(o)];
}

static void set_refs(const struct heap *heap, int generation, uint8_t refs)
{
    const struct generation *set = &heap->generations[generation];
    for (size_t i = 0; i < set->count; i++)
        *refs_of(heap, set->objects[i]) = refs;
}

/* How many bytes of gc_refs the blocks taken so far have. */
static size_t gc_refs_used(const struct heap *heap)
{
    return heap_gc_refs((ref)heap->arena.used - 1) + 1;
}

static void make_room_for_gc_refs(struct heap *heap)
{
    size_t had = heap->gc_refs_capacity;
    heap->gc_refs = array_grow(heap->gc_refs, &heap->gc_refs_capacity, gc_refs_used(heap),
                               sizeof *heap->gc_refs);
    memset(heap->gc_refs + had, GC_REFS_NONE, heap->gc_refs_capacity - had);
}

/* gcmodule.c, update_refs: makes the objects of generations 0 … oldest candidates.
 *
 * If that is all but the permanent ones, and they are not few in a large arena, it is quicker to
 * write every byte than to go through the lists. Returns true if it did that: bytes that belong to
 * no object then say candidate, too, and forget_refs must put them right. */
static bool update_refs(struct heap *heap, int oldest, size_t candidates)
{
    make_room_for_gc_refs(heap);
    if (oldest == GENERATIONS - 1 && candidates * 16 > gc_refs_used(heap)) {
        memset(heap->gc_refs, GC_REFS_CANDIDATE, gc_refs_used(heap));
        *refs_of(heap, 0) = GC_REFS_NONE;
        set_refs(heap, PERMANENT, GC_REFS_NONE);
        return true;
    }
    for (int g = 0; g <= oldest; g++)
        set_refs(heap, g, GC_REFS_CANDIDATE);
    return false;
}

static void forget_refs(struct heap *heap)
{
    memset(heap->gc_refs, GC_REFS_NONE, gc_refs_used(heap));
}

/* From now on the object's position counts references. */
static void crowd(struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    heap->crowded = allocate_grow(heap->crowded, &heap->crowded_capacity, heap->crowded_count + 1,
                                  sizeof *heap->crowded);
    heap->crowded[heap->crowded_count++] = (struct crowded){o, object->position};
    object->position = 0;
}

static void put_crowded_back(struct heap *heap)
{
    for (size_t i = 0; i < heap->crowded_count; i++)
        heap_object(heap, heap->crowded[i].o)->position = heap->crowded[i].position;
    heap->crowded_count = 0;
}

/* A young object refers to `referent`. The common case has no branch: whether an object is young is
 * hard to predict. */
static inline void subtract_ref(struct heap *heap, ref referent)
{
    uint8_t *refs = refs_of(heap, referent);
    if (*refs < GC_REFS_MANY - 1) {
        *refs = (uint8_t)(*refs + (*refs != GC_REFS_NONE));
    } else if (*refs == GC_REFS_MANY) {
        heap_object(heap, referent)->position++;
    } else {
        *refs = GC_REFS_MANY;
        crowd(heap, referent);
    }
}

static inline void subtract_each(struct heap *heap, const ref *referents, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        subtract_ref(heap, referents[i]);
}

/* subtract_refs: counts the references that candidates have from candidates.
 *
 * It gathers references first. Were each counted at once, the processor could not run ahead to the
 * headers that come next: it would first have to know which byte is being written. (In locals is
 * what the compiler would otherwise read anew after every byte written.) */
static void subtract_refs(struct heap *heap, int oldest)
{
    ref batch[BATCH];
    uint32_t gathered = 0;
    for (int g = oldest; g >= 0; g--) {
        const ref *objects = heap->generations[g].objects;
        size_t count = heap->generations[g].count;
        for (size_t i = 0; i < count; i++) {
            prefetch(heap, objects, count, i);
            const struct object *object = heap_object(heap, objects[i]);
            uint32_t fields = object->fields;
            if (fields > BATCH) {
                subtract_each(heap, object->field, fields);
                continue;
            }
            if (fields > BATCH - gathered) {
                subtract_each(heap, batch, gathered);
                gathered = 0;
            }
            for (uint32_t f = 0; f < fields; f++)
                batch[gathered++] = object->field[f];
        }
    }
    subtract_each(heap, batch, gathered);
}

/* A candidate all of whose references are from candidates: CPython's gc_refs is 0. */
static inline bool has_no_outside_reference(const struct object *object, uint8_t refs)
{
    uint32_t beyond = refs == GC_REFS_MANY ? object->position : 0;
    return object->count == (uint32_t)(refs - GC_REFS_CANDIDATE) + beyond;
}

/* What `object` refers to stops being a candidate. The sweep will come to what lies ahead of it;
 * what it has passed goes on the stack. Returns how many stopped. */
static inline size_t reach_from(struct heap *heap, const struct object *object)
{
    size_t reached = 0;
    for (uint32_t f = 0, fields = object->fields; f < fields; f++) {
        ref referent = object->field[f];
        uint8_t *refs = refs_of(heap, referent);
        if (*refs == GC_REFS_NONE)
            continue;
        if (*refs == GC_REFS_PASSED)
            push(heap, referent);
        *refs = GC_REFS_NONE;
        reached++;
    }
    return reached;
}

/* The sweep comes to an object. Returns how many candidates turn out to be reachable. */
static inline size_t sweep(struct heap *heap, ref o)
{
    size_t reached = 0;
    const struct object *object = heap_object(heap, o);
    uint8_t *refs = refs_of(heap, o);
    if (*refs != GC_REFS_NONE) {
        if (has_no_outside_reference(object, *refs)) {
            *refs = GC_REFS_PASSED;
            return 0;
        }
        *refs = GC_REFS_NONE;
        reached++;
    }
    reached += reach_from(heap, object);
    while (heap->unreachable_count)
        reached += reach_from(heap, pop(heap));
    return reached;
}

/* move_unreachable: everything reachable from outside the young set stops being a candidate, in one
 * sweep. An object is followed when the sweep comes to it, if it is known to be reachable by then,
 * or else as soon as it is. Once no candidate is left, there is nothing more to learn. Returns how
 * many are left. */
static size_t move_unreachable(struct heap *heap, int oldest, size_t candidates)
{
    for (int g = oldest; g >= 0; g--) {
        const ref *objects = heap->generations[g].objects;
        size_t count = heap->generations[g].count;
        for (size_t i = 0; i < count && candidates; i++) {
            prefetch(heap, objects, count, i);
            candidates -= sweep(heap, objects[i]);
        }
    }
    return candidates;
}

/* Takes an unreachable object of generation `source` out of it. */
static void set_aside(struct heap *heap, ref o, int source, struct found *found)
{
    struct object *object = heap_object(heap, o);
    *refs_of(heap, o) = GC_REFS_NONE;
    object->generation = UNREACHABLE;
    heap->ages.by_collector[source][age_of(heap, object)]++;
    tally_add(&found->unreachable, cost_class_of(object->kind), object->fields, object->bytes);
    found->unreachable_by_generation[source]++;
    heap->unreachable[heap->unreachable_count++] = o;
}

/* Moves the survivors of `source` into `target`, and the rest to heap->unreachable. */
static void promote(struct heap *heap, int source, int target, struct found *found)
{
    struct generation *from = &heap->generations[source], *to = &heap->generations[target];
    size_t examined = from->count;
    if (from == to)
        to->count = 0; /* compacts in place: never writes past what it has read */
    else
        generation_room(to, examined);
    for (size_t i = 0; i < examined; i++) {
        ref o = from->objects[i];
        if (*refs_of(heap, o) == GC_REFS_PASSED) {
            set_aside(heap, o, source, found);
            continue;
        }
        if (from != to || to->count != i) { /* else it stays where it is */
            struct object *object = heap_object(heap, o);
            object->generation = (uint8_t)target;
            object->position = (uint32_t)to->count;
            to->objects[to->count] = o;
        }
        to->count++;
    }
    if (from != to)
        from->count = 0;
}

void heap_find_unreachable(struct heap *heap, int generation, struct found *found)
{
    int target = generation + 1 < GENERATIONS ? generation + 1 : generation;
    size_t candidates = 0;
    heap->unreachable_count = 0;
    *found = (struct found){0};
    for (int g = 0; g <= generation; g++) {
        candidates += heap->generations[g].count;
        tally_combine(&found->examined, &heap->generations[g].tally, 1);
        heap->generations[g].tally = (struct tally){0};
    }
    bool forget = update_refs(heap, generation, candidates);
    subtract_refs(heap, generation);
    size_t unreachable = move_unreachable(heap, generation, candidates);

    put_crowded_back(heap);
    stack_room(heap, unreachable);
    for (int g = generation; g >= 0; g--) /* the oldest first, roughly in order of birth */
        if (g != target || unreachable)   /* else all stay where they are */
            promote(heap, g, target, found);
    if (forget)
        forget_refs(heap);
    struct tally *survivors = &heap->generations[target].tally;
    tally_combine(survivors, &found->examined, 1);
    tally_combine(survivors, &found->unreachable, -1);
    found_count(found);
    for (int g = 0; g < GENERATIONS; g++)
        heap->freed_by_collector[g] += found->unreachable_by_generation[g];
}

/* gcmodule.c, delete_garbage: each object still there is held, cleared (list_clear and the like)
 * and let go. */
uint64_t heap_reclaim(struct heap *heap)
{
    uint64_t freed = 0;
    heap->reclaiming = true;
    /* Held all at once rather than each in turn: a freed block must not be mistaken for an object.
     * The order in which they die is the same to everything that is counted. */
    for (size_t i = 0; i < heap->unreachable_count; i++)
        heap_object(heap, heap->unreachable[i])->count++;
    for (size_t i = 0; i < heap->unreachable_count; i++) {
        ref o = heap->unreachable[i];
        for (uint32_t f = 0; f < heap_object(heap, o)->fields; f++)
            freed += heap_assign(heap, &heap_object(heap, o)->field[f], 0);
    }
    for (size_t i = 0; i < heap->unreachable_count; i++)
        freed += heap_release(heap, heap->unreachable[i]);
    heap->reclaiming = false;
    return freed;
}

static void move_all(struct heap *heap, int source, int target)
{
    struct generation *from = &heap->generations[source], *to = &heap->generations[target];
    generation_room(to, from->count);
    for (size_t i = 0; i < from->count; i++)
        enter_generation(heap, from->objects[i], target);
    tally_combine(&to->tally, &from->tally, 1);
    from->tally = (struct tally){0};
    from->count = 0;
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

static void clear_marks(struct heap *heap)
{
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].count; i++)
            heap_object(heap, heap->generations[g].objects[i])->mark = 0;
}

/* Marks what an object reaches, itself included, and this census has not seen. Returns its bytes.
 * (In locals is what the compiler would otherwise read anew after every mark.) */
static uint64_t mark_from(struct heap *heap, ref o)
{
    const struct arena arena = heap->arena;
    const uint8_t census = heap->census;
    struct object *object = heap_object(heap, o);
    ref *stack = stack_room(heap, 1);
    size_t depth = 0;
    uint64_t bytes = 0;
    if (object->mark == census)
        return 0;
    object->mark = census;
    bytes += object->bytes;
    stack[depth++] = o;
    while (depth) {
        object = arena_at(&arena, stack[--depth]);
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
    return live;
}
