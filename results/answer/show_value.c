/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/show_value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DECIMALS_MOST 4
#define DIGITS_MOST   1e5
#define NUMBER_TEXT   24 /* bytes of a number without its unit */

char *show_value(char text[UNITS_TEXT], const struct metric *metric, double value)
{
    if (strcmp(metric->unit, "s") == 0)
        return units_show_seconds(text, value);
    if (strcmp(metric->unit, "bytes") == 0)
        return units_show_bytes(text, value);
    if (strcmp(metric->unit, "fraction") == 0)
        snprintf(text, UNITS_TEXT, "%.2f%%", 100 * value);
    else if (strcmp(metric->unit, "ratio") == 0)
        snprintf(text, UNITS_TEXT, "%.4f", value);
    else
        units_show_count(text, value);
    return text;
}

/* What a shown value's unit counts: 0.001 in "12.3 ms"; that unit itself as `unit`. */
static double scale_of(const char *shown, char unit[UNITS_TEXT])
{
    char one[UNITS_TEXT + 1];
    int64_t base;
    const char *space = strchr(shown, ' ');
    snprintf(unit, UNITS_TEXT, "%s", space ? space : strchr(shown, '%') ? "%" : "");
    if (unit[0] == '%')
        return 0.01;
    if (!space)
        return 1;
    snprintf(one, sizeof one, "1%s", space + 1);
    if (units_parse_duration(one, &base))
        return (double)base / NS_PER_S;
    return units_parse_bytes(one, &base) ? (double)base : 1;
}

/* Digits after the point that a shown value has. */
static int decimals_of(const char *shown)
{
    const char *point = strchr(shown, '.');
    if (!point || strchr(shown, 'e'))
        return 0;
    int decimals = (int)strspn(point + 1, "0123456789");
    return decimals > 4 ? 4 : decimals;
}

/* The unit, and the decimals, that suit a value. */
struct scale {
    double of;
    int decimals;
    char unit[UNITS_TEXT];
};

static struct scale scale_for(const struct metric *metric, double value)
{
    char shown[UNITS_TEXT];
    struct scale scale;
    show_value(shown, metric, value);
    scale.of = scale_of(shown, scale.unit);
    scale.decimals = decimals_of(shown);
    /* Percentages and ratios have so many digits after the point, however small they are. */
    while (scale.decimals > 0 && scale.decimals < DECIMALS_MOST && value != 0 &&
           fabs(value / scale.of) * pow(10, scale.decimals) < 9.95)
        scale.decimals++;
    return scale;
}

static bool rounds_to_zero(double value, int decimals)
{
    return fabs(value) * pow(10, decimals) < 0.5;
}

/* Half an interval, in the unit of the value whose size `largest` is. More digits if it needs them,
 * but five at most of the value; less than the last of them is rounded up: it is not nothing. */
static double fit_reach(struct scale *scale, double largest, double half)
{
    double last;
    while (half > 0 && rounds_to_zero(half, scale->decimals) && scale->decimals < DECIMALS_MOST &&
           largest * pow(10, scale->decimals + 1) < DIGITS_MOST)
        scale->decimals++;
    last = pow(10, -scale->decimals);
    return half > 0 && rounds_to_zero(half, scale->decimals) ? last : half;
}

/* With its sign, if it is not shown as 0. */
static void show_signed(char text[NUMBER_TEXT], struct scale scale, double value)
{
    double shown = value / scale.of;
    bool zero = rounds_to_zero(shown, scale.decimals);
    snprintf(text, NUMBER_TEXT, zero ? "%.*f" : "%+.*f", scale.decimals, zero ? 0 : shown);
}

char *show_estimate(char text[SHOW_ESTIMATE], const struct metric *metric, struct estimate estimate)
{
    char value[UNITS_TEXT];
    double half =
        fmax(estimate.interval.high - estimate.mean, estimate.mean - estimate.interval.low);
    if (isnan(estimate.mean))
        return strcpy(text, "-");
    if (estimate.rare) {
        snprintf(text, SHOW_ESTIMATE, "%s (%zu of %zu)", show_value(value, metric, estimate.mean),
                 estimate.events, estimate.n);
        return text;
    }
    if (isnan(half))
        return strcpy(text, show_value(value, metric, estimate.mean));
    double largest = fmax(fabs(estimate.mean), half);
    if (largest <= 0)
        return strcpy(text, "0");
    struct scale scale = scale_for(metric, largest);
    half = fit_reach(&scale, largest / scale.of, half / scale.of);
    double mean = estimate.mean / scale.of;
    snprintf(text, SHOW_ESTIMATE, "%.*f ±%.*f%s", scale.decimals,
             rounds_to_zero(mean, scale.decimals) ? 0 : mean, scale.decimals, half, scale.unit);
    return text;
}

char *show_difference(char text[SHOW_ESTIMATE], const struct metric *metric,
                      struct estimate difference)
{
    char value[UNITS_TEXT], ends[2][NUMBER_TEXT], middle[NUMBER_TEXT];
    double low = difference.interval.low, high = difference.interval.high;
    if (isnan(difference.mean))
        return strcpy(text, "-");
    if (isnan(low)) {
        snprintf(text, SHOW_ESTIMATE, "%s%s", difference.mean > 0 ? "+" : "",
                 show_value(value, metric, difference.mean));
        return text;
    }
    struct scale scale =
        scale_for(metric, fmax(fabs(difference.mean), fmax(fabs(low), fabs(high))));
    if (rounds_to_zero(fmax(fabs(low), fabs(high)) / scale.of, scale.decimals) &&
        (low < 0 || high > 0)) {
        snprintf(text, SHOW_ESTIMATE, "<%.*f%s", scale.decimals, pow(10, -scale.decimals),
                 scale.unit);
        return text;
    }
    show_signed(middle, scale, difference.mean);
    show_signed(ends[0], scale, low);
    show_signed(ends[1], scale, high);
    snprintf(text, SHOW_ESTIMATE, "%s [%s, %s]%s", middle, ends[0], ends[1], scale.unit);
    return text;
}

char *show_verdict(char text[SHOW_VERDICT], const struct metric *metric,
                   const struct verdict *verdict)
{
    char shown[SHOW_ESTIMATE];
    if (verdict->value == VERDICT_SAME)
        return strcpy(text, "same");
    snprintf(text, SHOW_VERDICT, "%s%s", verdict_is_not_told_apart(verdict->value) ? "~ " : "",
             show_difference(shown, metric, verdict->difference));
    return text;
}
