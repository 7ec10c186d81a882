/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/release.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANY        INT_MAX /* and what comes after */
#define LAST_MINOR 29      /* what is beyond is a slip of the pen */

struct release {
    int major, minor, patch; /* patch -1: not said */
    char stage;              /* 'a', 'b' or 'r' of a pre-release; '\0' */
    bool free_threaded;
};

/* ---- what is not modelled ------------------------------------------------------------------- */

#define OLD "is older than what is modelled; cpython-3.8 is the oldest"
#define FREE_THREADED                                                                              \
    "is free-threaded: every collection examines the whole heap, when allocations exceed "         \
    "threshold 0 and a quarter of what survived the last one"
#define INCREMENTAL                                                                                \
    "collects incrementally: after marking all that is alive it examines the old generation in "   \
    "parts; not modelled yet; "

/* The first that fits counts. */
static const struct unmodelled {
    int major, minor_least, minor_most;
    int patch_most;     /* ANY: whatever it is, said or not */
    const char *stages; /* of pre-releases; NULL: any, and releases */
    bool free_threaded;
    const char *why;
} unmodelled[] = {
    {0, 0, ANY, ANY, NULL, false, OLD},
    {1, 0, ANY, ANY, NULL, false, OLD},
    {2, 0, ANY, ANY, NULL, false, OLD},
    {3, 0, 7, ANY, NULL, false, OLD},
    {3, 8, 12, ANY, NULL, true, "does not exist: free-threaded builds are of 3.13 and later"},
    {3, 13, 13, ANY, NULL, true,
     FREE_THREADED "; not modelled yet; cpython-3.13 is the default build"},
    {3, 14, 14, ANY, NULL, true,
     FREE_THREADED ", and the process has grown by a tenth; not modelled yet; cpython-3.14 is the "
                   "default build"},
    {3, 15, 15, ANY, NULL, true,
     FREE_THREADED "; not modelled yet; cpython-3.15 is the default build"},
    {3, 13, 13, 0, "abr", false, INCREMENTAL "cpython-3.13 is 3.13.0 and later"},
    {3, 14, 14, 4, NULL, false,
     INCREMENTAL "cpython-3.14 is 3.14.5 and later, with 3.13's generations again"},
    {3, 15, 15, 0, "a", false,
     INCREMENTAL "cpython-3.15 is 3.15.0b1 and later, with 3.13's generations again"},
    {3, 16, LAST_MINOR, ANY, NULL, false,
     "is not out, and PEP 848 proposes another collector for it; cpython-3.15 is the newest that "
     "is modelled"},
};

/* ---- reading ------------------------------------------------------------------------------- */

static const char *skip_name(const char *text)
{
    static const char *const names[] = {"cpython", "python"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncasecmp(text, names[i], length) == 0)
            return text + length + (text[length] == '-' || text[length] == ' ');
    }
    return text;
}

/* A number of up to three digits; -1: there is none. */
static int read_number(const char **at)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > 3)
        return -1;
    int number = atoi(*at);
    *at += digits;
    return number;
}

/* "rc1", "a4", "b2" of a patch; "-dev" and "+" of what is built from a branch. Returns the letter
 * of a pre-release. */
static char read_stage(const char **at)
{
    static const char *const stages[] = {"rc", "a", "b"};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        const char *number = *at + strlen(stages[i]);
        if (strncmp(*at, stages[i], strlen(stages[i])) == 0 && read_number(&number) >= 0) {
            *at = number;
            return *stages[i];
        }
    }
    if (strncmp(*at, "-dev", 4) == 0)
        *at += 4;
    else if (**at == '+')
        ++*at;
    return '\0';
}

static bool read_release(const char *text, struct release *release)
{
    const char *at = skip_name(text);
    *release = (struct release){.major = read_number(&at), .patch = -1};
    if (release->major < 0 || *at++ != '.' || (release->minor = read_number(&at)) < 0)
        return false;
    if (*at == '.') {
        at++;
        if ((release->patch = read_number(&at)) < 0)
            return false;
    }
    release->stage = read_stage(&at);
    release->free_threaded = *at == 't';
    at += release->free_threaded;
    read_stage(&at); /* "3.14t-dev" */
    return *at == '\0';
}

/* ---- what it collects like ----------------------------------------------------------------- */

static bool fits(const struct unmodelled *row, const struct release *release)
{
    bool minor = release->minor >= row->minor_least && release->minor <= row->minor_most;
    bool patch = release->patch >= 0 && release->patch <= row->patch_most;
    bool stage = release->stage && row->stages && strchr(row->stages, release->stage);
    return release->major == row->major && minor && (row->patch_most == ANY || patch) &&
           (!row->stages || stage) && (!row->free_threaded || release->free_threaded);
}

static const struct collector_version *row_of(const struct release *release)
{
    char name[32];
    snprintf(name, sizeof name, "cpython-%d.%d", release->major, release->minor);
    return release->free_threaded ? NULL : collector_version(name);
}

const struct collector_version *release_collector(const char *text, struct error *error)
{
    struct release release;
    error->text[0] = '\0';
    if (!read_release(text, &release))
        return NULL;
    for (size_t i = 0; i < sizeof unmodelled / sizeof *unmodelled; i++) {
        if (!fits(&unmodelled[i], &release))
            continue;
        error_set(error, "%.60s %s", text, unmodelled[i].why);
        return NULL;
    }
    return row_of(&release);
}
