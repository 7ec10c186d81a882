/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim plot: charts from a results file, drawn by gnuplot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "policies/registry.h"
#include "results/charts/charts.h"
#include "results/charts/drawing.h"
#include "sim/base/allocate.h"
#include "sim/base/error.h"
#include "sim/base/new_file.h"
#include "workloads/registry.h"

#define CHARTS_MOST 32

enum {
    OPT_CHART = 1,
    OPT_FORMAT,
    OPT_LIST,
    OPT_EXPERIMENT,
    OPT_SEED,
    OPT_METRIC,
    OPT_PARAMETER,
    OPT_TEMPLATE,
    OPT_SHOW_TEMPLATE,
    OPT_SHOW_SQL,
};

static const struct argp_option options[] = {
    {"out", 'o', "DIR", 0, "The folder for the charts, made if need be (default charts)", 0},
    {"chart", OPT_CHART, "NAME", 0, "Only this chart (default: all that the results can give)", 0},
    {"format", OPT_FORMAT, "FORMAT", 0, "png (default), svg or pdf", 0},
    {"list", OPT_LIST, NULL, 0,
     "Draws nothing; says what each chart shows and needs, and with RESULTS whether they can give "
     "it",
     0},
    {"experiment", OPT_EXPERIMENT, "NAME|NUMBER", 0, HELP_EXPERIMENT, 1},
    {"workload", 'w', "SPEC", 0, "Runs of this workload (default: the experiment's first)", 1},
    {"collector", 'c', "VERSION", 0,
     "Runs on this interpreter version (default: the experiment's first)", 1},
    {"seed", OPT_SEED, "N", 0, "Runs with this seed (default: all of the experiment)", 1},
    {"policy", 'p', "SPEC", 0, "Only this policy, and others given in the same way", 1},
    {"metric", OPT_METRIC, "NAME", 0,
     "What heatmap, pareto and effects are of (default: the experiment's objective, else "
     "latency_p99, else service_pause_p99)",
     1},
    {"parameter", OPT_PARAMETER, "NAME", 0,
     "An axis of heatmap, as threshold.t0 or t0; for both give two (default: those that matter "
     "most)",
     1},
    {"template", OPT_TEMPLATE, "FILE", 0,
     "With --chart NAME: draws with your copy of its gnuplot template", 2},
    {"show-template", OPT_SHOW_TEMPLATE, NULL, 0,
     "With --chart NAME: prints its template, to be copied", 2},
    {"show-sql", OPT_SHOW_SQL, NULL, 0, "With --chart NAME: prints the SQL behind it", 2},
    {0},
};

struct plot {
    const char *db, *folder, *format, *template_file;
    const struct chart *chart; /* NULL: all */
    const char *workload;      /* as given */
    struct selection_options options;
    size_t policy_count, parameter_count;
    struct setting policies[SELECTION_POLICIES_MOST], workload_setting; /* texts of the options */
    bool list, show_template, show_sql;
    char *template;      /* what is in the file */
    struct store *store; /* here, so that they are not lost when the command fails */
    struct selection *selection;
};

/* ---- the command line ----------------------------------------------------------------- */

static const struct chart *find_chart(const char *name)
{
    const char *names[CHARTS_MOST + 1] = {NULL};
    for (size_t i = 0; charts[i].name && i < CHARTS_MOST; i++)
        names[i] = charts[i].name;
    return &charts[option_choice("chart", name, names)];
}

/* A specification as it is written in results files; one that is none of this version's stays as it
 * is, for the file may be of an older one. */
static const char *canonical(struct setting *setting, const char *spec,
                             const struct component *const *registry, const char *kind)
{
    struct error error;
    setting_fini(setting); /* of the same option, given before */
    return setting_parse(setting, spec, registry, kind, &error) == 0 ? setting->text : spec;
}

static void add_policy(struct plot *plot, const char *spec)
{
    if (plot->policy_count == SELECTION_POLICIES_MOST)
        fail_usage("--policy: at most %d", SELECTION_POLICIES_MOST);
    plot->options.policies[plot->policy_count] =
        canonical(&plot->policies[plot->policy_count], spec, policies, "policy");
    plot->policy_count++;
}

