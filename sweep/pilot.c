/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/pilot.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sweep/executor.h"

/* ---- what is done of it --------------------------------------------------------------- */

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

/* ---- how long it takes ---------------------------------------------------------------- */

struct stopwatch {
    const struct pilot *pilot;
    struct pilot_work *work;
    enum { IDLE, COMPILES, RUNS } doing;
    double since; /* what it is doing */
    double begun;
    atomic_bool stop;
};

static double now(const struct stopwatch *watch)
{
    return watch->pilot->seconds(watch->pilot->clock);
}

/* Adds what has been going on until now. */
static void note_time(struct stopwatch *watch)
{
    struct pilot_work *work = watch->work;
    if (watch->doing == COMPILES) {
        work->compile_seconds += now(watch) - watch->since;
        work->compiled++;
    } else if (watch->doing == RUNS) {
        work->run_seconds += now(watch) - watch->since;
        work->ran++;
    }
    watch->doing = IDLE;
}

static void on_begun(void *context, const struct planned_run *run)
{
    struct stopwatch *watch = context;
    note_time(watch);
    watch->doing = run ? RUNS : COMPILES;
    watch->since = now(watch);
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct stopwatch *watch = context;
    (void)run, (void)result, (void)values;
    if (why && watch->work->why.text[0] == '\0')
        error_set(&watch->work->why, "%s", why);
}

static void on_advanced(void *context, double parts)
{
    struct stopwatch *watch = context;
    watch->work->parts = parts;
    if (now(watch) - watch->begun > PILOT_SECONDS)
        watch->stop = true;
}

/* ---- the pilot ------------------------------------------------------------------------ */

static int execute_watched(const struct pilot *pilot, struct plan *few, struct store *store,
                           struct pilot_work *work, struct error *error)
{
    struct stopwatch watch = {.pilot = pilot, .work = work};
    const struct execution execution = {
        .plan = few,
        .store = store,
        .workers = 1,
        .compile = pilot->compile,
        .context = &watch,
        .begun = on_begun,
        .ended = on_ended,
        .advanced = on_advanced,
        .stop = &watch.stop,
    };
    watch.begun = now(&watch);
    int status = execute(&execution, error);
    if (!watch.stop) /* else the last is not done */
        note_time(&watch);
    return status;
}

int pilot_execute(const struct pilot *pilot, struct pilot_work *work, struct error *error)
{
    const struct share whole = {0};
    struct experiment few = choose_points(pilot->plan->experiment);
    struct plan plan;
    *work = (struct pilot_work){0};
    plan_init(&plan, &few, whole);
    struct store *store = store_open(":memory:", error);
    uint64_t before = store ? store_bytes(store) : 0;
    int status = store ? plan_store(&plan, "sweep", whole, false, store, error) : -1;
    if (status == 0)
        status = execute_watched(pilot, &plan, store, work, error);
    if (status == 0)
        work->bytes = store_bytes(store) - before;
    store_close(store);
    plan_fini(&plan);
    free(few.points);
    return status;
}

/* ---- what follows from it ------------------------------------------------------------- */

/* Pages of a file are filled to so much when there are many. */
#define FILL 0.8

struct forecast pilot_forecast(const struct pilot *pilot, const struct pilot_work *work)
{
    const struct plan *plan = pilot->plan;
    const double runs = (double)plan->to_do;
    double programs = 0;
    for (size_t i = 0; i < plan->program_count; i++)
        programs += plan->programs[i].to_do > 0;
    if (work->ran == 0) {
        double parts = execution_parts(&(struct execution){.plan = plan});
        return (struct forecast){.seconds = PILOT_SECONDS * parts / work->parts / pilot->workers,
                                 .bytes = NAN};
    }
    double compile = work->compiled ? work->compile_seconds / (double)work->compiled : 0;
    double run = work->run_seconds / (double)work->ran;
    return (struct forecast){
        .seconds = (compile * programs + run * runs) / pilot->workers,
        .bytes = (double)work->bytes / FILL / (double)work->ran * runs,
        .compile_seconds = compile,
        .run_seconds = run,
    };
}
