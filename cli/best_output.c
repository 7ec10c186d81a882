/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/best_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"
#include "cli/remarks.h"
#include "cli/table.h"
#include "results/answer/certainty.h"
#include "results/answer/limit_words.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sim/base/json.h"

static const struct outcome *outcome_of(const struct best_answer *answer,
                                        const struct best_setting *setting)
{
    return &answer->outcomes.settings[setting->setting];
}

static const struct metric *column_of(const struct best_answer *answer, size_t column)
{
    return answer->outcomes.metrics[answer->columns.metrics[column]];
}

static const struct metric *objective_of(const struct best_answer *answer)
{
    return answer->outcomes.metrics[answer->objective.metric];
}

/* ---- as tables ------------------------------------------------------------------------ */

/* With columns of the first conditions, which are the limits; `last` are others, NULL: none. */
static void begin_table(struct table *table, const struct best_answer *answer, size_t conditions,
                        const char *const *last, size_t last_count)
{
    size_t more = 0;
    for (size_t i = 0; i < last_count; i++)
        more += last[i] != NULL;
    table_init(table, answer->columns.count + conditions + 3 + more);
    table_add(table, "policy");
    table_add(table, "n");
    for (size_t i = 0; i < answer->columns.count; i++)
        table_add(table, column_of(answer, i)->name);
    for (size_t i = 0; i < conditions; i++)
        table_add(table, condition_text(answer->conditions[i]));
    table_add(table, "still to come");
    for (size_t i = 0; i < last_count; i++)
        if (last[i])
            table_add(table, last[i]);
}

static void add_setting(struct table *table, const struct best_answer *answer, size_t conditions,
                        const struct best_setting *setting)
{
    char text[SHOW_ESTIMATE], limit[LIMIT_TEXT], outlook[OUTLOOK_TEXT];
    size_t group = outcome_of(answer, setting)->group;
    table_add(table, outcome_of(answer, setting)->policy);
    table_add_count(table, (int64_t)outcome_of(answer, setting)->runs[RUN_finished]);
    for (size_t i = 0; i < answer->columns.count; i++)
        table_add(table, show_estimate(text, column_of(answer, i), setting->means[i]));
    for (size_t i = 0; i < conditions; i++)
        table_add(table,
                  limit_show(limit, &setting->limits[i], answer->outcomes.groups[group].horizon));
    table_add(table, outlook_show(outlook, &setting->outlook));
}

static void end_table(struct table *table, const struct best_answer *answer, size_t conditions,
                      const struct best_settings *settings)
{
    table_drop_empty(table, answer->columns.count + conditions + 2);
    table_print(table);
    if (settings->count > settings->listed)
        print("… and %zu more\n", settings->count - settings->listed);
}

static void print_tied(const struct best_answer *answer, const struct best_group *group)
{
    static const char *const difference = "difference to the best";
    char text[SHOW_ESTIMATE];
    struct table table;
    size_t limits = outcomes_limits(&answer->outcomes);
    begin_table(&table, answer, limits, &difference, group->tied.count != 0);
    add_setting(&table, answer, limits, group->best.settings);
    if (group->tied.count)
        table_add(&table, "");
    for (size_t i = 0; i < group->tied.listed; i++) {
        const struct best_setting *tied = &group->tied.settings[i];
        add_setting(&table, answer, limits, tied);
        table_add(&table,
                  tied->verdict.value == VERDICT_SAME
                      ? "same"
                      : show_difference(text, objective_of(answer), tied->verdict.difference));
    }
    end_table(&table, answer, limits, &group->tied);
}

