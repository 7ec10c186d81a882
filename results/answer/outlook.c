/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/outlook.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/horizon/prediction.h"
#include "results/store/query.h"
#include "sim/base/memory_text.h"
#include "sim/base/units.h"
#include "sim/model/collector.h"

#define LONGER     1.1 /* times what was seen: predictions of pauses are not better than that */
#define GROWS_MORE 1.5 /* times the heap that was seen */

/* What it takes, of metrics. */
enum {
    COVERED,
    FLAGGED,
    CHANGES,
    HORIZON,
    WALL,
    SEEN,
    PAUSE_MAX,
    ARRIVALS,
    HEAP,
    HEAP_SEEN,
    FULL_ONES, /* to come */
    FULL_PAUSE,
    NEXT, /* low, high, pause, pause_high of each generation */
    LOW = 0,
    HIGH,
    PAUSE,
    PAUSE_HIGH,
    OF_NEXT,
    NEEDED = NEXT + GENERATIONS * OF_NEXT
};

#define OF_GENERATION(g)                                                                           \
    [NEXT + (g)*OF_NEXT + LOW] = "next_gen" #g "_low",                                             \
                          [NEXT + (g)*OF_NEXT + HIGH] = "next_gen" #g "_high",                     \
                          [NEXT + (g)*OF_NEXT + PAUSE] = "next_gen" #g "_pause",                   \
                          [NEXT + (g)*OF_NEXT + PAUSE_HIGH] = "next_gen" #g "_pause_high"

static const char *const needed[NEEDED] = {
    [COVERED] = "covered",
    [FLAGGED] = "flagged",
    [CHANGES] = "changes",
    [HORIZON] = "horizon",
    [WALL] = "wall_time",
    [SEEN] = "service_pause_max",
    [PAUSE_MAX] = "horizon_pause_max",
    [ARRIVALS] = "arrival_dispersion",
    [HEAP] = "horizon_heap_peak",
    [HEAP_SEEN] = "heap_peak",
    [FULL_ONES] = "expected_gen2",
    [FULL_PAUSE] = "usual_gen2_pause",
    OF_GENERATION(0),
    OF_GENERATION(1),
    OF_GENERATION(2),
};

/* Over runs; NaN: none has a value. */
struct facts {
    double least, mean, most;
};

/* ---- what it is ----------------------------------------------------------------------- */

/* Full collections behind the next one find what has grown until then, and may take longer. */
static void find_later(struct outlook *outlook, const struct facts facts[NEEDED])
{
    const struct facts *next = &facts[NEXT + (GENERATIONS - 1) * OF_NEXT];
    double pause = facts[FULL_PAUSE].mean;
    if (!(facts[FULL_ONES].mean >= 2) || pause <= LONGER * outlook->pause)
        return;
    outlook->generation = GENERATIONS - 1;
    outlook->low = next[LOW].least;
    outlook->high = INFINITY;
    outlook->pause = outlook->pause_high = pause;
}

/* The longest pause that may come before the horizon. One that would find most of its garbage
 * behind that is no longer than horizon_pause_max. */
static void find_next(struct outlook *outlook, const struct facts facts[NEEDED])
{
    outlook->generation = -1;
    for (int g = 0; g < GENERATIONS; g++) {
        const struct facts *next = &facts[NEXT + g * OF_NEXT];
        double pause = fmin(next[PAUSE].mean, outlook->pause_max);
        if (!(next[LOW].least < outlook->horizon) || pause <= outlook->pause)
            continue;
        outlook->generation = g;
        outlook->low = next[LOW].least;
        outlook->high = next[HIGH].most;
        outlook->pause = pause;
        outlook->pause_high = pause < next[PAUSE].mean ? pause : next[PAUSE_HIGH].mean;
    }
    find_later(outlook, facts);
}

static bool is_longer(const struct outlook *outlook)
{
    return outlook->generation >= 0 && !(outlook->pause <= LONGER * outlook->seen);
}

