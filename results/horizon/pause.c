/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/pause.h"

#include <math.h>

#include "sim/base/units.h"

#define OBJECTS_FEW 100  /* fewer say nothing of what others like them cost */
#define ROUNDING    1e-9 /* of times that are added up one by one */

/* Of net births, that which will be garbage: the rest is growth. */
static double share_that_dies(const struct steady *steady)
{
    double grows = isnan(steady->grows) ? 0 : steady->grows;
    return steady->rate > 0 ? fmin(fmax(1 - grows / steady->rate, 0), 1) : 1;
}

/* Of what one collection of generation 0 finds. */
static double young_garbage(const struct ending *ending, const struct steady *steady)
{
    if (!isnan(steady->young_garbage))
        return steady->young_garbage;
    return ((double)ending->threshold[0] + 1) * share_that_dies(steady);
}

/* Garbage in generation 0 when so much time has gone by: as much as any collection finds there, if
 * it is not more now; or all that gathers, if none comes. */
static double garbage_when(const struct ending *ending, const struct steady *steady, double in)
{
    double now = (double)ending->would_find[0].unreachable;
    double dies = fmax(0, steady->rate) * in * share_that_dies(steady);
    return ending->automatic ? fmin(now + dies, fmax(now, young_garbage(ending, steady)))
                             : now + dies;
}

static struct content content_now(const struct would_find *would)
{
    return (struct content){.survivors = (double)(would->examined - would->unreachable),
                            .garbage = (double)would->unreachable};
}

/* Reachable objects have been seen to grow for so long; they are taken to do it for as long again,
 * since what fills will be full. */
static double growth_until(const struct steady *steady, double in)
{
    return steady->grows > 0 ? steady->grows * fmin(in, steady->to - steady->from) : 0;
}

/* ---- the program's work before it ----------------------------------------------------------- */

/* Of a second of the steady state, in seconds. */
static double work_of_a_second(const struct past *past)
{
    const struct simulation_result *result = past->result;
    double wall = (double)(result->wall_ns - result->steady_ns);
    return wall > 0 ? (double)(result->mutator_ns - result->steady_mutator_ns) / wall : 1;
}

/* Seconds from one that goes through all of generation g to the next. */
static double usual_apart(const struct past *past, const struct steady *steady,
                          const struct calendar *calendar, int g)
{
    const struct ending *ending = &past->result->ending;
    if (g == GENERATIONS - 1)
        return calendar->full_period;
    if (ending->automatic)
        return steady->interval * (g == 1 ? (double)(ending->threshold[1] + 2) : 1);
    return calendar->planned[g];
}

/* ---- what it finds -------------------------------------------------------------------------- */

/* Where policies collect younger generations, too, and no counter does: what they have left. */
static double young_garbage_of_policies(const struct ending *ending, const struct steady *steady,
                                        double in, double since)
{
    const struct would_find *would = ending->would_find;
    double middle = (double)would[1].unreachable - (double)would[0].unreachable;
    if (since < (1 - ROUNDING) * in)
        return fmax(0, steady->rate) * since * share_that_dies(steady);
    return garbage_when(ending, steady, in) + middle;
}

/* A full one that a counter asks for comes one trigger after one of generation 1: there is nothing
 * in that but what has survived it. */
static struct content full_content(const struct ending *ending, const struct steady *steady,
                                   const struct first *first, double in, double since, double old)
{
    const struct would_find *would = ending->would_find;
    double middle = (double)would[1].unreachable - (double)would[0].unreachable;
    struct content content = content_now(&would[2]);
    content.survivors += growth_until(steady, in);
    content.garbage = old + steady->floats * in;
    if (!ending->automatic)
        content.garbage += young_garbage_of_policies(ending, steady, in, since);
    else
        content.garbage += garbage_when(ending, steady, in) + (first->planned ? middle : 0);
    return content;
}

/* What survives until the next of generation 1: as usual, and besides what start-up has left. */
static double middle_survivors(const struct ending *ending, const struct steady *steady, double in)
{
    const struct would_find *would = &ending->would_find[1];
    double now = (double)(would->examined - would->unreachable);
    double apart = steady->interval * (double)(ending->threshold[1] + 2);
    return steady->is_fresh[1]
               ? fmax(now, steady->middle_survivors)
               : now + steady->under_way +
                     steady->lasting * fmin(fmin(in, apart), steady->to - steady->from);
}

/* If a collection of generation 0 comes before it, that takes what there is now. */
static struct content middle_content(const struct ending *ending, const struct steady *steady,
                                     const struct calendar *calendar)
{
    const struct would_find *would = ending->would_find;
    double in = calendar->first[1].in, young = garbage_when(ending, steady, in);
    if (calendar->first[0].in < in)
        young = young_garbage(ending, steady);
    return (struct content){.survivors = middle_survivors(ending, steady, in),
                            .garbage = (double)would[1].unreachable - (double)would[0].unreachable +
                                       young};
}

