/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim sweep: every run of an experiment file, continued where it was left. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/dry_run.h"
#include "cli/estimate.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/run_experiment.h"
#include "results/store/runs.h"
#include "results/store/seal.h"
#include "sim/base/lock.h"
#include "sweep/plan.h"

struct command {
    const char *file, *db;
    uint64_t jobs, memory_bytes;
    bool dry_run, retry_failed, allow_long;
    struct share share;
    struct until until; /* share 0: as the file says */
    struct cost_choice cost;
    bool cost_given;
    struct limits limits; /* in place of the file's */
};

static int read_share(const struct param *param, const char *label, void *field, const char *text,
                      struct error *error)
{
    struct share *share = field;
    int length = 0;
    if (sscanf(text, "%6u/%6u%n", &share->shard, &share->shards, &length) < 2 || text[length] ||
        share->shard < 1 || share->shard > share->shards || text[0] == '-' ||
        share->shards > 100000)
        return param_refuse(param, label, text, error);
    return 0;
}

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{OPTION_DB, FIELD(db)}, .argument = "FILE"},
    {{OPTION_JOBS, FIELD(jobs)}, .letter = 'j', .argument = "N"},
    {{"dry-run", PARAM_SWITCH, FIELD(dry_run),
      .meaning = "only say what would be run, and about how long it would take and how much it "
                 "would store"}},
    {{"shard", PARAM_RULE, FIELD(share), .read = read_share, .otherwise = "all of it",
      .form = "K/N, as 2/5: K from 1 to N",
      .meaning = "only the K-th of N shares, for one of N machines; `pygcsim merge` joins their "
                 "files"},
     .argument = "K/N"},
    {{"retry-failed", PARAM_SWITCH, FIELD(retry_failed),
      .meaning = "also run again what failed before"}},
    {{OPTION_UNTIL, FIELD(until), .otherwise = "as the file says"}, .argument = "RULE"},
    {{TERM_COST, FIELD(cost)}, .argument = "COST", OPTION_GIVEN(command, cost_given)},
    {{OPTION_LIMIT, FIELD(limits), .otherwise = "as the file says", .form = ONE_LIMIT ", or none"},
     .argument = "CONDITION",
     .times = TIMES_ANY},
    {{OPTION_MEMORY, FIELD(memory_bytes)}, .argument = "SIZE"},
    {{OPTION_ANYWAY, FIELD(allow_long)}},
    {{NULL}},
};

static const struct command_option file_argument = {
    {"FILE", PARAM_PATH, FIELD(file), .meaning = "the experiment file"}, .what = "experiment"};

/* Another sweep may be at work in the file: it is waited for. */
static struct store *open_locked(const struct command *command)
{
    struct error error;
    int lock, locked = lock_file(command->db, false, &lock, &error);
    if (locked == 0) {
        print_to(stderr, "%s: another sweep is at work in %s; waiting for it to end\n",
                 program_invocation_name, command->db);
        locked = lock_file(command->db, true, &lock, &error);
    }
    struct store *store = NULL;
    if (locked == 1)
        store = store_open_locked(command->db, lock, command->share.shards > 0, &error);
    if (!store)
        fail("%s", error.text);
    return store;
}

/* One of them is listed. */
static struct lost_runs read_failed(const struct rounds *rounds)
{
    struct error error;
    struct lost_runs failed;
    if (lost_runs_read(&failed, rounds->store, rounds->plan.id, RUN_failed, 1, &error) != 0)
        fail("%s", error.text);
    return failed;
}

static void print_failed(const struct lost_runs *failed)
{
    if (failed->count > 0)
        print("%lld of them failed, as one that says: %s\nWhen that is mended, --retry-failed runs "
              "them again.\n",
              (long long)failed->count, failed->runs->why);
}

static void print_end(const struct rounds *rounds, const struct command *command,
                      const struct lost_runs *failed)
{
    const struct plan *plan = &rounds->plan;
    print("%s: %zu run%s in %s", rounds->experiment->name, plan->run_count,
          plan->run_count == 1 ? " is" : "s are", command->db);
    if (rounds->before)
        print(", %zu of them from before", rounds->before);
    print("\n");
    print_failed(failed);
    if (command->share.shards)
        print("That is share %u of %u; `%.*s merge` joins all of them.\n", command->share.shard,
              command->share.shards, command_name_length(), program_invocation_name);
    else
        print_what_next(command->db);
    print_rules(rounds);
}

