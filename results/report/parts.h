/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of a page, each in a file of its own: what stands in place of {{name}} in
 * results/report/page.html. Those that read the results file return 0, or -1 with a line in *error.
 */
#ifndef PYGCSIM_RESULTS_REPORT_PARTS_H
#define PYGCSIM_RESULTS_REPORT_PARTS_H

#include <stdbool.h>

#include "results/answer/outlook.h"
#include "results/answer/ranking.h"
#include "results/answer/scatter.h"
#include "results/answer/verdict.h"
#include "results/report/report.h"

/* The page on its way. */
struct page {
    FILE *out;
    const struct report *report;
    const struct outcomes *outcomes; /* the report's */
    struct scatter_answer scatter;   /* on the objective; empty if it has no values */
    size_t objective; /* a metric to be small, among those read; metric_count: none has values */
};

#define GROUPS_MOST   10  /* with a table of settings each */
#define OVERVIEW_MOST 100 /* with a row each */

/* Links to definitions, as <a href="#metric-…">. */
void page_metric(const struct page *page, const struct metric *metric);

/* "3.2 ±0.4 ms". */
void page_mean(const struct page *page, const struct metric *metric, struct estimate mean);

/* "−1.2 [−1.7, −0.9] ms", after ~ if it does not tell the two apart; "same"; coloured if it is an
 * improvement or the opposite. Nothing if there is none. */
void page_verdict(const struct page *page, const struct metric *metric,
                  const struct verdict *verdict);

/* What begins a cell of a table: how far the value moves over the range of scatter, if that is
 * known, is what it says when pointed at. */
void page_begin_value(const struct page *page, size_t setting, size_t metric);

/* A cell of a table: what is still to come, marked if the runs have not seen it. */
void page_outlook(const struct page *page, const struct outlook *outlook);

/* A table of settings begins, up to the head of its first column. `caption`: the id of the words
 * above it. */
void page_begin_settings(const struct page *page, const char *class, const char *caption);

/* The head of a column, of a metric among those read. */
void page_head(const struct page *page, size_t metric);

/* A row begins: a setting's policy. */
void page_begin_setting(const struct page *page, size_t setting, bool baseline);

/* A cell: a mean of a metric of the outcomes, and below it the difference to the baseline; NULL:
 * there is none. */
void page_value(const struct page *page, size_t setting, size_t column, struct estimate mean,
                const struct verdict *verdict);

/* The same: how a setting stands to a limit; `horizon` is its group's. */
void page_limit(const struct page *page, const struct limit_verdict *verdict, const char *horizon);

/* A caption or heading of a group; nothing if there is one group only. */
void page_group_heading(const struct page *page, size_t group, const char *element);

/* The best of each group, in a table; nothing if there is one group only. */
int page_overview(const struct page *page, struct error *error);

int page_answer(const struct page *page, struct error *error);
int page_charts(const struct page *page, struct error *error);
/* What else a group has, the settings in the same order; nothing of what has no values. */
void page_profile(const struct page *page, const struct ranking_group *group, size_t number);

int page_settings(const struct page *page, struct error *error);
int page_facts(const struct page *page, struct error *error);
int page_parameters(const struct page *page, struct error *error);
int page_runs(const struct page *page, struct error *error);
int page_document(const struct page *page, struct error *error);
int page_commands(const struct page *page, struct error *error);

#endif
