/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of a page: for each workload and collector the best policy, how it compares with the
 * baseline, and whether the runs tell them apart. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/best.h"
#include "results/answer/show_value.h"
#include "results/report/parts.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"

#define NAMED_MOST          8    /* policies that a sentence names */
#define ENOUGH_REPLICATIONS 1000 /* what would take more is as good as the same */

/* The answer about one group. */
struct answer {
    const struct page *page;
    FILE *out;
    const struct outcomes *outcomes;
    const struct metric *metric; /* the objective */
    size_t group, baseline;      /* NO_SETTING: it is not there, or has no value */
    size_t best;                 /* the baseline if it is as good */
    struct best found;
};

static void write_policy(const struct answer *answer, size_t setting)
{
    html_spec(answer->out, answer->outcomes->settings[setting].policy);
}

static void write_mean(const struct answer *answer, size_t setting)
{
    fputs("<strong>", answer->out);
    page_mean(answer->page, setting, answer->page->objective);
    fputs("</strong>", answer->out);
}

/* ---- the best ------------------------------------------------------------------------- */

/* How sure the difference to the baseline is. */
static void write_certainty(const struct answer *answer, enum verdict verdict,
                            struct estimate difference)
{
    FILE *out = answer->out;
    if (verdict == VERDICT_NONE) {
        fputs("One pair of runs has no interval: nothing says whether that is chance.", out);
        return;
    }
    if (verdict != VERDICT_OPEN) {
        fprintf(out, "%zu pairs of runs <em>tell the two apart</em>.", difference.n);
        return;
    }
    fprintf(out, "That interval includes 0: %zu pairs of runs <em>do not tell the two apart</em>. ",
            difference.n);
    size_t needed = replications_to_tell_apart(difference);
    if (needed <= ENOUGH_REPLICATIONS)
        fprintf(out, "About %zu might.", needed);
    else
        fprintf(out, "It would take more than %d.", ENOUGH_REPLICATIONS);
}

static void write_difference(const struct answer *answer)
{
    FILE *out = answer->out;
    char text[SHOW_ESTIMATE];
    struct estimate difference;
    enum verdict verdict = page_verdict(answer->page, answer->best, answer->baseline,
                                        answer->page->objective, &difference);
    double baseline = outcomes_average(answer->outcomes, answer->baseline, answer->page->objective);
    if (isnan(difference.mean)) {
        fputs("<p>No seed has a value of both.</p>\n", out);
        return;
    }
    fputs("<p>The difference is ", out);
    html_quantity(out, show_difference(text, answer->metric, difference));
    if (baseline > 0 && (verdict == VERDICT_LESS || verdict == VERDICT_MORE)) {
        double share = 100 * fabs(difference.mean) / baseline;
        fprintf(out, share < 9.5 ? ", %.2g%% %s" : ", %.0f%% %s", share,
                verdict == VERDICT_LESS ? "less" : "more");
    }
    fputs(". ", out);
    write_certainty(answer, verdict, difference);
    fputs("</p>\n", out);
}

static void write_best(const struct answer *answer)
{
    FILE *out = answer->out;
    fputs("<p class=\"lede\">", out);
    if (answer->best == answer->baseline) {
        fputs("No policy has a lower ", out);
        page_metric(answer->page, answer->metric);
        fputs(" than the baseline, ", out);
        write_policy(answer, answer->baseline);
        fputs(": ", out);
    } else {
        write_policy(answer, answer->best);
        fputs(" has the lowest ", out);
        page_metric(answer->page, answer->metric);
        fputs(": ", out);
    }
    write_mean(answer, answer->best);
    fputs(".", out);
    if (answer->best != answer->baseline && answer->baseline != NO_SETTING) {
        fputs(" The baseline, ", out);
        write_policy(answer, answer->baseline);
        fputs(", has ", out);
        write_mean(answer, answer->baseline);
        fputs(".", out);
    }
    fputs("</p>\n", out);
    if (answer->best != answer->baseline && answer->baseline != NO_SETTING)
        write_difference(answer);
}

/* ---- as good as the best -------------------------------------------------------------- */

