/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The compiler's heap in a program whose objects are what their kinds say. What is known beforehand
 * of them, whatever the policy:
 *   - from which free list an object is born, if there is something in it;
 *   - when the dict of an instance or an exception is born, which is an object of its own;
 *   - when a dict becomes tracked: with the first value that may be;
 *   - which tuples any collection untracks: those of atoms.
 * Where a collection decides what happens to an object later on, the program needs the graph
 * engine, and the compiler gives up.
 *
 * A value *may be tracked* if it is no tuple, or a tuple that is tracked always
 * (_PyObject_GC_MAY_BE_TRACKED); of other tuples it depends on collections. */
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/interval/compiler.h"
#include "sim/model/graph_need.h"
#include "sim/model/machine.h"

#define HIDDEN_WORDS (sizeof(struct node_kind) / sizeof(ref))

void compiler_begin_kinds(struct compiler *compiler)
{
    compiler->hidden = HIDDEN_WORDS;
}

void compiler_give_up(struct compiler *compiler, const char *what)
{
    char place[sizeof compiler->compiled->place];
    stream_locate(&compiler->stream, compiler->round.first + compiler->now - 1, place,
                  sizeof place);
    error_set(&compiler->needs_graph, "%s: %s", place, what);
    attempt_give_up(GRAPH_NEED_LINE, compiler->needs_graph.text);
}

static const struct object_rules *rules(const struct compiler *compiler)
{
    return &compiler->version->objects;
}

static bool is_always_tracked(const struct compiler *compiler, ref o)
{
    if (!o)
        return false;
    const struct node_kind *kind = node_kind_at(compiler, o);
    return kind->kind != KIND_TUPLE || kind->tracking == TRACKED_ALWAYS;
}

/* ---- births ------------------------------------------------------------------------------ */

static uint32_t shape_of(struct compiler *compiler, enum object_kind kind, uint32_t fields,
                         uint32_t bytes, enum tracking tracking)
{
    struct free_list_ends ends = free_list_ends_of(rules(compiler), kind, fields);
    const struct shape shape = {.cost = (uint8_t)cost_class_of(kind),
                                .takes = tracking == TRACKED_LATE ? FREE_LIST_NONE : ends.takes,
                                .gives = ends.gives,
                                .tracking = (uint8_t)tracking,
                                .fields = fields,
                                .bytes = bytes};
    return compiler_shape(compiler, &shape);
}

static ref new_object(struct compiler *compiler, enum object_kind kind, uint32_t shape,
                      uint32_t fields)
{
    uint64_t born = compiler_born(compiler);
    ref o = compiler_new_node(compiler, shape, fields);
    *node_kind_at(compiler, o) =
        (struct node_kind){.born = (uint32_t)born,
                           .born_high = (uint8_t)(born >> 32),
                           .kind = (uint8_t)kind,
                           .tracking = shape_at(compiler, shape)->tracking};
    return o;
}

/* Of a tuple of the items that have been gathered. */
static enum tracking tracking_of_tuple(struct compiler *compiler, bool by_c)
{
    uint32_t tuples = 0, untracked = 0;
    for (size_t i = 0; i < compiler->item_count; i++) {
        ref item = compiler->items[i];
        if (is_always_tracked(compiler, item))
            return TRACKED_ALWAYS;
        tuples += item != 0;
        untracked += item && node_kind_at(compiler, item)->tracking == TRACKED_NEVER;
    }
    if (tuples > untracked)
        compiler_give_up(compiler, "a tuple of tuples that may be untracked");
    return rules(compiler)->makes_untracked_tuples && !tuples && !by_c ? TRACKED_NEVER
                                                                       : TRACKED_ONCE;
}

static enum tracking tracking_at_birth(struct compiler *compiler, const struct op *op)
{
    if (op->kind == KIND_TUPLE)
        return tracking_of_tuple(compiler, op->mode == TUPLE_BY_C);
    return op->kind == KIND_DICT && rules(compiler)->untracks_dicts ? TRACKED_NEVER
                                                                    : TRACKED_ALWAYS;
}

static bool has_attribute_dict(const struct compiler *compiler, enum object_kind kind)
{
    return kind == KIND_EXCEPTION ||
           (kind_has(kind, TRAIT_ATTRIBUTES) && rules(compiler)->attributes == ATTRIBUTES_IN_DICT);
}

