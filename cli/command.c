/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/suggest.h"

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

void command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    argp_err_exit_status = EXIT_USAGE;
    program_invocation_name = argv[0];
    argp_parse(argp, argc, argv, 0, NULL, input);
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
    static const struct engine *const engines[] = {&graph_engine};
    const char *const names[] = {engines[0]->name, NULL};
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

size_t option_choice(const char *what, const char *text, const char *const *names)
{
    struct error error;
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    suggest_error(&error, what, text, names);
    fail_usage("%s", error.text);
}

void finish_output(void)
{
    if (ferror(stdout) || fclose(stdout) != 0)
        fail("standard output: %s", strerror(errno));
}

void json_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < ' ')
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}
