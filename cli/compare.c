/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim run and pygcsim compare: one program under one policy, or under several. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/ranking.h"
#include "cli/run_experiment.h"
#include "cli/single_runs.h"
#include "results/store/store.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sweep/comparison.h"

enum {
    OPT_DB = 1,
    OPT_ENGINE,
    OPT_JSON,
    OPT_LOG,
    OPT_MEMORY,
    OPT_PROGRAM,
    OPT_SAMPLE,
    OPT_SEED,
    OPT_UNTIL,
    OPT_WARMUP,
};

static const struct argp_option options[] = {
    {"workload", 'w', "SPEC", 0, HELP_WORKLOAD, 0},
    {"program", OPT_PROGRAM, "FILE", 0,
     "The program as `pygcsim compile` has written it, in place of --workload and --seed", 0},
    {"policy", 'p', "SPEC", 0, "The policy, as freeze:t0=50000; compare takes it many times", 0},
    {"collector", 'c', "NAME", 0, HELP_COLLECTOR, 0},
    {"seed", OPT_SEED, "N", 0, HELP_SEED, 0},
    {"replications", 'r', "N", 0,
     "Each policy runs with N seeds, from --seed on: means, and how well they are known", 0},
    {"until", OPT_UNTIL, "RULE", 0, HELP_UNTIL, 0},
    {"warmup", OPT_WARMUP, "TIME", 0,
     "After start-up, until the steady state that metrics are of; or mser5 (default 0s)", 0},
    {"log", OPT_LOG, "LEVEL", 0, "What is stored: summary, samples or collections (default)", 0},
    {"sample", OPT_SAMPLE, "TIME", 0,
     "Wall time between two readings of memory, as 100ms (default: a 250th of the program)", 0},
    {"db", OPT_DB, "FILE", 0, "The results file to add to (default results.db)", 0},
    {"engine", OPT_ENGINE, "NAME", 0, HELP_ENGINE, 0},
    {"jobs", 'j', "N", 0, "How many policies to simulate at a time (default: one a core)", 0},
    {"memory", OPT_MEMORY, "SIZE", 0, HELP_MEMORY, 0},
    {"json", OPT_JSON, NULL, 0, "Print every metric, one JSON object a line for each policy", 0},
    {0},
};

