/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of a page: for each workload and collector the best policy, how it compares with the
 * baseline, and whether the runs tell them apart. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/certainty.h"
#include "results/answer/headline.h"
#include "results/answer/limit_words.h"
#include "results/answer/show_value.h"
#include "results/answer/times.h"
#include "results/report/parts.h"
#include "sim/base/html.h"

#define NAMED_MOST 8 /* policies that a sentence names */

/* The answer about one group, on its way. */
struct answer {
    const struct page *page;
    FILE *out;
    const struct outcomes *outcomes;
    const struct metric *metric; /* the objective */
    struct headline headline;
    struct outlook outlook; /* of the best */
};

static void write_policy(const struct answer *answer, size_t setting)
{
    html_spec(answer->out, answer->outcomes->settings[setting].policy);
}

static void write_mean(const struct answer *answer, struct estimate mean)
{
    fputs("<strong>", answer->out);
    page_mean(answer->page, answer->metric, mean);
    fputs("</strong>", answer->out);
}

/* Is there a baseline, and another that is better? */
static bool has_two(const struct headline *headline)
{
    return headline->baseline != NO_SETTING && headline->best != headline->baseline;
}

static bool has_limits(const struct answer *answer)
{
    return outcomes_limits(answer->outcomes) > 0;
}

/* ---- the best ------------------------------------------------------------------------- */

static void write_not_told_apart(FILE *out, const struct metric *metric,
                                 const struct verdict *verdict)
{
    char *would_show = certainty_of_verdict(verdict, metric);
    fprintf(out, "That interval includes 0: %zu pairs of runs <em>do not tell the two apart</em>; ",
            verdict->difference.n);
    html_text(out, would_show);
    fputs(".", out);
    free(would_show);
}

/* How sure the difference to the baseline is. */
static void write_certainty(FILE *out, const struct metric *metric, const struct verdict *verdict)
{
    size_t pairs = verdict->difference.n;
    if (verdict->value == VERDICT_ONE_PAIR)
        fputs("One pair of runs has no interval: nothing says whether that is chance.", out);
    else if (verdict->value == VERDICT_SAME)
        fprintf(out, "%zu pair%s of runs <em>%s the same</em>.", pairs, pairs == 1 ? "" : "s",
                pairs == 1 ? "is" : "are");
    else if (verdict_is_told_apart(verdict->value))
        fprintf(out, "%zu pairs of runs <em>tell the two apart</em>.", pairs);
    else if (verdict->value == VERDICT_RARE)
        fputs("Rare collections decide, and which runs have them is chance: there is no interval, "
              "and "
              "the two are <em>not told apart</em>.",
              out);
    else
        write_not_told_apart(out, metric, verdict);
}

static void write_difference(const struct answer *answer)
{
    FILE *out = answer->out;
    char text[SHOW_ESTIMATE];
    const struct verdict *verdict = &answer->headline.verdict;
    double difference = verdict->difference.mean, baseline = answer->headline.baseline_mean.mean;
    if (verdict->value == VERDICT_NO_PAIR) {
        fputs("<p>No seed has a value of both.</p>\n", out);
        return;
    }
    fputs("<p>The difference is ", out);
    html_quantity(out, show_difference(text, answer->metric, verdict->difference));
    if (baseline > 0 && verdict_is_told_apart(verdict->value)) {
        double share = 100 * fabs(difference) / baseline;
        fprintf(out, share < 9.5 ? ", %.2g%% %s" : ", %.0f%% %s", share,
                difference < 0 ? "less" : "more");
    }
    fputs(". ", out);
    write_certainty(out, answer->metric, verdict);
    fputs("</p>\n", out);
}

/* "No policy has a lower m than the baseline, b: 3 ms." */
static void write_baseline_is_best(const struct answer *answer)
{
    FILE *out = answer->out;
    fputs(has_limits(answer) ? "No policy within the limits has a lower "
                             : "No policy has a lower ",
          out);
    page_metric(answer->page, answer->metric);
    fputs(" than the baseline, ", out);
    write_policy(answer, answer->headline.baseline);
    fputs(": ", out);
    write_mean(answer, answer->headline.best_mean);
    fputs(".", out);
}

