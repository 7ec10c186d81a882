/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/design.h"

#include <assert.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/error.h"
#include "sim/base/random.h"

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

static void fill_sobol(const struct design *design, double *u, size_t first, size_t dimensions)
{
    double point[SOBOL_DIMENSIONS];
    assert(first + dimensions <= SOBOL_DIMENSIONS);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)(first + dimensions));
    if (!sequence)
        out_of_memory();
    for (size_t i = 0; i < design->points; i++) {
        gsl_qrng_get(sequence, point);
        memcpy(&u[i * dimensions], &point[first], dimensions * sizeof *u);
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
        fill_sobol(design, u, first, dimensions);
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
