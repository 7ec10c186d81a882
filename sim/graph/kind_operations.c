/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/kind_operations.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/graph/kinds.h"
#include "sim/graph/weakrefs.h"

/* ---- operands ------------------------------------------------------------------------------- */

static bool refuse(struct heap *heap, enum fault_kind kind, uint32_t which, uint32_t allowed)
{
    heap->mutator->fault = (struct fault){.kind = kind, .which = which, .allowed = allowed};
    return false;
}

/* What is in a register, which has to be an object. */
static bool operand(struct heap *heap, uint32_t reg, ref *o)
{
    *o = heap->registers[reg];
    return *o || refuse(heap, FAULT_EMPTY_REGISTER, reg, 0);
}

static bool refuse_kind(struct heap *heap, enum fault_kind fault, uint32_t reg)
{
    heap->mutator->fault = (struct fault){
        .kind = fault, .which = reg, .object = heap_object(heap, heap->registers[reg])->kind};
    return false;
}

/* An object that has a trait. */
static bool operand_with(struct heap *heap, uint32_t reg, enum object_trait trait,
                         enum fault_kind fault, ref *o)
{
    if (!operand(heap, reg, o))
        return false;
    return kind_has(heap_object(heap, *o)->kind, trait) || refuse_kind(heap, fault, reg);
}

static bool operand_with_field(struct heap *heap, uint32_t reg, uint32_t field, ref *o)
{
    if (!operand(heap, reg, o))
        return false;
    uint32_t fields = heap_object(heap, *o)->fields;
    return field < fields || refuse(heap, FAULT_FIELD_RANGE, field, fields);
}

/* A register takes over a reference. */
static void put(struct heap *heap, uint32_t reg, ref o)
{
    ref old = heap->registers[reg];
    heap->registers[reg] = o;
    if (old)
        heap_release(heap, old);
}

static uint32_t label_now(const struct heap *heap)
{
    return (uint32_t)heap->mutator->operation;
}

/* ---- objects and fields --------------------------------------------------------------------- */

static bool note_item(struct heap *heap, uint32_t reg)
{
    heap->items = allocate_grow(heap->items, &heap->items_capacity, heap->item_count + 1,
                                sizeof *heap->items);
    ref o = reg == NO_REGISTER ? 0 : heap->registers[reg];
    heap_object(heap, o)->count++;
    heap->items[heap->item_count++] = o;
    return true;
}

static ref make(struct heap *heap, const struct op *op)
{
    if (op->kind != KIND_TUPLE)
        return kind_new(heap, op->kind, op->b, op->c);
    while (heap->item_count < op->b)
        note_item(heap, NO_REGISTER);
    ref tuple = kind_new_tuple(heap, heap->items, op->b, op->c);
    heap->item_count = 0;
    if (op->mode == TUPLE_BY_C && !is_tracked(heap, tuple))
        heap_track(heap, tuple, 0);
    return tuple;
}

static bool execute_new(struct heap *heap, const struct op *op)
{
    ref o = make(heap, op);
    heap_object(heap, o)->count++;
    heap_set_label(heap, o, label_now(heap));
    heap->held = o;
    heap_check_pending(heap);
    heap->held = 0;
    put(heap, op->a, o);
    return true;
}

/* The interpreter's stack holds both while the old content goes. */
static bool execute_store(struct heap *heap, const struct op *op, ref x)
{
    ref o;
    if (!operand_with_field(heap, op->a, op->b, &o))
        return false;
    uint32_t kind = heap_object(heap, o)->kind;
    if (kind_has(kind, TRAIT_IMMUTABLE))
        return refuse_kind(heap, FAULT_IMMUTABLE, op->a);
    if (kind == KIND_SET && x && !kind_has(heap_object(heap, x)->kind, TRAIT_HASHABLE))
        return refuse_kind(heap, FAULT_NOT_HASHABLE, op->c);
    heap_object(heap, o)->count++;
    heap_object(heap, x)->count++;
    kind_store(heap, o, op->b, x, label_now(heap));
    if (x)
        heap_release(heap, x);
    heap_release(heap, o);
    return true;
}

