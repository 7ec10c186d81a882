/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command `pygcsim`: chooses the subcommand. */
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/print.h"
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

/* One of the three that is closed would be the next file that is opened, and get what is printed.
 * What stands for it cannot be used, and whoever does gets told. */
static void open_standard_files(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 &&
            open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY) != file)
            exit(EXIT_FAILURE);
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
    open_standard_files();
    signal(SIGXFSZ, SIG_IGN); /* so that a file that may not grow is an error of writing */
    atexit(close_output);
    if (argc < 2) {
        help_print_all(stderr);
        return EXIT_USAGE;
    }
    if (is_one_of(argv[1], "--help", "-?", "-h"))
        argv[1] = "help"; /* with what follows: `pygcsim --help run` */
    if (is_one_of(argv[1], "--version", "-V", "version")) {
        if (argc > 2) {
            print_to(stderr, "%s: nothing goes with %s: '%s' is too much\n", argv[0], argv[1],
                     argv[2]);
            return EXIT_USAGE;
        }
        print("pygcsim " PYGCSIM_VERSION "\n");
        return EXIT_SUCCESS;
    }
    return attempt_subcommand((struct words){argc, argv});
}
