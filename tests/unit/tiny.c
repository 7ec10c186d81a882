/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tiny.h"

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    const struct tiny *tiny = state;
    (void)seed;
    if (tiny->failure)
        return error_set(error, "%s", tiny->failure);
    program->registers = tiny->registers;
    program->slots = tiny->slots;
    program->planned_ns = tiny->planned_ns;
    program->memory_limit_bytes = tiny->memory_limit_bytes;
    if (tiny->slowdown > 0)
        program->slowdown = tiny->slowdown;
    return 0;
}

static bool produce(void *state, struct program *program)
{
    struct tiny *tiny = state;
    size_t end = tiny->stretch ? tiny->next + tiny->stretch : tiny->count;
    for (; tiny->next < tiny->count && tiny->next < end; tiny->next++)
        program_emit(program, tiny->ops[tiny->next]);
    return tiny->next < tiny->count;
}

static void stop(void *state)
{
    const struct tiny *tiny = state;
    if (tiny->stopped)
        ++*tiny->stopped;
}

static const struct workload workload_tiny = {
    .about = {.name = "tiny", .summary = "operations as given", .state_size = sizeof(struct tiny)},
    .start = start,
    .produce = produce,
    .stop = stop,
};

struct setting tiny_setting(struct tiny *tiny)
{
    static char text[] = "tiny";
    return (struct setting){.component = &workload_tiny.about, .state = tiny, .text = text};
}
