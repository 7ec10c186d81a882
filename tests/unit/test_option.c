/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parser of command lines, with a subcommand of its own. What is wrong ends the program: so
 * each command line is read in a child, which says through a pipe what came of it. */
#include "cli/option.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/help.h"
#include "tests/unit/check.h"

#undef fail /* of cmocka */

/* ---- in place of cli/command.c and cli/help.c -------------------------------------------------
 */

static int out = -1; /* the pipe */

static void say(const char *format, va_list arguments)
{
    vdprintf(out, format, arguments);
}

_Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    _exit(EXIT_FAILURE);
}

_Noreturn void fail_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    _exit(EXIT_USAGE);
}

void help_print(const struct subcommand *subcommand)
{
    dprintf(out, "help of %s", subcommand->name);
    _exit(EXIT_SUCCESS);
}

/* ---- a subcommand -----------------------------------------------------------------------------
 */

struct trip {
    const char *from;
    struct texts to, stops;
    int64_t seats, wait_ns, class;
    bool seats_given, fast, slow;
};

static const char *const classes[] = {"first", "second", NULL};

#define FIELD(name) PARAM_FIELD(trip, name)

static const struct command_option common[] = {
    {{"seats", PARAM_COUNT, FIELD(seats), .least = 1, .most = 9, .initial = "2",
      .meaning = "how many"},
     .letter = 's',
     .argument = "N",
     OPTION_GIVEN(trip, seats_given)},
    {{"wait", PARAM_DURATION, FIELD(wait_ns), .least = 0, .most = PARAM_UNLIMITED,
      .absent = "never", .initial = "never", .meaning = "how long"},
     .argument = "TIME"},
    {{NULL}},
};

static const struct command_option own[] = {
    {{"minimise", PARAM_TEXT, FIELD(from), .also = "minimize", .meaning = "a word"},
     .argument = "WORD"},
    {{"stop", PARAM_TEXT, FIELD(stops), .meaning = "where it stops"},
     .argument = "PLACE",
     .times = 2},
    {{"class", PARAM_CHOICE, FIELD(class), .choices = classes, .initial = "second",
      .meaning = "where one sits"},
     .argument = "CLASS",
     .more = "take two trips"},
    {{"fast", PARAM_SWITCH, FIELD(fast), .meaning = "in a hurry"}, .rival = 1},
    {{"slow", PARAM_SWITCH, FIELD(slow), .meaning = "in none"}, .rival = 1},
    {{NULL}},
};

static const struct command_option place = {
    {"PLACE", PARAM_TEXT, FIELD(to), .meaning = "where to"}, .times = 3, .what = "place"};

static const struct subcommand travel = {
    .name = "travel",
    .options = {common, own},
    .argument = &place,
    .state_size = sizeof(struct trip),
};

/* ---- command lines ----------------------------------------------------------------------------
 */

#define WORDS_MOST 12

static void tell(const struct trip *trip)
{
    dprintf(out, "%lld%s %lld %s", (long long)trip->seats, trip->seats_given ? "!" : "",
            (long long)trip->wait_ns, classes[trip->class]);
    if (trip->from)
        dprintf(out, " from %s", trip->from);
    if (trip->fast || trip->slow)
        dprintf(out, "%s%s", trip->fast ? " fast" : "", trip->slow ? " slow" : "");
    for (size_t i = 0; i < trip->stops.count; i++)
        dprintf(out, " via %s", trip->stops.items[i]);
    for (size_t i = 0; i < trip->to.count; i++)
        dprintf(out, " to %s", trip->to.items[i]);
}

