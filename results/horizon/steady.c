/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/steady.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "results/horizon/collected.h"
#include "sim/base/units.h"

#define PARTS     10 /* of the steady state, to see how rates vary */
#define PARTS_FEW 4  /* fewer say nothing of growth */

bool past_is_steady(const struct past *past, uint64_t wall_ns)
{
    return past->result->steady_ns == 0 || wall_ns > past->result->steady_ns;
}

/* ---- from when to when ------------------------------------------------------------------ */

static bool has_requests(const struct past *past)
{
    return past->request_count > 0 && past_is_steady(past, past->result->last_answer_ns);
}

static void find_limits(struct steady *steady, const struct past *past)
{
    const struct simulation_result *result = past->result;
    steady->from = units_seconds(result->steady_ns);
    steady->to = units_seconds(result->wall_ns);
    if (!has_requests(past))
        return;
    steady->from = fmax(steady->from, units_seconds(result->first_arrival_ns));
    steady->to = fmin(steady->to, units_seconds(result->last_answer_ns));
}

/* In which part of the time from, to. */
static int part_of(double at, double from, double to)
{
    double part = floor((at - from) / (to - from) * PARTS);
    return part >= 0 && part < PARTS ? (int)part : -1;
}

/* Requests may be told of in another order than that of their arrival. */
static double last_arrival(const struct past *past)
{
    uint64_t last_ns = 0;
    for (size_t i = 0; i < past->request_count; i++)
        last_ns = past->requests[i].arrival_ns > last_ns ? past->requests[i].arrival_ns : last_ns;
    return units_seconds(last_ns);
}

/* While requests arrive: those of a service that is late are answered when that is over. */
static double dispersion(const struct past *past, const struct steady *steady)
{
    double parts[PARTS] = {0}, to = nextafter(last_arrival(past), INFINITY);
    if (!has_requests(past) || to <= steady->from)
        return NAN;
    for (size_t i = 0; i < past->request_count; i++) {
        int part = part_of(units_seconds(past->requests[i].arrival_ns), steady->from, to);
        if (part >= 0)
            parts[part]++;
    }
    double mean = gsl_stats_mean(parts, 1, PARTS);
    return mean > 0 ? gsl_stats_variance_m(parts, 1, PARTS, mean) / mean : NAN;
}

/* ---- net births ------------------------------------------------------------------------- */

/* Every sample says how many there were, and every collection, if those that collections have found
 * before are added; and the end does. */
struct births {
    const struct past *past;
    size_t sample, collection; /* the next of each */
    double found;              /* by the collections before */
};

struct point {
    double at, net;
};

static struct point point_of_collection(const struct collection *collection, double found)
{
    uint64_t objects = collection->permanent;
    for (int g = 0; g < GENERATIONS; g++)
        objects += collection->before[g];
    return (struct point){units_seconds(collection->wall_ns), (double)objects + found};
}

static struct point point_at_end(const struct simulation_result *result)
{
    uint64_t objects = result->totals.untracked;
    for (int g = 0; g <= PERMANENT; g++)
        objects += result->totals.tracked[g] + result->totals.freed_by_collector[g];
    return (struct point){units_seconds(result->wall_ns), (double)objects};
}

/* Goes on by the earlier of the two; false: only the end is left. */
static bool next_point(struct births *births, struct point *point)
{
    const struct past *past = births->past;
    bool sample = births->sample < past->sample_count;
    bool collection = births->collection < past->collection_count;
    const struct sample *s = sample ? &past->samples[births->sample] : NULL;
    const struct collection *c = collection ? &past->collections[births->collection] : NULL;
    *point = point_at_end(past->result);
    if (sample && (!collection || s->wall_ns <= c->wall_ns)) {
        *point = (struct point){units_seconds(s->wall_ns), (double)s->net};
        births->sample++;
    } else if (collection) {
        *point = point_of_collection(c, births->found);
        births->found += (double)c->unreachable;
        births->collection++;
    }
    return sample || collection;
}

/* The first points in each part, and the last of all; returns how many. */
static size_t find_points(struct point points[PARTS + 1], const struct past *past,
                          const struct steady *steady)
{
    struct births births = {.past = past};
    double length = (steady->to - steady->from) / PARTS, wanted = steady->from;
    struct point point;
    size_t count = 0;
    bool more = true;
    while (more && count <= PARTS) {
        more = next_point(&births, &point);
        if (point.at < wanted && more)
            continue;
        if (count == 0 || point.at > points[count - 1].at)
            points[count++] = point;
        while (wanted <= point.at)
            wanted += length;
    }
    return count;
}

static bool find_rate(struct steady *steady, const struct past *past)
{
    struct point points[PARTS + 1];
    double rates[PARTS];
    size_t count = find_points(points, past, steady);
    if (count < 2)
        return false;
    for (size_t i = 0; i + 1 < count; i++)
        rates[i] = (points[i + 1].net - points[i].net) / (points[i + 1].at - points[i].at);
    double time = points[count - 1].at - points[0].at;
    steady->rate = (points[count - 1].net - points[0].net) / time;
    steady->rate_error = count > 2 ? gsl_stats_sd(rates, 1, count - 1) / sqrt((double)count - 1)
                                   : fabs(steady->rate);
    return true;
}

/* ---- growth ------------------------------------------------------------------------------- */

/* Objects in a reachable byte, by what there is at the end. */
static double objects_in_byte(const struct ending *ending)
{
    const struct would_find *all = &ending->would_find[GENERATIONS - 1];
    double objects = (double)(all->examined - all->unreachable + ending->tracked[PERMANENT]);
    return ending->live_bytes ? objects / (double)ending->live_bytes : 0;
}

/* A straight line through the means of tenths, which do not depend on each other as single samples
 * do: those of requests under way are gone by the next. */
static void find_growth(struct steady *steady, const struct past *past)
{
    double at[PARTS] = {0}, live[PARTS] = {0}, samples[PARTS] = {0}, c0, cov00, cov01, cov11, sum;
    double objects = objects_in_byte(&past->result->ending);
    size_t count = 0;
    steady->grows = steady->grows_error = NAN;
    for (size_t i = 0; i < past->sample_count; i++) {
        double wall = units_seconds(past->samples[i].wall_ns);
        int part = part_of(wall, steady->from, steady->to);
        if (part < 0)
            continue;
        at[part] += wall;
        live[part] += objects * (double)past->samples[i].live_bytes;
        samples[part]++;
    }
    for (size_t i = 0; i < PARTS; i++) {
        if (samples[i] == 0)
            continue;
        at[count] = at[i] / samples[i];
        live[count++] = live[i] / samples[i];
    }
    if (count < PARTS_FEW)
        return;
    gsl_fit_linear(at, 1, live, 1, count, &c0, &steady->grows, &cov00, &cov01, &cov11, &sum);
    steady->grows_error = sqrt(cov11);
}

bool steady_find(struct steady *steady, const struct past *past)
{
    *steady = (struct steady){0};
    if (past->result->status != RUN_finished)
        return false;
    find_limits(steady, past);
    if (!(steady->to > steady->from) || !find_rate(steady, past))
        return false;
    find_growth(steady, past);
    collected_find(steady, past);
    steady->dispersion = dispersion(past, steady);
    return true;
}
