/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/certainty.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sim/base/memory_text.h"

#define NAMED_MOST   8    /* settings that a sentence names */
#define PAIRING_MOST 1000 /* what is worth more is said to be worth more than that */

static char *compose(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *compose(const char *format, ...)
{
    char *text;
    va_list values;
    va_start(values, format);
    int length = vasprintf(&text, format, values);
    va_end(values);
    if (length < 0)
        out_of_memory();
    return text;
}

/* ---- of a choice ---------------------------------------------------------------------- */

#define TOO_GOOD                                                                                   \
    " The mean of the first is likely too good, since it was chosen by that: `best --confirm 20` " \
    "runs it and those that come next again, with new seeds."

char *certainty_of_choice(const struct choice *choice)
{
    size_t paired = choice->compared - choice->unclear;
    const char *too_good = choice->kept > choice->same + 1 ? TOO_GOOD : "";
    if (paired < 2)
        return NULL;
    if (paired == choice->same + 1)
        return compose("The %zu settings compared are the same in every run.", paired);
    if (paired == choice->kept)
        return compose("Any of the %zu settings compared may be the truly best: none is ruled "
                       "out.%s",
                       paired, too_good);
    if (choice->kept == 1)
        return compose("With 95%% confidence this is the truly best of the %zu settings compared.",
                       paired);
    return compose("With 95%% confidence the truly best of the %zu settings compared is among "
                   "these %zu.%s",
                   paired, choice->kept, too_good);
}

/* ---- of differences ------------------------------------------------------------------- */

static char *would_show(double difference, const struct metric *metric)
{
    char text[UNITS_TEXT];
    return compose("a difference above %s would show 9 times of 10",
                   show_value(text, metric, difference));
}

char *certainty_of_verdict(const struct verdict *verdict, const struct metric *metric)
{
    return would_show(verdict->would_show, metric);
}

/* Writes the names of those not told apart; returns how many there are. *most: the largest
 * difference that would show, which shows in any of them but the rare. */
static size_t name_open(FILE *out, const struct outcomes *outcomes,
                        const struct ranking_group *group, size_t column, double *most, bool *rare)
{
    size_t found = 0;
    *most = 0;
    *rare = false;
    for (size_t i = 0; i < group->count; i++) {
        const struct ranked_setting *ranked = &group->settings[i];
        if (!ranked->verdicts || !verdict_is_not_told_apart(ranked->verdicts[column].value))
            continue;
        *rare |= ranked->verdicts[column].value == VERDICT_RARE;
        *most = fmax(*most, ranked->verdicts[column].would_show);
        if (found++ < NAMED_MOST)
            fprintf(out, "%s%s", found > 1 ? ", " : "", outcomes->settings[ranked->setting].policy);
    }
    if (found > NAMED_MOST)
        fprintf(out, " and %zu more", found - NAMED_MOST);
    return found;
}

char *certainty_of_group(const struct outcomes *outcomes, const struct ranking_group *group,
                         const struct columns *columns, size_t column)
{
    char *text;
    size_t size;
    double most;
    bool rare;
    if (column >= columns->count)
        return NULL;
    const struct metric *metric = outcomes->metrics[columns->metrics[column]];
    FILE *out = memory_text_begin(&text, &size);
    fprintf(out, "Not told apart from %s in %s: ", outcomes->baseline, metric->name);
    size_t found = name_open(out, outcomes, group, column, &most, &rare);
    char *shown = would_show(most, metric);
    if (most > 0)
        fprintf(out, ". With these replications %s%s", shown,
                rare ? ", of those that have an interval" : "");
    fputc('.', out);
    memory_text_end(out);
    free(shown);
    if (found)
        return text;
    free(text);
    return NULL;
}

const char *certainty_of_intervals(size_t comparisons, size_t pairs)
{
    if (pairs < 2)
        return "";
    return comparisons > 1 ? "; all intervals of a column together are right 95 times of 100"
                           : "; 95% intervals";
}

/* ---- of pairs ------------------------------------------------------------------------- */

static void write_times(FILE *out, double times)
{
    if (times > PAIRING_MOST)
        fprintf(out, "over %d", PAIRING_MOST);
    else
        fprintf(out, times < 9.95 ? "%.1f" : "%.0f", times);
}

char *certainty_of_pairs(const struct outcomes *outcomes, const struct ranking_group *group,
                         const struct columns *columns)
{
    char *text;
    size_t size, found = 0;
    FILE *out = memory_text_begin(&text, &size);
    fprintf(out, "Runs with the same seed share their luck. Without that, differences known as "
                 "well would take ");
    for (size_t i = 0; i < columns->count; i++) {
        if (isnan(group->pairing[i]))
            continue;
        fputs(found ? ", " : "", out);
        write_times(out, group->pairing[i]);
        fprintf(out, found++ ? " in %s" : " times as many runs in %s",
                outcomes->metrics[columns->metrics[i]]->name);
    }
    fprintf(out, ".");
    memory_text_end(out);
    if (found)
        return text;
    free(text);
    return NULL;
}
