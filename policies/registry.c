/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line a policy. */
#include "policies/registry.h"

/* X(the constant that its file exports) */
#define POLICIES(X)                                                                                \
    X(policy_default)                                                                              \
    X(policy_threshold)                                                                            \
    X(policy_off)                                                                                  \
    X(policy_freeze)                                                                               \
    X(policy_timed)                                                                                \
    X(policy_event)

#define X(name) extern const struct policy name;
POLICIES(X)
#undef X

const struct component *const policies[] = {
#define X(name) &name.about,
    POLICIES(X)
#undef X
        NULL};

static const void *policy_at(size_t i)
{
    return policies[i];
}

const struct registry policy_registry = {"policy", "policies", policy_at, policies};
