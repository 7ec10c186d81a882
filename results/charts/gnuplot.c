/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "sim/base/utf8.h"

#define FILE_NAME_SIZE 32
#define PICTURE_MOST   ((size_t)256 << 20) /* bytes */
#define MESSAGES_MOST  ((off_t)1 << 20)

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

static bool is_stopped(const volatile sig_atomic_t *stop)
{
    return stop && *stop;
}

/* More than any picture has, or than anybody would read. */
static bool is_too_much(const struct picture *picture, FILE *messages)
{
    struct stat written;
    return picture->count > PICTURE_MOST ||
           (fstat(fileno(messages), &written) == 0 && written.st_size > MESSAGES_MOST);
}

/* It may have closed its output and go on. Returns how it ended. */
static int wait_for(pid_t child, const volatile sig_atomic_t *stop)
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

/* Lets gnuplot draw. Returns its exit status, or -1 with errno set if it was not there to. */
static int run(const struct script *script, FILE *messages, const volatile sig_atomic_t *stop,
               struct picture *picture)
{
    int drawn[2], status = 0;
    pid_t child;
    if (pipe2(drawn, O_CLOEXEC) != 0)
        return -1;
    int why = start(script, drawn[1], messages, &child);
    close(drawn[1]);
    if (why == 0) {
        while (!is_stopped(stop) && !is_too_much(picture, messages) &&
               read_some(drawn[0], picture) > 0)
            ;
        if (is_too_much(picture, messages))
            kill(child, SIGKILL);
        status = wait_for(child, stop);
    }
    close(drawn[0]);
    errno = why;
    return why ? -1 : status;
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

/* Control characters would reach the terminal: but for ends of lines they are left out. */
static void write_character(FILE *out, const char *text, size_t size, size_t *length)
{
    uint32_t character;
    *length = utf8_read(text, size, &character);
    if (*length == 0)
        fputs("\uFFFD", out);
    else if (*text == '\n' || *text == '\t' ||
             !(character < 0x20 || (character >= 0x7F && character < 0xA0)))
        fwrite(text, 1, *length, out);
    *length = *length ? *length : 1;
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
                write_character(out, line + at, (size_t)got - at, &length);
        }
    }
    free(line);
    fclose(out);
    return text;
}

/* What there is to say if it does not. */
static void describe_end(char text[80], const struct picture *picture, FILE *messages, int status)
{
    if (is_too_much(picture, messages))
        snprintf(text, 80, "it writes without end");
    else if (WIFSIGNALED(status))
        snprintf(text, 80, "it was ended by signal %d", WTERMSIG(status));
    else
        snprintf(text, 80, "it gave no reason");
}

/* The line of it that says what is wrong: the last that is no warning. */
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

int gnuplot_draw(struct script *script, const volatile sig_atomic_t *stop, struct picture *picture,
                 struct error *error)
{
    *picture = (struct picture){0};
    if (script_finish(script, error) != 0)
        return -1;
    FILE *messages = script_file(error);
    if (!messages)
        return -1;
    int status = run(script, messages, stop, picture);
    if (status < 0 && errno == ENOENT)
        error_set(error, "gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
    else if (status < 0)
        error_set(error, "gnuplot: %s", strerror(errno));
    else if (is_stopped(stop))
        status = error_set(error, "interrupted");
    else if (status != 0 || picture->count == 0) {
        char reason[80];
        describe_end(reason, picture, messages, status);
        picture->refusal =
            is_too_much(picture, messages) ? allocate_text("") : read_refusal(messages, script);
        set_reason(picture, reason, script->template_name, error);
        status = -1;
    }
    fclose(messages);
    return status;
}
