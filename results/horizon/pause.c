/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/pause.h"

#include <math.h>

#include "sim/base/units.h"

#define OBJECTS_FEW 100 /* fewer say nothing of what others like them cost */

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
    return (struct content){(double)(would->examined - would->unreachable),
                            (double)would->unreachable};
}

/* Reachable objects have been seen to grow for so long; they are taken to do it for as long again,
 * since what fills will be full. */
static double growth_until(const struct steady *steady, double in)
{
    return steady->grows > 0 ? steady->grows * fmin(in, steady->to - steady->from) : 0;
}

/* A full one that a counter asks for comes one trigger after one of generation 1: there is nothing
 * in that but what has survived it. */
static struct content full_content(const struct ending *ending, const struct steady *steady,
                                   const struct first *first, double in, double old)
{
    const struct would_find *would = ending->would_find;
    double middle = (double)would[1].unreachable - (double)would[0].unreachable;
    struct content content = content_now(&would[2]);
    content.survivors += growth_until(steady, in);
    content.garbage = old + steady->floats * in;
    content.garbage += garbage_when(ending, steady, in);
    if (first->planned || !ending->automatic)
        content.garbage += middle;
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
    return (struct content){middle_survivors(ending, steady, in),
                            (double)would[1].unreachable - (double)would[0].unreachable + young};
}

struct content content_usual(const struct past *past, const struct steady *steady,
                             const struct calendar *calendar, int g)
{
    const struct ending *ending = &past->result->ending;
    if (g == 2) {
        struct content now = content_now(&ending->would_find[2]);
        struct content content =
            full_content(ending, steady, &calendar->first[2], calendar->full_period, 0);
        content.survivors = now.survivors + growth_until(steady, calendar->left);
        return content;
    }
    return (struct content){g == 1 ? steady->middle_survivors : 0, young_garbage(ending, steady)};
}

/* Whether a collection of an older generation comes before the next of this. */
static bool comes_behind_older(const struct calendar *calendar, int g)
{
    for (int older = g + 1; older < GENERATIONS; older++)
        if (calendar->first[older].in < calendar->first[g].in)
            return true;
    return false;
}

struct content content_of_next(const struct past *past, const struct steady *steady,
                               const struct calendar *calendar, int g)
{
    const struct ending *ending = &past->result->ending;
    const struct would_find *would = ending->would_find;
    double in = calendar->first[g].in;
    if (g == 2)
        return full_content(ending, steady, &calendar->first[2], in,
                            (double)would[2].unreachable - (double)would[1].unreachable);
    if (comes_behind_older(calendar, g))
        return content_usual(past, steady, calendar, g);
    if (g == 1)
        return middle_content(ending, steady, calendar);
    struct content content = content_now(&would[0]);
    content.garbage = garbage_when(ending, steady, in);
    return content;
}

/* Work and bytes of an object, of those that survive and of garbage; where there are hardly any, as
 * of older generations. */
struct object {
    double work_ns[2], bytes[2];
};

static void set_object(struct object *object, int which, double objects, double work_ns,
                       double bytes)
{
    object->work_ns[which] = work_ns / objects;
    object->bytes[which] = bytes / objects;
}

static struct object usual_object(const struct would_find *would, int g)
{
    struct object object = {{0}};
    for (bool survivor = false, garbage = false; g < GENERATIONS; g++) {
        const struct would_find *w = &would[g];
        double survivors = (double)(w->examined - w->unreachable);
        double unreachable = (double)w->unreachable;
        if (!survivor && (survivors >= OBJECTS_FEW || (g == 2 && survivors > 0))) {
            survivor = true;
            set_object(&object, 0, survivors, w->work_ns - w->garbage_work_ns,
                       (double)(w->container_bytes - w->garbage_bytes));
        }
        if (!garbage && (unreachable >= OBJECTS_FEW || (g == 2 && unreachable > 0))) {
            garbage = true;
            set_object(&object, 1, unreachable, w->garbage_work_ns, (double)w->garbage_bytes);
        }
    }
    return object;
}

static double ns_of(double work_ns, double bytes, enum layout layout)
{
    return work_ns * costs_size_factor(layout, bytes);
}

/* What it would take now, and what makes the difference. */
double pause_of(const struct past *past, int g, struct content content)
{
    const struct would_find *would = past->result->ending.would_find, *now = &would[g];
    enum layout layout = past->result->layout;
    struct object object = usual_object(would, g);
    struct content more = content_now(now);
    more.survivors = content.survivors - more.survivors;
    more.garbage = content.garbage - more.garbage;
    double work =
        now->work_ns + more.survivors * object.work_ns[0] + more.garbage * object.work_ns[1];
    double bytes = (double)now->container_bytes + more.survivors * object.bytes[0] +
                   more.garbage * object.bytes[1];
    double ns = (double)now->pause_ns - ns_of(now->work_ns, (double)now->container_bytes, layout) +
                ns_of(fmax(0, work), fmax(0, bytes), layout);
    return fmax(0, ns) / NS_PER_S;
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
