/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim inspect: the heap of a script at one of its operations. */
#include "cli/inspect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/graph/graph_engine.h"
#include "sim/simulation.h"
#include "workloads/heap_script.h"
#include "workloads/registry.h"

/* ---- options -------------------------------------------------------------------------------- */

/* A whole number without a sign, up to `end`. */
static bool read_number(const char *text, const char **end, uint32_t *number)
{
    uint64_t value = 0;
    const char *c = text;
    for (; *c >= '0' && *c <= '9' && value < UINT32_MAX; c++)
        value = value * 10 + (uint64_t)(*c - '0');
    *end = c;
    *number = (uint32_t)value;
    return c > text && value < UINT32_MAX;
}

static int read_object(const struct param *param, const char *label, void *field, const char *text,
                       struct error *error)
{
    struct object_name *name = field;
    const char *end;
    name->given = true;
    name->by_label = *text == '@';
    if (!read_number(text + name->by_label, &end, &name->number) || *end)
        return param_refuse(param, label, text, error);
    return 0;
}

static int read_span(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    struct span *span = field;
    const char *end;
    span->given = true;
    if (!read_number(text, &end, &span->from) || strncmp(end, "..", 2) != 0 ||
        !read_number(end + 2, &end, &span->to) || *end || span->from >= span->to)
        return param_refuse(param, label, text, error);
    return 0;
}

#define FIELD(name) PARAM_FIELD(inspect, name)

/* An option that asks about one object. */
#define OBJECT(option, name)                                                                       \
    option, PARAM_RULE, FIELD(name), .read = read_object, .otherwise = "not asked",                \
                                     .form = "a register such as 3, or an operation such as @12, " \
                                             "for the object that it has made"

static const struct command_option options[] = {
    {{"at", PARAM_COUNT, FIELD(at), .least = 0, .most = HEAP_SCRIPT_BYTES, .otherwise = "the last",
      .meaning = "the operation after which to look, counted from 0"},
     .argument = "OP",
     OPTION_GIVEN(inspect, at_given),
     .rival = 1},
    {{TERM_COLLECTOR, FIELD(setup.collector)}, .letter = 'c', .argument = "NAME"},
    {{"json", PARAM_SWITCH, FIELD(json), .meaning = "the answers as one JSON object"}},
    {{"dot", PARAM_PATH, FIELD(dot), .otherwise = "none", .meaning = "draw it, for Graphviz"},
     .argument = "FILE"},
    {{"svg", PARAM_PATH, FIELD(svg), .otherwise = "none",
      .meaning = "draw it, with Graphviz, as a picture; what is alike in large heaps is one node"},
     .argument = "FILE"},
    {{NULL}},
};

static const struct command_option questions[] = {
    {{OBJECT("referrers", referrers_to),
      .meaning = "what refers to an object: as gc.get_referrers answers, and what it does not see"},
     .argument = "R"},
    {{OBJECT("referents", referents_from),
      .meaning = "what an object refers to: as gc.get_referents answers, and what it does not see"},
     .argument = "R"},
    {{OBJECT("refcount", refcount_of),
      .meaning = "an object's reference count, and where the references are"},
     .argument = "R"},
    {{OBJECT("why-alive", why_alive),
      .meaning = "a shortest path to an object from a register (another than R) or gc.garbage; of "
                 "garbage, the cycle that keeps it"},
     .argument = "R"},
    {{"get-objects", PARAM_COUNT, FIELD(generation), .least = 0, .most = GENERATIONS - 1,
      .absent = "all", .otherwise = "not asked",
      .meaning = "what gc.get_objects answers, in its order"},
     .argument = "G",
     OPTION_GIVEN(inspect, generation_given)},
    {{"cycles", PARAM_SWITCH, FIELD(cycles_wanted),
      .meaning = "strongly connected components, those of the same kinds together, with a "
                 "shortest cycle"}},
    {{"leaks", PARAM_RULE, FIELD(leaks), .read = read_span, .otherwise = "not asked",
      .form = "two operations, such as 1000..2000",
      .meaning = "what has grown between two operations, by kind and by what holds it"},
     .argument = "FROM..TO",
     .rival = 1},
    {{NULL}},
};

static const struct command_option file_argument = {
    {"FILE", PARAM_PATH, FIELD(file), .meaning = "the heap script"}, .what = "heap script"};

/* ---- the heap ------------------------------------------------------------------------------- */

/* Runs the script up to operation `last`, that one included; UINT64_MAX: to its end. */
static void look(struct inspect *inspect, uint64_t last, const char *option,
                 struct snapshot *snapshot)
{
    struct simulation_setup setup = inspect->setup;
    struct simulation_result result;
    struct setting workload, policy;
    struct error error;
    char *spec, wanted[32] = "all";
    if (last != UINT64_MAX)
        snprintf(wanted, sizeof wanted, "%" PRIu64, last + 1);
    if (asprintf(&spec, "script:operations=%s,file=%s", wanted, inspect->file) < 0)
        out_of_memory();
    if (setting_parse(&workload, spec, workloads, "workload", &error) != 0 ||
        setting_parse(&policy, "default", policies, "policy", &error) != 0)
        fail("%s", error.text);
    setup.engine = &graph_engine;
    setup.sample_ns = SAMPLE_NEVER;
    setup.workload = &workload;
    setup.policy = &policy;
    setup.snapshot = snapshot;
    if (simulate(&setup, NULL, &result, &error) != 0)
        fail("%s", error.text);
    inspect->operations = result.operations;
    if (last != UINT64_MAX && result.operations <= last)
        fail("%s%" PRIu64 ": %s has %" PRIu64 " operations, counted from 0", option, last,
             inspect->file, result.operations);
    setting_fini(&workload);
    setting_fini(&policy);
    free(spec);
}

