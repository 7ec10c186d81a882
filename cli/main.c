/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command `pygcsim`: chooses the subcommand. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/documentation.h"
#include "sim/base/allocate.h"
#include "sim/base/error.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"run", command_run, "one program under one policy, into a results file"},
    {"compare", command_compare, "the same program under several policies: what each costs"},
    {"sweep", command_sweep, "an experiment file: many settings, many seeds; goes on where it was"},
    {"merge", command_merge, "the shares of a sweep, done on several machines, into one file"},
    {"compile", command_compile, "a program into a file, for others to run policies on"},
    {"show", command_show, "what an experiment has found out: means, intervals, differences"},
    {"best", command_best, "which policy to take, and the Python lines that set it"},
    {"sensitivity", command_sensitivity, "which parameter matters for which metric"},
    {"export", command_export, "an experiment as CSV, JSON or a log, for other programs"},
    {"plot", command_plot, "charts from a results file"},
    {"report", command_report, "a page about an experiment, to show to others: HTML, one file"},
    {"replay", command_replay, "replay a heap script and print each collection"},
    {"list", command_list, "what there is: policies, workloads, collectors, charts, metrics"},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out)
{
    char folder[PATH_MAX];
    fputs("Usage: pygcsim COMMAND [OPTION...]\n"
          "Simulates policies for CPython's cycle collector: what they cost in pauses, and in "
          "memory.\n"
          "\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].summary);
    fputs("\n"
          "  `pygcsim COMMAND --help` explains each; `pygcsim --version` prints the version.\n"
          "\n"
          "Try: pygcsim compare --workload web:duration=20s --policy default --policy freeze\n"
          "\n",
          out);
    fprintf(out, HELP_DOCUMENTATION "\n", documentation_folder(folder));
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

/* Runs the subcommand argv[1] names, with argv[0] and that name as its argv[0]. */
static int run_command(int argc, char **argv)
{
    const char *names[COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const struct command *command = &commands[option_choice("command", argv[1], names)];
    char *name; /* stays to the end: messages begin with it */
    if (asprintf(&name, "%s %s", argv[0], command->name) < 0)
        out_of_memory();
    argv[1] = name;
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    atexit(close_output);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 && argc > 2) {
        char help[] = "--help", *words[] = {argv[0], argv[2], help, NULL};
        return run_command(3, words);
    }
    if (is_one_of(argv[1], "--help", "-?", "-h") || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (is_one_of(argv[1], "--version", "-V", "version")) {
        puts("pygcsim " PYGCSIM_VERSION);
        return EXIT_SUCCESS;
    }
    return run_command(argc, argv);
}
