/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim plot: charts from a results file, drawn by gnuplot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "results/charts.h"
#include "sim/error.h"
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
        if (!*argument)
            fail_usage("--out needs the name of a folder");
        plot->folder = argument;
        return 0;
    case OPT_CHART:
        plot->chart = find_chart(argument);
        return 0;
    case OPT_FORMAT:
        plot->format = chart_formats[option_choice("format", argument, chart_formats)];
        return 0;
    case ARGP_KEY_ARG:
        if (!*argument)
            break;
        if (plot->db)
            fail_usage("one results file at a time: '%s' is too much", argument);
        plot->db = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    fail_usage("which results file? Usage: pygcsim plot RESULTS [--out DIR]");
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "RESULTS",
    .doc =
        "Draws charts with gnuplot: of the newest run in a results file and those that can be "
        "compared with it (same workload, collector, seed and costs; of each policy the newest).\v"
        "Example:  pygcsim plot results.db --out charts/ --format svg",
};

/* A chart on its way: in memory, then in a temporary file, then under its name. */
struct drawing {
    char *bytes, *partial, *file;
    size_t count, capacity;
};

static FILE *temporary_file(void)
{
    FILE *file = tmpfile();
    if (!file)
        fail("no temporary file: %s", strerror(errno));
    return file;
}

/* Starts gnuplot; returns the end of its standard output to read from. */
static int start_gnuplot(FILE *commands, FILE *messages, pid_t *child)
{
    int ends[2];
    if (pipe(ends) != 0 || (*child = fork()) < 0)
        fail("gnuplot: %s", strerror(errno));
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
    return ends[0];
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

/* Runs gnuplot on its commands; the picture into drawing->bytes. */
static void draw(struct store *store, const struct plot *plot, const struct chart *chart,
                 struct drawing *drawing)
{
    struct error error;
    FILE *commands = temporary_file(), *messages = temporary_file();
    if (chart_write(commands, chart, store, plot->format, &error) != 0)
        fail("%s", error.text);
    if (fflush(commands) != 0)
        fail("temporary file: %s", strerror(errno));
    rewind(commands);
    pid_t child;
    int status, picture = start_gnuplot(commands, messages, &child);
    ssize_t got;
    do {
        drawing->bytes = memory_grow(drawing->bytes, &drawing->capacity, drawing->count + 65536, 1);
        got = read(picture, drawing->bytes + drawing->count, 65536);
        if (got > 0)
            drawing->count += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    close(picture);
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        fail("gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
    char line[256];
    first_message(messages, line);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || drawing->count == 0)
        fail("gnuplot could not draw %s: %s", chart->name, line);
    fclose(commands);
    fclose(messages);
}

/* Takes away what has not got its name yet. */
static void discard(const struct drawing *drawings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        unlink(drawings[i].partial);
}

/* Files get their names when every one of them is whole. */
static void save(struct drawing *drawings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        FILE *out = fopen(drawings[i].partial, "wb");
        bool whole =
            out && fwrite(drawings[i].bytes, 1, drawings[i].count, out) == drawings[i].count;
        if ((out && fclose(out) != 0) || !whole) {
            int why = errno;
            discard(drawings, i + 1);
            fail("%s: %s", drawings[i].file, strerror(why));
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (rename(drawings[i].partial, drawings[i].file) != 0) {
            int why = errno;
            discard(drawings, count);
            fail("%s: %s", drawings[i].file, strerror(why));
        }
        printf("%s\n", drawings[i].file);
    }
}

static void make_folder(const char *folder)
{
    struct stat found;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        fail("%s: %s", folder, strerror(errno));
    if (stat(folder, &found) == 0 && !S_ISDIR(found.st_mode))
        fail("%s: %s", folder, strerror(ENOTDIR));
}

int command_plot(int argc, char **argv)
{
    struct plot plot = {.folder = "charts", .format = "png"};
    struct error error;
    struct drawing drawings[32] = {{0}};
    size_t count = 0;
    command_parse(&argp, argc, argv, &plot);
    struct store *store = store_open_existing(plot.db, &error);
    if (!store)
        fail("%s", error.text);
    for (const struct chart *chart = charts; chart->name; chart++) {
        if (plot.chart && plot.chart != chart)
            continue;
        struct drawing *drawing = &drawings[count++];
        if (asprintf(&drawing->file, "%s/%s.%s", plot.folder, chart->name, plot.format) < 0 ||
            asprintf(&drawing->partial, "%s/.%s.%ld", plot.folder, chart->name, (long)getpid()) < 0)
            out_of_memory();
        draw(store, &plot, chart, drawing);
    }
    store_close(store);
    make_folder(plot.folder);
    save(drawings, count);
    for (size_t i = 0; i < count; i++) {
        free(drawings[i].bytes);
        free(drawings[i].file);
        free(drawings[i].partial);
    }
    return EXIT_SUCCESS;
}
