/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A policy decides when the cycle collector runs, through sim/model/gc.h. Several can be in force
 * at once, or one after the other (sim/model/combination.h); none knows of the others. To add one:
 * a new file in policies/, modelled on any other there, and one line in policies/registry.c
 * (docs/extending.md).
 */
#ifndef PYGCSIM_SIM_MODEL_POLICY_H
#define PYGCSIM_SIM_MODEL_POLICY_H

#include <stddef.h>
#include <stdio.h>

#include "sim/base/param.h"
#include "sim/model/ending.h"
#include "sim/model/gc.h"
#include "sim/model/observer.h"
#include "sim/model/program.h"

struct python_once;

/* Every function may be NULL, but there is Python in one way or another. `state` is the policy's
 * own struct with its parameters filled in; it starts afresh with every run. */
struct policy {
    struct component about;

    /* Before the program's first operation. */
    void (*start)(void *state, struct gc *gc);

    /* The program has reported an event. */
    void (*event)(void *state, struct gc *gc, enum program_event event);

    /* The instant given to gc_set_timer has come. */
    void (*timer)(void *state, struct gc *gc);

    /* A collection has ended (gc.callbacks, phase "stop"): gc_collect is ignored in here. */
    void (*collected)(void *state, struct gc *gc, const struct collection *collection);

    /* Adds when it will collect by itself, if nothing comes but time and reports of events, as
     * things are now; and when it will do what changes more than that (policy_plans_add_change).
     * For predictions (results/horizon/). */
    void (*plan)(const void *state, const struct gc *gc, struct policy_plans *plans);

    /* What an application does instead, in Python (sim/model/python.h). All is done as it begins,
     * and at the first report of one event: *once, given without any wish, says what. False, or
     * NULL: it does more than that. */
    bool (*once)(const void *state, struct python_once *once);

    /* Writes the lines for a policy alone, and where they belong as comments. NULL: `once` says it,
     * or its part is made into a whole program. */
    void (*python)(const void *state, FILE *out);

    /* Writes the same as a part of a program of several policies: the body of a class derived from
     * the class Part in sim/model/combination.py, indented by 4. NULL: `once` says it. */
    void (*python_part)(const void *state, FILE *out);
};

/* A registry is a list of components that ends with NULL; each is the first member of its policy.
 */
static inline const struct policy *policy_of(const struct component *about)
{
    return (const struct policy *)about;
}

/* When a policy is in force, which every policy takes: from one report of an event, which it sees,
 * until another, which it does not see. Of each event all reports count that the program has made.
 */
struct phase {
    struct moment from, until; /* event PARAM_ABSENT: from the start; to the end */
};
extern const struct component policy_phase;

/* What many policies' tables need; and what each has besides. */
#define PARAM_EVENT      .type = PARAM_CHOICE, .choices = program_event_names
#define PARAM_EVENT_N    .type = PARAM_MOMENT, .choices = program_event_names
#define PARAM_GENERATION .type = PARAM_COUNT, .least = 0, .most = GENERATIONS - 1
#define PARAM_THRESHOLD  .type = PARAM_COUNT, .least = 0, .most = INT32_MAX, .absent = "keep"
#define POLICY_COMMON    .common = &policy_phase

#endif
