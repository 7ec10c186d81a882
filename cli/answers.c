/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/overall.h"
#include "cli/table.h"
#include "results/answer/show_value.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"

#define GROUPS_MOST         10   /* tables */
#define NAMED_MOST          8    /* settings, or runs, that a remark names */
#define ENOUGH_REPLICATIONS 1000 /* what would take more is as good as the same */

struct answers {
    const struct open_results *results;
    const struct answers_options *options;
    struct outcomes outcomes;
    size_t *shown; /* metrics, among those read */
    size_t shown_count;
    size_t sort; /* a metric; metric_count: none has values */
    bool high;   /* the best has the largest value */
};

static void answers_init(struct answers *answers, const struct open_results *results,
                         const struct answers_options *options)
{
    struct metric_list list = {0};
    *answers = (struct answers){.results = results, .options = options};
    for (size_t i = 0; i < options->metrics.count; i++)
        metric_list_add(&list, options->metrics.metrics[i]);
    if (options->sort)
        metric_list_add(&list, options->sort);
    metric_list_add_usual(&list, results->experiment);
    for (size_t i = 0; usual_objectives[i]; i++)
        metric_list_add(&list, metric_named(usual_objectives[i]));
    read_outcomes(&answers->outcomes, results, options->baseline, &list);
    metric_list_fini(&list);
    answers->sort = options->sort ? outcomes_metric(&answers->outcomes, options->sort)
                                  : outcomes_objective(&answers->outcomes);
    answers->high = options->sort && options->sort->better == BETTER_HIGH; /* objectives: small */
    answers->shown = shown_metrics(&answers->outcomes, &options->metrics, &answers->shown_count);
}

static void answers_fini(struct answers *answers)
{
    free(answers->shown);
    outcomes_fini(&answers->outcomes);
}

/* ---- a group's tables ----------------------------------------------------------------- */

/* The settings of a group that are shown, in order: the best, and the baseline wherever it is. */
struct selection {
    size_t *settings, count, left_out;
};

static struct selection select_settings(const struct answers *answers, size_t group)
{
    const struct outcome_group *of = &answers->outcomes.groups[group];
    size_t top = answers->options->top;
    struct selection selection = {.settings = allocate_zeroed(of->count, sizeof(size_t))};
    for (size_t i = 0; i < of->count; i++)
        selection.settings[i] = of->first + i;
    if (answers->sort < answers->outcomes.metric_count)
        outcomes_sort(&answers->outcomes, selection.settings, of->count, answers->sort,
                      answers->high);
    for (size_t i = 0; i < of->count; i++)
        if (top == 0 || i < top || selection.settings[i] == of->baseline)
            selection.settings[selection.count++] = selection.settings[i];
    selection.left_out = of->count - selection.count;
    return selection;
}

static void print_means(const struct answers *answers, const struct selection *selection,
                        size_t baseline)
{
    const struct outcomes *outcomes = &answers->outcomes;
    char text[SHOW_ESTIMATE];
    struct table table;
    table_init(&table, answers->shown_count + 2);
    table_add(&table, "policy");
    table_add(&table, "n");
    for (size_t i = 0; i < answers->shown_count; i++)
        table_add(&table, outcomes->metrics[answers->shown[i]]->name);
    for (size_t i = 0; i < selection->count; i++) {
        const struct outcome *setting = &outcomes->settings[selection->settings[i]];
        char *name;
        if (asprintf(&name, "%s%s", setting->policy,
                     selection->settings[i] == baseline ? " (baseline)" : "") < 0)
            out_of_memory();
        table_add(&table, name);
        free(name);
        snprintf(text, sizeof text, "%zu", setting->runs[RUN_finished]);
        table_add(&table, text);
        for (size_t m = 0; m < answers->shown_count; m++)
            table_add(&table, show_estimate(text, outcomes->metrics[answers->shown[m]],
                                            outcomes_mean(outcomes, selection->settings[i],
                                                          answers->shown[m])));
    }
    table_print(&table);
}

