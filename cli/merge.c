/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim merge: the shares of a sweep into one results file. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "cli/print.h"
#include "results/store/merge.h"

struct command {
    struct texts parts;
    const char *into;
    bool replace;
};

static const struct command_option options[] = {
    {{"into", PARAM_PATH, PARAM_FIELD(command, into), .read = option_read_results,
      .initial = "results.db", .meaning = "the results file to make"},
     .argument = "FILE"},
    {{"replace", PARAM_SWITCH, PARAM_FIELD(command, replace),
      .meaning = "replace a results file of that name"}},
    {{NULL}},
};

static const struct command_option part_argument = {
    {"PART", PARAM_PATH, PARAM_FIELD(command, parts),
     .meaning = "the results files of all shares, in any order"},
    .times = TIMES_ANY,
    .what = "part"};

/* All parts are open at a time. */
static void allow_open_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int run(void *state)
{
    const struct command *command = state;
    const struct texts *parts = &command->parts;
    struct merged merged;
    struct error error;
    allow_open_files();
    if (merge_parts(parts->items, parts->count, command->into, command->replace, &merged, &error) !=
        0)
        fail("%s", error.text);
    print("%s: %" PRId64 " runs from %zu part%s are in %s\n", merged.name, merged.runs,
          parts->count, parts->count == 1 ? "" : "s", command->into);
    if (merged.failed)
        print("%" PRId64 " of them failed.\n", merged.failed);
    print_what_next(command->into);
    free(merged.name);
    free(parts->items);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"sweep", "show", NULL};

const struct subcommand subcommand_merge = {
    .name = "merge",
    .summary = "the shares of a sweep, done on several machines, into one file",
    .description = "Joins the parts of a sweep that was done in shares, on several machines or by "
                   "a cluster (docs/cluster.md), into what one machine would have stored. All "
                   "shares have to be there, each once and ended; parts are left as they are.",
    .examples = "pygcsim sweep experiments/thresholds.yaml --shard 1/2 --db part-1.db\n"
                "pygcsim sweep experiments/thresholds.yaml --shard 2/2 --db part-2.db\n"
                "pygcsim merge part-1.db part-2.db --into results.db",
    .options = {options},
    .argument = &part_argument,
    .files = notes_of_results,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
