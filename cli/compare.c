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

struct command {
    const char *workload_spec, *program; /* a program is in place of the workload and the seed */
    bool workload_given, seed_given, collector_given;
    struct texts policies;
    const struct collector_version *collector;
    const struct engine *engine;
    uint64_t seed, replications, sample_ns, jobs, memory_bytes;
    struct until until;
    struct warmup warmup;
    int64_t log;
    const char *db;
    bool json;

    const char *name; /* of the subcommand */
    bool one_policy;
};

#define FIELD(name) PARAM_FIELD(command, name)
#define GIVEN(name) OPTION_GIVEN(command, name)

#define POLICY .name = "policy", .type = PARAM_SPEC, .registry = &policy_registry, FIELD(policies)

static const struct command_option policy_option[] = {
    {{POLICY, .otherwise = "default", .meaning = "the policy, as freeze:t0=50000"},
     .letter = 'p',
     .argument = "SPEC",
     .times = 1,
     .more = "`pygcsim compare` takes many"},
    {{NULL}},
};

static const struct command_option policies_option[] = {
    {{POLICY, .otherwise = "every one there is",
      .meaning = "a policy, as freeze:t0=50000; as often as you like"},
     .letter = 'p',
     .argument = "SPEC",
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
    {{TERM_COLLECTOR, FIELD(collector)},
     .letter = 'c',
     .argument = "NAME",
     .more = "`pygcsim sweep` takes several, as collectors: [cpython-3.12, cpython-3.13]",
     GIVEN(collector_given)},
    {{TERM_SEED, FIELD(seed)}, .argument = "N", GIVEN(seed_given)},
    {{TERM_REPLICATIONS, FIELD(replications)}, .letter = 'r', .argument = "N"},
    {{OPTION_UNTIL, FIELD(until), .otherwise = "none"}, .argument = "RULE"},
    {{TERM_WARMUP, FIELD(warmup)}, .argument = "TIME"},
    {{TERM_LOG, FIELD(log), .initial = "collections"}, .argument = "LEVEL"},
    {{TERM_SAMPLE, FIELD(sample_ns)}, .argument = "TIME"},
    {{OPTION_DB, FIELD(db)}, .argument = "FILE"},
    {{TERM_ENGINE, FIELD(engine)}, .argument = "NAME"},
    {{OPTION_JOBS, FIELD(jobs)}, .letter = 'j', .argument = "N"},
    {{OPTION_MEMORY, FIELD(memory_bytes)}, .argument = "SIZE"},
    {{"json", PARAM_SWITCH, FIELD(json),
      .meaning = "print every metric, one JSON object a line for each run"}},
    {{NULL}},
};

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
    if (command->workload_given || command->seed_given)
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

/* Every policy there is, as it comes, if none was named; or the default one. */
static void default_policies(struct command *command)
{
    size_t count = 1;
    while (!command->one_policy && policies[count])
        count++;
    command->policies.items = allocate_zeroed(count, sizeof *command->policies.items);
    for (size_t i = 0; i < count; i++)
        command->policies.items[i] = command->one_policy ? "default" : policies[i]->name;
    command->policies.count = count;
}

/* Each policy once, however often it was named. */
static void parse_policies(const struct command *command, struct experiment *experiment)
{
    struct error error;
    struct setting *settings = allocate_zeroed(command->policies.count, sizeof *settings);
    size_t count = 0;
    for (size_t i = 0; i < command->policies.count; i++) {
        if (setting_parse(&settings[count], command->policies.items[i], policies, "policy",
                          &error) != 0)
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
    bool compiles = command->engine->compiles && !command->program;
    if (command->memory_bytes && !compiles)
        fail_usage("--memory is for a program that is compiled: not with --program, nor with "
                   "--engine graph");
    if (command->program && (command->replications > 1 || command->until.share > 0))
        fail_usage("--program is one program: not with --replications or --until");
    if (command->program)
        read_program(command, compiled, workload);
    else if (setting_parse(workload, command->workload_spec, workloads, "workload", &error) != 0)
        fail_usage("%s", error.text);
}

/* What the command line comes to; a program that it names into *compiled. */
static void make_experiment(struct command *command, struct compiled *compiled,
                            struct experiment *experiment)
{
    struct error error;
    *experiment =
        (struct experiment){.name = allocate_text(command->name),
                            .workloads = allocate_zeroed(1, sizeof *experiment->workloads),
                            .workload_count = 1};
    if (command->policies.count == 0)
        default_policies(command);
    parse_policies(command, experiment);
    find_program(command, compiled, &experiment->workloads[0]);
    experiment->points = allocate_zeroed(experiment->point_count, sizeof *experiment->points);
    for (size_t i = 0; i < experiment->point_count; i++)
        experiment->points[i] = (struct point){.policy = i, .collector = command->collector};
    experiment->engine = command->engine;
    experiment->log = (enum log_level)command->log;
    experiment->warmup = command->warmup;
    experiment->sample_ns = command->sample_ns;
    experiment->until = command->until;
    if (seeds_make(experiment, command->seed, command->replications, &error) != 0 ||
        until_settle(experiment, &error) != 0)
        fail_usage("%s", error.text);
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
                        .jobs = (unsigned)command->jobs,
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
    free(command->policies.items);
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
    .examples = "pygcsim run --workload web:rate=200,duration=60s --policy freeze --db results.db",
    .options = {policy_option, options},
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
                "    --policy freeze:t0=50000 --policy off",
    .options = {policies_option, options},
    .files = notes_of_results,
    .environment = notes_of_environment,
    .see = see,
    .state_size = sizeof(struct command),
    .run = compare,
};
