/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/suggest.h"

const struct exit_status exit_statuses[] = {
#define X(name, number, only, meaning) {number, only, meaning},
    EXIT_STATUSES(X)
#undef X
        {0, NULL, NULL},
};

static void say(const char *format, va_list arguments)
{
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

static _Noreturn void fail_with(int status, const char *format, va_list arguments)
{
    say(format, arguments);
    exit(status);
}

void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
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

const struct note notes_of_results[] = {
    {"results.db", "the results file, unless --db or --into names another: an SQLite database "
                   "(docs/results.md), to which runs are added"},
    {NULL},
};

const struct note notes_of_environment[] = {
    {"TMPDIR", "the folder for compiled programs that are larger than --memory; /var/tmp if it is "
               "not set"},
    {NULL},
};
