/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PYGCSIM_WORKLOADS_REGISTRY_H
#define PYGCSIM_WORKLOADS_REGISTRY_H

#include "sim/model/workload.h"

/* Every workload there is, in the order in which they are listed; ends with NULL. */
extern const struct component *const workloads[];
extern const struct registry workload_registry;

#endif
