/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/random_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "tests/unit/check.h"

#define FIELDS_MOST  8
#define FLOOD_FIELDS 120

/* An object as far as it decides what may be done with it; numbers count from 1, 0 is nothing. */
struct shadow {
    uint8_t kind;
    bool is_solid; /* tracked, whatever collections do */
    uint32_t fields;
    uint32_t *field;
};

struct play {
    struct random_program *program;
    struct random_ops *ops;
    struct shadow *objects;
    size_t count, capacity;
    uint32_t *registers, register_count;
};

static uint32_t below(struct play *play, uint32_t n)
{
    return (uint32_t)test_random_below(&play->program->seed, n);
}

static struct shadow *in_register(struct play *play, uint32_t reg)
{
    return play->registers[reg] ? &play->objects[play->registers[reg] - 1] : NULL;
}

static bool is_solid(const struct play *play, uint32_t object)
{
    return object && play->objects[object - 1].is_solid;
}

static void put(struct play *play, struct op op)
{
    struct random_ops *ops = play->ops;
    ops->ops = allocate_grow(ops->ops, &ops->capacity, ops->count + 1, sizeof op);
    ops->ops[ops->count++] = op;
}

/* ---- operations --------------------------------------------------------------------------------
 */

static struct shadow *add_object(struct play *play, enum object_kind kind, uint32_t fields)
{
    play->objects =
        allocate_grow(play->objects, &play->capacity, play->count + 1, sizeof *play->objects);
    struct shadow *shadow = &play->objects[play->count++];
    *shadow = (struct shadow){(uint8_t)kind, kind != KIND_TUPLE, fields,
                              allocate_zeroed(fields + 1, sizeof(uint32_t))};
    return shadow;
}

static void make(struct play *play, uint32_t reg, enum object_kind kind, uint32_t fields)
{
    add_object(play, kind, fields);
    play->registers[reg] = (uint32_t)play->count;
    put(play, (struct op){.code = OP_NEW,
                          .kind = (uint8_t)kind,
                          .a = reg,
                          .b = fields,
                          .c = object_bytes(kind, fields)});
}

/* Of atoms; or, unless that would not do, of some of what registers hold. */
static void make_tuple(struct play *play, uint32_t reg, uint32_t size, bool of_atoms)
{
    uint32_t items[64] = {0}, solid = 0, tuples = 0;
    for (uint32_t i = 0; i < size && !of_atoms; i++) {
        uint32_t from = below(play, play->register_count);
        items[i] = below(play, 2) ? from + 1 : 0;
        if (items[i] && is_solid(play, play->registers[from]))
            solid++;
        else if (items[i] && play->registers[from])
            tuples++;
        else
            items[i] = 0;
    }
    if (!solid && tuples)
        memset(items, 0, sizeof items);
    struct shadow *tuple = add_object(play, KIND_TUPLE, size);
    tuple->is_solid = solid > 0;
    for (uint32_t i = 0; i < size; i++) {
        tuple->field[i] = items[i] ? play->registers[items[i] - 1] : 0;
        put(play, (struct op){.code = OP_ITEM, .a = items[i] ? items[i] - 1 : NO_REGISTER});
    }
    play->registers[reg] = (uint32_t)play->count;
    put(play, (struct op){.code = OP_NEW,
                          .kind = KIND_TUPLE,
                          .mode = below(play, 4) ? TUPLE_BY_PYTHON : TUPLE_BY_C,
                          .a = reg,
                          .b = size,
                          .c = object_bytes(KIND_TUPLE, size)});
}

/* May a field be set to that? A dict is not to lose the last of what the collector tracks, nor to
 * become tracked by what may not be. (So is, in some versions, that of other kinds.) */
