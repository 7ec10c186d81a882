/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/run_experiment.h"

#include <math.h>
#include <sched.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "cli/estimate.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "results/answer/show_value.h"
#include "sim/model/graph_need.h"
#include "sweep/file/length.h"
#include "sweep/standings.h"

#define ADVICE_AFTER 5   /* seconds of work, */
#define ADVICE_FROM  120 /* if about so many are left: what to do about it */

#define WORKLOADS_SHOWN 3
#define RACES_SHOWN     10
#define LEFT_SHOWN      5

struct view {
    const struct rounds *rounds;
    enum run_style style;
    struct progress progress;
    struct standings standings; /* of the round under way */
    size_t under_way;           /* runs */
    unsigned workers;
    double told_bytes;      /* that the runs of the round under way have told */
    uint64_t stored_before; /* bytes, when it began */
    bool allow_long;
    bool begun; /* a round, by now */
    bool advised;
};

unsigned workers(unsigned jobs)
{
    cpu_set_t set;
    if (jobs)
        return jobs;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

static const char *policy_of_point(const struct experiment *experiment, size_t point)
{
    return experiment->policies[experiment->points[point].policy].text;
}

/* ---- what is shown -------------------------------------------------------------------- */

/* ", best latency_p99 82.1 ms: freeze"; nothing if nothing is known. */
static const char *best_so_far(const struct view *view, char *text, size_t size)
{
    const struct experiment *experiment = view->rounds->experiment;
    const struct standings *standings = &view->standings;
    char value[UNITS_TEXT];
    size_t best;
    double mean;
    text[0] = '\0';
    if (experiment->point_count < 2 || !standings_best(standings, &best, &mean))
        return text;
    show_value(value, standings->objective, mean);
    (void)snprintf(text, size, ", best %s %s: %s", standings->objective->name, value,
                   policy_of_point(experiment, best));
    return text;
}

static void label_sweep(struct view *view)
{
    const struct rounds *rounds = view->rounds;
    char best[160];
    double seconds = progress_seconds(&view->progress);
    progress_label(&view->progress, "%zu/%zu runs, %.3g/s%s", rounds->ended, rounds->plan.to_do,
                   seconds > 0 ? (double)rounds->ended / seconds : 0.0,
                   best_so_far(view, best, sizeof best));
}

/* Engines that nobody has asked for, and why. */
static void say_engines(const struct plan *plan)
{
    for (size_t i = 0; i < plan->experiment->workload_count; i++)
        if (plan->workloads[i].needs_graph)
            print_to(stderr, "%s: " GRAPH_NEED_LINE "\n", program_invocation_name,
                     plan->workloads[i].needs_graph);
}

static void on_round(void *context, const struct execution *execution)
{
    struct view *view = context;
    progress_clear(&view->progress);
    if (!view->begun)
        say_engines(execution->plan);
    view->begun = true;
    progress_init(&view->progress, execution_parts(execution));
    view->workers = execution->workers;
    view->under_way = 0;
    view->told_bytes = 0;
    view->stored_before = store_bytes(view->rounds->store);
    view->progress.lines = true;
    view->progress.timed = view->style == RUN_AS_SWEEP || !view->progress.terminal;
    standings_fini(&view->standings);
    standings_init(&view->standings, view->rounds->experiment);
}

static void on_begun(void *context, const struct planned_run *run)
{
    struct view *view = context;
    const struct rounds *rounds = view->rounds;
    view->under_way += run != NULL;
    if (view->style == RUN_AS_SWEEP)
        return;
    if (view->under_way > view->workers)
        progress_label(&view->progress, "%zu runs side by side", view->under_way);
    else if (run)
        progress_label(&view->progress, "%zu of %zu: %s", run->point + 1, rounds->plan.run_count,
                       policy_of_point(rounds->experiment, run->point));
    else
        progress_label(&view->progress, "compiling the program");
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct view *view = context;
    (void)why;
    view->under_way--;
    view->told_bytes += pilot_memory_of_run(result);
    if (values)
        standings_note(&view->standings, run, values);
}

/* What has begun and takes long: how long, and what takes less. Once, as soon as it can be told. */
static void advise(struct view *view, double parts)
{
    char time[UNITS_TEXT], text[300];
    double left = progress_left(&view->progress, parts);
    if (view->advised || progress_seconds(&view->progress) < ADVICE_AFTER || !(left > ADVICE_FROM))
        return;
    view->advised = true;
    snprintf(text, sizeof text,
             "very roughly %s left, by what is done so far; a shorter duration of the workload "
             "takes less%s. Ctrl-C ends it.",
             units_show_seconds(time, left),
             view->style == RUN_AS_SWEEP ? ", and --dry-run estimates it better" : "");
    progress_say(&view->progress, parts, text);
}

static void on_advanced(void *context, double parts)
{
    struct view *view = context;
    advise(view, parts);
    if (view->style == RUN_AS_SWEEP && progress_is_due(&view->progress))
        label_sweep(view);
    progress_at(&view->progress, parts);
}

/* ---- before programs are longer ------------------------------------------------------- */

/* Nothing of it is to do, as where an earlier command was stopped: what it would take now. */
static struct cost cost_of_stored_round(const struct view *view)
{
    struct plan plan;
    plan_init(&plan, view->rounds->experiment, view->rounds->share);
    const struct cost cost = estimate_plan(&plan, view->rounds->execution.workers, 0);
    plan_fini(&plan);
    return cost;
}

/* As it was until now. */
static struct cost cost_of_round(const struct view *view)
{
    const struct rounds *rounds = view->rounds;
    double share = (double)rounds->ended / (double)rounds->plan.run_count;
    struct rusage usage;
    if (rounds->ended == 0)
        return cost_of_stored_round(view);
    getrusage(RUSAGE_SELF, &usage);
    return (struct cost){
        .seconds = progress_seconds(&view->progress) / share,
        .memory_bytes = (double)usage.ru_maxrss * 1024,
        .told_bytes = view->told_bytes,
        .disk_bytes = (double)(store_bytes(rounds->store) - view->stored_before) / share,
        .workers = view->workers,
    };
}

/* How much longer what is to be run will be than what was. */
static double growth_of(const struct experiment *experiment, const struct coverage *coverage)
{
    double before = 0, after = 0;
    for (size_t i = 0; i < experiment->workload_count; i++) {
        before += (double)length_ns(&experiment->workloads[i]);
        after += (double)coverage->wanted_ns[i];
    }
    return after / before;
}

static struct cost cost_of_longer(const struct view *view, const struct coverage *coverage)
{
    struct cost cost = cost_of_round(view);
    double growth = growth_of(view->rounds->experiment, coverage);
    cost.seconds *= growth;
    cost.memory_bytes += fmax(0, growth - 1) * cost.told_bytes;
    cost.disk_bytes *= growth;
    return cost;
}

static bool on_longer(void *context, const struct coverage *coverage)
{
    struct view *view = context;
    const struct cost cost = cost_of_longer(view, coverage);
    bool refused = cost_is_much(&cost) && !view->allow_long;
    char text[200], longest[UNITS_TEXT];
    int64_t most = 0;
    for (size_t i = 0; i < view->rounds->experiment->workload_count; i++)
        if (coverage->wanted_ns[i] > most)
            most = coverage->wanted_ns[i];
    progress_clear(&view->progress);
    print_to(stderr, "%s: %zu of %zu runs are not covered yet; with %s: %s%s\n",
             program_invocation_name, coverage->runs - coverage->covered, coverage->runs,
             units_show_seconds(longest, (double)most / NS_PER_S),
             cost_show(text, sizeof text, &cost),
             refused ? ", which is more than a day and not done without --anyway" : "");
    return !refused;
}

/* ---- all of it ------------------------------------------------------------------------ */

void run_experiment(struct rounds *rounds, enum run_style style, bool allow_long)
{
    struct error error;
    struct view view = {.rounds = rounds, .style = style, .allow_long = allow_long};
    rounds->begins = on_round;
    rounds->longer = on_longer;
    rounds->execution.context = &view;
    rounds->execution.begun = on_begun;
    rounds->execution.ended = on_ended;
    rounds->execution.advanced = on_advanced;
    rounds->execution.stop =
        style == RUN_AS_SWEEP
            ? interrupts_catch("stopped; the same command goes on from there", false)
            : interrupts_catch("stopped", true);
    int status = rounds_execute(rounds, &error);
    progress_clear(&view.progress);
    standings_fini(&view.standings);
    if (status != 0) {
        store_close(rounds->store);
        fail("%s", error.text);
    }
}

/* ---- what the rules have come to ------------------------------------------------------ */

static void print_uncovered(const struct coverage *coverage)
{
    static const char *const reasons[UNCOVERED_COUNT] = {
        [UNCOVERED_unsteady] = "ended before the steady state",
        [UNCOVERED_changes] =
            "because a part of the policy begins, ends or freezes, later or meanwhile",
        [UNCOVERED_bursts] = "because requests come in longer bursts than the run can tell",
        [UNCOVERED_growth] = "because the heap grows",
        [UNCOVERED_unseen] = "because a collection that will come has not been seen",
    };
    for (int i = 0; i < UNCOVERED_COUNT; i++)
        if (coverage->uncovered[i])
            print("Not covered, %s: %zu run%s, as %s.\n", reasons[i], coverage->uncovered[i],
                  coverage->uncovered[i] == 1 ? "" : "s", coverage->where[i]);
}

static void print_coverage(const struct experiment *experiment, const struct coverage *coverage)
{
    char horizon[UNITS_TEXT];
    units_write_duration(horizon, (int64_t)llround(coverage->horizon_s * NS_PER_S));
    if (coverage->runs == coverage->covered)
        print("Covered for %s: ", horizon);
    else
        print("%zu of %zu runs are covered for %s: ", coverage->covered, coverage->runs, horizon);
    for (size_t i = 0; i < experiment->workload_count && i < WORKLOADS_SHOWN; i++)
        print("%s%s", i ? ", " : "", experiment->workloads[i].text);
    print("%s.\n", experiment->workload_count > WORKLOADS_SHOWN ? ", …" : "");
    print_uncovered(coverage);
}

static void print_precision(const struct experiment *experiment, const struct precision *precision)
{
    if (!precision->metric)
        print("No run has a value of what the rule for replications is about.\n");
    else if (precision->points < experiment->point_count)
        print("%zu of %zu settings have no value of %s to judge by.\n",
              experiment->point_count - precision->points, experiment->point_count,
              precision->metric->name);
    if (precision->metric && precision->share <= experiment->until.share)
        print("%s is known to within %.2g%% or better everywhere, with %zu replications.\n",
              precision->metric->name, 100 * precision->share, precision->replications);
    else if (precision->metric)
        print("%s is not known to within %.2g%% everywhere: of %s to %.2g%%, with %zu "
              "replications, the most allowed.\n",
              precision->metric->name, 100 * experiment->until.share, precision->where,
              100 * precision->share, precision->replications);
    if (precision->heavy)
        print("Heavy tails, at %zu of %zu settings: one run of %s makes %.0f%% of the spread of "
              "%s. The "
              "next such run moves the mean, so the interval may be too short.\n",
              precision->heavy, precision->points, precision->heaviest,
              100 * precision->largest_share, precision->metric->name);
}

static void print_left(const struct experiment *experiment, const struct race_group *group)
{
    size_t shown = 0;
    for (size_t i = 0; i < group->count && shown <= LEFT_SHOWN; i++) {
        if (group->selection.lost_after[i])
            continue;
        if (++shown > LEFT_SHOWN)
            print(", …");
        else
            print("%s%s", shown > 1 ? ", " : "", policy_of_point(experiment, group->first + i));
    }
}

static void print_race_group(const struct experiment *experiment, const struct race *race,
                             const struct race_group *group)
{
    const struct selection *selection = &group->selection;
    if (selection->left == 0)
        print("no setting has a value of %s with every seed.\n", race->metric->name);
    else if (selection->left == 1)
        print("%s is selected, after %zu replications, %zu runs in all: with %.0f%% confidence it "
              "is the best in %s, or within %.3g%% of the best.\n",
              policy_of_point(experiment, group->first + selection->best), group->replications,
              group->runs, 100 * INTERVAL_CONFIDENCE, race->metric->name,
              100 * experiment->until.best);
    else {
        print("not decided: ");
        print_left(experiment, group);
        print(" may each be the best in %s after %zu replications, the most allowed.\n",
              race->metric->name, group->replications);
    }
}

static void print_race(const struct experiment *experiment, const struct race *race)
{
    if (!race->metric) {
        print("No run has a value of what the rule for replications is about.\n");
        return;
    }
    for (size_t g = 0; g < race->group_count && g < RACES_SHOWN; g++) {
        const struct race_group *group = &race->groups[g];
        const struct point *point = &experiment->points[group->first];
        print("%s on %s: ", experiment->workloads[point->workload].text, point->collector->name);
        print_race_group(experiment, race, group);
    }
    if (race->group_count > RACES_SHOWN)
        print("… and %zu more workloads and collectors.\n", race->group_count - RACES_SHOWN);
    if (experiment->limits.count)
        print("Limits had no part in that: `best` says who keeps to them.\n");
}

void print_rules(const struct rounds *rounds)
{
    const struct experiment *experiment = rounds->experiment;
    if (experiment->until.covered)
        print_coverage(experiment, &rounds->coverage);
    if (experiment->until.share > 0)
        print_precision(experiment, &rounds->precision);
    if (experiment->until.best > 0)
        print_race(experiment, &rounds->race);
}
