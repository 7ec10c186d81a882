/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PYGCSIM_POLICIES_REGISTRY_H
#define PYGCSIM_POLICIES_REGISTRY_H

#include "sim/model/policy.h"

/* Every policy there is, in the order in which they are listed; ends with NULL. */
extern const struct component *const policies[];
extern const struct registry policy_registry;

#endif