/* "a has the lowest m: 2 ms. The baseline, b, has 3 ms." */
static void write_best(const struct answer *answer)
{
    FILE *out = answer->out;
    write_policy(answer, answer->headline.best);
    fputs(" has the lowest ", out);
    page_metric(answer->page, answer->metric);
    fputs(has_limits(answer) ? " of those within the limits: " : ": ", out);
    write_mean(answer, answer->headline.best_mean);
    fputs(".", out);
    if (!has_two(&answer->headline))
        return;
    fputs(" The baseline, ", out);
    write_policy(answer, answer->headline.baseline);
    fputs(", has ", out);
    write_mean(answer, answer->headline.baseline_mean);
    fputs(".", out);
}

static void write_lede(const struct answer *answer)
{
    fputs("<p class=\"lede\">", answer->out);
    if (answer->headline.best == answer->headline.baseline)
        write_baseline_is_best(answer);
    else
        write_best(answer);
    fputs("</p>\n", answer->out);
}

/* ---- as good as the best -------------------------------------------------------------- */

/* "a, b and 3 more", or nothing. */
static void write_policies(const struct answer *answer, const char *what, const size_t *settings,
                           size_t count)
{
    if (count == 0)
        return;
    fprintf(answer->out, "<p>%s: ", what);
    for (size_t i = 0; i < count && i < NAMED_MOST; i++) {
        fputs(i == 0 ? "" : i + 1 == count ? " and " : ", ", answer->out);
        write_policy(answer, settings[i]);
    }
    if (count > NAMED_MOST)
        fprintf(answer->out, " and %zu more", count - NAMED_MOST);
    fputs(".</p>\n", answer->out);
}

/* What is between backquotes is code. `text` is cut up. */
static void write_words(FILE *out, char *text)
{
    bool code = false;
    for (char *words; (words = strsep(&text, "`")); code = !code) {
        fputs(code ? "<code>" : "", out);
        html_text(out, words);
        fputs(code ? "</code>" : "", out);
    }
}

/* Among how many the truly best is. */
static void write_choice(const struct answer *answer)
{
    char *sentences = certainty_of_choice(&answer->headline.choice);
    if (sentences) {
        fputs("<p>", answer->out);
        write_words(answer->out, sentences);
        fputs("</p>\n", answer->out);
    }
    free(sentences);
}

static void write_as_good(const struct answer *answer)
{
    const struct headline *headline = &answer->headline;
    if (headline->same_count && headline->same_count + 1 == headline->of->count) {
        fputs("<p>All policies have the same values, run by run: ", answer->out);
        page_metric(answer->page, answer->metric);
        fputs(" does not depend on them here.</p>\n", answer->out);
        return;
    }
    write_policies(answer, "The same as the best in every run", headline->same,
                   headline->same_count);
    write_policies(answer, "Not told apart from the best", headline->open, headline->open_count);
    write_choice(answer);
}

/* "latency_p99 <= 50ms and heap_peak <= 4GiB" */
static void write_limits(const struct answer *answer)
{
    const struct limits *limits = answer->outcomes->limits;
    for (size_t i = 0; i < outcomes_limits(answer->outcomes); i++) {
        fputs(i ? " and <code>" : "<code>", answer->out);
        html_text(answer->out, condition_text(limits->items[i]));
        fputs("</code>", answer->out);
    }
}

