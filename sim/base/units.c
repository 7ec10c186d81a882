/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t scale;
    bool canonical; /* is written, not only read */
};

/* Largest first; minutes and days are read but not written: 60s stays 60s. */
static const struct unit durations[] = {
    {"d", NS_PER_D, false},
    {"h", NS_PER_H, true},
    {"min", 60 * NS_PER_S, false},
    {"m", 60 * NS_PER_S, false},
    {"s", NS_PER_S, true},
    {"ms", NS_PER_MS, true},
    {"us", NS_PER_US, true},
    {"µs", NS_PER_US, false},
    {"ns", 1, true},
    {NULL, 0, false},
};

/* K, M and G alone are binary, as in java -Xmx64K and ulimit. */
static const struct unit sizes[] = {
    {"GiB", GIB, true},        {"MiB", MIB, true},     {"KiB", KIB, true},
    {"G", GIB, false},         {"M", MIB, false},      {"K", KIB, false},
    {"GB", 1000000000, false}, {"MB", 1000000, false}, {"kB", 1000, false},
    {"KB", 1000, false},       {"B", 1, true},         {"", 1, false},
    {NULL, 0, false},
};

static const struct unit multiples[] = {
    {"k", 3, false}, {"K", 3, false}, {"M", 6, false}, {"G", 9, false}, {NULL, 0, false},
}; /* of a count: `scale` is a power of ten */

/* Copies a number without the underscores Python allows between digits; false if it is none. */
static bool number_text(const char *text, size_t length, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '_') {
            if (i == 0 || i + 1 == length || !isdigit((unsigned char)text[i - 1]) ||
                !isdigit((unsigned char)text[i + 1]))
                return false;
            continue;
        }
        if (n + 1 == size)
            return false;
        out[n++] = text[i];
    }
    out[n] = '\0';
    return n > 0;
}

/* A whole number of digits, perhaps with a minus. */
static bool parse_whole(const char *digits, int64_t *value)
{
    char *end;
    if (!isdigit((unsigned char)digits[digits[0] == '-']))
        return false;
    errno = 0;
    long long parsed = strtoll(digits, &end, 10);
    if (errno || *end)
        return false;
    *value = parsed;
    return true;
}

/* `number` × 10 to that power, if it is whole: its point is moved, so that it is exact. */
static bool parse_shifted(const char *number, int64_t power, int64_t *value)
{
    char digits[64];
    size_t n = strcspn(number, "."), whole = n;
    const char *fraction = number[n] ? number + n + 1 : "";
    size_t places = strlen(fraction);
    while (places > 0 && fraction[places - 1] == '0')
        places--;
    if (!isdigit((unsigned char)number[number[0] == '-']) || power < (int64_t)places ||
        n + (size_t)power >= sizeof digits)
        return false;
    memcpy(digits, number, whole);
    memcpy(digits + n, fraction, places);
    memset(digits + n + places, '0', (size_t)power - places);
    digits[n + (size_t)power] = '\0';
    return parse_whole(digits, value);
}

static const struct unit *unit_named(const struct unit *units, const char *name, size_t length)
{
    for (; units->name; units++)
        if (strlen(units->name) == length && strncmp(units->name, name, length) == 0)
            return units;
    return NULL;
}

/* 50_000, 2e6, 1.2M */
bool units_parse_count(const char *text, int64_t *value)
{
    char number[40];
    if (!number_text(text, strlen(text), number, sizeof number))
        return false;
    char *rest = number + strspn(number, "-0123456789.");
    const struct unit *multiple = unit_named(multiples, rest, strlen(rest));
    int64_t power;
    if (!*rest)
        return parse_whole(number, value);
    if (multiple)
        power = multiple->scale;
    else if ((*rest != 'e' && *rest != 'E') || !parse_whole(rest + 1 + (rest[1] == '+'), &power) ||
             power > 18)
        return false;
    *rest = '\0';
    return parse_shifted(number, power, value);
}

bool units_parse_real(const char *text, double *value)
{
    char digits[64], *end;
    if (!number_text(text, strlen(text), digits, sizeof digits))
        return false;
    if (strspn(digits, "0123456789.eE+-") != strlen(digits)) /* no inf, nan, hexadecimal */
        return false;
    errno = 0;
    double parsed = strtod(digits, &end);
    if (*end || end == digits || !isfinite(parsed))
        return false;
    *value = parsed;
    return true;
}

/* One number and one unit. */
static bool parse_scaled(const char *text, const struct unit *units, int64_t *value)
{
    size_t length = strspn(text, "0123456789._");
    const struct unit *unit = unit_named(units, text + length, strlen(text + length));
    char number[64];
    double amount;
    int64_t whole;
    if (!unit || !number_text(text, length, number, sizeof number))
        return false;
    if (parse_whole(number, &whole)) { /* exact where it can be */
        if (__builtin_mul_overflow(whole, unit->scale, &whole))
            return false;
        *value = whole;
        return true;
    }
    if (!units_parse_real(number, &amount) || amount * (double)unit->scale > 9e18)
        return false;
    *value = llround(amount * (double)unit->scale);
    return true;
}

