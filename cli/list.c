/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim list: what there is, from the same tables that everything else uses. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "policies/registry.h"
#include "results/charts/charts.h"
#include "results/store/metrics.h"
#include "sim/base/json.h"
#include "sim/engines.h"
#include "sim/model/cost_file.h"
#include "sweep/file/keys.h"
#include "workloads/registry.h"

enum form { PLAIN, JSON, MARKDOWN };

/* ---- components and their parameters -------------------------------------------------- */

static void param_json(struct json *json, const struct param *param)
{
    char allowed[512];
    json_object(json, NULL);
    json_text(json, "name", param->name);
    json_text(json, "default", param->initial);
    json_text(json, "unit", param_unit(param));
    json_text(json, "allowed", param_allowed(param, allowed, sizeof allowed));
    json_text(json, "meaning", param->meaning);
    json_end(json);
}

static void component_json(const struct component *component)
{
    struct json json;
    json_init(&json, stdout);
    json_object(&json, NULL);
    json_text(&json, "name", component->name);
    json_text(&json, "summary", component->summary);
    json_array(&json, "parameters");
    const struct param *param;
    for (size_t i = 0; (param = component_param(component, i)); i++)
        param_json(&json, param);
    json_end(&json);
    json_end(&json);
}

static void component_plain(const struct component *component)
{
    char allowed[512];
    print("%s: %s\n", component->name, component->summary);
    for (const struct param *param = component->params; param && param->name; param++) {
        print("    %-16s %s\n", param->name, param->meaning);
        print("    %-16s default %s; %s\n", "",
              param->initial ? param->initial : "none: must be given",
              param_allowed(param, allowed, sizeof allowed));
    }
    putchar('\n');
}

static void component_markdown(const struct component *component)
{
    char allowed[512];
    print("### %s\n\n%s\n\n", component->name, component->summary);
    if (!component->params) {
        print("No parameters.\n\n");
        return;
    }
    print("| parameter | default | allowed | meaning |\n| --- | --- | --- | --- |\n");
    for (const struct param *param = component->params; param->name; param++)
        print("| `%s` | %s | %s | %s |\n", param->name,
              param->initial ? param->initial : "must be given",
              param_allowed(param, allowed, sizeof allowed), param->meaning);
    putchar('\n');
}

/* What all have besides stands behind them, but in an object for programs, which has all. */
static void list_components(const struct component *const *registry, enum form form)
{
    static void (*const print[])(const struct component *) = {component_plain, component_json,
                                                              component_markdown};
    const struct component *common = registry[0]->common;
    for (; *registry; registry++)
        print[form](*registry);
    if (common && form != JSON)
        print[form](common);
}

/* ---- the rest: a name, a few words ------------------------------------------------ */

static void item_json(const char *name, const char *extra_key, const char *extra,
                      const char *meaning)
{
    struct json json;
    json_init(&json, stdout);
    json_object(&json, NULL);
    json_text(&json, "name", name);
    if (extra)
        json_text(&json, extra_key, extra);
    json_text(&json, "meaning", meaning);
    json_end(&json);
}

/* A line, a row or an object of a list; `extra` may be NULL. */
static void print_item(enum form form, const char *name, const char *extra_key, const char *extra,
                       const char *meaning)
{
    if (form == MARKDOWN)
        print("| `%s` | %s%s%s |\n", name, extra ? extra : "", extra ? " | " : "", meaning);
    else if (form == PLAIN)
        print(extra ? "%-30s %-12s %s\n" : "%-30s %s%s\n", name, extra ? extra : "", meaning);
    else
        item_json(name, extra_key, extra, meaning);
}

static void print_header(enum form form, const char *a, const char *b, const char *c)
{
    if (form == MARKDOWN && b)
        print("| %s | %s | %s |\n| --- | --- | --- |\n", a, b, c);
    else if (form == MARKDOWN)
        print("| %s | %s |\n| --- | --- |\n", a, c);
}

static void list_policies(enum form form)
{
    list_components(policies, form);
}

static void list_workloads(enum form form)
{
    list_components(workloads, form);
}

static void list_collectors(enum form form)
{
    print_header(form, "collector", "thresholds", "when it collects");
    for (const struct collector_version *v = collector_versions; v->name; v++) {
        char thresholds[64];
        snprintf(thresholds, sizeof thresholds, "%u,%u,%u", v->thresholds[0], v->thresholds[1],
                 v->thresholds[2]);
        print_item(form, v->name, "thresholds", thresholds, v->summary);
    }
}

static void list_charts(enum form form)
{
    print_header(form, "chart", "what it needs", "what it shows");
    for (const struct chart *chart = charts; chart->name;
         chart++) /* plain: `plot --list` has both */
        print_item(form, chart->name, "needs", form == PLAIN ? NULL : chart->needs, chart->summary);
}

