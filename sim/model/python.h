/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What policies write Python lines with: those that do in an application what the policy does in a
 * simulation. They run as they stand, in Python 3.7 (gc.freeze) and later. */
#ifndef PYGCSIM_SIM_MODEL_PYTHON_H
#define PYGCSIM_SIM_MODEL_PYTHON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/setting.h"
#include "sim/model/program.h"

/* A number as Python writes it: 50_000. */
void python_number(FILE *out, int64_t number);

/* The lines for a setting, whole: those of its policy if it is one that is always in force; else a
 * program with a function for each event that policies wait for. */
void python_write(FILE *out, const struct setting *setting);

/* For the body of a part: self.wish(0, …), a line for each threshold that is not -1. */
void python_wishes(FILE *out, int indent, int64_t t0, int64_t t1, int64_t t2);

/* gc.set_threshold(…), a line; nothing if all three (-1: keep) stay as they are. Returns whether
 * there is a line. */
bool python_thresholds(FILE *out, int64_t t0, int64_t t1, int64_t t2);

/* "startup_done: start-up is over, service begins" */
void python_event(FILE *out, enum program_event event);

#endif
