/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim compile: a program into a file. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "sim/interval/program_file.h"
#include "sim/simulation.h"
#include "workloads/registry.h"

struct command {
    const char *workload_spec, *out;
    bool compress;
    uint64_t memory_bytes;
    struct cost_choice cost;
    struct simulation_setup setup;
};

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{OPTION_WORKLOAD, FIELD(workload_spec)}, .letter = 'w', .argument = "SPEC"},
    {{TERM_COLLECTOR, FIELD(setup.collector)}, .letter = 'c', .argument = "NAME"},
    {{TERM_COST, FIELD(cost)}, .argument = "COST"},
    {{TERM_SEED, FIELD(setup.seed)}, .argument = "N"},
    {{"out", PARAM_PATH, FIELD(out), .initial = "out.program", .meaning = "the file to write"},
     .argument = "FILE"},
    {{OPTION_MEMORY_OR_FILES, FIELD(memory_bytes)}, .argument = "SIZE"},
    {{"compress", PARAM_SWITCH, FIELD(compress),
      .meaning = "smaller, to keep or to send; it has to fit into memory when it is used"}},
    {{NULL}},
};

static void print_what_it_is(const struct compiled *compiled, const struct command *command)
{
    char operations[UNITS_TEXT], births[UNITS_TEXT], isolated[UNITS_TEXT];
    print("%s for %s, seed %llu: %s operations, %s objects, of which %s become isolated\n",
          command->setup.workload->text, command->setup.collector->name,
          (unsigned long long)command->setup.seed,
          units_show_count(operations, (double)compiled->operations),
          units_show_count(births, (double)compiled_count(compiled, COLUMN_births)),
          units_show_count(isolated, (double)compiled_count(compiled, COLUMN_isolated)));
    if (compiled->fault.kind != FAULT_NONE) {
        struct error error;
        fault_describe(&compiled->fault, compiled->place, &error);
        print("Every run of it will end with this error: %s\n", error.text);
    }
    print("`%.*s compare --program %s` runs policies on it.\n", command_name_length(),
          program_invocation_name, command->out);
}

static void compile_program(const struct command *command, struct compiled *compiled)
{
    const struct simulation_setup *setup = &command->setup;
    const struct costs costs = cost_choice_for(&command->cost, setup->collector);
    struct compile_options how = compile_options(command->memory_bytes);
    how.costs = &costs;
    struct progress progress;
    struct error error;
    const struct observer bar = progress_observer(&progress);
    progress_init(&progress, 1);
    progress_next(&progress, 1, "compiling the program");
    int status =
        compile(compiled, setup->workload, setup->seed, setup->collector, &how, &bar, &error);
    progress_clear(&progress);
    if (status != 0)
        fail("%s", error.text);
}

static int run(void *state)
{
    struct command *command = state;
    struct setting workload;
    struct compiled compiled;
    struct error error;
    if (setting_parse(&workload, command->workload_spec, workloads, "workload", &error) != 0)
        fail_usage("%s", error.text);
    command->setup.workload = &workload;
    if (program_file_can_be_written(command->out, &error) != 0)
        fail("%s", error.text);
    compile_program(command, &compiled);
    struct program_origin origin = {.workload = workload.text, .seed = command->setup.seed};
    strncpy(origin.collector, command->setup.collector->name, sizeof origin.collector - 1);
    if (program_file_write(command->out, &compiled, &origin, command->compress, &error) != 0)
        fail("%s", error.text);
    print_what_it_is(&compiled, command);
    compiled_fini(&compiled);
    setting_fini(&workload);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"run", "compare", "list", NULL};

const struct subcommand subcommand_compile = {
    .name = "compile",
    .summary = "a program into a file, for others to run policies on",
    .description = "Compiles a simulated Python program: runs it once, without a collector, and "
                   "writes into a file what happens to its objects. `pygcsim run` and `pygcsim "
                   "compare` take the file with --program: nothing is compiled again, and a "
                   "program may be larger than memory.\n\n" ABOUT_SPECS,
    .examples = "pygcsim compile --workload web:duration=10m --out web.program",
    .options = {options},
    .environment = notes_of_environment,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
