/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of a page: for each workload and collector a row a setting, each metric's mean and,
 * below it, the difference to the baseline. They are sorted by results/report/sort.js. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/certainty.h"
#include "results/answer/limit_words.h"
#include "results/answer/ranking.h"
#include "results/answer/rare_events.h"
#include "results/report/parts.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"

#define ROWS_MOST 1000 /* of all tables together */

void page_begin_settings(const struct page *page, const char *class, const char *caption)
{
    fprintf(page->out,
            "<div class=\"scroll wide\" tabindex=\"0\" role=\"group\" "
            "aria-labelledby=\"%s\">\n"
            "<table class=\"sortable %s\" aria-labelledby=\"%s\">\n"
            "<thead><tr><th scope=\"col\" class=\"name\" data-name=\"policy\">policy</th>",
            caption, class, caption);
}

void page_head(const struct page *page, size_t metric)
{
    static const char *const better[] = {[BETTER_NEITHER] = "",
                                         [BETTER_LOW] = "lower is better",
                                         [BETTER_HIGH] = "higher is better"};
    const struct metric *of = page->outcomes->metrics[metric];
    fprintf(page->out, "<th scope=\"col\" data-name=\"%s\"", of->name);
    if (metric == page->objective)
        fputs(" aria-sort=\"ascending\"", page->out);
    fputc('>', page->out);
    page_metric(page, of);
    fprintf(page->out, "<small>%s</small></th>", better[of->better]);
}

static void write_head(const struct page *page, bool foreseen)
{
    const struct columns *columns = &page->report->columns;
    fputs("<th scope=\"col\" data-name=\"number of runs\">runs</th>", page->out);
    for (size_t i = 0; i < outcomes_limits(page->outcomes); i++) {
        fputs("<th scope=\"col\" data-name=\"", page->out);
        html_text(page->out, condition_text(page->outcomes->limits->items[i]));
        fputs("\"><a href=\"#limits\">limit</a><small>", page->out);
        html_text(page->out, condition_text(page->outcomes->limits->items[i]));
        fputs("</small></th>", page->out);
    }
    for (size_t i = 0; i < columns->count; i++)
        page_head(page, columns->metrics[i]);
    if (foreseen)
        fputs("<th scope=\"col\" data-name=\"the longest pause still to come\">"
              "<a href=\"#horizon\">still to come</a></th>",
              page->out);
    fputs("</tr></thead>\n", page->out);
}

void page_begin_setting(const struct page *page, size_t setting, bool baseline)
{
    fprintf(page->out, "<tr%s><th scope=\"row\" class=\"name\">",
            baseline ? " class=\"baseline\"" : "");
    html_spec(page->out, page->outcomes->settings[setting].policy);
    fprintf(page->out, "%s</th>", baseline ? "<small>baseline</small>" : "");
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

void page_value(const struct page *page, size_t setting, size_t column, struct estimate mean,
                const struct verdict *verdict)
{
    const struct metric *metric = page->outcomes->metrics[column];
    page_begin_value(page, setting, column);
    page_mean(page, metric, mean);
    if (verdict)
        page_verdict(page, metric, verdict);
    fputs("</td>", page->out);
}

static void write_setting(const struct page *page, const struct ranked_setting *ranked,
                          bool baseline, bool foreseen)
{
    const struct outcome *setting = &page->outcomes->settings[ranked->setting];
    const struct columns *columns = &page->report->columns;
    page_begin_setting(page, ranked->setting, baseline);
    write_runs(page, setting);
    for (size_t i = 0; i < outcomes_limits(page->outcomes); i++)
        page_limit(page, &ranked->limits[i], page->outcomes->groups[setting->group].horizon);
    for (size_t i = 0; i < columns->count; i++)
        page_value(page, ranked->setting, columns->metrics[i], ranked->means[i],
                   ranked->verdicts ? &ranked->verdicts[i] : NULL);
    if (foreseen)
        page_outlook(page, &ranked->outlook);
    fputs("</tr>\n", page->out);
}

static void write_rows(const struct page *page, const struct ranking_group *group, bool foreseen)
{
    fputs("<tbody>\n", page->out);
    for (size_t i = 0; i < group->count; i++)
        write_setting(page, &group->settings[i], group->settings[i].setting == group->of->baseline,
                      foreseen);
    fputs("</tbody>\n", page->out);
}

/* The words above a table. */
static void write_caption(const struct page *page, const struct ranking_group *group,
                          const char *id)
{
    FILE *out = page->out;
    fprintf(out, "<p class=\"caption\" id=\"%s\">", id);
    html_spec(out, group->title);
    fputs(group->replications.most > 1
              ? ": mean ± half of the 95% <a href=\"#intervals\">interval</a>"
              : ": one run each, so no intervals",
          out);
    if (group->of->baseline == NO_SETTING) {
        fputs("; no differences, for the baseline ", out);
        html_spec(out, page->outcomes->baseline);
        fputs(" is not among them", out);
    } else if (group->of->count > 1) {
        fputs("; below it the <a href=\"#pairs\">difference</a> to ", out);
        html_spec(out, page->outcomes->baseline);
        fputs(certainty_of_intervals(group->of->count - 1, group->replications.most), out);
    }
    fputs("</p>\n", out);
}

static void write_note(FILE *out, const char *text)
{
    if (!*text)
        return;
    fputs("<p class=\"note\">", out);
    html_text(out, text);
    fputs("</p>\n", out);
}

/* What is not told apart from the baseline in the objective, and what pairs are worth. */
static void write_certainty(const struct page *page, const struct ranking_group *group)
{
    const struct columns *columns = &page->report->columns;
    char *const sentences[] = {
        certainty_of_group(page->outcomes, group, columns, columns_find(columns, page->objective)),
        certainty_of_pairs(page->outcomes, group, columns)};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        write_note(page->out, sentences[i] ? sentences[i] : "");
        free(sentences[i]);
    }
}

