/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distributions that a parameter's values are sampled from, in the parameter's base unit (ns,
 * bytes). Cumulative functions and their inverses are GSL's.
 *
 * Each is cut off at the limits of what the parameter allows: with F its cumulative function, u in
 * (0, 1) gives the value whose F is F(least) + u (F(most) - F(least)). Of a count every whole
 * number stands for half a unit on either side, so that the first and the last one are as likely as
 * the others. */
#ifndef PYGCSIM_SWEEP_FILE_DISTRIBUTION_H
#define PYGCSIM_SWEEP_FILE_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/error.h"
#include "sim/base/param.h"

enum argument_form {
    ARGUMENT_END,      /* a value the parameter may have */
    ARGUMENT_QUANTITY, /* in the parameter's unit, whatever its limits */
    ARGUMENT_POSITIVE, /* the same, above 0 */
    ARGUMENT_NUMBER,   /* above 0, without unit */
};

#define ARGUMENTS_MOST 2

struct distribution_kind {
    const char *name, *meaning;
    struct distribution_argument {
        const char *name; /* NULL: there is none */
        enum argument_form form;
    } arguments[ARGUMENTS_MOST];
    /* The share of values at or below x, and the x that has this share. */
    double (*share)(double x, const double *arguments);
    double (*inverse)(double share, const double *arguments);
};

/* Ends with a NULL name. The first two are what a range is sampled from. */
extern const struct distribution_kind distributions[];
#define DISTRIBUTION_UNIFORM    (&distributions[0])
#define DISTRIBUTION_LOGUNIFORM (&distributions[1])

struct distribution {
    const struct distribution_kind *kind;
    const struct param *param;
    double arguments[ARGUMENTS_MOST];
    double least, most; /* the parameter's limits, or the distribution's if it has ends */
    double low, high;   /* F at the parameter's limits */
    double step;        /* about how far apart so many points lie */
};

/* Values are to be rounded so that `points` of them remain apart. Returns 0, or -1 with a line in
 * *error if there is no such distribution. */
int distribution_init(struct distribution *distribution, const struct distribution_kind *kind,
                      const struct param *param, const double arguments[ARGUMENTS_MOST],
                      size_t points, struct error *error);

/* The value at u, rounded; whole unless the parameter is a real one. */
double distribution_value(const struct distribution *distribution, double u);

/* To four significant digits, or to as many as keep values apart that differ by `step`; whole
 * unless the parameter is a real one; and from `least` to `most`. */
double quantity_round(const struct param *param, double value, double step, double least,
                      double most);

#endif
