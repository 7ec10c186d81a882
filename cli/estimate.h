/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What work would take, said before it is begun; and refused if it is more than a day. */
#ifndef PYGCSIM_CLI_ESTIMATE_H
#define PYGCSIM_CLI_ESTIMATE_H

#include "sim/base/units.h"
#include "sweep/pilot.h"

#define OPTION_ANYWAY                                                                              \
    .name = "anyway", .type = PARAM_SWITCH,                                                        \
    .meaning = "also begin what would take more than a day, by an estimate"

struct cost {
    double seconds, memory_bytes, disk_bytes; /* NaN: nothing to go by */
    double told_bytes;                        /* of the memory, what grows as programs do */
    unsigned workers;
};

/* "about 40 min on 2 cores, 1.1 GiB of memory, 300 MiB on disk" */
char *cost_show(char *text, size_t size, const struct cost *cost);

/* More than a day? */
bool cost_is_much(const struct cost *cost);

/* Two digits are all that an estimate has. */
char *show_roughly(char text[UNITS_TEXT], double seconds);

/* Of work, whatever else the machine has to do: for a pilot. */
double seconds_of_work(void *clock);

/* By a pilot of a second, or none if programs are too short to take long. */
struct cost estimate_plan(const struct plan *plan, unsigned workers, uint64_t memory_bytes);

/* If the experiment of a command would take more than a minute, says so on standard error; exits
 * with a line that says what to do if it is more than a day, unless that is allowed. */
void estimate_first(const struct experiment *experiment, struct share share, unsigned workers,
                    uint64_t memory_bytes, bool allowed);

#endif
