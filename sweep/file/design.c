/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/design.h"

#include <assert.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/error.h"
#include "sim/base/random.h"

#define SHIFTED_DIGITS 32 /* binary; GSL's points have 30 */

const char *const design_names[DESIGN_COUNT + 1] = {
#define X(name, meaning) #name,
    DESIGNS(X)
#undef X
        NULL};

/* One coordinate of every point, `stride` apart. */
static void fill_random(const struct design *design, gsl_rng *stream, double *u, size_t stride)
{
    for (size_t i = 0; i < design->points; i++)
        u[i * stride] = gsl_rng_uniform_pos(stream);
}

static void fill_lhs(const struct design *design, gsl_rng *stream, double *u, size_t stride)
{
    size_t *strata = allocate_zeroed(design->points, sizeof *strata);
    for (size_t i = 0; i < design->points; i++)
        strata[i] = i;
    gsl_ran_shuffle(stream, strata, design->points, sizeof *strata);
    for (size_t i = 0; i < design->points; i++)
        u[i * stride] = ((double)strata[i] + gsl_rng_uniform_pos(stream)) / (double)design->points;
    free(strata);
}

/* Each dimension's shift: the exclusive or with its binary digits. */
static void draw_shifts(const struct design *design, const char *const *names, uint32_t *shifts,
                        size_t dimensions)
{
    for (size_t d = 0; d < dimensions; d++) {
        gsl_rng *stream = random_stream(design->seed, names[d]);
        shifts[d] = (uint32_t)ldexp(gsl_rng_uniform(stream), SHIFTED_DIGITS);
        gsl_rng_free(stream);
    }
}

/* In the middle of what has these digits, so that no coordinate is 0. */
static double shifted(double u, uint32_t shift)
{
    return ldexp(((uint32_t)ldexp(u, SHIFTED_DIGITS) ^ shift) + 0.5, -SHIFTED_DIGITS);
}

/* GSL leaves out the sequence's first point, the origin. */
static void fill_sobol(const struct design *design, const char *const *names, double *u,
                       size_t first, size_t dimensions)
{
    double point[SOBOL_DIMENSIONS] = {0};
    uint32_t shifts[SOBOL_DIMENSIONS];
    assert(first + dimensions <= SOBOL_DIMENSIONS);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)(first + dimensions));
    if (!sequence)
        out_of_memory();
    draw_shifts(design, names, shifts, dimensions);
    for (size_t i = 0; i < design->points; i++) {
        for (size_t d = 0; d < dimensions; d++)
            u[i * dimensions + d] = shifted(point[first + d], shifts[d]);
        gsl_qrng_get(sequence, point);
    }
    gsl_qrng_free(sequence);
}

double *design_coordinates(const struct design *design, const char *const *names, size_t first,
                           size_t dimensions)
{
    double *u = allocate_zeroed(design->points * dimensions, sizeof *u);
    if (dimensions == 0)
        return u;
    if (design->kind == DESIGN_sobol) {
        fill_sobol(design, names, u, first, dimensions);
        return u;
    }
    for (size_t d = 0; d < dimensions; d++) {
        gsl_rng *stream = random_stream(design->seed, names[d]);
        if (design->kind == DESIGN_lhs)
            fill_lhs(design, stream, &u[d], dimensions);
        else
            fill_random(design, stream, &u[d], dimensions);
        gsl_rng_free(stream);
    }
    return u;
}
