/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/line.h"

#include <math.h>

#include "sim/base/array.h"

/* ---- the run's requests ------------------------------------------------------------------ */

void line_up(struct line *line, const struct past *past)
{
    size_t first = 0;
    while (first < past->request_count && !past_is_steady(past, past->requests[first].arrival_ns))
        first++;
    size_t count = past->request_count - first;
    *line = (struct line){.request = count ? past->requests + first : NULL, .count = count};
    line->left_out = array_grow(NULL, &line->left_out_room, count, sizeof *line->left_out);
    line->least_slack = array_grow(NULL, &line->least_slack_room, count, sizeof *line->least_slack);
    double least = INFINITY;
    for (size_t i = count; i-- > 0;) {
        const struct request *request = &line->request[i];
        bool steady = past_is_steady(past, request->arrival_ns);
        line->left_out[i] = !steady;
        line->steady += steady;
        line->least_slack[i] = least = fmin(least, (double)request->slack_ns);
        if (steady)
            line->longest_ns = fmax(line->longest_ns, (double)request->latency_ns);
    }
    line->left = line->steady;
    uint64_t before_ns = first > 0 ? past->requests[first - 1].idle_ns : 0;
    line->idle_ns = (double)(past->result->idle_ns - before_ns);
}

void line_free(struct line *line)
{
    array_free(line->left_out, line->left_out_room, sizeof *line->left_out);
    array_free(line->least_slack, line->least_slack_room, sizeof *line->least_slack);
}

/* Clocks by which instants are found: of the program's work, and of that and waiting. */
static double busy_ns(const struct request *request)
{
    return (double)request->mutator_ns;
}

static double clock_ns(const struct request *request)
{
    return (double)(request->mutator_ns + request->idle_ns);
}

/* The first request that ends at an instant or later; `count` if there is none. */
static size_t first_from(const struct line *line, double (*clock)(const struct request *),
                         double at_ns)
{
    size_t low = 0, high = line->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (clock(&line->request[middle]) < at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A pause has delayed all from then on until the worker was idle again. */
static void leave_out_behind(struct line *line, double clock_at_ns, double idle_ns)
{
    size_t i = first_from(line, clock_ns, clock_at_ns);
    for (; i < line->count && line->least_slack[i] <= idle_ns; i++) {
        bool delayed = (double)line->request[i].slack_ns <= idle_ns;
        line->left -= delayed && !line->left_out[i];
        line->left_out[i] |= delayed;
    }
}

void line_leave_out(struct line *line, const struct past *past, const struct rare_pauses *rare)
{
    uint64_t paused_ns = 0;
    for (size_t i = 0; i < past->collection_count; i++) {
        const struct collection *collection = &past->collections[i];
        uint64_t clock_at_ns = collection->wall_ns - paused_ns;
        if (rare_includes(rare, past, i))
            leave_out_behind(line, (double)clock_at_ns,
                             (double)(clock_at_ns - collection->mutator_ns));
        paused_ns += collection->pause_ns;
    }
}

/* ---- one pause more ----------------------------------------------------------------------- */

static struct instant instant_by(const struct line *line, double (*clock)(const struct request *),
                                 double part)
{
    double from_ns = clock(&line->request[0]);
    double at_ns = from_ns + part * (clock(&line->request[line->count - 1]) - from_ns);
    size_t next = first_from(line, clock, at_ns);
    next = next > 0 ? next : 1;
    const struct request *before = &line->request[next - 1], *behind = &line->request[next];
    double idle_ns = (double)behind->idle_ns;
    if (clock == clock_ns)
        idle_ns = fmin(idle_ns, (double)before->idle_ns + at_ns - clock_ns(before));
    return (struct instant){next, idle_ns};
}

static bool has_gap_before(const struct line *line, size_t i)
{
    return line->request[i].idle_ns > line->request[i - 1].idle_ns;
}

static struct instant instant_at_request(const struct line *line, double part, bool idle_begins)
{
    size_t next = 1 + (size_t)(part * (double)(line->count - 1));
    for (size_t i = 0; i < line->count && idle_begins && !has_gap_before(line, next); i++)
        next = next + 1 < line->count ? next + 1 : 1;
    return (struct instant){next, (double)line->request[next - 1].idle_ns};
}

struct instant line_instant(const struct line *line, enum rare_place place, double part)
{
    if (place == RARE_WHILE_BUSY)
        return instant_by(line, busy_ns, part);
    if (place == RARE_BY_THE_CLOCK)
        return instant_by(line, clock_ns, part);
    return instant_at_request(line, part, place == RARE_AS_IDLE_BEGINS);
}

void line_delay(const struct line *line, struct instant instant, double pause_ns,
                void (*delayed)(void *context, const struct request *request, double by_ns),
                void *context)
{
    double idle_ns = instant.idle_ns;
    for (size_t step = 0; step < line->count; step++) {
        size_t i = (instant.next + step) % line->count;
        if (step > 0 && i == 0)
            idle_ns -= line->idle_ns;
        if (line->least_slack[i] >= idle_ns + pause_ns)
            return;
        double made_up_ns = fmax(0, (double)line->request[i].slack_ns - idle_ns);
        if (!line->left_out[i] && made_up_ns < pause_ns)
            delayed(context, &line->request[i], pause_ns - made_up_ns);
    }
}
