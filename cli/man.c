/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/man.h"

#include <string.h>

#include "cli/command.h"
#include "cli/help.h"

/* ---- roff ----------------------------------------------------------------------------------- */

/* A character of a text in UTF-8; *text moves past it. */
static unsigned next_character(const char **text)
{
    unsigned char first = (unsigned char)*(*text)++;
    unsigned c = first < 0x80 ? first : first < 0xe0 ? first & 0x1f : first & 0x0f;
    while ((**text & 0xc0) == 0x80)
        c = c << 6 | ((unsigned)*(*text)++ & 0x3f);
    return c;
}

/* Characters that roff would take for something else, or print as something else. */
static void put_character(unsigned c)
{
    static const char *const escapes[128] = {
        ['\\'] = "\\(rs", ['-'] = "\\-",   ['\''] = "\\(aq", ['`'] = "\\(ga",
        ['^'] = "\\(ha",  ['~'] = "\\(ti", ['"'] = "\\(dq",
    };
    if (c >= 128)
        printf("\\[u%04X]", c);
    else if (escapes[c])
        fputs(escapes[c], stdout);
    else
        putchar((int)c);
}

/* Text as it is. */
static void put_plain(const char *text)
{
    while (*text)
        put_character(next_character(&text));
}

/* Text of which what is between backquotes is bold; an empty line begins a paragraph. It does not
 * begin a line with what roff would take for a request. */
static void put_text(const char *text)
{
    bool bold = false;
    fputs("\\&", stdout);
    while (*text) {
        if (strncmp(text, "\n\n", 2) == 0) {
            fputs("\n.PP\n\\&", stdout);
            text += 2;
        } else if (*text == '`') {
            bold = !bold;
            fputs(bold ? "\\fB" : "\\fR", stdout);
            text++;
        } else {
            put_character(next_character(&text));
        }
    }
    putchar('\n');
}

static void put_section(const char *name)
{
    printf(".SH %s\n", name);
}

/* A term, in bold, and what it is. */
static void put_term(const char *term, const char *text)
{
    fputs(".TP\n\\fB", stdout);
    put_plain(term);
    fputs("\\fR\n", stdout);
    put_text(text);
}

static void put_terms(const struct note *notes)
{
    for (; notes && notes->name; notes++)
        put_term(notes->name, notes->text);
}

static void put_bold(const char *text)
{
    fputs("\\fB", stdout);
    put_plain(text);
    fputs("\\fR", stdout);
}

static void put_italic(const char *text)
{
    fputs("\\fI", stdout);
    put_plain(text);
    fputs("\\fR", stdout);
}

/* Lines as they are typed. */
static void put_example(const char *text)
{
    fputs(".RS 4\n.nf\n\\&", stdout);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\n\\&", stdout);
        else
            put_character((unsigned char)*text);
    }
    fputs("\n.fi\n.RE\n", stdout);
}

static void put_title(const char *title)
{
    fputs(".TH \"", stdout);
    put_plain(title);
    fputs("\" \"1\" \"\" \"pygcsim " PYGCSIM_VERSION "\" \"User commands\"\n.nh\n.ad l\n", stdout);
}

/* ---- parts of a page ------------------------------------------------------------------------ */

static void put_synopsis(const struct subcommand *subcommand)
{
    const struct command_option *argument = subcommand->argument;
    put_section("SYNOPSIS");
    fputs("\\fBpygcsim ", stdout);
    put_plain(subcommand->name);
    fputs("\\fR [\\fIOPTION\\fR...]", stdout);
    if (argument) {
        bool optional = argument->param.otherwise;
        fputs(optional ? " [" : " ", stdout);
        put_italic(argument->param.name);
        fputs(optional ? "]" : argument->times > 1 ? "..." : "", stdout);
    }
    putchar('\n');
}

static void put_dashed(const char *dashes, const char *name, const struct command_option *option)
{
    char dashed[64];
    snprintf(dashed, sizeof dashed, "%s%s", dashes, name);
    put_bold(dashed);
    if (option->argument) {
        fputs(option->alone ? "[=" : dashes[1] ? "=" : " ", stdout);
        put_italic(option->argument);
        fputs(option->alone ? "]" : "", stdout);
    }
}

