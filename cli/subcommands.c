/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line a subcommand. */
#include <string.h>

#include "cli/command.h"
#include "sim/base/suggest.h"

/* X(the constant that its file exports) */
#define SUBCOMMANDS(X)                                                                             \
    X(subcommand_run)                                                                              \
    X(subcommand_compare)                                                                          \
    X(subcommand_sweep)                                                                            \
    X(subcommand_merge)                                                                            \
    X(subcommand_compile)                                                                          \
    X(subcommand_show)                                                                             \
    X(subcommand_best)                                                                             \
    X(subcommand_sensitivity)                                                                      \
    X(subcommand_export)                                                                           \
    X(subcommand_plot)                                                                             \
    X(subcommand_report)                                                                           \
    X(subcommand_replay)                                                                           \
    X(subcommand_inspect)                                                                          \
    X(subcommand_list)                                                                             \
    X(subcommand_help)

#define X(name) extern const struct subcommand name;
SUBCOMMANDS(X)
#undef X

const struct subcommand *const subcommands[] = {
#define X(name) &name,
    SUBCOMMANDS(X)
#undef X
        NULL};

#define SUBCOMMANDS_MOST 32

const struct subcommand *subcommand_named(const char *name)
{
    const char *names[SUBCOMMANDS_MOST + 1] = {NULL};
    struct error error;
    for (size_t i = 0; subcommands[i] && i < SUBCOMMANDS_MOST; i++) {
        if (strcmp(subcommands[i]->name, name) == 0)
            return subcommands[i];
        names[i] = subcommands[i]->name;
    }
    suggest_error(&error, "command", name, names);
    fail_usage("%s", error.text);
}
