/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/distribution.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS       4
#define DIGITS_MOST  15
#define LEAST_INSIDE 1e-9 /* of a distribution, between the parameter's limits */

static double uniform_share(double x, const double *p)
{
    return gsl_cdf_flat_P(x, p[0], p[1]);
}

static double uniform_inverse(double share, const double *p)
{
    return gsl_cdf_flat_Pinv(share, p[0], p[1]);
}

static double loguniform_share(double x, const double *p)
{
    return x <= 0 ? 0 : gsl_cdf_flat_P(log(x), log(p[0]), log(p[1]));
}

static double loguniform_inverse(double share, const double *p)
{
    return exp(gsl_cdf_flat_Pinv(share, log(p[0]), log(p[1])));
}

static double normal_share(double x, const double *p)
{
    return gsl_cdf_gaussian_P(x - p[0], p[1]);
}

static double normal_inverse(double share, const double *p)
{
    return p[0] + gsl_cdf_gaussian_Pinv(share, p[1]);
}

static double lognormal_share(double x, const double *p)
{
    return x <= 0 ? 0 : gsl_cdf_lognormal_P(x, log(p[0]), p[1]);
}

static double lognormal_inverse(double share, const double *p)
{
    return gsl_cdf_lognormal_Pinv(share, log(p[0]), p[1]);
}

static double exponential_share(double x, const double *p)
{
    return gsl_cdf_exponential_P(x, p[0]);
}

static double exponential_inverse(double share, const double *p)
{
    return gsl_cdf_exponential_Pinv(share, p[0]);
}

static double weibull_share(double x, const double *p)
{
    return x <= 0 ? 0 : gsl_cdf_weibull_P(x, p[0], p[1]);
}

static double weibull_inverse(double share, const double *p)
{
    return gsl_cdf_weibull_Pinv(share, p[0], p[1]);
}

static double pareto_share(double x, const double *p)
{
    return gsl_cdf_pareto_P(x, p[1], p[0]);
}

static double pareto_inverse(double share, const double *p)
{
    return gsl_cdf_pareto_Pinv(share, p[1], p[0]);
}

const struct distribution_kind distributions[] = {
    {"uniform",
     "any value from least to most is as likely as another",
     {{"least", ARGUMENT_END}, {"most", ARGUMENT_END}},
     uniform_share,
     uniform_inverse},
    {"loguniform",
     "uniform in the logarithm: each doubling is as likely as another",
     {{"least", ARGUMENT_END}, {"most", ARGUMENT_END}},
     loguniform_share,
     loguniform_inverse},
    {"normal",
     "sd is the standard deviation",
     {{"mean", ARGUMENT_QUANTITY}, {"sd", ARGUMENT_POSITIVE}},
     normal_share,
     normal_inverse},
    {"lognormal",
     "sigma is the standard deviation of the logarithm",
     {{"median", ARGUMENT_POSITIVE}, {"sigma", ARGUMENT_NUMBER}},
     lognormal_share,
     lognormal_inverse},
    {"exponential",
     "waiting times",
     {{"mean", ARGUMENT_POSITIVE}},
     exponential_share,
     exponential_inverse},
    {"weibull",
     "shape below 1: a heavier tail than the exponential; above 1: a lighter one",
     {{"scale", ARGUMENT_POSITIVE}, {"shape", ARGUMENT_NUMBER}},
     weibull_share,
     weibull_inverse},
    {"pareto",
     "the share above x is (scale / x) to the power of shape; nothing is below scale",
     {{"scale", ARGUMENT_POSITIVE}, {"shape", ARGUMENT_NUMBER}},
     pareto_share,
     pareto_inverse},
    {NULL},
};

/* Half of the width that a value stands for. */
static double half_width(const struct param *param)
{
    return param->type == PARAM_COUNT ? 0.5 : 0;
}

static double unrounded(const struct distribution *distribution, double u)
{
    double share = distribution->low + u * (distribution->high - distribution->low);
    return distribution->kind->inverse(share, distribution->arguments);
}

int distribution_init(struct distribution *distribution, const struct distribution_kind *kind,
                      const struct param *param, const double arguments[ARGUMENTS_MOST],
                      size_t points, struct error *error)
{
    double half = half_width(param);
    bool ends = kind->arguments[0].form == ARGUMENT_END;
    *distribution = (struct distribution){
        .kind = kind,
        .param = param,
        .arguments = {arguments[0], arguments[1]},
        .least = ends ? arguments[0] : param->least,
        .most = ends ? arguments[1] : param->most,
        .low = 0,
        .high = 1,
    };
    if (ends && arguments[0] >= arguments[1])
        return error_set(error, "%s: the first end has to be below the second", param->name);
    if (kind == DISTRIBUTION_LOGUNIFORM && arguments[0] <= 0)
        return error_set(error, "%s: on a logarithmic scale the first end has to be above 0",
                         param->name);
    if (ends) { /* nothing of it is beyond the limits */
        distribution->arguments[0] -= half;
        distribution->arguments[1] += half;
    } else {
        distribution->low = kind->share(param->least - half, arguments);
        distribution->high = kind->share(param->most + half, arguments);
    }
    if (!(distribution->high - distribution->low >= LEAST_INSIDE)) {
        char allowed[256];
        return error_set(error, "hardly anything of this distribution is within %s, which %s takes",
                         param_allowed(param, allowed, sizeof allowed), param->name);
    }
    distribution->step =
        (unrounded(distribution, 0.75) - unrounded(distribution, 0.25)) / (double)points;
    return 0;
}

double distribution_value(const struct distribution *distribution, double u)
{
    return quantity_round(distribution->param, unrounded(distribution, u), distribution->step,
                          distribution->least, distribution->most);
}

/* How many digits the decimal exponent of a number is above that of 1. */
static int exponent_of(double number)
{
    return (int)floor(log10(number));
}

double quantity_round(const struct param *param, double value, double step, double least,
                      double most)
{
    int digits = DIGITS;
    value = fmin(fmax(value, least), most);
    if (value != 0 && step > 0 && isfinite(step)) {
        int needed = exponent_of(fabs(value)) - exponent_of(step) + 2; /* a tenth of the step */
        digits = needed < DIGITS ? DIGITS : needed > DIGITS_MOST ? DIGITS_MOST : needed;
    }
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits - 1, value); /* the decimal fraction, exactly */
    value = strtod(text, NULL);
    if (param->type != PARAM_REAL)
        value = round(value);
    return fmin(fmax(value, least), most);
}
