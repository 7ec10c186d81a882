/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim plot: charts from a results file, drawn by gnuplot. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/open_results.h"
#include "cli/print.h"
#include "policies/registry.h"
#include "results/charts/charts.h"
#include "results/charts/drawing.h"
#include "sim/base/allocate.h"
#include "sim/base/error.h"
#include "sim/base/input_file.h"
#include "sim/base/new_file.h"
#include "workloads/registry.h"

#define CHARTS_MOST 32

struct plot {
    const char *db, *out, *template_file;
    int64_t format; /* index into terminal_formats and 1; 0: not given */
    struct terminal look;
    char *font; /* its name */
    const char *title;
    struct texts charts; /* names; none: all */
    struct texts policies, parameters;
    const char *workload; /* as given */
    struct selection_options options;
    struct limits limits;
    struct setting settings[SELECTION_POLICIES_MOST + 1]; /* whose texts the options are */
    size_t setting_count;
    bool list, show_template, show_sql;
    bool is_file;        /* --out, not a folder */
    char *template;      /* what is in the file */
    struct store *store; /* here, so that they are not lost when the command fails */
    struct selection *selection;
};

/* ---- the command line ----------------------------------------------------------------- */

#define FIELD(name) PARAM_FIELD(plot, name)

/* That it was given is told, too. */
static int read_format(const struct param *param, const char *label, void *field, const char *text,
                       struct error *error)
{
    struct param choice = *param;
    choice.read = NULL;
    choice.offset = 0;
    if (param_read(&choice, label, field, text, error) != 0)
        return -1;
    ++*(int64_t *)field;
    return 0;
}

static bool is_side(int pixels)
{
    return pixels >= TERMINAL_SIDE_LEAST && pixels <= TERMINAL_SIDE_MOST;
}

static int read_size(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    struct terminal *look = field;
    int end = 0;
    if (sscanf(text, "%5dx%5d%n", &look->width, &look->height, &end) < 2 || text[end] ||
        !is_side(look->width) || !is_side(look->height))
        return param_refuse(param, label, text, error);
    return 0;
}

/* Letters of any alphabet, digits, and what else is in names of families. */
static bool is_family(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr(" -_.", name[i]) && !(name[i] & 0x80))
            return false;
    return true;
}

static int read_font(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    struct plot *plot = field;
    size_t length = strcspn(text, ",");
    char *end = "";
    if (text[length])
        plot->look.font_size = strtod(text + length + 1, &end);
    bool is_sized = text[length] && end > text + length + 1;
    if (!*text || !is_family(text, length) || *end || (text[length] && !is_sized) ||
        (is_sized && !(plot->look.font_size >= TERMINAL_FONT_LEAST &&
                       plot->look.font_size <= TERMINAL_FONT_MOST)))
        return param_refuse(param, label, text, error);
    free(plot->font);
    plot->font = length > 0 ? strndup(text, length) : NULL;
    plot->look.font = plot->font;
    return 0;
}

static const struct command_option draw_options[] = {
    {{"out", PARAM_PATH, FIELD(out), .initial = "charts",
      .meaning = "the folder for the charts, made if need be; or with one --chart a file that ends "
                 "in .png, .svg or .pdf"},
     .letter = 'o',
     .argument = "PATH"},
    {{"chart", PARAM_NAME, FIELD(charts), .registry = &chart_registry,
      .otherwise = "all that the results can give",
      .meaning = "only this chart, and others given in the same way"},
     .argument = "NAME",
     .times = TIMES_ANY},
    {{"format", PARAM_CHOICE, FIELD(format), .read = read_format, .choices = terminal_formats,
      .otherwise = "png, or as the file of --out ends", .meaning = "the form of the files"},
     .argument = "FORMAT"},
    {{"size", PARAM_RULE, FIELD(look), .read = read_size, .otherwise = "1200x800; of svg 900x600",
      .form = "WIDTHxHEIGHT, as 1920x1080: 300 to 10000 pixels each",
      .meaning =
          "how large the pictures are, and what is in them; a pdf has 96 pixels to the inch"},
     .argument = "WxH"},
    {{"title", PARAM_TEXT, FIELD(title), .otherwise = "each chart its own",
      .meaning = "what stands above the charts"},
     .argument = "TEXT"},
    {{"font", PARAM_RULE, .read = read_font, .otherwise = "sans-serif,11",
      .form = "NAME[,SIZE], as Arial,12 or ,12: SIZE from 6 to 16 points",
      .meaning = "the letters; their size is that in a png of 1200x800, and grows with it"},
     .argument = "NAME[,SIZE]"},
    {{"list", PARAM_SWITCH, FIELD(list),
      .meaning = "draw nothing; say what each chart shows and needs, and with RESULTS whether they "
                 "can give it"},
     .rival = 1},
    {{NULL}},
};

