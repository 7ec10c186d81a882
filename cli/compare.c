/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim run and pygcsim compare: one program under one policy, or under several. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/run_experiment.h"
#include "cli/table.h"
#include "results/answer/show_value.h"
#include "results/store/metrics.h"
#include "results/store/store.h"
#include "sim/base/allocate.h"
#include "sim/base/json.h"
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

/* ---- what is printed ------------------------------------------------------------------ */

/* The metrics of the table; the rest is in the file, and in --json. */
static const struct table_column {
    const char *metric, *header;
} columns[] = {
    {"service_collections", "collections"},
    {"service_collections_gen2", "full"},
    {"service_pause_p99", "pause p99"},
    {"service_pause_max", "pause max"},
    {"service_gc_share", "GC share"},
    {"latency_p50", "latency p50"},
    {"latency_p99", "latency p99"},
    {"latency_max", "latency max"},
    {"heap_peak", "heap peak"},
    {"garbage_peak", "garbage peak"},
};
#define COLUMNS (sizeof columns / sizeof *columns)

/* The value of a metric of a run; false if it has none. */
static bool metric_value(struct store *store, int64_t run, const char *metric, double *value)
{
    sqlite3_stmt *statement;
    struct error error;
    const char *sql = metric_is_across_runs(metric_named(metric))
                          ? "SELECT value FROM metric WHERE run_id = ? AND metric = ?"
                          : "SELECT value FROM summary WHERE run_id = ? AND metric = ?";
    if (sqlite3_prepare_v2(store_database(store), sql, -1, &statement, NULL) != SQLITE_OK) {
        store_error(store, &error);
        fail("%s", error.text);
    }
    sqlite3_bind_int64(statement, 1, run);
    sqlite3_bind_text(statement, 2, metric, -1, SQLITE_STATIC);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    *value = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

/* The text of a column's cell; "-" for a metric that the run has no value of. */
static bool cell(struct store *store, int64_t run, const char *metric, char text[UNITS_TEXT])
{
    double value;
    bool found = metric_value(store, run, metric, &value);
    if (found)
        show_value(text, metric_named(metric), value);
    else
        strcpy(text, "-");
    return found;
}

/* A parameter that names an event which was never reported: the policy has done nothing. */
static const char *missed_event(const struct setting *policy,
                                const struct simulation_result *result)
{
    for (const struct param *param = policy->component->params; param && param->name; param++) {
        if (param->choices != program_event_names)
            continue;
        char buffer[UNITS_TEXT];
        const char *name = param_text(param, policy->state, buffer);
        for (int event = 0; event < PROGRAM_EVENT_COUNT; event++)
            if (strcmp(program_event_names[event], name) == 0 && result->events[event] == 0)
                return program_event_names[event];
    }
    return NULL;
}

/* Columns in which no run has a value are left out. */
static void print_table(struct store *store, const struct plan *plan)
{
    char text[UNITS_TEXT];
    size_t shown[COLUMNS], shown_count = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        bool any = false;
        for (size_t i = 0; i < plan->run_count; i++)
            any |= cell(store, plan->runs[i].id, columns[c].metric, text);
        if (any)
            shown[shown_count++] = c;
    }
    struct table table;
    table_init(&table, shown_count + 1);
    table_add(&table, "policy");
    for (size_t s = 0; s < shown_count; s++)
        table_add(&table, columns[shown[s]].header);
    for (size_t i = 0; i < plan->run_count; i++) {
        table_add(&table, plan->experiment->policies[i].text);
        for (size_t s = 0; s < shown_count; s++) {
            cell(store, plan->runs[i].id, columns[shown[s]].metric, text);
            table_add(&table, text);
        }
    }
    table_print(&table);
}

static bool is_unsteady(const struct simulation_result *result)
{
    return result->status == RUN_finished && result->steady_ns &&
           result->steady_ns >= result->wall_ns;
}

/* What one should know besides the numbers. */
static void print_remarks(const struct plan *plan, const struct simulation_result *results)
{
    char text[UNITS_TEXT];
    size_t unsteady = 0;
    const struct planned_run *first = NULL; /* of the last round */
    for (size_t i = 0; i < plan->run_count; i++) {
        const struct planned_run *run = &plan->runs[i];
        const struct experiment *experiment = plan->experiment;
        const struct setting *policy = &experiment->policies[experiment->points[run->point].policy];
        const char *missed = missed_event(policy, &results[i]);
        if (results[i].status == RUN_planned) /* it was run in a round before */
            continue;
        if (!first)
            first = run;
        if (results[i].status == RUN_out_of_memory && experiment->seed_count == 1)
            printf("%s: out of memory after %s\n", policy->text,
                   units_show_seconds(text, (double)results[i].wall_ns / 1e9));
        if (missed && run->seed == first->seed)
            printf("%s: the program never reported %s\n", policy->text, missed);
        unsteady += is_unsteady(&results[i]);
    }
    if (unsteady && plan->experiment->seed_count == 1) /* with more, answers say so */
        print_unsteady((int64_t)unsteady);
}

static void json_status(struct json *json, struct store *store, int64_t run)
{
    sqlite3_stmt *statement;
    struct error error;
    if (sqlite3_prepare_v2(store_database(store), "SELECT status FROM run WHERE id = ?", -1,
                           &statement, NULL) != SQLITE_OK) {
        store_error(store, &error);
        fail("%s", error.text);
    }
    sqlite3_bind_int64(statement, 1, run);
    if (sqlite3_step(statement) == SQLITE_ROW)
        json_text(json, "status", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
}

static void print_json(struct store *store, const struct plan *plan, size_t i)
{
    const struct experiment *experiment = plan->experiment;
    const struct planned_run *run = &plan->runs[i];
    const struct point *point = &experiment->points[run->point];
    struct json json;
    json_init(&json, stdout);
    json_object(&json, NULL);
    json_integer(&json, "run", run->id);
    json_text(&json, "policy", experiment->policies[point->policy].text);
    json_text(&json, "workload", experiment->workloads[point->workload].text);
    json_text(&json, "collector", point->collector->name);
    json_count(&json, "seed", run->seed);
    json_status(&json, store, run->id);
    for (const struct metric *metric = metrics; metric->name; metric++) {
        double value;
        if (metric_value(store, run->id, metric->name, &value))
            json_real(&json, metric->name, value);
    }
    json_end(&json);
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

static void print_outcomes(struct store *store, const struct command *command,
                           const struct plan *plan, const struct simulation_result *results)
{
    const struct answers_options everything = {0};
    struct open_results open;
    if (command->json) {
        for (size_t i = 0; i < plan->run_count; i++)
            print_json(store, plan, i);
        return;
    }
    if (plan->experiment->seed_count > 1) {
        open_results_of(&open, store, plan->id);
        answers_print(&open, &everything);
        close_results(&open);
    } else {
        printf("%s on %s, seed %" PRIu64 "\n\n", plan->experiment->workloads[0].text,
               command->collector->name, plan->experiment->seeds[0]);
        print_table(store, plan);
    }
    print_remarks(plan, results);
    printf("\nCollections, pauses and GC share: of the steady state; full: of generation 2.\n"
           "Everything is in %s; `%.*s plot %s --out charts` draws it.\n",
           command->db, command_name_length(), program_invocation_name, command->db);
}

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
