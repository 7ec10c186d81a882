/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"

#define FILE_NAME_SIZE 32

static void name_file(FILE *file, char name[FILE_NAME_SIZE])
{
    snprintf(name, FILE_NAME_SIZE, "/dev/fd/%d", fileno(file));
}

/* ---- the process ---------------------------------------------------------------------- */

/* Of the environment gnuplot gets what finds programs, libraries and fonts; nothing of its own. */
static const char *const passed_on[] = {
    "PATH=",
    "HOME=",
    "TMPDIR=",
    "LD_LIBRARY_PATH=",
    "FONTCONFIG_FILE=",
    "FONTCONFIG_PATH=",
    "XDG_DATA_HOME=",
    "XDG_CONFIG_HOME=",
    "XDG_CACHE_HOME=",
};

#define PASSED_ON (sizeof passed_on / sizeof *passed_on)

static bool is_passed_on(const char *variable)
{
    for (size_t i = 0; i < PASSED_ON; i++)
        if (strncmp(variable, passed_on[i], strlen(passed_on[i])) == 0)
            return true;
    return false;
}

static void set_environment(char *variables[PASSED_ON + 2], char *locale)
{
    size_t count = 0;
    variables[count++] = locale;
    for (char **variable = environ; *variable && count <= PASSED_ON; variable++)
        if (is_passed_on(*variable))
            variables[count++] = *variable;
    variables[count] = NULL;
}

/* Moved to its own number, a file is inherited. */
static void inherit(posix_spawn_file_actions_t *actions, FILE *file)
{
    posix_spawn_file_actions_adddup2(actions, fileno(file), fileno(file));
}

/* It has nothing to read but the script. */
static void set_files(posix_spawn_file_actions_t *actions, const struct script *script, int out,
                      FILE *messages)
{
    posix_spawn_file_actions_init(actions);
    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, fileno(messages), STDERR_FILENO);
    inherit(actions, script->commands);
    inherit(actions, script->template);
    for (size_t i = 0; i < script->block_count; i++)
        inherit(actions, script->blocks[i]);
}

/* Signals do what they do by default, whatever this process has made of them. */
static void set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* Starts gnuplot, which then writes to `out`. Returns 0, or why it cannot. */
static int start(const struct script *script, int out, FILE *messages, pid_t *child)
{
    char commands[FILE_NAME_SIZE], template[FILE_NAME_SIZE];
    char name[] = "gnuplot", without_settings[] = "-d", locale[] = "LC_ALL=C.UTF-8";
    char *const words[] = {name, without_settings, commands, template, NULL};
    char *environment[PASSED_ON + 2];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    name_file(script->commands, commands);
    name_file(script->template, template);
    set_environment(environment, locale);
    set_files(&actions, script, out, messages);
    set_signals(&attributes);
    int why = posix_spawnp(child, name, &actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return why;
}

static bool is_stopped(const atomic_bool *stop)
{
    return stop && *stop;
}

/* Whatever there is to read by now, or in a while. Returns 0 at the end. */
static ssize_t read_some(int from, struct picture *picture)
{
    struct pollfd ready = {.fd = from, .events = POLLIN};
    if (poll(&ready, 1, 200) <= 0)
        return 1;
    picture->bytes = allocate_grow(picture->bytes, &picture->capacity, picture->count + 65536, 1);
    ssize_t got = read(from, picture->bytes + picture->count, 65536);
    if (got > 0)
        picture->count += (size_t)got;
    return got < 0 && errno == EINTR ? 1 : got;
}

struct reading {
    int from;
    const atomic_bool *stop;
    struct picture *picture;
};

static int read_picture(void *context, struct error *error)
{
    const struct reading *reading = context;
    while (!is_stopped(reading->stop))
        if (read_some(reading->from, reading->picture) <= 0)
            return 0;
    return error_set(error, "interrupted");
}

static int cannot_start(int why, struct error *error)
{
    if (why == ENOENT)
        return error_set(error, "gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
    return error_set(error, "gnuplot: %s", strerror(why));
}

/* Lets gnuplot draw, and waits for its end, whatever happens. Returns its exit status, or -1. */
static int run(const struct script *script, FILE *messages, const atomic_bool *stop,
               struct picture *picture, struct error *error)
{
    int drawn[2], status = 0;
    pid_t child;
    if (pipe2(drawn, O_CLOEXEC) != 0)
        return cannot_start(errno, error);
    int why = start(script, drawn[1], messages, &child);
    close(drawn[1]);
    struct reading reading = {drawn[0], stop, picture};
    bool is_read = why == 0 && attempt(read_picture, &reading, error) == 0;
    close(drawn[0]);
    if (why != 0)
        return cannot_start(why, error);
    if (!is_read)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return is_read ? status : -1;
}

/* ---- what it says --------------------------------------------------------------------- */

/* Where a name of one of its files stands for the template, that has the user's own name. */
static size_t write_name(FILE *out, const char *text, const char *found, const char *written)
{
    size_t length = strlen(found);
    if (strncmp(text, found, length) != 0 || (text[length] >= '0' && text[length] <= '9'))
        return 0;
    fputs(written, out);
    return length;
}

/* What it wrote, without empty lines. To be freed. */
static char *read_refusal(FILE *messages, const struct script *script)
{
    char *line = NULL, *text = NULL, template[FILE_NAME_SIZE];
    size_t capacity = 0, size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        out_of_memory();
    name_file(script->template, template);
    rewind(messages);
    for (ssize_t got; (got = getline(&line, &capacity, messages)) > 0;) {
        if (strspn(line, " \n") == (size_t)got)
            continue;
        for (size_t at = 0, length; at < (size_t)got; at += length) {
            length = write_name(out, line + at, template, script->template_name);
            if (length == 0)
                length = fwrite(line + at, 1, 1, out);
        }
    }
    free(line);
    fclose(out);
    return text;
}

/* The line of it that says what is wrong: the last that is not only the mark below another. */
static void set_reason(const struct picture *picture, const char *name, struct error *error)
{
    const char *reason = "it gave no reason", *line = picture->refusal;
    size_t length = strlen(reason);
    while (*line) {
        size_t end = strcspn(line, "\n");
        if (strspn(line, " \t^") != end) {
            reason = line;
            length = end;
        }
        line += end + (line[end] == '\n');
    }
    error_set(error, "gnuplot could not draw %s: %.*s", name, (int)length, reason);
}

int gnuplot_draw(struct script *script, const atomic_bool *stop, struct picture *picture,
                 struct error *error)
{
    *picture = (struct picture){0};
    if (script_finish(script, error) != 0)
        return -1;
    FILE *messages = script_file(error);
    if (!messages)
        return -1;
    int status = run(script, messages, stop, picture, error);
    if (status > 0 || (status == 0 && picture->count == 0)) {
        status = -1;
        picture->refusal = read_refusal(messages, script);
        set_reason(picture, script->template_name, error);
    }
    fclose(messages);
    return status;
}
