/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/program.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

const char *const program_event_names[] = {
#define X(name, meaning) #name,
    PROGRAM_EVENTS(X)
#undef X
        NULL};

const char *const program_event_meanings[] = {
#define X(name, meaning) meaning,
    PROGRAM_EVENTS(X)
#undef X
        NULL};

const char *const scatter_names[] = {
#define X(name, meaning) #name,
    SCATTERS(X)
#undef X
        NULL};

void program_fini(struct program *program)
{
    free(program->ops);
    *program = (struct program){0};
}

void program_grow(struct program *program)
{
    program->ops = allocate_grow(program->ops, &program->capacity, program->capacity + 1,
                                 sizeof *program->ops);
}

static void wait_until(struct program *program, uint64_t instant_ns)
{
    if (program->nominal_ns < instant_ns)
        program->nominal_ns = instant_ns;
}

void program_work(struct program *program, uint64_t ns)
{
    uint64_t scaled = (uint64_t)llround((double)ns * program->slowdown);
    program_emit(program, (struct op){.code = OP_WORK, .ns = scaled});
    program->nominal_ns += scaled;
}

void program_sleep(struct program *program, uint64_t until_ns)
{
    program_emit(program, (struct op){.code = OP_SLEEP, .ns = until_ns});
    wait_until(program, until_ns);
}

void program_begin(struct program *program, uint32_t slot, uint64_t arrival_ns)
{
    assert(slot < program->slots);
    program_emit(program, (struct op){.code = OP_BEGIN, .a = slot, .ns = arrival_ns});
    wait_until(program, arrival_ns);
}

void program_wait(struct program *program, uint32_t slot, uint64_t ns)
{
    program_emit(program, (struct op){.code = OP_WAIT, .a = slot, .ns = ns});
}

void program_resume(struct program *program, uint32_t slot, uint64_t nominal_ready_ns)
{
    program_emit(program, (struct op){.code = OP_RESUME, .a = slot, .ns = nominal_ready_ns});
    wait_until(program, nominal_ready_ns);
}

void program_end(struct program *program, uint32_t slot)
{
    program_emit(program, (struct op){.code = OP_END, .a = slot});
}

void program_ring(struct program *program, enum object_kind kind, uint32_t first, uint32_t a,
                  uint32_t b, uint32_t size, uint32_t payload_bytes, uint32_t extra_bytes)
{
    program_new(program, first, kind, 2, payload_bytes + extra_bytes);
    program_copy(program, a, first);
    for (uint32_t i = 1; i < size; i++) {
        program_new(program, b, kind, 2, payload_bytes);
        program_store(program, b, 0, a);
        program_copy(program, a, b);
    }
    program_store(program, first, 0, a);
    program_drop(program, a);
    if (size > 1)
        program_drop(program, b);
}
