/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A policy that does anything that a policy can do, at any moment at which it is asked, at random;
 * and notes all it sees. */
#ifndef PYGCSIM_TESTS_PROPERTY_MEDDLER_H
#define PYGCSIM_TESTS_PROPERTY_MEDDLER_H

#include "sim/model/policy.h"

struct meddler {
    uint64_t seed;
    uint32_t share;  /* of 100 moments, at how many it does something */
    uint32_t timers; /* set at most, with one of them due at a time */
    uint64_t delay_ns;
    uint64_t *seen; /* a number that depends on all it was shown */
};

extern const struct policy policy_meddler;

#endif