/* What the columns of limits mean. */
static void write_limits(const struct page *page, const struct ranking_group *group, size_t number)
{
    const struct limit_verdict **verdicts = allocate_zeroed(group->count + 1, sizeof *verdicts);
    for (size_t i = 0; i < group->count; i++)
        verdicts[i] = group->settings[i].limits;
    char *legend = limits_legend(page->outcomes, number, verdicts, group->count);
    write_note(page->out, legend);
    free(legend);
    free(verdicts);
}

/* What "(2 of 5)" means. */
static void write_rare_events(const struct page *page, const struct ranking_group *group)
{
    char *legend = NULL;
    for (size_t i = 0; i < group->count && !legend; i++)
        legend = rare_events_legend(group->settings[i].means, page->report->columns.count);
    if (legend)
        write_note(page->out, legend);
    free(legend);
}

/* What the last column means. */
static void write_legend(const struct page *page, const struct ranking_group *group)
{
    struct outlook *outlooks = allocate_zeroed(group->count + 1, sizeof *outlooks);
    for (size_t i = 0; i < group->count; i++)
        outlooks[i] = group->settings[i].outlook;
    char *legend = outlook_legend(outlooks, group->count);
    write_note(page->out, legend);
    free(legend);
    free(outlooks);
}

/* What still moves with the length of the run. */
static void write_moving(const struct page *page, const struct ranking_group *group)
{
    char *text = moving_text(&group->moving, page->outcomes);
    if (text)
        write_note(page->out, text);
    free(text);
}

/* Is anything known of what is still to come? */
static bool is_foreseen(const struct ranking_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->settings[i].outlook.is != OUTLOOK_UNKNOWN)
            return true;
    return false;
}

static int write_table(const struct page *page, size_t number, size_t top, struct error *error)
{
    FILE *out = page->out;
    char id[32];
    struct ranking_group group;
    if (ranking_group_make(&group, page->outcomes, number, &page->report->columns,
                           (struct goal){.metric = page->objective}, top,
                           page->report->subject.store, error) != 0)
        return -1;
    bool foreseen = is_foreseen(&group);
    snprintf(id, sizeof id, "settings-%zu", number + 1);
    write_caption(page, &group, id);
    page_begin_settings(page, "settings", id);
    write_head(page, foreseen);
    write_rows(page, &group, foreseen);
    fputs("</table>\n</div>\n", out);
    write_certainty(page, &group);
    write_rare_events(page, &group);
    write_limits(page, &group, number);
    write_legend(page, &group);
    write_moving(page, &group);
    if (group.left_out) {
        fputs("<p class=\"note\">These are the best; ", out);
        html_count(out, group.left_out, "setting is", "settings are");
        fputs(" left out. <code>pygcsim show --csv --top 0</code> has all of them, "
              "<code>pygcsim report --top 0</code> shows them.</p>\n",
              out);
    }
    page_profile(page, &group, number + 1);
    ranking_group_fini(&group);
    return 0;
}

int page_settings(const struct page *page, struct error *error)
{
    const struct outcomes *outcomes = page->outcomes;
    size_t groups = outcomes->group_count < GROUPS_MOST ? outcomes->group_count : GROUPS_MOST;
    size_t top = page->report->top ? page->report->top : SIZE_MAX;
    size_t share = page->report->top ? ROWS_MOST / groups : SIZE_MAX;
    int status = 0;
    fputs("<p>A difference is <span class=\"good\">green: better</span> if it is an improvement in "
          "that "
          "metric, <span class=\"bad\">red: worse</span> if it is the opposite; after ~ the "
          "interval includes 0, or there is none, and the "
          "two are not told apart.</p>\n",
          page->out);
    for (size_t g = 0; g < groups && status == 0; g++)
        status = write_table(page, g, top < share ? top : share, error);
    return status;
}