/* Before the horizon; nor did anything. */
static bool nothing_comes(const struct outlook *outlook, const struct facts facts[NEEDED])
{
    bool comes = outlook->seen > 0;
    for (int g = 0; g < GENERATIONS; g++)
        comes |= facts[NEXT + g * OF_NEXT + LOW].least < outlook->horizon;
    return !comes;
}

static enum outlook_is judge(const struct outlook *outlook, const struct facts facts[NEEDED])
{
    if (isnan(facts[COVERED].least))
        return OUTLOOK_UNKNOWN;
    if (facts[CHANGES].most > 0)
        return OUTLOOK_UNRELIABLE;
    if (nothing_comes(outlook, facts))
        return OUTLOOK_NOTHING;
    if (facts[COVERED].least > 0)
        return OUTLOOK_SEEN;
    if (facts[FLAGGED].most > 0)
        return OUTLOOK_UNRELIABLE;
    return is_longer(outlook) ? OUTLOOK_COMES : OUTLOOK_NO_LONGER;
}

static struct outlook make(const struct facts facts[NEEDED])
{
    struct outlook outlook = {
        .horizon = facts[HORIZON].most,
        .ran = facts[WALL].least,
        .seen = facts[SEEN].mean,
        .low = NAN,
        .high = NAN,
        .pause = NAN,
        .pause_high = NAN,
        .pause_max = facts[PAUSE_MAX].mean,
        .heap = facts[HEAP].mean,
        .heap_seen = facts[HEAP_SEEN].mean,
    };
    find_next(&outlook, facts);
    outlook.is = judge(&outlook, facts);
    if (outlook.is == OUTLOOK_UNRELIABLE) {
        outlook.changes = facts[CHANGES].most > 0;
        outlook.bursts = !outlook.changes && facts[ARRIVALS].most > DISPERSION_LIMIT;
        outlook.grows = !outlook.changes && !outlook.bursts;
    }
    return outlook;
}

struct outlook outlook_of_run(const double *values)
{
    struct facts facts[NEEDED];
    for (size_t i = 0; i < NEEDED; i++) {
        const struct metric *metric = metric_named(needed[i]);
        double value = metric ? values[metric - metrics] : NAN;
        facts[i] = (struct facts){value, value, value};
    }
    return make(facts);
}

bool outlook_is_covered(const struct outlook *outlook)
{
    return outlook->is == OUTLOOK_NOTHING || outlook->is == OUTLOOK_SEEN;
}

/* ---- reading -------------------------------------------------------------------------- */

static sqlite3_stmt *begin_query(const struct outcomes *outcomes, size_t setting,
                                 struct store *store, struct error *error)
{
    const struct outcome *of = &outcomes->settings[setting];
    const struct outcome_group *group = &outcomes->groups[of->group];
    char *list = query_names(needed, NEEDED);
    sqlite3_stmt *rows = query_begin(
        store, error,
        "SELECT metric, min(value), avg(value), max(value) FROM run JOIN summary ON run_id = id"
        " WHERE experiment_id = %lld AND in_plan AND status = 'finished' AND policy = %Q"
        " AND workload = %Q AND collector = %Q AND costs = %Q AND warmup = %Q AND sampling = %Q"
        " AND horizon = %Q AND metric IN (%s) GROUP BY metric",
        (long long)outcomes->experiment->number, of->policy, group->workload, group->collector,
        group->costs, group->warmup, group->sampling, group->horizon, list);
    sqlite3_free(list);
    return rows;
}

int outlook_read(struct outlook *outlook, const struct outcomes *outcomes, size_t setting,
                 struct store *store, struct error *error)
{
    struct facts facts[NEEDED];
    int more;
    for (size_t i = 0; i < NEEDED; i++)
        facts[i] = (struct facts){NAN, NAN, NAN};
    sqlite3_stmt *rows = begin_query(outcomes, setting, store, error);
    while ((more = query_next(store, rows, error)) > 0)
        for (size_t i = 0; i < NEEDED; i++)
            if (strcmp(needed[i], query_string(rows, 0)) == 0)
                facts[i] =
                    (struct facts){query_real(rows, 1), query_real(rows, 2), query_real(rows, 3)};
    sqlite3_finalize(rows);
    *outlook = make(facts);
    return more;
}

