/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim replay: a heap script in, its collections out. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/gc_log.h"
#include "cli/print.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/base/json.h"
#include "sim/engines.h"
#include "sim/model/graph_need.h"
#include "sim/model/stream.h"
#include "sim/simulation.h"
#include "workloads/registry.h"

struct replay {
    const char *file;
    bool json, events, text;
    int64_t text_form;
    struct cost_choice cost;
    struct simulation_setup setup;
};

#define FIELD(name) PARAM_FIELD(replay, name)

#define FORMS 1 /* rivals: of what is printed */

static const char *const text_forms[] = {
    [GC_LOG_LABELS] = "labels", [GC_LOG_PLAIN] = "plain", [GC_LOG_EVENTS] = NULL};

static const struct command_option options[] = {
    {{TERM_COLLECTOR, FIELD(setup.collector)}, .letter = 'c', .argument = "NAME"},
    {{TERM_COST, FIELD(cost)}, .argument = "COST"},
    {{"json", PARAM_SWITCH, FIELD(json), .meaning = "one JSON object a line for each collection"},
     .rival = FORMS},
    {{"events", PARAM_SWITCH, FIELD(events),
      .meaning = "one JSON object a line for everything that module gc does and is asked"},
     .rival = FORMS},
    {{"debug-text", PARAM_CHOICE, FIELD(text_form), .choices = text_forms, .otherwise = "none",
      .meaning = "what CPython prints with gc.DEBUG_STATS and the script's own flags; labels: each "
                 "line behind its operation, labels for addresses; plain: as it prints it"},
     .argument = "FORM",
     .alone = "labels",
     .rival = FORMS,
     OPTION_GIVEN(replay, text)},
    {{"baseline", PARAM_COUNT, FIELD(setup.permanent), .least = 0, .most = 10000000, .initial = "0",
      .meaning = "begin with so many objects of the interpreter's own in the permanent "
                 "generation"},
     .argument = "N"},
    {{TERM_ENGINE, FIELD(setup.engine)}, .argument = "NAME"},
    {{NULL}},
};

static const struct command_option file_argument = {
    {"FILE", PARAM_PATH, FIELD(file), .meaning = "the heap script"}, .what = "heap script"};

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
        print("%10s %4s %10s %10s %10s %10s %11s %-9s %10s\n", "operation", "gen", "before 0",
              "before 1", "before 2", "permanent", "unreachable", "cause", "pause");
    *header_printed = true;
    print("%10" PRIu64 " %4d %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %11" PRIu64
          " %-9s %10s\n",
          c->operation, c->generation, c->before[0], c->before[1], c->before[2], c->permanent,
          c->unreachable, collection_cause_names[c->cause],
          units_show_seconds(pause, (double)c->pause_ns / 1e9));
    return ferror(stdout) ? -1 : 0;
}

static bool prints_table(const struct replay *replay)
{
    return !replay->json && !replay->events && !replay->text;
}

static void print_summary(const struct replay *replay, const struct simulation_result *result,
                          bool header_printed)
{
    print(header_printed ? "\n%" PRIu64 " operations, %" PRIu64 " collections\n"
                         : "%" PRIu64 " operations, %" PRIu64 " collections\n",
          result->operations,
          result->stats[0].collections + result->stats[1].collections +
              result->stats[2].collections);
    if (costs_are_borrowed(replay->setup.costs, replay->setup.collector))
        print("Times of %s are those measured on %s.\n", replay->setup.collector->name,
              replay->setup.costs->interpreter);
}

/* One that is named is taken, if it tells all that is to be heard. */
static void choose_engine(struct replay *replay)
{
    struct error why;
    const struct engine *named = replay->setup.engine;
    if (named && replay->setup.listens)
        replay->setup.engine = NULL;
    replay->setup.engine = engine_choose(&replay->setup, &why);
    if (named == &interval_engine && why.text[0])
        fail(GRAPH_NEED_LINE, why.text);
    if (why.text[0] && !named)
        print_to(stderr, "%s: " GRAPH_NEED_LINE "\n", program_invocation_name, why.text);
    if (named)
        replay->setup.engine = named;
}

static void replay_it(struct replay *replay)
{
    bool header_printed = false;
    struct gc_log log = {.form = (enum gc_log_form)replay->text_form, .out = stdout};
    struct observer observer = {
        .context = &header_printed,
        .collection = replay->json ? print_json : print_row,
    };
    struct simulation_result result;
    struct error error;
    if (replay->events)
        log.form = GC_LOG_EVENTS;
    if (replay->events || replay->text)
        observer = gc_log_observer(&log);
    replay->setup.listens = replay->events || replay->text;
    stream_prepare(replay->setup.workload);
    choose_engine(replay);
    if (simulate(&replay->setup, &observer, &result, &error) != 0 && error.text[0])
        fail("%s", error.text);
    if (prints_table(replay))
        print_summary(replay, &result, header_printed);
}

static int run(void *state)
{
    struct replay *replay = state;
    struct error error;
    struct setting workload, policy;
    char *spec;
    if (asprintf(&spec, "script:file=%s", replay->file) < 0)
        out_of_memory();
    if (setting_parse(&workload, spec, workloads, "workload", &error) != 0 ||
        setting_parse(&policy, "default", policies, "policy", &error) != 0)
        fail("%s", error.text);
    const struct costs costs = cost_choice_for(&replay->cost, replay->setup.collector);
    replay->setup.costs = &costs;
    replay->setup.sample_ns = SAMPLE_NEVER;
    replay->setup.workload = &workload;
    replay->setup.policy = &policy;
    replay_it(replay);
    setting_fini(&workload);
    setting_fini(&policy);
    free(spec);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"list", "run", NULL};

const struct subcommand subcommand_replay = {
    .name = "replay",
    .summary = "replay a heap script and print each collection",
    .description = "Replays a heap script (docs/heap-scripts.md) in the simulated interpreter and "
                   "prints each collection: the operation during which it ran, its generation, the "
                   "tracked objects in generations 0, 1, 2 as it began, those in the permanent "
                   "generation, and how many objects it found unreachable. Or it prints all that "
                   "module gc does, or what CPython would print.",
    .examples = "pygcsim replay workloads/examples/nepotism.heap \\\n"
                "    --collector cpython-3.11 --json",
    .options = {options},
    .argument = &file_argument,
    .see = see,
    .state_size = sizeof(struct replay),
    .run = run,
};
