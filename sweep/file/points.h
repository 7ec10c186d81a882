/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From entries to points. In a grid every workload setting meets every policy setting. When points
 * are sampled, point i of a workload entry meets point i of a policy entry: together they are one
 * vector of the design, whose first dimensions are the workload's. Those are the same for all
 * policies, so that policies are compared on the same programs; and the policies' are the same for
 * all workloads. An entry in which nothing varies is one setting, that meets them all.
 *
 * Where only points that are left by the constraints count, the sample goes on until so many have
 * met them in each pair of entries that varies: then all pairs have the same points of the design.
 *
 * A setting that comes up twice is kept once, and so is a point; what no point has is dropped. */
#ifndef PYGCSIM_SWEEP_FILE_POINTS_H
#define PYGCSIM_SWEEP_FILE_POINTS_H

#include "sim/base/error.h"
#include "sweep/file/reading.h"

/* Fills in the experiment's workloads, policies, points and baseline. Returns 0, or -1 with a line
 * in *error. */
int points_make(const struct reading *reading, struct error *error);

#endif
