/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/selection.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

struct procedure {
    const double *const *values;
    size_t systems;
    const struct selection_rule *rule;
    struct selection *selection;
    double factor;
    double *means;       /* of the replications so far */
    double *differences; /* room for those of the first */
};

static bool is_in(const struct procedure *procedure, size_t system)
{
    return procedure->selection->lost_after[system] == 0;
}

double selection_factor(size_t systems, const struct selection_rule *rule)
{
    double others = systems > 1 ? (double)systems - 1 : 1, degrees = (double)rule->first - 1;
    return degrees * (pow(2 * (1 - rule->confidence) / others, -2 / degrees) - 1);
}

static double paired_variance(const struct procedure *procedure, size_t i, size_t l)
{
    size_t first = procedure->rule->first;
    for (size_t r = 0; r < first; r++)
        procedure->differences[r] = procedure->values[i][r] - procedure->values[l][r];
    return gsl_stats_variance(procedure->differences, 1, first);
}

/* W of the formula; without a zone nothing is told apart but what differs by the same always. */
static double margin(const struct procedure *procedure, size_t i, size_t l, size_t r)
{
    double zone = procedure->selection->zone, variance = paired_variance(procedure, i, l);
    if (variance == 0)
        return 0;
    if (zone == 0)
        return INFINITY;
    return fmax(0, (procedure->factor * variance / zone - zone * (double)r) / (2 * (double)r));
}

static bool loses(const struct procedure *procedure, size_t i, size_t l, size_t r)
{
    double ahead = procedure->means[i] - procedure->means[l];
    if (ahead < 0 || (ahead == 0 && i < l))
        return false;
    double allowed = margin(procedure, i, l, r);
    return ahead > allowed || (ahead == 0 && allowed == 0);
}

static bool loses_to_any(const struct procedure *procedure, size_t i, size_t r)
{
    for (size_t l = 0; l < procedure->systems; l++)
        if (l != i && is_in(procedure, l) && loses(procedure, i, l, r))
            return true;
    return false;
}

/* Those that have no value with that seed, after which there are r replications. */
static void leave_out_valueless(struct procedure *procedure, size_t seed, size_t r)
{
    struct selection *selection = procedure->selection;
    for (size_t i = 0; i < procedure->systems; i++)
        if (is_in(procedure, i) && isnan(procedure->values[i][seed])) {
            selection->lost_after[i] = r;
            selection->without++;
            selection->left--;
        }
}

static void note_means(struct procedure *procedure, size_t r)
{
    for (size_t i = 0; i < procedure->systems; i++)
        if (is_in(procedure, i))
            procedure->means[i] = gsl_stats_mean(procedure->values[i], 1, r);
}

/* All by who was in before. */
static void leave_out_losers(struct procedure *procedure, size_t r)
{
    struct selection *selection = procedure->selection;
    bool *lost = allocate_zeroed(procedure->systems, sizeof *lost);
    for (size_t i = 0; i < procedure->systems; i++)
        lost[i] = is_in(procedure, i) && loses_to_any(procedure, i, r);
    for (size_t i = 0; i < procedure->systems; i++)
        if (lost[i]) {
            selection->lost_after[i] = r;
            selection->left--;
        }
    free(lost);
}

static void find_best(struct procedure *procedure)
{
    struct selection *selection = procedure->selection;
    double least = INFINITY;
    for (size_t i = 0; i < procedure->systems; i++)
        if (is_in(procedure, i) && procedure->means[i] < least) {
            least = procedure->means[i];
            selection->best = i;
        }
}

/* Other than 0; 0 if there is none. */
static double least_mean(const struct procedure *procedure)
{
    double least = INFINITY;
    for (size_t i = 0; i < procedure->systems; i++)
        if (is_in(procedure, i) && procedure->means[i] != 0)
            least = fmin(least, procedure->means[i]);
    return least < INFINITY ? least : 0;
}

static void begin(struct procedure *procedure)
{
    struct selection *selection = procedure->selection;
    size_t first = procedure->rule->first;
    for (size_t seed = 0; seed < first; seed++)
        leave_out_valueless(procedure, seed, first);
    procedure->factor = selection_factor(selection->left, procedure->rule);
    note_means(procedure, first);
    selection->zone = procedure->rule->share * fabs(least_mean(procedure));
}

void selection_make(struct selection *selection, const double *const *values, size_t systems,
                    size_t replications, const struct selection_rule *rule)
{
    *selection = (struct selection){
        .lost_after = allocate_zeroed(systems, sizeof *selection->lost_after),
        .left = systems,
    };
    struct procedure procedure = {
        .values = values,
        .systems = systems,
        .rule = rule,
        .selection = selection,
        .means = allocate_zeroed(systems, sizeof *procedure.means),
        .differences = allocate_zeroed(rule->first, sizeof *procedure.differences),
    };
    begin(&procedure);
    for (size_t r = rule->first; r <= replications && selection->left > 1; r++) {
        leave_out_valueless(&procedure, r - 1, r);
        note_means(&procedure, r);
        leave_out_losers(&procedure, r);
    }
    find_best(&procedure);
    free(procedure.means);
    free(procedure.differences);
}

void selection_fini(struct selection *selection)
{
    free(selection->lost_after);
    *selection = (struct selection){0};
}
