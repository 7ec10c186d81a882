/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parameters, defined once. A policy or a workload is a `struct component`: a name, a line of
 * summary and one table of parameters. From that table come its text form on the command line
 * (`freeze:on=startup_done,t0=50000`), the checks and their messages, `pygcsim list`, and the rows
 * of the results' table `parameter`.
 *
 * A component's state is a struct of the component's own, of `state_size` bytes. The table fills
 * the fields it names; everything else in it starts as zero. */
#ifndef PYGCSIM_SIM_BASE_PARAM_H
#define PYGCSIM_SIM_BASE_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/units.h"

enum param_type {
    PARAM_COUNT,    /* int64_t */
    PARAM_REAL,     /* double */
    PARAM_DURATION, /* int64_t, nanoseconds */
    PARAM_BYTES,    /* int64_t */
    PARAM_FLAG,     /* int64_t, 0 or 1: no or yes */
    PARAM_CHOICE,   /* int64_t, index into `choices` */
    PARAM_PATH,     /* const char *, owned by the setting */
};

struct param {
    const char *name;
    enum param_type type;
    size_t offset;       /* of the field in the component's state */
    const char *initial; /* the default, as text; NULL: must be given */
    double least, most;  /* range, in base units (ns, bytes); unused for flag, choice, path */
    const char *absent;  /* a word allowed besides the range, stored as -1; or NULL */
    const char *const *choices; /* PARAM_CHOICE: the words allowed, ending with NULL */
    const char *meaning;        /* one line, lower case, no full stop */
};

#define PARAM_ABSENT (-1)

/* For tables: the field of `struct STATE` that holds the value. */
#define PARAM_FIELD(state, field) .offset = offsetof(struct state, field)

struct component {
    const char *name, *summary;
    const struct param *params; /* ends with a NULL name; NULL: none */
    size_t state_size;
};

/* The component of that name in a registry, which ends with NULL (`what` is "policy" or
 * "workload"), and a component's parameter; NULL, with a line in *error, if there is none. */
const struct component *component_find(const char *name, const struct component *const *registry,
                                       const char *what, struct error *error);
const struct param *param_find(const struct component *component, const char *name,
                               struct error *error);

/* Stores one value, as text, in a component's state. A path is not copied. Returns 0, or -1 with a
 * line in *error. */
int param_set(const struct component *component, const struct param *param, void *state,
              const char *text, struct error *error);

/* Is its value a quantity: something between `least` and `most`? */
static inline bool param_is_quantity(const struct param *param)
{
    return param->type <= PARAM_BYTES;
}

/* The text from which param_set reads that quantity, in base units and whole unless it is a real
 * one. */
char *param_write(const struct param *param, double value, char buffer[UNITS_TEXT]);

/* A component with a value for each of its parameters. */
struct setting {
    const struct component *component;
    void *state; /* state_size bytes with the parameters filled in: copy it to start a run */
    /* "name:key=value,…": what was given, canonical, in the table's order (paths last). */
    char *text;
    char *given; /* the text as given, cut up: paths in `state` point into it */
};

/* Reads "name" or "name:key=value,…". `registry` ends with NULL; `what` is "policy" or "workload".
 * Returns 0, or -1 with a line in *error. */
int setting_parse(struct setting *setting, const char *text,
                  const struct component *const *registry, const char *what, struct error *error);
void setting_fini(struct setting *setting);

/* A component's state as it is before a run: its parameters, and zeros. To be freed. */
void *setting_fresh_state(const struct setting *setting);

/* The canonical text of one parameter's value in `state`; into `buffer` or a text owned elsewhere.
 */
const char *param_text(const struct param *param, const void *state, char buffer[UNITS_TEXT]);

/* Its value as a number in base units (NaN for a choice or a path). */
double param_number(const struct param *param, const void *state);

/* Words for help: the unit ("ns" …), and what is allowed ("0 to 100", "yes or no", "a, b or c"). */
const char *param_unit(const struct param *param);
char *param_allowed(const struct param *param, char *buffer, size_t size);

#endif