static bool execute_load(struct heap *heap, const struct op *op)
{
    ref o;
    if (!operand_with_field(heap, op->b, op->c, &o))
        return false;
    heap_assign(heap, &heap->registers[op->a], kind_load(heap, o, op->c));
    return true;
}

static bool execute_attributes(struct heap *heap, const struct op *op)
{
    ref o;
    if (!operand_with(heap, op->b, TRAIT_ATTRIBUTES, FAULT_NO_ATTRIBUTES, &o))
        return false;
    ref dict = kind_attributes(heap, o);
    heap_check_pending(heap);
    heap_set_label(heap, dict, label_now(heap));
    put(heap, op->a, dict);
    return true;
}

/* ---- weak references and finalizers --------------------------------------------------------- */

static bool execute_weakref(struct heap *heap, const struct op *op)
{
    ref o;
    if (!operand_with(heap, op->b, TRAIT_WEAK, FAULT_NO_WEAK_REFERENCES, &o))
        return false;
    ref weakref = weakref_new(heap, o, (enum callback_mode)op->mode, op->a);
    heap_set_label(heap, weakref, label_now(heap));
    heap_check_pending(heap);
    put(heap, op->a, weakref);
    return true;
}

static bool execute_deref(struct heap *heap, const struct op *op)
{
    ref weakref;
    if (!operand(heap, op->b, &weakref))
        return false;
    if (heap_object(heap, weakref)->kind != KIND_WEAKREF)
        return refuse_kind(heap, FAULT_NOT_WEAK_REFERENCE, op->b);
    heap_assign(heap, &heap->registers[op->a], weakref_target(heap, weakref));
    return true;
}

static bool execute_finalizer(struct heap *heap, const struct op *op)
{
    ref o;
    if (!operand_with(heap, op->a, TRAIT_DEL, FAULT_NO_FINALIZER, &o))
        return false;
    if (op->mode == FINALIZER_FIELD && !operand_with_field(heap, op->a, op->c, &o))
        return false;
    heap->finalizers = allocate_grow(heap->finalizers, &heap->finalizer_capacity,
                                     heap->finalizer_count + 1, sizeof *heap->finalizers);
    heap->finalizers[heap->finalizer_count++] =
        (struct finalizer){(enum finalizer_mode)op->mode, op->b, op->c};
    *finalizer_slot(heap, heap_object(heap, o)) = (ref)heap->finalizer_count;
    return true;
}

/* ---- questions to module gc ----------------------------------------------------------------- */

static bool answer(struct heap *heap, struct gc_event event)
{
    if (heap->mutator->tell)
        heap->mutator->tell(heap->mutator, &event);
    return true;
}

/* The answer is a tuple, of C code's making: tracked in every version. */
static bool ask_count(struct heap *heap)
{
    struct gc_event event = {.kind = GC_EVENT_COUNT};
    memcpy(event.count, heap->mutator->collector.count, sizeof event.count);
    ref tuple = kind_allocate(heap, KIND_TUPLE, GENERATIONS, object_bytes(KIND_TUPLE, GENERATIONS));
    heap_object(heap, tuple)->count++;
    heap_track(heap, tuple, 0);
    heap->held = tuple;
    heap_check_pending(heap);
    heap->held = 0;
    heap_release(heap, tuple);
    return answer(heap, event);
}

static bool ask_tracked(struct heap *heap, uint32_t reg)
{
    ref o;
    return operand(heap, reg, &o) &&
           answer(heap, (struct gc_event){.kind = GC_EVENT_TRACKED, .answer = is_tracked(heap, o)});
}

static bool ask_finalized(struct heap *heap, uint32_t reg)
{
    ref o;
    struct gc_event event = {.kind = GC_EVENT_FINALIZED, .answer = ANSWER_NONE};
    if (!operand(heap, reg, &o))
        return false;
    struct object *object = heap_object(heap, o);
    if (heap->rules->knows_finalized)
        event.answer = kind_has(object->kind, TRAIT_DEL) && *finalized_slot(heap, object);
    return answer(heap, event);
}