/* The seed is a text as results have it. */
static int read_seed(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    struct param number = *param;
    int64_t seed;
    number.read = NULL;
    number.offset = 0;
    *(const char **)field = text;
    return param_read(&number, label, &seed, text, error);
}

static const struct command_option selection_options[] = {
    {{OPTION_EXPERIMENT, FIELD(options.experiment)}, .argument = "NAME"},
    {{"workload", PARAM_TEXT, FIELD(workload), .registry = &workload_registry,
      .form = "a specification of one in the results", .otherwise = "the experiment's first",
      .meaning = "runs of this workload"},
     .letter = 'w',
     .argument = "SPEC"},
    {{"collector", PARAM_NAME, FIELD(options.collector), .registry = &collector_registry,
      .otherwise = "the experiment's first", .meaning = "runs on this interpreter version"},
     .letter = 'c',
     .argument = "NAME"},
    {{"seed", PARAM_COUNT, FIELD(options.seed), .read = read_seed, .least = 0,
      .most = PARAM_UNLIMITED, .otherwise = "all of the experiment",
      .meaning = "runs with this seed"},
     .argument = "N"},
    {{"policy", PARAM_TEXT, FIELD(policies), .registry = &policy_registry,
      .form = "a specification of one in the results", .otherwise = "those of the experiment",
      .meaning = "only this policy, and others given in the same way"},
     .letter = 'p',
     .argument = "SPEC",
     .times = SELECTION_POLICIES_MOST},
    {{"metric", PARAM_NAME, FIELD(options.metric), .registry = &metric_registry,
      .otherwise = "the experiment's objective, else latency_p99, else service_pause_p99",
      .meaning = "what heatmap, pareto and effects are of"},
     .argument = "NAME"},
    {{OPTION_SEEN, FIELD(options.by_seen)}},
    {{OPTION_OTHER_LIMIT, FIELD(limits)}, .argument = "CONDITION", .times = TIMES_ANY},
    {{"parameter", PARAM_TEXT, FIELD(parameters), .form = "a name such as threshold.t0 or t0",
      .otherwise = "those that matter most", .meaning = "an axis of heatmap; for both give two"},
     .argument = "NAME",
     .times = 2},
    {{NULL}},
};

static const struct command_option template_options[] = {
    {{"template", PARAM_PATH, FIELD(template_file),
      .meaning = "with --chart NAME: draw with your copy of its gnuplot template"},
     .argument = "FILE",
     .rival = 1},
    {{"show-template", PARAM_SWITCH, FIELD(show_template),
      .meaning = "with --chart NAME: print its template, to be copied"},
     .rival = 1},
    {{"show-sql", PARAM_SWITCH, FIELD(show_sql),
      .meaning = "with --chart NAME: print the SQL behind it"},
     .rival = 1},
    {{NULL}},
};

static const struct command_option results_argument = {
    {OPTION_RESULTS, FIELD(db), .otherwise = "none, for --list and --show-template"},
    .what = "results file"};

extern const struct subcommand subcommand_plot; /* below */

/* What can be asked for only with others. */
static void check_options(const struct plot *plot)
{
    bool one = plot->template_file || plot->show_template || plot->show_sql;
    if (!plot->db && !plot->list && !plot->show_template)
        option_fail_missing(&subcommand_plot);
    if (one && plot->charts.count != 1)
        fail_usage("--template, --show-template and --show-sql go with one --chart NAME");
}

/* The format that a path's ending names, as an index and 1; 0: none. */
static int64_t format_of_ending(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (int64_t f = 0; dot && dot > path && dot[-1] != '/' && terminal_formats[f]; f++)
        if (strcasecmp(dot + 1, terminal_formats[f]) == 0)
            return f + 1;
    return 0;
}