static void fill_tuple(struct compiler *compiler, ref tuple)
{
    struct node *node = node_at(compiler, tuple);
    for (uint32_t i = 0; i < node->fields && i < compiler->item_count; i++)
        if ((node->field[i] = compiler->items[i]) != 0)
            node_at(compiler, compiler->items[i])->count++;
    compiler->item_count = 0;
}

static void execute_new(struct compiler *compiler, const struct op *op)
{
    bool owns = has_attribute_dict(compiler, op->kind);
    enum tracking tracking = tracking_at_birth(compiler, op);
    uint32_t shape = shape_of(compiler, op->kind, op->b, op->c, tracking);
    ref o = new_object(compiler, op->kind, shape, owns ? 1 : op->b);
    node_kind_at(compiler, o)->owns = owns;
    node_kind_at(compiler, o)->count = owns ? op->b : 0;
    if (op->kind == KIND_TUPLE)
        fill_tuple(compiler, o);
    compiler_assign(compiler, &compiler->registers[op->a], o);
}

/* ---- fields ------------------------------------------------------------------------------ */

/* NULL: of an owner that has no dict yet, all are empty. */
static ref *fields(void *context, ref o, uint32_t *count)
{
    const struct compiler *compiler = context;
    struct node *node = node_at(compiler, o);
    const struct node_kind *kind = node_kind_at(compiler, o);
    *count = kind->owns ? kind->count : node->fields;
    if (!kind->owns)
        return node->field;
    return node->field[0] ? node_at(compiler, node->field[0])->field : NULL;
}

static struct machine machine_of(struct compiler *compiler)
{
    return (struct machine){compiler->registers, &compiler->fault, compiler, fields,
                            compiler_assign};
}

/* The dict of an object, made by the store of `value`. */
static void make_attributes(struct compiler *compiler, ref owner, ref value)
{
    bool tracked = !rules(compiler)->untracks_dicts || is_always_tracked(compiler, value);
    uint32_t count = node_kind_at(compiler, owner)->count;
    uint32_t shape = shape_of(compiler, KIND_DICT, count, object_bytes(KIND_DICT, count),
                              tracked ? TRACKED_ALWAYS : TRACKED_NEVER);
    ref dict = new_object(compiler, KIND_DICT, shape, count);
    compiler_assign(compiler, &node_at(compiler, owner)->field[0], dict);
}

static void track(struct compiler *compiler, ref dict)
{
    const struct shape *shape = shape_at(compiler, node_at(compiler, dict)->shape);
    uint32_t late = shape_of(compiler, KIND_DICT, shape->fields, shape->bytes, TRACKED_LATE);
    compiler_number(compiler, dict, late);
    compiler->trackings++;
    node_kind_at(compiler, dict)->tracking = TRACKED_LATE;
}

/* A value of a dict is about to be replaced, in a version that tracks and untracks dicts. Returns
 * whether the dict becomes tracked. */
static bool replace_value(struct compiler *compiler, ref dict, ref old, ref value)
{
    struct node_kind *kind = node_kind_at(compiler, dict);
    bool is_tuple = value && !is_always_tracked(compiler, value);
    kind->count += is_always_tracked(compiler, value);
    kind->count -= is_always_tracked(compiler, old);
    if (kind->tracking == TRACKED_NEVER && is_tuple)
        compiler_give_up(compiler, "a dict of a tuple that may be untracked");
    if (kind->tracking == TRACKED_NEVER && kind->count) {
        track(compiler, dict);
        return true;
    }
    if (kind->tracking != TRACKED_NEVER && !kind->count)
        compiler_give_up(compiler, "a dict that may be untracked again");
    return false;
}

static bool refuse(struct compiler *compiler, enum fault_kind fault, uint32_t reg)
{
    compiler->fault =
        (struct fault){.kind = fault,
                       .which = reg,
                       .object = node_kind_at(compiler, compiler->registers[reg])->kind};
    return false;
}

static bool has_field(struct compiler *compiler, ref o, uint32_t field)
{
    uint32_t count;
    fields(compiler, o, &count);
    if (field < count)
        return true;
    compiler->fault = (struct fault){.kind = FAULT_FIELD_RANGE, .which = field, .allowed = count};
    return false;
}

/* May a field of the object `o`, in register a, be set to `value`? Else there is a fault. */
static bool may_be_stored(struct compiler *compiler, const struct op *op, ref o, ref value)
{
    uint8_t kind = node_kind_at(compiler, o)->kind;
    if (!has_field(compiler, o, op->b))
        return false;
    if (kind_has(kind, TRAIT_IMMUTABLE))
        return refuse(compiler, FAULT_IMMUTABLE, op->a);
    if (kind == KIND_SET && value && !kind_has(node_kind_at(compiler, value)->kind, TRAIT_HASHABLE))
        return refuse(compiler, FAULT_NOT_HASHABLE, op->c);
    return true;
}

