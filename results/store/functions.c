/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/functions.h"

#include <gsl/gsl_statistics.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "results/statistics/correlation.h"
#include "results/statistics/interval.h"
#include "results/statistics/quantile.h"
#include "results/statistics/utilisation.h"
#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/base/setting.h"

/* ---- aggregates over all values ------------------------------------------------------- */

struct values {
    double *x, *y; /* y only of pairs */
    size_t count, x_capacity, y_capacity;
    double percent;
};

static struct values *values_of(sqlite3_context *context)
{
    struct values *values = sqlite3_aggregate_context(context, sizeof *values);
    if (!values)
        sqlite3_result_error_nomem(context);
    return values;
}

static bool is_null(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_NULL;
}

static void add(struct values *values, double x)
{
    values->x = allocate_grow(values->x, &values->x_capacity, values->count + 1, sizeof *values->x);
    values->x[values->count++] = x;
}

static void values_step(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct values *values = values_of(context);
    (void)count;
    if (values && !is_null(arguments[0]))
        add(values, sqlite3_value_double(arguments[0]));
}

static void percentile_step(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct values *values = values_of(context);
    values_step(context, count, arguments);
    if (values)
        values->percent = sqlite3_value_double(arguments[1]);
}

static void pairs_step(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct values *values = values_of(context);
    (void)count;
    if (!values || is_null(arguments[0]) || is_null(arguments[1]))
        return;
    values->y = allocate_grow(values->y, &values->y_capacity, values->count + 1, sizeof *values->y);
    values->y[values->count] = sqlite3_value_double(arguments[1]);
    add(values, sqlite3_value_double(arguments[0]));
}

/* Of an aggregate without a value the result is left as it is: NULL. */
static const struct values none;

static struct values values_end(sqlite3_context *context)
{
    const struct values *values = sqlite3_aggregate_context(context, 0);
    return values ? *values : none;
}

static void values_fini(struct values *values)
{
    free(values->x);
    free(values->y);
}

static void percentile_final(sqlite3_context *context)
{
    struct values values = values_end(context);
    if (values.count > 0)
        sqlite3_result_double(context,
                              gsl_stats_select(values.x, 1, values.count,
                                               quantile_place(values.count, values.percent)));
    values_fini(&values);
}

static void sorted_final(sqlite3_context *context)
{
    struct values values = values_end(context);
    if (values.count == 0)
        return;
    quantile_sort(values.x, values.count);
    sqlite3_result_blob64(context, values.x, values.count * sizeof *values.x, free);
}

static void quantile(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    if (is_null(arguments[0]) || is_null(arguments[1]))
        return;
    size_t bytes = (size_t)sqlite3_value_bytes(arguments[0]);
    double value;
    if (sqlite3_value_type(arguments[0]) != SQLITE_BLOB || bytes == 0 || bytes % sizeof value) {
        sqlite3_result_error(context, "quantile: its first argument must be of sorted()", -1);
        return;
    }
    size_t place = quantile_place(bytes / sizeof value, sqlite3_value_double(arguments[1]));
    const char *values = sqlite3_value_blob(arguments[0]);
    memcpy(&value, values + place * sizeof value, sizeof value);
    sqlite3_result_double(context, value);
}

static struct interval interval_end(sqlite3_context *context, enum interval_kind kind)
{
    struct values values = values_end(context);
    struct interval interval = interval_of_mean(values.x, values.count, kind, INTERVAL_CONFIDENCE);
    values_fini(&values);
    return interval;
}

/* SQLite takes a NaN for NULL. */
static void mean_low_final(sqlite3_context *context)
{
    sqlite3_result_double(context, interval_end(context, INTERVAL_t).low);
}

static void mean_high_final(sqlite3_context *context)
{
    sqlite3_result_double(context, interval_end(context, INTERVAL_t).high);
}

static void bootstrap_low_final(sqlite3_context *context)
{
    sqlite3_result_double(context, interval_end(context, INTERVAL_bootstrap).low);
}

static void bootstrap_high_final(sqlite3_context *context)
{
    sqlite3_result_double(context, interval_end(context, INTERVAL_bootstrap).high);
}

static void spearman_final(sqlite3_context *context)
{
    struct values values = values_end(context);
    sqlite3_result_double(context, correlation_spearman(values.x, values.y, values.count));
    values_fini(&values);
}

/* ---- mmu ------------------------------------------------------------------------------ */

struct mmu {
    bool begun;
    struct utilisation utilisation;
};

