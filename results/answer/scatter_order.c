/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/scatter_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sim/base/memory_text.h"

const char *const scatter_metrics[] = {"scatter", "least_scatter", "most_scatter", NULL};

/* ---- of runs ----------------------------------------------------------------------------- */

static struct scatter_range range_of_run(const struct single_run *run)
{
    double ns[1 + PRICE_ENDS];
    for (int i = 0; i < 1 + PRICE_ENDS; i++)
        ns[i] = 1e9 * single_run_value(run, metric_named(scatter_metrics[i]));
    return (struct scatter_range){ns[0], {ns[1], ns[2]}};
}

static int compare(const void *a, const void *b)
{
    const struct scatter_setting *x = a, *y = b;
    if (x->own < y->own || x->own > y->own)
        return x->own < y->own ? -1 : 1;
    return (x->setting > y->setting) - (x->setting < y->setting);
}

void scatter_order_of_runs(struct scatter_order *order, const struct single_run *runs, size_t count,
                           const struct metric *metric)
{
    *order =
        (struct scatter_order){.range = {NAN, {NAN, NAN}},
                               .settings = allocate_zeroed(count + 1, sizeof *order->settings)};
    for (size_t i = 0; i < count; i++) {
        struct scatter_setting setting = {
            runs[i].policy->text, i, single_run_value(&runs[i], metric), {NAN, NAN}};
        for (int end = 0; end < PRICE_ENDS; end++)
            setting.at[end] =
                single_run_value(&runs[i], metric_at_scatter(metric, (enum price_end)end));
        if (isnan(setting.own) || isnan(setting.at[PRICES_LOW]))
            continue;
        order->settings[order->count++] = setting;
        order->range = range_of_run(&runs[i]);
    }
    qsort(order->settings, order->count, sizeof *order->settings, compare);
}

void scatter_order_fini(struct scatter_order *order)
{
    free(order->settings);
    *order = (struct scatter_order){0};
}

/* ---- in words ---------------------------------------------------------------------------- */

#define NAMED_MOST 4 /* policies of a sentence */

void scatter_write_values(FILE *out, const struct metric *metric, double from, double to)
{
    char low[UNITS_TEXT], high[UNITS_TEXT];
    show_value(low, metric, from);
    show_value(high, metric, to);
    char *unit = strchr(low, ' '), *other = strchr(high, ' ');
    if (strcmp(low, high) == 0) {
        fputs(high, out);
        return;
    }
    if (unit && other && strcmp(unit, other) == 0)
        *unit = '\0';
    fprintf(out, "%s to %s", low, high);
}

void scatter_write_range(FILE *out, const struct scatter_range *range)
{
    fprintf(out, "scatter: %.3g to %.3g ns in what services have reported, %.3g ns here",
            range->at_ns[PRICES_LOW], range->at_ns[PRICES_HIGH], range->own_ns);
}

static void write_moves(FILE *out, const struct scatter_order *order, const struct metric *metric)
{
    for (size_t i = 0; i < order->count && i < NAMED_MOST; i++) {
        const struct scatter_setting *setting = &order->settings[i];
        fprintf(out, "%s %s ", i ? "," : "", setting->policy);
        scatter_write_values(out, metric, setting->at[PRICES_LOW], setting->at[PRICES_HIGH]);
    }
    if (order->count > NAMED_MOST)
        fputs(", others as --json says", out);
    fputs(".", out);
}

static bool is_swapped(const struct scatter_setting *a, const struct scatter_setting *b)
{
    for (int end = 0; end < PRICE_ENDS; end++)
        if ((a->own < b->own && a->at[end] > b->at[end]) ||
            (a->own > b->own && a->at[end] < b->at[end]))
            return true;
    return false;
}

static size_t count_swapped(const struct scatter_order *order)
{
    size_t swapped = 0;
    for (size_t i = 0; i < order->count; i++)
        for (size_t k = 0; k < i; k++)
            swapped += is_swapped(&order->settings[i], &order->settings[k]);
    return swapped;
}

/* The first is, if none is less. */
static const struct scatter_setting *least_at(const struct scatter_order *order, int end)
{
    const struct scatter_setting *least = order->settings;
    for (size_t i = 1; i < order->count; i++)
        if (order->settings[i].at[end] < least->at[end])
            least = &order->settings[i];
    return least;
}

static void write_order(FILE *out, const struct scatter_order *order)
{
    const struct scatter_setting *low = least_at(order, PRICES_LOW);
    const struct scatter_setting *high = least_at(order, PRICES_HIGH);
    size_t swapped = count_swapped(order);
    if (swapped == 0) {
        fputs(" The order of policies stays.", out);
        return;
    }
    fprintf(out, " %zu of %zu pairs of policies change%s their order; the least ", swapped,
            order->count * (order->count - 1) / 2, swapped == 1 ? "s" : "");
    if (low == order->settings && high == order->settings)
        fputs("stays the least.", out);
    else
        fprintf(out, "is %s at the low end and %s at the high end.", low->policy, high->policy);
}

char *scatter_order_text(const struct scatter_order *order, const struct metric *metric)
{
    char *text;
    size_t size;
    if (order->count == 0 || isnan(order->range.own_ns))
        return NULL;
    if (!scatter_range_is_open(&order->range))
        return allocate_text(SCATTER_CALIBRATED);
    FILE *out = memory_text_begin(&text, &size);
    fputs("How objects lie in memory is what is known least (", out);
    scatter_write_range(out, &order->range);
    fprintf(out, "). Over that range, %s:", metric->meaning);
    write_moves(out, order, metric);
    if (order->count > 1)
        write_order(out, order);
    fputs(SCATTER_SETTLE, out);
    memory_text_end(out);
    return text;
}
