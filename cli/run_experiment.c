/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/work.h"

#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "results/answer/show_value.h"
#include "results/store/metrics.h"
#include "sim/base/allocate.h"

/* Set by Ctrl-C. A signal handler can reach nothing else. */
static atomic_bool interrupted;

struct watch {
    struct work *work;
    struct progress progress;
    size_t ended;                   /* runs */
    size_t first_failure;           /* its place in the plan */
    const struct metric *objective; /* NULL: none known yet */
    struct mean {
        double sum;
        size_t count;
    } * means; /* of the objective, by point */
};

unsigned cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

static const char *policy_of_run(const struct plan *plan, const struct planned_run *run)
{
    const struct experiment *experiment = plan->experiment;
    return experiment->policies[experiment->points[run->point].policy].text;
}

/* ---- the best so far ------------------------------------------------------------------ */

/* What is to be made small, if nobody has said: what a run has a value of. */
static const struct metric *choose_objective(const struct experiment *experiment,
                                             const double *values)
{
    if (experiment->minimise)
        return metric_named(experiment->minimise);
    for (size_t i = 0; usual_objectives[i]; i++)
        if (!isnan(values[metric_named(usual_objectives[i]) - metrics]))
            return metric_named(usual_objectives[i]);
    return NULL;
}

static void note_value(struct watch *watch, const struct planned_run *run, const double *values)
{
    if (!watch->objective)
        watch->objective = choose_objective(watch->work->plan->experiment, values);
    double value = watch->objective ? values[watch->objective - metrics] : NAN;
    if (isnan(value))
        return;
    watch->means[run->point].sum += value;
    watch->means[run->point].count++;
}

/* ", best latency_p99 82.1 ms: freeze"; nothing if nothing is known. */
static const char *best_so_far(const struct watch *watch, char *text, size_t size)
{
    const struct experiment *experiment = watch->work->plan->experiment;
    size_t best = experiment->point_count;
    double least = INFINITY;
    char value[UNITS_TEXT];
    text[0] = '\0';
    for (size_t i = 0; i < experiment->point_count; i++) {
        double mean = watch->means[i].sum / (double)watch->means[i].count;
        if (watch->means[i].count && mean < least) {
            least = mean;
            best = i;
        }
    }
    if (best == experiment->point_count || experiment->point_count < 2)
        return text;
    show_value(value, watch->objective, least);
    (void)snprintf(text, size, ", best %s %s: %s", watch->objective->name, value,
                   experiment->policies[experiment->points[best].policy].text);
    return text;
}

/* ---- what the executor tells ---------------------------------------------------------- */

static void on_begun(void *context, const struct planned_run *run)
{
    struct watch *watch = context;
    const struct plan *plan = watch->work->plan;
    if (watch->work->sweep)
        return;
    if (run)
        progress_label(&watch->progress, "%zu of %zu: %s", run->point + 1, plan->run_count,
                       policy_of_run(plan, run));
    else
        progress_label(&watch->progress, "compiling the program");
}

static void label_sweep(struct watch *watch)
{
    char best[160];
    double seconds = progress_seconds(&watch->progress);
    progress_label(&watch->progress, "%zu/%zu runs, %.3g/s%s", watch->ended,
                   watch->work->plan->to_do, seconds > 0 ? (double)watch->ended / seconds : 0.0,
                   best_so_far(watch, best, sizeof best));
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct watch *watch = context;
    struct work *work = watch->work;
    size_t place = (size_t)(run - work->plan->runs);
    if (work->results)
        work->results[place] = *result;
    watch->ended++;
    if (values) {
        note_value(watch, run, values);
    } else {
        work->failed++;
        if (place < watch->first_failure) {
            watch->first_failure = place;
            error_set(&work->why, "%s", why);
        }
    }
}

static void on_advanced(void *context, double parts)
{
    struct watch *watch = context;
    if (watch->work->sweep && progress_is_due(&watch->progress))
        label_sweep(watch);
    progress_at(&watch->progress, parts);
}

/* ---- Ctrl-C --------------------------------------------------------------------------- */

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = true;
}

