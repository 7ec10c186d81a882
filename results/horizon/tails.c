/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/tails.h"

#include <math.h>
#include <stdlib.h>

#include "results/horizon/rare.h"
#include "results/statistics/extreme.h"
#include "results/statistics/quantile.h"
#include "sim/base/array.h"

#define INSTANTS_MOST  400
#define INSTANTS_LEAST 4
#define LEAST_LEFT     0.25 /* of the requests; with fewer the base says nothing */

/* The run's requests from the steady state on, in the order in which they end. */
struct line {
    const struct request *request;
    size_t count, steady; /* how many; of the steady state */
    size_t left;          /* of these, that no rare pause has delayed */
    bool *left_out;       /* all others */
    double *least_slack;  /* of this request and all behind it, ns */
    double idle_ns;       /* from the one before it to the run's end */
    double longest_ns;    /* of the steady state */
    size_t left_out_room, least_slack_room;
};

/* Latencies with the same weight: how many requests each stands for. */
struct group {
    double *ns, weight;
    size_t count, room;
};

#define GROUPS_MOST (1 + 2 * RARE_MOST)

struct mix {
    struct group groups[GROUPS_MOST]; /* the base first */
    size_t count;
    double longest_ns; /* of all, up to the horizon */
};

/* ---- the run's requests ------------------------------------------------------------------ */

static bool is_steady(const struct past *past, const struct request *request)
{
    return past->result->steady_ns == 0 || request->arrival_ns > past->result->steady_ns;
}

