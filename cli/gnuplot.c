/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/gnuplot.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/memory.h"

FILE *gnuplot_commands(struct error *error)
{
    FILE *file = tmpfile();
    if (!file)
        error_set(error, "no temporary file: %s", strerror(errno));
    return file;
}

/* Starts gnuplot; returns the end of its standard output to read from, or -1. */
static int start(FILE *commands, FILE *messages, pid_t *child)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    *child = fork();
    if (*child == 0) {
        dup2(fileno(commands), STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        dup2(fileno(messages), STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("gnuplot", "gnuplot", "-", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    if (*child > 0)
        return ends[0];
    close(ends[0]);
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
        picture->bytes = memory_grow(picture->bytes, &picture->capacity, picture->count + 65536, 1);
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
    if (from < 0)
        return error_set(error, "gnuplot: %s", strerror(errno));
    read_picture(from, picture);
    close(from);
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return error_set(error, "gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
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
