/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/keys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/metrics.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sim/base/units.h"
#include "sim/engines.h"
#include "sim/simulation.h"
#include "sweep/file/reading.h"

#define NAME_MOST   100 /* letters */
#define POINTS_MOST 1000000
#define KEY_NAMES   (PAIRS_MOST + 1)

/* ---- what several keys are ------------------------------------------------------------------ */

static const char *value_of(const struct reading *reading, const struct experiment_key *key,
                            const yaml_node_t *node, struct error *error)
{
    return document_value(reading->document, node, key->name, key->allowed, error);
}

static int refuse(const struct reading *reading, const struct experiment_key *key,
                  const yaml_node_t *node, const char *text, struct error *error)
{
    return document_error(reading->document, node, error, "%s: '%.60s' is not allowed; %s takes %s",
                          key->name, text, key->name, key->allowed);
}

static int read_count(const struct reading *reading, const struct experiment_key *key,
                      const yaml_node_t *node, int64_t least, int64_t most, uint64_t *count,
                      struct error *error)
{
    int64_t number;
    const char *text = value_of(reading, key, node, error);
    if (!text)
        return -1;
    if (!units_parse_count(text, &number) || number < least || number > most)
        return refuse(reading, key, node, text, error);
    *count = (uint64_t)number;
    return 0;
}

/* The place of a word in a list that ends with NULL. */
static int read_word(const struct reading *reading, const struct experiment_key *key,
                     const yaml_node_t *node, const char *what, const char *const *words,
                     size_t *place, struct error *error)
{
    const char *text = value_of(reading, key, node, error);
    if (!text)
        return -1;
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *place = i;
            return 0;
        }
    }
    suggest_error(error, what, text, words);
    return document_locate(reading->document, node, error);
}

static int read_metric(const struct reading *reading, const struct experiment_key *key,
                       const yaml_node_t *node, const char **metric, struct error *error)
{
    size_t count = 0, place;
    while (metrics[count].name)
        count++;
    const char **names = allocate_zeroed(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = metrics[i].name;
    int status = read_word(reading, key, node, "metric", names, &place, error);
    if (status == 0)
        *metric = metrics[place].name;
    free(names);
    return status;
}

/* ---- one function a key --------------------------------------------------------------------- */

#define READER(name)                                                                               \
    static int read_##name(struct reading *reading, const struct experiment_key *key,              \
                           const yaml_node_t *node, struct error *error)

READER(name)
{
    const char *text = value_of(reading, key, node, error);
    if (!text)
        return -1;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || c - text == NAME_MOST)
            return refuse(reading, key, node, text, error);
    free(reading->experiment->name);
    reading->experiment->name = allocate_text(text);
    return 0;
}

/* Read later: they need to know the design. */
READER(workloads)
{
    (void)key, (void)error;
    reading->workloads = node;
    return 0;
}

READER(policies)
{
    (void)key, (void)error;
    reading->policies = node;
    return 0;
}

READER(baseline)
{
    (void)key, (void)error;
    reading->baseline = node;
    return 0;
}

READER(constraints)
{
    (void)key, (void)error;
    reading->constraints = node;
    return 0;
}

static bool has_collector(const struct reading *reading, const struct collector_version *collector)
{
    for (size_t i = 0; i < reading->collector_count; i++)
        if (reading->collectors[i] == collector)
            return true;
    return false;
}

READER(collectors)
{
    const char *names[64] = {NULL};
    size_t count = 0, length = document_length(node);
    for (; collector_versions[count].name; count++)
        names[count] = collector_versions[count].name;
    assert(count < sizeof names / sizeof *names);
    if (length == 0)
        return document_error(reading->document, node, error, "%s is an empty list", key->name);
    reading->collectors = allocate_zeroed(count, sizeof *reading->collectors);
    for (size_t i = 0; i < length; i++) {
        size_t place;
        const yaml_node_t *member = document_member(reading->document, node, i);
        if (read_word(reading, key, member, "collector", names, &place, error) != 0)
            return -1;
        if (!has_collector(reading, &collector_versions[place]))
            reading->collectors[reading->collector_count++] = &collector_versions[place];
    }
    return 0;
}

READER(design_name)
{
    size_t place;
    if (read_word(reading, key, node, "design", design_names, &place, error) != 0)
        return -1;
    reading->design.kind = (enum design_kind)place;
    return 0;
}

READER(design)
{
    reading->design_node = node;
    if (node->type != YAML_MAPPING_NODE)
        return read_design_name(reading, key, node, error);
    if (!document_get(reading->document, node, "name"))
        return document_error(reading->document, node, error, "design needs a name; it takes %s",
                              key->allowed);
    return keys_read(reading, "design", "key of design called", node, error);
}

READER(points)
{
    uint64_t points;
    if (reading->points_node)
        return document_error(reading->document, node, error,
                              "points are given twice, first in line %zu",
                              reading->points_node->start_mark.line + 1);
    reading->points_node = node;
    if (read_count(reading, key, node, 1, POINTS_MOST, &points, error) != 0)
        return -1;
    reading->design.points = points;
    return 0;
}

