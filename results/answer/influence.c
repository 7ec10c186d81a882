/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/influence.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>

#include "results/answer/grid_effects.h"
#include "sim/base/allocate.h"

/* The settings of a factor that have a value of the metric, in the factor's order. */
struct observations {
    double *x, *y;
    size_t *group;
    size_t n, groups;
};

static struct observations observe(const struct factor *factor, const struct outcomes *outcomes,
                                   size_t metric)
{
    struct observations o = {.x = allocate_zeroed(factor->count + 1, sizeof *o.x),
                             .y = allocate_zeroed(factor->count + 1, sizeof *o.y),
                             .group = allocate_zeroed(factor->count + 1, sizeof *o.group)};
    size_t level = SIZE_MAX;
    for (size_t i = 0; i < factor->count; i++) {
        double mean = outcomes_average(outcomes, factor->settings[i], metric);
        if (isnan(mean))
            continue;
        o.groups += factor->level[i] != level;
        level = factor->level[i];
        o.x[o.n] = factor->x[i];
        o.y[o.n] = mean;
        o.group[o.n++] = o.groups - 1;
    }
    return o;
}

static void free_observations(struct observations *o)
{
    free(o->x);
    free(o->y);
    free(o->group);
}

/* The means of a sampled factor's points, in its order, each a group. *part: that of the settings'
 * variance which is between points. */
static struct observations observe_points(const struct factor *factor,
                                          const struct outcomes *outcomes, size_t metric,
                                          double *part)
{
    struct observations all = observe(factor, outcomes, metric);
    struct observations o = {.x = allocate_zeroed(all.n + 1, sizeof *o.x),
                             .y = allocate_zeroed(all.n + 1, sizeof *o.y),
                             .group = allocate_zeroed(all.n + 1, sizeof *o.group)};
    size_t *place = allocate_zeroed(factor->point_count, sizeof *place); /* in o, from 1 */
    size_t *count = allocate_zeroed(all.n + 1, sizeof *count);
    double middle = interval_mean(all.y, all.n), between = 0, total = 0;
    for (size_t i = 0, k = 0; i < factor->count; i++) {
        if (isnan(outcomes_average(outcomes, factor->settings[i], metric)))
            continue;
        size_t *at = &place[factor->point[i]];
        if (*at == 0) {
            *at = ++o.n;
            o.x[o.n - 1] = all.x[k];
            o.group[o.n - 1] = o.n - 1;
        }
        total += gsl_pow_2(all.y[k] - middle);
        o.y[*at - 1] += all.y[k++];
        count[*at - 1]++;
    }
    for (size_t i = 0; i < o.n; i++) {
        o.y[i] /= (double)count[i];
        between += (double)count[i] * gsl_pow_2(o.y[i] - middle);
    }
    *part = total > 0 ? between / total : 1;
    o.groups = o.n;
    free(place);
    free(count);
    free_observations(&all);
    return o;
}

/* Does every setting have a value with that seed? */
static bool has_seed(const struct factor *factor, const struct outcomes *outcomes, size_t metric,
                     size_t seed)
{
    for (size_t i = 0; i < factor->count; i++)
        if (isnan(outcomes_value(outcomes, factor->settings[i], metric, seed)))
            return false;
    return true;
}

/* The runs of a factor that has one setting a value, without what the runs with one seed have in
 * common. That takes one of k degrees of freedom from what is left, which is stretched for it. */
static struct observations observe_runs(const struct factor *factor,
                                        const struct outcomes *outcomes, size_t metric)
{
    const struct outcome_values first = outcomes_values(outcomes, factor->settings[0], metric);
    size_t k = factor->count, most = k * first.count, seeds = 0;
    struct observations o = {.y = allocate_zeroed(most + 1, sizeof *o.y),
                             .group = allocate_zeroed(most + 1, sizeof *o.group),
                             .groups = k};
    double *mean = allocate_zeroed(k, sizeof *mean); /* sums, of each setting */
    for (size_t j = 0; j < first.count; j++) {
        size_t seed = first.seeds[j];
        if (!has_seed(factor, outcomes, metric, seed))
            continue;
        double common = 0;
        for (size_t i = 0; i < k; i++)
            common += outcomes_value(outcomes, factor->settings[i], metric, seed) / (double)k;
        for (size_t i = 0; i < k; i++, o.n++) {
            o.y[o.n] = outcomes_value(outcomes, factor->settings[i], metric, seed) - common;
            o.group[o.n] = i;
            mean[i] += o.y[o.n];
        }
        seeds++;
    }
    for (size_t i = 0; i < o.n; i++) {
        double middle = mean[o.group[i]] / (double)seeds;
        o.y[i] = middle + (o.y[i] - middle) * sqrt((double)k / (double)(k - 1));
    }
    free(mean);
    return o;
}

