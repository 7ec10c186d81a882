/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/limit_words.h"
#include "results/answer/show_value.h"
#include "results/charts/svg.h"
#include "results/embedded.h"
#include "results/report/parts.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"

/* ---- what the parts share ------------------------------------------------------------- */

void page_metric(const struct page *page, const struct metric *metric)
{
    fprintf(page->out, "<a href=\"#metric-%s\"><code>%s</code></a>", metric->name, metric->name);
}

void page_mean(const struct page *page, const struct metric *metric, struct estimate mean)
{
    char text[SHOW_ESTIMATE];
    html_quantity(page->out, show_estimate(text, metric, mean));
}

/* An improvement, the opposite, or neither: by the class of <span>. */
static const char *class_of(enum verdict_value verdict)
{
    return verdict == VERDICT_BETTER ? "good" : verdict == VERDICT_WORSE ? "bad" : "open";
}

void page_verdict(const struct page *page, const struct metric *metric,
                  const struct verdict *verdict)
{
    char text[SHOW_ESTIMATE];
    if (verdict->value == VERDICT_NO_PAIR)
        return;
    fprintf(page->out, "<span class=\"%s\">", class_of(verdict->value));
    if (verdict->value == VERDICT_SAME)
        fputs("same", page->out);
    else {
        fputs(verdict_is_not_told_apart(verdict->value) ? "~\u00A0" : "", page->out);
        html_quantity(page->out, show_difference(text, metric, verdict->difference));
    }
    if (verdict_is_told_apart(verdict->value) && verdict->value != VERDICT_DIFFERENT)
        fputs(verdict->value == VERDICT_BETTER ? "\u00A0better" : "\u00A0worse", page->out);
    fputs("</span>", page->out);
}

void page_begin_value(const struct page *page, size_t setting, size_t metric)
{
    double mean = outcomes_average(page->outcomes, setting, metric);
    char *range = scatter_range_text(page->outcomes, setting, metric);
    fputs("<td", page->out);
    if (!isnan(mean)) /* to be sorted by */
        fprintf(page->out, " data-value=\"%.9g\"", mean);
    if (range) {
        fputs(" title=\"", page->out);
        html_text(page->out, range);
        fputs(" over the scatter of memory that services have reported\"", page->out);
    }
    fputs(">", page->out);
    free(range);
}

void page_outlook(const struct page *page, const struct outlook *outlook)
{
    char text[OUTLOOK_TEXT];
    bool covered = outlook_is_covered(outlook);
    fputs("<td", page->out);
    if (outlook->is != OUTLOOK_UNKNOWN) /* to be sorted by */
        fprintf(page->out, " data-value=\"%.9g\"",
                covered || isnan(outlook->pause_max) ? 0 : outlook->pause_max);
    fprintf(page->out, "><span class=\"%s\">", covered ? "open" : "unseen");
    html_text(page->out, outlook_show(text, outlook));
    fputs("</span></td>", page->out);
}

void page_limit(const struct page *page, const struct limit_verdict *verdict, const char *horizon)
{
    static const char *const classes[LIMIT_COUNT] = {[LIMIT_UNKNOWN] = "open",
                                                     [LIMIT_LOST] = "missed",
                                                     [LIMIT_WITHIN] = "kept",
                                                     [LIMIT_UNSURE] = "open",
                                                     [LIMIT_MISSED] = "missed"};
    char text[LIMIT_TEXT];
    fputs("<td", page->out);
    if (!isnan(verdict->margin.excess)) /* to be sorted by */
        fprintf(page->out, " data-value=\"%.9g\"", verdict->margin.excess);
    fprintf(page->out, "><span class=\"%s\">", classes[verdict->value]);
    html_text(page->out, limit_show(text, verdict, horizon));
    fputs("</span></td>", page->out);
}

void page_group_heading(const struct page *page, size_t group, const char *element)
{
    if (page->outcomes->group_count < 2)
        return;
    char *title = outcomes_title(page->outcomes, group);
    fprintf(page->out, "<%s>", element);
    html_spec(page->out, title);
    fprintf(page->out, "</%s>\n", element);
    free(title);
}

/* ---- small parts ---------------------------------------------------------------------- */

static int page_name(const struct page *page, struct error *error)
{
    (void)error;
    html_text(page->out, page->outcomes->experiment->name);
    return 0;
}

static int page_program_version(const struct page *page, struct error *error)
{
    (void)error;
    html_text(page->out, PYGCSIM_VERSION);
    return 0;
}

