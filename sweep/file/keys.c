/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/keys.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sweep/file/reading.h"
#include "sweep/file/terms.h"

#define NAME_MOST   100 /* letters: bytes */
#define POINTS_MOST 1000000
#define KEY_NAMES   (PAIRS_MOST + 1)

static int read_value(void *state, const struct experiment_key *key,
                      const struct document *document, const yaml_node_t *node, struct error *error)
{
    char takes[600], label[64];
    const struct param *param = &key->param;
    bool vague = *key->within && strcmp(param->name, "name") == 0; /* there are other names */
    snprintf(label, sizeof label, "%s%s%s", vague ? key->within : "", vague ? ": " : "",
             param->name);
    const char *text =
        document_value(document, node, label, param_takes(param, takes, sizeof takes), error);
    if (!text)
        return -1;
    return param_read(param, label, state, text, error) == 0
               ? 0
               : document_locate(document, node, error);
}

static int read_name(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || c - text == NAME_MOST)
            return param_refuse(param, label, text, error);
    *(const char **)field = text;
    return 0;
}

/* ---- keys that are more than a value -------------------------------------------------------- */

#define READER(name)                                                                               \
    static int read_##name(void *state, const struct experiment_key *key,                          \
                           const struct document *document, const yaml_node_t *node,               \
                           struct error *error)

/* They are read later: when the design is known. */
READER(later)
{
    (void)state, (void)key, (void)document, (void)node, (void)error;
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
    struct reading *reading = state;
    size_t length = document_length(node);
    if (length == 0)
        return document_error(document, node, error, "%s is an empty list", key->param.name);
    reading->collectors = allocate_zeroed(length, sizeof *reading->collectors);
    for (size_t i = 0; i < length; i++) {
        if (read_value(state, key, document, document_member(document, node, i), error) != 0)
            return -1;
        if (!has_collector(reading, reading->collector))
            reading->collectors[reading->collector_count++] = reading->collector;
    }
    return 0;
}

/* One or several; "none" is for the command line. */
READER(limits)
{
    const struct limits *limits = &((struct reading *)state)->limits;
    size_t length = document_length(node);
    if (length == 0)
        return document_error(document, node, error, "%s is an empty list", key->param.name);
    for (size_t i = 0; i < length; i++) {
        const yaml_node_t *member = document_member(document, node, i);
        if (read_value(state, key, document, member, error) != 0)
            return -1;
        if (limits->none)
            return document_error(document, member, error, "%s: leave the key out for none",
                                  key->param.name);
    }
    return 0;
}

READER(design)
{
    char takes[200];
    if (node->type != YAML_MAPPING_NODE)
        return read_value(state, key, document, node, error);
    if (!document_get(document, node, "name"))
        return document_error(document, node, error, "design needs a name; it takes %s",
                              param_takes(&key->param, takes, sizeof takes));
    return keys_read(state, "design", "key of design called", document, node, error);
}

READER(points)
{
    struct reading *reading = state;
    if (reading->points_node)
        return document_error(document, node, error, "points are given twice, first in line %zu",
                              reading->points_node->start_mark.line + 1);
    reading->points_node = node;
    return read_value(state, key, document, node, error);
}