/* Window and limits; false: one is missing, and so is the answer. */
static bool mmu_begin(struct mmu *mmu, sqlite3_context *context, sqlite3_value **limits)
{
    sqlite3_int64 ns[3];
    for (int i = 0; i < 3; i++) {
        if (is_null(limits[i]))
            return false;
        ns[i] = sqlite3_value_int64(limits[i]);
    }
    if (ns[0] <= 0 || ns[1] < 0 || ns[2] < 0) {
        sqlite3_result_error(context, "mmu: window_ns must be > 0, from_ns and to_ns >= 0", -1);
        return false;
    }
    const struct utilisation *u = &mmu->utilisation;
    uint64_t window_ns = (uint64_t)ns[0], from_ns = (uint64_t)ns[1], to_ns = (uint64_t)ns[2];
    if (!mmu->begun)
        utilisation_init(&mmu->utilisation, window_ns, from_ns, to_ns);
    else if (u->window_ns != window_ns || u->from_ns != from_ns || u->to_ns != to_ns) {
        sqlite3_result_error(context, "mmu: window_ns, from_ns and to_ns must stay the same", -1);
        return false;
    }
    mmu->begun = true;
    return true;
}

static void mmu_step(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct mmu *mmu = sqlite3_aggregate_context(context, sizeof *mmu);
    (void)count;
    if (!mmu) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (!mmu_begin(mmu, context, arguments + 2) || is_null(arguments[0]) || is_null(arguments[1]))
        return;
    sqlite3_int64 begin_ns = sqlite3_value_int64(arguments[0]);
    sqlite3_int64 pause_ns = sqlite3_value_int64(arguments[1]);
    if (begin_ns < 0 || pause_ns < 0 ||
        !utilisation_pause(&mmu->utilisation, (uint64_t)begin_ns, (uint64_t)pause_ns))
        sqlite3_result_error(context, "mmu: pauses must come in order of time", -1);
}

static void mmu_final(sqlite3_context *context)
{
    struct mmu *mmu = sqlite3_aggregate_context(context, 0);
    if (!mmu || !mmu->begun)
        return;
    sqlite3_result_double(context, utilisation_minimum(&mmu->utilisation));
    utilisation_fini(&mmu->utilisation);
}

/* ---- settings ------------------------------------------------------------------------- */

/* The names in a setting that may be joined: sim/base/setting.h. */
static void names(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const char *text = (const char *)sqlite3_value_text(arguments[0]);
    (void)count;
    if (text)
        sqlite3_result_text(context, setting_names(text), -1, free);
}

/* ---- registration --------------------------------------------------------------------- */

static const struct function {
    const char *name;
    int arguments;
    void (*scalar)(sqlite3_context *, int, sqlite3_value **);
    void (*step)(sqlite3_context *, int, sqlite3_value **);
    void (*final)(sqlite3_context *);
} functions[] = {
    {"sorted", 1, NULL, values_step, sorted_final},
    {"quantile", 2, quantile, NULL, NULL},
    {"percentile", 2, NULL, percentile_step, percentile_final},
    {"mean_low", 1, NULL, values_step, mean_low_final},
    {"mean_high", 1, NULL, values_step, mean_high_final},
    {"bootstrap_low", 1, NULL, values_step, bootstrap_low_final},
    {"bootstrap_high", 1, NULL, values_step, bootstrap_high_final},
    {"spearman", 2, NULL, pairs_step, spearman_final},
    {"mmu", 5, NULL, mmu_step, mmu_final},
    {"setting_names", 1, names, NULL, NULL},
};

/* A call by SQLite, which must get an error if memory runs out: no attempt goes back past it. */
struct call {
    enum { SCALAR, STEP, FINAL } what;
    sqlite3_context *context;
    int count;
    sqlite3_value **arguments;
};

static int make_call(void *context, struct error *error)
{
    const struct call *call = context;
    const struct function *function = sqlite3_user_data(call->context);
    (void)error;
    if (call->what == FINAL)
        function->final(call->context);
    else if (call->what == STEP)
        function->step(call->context, call->count, call->arguments);
    else
        function->scalar(call->context, call->count, call->arguments);
    return 0;
}

static void attempt_call(struct call call)
{
    struct error error;
    if (attempt(make_call, &call, &error) != 0)
        sqlite3_result_error(call.context, error.text, -1);
}

static void on_scalar(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    attempt_call((struct call){SCALAR, context, count, arguments});
}

static void on_step(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    attempt_call((struct call){STEP, context, count, arguments});
}

static void on_final(sqlite3_context *context)
{
    attempt_call((struct call){FINAL, context, 0, NULL});
}

int statistics_register_functions(sqlite3 *database)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        const struct function *f = &functions[i];
        int code = sqlite3_create_function_v2(
            database, f->name, f->arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC, (void *)f,
            f->scalar ? on_scalar : NULL, f->step ? on_step : NULL, f->final ? on_final : NULL,
            NULL);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}
