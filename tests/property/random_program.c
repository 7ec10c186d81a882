/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/random_program.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "tests/unit/check.h"
#include "tests/unit/play.h"
#include "workloads/heap_script.h"

/* Of 1000. */
static const struct {
    enum op_code code;
    uint32_t weight;
} mix[] = {
    {OP_NEW, 300},    {OP_STORE, 300}, {OP_CLEAR, 60},   {OP_LOAD, 100},
    {OP_COPY, 50},    {OP_DROP, 150},  {OP_COLLECT, 20}, {OP_FREEZE, 4},
    {OP_UNFREEZE, 3}, {OP_ENABLE, 5},  {OP_DISABLE, 3},  {OP_THRESHOLD, 5},
};

static uint32_t below(struct random_program *program, uint32_t n)
{
    return (uint32_t)test_random_below(&program->seed, n);
}

static enum op_code draw_code(struct random_program *program)
{
    uint32_t left = below(program, 1000);
    for (size_t i = 0; i < LENGTH(mix); i++) {
        if (left < mix[i].weight)
            return mix[i].code;
        left -= mix[i].weight;
    }
    return OP_NEW;
}

/* Mostly few fields, sometimes hundreds. */
static struct op new_op(struct random_program *program, uint32_t registers)
{
    uint32_t fields = below(program, 5);
    if (below(program, 40) == 0)
        fields = below(program, 300);
    return (struct op){.code = OP_NEW,
                       .kind = KIND_SLOTS,
                       .a = below(program, registers),
                       .b = fields,
                       .c = object_bytes(KIND_SLOTS, fields)};
}

/* A register that is not empty and, if `fields` says so, whose object has fields; false: none
 * found. */
static bool full_register(struct random_program *program, const struct heap *heap, bool fields,
                          uint32_t *reg)
{
    for (int tries = 0; tries < 50; tries++) {
        *reg = below(program, heap->register_count);
        ref o = heap->registers[*reg];
        if (o && (!fields || heap_object(heap, o)->fields))
            return true;
    }
    return false;
}

static uint32_t any_field(struct random_program *program, const struct heap *heap, uint32_t reg)
{
    return below(program, heap_object(heap, heap->registers[reg])->fields);
}

struct op random_op(struct random_program *program, const struct heap *heap)
{
    uint32_t registers = heap->register_count, source;
    struct op op = {.code = (uint8_t)draw_code(program)};
    switch ((enum op_code)op.code) {
    case OP_STORE:
        if (!full_register(program, heap, true, &op.a) ||
            !full_register(program, heap, false, &source))
            break;
        op.b = any_field(program, heap, op.a);
        op.c = source;
        return op;
    case OP_CLEAR:
        if (!full_register(program, heap, true, &op.a))
            break;
        op.b = any_field(program, heap, op.a);
        return op;
    case OP_LOAD:
        if (!full_register(program, heap, true, &source))
            break;
        op.a = below(program, registers);
        op.b = source;
        op.c = any_field(program, heap, source);
        return op;
    case OP_COPY:
        if (!full_register(program, heap, false, &source))
            break;
        op.a = below(program, registers);
        op.b = source;
        return op;
    case OP_DROP:
        if (!full_register(program, heap, false, &op.a))
            break;
        return op;
    case OP_COLLECT:
        op.a = below(program, GENERATIONS);
        return op;
    case OP_FREEZE:
    case OP_UNFREEZE:
        if (!program->freezes)
            break;
        return op;
    case OP_ENABLE:
    case OP_DISABLE:
        if (!program->switches)
            break;
        return op;
    case OP_THRESHOLD:
        if (!program->switches)
            break;
        op.a = below(program, 200);
        op.b = below(program, 2) ? below(program, 6) : THRESHOLD_KEEP;
        op.c = op.b != THRESHOLD_KEEP && below(program, 2) ? below(program, 4) : THRESHOLD_KEEP;
        return op;
    default:
        break;
    }
    return new_op(program, registers);
}

/* ---- patterns -----------------------------------------------------------------------------------
 */

/* Operations so far, and the heap on which they have been played. */
struct game {
    struct random_program *program;
    struct heap *heap;
    struct random_ops *ops;
};

static void play_on(struct game *game, struct op op)
{
    struct random_ops *ops = game->ops;
    struct found found;
    ops->ops = allocate_grow(ops->ops, &ops->capacity, ops->count + 1, sizeof op);
    ops->ops[ops->count++] = op;
    play_op(game->heap, &op, &found);
}

#define FIELDS 3 /* of an object of a pattern: the next one, and two for something else */

static void make(struct game *game, uint32_t reg)
{
    play_on(game, (struct op){.code = OP_NEW,
                              .kind = KIND_SLOTS,
                              .a = reg,
                              .b = FIELDS,
                              .c = object_bytes(KIND_SLOTS, FIELDS)});
}

static void store(struct game *game, uint32_t reg, uint32_t field, uint32_t source)
{
    play_on(game, (struct op){.code = OP_STORE, .a = reg, .b = field, .c = source});
}

static void copy(struct game *game, uint32_t reg, uint32_t source)
{
    play_on(game, (struct op){.code = OP_COPY, .a = reg, .b = source});
}

static void drop(struct game *game, uint32_t reg)
{
    play_on(game, (struct op){.code = OP_DROP, .a = reg});
}

/* The object in a register may come to refer to something that lives on. */
static void refer_to_any(struct game *game, uint32_t reg)
{
    uint32_t other;
    if (below(game->program, 2) && full_register(game->program, game->heap, false, &other))
        store(game, reg, 1, other);
}

/* Registers of its own for a pattern: not one twice. */
enum { HEAD, LAST, OTHER, SCRATCH, USED };

