/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/option.h"

#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

#define OPTIONS_MOST 48 /* of a command; their other spellings too */
#define LABEL_MOST   64

static const struct command_option help_option = {
    {"help", PARAM_SWITCH, .meaning = "print this help"}, 'h'};

const struct command_option *option_at(const struct subcommand *subcommand, size_t i)
{
    for (size_t t = 0; t < OPTION_TABLES && subcommand->options[t]; t++)
        for (const struct command_option *option = subcommand->options[t]; option->param.name;
             option++)
            if (i-- == 0)
                return option;
    return i == 0 ? &help_option : NULL;
}

static bool takes_value(const struct command_option *option)
{
    return option->param.type != PARAM_SWITCH;
}

/* ---- in words ------------------------------------------------------------------------------- */

const char *option_default(const struct command_option *option)
{
    return option->param.initial ? option->param.initial : option->param.otherwise;
}

char *option_allowed(const struct command_option *option, char *buffer, size_t size)
{
    const struct param *param = &option->param;
    bool plain = param->type == PARAM_PATH || param->type == PARAM_FOLDER ||
                 param->type == PARAM_TEXT || param->type == PARAM_SWITCH;
    *buffer = '\0';
    return plain && !param->form ? buffer : param_takes_briefly(param, buffer, size);
}

char *option_describe(const struct command_option *option, char *buffer, size_t size)
{
    char allowed[600];
    const char *initial = option_default(option);
    option_allowed(option, allowed, sizeof allowed);
    bool anything = *allowed || initial;
    snprintf(buffer, size, "%s%s%s%s%s%s%s", option->param.meaning, anything ? " (" : "", allowed,
             *allowed && initial ? "; " : "",
             !initial                        ? ""
             : option->param.initial == NULL ? "default: "
                                             : "default ",
             initial ? initial : "", anything ? ")" : "");
    return buffer;
}

char *usage_text(const struct subcommand *subcommand, char *buffer, size_t size)
{
    const struct command_option *argument = subcommand->argument;
    bool optional = argument && argument->param.otherwise;
    snprintf(buffer, size, "pygcsim %s [OPTION...]%s%s%s%s", subcommand->name, argument ? " " : "",
             optional ? "[" : "", argument ? argument->param.name : "",
             optional                          ? "]"
             : argument && argument->times > 1 ? "..."
                                               : "");
    return buffer;
}

_Noreturn void option_fail_missing(const struct subcommand *subcommand)
{
    const struct command_option *argument = subcommand->argument;
    char usage[200], allowed[600];
    usage_text(subcommand, usage, sizeof usage);
    option_allowed(argument, allowed, sizeof allowed);
    fail_usage("which %s%s? %s%sUsage: %s", argument->what, argument->times > 1 ? "s" : "", allowed,
               *allowed ? ". " : "", usage);
}

/* ---- which option a word is ----------------------------------------------------------------- */

/* Of the names that begin so: how many options they are of; the first of them in *found. */
static size_t count_named(const struct subcommand *subcommand, const char *name, size_t length,
                          const struct command_option **found)
{
    const struct command_option *option;
    size_t count = 0;
    *found = NULL;
    for (size_t i = 0; (option = option_at(subcommand, i)); i++) {
        const char *names[] = {option->param.name, option->param.also};
        bool begins = false;
        for (size_t n = 0; n < 2 && names[n]; n++) {
            if (strncmp(names[n], name, length) != 0)
                continue;
            begins = true;
            if (!names[n][length]) { /* it is the name itself */
                *found = option;
                return 1;
            }
        }
        if (begins && count++ == 0)
            *found = option;
    }
    return count;
}

/* All names of options, with dashes, or those that begin so. */
static void list_names(const struct subcommand *subcommand, const char *name, size_t length,
                       char dashed[OPTIONS_MOST][LABEL_MOST], const char *list[OPTIONS_MOST + 1])
{
    const struct command_option *option;
    size_t count = 0;
    for (size_t i = 0; (option = option_at(subcommand, i)); i++) {
        const char *names[] = {option->param.name, option->param.also};
        for (size_t n = 0; n < 2 && names[n]; n++) {
            if (strncmp(names[n], name, length) != 0)
                continue;
            assert(count < OPTIONS_MOST);
            snprintf(dashed[count], LABEL_MOST, "--%s", names[n]);
            list[count] = dashed[count];
            count++;
        }
    }
    list[count] = NULL;
}

