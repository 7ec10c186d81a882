/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/kinds.h"

#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/array.h"
#include "sim/model/program.h"

void heap_give_kinds(struct heap *heap, const struct object_rules *rules)
{
    heap->rules = rules;
}

/* ---- hidden slots --------------------------------------------------------------------------- */

/* A dict's: in which order its keys have come, four bits each; how many there are, or IN_ORDER if
 * they are those of its fields, in their order; and the instance whose values it points at, not
 * counted (0: it has its own). */
enum { DICT_ORDER, DICT_ORDER_HIGH, DICT_KEYS, DICT_OWNER, DICT_SLOTS };

#define IN_ORDER UINT32_MAX

/* An instance's, behind that of its weak references: its dict, and whether values are no longer
 * with it (from 3.13 on). An exception's: its dict. */
enum { ATTRIBUTES_DICT, VALUES_GONE };

uint32_t hidden_slots(const struct heap *heap, uint32_t kind)
{
    static const uint8_t slots[OBJECT_KINDS] = {
        [KIND_SLOTS] = 1,        [KIND_SLOTS_DEL] = 3,
        [KIND_LEGACY] = 1,       [KIND_DICT] = DICT_SLOTS,
        [KIND_SET] = 1,          [KIND_INSTANCE] = 3,
        [KIND_INSTANCE_DEL] = 5, [KIND_FUNCTION] = 1,
        [KIND_EXCEPTION] = 1,    [KIND_WEAKREF] = WEAKREF_REGISTER + 1,
    };
    return heap->rules ? slots[kind] : 0;
}

static ref *dict_slots(struct object *dict)
{
    return &dict->field[dict->fields];
}

static ref *attribute_slots(struct object *object)
{
    return &object->field[object->fields + kind_has(object->kind, TRAIT_WEAK)];
}

static ref dict_of(const struct heap *heap, ref o)
{
    return attribute_slots(heap_object(heap, o))[ATTRIBUTES_DICT];
}

ref kind_own_dict(const struct heap *heap, ref o)
{
    bool may_have = heap->rules && kind_has(heap_object(heap, o)->kind, TRAIT_ATTRIBUTES);
    return may_have ? dict_of(heap, o) : 0;
}

static bool is_instance(uint32_t kind)
{
    return kind == KIND_INSTANCE || kind == KIND_INSTANCE_DEL;
}

static bool values_gone(struct object *instance)
{
    return attribute_slots(instance)[VALUES_GONE];
}

/* ---- labels and names ----------------------------------------------------------------------- */

void heap_set_label(struct heap *heap, ref o, uint32_t label)
{
    heap->labels =
        array_grow(heap->labels, &heap->labels_capacity, heap_gc_refs(o) + 1, sizeof *heap->labels);
    heap->labels[heap_gc_refs(o)] = label;
}

uint32_t heap_label(const struct heap *heap, ref o)
{
    return heap_gc_refs(o) < heap->labels_capacity ? heap->labels[heap_gc_refs(o)] : LABEL_NONE;
}

const char *kind_type(const struct heap *heap, ref o)
{
    uint32_t kind = heap_object(heap, o)->kind;
    return kind == KIND_WEAKREF ? heap->rules->weakref_type : object_kinds[kind].type;
}

/* ---- free lists ----------------------------------------------------------------------------- */

enum { LISTS_FREE, DICTS_FREE, TUPLES_FREE }; /* the last: of one item, and so on */

#define NO_FREE_LIST UINT32_MAX

static uint32_t free_list_of(const struct heap *heap, enum object_kind kind, uint32_t fields)
{
    if (kind == KIND_LIST)
        return LISTS_FREE;
    if (kind == KIND_DICT)
        return DICTS_FREE;
    if (kind == KIND_TUPLE && fields >= 1 && fields <= heap->rules->tuple_sizes)
        return TUPLES_FREE + fields - 1;
    return NO_FREE_LIST;
}

static bool is_taken_from(const struct heap *heap, uint32_t free_list)
{
    return !(heap->rules->keeps_largest_tuples &&
             free_list == TUPLES_FREE + heap->rules->tuple_sizes - 1u);
}

