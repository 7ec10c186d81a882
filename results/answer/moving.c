/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/moving.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sim/base/memory_text.h"

static const struct {
    const char *whole, *half;
} looked_at[] = {{"latency_p99", "latency_p99_half"}, {"latency_mean", "latency_mean_half"}};
#define LOOKED_AT (sizeof looked_at / sizeof *looked_at)

void moving_add_read(struct metric_list *list)
{
    for (size_t i = 0; i < LOOKED_AT; i++) {
        metric_list_add(list, metric_named(looked_at[i].whole));
        metric_list_add(list, metric_named(looked_at[i].half));
    }
}

/* The mean of another metric; NaN: it was not read. */
static double average_of(const struct outcomes *outcomes, size_t setting,
                         const struct metric *metric)
{
    size_t place = outcomes_place(outcomes, metric);
    return place == NO_PLACE ? NAN : outcomes_average(outcomes, setting, place);
}

/* Full collections are few in a short run, and halves differ by which of them has one. What is
 * predicted counts them: where it comes to less, a longer run does not come to more. */
static bool is_by_collections(const struct moving_setting *found, const struct outcomes *outcomes,
                              size_t whole)
{
    const struct metric *at_horizon = metric_at_horizon(outcomes->metrics[whole]);
    double full = average_of(outcomes, found->setting, metric_named("service_collections_gen2"));
    double further = average_of(outcomes, found->setting, at_horizon) - found->here;
    if (!at_horizon)
        return full > 0 && full < MOVING_FULL;
    return further * (found->longer - found->here) < 0 &&
           fabs(further) > MOVING_OTHERWISE * fabs(found->here);
}

static bool is_moving(struct moving_setting *found, const struct outcomes *outcomes, size_t whole,
                      size_t half, double confidence)
{
    struct estimate moved = outcomes_change(outcomes, found->setting, whole, half, confidence);
    struct verdict verdict = verdict_of_difference(moved, false, BETTER_NEITHER);
    found->here = outcomes_average(outcomes, found->setting, whole);
    found->half = found->here - moved.mean;
    found->longer = found->here + moved.mean;
    return verdict_is_told_apart(verdict.value) &&
           fabs(moved.mean) > MOVING_LEAST * fabs(found->here) &&
           !is_by_collections(found, outcomes, whole);
}

/* In a metric, by its values of the whole and of half the time. */
static void find_in(struct moving *moving, const struct outcomes *outcomes, size_t whole,
                    size_t half, const size_t *settings, size_t count)
{
    double confidence = interval_confidence_of(LOOKED_AT * count);
    for (size_t i = 0; i < count; i++) {
        struct moving_setting *found = &moving->settings[moving->count];
        found->setting = settings[i];
        moving->count += is_moving(found, outcomes, whole, half, confidence);
    }
    moving->metric = moving->count ? outcomes->metrics[whole] : NULL;
}

void moving_find(struct moving *moving, const struct outcomes *outcomes, const size_t *settings,
                 size_t count)
{
    *moving = (struct moving){.settings = allocate_zeroed(count + 1, sizeof *moving->settings)};
    for (size_t i = 0; i < LOOKED_AT && !moving->metric; i++) {
        size_t whole = outcomes_metric(outcomes, metric_named(looked_at[i].whole));
        size_t half = outcomes_metric(outcomes, metric_named(looked_at[i].half));
        assert(whole < outcomes->metric_count && half < outcomes->metric_count);
        find_in(moving, outcomes, whole, half, settings, count);
    }
}

void moving_fini(struct moving *moving)
{
    free(moving->settings);
    *moving = (struct moving){0};
}

/* ---- words ---------------------------------------------------------------------------- */

#define NAMED_MOST 3 /* settings, with the first */

/* "So do default and freeze, and 3 more." */
static void write_others(FILE *out, const struct moving *moving, const struct outcomes *outcomes)
{
    size_t named = moving->count < NAMED_MOST ? moving->count : NAMED_MOST;
    for (size_t i = 1; i < named; i++)
        fprintf(out, "%s%s",
                i > 1                ? " and "
                : moving->count == 2 ? " So does "
                                     : " So do ",
                outcomes->settings[moving->settings[i].setting].policy);
    if (moving->count > named)
        fprintf(out, ", and %zu more", moving->count - named);
    if (named > 1)
        fputc('.', out);
}

static void write_sentences(FILE *out, const struct moving *moving, const struct outcomes *outcomes)
{
    const struct moving_setting *first = moving->settings;
    char here[UNITS_TEXT], half[UNITS_TEXT], longer[UNITS_TEXT];
    fprintf(out,
            "%s still moves with the length of the run: %s comes to %s here, to %s in half the "
            "time, and by an estimate to about %s in runs that are much longer.",
            moving->metric->name, outcomes->settings[first->setting].policy,
            show_value(here, moving->metric, first->here),
            show_value(half, moving->metric, first->half),
            show_value(longer, moving->metric, first->longer));
    write_others(out, moving, outcomes);
    fputs(" More replications do not change that, a longer duration does.", out);
}

char *moving_text(const struct moving *moving, const struct outcomes *outcomes)
{
    char *text;
    size_t size;
    if (!moving->metric)
        return NULL;
    FILE *out = memory_text_begin(&text, &size);
    write_sentences(out, moving, outcomes);
    memory_text_end(out);
    return text;
}
