/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conditions that settings of an experiment have to meet: "heap_peak <= 1.2 * default". Names are
 * those of metrics, which stand for a setting's mean, and besides
 *
 *     default, baseline                     the mean of that policy with the same workload and
 *                                           collector, of the one metric that the condition names
 *     default.METRIC, baseline.METRIC       the same, of any metric
 *
 * A metric that is a time or a size is compared with such: "latency_p99 <= 50ms", not "<= 50"
 * (sim/base/expression.h). */
#ifndef PYGCSIM_RESULTS_ANSWER_CONDITION_H
#define PYGCSIM_RESULTS_ANSWER_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "results/answer/outcome.h"
#include "sim/base/error.h"

struct condition;

/* NULL, with a line in *error, if it is no condition over such names. */
struct condition *condition_parse(const char *text, struct error *error);
void condition_free(struct condition *condition);

const char *condition_text(const struct condition *condition);

/* Its metrics, each once; ends with NULL. They have to be among those that outcomes are read of. */
const struct metric *const *condition_metrics(const struct condition *condition);

/* How far a setting is from meeting it: 0 if it does; or else how far apart the two sides of the
 * comparison are (the worst of several), as a share of the right side; NaN if a value is missing.
 */
double condition_excess(const struct condition *condition, const struct outcomes *outcomes,
                        size_t setting);

#endif
