/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/estimate.h"

#include <stdlib.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "sim/base/allocate.h"
#include "sweep/executor.h"

#define PILOT_SECONDS 10 /* after which it is given up */
#define PILOT_POINTS  8  /* done of them, */
#define PILOT_SEEDS   5  /* with so many seeds each */

struct pilot {
    struct progress clock;
    double compiling_from, running_from; /* seconds; < 0: not now */
    double compile_seconds, run_seconds;
    size_t compiled, ran;
    double parts;     /* done */
    struct error why; /* of the first run that failed */
    atomic_bool stop;
};

/* Adds what has been going on until now. */
static void note_time(struct pilot *pilot)
{
    double now = progress_seconds(&pilot->clock);
    if (pilot->compiling_from >= 0) {
        pilot->compile_seconds += now - pilot->compiling_from;
        pilot->compiled++;
    }
    if (pilot->running_from >= 0) {
        pilot->run_seconds += now - pilot->running_from;
        pilot->ran++;
    }
    pilot->compiling_from = pilot->running_from = -1;
}

static void on_begun(void *context, const struct planned_run *run)
{
    struct pilot *pilot = context;
    note_time(pilot);
    *(run ? &pilot->running_from : &pilot->compiling_from) = progress_seconds(&pilot->clock);
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct pilot *pilot = context;
    (void)run, (void)result, (void)values;
    if (why && pilot->why.text[0] == '\0')
        error_set(&pilot->why, "%s", why);
}

static void on_advanced(void *context, double parts)
{
    struct pilot *pilot = context;
    pilot->parts = parts;
    if (progress_seconds(&pilot->clock) > PILOT_SECONDS)
        pilot->stop = true;
}

/* Every n-th of `count`, so that no more than `most` are left, the last among them. */
static bool is_chosen(size_t i, size_t count, size_t most)
{
    size_t step = (count + most - 1) / most;
    return (count - 1 - i) % step == 0;
}

/* A few points of the experiment, with a few seeds; it borrows the rest. */
static struct experiment choose_points(const struct experiment *experiment)
{
    struct experiment few = *experiment;
    few.points = allocate_zeroed(experiment->point_count, sizeof *few.points);
    few.point_count = 0;
    if (few.seed_count > PILOT_SEEDS)
        few.seed_count = PILOT_SEEDS;
    few.text = NULL;
    for (size_t i = 0; i < experiment->point_count; i++)
        if (is_chosen(i, experiment->point_count, PILOT_POINTS))
            few.points[few.point_count++] = experiment->points[i];
    return few;
}

/* Bytes in use: pages are filled to so much when there are many. */
#define FILL 0.8

static double size_of(struct store *store)
{
    sqlite3_stmt *statement;
    double bytes = 0;
    if (sqlite3_prepare_v2(store_database(store), "SELECT total(pgsize - unused) FROM dbstat", -1,
                           &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        bytes = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    return bytes / FILL;
}

static void print_estimate(const struct plan *plan, unsigned jobs, const struct pilot *pilot,
                           double bytes)
{
    char time[UNITS_TEXT], disk[UNITS_TEXT];
    size_t programs = 0;
    for (size_t i = 0; i < plan->program_count; i++)
        programs += plan->programs[i].to_do > 0;
    if (pilot->ran == 0) {
        double parts = execution_parts(&(struct execution){.plan = plan});
        printf("About %s on %u core%s, from %d s of work: not one run was done in that time.\n",
               units_show_seconds(time, PILOT_SECONDS * parts / pilot->parts / jobs), jobs,
               jobs == 1 ? "" : "s", PILOT_SECONDS);
        return;
    }
    double compile = pilot->compiled ? pilot->compile_seconds / (double)pilot->compiled : 0;
    double run = pilot->run_seconds / (double)pilot->ran;
    double whole = (compile * (double)programs + run * (double)plan->to_do) / jobs;
    printf("About %s on %u core%s, and %s on disk", units_show_seconds(time, whole), jobs,
           jobs == 1 ? "" : "s",
           units_show_bytes(disk, bytes / (double)pilot->ran * (double)plan->to_do));
    printf(" (from %zu run%s done just now: %s a program,", pilot->ran, pilot->ran == 1 ? "" : "s",
           units_show_seconds(time, compile));
    printf(" %s a run).\n", units_show_seconds(time, run));
}

void estimate_print(const struct plan *plan, unsigned jobs, uint64_t memory_bytes)
{
    struct error error;
    struct experiment few = choose_points(plan->experiment);
    struct plan part;
    struct pilot pilot = {.compiling_from = -1, .running_from = -1};
    struct store *store = store_open(":memory:", &error);
    double bytes = store ? size_of(store) : 0;
    plan_init(&part, &few, (struct share){0});
    if (!store || plan_store(&part, "sweep", (struct share){0}, false, store, &error) != 0)
        fail("%s", error.text);
    const struct execution execution = {
        .plan = &part,
        .store = store,
        .workers = 1,
        .compile = compile_options(memory_bytes),
        .context = &pilot,
        .begun = on_begun,
        .ended = on_ended,
        .advanced = on_advanced,
        .stop = &pilot.stop,
    };
    progress_init(&pilot.clock, 1);
    if (execute(&execution, &error) != 0)
        fail("%s", error.text);
    if (!pilot.stop)
        note_time(&pilot);
    print_estimate(plan, jobs, &pilot, size_of(store) - bytes);
    if (pilot.why.text[0])
        printf("One of those failed: %s\n", pilot.why.text);
    store_close(store);
    plan_fini(&part);
    free(few.points);
}
