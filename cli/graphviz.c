/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/graphviz.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int start(int graph, int out, int messages, pid_t *child)
{
    char name[] = "dot", form[] = "-Tsvg";
    char *const words[] = {name, form, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, graph, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    int why = posix_spawnp(child, name, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return why;
}

/* The first line of what it says. */
static void describe(FILE *messages, struct error *error)
{
    char line[400] = "";
    rewind(messages);
    if (!fgets(line, sizeof line, messages))
        strcpy(line, "it gave no reason");
    line[strcspn(line, "\n")] = '\0';
    error_set(error, "Graphviz could not draw it: %s", line);
}

static int run(int graph, int out, FILE *messages, struct error *error)
{
    pid_t child;
    int status;
    int why = start(graph, out, fileno(messages), &child);
    if (why == ENOENT)
        return error_set(error, "Graphviz is not installed (Debian: apt-get install graphviz); "
                                "--dot writes what it would draw");
    if (why != 0)
        return error_set(error, "dot: %s", strerror(why));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (status == 0)
        return 0;
    describe(messages, error);
    return -1;
}

int graphviz_draw(FILE *graph, FILE *out, struct error *error)
{
    FILE *messages = tmpfile();
    if (!messages)
        return error_set(error, "no temporary file: %s", strerror(errno));
    rewind(graph);
    fflush(out);
    int status = run(fileno(graph), fileno(out), messages, error);
    fclose(messages);
    return status;
}
