/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "sim/base/utf8.h"

#define FILE_NAME_SIZE 32

static void name_file(FILE *file, char name[FILE_NAME_SIZE])
{
    snprintf(name, FILE_NAME_SIZE, "/dev/fd/%d", fileno(file));
}

/* ---- the process ---------------------------------------------------------------------- */

/* Of the environment gnuplot gets what finds programs, libraries and fonts; nothing of its own. */
static const char *const passed_on[] = {"PATH",
                                        "HOME",
                                        "TMPDIR",
                                        "LD_LIBRARY_PATH",
                                        "FONTCONFIG_FILE",
                                        "FONTCONFIG_PATH",
                                        "XDG_DATA_HOME",
                                        "XDG_CONFIG_HOME",
                                        "XDG_CACHE_HOME",
                                        NULL};

#define ENVIRONMENT_MOST (sizeof passed_on / sizeof *passed_on + 1)

static void make_environment(char *environment[ENVIRONMENT_MOST])
{
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t count = 0;
    environment[count++] = allocate_text(locale);
    for (size_t i = 0; passed_on[i]; i++) {
        const char *value = getenv(passed_on[i]);
        if (value && asprintf(&environment[count++], "%s=%s", passed_on[i], value) < 0)
            out_of_memory();
    }
    environment[count] = NULL;
}

static void free_environment(char *environment[ENVIRONMENT_MOST])
{
    for (size_t i = 0; environment[i]; i++)
        free(environment[i]);
}

static bool inherit(FILE *file)
{
    return fcntl(fileno(file), F_SETFD, 0) == 0;
}

static bool inherit_script(const struct script *script)
{
    bool all = inherit(script->commands) && inherit(script->template);
    for (size_t i = 0; i < script->block_count; i++)
        all = all && inherit(script->blocks[i]);
    return all;
}

/* In the child: it ends with its parent, has nothing to read, and every signal is as usual. Returns
 * only if gnuplot cannot be started. */
static void become_gnuplot(const struct script *script, pid_t parent, int out, FILE *messages,
                           char *const words[], char *const environment[])
{
    sigset_t none;
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(fileno(messages), STDERR_FILENO) >= 0 && inherit_script(script))
        execvpe(words[0], words, environment);
}

/* Starts gnuplot, which then writes to `out`; `failed` is where the reason goes if it cannot. */
static pid_t start(const struct script *script, int out, int failed, FILE *messages)
{
    char commands[FILE_NAME_SIZE], template[FILE_NAME_SIZE];
    char name[] = "gnuplot", without_settings[] = "-d";
    char *const words[] = {name, without_settings, commands, template, NULL};
    char *environment[ENVIRONMENT_MOST];
    name_file(script->commands, commands);
    name_file(script->template, template);
    make_environment(environment);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        become_gnuplot(script, parent, out, messages, words, environment);
        int why = errno;
        _exit(write(failed, &why, sizeof why) < 0 ? 126 : 127);
    }
    free_environment(environment);
    return child;
}

static void read_picture(int from, struct picture *picture)
{
    ssize_t got;
    do {
        picture->bytes =
            allocate_grow(picture->bytes, &picture->capacity, picture->count + 65536, 1);
        got = read(from, picture->bytes + picture->count, 65536);
        if (got > 0)
            picture->count += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
}

/* Lets gnuplot draw. Returns its exit status, or -1 with errno set if it was not there to. */
static int run(const struct script *script, FILE *messages, struct picture *picture)
{
    int drawn[2], failed[2], status = 0, why = 0;
    if (pipe2(drawn, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(failed, O_CLOEXEC) != 0) {
        close(drawn[0]);
        close(drawn[1]);
        return -1;
    }
    pid_t child = start(script, drawn[1], failed[1], messages);
    why = child < 0 ? errno : 0;
    close(drawn[1]);
    close(failed[1]);
    if (child > 0) {
        read_picture(drawn[0], picture);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        if (read(failed[0], &why, sizeof why) != sizeof why)
            why = 0;
    }
    close(drawn[0]);
    close(failed[0]);
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

/* The line of it that says what is wrong: the last that is no warning. */
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

int gnuplot_draw(struct script *script, struct picture *picture, struct error *error)
{
    *picture = (struct picture){0};
    if (script_finish(script, error) != 0)
        return -1;
    FILE *messages = script_file(error);
    if (!messages)
        return -1;
    int status = run(script, messages, picture);
    if (status < 0 && errno == ENOENT)
        error_set(error, "gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
    else if (status < 0)
        error_set(error, "gnuplot: %s", strerror(errno));
    else if (status != 0 || picture->count == 0) {
        status = -1;
        picture->refusal = read_refusal(messages, script);
        set_reason(picture, script->template_name, error);
    }
    fclose(messages);
    return status;
}