struct command {
    const char *name;
    const char *workload_spec; /* NULL: not given */
    const char *program;       /* NULL: none */
    bool seed_given, collector_given;
    unsigned jobs;
    uint64_t memory_bytes;
    const char **policy_specs;
    size_t policy_count, policy_capacity;
    const char *db;
    bool json, one_policy;
    const struct engine *engine;
    const struct collector_version *collector;
    uint64_t seed, sample_ns, replications;
    struct until until;
    struct warmup warmup;
    enum log_level log;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct command *command = state->input;
    switch (key) {
    case 'w':
        command->workload_spec = argument;
        return 0;
    case 'p':
        if (command->one_policy && command->policy_count > 0)
            fail_usage("takes one --policy; `pygcsim compare` takes many");
        command->policy_specs =
            allocate_grow(command->policy_specs, &command->policy_capacity,
                          command->policy_count + 1, sizeof *command->policy_specs);
        command->policy_specs[command->policy_count++] = argument;
        return 0;
    case 'c':
        command->collector = option_collector(argument);
        command->collector_given = true;
        return 0;
    case OPT_SEED:
        command->seed = option_count("seed", argument, 0, INT64_MAX);
        command->seed_given = true;
        return 0;
    case OPT_SAMPLE:
        command->sample_ns = option_duration("sample", argument);
        return 0;
    case 'r':
        command->replications = option_count("replications", argument, 1, REPLICATIONS_MOST);
        return 0;
    case OPT_UNTIL:
        command->until = option_until(argument);
        return 0;
    case OPT_WARMUP:
        command->warmup = option_warmup(argument);
        return 0;
    case OPT_LOG:
        command->log = (enum log_level)option_choice("log level", argument, log_level_names);
        return 0;
    case OPT_DB:
        if (!*argument || strcmp(argument, ":memory:") == 0)
            fail_usage("--db needs the name of a file, not '%s'", argument);
        command->db = argument;
        return 0;
    case OPT_PROGRAM:
        if (!*argument)
            fail_usage("--program needs the name of a file");
        command->program = argument;
        return 0;
    case 'j':
        if (command->one_policy)
            fail_usage("--jobs is for `pygcsim compare`: this runs one policy");
        command->jobs = (unsigned)option_count("jobs", argument, 1, 1024);
        return 0;
    case OPT_MEMORY:
        command->memory_bytes = option_bytes("memory", argument);
        return 0;
    case OPT_ENGINE:
        command->engine = option_engine(argument);
        return 0;
    case OPT_JSON:
        command->json = true;
        return 0;
    case ARGP_KEY_ARG:
        fail_usage("'%s' is too much; what to do is said with options (--help)", argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- what is done --------------------------------------------------------------------- */

/* Options that do not go together. */
static void check_together(const struct command *command)
{
    bool compiles = command->engine->compiles && !command->program;
    if (command->memory_bytes && !compiles)
        fail_usage("--memory is for a program that is compiled: not with --program, nor with "
                   "--engine graph");
    if (command->program && (command->replications > 1 || command->until.share > 0))
        fail_usage("--program is one program: not with --replications or --until");
    if (command->program && (command->workload_spec || command->seed_given))
        fail_usage("--program is instead of --workload and --seed");
    if (command->program && !command->engine->compiles)
        fail_usage("--program goes with --engine interval only");
}

/* What the command line comes to; a program that it names into *compiled. */
static void make_experiment(struct command *command, struct compiled *compiled,
                            struct experiment *experiment)
{
    static const char *const usual_policy[] = {"default"};
    struct error error;
    bool runs_usual = command->one_policy && command->policy_count == 0;
    const struct comparison comparison = {
        .name = command->name,
        .workload = command->workload_spec ? command->workload_spec : "web",
        .policies = runs_usual ? usual_policy : command->policy_specs,
        .policy_count = runs_usual ? 1 : command->policy_count,
        .collector = command->collector,
        .seed = command->seed,
        .replications = command->replications,
    };
    check_together(command);
    if (comparison_make(&comparison, experiment, &error) != 0)
        fail_usage("%s", error.text);
    if (command->program && comparison_use_program(experiment, command->program,
                                                   command->collector_given, compiled, &error) != 0)
        fail("%s", error.text);
    command->collector = experiment->points[0].collector;
    experiment->engine = command->engine;
    experiment->log = command->log;
    experiment->warmup = command->warmup;
    experiment->sample_ns = command->sample_ns;
    experiment->until = command->until;
}

/* ---- what is printed ------------------------------------------------------------------ */

static void read_runs(struct single_runs *answer, struct store *store, const struct plan *plan,
                      const struct simulation_result *results)
{
    struct error error;
    const struct experiment *experiment = plan->experiment;
    struct single_run *runs = allocate_zeroed(plan->run_count, sizeof *runs);
    for (size_t i = 0; i < plan->run_count; i++) {
        const struct point *point = &experiment->points[plan->runs[i].point];
        runs[i] = (struct single_run){.id = plan->runs[i].id,
                                      .policy = &experiment->policies[point->policy],
                                      .workload = &experiment->workloads[point->workload],
                                      .collector = point->collector->name,
                                      .seed = plan->runs[i].seed,
                                      .result = &results[i]};
    }
    if (single_runs_read(answer, runs, plan->run_count, store, &error) != 0)
        fail("%s", error.text);
    free(runs);
}

/* Of several seeds. */
static void print_ranking(struct store *store, const struct plan *plan)
{
    const struct ranking_options everything = {0};
    struct open_results open;
    open_results_of(&open, store, plan->id);
    ranking_print(&open, &everything);
    close_results(&open);
}

static void print_tables(struct store *store, const struct command *command,
                         const struct plan *plan, const struct single_runs *answer)
{
    bool one_seed = plan->experiment->seed_count == 1;
    if (one_seed) {
        printf("%s on %s, seed %" PRIu64 "\n\n", plan->experiment->workloads[0].text,
               command->collector->name, plan->experiment->seeds[0]);
        single_runs_print(answer);
    } else {
        print_ranking(store, plan);
    }
    single_runs_remarks(answer, one_seed);
    printf("\nCollections, pauses and GC share: of the steady state; full: of generation 2.\n"
           "Everything is in %s; `%.*s plot %s --out charts` draws it.\n",
           command->db, command_name_length(), program_invocation_name, command->db);
}

static void print_outcomes(struct store *store, const struct command *command,
                           const struct plan *plan, const struct simulation_result *results)
{
    struct single_runs answer;
    read_runs(&answer, store, plan, results);
    if (command->json)
        single_runs_json(&answer);
    else
        print_tables(store, command, plan, &answer);
    single_runs_fini(&answer);
}

/* ---- the command ---------------------------------------------------------------------- */

static int execute_command(struct command *command)
{
    struct error error;
    struct compiled compiled;
    struct experiment experiment;
    compiled_init(&compiled);
    make_experiment(command, &compiled, &experiment);
    struct rounds rounds = {
        .experiment = &experiment,
        .store = store_open(command->db, &error),
        .command = command->name,
        .keep_results = true,
        .execution = {.workers = workers(command->jobs),
                      .compile = compile_options(command->memory_bytes),
                      .compiled = command->program ? &compiled : NULL},
    };
    if (!rounds.store)
        fail("%s", error.text);
    run_experiment(&rounds, RUN_AS_COMPARE);
    if (rounds.failed) {
        store_close(rounds.store);
        fail("%s", rounds.why.text);
    }
    print_outcomes(rounds.store, command, &rounds.plan, rounds.results);
    if (experiment.until.share > 0 && !command->json)
        print_precision(&experiment, &rounds.precision);

    store_close(rounds.store);
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    compiled_fini(&compiled);
    free(command->policy_specs);
    return EXIT_SUCCESS;
}

static int run_command(int argc, char **argv, const char *name, const char *doc, bool one_policy)
{
    const struct argp argp = {.options = options, .parser = parse, .doc = doc};
    struct command command = {
        .name = name,
        .db = "results.db",
        .one_policy = one_policy,
        .engine = &interval_engine,
        .collector = collector_version(DEFAULT_COLLECTOR),
        .seed = 1,
        .sample_ns = SAMPLE_AUTO,
        .replications = 1,
        .log = LOG_collections,
    };
    command_parse(&argp, argc, argv, &command);
    return execute_command(&command);
}

int command_run(int argc, char **argv)
{
    return run_command(
        argc, argv, "run",
        "Runs a simulated Python program under one policy for the cycle collector, "
        "and adds every pause and the memory over time to a results file.\n\n" HELP_SPEC
        "Example:  pygcsim run --workload web:rate=200,duration=60s --policy freeze "
        "--db results.db",
        true);
}

int command_compare(int argc, char **argv)
{
    return run_command(argc, argv, "compare",
                       "Runs the same simulated Python program, to the last operation, under "
                       "several policies for the cycle collector (without --policy: under each "
                       "there is), and says what each costs.\n\n" HELP_SPEC
                       "Example:  pygcsim compare --workload web:duration=20s --policy default "
                       "--policy freeze:t0=50000 --policy off",
                       false);
}
