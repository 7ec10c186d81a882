/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/small_results.h"

#include <math.h>

#include "tests/unit/results_file.h"

static void execute(struct store *store, char *sql)
{
    char *message = NULL;
    sqlite3_exec(store_database(store), sql, NULL, NULL, &message);
    check_text(sql, message, NULL);
    sqlite3_free(sql);
}

static enum run_status status_of(char letter)
{
    return letter == 'm'   ? RUN_out_of_memory
           : letter == 'x' ? RUN_failed
           : letter == 'p' ? RUN_planned
                           : RUN_finished;
}

static void add_value(struct store *store, const char *metric, double value)
{
    if (!isnan(value))
        execute(store, sqlite3_mprintf("INSERT INTO summary (run_id, metric, value)"
                                       " VALUES ((SELECT max(id) FROM run), %Q, %.17g)",
                                       metric, value));
}

static void add_run(struct store *store, const struct small_setting *setting, size_t i)
{
    enum run_status status = status_of(setting->runs[i]);
    execute(store,
            sqlite3_mprintf(
                "INSERT INTO run (experiment_id, policy, workload, collector, seed,"
                " engine, costs, measured_on, log, warmup, sampling, horizon, status, error,"
                " in_plan, steady_ns, wall_ns) VALUES (1, %Q, %Q, 'cpython-3.13', %d,"
                " 'interval', 'c', 'cpython-3.13', 'summary', '0s', 'auto', '24h', %Q, %Q, %d, %d, "
                "%lld)",
                setting->policy, setting->workload ? setting->workload : "web", (int)i + 1,
                run_status_names[status], status == RUN_failed ? "no luck" : NULL,
                setting->runs[i] != 'o', setting->runs[i] == 'u' ? 2000000000 : 1, 2000000000LL));
    if (status == RUN_out_of_memory)
        execute(store, sqlite3_mprintf("UPDATE run SET wall_ns = 12000000000"
                                       " WHERE id = (SELECT max(id) FROM run)"));
    if (setting->t0 > 0)
        execute(store, sqlite3_mprintf("INSERT INTO parameter VALUES"
                                       " ((SELECT max(id) FROM run), 'policy', 't0', %g, '%g')",
                                       setting->t0, setting->t0));
    if (status != RUN_finished)
        return;
    add_value(store, "latency_p99", setting->latency_p99[i]);
    add_value(store, "heap_peak", setting->heap_peak[i]);
}

void small_results_init(struct small_results *results, const struct small_setting *settings,
                        size_t count, const char *objective, const char *baseline)
{
    struct error error = {""};
    *results = (struct small_results){0};
    results_file_name(results->path);
    results->store = store_open(results->path, &error);
    check_text("open", error.text, "");
    execute(results->store,
            sqlite3_mprintf("INSERT INTO experiment (command, name, version, baseline, objective,"
                            " planned) VALUES ('sweep', 'small', '0', %Q, %Q, 0)",
                            baseline, objective));
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; settings[s].runs[i]; i++)
            if (settings[s].runs[i] != '-')
                add_run(results->store, &settings[s], i);
    check_signed("history", history_read(&results->history, results->store, &error), 0);
    results->subject =
        (struct subject){.store = results->store, .experiment = &results->history.experiments[0]};
}

void small_results_fini(struct small_results *results)
{
    history_fini(&results->history);
    store_close(results->store);
    results_file_remove(results->path);
}