static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* Is --out a file, and what format do the files have? */
static void set_format(struct plot *plot)
{
    int64_t of_ending = is_folder(plot->out) ? 0 : format_of_ending(plot->out);
    plot->is_file = of_ending > 0;
    if (plot->is_file && plot->charts.count != 1)
        fail_usage("--out %s is one file: it goes with one --chart NAME; for several charts give "
                   "a folder",
                   plot->out);
    if (plot->is_file && plot->format && plot->format != of_ending)
        fail_usage("--out %s is a %s file; --format says %s", plot->out,
                   terminal_formats[of_ending - 1], terminal_formats[plot->format - 1]);
    int64_t format = plot->is_file ? of_ending : plot->format;
    plot->look.format = terminal_formats[format ? format - 1 : 0];
}

/* A specification as it is written in results files; one that is none of this version's stays as it
 * is, for the file may be of an older one. */
static const char *canonical(struct plot *plot, const char *spec, const struct registry *registry)
{
    struct error error;
    struct setting *setting = &plot->settings[plot->setting_count];
    if (setting_parse(setting, spec, registry->components, registry->what, &error) != 0)
        return spec;
    plot->setting_count++;
    return setting->text;
}

/* What the words come to, as the selection wants it. */
static void set_selection(struct plot *plot)
{
    struct selection_options *selection = &plot->options;
    selection->limits = &plot->limits;
    if (plot->workload)
        selection->workload = canonical(plot, plot->workload, &workload_registry);
    for (size_t i = 0; i < plot->policies.count; i++)
        selection->policies[i] = canonical(plot, plot->policies.items[i], &policy_registry);
    for (size_t i = 0; i < plot->parameters.count; i++)
        selection->parameters[i] = plot->parameters.items[i];
}

static bool is_asked_for(const struct plot *plot, const struct chart *chart)
{
    for (size_t i = 0; i < plot->charts.count; i++)
        if (strcmp(plot->charts.items[i], chart->name) == 0)
            return true;
    return plot->charts.count == 0;
}

/* The only one that is asked for. */
static const struct chart *one_chart(const struct plot *plot)
{
    const struct chart *chart = charts;
    while (!is_asked_for(plot, chart))
        chart++;
    return chart;
}

/* ---- files ---------------------------------------------------------------------------- */

#define TEMPLATE_MOST ((size_t)1 << 20) /* bytes */

static char *read_text(const char *path)
{
    size_t length;
    struct error error;
    char *text = input_file_read(path, "a template", TEMPLATE_MOST, &length, &error);
    if (!text)
        fail("%s: %s", path, error.text);
    if (strlen(text) != length)
        fail("%s: not a text", path);
    return text;
}

static void make_folder(const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        fail("%s: %s", folder, strerror(errno));
    if (!is_folder(folder))
        fail("%s: %s", folder, strerror(ENOTDIR));
}

/* Where a chart goes; to be freed. */
static char *path_of(const struct plot *plot, const struct chart *chart)
{
    char *path;
    int length = plot->is_file
                     ? asprintf(&path, "%s", plot->out)
                     : asprintf(&path, "%s/%s.%s", plot->out, chart->name, plot->look.format);
    if (length < 0)
        out_of_memory();
    return path;
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
        if (!is_asked_for(plot, chart))
            continue;
        print("%-10s %s\n%-10s needs %s\n", chart->name, chart->summary, "", chart->needs);
        if (selection) {
            char *why = why_not(selection, chart);
            print("%-10s in %s %s\n", "", plot->db, why ? why : "they are there");
            free(why);
        }
    }
}

/* ---- drawing -------------------------------------------------------------------------- */

/* Draws a chart, if the results can give it. Returns whether they can. */
static bool draw(struct selection *selection, const struct plot *plot, const struct chart *chart,
                 const atomic_bool *stop, struct drawing *drawing)
{
    struct error error;
    const struct drawing_style style = {.terminal = plot->look,
                                        .title = plot->title,
                                        .template = plot->template,
                                        .template_name = plot->template_file,
                                        .stop = stop};
    if (drawing_make(drawing, chart, selection, &style, &error) != 0) {
        if (*stop)
            interrupts_obey();
        if (drawing->picture.refusal)
            print_foreign(stderr, drawing->picture.refusal);
        fail("%s", error.text);
    }
    if (drawing->why && plot->charts.count)
        fail("%s needs %s; in %s %s", chart->name, chart->needs, plot->db, drawing->why);
    return drawing->why == NULL;
}

