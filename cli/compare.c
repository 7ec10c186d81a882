/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim run and pygcsim compare: one program under one policy, or under several. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/estimate.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/ranking.h"
#include "cli/remarks.h"
#include "cli/run_experiment.h"
#include "cli/single_runs.h"
#include "results/answer/scatter.h"
#include "results/store/store.h"
#include "sim/base/allocate.h"
#include "sweep/comparison.h"

struct command {
    const char *workload_spec, *program; /* a program is in place of the workload and the seed */
    bool workload_given, seed_given;
    struct texts policies, collectors;
    const struct engine *engine;
    uint64_t seed, replications, sample_ns, jobs, memory_bytes;
    struct until until;
    struct warmup warmup;
    uint64_t horizon_ns;
    int64_t log;
    struct cost_choice cost;
    struct limits limits;
    const char *db;
    struct metric_list metrics;
    bool json, allow_long;

    const char *name; /* of the subcommand */
    bool one_policy;
};

#define FIELD(name) PARAM_FIELD(command, name)
#define GIVEN(name) OPTION_GIVEN(command, name)

#define POLICY .name = "policy", .type = PARAM_SPEC, .registry = &policy_registry, FIELD(policies)

#define COLLECTOR TERM_COLLECTOR_NAME, .type = PARAM_NAME, FIELD(collectors)
#define OTHERWISE DEFAULT_COLLECTOR ", or the one --program was compiled for"

static const struct command_option options_of_run[] = {
    {{POLICY, .otherwise = "the one called default",
      .meaning = "the policy, as freeze:t0=50000, or several with + between them"},
     .letter = 'p',
     .argument = "SPEC",
     .times = 1,
     .more = "`pygcsim compare` takes many"},
    {{COLLECTOR, .otherwise = OTHERWISE, .meaning = "the interpreter version"},
     .letter = 'c',
     .argument = "NAME",
     .times = 1,
     .more = "`pygcsim compare` takes several"},
    {{NULL}},
};

static const struct command_option options_of_compare[] = {
    {{POLICY, .otherwise = "every one there is",
      .meaning =
          "a policy, as freeze:t0=50000, or several with + between them; as often as you like"},
     .letter = 'p',
     .argument = "SPEC",
     .times = TIMES_ANY},
    {{COLLECTOR, .otherwise = OTHERWISE,
      .meaning = "an interpreter version; as often as you like, for one beside the other"},
     .letter = 'c',
     .argument = "NAME",
     .times = TIMES_ANY},
    {{NULL}},
};

static const struct command_option options[] = {
    {{OPTION_WORKLOAD, FIELD(workload_spec)},
     .letter = 'w',
     .argument = "SPEC",
     GIVEN(workload_given)},
    {{"program", PARAM_PATH, FIELD(program),
      .meaning = "the program as `pygcsim compile` has written it, in place of --workload and "
                 "--seed"},
     .argument = "FILE"},
    {{TERM_COST, FIELD(cost)}, .argument = "COST"},
    {{TERM_SEED, FIELD(seed)}, .argument = "N", GIVEN(seed_given)},
    {{TERM_REPLICATIONS, FIELD(replications)}, .letter = 'r', .argument = "N"},
    {{OPTION_UNTIL, FIELD(until), .otherwise = "none"}, .argument = "RULE"},
    {{TERM_WARMUP, FIELD(warmup)}, .argument = "TIME"},
    {{TERM_HORIZON, FIELD(horizon_ns)}, .argument = "TIME"},
    {{TERM_LOG, FIELD(log), .initial = "collections"}, .argument = "LEVEL"},
    {{TERM_SAMPLE, FIELD(sample_ns)}, .argument = "TIME"},
    {{OPTION_LIMIT, FIELD(limits), .form = ONE_LIMIT, .otherwise = "none"},
     .argument = "CONDITION",
     .times = TIMES_ANY},
    {{OPTION_DB, FIELD(db)}, .argument = "FILE"},
    {{"metric", OPTION_METRICS, FIELD(metrics), .otherwise = "the usual ones alone",
      .meaning = "a metric more in the table, or several with commas, as often as you like"},
     .argument = "NAME",
     .times = TIMES_ANY},
    {{TERM_ENGINE, FIELD(engine)}, .argument = "NAME"},
    {{OPTION_JOBS, FIELD(jobs)}, .letter = 'j', .argument = "N"},
    {{OPTION_MEMORY_OR_FILES, FIELD(memory_bytes)}, .argument = "SIZE"},
    {{OPTION_ANYWAY, FIELD(allow_long)}},
    {{"json", PARAM_SWITCH, FIELD(json),
      .meaning = "print every metric, one JSON object a line for each run"}},
    {{NULL}},
};