static void list_metrics(enum form form)
{
    print_header(form, "metric", "unit", "meaning");
    for (const struct metric *metric = metrics; metric->name; metric++)
        print_item(form, metric->name, "unit", metric->unit, metric->meaning);
}

static void list_events(enum form form)
{
    print_header(form, "event", NULL, "when it is reported");
    for (size_t i = 0; program_event_names[i]; i++)
        print_item(form, program_event_names[i], NULL, NULL, program_event_meanings[i]);
}

static void list_engines(enum form form)
{
    print_header(form, "engine", NULL, "how it simulates the heap");
    for (size_t i = 0; engines[i]; i++)
        print_item(form, engines[i]->name, NULL, NULL, engines[i]->summary);
}

static void list_costs(enum form form)
{
    print_header(form, "costs", "measured on", "where, and how");
    for (size_t i = 0; cost_registry.item(i); i++) {
        const struct costs costs = cost_set_read(cost_registry.item(i));
        char meaning[2 * COSTS_TEXT + 2];
        snprintf(meaning, sizeof meaning, "%s; %s", costs.machine, costs.source);
        print_item(form, costs.name, "interpreter", costs.interpreter, meaning);
    }
}

static void list_statuses(enum form form)
{
    print_header(form, "exit status", NULL, "meaning");
    for (const struct exit_status *status = exit_statuses; status->meaning; status++) {
        char number[16];
        snprintf(number, sizeof number, "%d", status->number);
        print_item(form, number, NULL, NULL, status->meaning);
    }
}

static void list_columns(enum form form)
{
    print_header(form, "column", "bytes", "an element is");
    for (int i = 0; i < COLUMN_COUNT; i++) {
        char bytes[16];
        snprintf(bytes, sizeof bytes, "%u", compiled_columns[i].bytes);
        print_item(form, compiled_columns[i].name, "bytes", bytes, compiled_columns[i].meaning);
    }
}

/* ---- commands and keys ------------------------------------------------------------------------
 */

/* What there is to say of an option or a key. */
struct row {
    char name[160], allowed[600];
    const char *initial, *meaning;
};

static void row_json(struct json *json, const struct row *row)
{
    json_object(json, NULL);
    json_text(json, "name", row->name);
    json_text(json, "default", row->initial);
    json_text(json, "allowed", row->allowed);
    json_text(json, "meaning", row->meaning);
    json_end(json);
}

static void row_plain(const struct row *row)
{
    const char *gap = strlen(row->name) > 24 ? "\n                             " : " ";
    print("    %-24s%s%s\n", row->name, gap, row->meaning);
    print("    %-24s default %s%s%s\n", "", row->initial, *row->allowed ? "; " : "", row->allowed);
}

static void row_markdown(const struct row *row)
{
    print("| %s | %s | %s | %s |\n", row->name, row->initial, row->allowed, row->meaning);
}

/* Several spellings, each between `quote`s. */
static void add_name(struct row *row, const char *quote, const char *dashes, const char *name,
                     const char *argument)
{
    size_t end = strlen(row->name);
    const char *gap = !argument || *argument == '[' ? "" : " ";
    snprintf(row->name + end, sizeof row->name - end, "%s%s%s%s%s%s%s", end ? ", " : "", quote,
             dashes, name, gap, argument ? argument : "", quote);
}

static struct row option_row(const struct command_option *option, enum form form)
{
    const char *initial = option_default(option), letter[] = {option->letter, '\0'};
    struct row row = {.initial = initial, .meaning = option->param.meaning};
    const char *quote = form == MARKDOWN ? "`" : "", *argument = option->argument;
    char alone[40];
    snprintf(alone, sizeof alone, "[=%s]", argument ? argument : "");
    if (form == JSON)
        add_name(&row, "", "", option->param.name, NULL);
    else
        add_name(&row, quote, option->what ? "" : "--", option->param.name,
                 option->alone ? alone : argument);
    if (option->param.also && form != JSON)
        add_name(&row, quote, "--", option->param.also, NULL);
    if (option->letter && form != JSON)
        add_name(&row, quote, "-", letter, NULL);
    if (!initial)
        row.initial = option->what                         ? "must be given"
                      : option->param.type == PARAM_SWITCH ? "no"
                                                           : "none";
    option_allowed(option, row.allowed, sizeof row.allowed);
    return row;
}

static void command_json(const struct subcommand *subcommand)
{
    struct json json;
    struct row row;
    json_init(&json, stdout);
    json_object(&json, NULL);
    json_text(&json, "name", subcommand->name);
    json_text(&json, "summary", subcommand->summary);
    json_array(&json, "options");
    if (subcommand->argument) {
        row = option_row(subcommand->argument, JSON);
        row_json(&json, &row);
    }
    for (size_t i = 0; option_at(subcommand, i + 1); i++) {
        row = option_row(option_at(subcommand, i), JSON);
        row_json(&json, &row);
    }
    json_end(&json);
    json_end(&json);
}

