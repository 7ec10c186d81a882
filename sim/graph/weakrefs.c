/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/weakrefs.h"

#include "sim/graph/kinds.h"

static ref *slots_of(const struct heap *heap, ref weakref)
{
    struct object *object = heap_object(heap, weakref);
    return &object->field[object->fields];
}

/* weakrefobject.h, PyWeakref_GET_OBJECT: nothing, too, while what it refers to is dying. */
ref weakref_target(const struct heap *heap, ref weakref)
{
    ref target = slots_of(heap, weakref)[WEAKREF_TARGET];
    return target && heap_object(heap, target)->count ? target : 0;
}

bool weakref_has_callback(const struct heap *heap, ref weakref)
{
    return slots_of(heap, weakref)[WEAKREF_MODE] != CALLBACK_NONE;
}

ref weakrefs_first(const struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    return heap->rules && kind_has(object->kind, TRAIT_WEAK) ? *weakrefs_slot(object) : 0;
}

ref weakrefs_next(const struct heap *heap, ref weakref)
{
    return slots_of(heap, weakref)[WEAKREF_NEXT];
}

void weakref_clear(struct heap *heap, ref weakref)
{
    ref *slots = slots_of(heap, weakref);
    ref target = slots[WEAKREF_TARGET], next = slots[WEAKREF_NEXT];
    if (!target)
        return;
    if (slots[WEAKREF_PREVIOUS])
        slots_of(heap, slots[WEAKREF_PREVIOUS])[WEAKREF_NEXT] = next;
    else
        *weakrefs_slot(heap_object(heap, target)) = next;
    if (next)
        slots_of(heap, next)[WEAKREF_PREVIOUS] = slots[WEAKREF_PREVIOUS];
    slots[WEAKREF_TARGET] = slots[WEAKREF_NEXT] = slots[WEAKREF_PREVIOUS] = 0;
}

/* Behind `previous`; 0: at the head. */
static void insert(struct heap *heap, ref weakref, ref target, ref previous)
{
    ref *head = weakrefs_slot(heap_object(heap, target)), *slots = slots_of(heap, weakref);
    ref next = previous ? weakrefs_next(heap, previous) : *head;
    slots[WEAKREF_TARGET] = target;
    slots[WEAKREF_PREVIOUS] = previous;
    slots[WEAKREF_NEXT] = next;
    if (previous)
        slots_of(heap, previous)[WEAKREF_NEXT] = weakref;
    else
        *head = weakref;
    if (next)
        slots_of(heap, next)[WEAKREF_PREVIOUS] = weakref;
}

/* The one without callback, which is the first; 0: there is none. */
static ref plain_weakref(const struct heap *heap, ref target)
{
    ref first = weakrefs_first(heap, target);
    return first && !weakref_has_callback(heap, first) ? first : 0;
}

static ref make(struct heap *heap, ref target, enum callback_mode mode, uint32_t reg)
{
    ref weakref = kind_allocate(heap, KIND_WEAKREF, 0, object_bytes(KIND_WEAKREF, 0));
    ref *slots = slots_of(heap, weakref);
    slots[WEAKREF_MODE] = mode;
    slots[WEAKREF_REGISTER] = reg;
    heap_track(heap, weakref, 0);
    insert(heap, weakref, target, mode == CALLBACK_NONE ? 0 : plain_weakref(heap, target));
    return weakref;
}

/* call.c, _PyObject_MakeTpCall: the arguments are a tuple, which dies as the call returns. */
ref weakref_new(struct heap *heap, ref target, enum callback_mode mode, uint32_t reg)
{
    const ref items[] = {target, 0};
    heap_object(heap, target)->count++;
    uint32_t count = mode == CALLBACK_NONE ? 1 : 2;
    ref arguments = kind_new_tuple(heap, items, count, object_bytes(KIND_TUPLE, count));
    heap_object(heap, arguments)->count++;
    ref weakref = mode == CALLBACK_NONE ? plain_weakref(heap, target) : 0;
    if (!weakref)
        weakref = make(heap, target, mode, reg);
    heap_object(heap, weakref)->count++;
    heap_release(heap, arguments);
    return weakref;
}

