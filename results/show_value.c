/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/show_value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
    return scale;
}

char *show_estimate(char text[SHOW_ESTIMATE], const struct metric *metric, struct estimate estimate)
{
    char value[UNITS_TEXT], reach[UNITS_TEXT];
    double half =
        fmax(estimate.interval.high - estimate.mean, estimate.mean - estimate.interval.low);
    if (isnan(estimate.mean))
        return strcpy(text, "-");
    if (isnan(half))
        return strcpy(text, show_value(value, metric, estimate.mean));
    struct scale scale = scale_for(metric, fmax(fabs(estimate.mean), half));
    snprintf(reach, sizeof reach, "%.*f", scale.decimals, half / scale.of);
    if (half > 0 && strspn(reach, "0.") == strlen(reach)) /* not nothing */
        snprintf(reach, sizeof reach, "%.1g", half / scale.of);
    snprintf(text, SHOW_ESTIMATE, "%.*f ±%s%s", scale.decimals, estimate.mean / scale.of, reach,
             scale.unit);
    return text;
}

char *show_difference(char text[SHOW_ESTIMATE], const struct metric *metric,
                      struct estimate difference)
{
    char value[UNITS_TEXT];
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
    snprintf(text, SHOW_ESTIMATE, "%+.*f [%+.*f, %+.*f]%s", scale.decimals,
             difference.mean / scale.of, scale.decimals, low / scale.of, scale.decimals,
             high / scale.of, scale.unit);
    return text;
}
