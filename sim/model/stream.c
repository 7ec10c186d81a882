/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"

#define STRETCH 4096 /* operations gathered before they are executed */

static void set_costs(struct program *program, const struct costs *costs)
{
    const struct prices prices = prices_of(costs, program);
    prices_of_operations(&prices, costs, &program->costs);
}

static int prepare(void *context, struct error *error)
{
    const struct setting *setting = context;
    const struct workload *workload = workload_of(setting->component);
    (void)error;
    if (workload->prepare)
        workload->prepare(setting->state);
    return 0;
}

void stream_prepare(const struct setting *setting)
{
    struct error no_memory; /* whoever starts it meets that, too */
    struct setting shallow = *setting;
    attempt(prepare, &shallow, &no_memory);
}

int stream_open(struct stream *stream, const struct setting *setting, uint64_t seed,
                const struct costs *costs, struct error *error)
{
    struct program *program = &stream->program;
    *stream = (struct stream){.program = {.slowdown = 1},
                              .workload = workload_of(setting->component),
                              .state = setting_fresh_state(setting),
                              .more = true};
    set_costs(program, costs);
    if (stream->workload->start(stream->state, program, seed, error) != 0)
        return -1;
    set_costs(program, costs);
    return 0;
}

void stream_close(struct stream *stream)
{
    if (stream->workload && stream->workload->stop)
        stream->workload->stop(stream->state);
    program_fini(&stream->program);
    free(stream->state);
    *stream = (struct stream){0};
}

bool stream_next(struct stream *stream)
{
    struct program *program = &stream->program;
    program->count = 0;
    while (stream->more && program->count < STRETCH)
        stream->more = stream->workload->produce(stream->state, program);
    return program->count > 0;
}

void stream_locate(const struct stream *stream, uint64_t number, char *place, size_t size)
{
    snprintf(place, size, "%s: operation %llu", stream->workload->about.name,
             (unsigned long long)number);
    if (stream->workload->locate)
        stream->workload->locate(stream->state, number, place, size);
}
