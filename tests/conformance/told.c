/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * told COLLECTOR: what policies tell module gc while a program does some steps. Cases come on
 * standard input, each a line with the policy and a line a step, up to a line "run":
 *
 *     event NAME | enable | disable | threshold A B C | freeze | unfreeze | collect G | sleep NS
 *
 * For each case it prints the policy's Python lines, a line "told", a line for what gc is told in
 * each step, with the settings then in force, and a line "end". The program has no heap: only the
 * run loop, the policies and the clock are real. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/model/python.h"
#include "sim/simulation.h"

static void give_up(const char *what, const char *text)
{
    fprintf(stderr, "told: %s: %s\n", what, text);
    exit(2);
}

/* ---- an engine without a heap --------------------------------------------------------------- */

struct steps {
    struct op *ops;
    size_t count, capacity;
};

struct bare {
    const struct steps *steps;
    struct mutator *mutator;
    struct program program;
    size_t next;
    bool over;
};

static void print_told(const struct bare *bare, const char *what)
{
    const struct collector *collector = &bare->mutator->collector;
    if (!bare->over)
        printf("%s, %s %u %u %u\n", what, collector->enabled ? "on" : "off",
               collector->threshold[0], collector->threshold[1], collector->threshold[2]);
}

static void *bare_new(const struct simulation_setup *setup, struct mutator *mutator,
                      struct error *error)
{
    struct bare *bare = allocate_zeroed(1, sizeof *bare);
    (void)error;
    bare->steps = *(const struct steps *const *)setup->workload->state;
    bare->mutator = mutator;
    bare->program = (struct program){.slowdown = 1, .scatter = SCATTER_WORD(SCATTER_random)};
    return bare;
}

static const struct program *bare_program(const void *engine)
{
    return &((const struct bare *)engine)->program;
}

static enum engine_stop bare_run(void *engine, struct op *control)
{
    struct bare *bare = engine;
    if (bare->mutator->due_ns <= bare->mutator->wall_ns)
        return STOP_AGAIN;
    if (bare->next > 0 || bare->steps->count == 0)
        print_told(bare, "step");
    bare->over = bare->next == bare->steps->count;
    if (bare->over)
        return STOP_END;
    *control = bare->steps->ops[bare->next++];
    return STOP_CONTROL;
}

static void bare_collect(void *engine, int generation, struct found *found)
{
    static const char *const whats[GENERATIONS] = {"collect 0", "collect 1", "collect 2"};
    *found = (struct found){0};
    print_told(engine, whats[generation]);
}

static void bare_freeze(void *engine)
{
    print_told(engine, "freeze");
}

static void bare_unfreeze(void *engine)
{
    print_told(engine, "unfreeze");
}

static void bare_totals(void *engine, struct engine_totals *totals)
{
    (void)engine;
    *totals = (struct engine_totals){0};
}

static void bare_ages(void *engine, struct ages *ages)
{
    (void)engine;
    *ages = (struct ages){0};
}

static uint64_t bare_live_bytes(void *engine)
{
    (void)engine;
    return 0;
}

static uint64_t bare_births(const void *engine)
{
    (void)engine;
    return 0;
}

static double bare_progress(const void *engine)
{
    (void)engine;
    return 0;
}

static void bare_locate(const void *engine, uint64_t operation, char *place, size_t size)
{
    (void)engine;
    snprintf(place, size, "step %" PRIu64, operation);
}

static const struct engine bare_engine = {
    .name = "bare",
    .new = bare_new,
    .free = free,
    .program = bare_program,
    .run = bare_run,
    .collect = bare_collect,
    .freeze = bare_freeze,
    .unfreeze = bare_unfreeze,
    .totals = bare_totals,
    .ages = bare_ages,
    .live_bytes = bare_live_bytes,
    .births = bare_births,
    .progress = bare_progress,
    .locate = bare_locate,
};

/* ---- steps ---------------------------------------------------------------------------------- */

static uint32_t event_named(const char *name)
{
    uint32_t event = 0;
    while (event < PROGRAM_EVENT_COUNT && strcmp(program_event_names[event], name) != 0)
        event++;
    if (event == PROGRAM_EVENT_COUNT)
        give_up("no such event", name);
    return event;
}

static struct op read_step(const char *line)
{
    static const struct {
        const char *name;
        enum op_code code;
    } plain[] = {{"enable", OP_ENABLE},
                 {"disable", OP_DISABLE},
                 {"freeze", OP_FREEZE},
                 {"unfreeze", OP_UNFREEZE}};
    char name[64];
    struct op op = {.code = OP_THRESHOLD};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(line, plain[i].name) == 0)
            return (struct op){.code = (uint8_t)plain[i].code};
    if (sscanf(line, "threshold %" SCNu32 " %" SCNu32 " %" SCNu32, &op.a, &op.b, &op.c) == 3)
        return op;
    if (sscanf(line, "event %63s", name) == 1)
        return (struct op){.code = OP_EVENT, .a = event_named(name)};
    if (sscanf(line, "collect %" SCNu32, &op.a) == 1)
        return (struct op){.code = OP_COLLECT, .a = op.a};
    op = (struct op){.code = OP_SLEEP};
    if (sscanf(line, "sleep %" SCNu64, &op.ns) != 1)
        give_up("no such step", line);
    return op;
}

/* ---- cases ---------------------------------------------------------------------------------- */

static void run_case(const char *spec, const struct steps *steps,
                     const struct collector_version *collector)
{
    static const struct component nothing = {.name = "steps"};
    struct setting policy, workload = {.component = &nothing, .state = &steps};
    struct error error = {""};
    struct simulation_result result;
    if (setting_parse(&policy, spec, policies, "policy", &error) != 0)
        give_up(spec, error.text);
    python_write(stdout, &policy);
    puts("told");
    const struct simulation_setup setup = {
        .engine = &bare_engine,
        .collector = collector,
        .workload = &workload,
        .policy = &policy,
        .sample_ns = SAMPLE_NEVER,
    };
    if (simulate(&setup, NULL, &result, &error) != 0)
        give_up(spec, error.text);
    puts("end");
    setting_fini(&policy);
}

int main(int count, char **arguments)
{
    char line[4096], spec[4096] = "";
    struct steps steps = {0};
    const struct collector_version *collector = count == 2 ? collector_version(arguments[1]) : NULL;
    if (!collector)
        give_up("usage", "told COLLECTOR <CASES");
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (!spec[0]) {
            strcpy(spec, line);
        } else if (strcmp(line, "run") == 0) {
            run_case(spec, &steps, collector);
            steps.count = 0;
            spec[0] = '\0';
        } else {
            steps.ops =
                allocate_grow(steps.ops, &steps.capacity, steps.count + 1, sizeof *steps.ops);
            steps.ops[steps.count++] = read_step(line);
        }
    }
    free(steps.ops);
    return 0;
}
