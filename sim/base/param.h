/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows: whatever has a name and a value that people write as text, each defined once. A row says
 * what the value may be, what it is if nobody says anything, and what it means; from it come the
 * check, its message, and every description (help, man pages, completions, the tables in docs/).
 *
 * The parameters of policies and workloads are rows, and so are options of commands (cli/option.h)
 * and keys of experiment files (sweep/file/keys.h).
 *
 * A policy or a workload is a `struct component`: a name, a line of summary and one table of
 * parameters. From that table come its text form on the command line
 * (`freeze:on=startup_done,t0=50000`), `pygcsim list`, and the rows of the results' table
 * `parameter`.
 *
 * The state that a table fills is a struct of the owner's own. The table fills the fields it names;
 * everything else in it starts as zero. */
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
    PARAM_MOMENT,   /* struct moment: one of `choices`, or "choice@n"; or `absent` */
    PARAM_PATH,     /* const char *, borrowed from the text it is read from, as the next ones */
    PARAM_FOLDER,   /* const char * */
    PARAM_TEXT,     /* const char *, whatever it is, but not empty */
    PARAM_SPEC,     /* const char *, of a setting of one of the registry's components */
    PARAM_NAME,     /* const char *, the name of one of `registry` */
    PARAM_ITEM,     /* const void *, one of `registry` itself */
    PARAM_SWITCH,   /* bool: it is there or it is not; it has no text */
    PARAM_RULE,     /* what `read` makes of it */
};

/* When something is reported: the n-th time. */
struct moment {
    int64_t event; /* index into `choices`; PARAM_ABSENT: never */
    int64_t count; /* from 1 */
};
#define MOMENT_MOST 1e12

struct component;

/* Things with names, of which a value is one. */
struct registry {
    const char *what; /* one of them: "collector" */
    const char *list; /* what `pygcsim list` calls them; NULL: it has no such list */
    /* The i-th, NULL after the last one; each begins with its name, a const char *. */
    const void *(*item)(size_t i);
    const struct component *const *components; /* the same, if they are components; or NULL */
    /* What a text that is no name stands for; NULL, with a line in *error or an empty one, if for
     * nothing. May be NULL: only names are known. */
    const void *(*known_as)(const char *text, struct error *error);
};
const char *registry_name(const struct registry *registry, size_t i);

struct param {
    const char *name;
    enum param_type type;
    size_t offset;       /* of the field in the state */
    const char *initial; /* the default, as text; NULL: must be given, or `otherwise` says */
    double least, most;  /* range of a quantity, in base units (ns, bytes) */
    const char *absent;  /* a word allowed besides the range, stored as -1; or NULL */
    /* PARAM_CHOICE: the words allowed, ending with NULL. Of a whole quantity without `absent`:
     * words allowed besides the range, stored as -1, -2, … */
    const char *const *choices;
    const char *meaning; /* one line, lower case, no full stop */

    const struct param *parts; /* of a rule: the rows of its "key=value,…"; or NULL */
    const char *also;          /* another spelling of the name; or NULL */
    const char *otherwise;     /* what holds if it is not given, in words, where that is no value */
    const char *form;          /* what it takes, in words; NULL: as the type says */
    const struct registry *registry; /* what a value is one of, or names; of rules for completion */
    /* In place of the type's way to read a text into a field. Returns 0, or -1 with a line in
     * *error that names the label, as in param_read. */
    int (*read)(const struct param *param, const char *label, void *field, const char *text,
                struct error *error);
};

#define PARAM_ABSENT (-1)

/* The i-th word that a quantity may be besides its range, NULL after the last; and how it is
 * stored. */
const char *param_word(const struct param *param, size_t i);
static inline int64_t param_word_value(size_t i)
{
    return PARAM_ABSENT - (int64_t)i;
}

/* For `most`: there is no upper end but the type's. */
#define PARAM_UNLIMITED 0x1p63

/* For tables: the field of `struct STATE` that holds the value. */
#define PARAM_FIELD(state, field) .offset = offsetof(struct state, field)

