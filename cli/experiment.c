/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim run and pygcsim compare: one program under one policy, or under several. */
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/runs.h"
#include "cli/table.h"
#include "policies/registry.h"
#include "results/metrics.h"
#include "results/store.h"
#include "sim/costs.h"
#include "sim/memory.h"
#include "workloads/program_file.h"
#include "workloads/registry.h"

enum { OPT_DB = 1, OPT_ENGINE, OPT_JSON, OPT_MEMORY, OPT_PROGRAM, OPT_SAMPLE, OPT_SEED };

static const struct argp_option options[] = {
    {"workload", 'w', "SPEC", 0, HELP_WORKLOAD, 0},
    {"program", OPT_PROGRAM, "FILE", 0,
     "The program as `pygcsim compile` has written it, in place of --workload and --seed", 0},
    {"policy", 'p', "SPEC", 0, "The policy, as freeze:t0=50000; compare takes it many times", 0},
    {"collector", 'c', "NAME", 0, HELP_COLLECTOR, 0},
    {"seed", OPT_SEED, "N", 0, HELP_SEED, 0},
    {"sample", OPT_SAMPLE, "TIME", 0,
     "Wall time between two readings of memory, as 100ms (default: a 250th of the program)", 0},
    {"db", OPT_DB, "FILE", 0, "The results file to add to (default results.db)", 0},
    {"engine", OPT_ENGINE, "NAME", 0, HELP_ENGINE, 0},
    {"jobs", 'j', "N", 0, "How many policies to simulate at a time (default: one a core)", 0},
    {"memory", OPT_MEMORY, "SIZE", 0, HELP_MEMORY, 0},
    {"json", OPT_JSON, NULL, 0, "Print every metric, one JSON object a line for each policy", 0},
    {0},
};