/* A store or, of nothing, a clear. *born: an object is born, or becomes tracked. */
static bool execute_store(struct compiler *compiler, const struct op *op, bool *born)
{
    const struct machine machine = machine_of(compiler);
    ref o = machine_operand(&machine, op->a), value = 0;
    if (o && op->code == OP_STORE)
        value = compiler->registers[op->c];
    if (!o || !may_be_stored(compiler, op, o, value))
        return false;
    bool owns = node_kind_at(compiler, o)->owns;
    *born = owns && !node_at(compiler, o)->field[0];
    if (*born)
        make_attributes(compiler, o, value);
    ref holder = owns ? node_at(compiler, o)->field[0] : o;
    ref *slot = &node_at(compiler, holder)->field[op->b];
    if (node_kind_at(compiler, holder)->kind == KIND_DICT && rules(compiler)->untracks_dicts)
        *born |= replace_value(compiler, holder, *slot, value);
    compiler_assign(compiler, slot, value);
    return true;
}

static bool execute_load(struct compiler *compiler, const struct op *op)
{
    const struct machine machine = machine_of(compiler);
    ref o = machine_operand(&machine, op->b);
    uint32_t count;
    if (!o || !has_field(compiler, o, op->c))
        return false;
    const ref *values = fields(compiler, o, &count);
    compiler_assign(compiler, &compiler->registers[op->a], values ? values[op->c] : 0);
    return true;
}

/* ---- all operations ---------------------------------------------------------------------- */

static void add_item(struct compiler *compiler, const struct op *op)
{
    compiler->items = allocate_grow(compiler->items, &compiler->item_capacity,
                                    compiler->item_count + 1, sizeof *compiler->items);
    compiler->items[compiler->item_count++] = op->a == NO_REGISTER ? 0 : compiler->registers[op->a];
}

/* `finalizer R noop`: nothing happens. */
static bool execute_finalizer(struct compiler *compiler, const struct op *op)
{
    const struct machine machine = machine_of(compiler);
    ref o = machine_operand(&machine, op->a);
    if (!o)
        return false;
    return kind_has(node_kind_at(compiler, o)->kind, TRAIT_DEL) ||
           refuse(compiler, FAULT_NO_FINALIZER, op->a);
}

static bool execute_other(struct compiler *compiler, const struct op *op, uint8_t *class)
{
    struct graph_need need;
    if (program_needs_graph(op, 1, &need))
        compiler_give_up(compiler, need.what);
    if (op->code == OP_FINALIZER && !execute_finalizer(compiler, op))
        return false;
    if (op->code == OP_WORK || op->code == OP_FINALIZER) {
        *class = CLASS_WORK;
        *PUSH(compiler, uint64_t, work) =
            op->code == OP_WORK ? op_work_ns(op) : compiler->stream.program.costs.ns[op->code][0];
        return true;
    }
    if (!op_is_of_engine(op)) {
        *class = CLASS_CONTROL;
        *PUSH(compiler, struct op, controls) = *op;
        return true;
    }
    *class = (uint8_t)(CLASS_STORE + op->code - OP_STORE);
    if (op->code == OP_LOAD)
        return execute_load(compiler, op);
    ref copied = op->code == OP_COPY ? compiler->registers[op->b] : 0; /* nothing, perhaps */
    compiler_assign(compiler, &compiler->registers[op->a], copied);
    return true;
}

const struct error *compiler_needs_graph(const struct compiler *compiler)
{
    return &compiler->needs_graph;
}

bool compiler_execute_kind(struct compiler *compiler, const struct op *op)
{
    uint8_t class;
    bool born;
    if (op->code == OP_ITEM) {
        add_item(compiler, op);
        return true;
    }
    compiler->now++;
    switch (op->code) {
    case OP_NEW:
        execute_new(compiler, op);
        class = (uint8_t)cost_class_of(op->kind);
        break;
    case OP_STORE:
    case OP_CLEAR:
        if (!execute_store(compiler, op, &born))
            return false;
        class = (uint8_t)((born ? CLASS_BIRTH_BY_STORE : CLASS_STORE) + op->code - OP_STORE);
        break;
    default:
        if (!execute_other(compiler, op, &class))
            return false;
    }
    *PUSH(compiler, uint8_t, classes) = class;
    return true;
}