static void allocation_counts(struct heap *heap)
{
    struct mutator *mutator = heap->mutator;
    if (!mutator || !collector_allocated(&mutator->collector) || mutator->collector.collecting)
        return;
    if (mutator->collector.version->kind == COLLECTS_IN_ALLOCATION)
        mutator->collect_automatically(mutator);
    else
        heap->scheduled = true;
}

void heap_check_pending(struct heap *heap)
{
    struct mutator *mutator = heap->mutator;
    if (!heap->scheduled)
        return;
    heap->scheduled = false;
    if (mutator->collector.enabled && !mutator->collector.collecting)
        mutator->collect_automatically(mutator);
}

void kind_count_birth(struct heap *heap, enum object_kind kind, uint32_t fields)
{
    uint32_t list = free_list_of(heap, kind, fields);
    if (list != NO_FREE_LIST && heap->free_lists[list] && is_taken_from(heap, list))
        heap->free_lists[list]--;
    else
        allocation_counts(heap);
}

ref kind_allocate(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes)
{
    kind_count_birth(heap, kind, fields);
    ref o = heap_allocate_untracked(heap, kind, fields, bytes);
    heap_set_label(heap, o, LABEL_NONE);
    return o;
}

static void deallocations_count(struct heap *heap, uint32_t count)
{
    if (heap->mutator)
        collector_freed(&heap->mutator->collector, count);
}

void kind_free(struct heap *heap, enum object_kind kind, uint32_t fields)
{
    uint32_t list = free_list_of(heap, kind, fields);
    uint32_t most = list >= TUPLES_FREE ? FREE_LISTS_TUPLES : FREE_LISTS_OTHERS;
    if (list != NO_FREE_LIST && heap->free_lists[list] < most)
        heap->free_lists[list]++;
    else
        deallocations_count(heap, 1);
}

void kind_clear_free_lists(struct heap *heap)
{
    for (uint32_t list = 0; list < TUPLES_FREE + TUPLE_SIZES_MOST; list++) {
        deallocations_count(heap, heap->free_lists[list]);
        heap->free_lists[list] = 0;
    }
}

/* ---- dicts ---------------------------------------------------------------------------------- */

/* Where the values are: in the dict, or in the instance that it belongs to. */
static struct object *values_of(const struct heap *heap, struct object *dict)
{
    ref owner = dict_slots(dict)[DICT_OWNER];
    return owner ? heap_object(heap, owner) : dict;
}

static bool keeps_order(struct object *dict)
{
    return dict->fields <= REFERENTS_ROOM && dict_slots(dict)[DICT_KEYS] != IN_ORDER;
}

static uint32_t keys_of(struct object *dict)
{
    return keeps_order(dict) ? dict_slots(dict)[DICT_KEYS] : dict->fields;
}

/* The field that is its i-th key. */
static uint32_t key_at(struct object *dict, uint32_t i)
{
    return keeps_order(dict) ? dict_slots(dict)[DICT_ORDER + i / 8] >> (i % 8 * 4) & 15 : i;
}

/* A key comes to the end, unless it is there. */
static void add_key(struct object *dict, uint32_t field)
{
    ref *slots = dict_slots(dict);
    if (!keeps_order(dict))
        return;
    for (uint32_t i = 0; i < slots[DICT_KEYS]; i++)
        if (key_at(dict, i) == field)
            return;
    uint32_t i = slots[DICT_KEYS]++;
    slots[DICT_ORDER + i / 8] &= ~(UINT32_C(15) << (i % 8 * 4));
    slots[DICT_ORDER + i / 8] |= field << (i % 8 * 4);
}

/* dictobject.c, MAINTAIN_TRACKING and insertdict. */
static void dict_store(struct heap *heap, ref dict, uint32_t field, ref x)
{
    struct object *object = heap_object(heap, dict);
    if (heap->rules->untracks_dicts && !is_tracked(heap, dict) && may_be_tracked(heap, x))
        heap_track(heap, dict, 0);
    add_key(object, field);
    heap_assign(heap, &values_of(heap, object)->field[field], x);
}

static ref new_dict(struct heap *heap, uint32_t fields, uint32_t bytes)
{
    ref dict = kind_allocate(heap, KIND_DICT, fields, bytes);
    if (!heap->rules->untracks_dicts)
        heap_track(heap, dict, 0);
    return dict;
}

