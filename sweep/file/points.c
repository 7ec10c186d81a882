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

/* So many are drawn for each point that is to be left, and so many besides: then there are hardly
 * any. */
#define DRAWN_TIMES 50
#define DRAWN_MORE  5000

struct candidate {
    size_t workload, collector, policy; /* in this order they are sorted */
    bool met;                           /* the constraints: those that do come first */
};

struct making {
    const struct reading *reading;
    struct design design; /* its points: as many as are drawn */
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

static double all_points(const struct making *making, const struct design *design)
{
    double points = 0;
    for (size_t w = 0; w < making->workloads.entry_count; w++)
        for (size_t p = 0; p < making->policies.entry_count; p++)
            points +=
                pair_count(&making->workloads.entries[w], &making->policies.entries[p], design);
    return points * (double)making->reading->collector_count;
}

static int check_size(const struct making *making, struct error *error)
{
    const struct reading *reading = making->reading;
    double points = all_points(making, &making->design);
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

/* A point of a pair of entries, by its place among the settings. */
struct spot {
    size_t workload, policy;
};

static bool meets_constraints(const struct making *making, struct spot spot)
{
    for (size_t i = 0; i < making->constraint_count; i++)
        if (!constraint_holds(making->constraints[i], &making->workloads.settings[spot.workload],
                              &making->policies.settings[spot.policy]))
            return false;
    return true;
}

/* ---- drawing -------------------------------------------------------------------------------- */

static struct spot spot_of(const struct making *making, size_t w, size_t p, size_t i)
{
    const struct side *side_w = &making->workloads, *side_p = &making->policies;
    size_t workload = side_w->first[w] + (side_w->entries[w].varied ? i : 0),
           policy = side_p->first[p] + (side_p->entries[p].varied ? i : 0);
    return (struct spot){side_w->same[workload], side_p->same[policy]};
}

static bool pair_varies(const struct making *making, size_t w, size_t p)
{
    return making->workloads.entries[w].varied || making->policies.entries[p].varied;
}

/* Does point i of a sample meet the constraints, in all pairs that vary? */
static bool point_is_left(const struct making *making, size_t i)
{
    for (size_t w = 0; w < making->workloads.entry_count; w++)
        for (size_t p = 0; p < making->policies.entry_count; p++)
            if (pair_varies(making, w, p) && !meets_constraints(making, spot_of(making, w, p, i)))
                return false;
    return true;
}

/* How many points there are up to the last one wanted, if those that are left count; 0: too few. */
static size_t points_wanted(const struct making *making)
{
    size_t left = 0, wanted = making->reading->design.points;
    for (size_t i = 0; i < making->design.points; i++) {
        left += point_is_left(making, i);
        if (left == wanted)
            return i + 1;
    }
    return 0;
}

static int expand(struct making *making, struct error *error)
{
    const struct document *document = making->reading->document;
    struct side *side_w = &making->workloads, *side_p = &making->policies;
    if (side_expand(side_w, document, &making->design, 0, error) != 0)
        return -1;
    return side_expand(side_p, document, &making->design, side_varied(side_w), error);
}

/* Where only points that are left count, the sample goes on until there are enough of them. */
static int draw(struct making *making, struct error *error)
{
    const struct reading *reading = making->reading;
    for (;;) {
        if (expand(making, error) != 0)
            return -1;
        if (reading->design_count == COUNT_drawn)
            return 0;
        size_t points = points_wanted(making), drawn = making->design.points;
        if (points > 0) {
            making->design.points = points;
            return 0;
        }
        making->design.points *= 2;
        if (drawn > DRAWN_TIMES * reading->design.points + DRAWN_MORE ||
            all_points(making, &making->design) > POINTS_MOST)
            return document_error(reading->document, reading->constraints, error,
                                  "of %zu points that were drawn fewer than %zu meet the "
                                  "constraints; no more are tried",
                                  drawn, reading->design.points);
    }
}

/* ---- points --------------------------------------------------------------------------------- */

static void add_candidate(struct making *making, struct spot spot, bool wanted, size_t *capacity)
{
    size_t collectors = making->reading->collector_count;
    bool met = wanted && meets_constraints(making, spot);
    making->candidates =
        allocate_grow(making->candidates, capacity, making->candidate_count + collectors,
                      sizeof *making->candidates);
    for (size_t c = 0; c < collectors; c++)
        making->candidates[making->candidate_count++] =
            (struct candidate){spot.workload, c, spot.policy, met};
}

/* The points of a workload entry and a policy entry. */
static void add_pair(struct making *making, size_t w, size_t p, size_t *capacity)
{
    const struct design *design = &making->design;
    const struct side *side_w = &making->workloads, *side_p = &making->policies;
    const struct entry *workload = &side_w->entries[w], *policy = &side_p->entries[p];
    if (design->kind == DESIGN_grid) {
        size_t workload_count = (size_t)entry_count(workload, design),
               policy_count = (size_t)entry_count(policy, design);
        for (size_t i = 0; i < workload_count; i++)
            for (size_t j = 0; j < policy_count; j++)
                add_candidate(making,
                              (struct spot){side_w->same[side_w->first[w] + i],
                                            side_p->same[side_p->first[p] + j]},
                              true, capacity);
        return;
    }
    bool only_left = making->reading->design_count == COUNT_left && pair_varies(making, w, p);
    size_t count = (size_t)pair_count(workload, policy, design);
    for (size_t i = 0; i < count; i++)
        add_candidate(making, spot_of(making, w, p, i), !only_left || point_is_left(making, i),
                      capacity);
}

static int compare_points(const struct candidate *x, const struct candidate *y)
{
    if (x->workload != y->workload)
        return x->workload < y->workload ? -1 : 1;
    if (x->collector != y->collector)
        return x->collector < y->collector ? -1 : 1;
    return (x->policy > y->policy) - (x->policy < y->policy);
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order = compare_points(x, y);
    return order ? order : y->met - x->met;
}

/* Keeps what meets the constraints, each point once; and says how many there were. */
static void choose_candidates(struct making *making)
{
    struct candidate *candidates = making->candidates;
    size_t kept = 0, different = 0;
    qsort(candidates, making->candidate_count, sizeof *candidates, compare_candidates);
    struct candidate last = {.workload = SIZE_MAX};
    for (size_t i = 0; i < making->candidate_count; i++) {
        if (compare_points(&candidates[i], &last) == 0)
            continue;
        last = candidates[i];
        different++;
        if (last.met)
            candidates[kept++] = last;
    }
    making->candidate_count = kept;
    making->reading->experiment->points_before = different;
}

static int make_candidates(struct making *making, struct error *error)
{
    size_t capacity = 0;
    for (size_t w = 0; w < making->workloads.entry_count; w++)
        for (size_t p = 0; p < making->policies.entry_count; p++)
            add_pair(making, w, p, &capacity);
    choose_candidates(making);
    if (making->candidate_count == 0)
        return document_error(making->reading->document, making->reading->constraints, error,
                              "no point is left: none meets %s",
                              making->constraint_count == 1
                                  ? expression_text(making->constraints[0])
                                  : "all constraints");
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
    if (side_read(&making->workloads, document, reading->workloads, NULL, design, error) != 0 ||
        side_read(&making->policies, document, reading->policies, "default", design, error) != 0 ||
        check_dimensions(making, error) != 0 || check_size(making, error) != 0 ||
        read_constraints(making, error) != 0 || draw(making, error) != 0 ||
        make_candidates(making, error) != 0)
        return -1;
    make_points(making);
    return read_baseline(making, error);
}

int points_make(const struct reading *reading, struct error *error)
{
    struct making making = {
        .reading = reading,
        .design = reading->design,
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
