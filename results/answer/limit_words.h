/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words for how settings stand to limits: tables, JSON and the page take them from here. */
#ifndef PYGCSIM_RESULTS_ANSWER_LIMIT_WORDS_H
#define PYGCSIM_RESULTS_ANSWER_LIMIT_WORDS_H

#include "results/answer/verdict.h"
#include "sim/base/json.h"

/* "within"; "unsure: up to 1.1x", so many times what is allowed it may be; "over 2.1x", so many
 * times it is; "under 0.8x"; with " by 24h", the horizon of the setting, if what is predicted up to
 * then has decided otherwise than what was seen; "-" if it is not known. Returns `text`. */
#define LIMIT_TEXT 96
char *limit_show(char text[LIMIT_TEXT], const struct limit_verdict *verdict, const char *horizon);

/* Of a setting that would be the best by means: "By means freeze would be the best, but its
 * latency_p99, 48.0 ms on average, may be 53.0 ms. …"; to be freed. */
char *limits_doubts(const struct outcomes *outcomes, size_t setting,
                    struct condition *const *conditions, size_t count);

/* What is to be said below a table of settings of a group, of which `verdicts` has those of each:
 * sentences, each with a full stop; to be freed. */
char *limits_legend(const struct outcomes *outcomes, size_t group,
                    const struct limit_verdict *const *verdicts, size_t count);

/* As keys of a setting's object: limits, all together, and each_limit, an array; nothing if there
 * are none. */
void limits_json(struct json *json, const struct outcomes *outcomes,
                 const struct limit_verdict *verdicts);

#endif