/* ---- instances ------------------------------------------------------------------------------ */

static void give_dict(const struct heap *heap, ref o, ref dict)
{
    attribute_slots(heap_object(heap, o))[ATTRIBUTES_DICT] = dict;
    heap_object(heap, dict)->count++;
}

static ref new_dict_of(struct heap *heap, ref o)
{
    uint32_t fields = heap_object(heap, o)->fields;
    return new_dict(heap, fields, object_bytes(KIND_DICT, fields));
}

static bool some_may_be_tracked(const struct heap *heap, const struct object *object)
{
    for (uint32_t f = 0; f < object->fields; f++)
        if (may_be_tracked(heap, object->field[f]))
            return true;
    return false;
}

/* dictobject.c, make_dict_from_instance_attributes. */
static void make_dict_of_values(struct heap *heap, ref o)
{
    const struct object *instance = heap_object(heap, o);
    bool tracked = !heap->rules->untracks_dicts || some_may_be_tracked(heap, instance);
    ref dict =
        kind_allocate(heap, KIND_DICT, instance->fields, object_bytes(KIND_DICT, instance->fields));
    struct object *made = heap_object(heap, dict), *owner = heap_object(heap, o);
    dict_slots(made)[DICT_KEYS] = IN_ORDER;
    if (heap->rules->attributes == ATTRIBUTES_MOVE) {
        memcpy(made->field, owner->field, owner->fields * sizeof(ref));
        memset(owner->field, 0, owner->fields * sizeof(ref));
    } else {
        dict_slots(made)[DICT_OWNER] = o;
    }
    if (tracked)
        heap_track(heap, dict, 0);
    give_dict(heap, o, dict);
}

static bool has_values(const struct heap *heap, ref o)
{
    return is_instance(heap_object(heap, o)->kind) && heap->rules->attributes != ATTRIBUTES_IN_DICT;
}

/* dictobject.c, ensure_managed_dict. An instance whose values a collection has cleared, and which
 * the program can reach all the same (3.13), has an empty one. */
static ref make_dict(struct heap *heap, ref o)
{
    bool shares_keys = has_values(heap, o);
    if (shares_keys && !values_gone(heap_object(heap, o))) {
        make_dict_of_values(heap, o);
        return dict_of(heap, o);
    }
    ref dict = new_dict_of(heap, o);
    if (shares_keys)
        dict_slots(heap_object(heap, dict))[DICT_KEYS] = IN_ORDER;
    give_dict(heap, o, dict);
    return dict;
}

ref kind_attributes(struct heap *heap, ref o)
{
    ref dict = dict_of(heap, o);
    if (!dict)
        dict = make_dict(heap, o);
    heap_object(heap, dict)->count++;
    return dict;
}

/* Is what the dict of an instance says what the instance has? */
static bool dict_has_values(const struct heap *heap, ref o)
{
    if (!has_values(heap, o))
        return true;
    if (heap->rules->attributes == ATTRIBUTES_MOVE)
        return dict_of(heap, o);
    return values_gone(heap_object(heap, o));
}

static void attribute_store(struct heap *heap, ref o, uint32_t field, ref x, uint32_t label)
{
    bool in_values = has_values(heap, o);
    ref dict = dict_of(heap, o);
    if (in_values && !(dict ? dict_has_values(heap, o) : values_gone(heap_object(heap, o)))) {
        heap_assign(heap, &heap_object(heap, o)->field[field], x);
        return;
    }
    if (!dict) /* _PyObjectDict_SetItem */
        dict = make_dict(heap, o);
    dict_store(heap, dict, field, x);
    heap_check_pending(heap);
    if (!in_values)
        heap_set_label(heap, dict, label);
}

/* dictobject.c, _PyDict_DetachFromObject: the dict of a dying instance takes its values. */
static void detach(struct heap *heap, ref o)
{
    struct object *owner = heap_object(heap, o), *dict = heap_object(heap, dict_of(heap, o));
    if (!dict_slots(dict)[DICT_OWNER])
        return;
    memcpy(dict->field, owner->field, owner->fields * sizeof(ref));
    memset(owner->field, 0, owner->fields * sizeof(ref));
    dict_slots(dict)[DICT_OWNER] = 0;
    attribute_slots(owner)[VALUES_GONE] = true;
}

