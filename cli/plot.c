/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim plot: charts from a results file, drawn by gnuplot. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "results/charts.h"
#include "sim/memory.h"

enum { OPT_CHART = 1, OPT_FORMAT };

static const struct argp_option options[] = {
    {"out", 'o', "DIR", 0, "The folder for the charts, made if need be (default charts)", 0},
    {"chart", OPT_CHART, "NAME", 0, "Only this chart (`pygcsim list charts`; default: all)", 0},
    {"format", OPT_FORMAT, "FORMAT", 0, "png (default), svg or pdf", 0},
    {0},
};

struct plot {
    const char *db, *folder, *format;
    const struct chart *chart; /* NULL: all */
};

static const struct chart *find_chart(const char *name)
{
    const char *names[32] = {NULL};
    for (size_t i = 0; charts[i].name && i + 1 < 32; i++)
        names[i] = charts[i].name;
    return &charts[option_choice("chart", name, names)];
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct plot *plot = state->input;
    switch (key) {
    case 'o':
        plot->folder = argument;
        return 0;
    case OPT_CHART:
        plot->chart = find_chart(argument);
        return 0;
    case OPT_FORMAT:
        plot->format = chart_formats[option_choice("format", argument, chart_formats)];
        return 0;
    case ARGP_KEY_ARG:
        if (plot->db)
            fail_usage("one results file at a time: '%s' is too much", argument);
        plot->db = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        fail_usage("which results file? Usage: pygcsim plot RESULTS [--out DIR]");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "RESULTS",
    .doc = "Draws charts with gnuplot: of the newest run in a results file and those that can be "
           "compared with it (same workload, collector and seed; of each policy the newest).\v"
           "Example:  pygcsim plot results.db --out charts/ --format svg",
};

/* gnuplot, reading commands from *commands; its messages go to the file `messages`. */
static pid_t start_gnuplot(FILE **commands, FILE *messages)
{
    int ends[2];
    if (pipe(ends) != 0)
        fail("gnuplot: %s", strerror(errno));
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        fail("gnuplot: %s", strerror(errno));
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        dup2(fileno(messages), STDOUT_FILENO);
        dup2(fileno(messages), STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("gnuplot", "gnuplot", "-", (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    *commands = fdopen(ends[1], "w");
    if (!*commands)
        out_of_memory();
    return child;
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
    strcpy(line, "no reason given");
}

/* Draws into a temporary file that takes the chart's name once it is whole. */
static void draw(struct store *store, const struct plot *plot, const struct chart *chart)
{
    char *file, *partial, line[256];
    struct error error = {.text = ""};
    if (asprintf(&file, "%s/%s.%s", plot->folder, chart->name, plot->format) < 0 ||
        asprintf(&partial, "%s/.%s.%ld.%s", plot->folder, chart->name, (long)getpid(),
                 plot->format) < 0)
        out_of_memory();
    FILE *messages = tmpfile(), *commands;
    if (!messages)
        fail("temporary file: %s", strerror(errno));
    pid_t child = start_gnuplot(&commands, messages);
    int status, written = chart_write(commands, chart, store, plot->format, partial, &error);
    fclose(commands);
    waitpid(child, &status, 0);
    struct stat drawn;
    bool complete = WIFEXITED(status) && WEXITSTATUS(status) == 0 && stat(partial, &drawn) == 0 &&
                    drawn.st_size > 0;
    if (written == 0 && complete && rename(partial, file) != 0)
        error_set(&error, "%s: %s", file, strerror(errno));
    unlink(partial);
    if (error.text[0])
        fail("%s: %s", written == 0 ? chart->name : plot->db, error.text);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        fail("gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
    first_message(messages, line);
    if (!complete)
        fail("gnuplot could not draw %s: %s", file, line);
    printf("%s\n", file);
    fclose(messages);
    free(file);
    free(partial);
}

int command_plot(int argc, char **argv)
{
    struct plot plot = {.folder = "charts", .format = "png"};
    struct error error;
    command_parse(&argp, argc, argv, &plot);
    struct store *store = store_open_existing(plot.db, &error);
    if (!store)
        fail("%s", error.text);
    if (mkdir(plot.folder, 0777) != 0 && errno != EEXIST)
        fail("%s: %s", plot.folder, strerror(errno));
    signal(SIGPIPE, SIG_IGN); /* gnuplot may end before it has read everything */
    for (const struct chart *chart = charts; chart->name; chart++)
        if (!plot.chart || plot.chart == chart)
            draw(store, &plot, chart);
    store_close(store);
    finish_output();
    return EXIT_SUCCESS;
}
