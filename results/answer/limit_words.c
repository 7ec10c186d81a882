/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/limit_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/show_value.h"
#include "sim/base/memory_text.h"

/* "over 2.1x": `times` what is allowed. Returns `text`; NULL: there is no such ratio, or it is next
 * to 1. */
static const char *show_times(char text[LIMIT_TEXT], const struct margin *margin, double value,
                              const char *above, const char *below)
{
    double times = value / margin->allowed;
    const char *side = margin->side == BOUND_ABOVE ? above : below;
    if (margin->side == BOUND_EXACT || !(margin->allowed > 0) || !(value > 0) ||
        fabs(times - 1) < 0.005)
        return NULL;
    if (times >= 1000 && times < 1e6) /* not 2.13e+04 */
        snprintf(text, LIMIT_TEXT, "%s %.0fx", side, times);
    else
        snprintf(text, LIMIT_TEXT, "%s %.3gx", side, times);
    return text;
}

static const char *show_missed(char text[LIMIT_TEXT], const struct margin *margin)
{
    bool above = margin->side == BOUND_ABOVE;
    if (show_times(text, margin, margin->value, "over", "under"))
        return text;
    if (margin->side == BOUND_EXACT || !(margin->allowed > 0) || !(margin->value > 0))
        return "missed";
    return above ? "just over" : "just under";
}

static const char *show_unsure(char text[LIMIT_TEXT], const struct margin *margin)
{
    return show_times(text, margin, margin->limit, "unsure: up to", "unsure: down to") ? text
                                                                                       : "unsure";
}

/* Has what is predicted decided otherwise than what was seen? */
static bool is_turned(const struct limit_verdict *verdict)
{
    return verdict->value != LIMIT_UNKNOWN && verdict->seen != LIMIT_UNKNOWN &&
           (verdict->value == LIMIT_MISSED) != (verdict->seen == LIMIT_MISSED);
}

char *limit_show(char text[LIMIT_TEXT], const struct limit_verdict *verdict, const char *horizon)
{
    char missed[LIMIT_TEXT], unsure[LIMIT_TEXT];
    bool turned = is_turned(verdict);
    const char *const words[LIMIT_COUNT] = {
        [LIMIT_UNKNOWN] = "-",
        [LIMIT_LOST] = "out of memory",
        [LIMIT_WITHIN] = "within",
        [LIMIT_UNSURE] = show_unsure(unsure, &verdict->margin),
        [LIMIT_MISSED] = show_missed(missed, &verdict->margin),
    };
    (void)snprintf(text, LIMIT_TEXT, "%.60s%s%.20s", words[verdict->value], turned ? " by " : "",
                   turned ? horizon : "");
    return text;
}

/* ---- what is not sure ----------------------------------------------------------------- */

static void write_doubt(FILE *out, const struct condition *condition, const struct margin *margin)
{
    char mean[UNITS_TEXT], limit[UNITS_TEXT];
    if (isnan(margin->limit))
        fprintf(out, "nothing says surely that it meets %s", condition_text(condition));
    else if (margin->metric)
        fprintf(out, "its %s, %s on average, may be %s", margin->metric->name,
                show_value(mean, margin->metric, margin->value),
                show_value(limit, margin->metric, margin->limit));
    else
        fprintf(out, "it may miss %s", condition_text(condition));
}

char *limits_doubts(const struct outcomes *outcomes, size_t setting,
                    struct condition *const *conditions, size_t count)
{
    size_t size, doubts = 0;
    char *text;
    FILE *out = memory_text_begin(&text, &size);
    fprintf(out, "By means %s would be the best, but ", outcomes->settings[setting].policy);
    for (size_t i = 0; i < count; i++) {
        const struct margin margin = condition_margin(conditions[i], outcomes, setting);
        if (!(margin.excess_at_limit > 0))
            continue;
        fputs(doubts++ ? ", and " : "", out);
        write_doubt(out, conditions[i], &margin);
    }
    fprintf(out,
            " (with %zu settings to choose from). More replications would say; --by-means goes by "
            "means.",
            outcomes->groups[outcomes->settings[setting].group].count);
    memory_text_end(out);
    return text;
}

/* ---- below a table -------------------------------------------------------------------- */

static bool has_missed(const struct limit_verdict *verdict)
{
    return verdict->value == LIMIT_MISSED && verdict->margin.side != BOUND_EXACT;
}