/* Draws what was asked for. Returns how many drawings there are, also those that say why not. */
static size_t draw_all(struct selection *selection, const struct plot *plot,
                       struct drawing *drawings)
{
    size_t count = 0, drawn = 0;
    const atomic_bool *stop = interrupts_catch("stopped", true);
    for (const struct chart *chart = charts; chart->name && !*stop; chart++)
        if (is_asked_for(plot, chart))
            drawn += draw(selection, plot, chart, stop, &drawings[count++]);
    if (*stop)
        interrupts_obey();
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
        paths[drawn] = path_of(plot, drawings[i].chart);
        files[drawn] = (struct whole_file){paths[drawn], picture->bytes, picture->count};
        drawn++;
    }
    if (new_files_write(files, drawn, &error) != 0)
        fail("%s", error.text);
    for (size_t i = 0; i < drawn; i++) {
        print("%s\n", paths[i]);
        free(paths[i]);
    }
}

static void print_left_out(const struct plot *plot, const struct drawing *drawings, size_t count)
{
    size_t printed = 0;
    for (size_t i = 0; i < count; i++)
        if (drawings[i].why)
            print("%s%s", printed++ ? ", " : "Not drawn: ", drawings[i].chart->name);
    if (printed)
        print("; `%.*s plot %s --list` says why.\n", command_name_length(), program_invocation_name,
              plot->db);
}

/* Saves what has been drawn, says so, and frees it. */
static void save_all(const struct plot *plot, struct drawing *drawings, size_t count)
{
    if (!plot->is_file)
        make_folder(plot->out);
    save(plot, drawings, count);
    print_left_out(plot, drawings, count);
    for (size_t i = 0; i < count; i++)
        drawing_fini(&drawings[i]);
}

static void open_selection(struct plot *plot)
{
    struct error error;
    if (plot->template_file)
        plot->template = read_text(plot->template_file);
    if (plot->db && !plot->show_template &&
        (!(plot->store = store_open_existing(plot->db, &error)) ||
         !(plot->selection = selection_new(plot->store, &plot->options, &error))))
        fail("%s", error.text);
}

static void plot_fini(struct plot *plot)
{
    for (size_t i = 0; i < plot->setting_count; i++)
        setting_fini(&plot->settings[i]);
    free(plot->charts.items);
    free(plot->policies.items);
    free(plot->parameters.items);
    limits_fini(&plot->limits);
    free(plot->template);
    free(plot->font);
}

static int run(void *state)
{
    struct plot *plot = state;
    struct error error;
    struct drawing drawings[CHARTS_MOST];
    size_t drawn = 0;
    check_options(plot);
    set_format(plot);
    set_selection(plot);
    open_selection(plot);
    if (plot->list)
        list(plot->selection, plot);
    else if (plot->show_template)
        print_as_it_is(one_chart(plot)->template);
    else if (!plot->show_sql)
        drawn = draw_all(plot->selection, plot, drawings);
    else if (chart_write_sql(stdout, one_chart(plot), plot->selection, &error) != 0)
        fail("%s", error.text);
    selection_free(plot->selection);
    store_close(plot->store);
    if (drawn > 0)
        save_all(plot, drawings, drawn);
    plot_fini(plot);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"report", "export", "list", NULL};

const struct subcommand subcommand_plot = {
    .name = "plot",
    .summary = "charts from a results file",
    .description =
        "Draws charts with gnuplot: of the newest experiment in a results file. Of a run or a "
        "compare also older runs that can be compared with it (same workload, collector, seed, "
        "costs and warm-up; of each policy the newest). Of a sweep with many policies, charts with "
        "a curve for each show the baseline, the best of each kind, and some in between.",
    .examples = "pygcsim plot results.db --out charts/ --format svg",
    .options = {draw_options, selection_options, template_options},
    .argument = &results_argument,
    .see = see,
    .state_size = sizeof(struct plot),
    .run = run,
};
