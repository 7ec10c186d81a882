/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim sweep: every run of an experiment file, continued where it was left. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/dry_run.h"
#include "cli/run_experiment.h"
#include "results/store/history.h"
#include "results/store/seal.h"
#include "sim/base/lock.h"
#include "sweep/plan.h"

enum { OPT_DB = 1, OPT_DRY_RUN, OPT_MEMORY, OPT_RETRY, OPT_SHARD, OPT_UNTIL };

#define EXIT_INTERRUPTED 130 /* as shells have it for Ctrl-C */

static const struct argp_option options[] = {
    {"db", OPT_DB, "FILE", 0, "The results file to add to (default results.db)", 0},
    {"jobs", 'j', "N", 0, "How many runs to simulate at a time (default: one a core)", 0},
    {"dry-run", OPT_DRY_RUN, NULL, 0,
     "Only say what would be run, and about how long it would take and how much it would store", 0},
    {"shard", OPT_SHARD, "K/N", 0,
     "Only the K-th of N shares, for one of N machines; `pygcsim merge` joins their files", 0},
    {"retry-failed", OPT_RETRY, NULL, 0, "Also run again what failed before", 0},
    {"until", OPT_UNTIL, "RULE", 0, HELP_UNTIL, 0},
    {"memory", OPT_MEMORY, "SIZE", 0, HELP_MEMORY, 0},
    {0},
};

struct command {
    const char *file, *db;
    unsigned jobs;
    uint64_t memory_bytes;
    bool dry_run, retry_failed;
    struct share share;
    struct until until; /* share 0: as the file says */
};

static struct share parse_share(const char *text)
{
    struct share share;
    int length = 0;
    if (sscanf(text, "%u/%u%n", &share.shard, &share.shards, &length) < 2 || text[length] ||
        share.shard < 1 || share.shard > share.shards || text[0] == '-' || share.shards > 100000)
        fail_usage("--shard=%s is not allowed; it takes K/N, as 2/5: K from 1 to N", text);
    return share;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct command *command = state->input;
    switch (key) {
    case OPT_DB:
        if (!*argument || strcmp(argument, ":memory:") == 0)
            fail_usage("--db needs the name of a file, not '%s'", argument);
        command->db = argument;
        return 0;
    case 'j':
        command->jobs = (unsigned)option_count("jobs", argument, 1, 1024);
        return 0;
    case OPT_MEMORY:
        command->memory_bytes = option_bytes("memory", argument);
        return 0;
    case OPT_DRY_RUN:
        command->dry_run = true;
        return 0;
    case OPT_RETRY:
        command->retry_failed = true;
        return 0;
    case OPT_UNTIL:
        command->until = option_until(argument);
        return 0;
    case OPT_SHARD:
        command->share = parse_share(argument);
        return 0;
    case ARGP_KEY_ARG:
        if (!*argument)
            break;
        if (command->file)
            fail_usage("one experiment at a time: '%s' is too much", argument);
        command->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    fail_usage("which experiment? Usage: pygcsim sweep FILE [--db RESULTS]");
}

/* Another sweep may be at work in the file: it is waited for. */
static struct store *open_locked(const struct command *command)
{
    struct error error;
    int lock, locked = lock_file(command->db, false, &lock, &error);
    if (locked == 0) {
        fprintf(stderr, "%s: another sweep is at work in %s; waiting for it to end\n",
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

/* Also those that had failed before. */
static void print_failures(struct store *store, int64_t experiment)
{
    struct error error;
    struct failures failures;
    if (failures_read(&failures, store, experiment, &error) != 0)
        fail("%s", error.text);
    if (failures.count > 0)
        printf(
            "%lld of them failed, as one that says: %s\nWhen that is mended, --retry-failed runs "
            "them again.\n",
            (long long)failures.count, failures.why);
    free(failures.why);
}

static void print_end(const struct rounds *rounds, const struct command *command)
{
    const struct plan *plan = &rounds->plan;
    printf("%s: %zu run%s in %s", rounds->experiment->name, plan->run_count,
           plan->run_count == 1 ? " is" : "s are", command->db);
    if (rounds->before)
        printf(", %zu of them from before", rounds->before);
    printf("\n");
    print_failures(rounds->store, plan->id);
    if (command->share.shards)
        printf("That is share %u of %u; `%.*s merge` joins all of them.\n", command->share.shard,
               command->share.shards, command_name_length(), program_invocation_name);
    else
        print_what_next(command->db);
    if (rounds->experiment->until.share > 0)
        print_precision(rounds->experiment, &rounds->precision);
}

static void dry_run(const struct command *command, const struct experiment *experiment)
{
    struct plan plan;
    plan_init(&plan, experiment, command->share);
    print_dry_run(&plan, command->share, command->jobs, command->memory_bytes);
    plan_fini(&plan);
}

static int sweep(const struct command *command, struct experiment *experiment)
{
    struct error error;
    struct rounds rounds = {
        .experiment = experiment,
        .store = open_locked(command),
        .command = "sweep",
        .share = command->share,
        .retry_failed = command->retry_failed,
        .execution = {.workers = workers(command->jobs),
                      .compile = compile_options(command->memory_bytes)},
    };
    run_experiment(&rounds, RUN_AS_SWEEP);
    bool stopped = rounds.stopped;
    if (!stopped && command->share.shards && seal_put(rounds.store, &error) != 0)
        fail("%s", error.text);
    if (!stopped)
        print_end(&rounds, command);
    else
        fprintf(stderr, "%s: stopped; the same command goes on from there\n",
                program_invocation_name);
    store_close(rounds.store);
    rounds_fini(&rounds);
    return stopped ? EXIT_INTERRUPTED : EXIT_SUCCESS;
}

int command_sweep(int argc, char **argv)
{
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Runs an experiment: programs, policies and their parameters as a YAML file names "
               "them (docs/experiments.md; examples in experiments/). Killed at any moment, the "
               "same command goes on where it was; runs that are stored are not run again, and "
               "when the file has changed only what is new.\v"
               "Example:  pygcsim sweep experiments/thresholds.yaml --db results.db --dry-run",
    };
    struct command command = {.db = "results.db"};
    struct experiment experiment;
    struct error error;
    int status = EXIT_SUCCESS;
    command_parse(&argp, argc, argv, &command);
    if (experiment_read(&experiment, command.file, &error) != 0)
        fail("%s", error.text);
    if (command.until.share > 0)
        experiment.until = command.until;
    if (experiment.until.share > 0 && command.share.shards)
        fail_usage(
            "--shard does not go with a rule for replications (until): a share does not know "
            "how the others turn out");
    if (command.dry_run)
        dry_run(&command, &experiment);
    else
        status = sweep(&command, &experiment);
    experiment_fini(&experiment);
    return status;
}
