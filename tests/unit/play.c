/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/graph/heap_check.h"
#include "tests/unit/check.h"
#include "workloads/heap_script.h"

static uint64_t play_new(struct heap *heap, const struct op *op)
{
    ref o = heap_allocate(heap, op->kind, op->b, op->c);
    return heap_assign(heap, &heap->registers[op->a], o);
}

static ref *field(struct heap *heap, uint32_t reg, uint32_t number)
{
    struct object *object = heap_object(heap, heap->registers[reg]);
    check_that("a valid script", heap->registers[reg] && number < object->fields);
    return &object->field[number];
}

uint64_t play_op(struct heap *heap, const struct op *op, struct found *found)
{
    ref *registers = heap->registers;
    switch ((enum op_code)op->code) {
    case OP_NEW:
        return play_new(heap, op);
    case OP_STORE:
        return heap_assign(heap, field(heap, op->a, op->b), registers[op->c]);
    case OP_CLEAR:
        return heap_assign(heap, field(heap, op->a, op->b), 0);
    case OP_LOAD:
        return heap_assign(heap, &registers[op->a], *field(heap, op->b, op->c));
    case OP_COPY:
        return heap_assign(heap, &registers[op->a], registers[op->b]);
    case OP_DROP:
        return heap_assign(heap, &registers[op->a], 0);
    case OP_COLLECT:
        heap_find_unreachable(heap, (int)op->a, found);
        return heap_reclaim(heap);
    case OP_FREEZE:
        heap_freeze(heap);
        return 0;
    case OP_UNFREEZE:
        heap_unfreeze(heap);
        return 0;
    default:
        return 0;
    }
}

uint64_t play(struct heap *heap, const char *script, struct found *found)
{
    struct heap_script read;
    struct error error = {""};
    uint64_t freed = 0;
    char *text = strdup(script);
    for (char *c = text; *c; c++)
        if (*c == ';')
            *c = '\n';
    int status = heap_script_parse(&read, script, text, strlen(text), &error);
    check_text(script, error.text, "");
    check_signed(script, status, 0);
    check_that(script, read.registers <= heap->register_count);
    for (size_t i = 0; i < read.count; i++) {
        freed += play_op(heap, &read.ops[i], found);
        check_sound(script, heap_check, heap);
    }
    heap_script_fini(&read);
    free(text);
    return freed;
}
