/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/overall.h"
#include "cli/print.h"
#include "cli/remarks.h"
#include "cli/table.h"
#include "results/answer/certainty.h"
#include "results/answer/limit_words.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"

#define GROUPS_MOST 10 /* tables */
#define NAMED_MOST  8  /* runs that a remark names */

static void make(struct ranking *ranking, struct open_results *results,
                 const struct ranking_options *options, bool for_programs)
{
    struct error error;
    const struct ranking_question question = {
        .subject = subject_of(results, options->baseline, options->by_seen, options->by_means,
                              &options->limits),
        .metrics = options->metrics,
        .besides_usual = options->besides_usual,
        .sort = options->sort,
        .top = options->top,
        .groups_most = for_programs ? SIZE_MAX : GROUPS_MOST,
        .lost_most = NAMED_MOST,
        .for_programs = for_programs,
    };
    if (ranking_make(ranking, &question, &error) != 0)
        fail("%s", error.text);
}

/* ---- a group's tables ----------------------------------------------------------------- */

static const char *policy_of_setting(const struct ranking *ranking,
                                     const struct ranked_setting *ranked)
{
    return ranking->outcomes.settings[ranked->setting].policy;
}

static const struct metric *metric_of(const struct ranking *ranking, size_t column)
{
    return ranking->outcomes.metrics[ranking->columns.metrics[column]];
}

/* Of a table with a row a setting: `before` columns, then the metrics; of means then the limits and
 * what is still to come. */
static void begin_table(struct table *table, const struct ranking *ranking, size_t before)
{
    size_t limits = outcomes_limits(&ranking->outcomes);
    table_init(table, ranking->columns.count + before + (before > 1 ? limits + 1 : 0));
    table_add(table, "policy");
    if (before > 1)
        table_add(table, "n");
    for (size_t i = 0; i < ranking->columns.count; i++)
        table_add(table, metric_of(ranking, i)->name);
    if (before > 1) {
        table_add_limit_names(table, &ranking->outcomes);
        table_add(table, "still to come");
    }
}

static void add_means(struct table *table, const struct ranking *ranking,
                      const struct ranking_group *group, const struct ranked_setting *ranked)
{
    bool baseline = ranked->setting == group->of->baseline;
    char text[SHOW_ESTIMATE], outlook[OUTLOOK_TEXT], *name;
    if (asprintf(&name, "%s%s", policy_of_setting(ranking, ranked), baseline ? " (baseline)" : "") <
        0)
        out_of_memory();
    table_add(table, name);
    free(name);
    table_add_count(table, (int64_t)ranking->outcomes.settings[ranked->setting].runs[RUN_finished]);
    for (size_t i = 0; i < ranking->columns.count; i++)
        table_add(table, show_estimate(text, metric_of(ranking, i), ranked->means[i]));
    table_add_limits(table, &ranking->outcomes, ranked->limits, group->of->horizon);
    table_add(table, outlook_show(outlook, &ranked->outlook));
}

static void print_means(const struct ranking *ranking, const struct ranking_group *group)
{
    struct table table;
    begin_table(&table, ranking, 2);
    for (size_t i = 0; i < group->count; i++)
        add_means(&table, ranking, group, &group->settings[i]);
    table_drop_empty(&table, ranking->columns.count + 2 + outcomes_limits(&ranking->outcomes));
    table_print(&table);
}

static void print_differences(const struct ranking *ranking, const struct ranking_group *group)
{
    char text[SHOW_VERDICT];
    struct table table;
    print("\nDifference to %s, of runs with the same seed%s\n\n", ranking->outcomes.baseline,
          certainty_of_intervals(group->of->count - 1, group->replications.most));
    begin_table(&table, ranking, 1);
    for (size_t i = 0; i < group->count; i++) {
        const struct ranked_setting *ranked = &group->settings[i];
        if (!ranked->verdicts)
            continue;
        table_add(&table, policy_of_setting(ranking, ranked));
        for (size_t c = 0; c < ranking->columns.count; c++)
            table_add(&table, show_verdict(text, metric_of(ranking, c), &ranked->verdicts[c]));
    }
    table_print(&table);
}

/* ---- remarks -------------------------------------------------------------------------- */

/* Has the table of differences a mark that says so? */
static bool is_anything_open(const struct ranking *ranking, const struct ranking_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        for (size_t c = 0; c < ranking->columns.count && group->settings[i].verdicts; c++)
            if (verdict_is_not_told_apart(group->settings[i].verdicts[c].value))
                return true;
    return false;
}

static const char *order_name(const struct ranking *ranking)
{
    return ranking->outcomes.metrics[ranking->order.metric]->name;
}

static void print_sentence(char *sentence)
{
    if (sentence)
        print_paragraph(sentence);
    free(sentence);
}