static void find_object(const struct inspect *inspect, struct object_name *name, const char *option)
{
    const struct snapshot *heap = &inspect->heap;
    if (!name->given)
        return;
    name->object = name->by_label ? snapshot_labelled(heap, name->number)
                                  : snapshot_in_register(heap, name->number);
    if (name->object != NO_NODE)
        return;
    if (name->by_label)
        fail("--%s=@%u: no object is alive that operation %u has made", option, name->number,
             name->number);
    fail("--%s=%u: register %u is empty", option, name->number, name->number);
}

/* ---- answers -------------------------------------------------------------------------------- */

/* The root that a name is one of; NO_NODE if it is a label. */
static uint32_t root_of(const struct inspect *inspect, const struct object_name *name)
{
    const struct snapshot *heap = &inspect->heap;
    for (size_t r = 0; !name->by_label && r < heap->root_count; r++)
        if (heap->roots[r].kind == ROOT_REGISTER && heap->roots[r].number == name->number)
            return (uint32_t)r;
    return NO_NODE;
}

static struct paths paths_from_roots(const struct snapshot *heap)
{
    struct adjacency rooted = snapshot_rooted(heap);
    struct paths paths = paths_from(&rooted, rooted.count - 1, NO_NODE);
    adjacency_free(&rooted);
    return paths;
}

static void answer(struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    find_object(inspect, &inspect->referrers_to, "referrers");
    find_object(inspect, &inspect->referents_from, "referents");
    find_object(inspect, &inspect->refcount_of, "refcount");
    find_object(inspect, &inspect->why_alive, "why-alive");
    if (inspect->referrers_to.given)
        inspect->referrers = references_to(heap, inspect->referrers_to.object);
    if (inspect->referents_from.given)
        inspect->referents = references_from(heap, inspect->referents_from.object);
    if (inspect->refcount_of.given)
        inspect->count = references_counted(heap, inspect->refcount_of.object);
    if (inspect->why_alive.given)
        inspect->hold =
            hold_find(heap, inspect->why_alive.object, root_of(inspect, &inspect->why_alive));
    if (inspect->cycles_wanted)
        inspect->cycles = cycle_groups_find(heap);
    if (inspect->leaks.given)
        inspect->growth = growth_find(&inspect->before, heap);
    inspect->alive = paths_from_roots(heap);
}

static void finish(struct inspect *inspect)
{
    free(inspect->referrers.items);
    free(inspect->referents.items);
    hold_fini(&inspect->hold);
    cycle_groups_fini(&inspect->cycles);
    growth_fini(&inspect->growth);
    paths_fini(&inspect->alive);
    snapshot_fini(&inspect->before);
    snapshot_fini(&inspect->heap);
}

static void check_is_another(const struct inspect *inspect, const char *option, const char *path)
{
    struct stat script, written;
    if (path && stat(inspect->file, &script) == 0 && stat(path, &written) == 0 &&
        script.st_dev == written.st_dev && script.st_ino == written.st_ino)
        fail_usage("--%s=%s is the script itself; give another name", option, path);
}

static void check_are_two(const char *dot, const char *svg)
{
    if (dot && svg && strcmp(dot, svg) == 0)
        fail_usage("--dot and --svg are both %s; give one another name", dot);
}

/* A script that comes through a pipe is gone when it has been read. */
static void check_readable_twice(const struct inspect *inspect)
{
    struct stat is;
    if (stat(inspect->file, &is) == 0 && S_ISFIFO(is.st_mode))
        fail("--leaks reads the script twice, and %s is a pipe", inspect->file);
}

static int run(void *state)
{
    struct inspect *inspect = state;
    check_is_another(inspect, "dot", inspect->dot);
    check_is_another(inspect, "svg", inspect->svg);
    check_are_two(inspect->dot, inspect->svg);
    uint64_t last = inspect->at_given ? (uint64_t)inspect->at : UINT64_MAX;
    if (inspect->leaks.given) {
        check_readable_twice(inspect);
        look(inspect, inspect->leaks.from, "--leaks: operation ", &inspect->before);
        last = inspect->leaks.to;
    }
    look(inspect, last, inspect->leaks.given ? "--leaks: operation " : "--at=", &inspect->heap);
    answer(inspect);
    inspect_draw(inspect);
    if (inspect->json)
        inspect_print_json(inspect);
    else
        inspect_print(inspect);
    finish(inspect);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"replay", NULL};

const struct subcommand subcommand_inspect = {
    .name = "inspect",
    .summary = "the heap of a script at one of its operations: objects, cycles, leaks",
    .description =
        "Runs a heap script (docs/heap-scripts.md) in the simulated interpreter up to one of its "
        "operations, and answers questions about the heap as it is then (docs/inspect.md). Without "
        "a question: how many objects of each kind are in each generation.\n\nAn object is named "
        "by the register that holds it, or, as @12, by the operation that has made it; answers "
        "call it #12.",
    .examples = "pygcsim inspect workloads/examples/nepotism.heap --cycles",
    .options = {questions, options},
    .argument = &file_argument,
    .see = see,
    .state_size = sizeof(struct inspect),
    .run = run,
};
