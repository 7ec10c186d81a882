/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kinds of container an operation can allocate: what each is in Python, what programs may do
 * with it, and what it costs. What CPython does with a kind is the graph engine's (sim/graph/). */
#ifndef PYGCSIM_SIM_MODEL_OBJECT_KIND_H
#define PYGCSIM_SIM_MODEL_OBJECT_KIND_H

#include <stdbool.h>
#include <stdint.h>

/* Kinds that take the same memory and the same time: what cost files tell apart
 * (sim/model/cost_file.h), and all that is counted of many objects. */
enum cost_class {
    COST_LIST_SUBCLASS,
    COST_LIST,
    COST_DICT,
    COST_INSTANCE,
    COST_TUPLE,
    COST_CLASSES
};
extern const char *const cost_class_names[COST_CLASSES + 1]; /* ends with NULL */

/* Of a container: its bytes, the collector's header of 16 bytes included: `base` and so many a
 * reference (sys.getsizeof on 64-bit CPython 3.11: a list is 56 + 8 n, a tuple 40 + 8 n; dict and
 * instance are straight lines through their steps). What the references lead to is not included.
 * And how many references to payload it has besides its fields, on average in real programs:
 * strings, numbers and the like, which the collector does not track. */
struct object_layout {
    uint32_t base, field;
    double payload_references;
};
extern const struct object_layout object_layouts[COST_CLASSES];

/* X(identifier, word in heap scripts, tp_name, cost class, most fields, traits). A cost class is
 * the nearest of those that were measured. */
#define OBJECT_KINDS_TABLE(X)                                                                      \
    X(SLOTS, "slots", "Slots", COST_LIST_SUBCLASS, FIELDS_ANY, TRAIT_WEAK | TRAIT_HASHABLE)        \
    X(LIST, "list", "list", COST_LIST, FIELDS_ANY, 0)                                              \
    X(DICT, "dict", "dict", COST_DICT, FIELDS_ANY, 0)                                              \
    X(INSTANCE, "inst", "Inst", COST_INSTANCE, FIELDS_ANY,                                         \
      TRAIT_WEAK | TRAIT_HASHABLE | TRAIT_ATTRIBUTES)                                              \
    X(TUPLE, "tuple", "tuple", COST_TUPLE, FIELDS_ANY, TRAIT_IMMUTABLE)                            \
    X(SLOTS_DEL, "slots-del", "SlotsDel", COST_LIST_SUBCLASS, FIELDS_ANY,                          \
      TRAIT_WEAK | TRAIT_HASHABLE | TRAIT_DEL)                                                     \
    X(INSTANCE_DEL, "inst-del", "InstDel", COST_INSTANCE, FIELDS_ANY,                              \
      TRAIT_WEAK | TRAIT_HASHABLE | TRAIT_ATTRIBUTES | TRAIT_DEL)                                  \
    X(LEGACY, "legacy", "Legacy", COST_LIST_SUBCLASS, FIELDS_ANY, TRAIT_WEAK | TRAIT_HASHABLE)     \
    X(SET, "set", "set", COST_DICT, 1, TRAIT_WEAK)                                                 \
    X(CELL, "cell", "cell", COST_TUPLE, 1, 0)                                                      \
    X(FUNCTION, "func", "function", COST_INSTANCE, 2, TRAIT_WEAK | TRAIT_HASHABLE)                 \
    X(EXCEPTION, "exc", "Exception", COST_INSTANCE, FIELDS_ANY, TRAIT_HASHABLE | TRAIT_ATTRIBUTES) \
    X(WEAKREF, NULL, "weakref", COST_TUPLE, 0, 0)

enum object_kind {
#define X(name, word, type, cost, fields, traits) KIND_##name,
    OBJECT_KINDS_TABLE(X)
#undef X
        OBJECT_KINDS
};

enum object_trait {
    TRAIT_WEAK = 1,       /* weak references may refer to it */
    TRAIT_HASHABLE = 2,   /* may be a member of a set */
    TRAIT_ATTRIBUTES = 4, /* its fields are attributes: it has, or may have, a __dict__ */
    TRAIT_IMMUTABLE = 8,  /* its fields are given at birth */
    TRAIT_DEL = 16,       /* has a finalizer, __del__ */
};

#define FIELDS_ANY UINT32_MAX

struct object_kind_facts {
    const char *word; /* in heap scripts; NULL: no operation `new` makes one */
    const char *type; /* tp_name: what debug output calls it (a weak reference: the version's) */
    uint32_t fields_most;
    unsigned traits;
};
extern const struct object_kind_facts object_kinds[OBJECT_KINDS];

/* Apart from the other facts: of a kind that is known, the compiler has it beforehand. */
static inline enum cost_class cost_class_of(uint32_t kind)
{
    static const uint8_t classes[OBJECT_KINDS] = {
#define X(name, word, type, cost, fields, traits) [KIND_##name] = cost,
        OBJECT_KINDS_TABLE(X)
#undef X
    };
    return (enum cost_class)classes[kind];
}

static inline bool kind_has(uint32_t kind, enum object_trait trait)
{
    return object_kinds[kind].traits & trait;
}

static inline uint32_t object_bytes(enum object_kind kind, uint32_t fields)
{
    const struct object_layout *layout = &object_layouts[cost_class_of(kind)];
    return layout->base + layout->field * fields;
}

#endif