/* Where what is predicted decides in place of what was seen. */
static void print_deciding(const struct best_answer *answer, const struct best_group *group)
{
    char value[2][UNITS_TEXT], horizon[UNITS_TEXT], ran[UNITS_TEXT];
    const struct best_setting *best = group->best.settings;
    for (size_t i = 0; i + 1 < answer->columns.count; i++) {
        const struct metric *at_horizon = column_of(answer, i), *seen = column_of(answer, i + 1);
        if (metric_seen(at_horizon) == seen && best->outlook.is != OUTLOOK_UNKNOWN)
            print("%s is by what is predicted for %s: %s; seen in %s: %s%s.\n", seen->name,
                  outlook_horizon(horizon, &best->outlook),
                  show_value(value[0], at_horizon, best->means[i].mean),
                  units_show_seconds(ran, best->outlook.ran),
                  show_value(value[1], seen, best->means[i + 1].mean),
                  i == 0 ? " (--seen goes by that)" : "");
    }
}

/* What the last column means, of the best and those beside it. */
static void print_legend(const struct best_group *group)
{
    size_t count = 0;
    struct outlook *outlooks = allocate_zeroed(group->tied.listed + 1, sizeof *outlooks);
    outlooks[count++] = group->best.settings[0].outlook;
    for (size_t i = 0; i < group->tied.listed; i++)
        outlooks[count++] = group->tied.settings[i].outlook;
    print_outlooks(outlooks, count);
    free(outlooks);
}

/* How sure the choice is. */
static void print_certainty(const struct best_answer *answer, const struct best_group *group)
{
    bool replicated = outcome_of(answer, group->best.settings)->runs[RUN_finished] > 1;
    size_t unclear = group->choice.unclear;
    char *sentences = certainty_of_choice(&group->choice);
    if (sentences)
        print_paragraph(sentences);
    free(sentences);
    if (replicated && unclear)
        print("%zu other%s no two seeds in common with it: nothing says whether the "
              "difference is chance.\n",
              unclear, unclear == 1 ? " has" : "s have");
    if (!replicated)
        print("One replication: chance may have made it the best; `replications: 10` in an "
              "experiment file says more.\n");
}

static void print_conditions(const struct best_answer *answer)
{
    for (size_t i = 0; i < answer->condition_count; i++)
        print("%s%s", i ? " and " : "", condition_text(answer->conditions[i]));
}

static void print_nearest(const struct best_answer *answer, const struct best_group *group)
{
    print("%s comes nearest: it misses ", outcome_of(answer, group->nearest.settings)->policy);
    for (size_t i = 0; i < group->miss_count; i++)
        print("%s%s by %.3g%%", i ? " and " : "", condition_text(group->misses[i].condition),
              100 * group->misses[i].excess);
    print(".\n");
}

static void print_by_means(const struct best_answer *answer, const struct best_group *group)
{
    char *doubts = limits_doubts(&answer->outcomes, group->by_means.settings->setting,
                                 answer->conditions, answer->condition_count);
    print_paragraph(doubts);
    free(doubts);
}

static void print_left_out(const struct best_answer *answer, const struct best_group *group)
{
    const size_t *left_out = group->left_out, all = group->of->count;
    size_t without_value = left_out[VERDICT_NO_VALUE] + left_out[VERDICT_FAILED];
    if (left_out[VERDICT_BREAKS]) {
        print("%zu of %zu settings do not meet ", left_out[VERDICT_BREAKS], all);
        print_conditions(answer);
        print(".\n");
    }
    if (left_out[VERDICT_UNSURE]) {
        print("%zu of %zu settings meet ", left_out[VERDICT_UNSURE], all);
        print_conditions(answer);
        print(" by means, but not surely.\n");
    }
    if (group->by_means.count)
        print_by_means(answer, group);
    if (group->nearest.count)
        print_nearest(answer, group);
    if (left_out[VERDICT_OUT_OF_MEMORY])
        print("%zu of %zu settings ran out of memory, and cannot be the best.\n",
              left_out[VERDICT_OUT_OF_MEMORY], all);
    if (without_value)
        print("%zu of %zu settings have no value to compare.\n", without_value, all);
    for (size_t i = 0; i < group->no_default_count; i++)
        print("%s: no run of default here.\n", condition_text(group->no_default[i]));
}

