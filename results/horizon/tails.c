/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/tails.h"

#include <math.h>

#include "results/horizon/line.h"
#include "results/statistics/extreme.h"
#include "results/statistics/quantile.h"
#include "sim/base/array.h"
#include "sim/base/attempt.h"

#define INSTANTS_MOST  400
#define INSTANTS_LEAST 4
#define INSTANTS_FEW   50
#define SHORT_PERCENT  90
#define LEAST_LEFT     0.25 /* of the requests; with fewer the base says nothing */

/* Latencies with the same weight: how many requests each stands for. Those that are too short for a
 * percentile in question are only counted. */
struct group {
    double *ns, weight;
    size_t count, room, short_ones;
};

#define GROUPS_MOST (1 + 2 * RARE_MOST)

struct mix {
    struct group groups[GROUPS_MOST]; /* the base first */
    size_t count;
    double longest_ns; /* of all, up to the horizon */
    double short_ns;   /* of the base nine in ten are shorter: pauses only make it more */
};

static void group_add(struct group *group, double ns, double short_ns)
{
    if (ns < short_ns) {
        group->short_ones++;
        return;
    }
    group->ns = array_grow(group->ns, &group->room, group->count + 1, sizeof *group->ns);
    group->ns[group->count++] = ns;
}

/* Latencies of requests that a pause has delayed, and as they were. */
struct one_more {
    struct group *delayed, *replaced;
    double short_ns;   /* below that, latencies are short */
    double longest_ns; /* of one pause */
};

static void delay(void *context, const struct request *request, double by_ns)
{
    struct one_more *pause = context;
    double latency_ns = (double)request->latency_ns;
    group_add(pause->replaced, latency_ns, pause->short_ns);
    group_add(pause->delayed, latency_ns + by_ns, pause->short_ns);
    pause->longest_ns = fmax(pause->longest_ns, latency_ns + by_ns);
}

/* So that not many more requests are looked at than the run has; of few, few say as much. */
static size_t instants_for(const struct line *line, const struct rare *rare)
{
    double pause_ns = 0, requests = (double)line->count;
    for (size_t i = 0; i < rare->pause_count; i++)
        pause_ns += rare->pause_ns[i] / (double)rare->pause_count;
    double delayed = 1 + fmin(requests, requests * pause_ns / fmax(1, line->idle_ns));
    double instants = (2 * requests + 1000) / delayed;
    return (size_t)fmin(fmax(fmin(instants, fmax(requests / 4, INSTANTS_FEW)), INSTANTS_LEAST),
                        INSTANTS_MOST);
}

/* Puts it in at many instants; fills in the longest latency of each. */
static size_t put_in(const struct line *line, const struct rare *rare, struct one_more *pause,
                     double longest_ns[INSTANTS_MOST])
{
    size_t instants = instants_for(line, rare), used = 0;
    for (size_t i = 0; i < instants; i++) {
        struct instant instant =
            line_instant(line, rare->place, ((double)i + 0.5) / (double)instants);
        if (line->left_out[instant.next])
            continue;
        pause->longest_ns = 0;
        line_delay(line, instant, rare->pause_ns[i % rare->pause_count], delay, pause);
        longest_ns[used++] = pause->longest_ns;
    }
    return used;
}

/* With `scale` requests up to the horizon for each of the run. False: those that such pauses have
 * delayed are left out, and nothing can stand in their place. */
static bool add_rare(struct mix *mix, const struct line *line, const struct rare *rare,
                     double scale)
{
    double longest_ns[INSTANTS_MOST];
    struct group *delayed = &mix->groups[mix->count], *replaced = delayed + 1;
    struct one_more pause = {.delayed = delayed, .replaced = replaced, .short_ns = mix->short_ns};
    size_t used = put_in(line, rare, &pause, longest_ns);
    if (used == 0)
        return rare->seen == 0;
    delayed->weight = rare->times / (double)used;
    replaced->weight = ((double)rare->seen * scale - rare->times) / (double)used;
    mix->count += 2;
    quantile_sort(delayed->ns, delayed->count);
    quantile_sort(replaced->ns, replaced->count);
    mix->longest_ns = fmax(mix->longest_ns, extreme_largest(longest_ns, used, rare->times));
    return true;
}