static _Noreturn void fail_unknown(const struct subcommand *subcommand, const char *word)
{
    char dashed[OPTIONS_MOST][LABEL_MOST], name[LABEL_MOST];
    const char *list[OPTIONS_MOST + 1];
    struct error error;
    list_names(subcommand, "", 0, dashed, list);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    suggest_error(&error, "option", name, list);
    fail_usage("%s", error.text);
}

static _Noreturn void fail_ambiguous(const struct subcommand *subcommand, const char *name,
                                     size_t length)
{
    char dashed[OPTIONS_MOST][LABEL_MOST], all[512];
    const char *list[OPTIONS_MOST + 1];
    list_names(subcommand, name, length, dashed, list);
    fail_usage("--%.*s could be %s", (int)length, name, suggest_words(list, all, sizeof all));
}

static const struct command_option *with_letter(const struct subcommand *subcommand, char letter)
{
    const struct command_option *option;
    for (size_t i = 0; (option = option_at(subcommand, i)); i++)
        if (letter && option->letter == letter)
            return option;
    return NULL;
}

/* The option that a word such as "--db=x" or "-c" is of. */
static const struct command_option *find_option(const struct subcommand *subcommand,
                                                const char *word)
{
    const struct command_option *option;
    size_t length = strcspn(word + 2, "=");
    if (word[1] != '-') {
        option = with_letter(subcommand, word[1] == '?' ? 'h' : word[1]);
    } else if (count_named(subcommand, word + 2, length, &option) > 1) {
        fail_ambiguous(subcommand, word + 2, length);
    }
    if (!option)
        fail_unknown(subcommand, word);
    return option;
}

/* argp would complain in two lines about what is no option, or not as its row says; here it is one,
 * with the nearest name. */
static void check_words(const struct subcommand *subcommand, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        if (word[0] != '-' || !word[1])
            continue;
        const struct command_option *option = find_option(subcommand, word);
        const char *value = word[1] == '-' ? strchr(word, '=') : word[2] ? word + 2 : NULL;
        if (takes_value(option) && !option->alone && !value && ++i == argc)
            fail_usage("--%s needs a value: --%s=%s", option->param.name, option->param.name,
                       option->argument);
        if (!takes_value(option) && value)
            fail_usage("--%s takes no value", option->param.name);
        if (option == &help_option) {
            help_print(subcommand);
            exit(EXIT_SUCCESS);
        }
    }
}

/* ---- values --------------------------------------------------------------------------------- */

struct line {
    const struct subcommand *subcommand;
    void *state;
    unsigned counts[OPTIONS_MOST]; /* how often each option was given */
    unsigned arguments;
};

static void add_text(struct texts *texts, const char *text)
{
    texts->items =
        allocate_grow(texts->items, &texts->capacity, texts->count + 1, sizeof *texts->items);
    texts->items[texts->count++] = text;
}

/* Advice is for a value that was taken for one: then the line has all of it. */
static _Noreturn void fail_value(const struct command_option *option, const char *label,
                                 const char *text, const struct error *error)
{
    if (option->times > 1 && strchr(text, ',') && strstr(error->text, text))
        fail_usage("%s; for several, give %s once for each", error->text, label);
    fail_usage("%s", error->text);
}

/* Into the field, or one more into its list. */
static void read_value(const struct command_option *option, const char *label, void *state,
                       const char *text)
{
    const struct param *param = &option->param;
    struct error error;
    if (option->times == 0 || param->read) {
        if (param_read(param, label, state, text, &error) != 0)
            fail_value(option, label, text, &error);
        return;
    }
    struct param one = *param;
    const char *value;
    assert(param_is_text(param));
    one.offset = 0;
    if (param_read(&one, label, &value, text, &error) != 0)
        fail_value(option, label, text, &error);
    add_text((struct texts *)((char *)state + param->offset), value);
}

static void check_times(const struct command_option *option, unsigned count)
{
    const char *name = option->param.name;
    if (count <= (option->times ? option->times : 1))
        return;
    if (option->times > 1)
        fail_usage("--%s: at most %u of them", name, option->times);
    fail_usage("--%s is given twice%s%s%s", name, takes_value(option) ? "; it takes one" : "",
               option->more ? "; " : "", option->more ? option->more : "");
}

