/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of a run is stored besides its metrics and histograms, and from when on it counts. */
#ifndef PYGCSIM_RESULTS_STORE_LOGGING_H
#define PYGCSIM_RESULTS_STORE_LOGGING_H

#include <stdint.h>

/* X(identifier, meaning): each stores what those before it do. Metrics are the same with all. */
#define LOG_LEVELS(X)                                                                              \
    X(summary, "metrics, and histograms of pauses, latencies and ages")                            \
    X(samples, "memory over time besides")                                                         \
    X(collections, "every collection besides")

enum log_level {
#define X(name, meaning) LOG_##name,
    LOG_LEVELS(X)
#undef X
        LOG_LEVEL_COUNT
};
extern const char *const log_level_names[LOG_LEVEL_COUNT + 1];

/* The transient that metrics of the steady state leave out. It begins with the program and lasts to
 * the end of start-up (event startup_done) and then for a fixed time; or to where MSER-5 of the
 * latencies says (results/statistics/warmup.h), never less than start-up. */
#define WARMUP_MSER5 UINT64_MAX
struct warmup {
    uint64_t ns; /* wall time after start-up, or WARMUP_MSER5 */
};

#endif
