/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executing a program's operations: its segments are passed in one step, or walked through.
 *
 * Programs with kinds take longer, for free lists and for what is in no generation. Others do not
 * pay for that: all that looks at segments is compiled twice (`kinds`). */
#include "sim/interval/replayer.h"

#define TWICE inline __attribute__((always_inline))

void replayer_enter(struct replayer *replayer, const struct segment *segment)
{
    replayer->segment = segment;
    replayer->offset = 0;
}

/* ---- a segment in one step ------------------------------------------------------------ */

/* Is every birth that can be from a free list from one, and every death into one? */
static bool is_silent(const struct replayer *replayer, const struct segment_kinds *kinds)
{
    for (uint32_t i = kinds->use; i < kinds[1].use; i++) {
        const struct list_use *use = &replayer->uses[i];
        if (!list_use_is_silent(use, replayer->free_lists.level[use->list]))
            return false;
    }
    return true;
}

/* Is the counter that far from 0 and from the limit that it does not matter which are? */
static bool is_far(const struct replayer *replayer, const struct segment_kinds *kinds,
                   int64_t limit)
{
    int64_t count = replayer->mutator->collector.count[0];
    return count + kinds->fall >= 0 && count + kinds->rise <= limit;
}

/* Of the counter in a segment: whether an allocation in it may ask for a collection; if none does,
 * what else is known. */
enum counting {
    COUNTS_DUE,
    COUNTS_APART, /* what goes through free lists is not in it: the segment's sums hold */
    COUNTS_FAR    /* neither are they needed */
};

static TWICE enum counting counting_in(const struct replayer *replayer, bool kinds)
{
    const struct segment *segment = replayer->segment;
    const struct mutator *mutator = replayer->mutator;
    int64_t limit = mutator->requested ? UINT32_MAX : mutator->collector.limit;
    if (kinds) {
        const struct segment_kinds *more = &replayer->kinds[segment - replayer->segments];
        if (!is_silent(replayer, more))
            return is_far(replayer, more, limit) ? COUNTS_FAR : COUNTS_DUE;
    }
    bool below =
        (int64_t)mutator->collector.count[0] + segment->rise <= limit && segment->peak <= limit;
    return below ? COUNTS_APART : COUNTS_DUE;
}

/* Whether nothing happens in the segment that has to be looked at: nothing becomes due before its
 * end, and no allocation does not fit into memory. (Nor asks for a collection.) */
static bool is_uneventful(const struct replayer *replayer)
{
    const struct segment *segment = replayer->segment;
    const struct mutator *mutator = replayer->mutator;
    return mutator->wall_ns + (segment[1].mutator_ns - segment->mutator_ns) < mutator->due_ns &&
           replayer->isolated.floating_bytes + segment->live_peak_bytes <=
               replayer->memory_limit_bytes;
}

/* Passes the levels of the free lists. Returns by how much the counter changes, if it is far. */
static int64_t pass_kinds(struct replayer *replayer)
{
    const struct segment_kinds *kinds = &replayer->kinds[replayer->segment - replayer->segments];
    int64_t change = kinds->net;
    for (uint32_t i = kinds->use; i < kinds[1].use; i++) {
        const struct list_use *use = &replayer->uses[i];
        uint32_t *level = &replayer->free_lists.level[use->list];
        uint32_t now = list_use_level(use, *level);
        change += (int64_t)now - *level;
        *level = now;
    }
    replayer->trackings = kinds[1].trackings;
    return change;
}

static void note_peak(struct replayer *replayer, uint64_t live_bytes)
{
    if (replayer->isolated.floating_bytes + live_bytes > replayer->peak_bytes)
        replayer->peak_bytes = replayer->isolated.floating_bytes + live_bytes;
}

