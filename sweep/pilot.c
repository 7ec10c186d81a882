/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/pilot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/units.h"
#include "sweep/executor.h"
#include "sweep/file/length.h"

/* ---- a shorter experiment ------------------------------------------------------------- */

/* Every n-th of `count`, so that no more than `most` are left, the last among them. */
static bool is_chosen(size_t i, size_t count, size_t most)
{
    size_t step = (count + most - 1) / most;
    return (count - 1 - i) % step == 0;
}

/* The same workload, a part as long; its state is to be freed. */
static struct setting shorten(const struct setting *workload, double part)
{
    struct setting shorter = *workload;
    const struct param *length = length_param(workload);
    size_t size = workload->component->state_size;
    shorter.state = allocate_zeroed(1, size + 1);
    memcpy(shorter.state, workload->state, size);
    if (length) {
        int64_t *field = (int64_t *)((char *)shorter.state + length->offset);
        double wanted = (double)*field * part;
        *field = wanted > (double)length->least ? (int64_t)wanted : (int64_t)length->least;
    }
    return shorter;
}

/* A few points of the experiment, with one seed and shorter programs; it borrows the rest. */
static struct experiment shorter_experiment(const struct experiment *experiment, double part)
{
    struct experiment few = *experiment;
    few.points = allocate_zeroed(experiment->point_count, sizeof *few.points);
    few.workloads = allocate_zeroed(experiment->workload_count, sizeof *few.workloads);
    few.point_count = 0;
    few.seed_count = 1;
    few.text = NULL;
    for (size_t i = 0; i < experiment->workload_count; i++)
        few.workloads[i] = shorten(&experiment->workloads[i], part);
    for (size_t i = 0; i < experiment->point_count; i++)
        if (is_chosen(i, experiment->point_count, PILOT_POINTS))
            few.points[few.point_count++] = experiment->points[i];
    return few;
}

static void free_shorter(struct experiment *few)
{
    for (size_t i = 0; i < few->workload_count; i++)
        free(few->workloads[i].state);
    free(few->workloads);
    free(few->points);
}

/* ---- how long it takes ---------------------------------------------------------------- */

struct stopwatch {
    const struct pilot *pilot;
    struct pilot_work *work;
    enum { IDLE, COMPILES, RUNS } doing;
    double since, begun;                 /* what it is doing; all steps */
    double compile_seconds, run_seconds; /* of this step, all together; and */
    double memory, objects;
    size_t compiled, ran;
    double parts;
    atomic_bool stop;
};

/* For the pilot. */
static double seconds_of(const struct pilot *pilot)
{
    return pilot->most_seconds > 0 ? pilot->most_seconds : PILOT_SECONDS;
}

static double now(const struct stopwatch *watch)
{
    return watch->pilot->seconds(watch->pilot->clock);
}

/* Adds what has been going on until now. */
static void note_time(struct stopwatch *watch)
{
    double seconds = now(watch) - watch->since;
    if (watch->doing == COMPILES)
        watch->compile_seconds += seconds;
    else if (watch->doing == RUNS)
        watch->run_seconds += seconds;
    watch->doing = IDLE;
}

static void on_begun(void *context, const struct planned_run *run)
{
    struct stopwatch *watch = context;
    watch->compiled += run == NULL;
}

static void on_turned(void *context, const struct planned_run *run)
{
    struct stopwatch *watch = context;
    note_time(watch);
    watch->doing = run ? RUNS : COMPILES;
    watch->since = now(watch);
}

double pilot_memory_of_run(const struct simulation_result *result)
{
    double bytes = (double)result->requests * sizeof(struct request);
    for (int g = 0; g < GENERATIONS; g++)
        bytes += (double)result->stats[g].collections * sizeof(struct collection);
    return bytes;
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct stopwatch *watch = context;
    (void)run, (void)values;
    watch->ran++;
    watch->memory += pilot_memory_of_run(result);
    for (int g = 0; g <= PERMANENT; g++)
        watch->objects += (double)result->totals.tracked[g];
    if (why && watch->work->why.text[0] == '\0')
        error_set(&watch->work->why, "%s", why);
}

static void on_advanced(void *context, double parts)
{
    struct stopwatch *watch = context;
    watch->parts = parts;
    if (now(watch) - watch->begun > 2 * seconds_of(watch->pilot))
        watch->stop = true;
}

static int execute_watched(struct stopwatch *watch, struct plan *few, struct store *store,
                           struct error *error)
{
    const struct execution execution = {
        .plan = few,
        .store = store,
        .workers = 1,
        .compile = watch->pilot->compile,
        .context = watch,
        .begun = on_begun,
        .turned = on_turned,
        .ended = on_ended,
        .advanced = on_advanced,
        .stop = &watch->stop,
    };
    int status = execute(&execution, error);
    if (!watch->stop) /* else the last is not done */
        note_time(watch);
    return status;
}

/* ---- the pilot ------------------------------------------------------------------------ */