/* How the table is sorted, and what is left out of it. */
static void print_order(const struct ranking *ranking, const struct ranking_group *group)
{
    if (group->of->count < 2)
        return;
    if (ranking->order.metric < ranking->outcomes.metric_count)
        print("The best in %s first%s.", order_name(ranking),
              metric_seen(ranking->outcomes.metrics[ranking->order.metric])
                  ? ", with what is predicted (--seen: without)"
                  : "");
    if (group->left_out)
        print(" %zu more setting%s left out (--top).", group->left_out,
              group->left_out == 1 ? " is" : "s are");
    putchar('\n');
}

static void print_limits(const struct ranking *ranking, const struct ranking_group *group)
{
    const struct limit_verdict **verdicts = allocate_zeroed(group->count + 1, sizeof *verdicts);
    for (size_t i = 0; i < group->count; i++)
        verdicts[i] = group->settings[i].limits;
    print_limits_legend(&ranking->outcomes, (size_t)(group->of - ranking->outcomes.groups),
                        verdicts, group->count);
    free(verdicts);
}

/* What the column of what is still to come means. */
static void print_legend(const struct ranking_group *group)
{
    struct outlook *outlooks = allocate_zeroed(group->count + 1, sizeof *outlooks);
    for (size_t i = 0; i < group->count; i++)
        outlooks[i] = group->settings[i].outlook;
    print_outlooks(outlooks, group->count);
    free(outlooks);
}

static void print_rare(const struct ranking *ranking, const struct ranking_group *group)
{
    const struct estimate **means = allocate_zeroed(group->count + 1, sizeof *means);
    for (size_t i = 0; i < group->count; i++)
        means[i] = group->settings[i].means;
    print_rare_events(means, group->count, ranking->columns.count);
    free(means);
}

static void print_group(const struct ranking *ranking, const struct ranking_group *group)
{
    const char *baseline = ranking->outcomes.baseline;
    bool replicated = group->replications.most > 1;
    print("\n%s, ", group->title);
    print_replications(group->replications);
    print(replicated ? "; mean ± half of the 95%% interval\n\n" : "\n\n");
    print_means(ranking, group);
    print_rare(ranking, group);
    print_limits(ranking, group);
    if (group == ranking->groups)
        print_legend(group);
    if (group->of->baseline == NO_SETTING)
        print("\nNo run of %s here: no differences.\n", baseline);
    else if (group->of->count > 1)
        print_differences(ranking, group);
    putchar('\n');
    print_order(ranking, group);
    if (is_anything_open(ranking, group))
        print("~: not told apart from %s: the interval includes 0, or there is none.\n", baseline);
    print_sentence(
        certainty_of_group(&ranking->outcomes, group, &ranking->columns, ranking->order_column));
    print_sentence(certainty_of_pairs(&ranking->outcomes, group, &ranking->columns));
    print_moving(&group->moving, &ranking->outcomes);
    if (!replicated)
        print("One replication has no intervals; `replications: 10` in an experiment file, or "
              "`compare --replications 10`, gives them.\n");
}

static void print_lost_run(const struct lost_run *run, bool several_groups)
{
    char time[UNITS_TEXT];
    print("  %s, seed %lld", run->policy, (long long)run->seed);
    if (several_groups)
        print(", %s on %s", run->workload, run->collector);
    if (run->why)
        print(": %s\n", run->why);
    else
        print(": after %s\n", units_show_seconds(time, (double)run->wall_ns / NS_PER_S));
}

/* Names runs that have no part in the means. */
static void print_lost(const struct lost_runs *lost, const char *what, bool several_groups)
{
    if (lost->count == 0)
        return;
    print("\n%lld run%s %s, and %s not counted:\n", (long long)lost->count,
          lost->count == 1 ? "" : "s", what, lost->count == 1 ? "is" : "are");
    for (size_t i = 0; i < lost->listed; i++)
        print_lost_run(&lost->runs[i], several_groups);
    if (lost->count > (int64_t)lost->listed)
        print("  and %lld more\n", (long long)(lost->count - (int64_t)lost->listed));
}

/* ---- all of it ------------------------------------------------------------------------ */

static void print_heading(const struct ranking *ranking)
{
    const struct past_experiment *experiment = ranking->outcomes.experiment;
    print("Experiment %lld, %s", (long long)experiment->number, experiment->name);
    if (ranking->to_do)
        print(": %lld of its runs %s not done yet", (long long)ranking->to_do,
              ranking->to_do == 1 ? "is" : "are");
    putchar('\n');
    print_earlier(experiment);
}

static void print_groups(const struct ranking *ranking)
{
    size_t left_out = ranking->outcomes.group_count - ranking->group_count;
    for (size_t g = 0; g < ranking->group_count; g++)
        print_group(ranking, &ranking->groups[g]);
    if (left_out)
        print("\n%zu more of the workloads and collectors %s left out; --csv and --json have "
              "all.\n",
              left_out, left_out == 1 ? "is" : "are");
}