static void take_registers(struct game *game, uint32_t registers[USED])
{
    uint32_t first = below(game->program, game->heap->register_count);
    for (uint32_t i = 0; i < USED; i++)
        registers[i] = (first + i) % game->heap->register_count;
}

/* A list of `size` objects, from HEAD to LAST. */
static void make_list(struct game *game, const uint32_t registers[USED], uint32_t size)
{
    make(game, registers[HEAD]);
    copy(game, registers[LAST], registers[HEAD]);
    for (uint32_t i = 1; i < size; i++) {
        make(game, registers[SCRATCH]);
        store(game, registers[LAST], 0, registers[SCRATCH]);
        copy(game, registers[LAST], registers[SCRATCH]);
        drop(game, registers[SCRATCH]);
        if (below(game->program, 8) == 0)
            refer_to_any(game, registers[LAST]);
    }
}

static void make_ring(struct game *game, const uint32_t registers[USED], uint32_t size)
{
    make_list(game, registers, size);
    store(game, registers[LAST], 0, registers[HEAD]);
    refer_to_any(game, registers[LAST]);
    drop(game, registers[LAST]);
}

static void play_ring(struct game *game, const uint32_t registers[USED])
{
    make_ring(game, registers, 1 + below(game->program, 6));
    if (below(game->program, 4))
        drop(game, registers[HEAD]);
}

static void play_chain(struct game *game, const uint32_t registers[USED])
{
    bool middle = below(game->program, 3) == 0;
    make_list(game, registers, 1 + below(game->program, 20));
    if (middle)
        copy(game, registers[OTHER], registers[LAST]);
    for (uint32_t i = below(game->program, 30); i > 0; i--) {
        make(game, registers[SCRATCH]);
        store(game, registers[SCRATCH], 0, registers[HEAD]);
        copy(game, registers[HEAD], registers[SCRATCH]);
    }
    if (below(game->program, 3) == 0)
        store(game, registers[LAST], 0, registers[LAST]);
    else
        refer_to_any(game, registers[LAST]);
    drop(game, registers[LAST]);
    if (below(game->program, 2))
        drop(game, registers[HEAD]);
}

static void play_fan_in(struct game *game, const uint32_t registers[USED])
{
    make(game, registers[HEAD]);
    for (uint32_t i = 1 + below(game->program, 12); i > 0; i--) {
        make(game, registers[LAST]);
        store(game, registers[LAST], 0, registers[HEAD]);
        if (below(game->program, 3))
            store(game, registers[LAST], 1, registers[LAST]);
        if (below(game->program, 5) == 0)
            store(game, registers[HEAD], 1 + below(game->program, 2), registers[LAST]);
    }
    drop(game, registers[LAST]);
    if (below(game->program, 4))
        drop(game, registers[HEAD]);
}

static void play_pair(struct game *game, const uint32_t registers[USED])
{
    bool back = below(game->program, 3) == 0;
    make_ring(game, registers, 1 + below(game->program, 4));
    copy(game, registers[OTHER], registers[HEAD]);
    if (below(game->program, 2))
        play_on(game, (struct op){.code = OP_COLLECT, .a = below(game->program, GENERATIONS)});
    make_ring(game, registers, 1 + below(game->program, 4));
    store(game, registers[back ? HEAD : OTHER], 2, registers[back ? OTHER : HEAD]);
    drop(game, registers[back ? OTHER : HEAD]);
    if (below(game->program, 3))
        drop(game, registers[back ? HEAD : OTHER]);
}

static void play_pattern(struct game *game, enum pattern pattern)
{
    static void (*const plays[])(struct game *, const uint32_t *) = {
#define X(name, meaning) play_##name,
        PATTERNS(X)
#undef X
    };
    uint32_t registers[USED];
    take_registers(game, registers);
    plays[pattern](game, registers);
}

static void step(struct game *game)
{
    struct random_program *program = game->program;
    uint32_t left = below(program, 1000);
    for (int i = 0; i < PATTERN_COUNT && game->heap->register_count >= USED; i++) {
        if (left < program->patterns[i]) {
            play_pattern(game, (enum pattern)i);
            return;
        }
        left -= program->patterns[i];
    }
    play_on(game, random_op(program, game->heap));
}

void random_ops(struct random_ops *ops, struct random_program *program, uint32_t registers,
                size_t count)
{
    struct game game = {program, heap_new(registers), ops};
    while (ops->count < count)
        step(&game);
    heap_free(game.heap);
}

/* ---- as text ------------------------------------------------------------------------------------
 */

void op_text(char text[OP_TEXT], const struct op *op)
{
    const uint32_t operands[] = {op->a, op->b, op->c};
    static const int counts[OP_COUNT] = {
        [OP_NEW] = 2,  [OP_STORE] = 3, [OP_CLEAR] = 2,   [OP_LOAD] = 3,
        [OP_COPY] = 2, [OP_DROP] = 1,  [OP_COLLECT] = 1, [OP_THRESHOLD] = 3};
    int length = snprintf(text, OP_TEXT, "%s", heap_script_word((enum op_code)op->code));
    for (int i = 0; i < counts[op->code]; i++)
        if (op->code != OP_THRESHOLD || operands[i] != THRESHOLD_KEEP)
            length += snprintf(text + length, OP_TEXT - (size_t)length, " %" PRIu32, operands[i]);
}

char *random_script(struct random_program *program, uint32_t registers, size_t count)
{
    char *script = allocate_zeroed(count + 1, OP_TEXT);
    size_t length = 0;
    struct heap *heap = heap_new(registers);
    struct found found;
    for (size_t i = 0; i < count; i++) {
        struct op op = random_op(program, heap);
        play_op(heap, &op, &found);
        op_text(script + length, &op);
        length += strlen(script + length);
        script[length++] = '\n';
    }
    heap_free(heap);
    return script;
}
