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

/* How far a name is from the text; one that begins like it, or has it in it, is nearer. */
static int distance_to(const char *text, const char *name)
{
    size_t edits = distance(text, name);
    int common = 0, longest = LONGEST;
    while (text[common] && text[common] == name[common])
        common++;
    if (strlen(text) >= 3 && strstr(name, text))
        return -longest;
    return (edits < LONGEST ? (int)edits : longest) - common;
}

/* Puts the nearest first; of those that are as near, those that came first. `nearest` has room for
 * SUGGEST_SOME and a NULL. */
static void find_nearest(const char *text, const char *const *names, const char **nearest)
{
    int distances[SUGGEST_SOME + 1];
    size_t found = 0;
    for (size_t i = 0; names[i]; i++) {
        int far = distance_to(text, names[i]);
        size_t at = found;
        for (; at > 0 && distances[at - 1] > far; at--) {
            distances[at] = distances[at - 1];
            nearest[at] = nearest[at - 1];
        }
        distances[at] = far;
        nearest[at] = names[i];
        found += found < SUGGEST_SOME;
    }
    nearest[found] = NULL;
}

static size_t count_of(const char *const *names)
{
    size_t count = 0;
    while (names[count])
        count++;
    return count;
}

int suggest_error(struct error *error, const char *what, const char *text, const char *const *names)
{
    char allowed[768] = "", meant[96] = "";
    const char *nearest[SUGGEST_SOME + 1];
    size_t length = 0, count = count_of(names);
    const char *near = suggest(text, names);
    if (near)
        snprintf(meant, sizeof meant, "; did you mean '%.60s'?", near);
    if (count > SUGGEST_ALL) {
        find_nearest(text, names, nearest);
        names = nearest;
        length = (size_t)snprintf(allowed, sizeof allowed, "of %zu the nearest: ", count);
    } else {
        length = (size_t)snprintf(allowed, sizeof allowed, "allowed: ");
    }
    for (size_t i = 0; names[i]; i++) {
        bool fits = length + strlen(names[i]) + sizeof ", , …" < sizeof allowed;
        length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s%s", i ? ", " : "",
                                   fits ? names[i] : "…");
        if (!fits)
            break;
    }
    return error_set(error, "there is no %s '%.60s'%s (%s%s)", what, text, meant, allowed,
                     count ? "" : "none");
}
