/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Limits: conditions (results/answer/condition.h) that belong to an experiment, such as
 * "latency_p99 <= 50ms". They are given with it (--limit, `limits:` in a file), stored in its row
 * of the results file, one a line, and hold for every answer about it, unless others are given in
 * their place. */
#ifndef PYGCSIM_RESULTS_ANSWER_LIMITS_H
#define PYGCSIM_RESULTS_ANSWER_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "results/answer/condition.h"
#include "results/store/history.h"
#include "results/store/store.h"
#include "sim/base/error.h"
#include "sim/base/param.h"

#define LIMITS_MOST   32
#define LIMIT_LONGEST 300    /* of one: it heads columns */
#define LIMITS_NONE   "none" /* in place of a condition: there are no limits, whatever is stored */

/* Empty: all zero. To be freed with limits_fini. */
struct limits {
    struct condition **items;
    size_t count, capacity;
    bool none; /* "none" was said */
};

/* One that is there already is not added again. Returns 0, or -1 with a line in *error: it is no
 * condition, or there are too many. */
int limits_add(struct limits *limits, const char *text, struct error *error);
void limits_fini(struct limits *limits);

/* Was anything said? Then it is in place of what is stored. */
static inline bool limits_are_given(const struct limits *limits)
{
    return limits->count || limits->none;
}

/* How many hold for outcomes; NULL: none. */
size_t outcomes_limits(const struct outcomes *outcomes);

/* The reader of rows whose field is a struct limits: it is called for each. */
int limits_read_option(const struct param *param, const char *label, void *field, const char *text,
                       struct error *error);

/* As the results file has them; NULL: none. To be freed. */
char *limits_text(const struct limits *limits);

/* Those that are stored with an experiment, added to none. The file may be anybody's: what is no
 * limit is damage. Returns 0, or -1 with a line in *error. */
int limits_read_stored(struct limits *limits, const struct store *store,
                       const struct past_experiment *experiment, struct error *error);

#endif
