/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/correlation.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/random.h"

/* ---- rank correlation ------------------------------------------------------------- */

double correlation_spearman(const double *x, const double *y, size_t n)
{
    if (n < 2)
        return NAN;
    double *work = allocate_zeroed(n, 2 * sizeof *work);
    double r = gsl_stats_spearman(x, 1, y, 1, n, work);
    free(work);
    return r;
}

struct interval correlation_spearman_interval(double r, size_t n, double confidence)
{
    if (n < 4 || isnan(r))
        return (struct interval){NAN, NAN};
    double size = (double)n, most = 1 - 12 / (size * (size * size - 1));
    double inside = fmax(-most, fmin(r, most)), z = atanh(inside);
    double reach =
        gsl_cdf_ugaussian_Pinv((1 + confidence) / 2) * sqrt((1 + inside * inside / 2) / (size - 3));
    return (struct interval){r < -most ? -1 : tanh(z - reach), r > most ? 1 : tanh(z + reach)};
}

/* ---- share of the variance -------------------------------------------------------- */

/* Observations of one group after the other; some groups may have none. */
struct groups {
    size_t n, labels, used; /* observations, groups, those of them that have any */
    size_t *first;          /* observation of each group; one more at the end */
    double *residual;
    double *mean; /* of the group, from the mean of all */
};

static void groups_init(struct groups *groups, const double *y, const size_t *group, size_t n,
                        size_t labels)
{
    double mean = interval_mean(y, n);
    *groups = (struct groups){.n = n,
                              .labels = labels,
                              .first = allocate_zeroed(labels + 2, sizeof *groups->first),
                              .residual = allocate_zeroed(n, sizeof *groups->residual),
                              .mean = allocate_zeroed(labels, sizeof *groups->mean)};
    size_t *next = groups->first + 1; /* until all are placed: first[g + 1] is where g goes on */
    for (size_t i = 0; i < n; i++) {
        assert(group[i] < labels);
        next[group[i] + 1]++;
    }
    for (size_t g = 0; g < labels; g++) {
        groups->used += next[g + 1] > 0;
        next[g + 1] += next[g];
    }
    for (size_t i = 0; i < n; i++)
        groups->residual[next[group[i]]++] = y[i] - mean;
    for (size_t g = 0; g < labels; g++) /* so that the order of the observations does not matter */
        gsl_sort(groups->residual + groups->first[g], 1, groups->first[g + 1] - groups->first[g]);
}

static void groups_fini(struct groups *groups)
{
    free(groups->first);
    free(groups->residual);
    free(groups->mean);
}

static size_t group_size(const struct groups *groups, size_t g)
{
    return groups->first[g + 1] - groups->first[g];
}

struct squares {
    double between, within;
};

/* Takes the group's mean out of each observation. */
static struct squares groups_centre(struct groups *groups)
{
    struct squares squares = {0, 0};
    for (size_t g = 0; g < groups->labels; g++) {
        double *residual = groups->residual + groups->first[g];
        size_t size = group_size(groups, g);
        if (size == 0)
            continue;
        double mean = interval_mean(residual, size);
        groups->mean[g] = mean;
        squares.between += (double)size * mean * mean;
        for (size_t i = 0; i < size; i++) {
            residual[i] -= mean;
            squares.within += residual[i] * residual[i];
        }
    }
    return squares;
}

static double within_mean_square(const struct groups *groups, struct squares squares)
{
    return squares.within / (double)(groups->n - groups->used);
}

/* What is between the groups beyond what noise puts there. */
static double real_between(const struct groups *groups, struct squares squares)
{
    double noise = (double)(groups->used - 1) * within_mean_square(groups, squares);
    return fmax(squares.between - noise, 0);
}

static double share(const struct groups *groups, struct squares squares)
{
    double all = squares.between + squares.within + within_mean_square(groups, squares);
    return all > 0 ? real_between(groups, squares) / all : 0;
}

/* So that the groups are a population with the share that was estimated. */
static void groups_make_population(struct groups *groups, struct squares squares)
{
    double nearer = squares.between > 0 ? sqrt(real_between(groups, squares) / squares.between) : 0;
    for (size_t g = 0; g < groups->labels; g++) {
        double size = (double)group_size(groups, g), stretch = sqrt(size / (size - 1));
        groups->mean[g] *= nearer;
        for (size_t i = groups->first[g]; i < groups->first[g + 1]; i++)
            groups->residual[i] *= stretch;
    }
}

/* Each group's observations drawn anew from it. */
static struct squares groups_draw(const struct groups *groups, gsl_rng *stream)
{
    double weighted = 0, weighted_squares = 0, within = 0;
    for (size_t g = 0; g < groups->labels; g++) {
        const double *residual = groups->residual + groups->first[g];
        size_t size = group_size(groups, g);
        double sum = 0, squares = 0;
        if (size == 0)
            continue;
        for (size_t i = 0; i < size; i++) {
            double drawn = residual[gsl_rng_uniform_int(stream, size)];
            sum += drawn;
            squares += drawn * drawn;
        }
        double mean = groups->mean[g] + sum / (double)size;
        within += fmax(squares - sum * sum / (double)size, 0);
        weighted += (double)size * mean;
        weighted_squares += (double)size * mean * mean;
    }
    double between = weighted_squares - weighted * weighted / (double)groups->n;
    return (struct squares){fmax(between, 0), within};
}

