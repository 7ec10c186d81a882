/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What module gc does (sim/model/gc_event.h), in the order in which it does it: as a log of JSON
 * lines, or as what CPython prints with gc.DEBUG_STATS and the flags that the program sets. */
#ifndef PYGCSIM_CLI_GC_LOG_H
#define PYGCSIM_CLI_GC_LOG_H

#include <stdint.h>
#include <stdio.h>

#include "sim/model/observer.h"

enum gc_log_form {
    /* What CPython prints, each line behind its operation; objects by their labels, and neither
     * times nor the interpreter's own objects: the same of every process that does the same.
     * "9: gc: done, 1 unreachable, 0 uncollectable, Ts elapsed" */
    GC_LOG_LABELS,
    /* What CPython prints. Addresses are made up, one for each label; times are the pauses.
     * "gc: done, 1 unreachable, 0 uncollectable, 0.0001s elapsed" */
    GC_LOG_PLAIN,
    /* {"op": 9, "event": "done", "unreachable": 1, "uncollectable": 0} */
    GC_LOG_EVENTS,
};

struct gc_log {
    enum gc_log_form form;
    FILE *out; /* borrowed; what cannot be written ends the run */
};

/* Borrows the log. */
struct observer gc_log_observer(struct gc_log *log);

#endif