/* Those whose means alone keep to the limits. */
static void write_unsure(const struct answer *answer)
{
    const struct headline *headline = &answer->headline;
    const struct limits *limits = answer->outcomes->limits;
    if (headline->left_out[VERDICT_UNSURE] == 0)
        return;
    fputs("<p>", answer->out);
    html_count(answer->out, headline->left_out[VERDICT_UNSURE], "policy keeps", "policies keep");
    fputs(" to ", answer->out);
    write_limits(answer);
    fputs(" by the mean, but not surely.", answer->out);
    if (headline->by_means != NO_SETTING) {
        char *doubts = limits_doubts(answer->outcomes, headline->by_means, limits->items,
                                     outcomes_limits(answer->outcomes));
        fputs(" ", answer->out);
        html_text(answer->out, doubts);
        free(doubts);
    }
    fputs("</p>\n", answer->out);
}

/* Those that a limit leaves out, and what no policy can reach. */
static void write_breaking(const struct answer *answer)
{
    const struct headline *headline = &answer->headline;
    if (headline->left_out[VERDICT_BREAKS]) {
        fputs("<p>", answer->out);
        html_count(answer->out, headline->left_out[VERDICT_BREAKS], "policy does", "policies do");
        fputs(" not keep to ", answer->out);
        write_limits(answer);
        fputs(" (<a href=\"#settings\">which, and by how much</a>).</p>\n", answer->out);
    }
    write_unsure(answer);
    for (size_t i = 0; i < headline->reach_count; i++) {
        char *sentence = reach_sentence(&headline->reaches[i]);
        fputs("<p class=\"warning\">", answer->out);
        html_text(answer->out, sentence);
        fputs("</p>\n", answer->out);
        free(sentence);
    }
}

/* Settings that cannot be the best. */
static void write_left_out(const struct answer *answer)
{
    const size_t *left_out = answer->headline.left_out;
    size_t without_value = left_out[VERDICT_NO_VALUE] + left_out[VERDICT_FAILED];
    write_breaking(answer);
    if (left_out[VERDICT_OUT_OF_MEMORY]) {
        fputs("<p>", answer->out);
        html_count(answer->out, left_out[VERDICT_OUT_OF_MEMORY], "setting", "settings");
        fputs(" ran out of memory with a seed, and cannot be the best.</p>\n", answer->out);
    }
    if (without_value) {
        fputs("<p>", answer->out);
        html_count(answer->out, without_value, "setting has", "settings have");
        fputs(" no value of ", answer->out);
        page_metric(answer->page, answer->metric);
        fputs(".</p>\n", answer->out);
    }
}

/* ---- the best beside the baseline, in every metric ------------------------------------ */

static void write_heading(const struct answer *answer, size_t setting, const char *role)
{
    fputs("<th scope=\"col\">", answer->out);
    write_policy(answer, setting);
    fprintf(answer->out, "<small>%s</small></th>", role);
}

static void write_head(const struct answer *answer)
{
    const struct headline *headline = &answer->headline;
    FILE *out = answer->out;
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"The best beside the "
          "baseline\">\n<table>\n<thead><tr><th scope=\"col\">metric</th>",
          out);
    if (headline->baseline != NO_SETTING)
        write_heading(answer, headline->baseline, "baseline");
    if (headline->best != headline->baseline)
        write_heading(answer, headline->best, "best");
    if (has_two(headline))
        fputs("<th scope=\"col\">difference</th>", out);
    fputs("<th scope=\"col\" class=\"name\">best in this metric</th><th scope=\"col\">value</th>"
          "</tr></thead>\n<tbody>\n",
          out);
}

static void write_cell(const struct answer *answer, const struct metric *metric,
                       struct estimate mean)
{
    fputs("<td>", answer->out);
    page_mean(answer->page, metric, mean);
    fputs("</td>", answer->out);
}

/* The best policy in a metric, and its mean. */
static void write_champion(const struct answer *answer, const struct metric *metric,
                           const struct headline_row *row)
{
    if (row->champion == NO_SETTING) {
        fputs("<td>–</td><td>–</td>", answer->out);
        return;
    }
    fputs("<td class=\"name\">", answer->out);
    write_policy(answer, row->champion);
    fputs("</td>", answer->out);
    write_cell(answer, metric, row->champion_mean);
}