static void put_option(const struct command_option *option)
{
    char description[1200], letter[] = {option->letter, '\0'};
    fputs(".TP\n", stdout);
    if (option->letter) {
        put_dashed("-", letter, option);
        fputs(", ", stdout);
    }
    put_dashed("--", option->param.name, option);
    if (option->param.also) {
        fputs(", ", stdout);
        put_dashed("--", option->param.also, option);
    }
    putchar('\n');
    put_text(option_describe(option, description, sizeof description));
}

static void put_options(const struct subcommand *subcommand)
{
    const struct command_option *argument = subcommand->argument, *option;
    char description[1200];
    put_section("OPTIONS");
    if (argument) {
        fputs(".TP\n", stdout);
        put_italic(argument->param.name);
        putchar('\n');
        put_text(option_describe(argument, description, sizeof description));
    }
    for (size_t i = 0; (option = option_at(subcommand, i)); i++)
        put_option(option);
}

static void put_exit_status(const struct subcommand *subcommand)
{
    char number[16];
    put_section("EXIT STATUS");
    for (const struct exit_status *status = exit_statuses; status->meaning; status++) {
        if (subcommand && status->only && strcmp(status->only, subcommand->name) != 0)
            continue;
        snprintf(number, sizeof number, "%d", status->number);
        put_term(number, status->meaning);
    }
}

static void put_environment(const struct note *notes)
{
    if (notes)
        put_section("ENVIRONMENT");
    put_terms(notes);
}

/* What it reads and writes, and where the files are that the page names. */
static void put_files(const struct note *notes)
{
    put_section("FILES");
    put_terms(notes);
    put_term(PYGCSIM_DOCUMENTATION,
             "the folders docs, experiments and workloads, of which pages name files");
}

static void put_page_name(const char *command)
{
    char name[64];
    snprintf(name, sizeof name, "pygcsim%s%s", command ? "-" : "", command ? command : "");
    put_bold(name);
    fputs("(1)", stdout);
}

static void put_see_also(const struct subcommand *subcommand)
{
    put_section("SEE ALSO");
    put_page_name(NULL);
    for (const char *const *name = subcommand->see; name && *name; name++) {
        fputs(", ", stdout);
        put_page_name(*name);
    }
    putchar('\n');
}

/* ---- pages ---------------------------------------------------------------------------------- */

static void put_name(const char *name, const char *summary)
{
    put_section("NAME");
    put_plain(name);
    fputs(" \\- ", stdout);
    put_plain(summary);
    putchar('\n');
}

static void print_subcommand(const struct subcommand *subcommand)
{
    char title[64];
    snprintf(title, sizeof title, "pygcsim-%s", subcommand->name);
    put_title(title);
    put_name(title, subcommand->summary);
    put_synopsis(subcommand);
    put_section("DESCRIPTION");
    put_text(subcommand->description);
    put_options(subcommand);
    put_exit_status(subcommand);
    put_files(subcommand->files);
    put_environment(subcommand->environment);
    put_section("EXAMPLES");
    put_example(subcommand->examples);
    put_see_also(subcommand);
}

static void print_program(void)
{
    put_title("pygcsim");
    put_name("pygcsim", "simulate policies for CPython's cycle collector");
    put_section("SYNOPSIS");
    fputs("\\fBpygcsim\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...]\n.br\n"
          "\\fBpygcsim\\fR \\fB\\-\\-version\\fR\n",
          stdout);
    put_section("DESCRIPTION");
    put_text(HELP_PROGRAM " A command tells what it does with --help, and has a page of its own. "
                          "Options may be cut short where that leaves one.");
    put_section("COMMANDS");
    for (size_t i = 0; subcommands[i]; i++) {
        fputs(".TP\n", stdout);
        put_page_name(subcommands[i]->name);
        putchar('\n');
        put_text(subcommands[i]->summary);
    }
    put_exit_status(NULL);
    put_files(notes_of_results);
    put_environment(notes_of_environment);
    put_section("EXAMPLES");
    put_example(HELP_TRY);
    put_section("SEE ALSO");
    for (size_t i = 0; subcommands[i]; i++) {
        put_page_name(subcommands[i]->name);
        fputs(subcommands[i + 1] ? ", " : "\n", stdout);
    }
}

void man_print(const struct subcommand *subcommand)
{
    if (subcommand)
        print_subcommand(subcommand);
    else
        print_program();
}
