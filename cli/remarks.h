/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What several answers say in the same words, on standard output. */
#ifndef PYGCSIM_CLI_REMARKS_H
#define PYGCSIM_CLI_REMARKS_H

#include <stdint.h>

#include "results/answer/moving.h"
#include "results/answer/outcome.h"
#include "results/answer/outlook.h"
#include "results/answer/scatter_order.h"
#include "results/answer/verdict.h"
#include "results/store/history.h"

/* A line, if the file has runs that are not in the experiment's plan any more. */
void print_earlier(const struct past_experiment *experiment);

/* Lines on the times of an experiment's runs, as those of another version; nothing if there is
 * nothing to say. */
void print_times(struct store *store, int64_t experiment);

/* How far policies move over the range of scatter, after an empty line; nothing if nothing is
 * known. `of`: what it is about, if there is more than one of that; else NULL. */
void print_scatter_order(const struct scatter_order *order, const struct metric *metric,
                         const char *of);

/* "10 replications each", "1 to 10 replications". */
void print_replications(struct replications replications);

/* Below a table with a column "still to come": what that says, after an empty line; nothing if
 * there is nothing to say. */
void print_outlooks(const struct outlook *outlooks, size_t count);

/* Below a table with columns of limits: what they say, after an empty line; nothing if there is
 * nothing to say. As limits_legend. */
void print_limits_legend(const struct outcomes *outcomes, size_t group,
                         const struct limit_verdict *const *verdicts, size_t count);

/* Which values still move with the length of the run; nothing if none does. */
void print_moving(const struct moving *moving, const struct outcomes *outcomes);

/* A line: so many runs end before their steady state. */
void print_unsteady(int64_t runs);

/* What "(2 of 5)" behind the means of settings says, after an empty line, if any has that. */
void print_rare_events(const struct estimate *const *means, size_t settings, size_t columns);

#endif