/* ---- words ---------------------------------------------------------------------------- */

#define NUMBER_TEXT 48

/* Predictions are good for two digits. */
static double two_digits(double value)
{
    double unit = value > 0 ? pow(10, floor(log10(value)) - 1) : 1;
    return round(value / unit) * unit;
}

static char *show_pause(char text[NUMBER_TEXT], double seconds)
{
    static const char *const units[] = {"s", "ms", "us", "ns"};
    size_t unit = 0;
    double value = two_digits(seconds);
    for (; value < 0.9995 && unit < 3; unit++)
        value *= 1000;
    snprintf(text, NUMBER_TEXT, "%g %s", value, units[unit]);
    return text;
}

/* The unit for a time of some length, in which it is not a large number. */
struct clock {
    const char *name;
    double seconds;
};

static struct clock clock_for(double seconds)
{
    static const struct clock clocks[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"days", 86400}};
    size_t i = 0;
    while (i < 3 && seconds >= 2 * clocks[i + 1].seconds)
        i++;
    return clocks[i];
}

/* "after 4 to 6 min". */
static char *show_when(char text[NUMBER_TEXT], const struct outlook *outlook)
{
    bool open = !(outlook->high < outlook->horizon), at_once = outlook->low <= outlook->ran;
    struct clock clock = clock_for(open      ? outlook->low
                                   : at_once ? outlook->high
                                             : sqrt(outlook->low * outlook->high));
    double low = two_digits(outlook->low / clock.seconds);
    double high = two_digits(outlook->high / clock.seconds);
    if (open)
        snprintf(text, NUMBER_TEXT, "after %g %s or more", low, clock.name);
    else if (at_once)
        snprintf(text, NUMBER_TEXT, "within %g %s", high, clock.name);
    else if (low < high)
        snprintf(text, NUMBER_TEXT, "after %g to %g %s", low, high, clock.name);
    else
        snprintf(text, NUMBER_TEXT, "after %g %s", low, clock.name);
    return text;
}

char *outlook_horizon(char text[UNITS_TEXT], const struct outlook *outlook)
{
    return units_write_duration(text, (int64_t)llround(outlook->horizon * NS_PER_S));
}

static bool heap_grows(const struct outlook *outlook)
{
    return outlook->heap > GROWS_MORE * outlook->heap_seen;
}

char *outlook_show(char text[OUTLOOK_TEXT], const struct outlook *outlook)
{
    char pause[NUMBER_TEXT], when[NUMBER_TEXT], heap[UNITS_TEXT];
    static const char *const generations[] = {"gen 0", "gen 1", "full"};
    static const char *const words[OUTLOOK_COUNT] = {[OUTLOOK_UNKNOWN] = "-",
                                                     [OUTLOOK_NOTHING] = "nothing",
                                                     [OUTLOOK_SEEN] = "nothing new",
                                                     [OUTLOOK_NO_LONGER] = "none longer"};
    if (outlook->is == OUTLOOK_COMES)
        snprintf(text, OUTLOOK_TEXT, "%s %s (%s)", show_pause(pause, outlook->pause),
                 show_when(when, outlook), generations[outlook->generation]);
    else if (outlook->is == OUTLOOK_UNRELIABLE)
        snprintf(text, OUTLOOK_TEXT, "unclear: %s",
                 outlook->changes  ? "policy changes"
                 : outlook->bursts ? "bursts"
                                   : "heap grows");
    else if (outlook->is == OUTLOOK_NOTHING && heap_grows(outlook))
        snprintf(text, OUTLOOK_TEXT, "no pause; heap %s", units_show_bytes(heap, outlook->heap));
    else
        snprintf(text, OUTLOOK_TEXT, "%s", words[outlook->is]);
    return text;
}

/* ---- sentences ------------------------------------------------------------------------ */

/* "a pause of 1.4 s, or 1.9 s if the heap goes on growing (a collection of generation 1), after 4
 * to 6 min". */