void ranking_print(struct open_results *results, const struct ranking_options *options)
{
    struct ranking ranking;
    make(&ranking, results, options, false);
    bool several_groups = ranking.outcomes.group_count > 1;
    print_heading(&ranking);
    print_times(results->store, results->experiment->number);
    print_groups(&ranking);
    overall_print(&ranking.overall, &ranking.outcomes, ranking.order.metric);
    print_lost(&ranking.out_of_memory, "ran out of memory", several_groups);
    print_lost(&ranking.failed, "failed", several_groups);
    if (ranking.unsteady) {
        putchar('\n');
        print_unsteady(ranking.unsteady);
    }
    ranking_fini(&ranking);
}

/* ---- for other programs --------------------------------------------------------------- */

/* Of all limits together; of each how it is kept, and what it is missed by, as a share of what is
 * allowed: 0 within it. */
static void name_limit_columns(const struct ranking *ranking, struct writer *writer)
{
    size_t count = outcomes_limits(&ranking->outcomes);
    char *name;
    if (count)
        writer_column(writer, "limits", NULL);
    for (size_t i = 0; i < count; i++) {
        const char *text = condition_text(ranking->outcomes.limits->items[i]);
        writer_column(writer, text, NULL);
        if (asprintf(&name, "%s, excess", text) < 0)
            out_of_memory();
        writer_column(writer, name, NULL);
        free(name);
    }
}

static void write_limits(const struct ranking *ranking, const struct limit_verdict *verdicts,
                         struct writer *writer)
{
    size_t count = outcomes_limits(&ranking->outcomes);
    if (count)
        writer_text(writer, limit_value_names[verdict_of_limits(verdicts, count)]);
    for (size_t i = 0; i < count; i++) {
        writer_text(writer, limit_value_names[verdicts[i].value]);
        writer_real(writer, verdicts[i].margin.excess);
    }
}

static void name_columns(const struct ranking *ranking, struct writer *writer)
{
    static const char *const columns[] = {"experiment", "workload", "collector",    "policy",
                                          "n",          "failed",   "out_of_memory"};
    static const char *const endings[] = {"",
                                          "_low",
                                          "_high",
                                          "_events",
                                          "_difference",
                                          "_difference_low",
                                          "_difference_high",
                                          "_would_show"};
    char name[96];
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        writer_column(writer, columns[i], NULL);
    for (size_t c = 0; c < ranking->columns.count; c++) {
        const struct metric *metric = metric_of(ranking, c);
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
            bool counts = strcmp(endings[i], "_events") == 0;
            snprintf(name, sizeof name, "%s%s", metric->name, endings[i]);
            writer_column(writer, name, counts ? NULL : metric->unit);
        }
        snprintf(name, sizeof name, "%s_pairing", metric->name);
        writer_column(writer, name, NULL);
    }
    name_limit_columns(ranking, writer);
}

static void write_estimate(struct writer *writer, struct estimate estimate)
{
    writer_real(writer, estimate.mean);
    writer_real(writer, estimate.interval.low);
    writer_real(writer, estimate.interval.high);
}

static void write_verdict(struct writer *writer, const struct verdict *verdict)
{
    write_estimate(writer, verdict->difference);
    writer_real(writer, verdict->would_show);
    writer_real(writer, verdict->pairing);
}

static void write_setting(const struct ranking *ranking, const struct ranking_group *group,
                          const struct ranked_setting *ranked, struct writer *writer)
{
    static const struct verdict none = {
        .difference = {.mean = NAN, .interval = {NAN, NAN}}, .would_show = NAN, .pairing = NAN};
    const struct outcome *setting = &ranking->outcomes.settings[ranked->setting];
    writer_text(writer, ranking->outcomes.experiment->name);
    writer_text(writer, group->of->workload);
    writer_text(writer, group->of->collector);
    writer_text(writer, setting->policy);
    writer_integer(writer, (int64_t)setting->runs[RUN_finished]);
    writer_integer(writer, (int64_t)setting->runs[RUN_failed]);
    writer_integer(writer, (int64_t)setting->runs[RUN_out_of_memory]);
    for (size_t c = 0; c < ranking->columns.count; c++) {
        write_estimate(writer, ranked->means[c]);
        writer_real(writer, ranked->means[c].rare ? (double)ranked->means[c].events : NAN);
        write_verdict(writer, ranked->verdicts ? &ranked->verdicts[c] : &none);
    }
    write_limits(ranking, ranked->limits, writer);
}

void ranking_write(struct open_results *results, const struct ranking_options *options, FILE *out,
                   enum writer_form form)
{
    struct ranking ranking;
    struct writer writer;
    make(&ranking, results, options, true);
    writer_init(&writer, out, form);
    name_columns(&ranking, &writer);
    for (size_t g = 0; g < ranking.group_count; g++)
        for (size_t i = 0; i < ranking.groups[g].count; i++)
            write_setting(&ranking, &ranking.groups[g], &ranking.groups[g].settings[i], &writer);
    writer_fini(&writer);
    ranking_fini(&ranking);
}