/* Settings with a value and a number: words come last. */
static size_t count_numbers(const struct observations *o)
{
    size_t count = 0;
    while (count < o->n && !isnan(o->x[count]))
        count++;
    return count;
}

/* Hardly any value repeats, and all are numbers. */
static bool go_by_neighbours(const struct factor *factor, const struct observations *o)
{
    bool repeat = !factor->sampled && o->n >= 2 * o->groups;
    return !repeat && factor->numbers && o->n >= CORRELATION_NEIGHBOURS && count_numbers(o) == o->n;
}

static bool all_same(const struct observations *o)
{
    for (size_t i = 1; i < o->n; i++)
        if (o->y[i] < o->y[0] || o->y[i] > o->y[0])
            return false;
    return o->n > 1;
}

const char *const influence_by_names[INFLUENCE_BY_COUNT] = {
    [INFLUENCE_BY_VALUES] = "values",
    [INFLUENCE_BY_NEIGHBOURS] = "neighbours",
    [INFLUENCE_BY_RUNS] = "runs",
    [INFLUENCE_BY_GRID] = "grid values",
};

static struct explained explain(const struct observations *o, enum influence_by by, double part)
{
    struct explained explained =
        by == INFLUENCE_BY_NEIGHBOURS
            ? correlation_of_neighbours(o->y, o->n, INTERVAL_CONFIDENCE)
            : correlation_ratio(o->y, o->group, o->n, o->groups, INTERVAL_CONFIDENCE);
    explained.eta2 *= part;
    explained.share *= part;
    explained.interval.low *= part;
    explained.interval.high *= part;
    return explained;
}

static void add_rank(struct influence *influence, const struct factor *factor,
                     const struct observations *o)
{
    influence->ranked = count_numbers(o);
    if (!factor->numbers || !influence->ranked)
        return;
    influence->rank = correlation_spearman(o->x, o->y, influence->ranked);
    influence->rank_interval =
        correlation_spearman_interval(influence->rank, influence->ranked, INTERVAL_CONFIDENCE);
}

/* In a whole grid that is known better than from groups. */
static void add_grid(struct influence *influence, const struct factor *factor,
                     const struct outcomes *outcomes, size_t metric)
{
    struct grid_effects effects = grid_effects_of(factor, outcomes, metric);
    influence->total = effects.total;
    if (factor->sampled || isnan(effects.first))
        return;
    influence->by = INFLUENCE_BY_GRID;
    influence->explained.share = effects.first;
    influence->explained.interval = effects.interval;
}

struct influence influence_of(const struct factor *factor, const struct outcomes *outcomes,
                              size_t metric)
{
    struct observations o = observe(factor, outcomes, metric);
    struct influence influence = {.n = o.n, .rank = NAN, .rank_interval = {NAN, NAN}};
    double part = 1;
    add_rank(&influence, factor, &o);
    if (factor->sampled) {
        free_observations(&o);
        o = observe_points(factor, outcomes, metric, &part);
    }
    if (go_by_neighbours(factor, &o)) {
        influence.by = INFLUENCE_BY_NEIGHBOURS;
    } else if (!factor->sampled && o.n < 2 * o.groups && factor->count == factor->level_count) {
        influence.by = INFLUENCE_BY_RUNS;
        free_observations(&o);
        o = observe_runs(factor, outcomes, metric);
    }
    influence.observations = o.n;
    influence.groups = influence.by == INFLUENCE_BY_NEIGHBOURS ? 0 : o.groups;
    influence.same = all_same(&o);
    influence.explained = explain(&o, influence.by, part);
    add_grid(&influence, factor, outcomes, metric);
    free_observations(&o);
    return influence;
}
