/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each kind of object refers to and holds, by version (struct object_rules,
 * sim/model/collector.h), in a heap whose objects are what their kinds say.
 *
 * Behind its fields an object has hidden slots, by kind: numbers, and references that count. */
#ifndef PYGCSIM_SIM_GRAPH_KINDS_H
#define PYGCSIM_SIM_GRAPH_KINDS_H

#include "sim/graph/heap.h"

/* Makes the heap one of kinds, before its first object. The version outlives the heap. */
void heap_give_kinds(struct heap *heap, const struct object_rules *rules);

/* Hidden slots of an object of a kind. */
uint32_t hidden_slots(const struct heap *heap, uint32_t kind);

/* Those of a weak reference. */
enum { WEAKREF_TARGET, WEAKREF_NEXT, WEAKREF_PREVIOUS, WEAKREF_MODE, WEAKREF_REGISTER };

/* Of objects that weak references may refer to: the first weak reference, not counted. */
static inline ref *weakrefs_slot(struct object *object)
{
    return &object->field[object->fields];
}

/* Of objects with a finalizer: a number of heap->finalizers, and whether it has run. */
static inline ref *finalizer_slot(const struct heap *heap, struct object *object)
{
    return &object->field[object->fields + hidden_slots(heap, object->kind) - 2];
}

static inline ref *finalized_slot(const struct heap *heap, struct object *object)
{
    return finalizer_slot(heap, object) + 1;
}

/* ---- births and memory ---------------------------------------------------------------------- */

/* A birth counts as CPython counts it: from a free list, or by an allocation that may ask for a
 * collection, which runs at once or at the next check. */
void kind_count_birth(struct heap *heap, enum object_kind kind, uint32_t fields);

/* A new object whose birth counts: in no generation yet, empty, and without a reference to it. */
ref kind_allocate(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes);

/* An object's memory goes to a free list, or back: and its death counts, or not. */
void kind_free(struct heap *heap, enum object_kind kind, uint32_t fields);

/* gcmodule.c, clear_freelists: what a full collection does at its end. */
void kind_clear_free_lists(struct heap *heap);

/* The interpreter's next check (ceval: the eval breaker): a collection that was asked for runs. */
void heap_check_pending(struct heap *heap);

/* The operation that made an object, or asked for it last. */
void heap_set_label(struct heap *heap, ref o, uint32_t label);
uint32_t heap_label(const struct heap *heap, ref o);

/* ---- what it refers to ---------------------------------------------------------------------- */

/* The referents of an object (tp_traverse), to be visited from the last to the first; 0 is nothing.
 */
struct referents {
    const ref *at;
    uint32_t count;
};

#define REFERENTS_ROOM 16 /* the most fields whose order of insertion is known */

struct referents kind_referents(const struct heap *heap, const struct object *object,
                                ref room[REFERENTS_ROOM]);

static inline struct referents referents_of(const struct heap *heap, const struct object *object,
                                            ref room[REFERENTS_ROOM])
{
    if (heap->rules)
        return kind_referents(heap, object, room);
    return (struct referents){object->field, object->fields};
}

/* The field that its i-th referent is in, or FIELD_DICT, of its __dict__. */
#define FIELD_DICT UINT32_MAX
uint32_t kind_referent_field(const struct heap *heap, const struct object *object,
                             const struct referents *referents, uint32_t i);

/* _PyObject_GC_MAY_BE_TRACKED: any object but a tuple that is not tracked. */
static inline bool may_be_tracked(const struct heap *heap, ref o)
{
    return o && (heap_object(heap, o)->kind != KIND_TUPLE || is_tracked(heap, o));
}

/* May a dict or a tuple, by what it refers to, stop being tracked? */
bool kind_holds_atoms_only(const struct heap *heap, ref o);

/* ---- what it holds -------------------------------------------------------------------------- */

/* Deallocation and tp_clear let go what an object holds, one thing after the other: first how many
 * things there are, then each, which the object no longer holds (0: nothing) … and when all have
 * gone. `clearing`: the object stays. */
uint32_t kind_begin_content(struct heap *heap, ref o, bool clearing);
ref kind_take_content(struct heap *heap, ref o, uint32_t left);
void kind_end_content(struct heap *heap, ref o);

/* Does the trashcan count its deallocation? */
bool kind_nests(const struct heap *heap, ref o);

/* ---- fields --------------------------------------------------------------------------------- */

ref kind_load(const struct heap *heap, ref o, uint32_t field);
void kind_store(struct heap *heap, ref o, uint32_t field, ref x, uint32_t label);

/* The __dict__ that an object with attributes has; 0: none. */
ref kind_own_dict(const struct heap *heap, ref o);

/* The __dict__ of an object with attributes, made if there is none: a new reference. */
ref kind_attributes(struct heap *heap, ref o);

/* A new tuple that Python code makes, tracked or not as its version has it, of these items (0: an
 * atom), whose references become its own. */
ref kind_new_tuple(struct heap *heap, const ref *items, uint32_t count, uint32_t bytes);

/* A new object of another kind with empty fields, tracked or not. */
ref kind_new(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes);

#endif