/* --help is the same everywhere. */
static void command_rows(const struct subcommand *subcommand, enum form form,
                         void (*print_row)(const struct row *))
{
    struct row row;
    if (subcommand->argument) {
        row = option_row(subcommand->argument, form);
        print_row(&row);
    }
    for (size_t i = 0; option_at(subcommand, i + 1); i++) {
        row = option_row(option_at(subcommand, i), form);
        print_row(&row);
    }
    putchar('\n');
}

static void command_plain(const struct subcommand *subcommand)
{
    char usage[200];
    print("%s: %s\n", usage_text(subcommand, usage, sizeof usage), subcommand->summary);
    command_rows(subcommand, PLAIN, row_plain);
}

static void command_markdown(const struct subcommand *subcommand)
{
    char usage[200];
    print("### %s\n\n`%s`: %s\n\n| option | default | allowed | meaning |\n"
          "| --- | --- | --- | --- |\n",
          subcommand->name, usage_text(subcommand, usage, sizeof usage), subcommand->summary);
    command_rows(subcommand, MARKDOWN, row_markdown);
}

static void list_commands(enum form form)
{
    static void (*const print[])(const struct subcommand *) = {command_plain, command_json,
                                                               command_markdown};
    for (size_t i = 0; subcommands[i]; i++)
        print[form](subcommands[i]);
}

static struct row key_row(const struct experiment_key *key, enum form form)
{
    const struct param *param = &key->param;
    const char *quote = form == MARKDOWN ? "`" : "", *initial = param->initial;
    struct row row = {.meaning = param->meaning};
    if (!initial)
        initial = param->otherwise ? param->otherwise : "must be given";
    row.initial = initial;
    if (form == JSON && *key->within)
        snprintf(row.name, sizeof row.name, "%s.%s", key->within, param->name);
    else
        add_name(&row, quote, "", param->name, NULL);
    if (param->also && form != JSON)
        add_name(&row, quote, "", param->also, NULL);
    param_takes_briefly(param, row.allowed, sizeof row.allowed);
    return row;
}

/* A map of keys begins. */
static void print_map_begin(const char *within, enum form form)
{
    if (form != JSON && *within)
        print(form == PLAIN ? "\nIn %s:\n" : "\nIn `%s`:\n\n", within);
    if (form == MARKDOWN)
        print("| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n");
}

static void print_key(const struct experiment_key *key, enum form form)
{
    const struct row row = key_row(key, form);
    struct json json;
    if (form != JSON) {
        (form == PLAIN ? row_plain : row_markdown)(&row);
        return;
    }
    json_init(&json, stdout);
    row_json(&json, &row);
}

static void list_keys(enum form form)
{
    for (const char *const *map = key_maps; *map; map++) {
        print_map_begin(*map, form);
        for (const struct experiment_key *key = experiment_keys; key->within; key++)
            if (strcmp(key->within, *map) == 0)
                print_key(key, form);
    }
}

static const struct list {
    const char *name;
    void (*print)(enum form form);
} lists[] = {
    {"policies", list_policies},
    {"workloads", list_workloads},
    {"collectors", list_collectors},
    {"charts", list_charts},
    {"metrics", list_metrics},
    {"events", list_events},
    {"engines", list_engines},
    {"columns", list_columns},
    {"commands", list_commands},
    {"keys", list_keys},
    {"statuses", list_statuses},
    {"costs", list_costs},
    {NULL},
};

/* ---- the command ------------------------------------------------------------------ */

struct command {
    const struct list *list;
    bool json, markdown;
};

static const struct command_option options[] = {
    {{"json", PARAM_SWITCH, PARAM_FIELD(command, json), .meaning = "one JSON object a line"},
     .rival = 1},
    {{"markdown", PARAM_SWITCH, PARAM_FIELD(command, markdown),
      .meaning = "tables as the documentation has them"},
     .rival = 1},
    {{NULL}},
};

static const void *list_at(size_t i)
{
    return lists[i].name ? &lists[i] : NULL;
}

static const struct registry list_registry = {"list", NULL, list_at};

static const struct command_option list_argument = {{"LIST", PARAM_ITEM, PARAM_FIELD(command, list),
                                                     .registry = &list_registry,
                                                     .meaning = "what to list"},
                                                    .what = "list"};

static int run(void *state)
{
    const struct command *command = state;
    command->list->print(command->json ? JSON : command->markdown ? MARKDOWN : PLAIN);
    return EXIT_SUCCESS;
}

const struct subcommand subcommand_list = {
    .name = "list",
    .summary = "what there is: policies, workloads, collectors, charts, metrics",
    .description = "Lists what there is, with every parameter, unit, default, range and meaning. "
                   "Events are what programs report, columns those of a compiled program, keys "
                   "those of an experiment file, statuses those with which commands exit.",
    .examples = "pygcsim list policies",
    .options = {options},
    .argument = &list_argument,
    .state_size = sizeof(struct command),
    .run = run,
};
