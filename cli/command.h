/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the subcommands share. Only code in cli/ prints to the terminal or exits.
 *
 * Exit status: 0 done; 1 it could not be done (a file, a database, a malformed program); 2 the
 * command line was wrong. */
#ifndef PYGCSIM_CLI_COMMAND_H
#define PYGCSIM_CLI_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/interval/compiled.h"
#include "sim/simulation.h"
#include "sweep/until.h"

#define EXIT_USAGE 2

/* A subcommand gets its own words, argv[0] being "pygcsim NAME", and returns the exit status. */
int command_run(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_compile(int argc, char **argv);
int command_show(int argc, char **argv);
int command_best(int argc, char **argv);
int command_sensitivity(int argc, char **argv);
int command_export(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_report(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_list(int argc, char **argv);

/* "pygcsim NAME: …" on standard error, then exit. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* argp_parse with the project's conventions: usage errors are one line and exit with EXIT_USAGE.
 * All options have a long name. */
void command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* Values of options; each fails with one line that says what is allowed. */
const struct collector_version *option_collector(const char *text);
const struct engine *option_engine(const char *text);
uint64_t option_count(const char *option, const char *text, uint64_t least, uint64_t most);
uint64_t option_duration(const char *option, const char *text);
uint64_t option_bytes(const char *option, const char *text);
struct until option_until(const char *text);
struct warmup option_warmup(const char *text);

/* The name from the middle of a list that ends with NULL; fails with the allowed ones. */
size_t option_choice(const char *what, const char *text, const char *const *names);

/* How programs are compiled: what takes more than `memory_bytes` (0: half of the machine's) is kept
 * in temporary files, in $TMPDIR or /var/tmp. */
struct compile_options compile_options(uint64_t memory_bytes);

/* How much of program_invocation_name is the command without the subcommand: for advice. */
int command_name_length(void);

/* What to do with the runs that are in that results file now. */
void print_what_next(const char *db);

/* For atexit: closes standard output, and fails if anything written to it was lost (a full disk).
 */
void close_output(void);

/* Shared texts of options that several subcommands have. */
#define HELP_COLLECTOR                                                                             \
    "Interpreter version, cpython-3.8 to cpython-3.13 or cpython-3.15 (default " DEFAULT_COLLECTOR \
    "; `pygcsim list collectors`)"
#define HELP_ENGINE                                                                                \
    "How the heap is simulated: interval (default: compiles the program once and replays "         \
    "policies "                                                                                    \
    "over it) or graph (object by object; the same results)"
#define HELP_MEMORY                                                                                \
    "A compiled program larger than that is kept in temporary files, in $TMPDIR or /var/tmp "      \
    "(default: half of the machine's memory)"
#define HELP_SEED "Seed of all random streams (default 1); same seed, same program"
#define HELP_UNTIL                                                                                 \
    "Adds replications until half of the 95% interval of a mean is that share of it at most, as "  \
    "ci=5% or ci=5%,metric=latency_p99,most=200"
#define HELP_WORKLOAD "The program, as web:rate=200,duration=60s (default web)"
#define HELP_SPEC                                                                                  \
    "A SPEC is a name, or a name and parameters: NAME:KEY=VALUE,KEY=VALUE. Names, keys, units "    \
    "and ranges: `pygcsim list policies`, `pygcsim list workloads`. Times and sizes have units: "  \
    "10s, 250ms, 16MiB.\v"

#endif
