/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim run and pygcsim compare: one program under one policy, or under several. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/table.h"
#include "cli/work.h"
#include "policies/registry.h"
#include "results/answer/show_value.h"
#include "results/store/metrics.h"
#include "results/store/store.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/interval/program_file.h"
#include "sim/model/costs.h"
#include "workloads/registry.h"

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

static void print_status(struct store *store, int64_t run)
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
        printf(", \"status\": \"%s\"", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
}

static void print_json(struct store *store, const struct plan *plan, size_t i)
{
    const struct experiment *experiment = plan->experiment;
    const struct planned_run *run = &plan->runs[i];
    const struct point *point = &experiment->points[run->point];
    printf("{\"run\": %" PRId64 ", \"policy\": ", run->id);
    json_string(stdout, experiment->policies[point->policy].text);
    printf(", \"workload\": ");
    json_string(stdout, experiment->workloads[point->workload].text);
    printf(", \"collector\": \"%s\", \"seed\": %" PRIu64, point->collector->name, run->seed);
    print_status(store, run->id);
    for (const struct metric *metric = metrics; metric->name; metric++) {
        double value;
        if (metric_value(store, run->id, metric->name, &value))
            printf(", \"%s\": %.17g", metric->name, value);
    }
    printf("}\n");
}

/* ---- what is done --------------------------------------------------------------------- */

/* The program of a file, in place of a workload and a seed. */
static void read_program(struct command *command, struct compiled *compiled,
                         struct setting *workload)
{
    struct error error;
    struct program_origin origin;
    struct op_costs costs;
    if (command->workload_spec || command->seed_given)
        fail_usage("--program is instead of --workload and --seed");
    if (!command->engine->compiles)
        fail_usage("--program goes with --engine interval only");
    if (program_file_read(command->program, compiled, &origin, &error) != 0)
        fail("%s", error.text);
    if (setting_parse(workload, origin.workload, workloads, "workload", &error) != 0)
        fail("%s is of a pygcsim with other workloads: %s", command->program, error.text);
    if (!collector_version(origin.collector))
        fail("%s is of a pygcsim with other collectors, as %s", command->program, origin.collector);
    if (!command->collector_given)
        command->collector = collector_version(origin.collector);
    costs_of_operations(costs_for(command->collector), compiled->program.slowdown, &costs);
    if (memcmp(&costs, &compiled->program.costs, sizeof costs) != 0)
        fail("%s was compiled with the times of %s, which are not those of %s; compile it with "
             "--collector %s",
             command->program, origin.collector, command->collector->name,
             command->collector->name);
    command->seed = origin.seed;
    free(origin.workload);
}

/* Every policy there is, as it comes, if none was named. */
static void default_policies(struct command *command)
{
    static const char *const fallback[] = {"default"};
    size_t all = 0;
    while (policies[all])
        all++;
    size_t count = command->one_policy ? 1 : all;
    command->policy_specs = allocate_zeroed(count, sizeof *command->policy_specs);
    for (size_t i = 0; i < count; i++)
        command->policy_specs[i] = command->one_policy ? fallback[0] : policies[i]->name;
    command->policy_count = count;
}

/* Each policy once, however often it was named. */
static void parse_policies(const struct command *command, struct experiment *experiment)
{
    struct error error;
    struct setting *settings = allocate_zeroed(command->policy_count, sizeof *settings);
    size_t count = 0;
    for (size_t i = 0; i < command->policy_count; i++) {
        if (setting_parse(&settings[count], command->policy_specs[i], policies, "policy", &error) !=
            0)
            fail_usage("%s", error.text);
        size_t same = 0;
        while (strcmp(settings[same].text, settings[count].text) != 0)
            same++;
        if (same < count)
            setting_fini(&settings[count]);
        else
            count++;
    }
    experiment->policies = settings;
    experiment->policy_count = experiment->point_count = count;
}

static void find_program(struct command *command, struct compiled *compiled,
                         struct setting *workload)
{
    struct error error;
    const char *spec = command->workload_spec ? command->workload_spec : "web";
    bool compiles = command->engine->compiles && !command->program;
    if (command->memory_bytes && !compiles)
        fail_usage("--memory is for a program that is compiled: not with --program, nor with "
                   "--engine graph");
    if (command->program && (command->replications > 1 || command->until.share > 0))
        fail_usage("--program is one program: not with --replications or --until");
    if (command->program)
        read_program(command, compiled, workload);
    else if (setting_parse(workload, spec, workloads, "workload", &error) != 0)
        fail_usage("%s", error.text);
}

/* What the command line comes to; a program that it names into *compiled. */
static void make_experiment(struct command *command, struct compiled *compiled,
                            struct experiment *experiment)
{
    *experiment =
        (struct experiment){.name = allocate_text(command->name),
                            .workloads = allocate_zeroed(1, sizeof *experiment->workloads),
                            .workload_count = 1};
    if (command->policy_count == 0)
        default_policies(command);
    parse_policies(command, experiment);
    find_program(command, compiled, &experiment->workloads[0]);
    experiment->points = allocate_zeroed(experiment->point_count, sizeof *experiment->points);
    for (size_t i = 0; i < experiment->point_count; i++)
        experiment->points[i] = (struct point){.policy = i, .collector = command->collector};
    experiment->seeds = allocate_zeroed(1, sizeof *experiment->seeds);
    experiment->seeds[0] = command->seed;
    experiment->seed_count = 1;
    until_extend(experiment, command->replications);
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
    struct plan plan;
    struct precision precision;
    compiled_init(&compiled);
    make_experiment(command, &compiled, &experiment);
    struct work work = {.store = store_open(command->db, &error),
                        .jobs = command->jobs,
                        .memory_bytes = command->memory_bytes,
                        .compiled = command->program ? &compiled : NULL};
    if (!work.store)
        fail("%s", error.text);
    work_on_experiment(&work, &experiment, command->name, (struct share){0}, false, &plan,
                       &precision);
    if (work.failed) {
        store_close(work.store);
        fail("%s", work.why.text);
    }
    print_outcomes(work.store, command, &plan, work.results);
    if (experiment.until.share > 0 && !command->json)
        print_precision(&experiment, &precision);

    store_close(work.store);
    work_fini(&work);
    plan_fini(&plan);
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
