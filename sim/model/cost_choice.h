/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which costs a user asks for, as a text: [NAME|FILE][:]pause=TIME@OBJECTS. A set that the program
 * carries or a file's in place of the collector's own, and a pause that was measured, by which it
 * is calibrated. */
#ifndef PYGCSIM_SIM_MODEL_COST_CHOICE_H
#define PYGCSIM_SIM_MODEL_COST_CHOICE_H

#include <stdbool.h>

#include "sim/base/error.h"
#include "sim/base/param.h"
#include "sim/model/costs.h"

struct cost_choice {
    bool has_set;
    struct costs set;            /* if it has one: instead of the collector's */
    struct measured_pause pause; /* objects 0: none */
};

#define COST_CHOICE_FORM                                                                           \
    "a cost set (`pygcsim list costs`) or a file, pause=TIME@OBJECTS, or both as "                 \
    "NAME:pause=84ms@890000"

/* For rows of type PARAM_RULE: the field is a struct cost_choice. */
int cost_choice_read(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error);

/* What comes of it for one interpreter version. */
struct costs cost_choice_for(const struct cost_choice *choice,
                             const struct collector_version *version);

/* The choice from which costs_id made that text of a run with that version. Returns 0, or -1 with a
 * line in *error if they were those of a file, or of another pygcsim. */
int cost_choice_again(struct cost_choice *choice, const char *id,
                      const struct collector_version *version, struct error *error);

#endif