/* Stores one value, as text, in a state. A message calls it `label`: "LABEL=TEXT is not allowed; it
 * takes …". Returns 0, or -1 with a line in *error. */
int param_read(const struct param *param, const char *label, void *state, const char *text,
               struct error *error);

/* The same for "key=value,…", of a table of rows; given[i] tells whether row i was among them, and
 * `what` is whose rows they are. The text is cut up: paths point into it, and a path is the rest of
 * it, for file names may have commas. */
int param_read_pairs(const struct param *params, const char *what, void *state, char *text,
                     bool *given, struct error *error);

/* The same for a component: its own rows fill one state, those in common another; given[i] is of
 * component_param's i-th. */
int component_read_pairs(const struct component *component, void *own, void *common, char *text,
                         bool *given, struct error *error);

#define PARAMS_MOST 64 /* of a table */

/* For a reader of its own: "LABEL=TEXT is not allowed; it takes …". Returns -1. */
int param_refuse(const struct param *param, const char *label, const char *text,
                 struct error *error);

/* What it takes, in words: for messages ("a duration such as 250ms, …, from 1ms to 1h, or none"),
 * and in short ("a duration from 1ms to 1h, or none"). */
char *param_takes(const struct param *param, char *buffer, size_t size);
char *param_takes_briefly(const struct param *param, char *buffer, size_t size);

/* ---- components ----------------------------------------------------------------------------- */

struct component {
    const char *name, *summary;
    const struct param *params; /* ends with a NULL name; NULL: none */
    size_t state_size;
    /* What all of its kind have besides, as policies have from and until: a table of rows that fill
     * a struct of their own. Those that have something in common can be joined
     * (sim/base/setting.h). NULL: nothing. */
    const struct component *common;
    /* Frees what a setting's own state has besides parameters, before it goes. NULL: it never has
     * more. */
    void (*release)(void *state);
};

/* The i-th row of a component: its own, then those in common; NULL behind the last one. */
const struct param *component_param(const struct component *component, size_t i);
bool component_has_in_common(const struct component *component, const struct param *param);

/* The component of that name in a registry, which ends with NULL (`what` is "policy" or
 * "workload"), and a component's parameter; NULL, with a line in *error, if there is none. */
const struct component *component_find(const char *name, const struct component *const *registry,
                                       const char *what, struct error *error);
const struct param *param_find(const struct component *component, const char *name,
                               struct error *error);

/* Stores one value, as text, in a component's state, or in the struct that rows in common fill. A
 * path is not copied. Returns 0, or -1 with a line in *error. */
int param_set(const struct component *component, const struct param *param, void *state,
              const char *text, struct error *error);

/* Is its value a quantity: something between `least` and `most`? */
static inline bool param_is_quantity(const struct param *param)
{
    return param->type <= PARAM_BYTES;
}

/* Does it go by that name? */
bool param_is_called(const struct param *param, const char *name);

/* Is it a const char *? */
static inline bool param_is_text(const struct param *param)
{
    return param->type >= PARAM_PATH && param->type <= PARAM_NAME;
}

/* The text from which param_set reads that quantity, in base units and whole unless it is a real
 * one. */
char *param_write(const struct param *param, double value, char buffer[UNITS_TEXT]);

/* The canonical text of one parameter's value in `state`; into `buffer` or a text owned elsewhere.
 */
const char *param_text(const struct param *param, const void *state, char buffer[UNITS_TEXT]);

/* Its value as a number in base units; NaN for what is none, as the word in `absent`. */
double param_number(const struct param *param, const void *state);

/* What a PARAM_MOMENT holds; of a PARAM_CHOICE the first time that it comes. */
struct moment param_moment(const struct param *param, const void *state);

/* Words for help: the unit ("ns" …), and what is allowed ("0 to 100", "yes or no", "a, b or c"). */
const char *param_unit(const struct param *param);
char *param_allowed(const struct param *param, char *buffer, size_t size);

#endif
