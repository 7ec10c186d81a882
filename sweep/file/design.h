/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How points are chosen from what the parameters may be. A grid has every combination. The others
 * sample: n points in the unit cube, of one dimension for each parameter that varies, which
 * distributions then map to values.
 *
 *   random  independent uniform numbers
 *   lhs     Latin hypercube (McKay, Beckman & Conover, Technometrics 1979): each of n strata of
 *           each dimension has one point, at a random place in it
 *   sobol   the quasi-random sequence of Sobol, in the dimensions of Bratley & Fox (GSL), with its
 *           first point, the origin, and a random digital shift: all points of a dimension have the
 *           same binary digits turned over (L'Ecuyer & Lemieux, Recent Advances in Randomized
 *           Quasi-Monte Carlo Methods, 2002, section 5). Each of n strata of each dimension has
 *           one point, if n is a power of 2. Without the origin that is lost: the mean of a smooth
 *           function over 1024 points is then off by 2.4 times as much (test_design.c)
 *
 * They draw from a stream for each dimension, which depends on the seed and the dimension's name:
 * one more parameter does not change the values of the others, but in sobol, where it takes its
 * place among the dimensions. */
#ifndef PYGCSIM_SWEEP_FILE_DESIGN_H
#define PYGCSIM_SWEEP_FILE_DESIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(identifier, meaning) */
#define DESIGNS(X)                                                                                 \
    X(grid, "every combination")                                                                   \
    X(random, "independent random points")                                                         \
    X(lhs, "Latin hypercube: random, but each parameter evenly covered")                           \
    X(sobol, "Sobol's sequence: all parameters together evenly covered")

enum design_kind {
#define X(name, meaning) DESIGN_##name,
    DESIGNS(X)
#undef X
        DESIGN_COUNT
};
extern const char *const design_names[DESIGN_COUNT + 1];

struct design {
    enum design_kind kind;
    size_t points; /* unless it is a grid */
    uint64_t seed;
};

#define SOBOL_DIMENSIONS 40 /* of GSL */

/* Coordinates in (0, 1), those of a point side by side: points × dimensions numbers, to be freed.
 * `names` are the dimensions'. Sobol takes dimensions `first` and after; first + dimensions is at
 * most SOBOL_DIMENSIONS. */
double *design_coordinates(const struct design *design, const char *const *names, size_t first,
                           size_t dimensions);

#endif