static int compare_seeds(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int check_once(const uint64_t *seeds, size_t count, const struct document *document,
                      const yaml_node_t *node, struct error *error)
{
    uint64_t *sorted = allocate_zeroed(count, sizeof *sorted);
    int status = 0;
    memcpy(sorted, seeds, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_seeds);
    for (size_t i = 1; i < count && status == 0; i++)
        if (sorted[i] == sorted[i - 1])
            status = document_error(document, node, error,
                                    "seed %llu is there twice; the same seed gives the same runs",
                                    (unsigned long long)sorted[i]);
    free(sorted);
    return status;
}

READER(seeds)
{
    struct reading *reading = state;
    struct experiment *experiment = reading->experiment;
    size_t length = document_length(node);
    if (length == 0 || length > REPLICATIONS_MOST)
        return document_error(document, node, error, "seeds has %zu members; it takes %s", length,
                              key->param.form);
    experiment->seeds = allocate_zeroed(length, sizeof *experiment->seeds);
    experiment->seed_count = length;
    for (size_t i = 0; i < length; i++) {
        if (read_value(state, key, document, document_member(document, node, i), error) != 0)
            return -1;
        experiment->seeds[i] = reading->one_seed;
    }
    return check_once(experiment->seeds, length, document, node, error);
}

/* A rule as on the command line, or its parts. */
READER(until)
{
    struct reading *reading = state;
    struct error why;
    if (node->type != YAML_MAPPING_NODE)
        return read_value(state, key, document, node, error);
    if (keys_read(&reading->until, "until", "key of until called", document, node, error) != 0)
        return -1;
    if (until_check(&reading->until, key->param.name, &why) != 0)
        return document_error(document, node, error, "%s", why.text);
    return 0;
}

/* ---- the table ------------------------------------------------------------------------------ */

#define ENTRIES                                                                                    \
    "a name or a spec as on the command line, a map of name and parameters, or a list of these"

static const char *const design_counts[] = {[COUNT_drawn] = "drawn", [COUNT_left] = "left", NULL};
static const char *const scales[] = {"linear", "log", NULL};

#define FIELD(name)   PARAM_FIELD(reading, name)
#define NODE(name)    .node = offsetof(struct reading, name)
#define DESIGN_POINTS .name = "points", .type = PARAM_COUNT, .least = 1, .most = POINTS_MOST
#define DESIGN_NAME   .type = PARAM_CHOICE, .choices = design_names

/* clang-format off */
const struct experiment_key experiment_keys[] = {
    {"", {"name", PARAM_RULE, FIELD(name), .read = read_name, .form = "up to " UNITS_DIGITS(NAME_MOST) " letters",
          .otherwise = "the file's", .meaning = "what results call the experiment"}},
    {"", {"workloads", PARAM_RULE, .also = "workload", .form = ENTRIES, .meaning = "the programs"},
     NODE(workloads), read_later},
    {"", {"collectors", PARAM_ITEM, FIELD(collector), .also = "collector", .registry = &collector_registry,
          .form = "a name or a list of names (`pygcsim list collectors`)", .initial = DEFAULT_COLLECTOR,
          .meaning = "the interpreter versions"},
     .read = read_collectors},
    {"", {"policies", PARAM_RULE, .also = "policy", .form = ENTRIES, .otherwise = "default",
          .meaning = "what is compared"},
     NODE(policies), read_later},
    {"", {"design", DESIGN_NAME, FIELD(design_kind), .initial = "grid",
          .form = "grid, random, lhs or sobol, or a map such as {name: lhs, points: 100}",
          .meaning = "how points are chosen from lists, ranges and distributions"},
     NODE(design_node), read_design},
    {"design", {"name", DESIGN_NAME, FIELD(design_kind), .meaning = "the design"}},
    {"design", {DESIGN_POINTS, FIELD(points), .otherwise = "must be given unless it is grid",
                .meaning = "how many points random, lhs and sobol choose"},
     .read = read_points},
    {"design", {"count", PARAM_CHOICE, FIELD(design_count), .choices = design_counts, .initial = "drawn",
                .meaning = "which points are to be so many: all that are drawn, or those left by constraints"},
     NODE(count_node), read_value},
    {"", {DESIGN_POINTS, FIELD(points), .otherwise = "none",
          .meaning = "the points of the design, if design is only a name"},
     .read = read_points},
    {"", {"constraints", PARAM_RULE, .also = "constraint", .otherwise = "none",
          .form = "a condition such as \"t1 <= t2\", or a list of conditions",
          .meaning = "points that do not meet them are left out"},
     NODE(constraints), read_later},
    {"", {TERM_REPLICATIONS, FIELD(replications)}, NODE(replications_node)},
    {"", {TERM_SEED, FIELD(seed)}, NODE(seed_node)},
    {"", {"seeds", PARAM_COUNT, FIELD(one_seed), .least = 0, .most = PARAM_UNLIMITED, .otherwise = "none",
          .form = "up to " UNITS_DIGITS(REPLICATIONS_MOST) " whole numbers from 0 to 9223372036854775807",
          .meaning = "the seeds themselves, in place of seed and replications"},
     NODE(seeds), read_seeds},
    {"", {TERM_UNTIL, .type = PARAM_RULE, FIELD(until), .read = until_read, .otherwise = "none",
          .form = "a rule such as 5%, best=2% or covered, or a map such as {ci: 5%, metric: latency_p99, most: 100}"},
     NODE(until_node), read_until},
    {"until", {TERM_CI, PARAM_FIELD(until, share)}},
    {"until", {TERM_UNTIL_BEST, PARAM_FIELD(until, best)}},
    {"until", {TERM_UNTIL_METRIC, PARAM_FIELD(until, metric)}},
    {"until", {TERM_UNTIL_MOST, PARAM_FIELD(until, most)}},
    {"until", {TERM_COVERED, PARAM_FIELD(until, covered)}},
    {"", {TERM_MINIMISE, .type = PARAM_NAME, FIELD(minimise), .otherwise = "none"}},
    {"", {TERM_BASELINE, .type = PARAM_RULE, .otherwise = "the first policy", .form = "one of the policies, as a spec or a map"},
     NODE(baseline), read_later},
    {"", {"limits", TERM_LIMIT, FIELD(limits), .also = "limit", .read = limits_read_option, .otherwise = "none",
              .form = "a condition such as 'latency_p99 <= 50ms', or a list of conditions"},
     .read = read_limits},
    {"", {TERM_WARMUP, FIELD(warmup)}},
    {"", {TERM_HORIZON, FIELD(horizon_ns)}},
    {"", {TERM_LOG, FIELD(log), .initial = "summary"}},
    {"", {TERM_SAMPLE, FIELD(sample_ns)}},
    {"", {TERM_ENGINE, FIELD(engine)}},
    {"", {TERM_COST, FIELD(cost)}},
    {"range", {"range", PARAM_RULE, .form = "two values with two dots in between, as in 2000..100000",
               .meaning = "both ends; a grid has values from one to the other, other designs sample what is between"},
     offsetof(struct range, node), read_later},
    {"range", {"points", PARAM_COUNT, PARAM_FIELD(range, points), .least = 2, .most = 100000,
               .otherwise = "must be given in a grid",
               .meaning = "how many values a grid has, both ends among them; other designs have no use for it"}},
    {"range", {"scale", PARAM_CHOICE, PARAM_FIELD(range, scale), .choices = scales, .initial = "linear",
               .meaning = "equal differences, or equal ratios"}},
    {"distribution", {"distribution", PARAM_RULE, .form = "the name of a distribution; its parameters are keys besides",
                      .meaning = "what values are sampled from; not in a grid"}},
    {NULL},
};
/* clang-format on */

const char *const key_maps[] = {"", "design", "until", "range", "distribution", NULL};

/* ---- maps of keys --------------------------------------------------------------------------- */

/* Also which key each of the names is of. */
static void names_and_keys(const char *within, const char *names[KEY_NAMES],
                           const struct experiment_key *keys[KEY_NAMES])
{
    size_t count = 0;
    for (const struct experiment_key *key = experiment_keys; key->within; key++) {
        if (strcmp(key->within, within) != 0)
            continue;
        assert(count + 2 <= PAIRS_MOST);
        keys[count] = key;
        names[count++] = key->param.name;
        if (key->param.also) {
            keys[count] = key;
            names[count++] = key->param.also;
        }
    }
    names[count] = NULL;
}

/* The node of a key into the state. */
static int read_key(void *state, const struct experiment_key *key, const struct document *document,
                    const yaml_node_t *node, struct error *error)
{
    if (key->node)
        *(const yaml_node_t **)((char *)state + key->node) = node;
    return (key->read ? key->read : read_value)(state, key, document, node, error);
}

int keys_read(void *state, const char *within, const char *what, const struct document *document,
              const yaml_node_t *map, struct error *error)
{
    const char *names[KEY_NAMES];
    const struct experiment_key *keys[KEY_NAMES];
    struct pairs pairs;
    names_and_keys(within, names, keys);
    if (document_pairs(document, map, names, what, &pairs, error) != 0)
        return -1;
    for (size_t i = 0; names[i]; i++) {
        if (!pairs.values[i])
            continue;
        if (i > 0 && keys[i] == keys[i - 1] && pairs.values[i - 1])
            return document_error(document, pairs.keys[i], error,
                                  "%s and %s (line %zu) are the same key; keep one of them",
                                  names[i], names[i - 1], pairs.keys[i - 1]->start_mark.line + 1);
        if (read_key(state, keys[i], document, pairs.values[i], error) != 0)
            return -1;
    }
    return 0;
}
