/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/best_answer.h"

#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sim/base/json.h"

#define TIED_MOST  10 /* settings named besides the best */
#define FRONT_MOST 30 /* settings of a front */

/* ---- as tables ------------------------------------------------------------------------ */

static void table_header(struct table *table, const struct question *question, const char *last)
{
    table_init(table, question->shown_count + 2 + (last != NULL));
    table_add(table, "policy");
    table_add(table, "n");
    for (size_t i = 0; i < question->shown_count; i++)
        table_add(table, question->outcomes.metrics[question->shown[i]]->name);
    if (last)
        table_add(table, last);
}

static void table_setting(struct table *table, const struct question *question, size_t setting)
{
    const struct outcomes *outcomes = &question->outcomes;
    char text[SHOW_ESTIMATE];
    table_add(table, outcomes->settings[setting].policy);
    snprintf(text, sizeof text, "%zu", outcomes->settings[setting].runs[RUN_finished]);
    table_add(table, text);
    for (size_t i = 0; i < question->shown_count; i++)
        table_add(table, show_estimate(text, outcomes->metrics[question->shown[i]],
                                       outcomes_mean(outcomes, setting, question->shown[i])));
}

static void print_conditions(const struct question *question, const char *between)
{
    for (size_t i = 0; i < question->condition_count; i++)
        printf("%s%s", i ? between : "", condition_text(question->conditions[i]));
}

static void print_choice(const struct question *question, const struct best *best)
{
    const struct outcomes *outcomes = &question->outcomes;
    size_t metric = question->objective.metric;
    char text[SHOW_ESTIMATE];
    struct table table;
    table_header(&table, question, best->tied_count ? "difference to the best" : NULL);
    table_setting(&table, question, best->best);
    if (best->tied_count)
        table_add(&table, "");
    for (size_t i = 0; i < best->tied_count && i < TIED_MOST; i++) {
        struct estimate difference =
            outcomes_difference(outcomes, best->tied[i], best->best, metric);
        table_setting(&table, question, best->tied[i]);
        table_add(&table, outcomes_same(outcomes, best->tied[i], best->best, metric)
                              ? "same"
                              : show_difference(text, outcomes->metrics[metric], difference));
    }
    table_print(&table);
    if (best->tied_count > TIED_MOST)
        printf("… and %zu more\n", best->tied_count - TIED_MOST);
    if (best->tied_count)
        printf("\nThe first is the best; the other%s cannot be told apart from it.\n",
               best->tied_count == 1 ? "" : "s");
    else if (outcomes->settings[best->best].runs[RUN_finished] > 1)
        printf("\nNo other comes near: each is told apart from it.\n");
    if (outcomes->settings[best->best].runs[RUN_finished] < 2)
        printf("\nOne replication: chance may have made it the best; `replications: 10` in an "
               "experiment file says more.\n");
}

/* All conditions that it misses. */
static void print_nearest(const struct question *question, size_t setting)
{
    bool first = true;
    printf("%s comes nearest: it misses ", question->outcomes.settings[setting].policy);
    for (size_t i = 0; i < question->condition_count; i++) {
        double excess = condition_excess(question->conditions[i], &question->outcomes, setting);
        if (!(excess > 0))
            continue;
        printf("%s%s by %.3g%%", first ? "" : " and ", condition_text(question->conditions[i]),
               100 * excess);
        first = false;
    }
    printf(".\n");
}

static void print_left_out(const struct question *question, size_t group, const struct best *best)
{
    size_t all = question->outcomes.groups[group].count;
    if (best->breaking) {
        printf("%zu of %zu settings do not meet ", best->breaking, all);
        print_conditions(question, " and ");
        printf(".\n");
    }
    if (best->best == NO_SETTING && best->nearest != NO_SETTING)
        print_nearest(question, best->nearest);
    if (best->out_of_memory)
        printf("%zu of %zu settings ran out of memory, and cannot be the best.\n",
               best->out_of_memory, all);
    if (best->without_value)
        printf("%zu of %zu settings have no value to compare.\n", best->without_value, all);
    for (size_t i = 0; i < question->condition_count; i++)
        if (strstr(condition_text(question->conditions[i]), "default") &&
            outcomes_setting(&question->outcomes, group, "default") == NO_SETTING)
            printf("%s: no run of default here.\n", condition_text(question->conditions[i]));
}

static void print_front(const struct question *question, size_t group)
{
    const struct outcomes *outcomes = &question->outcomes;
    size_t *front = allocate_zeroed(outcomes->groups[group].count, sizeof *front);
    size_t count = best_front(outcomes, group, question->goals, question->goal_count, front);
    struct table table;
    printf("\nPareto front of ");
    for (size_t i = 0; i < question->goal_count; i++)
        printf("%s%s", i ? ", " : "", outcomes->metrics[question->goals[i].metric]->name);
    printf(": no other setting is better in one and as good in the rest; "
           "settings that are equal in all are all in it\n\n");
    table_header(&table, question, question->condition_count ? "meets the conditions" : NULL);
    for (size_t i = 0; i < count && i < FRONT_MOST; i++) {
        table_setting(&table, question, front[i]);
        if (question->condition_count)
            table_add(&table, best_meets(outcomes, front[i], question->conditions,
                                         question->condition_count)
                                  ? "yes"
                                  : "no");
    }
    table_print(&table);
    if (count > FRONT_MOST)
        printf("… and %zu more\n", count - FRONT_MOST);
    free(front);
}