/* ---- what is done --------------------------------------------------------------------- */

/* Options that do not go together. */
static void check_together(const struct command *command)
{
    if (command->program && (command->replications > 1 || until_is_a_rule(&command->until)))
        fail_usage("--program is one program: not with --replications or --until");
    if (command->program && (command->workload_given || command->seed_given))
        fail_usage("--program is instead of --workload and --seed");
    if (command->program && command->engine && !command->engine->compiles)
        fail_usage("--program goes with --engine interval only");
}

/* Those that are named; to be freed. */
static const struct collector_version **find_collectors(const struct texts *names)
{
    const struct collector_version **found = allocate_zeroed(names->count + 1, sizeof *found);
    found[0] = collector_version(DEFAULT_COLLECTOR);
    for (size_t i = 0; i < names->count; i++)
        found[i] = collector_version(names->items[i]);
    return found;
}

/* What the command line comes to; a program that it names into *compiled. */
static void make_experiment(struct command *command, struct compiled *compiled,
                            struct experiment *experiment)
{
    static const char *const usual_policy[] = {"default"};
    struct error error;
    bool runs_usual = command->one_policy && command->policies.count == 0;
    bool usual_collector = command->collectors.count == 0;
    const struct collector_version **collectors = find_collectors(&command->collectors);
    const struct compile_options keep = compile_options(command->memory_bytes);
    const struct comparison comparison = {
        .name = command->name,
        .workload = command->workload_spec,
        .policies = runs_usual ? usual_policy : command->policies.items,
        .policy_count = runs_usual ? 1 : command->policies.count,
        .collectors = collectors,
        .collector_count = usual_collector ? 1 : command->collectors.count,
        .cost = command->cost,
        .seed = command->seed,
        .replications = command->replications,
    };
    check_together(command);
    if (comparison_make(&comparison, experiment, &error) != 0)
        fail_usage("%s", error.text);
    if (command->program && comparison_use_program(experiment, command->program, &keep,
                                                   !usual_collector, compiled, &error) != 0)
        fail("%s", error.text);
    free(collectors);
    experiment->engine = command->engine;
    experiment->log = (enum log_level)command->log;
    experiment->warmup = command->warmup;
    experiment->horizon_ns = command->horizon_ns;
    experiment->sample_ns = command->sample_ns;
    experiment->until = command->until;
    experiment->limits = command->limits; /* which is the experiment's from now on */
    if (until_settle(experiment, &error) != 0)
        fail_usage("%s", error.text);
    until_begin(experiment);
}

/* ---- what is printed ------------------------------------------------------------------ */

/* What limits are decided by; false: there are none, or nothing to decide by. To be freed with
 * close_outcomes. */
static bool open_outcomes(struct open_results *open, struct outcomes *outcomes, struct store *store,
                          const struct plan *plan)
{
    struct error error;
    const struct metric_list none = {0};
    if (plan->experiment->limits.count == 0)
        return false;
    open_results_of(open, store, plan->id);
    const struct subject subject = subject_of(open, NULL, false, false, NULL);
    bool any = open->experiment->runs[RUN_finished] > 0;
    if (any && subject_read(&subject, &none, outcomes, &error) != 0)
        fail("%s", error.text);
    if (!any)
        close_results(open);
    return any;
}

static void close_outcomes(struct open_results *open, struct outcomes *outcomes)
{
    outcomes_fini(outcomes);
    close_results(open);
}