/* A second one ends the process as usual. */
static void catch_interrupts(void)
{
    const struct sigaction action = {.sa_handler = on_interrupt,
                                     .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- all of it ------------------------------------------------------------------------ */

/* No more than there are runs to do. */
static unsigned workers(const struct work *work)
{
    unsigned wanted = work->jobs ? work->jobs : cores();
    size_t most = work->plan->to_do > 0 ? work->plan->to_do : 1;
    return wanted < most ? wanted : (unsigned)most;
}

void work_do(struct work *work)
{
    const struct plan *plan = work->plan;
    struct error error;
    struct watch watch = {.work = work, .first_failure = SIZE_MAX};
    watch.means = allocate_zeroed(plan->experiment->point_count, sizeof *watch.means);
    if (!work->sweep)
        work->results = allocate_zeroed(plan->run_count, sizeof *work->results);
    const struct execution execution = {
        .plan = plan,
        .store = work->store,
        .workers = workers(work),
        .compile = compile_options(work->memory_bytes),
        .compiled = work->compiled,
        .context = &watch,
        .begun = on_begun,
        .ended = on_ended,
        .advanced = on_advanced,
        .stop = &interrupted,
    };
    progress_init(&watch.progress, execution_parts(&execution));
    watch.progress.lines = watch.progress.timed = work->sweep;
    int status = execute(&execution, &error);
    progress_clear(&watch.progress);
    free(watch.means);
    work->stopped = interrupted && watch.ended < plan->to_do;
    if (status != 0) {
        store_close(work->store);
        fail("%s", error.text);
    }
}

void work_fini(struct work *work)
{
    free(work->results);
    work->results = NULL;
}

/* ---- with a rule for replications ----------------------------------------------------- */

/* Another round, with more seeds? */
static bool is_too_wide(const struct work *work, struct experiment *experiment,
                        struct precision *precision)
{
    struct error error;
    precision->metric = until_metric(experiment, work->plan->id, work->store);
    if (!precision->metric)
        return false;
    if (until_precision(experiment, precision->metric, work->store, precision, &error) != 0)
        fail("%s", error.text);
    if (precision->needed <= experiment->seed_count)
        return false;
    until_extend(experiment, precision->needed);
    return true;
}

void work_on_experiment(struct work *work, struct experiment *experiment, const char *command,
                        struct share share, bool retry_failed, struct plan *plan,
                        struct precision *precision)
{
    struct error error;
    int64_t id = 0;
    *precision = (struct precision){0};
    if (work->sweep)
        catch_interrupts();
    for (;;) {
        plan_init(plan, experiment, share);
        plan->id = id;
        plan->may_grow = experiment->until.share > 0;
        work->plan = plan;
        /* What fails in a round is not tried again in the next. */
        if (plan_store(plan, command, share, retry_failed && id == 0, work->store, &error) != 0)
            fail("%s", error.text);
        if (id == 0)
            work->before = plan->run_count - plan->to_do;
        id = plan->id;
        work_do(work);
        if (work->stopped || experiment->until.share == 0 ||
            !is_too_wide(work, experiment, precision))
            break;
        work_fini(work);
        plan_fini(plan);
    }
    /* The last round: what an earlier rule had planned beyond it is not wanted any more. */
    if (plan->may_grow && !work->stopped) {
        plan->may_grow = false;
        if (plan_store(plan, command, share, false, work->store, &error) != 0)
            fail("%s", error.text);
    }
}

void print_precision(const struct experiment *experiment, const struct precision *precision)
{
    if (!precision->metric)
        printf("No run has a value of what the rule for replications is about.\n");
    else if (precision->points < experiment->point_count)
        printf("%zu of %zu settings have no value of %s to judge by.\n",
               experiment->point_count - precision->points, experiment->point_count,
               precision->metric->name);
    if (precision->metric && precision->share <= experiment->until.share)
        printf("%s is known to within %.2g%% or better everywhere, with %zu replications.\n",
               precision->metric->name, 100 * precision->share, precision->replications);
    else if (precision->metric)
        printf("%s is not known to within %.2g%% everywhere: of %s to %.2g%%, with %zu "
               "replications, the most allowed.\n",
               precision->metric->name, 100 * experiment->until.share, precision->where,
               100 * precision->share, precision->replications);
}