void best_print(const struct question *question, size_t group)
{
    const struct outcomes *outcomes = &question->outcomes;
    struct best best;
    char *title = outcomes_title(outcomes, group);
    best_find(&best, outcomes, group, question->objective, question->conditions,
              question->condition_count);
    printf("\n%s, ", title);
    print_replications(outcomes, group);
    printf("; %s %s", question->objective.high ? "highest" : "lowest",
           outcomes->metrics[question->objective.metric]->name);
    if (question->condition_count)
        printf(" with ");
    print_conditions(question, " and ");
    printf("\n\n");
    if (best.best == NO_SETTING)
        printf("No setting is an answer.\n");
    else
        print_choice(question, &best);
    print_left_out(question, group, &best);
    if (question->goal_count > 1)
        print_front(question, group);
    if (best.best != NO_SETTING) {
        char *lines = python_lines(outcomes->settings[best.best].policy);
        printf("\n%s in an application:\n\n%s", outcomes->settings[best.best].policy, lines);
        free(lines);
    }
    best_fini(&best);
    free(title);
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
}

/* What the object of a setting begins with. */
static void json_setting(struct json *json, const struct question *question, size_t setting)
{
    const struct outcomes *outcomes = &question->outcomes;
    json_text(json, "policy", outcomes->settings[setting].policy);
    json_count(json, "n", outcomes->settings[setting].runs[RUN_finished]);
    for (size_t i = 0; i < question->shown_count; i++)
        json_estimate(json, outcomes->metrics[question->shown[i]]->name,
                      outcomes_mean(outcomes, setting, question->shown[i]));
}

static void json_misses(struct json *json, const struct question *question, size_t setting)
{
    json_array(json, "misses");
    for (size_t i = 0; i < question->condition_count; i++) {
        double excess = condition_excess(question->conditions[i], &question->outcomes, setting);
        if (!(excess > 0))
            continue;
        json_object(json, NULL);
        json_text(json, "condition", condition_text(question->conditions[i]));
        json_real(json, "excess", excess);
        json_end(json);
    }
    json_end(json);
}

static void json_nearest(struct json *json, const struct question *question,
                         const struct best *best)
{
    json_object(json, "nearest");
    json_setting(json, question, best->nearest);
    json_misses(json, question, best->nearest);
    json_real(json, "excess", best->nearest_excess);
    json_end(json);
}

static void json_choice(struct json *json, const struct question *question, const struct best *best)
{
    const struct outcomes *outcomes = &question->outcomes;
    char *lines = python_lines(outcomes->settings[best->best].policy);
    json_object(json, "best");
    json_setting(json, question, best->best);
    json_end(json);
    json_array(json, "not_told_apart");
    for (size_t i = 0; i < best->tied_count; i++) {
        json_object(json, NULL);
        json_setting(json, question, best->tied[i]);
        json_estimate(
            json, "difference",
            outcomes_difference(outcomes, best->tied[i], best->best, question->objective.metric));
        json_end(json);
    }
    json_end(json);
    json_text(json, "python", lines);
    free(lines);
}

static void json_front(struct json *json, const struct question *question, size_t group)
{
    const struct outcomes *outcomes = &question->outcomes;
    size_t *front = allocate_zeroed(outcomes->groups[group].count, sizeof *front);
    size_t count = best_front(outcomes, group, question->goals, question->goal_count, front);
    json_array(json, "pareto");
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        json_setting(json, question, front[i]);
        json_boolean(
            json, "meets",
            best_meets(outcomes, front[i], question->conditions, question->condition_count));
        json_end(json);
    }
    json_end(json);
    free(front);
}

void best_json(const struct question *question, size_t group)
{
    const struct outcomes *outcomes = &question->outcomes;
    const struct outcome_group *of = &outcomes->groups[group];
    struct best best;
    struct json json;
    best_find(&best, outcomes, group, question->objective, question->conditions,
              question->condition_count);
    json_init(&json, stdout);
    json_object(&json, NULL);
    json_text(&json, "experiment", outcomes->experiment->name);
    json_text(&json, "workload", of->workload);
    json_text(&json, "collector", of->collector);
    json_text(&json, question->objective.high ? "maximise" : "minimise",
              outcomes->metrics[question->objective.metric]->name);
    json_count(&json, "settings", of->count);
    json_count(&json, "breaking", best.breaking);
    json_count(&json, "out_of_memory", best.out_of_memory);
    if (best.best != NO_SETTING)
        json_choice(&json, question, &best);
    else if (best.nearest != NO_SETTING)
        json_nearest(&json, question, &best);
    if (question->goal_count > 1)
        json_front(&json, question, group);
    json_end(&json);
    best_fini(&best);
}