static _Noreturn void child(char *line)
{
    struct trip trip = {0};
    char name[] = "pygcsim travel", *words[WORDS_MOST + 1] = {name}, *rest = line;
    int count = 1;
    for (char *word; (word = strsep(&rest, " ")) && count < WORDS_MOST;)
        words[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
    option_parse(&travel, count, words, &trip);
    tell(&trip);
    _exit(EXIT_SUCCESS);
}

/* What came of a command line, and the exit status. */
static int read_line(const char *line, char *said, size_t size)
{
    int ends[2], status;
    char *copy = strdup(line);
    check_signed("pipe", pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        out = ends[1];
        child(copy);
    }
    close(ends[1]);
    ssize_t length = read(ends[0], said, size - 1);
    said[length > 0 ? length : 0] = '\0';
    for (ssize_t more = length; more > 0; said[length] = '\0') {
        more = read(ends[0], said + length, size - 1 - (size_t)length);
        length += more > 0 ? more : 0;
    }
    close(ends[0]);
    check_signed("waitpid", waitpid(pid, &status, 0), pid);
    free(copy);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const struct row {
    const char *line, *said;
    int status;
} rows[] = {
    {"a", "2 -1 second to a", 0},
    {"--seats=3 a", "3! -1 second to a", 0},
    {"--seats 3 a", "3! -1 second to a", 0},
    {"-s 3 a", "3! -1 second to a", 0},
    {"-s3 a", "3! -1 second to a", 0},
    {"a -s 2", "2! -1 second to a", 0},
    {"--wait 2us --class first a", "2 2000 first to a", 0},
    {"--wait never a", "2 -1 second to a", 0},
    {"a b c", "2 -1 second to a to b to c", 0},
    {"-- --seats", "2 -1 second to --seats", 0},
    {"- a", "2 -1 second to - to a", 0},
    {"--stop x --stop y a", "2 -1 second via x via y to a", 0},
    {"--minimise x a", "2 -1 second from x to a", 0},
    {"--minimize x a", "2 -1 second from x to a", 0},
    {"--fast a", "2 -1 second fast to a", 0},
    {"--help", "help of travel", 0},
    {"-h", "help of travel", 0},
    {"-?", "help of travel", 0},
    {"--help --nonsense", "help of travel", 0},

    /* cut short */
    {"--sea 3 a", "3! -1 second to a", 0},
    {"--w 1ns a", "2 1 second to a", 0},
    {"--mini x a", "2 -1 second from x to a", 0},
    {"--minimis x a", "2 -1 second from x to a", 0},
    {"--s 3 a", "--s could be --seats, --stop or --slow", 2},
    {"--s=3 a", "--s could be --seats, --stop or --slow", 2},

    /* how often */
    {"-s 1 --seats 2 a", "--seats is given twice; it takes one", 2},
    {"-s 2 --sea 2 a", "--seats is given twice; it takes one", 2},
    {"--class first --class first a", "--class is given twice; it takes one; take two trips", 2},
    {"--minimise x --minimize y a", "--minimise is given twice; it takes one", 2},
    {"--fast --fast a", "--fast is given twice", 2},
    {"--stop x --stop y --stop z a", "--stop: at most 2 of them", 2},
    {"--fast --slow a", "--fast or --slow, one of them", 2},
    {"--slow --fast a", "--slow or --fast, one of them", 2},

    /* what is no option, no value, or too much */
    {"--seat a", "--seats=a is not allowed; it takes " UNITS_COUNT_FORM ", from 1 to 9", 2},
    {"--saets 3 a", "there is no option '--saets'; did you mean '--seats'? (allowed: --seats, ", 2},
    {"-x a", "there is no option '-x' (allowed: --seats, --wait, --minimise, --minimize, ", 2},
    {"a --seats", "--seats needs a value: --seats=N", 2},
    {"a -s", "--seats needs a value: --seats=N", 2},
    {"--fast=yes a", "--fast takes no value", 2},
    {"--fas=yes a", "--fast takes no value", 2},
    {"--seats=0 a", "--seats=0 is not allowed; it takes " UNITS_COUNT_FORM ", from 1 to 9", 2},
    {"--seats= a", "--seats= is not allowed; it takes ", 2},
    {"--wait 5 a",
     "--wait=5 is not allowed; it takes " UNITS_DURATION_FORM ", at least 0s, or never", 2},
    {"--class secnd a",
     "--class=secnd is not allowed; it takes first or second; did you mean "
     "'second'?",
     2},
    {"--minimise= a", "--minimise= is not allowed; it takes a text", 2},
    {"", "PLACE= is not allowed; it takes a text", 2},
    {"--fast", "which places? Usage: pygcsim travel [OPTION...] PLACE...", 2},
};

TEST(command_lines)
{
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char said[2000];
        int status = read_line(rows[i].line, said, sizeof said);
        check_signed(rows[i].line, status, rows[i].status);
        if (rows[i].status == 0)
            check_text(rows[i].line, said, rows[i].said);
        else
            check_mentions(rows[i].line, said, rows[i].said);
    }
}

TEST(usage)
{
    struct command_option one = place;
    char buffer[200];
    one.times = 0;
    const struct subcommand single = {.name = "go", .options = {own}, .argument = &one};
    check_text("one", usage_text(&single, buffer, sizeof buffer), "pygcsim go [OPTION...] PLACE");
    one.param.otherwise = "home";
    check_text("none", usage_text(&single, buffer, sizeof buffer),
               "pygcsim go [OPTION...] [PLACE]");
    check_text("several", usage_text(&travel, buffer, sizeof buffer),
               "pygcsim travel [OPTION...] PLACE...");
}

TEST(descriptions)
{
    static const char *const texts[] = {
        "how many (a whole number from 1 to 9; default 2)",
        "how long (a duration, at least 0s, or never; default never)",
        "a word",
        "where it stops",
        "where one sits (first or second; default second)",
        "in a hurry",
        "in none",
        "print this help",
    };
    char buffer[300];
    for (size_t i = 0; i < LENGTH(texts); i++)
        check_text(texts[i], option_describe(option_at(&travel, i), buffer, sizeof buffer),
                   texts[i]);
    check_that("no more", !option_at(&travel, LENGTH(texts)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_lines),
        cmocka_unit_test(usage),
        cmocka_unit_test(descriptions),
    };
    return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