/* "a, b and 3 more", or nothing. */
static void write_policies(const struct answer *answer, const char *what, const size_t *settings,
                           size_t count, const char *end)
{
    if (count == 0)
        return;
    fputs(what, answer->out);
    for (size_t i = 0; i < count && i < NAMED_MOST; i++) {
        fputs(i == 0 ? "" : i + 1 == count ? " and " : ", ", answer->out);
        write_policy(answer, settings[i]);
    }
    if (count > NAMED_MOST)
        fprintf(answer->out, " and %zu more", count - NAMED_MOST);
    fputs(end, answer->out);
}

static void write_as_good(const struct answer *answer)
{
    const struct best *found = &answer->found;
    size_t *same = allocate_zeroed(found->tied_count + 2, sizeof *same), same_count = 0;
    size_t *open = allocate_zeroed(found->tied_count + 2, sizeof *open), open_count = 0;
    for (size_t i = 0; i <= found->tied_count; i++) {
        size_t setting = i == 0 ? found->best : found->tied[i - 1];
        if (setting == answer->best)
            continue;
        if (outcomes_same(answer->outcomes, setting, answer->best, answer->page->objective))
            same[same_count++] = setting;
        else if (setting != answer->baseline)
            open[open_count++] = setting;
    }
    if (same_count && same_count + 1 == answer->outcomes->groups[answer->group].count) {
        fputs("<p>All policies have the same values, run by run: ", answer->out);
        page_metric(answer->page, answer->metric);
        fputs(" does not depend on them here.</p>\n", answer->out);
    } else {
        write_policies(answer, "<p>The same as the best in every run: ", same, same_count,
                       ".</p>\n");
        write_policies(answer, "<p>Not told apart from the best: ", open, open_count, ".</p>\n");
    }
    free(same);
    free(open);
}

/* ---- the best beside the baseline, in every metric ------------------------------------ */

/* The best policy in a metric, and its mean. */
static void write_champion(const struct answer *answer, size_t metric)
{
    const struct metric *about = answer->outcomes->metrics[metric];
    struct goal goal = {.metric = metric,
                        .high = about->better == BETTER_HIGH && metric != answer->page->objective};
    size_t *front = allocate_zeroed(answer->outcomes->groups[answer->group].count, sizeof *front);
    if (about->better == BETTER_NEITHER ||
        best_front(answer->outcomes, answer->group, &goal, 1, front) == 0)
        fputs("<td>–</td><td>–</td>", answer->out);
    else {
        fputs("<td class=\"name\">", answer->out);
        write_policy(answer, front[0]);
        fputs("</td><td>", answer->out);
        page_mean(answer->page, front[0], metric);
        fputs("</td>", answer->out);
    }
    free(front);
}

static void write_heading(const struct answer *answer, size_t setting, const char *role)
{
    fputs("<th scope=\"col\">", answer->out);
    write_policy(answer, setting);
    fprintf(answer->out, "<small>%s</small></th>", role);
}

static void write_comparison(const struct answer *answer)
{
    const struct report *report = answer->page->report;
    FILE *out = answer->out;
    bool has_baseline = answer->baseline != NO_SETTING;
    bool has_best = answer->best != answer->baseline;
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"The best beside the "
          "baseline\">\n<table>\n<thead><tr><th scope=\"col\">metric</th>",
          out);
    if (has_baseline)
        write_heading(answer, answer->baseline, "baseline");
    if (has_best)
        write_heading(answer, answer->best, "best");
    if (has_baseline && has_best)
        fputs("<th scope=\"col\">difference</th>", out);
    fputs(
        "<th scope=\"col\" class=\"name\">best in this metric</th><th scope=\"col\">value</th></tr>"
        "</thead>\n<tbody>\n",
        out);
    for (size_t i = 0; i < report->shown_count; i++) {
        size_t metric = report->shown[i];
        fputs("<tr><th scope=\"row\">", out);
        page_metric(answer->page, answer->outcomes->metrics[metric]);
        fputs("</th>", out);
        for (int which = 0; which < 2; which++)
            if (which ? has_best : has_baseline) {
                fputs("<td>", out);
                page_mean(answer->page, which ? answer->best : answer->baseline, metric);
                fputs("</td>", out);
            }
        if (has_baseline && has_best) {
            fputs("<td>", out);
            page_difference(answer->page, answer->best, answer->baseline, metric);
            fputs("</td>", out);
        }
        write_champion(answer, metric);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table>\n</div>\n", out);
}