/* Do others have to beat a setting surely, to keep it from the front? */
static bool is_sure_front(const struct best_answer *answer, const struct best_group *group)
{
    return !answer->outcomes.by_means && group->replications.most > 1;
}

static enum limit_value all_limits(const struct best_answer *answer,
                                   const struct best_setting *setting)
{
    return verdict_of_limits(setting->limits, answer->condition_count);
}

static const char *meets(const struct best_answer *answer, const struct best_setting *setting)
{
    enum limit_value all = all_limits(answer, setting);
    return all == LIMIT_WITHIN ? "yes" : all == LIMIT_UNSURE ? "unsure" : "no";
}

static void print_front(const struct best_answer *answer, const struct best_group *group)
{
    bool sure = is_sure_front(answer, group);
    const char *last[] = {sure ? "also by means" : NULL,
                          answer->condition_count ? "meets the conditions" : NULL};
    struct table table;
    print("\nPareto front of ");
    for (size_t i = 0; i < answer->goal_count; i++)
        print("%s%s", i ? ", " : "", answer->outcomes.metrics[answer->goals[i].metric]->name);
    print(": no other setting is %sbetter in one and as good in the rest\n\n",
          sure ? "surely " : "");
    begin_table(&table, answer, 0, last, 2);
    for (size_t i = 0; i < group->front.listed; i++) {
        const struct best_setting *setting = &group->front.settings[i];
        add_setting(&table, answer, 0, setting);
        if (sure)
            table_add(&table, setting->by_means ? "yes" : "no");
        if (answer->condition_count)
            table_add(&table, meets(answer, setting));
    }
    end_table(&table, answer, 0, &group->front);
}

/* What "(2 of 5)" means, if any of the tables has that. */
static void print_rare(const struct best_answer *answer, const struct best_group *group)
{
    const struct best_settings *tables[] = {&group->best, &group->tied, &group->missing,
                                            &group->front};
    size_t tables_count = sizeof tables / sizeof *tables, count = 0;
    for (size_t t = 0; t < tables_count; t++)
        count += tables[t]->listed;
    const struct estimate **means = allocate_zeroed(count + 1, sizeof *means);
    count = 0;
    for (size_t t = 0; t < tables_count; t++)
        for (size_t i = 0; i < tables[t]->listed; i++)
            means[count++] = tables[t]->settings[i].means;
    print_rare_events(means, count, answer->columns.count);
    free(means);
}

/* No setting is an answer: what those are missing that only conditions keep from it. */
static void print_missing(const struct best_answer *answer, const struct best_group *group)
{
    struct table table;
    if (group->missing.count == 0)
        return;
    begin_table(&table, answer, answer->condition_count, NULL, 0);
    for (size_t i = 0; i < group->missing.listed; i++)
        add_setting(&table, answer, answer->condition_count, &group->missing.settings[i]);
    end_table(&table, answer, answer->condition_count, &group->missing);
    print("\n");
}

static void print_reaches(const struct best_group *group)
{
    for (size_t i = 0; i < group->reach_count; i++) {
        char *sentence = reach_sentence(&group->reaches[i]);
        print("%s\n", sentence);
        free(sentence);
    }
}

/* Whether the best stays the best, however memory lies. */
static void print_scatter(const struct best_answer *answer, const struct best_group *group)
{
    char *text = scatter_best_text(&answer->scatter, (size_t)(group - answer->groups));
    if (text)
        print_paragraph(text);
    free(text);
}

/* What is asked, of this group. */
static void print_title(const struct best_answer *answer, const struct best_group *group)
{
    print("\n%s, ", group->title);
    print_replications(group->replications);
    print("; %s %s", answer->objective.high ? "highest" : "lowest", objective_of(answer)->name);
    if (answer->condition_count)
        print(" with ");
    print_conditions(answer);
    print("\n\n");
}