static void write_row(const struct answer *answer, const struct metric *metric,
                      const struct headline_row *row)
{
    const struct headline *headline = &answer->headline;
    fputs("<tr><th scope=\"row\">", answer->out);
    page_metric(answer->page, metric);
    fputs("</th>", answer->out);
    if (headline->baseline != NO_SETTING)
        write_cell(answer, metric, row->baseline);
    if (headline->best != headline->baseline)
        write_cell(answer, metric, row->best);
    if (has_two(headline)) {
        fputs("<td>", answer->out);
        page_verdict(answer->page, metric, &row->verdict);
        fputs("</td>", answer->out);
    }
    write_champion(answer, metric, row);
    fputs("</tr>\n", answer->out);
}

static void write_comparison(const struct answer *answer)
{
    const struct columns *columns = &answer->page->report->columns;
    write_head(answer);
    for (size_t i = 0; i < columns->count; i++)
        write_row(answer, answer->outcomes->metrics[columns->metrics[i]],
                  &answer->headline.rows[i]);
    fputs("</tbody>\n</table>\n</div>\n", answer->out);
}

/* ---- what was not seen ---------------------------------------------------------------- */

/* "latency_p99 is by what is predicted for 24h: 3 s; seen in 60 s: 20 ms." */
static void write_deciding(const struct answer *answer)
{
    const struct outcomes *outcomes = answer->outcomes;
    size_t seen = outcomes_seen(outcomes, answer->page->objective);
    char horizon[UNITS_TEXT], ran[UNITS_TEXT];
    if (seen == outcomes->metric_count || answer->outlook.is == OUTLOOK_UNKNOWN)
        return;
    fprintf(answer->out, "<p>It is by what is <a href=\"#horizon\">predicted</a> for %s: ",
            outlook_horizon(horizon, &answer->outlook));
    write_mean(answer, answer->headline.best_mean);
    fprintf(answer->out, "; seen in %s: ", units_show_seconds(ran, answer->outlook.ran));
    page_mean(answer->page, outcomes->metrics[seen],
              outcomes_mean(outcomes, answer->headline.best, seen));
    fputs(".</p>\n", answer->out);
}

/* Never lines to be copied without it. */
static void write_caution(const struct answer *answer)
{
    char *caution = outlook_caution(&answer->outlook);
    if (!caution)
        return;
    fputs("<p class=\"warning\">", answer->out);
    html_text(answer->out, caution);
    if (!outlook_is_covered(&answer->outlook)) {
        fputs(" <code>pygcsim best ", answer->out);
        html_text(answer->out, answer->page->report->file);
        fputs(" --verify</code> runs it until it has seen that.", answer->out);
    }
    fputs("</p>\n", answer->out);
    free(caution);
}

/* Whether the best stays the best, however memory lies. */
static void write_scatter(const struct answer *answer)
{
    size_t group = (size_t)(answer->headline.of - answer->outcomes->groups);
    char *text = scatter_best_text(&answer->page->scatter, group);
    if (text) {
        fputs("<p>", answer->out);
        write_words(answer->out, text);
        fputs(" <a href=\"#scatter\">More on that</a>.</p>\n", answer->out);
    }
    free(text);
}

static void write_python(const struct answer *answer)
{
    fputs("<p>", answer->out);
    write_policy(answer, answer->headline.best);
    fputs(" in an application:</p>\n<pre class=\"code\" tabindex=\"0\"><code>", answer->out);
    html_text(answer->out, answer->headline.python);
    fputs("</code></pre>\n", answer->out);
}

/* ---- a group -------------------------------------------------------------------------- */

static void write_single(const struct answer *answer)
{
    fputs("<p class=\"lede\">", answer->out);
    write_policy(answer, answer->headline.best);
    fputs(", the only policy, has ", answer->out);
    page_metric(answer->page, answer->metric);
    fputs(" ", answer->out);
    write_mean(answer, answer->headline.best_mean);
    fputs(".</p>\n", answer->out);
}

