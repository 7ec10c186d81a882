/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A policy decides when the cycle collector runs, through sim/model/gc.h. To add one: a new file in
 * policies/, modelled on any other there, and one line in policies/registry.c (docs/extending.md).
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

/* Every function but the last may be NULL. `state` is the policy's own struct with its parameters
 * filled in; it starts afresh with every run. */
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

    /* Whether it will ever collect by itself, if nothing comes but time and reports of events, and
     * when: as things are now. For predictions (results/horizon/). */
    bool (*plan)(const void *state, const struct gc *gc, struct policy_plan *plan);

    /* Writes the Python lines that do the same in an application (sim/model/python.h), and where
     * they belong as comments. Never NULL. */
    void (*python)(const void *state, FILE *out);
};

/* A registry is a list of components that ends with NULL; each is the first member of its policy.
 */
static inline const struct policy *policy_of(const struct component *about)
{
    return (const struct policy *)about;
}

/* What many policies' tables need. */
#define PARAM_EVENT      .type = PARAM_CHOICE, .choices = program_event_names
#define PARAM_GENERATION .type = PARAM_COUNT, .least = 0, .most = GENERATIONS - 1
#define PARAM_THRESHOLD  .type = PARAM_COUNT, .least = 0, .most = INT32_MAX, .absent = "keep"

#endif
