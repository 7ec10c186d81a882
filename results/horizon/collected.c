/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/collected.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "sim/base/units.h"

#define TRIGGERS_FEW   6   /* fewer say too little of the time between two */
#define LEFT_FEW       0.1 /* of what survives: so much from start-up does not matter */
#define SURVIVORS_FEW  4   /* as few collections of generation 1 */
#define SURVIVORS_MOST (SURVIVORS_FEW + 2)

/* ---- what was there before ----------------------------------------------------------------- */

/* As the steady state begins, in objects; NaN: no sample says it. */
struct before {
    double live[GENERATIONS]; /* reachable, of that generation and the younger ones */
    double old_garbage;       /* in the oldest */
};

/* Objects in a byte of garbage, by what there is at the end. */
static double objects_in_garbage(const struct ending *ending)
{
    double bytes = (double)(ending->heap_bytes - ending->live_bytes);
    return bytes > 0 ? (double)ending->would_find[GENERATIONS - 1].unreachable / bytes : 0;
}

/* Garbage is anywhere in the same proportion. */
static struct before before_steady(const struct past *past, const struct steady *steady)
{
    struct before before = {{NAN, NAN, NAN}, NAN};
    size_t i = 0;
    while (i < past->sample_count && units_seconds(past->samples[i].wall_ns) < steady->from)
        i++;
    if (i == past->sample_count)
        return before;
    const struct sample *sample = &past->samples[i];
    double younger[GENERATIONS], all = 0;
    for (int g = 0; g < GENERATIONS; g++)
        younger[g] = all += (double)sample->tracked[g];
    double garbage = (double)sample->garbage_bytes * objects_in_garbage(&past->result->ending);
    double share = all > 0 ? fmin(1, garbage / all) : 0;
    for (int g = 0; g < GENERATIONS; g++)
        before.live[g] = younger[g] * (1 - share);
    before.old_garbage = (double)sample->tracked[GENERATIONS - 1] * share;
    return before;
}

/* ---- what survives, by its age --------------------------------------------------------------- */

struct survivors {
    double ages[SURVIVORS_MOST], objects[SURVIVORS_MOST];
    size_t count;
};

static void add_survivors(struct survivors *known, double age, double objects)
{
    if (known->count == SURVIVORS_MOST || !(age > 0) || !(objects >= 0))
        return;
    known->ages[known->count] = age;
    known->objects[known->count++] = objects;
}

/* So many under way, and so many a second that last: a straight line through what is known; where
 * that does not say how many last, as many as what is reachable grows. */
struct survival {
    double under_way, lasting;
};

static struct survival line_through(const struct survivors *known, double grows)
{
    double c0 = 0, c1 = 0, cov00, cov01, cov11, sum;
    if (known->count == 0)
        return (struct survival){0, fmax(grows, 0)};
    double mean = gsl_stats_mean(known->objects, 1, known->count);
    double age = gsl_stats_mean(known->ages, 1, known->count);
    if (known->count > 1)
        gsl_fit_linear(known->ages, 1, known->objects, 1, known->count, &c0, &c1, &cov00, &cov01,
                       &cov11, &sum);
    if (!(c1 > 0)) /* or not a number: all are of one age */
        return (struct survival){fmax(0, mean - fmax(grows, 0) * age),
                                 fmin(fmax(grows, 0), mean / age)};
    return c0 < 0 ? (struct survival){0, mean / age} : (struct survival){c0, c1};
}

/* ---- collections ---------------------------------------------------------------------------- */

/* Of generation g, [g]: those that found nothing of what start-up had left. */
struct learnt {
    double previous[GENERATIONS]; /* instants: the last of that generation or an older one */
    double middle_squares;        /* of the survivors of generation 1 */
    double survivors[GENERATIONS], garbage[GENERATIONS], pause[GENERATIONS];
    uint64_t count[GENERATIONS];
    double exposed; /* seconds from collection to collection */
    uint64_t triggers;
    double last; /* any collection */
    struct before before;
    struct survivors known;
};

/* Any collection sets the counter to 0. Those that do not wait for a trigger cut an interval short:
 * the mean between triggers is all the time there was for one, over how many there were. */
static void learn_trigger(struct learnt *learnt, const struct collection *collection, double at)
{
    if (learnt->last >= 0) {
        learnt->exposed += at - learnt->last;
        learnt->triggers += collection->cause == CAUSE_threshold;
    }
    learnt->last = at;
}

/* So many have survived until then. Where the steady state has found few there, as behind a freeze,
 * these are not new; among many, how many died in between is not known. */
static void learn_survivors(struct learnt *learnt, const struct steady *steady, int g, double at,
                            double survivors)
{
    if (learnt->previous[g] >= steady->from)
        add_survivors(&learnt->known, at - learnt->previous[g], survivors);
    else if (learnt->before.live[g] < LEFT_FEW * survivors)
        add_survivors(&learnt->known, at - steady->from, survivors - learnt->before.live[g]);
}

