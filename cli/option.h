/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The options of commands, as rows of tables; and the one parser that reads command lines by them.
 * Help (cli/help.c), man pages (cli/man.c), completions (cli/completion.c) and docs/commands.md
 * (cli/list.c) come from the same tables. What an experiment file has too is a term
 * (sweep/file/terms.h). */
#ifndef PYGCSIM_CLI_OPTION_H
#define PYGCSIM_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/param.h"

/* An option, or an argument that is none: of that only `param`, `times` and `what` count. */
struct command_option {
    struct param param; /* its name without dashes; its field is one of the command's own struct */
    char letter;        /* 'c' of -c; 0: none */
    const char *argument; /* what its value is called in help, as "NAME"; a switch has none */
    const char *alone; /* the value that it has without one, and then one stands behind its =; NULL:
                          it needs one */
    unsigned times;    /* 0: it may be given once. Else so often at most, and the field is a struct
                        * texts, unless the row has a reader of its own, which is called each time */
    const char *more;  /* where once is not enough: what to do, in words; or NULL */
    unsigned rival;    /* options of a command with the same number exclude each other; 0: none */
    size_t given;      /* offset of a bool: was it given? 0: nobody asks */
    const char *what;  /* an argument: "results file" */
};

#define TIMES_ANY UINT32_MAX

/* For tables: the bool that tells whether it was given; not the first field of its struct. */
#define OPTION_GIVEN(state, field) .given = offsetof(struct state, field)

/* Texts of an option that may be given several times, in the order given; they are the command
 * line's, the array is to be freed. */
struct texts {
    const char **items;
    size_t count, capacity;
};

struct subcommand;

/* Fills the subcommand's state from a command line, argv[0] being "pygcsim NAME". What is wrong is
 * said in one line, and ends the program with EXIT_USAGE; --help prints help and ends it. */
void option_parse(const struct subcommand *subcommand, int argc, char **argv, void *state);

/* The i-th option of a subcommand, --help last; NULL after that. */
const struct command_option *option_at(const struct subcommand *subcommand, size_t i);

/* "which results file? Usage: …", and the end of the program. */
_Noreturn void option_fail_missing(const struct subcommand *subcommand);

/* ---- in words ------------------------------------------------------------------------------- */

/* What holds if it is not given; NULL if there is nothing to say. */
const char *option_default(const struct command_option *option);

/* What it takes, as far as its argument's name does not say it; "" if there is nothing to say. */
char *option_allowed(const struct command_option *option, char *buffer, size_t size);

/* Its meaning, and in parentheses what it takes and its default, each where there is one. */
char *option_describe(const struct command_option *option, char *buffer, size_t size);

/* "pygcsim show [OPTION...] RESULTS" */
char *usage_text(const struct subcommand *subcommand, char *buffer, size_t size);

/* ---- readers that several commands have ------------------------------------------------------ */

/* The name of a results file to write: a const char *. */
int option_read_results(const struct param *param, const char *label, void *field, const char *text,
                        struct error *error);

#endif
