/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/open_results.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"

void open_results(struct open_results *results, const struct which_results *which)
{
    struct error error;
    *results =
        (struct open_results){.store = store_open_existing(which->db, &error), .own_store = true};
    if (!results->store || history_read(&results->history, results->store, &error) != 0 ||
        history_find(&results->history, results->store, which->experiment, &results->experiment,
                     &error) != 0 ||
        limits_read_stored(&results->limits, results->store, results->experiment, &error) != 0)
        fail("%s", error.text);
}

void open_results_of(struct open_results *results, struct store *store, int64_t experiment)
{
    struct error error;
    *results = (struct open_results){.store = store};
    if (store_begin_reading(store, &error) != 0 ||
        history_read(&results->history, store, &error) != 0)
        fail("%s", error.text);
    for (size_t i = 0; i < results->history.count; i++)
        if (results->history.experiments[i].number == experiment)
            results->experiment = &results->history.experiments[i];
    if (limits_read_stored(&results->limits, store, results->experiment, &error) != 0)
        fail("%s", error.text);
}

void close_results(struct open_results *results)
{
    free(results->baseline);
    limits_fini(&results->limits);
    history_fini(&results->history);
    if (results->own_store)
        store_close(results->store);
    else
        store_end_reading(results->store);
}

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

struct subject subject_of(struct open_results *results, const char *baseline, bool by_seen,
                          bool by_means, const struct limits *limits)
{
    bool given = limits && limits_are_given(limits);
    free(results->baseline);
    results->baseline = baseline ? policy_text(baseline) : NULL;
    return (struct subject){.store = results->store,
                            .experiment = results->experiment,
                            .baseline = results->baseline,
                            .by_seen = by_seen,
                            .by_means = by_means,
                            .limits = given ? limits : &results->limits};
}

int metric_list_read(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    const struct metric *metric;
    struct param one = {.name = param->name, .type = PARAM_ITEM, .registry = &metric_registry};
    char *copy = allocate_text(text), *rest = copy;
    int status = 0;
    for (char *name; status == 0 && (name = strsep(&rest, ","));) {
        status = param_read(&one, label, &metric, name, error);
        if (status == 0)
            metric_list_add(field, metric);
    }
    free(copy);
    return status;
}