/* "web:rate=200 on cpython-3.13. 10 policies with 5 seeds each: 50 runs, by pygcsim 0.1.0." */
static int page_asked(const struct page *page, struct error *error)
{
    const struct outcomes *outcomes = page->outcomes;
    FILE *out = page->out;
    (void)error;
    if (outcomes->group_count == 1) {
        html_count(out, outcomes->setting_count, "policy", "policies");
        fputs(" on ", out);
        html_spec(out, outcomes->groups[0].workload);
        fputs(", ", out);
        html_spec(out, outcomes->groups[0].collector);
    } else {
        html_count(out, outcomes->setting_count, "setting", "settings");
        fputs(" on ", out);
        html_count(out, outcomes->group_count, "workload", "workloads and collectors");
    }
    fputs("; ", out);
    html_count(out, outcomes->seed_count, "replication", "replications");
    fputs("; ", out);
    html_count(out, (size_t)outcomes->experiment->planned, "run", "runs");
    fputs("; pygcsim ", out);
    html_text(out, outcomes->experiment->version);
    return 0;
}

static void write_definition(const struct page *page, const struct metric *metric)
{
    static const char *const better[] = {[BETTER_NEITHER] = "",
                                         [BETTER_LOW] = "; lower is better",
                                         [BETTER_HIGH] = "; higher is better"};
    fprintf(page->out, "<dt id=\"metric-%s\"><code>%s</code></dt>\n<dd>", metric->name,
            metric->name);
    html_text(page->out, metric->meaning);
    fprintf(page->out,
            " <span class=\"note\">(%s%s; <a href=\"#intervals\">interval</a> by %s)</span></dd>\n",
            metric->unit, better[metric->better], metric->skewed ? "bootstrap" : "<i>t</i>");
}

static void add_columns(struct metric_list *list, const struct outcomes *outcomes,
                        const struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        metric_list_add(list, outcomes->metrics[columns->metrics[i]]);
}

/* With what the runs have seen of it. */
static void add_objective(struct metric_list *list, const struct metric *objective)
{
    metric_list_add(list, objective);
    if (metric_seen(objective))
        metric_list_add(list, metric_seen(objective));
}

/* Columns, the objective, and what limits are about. */
static int page_metrics(const struct page *page, struct error *error)
{
    struct metric_list defined = {0};
    const struct outcomes *outcomes = page->outcomes;
    (void)error;
    add_columns(&defined, outcomes, &page->report->columns);
    for (int part = 0; part < PROFILE_PARTS; part++)
        add_columns(&defined, outcomes, &page->report->profile[part]);
    if (page->objective < outcomes->metric_count)
        add_objective(&defined, outcomes->metrics[page->objective]);
    for (size_t i = 0; i < outcomes_limits(outcomes); i++)
        for (const struct metric *const *metric = condition_metrics(outcomes->limits->items[i]);
             *metric; metric++)
            metric_list_add(&defined, *metric);
    for (size_t i = 0; i < defined.count; i++)
        write_definition(page, defined.metrics[i]);
    metric_list_fini(&defined);
    return 0;
}

/* What they are and how they are decided; nothing if there are none. */
static int page_limits(const struct page *page, struct error *error)
{
    size_t count = outcomes_limits(page->outcomes);
    FILE *out = page->out;
    (void)error;
    if (count == 0)
        return 0;
    fputs("<h3 id=\"limits\">Limits</h3>\n<p>What every policy should keep to: ", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ", <code>" : "<code>", out);
        html_text(out, condition_text(page->outcomes->limits->items[i]));
        fputs("</code>", out);
    }
    fputs(page->outcomes->by_means
              ? ". A policy’s mean over its replications decides, whether by chance or not. "
              : ". A policy is within a limit if its mean is, and also what the mean may truly be; "
                "if the mean alone is, it is unsure. With one replication the mean decides. ",
          out);
    fputs("Latencies, longest pauses and the peak of the heap go by what is "
          "<a href=\"#horizon\">predicted</a> up to the horizon, where that is known; without "
          "collections there is no pause that is too long. Only policies within all limits can be "
          "the best. In charts a limit is a dashed line.</p>\n\n",
          out);
    return 0;
}

/* ---- charts --------------------------------------------------------------------------- */

/* A line of text with a capital letter and a full stop. */
static void write_sentence(FILE *out, const char *text)
{
    char first[2] = {(char)(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text), '\0'};
    html_text(out, first);
    html_text(out, text + 1);
    fputc('.', out);
}

static void write_figure(const struct page *page, const struct figure *figure)
{
    char id[64];
    const struct chart *chart = figure->drawing.chart;
    const struct picture *picture = &figure->drawing.picture;
    size_t number = figure->group == OF_EVERY_GROUP ? 0 : figure->group + 1;
    snprintf(id, sizeof id, "chart-%s-%zu", chart->name, number);
    fprintf(page->out, "<figure id=\"%s\">\n", id);
    fprintf(page->out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Chart: %s\">\n",
            chart->name);
    svg_write(page->out, picture->bytes, picture->count, id, chart->summary);
    fputs("</div>\n<figcaption>", page->out);
    write_sentence(page->out, chart->summary);
    fputs("</figcaption>\n</figure>\n", page->out);
}

