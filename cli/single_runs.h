/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Single runs beside each other (results/answer/single_runs.h) on standard output. */
#ifndef PYGCSIM_CLI_SINGLE_RUNS_H
#define PYGCSIM_CLI_SINGLE_RUNS_H

#include "results/answer/single_runs.h"
#include "results/store/metric_list.h"

/* A row each; behind the usual metrics those of `more`. */
void single_runs_print(const struct single_runs *answer, const struct metric_list *more);

/* A JSON object each, on a line of its own, with every metric. */
void single_runs_json(const struct single_runs *answer);

/* How far their longest pauses, seen or predicted, move over the range of scatter, of each
 * collector: below all else.
 */
void single_runs_scatter(const struct single_runs *answer);

/* What one should know besides the numbers of the runs that were run last. one_seed: nobody else
 * says which runs are not counted. */
void single_runs_remarks(const struct single_runs *answer, bool one_seed);

#endif
