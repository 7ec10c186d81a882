/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/dry_run.h"

#include <math.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/run_experiment.h"
#include "sweep/pilot.h"

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
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

static double seconds_of(void *clock)
{
    return progress_seconds(clock);
}

static void print_forecast(const struct pilot *pilot, const struct pilot_work *work)
{
    const struct forecast forecast = pilot_forecast(pilot, work);
    const char *plural = pilot->workers == 1 ? "" : "s";
    char time[UNITS_TEXT], disk[UNITS_TEXT];
    print("About %s on %u core%s, ", units_show_seconds(time, forecast.seconds), pilot->workers,
          plural);
    if (work->ran == 0) {
        print("from %d s of work: not one run was done in that time.\n", PILOT_SECONDS);
        return;
    }
    print("and %s on disk (from %zu run%s done just now: %s a program,",
          units_show_bytes(disk, forecast.bytes), work->ran, work->ran == 1 ? "" : "s",
          units_show_seconds(time, forecast.compile_seconds));
    print(" %s a run).\n", units_show_seconds(time, forecast.run_seconds));
}

static void print_pilot(const struct plan *plan, unsigned jobs, uint64_t memory_bytes)
{
    struct error error;
    struct progress clock;
    struct pilot_work work;
    const struct pilot pilot = {
        .plan = plan,
        .workers = workers(jobs),
        .compile = compile_options(memory_bytes),
        .seconds = seconds_of,
        .clock = &clock,
    };
    progress_init(&clock, 1);
    if (pilot_execute(&pilot, &work, &error) != 0)
        fail("%s", error.text);
    print_forecast(&pilot, &work);
    if (work.why.text[0])
        print("One of those failed: %s\n", work.why.text);
}

void print_dry_run(const struct plan *plan, struct share share, unsigned jobs,
                   uint64_t memory_bytes)
{
    print_size(plan, share);
    print_points(plan->experiment);
    print("\n");
    print_pilot(plan, jobs, memory_bytes);
}