static void check_rivals(const struct line *line, const struct command_option *option)
{
    const struct command_option *other;
    for (size_t i = 0; (other = option_at(line->subcommand, i)); i++)
        if (option->rival && other != option && other->rival == option->rival && line->counts[i])
            fail_usage("--%s or --%s, one of them", other->param.name, option->param.name);
}

static void take_option(struct line *line, size_t i, const char *text)
{
    const struct command_option *option = option_at(line->subcommand, i);
    char label[LABEL_MOST];
    check_times(option, ++line->counts[i]);
    check_rivals(line, option);
    if (option->given)
        *(bool *)((char *)line->state + option->given) = true;
    snprintf(label, sizeof label, "--%s", option->param.name);
    read_value(option, label, line->state, text ? text : option->alone);
}

/* Of a word that is cut. */
#define SHOWN 60
static const char *rest(const char *word)
{
    return strlen(word) > SHOWN ? "…" : "";
}

static void take_argument(struct line *line, const char *text)
{
    const struct command_option *argument = line->subcommand->argument;
    if (!argument)
        fail_usage("'%.*s%s' is too much; what to do is said with options (--help)", SHOWN, text,
                   rest(text));
    if (line->arguments++ > 0 && argument->times < 2)
        fail_usage("one %s at a time: '%.*s%s' is too much", argument->what, SHOWN, text,
                   rest(text));
    read_value(argument, argument->param.name, line->state, text);
}

static void finish(const struct line *line)
{
    const struct command_option *argument = line->subcommand->argument;
    if (argument && line->arguments == 0 && !argument->param.otherwise)
        option_fail_missing(line->subcommand);
}

/* ---- argp ----------------------------------------------------------------------------------- */

#define KEY_FIRST 256 /* argp's key of an option without a letter, and of those after it */

static int key_of(const struct command_option *option, size_t i)
{
    return option->letter ? option->letter : KEY_FIRST + (int)i;
}

static error_t take(int key, char *text, struct argp_state *state)
{
    struct line *line = state->input;
    const struct command_option *option;
    if (key == ARGP_KEY_ARG)
        take_argument(line, text);
    else if (key == ARGP_KEY_END)
        finish(line);
    for (size_t i = 0; (option = option_at(line->subcommand, i)); i++) {
        if (key == key_of(option, i)) {
            take_option(line, i, text);
            return 0;
        }
    }
    return key == ARGP_KEY_ARG ? 0 : ARGP_ERR_UNKNOWN;
}

/* As argp wants them: another spelling is an option by itself, with the same key. */
static void fill_options(const struct subcommand *subcommand,
                         struct argp_option options[OPTIONS_MOST + 1])
{
    const struct command_option *option;
    size_t count = 0;
    for (size_t i = 0; (option = option_at(subcommand, i)); i++) {
        const char *names[] = {option->param.name, option->param.also};
        for (size_t n = 0; n < 2 && names[n]; n++) {
            assert(count < OPTIONS_MOST);
            options[count++] = (struct argp_option){names[n], key_of(option, i),
                                                    takes_value(option) ? option->argument : NULL,
                                                    option->alone ? OPTION_ARG_OPTIONAL : 0};
        }
    }
    options[count] = (struct argp_option){0};
}

static void set_defaults(const struct subcommand *subcommand, void *state)
{
    const struct command_option *option;
    struct error error;
    for (size_t i = 0; (option = option_at(subcommand, i)); i++)
        if (option->param.initial && param_read(&option->param, option->param.name, state,
                                                option->param.initial, &error) != 0)
            fail("the default of --%s: %s", option->param.name, error.text);
}

void option_parse(const struct subcommand *subcommand, int argc, char **argv, void *state)
{
    struct argp_option options[OPTIONS_MOST + 1];
    const struct argp argp = {.options = options, .parser = take};
    struct line line = {.subcommand = subcommand, .state = state};
    program_invocation_name = argv[0];
    argp_err_exit_status = EXIT_USAGE;
    check_words(subcommand, argc, argv);
    fill_options(subcommand, options);
    set_defaults(subcommand, state);
    if (argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &line) == ENOMEM)
        out_of_memory();
}

/* ---- readers that several commands have ------------------------------------------------------ */

int option_read_results(const struct param *param, const char *label, void *field, const char *text,
                        struct error *error)
{
    (void)param;
    if (!*text || strcmp(text, ":memory:") == 0)
        return error_set(error, "%s needs the name of a file, not '%s'", label, text);
    *(const char **)field = text;
    return 0;
}