/* A cell of differences. Returns whether it is marked as not told apart. */
static bool difference_cell(const struct outcomes *outcomes, size_t setting, size_t baseline,
                            size_t metric, char text[SHOW_ESTIMATE + 2])
{
    struct estimate difference = outcomes_difference(outcomes, setting, baseline, metric);
    char shown[SHOW_ESTIMATE];
    if (outcomes_same(outcomes, setting, baseline, metric)) {
        strcpy(text, "same");
        return false;
    }
    bool open = difference.n > 1 && !interval_excludes(difference.interval, 0);
    snprintf(text, SHOW_ESTIMATE + 2, "%s%s", open ? "~ " : "",
             show_difference(shown, outcomes->metrics[metric], difference));
    return open;
}

/* Returns whether anything is marked. */
static bool print_differences(const struct answers *answers, const struct selection *selection,
                              size_t baseline)
{
    const struct outcomes *outcomes = &answers->outcomes;
    char text[SHOW_ESTIMATE + 2];
    bool marked = false;
    struct table table;
    printf("\nDifference to %s, of runs with the same seed\n\n", outcomes->baseline);
    table_init(&table, answers->shown_count + 1);
    table_add(&table, "policy");
    for (size_t i = 0; i < answers->shown_count; i++)
        table_add(&table, outcomes->metrics[answers->shown[i]]->name);
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->settings[i] == baseline)
            continue;
        table_add(&table, outcomes->settings[selection->settings[i]].policy);
        for (size_t m = 0; m < answers->shown_count; m++) {
            marked |= difference_cell(outcomes, selection->settings[i], baseline, answers->shown[m],
                                      text);
            table_add(&table, text);
        }
    }
    table_print(&table);
    return marked;
}

/* ---- remarks -------------------------------------------------------------------------- */

/* Which of the settings shown cannot be told apart from the baseline in what they are sorted by,
 * and how many replications might do it. */
static void print_too_few(const struct answers *answers, const struct selection *selection,
                          size_t baseline)
{
    const struct outcomes *outcomes = &answers->outcomes;
    const char *metric = outcomes->metrics[answers->sort]->name;
    size_t named = 0, more = 0, hopeless = 0;
    for (size_t i = 0; i < selection->count; i++) {
        size_t setting = selection->settings[i];
        struct estimate difference =
            outcomes_difference(outcomes, setting, baseline, answers->sort);
        if (setting == baseline || difference.n < 2 || interval_excludes(difference.interval, 0) ||
            outcomes_same(outcomes, setting, baseline, answers->sort))
            continue;
        size_t needed = replications_to_tell_apart(difference);
        hopeless += needed > ENOUGH_REPLICATIONS;
        more += needed <= ENOUGH_REPLICATIONS && named == NAMED_MOST;
        if (needed > ENOUGH_REPLICATIONS || named == NAMED_MOST)
            continue;
        if (named++ == 0)
            printf("With %zu replications these cannot be told apart from %s in %s: ", difference.n,
                   outcomes->baseline, metric);
        printf(named == 1 ? "%s (about %zu would do)" : ", %s (about %zu)",
               outcomes->settings[setting].policy, needed);
    }
    if (more)
        printf(", and %zu more", more);
    if (named)
        printf(".\n");
    if (hopeless)
        printf("To tell %zu %s from %s in %s would take more than %d replications.\n", hopeless,
               named ? (hopeless == 1 ? "other" : "others")
                     : (hopeless == 1 ? "policy" : "policies"),
               outcomes->baseline, metric, ENOUGH_REPLICATIONS);
}

/* Does any setting of the group have more than one replication? */
static bool is_replicated(const struct outcomes *outcomes, size_t group)
{
    const struct outcome_group *of = &outcomes->groups[group];
    for (size_t s = of->first; s < of->first + of->count; s++)
        if (outcomes->settings[s].runs[RUN_finished] > 1)
            return true;
    return false;
}

