/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/compiler.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/array.h"
#include "sim/model/machine.h"

/* A round is as long as a trace at its end is worth: so many operations at least, and one for as
 * many bytes as the trace passes; ROUND_MOST at most. */
#define ROUND_LEAST (1u << 17)
#define ROUND_BYTES 16

/* ---- births above 2^32 -------------------------------------------------------------------- */

/* Hardly any program gets there; so objects have room for 32 bits, and the rest is kept apart. */
static __attribute__((noinline)) void keep_high_birth(struct compiler *compiler, ref o)
{
    size_t before = compiler->birth_high_capacity;
    compiler->birth_high = array_grow(compiler->birth_high, &compiler->birth_high_capacity,
                                      o / NODE_UNITS_LEAST + 1, 1);
    memset(compiler->birth_high + before, 0, compiler->birth_high_capacity - before);
    compiler->birth_high[o / NODE_UNITS_LEAST] = (uint8_t)(compiler->births >> 32);
}

/* ---- shapes --------------------------------------------------------------------------- */

/* (Byte by byte: four at once would have to wait until each has been written.) */
static size_t shape_hash(const struct shape *shape)
{
    uint64_t mixed = (shape->fields * UINT64_C(0x9E3779B97F4A7C15)) ^
                     (shape->bytes * UINT64_C(0xC2B2AE3D27D4EB4F)) ^ shape->cost ^
                     (uint64_t)shape->tracking << 4;
    return (size_t)(mixed ^ (mixed >> 29));
}

static uint32_t *shape_slot(const struct compiler *compiler, const struct shape *shape)
{
    const struct shape *shapes = compiler->shapes.data;
    size_t slot = shape_hash(shape) & (compiler->shape_slots - 1);
    while (compiler->shape_table[slot] &&
           memcmp(&shapes[compiler->shape_table[slot] - 1], shape, sizeof *shape) != 0)
        slot = (slot + 1) & (compiler->shape_slots - 1);
    return &compiler->shape_table[slot];
}

static void shapes_rehash(struct compiler *compiler, size_t slots)
{
    const struct shape *shapes = compiler->shapes.data;
    uint32_t count = (uint32_t)compiler->shapes.count;
    uint32_t *table = allocate_zeroed(slots, sizeof *table);
    free(compiler->shape_table);
    compiler->shape_slots = slots;
    compiler->shape_table = table;
    for (uint32_t i = 0; i < count; i++)
        *shape_slot(compiler, &shapes[i]) = i + 1;
}

static inline uint32_t number_of_shape(struct compiler *compiler, const struct shape *shape)
{
    uint32_t *slot = shape_slot(compiler, shape);
    if (*slot)
        return *slot - 1;
    uint32_t number = (uint32_t)compiler->shapes.count;
    *(struct shape *)column_push(&compiler->shapes, sizeof *shape) = *shape;
    *slot = number + 1;
    if (2 * (size_t)number > compiler->shape_slots)
        shapes_rehash(compiler, 2 * compiler->shape_slots);
    return number;
}

uint32_t compiler_shape(struct compiler *compiler, const struct shape *shape)
{
    return number_of_shape(compiler, shape);
}

void compiler_begin(struct compiler *compiler)
{
    compiler->births = compiler->options.births_before;
    compiler->numbers = compiler->options.numbers_before;
    compiler->before.births = compiler->births;
    compiler->before.numbers = compiler->numbers;
    compiler->round_least = compiler->options.window ? compiler->options.window : ROUND_LEAST;
    compiler->shapes = column_of(sizeof(struct shape));
    shapes_rehash(compiler, 64);
    if (compiler->stream.program.has_kinds)
        compiler_begin_kinds(compiler);
}

/* ---- operations ----------------------------------------------------------------------- */

/* What columns have room for. */
struct known {
    uint32_t birth;
    uint8_t shape;
};

/* Of an object that is unusual, or may be older than columns know. */
static __attribute__((noinline)) struct known know_unusual(struct compiler *compiler, ref o)
{
    struct compiled *compiled = compiler->compiled;
    const struct node *node = node_at(compiler, o);
    uint64_t birth = compiler_birth_of(compiler, o);
    uint32_t in_column = birth_in_column(compiled->origin, birth);
    bool ancient = is_ancient(compiled->origin, in_column), usual = node->shape < SHAPE_OTHER;
    if (ancient || (!usual && birth < compiled->before.births))
        *(struct elder *)column_push(&compiled->elder_deaths, sizeof(struct elder)) =
            (struct elder){(uint32_t)compiler->deaths, node->shape, birth};
    return (struct known){in_column, usual && !ancient ? (uint8_t)node->shape : SHAPE_OTHER};
}

static void record_death(struct compiler *compiler, ref o)
{
    struct round *round = &compiler->round;
    const struct node *node = node_at(compiler, o);
    struct known known = {node->birth, (uint8_t)node->shape};
    uint64_t birth = node->birth;
    if (node->shape >= SHAPE_OTHER || compiler->is_unusual) {
        known = know_unusual(compiler, o);
        birth = compiler_born_before(compiler, o) + compiler->trackings;
    }
    uint32_t age = age_bucket(compiler->births - birth - 1);
    *PUSH(compiler, uint32_t, deaths) = known.birth;
    *PUSH(compiler, struct death_facts, death_facts) =
        (struct death_facts){known.shape, (uint8_t)age};
    if (round->death_count == round->death_capacity)
        round->deaths = allocate_grow(round->deaths, &round->death_capacity, round->death_count + 1,
                                      sizeof *round->deaths);
    round->deaths[round->death_count++] = (struct death){compiler->now, node->shape};
    compiler->ages.count[age]++;
    if (++compiler->deaths % AGES_APART == 0)
        *PUSH(compiler, struct age_counts, ages) = compiler->ages;
}

