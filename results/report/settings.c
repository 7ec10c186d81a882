/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of a page: for each workload and collector a row a setting, each metric's mean and,
 * below it, the difference to the baseline. They are sorted by results/report/sort.js. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/report/parts.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"

#define ROWS_MOST 1000 /* of all tables together */

static void write_head(const struct page *page)
{
    const struct report *report = page->report;
    static const char *const better[] = {[BETTER_NEITHER] = "",
                                         [BETTER_LOW] = "lower is better",
                                         [BETTER_HIGH] = "higher is better"};
    fputs("<thead><tr><th scope=\"col\" class=\"name\" data-name=\"policy\">policy</th>"
          "<th scope=\"col\" data-name=\"number of runs\">runs</th>",
          page->out);
    for (size_t i = 0; i < report->shown_count; i++) {
        const struct metric *metric = page->outcomes->metrics[report->shown[i]];
        fprintf(page->out, "<th scope=\"col\" data-name=\"%s\"", metric->name);
        if (report->shown[i] == page->objective)
            fputs(" aria-sort=\"ascending\"", page->out);
        fputc('>', page->out);
        page_metric(page, metric);
        fprintf(page->out, "<small>%s</small></th>", better[metric->better]);
    }
    fputs("</tr></thead>\n", page->out);
}

static void write_runs(const struct page *page, const struct outcome *setting)
{
    size_t lost = setting->runs[RUN_failed] + setting->runs[RUN_out_of_memory];
    fprintf(page->out, "<td data-value=\"%zu\">%zu", setting->runs[RUN_finished],
            setting->runs[RUN_finished]);
    if (lost)
        fprintf(page->out, "<small>%zu lost</small>", lost);
    fputs("</td>", page->out);
}

static void write_setting(const struct page *page, size_t s)
{
    const struct outcome *setting = &page->outcomes->settings[s];
    size_t baseline = page->outcomes->groups[setting->group].baseline;
    fprintf(page->out, "<tr%s><th scope=\"row\" class=\"name\">",
            s == baseline ? " class=\"baseline\"" : "");
    html_spec(page->out, setting->policy);
    fprintf(page->out, "%s</th>", s == baseline ? "<small>baseline</small>" : "");
    write_runs(page, setting);
    for (size_t i = 0; i < page->report->shown_count; i++) {
        size_t metric = page->report->shown[i];
        double mean = outcomes_average(page->outcomes, s, metric);
        if (isnan(mean))
            fputs("<td>", page->out);
        else
            fprintf(page->out, "<td data-value=\"%.9g\">", mean);
        page_mean(page, s, metric);
        if (baseline != NO_SETTING && s != baseline)
            page_difference(page, s, baseline, metric);
        fputs("</td>", page->out);
    }
    fputs("</tr>\n", page->out);
}

/* The best `most`, and the baseline wherever it is. Returns how many are left out. */
static size_t write_rows(const struct page *page, size_t group, size_t most)
{
    const struct outcome_group *of = &page->outcomes->groups[group];
    size_t written = 0;
    fputs("<tbody>\n", page->out);
    for (size_t i = 0; i < of->count; i++)
        if (i < most || page->order[of->first + i] == of->baseline) {
            write_setting(page, page->order[of->first + i]);
            written++;
        }
    fputs("</tbody>\n", page->out);
    return of->count - written;
}

/* Returns how many rows it has. */
static size_t write_table(const struct page *page, size_t group, size_t most)
{
    const struct outcome_group *of = &page->outcomes->groups[group];
    FILE *out = page->out;
    char *title = outcomes_title(page->outcomes, group);
    fprintf(out, "<p class=\"caption\" id=\"settings-%zu\">", group + 1);
    html_spec(out, title);
    free(title);
    fputs(page_is_replicated(page, group)
              ? ": mean ± half of the 95% <a href=\"#intervals\">interval</a>"
              : ": one run each, so no intervals",
          out);
    if (of->baseline == NO_SETTING) {
        fputs("; no differences, for the baseline ", out);
        html_spec(out, page->outcomes->baseline);
        fputs(" is not among them", out);
    } else if (of->count > 1) {
        fputs("; below it the <a href=\"#pairs\">difference</a> to ", out);
        html_spec(out, page->outcomes->baseline);
    }
    fprintf(out,
            "</p>\n<div class=\"scroll wide\" tabindex=\"0\" role=\"group\" "
            "aria-labelledby=\"settings-%zu\">\n"
            "<table class=\"sortable settings\" aria-labelledby=\"settings-%zu\">\n",
            group + 1, group + 1);
    write_head(page);
    size_t left_out = write_rows(page, group, most);
    fputs("</table>\n</div>\n", out);
    if (left_out) {
        fputs("<p class=\"note\">These are the best; ", out);
        html_count(out, left_out, "setting is", "settings are");
        fputs(" left out. <code>pygcsim show --csv --top 0</code> has all of them, "
              "<code>pygcsim report --top 0</code> shows them.</p>\n",
              out);
    }
    return of->count - left_out;
}

int page_settings(const struct page *page, struct error *error)
{
    const struct outcomes *outcomes = page->outcomes;
    size_t groups = outcomes->group_count < GROUPS_MOST ? outcomes->group_count : GROUPS_MOST;
    size_t top = page->report->top ? page->report->top : SIZE_MAX;
    size_t share = page->report->top ? ROWS_MOST / groups : SIZE_MAX;
    (void)error;
    fputs(
        "<p>A difference is <span class=\"good\">green</span> if it is an improvement, <span "
        "class=\"bad\">red</span> if it is the opposite; after ~ the interval includes 0, and the "
        "two are not told apart.</p>\n",
        page->out);
    for (size_t g = 0; g < groups; g++)
        write_table(page, g, top < share ? top : share);
    return 0;
}