/* Says what has come of it. Returns the exit status. */
static int end_sweep(const struct rounds *rounds, const struct command *command)
{
    struct lost_runs failed = read_failed(rounds); /* also those that had failed before */
    const struct plan *plan = &rounds->plan;
    bool all = plan->run_count > 0 && (size_t)failed.count == plan->run_count;
    if (all)
        complain("%s: %s in %s failed, as one that says: %s; when that is mended, --retry-failed "
                 "runs them again",
                 rounds->experiment->name, plan->run_count == 1 ? "the only run" : "every run",
                 command->db, failed.runs->why);
    else
        print_end(rounds, command, &failed);
    lost_runs_fini(&failed);
    return all ? EXIT_ALL_FAILED : EXIT_DONE;
}

static void dry_run(const struct command *command, const struct experiment *experiment)
{
    struct plan plan;
    plan_init(&plan, experiment, command->share);
    print_dry_run(&plan, command->share, (unsigned)command->jobs, command->memory_bytes);
    plan_fini(&plan);
}

static int sweep(const struct command *command, struct experiment *experiment)
{
    struct error error;
    print_left_out(experiment);
    estimate_first(experiment, command->share, workers((unsigned)command->jobs),
                   command->memory_bytes, command->allow_long);
    struct rounds rounds = {
        .experiment = experiment,
        .store = open_locked(command),
        .command = "sweep",
        .share = command->share,
        .retry_failed = command->retry_failed,
        .execution = {.workers = workers((unsigned)command->jobs),
                      .compile = compile_options(command->memory_bytes),
                      .account = memory_account(command->memory_bytes)},
    };
    run_experiment(&rounds, RUN_AS_SWEEP, command->allow_long);
    if (rounds.stopped) {
        store_close(rounds.store);
        interrupts_obey();
    }
    if (command->share.shards && seal_put(rounds.store, &error) != 0)
        fail("%s", error.text);
    int status = end_sweep(&rounds, command);
    store_close(rounds.store);
    rounds_fini(&rounds);
    return status;
}

/* The command's limits are the experiment's from now on. */
static void use_limits(struct command *command, struct experiment *experiment)
{
    if (!limits_are_given(&command->limits))
        return;
    limits_fini(&experiment->limits);
    experiment->limits = command->limits;
    command->limits = (struct limits){0};
}

static void read_experiment(struct command *command, struct experiment *experiment)
{
    struct error error;
    if (experiment_read(experiment, command->file, &error) != 0)
        fail("%s", error.text);
    if (until_is_a_rule(&command->until))
        experiment->until = command->until;
    if (command->cost_given)
        experiment_use_cost(experiment, &command->cost);
    use_limits(command, experiment);
    if (until_settle(experiment, &error) != 0)
        fail_usage("%s", error.text);
    until_begin(experiment);
    if (until_is_a_rule(&experiment->until) && command->share.shards)
        fail_usage("--shard does not go with a rule (until): a share does not know how the others "
                   "turn out");
}

static int run(void *state)
{
    struct command *command = state;
    struct experiment experiment;
    int status = EXIT_SUCCESS;
    read_experiment(command, &experiment);
    if (command->dry_run)
        dry_run(command, &experiment);
    else
        status = sweep(command, &experiment);
    experiment_fini(&experiment);
    return status;
}

static const char *const see[] = {"merge", "show", "best", "sensitivity", "report", NULL};

const struct subcommand subcommand_sweep = {
    .name = "sweep",
    .summary = "an experiment file: many settings, many seeds; goes on where it was",
    .description =
        "Runs an experiment: programs, policies and their parameters as a YAML file names "
        "them (docs/experiments.md; examples in experiments/). Killed at any moment, the "
        "same command goes on where it was; runs that are stored are not run again, and "
        "when the file has changed only what is new.",
    .examples = "pygcsim sweep experiments/thresholds.yaml --db results.db --dry-run",
    .options = {options},
    .argument = &file_argument,
    .files = notes_of_results,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
