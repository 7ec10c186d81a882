/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/show_value.h"

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
