/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/documentation.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sim/engines.h"

static _Noreturn void fail_with(int status, const char *format, va_list arguments)
{
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(status);
}

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_with(EXIT_FAILURE, format, arguments);
}

void fail_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_with(EXIT_USAGE, format, arguments);
}

/* The option that a word such as "--db=x" or "-c" is of; NULL if there is none. Long names may be
 * cut short, as getopt_long has it. */
static const struct argp_option *find_option(const struct argp_option *options, const char *word)
{
    const struct argp_option *found = NULL;
    size_t length = strcspn(word + 2, "=");
    for (; options->name; options++) {
        if (word[1] != '-') {
            if (options->key == word[1])
                return options;
        } else if (strncmp(options->name, word + 2, length) == 0) {
            if (strlen(options->name) == length)
                return options;
            found = options;
        }
    }
    return found;
}

static _Noreturn void fail_unknown_option(const struct argp_option *options, const char *word)
{
    const char *names[32] = {NULL};
    char dashed[32][32], name[64];
    struct error error;
    for (size_t i = 0; options[i].name && i + 1 < 32; i++) {
        snprintf(dashed[i], sizeof dashed[i], "--%s", options[i].name);
        names[i] = dashed[i];
    }
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    suggest_error(&error, "option", name, names);
    fail_usage("%s", error.text);
}

/* Options that argp would complain about in two lines get one here, with the nearest name. */
static void check_options(const struct argp_option *options, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        bool is_long = strncmp(word, "--", 2) == 0;
        if (word[0] != '-' || !word[1] || strcmp(word, "--help") == 0 ||
            strcmp(word, "--usage") == 0 || strcmp(word, "-?") == 0)
            continue;
        const struct argp_option *option = find_option(options, word);
        const char *value = is_long ? strchr(word, '=') : word[2] ? word + 2 : NULL;
        if (!option)
            fail_unknown_option(options, word);
        if (option->arg && !value && ++i == argc)
            fail_usage("--%s needs a value: --%s=%s", option->name, option->name, option->arg);
        if (!option->arg && value)
            fail_usage("--%s takes no value", option->name);
    }
}

/* The last words of a help text: where the files are that it names. */
static char *add_documentation(int key, const char *text, void *input)
{
    char folder[PATH_MAX], *longer;
    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA)
        return (char *)(uintptr_t)text;
    if (asprintf(&longer, HELP_DOCUMENTATION, documentation_folder(folder)) < 0)
        out_of_memory();
    return longer;
}

void command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    struct argp with_documentation = *argp;
    with_documentation.help_filter = add_documentation;
    argp_err_exit_status = EXIT_USAGE;
    program_invocation_name = argv[0];
    check_options(argp->options, argc, argv);
    argp_parse(&with_documentation, argc, argv, 0, NULL, input);
}

const struct collector_version *option_collector(const char *text)
{
    const char *names[32] = {NULL};
    for (size_t i = 0; collector_versions[i].name && i + 1 < 32; i++)
        names[i] = collector_versions[i].name;
    return &collector_versions[option_choice("collector", text, names)];
}

const struct engine *option_engine(const char *text)
{
    const char *names[8] = {NULL};
    for (size_t i = 0; engines[i] && i + 1 < 8; i++)
        names[i] = engines[i]->name;
    return engines[option_choice("engine", text, names)];
}

uint64_t option_count(const char *option, const char *text, uint64_t least, uint64_t most)
{
    int64_t value;
    if (!units_parse_count(text, &value) || value < 0 || (uint64_t)value < least ||
        (uint64_t)value > most)
        fail_usage("--%s=%s is not allowed; it takes a whole number from %llu to %llu", option,
                   text, (unsigned long long)least, (unsigned long long)most);
    return (uint64_t)value;
}

uint64_t option_duration(const char *option, const char *text)
{
    int64_t ns;
    if (!units_parse_duration(text, &ns) || ns < NS_PER_US)
        fail_usage("--%s=%s is not allowed; it takes %s, at least 1us", option, text,
                   UNITS_DURATION_FORM);
    return (uint64_t)ns;
}

uint64_t option_bytes(const char *option, const char *text)
{
    int64_t bytes;
    if (!units_parse_bytes(text, &bytes) || bytes < 1)
        fail_usage("--%s=%s is not allowed; it takes %s, at least 1B", option, text,
                   UNITS_BYTES_FORM);
    return (uint64_t)bytes;
}

struct until option_until(const char *text)
{
    struct until until;
    struct error error;
    if (until_parse(&until, text, &error) != 0)
        fail_usage("--until: %s", error.text);
    return until;
}

struct warmup option_warmup(const char *text)
{
    int64_t ns;
    if (strcmp(text, "mser5") == 0)
        return (struct warmup){WARMUP_MSER5};
    if (!units_parse_duration(text, &ns) || ns < 0)
        fail_usage("--warmup=%s is not allowed; it takes %s; or mser5", text, UNITS_DURATION_FORM);
    return (struct warmup){(uint64_t)ns};
}

size_t option_choice(const char *what, const char *text, const char *const *names)
{
    struct error error;
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    suggest_error(&error, what, text, names);
    fail_usage("%s", error.text);
}

void close_output(void)
{
    bool lost = ferror(stdout);
    if (fclose(stdout) == 0 && !lost)
        return;
    fprintf(stderr, "%s: standard output: %s\n", program_invocation_name, strerror(errno));
    _exit(EXIT_FAILURE);
}

int command_name_length(void)
{
    return (int)(strrchr(program_invocation_name, ' ') - program_invocation_name);
}

void print_what_next(const char *db)
{
    printf("`%.*s show %s` compares them; `%.*s plot %s --out charts` draws them.\n",
           command_name_length(), program_invocation_name, db, command_name_length(),
           program_invocation_name, db);
}

static uint64_t half_of_memory(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 2;
}

struct compile_options compile_options(uint64_t memory_bytes)
{
    const char *folder = getenv("TMPDIR");
    return (struct compile_options){
        .memory_bytes = memory_bytes ? memory_bytes : half_of_memory(),
        .folder = folder && *folder ? folder : "/var/tmp",
        .advice = "set TMPDIR to a folder with room, or give a larger --memory",
    };
}
