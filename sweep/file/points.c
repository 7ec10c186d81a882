/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sweep/file/constraint.h"
#include "sweep/file/side.h"
#include "workloads/registry.h"

#define POINTS_MOST     1000000
#define RUNS_MOST       10000000
#define NAMES_SUGGESTED 200

struct candidate {
    size_t workload, collector, policy; /* in this order they are sorted */
};

struct making {
    const struct reading *reading;
    struct side workloads, policies;
    struct expression **constraints;
    size_t constraint_count;
    struct candidate *candidates;
    size_t candidate_count;
};

/* ---- how many ------------------------------------------------------------------------------- */

/* Of a pair of entries. */
static double pair_count(const struct entry *workload, const struct entry *policy,
                         const struct design *design)
{
    double w = entry_count(workload, design), p = entry_count(policy, design);
    return design->kind == DESIGN_grid ? w * p : w > p ? w : p;
}

static int check_size(const struct making *making, struct error *error)
{
    const struct reading *reading = making->reading;
    double points = 0;
    for (size_t w = 0; w < making->workloads.entry_count; w++)
        for (size_t p = 0; p < making->policies.entry_count; p++)
            points += pair_count(&making->workloads.entries[w], &making->policies.entries[p],
                                 &reading->design);
    points *= (double)reading->collector_count;
    double runs = points * (double)reading->experiment->seed_count;
    const yaml_node_t *root = reading->document->root;
    if (points > POINTS_MOST)
        return document_error(reading->document, root, error,
                              "%.15g points; allowed are %d. Fewer values in lists and ranges make "
                              "fewer, and so does a sample, as in design: {name: lhs, points: 100}",
                              points, POINTS_MOST);
    if (runs > RUNS_MOST)
        return document_error(reading->document, root, error,
                              "%.15g points with %zu seeds each are %.15g runs; allowed are %d. "
                              "Take fewer points or replications",
                              points, reading->experiment->seed_count, runs, RUNS_MOST);
    return 0;
}

static int check_dimensions(const struct making *making, struct error *error)
{
    const struct reading *reading = making->reading;
    const char *name = design_names[reading->design.kind];
    size_t workload = side_varied(&making->workloads), policy = side_varied(&making->policies);
    if (reading->design.kind == DESIGN_grid)
        return 0;
    if (workload + policy == 0)
        return document_error(reading->document, reading->design_node, error,
                              "design %s, but no parameter is a list, a range or a distribution",
                              name);
    if (reading->design.kind == DESIGN_sobol && workload + policy > SOBOL_DIMENSIONS)
        return document_error(reading->document, reading->design_node, error,
                              "design sobol takes at most %d parameters that vary, not %zu of a "
                              "workload and %zu of a policy; lhs takes any number",
                              SOBOL_DIMENSIONS, workload, policy);
    return 0;
}

/* ---- constraints ---------------------------------------------------------------------------- */

static int read_constraints(struct making *making, struct error *error)
{
    const struct document *document = making->reading->document;
    const yaml_node_t *node = making->reading->constraints;
    if (!node)
        return 0;
    size_t length = document_length(node);
    const struct component **workload_cast = side_components(&making->workloads),
                           **policy_cast = side_components(&making->policies);
    const struct cast cast = {workload_cast, policy_cast};
    making->constraints = allocate_zeroed(length, sizeof(struct expression *));
    int status = 0;
    for (size_t i = 0; i < length && status == 0; i++) {
        const yaml_node_t *member = document_member(document, node, i);
        const char *text =
            document_value(document, member, "a constraint", "a condition such as t1 <= t2", error);
        struct expression *constraint = text ? constraint_parse(text, &cast, error) : NULL;
        if (constraint)
            making->constraints[making->constraint_count++] = constraint;
        else
            status = text ? document_locate(document, member, error) : -1;
    }
    free(workload_cast);
    free(policy_cast);
    return status;
}

static bool meets_constraints(const struct making *making, size_t workload, size_t policy)
{
    for (size_t i = 0; i < making->constraint_count; i++)
        if (!constraint_holds(making->constraints[i], &making->workloads.settings[workload],
                              &making->policies.settings[policy]))
            return false;
    return true;
}

/* ---- points --------------------------------------------------------------------------------- */

static void add_candidate(struct making *making, size_t workload, size_t policy, size_t *capacity)
{
    size_t collectors = making->reading->collector_count;
    workload = making->workloads.same[workload];
    policy = making->policies.same[policy];
    if (!meets_constraints(making, workload, policy))
        return;
    making->candidates =
        allocate_grow(making->candidates, capacity, making->candidate_count + collectors,
                      sizeof *making->candidates);
    for (size_t c = 0; c < collectors; c++)
        making->candidates[making->candidate_count++] = (struct candidate){workload, c, policy};
}

/* The points of a workload entry and a policy entry. */
static void add_pair(struct making *making, size_t w, size_t p, size_t *capacity)
{
    const struct design *design = &making->reading->design;
    const struct entry *workload = &making->workloads.entries[w],
                       *policy = &making->policies.entries[p];
    size_t workload_first = making->workloads.first[w], policy_first = making->policies.first[p];
    if (design->kind == DESIGN_grid) {
        size_t workload_count = (size_t)entry_count(workload, design),
               policy_count = (size_t)entry_count(policy, design);
        for (size_t i = 0; i < workload_count; i++)
            for (size_t j = 0; j < policy_count; j++)
                add_candidate(making, workload_first + i, policy_first + j, capacity);
        return;
    }
    size_t count = (size_t)pair_count(workload, policy, design);
    for (size_t i = 0; i < count; i++)
        add_candidate(making, workload_first + (workload->varied ? i : 0),
                      policy_first + (policy->varied ? i : 0), capacity);
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->workload != y->workload)
        return x->workload < y->workload ? -1 : 1;
    if (x->collector != y->collector)
        return x->collector < y->collector ? -1 : 1;
    return (x->policy > y->policy) - (x->policy < y->policy);
}