/* ---- all of them --------------------------------------------------------------------------- */

static void add_base(struct mix *mix, const struct line *line, double scale, double requests)
{
    struct group *base = &mix->groups[mix->count++];
    base->weight = scale;
    for (size_t i = 0; i < line->count; i++)
        if (!line->left_out[i])
            group_add(base, (double)line->request[i].latency_ns, 0);
    mix->longest_ns = fmax(line->longest_ns, extreme_largest(base->ns, base->count, requests));
    quantile_sort(base->ns, base->count);
    mix->short_ns = base->count ? base->ns[quantile_place(base->count, SHORT_PERCENT)] : 0;
}

static double weight_of(const struct mix *mix)
{
    double weight = 0;
    for (const struct group *group = mix->groups; group < mix->groups + mix->count; group++)
        weight += group->weight * (double)(group->count + group->short_ones);
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

static void mix_free(struct mix *mix)
{
    for (size_t g = 0; g < GROUPS_MOST; g++)
        array_free(mix->groups[g].ns, mix->groups[g].room, sizeof *mix->groups[g].ns);
    *mix = (struct mix){0};
}

static bool mix_up(struct mix *mix, const struct line *line, const struct rare_pauses *rare,
                   double scale)
{
    bool is_whole = true;
    add_base(mix, line, scale, scale * (double)line->steady);
    for (size_t i = 0; i < rare->count && is_whole; i++)
        is_whole = add_rare(mix, line, &rare->kinds[i], scale);
    return is_whole;
}

static struct tails tails_of(const struct mix *mix)
{
    double requests = weight_of(mix);
    struct tails tails = {
        .p95 = exceeded_by(mix, 0.05 * requests),
        .p99 = exceeded_by(mix, 0.01 * requests),
        .p999 = exceeded_by(mix, 0.001 * requests),
    };
    tails.max = fmax(mix->longest_ns / NS_PER_S, tails.p999);
    return tails;
}

static bool can_be_told(const struct past *past, const struct prediction *prediction,
                        const struct line *line)
{
    return past->result->status == RUN_finished && !isnan(prediction->horizon) &&
           past->result->wall_ns > past->result->steady_ns && line->steady > 1;
}

/* All that is allocated meanwhile hangs off it, since memory may run out. */
struct search {
    const struct past *past;
    const struct prediction *prediction;
    struct line line;
    struct mix mix;
    struct tails tails;
};

static void find(struct search *search)
{
    const struct past *past = search->past;
    struct line *line = &search->line;
    double from_ns = (double)past->result->steady_ns;
    double length_ns = (double)past->result->wall_ns - from_ns;
    double span_ns = fmax(length_ns, search->prediction->horizon * NS_PER_S - from_ns);
    struct rare_pauses rare;
    rare_find(&rare, past, search->prediction, span_ns);
    line_leave_out(line, past, &rare);
    if ((double)line->left < LEAST_LEFT * (double)line->steady ||
        !mix_up(&search->mix, line, &rare, span_ns / length_ns)) {
        mix_free(&search->mix);
        line_free(line);
        line_up(line, past);
        rare.count = 0;
        mix_up(&search->mix, line, &rare, span_ns / length_ns);
    }
    search->tails = tails_of(&search->mix);
}

static int find_if_told(void *context, struct error *error)
{
    struct search *search = context;
    (void)error;
    line_up(&search->line, search->past);
    if (can_be_told(search->past, search->prediction, &search->line))
        find(search);
    return 0;
}

struct tails tails_find(const struct past *past, const struct prediction *prediction)
{
    struct search search = {.past = past, .prediction = prediction, .tails = {NAN, NAN, NAN, NAN}};
    struct error error;
    int status = attempt(find_if_told, &search, &error);
    line_free(&search.line);
    mix_free(&search.mix);
    if (status != 0)
        attempt_give_up("%s", error.text);
    return search.tails;
}