static void write_python(const struct answer *answer)
{
    char *lines = answer->page->report->python(answer->outcomes->settings[answer->best].policy);
    fputs("<p>", answer->out);
    write_policy(answer, answer->best);
    fputs(" in an application:</p>\n<pre class=\"code\" tabindex=\"0\"><code>", answer->out);
    html_text(answer->out, lines);
    fputs("</code></pre>\n", answer->out);
    free(lines);
}

/* ---- a group -------------------------------------------------------------------------- */

/* Settings that cannot be the best. */
static void write_left_out(const struct answer *answer)
{
    if (answer->found.out_of_memory) {
        fputs("<p>", answer->out);
        html_count(answer->out, answer->found.out_of_memory, "setting", "settings");
        fputs(" ran out of memory with a seed, and cannot be the best.</p>\n", answer->out);
    }
    if (answer->found.without_value) {
        fputs("<p>", answer->out);
        html_count(answer->out, answer->found.without_value, "setting has", "settings have");
        fputs(" no value of ", answer->out);
        page_metric(answer->page, answer->metric);
        fputs(".</p>\n", answer->out);
    }
}

static void write_single(const struct answer *answer)
{
    fputs("<p class=\"lede\">", answer->out);
    write_policy(answer, answer->best);
    fputs(", the only policy, has ", answer->out);
    page_metric(answer->page, answer->metric);
    fputs(" ", answer->out);
    write_mean(answer, answer->best);
    fputs(".</p>\n", answer->out);
}

/* The best has been found. */
static void write_answer(struct answer *answer)
{
    const struct outcome_group *of = &answer->outcomes->groups[answer->group];
    size_t objective = answer->page->objective;
    answer->best = answer->found.best;
    answer->baseline = of->baseline;
    if (of->baseline != NO_SETTING &&
        isnan(outcomes_average(answer->outcomes, of->baseline, objective)))
        answer->baseline = NO_SETTING;
    if (answer->baseline != NO_SETTING &&
        answer->outcomes->settings[of->baseline].runs[RUN_out_of_memory] == 0 &&
        outcomes_same(answer->outcomes, answer->best, of->baseline, objective))
        answer->best = of->baseline;
    if (of->count == 1)
        write_single(answer);
    else {
        write_best(answer);
        write_as_good(answer);
        write_left_out(answer);
        write_comparison(answer);
    }
    if (answer->best != answer->baseline)
        write_python(answer);
}

static void write_group(const struct page *page, size_t group)
{
    struct answer answer = {
        .page = page, .out = page->out, .outcomes = page->outcomes, .group = group};
    struct goal goal = {.metric = page->objective};
    page_group_heading(page, group, "h3");
    if (page->objective == page->outcomes->metric_count) {
        fputs("<p class=\"lede\">No run has a value of a metric to compare by.</p>\n", page->out);
        return;
    }
    answer.metric = page->outcomes->metrics[page->objective];
    best_find(&answer.found, page->outcomes, group, goal, NULL, 0);
    if (answer.found.best != NO_SETTING)
        write_answer(&answer);
    else {
        fputs("<p class=\"lede\">No policy can be the best.</p>\n", page->out);
        write_left_out(&answer);
    }
    best_fini(&answer.found);
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

int page_answer(const struct page *page, struct error *error)
{
    size_t groups = page->outcomes->group_count;
    (void)error;
    write_not_counted(page);
    page_overview(page);
    for (size_t g = 0; g < groups && g < GROUPS_MOST; g++)
        write_group(page, g);
    if (groups > GROUPS_MOST) {
        fputs("<p class=\"note\">Left out here and in the tables: ", page->out);
        html_count(page->out, groups - GROUPS_MOST, "workload", "more workloads and collectors");
        fputs(". <code>pygcsim show --csv</code> has all.</p>\n", page->out);
    }
    return 0;
}
