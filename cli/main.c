/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command `pygcsim`: chooses the subcommand. */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "sim/base/allocate.h"
#include "sim/base/attempt.h"

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

struct words {
    int argc;
    char **argv;
};

/* Runs the subcommand argv[1] names, with argv[0] and that name as its argv[0]; returns the exit
 * status. */
static int run_subcommand(void *context, struct error *error)
{
    const struct words *words = context;
    char **argv = words->argv, *name; /* stays to the end: messages begin with it */
    const struct subcommand *subcommand = subcommand_named(argv[1]);
    (void)error;
    if (asprintf(&name, "%s %s", argv[0], subcommand->name) < 0)
        out_of_memory();
    argv[1] = name;
    void *state = allocate_zeroed(1, subcommand->state_size);
    option_parse(subcommand, words->argc - 1, argv + 1, state);
    int status = subcommand->run(state);
    free(state);
    return status;
}

/* The same; memory that has run out, where nothing smaller was attempted, is told here. */
static int attempt_subcommand(struct words words)
{
    struct error error;
    gsl_set_error_handler(attempt_gsl_error);
    int status = attempt_within(memory_account(0), run_subcommand, &words, &error);
    if (status < 0)
        fail("%s", error.text);
    return status;
}

int main(int argc, char **argv)
{
    atexit(close_output);
    if (argc < 2) {
        help_print_all(stderr);
        return EXIT_USAGE;
    }
    if (is_one_of(argv[1], "--help", "-?", "-h"))
        argv[1] = "help"; /* with what follows: `pygcsim --help run` */
    if (is_one_of(argv[1], "--version", "-V", "version")) {
        if (argc > 2) {
            fprintf(stderr, "%s: nothing goes with %s: '%s' is too much\n", argv[0], argv[1],
                    argv[2]);
            return EXIT_USAGE;
        }
        puts("pygcsim " PYGCSIM_VERSION);
        return EXIT_SUCCESS;
    }
    return attempt_subcommand((struct words){argc, argv});
}
