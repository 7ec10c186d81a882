/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What somebody meant who wrote a quantity in a way that is not read. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/units.h"

#define MEANT_MOST 2 /* spellings for one */

static const char *const nouns[] = {
    [UNITS_COUNT] = "a count", [UNITS_REAL] = "a number", [UNITS_DURATION] = "a duration",
    [UNITS_BYTES] = "a size",  [UNITS_SHARE] = "a share",
};

/* What stands behind the number, and the units that may have been meant. "#": the number in
 * digits, so many times a thousand. */
static const struct mistake {
    enum units_kind kind;
    const char *wrong; /* words with spaces around them; NULL: no unit at all */
    const char *meant[MEANT_MOST];
    int thousands;
} mistakes[] = {
    {UNITS_DURATION, NULL, {"ms", "s"}, 0},
    {UNITS_DURATION, " M Min MIN mins minute minutes ", {"m", "min"}, 0},
    {UNITS_DURATION, " S sec Sec secs second seconds ", {"s"}, 0},
    {UNITS_DURATION, " MS Ms msec msecs milliseconds ", {"ms"}, 0},
    {UNITS_DURATION, " usec usecs microseconds ", {"us"}, 0},
    {UNITS_DURATION, " H hr hrs hour hours ", {"h"}, 0},
    {UNITS_DURATION, " D day days ", {"d"}, 0},
    {UNITS_BYTES, " k kib kiB KIB kb Kb ", {"KiB"}, 0},
    {UNITS_BYTES, " m mib miB MIB mb Mb mB ", {"MiB"}, 0},
    {UNITS_BYTES, " g gib giB GIB gb Gb gB ", {"GiB"}, 0},
    {UNITS_BYTES, " b byte bytes ", {"B"}, 0},
    {UNITS_COUNT, " m ", {"M", "#"}, 2},
    {UNITS_COUNT, " g B b ", {"G", "#"}, 3},
    {UNITS_REAL, " k K ", {"#"}, 1},
    {UNITS_REAL, " m M ", {"#"}, 2},
    {UNITS_SHARE, " percent ", {"%"}, 0},
};

/* With the underscores that make it readable, if it is whole: 64_000. */
static char *write_grouped(char buffer[UNITS_TEXT], double value)
{
    char digits[UNITS_TEXT];
    if (value >= 1e15 || value != (double)(int64_t)value)
        return units_write_real(buffer, value);
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRId64, (int64_t)value), n = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buffer[n++] = '_';
        buffer[n++] = digits[i];
    }
    buffer[n] = '\0';
    return buffer;
}

/* A number and its unit, of a text that is not too long to be repeated; false if it is neither. */
struct quantity_text {
    char number[24], unit[24];
};

static bool split(const char *text, struct quantity_text *parts)
{
    double ignored;
    size_t length = strspn(text, "0123456789._"), spaces = strspn(text + length, " ");
    const char *unit = text + length + spaces;
    if (length >= sizeof parts->number || strlen(unit) >= sizeof parts->unit)
        return false;
    memcpy(parts->number, text, length);
    parts->number[length] = '\0';
    strcpy(parts->unit, unit);
    return isdigit((unsigned char)*text) && units_parse_real(parts->number, &ignored);
}

/* The number times a thousand to that power; rounded once, so that 1.001 thousand are 1001. */
static double thousands_of(const char *number, int power)
{
    char scaled[40];
    double value = 0;
    snprintf(scaled, sizeof scaled, "%se%d", number, 3 * power);
    units_parse_real(scaled, &value);
    return value;
}

static const struct mistake *mistake_of(enum units_kind kind, const char *unit)
{
    char word[32];
    snprintf(word, sizeof word, " %s ", unit);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *mistake = &mistakes[i];
        if (mistake->kind == kind &&
            (mistake->wrong ? *unit && strstr(mistake->wrong, word) : !*unit))
            return mistake;
    }
    return NULL;
}

/* One spelling of what may have been meant. */
static char *write_meant(char buffer[UNITS_TEXT], const struct quantity_text *parts,
                         const struct mistake *mistake, size_t i)
{
    if (strcmp(mistake->meant[i], "#") == 0)
        return write_grouped(buffer, thousands_of(parts->number, mistake->thousands));
    snprintf(buffer, UNITS_TEXT, "%s%s", parts->number, mistake->meant[i]);
    return buffer;
}

/* Adds a spelling to the hint, if it would be read. */
static void offer(char buffer[UNITS_HINT], enum units_kind kind, const char *text,
                  const char *spelling)
{
    double ignored;
    size_t length = strlen(buffer);
    if (!units_parse(kind, spelling, &ignored))
        return;
    if (length == 0)
        snprintf(buffer, UNITS_HINT, "; %.60s is not %s: write %s", text, nouns[kind], spelling);
    else
        snprintf(buffer + length, UNITS_HINT - length, " or %s", spelling);
}

char *units_hint(enum units_kind kind, const char *text, char buffer[UNITS_HINT])
{
    struct quantity_text parts;
    char spelling[UNITS_TEXT + sizeof parts];
    double ignored;
    buffer[0] = '\0';
    if (units_parse(kind, text, &ignored) || !split(text, &parts))
        return buffer;
    const struct mistake *mistake = mistake_of(kind, parts.unit);
    snprintf(spelling, sizeof spelling, "%s%s", parts.number, parts.unit); /* without a space */
    offer(buffer, kind, text, spelling);
    for (size_t i = 0; mistake && i < MEANT_MOST && mistake->meant[i]; i++)
        offer(buffer, kind, text, write_meant(spelling, &parts, mistake, i));
    return buffer;
}

bool units_ambiguous(const char *text, char buffer[UNITS_HINT])
{
    static const char letters[] = "KMG";
    struct quantity_text parts;
    char digits[UNITS_TEXT];
    if (!split(text, &parts) || strlen(parts.unit) != 1)
        return false;
    char letter = parts.unit[0] == 'k' ? 'K' : parts.unit[0];
    const char *place = strchr(letters, letter);
    if (!place)
        return false;
    write_grouped(digits, thousands_of(parts.number, (int)(place - letters) + 1));
    snprintf(buffer, UNITS_HINT, "write %s%ciB for a size or %s for a number", parts.number, letter,
             digits);
    return true;
}
