/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim replay: a heap script in, its collections out. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/command.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/base/json.h"
#include "sim/engines.h"
#include "workloads/registry.h"

enum { OPT_BASELINE = 1, OPT_ENGINE, OPT_JSON };

static const struct argp_option options[] = {
    {"collector", 'c', "NAME", 0, HELP_COLLECTOR, 0},
    {"json", OPT_JSON, NULL, 0, "One JSON object a line for each collection", 0},
    {"baseline", OPT_BASELINE, "N", 0,
     "Begin with N objects of the interpreter's own in the permanent generation (default 0)", 0},
    {"engine", OPT_ENGINE, "NAME", 0, HELP_ENGINE, 0},
    {0},
};

struct replay {
    const char *file;
    bool json;
    struct simulation_setup setup;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct replay *replay = state->input;
    switch (key) {
    case 'c':
        replay->setup.collector = option_collector(argument);
        return 0;
    case OPT_JSON:
        replay->json = true;
        return 0;
    case OPT_BASELINE:
        replay->setup.permanent = option_count("baseline", argument, 0, 10000000);
        return 0;
    case OPT_ENGINE:
        replay->setup.engine = option_engine(argument);
        return 0;
    case ARGP_KEY_ARG:
        if (!*argument)
            break;
        if (replay->file)
            fail_usage("one heap script at a time: '%s' is too much", argument);
        replay->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    fail_usage("which heap script? Usage: pygcsim replay FILE [--collector NAME] [--json]");
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc =
        "Replays a heap script (docs/heap-scripts.md) in the simulated interpreter and prints each "
        "collection: the operation during which it ran, its generation, the tracked objects in "
        "generations 0, 1, 2 as it began, those in the permanent generation, and how many objects "
        "it found unreachable.\v"
        "Example:  pygcsim replay workloads/examples/nepotism.heap --collector cpython-3.11 --json",
};

static int print_json(void *context, const struct collection *c)
{
    struct json json;
    (void)context;
    json_init(&json, stdout);
    json_object(&json, NULL);
    json_count(&json, "op", c->operation);
    json_integer(&json, "generation", c->generation);
    json_array(&json, "before");
    for (int g = 0; g < GENERATIONS; g++)
        json_count(&json, NULL, c->before[g]);
    json_end(&json);
    json_count(&json, "permanent", c->permanent);
    json_count(&json, "unreachable", c->unreachable);
    json_text(&json, "cause", collection_cause_names[c->cause]);
    json_count(&json, "pause_ns", c->pause_ns);
    json_end(&json);
    return ferror(stdout) ? -1 : 0;
}

static int print_row(void *context, const struct collection *c)
{
    bool *header_printed = context;
    char pause[UNITS_TEXT];
    if (!*header_printed)
        printf("%10s %4s %10s %10s %10s %10s %11s %-9s %10s\n", "operation", "gen", "before 0",
               "before 1", "before 2", "permanent", "unreachable", "cause", "pause");
    *header_printed = true;
    printf("%10" PRIu64 " %4d %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %11" PRIu64
           " %-9s %10s\n",
           c->operation, c->generation, c->before[0], c->before[1], c->before[2], c->permanent,
           c->unreachable, collection_cause_names[c->cause],
           units_show_seconds(pause, (double)c->pause_ns / 1e9));
    return ferror(stdout) ? -1 : 0;
}

int command_replay(int argc, char **argv)
{
    struct replay replay = {
        .setup = {.engine = &interval_engine,
                  .collector = collector_version(DEFAULT_COLLECTOR),
                  .sample_ns = SAMPLE_NEVER},
    };
    command_parse(&argp, argc, argv, &replay);

    struct error error;
    struct setting workload, policy;
    struct simulation_result result;
    char *spec;
    if (asprintf(&spec, "script:file=%s", replay.file) < 0)
        out_of_memory();
    if (setting_parse(&workload, spec, workloads, "workload", &error) != 0 ||
        setting_parse(&policy, "default", policies, "policy", &error) != 0)
        fail("%s", error.text);
    replay.setup.workload = &workload;
    replay.setup.policy = &policy;

    bool header_printed = false;
    const struct observer observer = {
        .context = &header_printed,
        .collection = replay.json ? print_json : print_row,
    };
    int status = simulate(&replay.setup, &observer, &result, &error);
    if (status != 0 && error.text[0])
        fail("%s", error.text);
    if (!replay.json)
        printf("%s%" PRIu64 " operations, %" PRIu64 " collections\n", header_printed ? "\n" : "",
               result.operations,
               result.stats[0].collections + result.stats[1].collections +
                   result.stats[2].collections);
    setting_fini(&workload);
    setting_fini(&policy);
    free(spec);
    return EXIT_SUCCESS;
}
