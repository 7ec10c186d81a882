/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/reading.h"

#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sweep/file/keys.h"
#include "sweep/file/terms.h"

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
    bool goes_on = reading->design.kind == DESIGN_random || reading->design.kind == DESIGN_sobol;
    if (reading->design_count == COUNT_left && !goes_on)
        return document_error(reading->document, reading->count_node, error,
                              "count: left goes with design random or sobol, which can go on; %s "
                              "cannot",
                              design_names[reading->design.kind]);
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
    if (seeds_make(experiment, reading->seed, reading->replications, error) != 0)
        return document_locate(reading->document, other, error);
    return 0;
}

static int check_until(struct reading *reading, struct error *error)
{
    struct experiment *experiment = reading->experiment;
    const yaml_node_t *node = reading->until_node;
    if (!node)
        return 0;
    if (reading->seeds && until_adds_runs(&experiment->until))
        return document_error(
            reading->document, node, error,
            "until adds seeds: it goes with seed and replications, not with seeds");
    if (until_adds_runs(&experiment->until) && !experiment->until.metric && !experiment->minimise)
        return document_error(reading->document, node, error,
                              "until needs a metric, as in until: {ci: 5%%, metric: latency_p99}, "
                              "unless minimise names one");
    if (until_settle(experiment, error) != 0)
        return document_locate(reading->document, node, error);
    return 0;
}

/* What does not depend on another key. */
static void fill_experiment(struct reading *reading)
{
    struct experiment *experiment = reading->experiment;
    experiment->name = reading->name ? allocate_text(reading->name) : NULL;
    experiment->engine = reading->engine;
    experiment->log = (enum log_level)reading->log;
    experiment->warmup = reading->warmup;
    experiment->horizon_ns = reading->horizon_ns;
    experiment->sample_ns = reading->sample_ns;
    experiment->minimise = reading->minimise;
    experiment->until = reading->until;
    experiment->limits = reading->limits;
    reading->limits = (struct limits){0};
    reading->design =
        (struct design){(enum design_kind)reading->design_kind, (size_t)reading->points, 0};
    if (reading->collector_count == 0) {
        reading->collectors = allocate_zeroed(1, sizeof *reading->collectors);
        reading->collectors[reading->collector_count++] = reading->collector;
    }
}

static int read_file(struct reading *reading, struct error *error)
{
    const struct document *document = reading->document;
    if (document->root->type != YAML_MAPPING_NODE)
        return document_error(document, document->root, error,
                              "an experiment is a map of keys, as in workload: web");
    if (keys_read(reading, "", "key", document, document->root, error) != 0)
        return -1;
    if (!reading->workloads)
        return document_error(document, document->root, error,
                              "workload is missing, as in workload: {name: web, rate: 200}");
    fill_experiment(reading);
    if (check_design(reading, error) != 0 || make_seeds(reading, error) != 0)
        return -1;
    reading->design.seed = reading->seed;
    return check_until(reading, error);
}

/* What holds of keys that are not given. */
static int set_defaults(struct reading *reading, struct error *error)
{
    for (const struct experiment_key *key = experiment_keys; key->within; key++)
        if (!*key->within && key->param.initial &&
            param_read(&key->param, key->param.name, reading, key->param.initial, error) != 0)
            return -1;
    return 0;
}

int reading_start(struct reading *reading, const struct document *document,
                  struct experiment *experiment, struct error *error)
{
    *reading = (struct reading){.document = document, .experiment = experiment};
    return set_defaults(reading, error) == 0 ? read_file(reading, error) : -1;
}

void reading_fini(struct reading *reading)
{
    free(reading->collectors);
    limits_fini(&reading->limits);
    *reading = (struct reading){0};
}
