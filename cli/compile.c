/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim compile: a program into a file. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "sim/engines.h"
#include "sim/interval/program_file.h"
#include "workloads/registry.h"

enum { OPT_COMPRESS = 1, OPT_MEMORY, OPT_OUT, OPT_SEED };

static const struct argp_option options[] = {
    {"workload", 'w', "SPEC", 0, HELP_WORKLOAD, 0},
    {"collector", 'c', "NAME", 0, HELP_COLLECTOR, 0},
    {"seed", OPT_SEED, "N", 0, HELP_SEED, 0},
    {"out", OPT_OUT, "FILE", 0, "The file to write (default out.program)", 0},
    {"memory", OPT_MEMORY, "SIZE", 0, HELP_MEMORY, 0},
    {"compress", OPT_COMPRESS, NULL, 0,
     "Smaller, to keep or to send; it has to fit into memory when it is used", 0},
    {0},
};

struct compile_command {
    const char *workload_spec, *out;
    bool compress;
    uint64_t memory_bytes;
    struct simulation_setup setup;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct compile_command *command = state->input;
    switch (key) {
    case 'w':
        command->workload_spec = argument;
        return 0;
    case 'c':
        command->setup.collector = option_collector(argument);
        return 0;
    case OPT_SEED:
        command->setup.seed = option_count("seed", argument, 0, INT64_MAX);
        return 0;
    case OPT_OUT:
        if (!*argument)
            fail_usage("--out needs the name of a file");
        command->out = argument;
        return 0;
    case OPT_MEMORY:
        command->memory_bytes = option_bytes("memory", argument);
        return 0;
    case OPT_COMPRESS:
        command->compress = true;
        return 0;
    case ARGP_KEY_ARG:
        fail_usage("'%s' is too much; what to do is said with options (--help)", argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_what_it_is(const struct compiled *compiled, const struct compile_command *command)
{
    char operations[UNITS_TEXT], births[UNITS_TEXT], isolated[UNITS_TEXT];
    printf("%s for %s, seed %llu: %s operations, %s objects, of which %s become isolated\n",
           command->setup.workload->text, command->setup.collector->name,
           (unsigned long long)command->setup.seed,
           units_show_count(operations, (double)compiled->operations),
           units_show_count(births, (double)compiled_count(compiled, COLUMN_births)),
           units_show_count(isolated, (double)compiled_count(compiled, COLUMN_isolated)));
    if (compiled->fault.kind != FAULT_NONE) {
        struct error error;
        fault_describe(&compiled->fault, compiled->place, &error);
        printf("Every run of it will end with this error: %s\n", error.text);
    }
    printf("`%.*s compare --program %s` runs policies on it.\n", command_name_length(),
           program_invocation_name, command->out);
}

int command_compile(int argc, char **argv)
{
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Compiles a simulated Python program: runs it once, without a collector, and writes "
               "into a file what happens to its objects. `run` and `compare` take the file with "
               "--program: nothing is compiled again, and a program may be larger than "
               "memory.\n\n" HELP_SPEC
               "Example:  pygcsim compile --workload web:duration=10m --out web.program",
    };
    struct compile_command command = {
        .workload_spec = "web",
        .out = "out.program",
        .setup = {.engine = &interval_engine,
                  .collector = collector_version(DEFAULT_COLLECTOR),
                  .seed = 1},
    };
    struct setting workload;
    struct compiled compiled;
    struct progress progress;
    struct error error;
    command_parse(&argp, argc, argv, &command);
    if (setting_parse(&workload, command.workload_spec, workloads, "workload", &error) != 0)
        fail_usage("%s", error.text);
    command.setup.workload = &workload;
    if (program_file_can_be_written(command.out, &error) != 0)
        fail("%s", error.text);
    const struct compile_options how = compile_options(command.memory_bytes);
    const struct observer bar = progress_observer(&progress);
    progress_init(&progress, 1);
    progress_next(&progress, 1, "compiling the program");
    int status = compile(&compiled, &workload, command.setup.seed, command.setup.collector, &how,
                         &bar, &error);
    progress_clear(&progress);
    if (status != 0)
        fail("%s", error.text);
    struct program_origin origin = {.workload = workload.text, .seed = command.setup.seed};
    strncpy(origin.collector, command.setup.collector->name, sizeof origin.collector - 1);
    if (program_file_write(command.out, &compiled, &origin, command.compress, &error) != 0)
        fail("%s", error.text);
    print_what_it_is(&compiled, &command);
    compiled_fini(&compiled);
    setting_fini(&workload);
    return EXIT_SUCCESS;
}
