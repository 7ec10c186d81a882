/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conditions on the parameters of a point: "t1 <= t2", "workload.rate * policy.t0 < 1e6". What is a
 * time or a size is compared with such, "every >= 2s"; a flag is 0 or 1. A condition applies to the
 * points that have a number of that kind for each of its names: `every` is a time of the policy
 * timed, and a count of event; `keep` and `none` are no numbers. */
#ifndef PYGCSIM_SWEEP_FILE_CONSTRAINT_H
#define PYGCSIM_SWEEP_FILE_CONSTRAINT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/error.h"
#include "sim/base/expression.h"
#include "sim/base/setting.h"

/* The components of an experiment, in lists that end with NULL. */
struct cast {
    const struct component *const *workloads, *const *policies;
};

/* Returns the condition, to be freed with expression_free; or NULL with a line in *error if it is
 * none, if a name in it is no parameter, not a number, or of both workload and policy, or if its
 * units do not fit together, whatever the workload and the policy. */
struct expression *constraint_parse(const char *text, const struct cast *cast, struct error *error);

/* Does the point meet it, or does it not apply? */
bool constraint_holds(const struct expression *constraint, const struct setting *workload,
                      const struct setting *policy);

#endif