/* Of the plan's runs so many, of which `results` are kept; NULL: none is. */
static void read_runs(struct single_runs *answer, struct store *store, const struct plan *plan,
                      const struct planned_run *planned, size_t count,
                      const struct simulation_result *results)
{
    struct error error;
    const struct experiment *experiment = plan->experiment;
    struct single_run *runs = allocate_zeroed(count, sizeof *runs);
    for (size_t i = 0; i < count; i++) {
        const struct point *point = &experiment->points[planned[i].point];
        runs[i] = (struct single_run){.id = planned[i].id,
                                      .policy = &experiment->policies[point->policy],
                                      .workload = &experiment->workloads[point->workload],
                                      .collector = point->collector->name,
                                      .costs = point->costs,
                                      .seed = planned[i].seed,
                                      .result = results ? &results[i] : NULL};
    }
    if (single_runs_read(answer, runs, count, store, &error) != 0)
        fail("%s", error.text);
    free(runs);
}

/* One after the other: there may be many. */
static void print_json(struct store *store, const struct plan *plan)
{
    struct single_runs answer;
    struct open_results open;
    struct outcomes outcomes;
    bool limited = open_outcomes(&open, &outcomes, store, plan);
    for (size_t i = 0; i < plan->run_count; i++) {
        read_runs(&answer, store, plan, &plan->runs[i], 1, NULL);
        if (limited)
            single_runs_judge(&answer, &outcomes);
        single_runs_json(&answer);
        single_runs_fini(&answer);
    }
    if (limited)
        close_outcomes(&open, &outcomes);
}

/* Of several seeds. */
static void print_ranking(struct store *store, const struct plan *plan,
                          const struct metric_list *more)
{
    const struct ranking_options everything = {.metrics = *more, .besides_usual = true};
    struct open_results open;
    open_results_of(&open, store, plan->id);
    ranking_print(&open, &everything);
    close_results(&open);
}

/* The same as single_runs_scatter, of several seeds. */
static void print_scatter(struct store *store, const struct plan *plan)
{
    struct error error;
    struct open_results open;
    struct scatter_answer answer;
    open_results_of(&open, store, plan->id);
    const struct subject subject = subject_of(&open, NULL, false, false, NULL);
    const struct scatter_question question =
        scatter_question_of(&subject, metric_named("horizon_pause_max"));
    if (open.experiment->runs[RUN_finished] > 0) {
        if (scatter_answer_make(&answer, &question, &error) != 0)
            fail("%s", error.text);
        size_t count = answer.outcomes.group_count;
        for (size_t g = 0; g < count; g++)
            print_scatter_order(&answer.groups[g].order, question.metric,
                                count > 1 ? answer.outcomes.groups[g].collector : NULL);
        scatter_answer_fini(&answer);
    }
    close_results(&open);
}

/* They are together, in the points' order. */
static bool is_first_of_collector(const struct experiment *experiment, size_t point)
{
    return point == 0 ||
           experiment->points[point].collector != experiment->points[point - 1].collector;
}

/* Versions in which operations take other times have programs of their own. */
static bool has_several_programs(const struct plan *plan)
{
    return plan->program_count > plan->experiment->seed_count;
}

/* "web:rate=200 on cpython-3.11, cpython-3.13, seed 1" */
static void print_heading(const struct experiment *experiment)
{
    print("%s on ", experiment->workloads[0].text);
    for (size_t i = 0; i < experiment->point_count; i++)
        if (is_first_of_collector(experiment, i))
            print("%s%s", i ? ", " : "", experiment->points[i].collector->name);
    print(", seed %" PRIu64 "\n\n", experiment->seeds[0]);
}

/* Of one seed. */
static void print_runs(struct single_runs *runs, struct store *store, const struct command *command,
                       const struct plan *plan)
{
    struct open_results open;
    struct outcomes outcomes;
    bool limited = open_outcomes(&open, &outcomes, store, plan);
    if (limited)
        single_runs_judge(runs, &outcomes);
    print_heading(plan->experiment);
    single_runs_print(runs, &command->metrics);
    if (limited)
        close_outcomes(&open, &outcomes);
}

