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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/base/memory_text.h"

#define FILE_NAME_SIZE 32

/* More than any picture has, or than anybody would read; bytes. */
#define PICTURE_MOST  ((size_t)256 << 20)
#define MESSAGES_MOST ((size_t)1 << 20)

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
                      int messages)
{
    posix_spawn_file_actions_init(actions);
    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, messages, STDERR_FILENO);
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

/* Starts gnuplot, which then writes to `out` and `messages`. Returns 0, or why it cannot. */
static int start(const struct script *script, int out, int messages, pid_t *child)
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

/* It may have closed its output and go on. Returns how it ended. */
static int wait_for(pid_t child, const atomic_bool *stop)
{
    int status = 0;
    pid_t ended;
    while ((ended = waitpid(child, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (is_stopped(stop))
            kill(child, SIGKILL);
        poll(NULL, 0, 1);
    }
    return status;
}

/* What gnuplot writes, in pipes: without a reader it ends. */
struct output {
    int from; /* -1: it has ended */
    size_t most;
    char *bytes; /* and a 0 behind them */
    size_t count, capacity;
};

struct reading {
    struct output picture, messages;
    const atomic_bool *stop;
};

static bool is_too_much(const struct reading *reading)
{
    return reading->picture.count > reading->picture.most ||
           reading->messages.count > reading->messages.most;
}

static void read_some(struct output *output)
{
    output->bytes = allocate_grow(output->bytes, &output->capacity, output->count + 65537, 1);
    ssize_t got = read(output->from, output->bytes + output->count, 65536);
    if (got > 0)
        output->count += (size_t)got;
    else if (got == 0 || errno != EINTR)
        output->from = -1; /* which poll passes over */
    output->bytes[output->count] = '\0';
}

static int read_all(void *context, struct error *error)
{
    struct reading *reading = context;
    struct output *outputs[] = {&reading->picture, &reading->messages};
    while (!is_stopped(reading->stop) && !is_too_much(reading)) {
        struct pollfd ready[] = {{.fd = reading->picture.from, .events = POLLIN},
                                 {.fd = reading->messages.from, .events = POLLIN}};
        if (ready[0].fd < 0 && ready[1].fd < 0)
            return 0;
        if (poll(ready, 2, 200) <= 0)
            continue;
        for (int i = 0; i < 2; i++)
            if (ready[i].revents)
                read_some(outputs[i]);
    }
    return is_stopped(reading->stop) ? error_set(error, "interrupted") : 0;
}

static int cannot_start(int why, struct error *error)
{
    if (why == ENOENT)
        return error_set(error, "gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
    return error_set(error, "gnuplot: %s", strerror(why));
}

static int open_pipes(int drawn[2], int said[2])
{
    if (pipe2(drawn, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(said, O_CLOEXEC) == 0)
        return 0;
    int why = errno;
    close(drawn[0]);
    close(drawn[1]);
    errno = why;
    return -1;
}

/* Lets gnuplot draw, and waits for its end, whatever happens. Returns its exit status, or -1. */
static int run(const struct script *script, struct reading *reading, struct error *error)
{
    int drawn[2], said[2];
    pid_t child;
    if (open_pipes(drawn, said) != 0)
        return cannot_start(errno, error);
    int why = start(script, drawn[1], said[1], &child);
    close(drawn[1]);
    close(said[1]);
    reading->picture.from = drawn[0];
    reading->messages.from = said[0];
    bool is_read = why == 0 && attempt(read_all, reading, error) == 0;
    close(drawn[0]);
    close(said[0]);
    if (why != 0)
        return cannot_start(why, error);
    if (!is_read || is_too_much(reading))
        kill(child, SIGKILL);
    int status = wait_for(child, reading->stop);
    if (is_read && is_stopped(reading->stop))
        return error_set(error, "interrupted");
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
static char *read_refusal(const struct output *messages, const struct script *script)
{
    char *text = NULL, template[FILE_NAME_SIZE];
    const char *at = messages->bytes, *end = at + messages->count;
    size_t size = 0;
    FILE *out = memory_text_begin(&text, &size);
    name_file(script->template, template);
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        bool is_empty = strspn(at, " \n") >= (size_t)(next - at);
        for (size_t length; at < next; at += length) {
            length = is_empty ? 1 : write_name(out, at, template, script->template_name);
            if (length == 0)
                length = fwrite(at, 1, 1, out);
        }
    }
    memory_text_end(out);
    return text;
}

/* What there is to say if it does not. */
static void describe_end(char text[80], const struct reading *reading, int status)
{
    if (is_too_much(reading))
        snprintf(text, 80, "it writes without end");
    else if (WIFSIGNALED(status))
        snprintf(text, 80, "it was ended by signal %d", WTERMSIG(status));
    else
        snprintf(text, 80, "it gave no reason");
}

/* The line of it that says what is wrong: the last that is not only the mark below another. */
static void set_reason(const struct picture *picture, const char *reason, const char *name,
                       struct error *error)
{
    const char *line = picture->refusal;
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

static void describe_refusal(const struct reading *reading, const struct script *script, int status,
                             struct picture *picture, struct error *error)
{
    char reason[80];
    describe_end(reason, reading, status);
    picture->refusal = is_too_much(reading) || reading->messages.count == 0
                           ? allocate_text("")
                           : read_refusal(&reading->messages, script);
    set_reason(picture, reason, script->template_name, error);
}

int gnuplot_draw(struct script *script, const atomic_bool *stop, struct picture *picture,
                 struct error *error)
{
    struct reading reading = {
        .picture = {.most = PICTURE_MOST}, .messages = {.most = MESSAGES_MOST}, .stop = stop};
    *picture = (struct picture){0};
    if (script_finish(script, error) != 0)
        return -1;
    int status = run(script, &reading, error);
    if (status > 0 || (status == 0 && reading.picture.count == 0)) {
        describe_refusal(&reading, script, status, picture, error);
        status = -1;
    }
    picture->bytes = reading.picture.bytes;
    picture->count = reading.picture.count;
    picture->capacity = reading.picture.capacity;
    free(reading.messages.bytes);
    return status;
}
