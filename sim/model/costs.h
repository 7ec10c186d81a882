/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What things cost, in time. Numbers come from cost files (sim/model/cost_file.h), each measured
 * with one interpreter on one machine; what they are put into is here and nowhere else.
 *
 * A pause has a part for what a collection does, and one for waiting for memory. Let a collection
 * examine N objects that hold E references to others (fields) and U to payload: strings, numbers
 * and the like, which the collector does not track, but whose headers it reads to know that. Of the
 * objects T are unreachable. What it does takes, by kind of object,
 *
 *     work = start + Σ (a·N + b·(E + U) + d·T)
 *
 * as long as all it touches, and its own code, lies in a cache. It touches each object once, and k
 * times as much for each reference:
 *
 *     touched = N + k·(E + U)
 *
 * and all this lies in H bytes: the containers, and `header` bytes for each reference to payload. A
 * cache of C bytes can hold min(1, C/H) of that. It does hold it if nothing else has been through
 * it; the program has, for W ns of its own work since a collection last went through these objects,
 * and by then the share `most`·(1 − exp(−W/forgets)) of it is forgotten. So the cache misses
 *
 *     missed = 1 − min(1, C/H)·(1 − most·(1 − exp(−W/forgets)))
 *
 * of what is touched. What any collection needs, however little it finds (code, types, the lists'
 * heads), takes up to `cold` more, as far as the first cache has forgotten it:
 *
 *     begins = cold · most·(1 − exp(−W/forgets))
 *
 * (W goes by the oldest generation collected: since a collection of that generation or of an older
 * one.) With `scatter`, the time that an object's misses take if all there can be are paid in full,
 * and the `share` of it that each cache is in the way of,
 *
 *     pause = scale · (work + begins + scatter · touched · Σ share·missed)
 *
 * where the scale is the program's slowdown times that of a calibration. It levels off: however
 * large the heap, an object costs no more than scatter · Σ share above its work. Scatter is how the
 * heap lies in memory, one number in ns: low if the collector goes through memory in order, high if
 * every object and reference leads elsewhere. What a collection of generation 0 or 1 examines has
 * just been allocated, and lies closer together: there it is `young` at most. */
#ifndef PYGCSIM_SIM_MODEL_COSTS_H
#define PYGCSIM_SIM_MODEL_COSTS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/model/collector.h"
#include "sim/model/program.h"
#include "sim/model/setup.h"
#include "sim/model/tally.h"

#define CACHES_MOST 4

#define COSTS_TEXT 200 /* of what a file says in words */

/* A pause that was measured: a full collection of so many objects. Objects 0: none was. */
struct measured_pause {
    int64_t ns, objects;
};

/* A set of costs: what a file says, and the pause that it is to be calibrated by. Times in ns. */
struct costs {
    char name[COSTS_TEXT];
    char interpreter[COSTS_TEXT], machine[COSTS_TEXT], source[COSTS_TEXT];
    int64_t start, cold;
    double k;
    int64_t header; /* bytes */
    struct cache {
        int64_t bytes;
        double share;
        int64_t forgets;
        double most;
    } caches[CACHES_MOST];
    size_t cache_count;
    int64_t young;                  /* the scatter of generations 0 and 1, at most */
    int64_t scatter[SCATTER_COUNT]; /* that the words stand for */
    struct kind_costs {
        double a, b, d;
        int64_t allocate; /* and free by reference count */
    } kinds[COST_CLASSES];
    struct operation_costs {
        int64_t store, clear, load, copy, drop;
    } operations;
    struct measured_pause pause;
};

/* The set's name, a digest of its numbers, and the pause it is calibrated by: for results, where
 * times with different texts are different. Returns `text`. */
#define COSTS_ID 300
char *costs_id(const struct costs *costs, char text[COSTS_ID]);

/* Of a setup; into *own if it has none but those of its collector. */
const struct costs *costs_of_setup(const struct simulation_setup *setup, struct costs *own);

/* ---- of a program --------------------------------------------------------------------------- */

/* What a set of costs comes to for one program's collections, on its machine. */
struct prices {
    double start_ns, cold_ns;
    struct cache caches[CACHES_MOST];
    size_t cache_count;
    double scatter_ns;  /* of a full collection; */
    double young_ns;    /* of the others */
    double scale;       /* on all times of the set: the program's slowdown, and */
    double calibration; /* what a measured pause says besides; 1 if there is none */
};

/* The program says its scatter and its slowdown. A measured pause takes the place of its scatter.
 */
struct prices prices_of(const struct costs *costs, const struct program *program);

/* How the heap of a service lies in memory is hardly ever known. Services have reported pauses of
 * full collections, and how many objects they had; what scatter gives them, as a multiple of that
 * of `random`, is from … to …: the 10% and the 90% quantile of the reports that the default was
 * chosen by, which tests/statistics/reports.py works out and holds these to. */
#define SCATTER_REPORTED_LOW  0.14
#define SCATTER_REPORTED_HIGH 2.8

enum price_end { PRICES_LOW, PRICES_HIGH, PRICE_ENDS };

/* The same with the scatter at an end of that range (a whole ns, so that a workload may say it), or
 * with the program's own, if that lies beyond. Where a measured pause says the scatter there is no
 * range: both ends are what is measured. */
struct prices prices_at(const struct costs *costs, const struct program *program,
                        enum price_end end);

/* The mutator's table. */
void prices_of_operations(const struct prices *prices, const struct costs *costs,
                          struct op_costs *operations);

/* What a pause depends on, of what a collection found: sums, so that there may be more or less of
 * it. */
struct load {
    double work_ns; /* without the start; not scaled */
    double touched, bytes;
};
struct load costs_load(const struct costs *costs, const struct found *found);

/* Nanoseconds of a collection, with so much of the program's own work since the last that went
 * through the oldest generation of it. */
double prices_pause_ns(const struct prices *prices, int generation, const struct load *load,
                       double worked_ns);

/* ---- calibration ---------------------------------------------------------------------------- */

/* Scatter is solved up to so many times that of `aged`; what is beyond becomes scale. */
#define SCATTER_SOLVED_MOST 2

/* What a full collection of so many objects of a typical heap finds: sim/model/typical.c. */
struct found typical_heap(uint64_t objects);

#endif
