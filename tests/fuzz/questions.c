/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/questions.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "policies/registry.h"
#include "results/answer/best_answer.h"
#include "results/answer/condition.h"
#include "results/answer/moving.h"
#include "results/answer/ranking.h"
#include "results/answer/sensitivity.h"
#include "results/charts/charts.h"
#include "results/report/report.h"
#include "results/store/export.h"
#include "results/store/merge.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/registry.h"

/* The file, and its newest experiment. */
struct asked {
    struct store *store;
    const struct past_experiment *experiment;
    struct limits limits;
    struct error error;
};

static struct subject subject_of(const struct asked *asked)
{
    return (struct subject){
        .store = asked->store, .experiment = asked->experiment, .limits = &asked->limits};
}

static int ask_ranking(struct asked *asked, bool for_programs)
{
    struct ranking ranking;
    const struct ranking_question question = {.subject = subject_of(asked),
                                              .top = 20,
                                              .groups_most = 10,
                                              .lost_most = 8,
                                              .for_programs = for_programs};
    if (ranking_make(&ranking, &question, &asked->error) != 0)
        return -1;
    ranking_fini(&ranking);
    return 0;
}

static int ask_show(struct asked *asked)
{
    return ask_ranking(asked, false);
}

static int ask_show_json(struct asked *asked)
{
    return ask_ranking(asked, true);
}

static int ask_best_of(struct asked *asked, struct condition *const *conditions, size_t count,
                       bool by_means)
{
    struct best_answer answer;
    struct metric_list front = {0};
    metric_list_add(&front, metric_named("pause_max"));
    metric_list_add(&front, metric_named("heap_peak"));
    struct best_question question = {.subject = subject_of(asked),
                                     .conditions = conditions,
                                     .condition_count = count,
                                     .front = &front,
                                     .policies = policies,
                                     .groups_most = 10,
                                     .tied_most = 10,
                                     .front_most = 10};
    question.subject.by_means = by_means;
    int status = best_answer_make(&answer, &question, &asked->error);
    if (status == 0)
        best_answer_fini(&answer);
    metric_list_fini(&front);
    return status;
}

/* What surely meets conditions, and what does by means. */
static int ask_best(struct asked *asked)
{
    static const char *const texts[] = {"heap_peak <= 1.2 * default",
                                        "0.1 < pause_max / default.pause_max <= 2"};
    struct condition *conditions[LENGTH(texts)];
    for (size_t i = 0; i < LENGTH(texts); i++) {
        conditions[i] = condition_parse(texts[i], &asked->error);
        check_that(texts[i], conditions[i] != NULL);
    }
    int status = ask_best_of(asked, conditions, LENGTH(texts), false);
    if (status == 0)
        status = ask_best_of(asked, conditions, LENGTH(texts), true);
    for (size_t i = 0; i < LENGTH(texts); i++)
        condition_free(conditions[i]);
    return status;
}

static int ask_sensitivity_of(struct asked *asked, bool for_programs)
{
    struct sensitivity sensitivity;
    const struct sensitivity_question question = {.subject = subject_of(asked),
                                                  .for_programs = for_programs};
    if (sensitivity_make(&sensitivity, &question, &asked->error) != 0)
        return -1;
    sensitivity_fini(&sensitivity);
    return 0;
}

static int ask_sensitivity(struct asked *asked)
{
    return ask_sensitivity_of(asked, false);
}

static int ask_sensitivity_json(struct asked *asked)
{
    return ask_sensitivity_of(asked, true);
}

/* ---- export -----------------------------------------------------------------------------------
 */

static int read_all(struct asked *asked, struct export *rows)
{
    int more = -1;
    size_t bytes = 0;
    while (rows && (more = export_next(rows, &asked->error)) > 0)
        for (size_t c = 0; c < export_column_count(rows); c++) {
            const struct export_value value = export_value(rows, c);
            for (const char *at = value.type == EXPORT_TEXT ? value.text : NULL; at && *at; at++)
                bytes++;
        }
    export_free(rows);
    return more;
}

static int ask_runs(struct asked *asked)
{
    return read_all(asked, export_runs(asked->store, asked->experiment, &asked->error));
}