/* Takes one reference away. The last one frees the object, and what only it kept alive. (Inlined,
 * it would make every assignment longer.) */
static __attribute__((noinline)) void release(struct compiler *compiler, ref o)
{
    struct node *node = node_at(compiler, o);
    if (--node->count) {
        node->stamp = compiler->now;
        return;
    }
    node->stamp = 0;
    while (o) { /* the top of a stack linked through `stamp` */
        node = node_at(compiler, o);
        ref top = node->stamp;
        if (node->number)
            compiler_record_isolated(compiler, o, compiler->now);
        else
            record_death(compiler, o);
        for (uint32_t f = 0; f < node->fields; f++) {
            ref child = node->field[f];
            if (!child)
                continue;
            struct node *referent = node_at(compiler, child);
            referent->stamp = compiler->now;
            if (--referent->count == 0) {
                referent->stamp = top;
                top = child;
            }
        }
        arena_give(&compiler->arena, o, node_bytes(compiler, node->fields));
        o = top;
    }
}

static ref *fields(void *context, ref o, uint32_t *count)
{
    struct node *node = node_at(context, o);
    *count = node->fields;
    return node->field;
}

static inline void assign(void *context, ref *slot, ref o)
{
    struct compiler *compiler = context;
    ref old = *slot;
    if (o)
        node_at(compiler, o)->count++;
    *slot = o;
    if (old)
        release(compiler, old);
}

void compiler_assign(void *compiler, ref *slot, ref o)
{
    assign(compiler, slot, o);
}

void compiler_number(struct compiler *compiler, ref o, uint32_t shape)
{
    struct node *node = node_at(compiler, o);
    node->birth = (uint32_t)compiler->births;
    node->shape = shape;
    if (compiler->births >> 32)
        keep_high_birth(compiler, o);
    compiler->births++;
    *PUSH(compiler, uint32_t, births) = shape;
}

static inline ref new_node(struct compiler *compiler, uint32_t shape, uint32_t fields)
{
    ref o = arena_take(&compiler->arena, node_bytes(compiler, fields));
    struct node *node = node_at(compiler, o);
    *node = (struct node){.birth = (uint32_t)compiler->births, .fields = fields, .shape = shape};
    if (compiler->births >> 32)
        keep_high_birth(compiler, o);
    compiler->births++;
    memset(node->field, 0, fields * sizeof *node->field);
    *PUSH(compiler, uint32_t, births) = shape;
    return o;
}

ref compiler_new_node(struct compiler *compiler, uint32_t shape, uint32_t fields)
{
    return new_node(compiler, shape, fields);
}

static void execute_new(struct compiler *compiler, const struct op *op)
{
    const struct shape shape = {
        .cost = (uint8_t)cost_class_of(op->kind), .fields = op->b, .bytes = op->c};
    ref o = new_node(compiler, number_of_shape(compiler, &shape), op->b);
    assign(compiler, &compiler->registers[op->a], o);
}

/* Without kinds the engine has no operations beyond OP_WORK. */
static enum op_class class_of(const struct op *op)
{
    if (op->code == OP_NEW)
        return (enum op_class)cost_class_of(op->kind);
    if (op->code <= OP_WORK)
        return CLASS_STORE + (enum op_class)(op->code - OP_STORE);
    return CLASS_CONTROL;
}

/* Executes an operation; false, and a fault, if it cannot be. */
static bool execute(struct compiler *compiler, const struct op *op)
{
    const struct machine machine = {compiler->registers, &compiler->fault, compiler, fields,
                                    assign};
    const enum op_class class = class_of(op);
    compiler->now++;
    switch (class) {
    case CLASS_CONTROL:
        *PUSH(compiler, struct op, controls) = *op;
        break;
    case CLASS_WORK:
        *PUSH(compiler, uint64_t, work) = op_work_ns(op);
        break;
    case CLASS_STORE:
    case CLASS_CLEAR:
    case CLASS_LOAD:
    case CLASS_COPY:
    case CLASS_DROP:
        if (!machine_execute(&machine, op))
            return false;
        break;
    default:
        execute_new(compiler, op);
    }
    *PUSH(compiler, uint8_t, classes) = (uint8_t) class;
    return true;
}

static bool round_is_over(const struct compiler *compiler)
{
    if (compiler->now < compiler->round_least)
        return false;
    uint64_t traced = compiler->arena.used * sizeof *compiler->arena.units +
                      compiler->stream.program.registers * sizeof *compiler->registers;
    return compiler->options.window || compiler->now >= traced / ROUND_BYTES ||
           compiler->now >= ROUND_MOST;
}

static inline __attribute__((always_inline)) enum run_end
run(struct compiler *compiler, bool (*execute_one)(struct compiler *, const struct op *))
{
    const struct program *program = &compiler->stream.program;
    while (compiler->next < program->count) {
        if (!execute_one(compiler, &program->ops[compiler->next++]))
            return RUN_FAULT;
        if (round_is_over(compiler))
            return RUN_ROUND;
    }
    return RUN_STRETCH;
}

enum run_end compiler_run(struct compiler *compiler)
{
    if (compiler->stream.program.has_kinds)
        return run(compiler, compiler_execute_kind);
    return run(compiler, execute);
}
