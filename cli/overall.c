/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/overall.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/table.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"

/* A policy, over all groups. */
struct line {
    const char *policy;
    struct estimate mean, worst; /* differences */
    size_t worst_group;
    bool same; /* as the baseline, everywhere */
};

/* The workloads are those that were asked for, and seeds are drawn: so an observation is what one
 * seed comes to on average over all workloads. Seeds that some workload has no pair of are left
 * out. */
static struct estimate mean_difference(const struct outcomes *outcomes, const size_t *settings,
                                       size_t metric)
{
    const struct metric *of = outcomes->metrics[metric];
    double *x = allocate_zeroed(outcomes->seed_count + 1, sizeof *x);
    size_t n = 0;
    for (size_t seed = 0; seed < outcomes->seed_count; seed++) {
        double sum = 0; /* NaN if a value is missing */
        for (size_t g = 0; g < outcomes->group_count; g++)
            sum += outcomes_values(outcomes, settings[g], metric)[seed] -
                   outcomes_values(outcomes, outcomes->groups[g].baseline, metric)[seed];
        if (!isnan(sum))
            x[n++] = sum / (double)outcomes->group_count;
    }
    struct estimate mean =
        estimate_mean(x, n, of->skewed ? INTERVAL_bootstrap : INTERVAL_t, INTERVAL_CONFIDENCE);
    free(x);
    return mean;
}

/* Fills a line; false: not every group has the policy, with values and a baseline. */
static bool make_line(struct line *line, const struct outcomes *outcomes, size_t metric, bool high)
{
    size_t *settings = allocate_zeroed(outcomes->group_count, sizeof *settings);
    bool complete = true;
    line->same = true;
    for (size_t g = 0; g < outcomes->group_count && complete; g++) {
        size_t baseline = outcomes->groups[g].baseline;
        settings[g] = outcomes_setting(outcomes, g, line->policy);
        complete = baseline != NO_SETTING && settings[g] != NO_SETTING && settings[g] != baseline;
        if (!complete)
            break;
        struct estimate here = outcomes_difference(outcomes, settings[g], baseline, metric);
        complete = !isnan(here.mean);
        line->same &= outcomes_same(outcomes, settings[g], baseline, metric);
        if (g == 0 || (high ? here.mean < line->worst.mean : here.mean > line->worst.mean)) {
            line->worst = here;
            line->worst_group = g;
        }
    }
    if (complete)
        line->mean = mean_difference(outcomes, settings, metric);
    free(settings);
    return complete && !isnan(line->mean.mean);
}

static int compare_lines(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return (x->mean.mean > y->mean.mean) - (x->mean.mean < y->mean.mean);
}

static void add_difference(struct table *table, const struct metric *metric,
                           struct estimate difference)
{
    char text[SHOW_ESTIMATE + 2], shown[SHOW_ESTIMATE];
    bool open = difference.n > 1 && !interval_excludes(difference.interval, 0);
    snprintf(text, sizeof text, "%s%s", open ? "~ " : "",
             show_difference(shown, metric, difference));
    table_add(table, text);
}

static void print_lines(const struct outcomes *outcomes, size_t metric, const struct line *lines,
                        size_t count)
{
    static const char *const header[] = {"policy", "mean", "worst", "which is"};
    struct table table;
    table_init(&table, 4);
    for (size_t i = 0; i < 4; i++)
        table_add(&table, header[i]);
    for (size_t i = 0; i < count; i++) {
        table_add(&table, lines[i].policy);
        if (lines[i].same) {
            for (size_t c = 0; c < 2; c++)
                table_add(&table, "same");
            table_add(&table, "");
            continue;
        }
        char *title = outcomes_title(outcomes, lines[i].worst_group);
        add_difference(&table, outcomes->metrics[metric], lines[i].mean);
        add_difference(&table, outcomes->metrics[metric], lines[i].worst);
        table_add(&table, title);
        free(title);
    }
    table_print(&table);
}

void overall_print(const struct outcomes *outcomes, size_t metric, bool high, size_t top)
{
    if (outcomes->group_count < 2 || metric == outcomes->metric_count)
        return;
    const struct outcome_group *first = &outcomes->groups[0];
    struct line *lines = allocate_zeroed(first->count + 1, sizeof *lines);
    size_t count = 0;
    for (size_t i = 0; i < first->count; i++) {
        lines[count] = (struct line){.policy = outcomes->settings[first->first + i].policy};
        count += make_line(&lines[count], outcomes, metric, high);
    }
    qsort(lines, count, sizeof *lines, compare_lines);
    for (size_t i = 0; high && i < count / 2; i++) {
        struct line line = lines[i];
        lines[i] = lines[count - 1 - i];
        lines[count - 1 - i] = line;
    }
    if (count) {
        printf("\nAll %zu workloads and collectors: difference to %s in %s, of runs with the same "
               "seed\n\n",
               outcomes->group_count, outcomes->baseline, outcomes->metrics[metric]->name);
        print_lines(outcomes, metric, lines, top && top < count ? top : count);
    }
    free(lines);
}
