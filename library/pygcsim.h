/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libpygcsim: simulations from other programs. The one public header; all that the library exports
 * begins with pygcsim_.
 *
 * It never ends the process, prints, or changes what is the process's: signals, umask, GSL's error
 * handler, the locale. Running out of memory is an error like any other. Functions may be called
 * from several threads at a time; one struct pygcsim_run is used by one of them at a time. */
#ifndef PYGCSIM_H
#define PYGCSIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PYGCSIM_API __attribute__((visibility("default")))

/* "0.1.0": that of the library, which may be another than the header's. */
PYGCSIM_API const char *pygcsim_version(void);

/* What is simulated. Specifications are those of the command line (docs/commands.md). NULL and 0
 * stand for the command's defaults, but for `size`. */
struct pygcsim_setup {
    size_t size;           /* sizeof(struct pygcsim_setup): fields beyond are not read */
    const char *workload;  /* "web:rate=200,duration=60s" */
    const char *policy;    /* "threshold:t0=50000", or several with + in between */
    const char *collector; /* "cpython-3.12" */
    const char *engine;    /* "graph"; NULL: interval, unless the program takes graph */
    uint64_t seed;
    uint64_t warmup_ns;   /* wall time after start-up until the steady state */
    uint64_t limit_bytes; /* of memory for heap and compiled program; 0: none */
    uint64_t horizon_ns;  /* up to which it is predicted what comes after the run; 0: 24 h */
};

struct pygcsim_run;

/* A line that says what went wrong, cut to fit. */
struct pygcsim_error {
    char text[1024];
};

/* Runs it to its end. Returns what came of it, to be freed with pygcsim_run_free, or NULL with a
 * line in *error. A simulated program that runs out of its own memory limit is no error. */
PYGCSIM_API struct pygcsim_run *pygcsim_simulate(const struct pygcsim_setup *setup,
                                                 struct pygcsim_error *error);
PYGCSIM_API void pygcsim_run_free(struct pygcsim_run *run);

/* A metric of docs/metrics.md by its name, in its base unit (s, bytes, or none); NaN if the run has
 * no value of it. Returns 0, or -1 with a line in *error if there is no metric of that name. */
PYGCSIM_API int pygcsim_metric(const struct pygcsim_run *run, const char *name, double *value,
                               struct pygcsim_error *error);

#ifdef __cplusplus
}
#endif

#endif