static void write_next(FILE *out, const struct outlook *outlook)
{
    static const char *const kinds[] = {"a collection of generation 0",
                                        "a collection of generation 1", "a full collection"};
    char pause[NUMBER_TEXT], high[NUMBER_TEXT], when[NUMBER_TEXT];
    fprintf(out, "a pause of %s", show_pause(pause, outlook->pause));
    if (outlook->pause_high > LONGER * outlook->pause)
        fprintf(out, ", or %s if the heap goes on growing", show_pause(high, outlook->pause_high));
    fprintf(out, " (%s), %s", kinds[outlook->generation], show_when(when, outlook));
}

static void write_unreliable(FILE *out, const struct outlook *outlook)
{
    char ran[UNITS_TEXT], seen[NUMBER_TEXT];
    units_show_seconds(ran, outlook->ran);
    fputs("What comes cannot be relied on: ", out);
    if (outlook->changes)
        fputs("the policy changes, or has changed meanwhile: a part of it begins, ends, freezes "
              "or unfreezes.",
              out);
    else if (outlook->bursts)
        fprintf(out, "requests come in bursts, of which %s see too few.", ran);
    else
        fprintf(out, "the heap grows, and %s do not say how far.", ran);
    if (outlook->generation < 0)
        return;
    if (is_longer(outlook)) {
        fputs(" Predicted is ", out);
        write_next(out, outlook);
        fputs(".", out);
    } else {
        fprintf(out, " Predicted is no pause longer than the %s seen.",
                show_pause(seen, outlook->seen));
    }
}

static void write_comes(FILE *out, const struct outlook *outlook)
{
    char ran[UNITS_TEXT], seen[NUMBER_TEXT];
    fprintf(out, "%s were too short to see what comes: predicted is ",
            units_show_seconds(ran, outlook->ran));
    write_next(out, outlook);
    if (outlook->seen > 0)
        fprintf(out, "; the longest seen was %s.", show_pause(seen, outlook->seen));
    else
        fputs("; none was seen.", out);
}

static void write_no_longer(FILE *out, const struct outlook *outlook)
{
    char ran[UNITS_TEXT], seen[NUMBER_TEXT], horizon[UNITS_TEXT];
    fprintf(out,
            "%s were too short to see all that comes up to %s, though no pause longer than the %s "
            "seen is predicted.",
            units_show_seconds(ran, outlook->ran), outlook_horizon(horizon, outlook),
            show_pause(seen, outlook->seen));
}

static void write_nothing(FILE *out, const struct outlook *outlook)
{
    char heap[UNITS_TEXT], horizon[UNITS_TEXT];
    fputs("No collection comes.", out);
    if (heap_grows(outlook))
        fprintf(out, " Garbage stays, and makes a heap of %s up to %s.",
                units_show_bytes(heap, outlook->heap), outlook_horizon(horizon, outlook));
}

static void write_sentence(FILE *out, const struct outlook *outlook)
{
    char horizon[UNITS_TEXT];
    switch (outlook->is) {
    case OUTLOOK_NOTHING:
        write_nothing(out, outlook);
        break;
    case OUTLOOK_SEEN:
        fprintf(out, "What comes up to %s has been seen.", outlook_horizon(horizon, outlook));
        break;
    case OUTLOOK_NO_LONGER:
        write_no_longer(out, outlook);
        break;
    case OUTLOOK_COMES:
        write_comes(out, outlook);
        break;
    case OUTLOOK_UNRELIABLE:
        write_unreliable(out, outlook);
        break;
    default:
        fputs("Nothing is known of what comes after these runs.", out);
    }
}

char *outlook_sentence(const struct outlook *outlook)
{
    char *text;
    size_t size;
    FILE *out = memory_text_begin(&text, &size);
    write_sentence(out, outlook);
    memory_text_end(out);
    return text;
}