static void line_up(struct line *line, const struct past *past)
{
    size_t first = 0;
    while (first < past->request_count && !is_steady(past, &past->requests[first]))
        first++;
    size_t count = past->request_count - first;
    *line = (struct line){.request = past->requests + first, .count = count};
    line->left_out = array_grow(NULL, &line->left_out_room, count, sizeof *line->left_out);
    line->least_slack = array_grow(NULL, &line->least_slack_room, count, sizeof *line->least_slack);
    double least = INFINITY;
    for (size_t i = count; i-- > 0;) {
        const struct request *request = &line->request[i];
        bool steady = is_steady(past, request);
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

static void line_free(struct line *line)
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

static void leave_out_rare(struct line *line, const struct past *past,
                           const struct rare_pauses *rare)
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

/* Where a pause begins: the first request that ends behind it, and how long the worker had been
 * idle by then. Of the time between the ends of two requests the idle part comes first: that is
 * exact if one is served after the other. */
struct instant {
    size_t next;
    double idle_ns;
};

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

/* `part` of all the instants at which there may be one, between 0 and 1. */
static struct instant instant_of(const struct line *line, enum rare_place place, double part)
{
    if (place == RARE_WHILE_BUSY)
        return instant_by(line, busy_ns, part);
    if (place == RARE_BY_THE_CLOCK)
        return instant_by(line, clock_ns, part);
    return instant_at_request(line, part, place == RARE_AS_IDLE_BEGINS);
}

static void group_add(struct group *group, double ns)
{
    group->ns = array_grow(group->ns, &group->room, group->count + 1, sizeof *group->ns);
    group->ns[group->count++] = ns;
}

/* Those that the pause delays, by how long they take, and as they were. What is behind the last
 * request is as it was behind the first. Returns the longest. */
static double delay(const struct line *line, struct instant instant, double pause_ns,
                    struct group *delayed, struct group *replaced)
{
    double longest_ns = 0, idle_ns = instant.idle_ns;
    for (size_t step = 0; step < line->count; step++) {
        size_t i = (instant.next + step) % line->count;
        if (step > 0 && i == 0)
            idle_ns -= line->idle_ns;
        if (line->least_slack[i] >= idle_ns + pause_ns)
            break;
        double made_up_ns = fmax(0, (double)line->request[i].slack_ns - idle_ns);
        if (line->left_out[i] || made_up_ns >= pause_ns)
            continue;
        double latency_ns = (double)line->request[i].latency_ns;
        group_add(replaced, latency_ns);
        group_add(delayed, latency_ns + pause_ns - made_up_ns);
        longest_ns = fmax(longest_ns, latency_ns + pause_ns - made_up_ns);
    }
    return longest_ns;
}

/* So that not many more requests are looked at than the run has. */
static size_t instants_for(const struct line *line, const struct rare *rare)
{
    double pause_ns = 0, requests = (double)line->count;
    for (size_t i = 0; i < rare->pause_count; i++)
        pause_ns += rare->pause_ns[i] / (double)rare->pause_count;
    double delayed = 1 + fmin(requests, requests * pause_ns / fmax(1, line->idle_ns));
    double instants = (2 * requests + 1000) / delayed;
    return (size_t)fmin(fmax(instants, INSTANTS_LEAST), INSTANTS_MOST);
}

/* With `scale` requests up to the horizon for each of the run. */
static void add_rare(struct mix *mix, const struct line *line, const struct rare *rare,
                     double scale)
{
    double longest_ns[INSTANTS_MOST];
    size_t instants = instants_for(line, rare), used = 0;
    struct group *delayed = &mix->groups[mix->count], *replaced = delayed + 1;
    for (size_t i = 0; i < instants; i++) {
        struct instant instant =
            instant_of(line, rare->place, ((double)i + 0.5) / (double)instants);
        if (!line->left_out[instant.next])
            longest_ns[used++] =
                delay(line, instant, rare->pause_ns[i % rare->pause_count], delayed, replaced);
    }
    if (used == 0)
        return;
    delayed->weight = rare->times / (double)used;
    replaced->weight = ((double)rare->seen * scale - rare->times) / (double)used;
    mix->count += 2;
    mix->longest_ns = fmax(mix->longest_ns, extreme_largest(longest_ns, used, rare->times));
}

/* ---- all of them --------------------------------------------------------------------------- */

static void add_base(struct mix *mix, const struct line *line, double scale, double requests)
{
    struct group *base = &mix->groups[mix->count++];
    base->weight = scale;
    for (size_t i = 0; i < line->count; i++)
        if (!line->left_out[i])
            group_add(base, (double)line->request[i].latency_ns);
    mix->longest_ns = fmax(line->longest_ns, extreme_largest(base->ns, base->count, requests));
}

static double weigh(struct mix *mix)
{
    double weight = 0;
    for (size_t g = 0; g < mix->count; g++) {
        quantile_sort(mix->groups[g].ns, mix->groups[g].count);
        weight += mix->groups[g].weight * (double)mix->groups[g].count;
    }
    return weight;
}

/* The group with the longest latency that is left; NULL: none is. */
static struct group *with_longest(struct group *groups, size_t count)
{
    struct group *longest = NULL;
    for (struct group *group = groups; group < groups + count; group++)
        if (group->count > 0 &&
            (!longest || group->ns[group->count - 1] > longest->ns[longest->count - 1]))
            longest = group;
    return longest;
}

/* What so many requests take longer than, as seconds: the next shorter one. */
static double exceeded_by(const struct mix *mix, double requests)
{
    struct group left[GROUPS_MOST], *longest;
    double ns = NAN;
    for (size_t g = 0; g < mix->count; g++)
        left[g] = mix->groups[g];
    for (double longer = 0; (longest = with_longest(left, mix->count));) {
        ns = longest->ns[--longest->count];
        longer += longest->weight;
        if (longer > requests * (1 + 1e-9))
            break;
    }
    return ns / NS_PER_S;
}

static struct tails mixed(const struct line *line, const struct rare_pauses *rare, double scale)
{
    struct mix mix = {.count = 0};
    add_base(&mix, line, scale, scale * (double)line->steady);
    for (size_t i = 0; i < rare->count; i++)
        add_rare(&mix, line, &rare->kinds[i], scale);
    double requests = weigh(&mix);
    struct tails tails = {
        .p99 = exceeded_by(&mix, 0.01 * requests),
        .p999 = exceeded_by(&mix, 0.001 * requests),
    };
    tails.max = fmax(mix.longest_ns / NS_PER_S, tails.p999);
    for (size_t g = 0; g < GROUPS_MOST; g++)
        array_free(mix.groups[g].ns, mix.groups[g].room, sizeof *mix.groups[g].ns);
    return tails;
}

static bool can_be_told(const struct past *past, const struct prediction *prediction,
                        const struct line *line)
{
    return past->result->status == RUN_finished && !isnan(prediction->horizon) &&
           past->result->wall_ns > past->result->steady_ns && line->steady > 1;
}

struct tails tails_find(const struct past *past, const struct prediction *prediction)
{
    struct tails tails = {NAN, NAN, NAN};
    struct line line;
    line_up(&line, past);
    if (can_be_told(past, prediction, &line)) {
        double from_ns = (double)past->result->steady_ns;
        double length_ns = (double)past->result->wall_ns - from_ns;
        double span_ns = fmax(length_ns, prediction->horizon * NS_PER_S - from_ns);
        struct rare_pauses rare;
        rare_find(&rare, past, prediction, span_ns);
        leave_out_rare(&line, past, &rare);
        if ((double)line.left < LEAST_LEFT * (double)line.steady) {
            rare.count = 0;
            line_free(&line);
            line_up(&line, past);
        }
        tails = mixed(&line, &rare, span_ns / length_ns);
    }
    line_free(&line);
    return tails;
}
