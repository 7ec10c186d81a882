/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/reach.h"

#include <math.h>
#include <stdio.h>

#include "results/answer/show_value.h"
#include "sim/base/allocate.h"

#define WITHOUT_COLLECTIONS "off" /* the policy */

/* As a share of the limit: nearer to it another policy may come to less by chance. */
#define TELLING 0.02

static bool is_met_by_any(const struct outcomes *outcomes, size_t group,
                          const struct condition *condition)
{
    const struct outcome_group *of = &outcomes->groups[group];
    for (size_t s = of->first; s < of->first + of->count; s++)
        if (!outcomes->settings[s].runs[RUN_out_of_memory] &&
            condition_excess(condition, outcomes, s) <= 0) /* not NaN */
            return true;
    return false;
}

/* Programs may collect by themselves, whatever the policy. */
static bool has_collections(const struct outcomes *outcomes, size_t setting)
{
    size_t metric = outcomes_metric(outcomes, metric_named(METRIC_COLLECTIONS));
    return !(outcomes_average(outcomes, setting, metric) <= 0); /* or nobody knows */
}

size_t reach_find(const struct outcomes *outcomes, size_t group,
                  struct condition *const *conditions, size_t count, struct reach **reaches)
{
    size_t off = outcomes_setting(outcomes, group, WITHOUT_COLLECTIONS), found = 0;
    *reaches = allocate_zeroed(count + 1, sizeof **reaches);
    for (size_t i = 0; i < count; i++) {
        const struct condition *condition = conditions[i];
        struct reach reach = {condition, condition_metrics(condition)[0], NAN, NAN};
        if (!condition_bounds_waiting(condition) ||
            condition_lacks_default(condition, outcomes, group) ||
            is_met_by_any(outcomes, group, condition))
            continue;
        if (off != NO_SETTING) {
            const struct margin margin = condition_margin(condition, outcomes, off);
            if (!(margin.excess > TELLING) || has_collections(outcomes, off))
                continue;
            reach.without = margin.value;
            reach.allowed = margin.allowed;
        }
        (*reaches)[found++] = reach;
    }
    return found;
}

char *reach_sentence(const struct reach *reach)
{
    char value[UNITS_TEXT], *text;
    const char *condition = condition_text(reach->condition);
    int length =
        isnan(reach->without)
            ? asprintf(&text,
                       "Whether any policy can reach %s is not known: no run here is without "
                       "collections. --policy %s makes one, or %s among the policies of a file.",
                       condition, WITHOUT_COLLECTIONS, WITHOUT_COLLECTIONS)
            : asprintf(&text, "No policy can reach %s: %s is %s without any collection.", condition,
                       reach->metric->name, show_value(value, reach->metric, reach->without));
    if (length < 0)
        out_of_memory();
    return text;
}
