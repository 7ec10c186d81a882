/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line a workload. */
#include "workloads/registry.h"

/* X(the constant that its file exports) */
#define WORKLOADS(X)                                                                               \
    X(workload_web)                                                                                \
    X(workload_device)                                                                             \
    X(workload_parse)                                                                              \
    X(workload_queue)                                                                              \
    X(workload_script)

#define X(name) extern const struct workload name;
WORKLOADS(X)
#undef X

const struct component *const workloads[] = {
#define X(name) &name.about,
    WORKLOADS(X)
#undef X
        NULL};

static const void *workload_at(size_t i)
{
    return workloads[i];
}

const struct registry workload_registry = {"workload", "workloads", workload_at, workloads};