/* ---- code that runs ------------------------------------------------------------------------- */

static void tell(struct heap *heap, enum gc_event_kind kind, ref o)
{
    struct gc_event event = {.kind = kind, .of = heap_label(heap, o)};
    if (heap->mutator && heap->mutator->tell)
        heap->mutator->tell(heap->mutator, &event);
}

void run_callback(struct heap *heap, ref weakref)
{
    heap_check_pending(heap);
    tell(heap, GC_EVENT_CALLBACK, weakref);
    const ref *slots = slots_of(heap, weakref);
    ref *reg = &heap->registers[slots[WEAKREF_REGISTER]];
    if (slots[WEAKREF_MODE] == CALLBACK_DROP && *reg == weakref)
        heap_assign(heap, reg, 0);
}

bool has_finalizer_left(const struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    return heap->rules && kind_has(object->kind, TRAIT_DEL) && !*finalized_slot(heap, object);
}

/* What the weak reference in a register refers to; 0: there is none, or it is dead. */
static ref target_of_register(const struct heap *heap, uint32_t reg)
{
    ref weakref = heap->registers[reg];
    bool is_one = weakref && heap_object(heap, weakref)->kind == KIND_WEAKREF;
    return is_one ? weakref_target(heap, weakref) : 0;
}

/* What it would put into its register. */
static ref brought_back(const struct heap *heap, ref o, const struct finalizer *finalizer)
{
    switch (finalizer->mode) {
    case FINALIZER_SELF:
        return o;
    case FINALIZER_FIELD:
        return kind_load(heap, o, finalizer->b);
    case FINALIZER_WEAK:
        return target_of_register(heap, finalizer->b);
    default:
        return 0;
    }
}

void run_finalizer(struct heap *heap, ref o)
{
    *finalized_slot(heap, heap_object(heap, o)) = true;
    heap_check_pending(heap);
    tell(heap, GC_EVENT_FINALIZER, o);
    uint32_t number = *finalizer_slot(heap, heap_object(heap, o));
    if (!number)
        return;
    const struct finalizer *finalizer = &heap->finalizers[number - 1];
    ref *reg = &heap->registers[finalizer->a];
    if (finalizer->mode != FINALIZER_NOOP && !*reg)
        heap_assign(heap, reg, brought_back(heap, o, finalizer));
}

/* ---- death by reference count --------------------------------------------------------------- */

static void clear_and_call(struct heap *heap, ref weakref)
{
    weakref_clear(heap, weakref);
    if (heap_object(heap, weakref)->count)
        run_callback(heap, weakref);
}

/* Many callbacks: their weak references are held by a tuple, in every other item, until all have
 * run. */
static void call_from_tuple(struct heap *heap, ref o, uint32_t count)
{
    ref tuple = kind_allocate(heap, KIND_TUPLE, 2 * count, object_bytes(KIND_TUPLE, 2 * count));
    ref weakref;
    heap_object(heap, tuple)->count++;
    heap_track(heap, tuple, 0);
    for (uint32_t i = 0; (weakref = weakrefs_first(heap, o)); i++) {
        weakref_clear(heap, weakref);
        if (!heap_object(heap, weakref)->count)
            continue;
        heap_object(heap, weakref)->count++;
        heap_object(heap, tuple)->field[2 * i] = weakref;
    }
    for (uint32_t i = 0; i < count; i++)
        if ((weakref = heap_object(heap, tuple)->field[2 * i]))
            run_callback(heap, weakref);
    heap_release(heap, tuple);
}

void weakrefs_die(struct heap *heap, ref o)
{
    uint32_t count = 0;
    while (plain_weakref(heap, o))
        weakref_clear(heap, plain_weakref(heap, o));
    for (ref weakref = weakrefs_first(heap, o); weakref; weakref = weakrefs_next(heap, weakref))
        count++;
    if (count == 0)
        return;
    if (count < heap->rules->callbacks_in_tuple)
        clear_and_call(heap, weakrefs_first(heap, o));
    else
        call_from_tuple(heap, o, count);
}
