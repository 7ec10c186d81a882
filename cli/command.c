/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/print.h"
#include "sim/base/suggest.h"

const struct exit_status exit_statuses[] = {
#define X(name, number, only, meaning) {number, only, meaning},
    EXIT_STATUSES(X)
#undef X
        {0, NULL, NULL},
};

static void say(const char *format, va_list arguments)
{
    struct error message;
    error_vset(&message, format, arguments); /* which shortens what is too long for a line */
    fflush(stdout);
    print_to(stderr, "%s: %s\n", program_invocation_name, message.text);
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
    print_to(stderr, "%s: standard output: %s\n", program_invocation_name, strerror(errno));
    _exit(EXIT_FAILURE);
}

int command_name_length(void)
{
    return (int)(strrchr(program_invocation_name, ' ') - program_invocation_name);
}

void print_what_next(const char *db)
{
    print("`%.*s show %s` compares them; `%.*s plot %s --out charts` draws them.\n",
          command_name_length(), program_invocation_name, db, command_name_length(),
          program_invocation_name, db);
}

struct memory_account *memory_account(uint64_t limit_bytes)
{
    static struct memory_account account;
    uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    account.limit_bytes = limit_bytes ? limit_bytes : machine / 4 * 3;
    return &account;
}

struct compile_options compile_options(uint64_t limit_bytes)
{
    const char *folder = getenv("TMPDIR");
    struct memory_account *account = memory_account(limit_bytes);
    uint64_t half = account->limit_bytes / 2;
    account->advice = "give a larger --memory";
    return (struct compile_options){
        .memory_bytes = half ? half : 1,
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
    {"TMPDIR", "the folder for temporary files: for programs of files that take more than half of "
               "--memory; /var/tmp if it is not set"},
    {NULL},
};
