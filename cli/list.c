/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim list: what there is, from the same tables that everything else uses. */
#include <math.h>
#include <stdlib.h>

#include "cli/command.h"
#include "policies/registry.h"
#include "results/charts/charts.h"
#include "results/store/metrics.h"
#include "sim/base/json.h"
#include "sim/engines.h"
#include "workloads/registry.h"

enum { OPT_JSON = 1, OPT_MARKDOWN };

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
    for (const struct param *param = component->params; param && param->name; param++)
        param_json(&json, param);
    json_end(&json);
    json_end(&json);
}

static void component_plain(const struct component *component)
{
    char allowed[512];
    printf("%s: %s\n", component->name, component->summary);
    for (const struct param *param = component->params; param && param->name; param++) {
        printf("    %-16s %s\n", param->name, param->meaning);
        printf("    %-16s default %s; %s\n", "",
               param->initial ? param->initial : "none: must be given",
               param_allowed(param, allowed, sizeof allowed));
    }
    putchar('\n');
}

static void component_markdown(const struct component *component)
{
    char allowed[512];
    printf("### %s\n\n%s\n\n", component->name, component->summary);
    if (!component->params) {
        printf("No parameters.\n\n");
        return;
    }
    printf("| parameter | default | allowed | meaning |\n| --- | --- | --- | --- |\n");
    for (const struct param *param = component->params; param->name; param++)
        printf("| `%s` | %s | %s | %s |\n", param->name,
               param->initial ? param->initial : "must be given",
               param_allowed(param, allowed, sizeof allowed), param->meaning);
    putchar('\n');
}

static void list_components(const struct component *const *registry, enum form form)
{
    static void (*const print[])(const struct component *) = {component_plain, component_json,
                                                              component_markdown};
    for (; *registry; registry++)
        print[form](*registry);
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
        printf("| `%s` | %s%s%s |\n", name, extra ? extra : "", extra ? " | " : "", meaning);
    else if (form == PLAIN)
        printf(extra ? "%-30s %-12s %s\n" : "%-30s %s%s\n", name, extra ? extra : "", meaning);
    else
        item_json(name, extra_key, extra, meaning);
}

static void print_header(enum form form, const char *a, const char *b, const char *c)
{
    if (form == MARKDOWN && b)
        printf("| %s | %s | %s |\n| --- | --- | --- |\n", a, b, c);
    else if (form == MARKDOWN)
        printf("| %s | %s |\n| --- | --- |\n", a, c);
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

static void list_columns(enum form form)
{
    print_header(form, "column", "bytes", "an element is");
    for (int i = 0; i < COLUMN_COUNT; i++) {
        char bytes[16];
        snprintf(bytes, sizeof bytes, "%u", compiled_columns[i].bytes);
        print_item(form, compiled_columns[i].name, "bytes", bytes, compiled_columns[i].meaning);
    }
}

static const struct list {
    const char *name;
    void (*print)(enum form form);
} lists[] = {
    {"policies", list_policies}, {"workloads", list_workloads}, {"collectors", list_collectors},
    {"charts", list_charts},     {"metrics", list_metrics},     {"events", list_events},
    {"engines", list_engines},   {"columns", list_columns},
};
#define LISTS (sizeof lists / sizeof *lists)

/* ---- the command ------------------------------------------------------------------ */

struct request_to_list {
    const struct list *list;
    enum form form;
};

static const struct argp_option options[] = {
    {"json", OPT_JSON, NULL, 0, "One JSON object a line", 0},
    {"markdown", OPT_MARKDOWN, NULL, 0, "Tables as the documentation has them", 0},
    {0},
};

static const struct list *find_list(const char *name)
{
    const char *names[LISTS + 1] = {NULL};
    for (size_t i = 0; i < LISTS; i++)
        names[i] = lists[i].name;
    return &lists[option_choice("list of", name, names)];
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct request_to_list *request = state->input;
    switch (key) {
    case OPT_JSON:
    case OPT_MARKDOWN:
        if (request->form != PLAIN)
            fail_usage("--json or --markdown, one of them and once");
        request->form = key == OPT_JSON ? JSON : MARKDOWN;
        return 0;
    case ARGP_KEY_ARG:
        if (request->list)
            fail_usage("one list at a time: '%s' is too much", argument);
        request->list = find_list(argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        fail_usage(
            "which list? policies, workloads, collectors, charts, metrics, events, engines or "
            "columns");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "LIST",
    .doc =
        "Lists what there is, with every parameter, unit, default, range and meaning. LIST is "
        "policies, workloads, collectors, charts, metrics, events, engines or columns (those of a "
        "compiled program).",
};

int command_list(int argc, char **argv)
{
    struct request_to_list request = {0};
    command_parse(&argp, argc, argv, &request);
    request.list->print(request.form);
    return EXIT_SUCCESS;
}