/* Of those that are kept the shortest goes if there is no room. */
static void add_step(struct pilot_work *work, const struct stopwatch *watch, double part,
                     uint64_t bytes)
{
    if (work->count == PILOT_STEPS)
        memmove(work->steps, work->steps + 1, --work->count * sizeof *work->steps);
    work->steps[work->count++] = (struct pilot_step){
        .part = part,
        .compile_seconds = watch->compiled ? watch->compile_seconds / (double)watch->compiled : 0,
        .run_seconds = watch->run_seconds / (double)watch->ran,
        .bytes = (double)bytes / (double)watch->ran,
        .memory = watch->memory / (double)watch->ran,
        .objects = watch->objects / (double)watch->ran,
        .runs = watch->ran,
    };
}

static int execute_step(struct stopwatch *watch, double part, struct error *error)
{
    const struct share whole = {0};
    watch->compile_seconds = watch->run_seconds = watch->parts = 0;
    watch->memory = watch->objects = 0;
    watch->compiled = watch->ran = 0;
    struct experiment few = shorter_experiment(watch->pilot->plan->experiment, part);
    struct plan plan;
    plan_init(&plan, &few, whole);
    struct store *store = store_open(":memory:", error);
    uint64_t before = store ? store_bytes(store) : 0;
    int status = store ? plan_store(&plan, "sweep", whole, false, store, error) : -1;
    if (status == 0)
        status = execute_watched(watch, &plan, store, error);
    if (status == 0 && !watch->stop && watch->ran)
        add_step(watch->work, watch, part, store_bytes(store) - before);
    store_close(store);
    plan_fini(&plan);
    free_shorter(&few);
    return status;
}

/* Where to begin: with a second of the longest program that has a length. */
static double first_part(const struct experiment *experiment)
{
    double longest = 0;
    for (size_t i = 0; i < experiment->workload_count; i++) {
        const struct param *length = length_param(&experiment->workloads[i]);
        if (length)
            longest = fmax(longest, param_number(length, experiment->workloads[i].state));
    }
    return longest > NS_PER_S ? NS_PER_S / longest : 1;
}

/* One length does not tell start-up from what grows: a shorter one, too, if there is time. */
static int execute_shorter(struct stopwatch *watch, struct error *error)
{
    struct pilot_work *work = watch->work;
    const struct pilot_step longer = work->steps[0];
    if (work->count != 1 || longer.part >= 1 || watch->stop)
        return 0;
    if (execute_step(watch, longer.part / PILOT_LONGER, error) != 0)
        return -1;
    work->steps[0] = work->steps[work->count - 1];
    work->steps[work->count - 1] = longer;
    return 0;
}

static bool is_surely_short(const struct pilot *pilot, const struct pilot_work *work)
{
    return pilot->short_seconds > 0 && work->count > 0 &&
           pilot_forecast(pilot, work).seconds.high < pilot->short_seconds;
}

int pilot_execute(const struct pilot *pilot, struct pilot_work *work, struct error *error)
{
    struct stopwatch watch = {.pilot = pilot, .work = work};
    double spent = 0, before = 0;
    *work = (struct pilot_work){0};
    double part = first_part(pilot->plan->experiment);
    watch.begun = now(&watch);
    for (;; part = fmin(1, part * PILOT_LONGER)) {
        if (execute_step(&watch, part, error) != 0)
            return -1;
        before = spent;
        spent = now(&watch) - watch.begun;
        if (part >= 1 || watch.stop || is_surely_short(pilot, work) ||
            spent + PILOT_LONGER * (spent - before) > seconds_of(pilot))
            break;
    }
    work->parts = watch.parts;
    work->part = part;
    work->seconds = spent - before;
    return execute_shorter(&watch, error);
}

/* ---- what follows from it ------------------------------------------------------------- */

/* Pages of a file are filled to so much when there are many. */
#define FILL 0.8

#define MEASURED   1.4  /* times more or less, of what was done at full length */
#define FEW_POINTS 1.3  /* times more or less again, if not all points were tried */
#define NOISE      0.1  /* by which what was measured may be off, of it */
#define BEND       0.12 /* by which the power that costs grow with may be wrong */
#define BELIEVED   64.0 /* times the longest that was done: so far that power is believed */
#define GUESS      4.0  /* times more or less, from a part of one run */

/* What a quantity grows to from the last step on, if its slope grows with that power of the length
 * beyond the middle of the last two. */
static double grow(double last, double slope, double middle, double part, double power)
{
    double above = power + 1;
    return last + slope * pow(middle, -power) * (1 - pow(part, above)) / above;
}

/* By what it grows for the whole length. One length does not say: nothing, if all is start-up, or
 * in proportion. Of two, the difference says, which is off by what either is. */
static struct range slope_of(const struct pilot_work *work, const double *values)
{
    const struct pilot_step *steps = work->steps;
    size_t n = work->count;
    double last = values[n - 1], part = steps[n - 1].part;
    if (n == 1)
        return (struct range){0, last / part, last / part};
    double step = part - steps[n - 2].part;
    double slope = fmax(0, last - values[n - 2]) / step, off = NOISE * last / step;
    return (struct range){fmax(0, slope - off), slope, slope + off};
}

