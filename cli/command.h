/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a subcommand is, and what subcommands share. Only code in cli/ prints to the terminal or
 * exits. */
#ifndef PYGCSIM_CLI_COMMAND_H
#define PYGCSIM_CLI_COMMAND_H

#include <errno.h> /* program_invocation_name */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/option.h"
#include "sim/base/attempt.h"
#include "sim/interval/compiled.h"
#include "sweep/file/terms.h"
#include "workloads/registry.h"

/* Every exit status: X(name, number, the only command that has it or NULL, meaning). */
#define EXIT_STATUSES(X)                                                                           \
    X(EXIT_DONE, 0, NULL,                                                                          \
      "It is done. A sweep is, too, if some of its runs have failed: it says how many. So are "    \
      "run "                                                                                       \
      "and compare if no policy is within the limits: `pygcsim best` has a status for that.")      \
    X(EXIT_FAILED, 1, NULL,                                                                        \
      "It could not be done, or a run of run or compare has failed, or best has no answer (no "    \
      "policy is within the limits): a line on standard error says why.")                          \
    X(EXIT_USAGE, 2, NULL,                                                                         \
      "The command line is wrong: a line on standard error says what, and what is allowed.")       \
    X(EXIT_ALL_FAILED, 3, "sweep",                                                                 \
      "Every run of the sweep, or of its share, has failed, now or before: a line on standard "    \
      "error has one's reason.")                                                                   \
    X(EXIT_INTERRUPTED, 130, "sweep",                                                              \
      "Ctrl-C, SIGTERM or SIGHUP has stopped the sweep; the same command goes on from there. "     \
      "Other commands end of the signal, which shells have as 128 and its number.")

enum {
#define X(name, number, only, meaning) name = number,
    EXIT_STATUSES(X)
#undef X
};

struct exit_status {
    int number;
    const char *only, *meaning;
};
extern const struct exit_status exit_statuses[]; /* ends with a NULL meaning */

/* A file or a variable of the environment that a subcommand knows, for its man page. */
struct note {
    const char *name, *text;
};

#define OPTION_TABLES 3

/* Facts; help, man page and completion are written from them. Each file in cli/ that is a
 * subcommand has one, and cli/subcommands.c lists them. */
struct subcommand {
    const char *name;
    const char *summary;     /* a line, lower case, no full stop */
    const char *description; /* paragraphs, with an empty line between two */
    const char *examples;    /* lines as they are typed */
    /* Tables, each of which ends with a NULL name; fewer end with NULL. Help has them apart. */
    const struct command_option *options[OPTION_TABLES];
    const struct command_option *argument;  /* what it takes besides options; NULL: nothing */
    const struct note *files, *environment; /* end with a NULL name; or NULL: none */
    const char *const *see;                 /* other subcommands, ending with NULL; or NULL */
    size_t state_size;                      /* of its own struct, which options fill */
    int (*run)(void *state);                /* returns the exit status */
};

/* Every subcommand, in the order in which help has them; ends with NULL. */
extern const struct subcommand *const subcommands[];

/* Fails with the nearest name if there is none of that name. */
const struct subcommand *subcommand_named(const char *name);

/* "pygcsim NAME: …" on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, then exit. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The account of all that the process takes, and from now on its limit; 0: three quarters of the
 * machine's memory. */
struct memory_account *memory_account(uint64_t limit_bytes);

/* How programs are compiled: what takes more than half of that limit is kept in temporary files, in
 * $TMPDIR or /var/tmp. */
struct compile_options compile_options(uint64_t limit_bytes);

/* How much of program_invocation_name is the command without the subcommand: for advice. */
int command_name_length(void);

/* What to do with the runs that are in that results file now. */
void print_what_next(const char *db);

/* For atexit: closes standard output, and fails if anything written to it was lost (a full disk).
 */
void close_output(void);

/* ---- rows and notes that several subcommands have ------------------------------------------- */

/* {OPTION_DB, PARAM_FIELD(state, db)}, and so on. */
#define OPTION_DB                                                                                  \
    .name = "db", .type = PARAM_PATH, .read = option_read_results, .initial = "results.db",        \
    .meaning = "the results file to add to"

#define OPTION_RESULTS .name = "RESULTS", .type = PARAM_PATH, .meaning = "the results file"

#define OPTION_EXPERIMENT                                                                          \
    .name = "experiment", .type = PARAM_TEXT, .otherwise = "the newest",                           \
    .meaning =                                                                                     \
        "the experiment in it, by name or number, as `pygcsim show RESULTS --list` has them"

#define OPTION_JOBS                                                                                \
    .name = "jobs", .type = PARAM_COUNT, .least = 1, .most = 1024, .otherwise = "one a core",      \
    .meaning = "how many runs to simulate at a time"

#define OPTION_MEMORY                                                                              \
    .name = "memory", .type = PARAM_BYTES, .least = 1, .most = PARAM_UNLIMITED,                    \
    .otherwise = "three quarters of the machine's memory",                                         \
    .meaning = "how much memory everything may take together: a run that needs more fails"

/* Of commands that have programs in files. */
#define OPTION_MEMORY_OR_FILES                                                                     \
    OPTION_MEMORY "; a compiled program that is written to a file, or read from one, is kept in "  \
                  "temporary files beyond half of it, in $TMPDIR or /var/tmp"

#define OPTION_UNTIL                                                                               \
    TERM_UNTIL, .type = PARAM_RULE, .read = until_read, .parts = until_params,                     \
                .form = "a rule such as 5%, ci=5%,metric=latency_p99,most=200, best=2% or covered"

#define OPTION_WORKLOAD                                                                            \
    .name = "workload", .type = PARAM_SPEC, .registry = &workload_registry, .initial = "web",      \
    .meaning = "the program, as web:rate=200,duration=60s"

/* A policy of those that a results file has. */
#define OPTION_BASELINE                                                                            \
    TERM_BASELINE, .type = PARAM_SPEC, .registry = &policy_registry,                               \
                   .otherwise = "as the experiment says"

#define OPTION_LIMIT .name = "limit", TERM_LIMIT, .read = limits_read_option
#define ONE_LIMIT    "a condition such as 'latency_p99 <= 50ms', as often as you like"

/* Of commands that read results. */
#define OPTION_OTHER_LIMIT                                                                         \
    .name = "limit", .type = PARAM_RULE, .read = limits_read_option, .registry = &metric_registry, \
    .otherwise = "those stored with the results", .form = ONE_LIMIT ", or none",                   \
    .meaning = "limits in place of those stored with the results"

#define OPTION_SEEN                                                                                \
    .name = "seen", .type = PARAM_SWITCH,                                                          \
    .meaning = "longest pauses and latencies are judged by what the runs have seen, not by what "  \
               "is predicted up to the horizon"

#define OPTION_BY_MEANS                                                                            \
    .name = "by-means", .type = PARAM_SWITCH,                                                      \
    .meaning = "means decide what is within limits and on a front, whether by chance or not"

/* How the second paragraph of a description goes on where there are specifications. */
#define ABOUT_SPECS                                                                                \
    "A SPEC is a name, or a name and parameters: NAME:KEY=VALUE,KEY=VALUE. Names, keys, units "    \
    "and ranges: `pygcsim list policies`, `pygcsim list workloads`. Times and sizes have units: "  \
    "10s, 250ms, 16MiB."

extern const struct note notes_of_results[];     /* results.db */
extern const struct note notes_of_environment[]; /* TMPDIR */

#endif
