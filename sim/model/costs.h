/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What things cost, in time. Nothing about costs stands anywhere else.
 *
 * The pause of a collection that examines N objects holding E references (fields) and whose
 * containers occupy H bytes, of which T are unreachable:
 *
 *     pause = c0 + (a·N + b·E + d·T) · max(1, (H / H0)^p)
 *
 * a, b, d by interpreter version and kind of object, H0 = 0.5 MiB (beyond it the set outgrows the
 * caches), p by layout: how the objects lie in memory. Coefficients and their origin:
 * sim/model/costs.c.
 */
#ifndef PYGCSIM_SIM_MODEL_COSTS_H
#define PYGCSIM_SIM_MODEL_COSTS_H

#include <stdint.h>

#include "sim/model/collector.h"
#include "sim/model/program.h"
#include "sim/model/tally.h"

/* Names the set of coefficients in the results. */
#define COSTS_NAME "xeon-l2-2mib-2026"

struct cost_model;

/* The coefficients for a version; those that were not measured use the nearest that was. */
const struct cost_model *costs_for(const struct collector_version *version);

/* The version the coefficients were measured on: "3.11". */
const char *costs_measured_on(const struct cost_model *model);

/* Nanoseconds of a collection; `slowdown` as in struct program. */
uint64_t costs_pause_ns(const struct cost_model *model, enum layout layout, double slowdown,
                        const struct found *found);

/* Its two parts: a·N + b·E + d·T, and the factor for containers of so many bytes. */
double costs_work_ns(const struct cost_model *model, const struct found *found);
double costs_size_factor(enum layout layout, double container_bytes);

/* The mutator's table, scaled by `slowdown`. */
void costs_of_operations(const struct cost_model *model, double slowdown, struct op_costs *costs);

#endif