struct content content_usual(const struct past *past, const struct steady *steady,
                             const struct calendar *calendar, int g)
{
    const struct ending *ending = &past->result->ending;
    struct content content = {.survivors = g == 1 ? steady->middle_survivors : 0,
                              .garbage = young_garbage(ending, steady)};
    if (g == 2) {
        content = full_content(ending, steady, &calendar->first[2], calendar->full_period,
                               calendar->full_since, 0);
        content.survivors =
            content_now(&ending->would_find[2]).survivors + growth_until(steady, calendar->left);
    }
    content.worked = usual_apart(past, steady, calendar, g) * work_of_a_second(past);
    return content;
}

/* Whether a collection of an older generation comes before the next of this. */
static bool comes_behind_older(const struct calendar *calendar, int g)
{
    for (int older = g + 1; older < GENERATIONS; older++)
        if (calendar->first[older].in < calendar->first[g].in)
            return true;
    return false;
}

/* Without the work before it. */
static struct content next_content(const struct ending *ending, const struct steady *steady,
                                   const struct calendar *calendar, int g)
{
    const struct would_find *would = ending->would_find;
    double in = calendar->first[g].in;
    if (g == 2)
        return full_content(ending, steady, &calendar->first[2], in, calendar->first[2].since,
                            (double)would[2].unreachable - (double)would[1].unreachable);
    if (g == 1)
        return middle_content(ending, steady, calendar);
    struct content content = content_now(&would[0]);
    content.garbage = garbage_when(ending, steady, in);
    return content;
}

struct content content_of_next(const struct past *past, const struct steady *steady,
                               const struct calendar *calendar, int g)
{
    const struct ending *ending = &past->result->ending;
    if (comes_behind_older(calendar, g))
        return content_usual(past, steady, calendar, g);
    struct content content = next_content(ending, steady, calendar, g);
    content.worked = units_seconds(ending->would_find[g].worked_ns) +
                     calendar->first[g].in * work_of_a_second(past);
    return content;
}

/* ---- how long it takes ---------------------------------------------------------------------- */

/* So many objects more, each with that load. */
static void add_load(struct load *sum, double objects, const struct load *each)
{
    sum->work_ns += objects * each->work_ns;
    sum->touched += objects * each->touched;
    sum->bytes += objects * each->bytes;
}

static struct load share_of(const struct load *load, double objects)
{
    struct load each = {0};
    add_load(&each, 1 / objects, load);
    return each;
}

/* What an object adds to the load, of those that survive and of garbage; where there are hardly
 * any, as of older generations. */
struct object {
    struct load survivor, garbage;
};

static struct object usual_object(const struct would_find *would, int g)
{
    struct object object = {{0}, {0}};
    for (bool survivor = false, garbage = false; g < GENERATIONS; g++) {
        const struct would_find *w = &would[g];
        const struct content content = content_now(w);
        if (!survivor && content.survivors >= (g == 2 ? 1 : OBJECTS_FEW)) {
            struct load load = w->load;
            add_load(&load, -1, &w->garbage);
            survivor = true;
            object.survivor = share_of(&load, content.survivors);
        }
        if (!garbage && content.garbage >= (g == 2 ? 1 : OBJECTS_FEW)) {
            garbage = true;
            object.garbage = share_of(&w->garbage, content.garbage);
        }
    }
    return object;
}

static struct load not_negative(struct load load)
{
    return (struct load){fmax(0, load.work_ns), fmax(0, load.touched), fmax(0, load.bytes)};
}

/* What it would find now, and what makes the difference. */
double pause_of(const struct past *past, int g, struct content content)
{
    const struct would_find *would = past->result->ending.would_find;
    const struct object object = usual_object(would, g);
    const struct content now = content_now(&would[g]);
    struct load load = would[g].load;
    add_load(&load, content.survivors - now.survivors, &object.survivor);
    add_load(&load, content.garbage - now.garbage, &object.garbage);
    load = not_negative(load);
    const struct simulation_result *result = past->result;
    const struct prices *prices = past->is_at_end ? &result->prices_at[past->end] : &result->prices;
    return prices_pause_ns(prices, g, &load, content.worked * NS_PER_S) / NS_PER_S;
}

double heap_with(const struct past *past, double garbage)
{
    const struct ending *ending = &past->result->ending;
    double bytes = (double)(ending->heap_bytes - ending->live_bytes);
    double objects = (double)ending->would_find[2].unreachable;
    if (objects < OBJECTS_FEW) {
        bytes = (double)ending->heap_bytes;
        objects = (double)ending->would_find[2].examined;
    }
    return (double)ending->live_bytes + (objects > 0 ? garbage * bytes / objects : 0);
}
