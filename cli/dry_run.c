/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/dry_run.h"

#include <math.h>

#include "cli/command.h"
#include "cli/estimate.h"
#include "cli/print.h"
#include "cli/run_experiment.h"
#include "sweep/pilot.h"

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void print_left_out(const struct experiment *experiment)
{
    if (experiment->points_before > experiment->point_count)
        print("%zu of %zu points meet the constraints; the others are left out.\n",
              experiment->point_count, experiment->points_before);
}

/* "120 runs: 12 points, 10 seeds each; of 10 programs" */
static void print_size(const struct plan *plan, struct share share)
{
    const struct experiment *experiment = plan->experiment;
    size_t programs = 0;
    for (size_t i = 0; i < plan->program_count; i++)
        programs += plan->programs[i].runs > 0;
    print("%s: %zu run%s of %zu program%s (%zu setting%s, %zu seed%s)", experiment->name,
          plan->run_count, plural(plan->run_count), programs, plural(programs),
          experiment->point_count, plural(experiment->point_count), experiment->seed_count,
          plural(experiment->seed_count));
    if (share.shards)
        print(", share %u of %u", share.shard, share.shards);
    print("\n");
}

#define POINTS_SHOWN 40

static void print_points(const struct experiment *experiment)
{
    for (size_t i = 0; i < experiment->point_count && i < POINTS_SHOWN; i++) {
        const struct point *point = &experiment->points[i];
        const struct point *before = &experiment->points[i ? i - 1 : 0];
        if (i == 0 || point->workload != before->workload || point->collector != before->collector)
            print("\n%s on %s\n", experiment->workloads[point->workload].text,
                  point->collector->name);
        print("  %s\n", experiment->policies[point->policy].text);
    }
    if (experiment->point_count > POINTS_SHOWN)
        print("  … and %zu more\n", experiment->point_count - POINTS_SHOWN);
}

/* ---- what it would take --------------------------------------------------------------- */

static void print_seconds(struct range seconds)
{
    char low[UNITS_TEXT], likely[UNITS_TEXT], high[UNITS_TEXT];
    print("About %s, between %s and %s", show_roughly(likely, seconds.likely),
          show_roughly(low, seconds.low), show_roughly(high, seconds.high));
}

/* What the estimate is from. */
static void print_basis(const struct pilot_step *last, const struct forecast *forecast)
{
    char compile[UNITS_TEXT], run[UNITS_TEXT];
    print(" (from %zu run%s done just now", last->runs, plural(last->runs));
    if (last->part < 1)
        print(", no longer than 1/%.0f of theirs", 1 / last->part);
    print(": %s a program, %s a run).\n", show_roughly(compile, forecast->compile_seconds),
          show_roughly(run, forecast->run_seconds));
}

static void print_forecast(const struct pilot *pilot, const struct pilot_work *work)
{
    const struct forecast forecast = pilot_forecast(pilot, work);
    char memory[UNITS_TEXT], disk[UNITS_TEXT];
    if (isnan(forecast.seconds.likely)) {
        print("Nothing to estimate the time by: in %d s not even a part of one run was done.\n",
              2 * PILOT_SECONDS);
        return;
    }
    print_seconds(forecast.seconds);
    print(" on %u core%s", pilot->workers, plural(pilot->workers));
    if (work->count == 0) {
        print(", a guess: in %d s not one run was done.\n", 2 * PILOT_SECONDS);
        return;
    }
    print(", %s of memory, and %s on disk", units_show_bytes(memory, forecast.memory),
          units_show_bytes(disk, forecast.bytes));
    print_basis(&work->steps[work->count - 1], &forecast);
}

static void print_pilot(const struct plan *plan, unsigned jobs, uint64_t memory_bytes)
{
    struct error error;
    struct pilot_work work;
    unsigned cores = workers(jobs);
    const struct pilot pilot = {
        .plan = plan,
        .workers = cores < plan->to_do ? cores : (unsigned)(plan->to_do ? plan->to_do : 1),
        .compile = compile_options(memory_bytes),
        .seconds = seconds_of_work,
    };
    if (pilot_execute(&pilot, &work, &error) != 0)
        fail("%s", error.text);
    print_forecast(&pilot, &work);
    if (plan->experiment->until.covered)
        print("That is before programs are made longer, until all that comes has been seen.\n");
    if (until_adds_runs(&plan->experiment->until))
        print("That is without the runs that the rule adds.\n");
    if (work.why.text[0])
        print("One of those failed: %s\n", work.why.text);
}

void print_dry_run(const struct plan *plan, struct share share, unsigned jobs,
                   uint64_t memory_bytes)
{
    print_size(plan, share);
    print_left_out(plan->experiment);
    print_points(plan->experiment);
    print("\n");
    print_pilot(plan, jobs, memory_bytes);
}
