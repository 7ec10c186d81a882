/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/suggest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 63

char *suggest_words(const char *const *words, char *buffer, size_t size)
{
    *buffer = '\0';
    for (size_t i = 0, length = 0; words[i] && length < size; i++) {
        const char *between = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        length += (size_t)snprintf(buffer + length, size - length, "%s%s", between, words[i]);
    }
    return buffer;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap two neighbours) from one word to the other. */
static size_t distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    if (na > LONGEST || nb > LONGEST)
        return SIZE_MAX;
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= na; i++) {
        for (size_t j = 0; j <= nb; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t replace = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = smaller(replace, smaller(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[na][nb];
}

const char *suggest(const char *text, const char *const *names)
{
    const char *best = NULL;
    size_t least = strlen(text) / 3 + 2; /* farther than this is another word */
    for (; *names; names++) {
        size_t edits = distance(text, *names);
        if (strlen(text) >= 3 && strstr(*names, text))
            edits = 1; /* part of a name */
        if (edits < least) {
            least = edits;
            best = *names;
        }
    }
    return best;
}

int suggest_error(struct error *error, const char *what, const char *text, const char *const *names)
{
    char allowed[768] = "";
    size_t length = 0;
    for (size_t i = 0; names[i]; i++) {
        bool fits = length + strlen(names[i]) + sizeof ", , …" < sizeof allowed;
        length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s%s", i ? ", " : "",
                                   fits ? names[i] : "…");
        if (!fits)
            break;
    }
    const char *near = suggest(text, names);
    if (near)
        return error_set(error, "there is no %s '%.60s'; did you mean '%s'? (allowed: %s)", what,
                         text, near, allowed);
    return error_set(error, "there is no %s '%.60s' (allowed: %s)", what, text,
                     allowed[0] ? allowed : "none");
}
