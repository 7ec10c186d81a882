/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Origin. The pause coefficients come from 85,000 timed gc.collect calls on CPython 3.11.7, 3.12.1
 * and 3.13.0 on one Xeon machine (L2 2 MiB a core), every configuration in a fresh process with the
 * interpreter's own objects frozen. Mean absolute error of the formula: 10 to 17%; 20 to 30% where
 * N or the share of unreachable objects goes beyond what was fitted (3 million objects). Not in the
 * formula, but measured: a reference from a young object into a large old heap costs 18 to 63 ns
 * instead of b, and cold caches cost up to five times as much at N = 100.
 *
 * The mutator's: allocating and freeing as above; the tuple, and stores to clears, with python -m
 * timeit on the same versions (medians of statements such as `o[k] = x`, less an empty one). */
#include "sim/model/costs.h"

#include <math.h>
#include <string.h>

struct coefficients {
    double a, b, d;       /* ns for an object examined, a reference followed, an object reclaimed */
    uint32_t allocate_ns; /* allocate, and free by reference count */
};

struct cost_model {
    const char *measured_on;
    struct coefficients kind[OBJECT_KINDS];
    uint32_t store_ns, clear_ns, load_ns, copy_ns, drop_ns;
};

static const double c0_ns = 200;
static const double cached_bytes = 0.5 * 1024 * 1024; /* H0 */

static const double exponent[LAYOUT_COUNT] = {
    [LAYOUT_sequential] = 0.15,
    [LAYOUT_random] = 0.35,
    [LAYOUT_aged] = 0.60,
};

static const struct cost_model models[] = {
    {.measured_on = "3.11",
     .kind = {[KIND_LIST_SUBCLASS] = {20.1, 4.0, 46.9, 46},
              [KIND_LIST] = {13.2, 3.9, 32.2, 13},
              [KIND_DICT] = {17.2, 3.9, 33.6, 14},
              [KIND_INSTANCE] = {38.0, 2.4, 41.4, 55},
              [KIND_TUPLE] = {10.4, 3.8, 31.7, 19}},
     .store_ns = 9,
     .clear_ns = 9,
     .load_ns = 18,
     .copy_ns = 1,
     .drop_ns = 1},
    {.measured_on = "3.12",
     .kind = {[KIND_LIST_SUBCLASS] = {22.0, 4.1, 53.8, 64},
              [KIND_LIST] = {16.1, 3.1, 42.1, 22},
              [KIND_DICT] = {19.0, 3.8, 43.7, 22},
              [KIND_INSTANCE] = {34.3, 2.6, 44.5, 78},
              [KIND_TUPLE] = {12.2, 3.6, 36.4, 26}},
     .store_ns = 11,
     .clear_ns = 12,
     .load_ns = 24,
     .copy_ns = 3,
     .drop_ns = 2},
    {.measured_on = "3.13",
     .kind = {[KIND_LIST_SUBCLASS] = {22.6, 4.2, 57.0, 56},
              [KIND_LIST] = {13.3, 3.9, 36.2, 15},
              [KIND_DICT] = {17.2, 4.0, 39.8, 19},
              [KIND_INSTANCE] = {44.4, 2.8, 49.4, 58},
              [KIND_TUPLE] = {10.7, 3.8, 33.5, 18}},
     .store_ns = 8,
     .clear_ns = 8,
     .load_ns = 20,
     .copy_ns = 1,
     .drop_ns = 1},
};

const struct cost_model *costs_for(const struct collector_version *version)
{
    if (version->kind == COLLECTS_IN_ALLOCATION)
        return &models[0];
    return strcmp(version->name, "cpython-3.12") == 0 ? &models[1] : &models[2];
}

const char *costs_measured_on(const struct cost_model *model)
{
    return model->measured_on;
}

double costs_size_factor(enum layout layout, double container_bytes)
{
    return fmax(1, pow(container_bytes / cached_bytes, exponent[layout]));
}

double costs_work_ns(const struct cost_model *model, const struct found *found)
{
    double ns = 0;
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        const struct coefficients *c = &model->kind[kind];
        ns += c->a * (double)found->examined.objects[kind] +
              c->b * (double)found->examined.fields[kind] +
              c->d * (double)found->unreachable.objects[kind];
    }
    return ns;
}

uint64_t costs_pause_ns(const struct cost_model *model, enum layout layout, double slowdown,
                        const struct found *found)
{
    double size = costs_size_factor(layout, (double)tally_container_bytes(&found->examined));
    double ns = c0_ns + costs_work_ns(model, found) * size;
    return (uint64_t)llround(ns * slowdown);
}

void costs_of_operations(const struct cost_model *model, double slowdown, struct op_costs *costs)
{
    const uint32_t by_code[OP_COUNT] = {
        [OP_STORE] = model->store_ns, [OP_CLEAR] = model->clear_ns, [OP_LOAD] = model->load_ns,
        [OP_COPY] = model->copy_ns,   [OP_DROP] = model->drop_ns,
    };
    for (int code = 0; code < OP_COUNT; code++) {
        for (int kind = 0; kind < OBJECT_KINDS; kind++) {
            uint32_t ns = code == OP_NEW ? model->kind[kind].allocate_ns : by_code[code];
            costs->ns[code][kind] = (uint32_t)lround(ns * slowdown);
        }
    }
}
