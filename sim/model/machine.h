/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The register machine's operations on references (docs/heap-scripts.md), for any heap. What an
 * object looks like, and what assigning a reference sets off, is the heap's: it gives two functions
 * that are inlined here. Allocation is the heap's altogether. */
#ifndef PYGCSIM_SIM_MODEL_MACHINE_H
#define PYGCSIM_SIM_MODEL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/model/engine.h"
#include "sim/model/program.h"

struct machine {
    ref *registers;
    struct fault *fault;
    void *heap;
    /* The fields of an object, and how many there are. */
    ref *(*fields)(void *heap, ref o, uint32_t *count);
    /* *slot, a register or a field, refers to `o` from now on (0: to nothing); then what it
     * referred to before is released. */
    void (*assign)(void *heap, ref *slot, ref o);
};

/* The object in a register; 0, and a fault, if it is empty. */
static inline ref machine_operand(const struct machine *machine, uint32_t reg)
{
    ref o = machine->registers[reg];
    if (!o)
        *machine->fault = (struct fault){FAULT_EMPTY_REGISTER, reg, 0};
    return o;
}

/* A field of the object in a register; NULL, and a fault, if there is none. */
static inline ref *machine_field(const struct machine *machine, uint32_t reg, uint32_t number)
{
    uint32_t count;
    ref o = machine_operand(machine, reg);
    if (!o)
        return NULL;
    ref *fields = machine->fields(machine->heap, o, &count);
    if (number < count)
        return &fields[number];
    *machine->fault = (struct fault){FAULT_FIELD_RANGE, number, count};
    return NULL;
}

/* Executes OP_STORE, OP_CLEAR, OP_LOAD, OP_COPY or OP_DROP; false, and a fault, if it cannot. */
static inline __attribute__((always_inline)) bool machine_execute(const struct machine *machine,
                                                                  const struct op *op)
{
    ref *registers = machine->registers, *slot, o = 0;
    switch (op->code) {
    case OP_STORE:
        if (!(slot = machine_field(machine, op->a, op->b)) ||
            !(o = machine_operand(machine, op->c)))
            return false;
        break;
    case OP_CLEAR:
        if (!(slot = machine_field(machine, op->a, op->b)))
            return false;
        break;
    case OP_LOAD:
        if (!(slot = machine_field(machine, op->b, op->c)))
            return false;
        o = *slot;
        slot = &registers[op->a];
        break;
    case OP_COPY:
        if (!(o = machine_operand(machine, op->b)))
            return false;
        slot = &registers[op->a];
        break;
    default: /* OP_DROP */
        if (!machine_operand(machine, op->a))
            return false;
        slot = &registers[op->a];
    }
    machine->assign(machine->heap, slot, o);
    return true;
}

#endif
