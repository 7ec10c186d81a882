/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/history.h"

#include <stdlib.h>
#include <string.h>

#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sim/base/units.h"

static int count_runs(struct history *history, struct store *store, struct error *error)
{
    sqlite3_stmt *rows = query_begin(
        store, error,
        "SELECT experiment_id, status, sum(in_plan), sum(NOT in_plan) FROM run GROUP BY 1, 2"
        " ORDER BY 1");
    size_t i = 0;
    int more;
    while ((more = query_next(store, rows, error)) > 0) {
        const char *status = query_string(rows, 1);
        while (i < history->count && history->experiments[i].number < query_integer(rows, 0))
            i++;
        if (i == history->count || history->experiments[i].number != query_integer(rows, 0))
            continue;
        history->experiments[i].earlier += query_integer(rows, 3);
        for (int s = 0; s < RUN_STATUS_COUNT; s++)
            if (strcmp(run_status_names[s], status) == 0)
                history->experiments[i].runs[s] = query_integer(rows, 2);
    }
    sqlite3_finalize(rows);
    return more;
}

int history_read(struct history *history, struct store *store, struct error *error)
{
    size_t capacity = 0;
    int more;
    *history = (struct history){0};
    sqlite3_stmt *rows = query_begin(
        store, error,
        "SELECT id, name, command, version, baseline, objective, planned, limits FROM experiment"
        " ORDER BY id");
    while ((more = query_next(store, rows, error)) > 0) {
        history->experiments = allocate_grow(history->experiments, &capacity, history->count + 1,
                                             sizeof *history->experiments);
        history->experiments[history->count++] = (struct past_experiment){
            .number = query_integer(rows, 0),
            .name = query_text(rows, 1),
            .command = query_text(rows, 2),
            .version = query_text(rows, 3),
            .baseline = query_text(rows, 4),
            .objective = query_text(rows, 5),
            .planned = query_integer(rows, 6),
            .limits = query_text(rows, 7),
        };
    }
    sqlite3_finalize(rows);
    if (more == 0)
        more = count_runs(history, store, error);
    if (more < 0)
        history_fini(history);
    return more;
}

void history_fini(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        struct past_experiment *experiment = &history->experiments[i];
        free(experiment->name);
        free(experiment->command);
        free(experiment->version);
        free(experiment->baseline);
        free(experiment->objective);
        free(experiment->limits);
    }
    free(history->experiments);
    *history = (struct history){0};
}

#define NAMES_MOST 100 /* that one typed may have meant */

static int no_such_experiment(const struct history *history, const struct store *store,
                              const char *text, struct error *error)
{
    struct error why;
    const char *names[NAMES_MOST + 1] = {NULL};
    size_t count = 0;
    for (size_t i = history->count;
         i-- > 0 && count < NAMES_MOST;) { /* each name once, the newest first */
        size_t same = 0;
        while (same < count && strcmp(names[same], history->experiments[i].name) != 0)
            same++;
        if (same == count)
            names[count++] = history->experiments[i].name;
    }
    suggest_error(&why, "experiment", text, names);
    return error_set(error, "%s: %s; or a number from %lld to %lld", store_path(store), why.text,
                     (long long)history->experiments[0].number,
                     (long long)history->experiments[history->count - 1].number);
}

int history_find(const struct history *history, const struct store *store, const char *text,
                 const struct past_experiment **found, struct error *error)
{
    int64_t number;
    bool is_number = text && units_parse_count(text, &number);
    *found = NULL;
    if (history->count == 0)
        return error_set(error, "%s: there are no experiments in it", store_path(store));
    for (size_t i = 0; i < history->count; i++) {
        const struct past_experiment *experiment = &history->experiments[i];
        if (is_number && experiment->number == number) {
            *found = experiment;
            break;
        }
        bool is_other = strcmp(experiment->command, VERIFICATION) == 0;
        if (text ? strcmp(experiment->name, text) == 0 : !is_other || !*found)
            *found = experiment;
    }
    return *found ? 0 : no_such_experiment(history, store, text, error);
}
