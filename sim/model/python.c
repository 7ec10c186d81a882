/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/python.h"

#include <inttypes.h>
#include <string.h>

void python_number(FILE *out, int64_t number)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0 && digits[i - 1] != '-')
            fputc('_', out);
        fputc(digits[i], out);
    }
}

void python_wishes(FILE *out, int indent, int64_t t0, int64_t t1, int64_t t2)
{
    const int64_t thresholds[] = {t0, t1, t2};
    for (int g = 0; g < 3; g++) {
        if (thresholds[g] < 0)
            continue;
        fprintf(out, "%*sself.wish(%d, ", indent, "", g);
        python_number(out, thresholds[g]);
        fputs(")\n", out);
    }
}

bool python_thresholds(FILE *out, int64_t t0, int64_t t1, int64_t t2)
{
    const int64_t thresholds[] = {t0, t1, t2};
    int given = 3; /* what comes after stays as it is when it is left out */
    while (given > 0 && thresholds[given - 1] < 0)
        given--;
    if (given == 0)
        return false;
    fputs("gc.set_threshold(", out);
    for (int i = 0; i < given; i++) {
        if (i)
            fputs(", ", out);
        if (thresholds[i] < 0)
            fprintf(out, "gc.get_threshold()[%d]", i);
        else
            python_number(out, thresholds[i]);
    }
    fputs(")\n", out);
    return true;
}

void python_event(FILE *out, enum program_event event)
{
    fprintf(out, "%s: %s", program_event_names[event], program_event_meanings[event]);
}