static bool may_set(const struct play *play, const struct shadow *shadow, uint32_t field,
                    uint32_t value)
{
    uint32_t solid = 0, before = 0;
    if (shadow->kind == KIND_TUPLE)
        return false;
    if (shadow->kind == KIND_SET && value)
        return kind_has(play->objects[value - 1].kind, TRAIT_HASHABLE);
    if (shadow->kind != KIND_DICT && !kind_has(shadow->kind, TRAIT_ATTRIBUTES))
        return true;
    for (uint32_t f = 0; f < shadow->fields; f++) {
        before += is_solid(play, shadow->field[f]);
        solid += is_solid(play, f == field ? value : shadow->field[f]);
    }
    return solid > 0 || (before == 0 && !value);
}

static void set(struct play *play, uint32_t reg, uint32_t field, uint32_t source)
{
    struct shadow *shadow = in_register(play, reg);
    uint32_t value = source == NO_REGISTER ? 0 : play->registers[source];
    if (!shadow || field >= shadow->fields || !may_set(play, shadow, field, value))
        return;
    if (source != NO_REGISTER && !value)
        return;
    shadow->field[field] = value;
    put(play, (struct op){.code = source == NO_REGISTER ? OP_CLEAR : OP_STORE,
                          .a = reg,
                          .b = field,
                          .c = source == NO_REGISTER ? 0 : source});
}

static void load(struct play *play, uint32_t reg, uint32_t source, uint32_t field)
{
    const struct shadow *shadow = in_register(play, source);
    if (!shadow || field >= shadow->fields)
        return;
    play->registers[reg] = shadow->field[field];
    put(play, (struct op){.code = OP_LOAD, .a = reg, .b = source, .c = field});
}

static void drop(struct play *play, uint32_t reg)
{
    if (!play->registers[reg])
        return;
    play->registers[reg] = 0;
    put(play, (struct op){.code = OP_DROP, .a = reg});
}

/* ---- steps -------------------------------------------------------------------------------------
 */

static uint32_t any(struct play *play)
{
    return below(play, play->register_count);
}

static void step_new(struct play *play)
{
    static const uint8_t kinds[] = {KIND_SLOTS,        KIND_LIST,     KIND_LIST,     KIND_DICT,
                                    KIND_DICT,         KIND_INSTANCE, KIND_INSTANCE, KIND_SLOTS_DEL,
                                    KIND_INSTANCE_DEL, KIND_SET,      KIND_CELL,     KIND_FUNCTION,
                                    KIND_EXCEPTION};
    enum object_kind kind = kinds[below(play, LENGTH(kinds))];
    uint32_t most = object_kinds[kind].fields_most;
    make(play, any(play), kind, 1 + below(play, most < FIELDS_MOST ? most : FIELDS_MOST));
}

static void step_tuple(struct play *play)
{
    static const uint8_t sizes[] = {1, 2, 3, 4, 8, 19, 20, 21};
    make_tuple(play, any(play), sizes[below(play, LENGTH(sizes))], below(play, 2));
}

static void step_store(struct play *play)
{
    uint32_t reg = any(play);
    if (in_register(play, reg))
        set(play, reg, below(play, in_register(play, reg)->fields), any(play));
}

static void step_clear(struct play *play)
{
    uint32_t reg = any(play);
    if (in_register(play, reg))
        set(play, reg, below(play, in_register(play, reg)->fields), NO_REGISTER);
}

static void step_load(struct play *play)
{
    uint32_t source = any(play);
    if (in_register(play, source))
        load(play, any(play), source, below(play, in_register(play, source)->fields));
}

static void step_copy(struct play *play)
{
    uint32_t reg = any(play), source = any(play);
    if (!play->registers[source])
        return;
    play->registers[reg] = play->registers[source];
    put(play, (struct op){.code = OP_COPY, .a = reg, .b = source});
}

static void step_drop(struct play *play)
{
    drop(play, any(play));
}