/* Is it one that the results cannot give, in none of the groups, and the first of these? */
static bool is_missing(const struct figures *figures, size_t figure)
{
    for (size_t i = 0; i < figures->count; i++) {
        const struct drawing *other = &figures->figures[i].drawing;
        if (other->chart == figures->figures[figure].drawing.chart && (i < figure || !other->why))
            return false;
    }
    return true;
}

static void write_missing(const struct page *page)
{
    const struct figures *figures = page->report->figures;
    size_t written = 0;
    for (size_t i = 0; i < figures->count; i++)
        if (is_missing(figures, i)) {
            const struct drawing *missing = &figures->figures[i].drawing;
            fputs(written++ ? "" : "<p>Not drawn:</p>\n<ul class=\"note\">\n", page->out);
            fprintf(page->out, "<li><em>%s</em> needs ", missing->chart->name);
            html_text(page->out, missing->chart->needs);
            fputs("; ", page->out);
            html_text(page->out, missing->why);
            fputs("</li>\n", page->out);
        }
    fputs(written ? "</ul>\n" : "", page->out);
}

int page_charts(const struct page *page, struct error *error)
{
    const struct figures *figures = page->report->figures;
    size_t group = OF_EVERY_GROUP;
    (void)error;
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->figures[i];
        if (figure->drawing.why)
            continue;
        if (figure->group != group && figure->group != OF_EVERY_GROUP)
            page_group_heading(page, figure->group, "h3");
        else if (figure->group != group && page->outcomes->group_count > 1)
            fputs("<h3>The whole experiment</h3>\n", page->out);
        group = figure->group;
        write_figure(page, figure);
    }
    if (figures->groups_without) {
        fputs("<p class=\"note\">There are no charts here of ", page->out);
        html_count(page->out, figures->groups_without, "workload", "workloads and collectors");
        fputs("; <code>pygcsim plot --workload … --collector …</code> draws them.</p>\n",
              page->out);
    }
    write_missing(page);
    return 0;
}

/* ---- the page ------------------------------------------------------------------------- */

static int page_style(const struct page *page, struct error *error)
{
    (void)error;
    fputs(embedded_style_css, page->out);
    return 0;
}

static int page_script(const struct page *page, struct error *error)
{
    (void)error;
    fputs(embedded_sort_js, page->out);
    return 0;
}

static int page_style_sha256(const struct page *page, struct error *error)
{
    (void)error;
    fputs(embedded_style_css_sha256, page->out);
    return 0;
}

static int page_script_sha256(const struct page *page, struct error *error)
{
    (void)error;
    fputs(embedded_sort_js_sha256, page->out);
    return 0;
}

static const struct part {
    const char *name;
    int (*write)(const struct page *page, struct error *error);
} parts[] = {
    {"name", page_name},
    {"program_version", page_program_version},
    {"asked", page_asked},
    {"answer", page_answer},
    {"charts", page_charts},
    {"settings", page_settings},
    {"limits", page_limits},
    {"metrics", page_metrics},
    {"facts", page_facts},
    {"parameters", page_parameters},
    {"runs", page_runs},
    {"document", page_document},
    {"commands", page_commands},
    {"style", page_style},
    {"script", page_script},
    {"style_sha256", page_style_sha256},
    {"script_sha256", page_script_sha256},
};

static const struct part *find_part(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strlen(parts[i].name) == length && memcmp(parts[i].name, name, length) == 0)
            return &parts[i];
    return NULL;
}

/* The template; the parts in place of their names. */
static int write_page(const struct page *page, struct error *error)
{
    const char *at = embedded_page_html, *open;
    for (; (open = strstr(at, "{{")); at = strstr(open, "}}") + 2) {
        const char *name = open + 2;
        fwrite(at, 1, (size_t)(open - at), page->out);
        if (find_part(name, strcspn(name, "}"))->write(page, error) != 0)
            return -1;
    }
    fputs(at, page->out);
    return 0;
}

int report_write(FILE *out, const struct report *report, struct error *error)
{
    struct page page = {.out = out,
                        .report = report,
                        .outcomes = report->outcomes,
                        .objective = outcomes_objective(report->outcomes)};
    struct scatter_question question;
    bool has_objective = page.objective < page.outcomes->metric_count;
    if (has_objective) {
        question = scatter_question_of(&report->subject, page.outcomes->metrics[page.objective]);
        if (scatter_answer_make(&page.scatter, &question, error) != 0)
            return -1;
    }
    int status = write_page(&page, error);
    if (has_objective)
        scatter_answer_fini(&page.scatter);
    return status;
}
