/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sweep/file/terms.h"

/* ---- what the executor tells, and who else hears it ----------------------------------- */

static void on_begun(void *context, const struct planned_run *run)
{
    const struct rounds *rounds = context;
    if (rounds->execution.begun)
        rounds->execution.begun(rounds->execution.context, run);
}

/* The number of a run is the same in every round's plan: seeds are only added, and programs only
 * made longer. */
static void note_failure(struct rounds *rounds, size_t place, const char *why)
{
    if (rounds->failed++ == 0 || place < rounds->first_failure) {
        rounds->first_failure = place;
        error_set(&rounds->why, "%s", why);
    }
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct rounds *rounds = context;
    size_t place = (size_t)(run - rounds->plan.runs);
    rounds->ended++;
    if (rounds->results && place < rounds->experiment->point_count)
        rounds->results[place] = *result;
    if (!values)
        note_failure(rounds, place, why);
    if (rounds->execution.ended)
        rounds->execution.ended(rounds->execution.context, run, result, values, why);
}

static void on_advanced(void *context, double parts)
{
    const struct rounds *rounds = context;
    if (rounds->execution.advanced)
        rounds->execution.advanced(rounds->execution.context, parts);
}

/* ---- a round -------------------------------------------------------------------------- */

/* `id` is the experiment's row; 0: it is made or found. */
static int plan_round(struct rounds *rounds, int64_t id, bool is_first, struct error *error)
{
    plan_init(&rounds->plan, rounds->experiment, rounds->share);
    rounds->plan.id = id;
    rounds->plan.may_grow = until_adds_runs(&rounds->experiment->until);
    if (plan_store(&rounds->plan, rounds->command, rounds->share, rounds->retry_failed && is_first,
                   rounds->store, error) != 0)
        return -1;
    if (is_first)
        rounds->before = rounds->plan.run_count - rounds->plan.to_do;
    return 0;
}

static int execute_round(struct rounds *rounds, struct error *error)
{
    const struct plan *plan = &rounds->plan;
    const atomic_bool *stop = rounds->execution.stop;
    struct execution execution = rounds->execution;
    size_t most = plan->to_do > 0 ? plan->to_do : 1;
    execution.plan = plan;
    execution.store = rounds->store;
    if (execution.workers > most)
        execution.workers = (unsigned)most;
    execution.context = rounds;
    execution.begun = on_begun;
    execution.ended = on_ended;
    execution.advanced = on_advanced;
    rounds->ended = 0;
    if (rounds->begins)
        rounds->begins(rounds->execution.context, &execution);
    if (execute(&execution, error) != 0)
        return -1;
    rounds->stopped = stop && *stop && rounds->ended < plan->to_do;
    return 0;
}

static void forget_round(struct rounds *rounds)
{
    plan_fini(&rounds->plan);
}

/* ---- all of them ---------------------------------------------------------------------- */

/* *more: programs have to be longer, and are now. */
static int apply_coverage(struct rounds *rounds, bool *more, struct error *error)
{
    struct experiment *experiment = rounds->experiment;
    struct coverage *coverage = &rounds->coverage;
    coverage_fini(coverage);
    if (!experiment->until.covered)
        return 0;
    if (coverage_read(coverage, experiment, rounds->store, error) != 0)
        return -1;
    *more = coverage->longer &&
            (!rounds->longer || rounds->longer(rounds->execution.context, coverage));
    if (!*more)
        return 0;
    coverage_extend(experiment, coverage);
    if (experiment->until.best > 0)
        race_restart(experiment);
    if (rounds->results)
        memset(rounds->results, 0, experiment->point_count * sizeof *rounds->results);
    return 0;
}

/* *more: there have to be more replications, and the experiment has got their seeds. */
static int apply_precision(struct rounds *rounds, bool *more, struct error *error)
{
    struct experiment *experiment = rounds->experiment;
    struct precision *precision = &rounds->precision;
    if (experiment->until.share == 0)
        return 0;
    if (until_metric(experiment, rounds->plan.id, rounds->store, &precision->metric, error) != 0)
        return -1;
    if (!precision->metric)
        return 0;
    if (until_precision(experiment, precision->metric, rounds->store, precision, error) != 0)
        return -1;
    *more = precision->needed > experiment->seed_count;
    if (*more)
        seeds_extend(experiment, precision->needed);
    return 0;
}

/* *more: the race goes on, and who is left in it has got more seeds. */
static int apply_race(struct rounds *rounds, bool *more, struct error *error)
{
    struct experiment *experiment = rounds->experiment;
    struct race *race = &rounds->race;
    race_fini(race);
    if (experiment->until.best == 0)
        return 0;
    if (race_read(race, &rounds->plan, rounds->store, error) != 0)
        return -1;
    *more = race->metric && race_extend(race, experiment);
    return 0;
}

static int apply_rules(struct rounds *rounds, bool *more, struct error *error)
{
    *more = false;
    if (apply_coverage(rounds, more, error) != 0)
        return -1;
    if (!*more && apply_precision(rounds, more, error) != 0)
        return -1;
    return *more ? 0 : apply_race(rounds, more, error);
}

/* What an earlier rule had planned beyond the last round is not wanted any more. */
static int end_plan(struct rounds *rounds, struct error *error)
{
    if (!rounds->plan.may_grow)
        return 0;
    rounds->plan.may_grow = false;
    return plan_store(&rounds->plan, rounds->command, rounds->share, false, rounds->store, error);
}

int rounds_execute(struct rounds *rounds, struct error *error)
{
    int64_t id = rounds->continues;
    bool is_first = true;
    if (rounds->keep_results)
        rounds->results = allocate_zeroed(rounds->experiment->point_count, sizeof *rounds->results);
    for (bool more = true; more;) {
        forget_round(rounds);
        if (plan_round(rounds, id, is_first, error) != 0 || execute_round(rounds, error) != 0)
            return -1;
        is_first = false;
        if (rounds->stopped)
            return 0;
        id = rounds->plan.id;
        if (apply_rules(rounds, &more, error) != 0)
            return -1;
    }
    return end_plan(rounds, error);
}

void rounds_fini(struct rounds *rounds)
{
    free(rounds->results);
    rounds->results = NULL;
    coverage_fini(&rounds->coverage);
    race_fini(&rounds->race);
    forget_round(rounds);
}