static void write_answer(const struct answer *answer)
{
    if (answer->headline.best == NO_SETTING) {
        const size_t *left_out = answer->headline.left_out;
        fputs(left_out[VERDICT_UNSURE]
                  ? "<p class=\"lede\">No policy is surely within the limits.</p>\n"
              : left_out[VERDICT_BREAKS] ? "<p class=\"lede\">No policy is within the limits.</p>\n"
                                         : "<p class=\"lede\">No policy can be the best.</p>\n",
              answer->out);
        write_left_out(answer);
        return;
    }
    if (answer->headline.of->count == 1)
        write_single(answer);
    else {
        write_lede(answer);
        write_deciding(answer);
        if (has_two(&answer->headline))
            write_difference(answer);
        write_as_good(answer);
        write_left_out(answer);
        write_comparison(answer);
        write_scatter(answer);
    }
    write_caution(answer);
    if (answer->headline.python)
        write_python(answer);
}

static int write_group(const struct page *page, size_t group, struct error *error)
{
    struct answer answer = {.page = page, .out = page->out, .outcomes = page->outcomes};
    page_group_heading(page, group, "h3");
    if (page->objective == page->outcomes->metric_count) {
        fputs("<p class=\"lede\">No run has a value of a metric to compare by.</p>\n", page->out);
        return 0;
    }
    answer.metric = page->outcomes->metrics[page->objective];
    headline_make(&answer.headline, page->outcomes, group, page->objective, &page->report->columns,
                  page->report->policies);
    int status = answer.headline.best == NO_SETTING
                     ? 0
                     : outlook_read(&answer.outlook, page->outcomes, answer.headline.best,
                                    page->report->subject.store, error);
    if (status == 0)
        write_answer(&answer);
    headline_fini(&answer.headline);
    return status;
}

/* ---- what is not in it ---------------------------------------------------------------- */

static void write_not_counted(const struct page *page)
{
    const int64_t *runs = page->outcomes->experiment->runs;
    int64_t to_do = page->outcomes->experiment->planned - runs[RUN_finished] - runs[RUN_failed] -
                    runs[RUN_out_of_memory];
    if (to_do > 0)
        fprintf(page->out,
                "<p class=\"warning\">%lld of %lld runs are not done yet, or not in this file: "
                "this is what is "
                "known so far.</p>\n",
                (long long)to_do, (long long)page->outcomes->experiment->planned);
    if (runs[RUN_failed] || runs[RUN_out_of_memory])
        fprintf(
            page->out,
            "<p class=\"warning\">Not counted: %lld failed and %lld out of memory, of %lld runs "
            "(<a href=\"#runs\">which</a>).</p>\n",
            (long long)runs[RUN_failed], (long long)runs[RUN_out_of_memory],
            (long long)page->outcomes->experiment->planned);
}

/* A paragraph for each line. */
static int write_times(const struct page *page, struct error *error)
{
    char *text =
        times_remarks(page->report->subject.store, page->outcomes->experiment->number, error);
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")))
        if (*line) {
            fputs("<p class=\"note\">", page->out);
            html_text(page->out, line);
            fputs("</p>\n", page->out);
        }
    free(text);
    return text ? 0 : -1;
}

int page_answer(const struct page *page, struct error *error)
{
    size_t groups = page->outcomes->group_count;
    write_not_counted(page);
    int status = write_times(page, error);
    if (status == 0)
        status = page_overview(page, error);
    for (size_t g = 0; g < groups && g < GROUPS_MOST && status == 0; g++)
        status = write_group(page, g, error);
    if (groups > GROUPS_MOST) {
        fputs("<p class=\"note\">Left out here and in the tables: ", page->out);
        html_count(page->out, groups - GROUPS_MOST, "workload", "more workloads and collectors");
        fputs(". <code>pygcsim show --csv</code> has all.</p>\n", page->out);
    }
    return status;
}
