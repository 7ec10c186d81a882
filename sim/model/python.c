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

void python_wishes(FILE *out, int indent, const int64_t wishes[WISH_COUNT])
{
    if (wishes[WISH_ENABLED] >= 0)
        fprintf(out, "%*sself.wish(\"enabled\", %s)\n", indent, "",
                wishes[WISH_ENABLED] ? "True" : "False");
    for (int g = 0; g < GENERATIONS; g++) {
        if (wishes[WISH_THRESHOLD + g] < 0)
            continue;
        fprintf(out, "%*sself.wish(%d, ", indent, "", g);
        python_number(out, wishes[WISH_THRESHOLD + g]);
        fputs(")\n", out);
    }
}

void python_event(FILE *out, enum program_event event)
{
    fprintf(out, "%s: %s", program_event_names[event], program_event_meanings[event]);
}
