/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/limit_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* So many times what is allowed, or, where that says nothing, that it is missed. */
static const char *show_missed(char text[LIMIT_TEXT], const struct margin *margin)
{
    double times = margin->value / margin->allowed;
    const char *side = margin->side == BOUND_ABOVE ? "over" : "under";
    if (margin->side == BOUND_EXACT || !(margin->allowed > 0) || !(margin->value > 0))
        return "missed";
    if (fabs(times - 1) < 0.005)
        snprintf(text, LIMIT_TEXT, "just %s", side);
    else if (times >= 1000 && times < 1e6) /* not 2.13e+04 */
        snprintf(text, LIMIT_TEXT, "%s %.0fx", side, times);
    else
        snprintf(text, LIMIT_TEXT, "%s %.3gx", side, times);
    return text;
}

/* Has what is predicted decided otherwise than what was seen? */
static bool is_turned(const struct limit_verdict *verdict)
{
    return verdict->value != verdict->seen && verdict->value != LIMIT_UNKNOWN &&
           verdict->seen != LIMIT_UNKNOWN;
}

char *limit_show(char text[LIMIT_TEXT], const struct limit_verdict *verdict, const char *horizon)
{
    char missed[LIMIT_TEXT];
    bool turned = is_turned(verdict);
    const char *const words[LIMIT_COUNT] = {
        [LIMIT_UNKNOWN] = "-",
        [LIMIT_LOST] = "out of memory",
        [LIMIT_WITHIN] = "within",
        [LIMIT_MISSED] = show_missed(missed, &verdict->margin),
    };
    (void)snprintf(text, LIMIT_TEXT, "%.60s%s%.20s", words[verdict->value], turned ? " by " : "",
                   turned ? horizon : "");
    return text;
}

/* ---- below a table -------------------------------------------------------------------- */

static bool has_missed(const struct limit_verdict *verdict)
{
    return verdict->value == LIMIT_MISSED && verdict->margin.side != BOUND_EXACT;
}

/* What a table has, of which something is to be said. */
struct remarks {
    size_t beyond; /* settings that are not within all limits, as far as is known */
    bool missed, turned;
};

static struct remarks find_remarks(const struct limit_verdict *const *verdicts, size_t settings,
                                   size_t limits)
{
    struct remarks found = {0};
    for (size_t s = 0; s < settings && limits; s++) {
        enum limit_value all = verdict_of_limits(verdicts[s], limits);
        found.beyond += all == LIMIT_MISSED || all == LIMIT_LOST;
        for (size_t i = 0; i < limits; i++) {
            found.missed |= has_missed(&verdicts[s][i]);
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

static void write_legend(FILE *out, const struct outcomes *outcomes, size_t group, size_t settings,
                         const struct remarks *found)
{
    const struct limits *limits = outcomes->limits;
    /* A table may have the best settings only. */
    if (settings > 1 && found->beyond == settings && settings >= outcomes->groups[group].count)
        fprintf(out, "No policy is within %s. ", limits->count > 1 ? "all limits" : "the limit");
    if (found->missed)
        fputs("Over 2x: twice what is allowed. ", out);
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
    FILE *out = open_memstream(&text, &size);
    if (!out)
        out_of_memory();
    if (outcomes_limits(outcomes)) {
        const struct remarks found = find_remarks(verdicts, count, outcomes_limits(outcomes));
        write_legend(out, outcomes, group, count, &found);
    }
    fclose(out);
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
        json_end(json);
    }
    json_end(json);
}