static int ask_collections(struct asked *asked)
{
    return read_all(asked,
                    export_collections(asked->store, asked->experiment, EVERY_RUN, &asked->error));
}

static int ask_samples(struct asked *asked)
{
    return read_all(asked,
                    export_samples(asked->store, asked->experiment, EVERY_RUN, &asked->error));
}

static int ask_log(struct asked *asked)
{
    int more = -1;
    struct run_numbers runs;
    struct export_log_line line;
    if (export_run_numbers(&runs, asked->store, asked->experiment, &asked->error) != 0)
        return -1;
    struct export *rows = export_log(asked->store, asked->experiment, runs.first, &asked->error);
    while (rows && (more = export_next_log_line(rows, &line, &asked->error)) > 0)
        check_that("a generation",
                   line.generation >= 0 && line.generation < GENERATIONS && line.cause);
    export_free(rows);
    return more;
}

/* ---- charts and the page ----------------------------------------------------------------------
 */

/* Which there can be, and the queries behind them. */
static int ask_charts(struct asked *asked)
{
    FILE *out = fopen("/dev/null", "w");
    struct selection *selection =
        selection_new(asked->store, &(struct selection_options){0}, &asked->error);
    int status = selection ? 0 : -1;
    for (const struct chart *chart = charts; chart->name && status == 0; chart++) {
        char *why = NULL;
        status = chart_check(chart, selection, &why, &asked->error);
        if (status == 0 && !why)
            status = chart_write_sql(out, chart, selection, &asked->error);
        free(why);
    }
    selection_free(selection);
    fclose(out);
    return status;
}

static int ask_report(struct asked *asked)
{
    char *page = NULL;
    size_t size;
    FILE *out = open_memstream(&page, &size);
    struct metric_list read = {0};
    struct outcomes outcomes;
    const struct subject subject = subject_of(asked);
    metric_list_add_usual(&read, asked->experiment);
    metric_list_add_usual_objectives(&read);
    moving_add_read(&read);
    int status = subject_read(&subject, &read, &outcomes, &asked->error);
    if (status == 0) {
        const struct figures none = {0};
        struct columns columns = columns_chosen(&outcomes, &(struct metric_list){0});
        const struct report report = {.subject = subject,
                                      .file = "results.db",
                                      .outcomes = &outcomes,
                                      .columns = columns,
                                      .top = 100,
                                      .figures = &none,
                                      .policies = policies,
                                      .workloads = workloads};
        status = report_write(out, &report, &asked->error);
        columns_fini(&columns);
        outcomes_fini(&outcomes);
    }
    metric_list_fini(&read);
    fclose(out);
    free(page);
    return status;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static int (*const questions[])(struct asked *asked) = {
    ask_show, ask_show_json,   ask_best,    ask_sensitivity, ask_sensitivity_json, ask_runs,
    ask_log,  ask_collections, ask_samples, ask_charts,      ask_report,
};
static_assert(LENGTH(questions) + 1 == QUESTIONS, "and merge");

static void ask_merge(const char *path)
{
    struct merged merged = {0};
    struct error error = {""};
    char into[TEST_PATH];
    test_file(into, "", 0);
    unlink(into);
    if (merge_parts(&path, 1, into, false, &merged, &error) != 0)
        check_message(error.text);
    free(merged.name);
    unlink(into);
}

void ask(size_t question, const char *path)
{
    struct asked asked = {.error = {""}};
    struct history history = {0};
    if (question == LENGTH(questions)) {
        ask_merge(path);
        return;
    }
    asked.store = store_open_existing(path, &asked.error);
    int status = asked.store ? history_read(&history, asked.store, &asked.error) : -1;
    if (status == 0)
        status = history_find(&history, asked.store, NULL, &asked.experiment, &asked.error);
    if (status == 0)
        status = limits_read_stored(&asked.limits, asked.store, asked.experiment, &asked.error);
    if (status == 0)
        status = questions[question](&asked);
    if (status != 0)
        check_message(asked.error.text);
    limits_fini(&asked.limits);
    history_fini(&history);
    store_close(asked.store);
}