/* Never lines to be copied without it. */
static void print_caution(const struct best_answer *answer, const struct best_group *group)
{
    char *whole;
    if (!group->caution)
        return;
    bool covered = outlook_is_covered(&group->best.settings[0].outlook);
    if (asprintf(&whole, "%s%s%s%s", group->caution, covered ? "" : " `pygcsim best ",
                 covered ? "" : store_path(answer->question->subject.store),
                 covered ? "" : " --verify` runs it until it has seen that.") < 0)
        out_of_memory();
    putchar('\n');
    print_paragraph(whole);
    free(whole);
}

/* The same lines for several groups are printed once. */
static void print_python(const struct best_answer *answer, const struct best_group *group)
{
    const char *policy = outcome_of(answer, group->best.settings)->policy;
    for (const struct best_group *before = answer->groups; before < group; before++)
        if (before->python && strcmp(before->python, group->python) == 0) {
            print("\n%s in an application: the lines above.\n", policy);
            return;
        }
    print("\n%s in an application:\n\n", policy);
    print_as_it_is(group->python);
}

static void print_group(const struct best_answer *answer, const struct best_group *group)
{
    print_title(answer, group);
    if (group->best.count) {
        print_tied(answer, group);
        putchar('\n');
        print_deciding(answer, group);
        print_certainty(answer, group);
        print_moving(&group->moving, &answer->outcomes);
    } else {
        print_missing(answer, group);
        print("No setting is an answer.\n");
    }
    print_scatter(answer, group);
    print_left_out(answer, group);
    print_reaches(group);
    if (group->best.count && group == answer->groups)
        print_legend(group);
    if (answer->goal_count > 1)
        print_front(answer, group);
    print_rare(answer, group);
    if (group->python) {
        print_caution(answer, group);
        print_python(answer, group);
    }
}

void best_print(const struct best_answer *answer)
{
    const struct past_experiment *experiment = answer->outcomes.experiment;
    print("Experiment %lld, %s\n", (long long)experiment->number, experiment->name);
    print_earlier(experiment);
    print_times(answer->question->subject.store, experiment->number);
    for (size_t g = 0; g < answer->group_count; g++)
        print_group(answer, &answer->groups[g]);
    if (answer->outcomes.group_count > answer->group_count)
        print("\n%zu more workloads and collectors are left out; --json has all.\n",
              answer->outcomes.group_count - answer->group_count);
}

/* ---- as JSON -------------------------------------------------------------------------- */

static void json_estimate(struct json *json, const char *name, struct estimate estimate)
{
    char low[96], high[96];
    snprintf(low, sizeof low, "%s_low", name);
    snprintf(high, sizeof high, "%s_high", name);
    json_real(json, name, estimate.mean);
    json_real(json, low, estimate.interval.low);
    json_real(json, high, estimate.interval.high);
    if (!estimate.rare)
        return;
    snprintf(high, sizeof high, "%s_events", name);
    json_count(json, high, estimate.events);
}

/* What the object of a setting begins with. */
static void json_setting(struct json *json, const char *name, const struct best_answer *answer,
                         const struct best_setting *setting)
{
    json_object(json, name);
    json_text(json, "policy", outcome_of(answer, setting)->policy);
    json_count(json, "n", outcome_of(answer, setting)->runs[RUN_finished]);
    for (size_t i = 0; i < answer->columns.count; i++)
        json_estimate(json, column_of(answer, i)->name, setting->means[i]);
    limits_json(json, &answer->outcomes, setting->limits);
    outlook_json(json, &setting->outlook);
}

/* Of no answer: what each misses, and what no policy can reach. */
static void json_reaches(struct json *json, const struct best_group *group)
{
    json_array(json, "unreached");
    for (size_t i = 0; i < group->reach_count; i++) {
        const struct reach *reach = &group->reaches[i];
        json_object(json, NULL);
        json_text(json, "condition", condition_text(reach->condition));
        json_text(json, "metric", reach->metric->name);
        json_real(json, "without_collections", reach->without);
        json_real(json, "allowed", reach->allowed);
        json_end(json);
    }
    json_end(json);
}

