/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/interval.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/random.h"

enum { BOOTSTRAP_LEAST = 5, BOOTSTRAP_MOST = 1000, RESAMPLES = 1999 };

double interval_confidence_of(size_t comparisons)
{
    return 1 - (1 - INTERVAL_CONFIDENCE) / (double)(comparisons ? comparisons : 1);
}

double interval_mean(const double *x, size_t n)
{
    return n > 0 ? gsl_stats_mean(x, 1, n) : NAN;
}

bool interval_excludes(struct interval interval, double value)
{
    return value < interval.low || value > interval.high;
}

struct interval interval_wider(struct interval a, struct interval b)
{
    return (struct interval){fmin(a.low, b.low), fmax(a.high, b.high)};
}

struct interval interval_of_resamples(double *values, size_t count, double confidence)
{
    size_t tail = (size_t)lround((double)(count + 1) * (1 - confidence) / 2);
    if (tail < 1)
        tail = 1;
    double low = gsl_stats_select(values, 1, count, tail - 1);
    return (struct interval){low, gsl_stats_select(values, 1, count, count - tail)};
}

double interval_largest_share(const double *x, size_t n)
{
    double mean = interval_mean(x, n), largest = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double square = (x[i] - mean) * (x[i] - mean);
        largest = fmax(largest, square);
        sum += square;
    }
    return sum > 0 ? largest / sum : 0;
}

static double standard_error(const double *x, size_t n, double mean)
{
    return gsl_stats_sd_m(x, 1, n, mean) / sqrt((double)n);
}

static struct interval interval_student(const double *x, size_t n, double confidence)
{
    if (n < 2)
        return (struct interval){NAN, NAN};
    double mean = interval_mean(x, n);
    double reach =
        gsl_cdf_tdist_Pinv((1 + confidence) / 2, (double)n - 1) * standard_error(x, n, mean);
    return (struct interval){mean - reach, mean + reach};
}

/* A resample that spreads less, as a share of the variance, has no t* to speak of: nearly all of
 * its values are the same one. */
#define LEAST_SPREAD 0.01

/* Draws n of n values with replacement: their sum and the sum of their squares. 16 random bits make
 * an index with one multiplication (Lemire 2019); that some indices are more likely by up to
 * 1 / 65536 is nothing to n <= BOOTSTRAP_MOST. */
static void draw(const double *value, size_t n, gsl_rng *stream, double *sum, double *squares)
{
    *sum = *squares = 0;
    for (size_t i = 0, bits = 0; i < n; i++, bits >>= 16) {
        if (i % 2 == 0)
            bits = gsl_rng_get(stream);
        double drawn = value[(bits & UINT16_MAX) * n >> 16];
        *sum += drawn;
        *squares += drawn * drawn;
    }
}

/* t* of RESAMPLES resamples of n deviations from their mean; returns how many there are. */
static size_t resample(const double *deviation, size_t n, double *t)
{
    gsl_rng *stream = random_stream(n, "bootstrap");
    double size = (double)n, all_squares = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        all_squares += deviation[i] * deviation[i];
    for (int r = 0; r < RESAMPLES; r++) {
        double sum, squares;
        draw(deviation, n, stream, &sum, &squares);
        double around_mean = squares - sum * sum / size;
        if (around_mean > LEAST_SPREAD * all_squares)
            t[count++] = sum / sqrt(around_mean * size / (size - 1));
    }
    gsl_rng_free(stream);
    return count;
}

static struct interval interval_bootstrap(const double *x, size_t n, double confidence)
{
    struct interval student = interval_student(x, n, confidence);
    if (n < BOOTSTRAP_LEAST || n > BOOTSTRAP_MOST || !(student.low < student.high))
        return student;
    double values[BOOTSTRAP_MOST], t[RESAMPLES];
    memcpy(values, x, n * sizeof *x);
    gsl_sort(values, 1, n);
    double mean = interval_mean(values, n), error = standard_error(values, n, mean);
    for (size_t i = 0; i < n; i++)
        values[i] -= mean;
    size_t count = resample(values, n, t);
    if (count == 0) /* so large or small that their squares are infinite or 0 */
        return student;
    struct interval middle = interval_of_resamples(t, count, confidence);
    return interval_wider(student,
                          (struct interval){mean - middle.high * error, mean - middle.low * error});
}

struct interval interval_of_mean(const double *x, size_t n, enum interval_kind kind,
                                 double confidence)
{
    assert(confidence > 0 && confidence < 1);
    return kind == INTERVAL_t ? interval_student(x, n, confidence)
                              : interval_bootstrap(x, n, confidence);
}
