/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/allocate.h"

FILE *gnuplot_commands(struct error *error)
{
    FILE *file = tmpfile();
    if (!file)
        error_set(error, "no temporary file: %s", strerror(errno));
    return file;
}

/* Starts gnuplot; returns the end of its standard output to read from, or -1 with errno set. */
static int start(FILE *commands, FILE *messages, pid_t *child)
{
    char name[] = "gnuplot", standard_input[] = "-";
    char *const words[] = {name, standard_input, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(commands), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(messages), STDERR_FILENO);
    int why = posix_spawnp(child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (why == 0)
        return ends[0];
    close(ends[0]);
    errno = why;
    return -1;
}

/* The first line of what gnuplot complained about. */
static void first_message(FILE *messages, char line[256])
{
    rewind(messages);
    while (fgets(line, 256, messages)) {
        line[strcspn(line, "\n")] = '\0';
        if (strspn(line, " \t^") != strlen(line))
            return;
    }
    strcpy(line, "it gave no reason");
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

static int run(FILE *commands, FILE *messages, const char *name, struct picture *picture,
               struct error *error)
{
    pid_t child;
    int status = 0;
    char line[256];
    if (fflush(commands) != 0)
        return error_set(error, "temporary file: %s", strerror(errno));
    rewind(commands);
    int from = start(commands, messages, &child);
    if (from < 0 && errno == ENOENT)
        return error_set(error, "gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
    if (from < 0)
        return error_set(error, "gnuplot: %s", strerror(errno));
    read_picture(from, picture);
    close(from);
    waitpid(child, &status, 0);
    first_message(messages, line);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || picture->count == 0)
        return error_set(error, "gnuplot could not draw %s: %s", name, line);
    return 0;
}

int gnuplot_draw(FILE *commands, const char *name, struct picture *picture, struct error *error)
{
    FILE *messages = gnuplot_commands(error);
    *picture = (struct picture){0};
    int status = messages ? run(commands, messages, name, picture, error) : -1;
    if (messages)
        fclose(messages);
    fclose(commands);
    return status;
}