static void print_group(const struct answers *answers, size_t group)
{
    const struct outcomes *outcomes = &answers->outcomes;
    const struct outcome_group *of = &outcomes->groups[group];
    struct selection selection = select_settings(answers, group);
    bool marked = false, replicated = is_replicated(outcomes, group);
    char *title = outcomes_title(outcomes, group);
    printf("\n%s, ", title);
    print_replications(outcomes, group);
    printf(replicated ? "; mean ± half of the 95%% interval\n\n" : "\n\n");
    print_means(answers, &selection, of->baseline);
    if (of->baseline == NO_SETTING)
        printf("\nNo run of %s here: no differences.\n", outcomes->baseline);
    else if (of->count > 1)
        marked = print_differences(answers, &selection, of->baseline);
    putchar('\n');
    if (answers->sort < outcomes->metric_count && of->count > 1)
        printf("The best in %s first.", outcomes->metrics[answers->sort]->name);
    if (selection.left_out)
        printf(" %zu more setting%s left out (--top).", selection.left_out,
               selection.left_out == 1 ? " is" : "s are");
    if (of->count > 1)
        putchar('\n');
    if (marked)
        printf("~: not told apart from %s: the interval includes 0.\n", outcomes->baseline);
    if (of->baseline != NO_SETTING && answers->sort < outcomes->metric_count)
        print_too_few(answers, &selection, of->baseline);
    if (!replicated)
        printf("One replication has no intervals; `replications: 10` in an experiment file, or "
               "`compare --replications 10`, gives them.\n");
    free(title);
    free(selection.settings);
}

/* Names the runs that have failed, or ran out of memory: they have no part in the means. */
static void print_failures(const struct answers *answers, enum run_status status, const char *what)
{
    struct error error;
    char time[UNITS_TEXT];
    int64_t count = answers->results->experiment->runs[status], named = 0;
    if (count == 0)
        return;
    sqlite3_stmt *rows = query_begin(
        answers->results->store, &error,
        "SELECT policy, seed, error, wall_ns, workload, collector FROM run"
        " WHERE experiment_id = %lld AND in_plan AND status = %Q ORDER BY id LIMIT %d",
        (long long)answers->results->experiment->number, run_status_names[status], NAMED_MOST);
    printf("\n%lld run%s %s, and %s not counted:\n", (long long)count, count == 1 ? "" : "s", what,
           count == 1 ? "is" : "are");
    int more;
    while ((more = query_next(answers->results->store, rows, &error)) > 0) {
        printf("  %s, seed %lld", sqlite3_column_text(rows, 0),
               (long long)sqlite3_column_int64(rows, 1));
        if (answers->outcomes.group_count > 1)
            printf(", %s on %s", sqlite3_column_text(rows, 4), sqlite3_column_text(rows, 5));
        if (status == RUN_out_of_memory)
            printf(": after %s\n",
                   units_show_seconds(time, (double)sqlite3_column_int64(rows, 3) / NS_PER_S));
        else
            printf(": %s\n", sqlite3_column_text(rows, 2));
        named++;
    }
    sqlite3_finalize(rows);
    if (more < 0)
        fail("%s", error.text);
    if (count > named)
        printf("  and %lld more\n", (long long)(count - named));
}

void print_unsteady(int64_t runs)
{
    printf("%lld run%s before %s steady state: the warm-up takes all of %s, and metrics of the "
           "steady state have no values.\n",
           (long long)runs, runs == 1 ? " ends" : "s end", runs == 1 ? "its" : "their",
           runs == 1 ? "it" : "them");
}

/* Runs of which nothing is in the steady state. */
static void count_unsteady(const struct answers *answers)
{
    struct error error;
    int64_t count = 0;
    int more;
    sqlite3_stmt *rows = query_begin(
        answers->results->store, &error,
        "SELECT count(*) FROM run WHERE experiment_id = %lld AND in_plan"
        " AND status = %Q AND steady_ns >= wall_ns",
        (long long)answers->results->experiment->number, run_status_names[RUN_finished]);
    while ((more = query_next(answers->results->store, rows, &error)) > 0)
        count = sqlite3_column_int64(rows, 0);
    sqlite3_finalize(rows);
    if (more < 0)
        fail("%s", error.text);
    if (count) {
        putchar('\n');
        print_unsteady(count);
    }
}

/* The metric that settings are sorted by is shown, whatever was chosen. */
static void show_sort(struct answers *answers)
{
    for (size_t i = 0; i < answers->shown_count; i++)
        if (answers->shown[i] == answers->sort)
            return;
    if (answers->sort < answers->outcomes.metric_count) /* there is room: each metric has one */
        answers->shown[answers->shown_count++] = answers->sort;
}