struct experiment {
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
    struct simulation_setup setup;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct experiment *experiment = state->input;
    switch (key) {
    case 'w':
        experiment->workload_spec = argument;
        return 0;
    case 'p':
        if (experiment->one_policy && experiment->policy_count > 0)
            fail_usage("takes one --policy; `pygcsim compare` takes many");
        experiment->policy_specs =
            memory_grow(experiment->policy_specs, &experiment->policy_capacity,
                        experiment->policy_count + 1, sizeof *experiment->policy_specs);
        experiment->policy_specs[experiment->policy_count++] = argument;
        return 0;
    case 'c':
        experiment->setup.collector = option_collector(argument);
        experiment->collector_given = true;
        return 0;
    case OPT_SEED:
        experiment->setup.seed = option_count("seed", argument, 0, INT64_MAX);
        experiment->seed_given = true;
        return 0;
    case OPT_SAMPLE:
        experiment->setup.sample_ns = option_duration("sample", argument);
        return 0;
    case OPT_DB:
        if (!*argument || strcmp(argument, ":memory:") == 0)
            fail_usage("--db needs the name of a file, not '%s'", argument);
        experiment->db = argument;
        return 0;
    case OPT_PROGRAM:
        if (!*argument)
            fail_usage("--program needs the name of a file");
        experiment->program = argument;
        return 0;
    case 'j':
        if (experiment->one_policy)
            fail_usage("--jobs is for `pygcsim compare`: this runs one policy");
        experiment->jobs = (unsigned)option_count("jobs", argument, 1, 1024);
        return 0;
    case OPT_MEMORY:
        experiment->memory_bytes = option_bytes("memory", argument);
        return 0;
    case OPT_ENGINE:
        experiment->setup.engine = option_engine(argument);
        return 0;
    case OPT_JSON:
        experiment->json = true;
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

static const struct metric *metric_named(const char *name)
{
    const struct metric *metric = metrics;
    while (strcmp(metric->name, name) != 0)
        metric++;
    return metric;
}

static void show_value(char text[UNITS_TEXT], const struct metric *metric, double value)
{
    if (strcmp(metric->unit, "s") == 0)
        units_show_seconds(text, value);
    else if (strcmp(metric->unit, "bytes") == 0)
        units_show_bytes(text, value);
    else if (strcmp(metric->unit, "fraction") == 0)
        snprintf(text, UNITS_TEXT, "%.2f%%", 100 * value);
    else
        units_show_count(text, value);
}

/* The value of a metric of a run; false if it has none. */
static bool metric_value(struct store *store, int64_t run, const char *metric, double *value)
{
    sqlite3_stmt *statement;
    struct error error;
    if (sqlite3_prepare_v2(store_database(store),
                           "SELECT value FROM summary WHERE run_id = ? AND metric = ?", -1,
                           &statement, NULL) != SQLITE_OK) {
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
static bool cell(struct store *store, const struct outcome *outcome, const char *metric,
                 char text[UNITS_TEXT])
{
    double value;
    bool found = metric_value(store, outcome->run, metric, &value);
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
static void print_table(struct store *store, const struct setting *policies_run,
                        const struct outcome *outcomes, size_t count)
{
    char text[UNITS_TEXT];
    size_t shown[COLUMNS], shown_count = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        bool any = false;
        for (size_t i = 0; i < count; i++)
            any |= cell(store, &outcomes[i], columns[c].metric, text);
        if (any)
            shown[shown_count++] = c;
    }
    struct table table;
    table_init(&table, shown_count + 1);
    table_add(&table, "policy");
    for (size_t s = 0; s < shown_count; s++)
        table_add(&table, columns[shown[s]].header);
    for (size_t i = 0; i < count; i++) {
        table_add(&table, policies_run[i].text);
        for (size_t s = 0; s < shown_count; s++) {
            cell(store, &outcomes[i], columns[shown[s]].metric, text);
            table_add(&table, text);
        }
    }
    table_print(&table);
    for (size_t i = 0; i < count; i++) {
        const struct simulation_result *result = &outcomes[i].result;
        const char *missed = missed_event(&policies_run[i], result);
        if (result->status == RUN_out_of_memory)
            printf("%s: out of memory after %s\n", policies_run[i].text,
                   units_show_seconds(text, (double)result->wall_ns / 1e9));
        if (missed)
            printf("%s: the program never reported %s\n", policies_run[i].text, missed);
    }
}

static void print_json(struct store *store, const struct experiment *experiment,
                       const struct setting *policy, const struct outcome *outcome)
{
    printf("{\"run\": %" PRId64 ", \"policy\": ", outcome->run);
    json_string(stdout, policy->text);
    printf(", \"workload\": ");
    json_string(stdout, experiment->setup.workload->text);
    printf(", \"collector\": \"%s\", \"seed\": %" PRIu64 ", \"status\": \"%s\"",
           experiment->setup.collector->name, experiment->setup.seed,
           run_status_names[outcome->result.status]);
    for (const struct metric *metric = metrics; metric->name; metric++) {
        double value;
        if (metric_value(store, outcome->run, metric->name, &value))
            printf(", \"%s\": %.17g", metric->name, value);
    }
    printf("}\n");
}

/* ---- what is done --------------------------------------------------------------------- */

/* Cores this process may use. */
static unsigned cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* The program of a file, in place of a workload and a seed. */
static void read_program(struct experiment *experiment, struct compiled *compiled,
                         struct setting *workload)
{
    struct error error;
    struct program_origin origin;
    struct op_costs costs;
    if (experiment->workload_spec || experiment->seed_given)
        fail_usage("--program is instead of --workload and --seed");
    if (experiment->setup.engine != &interval_engine)
        fail_usage("--program goes with --engine interval only");
    if (program_file_read(experiment->program, compiled, &origin, &error) != 0)
        fail("%s", error.text);
    if (setting_parse(workload, origin.workload, workloads, "workload", &error) != 0)
        fail("%s is of a pygcsim with other workloads: %s", experiment->program, error.text);
    if (!collector_version(origin.collector))
        fail("%s is of a pygcsim with other collectors, as %s", experiment->program,
             origin.collector);
    if (!experiment->collector_given)
        experiment->setup.collector = collector_version(origin.collector);
    costs_of_operations(costs_for(experiment->setup.collector), compiled->program.slowdown, &costs);
    if (memcmp(&costs, &compiled->program.costs, sizeof costs) != 0)
        fail("%s was compiled with the times of %s, which are not those of %s; compile it with "
             "--collector %s",
             experiment->program, origin.collector, experiment->setup.collector->name,
             experiment->setup.collector->name);
    experiment->setup.seed = origin.seed;
    free(origin.workload);
}

static void print_outcomes(struct store *store, const struct experiment *experiment,
                           const struct setting *policies_run, const struct outcome *outcomes,
                           size_t count)
{
    if (experiment->json) {
        for (size_t i = 0; i < count; i++)
            print_json(store, experiment, &policies_run[i], &outcomes[i]);
        return;
    }
    printf("%s on %s, seed %" PRIu64 "\n\n", experiment->setup.workload->text,
           experiment->setup.collector->name, experiment->setup.seed);
    print_table(store, policies_run, outcomes, count);
    printf("\nCollections, pauses and GC share: after start-up; full: of generation 2.\nEverything "
           "is in %s; "
           "`%.*s plot %s --out charts` draws it.\n",
           experiment->db, command_name_length(), program_invocation_name, experiment->db);
}

/* Every policy there is, as it comes, if none was named. */
static void default_policies(struct experiment *experiment)
{
    static const char *const fallback[] = {"default"};
    size_t all = 0;
    while (policies[all])
        all++;
    size_t count = experiment->one_policy ? 1 : all;
    experiment->policy_specs = memory_zeroed(count, sizeof *experiment->policy_specs);
    for (size_t i = 0; i < count; i++)
        experiment->policy_specs[i] = experiment->one_policy ? fallback[0] : policies[i]->name;
    experiment->policy_count = count;
}

static struct setting *parse_policies(const struct experiment *experiment)
{
    struct error error;
    struct setting *settings = memory_zeroed(experiment->policy_count, sizeof *settings);
    for (size_t i = 0; i < experiment->policy_count; i++)
        if (setting_parse(&settings[i], experiment->policy_specs[i], policies, "policy", &error) !=
            0)
            fail_usage("%s", error.text);
    return settings;
}

static void find_program(struct experiment *experiment, struct compiled *compiled,
                         struct setting *workload)
{
    struct error error;
    const char *spec = experiment->workload_spec ? experiment->workload_spec : "web";
    bool compiles = experiment->setup.engine == &interval_engine && !experiment->program;
    if (experiment->memory_bytes && !compiles)
        fail_usage("--memory is for a program that is compiled: not with --program, nor with "
                   "--engine graph");
    if (experiment->program)
        read_program(experiment, compiled, workload);
    else if (setting_parse(workload, spec, workloads, "workload", &error) != 0)
        fail_usage("%s", error.text);
    experiment->setup.workload = workload;
}

/* Compiles the program, unless that has been done or there is no need, and runs every policy. */
static void execute(const struct experiment *experiment, struct runs *runs,
                    struct compiled *compiled, struct outcome *outcomes)
{
    struct error error;
    struct progress progress;
    int status = 0;
    bool replays = experiment->setup.engine == &interval_engine;
    bool compiles = replays && !experiment->program;
    progress_init(&progress, (double)runs->count + (compiles ? COMPILE_PART : 0));
    runs->progress = &progress;
    runs->setup = experiment->setup;
    runs->setup.compiled = replays ? compiled : NULL;
    if (compiles)
        status = compile_program(compiled, &experiment->setup, experiment->memory_bytes, &progress,
                                 &error);
    if (status == 0)
        status = runs_execute(runs, outcomes, &error);
    else
        runs_record_failure(runs, &error);
    progress_clear(&progress);
    if (status != 0) {
        store_close(runs->store);
        fail("%s", error.text);
    }
}

static int run_experiment(struct experiment *experiment)
{
    struct error error;
    struct setting workload;
    struct compiled compiled;
    compiled_init(&compiled);
    if (experiment->policy_count == 0)
        default_policies(experiment);
    struct setting *settings = parse_policies(experiment);
    struct outcome *outcomes = memory_zeroed(experiment->policy_count, sizeof *outcomes);
    find_program(experiment, &compiled, &workload);

    struct runs runs = {.policies = settings,
                        .count = experiment->policy_count,
                        .jobs = experiment->jobs ? experiment->jobs : cores(),
                        .store = store_open(experiment->db, &error)};
    if (!runs.store ||
        store_begin_experiment(runs.store, experiment->name, &runs.experiment, &error) != 0)
        fail("%s", error.text);
    execute(experiment, &runs, &compiled, outcomes);
    print_outcomes(runs.store, experiment, settings, outcomes, runs.count);

    store_close(runs.store);
    compiled_fini(&compiled);
    for (size_t i = 0; i < runs.count; i++)
        setting_fini(&settings[i]);
    setting_fini(&workload);
    free(settings);
    free(outcomes);
    free(experiment->policy_specs);
    return EXIT_SUCCESS;
}

static int command(int argc, char **argv, const char *name, const char *doc, bool one_policy)
{
    const struct argp argp = {.options = options, .parser = parse, .doc = doc};
    struct experiment experiment = {
        .name = name,
        .db = "results.db",
        .one_policy = one_policy,
        .setup = {.engine = &interval_engine,
                  .collector = collector_version(DEFAULT_COLLECTOR),
                  .seed = 1,
                  .sample_ns = SAMPLE_AUTO},
    };
    command_parse(&argp, argc, argv, &experiment);
    return run_experiment(&experiment);
}

int command_run(int argc, char **argv)
{
    return command(argc, argv, "run",
                   "Runs a simulated Python program under one policy for the cycle collector, and "
                   "adds every pause and the memory over time to a results file.\n\n" HELP_SPEC
                   "Example:  pygcsim run --workload web:rate=200,duration=60s --policy freeze "
                   "--db results.db",
                   true);
}

int command_compare(int argc, char **argv)
{
    return command(argc, argv, "compare",
                   "Runs the same simulated Python program, to the last operation, under several "
                   "policies for the cycle collector (without --policy: under each there is), and "
                   "says what each costs.\n\n" HELP_SPEC
                   "Example:  pygcsim compare --workload web:duration=20s --policy default "
                   "--policy freeze:t0=50000 --policy off",
                   false);
}