static void print_tables(struct store *store, const struct command *command,
                         const struct plan *plan, const struct simulation_result *results)
{
    bool one_seed = plan->experiment->seed_count == 1;
    struct single_runs first; /* of the first seed */
    read_runs(&first, store, plan, plan->runs, plan->experiment->point_count, results);
    if (one_seed)
        print_runs(&first, store, command, plan);
    else
        print_ranking(store, plan, &command->metrics);
    single_runs_remarks(&first, one_seed);
    if (has_several_programs(plan))
        print("\nOperations take other times in each version, and so the program differs with it: "
              "policies "
              "compare exactly within a version.\n");
    if (one_seed) {
        print_times(store, plan->id);
        single_runs_scatter(&first);
    } else {
        print_scatter(store, plan);
    }
    single_runs_fini(&first);
    print("\nCollections, pauses and GC share: of the steady state; full: of generation 2.\n"
          "Everything is in %s; `%.*s plot %s --out charts` draws it.\n",
          command->db, command_name_length(), program_invocation_name, command->db);
}

/* ---- the command ---------------------------------------------------------------------- */

static int execute_command(struct command *command)
{
    struct error error;
    struct compiled compiled;
    struct experiment experiment;
    compiled_init(&compiled);
    make_experiment(command, &compiled, &experiment);
    if (!command->program)
        estimate_first(&experiment, (struct share){0}, workers((unsigned)command->jobs),
                       command->memory_bytes, command->allow_long);
    struct rounds rounds = {
        .experiment = &experiment,
        .store = store_open(command->db, &error),
        .command = command->name,
        .keep_results = true,
        .execution = {.workers = workers((unsigned)command->jobs),
                      .compile = compile_options(command->memory_bytes),
                      .account = memory_account(command->memory_bytes),
                      .compiled = command->program ? &compiled : NULL},
    };
    if (!rounds.store)
        fail("%s", error.text);
    run_experiment(&rounds, RUN_AS_COMPARE, command->allow_long);
    if (rounds.stopped) {
        store_close(rounds.store);
        interrupts_obey();
    }
    if (rounds.failed) {
        store_close(rounds.store);
        fail("%s", rounds.why.text);
    }
    if (command->json)
        print_json(rounds.store, &rounds.plan);
    else
        print_tables(rounds.store, command, &rounds.plan, rounds.results);
    if (!command->json)
        print_rules(&rounds);

    store_close(rounds.store);
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    compiled_fini(&compiled);
    metric_list_fini(&command->metrics);
    free(command->policies.items);
    free(command->collectors.items);
    return EXIT_SUCCESS;
}

static int run(void *state)
{
    struct command *command = state;
    command->name = "run";
    command->one_policy = true;
    return execute_command(command);
}

static int compare(void *state)
{
    struct command *command = state;
    command->name = "compare";
    return execute_command(command);
}

static const char *const see[] = {"sweep", "show", "plot", "compile", "list", NULL};

const struct subcommand subcommand_run = {
    .name = "run",
    .summary = "one program under one policy, into a results file",
    .description = "Runs a simulated Python program under one policy for the cycle collector, and "
                   "adds every pause and the memory over time to a results file.\n\n" ABOUT_SPECS,
    .examples = "pygcsim run --workload web:rate=200,duration=60s --policy freeze \\\n"
                "    --db results.db",
    .options = {options_of_run, options},
    .files = notes_of_results,
    .environment = notes_of_environment,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};

const struct subcommand subcommand_compare = {
    .name = "compare",
    .summary = "the same program under several policies: what each costs",
    .description = "Runs the same simulated Python program, to the last operation, under several "
                   "policies for the cycle collector (without --policy: under each there is), and "
                   "says what each costs.\n\n" ABOUT_SPECS,
    .examples = "pygcsim compare --workload web:duration=20s --policy default \\\n"
                "    --policy freeze:t0=50000 --policy 'off:until=startup_done + freeze'",
    .options = {options_of_compare, options},
    .files = notes_of_results,
    .environment = notes_of_environment,
    .see = see,
    .state_size = sizeof(struct command),
    .run = compare,
};