void answers_print(const struct open_results *results, const struct answers_options *options)
{
    struct answers answers;
    answers_init(&answers, results, options);
    show_sort(&answers);
    const struct outcomes *outcomes = &answers.outcomes;
    const struct past_experiment *experiment = results->experiment;
    int64_t to_do = experiment->runs[RUN_planned] + experiment->runs[RUN_unfinished];
    printf("Experiment %lld, %s", (long long)experiment->number, experiment->name);
    if (to_do)
        printf(": %lld of its runs %s not done yet", (long long)to_do, to_do == 1 ? "is" : "are");
    putchar('\n');
    print_earlier(experiment);
    for (size_t g = 0; g < outcomes->group_count && g < GROUPS_MOST; g++)
        print_group(&answers, g);
    if (outcomes->group_count > GROUPS_MOST)
        printf(
            "\n%zu more of the workloads and collectors %s left out; --csv and --json have all.\n",
            outcomes->group_count - GROUPS_MOST,
            outcomes->group_count == GROUPS_MOST + 1 ? "is" : "are");
    overall_print(outcomes, answers.sort, answers.high, options->top);
    print_failures(&answers, RUN_out_of_memory, "ran out of memory");
    print_failures(&answers, RUN_failed, "failed");
    count_unsteady(&answers);
    answers_fini(&answers);
}

/* ---- for other programs --------------------------------------------------------------- */

static void name_columns(const struct answers *answers, struct writer *writer)
{
    static const char *const columns[] = {"experiment", "workload", "collector",    "policy",
                                          "n",          "failed",   "out_of_memory"};
    static const char *const endings[] = {
        "", "_low", "_high", "_difference", "_difference_low", "_difference_high"};
    char name[96];
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        writer_column(writer, columns[i]);
    for (size_t m = 0; m < answers->shown_count; m++)
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
            snprintf(name, sizeof name, "%s%s", answers->outcomes.metrics[answers->shown[m]]->name,
                     endings[i]);
            writer_column(writer, name);
        }
}

static void write_estimate(struct writer *writer, struct estimate estimate)
{
    writer_real(writer, estimate.mean);
    writer_real(writer, estimate.interval.low);
    writer_real(writer, estimate.interval.high);
}

static void write_setting(const struct answers *answers, struct writer *writer, size_t s)
{
    const struct outcomes *outcomes = &answers->outcomes;
    const struct outcome *setting = &outcomes->settings[s];
    const struct outcome_group *group = &outcomes->groups[setting->group];
    writer_text(writer, outcomes->experiment->name);
    writer_text(writer, group->workload);
    writer_text(writer, group->collector);
    writer_text(writer, setting->policy);
    writer_integer(writer, (int64_t)setting->runs[RUN_finished]);
    writer_integer(writer, (int64_t)setting->runs[RUN_failed]);
    writer_integer(writer, (int64_t)setting->runs[RUN_out_of_memory]);
    for (size_t m = 0; m < answers->shown_count; m++) {
        struct estimate difference = {.mean = NAN, .interval = {NAN, NAN}};
        write_estimate(writer, outcomes_mean(outcomes, s, answers->shown[m]));
        if (group->baseline != NO_SETTING && group->baseline != s)
            difference = outcomes_difference(outcomes, s, group->baseline, answers->shown[m]);
        write_estimate(writer, difference);
    }
}

void answers_write(const struct open_results *results, const struct answers_options *options,
                   FILE *out, enum writer_form form)
{
    struct answers_options all = *options;
    struct metric_list every = {0};
    struct answers answers;
    struct writer writer;
    if (options->metrics.count == 0) {
        metric_list_add_all(&every);
        all.metrics = every;
    }
    answers_init(&answers, results, &all);
    writer_init(&writer, out, form);
    name_columns(&answers, &writer);
    for (size_t g = 0; g < answers.outcomes.group_count; g++) {
        struct selection selection = select_settings(&answers, g);
        for (size_t i = 0; i < selection.count; i++)
            write_setting(&answers, &writer, selection.settings[i]);
        free(selection.settings);
    }
    writer_fini(&writer);
    answers_fini(&answers);
    metric_list_fini(&every);
}
