/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/costs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "sim/base/units.h"

/* ---- of a collection ------------------------------------------------------------------------ */

struct load costs_load(const struct costs *costs, const struct found *found)
{
    struct load load = {.bytes = (double)tally_container_bytes(&found->examined)};
    for (int kind = 0; kind < COST_CLASSES; kind++) {
        const struct kind_costs *c = &costs->kinds[kind];
        double objects = (double)found->examined.objects[kind];
        double payload = object_layouts[kind].payload_references * objects;
        double references = (double)found->examined.fields[kind] + payload;
        double unreachable = (double)found->unreachable.objects[kind];
        load.work_ns += c->a * objects + c->b * references + c->d * unreachable;
        load.touched += objects + costs->k * references;
        load.bytes += (double)costs->header * payload;
    }
    return load;
}

static double share_forgotten(const struct cache *cache, double worked_ns)
{
    return cache->most * -expm1(-worked_ns / (double)cache->forgets);
}

static double share_missed(const struct cache *cache, double bytes, double worked_ns)
{
    double room = (double)cache->bytes < bytes ? (double)cache->bytes / bytes : 1;
    return 1 - room * (1 - share_forgotten(cache, worked_ns));
}

static double all_missed(const struct prices *prices, double bytes, double worked_ns)
{
    double missed = 0;
    for (size_t i = 0; i < prices->cache_count; i++)
        missed += prices->caches[i].share * share_missed(&prices->caches[i], bytes, worked_ns);
    return missed;
}

/* What a collection takes that finds nothing. Without a cache nothing is ever missed. */
static double beginning_ns(const struct prices *prices, double worked_ns)
{
    double forgotten = prices->cache_count ? share_forgotten(prices->caches, worked_ns) : 0;
    return prices->start_ns + prices->cold_ns * forgotten;
}

double prices_pause_ns(const struct prices *prices, int generation, const struct load *load,
                       double worked_ns)
{
    double missed = all_missed(prices, load->bytes, worked_ns);
    double scatter_ns = generation == GENERATIONS - 1 ? prices->scatter_ns : prices->young_ns;
    double waiting_ns = scatter_ns * load->touched * missed;
    return prices->scale * (beginning_ns(prices, worked_ns) + load->work_ns + waiting_ns);
}

/* ---- calibration ---------------------------------------------------------------------------- */

/* Solves the scatter with which a full collection of the typical heap takes `pause_ns`, long after
 * the one before it; if none from 0 to the most does, the nearest, and the rest becomes scale. */
static void calibrate(struct prices *prices, const struct costs *costs, double pause_ns)
{
    const struct found found = typical_heap((uint64_t)costs->pause.objects);
    const struct load load = costs_load(costs, &found);
    double most = SCATTER_SOLVED_MOST * (double)costs->scatter[SCATTER_aged];
    double work_ns = beginning_ns(prices, INFINITY) + load.work_ns;
    double waits = load.touched * all_missed(prices, load.bytes, INFINITY);
    double scatter_ns = waits > 0 ? (pause_ns - work_ns) / waits : 0;
    prices->scatter_ns = fmin(fmax(0, scatter_ns), most);
    if (scatter_ns != prices->scatter_ns || !(waits > 0))
        prices->calibration = pause_ns / (work_ns + prices->scatter_ns * waits);
}

static double own_scatter_ns(const struct costs *costs, const struct program *program)
{
    if (program->scatter >= 0)
        return (double)program->scatter;
    return (double)costs->scatter[SCATTER_WORD(program->scatter)];
}

static struct prices prices_with(const struct costs *costs, const struct program *program,
                                 double scatter_ns)
{
    struct prices prices = {.start_ns = (double)costs->start,
                            .cold_ns = (double)costs->cold,
                            .cache_count = costs->cache_count,
                            .scatter_ns = scatter_ns,
                            .calibration = 1};
    memcpy(prices.caches, costs->caches, sizeof prices.caches);
    if (costs->pause.objects)
        calibrate(&prices, costs, (double)costs->pause.ns / program->slowdown);
    prices.young_ns = fmin(prices.scatter_ns, (double)costs->young);
    prices.scale = prices.calibration * program->slowdown;
    return prices;
}

struct prices prices_of(const struct costs *costs, const struct program *program)
{
    return prices_with(costs, program, own_scatter_ns(costs, program));
}

struct prices prices_at(const struct costs *costs, const struct program *program,
                        enum price_end end)
{
    double usual = (double)costs->scatter[SCATTER_random], own = own_scatter_ns(costs, program);
    double low = fmin(own, round(SCATTER_REPORTED_LOW * usual));
    double high = fmax(own, round(SCATTER_REPORTED_HIGH * usual));
    return prices_with(costs, program, end == PRICES_LOW ? low : high);
}

/* ---- of operations -------------------------------------------------------------------------- */

void prices_of_operations(const struct prices *prices, const struct costs *costs,
                          struct op_costs *operations)
{
    const struct operation_costs *ns = &costs->operations;
    const int64_t by_code[OP_COUNT] = {
        [OP_STORE] = ns->store, [OP_CLEAR] = ns->clear, [OP_LOAD] = ns->load,
        [OP_COPY] = ns->copy,   [OP_DROP] = ns->drop,
    };
    for (int code = 0; code < OP_COUNT; code++) {
        for (uint32_t kind = 0; kind < OBJECT_KINDS; kind++) {
            int64_t each =
                code == OP_NEW ? costs->kinds[cost_class_of(kind)].allocate : by_code[code];
            double scaled = fmin((double)each * prices->scale, UINT32_MAX);
            operations->ns[code][kind] = (uint32_t)lround(scaled);
        }
    }
}

/* ---- as a text ------------------------------------------------------------------------------ */

/* Of all its numbers, and of the interpreter: in what order does not matter, but for ever. */
static uint32_t digest(const struct costs *costs)
{
    struct costs numbers = *costs;
    memset(numbers.name, 0, sizeof numbers.name);
    memset(numbers.machine, 0, sizeof numbers.machine);
    memset(numbers.source, 0, sizeof numbers.source);
    numbers.pause = (struct measured_pause){0};
    return (uint32_t)XXH3_64bits(&numbers, sizeof numbers);
}

char *costs_id(const struct costs *costs, char text[COSTS_ID])
{
    char pause[UNITS_TEXT], objects[UNITS_TEXT];
    int length = snprintf(text, COSTS_ID, "%s#%08" PRIx32, costs->name, digest(costs));
    if (costs->pause.objects)
        snprintf(text + length, (size_t)(COSTS_ID - length), " pause=%s@%s",
                 units_write_duration(pause, costs->pause.ns),
                 units_write_count(objects, costs->pause.objects));
    return text;
}
