/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim merge: the shares of a sweep into one results file. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "results/store/merge.h"
#include "sim/base/allocate.h"

enum { OPT_INTO = 1, OPT_REPLACE };

static const struct argp_option options[] = {
    {"into", OPT_INTO, "FILE", 0, "The results file to make (default results.db)", 0},
    {"replace", OPT_REPLACE, NULL, 0, "Replace a results file of that name", 0},
    {0},
};

struct command {
    const char **parts, *into;
    size_t count, capacity;
    bool replace;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct command *command = state->input;
    switch (key) {
    case OPT_INTO:
        if (!*argument || strcmp(argument, ":memory:") == 0)
            fail_usage("--into needs the name of a file, not '%s'", argument);
        command->into = argument;
        return 0;
    case OPT_REPLACE:
        command->replace = true;
        return 0;
    case ARGP_KEY_ARG:
        command->parts = allocate_grow(command->parts, &command->capacity, command->count + 1,
                                       sizeof *command->parts);
        command->parts[command->count++] = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        fail_usage("which parts? Usage: pygcsim merge PART... [--into RESULTS]");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* All parts are open at a time. */
static void allow_open_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int command_merge(int argc, char **argv)
{
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "PART...",
        .doc = "Joins the parts of a sweep that was done in shares, on several machines or by a "
               "cluster (docs/cluster.md), into what one machine would have stored. All shares "
               "have to be there, each once and ended; parts are left as they are.\v"
               "Example:  pygcsim sweep experiments/thresholds.yaml --shard 1/2 --db part-1.db\n"
               "          pygcsim sweep experiments/thresholds.yaml --shard 2/2 --db part-2.db\n"
               "          pygcsim merge part-1.db part-2.db --into results.db",
    };
    struct command command = {.into = "results.db"};
    struct merged merged;
    struct error error;
    command_parse(&argp, argc, argv, &command);
    allow_open_files();
    if (merge_parts(command.parts, command.count, command.into, command.replace, &merged, &error) !=
        0)
        fail("%s", error.text);
    printf("%s: %" PRId64 " runs from %zu part%s are in %s\n", merged.name, merged.runs,
           command.count, command.count == 1 ? "" : "s", command.into);
    if (merged.failed)
        printf("%" PRId64 " of them failed.\n", merged.failed);
    print_what_next(command.into);
    free(merged.name);
    free(command.parts);
    return EXIT_SUCCESS;
}
