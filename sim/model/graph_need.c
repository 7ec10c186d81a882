/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/graph_need.h"

/* What the operation is, if what it does, or what becomes of the object, depends on collections;
 * NULL: it does not, or what the objects hold decides. */
static const char *what_collections_decide(const struct op *op)
{
    static const char *const operations[OP_COUNT] = {
        [OP_ATTRS] = "an object's __dict__",    [OP_WEAKREF] = "a weak reference",
        [OP_DEREF] = "a weak reference",        [OP_DEBUG] = "gc.set_debug",
        [OP_ASK_COUNT] = "gc.get_count",        [OP_ASK_TRACKED] = "gc.is_tracked",
        [OP_ASK_FINALIZED] = "gc.is_finalized", [OP_ASK_OBJECTS] = "gc.get_objects",
        [OP_ASK_GARBAGE] = "gc.garbage",        [OP_EMPTY_GARBAGE] = "gc.garbage",
    };
    if (op->code == OP_NEW && op->kind == KIND_LEGACY)
        return "a legacy finalizer";
    if (op->code == OP_FINALIZER && op->mode != FINALIZER_NOOP)
        return "a finalizer";
    return operations[op->code];
}

bool program_needs_graph(const struct op *ops, size_t count, struct graph_need *need)
{
    *need = (struct graph_need){0};
    for (size_t i = 0; i < count; i++) {
        need->what = what_collections_decide(&ops[i]);
        if (need->what)
            return true;
        need->operation += ops[i].code != OP_ITEM;
    }
    return false;
}
