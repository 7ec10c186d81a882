/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long programs are: the parameter `duration` of their workloads. */
#ifndef PYGCSIM_SWEEP_FILE_LENGTH_H
#define PYGCSIM_SWEEP_FILE_LENGTH_H

#include "sweep/file/experiment.h"

/* The parameter; NULL: it is as long as it is. */
const struct param *length_param(const struct setting *workload);

/* 0 if there is no such parameter. */
int64_t length_ns(const struct setting *workload);

/* A workload's or a policy's text with another value of a parameter, "web:rate=200,duration=60s" of
 * "web:duration=10s,rate=200"; to be freed. */
char *spec_with(const char *text, const char *key, const char *value);

/* Makes it so long, which the parameter allows: as if it had been given so. */
void length_set(struct setting *workload, int64_t ns);

/* Can every workload be made longer, and would it still be another one than the others? Returns 0,
 * or -1 with a line in *error. */
int lengths_are_free(const struct experiment *experiment, struct error *error);

#endif