static bool is_asked_for(uint32_t generation, uint32_t asked)
{
    return asked == ALL_GENERATIONS || asked == generation;
}

/* gc.get_objects(): a list that holds them, and is not in itself. */
static ref list_objects(struct heap *heap, uint32_t asked)
{
    size_t count = 0;
    kind_count_birth(heap, KIND_LIST, 0);
    for (uint32_t g = 0; g < GENERATIONS; g++)
        count += is_asked_for(g, asked) ? heap->generations[g].count : 0;
    ref list = heap_allocate_untracked(heap, KIND_LIST, (uint32_t)count,
                                       object_bytes(KIND_LIST, (uint32_t)count));
    ref *item = heap_object(heap, list)->field;
    for (uint32_t g = 0; g < GENERATIONS; g++)
        for (size_t i = 0; is_asked_for(g, asked) && i < heap->generations[g].used; i++)
            if (heap->generations[g].objects[i])
                *item++ = heap->generations[g].objects[i];
    for (uint32_t i = 0; i < count; i++)
        heap_object(heap, heap_object(heap, list)->field[i])->count++;
    heap_object(heap, list)->count++;
    heap_set_label(heap, list, LABEL_NONE);
    heap_track(heap, list, 0);
    return list;
}

static bool answer_labels(struct heap *heap, enum gc_event_kind kind, const ref *objects,
                          size_t count, ref held)
{
    uint32_t *labels = allocate_zeroed(count + 1, sizeof *labels);
    for (size_t i = 0; i < count; i++)
        labels[i] = heap_label(heap, objects[i]);
    if (held)
        heap_release(heap, held);
    answer(heap, (struct gc_event){.kind = kind, .labels = labels, .label_count = count});
    free(labels);
    return true;
}

static bool ask_objects(struct heap *heap, uint32_t asked)
{
    ref list = list_objects(heap, asked);
    heap->held = list;
    heap_check_pending(heap);
    heap->held = 0;
    const struct object *object = heap_object(heap, list);
    return answer_labels(heap, GC_EVENT_OBJECTS, object->field, object->fields, list);
}

static bool empty_garbage(struct heap *heap)
{
    ref *garbage = heap->garbage;
    size_t count = heap->garbage_count;
    heap->garbage = NULL;
    heap->garbage_count = heap->garbage_capacity = 0;
    while (count)
        heap_release(heap, garbage[--count]);
    free(garbage);
    return true;
}

static bool ask(struct heap *heap, const struct op *op)
{
    switch ((enum op_code)op->code) {
    case OP_ASK_COUNT:
        return ask_count(heap);
    case OP_ASK_TRACKED:
        return ask_tracked(heap, op->a);
    case OP_ASK_FINALIZED:
        return ask_finalized(heap, op->a);
    case OP_ASK_OBJECTS:
        return ask_objects(heap, op->a);
    case OP_ASK_GARBAGE:
        return answer_labels(heap, GC_EVENT_GARBAGE, heap->garbage, heap->garbage_count, 0);
    default: /* OP_EMPTY_GARBAGE */
        return empty_garbage(heap);
    }
}

bool kind_execute(struct heap *heap, const struct op *op)
{
    switch ((enum op_code)op->code) {
    case OP_ITEM:
        return note_item(heap, op->a);
    case OP_NEW:
        return execute_new(heap, op);
    case OP_STORE:
        return execute_store(heap, op, heap->registers[op->c]);
    case OP_CLEAR:
        return execute_store(heap, op, 0);
    case OP_LOAD:
        return execute_load(heap, op);
    case OP_COPY:
        heap_assign(heap, &heap->registers[op->a], heap->registers[op->b]);
        return true;
    case OP_DROP:
        heap_assign(heap, &heap->registers[op->a], 0);
        return true;
    case OP_ATTRS:
        return execute_attributes(heap, op);
    case OP_WEAKREF:
        return execute_weakref(heap, op);
    case OP_DEREF:
        return execute_deref(heap, op);
    case OP_FINALIZER:
        return execute_finalizer(heap, op);
    case OP_DEBUG:
        heap->debug = op->a;
        return true;
    default:
        return ask(heap, op);
    }
}
