/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/open_results.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

void open_results(struct open_results *results, const struct which_results *which)
{
    struct error error;
    *results =
        (struct open_results){.store = store_open_existing(which->db, &error), .own_store = true};
    if (!results->store || history_read(&results->history, results->store, &error) != 0 ||
        history_find(&results->history, results->store, which->experiment, &results->experiment,
                     &error) != 0)
        fail("%s", error.text);
}

void open_results_of(struct open_results *results, struct store *store, int64_t experiment)
{
    struct error error;
    *results = (struct open_results){.store = store};
    if (history_read(&results->history, store, &error) != 0)
        fail("%s", error.text);
    for (size_t i = 0; i < results->history.count; i++)
        if (results->history.experiments[i].number == experiment)
            results->experiment = &results->history.experiments[i];
}

void close_results(struct open_results *results)
{
    history_fini(&results->history);
    if (results->own_store)
        store_close(results->store);
}

/* ---- metrics -------------------------------------------------------------------------- */

void metric_list_add(struct metric_list *list, const struct metric *metric)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->metrics[i] == metric)
            return;
    list->metrics =
        allocate_grow(list->metrics, &list->capacity, list->count + 1, sizeof *list->metrics);
    list->metrics[list->count++] = metric;
}

void metric_list_add_usual(struct metric_list *list, const struct past_experiment *experiment)
{
    static const char *const names[] = {"latency_p99",       "service_pause_p99",
                                        "service_pause_max", "service_gc_share",
                                        "heap_peak",         "garbage_peak"};
    const struct metric *objective =
        experiment->objective ? metric_named(experiment->objective) : NULL;
    if (objective)
        metric_list_add(list, objective);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        metric_list_add(list, metric_named(names[i]));
}

void metric_list_add_all(struct metric_list *list)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        metric_list_add(list, metric);
}

int metric_list_read(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    const struct metric *metric;
    struct param one = {.name = param->name, .type = PARAM_ITEM, .registry = &metric_registry};
    if (param_read(&one, label, &metric, text, error) != 0)
        return -1;
    metric_list_add(field, metric);
    return 0;
}

void metric_list_fini(struct metric_list *list)
{
    free(list->metrics);
    *list = (struct metric_list){0};
}

size_t *shown_metrics(const struct outcomes *outcomes, const struct metric_list *chosen,
                      size_t *count)
{
    struct metric_list usual = {0};
    size_t *shown = allocate_zeroed(outcomes->metric_count + 1, sizeof *shown);
    *count = 0;
    metric_list_add_usual(&usual, outcomes->experiment);
    for (size_t i = 0; i < chosen->count; i++)
        shown[(*count)++] = outcomes_metric(outcomes, chosen->metrics[i]);
    for (size_t i = 0; i < usual.count && chosen->count == 0; i++) {
        size_t m = outcomes_metric(outcomes, usual.metrics[i]);
        if (outcomes_have(outcomes, m))
            shown[(*count)++] = m;
    }
    metric_list_fini(&usual);
    return shown;
}

/* ---- outcomes ------------------------------------------------------------------------- */

/* The canonical text of a policy; to be freed. */
static char *policy_text(const char *spec)
{
    struct setting setting;
    struct error error;
    if (setting_parse(&setting, spec, policies, "policy", &error) != 0)
        fail_usage("--baseline: %s", error.text);
    char *text = allocate_text(setting.text);
    setting_fini(&setting);
    return text;
}

static void check_baseline(const struct outcomes *outcomes)
{
    const char **names = allocate_zeroed(outcomes->setting_count + 1, sizeof *names);
    struct error error;
    for (size_t g = 0; g < outcomes->group_count; g++)
        if (outcomes->groups[g].baseline != NO_SETTING) {
            free(names);
            return;
        }
    for (size_t s = 0; s < outcomes->groups[0].count; s++)
        names[s] = outcomes->settings[s].policy;
    suggest_error(&error, "policy", outcomes->baseline, names);
    fail("--baseline: experiment '%s' is without it: %s", outcomes->experiment->name, error.text);
}

void read_outcomes(struct outcomes *outcomes, const struct open_results *results,
                   const char *baseline, const struct metric_list *list)
{
    const struct past_experiment *experiment = results->experiment;
    struct error error;
    char *policy = baseline ? policy_text(baseline) : NULL;
    if (experiment->runs[RUN_finished] == 0)
        fail("%s: no run of experiment %lld (%s) has finished (planned %lld, unfinished %lld, "
             "out of memory %lld, failed %lld)",
             store_path(results->store), (long long)experiment->number, experiment->name,
             (long long)experiment->runs[RUN_planned], (long long)experiment->runs[RUN_unfinished],
             (long long)experiment->runs[RUN_out_of_memory],
             (long long)experiment->runs[RUN_failed]);
    if (outcomes_read(outcomes, results->store, experiment, policy, list->metrics, list->count,
                      &error) != 0)
        fail("%s", error.text);
    free(policy);
    if (baseline)
        check_baseline(outcomes);
}

char *python_lines(const char *policy)
{
    struct setting setting;
    struct error error;
    char *lines;
    size_t size;
    FILE *out = open_memstream(&lines, &size);
    if (!out)
        out_of_memory();
    if (setting_parse(&setting, policy, policies, "policy", &error) == 0) {
        policy_of(setting.component)->python(setting.state, out);
        setting_fini(&setting);
    } else {
        fprintf(out, "# %s is of another version of pygcsim: %s\n", policy, error.text);
    }
    fclose(out);
    return lines;
}

void print_earlier(const struct past_experiment *experiment)
{
    if (experiment->earlier)
        printf("%lld more run%s of the experiment as it was before its file was changed; %s no "
               "part in this.\n",
               (long long)experiment->earlier, experiment->earlier == 1 ? " is" : "s are",
               experiment->earlier == 1 ? "it has" : "they have");
}

void print_replications(const struct outcomes *outcomes, size_t group)
{
    const struct outcome_group *of = &outcomes->groups[group];
    size_t least = SIZE_MAX, most = 0;
    for (size_t s = of->first; s < of->first + of->count; s++) {
        size_t n = outcomes->settings[s].runs[RUN_finished];
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    if (least == most)
        printf("%zu replication%s", most, most == 1 ? "" : "s each");
    else
        printf("%zu to %zu replications", least, most);
}