/* A cycle of two through objects of any kinds, let go. */
static void step_ring(struct play *play)
{
    uint32_t a = any(play), b = any(play);
    if (a == b)
        return;
    step_new(play);
    make(play, a, below(play, 2) ? KIND_INSTANCE : KIND_DICT, 1 + below(play, 3));
    make(play, b, below(play, 2) ? KIND_LIST : KIND_EXCEPTION, 2);
    set(play, a, 0, b);
    set(play, b, 1, a);
    set(play, b, 0, any(play));
    if (below(play, 2)) {
        make_tuple(play, a, 1 + below(play, 3), true);
        set(play, b, 0, a);
    }
    drop(play, a);
    if (below(play, 4))
        drop(play, b);
}

/* Many of a kind that has a free list, held by one object, which goes, perhaps. */
static void step_flood(struct play *play)
{
    uint32_t holder = any(play), reg = any(play), size = 1 + below(play, 3);
    uint32_t kind = below(play, 3), fields = 1 + below(play, FLOOD_FIELDS);
    if (holder == reg)
        return;
    if (kind == 2 && below(play, 8) == 0)
        fields = FREE_LISTS_TUPLES + below(play, 100);
    make(play, holder, KIND_SLOTS, fields);
    for (uint32_t i = 0; i < fields; i++) {
        if (kind == 2)
            make_tuple(play, reg, size, true);
        else
            make(play, reg, kind ? KIND_LIST : KIND_DICT, size);
        set(play, holder, i, reg);
    }
    drop(play, reg);
    if (below(play, 3))
        drop(play, holder);
}

/* Many that live for a moment. */
static void step_temporaries(struct play *play)
{
    static const uint8_t kinds[] = {KIND_LIST, KIND_DICT, KIND_TUPLE, KIND_CELL};
    uint32_t reg = any(play), size = 1 + below(play, 4);
    for (uint32_t i = below(play, 60); i > 0; i--) {
        enum object_kind kind = kinds[below(play, LENGTH(kinds))];
        if (kind == KIND_TUPLE)
            make_tuple(play, reg, size, true);
        else
            make(play, reg, kind, 1);
        if (below(play, 3))
            drop(play, reg);
    }
}

static void step_collector(struct play *play)
{
    const struct random_program *program = play->program;
    struct op op = {.code = OP_COLLECT, .a = below(play, GENERATIONS)};
    switch (below(play, 5)) {
    case 0:
        if (program->freezes)
            op = (struct op){.code = OP_FREEZE};
        break;
    case 1:
        if (program->freezes)
            op = (struct op){.code = OP_UNFREEZE};
        break;
    case 2:
        if (program->switches)
            op = (struct op){.code = below(play, 3) ? OP_ENABLE : OP_DISABLE};
        break;
    case 3:
        if (program->switches)
            op = (struct op){.code = OP_THRESHOLD,
                             .a = below(play, 200),
                             .b = below(play, 6),
                             .c = below(play, 4)};
        break;
    default:
        break;
    }
    put(play, op);
}

/* Of 1000. */
static const struct {
    void (*step)(struct play *play);
    uint32_t weight;
} mix[] = {
    {step_new, 250},  {step_tuple, 100},      {step_store, 250},    {step_clear, 40},
    {step_load, 80},  {step_copy, 40},        {step_drop, 140},     {step_ring, 60},
    {step_flood, 10}, {step_temporaries, 10}, {step_collector, 20},
};

void random_kinds(struct random_ops *ops, struct random_program *program, uint32_t registers,
                  size_t count)
{
    struct play play = {.program = program,
                        .ops = ops,
                        .registers = allocate_zeroed(registers, sizeof(uint32_t)),
                        .register_count = registers};
    while (ops->count < count) {
        uint32_t left = below(&play, 1000);
        size_t i = 0;
        for (; left >= mix[i].weight; i++)
            left -= mix[i].weight;
        mix[i].step(&play);
    }
    for (size_t i = 0; i < play.count; i++)
        free(play.objects[i].field);
    free(play.objects);
    free(play.registers);
}
