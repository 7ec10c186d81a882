/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answers of several workloads and collectors at a glance. */
#include <stdlib.h>

#include "results/answer/headline.h"
#include "results/report/parts.h"
#include "sim/base/html.h"

static int write_row(const struct page *page, size_t group, struct error *error)
{
    const struct outcomes *outcomes = page->outcomes;
    const struct metric *metric = outcomes->metrics[page->objective];
    size_t baseline = outcomes->groups[group].baseline;
    size_t best = headline_best(outcomes, group, page->objective);
    struct outlook outlook = {.is = OUTLOOK_UNKNOWN};
    if (best != NO_SETTING &&
        outlook_read(&outlook, outcomes, best, page->report->subject.store, error) != 0)
        return -1;
    char *title = outcomes_title(outcomes, group);
    fputs("<tr><th scope=\"row\" class=\"name\">", page->out);
    html_spec(page->out, title);
    free(title);
    fputs("</th><td class=\"name\">", page->out);
    if (best != NO_SETTING)
        html_spec(page->out, outcomes->settings[best].policy);
    fputs("</td><td>", page->out);
    if (best != NO_SETTING)
        page_mean(page, metric, outcomes_mean(outcomes, best, page->objective));
    fputs("</td>", page->out);
    page_outlook(page, &outlook);
    fputs("<td>", page->out);
    if (baseline != NO_SETTING)
        page_mean(page, metric, outcomes_mean(outcomes, baseline, page->objective));
    fputs("</td><td>", page->out);
    if (best != NO_SETTING && baseline != NO_SETTING && baseline != best) {
        struct verdict verdict = verdict_beside_baseline(outcomes, best, page->objective);
        page_verdict(page, metric, &verdict);
    }
    fputs("</td></tr>\n", page->out);
    return 0;
}

int page_overview(const struct page *page, struct error *error)
{
    const struct outcomes *outcomes = page->outcomes;
    if (outcomes->group_count < 2 || page->objective == outcomes->metric_count)
        return 0;
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
        "<th scope=\"col\"><a href=\"#horizon\">still to come</a></th>"
        "<th scope=\"col\">baseline</th><th scope=\"col\">difference</th></tr></thead>\n<tbody>\n",
        page->out);
    int status = 0;
    for (size_t g = 0; g < outcomes->group_count && g < OVERVIEW_MOST && status == 0; g++)
        status = write_row(page, g, error);
    fputs("</tbody>\n</table>\n</div>\n", page->out);
    return status;
}