/* ---- what it refers to ---------------------------------------------------------------------- */

/* Fields that are visited from the first to the last. */
static struct referents turned(const struct object *object, ref room[REFERENTS_ROOM])
{
    uint32_t count = object->fields;
    if (count > REFERENTS_ROOM)
        return (struct referents){object->field, count};
    for (uint32_t i = 0; i < count; i++)
        room[count - 1 - i] = object->field[i];
    return (struct referents){room, count};
}

static struct referents dict_referents(const struct heap *heap, struct object *dict,
                                       ref room[REFERENTS_ROOM])
{
    bool owned = dict_slots(dict)[DICT_OWNER];
    if (owned && heap->rules->attributes == ATTRIBUTES_HIDE_DICT)
        return (struct referents){0};
    if (!keeps_order(dict))
        return turned(values_of(heap, dict), room);
    uint32_t count = keys_of(dict);
    for (uint32_t i = 0; i < count; i++)
        room[count - 1 - i] = dict->field[key_at(dict, i)];
    return (struct referents){room, count};
}

static struct referents attributes_referents(const struct heap *heap, struct object *object,
                                             ref room[REFERENTS_ROOM])
{
    ref *dict = &attribute_slots(object)[ATTRIBUTES_DICT];
    const struct referents only_dict = {dict, 1};
    if (!is_instance(object->kind))
        return only_dict;
    switch (heap->rules->attributes) {
    case ATTRIBUTES_IN_DICT:
        return only_dict;
    case ATTRIBUTES_MOVE:
        return *dict ? only_dict : turned(object, room);
    case ATTRIBUTES_HIDE_DICT:
        return values_gone(object) ? only_dict : turned(object, room);
    default:
        return values_gone(object) || *dict ? only_dict : turned(object, room);
    }
}

struct referents kind_referents(const struct heap *heap, const struct object *constant,
                                ref room[REFERENTS_ROOM])
{
    struct object *object =
        (struct object *)constant; /* slots are found in those that change, too */
    if (object->kind == KIND_DICT)
        return dict_referents(heap, object, room);
    if (kind_has(object->kind, TRAIT_ATTRIBUTES))
        return attributes_referents(heap, object, room);
    return (struct referents){object->field, object->fields};
}

uint32_t kind_referent_field(const struct heap *heap, const struct object *constant,
                             const struct referents *referents, uint32_t i)
{
    struct object *object = (struct object *)constant;
    bool in_room = referents->count <= REFERENTS_ROOM;
    if (!heap->rules)
        return i;
    if (object->kind == KIND_DICT && keeps_order(object))
        return key_at(object, referents->count - 1 - i);
    if (kind_has(object->kind, TRAIT_ATTRIBUTES) &&
        referents->at == &attribute_slots(object)[ATTRIBUTES_DICT])
        return FIELD_DICT;
    bool turned = object->kind == KIND_DICT || kind_has(object->kind, TRAIT_ATTRIBUTES);
    return turned && in_room ? referents->count - 1 - i : i;
}

bool kind_holds_atoms_only(const struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    if (object->kind == KIND_DICT)
        object = values_of(heap, object);
    return !some_may_be_tracked(heap, object);
}

/* ---- what it holds -------------------------------------------------------------------------- */

/* Of an instance its values, or else its dict. */
static uint32_t begin_attributes(struct heap *heap, ref o)
{
    bool moves = heap->rules->attributes == ATTRIBUTES_MOVE;
    if (has_values(heap, o) && !values_gone(heap_object(heap, o)) && !(moves && dict_of(heap, o))) {
        if (!dict_of(heap, o))
            return heap_object(heap, o)->fields;
        detach(heap, o);
    }
    return 1;
}

uint32_t kind_begin_content(struct heap *heap, ref o, bool clearing)
{
    struct object *object = heap_object(heap, o);
    if (!heap->rules)
        return object->fields;
    if (kind_has(object->kind, TRAIT_ATTRIBUTES))
        return begin_attributes(heap, o);
    if (object->kind == KIND_DICT) {
        bool owned = dict_slots(object)[DICT_OWNER];
        return owned && !clearing ? 0 : keys_of(object);
    }
    return object->fields;
}