static double reflect(double estimate, double resampled)
{
    double z = 2 * atanh(sqrt(estimate)) - atanh(sqrt(resampled));
    return z > 0 ? tanh(z) * tanh(z) : 0;
}

/* Fewer resamples of many observations, whose shares vary little. */
enum { MOST_RESAMPLES = 1999, LEAST_RESAMPLES = 199, MOST_DRAWS = 1000000 };

static struct interval share_interval(struct groups *groups, struct squares squares,
                                      double confidence)
{
    double estimate = share(groups, squares), shares[MOST_RESAMPLES];
    size_t resamples = MOST_DRAWS / groups->n;
    resamples = resamples > MOST_RESAMPLES    ? MOST_RESAMPLES
                : resamples < LEAST_RESAMPLES ? LEAST_RESAMPLES
                                              : resamples;
    groups_make_population(groups, squares);
    gsl_rng *stream = random_stream(groups->n, "correlation ratio");
    size_t count = 0;
    for (size_t r = 0; r < resamples; r++) {
        struct squares drawn = groups_draw(groups, stream);
        if (drawn.within >
            1e-12 * squares.within) /* else a share of 1, and its atanh is infinite */
            shares[count++] = share(groups, drawn);
    }
    gsl_rng_free(stream);
    if (count == 0)
        return (struct interval){NAN, NAN};
    struct interval middle = interval_of_resamples(shares, count, confidence);
    return interval_wider(
        middle, (struct interval){reflect(estimate, middle.high), reflect(estimate, middle.low)});
}

struct explained correlation_ratio(const double *y, const size_t *group, size_t n, size_t labels,
                                   double confidence)
{
    struct explained explained = {NAN, NAN, {NAN, NAN}};
    struct groups groups;
    bool alone = false;
    groups_init(&groups, y, group, n, labels);
    struct squares squares = groups_centre(&groups);
    for (size_t g = 0; g < groups.labels; g++)
        alone |= group_size(&groups, g) == 1;
    if (groups.used >= 2 && squares.between + squares.within > 0) {
        explained.eta2 = squares.between / (squares.between + squares.within);
        if (groups.n > groups.used)
            explained.share = share(&groups, squares);
        if (!alone && squares.within == 0)
            explained.interval = (struct interval){1, 1};
        else if (!alone)
            explained.interval = share_interval(&groups, squares, confidence);
    }
    groups_fini(&groups);
    return explained;
}

/* ---- share of the variance, by neighbours ------------------------------------------ */

/* Times n. */
static double variance_at(double share)
{
    return (1 - share) * (1 - share) * (1 + 4 * share);
}

/* Times n: by how much the terms of the estimate differ, and with them their neighbours, which have
 * an observation in common. */
static double variance_seen(const double *y, size_t n, double share, double mean, double variance)
{
    size_t pairs = n - 1;
    double *term = allocate_zeroed(pairs, sizeof *term), own = 0, common = 0;
    for (size_t i = 0; i < pairs; i++) {
        double a = y[i] - mean, b = y[i + 1] - mean;
        term[i] = ((1 - share) * (a * a + b * b) - (b - a) * (b - a)) / (2 * variance);
    }
    double middle = interval_mean(term, pairs);
    for (size_t i = 0; i < pairs; i++) {
        own += (term[i] - middle) * (term[i] - middle);
        common += i ? (term[i] - middle) * (term[i - 1] - middle) : 0;
    }
    free(term);
    return fmax(own, own + 2 * common) / (double)pairs;
}

#define HALVINGS 60 /* leave nothing of a double's 53 bits */

/* The share furthest from the estimate, towards `end`, that chance may still take for it; `reach`
 * is how far that is for a variance of 1. */
static double furthest_share(double estimate, double end, double reach)
{
    double inside = estimate, outside = end;
    if (fabs(estimate - end) <= reach * sqrt(variance_at(end)))
        return end;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (inside + outside) / 2;
        if (fabs(estimate - middle) <= reach * sqrt(variance_at(middle)))
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

struct explained correlation_of_neighbours(const double *y, size_t n, double confidence)
{
    struct explained explained = {NAN, NAN, {NAN, NAN}};
    double variance = n < 2 ? 0 : gsl_stats_variance(y, 1, n), squares = 0;
    if (n < CORRELATION_NEIGHBOURS || !(variance > 0))
        return explained;
    for (size_t i = 1; i < n; i++)
        squares += (y[i] - y[i - 1]) * (y[i] - y[i - 1]);
    double share = 1 - squares / (2 * (double)(n - 1)) / variance;
    explained.share = fmax(share, 0);
    double seen = variance_seen(y, n, share, interval_mean(y, n), variance);
    double stretch = fmax(1, seen / variance_at(explained.share));
    double reach = gsl_cdf_ugaussian_Pinv((1 + confidence) / 2) * sqrt(stretch / (double)n);
    explained.interval = (struct interval){furthest_share(explained.share, 0, reach),
                                           furthest_share(explained.share, 1, reach)};
    return explained;
}
