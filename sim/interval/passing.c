/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executing a program's operations: its segments are passed in one step, or walked through. */
#include "sim/interval/replayer.h"

void replayer_enter(struct replayer *replayer, const struct segment *segment)
{
    replayer->segment = segment;
    replayer->offset = 0;
}

/* ---- a segment in one step ------------------------------------------------------------ */

/* Whether nothing happens in the segment that has to be looked at: no allocation asks for a
 * collection or does not fit into memory, and nothing becomes due before its end. */
static bool is_uneventful(const struct replayer *replayer)
{
    const struct segment *segment = replayer->segment;
    const struct mutator *mutator = replayer->mutator;
    int64_t limit = mutator->requested ? UINT32_MAX : mutator->collector.limit;
    return (int64_t)mutator->collector.count[0] + segment->rise <= limit &&
           segment->peak <= limit &&
           mutator->wall_ns + (segment[1].mutator_ns - segment->mutator_ns) < mutator->due_ns &&
           replayer->isolated.floating_bytes + segment->live_peak_bytes <=
               replayer->memory_limit_bytes;
}

static void note_peak(struct replayer *replayer, uint64_t live_bytes)
{
    if (replayer->isolated.floating_bytes + live_bytes > replayer->peak_bytes)
        replayer->peak_bytes = replayer->isolated.floating_bytes + live_bytes;
}

static void pass(struct replayer *replayer)
{
    const struct segment *segment = replayer->segment;
    struct mutator *mutator = replayer->mutator;
    uint64_t ns = segment[1].mutator_ns - segment->mutator_ns;
    int64_t count = (int64_t)mutator->collector.count[0] + segment->net;
    mutator->collector.count[0] = (uint32_t)(count > segment->floor ? count : segment->floor);
    mutator->wall_ns += ns;
    mutator->mutator_ns += ns;
    mutator->operation += replayer->segment->length;
    note_peak(replayer, segment->live_peak_bytes);
    if (segment->oldest_death < replayer->generations.edge[0])
        generations_note_deaths(&replayer->generations, &replayer->deaths, segment->death,
                                segment[1].death);
    replayer->offset = segment->length;
    replayer->birth = segment[1].birth;
    replayer->death = segment[1].death;
    replayer->work = segment[1].work;
}

/* ---- operation by operation ----------------------------------------------------------- */

/* An allocation; false if it does not fit. */
static bool allocate(struct replayer *replayer)
{
    struct mutator *mutator = replayer->mutator;
    uint32_t bytes = replayer->deaths.shapes[replayer->deaths.births[replayer->birth]].bytes;
    if (bytes >
        replayer->memory_limit_bytes - replayer->isolated.floating_bytes - replayer->live_bytes) {
        mutator->fault.kind = FAULT_MEMORY_LIMIT;
        return false;
    }
    bool due = collector_allocated(&mutator->collector);
    if (due && replayer->collects_in_allocation)
        mutator->collect_automatically(mutator);
    replayer->birth++;
    replayer->live_bytes += bytes;
    note_peak(replayer, replayer->live_bytes);
    if (due && !replayer->collects_in_allocation)
        mutator->collect_automatically(mutator);
    return true;
}

static void die(struct replayer *replayer)
{
    uint32_t first = replayer->death;
    while (replayer->death < replayer->segment[1].death &&
           replayer->death_operations[replayer->death] == replayer->offset)
        replayer->live_bytes -= shape_of_death(&replayer->deaths, replayer->death++)->bytes;
    if (replayer->death == first)
        return;
    generations_note_deaths(&replayer->generations, &replayer->deaths, first, replayer->death);
    collector_freed(&replayer->mutator->collector, replayer->death - first);
}

/* One operation after the other, up to the segment's end or to where it has to stop. */
static enum engine_stop walk(struct replayer *replayer)
{
    struct mutator *mutator = replayer->mutator;
    const uint8_t *classes =
        replayer->classes + replayer->segment->operation - replayer->compiled->before.operations;
    if (replayer->offset == 0)
        replayer->live_bytes =
            compiled_alive(replayer->compiled)[replayer->segment - replayer->segments].bytes -
            replayer->isolated.bytes_ever;
    for (; replayer->offset < replayer->segment->length; replayer->offset++) {
        if (mutator->wall_ns >= mutator->due_ns)
            return STOP_AGAIN;
        uint8_t class = classes[replayer->offset];
        uint64_t ns = replayer->ns[class];
        if (class == CLASS_WORK)
            ns = compiled_work(replayer->compiled)[replayer->work++];
        mutator->wall_ns += ns;
        mutator->mutator_ns += ns;
        if (class < COST_CLASSES && !allocate(replayer))
            return STOP_FAULT;
        die(replayer);
        mutator->operation++;
    }
    return STOP_END;
}

/* ---- all of it ------------------------------------------------------------------------ */

/* At the end of the window. The operation that the program could not execute is its last. */
static enum engine_stop end(struct replayer *replayer)
{
    struct mutator *mutator = replayer->mutator;
    const struct compiled *compiled = replayer->compiled;
    if (!compiled->is_last)
        return STOP_WINDOW;
    if (compiled->fault.kind == FAULT_NONE)
        return STOP_END;
    if (mutator->wall_ns >= mutator->due_ns)
        return STOP_AGAIN;
    mutator->wall_ns += compiled->fault_ns;
    mutator->mutator_ns += compiled->fault_ns;
    mutator->fault = compiled->fault;
    return STOP_FAULT;
}

/* Executes what the segment has left, as far as it goes. */
static enum engine_stop run_segment(struct replayer *replayer, struct op *control)
{
    struct mutator *mutator = replayer->mutator;
    if (replayer->offset < replayer->segment->length) {
        if (replayer->offset == 0 && is_uneventful(replayer)) {
            pass(replayer);
        } else {
            enum engine_stop stop = walk(replayer);
            if (stop != STOP_END)
                return stop;
        }
        if (replayer->segment->isolated < replayer->segment[1].isolated)
            replayer_isolate(replayer);
    }
    if (replayer->control == replayer->segment[1].control)
        return STOP_END;
    if (mutator->wall_ns >= mutator->due_ns)
        return STOP_AGAIN;
    *control = compiled_controls(replayer->compiled)[replayer->control++];
    return STOP_CONTROL;
}

#define SIGN_OF_LIFE 4096 /* segments, at most, between two */

enum engine_stop replayer_run(void *engine, struct op *control)
{
    struct replayer *replayer = engine;
    const struct segment *last =
        replayer->segments + compiled_count(replayer->compiled, COLUMN_segments) - 1;
    for (int i = 0; i < SIGN_OF_LIFE; i++) {
        if (replayer->segment == last)
            return end(replayer);
        enum engine_stop stop = run_segment(replayer, control);
        if (stop != STOP_END)
            return stop;
        replayer_enter(replayer, replayer->segment + 1);
    }
    return STOP_AGAIN;
}
