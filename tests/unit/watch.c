/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/watch.h"

const struct small_experiment watch_usual = {
    .workloads = {SMALL_WEB, SMALL_DEVICE},
    .collectors = {"cpython-3.11", "cpython-3.13"},
    .policies = {"default", "off", "threshold:t0=50", "timed:every=1s"},
    .seeds = 2,
    .log = LOG_collections,
};

/* ---- what is told ------------------------------------------------------------------------------
 * By one worker at a time, whichever. So nothing is checked here: a check that fails ends the test
 * by a jump. */

static void enter(struct watch *watch)
{
    watch->at_once |= watch->inside++ > 0;
}

static void leave(struct watch *watch)
{
    watch->inside--;
}

static void on_begun(void *context, const struct planned_run *run)
{
    struct watch *watch = context;
    enter(watch);
    watch->begun += run != NULL;
    if (watch->begun - watch->ended > watch->most_under_way)
        watch->most_under_way = watch->begun - watch->ended;
    if (!run) {
        watch->compiled++;
        if (++watch->live > watch->most_live)
            watch->most_live = watch->live;
        if (watch->stop_in_compile)
            watch->stop = true;
    }
    leave(watch);
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct watch *watch = context;
    enter(watch);
    watch->ended++;
    watch->failed += why != NULL;
    watch->odd |= !values != !!why || (result->status == RUN_failed) != !!why;
    if (--watch->left[run->program] == 0)
        watch->live--;
    if (watch->ended == watch->stop_after)
        watch->stop = true;
    leave(watch);
}

/* Whether the query gives another value than 0. */
static bool holds(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    bool found =
        sqlite3_prepare_v2(store_database(store), sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) != 0;
    sqlite3_finalize(statement);
    return found;
}

static void on_advanced(void *context, double parts)
{
    struct watch *watch = context;
    enter(watch);
    watch->backwards |= parts < watch->parts - 1e-9;
    watch->parts = parts;
    if (watch->stop_when && holds(watch->reader, watch->stop_when))
        watch->stop = true;
    leave(watch);
}

void watch_execution(struct watch *watch, const struct plan *plan, struct execution *execution)
{
    check_that("few enough", plan->program_count <= WATCH_PROGRAMS);
    for (size_t i = 0; i < plan->program_count; i++)
        watch->left[i] = plan->programs[i].to_do;
    execution->context = watch;
    execution->begun = on_begun;
    execution->ended = on_ended;
    execution->advanced = on_advanced;
    execution->stop = &watch->stop;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

int watch_work(struct results_file *file, const struct small_experiment *small, unsigned workers,
               const struct compile_options *options, struct watch *watch, struct error *error)
{
    struct experiment experiment;
    struct plan plan;
    error->text[0] = '\0';
    small_experiment_make(small, &experiment);
    plan_init(&plan, &experiment, (struct share){0});
    check_signed("plan", plan_store(&plan, "sweep", (struct share){0}, false, file->store, error),
                 0);
    struct execution execution = {
        .plan = &plan,
        .store = file->store,
        .workers = workers,
        .account = &watch->account,
        .compile = options ? *options : (struct compile_options){0},
    };
    watch_execution(watch, &plan, &execution);
    watch->reader = watch->stop_when ? store_open_existing(file->path, error) : NULL;
    if (watch->reader)
        store_end_reading(watch->reader); /* it is to see what comes */
    int status = execute(&execution, error);
    store_close(watch->reader);
    check_that("told by one at a time, and in order", !watch->at_once && !watch->backwards);
    check_that("values or a reason", !watch->odd);
    check_that("no more than workers", watch->most_live <= (int)workers);
    if (status == 0 && !watch->stop) {
        check_count("all have ended", watch->ended, plan.to_do);
        check_count("and begun", watch->begun, plan.to_do);
        check_real("all is done", watch->parts, execution_parts(&execution));
    }
    plan_fini(&plan);
    experiment_fini(&experiment);
    return status;
}

void watch_work_well(struct results_file *file, const struct small_experiment *small,
                     unsigned workers, struct watch *watch)
{
    struct watch own = {0};
    struct error error;
    int status = watch_work(file, small, workers, NULL, watch ? watch : &own, &error);
    check_text("error", error.text, "");
    check_signed("status", status, 0);
}