static TWICE void pass(struct replayer *replayer, enum counting counting, bool kinds)
{
    const struct segment *segment = replayer->segment;
    struct mutator *mutator = replayer->mutator;
    uint64_t ns = segment[1].mutator_ns - segment->mutator_ns;
    int64_t change = kinds ? pass_kinds(replayer) : 0;
    int64_t count = (int64_t)mutator->collector.count[0] + segment->net;
    count = count > segment->floor ? count : segment->floor;
    if (counting == COUNTS_FAR)
        count = mutator->collector.count[0] + change;
    mutator->collector.count[0] = (uint32_t)count;
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

/* A birth: an allocation; false if it is checked and does not fit. Or an object becomes tracked. */
static TWICE bool give_birth(struct replayer *replayer, bool checked, bool kinds)
{
    struct mutator *mutator = replayer->mutator;
    const struct shape *shape = &replayer->deaths.shapes[replayer->deaths.births[replayer->birth]];
    uint32_t bytes = shape->bytes;
    if (kinds && shape->tracking == TRACKED_LATE) {
        replayer->birth++;
        replayer->trackings++;
        return true;
    }
    if (checked && bytes + replayer->isolated.floating_bytes + replayer->live_bytes >
                       replayer->memory_limit_bytes) {
        mutator->fault.kind = FAULT_MEMORY_LIMIT;
        return false;
    }
    bool counts = !kinds || !free_lists_take(&replayer->free_lists, shape->takes);
    bool due = counts && collector_allocated(&mutator->collector);
    if (due && replayer->collects_in_allocation)
        mutator->collect_automatically(mutator);
    replayer->birth++;
    replayer->live_bytes += bytes;
    note_peak(replayer, replayer->live_bytes);
    if (due && !replayer->collects_in_allocation)
        mutator->collect_automatically(mutator);
    return true;
}

static TWICE void die(struct replayer *replayer, bool kinds)
{
    uint32_t first = replayer->death, kept = 0;
    while (replayer->death < replayer->segment[1].death &&
           replayer->death_operations[replayer->death] == replayer->offset) {
        const struct shape *shape = shape_of_death(&replayer->deaths, replayer->death++);
        replayer->live_bytes -= shape->bytes;
        kept += kinds && free_lists_give(&replayer->free_lists, shape->gives);
    }
    if (replayer->death == first)
        return;
    generations_note_deaths(&replayer->generations, &replayer->deaths, first, replayer->death);
    collector_freed(&replayer->mutator->collector, replayer->death - first - kept);
}

/* One operation after the other, up to the segment's end or to where it has to stop. */
static TWICE enum engine_stop walk(struct replayer *replayer, bool kinds)
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
        if (class < BIRTH_CLASSES && !give_birth(replayer, class < COST_CLASSES, kinds))
            return STOP_FAULT;
        die(replayer, kinds);
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
static TWICE enum engine_stop run_segment(struct replayer *replayer, struct op *control, bool kinds)
{
    struct mutator *mutator = replayer->mutator;
    if (replayer->offset < replayer->segment->length) {
        enum counting counting = replayer->offset == 0 ? counting_in(replayer, kinds) : COUNTS_DUE;
        if (counting != COUNTS_DUE && is_uneventful(replayer)) {
            pass(replayer, counting, kinds);
        } else {
            enum engine_stop stop = walk(replayer, kinds);
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

static TWICE enum engine_stop run(struct replayer *replayer, struct op *control, bool kinds)
{
    const struct segment *last =
        replayer->segments + compiled_count(replayer->compiled, COLUMN_segments) - 1;
    for (int i = 0; i < SIGN_OF_LIFE; i++) {
        if (replayer->segment == last)
            return end(replayer);
        enum engine_stop stop = run_segment(replayer, control, kinds);
        if (stop != STOP_END)
            return stop;
        replayer_enter(replayer, replayer->segment + 1);
    }
    return STOP_AGAIN;
}

enum engine_stop replayer_run(void *engine, struct op *control)
{
    struct replayer *replayer = engine;
    return replayer->kinds ? run(replayer, control, true) : run(replayer, control, false);
}