/* Is it the dict that an instance or exception holds? */
static bool holds_dict(const struct heap *heap, ref o)
{
    return !has_values(heap, o) || dict_of(heap, o) || values_gone(heap_object(heap, o));
}

static ref *content_slot(struct heap *heap, ref o, uint32_t left)
{
    struct object *object = heap_object(heap, o);
    if (!heap->rules)
        return &object->field[left - 1];
    if (kind_has(object->kind, TRAIT_ATTRIBUTES))
        return holds_dict(heap, o) ? &attribute_slots(object)[ATTRIBUTES_DICT]
                                   : &object->field[object->fields - left];
    if (object->kind == KIND_DICT)
        return &values_of(heap, object)->field[key_at(object, keys_of(object) - left)];
    return &object->field[left - 1];
}

ref kind_take_content(struct heap *heap, ref o, uint32_t left)
{
    ref *slot = content_slot(heap, o, left), x = *slot;
    *slot = 0;
    return x;
}

void kind_end_content(struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    if (!heap->rules)
        return;
    if (object->kind == KIND_DICT && !dict_slots(object)[DICT_OWNER])
        dict_slots(object)[DICT_KEYS] = 0;
    if (has_values(heap, o) && heap->rules->attributes >= ATTRIBUTES_HIDE_DICT)
        attribute_slots(object)[VALUES_GONE] = true;
}

/* Functions, cells and weak references do without. */
bool kind_nests(const struct heap *heap, ref o)
{
    static const bool nests[OBJECT_KINDS] = {
        [KIND_SLOTS] = true,    [KIND_SLOTS_DEL] = true,    [KIND_LEGACY] = true,
        [KIND_LIST] = true,     [KIND_DICT] = true,         [KIND_TUPLE] = true,
        [KIND_INSTANCE] = true, [KIND_INSTANCE_DEL] = true, [KIND_SET] = true,
    };
    if (!heap->rules || !heap->rules->trashcan_depth)
        return false;
    uint32_t kind = heap_object(heap, o)->kind;
    return nests[kind] || (kind == KIND_EXCEPTION && heap->rules->exceptions_in_trashcan);
}

/* ---- fields --------------------------------------------------------------------------------- */

ref kind_load(const struct heap *heap, ref o, uint32_t field)
{
    struct object *object = heap_object(heap, o);
    if (object->kind == KIND_DICT)
        return values_of(heap, object)->field[field];
    if (!kind_has(object->kind, TRAIT_ATTRIBUTES) || !dict_has_values(heap, o))
        return object->field[field];
    ref dict = dict_of(heap, o);
    return dict ? values_of(heap, heap_object(heap, dict))->field[field] : 0;
}

void kind_store(struct heap *heap, ref o, uint32_t field, ref x, uint32_t label)
{
    struct object *object = heap_object(heap, o);
    if (object->kind == KIND_DICT)
        dict_store(heap, o, field, x);
    else if (kind_has(object->kind, TRAIT_ATTRIBUTES))
        attribute_store(heap, o, field, x, label);
    else if (object->kind == KIND_SET) {
        heap_assign(heap, &object->field[field], 0);
        heap_assign(heap, &heap_object(heap, o)->field[field], x);
    } else
        heap_assign(heap, &object->field[field], x);
}

/* ---- births --------------------------------------------------------------------------------- */

/* tupleobject.c: tuple_alloc and, from 3.14 on, maybe_tracked. */
ref kind_new_tuple(struct heap *heap, const ref *items, uint32_t count, uint32_t bytes)
{
    ref tuple = kind_allocate(heap, KIND_TUPLE, count, bytes);
    bool atoms_only = true;
    for (uint32_t i = 0; i < count; i++) {
        heap_object(heap, tuple)->field[i] = items[i];
        atoms_only = atoms_only && !items[i];
    }
    if (!(atoms_only && heap->rules->makes_untracked_tuples))
        heap_track(heap, tuple, 0);
    return tuple;
}

ref kind_new(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes)
{
    if (kind == KIND_DICT)
        return new_dict(heap, fields, bytes);
    ref o = kind_allocate(heap, kind, fields, bytes);
    heap_track(heap, o, 0);
    return o;
}
