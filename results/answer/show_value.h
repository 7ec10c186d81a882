/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values of metrics as people read them. */
#ifndef PYGCSIM_RESULTS_ANSWER_SHOW_VALUE_H
#define PYGCSIM_RESULTS_ANSWER_SHOW_VALUE_H

#include "results/answer/verdict.h"
#include "results/statistics/estimate.h"
#include "results/store/metrics.h"
#include "sim/base/units.h"

/* Three significant digits and a unit; returns `text`. */
char *show_value(char text[UNITS_TEXT], const struct metric *metric, double value);

/* A mean and how far its interval reaches, the longer half of it: "129 ±8 ms"; without an interval
 * only the mean, "-" if there is none; where rare events decide in how many runs: "129 ms (2 of
 * 5)". Returns `text`. */
#define SHOW_ESTIMATE 112
char *show_estimate(char text[SHOW_ESTIMATE], const struct metric *metric,
                    struct estimate estimate);

/* A difference and its interval: "+1.2 [+0.9, +1.7] ms". */
char *show_difference(char text[SHOW_ESTIMATE], const struct metric *metric,
                      struct estimate difference);

/* What a verdict on two settings says: their difference, "~ " before it if they are not told apart;
 * "same"; "-" if there is no pair. */
#define SHOW_VERDICT (SHOW_ESTIMATE + 2)
char *show_verdict(char text[SHOW_VERDICT], const struct metric *metric,
                   const struct verdict *verdict);

#endif