static int make_candidates(struct making *making, struct error *error)
{
    size_t capacity = 0, kept = 0;
    for (size_t w = 0; w < making->workloads.entry_count; w++)
        for (size_t p = 0; p < making->policies.entry_count; p++)
            add_pair(making, w, p, &capacity);
    struct candidate *candidates = making->candidates;
    if (making->candidate_count == 0)
        return document_error(making->reading->document, making->reading->constraints, error,
                              "no point is left: none meets %s",
                              making->constraint_count == 1
                                  ? expression_text(making->constraints[0])
                                  : "all constraints");
    qsort(candidates, making->candidate_count, sizeof *candidates, compare_candidates);
    for (size_t i = 0; i < making->candidate_count; i++)
        if (kept == 0 || compare_candidates(&candidates[i], &candidates[kept - 1]) != 0)
            candidates[kept++] = candidates[i];
    making->candidate_count = kept;
    return 0;
}

/* ---- the experiment's ----------------------------------------------------------------------- */

static void make_points(struct making *making)
{
    struct experiment *experiment = making->reading->experiment;
    size_t workloads_most = making->workloads.setting_count,
           policies_most = making->policies.setting_count;
    bool *workload_used = allocate_zeroed(workloads_most, sizeof *workload_used),
         *policy_used = allocate_zeroed(policies_most, sizeof *policy_used);
    size_t *workload_place = allocate_zeroed(workloads_most, sizeof *workload_place),
           *policy_place = allocate_zeroed(policies_most, sizeof *policy_place);
    for (size_t i = 0; i < making->candidate_count; i++) {
        workload_used[making->candidates[i].workload] = true;
        policy_used[making->candidates[i].policy] = true;
    }
    experiment->workloads =
        side_take(&making->workloads, workload_used, workload_place, &experiment->workload_count);
    experiment->policies =
        side_take(&making->policies, policy_used, policy_place, &experiment->policy_count);
    experiment->points = allocate_zeroed(making->candidate_count, sizeof *experiment->points);
    experiment->point_count = making->candidate_count;
    for (size_t i = 0; i < making->candidate_count; i++) {
        const struct candidate *candidate = &making->candidates[i];
        experiment->points[i] = (struct point){
            .workload = workload_place[candidate->workload],
            .policy = policy_place[candidate->policy],
            .collector = making->reading->collectors[candidate->collector],
        };
    }
    free(workload_used);
    free(policy_used);
    free(workload_place);
    free(policy_place);
}

/* The policy of that text among the experiment's. */
static int find_baseline(const struct reading *reading, const char *text, struct error *error)
{
    struct experiment *experiment = reading->experiment;
    const char *names[NAMES_SUGGESTED + 1] = {NULL};
    for (size_t i = 0; i < experiment->policy_count; i++) {
        const char *name = experiment->policies[i].text;
        if (strcmp(name, text) == 0) {
            experiment->baseline = allocate_text(text);
            return 0;
        }
        if (i < NAMES_SUGGESTED)
            names[i] = name;
    }
    suggest_error(error, "policy in this experiment like the baseline", text, names);
    return document_locate(reading->document, reading->baseline, error);
}

static int read_baseline(const struct making *making, struct error *error)
{
    const struct reading *reading = making->reading;
    const struct design grid = {.kind = DESIGN_grid};
    struct entry entry;
    struct setting setting;
    if (!reading->baseline)
        return 0;
    if (entry_from_node(&entry, &making->policies.kin, reading->document, reading->baseline, &grid,
                        error) != 0)
        return -1;
    int status = 0;
    if (entry.varied > 0) {
        status = document_error(reading->document, reading->baseline, error,
                                "the baseline is one policy: its parameters are single values");
    } else {
        status = entry_settings(&entry, &making->policies.kin, reading->document, &grid, 0,
                                &setting, error);
        if (status == 0) {
            status = find_baseline(reading, setting.text, error);
            setting_fini(&setting);
        }
    }
    entry_fini(&entry);
    return status;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int make(struct making *making, struct error *error)
{
    const struct reading *reading = making->reading;
    const struct document *document = reading->document;
    const struct design *design = &reading->design;
    struct side *side_w = &making->workloads, *side_p = &making->policies;
    if (side_read(side_w, document, reading->workloads, NULL, design, error) != 0 ||
        side_read(side_p, document, reading->policies, "default", design, error) != 0 ||
        check_dimensions(making, error) != 0 || check_size(making, error) != 0 ||
        side_expand(side_w, document, design, 0, error) != 0 ||
        side_expand(side_p, document, design, side_varied(side_w), error) != 0 ||
        read_constraints(making, error) != 0 || make_candidates(making, error) != 0)
        return -1;
    make_points(making);
    return read_baseline(making, error);
}

int points_make(const struct reading *reading, struct error *error)
{
    struct making making = {
        .reading = reading,
        .workloads = {.kin = {"workload", workloads}},
        .policies = {.kin = {"policy", policies}},
    };
    int status = make(&making, error);
    for (size_t i = 0; i < making.constraint_count; i++)
        expression_free(making.constraints[i]);
    free(making.constraints);
    free(making.candidates);
    side_fini(&making.workloads);
    side_fini(&making.policies);
    return status;
}