READER(replications)
{
    reading->replications_node = node;
    return read_count(reading, key, node, 1, REPLICATIONS_MOST, &reading->replications, error);
}

READER(seed)
{
    reading->seed_node = node;
    return read_count(reading, key, node, 0, INT64_MAX - REPLICATIONS_MOST, &reading->seed, error);
}

static int compare_seeds(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

READER(seeds)
{
    struct experiment *experiment = reading->experiment;
    size_t length = document_length(node);
    reading->seeds = node;
    if (length == 0 || length > REPLICATIONS_MOST)
        return document_error(reading->document, node, error, "seeds has %zu members; it takes %s",
                              length, key->allowed);
    experiment->seeds = allocate_zeroed(length, sizeof *experiment->seeds);
    for (size_t i = 0; i < length; i++)
        if (read_count(reading, key, document_member(reading->document, node, i), 0, INT64_MAX,
                       &experiment->seeds[i], error) != 0)
            return -1;
    experiment->seed_count = length;
    uint64_t *sorted = allocate_zeroed(length, sizeof *sorted), twice = 0;
    bool any = false;
    memcpy(sorted, experiment->seeds, length * sizeof *sorted);
    qsort(sorted, length, sizeof *sorted, compare_seeds);
    for (size_t i = 1; i < length; i++) {
        if (sorted[i] == sorted[i - 1]) {
            twice = sorted[i];
            any = true;
        }
    }
    free(sorted);
    return any ? document_error(reading->document, node, error,
                                "seed %llu is there twice; the same seed gives the same runs",
                                (unsigned long long)twice)
               : 0;
}

READER(log)
{
    size_t place;
    if (read_word(reading, key, node, "kind of log", log_level_names, &place, error) != 0)
        return -1;
    reading->experiment->log = (enum log_level)place;
    return 0;
}

READER(engine)
{
    const char *names[16] = {NULL};
    size_t place;
    for (size_t i = 0; engines[i]; i++) {
        assert(i + 1 < sizeof names / sizeof *names);
        names[i] = engines[i]->name;
    }
    if (read_word(reading, key, node, "engine", names, &place, error) != 0)
        return -1;
    reading->experiment->engine = engines[place];
    return 0;
}

READER(warmup)
{
    int64_t ns;
    const char *text = value_of(reading, key, node, error);
    if (!text)
        return -1;
    if (strcmp(text, "mser5") == 0) {
        reading->experiment->warmup.ns = WARMUP_MSER5;
        return 0;
    }
    if (!units_parse_duration(text, &ns))
        return refuse(reading, key, node, text, error);
    reading->experiment->warmup.ns = (uint64_t)ns;
    return 0;
}

READER(sample)
{
    int64_t ns;
    const char *text = value_of(reading, key, node, error);
    if (!text)
        return -1;
    if (strcmp(text, "auto") == 0) {
        reading->experiment->sample_ns = SAMPLE_AUTO;
        return 0;
    }
    if (!units_parse_duration(text, &ns) || ns < NS_PER_US)
        return refuse(reading, key, node, text, error);
    reading->experiment->sample_ns = (uint64_t)ns;
    return 0;
}

READER(minimise)
{
    return read_metric(reading, key, node, &reading->experiment->minimise, error);
}

READER(until_ci)
{
    double share;
    const char *text = value_of(reading, key, node, error);
    if (!text)
        return -1;
    if (!units_parse_share(text, &share) || !(share > 0 && share < 1))
        return refuse(reading, key, node, text, error);
    reading->experiment->until.share = share;
    return 0;
}

READER(until_metric)
{
    return read_metric(reading, key, node, &reading->experiment->until.metric, error);
}

READER(until_most)
{
    uint64_t most;
    if (read_count(reading, key, node, 1, REPLICATIONS_MOST, &most, error) != 0)
        return -1;
    reading->experiment->until.most = most;
    return 0;
}

READER(until)
{
    reading->until = node;
    if (node->type != YAML_MAPPING_NODE)
        return read_until_ci(reading, key, node, error);
    if (!document_get(reading->document, node, "ci"))
        return document_error(reading->document, node, error, "until needs ci; it takes %s",
                              key->allowed);
    return keys_read(reading, "until", "key of until called", node, error);
}

/* ---- the table ------------------------------------------------------------------------------ */

#define ENTRIES                                                                                    \
    "a name or a spec as on the command line, a map of name and parameters, or a list of these"
#define RANGE "two values with two dots in between, as in 2000..100000"

/* clang-format off */
const struct experiment_key experiment_keys[] = {
    {"", "name", NULL, "the file's", "up to 100 letters",
     "what results call the experiment", read_name},
    {"", "workloads", "workload", "must be given", ENTRIES,
     "the programs", read_workloads},
    {"", "collectors", "collector", DEFAULT_COLLECTOR, "a name or a list of names (`pygcsim list collectors`)",
     "the interpreter versions", read_collectors},
    {"", "policies", "policy", "default", ENTRIES,
     "what is compared", read_policies},
    {"", "design", NULL, "grid", "grid, random, lhs or sobol, or a map such as {name: lhs, points: 100}",
     "how points are chosen from lists, ranges and distributions", read_design},
    {"design", "name", NULL, "must be given", "grid, random, lhs or sobol",
     "the design", read_design_name},
    {"design", "points", NULL, "must be given unless it is grid", "a whole number from 1 to 1000000",
     "how many points random, lhs and sobol choose", read_points},
    {"", "points", NULL, "none", "a whole number from 1 to 1000000",
     "the points of the design, if design is only a name", read_points},
    {"", "constraints", "constraint", "none", "a condition such as \"t1 <= t2\", or a list of conditions",
     "points that do not meet them are left out", read_constraints},
    {"", "replications", NULL, "1", "a whole number from 1 to 100000",
     "how often each point is run, with seed, seed + 1, …", read_replications},
    {"", "seed", NULL, "1", "a whole number from 0 to 9223372036854675807",
     "the first seed; the seed of the design too", read_seed},
    {"", "seeds", NULL, "none", "up to 100000 whole numbers from 0 to 9223372036854775807",
     "the seeds themselves, in place of seed and replications", read_seeds},
    {"", "until", NULL, "none", "a share such as 5%, or a map such as {ci: 5%, metric: latency_p99, most: 100}",
     "replications are added until the confidence interval is that small at every point", read_until},
    {"until", "ci", NULL, "must be given", "a share between 0 and 1, such as 5% or 0.05",
     "half of the 95% confidence interval over the mean", read_until_ci},
    {"until", "metric", NULL, "that of minimise", "the name of a metric (`pygcsim list metrics`)",
     "whose mean", read_until_metric},
    {"until", "most", NULL, "100, or replications if that is more", "a whole number from 1 to 100000",
     "replications of a point at most", read_until_most},
    {"", "minimise", "minimize", "none", "the name of a metric (`pygcsim list metrics`)",
     "the objective: what the best point has least of", read_minimise},
    {"", "baseline", NULL, "the first policy", "one of the policies, as a spec or a map",
     "the policy that the others are compared with", read_baseline},
    {"", "warmup", NULL, "0s", "a duration such as 30s, or mser5",
     "how long after start-up the steady state begins; mser5: found from the latencies", read_warmup},
    {"", "log", NULL, "summary", "summary, samples or collections",
     "what of a run is stored besides its metrics and histograms", read_log},
    {"", "sample", NULL, "auto", "a duration of at least 1us such as 100ms, or auto",
     "wall time between two samples of memory; auto: a 250th of the planned time", read_sample},
    {"", "engine", NULL, "interval", "interval or graph",
     "how the heap is simulated; the results are the same", read_engine},
    {"range", "range", NULL, "must be given", RANGE,
     "both ends; a grid has values from one to the other, other designs sample what is between", NULL},
    {"range", "points", NULL, "must be given in a grid", "a whole number from 2 to 100000",
     "how many values a grid has, both ends among them; other designs have no use for it", NULL},
    {"range", "scale", NULL, "linear", "linear or log",
     "equal differences, or equal ratios", NULL},
    {"distribution", "distribution", NULL, "must be given", "the name of a distribution; its parameters are keys besides",
     "what values are sampled from; not in a grid", NULL},
    {NULL},
};
/* clang-format on */

/* ---- maps of keys --------------------------------------------------------------------------- */

/* Also which key each of the names is of. */
static void names_and_keys(const char *within, const char *names[KEY_NAMES],
                           const struct experiment_key *keys[KEY_NAMES])
{
    size_t count = 0;
    for (const struct experiment_key *key = experiment_keys; key->name; key++) {
        if (strcmp(key->within, within) != 0)
            continue;
        assert(count + 2 <= PAIRS_MOST);
        keys[count] = key;
        names[count++] = key->name;
        if (key->also) {
            keys[count] = key;
            names[count++] = key->also;
        }
    }
    names[count] = NULL;
}

void keys_names(const char *within, const char *names[PAIRS_MOST + 1])
{
    const struct experiment_key *keys[KEY_NAMES];
    names_and_keys(within, names, keys);
}

int keys_read(struct reading *reading, const char *within, const char *what, const yaml_node_t *map,
              struct error *error)
{
    const char *names[KEY_NAMES];
    const struct experiment_key *keys[KEY_NAMES];
    struct pairs pairs;
    names_and_keys(within, names, keys);
    if (document_pairs(reading->document, map, names, what, &pairs, error) != 0)
        return -1;
    for (size_t i = 0; names[i]; i++) {
        if (!pairs.values[i])
            continue;
        if (i > 0 && keys[i] == keys[i - 1] && pairs.values[i - 1])
            return document_error(reading->document, pairs.keys[i], error,
                                  "%s and %s (line %zu) are the same key; keep one of them",
                                  names[i], names[i - 1], pairs.keys[i - 1]->start_mark.line + 1);
        if (keys[i]->read(reading, keys[i], pairs.values[i], error) != 0)
            return -1;
    }
    return 0;
}