static void add_parameter(struct plot *plot, const char *name)
{
    if (plot->parameter_count == 2)
        fail_usage("--parameter: at most two, an axis each");
    plot->options.parameters[plot->parameter_count++] = name;
}

static error_t parse_selection(int key, char *argument, struct plot *plot)
{
    struct selection_options *selection = &plot->options;
    switch (key) {
    case OPT_EXPERIMENT:
        selection->experiment = argument;
        return 0;
    case 'w':
        selection->workload = canonical(&plot->workload_setting, argument, workloads, "workload");
        return 0;
    case 'c':
        selection->collector = option_collector(argument)->name;
        return 0;
    case OPT_SEED:
        option_count("seed", argument, 0, INT64_MAX);
        selection->seed = argument;
        return 0;
    case 'p':
        add_policy(plot, argument);
        return 0;
    case OPT_METRIC:
        selection->metric = option_metric("metric", argument)->name;
        return 0;
    case OPT_PARAMETER:
        add_parameter(plot, argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What can be asked for only with others, or not with others. */
static void check_options(const struct plot *plot)
{
    bool one = plot->template_file || plot->show_template || plot->show_sql;
    if (!plot->db && !plot->list && !plot->show_template)
        fail_usage("which results file? Usage: pygcsim plot RESULTS [--out DIR]");
    if (one && !plot->chart)
        fail_usage("--template, --show-template and --show-sql go with --chart NAME");
    if (plot->list + plot->show_template + plot->show_sql + (plot->template_file != NULL) > 1)
        fail_usage("--list, --template, --show-template or --show-sql, one of them");
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
    case OPT_LIST:
        plot->list = true;
        return 0;
    case OPT_TEMPLATE:
        plot->template_file = argument;
        return 0;
    case OPT_SHOW_TEMPLATE:
        plot->show_template = true;
        return 0;
    case OPT_SHOW_SQL:
        plot->show_sql = true;
        return 0;
    case ARGP_KEY_ARG:
        if (plot->db)
            fail_usage("one results file at a time: '%s' is too much", argument);
        plot->db = *argument ? argument : NULL;
        return 0;
    case ARGP_KEY_END:
        check_options(plot);
        return 0;
    default:
        return parse_selection(key, argument, plot);
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "RESULTS",
    .doc =
        "Draws charts with gnuplot: of the newest experiment in a results file. Of a run or a "
        "compare also older runs that can be compared with it (same workload, collector, seed, "
        "costs and warm-up; of each policy the newest). Of a sweep with many policies, charts with "
        "a curve for each show the baseline, the best of each kind, and some in between.\v"
        "Example:  pygcsim plot results.db --out charts/ --format svg",
};

/* ---- files ---------------------------------------------------------------------------- */

static char *read_text(const char *path)
{
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t count = 0, capacity = 0, got;
    if (!in)
        fail("%s: %s", path, strerror(errno));
    do {
        text = allocate_grow(text, &capacity, count + 4097, 1);
        got = fread(text + count, 1, 4096, in);
        count += got;
    } while (got > 0);
    if (ferror(in))
        fail("%s: %s", path, strerror(errno));
    fclose(in);
    text[count] = '\0';
    if (strlen(text) != count)
        fail("%s: not a text", path);
    return text;
}

static void make_folder(const char *folder)
{
    struct stat found;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        fail("%s: %s", folder, strerror(errno));
    if (stat(folder, &found) == 0 && !S_ISDIR(found.st_mode))
        fail("%s: %s", folder, strerror(ENOTDIR));
}

/* ---- what is asked for ---------------------------------------------------------------- */

/* Why the results cannot give a chart; NULL: they can. To be freed. */
static char *why_not(struct selection *selection, const struct chart *chart)
{
    struct error error;
    char *why;
    if (chart_check(chart, selection, &why, &error) != 0)
        fail("%s", error.text);
    return why;
}

static void list(struct selection *selection, const struct plot *plot)
{
    for (const struct chart *chart = charts; chart->name; chart++) {
        if (plot->chart && plot->chart != chart)
            continue;
        printf("%-10s %s\n%-10s needs %s\n", chart->name, chart->summary, "", chart->needs);
        if (selection) {
            char *why = why_not(selection, chart);
            printf("%-10s in %s %s\n", "", plot->db, why ? why : "they are there");
            free(why);
        }
    }
}

/* Draws a chart, if the results can give it. Returns whether they can. */
static bool draw(struct selection *selection, const struct plot *plot, const struct chart *chart,
                 struct drawing *drawing)
{
    struct error error;
    const struct drawing_style style = {plot->format, plot->template, plot->template_file};
    if (drawing_make(drawing, chart, selection, &style, &error) != 0)
        fail("%s", error.text);
    if (drawing->why && plot->chart)
        fail("%s needs %s; in %s %s", chart->name, chart->needs, plot->db, drawing->why);
    return drawing->why == NULL;
}

/* Draws what was asked for. Returns how many drawings there are, also those that say why not. */
static size_t draw_all(struct selection *selection, const struct plot *plot,
                       struct drawing *drawings)
{
    size_t count = 0, drawn = 0;
    for (const struct chart *chart = charts; chart->name; chart++)
        if (!plot->chart || plot->chart == chart)
            drawn += draw(selection, plot, chart, &drawings[count++]);
    if (drawn == 0)
        fail("%s can give no chart; `%.*s plot %s --list` says why", plot->db,
             command_name_length(), program_invocation_name, plot->db);
    return count;
}

/* Files get their names when every one of them is whole. */
static void save(const struct plot *plot, const struct drawing *drawings, size_t count)
{
    struct whole_file files[CHARTS_MOST];
    char *paths[CHARTS_MOST];
    struct error error;
    size_t drawn = 0;
    for (size_t i = 0; i < count; i++) {
        const struct picture *picture = &drawings[i].picture;
        if (drawings[i].why)
            continue;
        if (asprintf(&paths[drawn], "%s/%s.%s", plot->folder, drawings[i].chart->name,
                     plot->format) < 0)
            out_of_memory();
        files[drawn] = (struct whole_file){paths[drawn], picture->bytes, picture->count};
        drawn++;
    }
    if (new_files_write(files, drawn, &error) != 0)
        fail("%s", error.text);
    for (size_t i = 0; i < drawn; i++) {
        printf("%s\n", paths[i]);
        free(paths[i]);
    }
}

static void print_left_out(const struct plot *plot, const struct drawing *drawings, size_t count)
{
    size_t printed = 0;
    for (size_t i = 0; i < count; i++)
        if (drawings[i].why)
            printf("%s%s", printed++ ? ", " : "Not drawn: ", drawings[i].chart->name);
    if (printed)
        printf("; `%.*s plot %s --list` says why.\n", command_name_length(),
               program_invocation_name, plot->db);
}

/* Saves what has been drawn, says so, and frees it. */
static void save_all(const struct plot *plot, struct drawing *drawings, size_t count)
{
    make_folder(plot->folder);
    save(plot, drawings, count);
    print_left_out(plot, drawings, count);
    for (size_t i = 0; i < count; i++)
        drawing_fini(&drawings[i]);
}

int command_plot(int argc, char **argv)
{
    struct plot plot = {.folder = "charts", .format = "png"};
    struct error error;
    struct drawing drawings[CHARTS_MOST];
    size_t drawn = 0;
    command_parse(&argp, argc, argv, &plot);
    if (plot.template_file)
        plot.template = read_text(plot.template_file);
    if (plot.db && !plot.show_template &&
        (!(plot.store = store_open_existing(plot.db, &error)) ||
         !(plot.selection = selection_new(plot.store, &plot.options, &error))))
        fail("%s", error.text);
    if (plot.list)
        list(plot.selection, &plot);
    else if (plot.show_template)
        fputs(plot.chart->template, stdout);
    else if (!plot.show_sql)
        drawn = draw_all(plot.selection, &plot, drawings);
    else if (chart_write_sql(stdout, plot.chart, plot.selection, &error) != 0)
        fail("%s", error.text);
    selection_free(plot.selection);
    store_close(plot.store);
    if (drawn > 0)
        save_all(&plot, drawings, drawn);
    free(plot.template);
    setting_fini(&plot.workload_setting);
    for (size_t i = 0; i < plot.policy_count; i++)
        setting_fini(&plot.policies[i]);
    return EXIT_SUCCESS;
}
