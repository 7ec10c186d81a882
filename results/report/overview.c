/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answers of several workloads and collectors at a glance. */
#include <stdlib.h>

#include "results/answer/best.h"
#include "results/report/parts.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"

static void write_row(const struct page *page, size_t group)
{
    const struct outcomes *outcomes = page->outcomes;
    size_t baseline = outcomes->groups[group].baseline;
    struct goal goal = {.metric = page->objective};
    size_t *front = allocate_zeroed(outcomes->groups[group].count, sizeof *front);
    size_t count = best_front(outcomes, group, &goal, 1, front);
    char *title = outcomes_title(outcomes, group);
    fputs("<tr><th scope=\"row\" class=\"name\">", page->out);
    html_spec(page->out, title);
    free(title);
    fputs("</th><td class=\"name\">", page->out);
    if (count)
        html_spec(page->out, outcomes->settings[front[0]].policy);
    fputs("</td><td>", page->out);
    if (count)
        page_mean(page, front[0], page->objective);
    fputs("</td><td>", page->out);
    if (baseline != NO_SETTING)
        page_mean(page, baseline, page->objective);
    fputs("</td><td>", page->out);
    if (count && baseline != NO_SETTING && baseline != front[0])
        page_difference(page, front[0], baseline, page->objective);
    fputs("</td></tr>\n", page->out);
    free(front);
}

void page_overview(const struct page *page)
{
    const struct outcomes *outcomes = page->outcomes;
    if (outcomes->group_count < 2 || page->objective == outcomes->metric_count)
        return;
    fputs("<p>For each workload and collector the policy with the lowest ", page->out);
    page_metric(page, outcomes->metrics[page->objective]);
    fputs(", and how it compares with the baseline", page->out);
    if (outcomes->baseline) {
        fputs(", ", page->out);
        html_spec(page->out, outcomes->baseline);
    }
    fputs(
        ". After ~ the two are not told apart.</p>\n"
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Answers at a glance\">\n"
        "<table>\n<thead><tr><th scope=\"col\" class=\"name\">workload and collector</th>"
        "<th scope=\"col\" class=\"name\">best</th><th scope=\"col\">its value</th>"
        "<th scope=\"col\">baseline</th><th scope=\"col\">difference</th></tr></thead>\n<tbody>\n",
        page->out);
    for (size_t g = 0; g < outcomes->group_count && g < OVERVIEW_MOST; g++)
        write_row(page, g);
    fputs("</tbody>\n</table>\n</div>\n", page->out);
}
