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
#include "sim/model/combination.h"

/* A number as Python writes it: 50_000. */
void python_number(FILE *out, int64_t number);

/* Of a policy that does no more than this. */
#define PYTHON_NO_WISHES                                                                           \
    {                                                                                              \
        -1, -1, -1, -1                                                                             \
    }
#define PYTHON_NOTHING_ONCE                                                                        \
    {                                                                                              \
        .begin = PYTHON_NO_WISHES, .on = PARAM_ABSENT, .then = PYTHON_NO_WISHES                    \
    }
struct python_once {
    int64_t begin[WISH_COUNT]; /* as it begins; -1: left as it is */
    int64_t on;           /* at the first report of this event that it sees, or PARAM_ABSENT: */
    bool collect, freeze; /* everything; everything there is */
    int64_t then[WISH_COUNT];
};

/* Lines for policies whose lines all belong at the start or at one report of one event. False:
 * there is more to be done, and nothing is written. */
bool python_write_once(FILE *out, const struct setting *setting);

/* The lines for a setting, whole: as few as will do; else a program with a function for each event
 * that policies wait for. */
void python_write(FILE *out, const struct setting *setting);

/* -1: left as it is, as everywhere. */
static inline void python_wish_thresholds(int64_t wishes[WISH_COUNT], int64_t t0, int64_t t1,
                                          int64_t t2)
{
    wishes[WISH_THRESHOLD] = t0;
    wishes[WISH_THRESHOLD + 1] = t1;
    wishes[WISH_THRESHOLD + 2] = t2;
}

/* For the body of a part: self.wish(0, …), a line for each that is not -1. */
void python_wishes(FILE *out, int indent, const int64_t wishes[WISH_COUNT]);

/* "startup_done: start-up is over, service begins" */
void python_event(FILE *out, enum program_event event);

#endif