static void learn(struct learnt *learnt, const struct steady *steady,
                  const struct collection *collection, uint64_t pause_ns)
{
    int g = collection->generation;
    double at = units_seconds(collection->wall_ns);
    double survivors = (double)(collection->examined - collection->unreachable);
    if (at < steady->from)
        return;
    learn_trigger(learnt, collection, at);
    if (learnt->previous[g] >= steady->from) {
        learnt->count[g]++;
        learnt->survivors[g] += survivors;
        learnt->middle_squares += g == 1 ? survivors * survivors : 0;
        learnt->garbage[g] += (double)collection->unreachable;
        learnt->pause[g] += units_seconds(pause_ns);
    }
    if (g == 1)
        learn_survivors(learnt, steady, g, at, survivors);
    for (; g >= 0; g--)
        learnt->previous[g] = at;
}

/* By age: of the few there are, of young ones, and of what a collection now would find. When all
 * requests are answered, that lacks what those under way hold at any other time, as young ones do.
 */
static struct survival survivors_by_age(struct learnt *learnt, const struct steady *steady,
                                        const struct past *past)
{
    const struct would_find *would = past->result->ending.would_find;
    double now = units_seconds(past->result->wall_ns), lacks = 0;
    if (learnt->count[0] > 0) {
        double young = learnt->survivors[0] / (double)learnt->count[0];
        add_survivors(&learnt->known, steady->interval, young);
        if (past->request_count > 0) {
            lacks = young;
            now += steady->interval;
        }
    }
    for (int g = learnt->count[0] > 0; g <= 1; g++)
        learn_survivors(learnt, steady, g, now,
                        (double)(would[g].examined - would[g].unreachable) + lacks);
    return line_through(&learnt->known, steady->grows);
}

static double middle_error(const struct learnt *learnt)
{
    double count = (double)learnt->count[1], sum = learnt->survivors[1];
    if (count < 2 || sum <= 0)
        return 0;
    double variance = fmax(0, learnt->middle_squares - sum * sum / count) / (count - 1);
    return sqrt(variance / count) / (sum / count);
}

/* What is seen to grow is taken to do so for as long again: what fills will be full. */
static void conclude_survivors(struct steady *steady, struct learnt *learnt,
                               const struct past *past)
{
    double age = steady->interval * (double)(past->result->ending.threshold[1] + 2);
    struct survival survival = survivors_by_age(learnt, steady, past);
    steady->middle_error = middle_error(learnt);
    steady->under_way = survival.under_way;
    steady->lasting = survival.lasting;
    steady->middle_survivors =
        survival.under_way + survival.lasting * fmin(age, 2 * (steady->to - steady->from));
    if (learnt->count[1] >= SURVIVORS_FEW)
        steady->middle_survivors = learnt->survivors[1] / (double)learnt->count[1];
}

/* What only a full collection would find has gathered since the last one; or since the steady state
 * began, but for what there was by then. */
static double floats(const struct learnt *learnt, const struct steady *steady,
                     const struct past *past)
{
    const struct would_find *would = past->result->ending.would_find;
    double old = (double)would[2].unreachable - (double)would[1].unreachable;
    double since = learnt->previous[2], now = units_seconds(past->result->wall_ns);
    if (since < steady->from) {
        old -= learnt->before.old_garbage;
        since = steady->from;
    }
    return now > since && old > 0 ? old / (now - since) : 0;
}

static void conclude(struct steady *steady, struct learnt *learnt, const struct past *past)
{
    const struct ending *ending = &past->result->ending;
    steady->interval = (double)(ending->threshold[0] + 1) / steady->rate;
    if (learnt->triggers >= TRIGGERS_FEW)
        steady->interval = learnt->exposed / (double)learnt->triggers;
    steady->young_garbage = learnt->count[0] ? learnt->garbage[0] / (double)learnt->count[0] : NAN;
    conclude_survivors(steady, learnt, past);
    steady->floats = floats(learnt, steady, past);
    for (int g = 0; g < GENERATIONS - 1; g++) {
        steady->is_fresh[g] = learnt->previous[g] >= steady->from;
        steady->usual_pause[g] =
            learnt->count[g] ? learnt->pause[g] / (double)learnt->count[g] : NAN;
    }
}

void collected_find(struct steady *steady, const struct past *past)
{
    struct learnt learnt = {.previous = {-1, -1, -1}, .last = -1};
    learnt.before = before_steady(past, steady);
    for (size_t i = 0; i < past->collection_count; i++) {
        const struct collection *collection = &past->collections[i];
        if (!past_is_steady(past, collection->wall_ns))
            continue;
        steady->seen[collection->generation]++;
        uint64_t pause_ns = past_pause_ns(past, collection);
        steady->longest_pause = fmax(steady->longest_pause, units_seconds(pause_ns));
        learn(&learnt, steady, collection, pause_ns);
    }
    conclude(steady, &learnt, past);
}
