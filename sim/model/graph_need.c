/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/graph_need.h"

/* What the operation is, if it is more than containers that are tracked from birth to death,
 * counted at both, and change only by operations on them; NULL if that is all. */
static const char *more_than_containers(const struct op *op)
{
    static const char *const operations[OP_COUNT] = {
        [OP_ITEM] = "a tuple",
        [OP_ATTRS] = "an object's __dict__",
        [OP_WEAKREF] = "a weak reference",
        [OP_DEREF] = "a weak reference",
        [OP_FINALIZER] = "a finalizer",
        [OP_DEBUG] = "gc.set_debug",
        [OP_ASK_COUNT] = "gc.get_count",
        [OP_ASK_TRACKED] = "gc.is_tracked",
        [OP_ASK_FINALIZED] = "gc.is_finalized",
        [OP_ASK_OBJECTS] = "gc.get_objects",
        [OP_ASK_GARBAGE] = "gc.garbage",
        [OP_EMPTY_GARBAGE] = "gc.garbage",
    };
    static const char *const kinds[OBJECT_KINDS] = {
        [KIND_LIST] = "a list",
        [KIND_DICT] = "a dict",
        [KIND_INSTANCE] = "an instance",
        [KIND_TUPLE] = "a tuple",
        [KIND_SLOTS_DEL] = "a finalizer",
        [KIND_INSTANCE_DEL] = "a finalizer",
        [KIND_LEGACY] = "a legacy finalizer",
        [KIND_SET] = "a set",
        [KIND_CELL] = "a cell",
        [KIND_FUNCTION] = "a function",
        [KIND_EXCEPTION] = "an exception",
    };
    return op->code == OP_NEW ? kinds[op->kind] : operations[op->code];
}

bool program_needs_graph(const struct op *ops, size_t count, struct graph_need *need)
{
    *need = (struct graph_need){0};
    for (size_t i = 0; i < count; i++) {
        need->what = more_than_containers(&ops[i]);
        if (need->what)
            return true;
        need->operation += ops[i].code != OP_ITEM;
    }
    return false;
}