/* Whole parts, the largest unit first and each once: 1h30min. */
static bool parse_compound(const char *text, int64_t *ns)
{
    int64_t sum = 0, before = INT64_MAX, part;
    while (*text) {
        char number[64];
        size_t digits = strspn(text, "0123456789_"),
               letters = strcspn(text + digits, "0123456789._");
        const struct unit *unit = unit_named(durations, text + digits, letters);
        if (!unit || unit->scale >= before || !number_text(text, digits, number, sizeof number) ||
            !parse_whole(number, &part) || __builtin_mul_overflow(part, unit->scale, &part) ||
            __builtin_add_overflow(sum, part, &sum))
            return false;
        before = unit->scale;
        text += digits + letters;
    }
    *ns = sum;
    return true;
}

bool units_parse_duration(const char *text, int64_t *ns)
{
    if (strcmp(text, "0") == 0) {
        *ns = 0;
        return true;
    }
    return parse_scaled(text, durations, ns) || (*text && parse_compound(text, ns));
}

bool units_parse_bytes(const char *text, int64_t *bytes)
{
    return parse_scaled(text, sizes, bytes);
}

bool units_parse_share(const char *text, double *share)
{
    char number[64];
    size_t length = strlen(text);
    if (length == 0 || text[length - 1] != '%')
        return units_parse_real(text, share);
    if (length > sizeof number)
        return false;
    memcpy(number, text, length - 1);
    number[length - 1] = '\0';
    double percent;
    if (!units_parse_real(number, &percent))
        return false;
    *share = percent / 100;
    return true;
}

bool units_parse(enum units_kind kind, const char *text, double *value)
{
    bool (*const parse[])(const char *, int64_t *) = {
        [UNITS_COUNT] = units_parse_count,
        [UNITS_DURATION] = units_parse_duration,
        [UNITS_BYTES] = units_parse_bytes,
    };
    int64_t whole;
    if (kind == UNITS_REAL || kind == UNITS_SHARE)
        return units_parse_share(text, value);
    if (!parse[kind](text, &whole))
        return false;
    *value = (double)whole;
    return true;
}

char *units_write_count(char buffer[UNITS_TEXT], int64_t value)
{
    snprintf(buffer, UNITS_TEXT, "%" PRId64, value);
    return buffer;
}

char *units_write_real(char buffer[UNITS_TEXT], double value)
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(buffer, UNITS_TEXT, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    return buffer;
}

static char *write_scaled(char buffer[UNITS_TEXT], const struct unit *units, int64_t value,
                          const char *zero)
{
    for (const struct unit *unit = units; value && unit->name; unit++) {
        if (unit->canonical && value % unit->scale == 0) {
            snprintf(buffer, UNITS_TEXT, "%" PRId64 "%s", value / unit->scale, unit->name);
            return buffer;
        }
    }
    snprintf(buffer, UNITS_TEXT, "%s", zero);
    return buffer;
}

char *units_write_duration(char buffer[UNITS_TEXT], int64_t ns)
{
    return write_scaled(buffer, durations, ns, "0s");
}

char *units_write_bytes(char buffer[UNITS_TEXT], int64_t bytes)
{
    return write_scaled(buffer, sizes, bytes, "0B");
}

struct step {
    double scale;
    const char *name;
};

static char *show(char buffer[UNITS_TEXT], double value, const struct step *steps)
{
    while (steps[1].name && fabs(value) < steps->scale * 0.9995)
        steps++;
    double shown = value / steps->scale;
    int decimals = fabs(shown) >= 99.95 || shown == 0 ? 0 : fabs(shown) >= 9.995 ? 1 : 2;
    snprintf(buffer, UNITS_TEXT, "%.*f%s", decimals, shown, steps->name);
    return buffer;
}

char *units_show_seconds(char buffer[UNITS_TEXT], double seconds)
{
    static const struct step steps[] = {{3600, " h"},  {60, " min"},  {1, " s"}, {1e-3, " ms"},
                                        {1e-6, " us"}, {1e-9, " ns"}, {0, NULL}};
    if (seconds == 0)
        return strcpy(buffer, "0");
    return show(buffer, seconds, fabs(seconds) < 600 ? steps + 2 : steps);
}

char *units_show_bytes(char buffer[UNITS_TEXT], double bytes)
{
    static const struct step steps[] = {
        {1073741824.0, " GiB"}, {1048576.0, " MiB"}, {1024.0, " KiB"}, {1, " B"}, {0, NULL}};
    if (bytes == 0)
        return strcpy(buffer, "0");
    return show(buffer, bytes, steps);
}

char *units_show_count(char buffer[UNITS_TEXT], double count)
{
    snprintf(buffer, UNITS_TEXT, count < 1e6 || count != floor(count) ? "%.6g" : "%.0f", count);
    return buffer;
}
