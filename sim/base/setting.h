/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings: a component, or several that are joined, with a value for each parameter.
 *
 * The text is "name:key=value,…". Components that have rows in common (struct component) can be
 * joined: "off:until=startup_done + freeze". A + joins where the name of another component follows,
 * that is to say a letter, after spaces if there are any; so 1e+3 is a number. */
#ifndef PYGCSIM_SIM_BASE_SETTING_H
#define PYGCSIM_SIM_BASE_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/error.h"
#include "sim/base/param.h"

#define SETTING_PARTS_MOST 8 /* joined in one setting */
#define SETTING_JOINT      " + "

/* The first part of a setting stands for the whole, and `next` leads to the others. */
struct setting {
    const struct component *component;
    void *state;  /* state_size bytes with the parameters filled in: copy it to start a run */
    void *common; /* what its rows in common fill; NULL: the component has none */
    uint64_t common_given; /* bit i: the i-th of these rows was given */
    /* "name:key=value,…": what was given, canonical, in the table's order (paths last); of the
     * first part, all parts with " + " in between. */
    char *text;
    char *given;          /* the text as given, cut up: paths in `state` point into it */
    struct setting *next; /* the part after this one; NULL: it is the last */
};

/* Reads such a text. `registry` ends with NULL; `what` is "policy" or "workload". Returns 0, or -1
 * with a line in *error. */
int setting_parse(struct setting *setting, const char *text,
                  const struct component *const *registry, const char *what, struct error *error);
void setting_fini(struct setting *setting);

static inline bool setting_is_joined(const struct setting *setting)
{
    return setting->next;
}

/* Can components of this registry be joined? */
bool setting_joins(const struct component *const *registry);

/* How long the first part of such a text is, without the spaces behind it; *next: the text behind
 * the +, without the spaces before it; NULL: there is none. A + without a name behind it joins to
 * an empty text. */
size_t setting_part(const char *text, const char **next);

/* The names of the components in such a text, which may be anybody's: "off + freeze"; to be freed.
 */
char *setting_names(const char *text);

/* Which of the parts with the same component it is: 1, 2, … */
int setting_number(const struct setting *setting, const struct setting *part);

/* What a parameter of a part is called among those of the whole setting: by its own name, if it is
 * the only part; else with that of the component before it, "freeze.t0", and of the second part of
 * that name "freeze2.t0". */
#define SETTING_NAME_TEXT 128
const char *setting_name(const struct setting *setting, const struct setting *part,
                         const struct param *param, char buffer[SETTING_NAME_TEXT]);

/* The i-th row of a part that has a value: its own, and of those in common what was given. NULL
 * behind the last one. */
const struct param *setting_param(const struct setting *part, size_t i);

/* The struct that a row of a part fills. */
const void *setting_state(const struct setting *part, const struct param *param);

/* A component's state as it is before a run: its parameters, and zeros. To be freed. */
void *setting_fresh_state(const struct setting *setting);

#endif
