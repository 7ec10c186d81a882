/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/random_program.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/memory.h"
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
                       .kind = KIND_LIST_SUBCLASS,
                       .a = below(program, registers),
                       .b = fields,
                       .c = object_bytes(KIND_LIST_SUBCLASS, fields)};
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
    char *script = memory_zeroed(count + 1, OP_TEXT);
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
