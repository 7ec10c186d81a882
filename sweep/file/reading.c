/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/reading.h"

#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/simulation.h"
#include "sweep/file/keys.h"

#define UNTIL_MOST 100 /* replications, if the file does not say */

/* ---- what keys say together ----------------------------------------------------------------- */

static int check_design(struct reading *reading, struct error *error)
{
    bool samples = reading->design.kind != DESIGN_grid;
    if (samples && !reading->points_node)
        return document_error(reading->document, reading->design_node, error,
                              "design %s needs points, as in design: {name: %s, points: 100}",
                              design_names[reading->design.kind],
                              design_names[reading->design.kind]);
    if (!samples && reading->points_node)
        return document_error(
            reading->document, reading->points_node, error,
            "points go with design random, lhs or sobol; a grid has all there are");
    return 0;
}

/* The seeds, one a replication. */
static int make_seeds(struct reading *reading, struct error *error)
{
    struct experiment *experiment = reading->experiment;
    const yaml_node_t *other = reading->seed_node ? reading->seed_node : reading->replications_node;
    if (reading->seeds && other)
        return document_error(reading->document, other, error,
                              "seeds (line %zu) are in place of seed and replications",
                              reading->seeds->start_mark.line + 1);
    if (reading->seeds) {
        reading->seed = experiment->seeds[0];
        return 0;
    }
    experiment->seed_count = reading->replications;
    experiment->seeds = allocate_zeroed(experiment->seed_count, sizeof *experiment->seeds);
    for (size_t i = 0; i < experiment->seed_count; i++)
        experiment->seeds[i] = reading->seed + i;
    return 0;
}

static int check_until(struct reading *reading, struct error *error)
{
    struct experiment *experiment = reading->experiment;
    struct until *until = &experiment->until;
    const yaml_node_t *node = reading->until;
    if (!node)
        return 0;
    if (reading->seeds)
        return document_error(
            reading->document, node, error,
            "until adds seeds: it goes with seed and replications, not with seeds");
    if (!until->metric && !experiment->minimise)
        return document_error(reading->document, node, error,
                              "until needs a metric, as in until: {ci: 5%%, metric: latency_p99}, "
                              "unless minimise names one");
    if (until->most == 0)
        until->most = experiment->seed_count > UNTIL_MOST ? experiment->seed_count : UNTIL_MOST;
    if (until->most < experiment->seed_count)
        return document_error(reading->document, node, error,
                              "until has at most %zu replications, but %zu replications are to be "
                              "run anyway",
                              until->most, experiment->seed_count);
    return 0;
}

static int read_file(struct reading *reading, struct error *error)
{
    const struct document *document = reading->document;
    if (document->root->type != YAML_MAPPING_NODE)
        return document_error(document, document->root, error,
                              "an experiment is a map of keys, as in workload: web");
    if (keys_read(reading, "", "key", document->root, error) != 0)
        return -1;
    if (!reading->workloads)
        return document_error(document, document->root, error,
                              "workload is missing, as in workload: {name: web, rate: 200}");
    if (check_design(reading, error) != 0 || make_seeds(reading, error) != 0)
        return -1;
    reading->design.seed = reading->seed;
    return check_until(reading, error);
}

int reading_start(struct reading *reading, const struct document *document,
                  struct experiment *experiment, struct error *error)
{
    *reading = (struct reading){
        .document = document, .experiment = experiment, .seed = 1, .replications = 1};
    experiment->engine = &interval_engine;
    experiment->log = LOG_summary;
    experiment->sample_ns = SAMPLE_AUTO;
    if (read_file(reading, error) != 0)
        return -1;
    if (reading->collector_count == 0) {
        reading->collectors = allocate_zeroed(1, sizeof *reading->collectors);
        reading->collectors[reading->collector_count++] = collector_version(DEFAULT_COLLECTOR);
    }
    return 0;
}

void reading_fini(struct reading *reading)
{
    free(reading->collectors);
    *reading = (struct reading){0};
}