static void json_missing(struct json *json, const struct best_answer *answer,
                         const struct best_group *group)
{
    json_array(json, "missing");
    for (size_t i = 0; i < group->missing.listed; i++) {
        json_setting(json, NULL, answer, &group->missing.settings[i]);
        json_end(json);
    }
    json_end(json);
    json_reaches(json, group);
}

static void json_nearest(struct json *json, const struct best_answer *answer,
                         const struct best_group *group)
{
    json_setting(json, "nearest", answer, group->nearest.settings);
    json_array(json, "misses");
    for (size_t i = 0; i < group->miss_count; i++) {
        json_object(json, NULL);
        json_text(json, "condition", condition_text(group->misses[i].condition));
        json_real(json, "excess", group->misses[i].excess);
        json_end(json);
    }
    json_end(json);
    json_real(json, "excess", group->nearest_excess);
    json_end(json);
}

static void json_by_means(struct json *json, const struct best_answer *answer,
                          const struct best_group *group)
{
    json_setting(json, "by_means", answer, group->by_means.settings);
    json_end(json);
}

static void json_choice(struct json *json, const struct best_answer *answer,
                        const struct best_group *group)
{
    json_setting(json, "best", answer, group->best.settings);
    json_end(json);
    json_count(json, "compared", group->choice.compared);
    json_array(json, "not_told_apart");
    for (size_t i = 0; i < group->tied.listed; i++) {
        json_setting(json, NULL, answer, &group->tied.settings[i]);
        json_estimate(json, "difference", group->tied.settings[i].verdict.difference);
        json_real(json, "would_show", group->tied.settings[i].verdict.would_show);
        json_end(json);
    }
    json_end(json);
    json_text(json, "caution", group->caution);
    json_text(json, "python", group->python);
}

static void json_front(struct json *json, const struct best_answer *answer,
                       const struct best_group *group)
{
    json_array(json, "pareto");
    for (size_t i = 0; i < group->front.listed; i++) {
        json_setting(json, NULL, answer, &group->front.settings[i]);
        json_boolean(json, "meets", all_limits(answer, &group->front.settings[i]) == LIMIT_WITHIN);
        json_boolean(json, "by_means", group->front.settings[i].by_means);
        json_end(json);
    }
    json_end(json);
}

static void json_group(struct json *json, const struct best_answer *answer,
                       const struct best_group *group)
{
    json_object(json, NULL);
    json_text(json, "experiment", answer->outcomes.experiment->name);
    json_text(json, "workload", group->of->workload);
    json_text(json, "collector", group->of->collector);
    json_text(json, answer->objective.high ? "maximise" : "minimise", objective_of(answer)->name);
    json_count(json, "settings", group->of->count);
    json_count(json, "breaking", group->left_out[VERDICT_BREAKS]);
    json_count(json, "unsure", group->left_out[VERDICT_UNSURE]);
    json_count(json, "out_of_memory", group->left_out[VERDICT_OUT_OF_MEMORY]);
    if (group->best.count)
        json_choice(json, answer, group);
    if (group->by_means.count)
        json_by_means(json, answer, group);
    if (group->nearest.count)
        json_nearest(json, answer, group);
    if (group->best.count == 0)
        json_missing(json, answer, group);
    if (answer->goal_count > 1)
        json_front(json, answer, group);
    scatter_json(json, &answer->scatter, (size_t)(group - answer->groups));
    json_end(json);
}

void best_json(const struct best_answer *answer)
{
    struct json json;
    json_init(&json, stdout);
    for (size_t g = 0; g < answer->group_count; g++)
        json_group(&json, answer, &answer->groups[g]);
}