/* What a table has, of which something is to be said. */
struct remarks {
    size_t beyond; /* settings that are not surely within all limits, as far as is known */
    bool missed, unsure, turned;
};

static struct remarks find_remarks(const struct limit_verdict *const *verdicts, size_t settings,
                                   size_t limits)
{
    struct remarks found = {0};
    for (size_t s = 0; s < settings && limits; s++) {
        enum limit_value all = verdict_of_limits(verdicts[s], limits);
        found.beyond += all == LIMIT_MISSED || all == LIMIT_UNSURE || all == LIMIT_LOST;
        for (size_t i = 0; i < limits; i++) {
            found.missed |= has_missed(&verdicts[s][i]);
            found.unsure |= verdicts[s][i].value == LIMIT_UNSURE;
            found.turned |= is_turned(&verdicts[s][i]);
        }
    }
    return found;
}

/* Does anything predicted decide? */
static bool goes_ahead(const struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->limits->count; i++)
        for (const struct metric *const *metric = condition_metrics(outcomes->limits->items[i]);
             *metric; metric++) {
            size_t read = outcomes_metric(outcomes, *metric);
            if (outcomes_deciding(outcomes, read) != read)
                return true;
        }
    return false;
}

/* Where chance has no say. */
static void write_deciding(FILE *out, const struct outcomes *outcomes, size_t group)
{
    if (outcomes->by_means)
        fputs("Means decide, whether by chance or not (--by-means). ", out);
    else if (outcomes_replications(outcomes, group).most == 1)
        fputs("One replication: chance may have kept or broken a limit. ", out);
}

static void write_legend(FILE *out, const struct outcomes *outcomes, size_t group, size_t settings,
                         const struct remarks *found)
{
    const struct limits *limits = outcomes->limits;
    /* A table may have the best settings only. */
    if (settings > 1 && found->beyond == settings && settings >= outcomes->groups[group].count)
        fprintf(out, "No policy is %swithin %s. ", found->unsure ? "surely " : "",
                limits->count > 1 ? "all limits" : "the limit");
    if (found->missed)
        fputs("Over 2x: twice what is allowed. ", out);
    if (found->unsure)
        fputs("Unsure: the mean is within, but may be so by chance; up to 2x: it may be twice what "
              "is allowed. ",
              out);
    write_deciding(out, outcomes, group);
    if (goes_ahead(outcomes))
        fprintf(out, "Limits go by what is predicted up to %s%s. ", outcomes->groups[group].horizon,
                found->turned ? "; where a cell says so, what was seen says the opposite" : "");
    for (size_t i = 0; i < limits->count; i++)
        if (condition_lacks_default(limits->items[i], outcomes, group))
            fprintf(out, "%s: no run of default here. ", condition_text(limits->items[i]));
}

char *limits_legend(const struct outcomes *outcomes, size_t group,
                    const struct limit_verdict *const *verdicts, size_t count)
{
    size_t size;
    char *text;
    FILE *out = memory_text_begin(&text, &size);
    if (outcomes_limits(outcomes)) {
        const struct remarks found = find_remarks(verdicts, count, outcomes_limits(outcomes));
        write_legend(out, outcomes, group, count, &found);
    }
    memory_text_end(out);
    if (size)
        text[size - 1] = '\0'; /* the last space */
    return text;
}

/* ---- for programs --------------------------------------------------------------------- */

void limits_json(struct json *json, const struct outcomes *outcomes,
                 const struct limit_verdict *verdicts)
{
    size_t count = verdicts ? outcomes->limits->count : 0;
    if (count == 0)
        return;
    json_text(json, "limits", limit_value_names[verdict_of_limits(verdicts, count)]);
    json_array(json, "each_limit");
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        json_text(json, "limit", condition_text(outcomes->limits->items[i]));
        json_text(json, "is", limit_value_names[verdicts[i].value]);
        json_text(json, "seen", limit_value_names[verdicts[i].seen]);
        json_real(json, "value", verdicts[i].margin.value);
        json_real(json, "allowed", verdicts[i].margin.allowed);
        json_real(json, "excess", verdicts[i].margin.excess);
        json_real(json, "may_be", verdicts[i].margin.limit);
        json_end(json);
    }
    json_end(json);
}
