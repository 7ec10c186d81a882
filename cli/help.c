/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim help, and --help of every subcommand. */
#include "cli/help.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/documentation.h"
#include "cli/man.h"

#define WIDTH_LEAST 40
#define WIDTH_MOST  100
#define COLUMN      29 /* where what an option does begins */

/* Columns of the terminal, as far as lines of that length are read with ease. */
static size_t terminal_width(void)
{
    struct winsize size = {0};
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    if (width <= 0)
        width = ioctl(fileno(stdout), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : (size_t)width;
}

/* Characters of the first bytes of a text in UTF-8. */
static size_t width_of(const char *text, size_t bytes)
{
    size_t width = 0;
    for (size_t i = 0; i < bytes; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

/* Words from `column` on, which the line has come to; lines after the first are indented so far. */
static void print_words(FILE *out, const char *text, size_t column)
{
    size_t width = terminal_width(), at = column;
    while (*text) {
        size_t bytes = strcspn(text, " \n"), word = width_of(text, bytes);
        if (at > column && at + 1 + word > width) {
            fprintf(out, "\n%*s", (int)column, "");
            at = column;
        }
        if (at > column)
            at += (size_t)fprintf(out, " ");
        fprintf(out, "%.*s", (int)bytes, text);
        at += word;
        text += bytes;
        if (strncmp(text, "\n\n", 2) == 0) { /* a paragraph ends */
            fprintf(out, "\n\n%*s", (int)column, "");
            at = column;
        }
        text += strspn(text, " \n");
    }
    putc('\n', out);
}

/* What stands on the left, and its description from COLUMN on: in the next line if need be. */
static void print_entry(const char *left, const char *description)
{
    size_t width = (size_t)printf("%s", left);
    if (width + 2 > COLUMN) {
        putchar('\n');
        width = 0;
    }
    printf("%*s", (int)(COLUMN - width), "");
    print_words(stdout, description, COLUMN);
}

static void print_option(const struct command_option *option)
{
    char left[128], description[1200], letter[] = {'-', option->letter, ',', '\0'};
    const char *value = !option->argument ? "" : option->alone ? "[=" : "=";
    snprintf(left, sizeof left, "  %3s --%s%s%s%s%s%s", option->letter ? letter : "",
             option->param.name, option->param.also ? ", --" : "",
             option->param.also ? option->param.also : "", value,
             option->argument ? option->argument : "", option->alone ? "]" : "");
    print_entry(left, option_describe(option, description, sizeof description));
}

static void print_options(const struct subcommand *subcommand)
{
    const struct command_option *argument = subcommand->argument, *option;
    char left[128], description[1200];
    if (argument) {
        snprintf(left, sizeof left, "  %s", argument->param.name);
        print_entry(left, option_describe(argument, description, sizeof description));
        putchar('\n');
    }
    for (size_t t = 0; t < OPTION_TABLES && subcommand->options[t]; t++) {
        for (option = subcommand->options[t]; option->param.name; option++)
            print_option(option);
        putchar('\n');
    }
    size_t last = 0;
    while (option_at(subcommand, last + 1))
        last++;
    print_option(option_at(subcommand, last)); /* --help */
}

/* Lines as they are, two columns in. */
static void print_lines(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        printf("  %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* Where the files are that help names. */
static void print_documentation(FILE *out)
{
    char folder[PATH_MAX];
    fprintf(out, "\n" HELP_DOCUMENTATION "\n", documentation_folder(folder));
}

void help_print(const struct subcommand *subcommand)
{
    char usage[200];
    printf("Usage: %s\n", usage_text(subcommand, usage, sizeof usage));
    print_words(stdout, subcommand->description, 0);
    putchar('\n');
    print_options(subcommand);
    printf("\nExample:\n");
    print_lines(subcommand->examples);
    print_documentation(stdout);
}

void help_print_all(FILE *out)
{
    fputs("Usage: pygcsim COMMAND [OPTION...]\n", out);
    print_words(out, HELP_PROGRAM, 0);
    putc('\n', out);
    for (size_t i = 0; subcommands[i]; i++) {
        fprintf(out, "  %-11s ", subcommands[i]->name);
        print_words(out, subcommands[i]->summary, 14);
    }
    fputs("\n  ", out);
    print_words(
        out, "`pygcsim COMMAND --help` explains each; `pygcsim --version` prints the version.", 2);
    fputs("\nTry: " HELP_TRY "\n", out);
    print_documentation(out);
}

/* ---- the command ---------------------------------------------------------------------------- */

struct command {
    const char *name;
    bool man, completes;
    int64_t shell;
};

static const struct command_option options[] = {
    {{"man", PARAM_SWITCH, PARAM_FIELD(command, man),
      .meaning = "print a man page, for man: of pygcsim itself, or of COMMAND"},
     .rival = 1},
    {{"completion", PARAM_CHOICE, PARAM_FIELD(command, shell), .choices = completion_shells,
      .meaning = "print what makes that shell complete the words of pygcsim's command lines"},
     .argument = "SHELL",
     .rival = 1,
     OPTION_GIVEN(command, completes)},
    {{NULL}},
};

static const void *subcommand_at(size_t i)
{
    return subcommands[i];
}

static const struct registry subcommand_registry = {"command", "commands", subcommand_at};

static const struct command_option command_argument = {
    {"COMMAND", PARAM_NAME, PARAM_FIELD(command, name), .registry = &subcommand_registry,
     .otherwise = "all of them, a line each", .meaning = "what to explain"},
    .what = "command"};

static int run_help(void *state)
{
    const struct command *command = state;
    const struct subcommand *subcommand = command->name ? subcommand_named(command->name) : NULL;
    if (command->completes && subcommand)
        fail_usage("--completion is for all commands together");
    if (command->completes)
        completion_print((enum completion_shell)command->shell);
    else if (command->man)
        man_print(subcommand);
    else if (subcommand)
        help_print(subcommand);
    else
        help_print_all(stdout);
    return EXIT_SUCCESS;
}

const struct subcommand subcommand_help = {
    .name = "help",
    .summary = "what commands do, as help, as a man page, or for a shell to complete",
    .description = "Explains a command, or lists all of them. From the same tables it writes man "
                   "pages, and scripts by which bash and zsh complete commands, options and their "
                   "values; `meson install` installs both.",
    .examples = "pygcsim help compare\n"
                "pygcsim help --man compare >pygcsim-compare.1\n"
                "eval \"$(pygcsim help --completion bash)\"",
    .options = {options},
    .argument = &command_argument,
    .state_size = sizeof(struct command),
    .run = run_help,
};
