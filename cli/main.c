/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command `pygcsim`: chooses the subcommand. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "sim/error.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"run", command_run, "one program under one policy, into a results file"},
    {"compare", command_compare, "the same program under several policies: what each costs"},
    {"plot", command_plot, "charts from a results file"},
    {"replay", command_replay, "replay a heap script and print each collection"},
    {"list", command_list, "what there is: policies, workloads, collectors, charts, metrics"},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out)
{
    fputs("Usage: pygcsim COMMAND [OPTION...]\n"
          "Simulates policies for CPython's cycle collector: what they cost in pauses, and in "
          "memory.\n"
          "\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fputs("\n"
          "  `pygcsim COMMAND --help` explains each; `pygcsim --version` prints the version.\n"
          "\n"
          "Try: pygcsim compare --workload web:duration=20s --policy default --policy freeze\n",
          out);
}

int main(int argc, char **argv)
{
    const char *names[COMMANDS + 1] = {NULL};
    program_invocation_name = "pygcsim";
    atexit(close_output);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 ||
        strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("pygcsim " PYGCSIM_VERSION);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const struct command *command = &commands[option_choice("command", argv[1], names)];
    char *name;
    if (asprintf(&name, "%s %s", argv[0], command->name) < 0)
        out_of_memory();
    argv[1] = name;
    return command->run(argc - 1, argv + 1); /* `name` stays: messages begin with it to the end */
}
