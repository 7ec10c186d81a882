/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Minimum mutator utilisation (Cheng & Blelloch, A Parallel, Real-Time Garbage Collector, PLDI
 * 2001): of all windows of a given length inside a run, the smallest part that is not pause. Exact:
 * whole nanoseconds, every position of the window, one pass.
 *
 * The pause time in a window grows while its end, and shrinks while its begin, is in a pause. So
 * where it is largest, the window can be moved without changing it until it ends where a pause
 * ends, or is the first one of the run: only these are looked at. */
#ifndef PYGCSIM_RESULTS_STATISTICS_UTILISATION_H
#define PYGCSIM_RESULTS_STATISTICS_UTILISATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct utilisation {
    uint64_t window_ns, from_ns, to_ns;
    uint64_t last_end_ns; /* of the latest pause */
    uint64_t most_ns;     /* pause time in the worst window so far */
    bool first_looked_at; /* the first window, [from, from + window] */
    uint64_t pending_ns;  /* sum of the pauses below */
    struct pause *pauses; /* those that a later window may have a part of, oldest first… */
    size_t first, end;    /* …from and up to here */
    size_t capacity;
};

/* Windows of window_ns > 0 inside [from_ns, to_ns]. */
void utilisation_init(struct utilisation *utilisation, uint64_t window_ns, uint64_t from_ns,
                      uint64_t to_ns);
void utilisation_fini(struct utilisation *utilisation);

/* The next pause, in order of time; of one that is partly or wholly outside the run, what is inside
 * counts. False: it begins before the one before it has ended, and does not count. */
bool utilisation_pause(struct utilisation *utilisation, uint64_t begin_ns, uint64_t pause_ns);

/* After the last pause. 0 … 1; NaN if the run is shorter than the window. */
double utilisation_minimum(struct utilisation *utilisation);

#endif