/* With what power of the length the slope grows. */
static double power_of(const struct pilot_work *work, const double *values)
{
    const struct pilot_step *steps = work->steps;
    size_t n = work->count;
    if (n < 3 || values[n - 2] <= values[n - 3] || values[n - 1] <= values[n - 2])
        return 0;
    double before = (values[n - 2] - values[n - 3]) / (steps[n - 2].part - steps[n - 3].part);
    double after = (values[n - 1] - values[n - 2]) / (steps[n - 1].part - steps[n - 2].part);
    return fmax(-0.5, fmin(1, log(after / before) / log(PILOT_LONGER)));
}

/* Less of it if the whole is very much longer: a clock's noise would be a factor of hundreds. */
static double believed(double power, double part)
{
    return part * BELIEVED < 1 ? power * log(BELIEVED) / -log(part) : power;
}

/* The value at full length of what was measured at each step. */
static struct range extrapolate(const struct pilot_work *work, const double *values)
{
    size_t n = work->count;
    double last = values[n - 1], part = work->steps[n - 1].part;
    if (part >= 1)
        return (struct range){last / MEASURED, last, last * MEASURED};
    const struct range slope = slope_of(work, values);
    double power = believed(power_of(work, values), part);
    double middle = n > 1 ? sqrt(part * work->steps[n - 2].part) : part;
    return (struct range){
        grow(last, slope.low, middle, part, fmin(0, power) - BEND) / MEASURED,
        grow(last, slope.likely, middle, part, power / 2),
        grow(last, slope.high, middle, part, fmax(0, power) + BEND) * MEASURED,
    };
}

/* By one worker after the other, but no program faster than one can compile it. */
static double time_of_plan(const struct pilot *pilot, double compile, double run)
{
    const struct plan *plan = pilot->plan;
    double programs = 0, runs = (double)plan->to_do;
    for (size_t i = 0; i < plan->program_count; i++)
        programs += plan->programs[i].to_do > 0;
    double workers = pilot->workers, all = (compile * programs + run * runs) / workers;
    double one = programs > 0 ? compile + run * fmax(1, runs / programs / workers) : 0;
    return fmax(all, one);
}

/* From a part of what there is to do at the least length. Nobody knows how much of that is
 * start-up: at least it takes as long again and again, most likely in proportion to the length. */
static struct forecast guess(const struct pilot *pilot, const struct pilot_work *work)
{
    double parts = execution_parts(&(struct execution){.plan = pilot->plan});
    double seconds = work->parts > 0 ? work->seconds * parts / work->parts / pilot->workers : NAN;
    double whole = seconds / work->part;
    return (struct forecast){.seconds = {seconds / GUESS, whole, whole * GUESS},
                             .bytes = NAN,
                             .memory = NAN,
                             .told = NAN};
}

#define MEMORY_ANYHOW    (32 << 20) /* bytes; */
#define MEMORY_WINDOWS   (32 << 20) /* of a program under way; */
#define MEMORY_OBJECT    44         /* of one that is alive in it */
#define MEMORY_AT_A_TIME 256        /* runs of it, at most */

/* Of so many programs at a time, each with its runs side by side. */
static double memory_of_plan(const struct pilot *pilot, double of_run, double objects)
{
    const struct plan *plan = pilot->plan;
    double programs = 0;
    for (size_t i = 0; i < plan->program_count; i++)
        programs += plan->programs[i].to_do > 0;
    double runs = programs > 0 ? (double)plan->to_do / programs : 0;
    return MEMORY_ANYHOW +
           fmin(programs, pilot->workers) *
               (MEMORY_WINDOWS + objects * MEMORY_OBJECT + fmin(runs, MEMORY_AT_A_TIME) * of_run);
}

struct forecast pilot_forecast(const struct pilot *pilot, const struct pilot_work *work)
{
    double compile[PILOT_STEPS], run[PILOT_STEPS], bytes[PILOT_STEPS], memory[PILOT_STEPS],
        objects[PILOT_STEPS];
    if (work->count == 0)
        return guess(pilot, work);
    for (size_t i = 0; i < work->count; i++) {
        compile[i] = work->steps[i].compile_seconds;
        run[i] = work->steps[i].run_seconds;
        bytes[i] = work->steps[i].bytes;
        memory[i] = work->steps[i].memory;
        objects[i] = work->steps[i].objects;
    }
    const struct range compiles = extrapolate(work, compile), runs = extrapolate(work, run);
    bool all_points = pilot->plan->experiment->point_count <= PILOT_POINTS;
    double more = all_points ? 1 : FEW_POINTS;
    return (struct forecast){
        .seconds = {time_of_plan(pilot, compiles.low, runs.low) / more,
                    time_of_plan(pilot, compiles.likely, runs.likely),
                    time_of_plan(pilot, compiles.high, runs.high) * more},
        .bytes = extrapolate(work, bytes).likely / FILL * (double)pilot->plan->to_do,
        .memory = memory_of_plan(pilot, extrapolate(work, memory).likely,
                                 extrapolate(work, objects).likely),
        .told = extrapolate(work, memory).likely * (double)pilot->plan->to_do,
        .compile_seconds = compiles.likely,
        .run_seconds = runs.likely,
    };
}
