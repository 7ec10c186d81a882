/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/overall.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

/* The workloads are those that were asked for, and seeds are drawn: so an observation is what one
 * seed comes to on average over all workloads. Seeds that some workload has no pair of are left
 * out. */
static struct estimate mean_difference(const struct outcomes *outcomes, const size_t *settings,
                                       size_t metric, size_t comparisons)
{
    const struct outcome_values first = outcomes_values(outcomes, settings[0], metric);
    double *x = allocate_zeroed(first.count + 1, sizeof *x);
    size_t n = 0;
    for (size_t i = 0; i < first.count; i++) {
        double sum = 0; /* NaN if a value is missing */
        for (size_t g = 0; g < outcomes->group_count; g++)
            sum += outcomes_value(outcomes, settings[g], metric, first.seeds[i]) -
                   outcomes_value(outcomes, outcomes->groups[g].baseline, metric, first.seeds[i]);
        if (!isnan(sum))
            x[n++] = sum / (double)outcomes->group_count;
    }
    struct estimate mean = estimate_mean(x, n, metric_interval_kind(outcomes->metrics[metric]),
                                         interval_confidence_of(comparisons));
    free(x);
    return mean;
}

/* The policy's setting in each group; false: not every group has it beside a baseline. */
static bool find_settings(const struct outcomes *outcomes, const char *policy, size_t *settings)
{
    for (size_t g = 0; g < outcomes->group_count; g++) {
        size_t baseline = outcomes->groups[g].baseline;
        settings[g] = outcomes_setting(outcomes, g, policy);
        if (baseline == NO_SETTING || settings[g] == NO_SETTING || settings[g] == baseline)
            return false;
    }
    return true;
}

/* Fills in the group where it is worst. *same: it is the baseline's equal everywhere; *rare: rare
 * events decide somewhere. False: in one of them no seed has a value of both. */
static bool find_worst(struct overall_line *line, const struct outcomes *outcomes,
                       const size_t *settings, struct goal order, size_t comparisons, bool *same,
                       bool *rare)
{
    size_t worst = 0;
    *same = true;
    for (size_t g = 0; g < outcomes->group_count; g++) {
        struct verdict here = verdict_of_two(outcomes, settings[g], outcomes->groups[g].baseline,
                                             order.metric, comparisons * outcomes->group_count);
        double difference = here.difference.mean, most = line->worst.difference.mean;
        if (here.value == VERDICT_NO_PAIR)
            return false;
        *same &= here.value == VERDICT_SAME;
        *rare |= here.difference.rare;
        if (g == 0 || (order.high ? difference < most : difference > most)) {
            line->worst = here;
            worst = g;
        }
    }
    line->worst_title = outcomes_title(outcomes, worst);
    return true;
}

/* False: there is nothing to say about it. */
static bool make_line(struct overall_line *line, const struct outcomes *outcomes,
                      const char *policy, struct goal order, size_t comparisons)
{
    size_t *settings = allocate_zeroed(outcomes->group_count, sizeof *settings);
    bool same = true, rare = false;
    *line = (struct overall_line){.policy = policy};
    bool complete = find_settings(outcomes, policy, settings) &&
                    find_worst(line, outcomes, settings, order, comparisons, &same, &rare);
    if (complete) {
        struct estimate mean = mean_difference(outcomes, settings, order.metric, comparisons);
        line->mean = verdict_of_difference(rare ? estimate_without_interval(mean, 0) : mean, same,
                                           outcomes->metrics[order.metric]->better);
    }
    free(settings);
    if (complete && line->mean.value != VERDICT_NO_PAIR)
        return true;
    free(line->worst_title);
    return false;
}

/* Policies that every group has beside its baseline. */
static size_t count_comparisons(const struct outcomes *outcomes)
{
    const struct outcome_group *first = &outcomes->groups[0];
    size_t *settings = allocate_zeroed(outcomes->group_count, sizeof *settings), count = 0;
    for (size_t i = 0; i < first->count; i++)
        count += find_settings(outcomes, outcomes->settings[first->first + i].policy, settings);
    free(settings);
    return count;
}

static int compare_lines(const void *a, const void *b)
{
    const struct overall_line *x = a, *y = b;
    double of_x = x->mean.difference.mean, of_y = y->mean.difference.mean;
    return (of_x > of_y) - (of_x < of_y);
}

static void turn_round(struct overall_line *lines, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct overall_line line = lines[i];
        lines[i] = lines[count - 1 - i];
        lines[count - 1 - i] = line;
    }
}

void overall_make(struct overall *overall, const struct outcomes *outcomes, struct goal order,
                  size_t top)
{
    *overall = (struct overall){0};
    if (outcomes->group_count < 2 || order.metric == outcomes->metric_count)
        return;
    const struct outcome_group *first = &outcomes->groups[0];
    overall->comparisons = count_comparisons(outcomes);
    overall->lines = allocate_zeroed(first->count + 1, sizeof *overall->lines);
    for (size_t i = 0; i < first->count; i++)
        overall->count +=
            make_line(&overall->lines[overall->count], outcomes,
                      outcomes->settings[first->first + i].policy, order, overall->comparisons);
    qsort(overall->lines, overall->count, sizeof *overall->lines, compare_lines);
    if (order.high)
        turn_round(overall->lines, overall->count);
    while (top && overall->count > top)
        free(overall->lines[--overall->count].worst_title);
}

void overall_fini(struct overall *overall)
{
    for (size_t i = 0; i < overall->count; i++)
        free(overall->lines[i].worst_title);
    free(overall->lines);
    *overall = (struct overall){0};
}