char *outlook_caution(const struct outlook *outlook)
{
    char *text;
    size_t size;
    bool covered = outlook_is_covered(outlook);
    if (covered && !(outlook->is == OUTLOOK_NOTHING && heap_grows(outlook)))
        return NULL;
    FILE *out = memory_text_begin(&text, &size);
    if (!covered && outlook->is != OUTLOOK_UNKNOWN)
        fputs("Not seen yet: ", out);
    write_sentence(out, outlook);
    memory_text_end(out);
    return text;
}

/* ---- below a table -------------------------------------------------------------------- */

static size_t count_of(const struct outlook *outlooks, size_t count, enum outlook_is is)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += outlooks[i].is == is;
    return found;
}

static bool any_grows(const struct outlook *outlooks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (outlooks[i].is == OUTLOOK_UNRELIABLE && outlooks[i].grows)
            return true;
    return false;
}

static const struct outlook *with_horizon(const struct outlook *outlooks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isnan(outlooks[i].horizon))
            return &outlooks[i];
    return NULL;
}

static void write_what_it_is(FILE *out, const struct outlook *outlooks, size_t count,
                             const struct outlook *any)
{
    char ran[UNITS_TEXT], horizon[UNITS_TEXT];
    outlook_horizon(horizon, any);
    if (count_of(outlooks, count, OUTLOOK_SEEN) + count_of(outlooks, count, OUTLOOK_NOTHING) ==
        count)
        fprintf(out,
                "Still to come: what is predicted up to %s, as if the program went on like "
                "this.",
                horizon);
    else
        fprintf(out,
                "Still to come: collections that %s were too short to see. Predicted up to %s, as "
                "if the program went on like this, are the longest pause, how long after the "
                "beginning it comes, and in brackets its generation (full: all of them).",
                units_show_seconds(ran, any->ran), horizon);
}

char *outlook_legend(const struct outlook *outlooks, size_t count)
{
    const struct outlook *any = with_horizon(outlooks, count);
    char *text;
    size_t size;
    FILE *out = memory_text_begin(&text, &size);
    if (any)
        write_what_it_is(out, outlooks, count, any);
    if (any && count_of(outlooks, count, OUTLOOK_SEEN))
        fputs(" Nothing new: all kinds of collections that come have been seen.", out);
    if (any && count_of(outlooks, count, OUTLOOK_NO_LONGER))
        fputs(" None longer: not all have been, but no longer pause is predicted.", out);
    if (any && count_of(outlooks, count, OUTLOOK_NOTHING))
        fputs(" Nothing, no pause: no collection comes; heap: what garbage makes of it by then.",
              out);
    if (any && count_of(outlooks, count, OUTLOOK_UNRELIABLE))
        fputs(" Unclear: no prediction can be relied on where the heap grows, requests come in "
              "longer bursts than were seen, or the policy changes.",
              out);
    if (any && any_grows(outlooks, count))
        fputs(" Tables that fill make a heap grow: begin with them full (warm=1 of web), or leave "
              "that time out (--warmup).",
              out);
    if (any &&
        count_of(outlooks, count, OUTLOOK_COMES) + count_of(outlooks, count, OUTLOOK_UNRELIABLE))
        fputs(" To see it: --until covered.", out);
    memory_text_end(out);
    return text;
}

/* ---- for programs --------------------------------------------------------------------- */

void outlook_json(struct json *json, const struct outlook *outlook)
{
    json_real(json, "horizon", outlook->horizon);
    if (outlook->is != OUTLOOK_UNKNOWN) {
        json_boolean(json, "covered", outlook_is_covered(outlook));
        json_boolean(json, "flagged", outlook->is == OUTLOOK_UNRELIABLE);
    } else {
        json_text(json, "covered", NULL);
        json_text(json, "flagged", NULL);
    }
    if (outlook->generation < 0) {
        json_text(json, "predicted", NULL);
        return;
    }
    json_object(json, "predicted");
    json_integer(json, "generation", outlook->generation);
    json_real(json, "pause", outlook->pause);
    json_real(json, "pause_high", outlook->pause_high);
    json_real(json, "low", outlook->low);
    json_real(json, "high", outlook->high);
    json_end(json);
}
