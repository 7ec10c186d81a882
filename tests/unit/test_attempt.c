/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/attempt.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_histogram.h>
#include <pthread.h>
#include <stdlib.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/base/array.h"
#include "sim/engines.h"
#include "sim/simulation.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

static int succeed(void *context, struct error *error)
{
    (void)error;
    *(int *)context = 1;
    return 0;
}

static int fail_as_usual(void *context, struct error *error)
{
    (void)context;
    return error_set(error, "as usual");
}

static int want_too_much(void *context, struct error *error)
{
    (void)error;
    *(int *)context = 1;
    free(allocate_zeroed(SIZE_MAX / 2, 1));
    *(int *)context = 2;
    return 0;
}

static int want_an_array(void *context, struct error *error)
{
    size_t capacity = 0;
    (void)context, (void)error;
    free(array_grow(NULL, &capacity, SIZE_MAX / 16, 16));
    return 0;
}

static int misuse_gsl(void *context, struct error *error)
{
    (void)context, (void)error;
    gsl_histogram_free(gsl_histogram_alloc(0));
    return 0;
}

TEST(an_attempt_ends_as_its_action_does_or_is_given_up)
{
    static const struct {
        const char *what;
        int (*action)(void *context, struct error *error);
        int reached, status;
        const char *mentions;
    } rows[] = {
        {"success", succeed, 1, 0, ""},
        {"an error", fail_as_usual, 0, -1, "as usual"},
        {"no memory", want_too_much, 1, -1, "out of memory: no room for"},
        {"no memory for an array", want_an_array, 0, -1, "out of memory: no room for"},
        {"GSL", misuse_gsl, 0, -1, "GSL: "},
    };
    gsl_error_handler_t *before = gsl_set_error_handler(attempt_gsl_error);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error = {""};
        int reached = 0;
        check_signed(rows[i].what, attempt(rows[i].action, &reached, &error), rows[i].status);
        check_signed(rows[i].what, reached, rows[i].reached);
        check_mentions(rows[i].what, error.text, rows[i].mentions);
    }
    gsl_set_error_handler(before);
}

static int go_on_after_another(void *context, struct error *error)
{
    struct error inner;
    check_signed("inner", attempt(want_too_much, context, &inner), -1);
    *(int *)context = 3;
    return fail_as_usual(context, error);
}

TEST(the_innermost_attempt_is_given_up_and_the_outer_goes_on)
{
    struct error error = {""};
    int reached = 0;
    check_signed("outer", attempt(go_on_after_another, &reached, &error), -1);
    check_signed("it went on", reached, 3);
    check_text("its own error", error.text, "as usual");
}

/* ---- accounts --------------------------------------------------------------------------- */

struct growing {
    uint64_t *array;
    size_t capacity, elements;
};

static int grow(void *context, struct error *error)
{
    struct growing *growing = context;
    (void)error;
    for (size_t i = growing->capacity; i < growing->elements; i++) {
        growing->array =
            array_grow(growing->array, &growing->capacity, i + 1, sizeof *growing->array);
        growing->array[i] = i;
    }
    return 0;
}

static int shrink(void *context, struct error *error)
{
    struct growing *growing = context;
    (void)error;
    array_free(growing->array, growing->capacity, sizeof *growing->array);
    return 0;
}

TEST(an_account_limits_and_what_did_not_fit_changes_nothing)
{
    struct memory_account account = {.limit_bytes = 20 * MIB, .advice = "give more"};
    struct growing growing = {.elements = 4 << 20}; /* 32 MiB */
    struct error error = {""};
    check_signed("too much", attempt_within(&account, grow, &growing, &error), -1);
    check_text("why", error.text, "out of memory: more than the 20.0 MiB allowed; give more");
    check_that("most of it was used", growing.capacity * sizeof(uint64_t) > 10 * MIB);
    check_signed("booked", account.taken_bytes, growing.capacity * sizeof(uint64_t));
    for (size_t i = 0; i < growing.capacity; i++)
        check_that("kept", growing.array[i] == i);
    check_signed("freed", attempt_within(&account, shrink, &growing, &error), 0);
    check_signed("given back", account.taken_bytes, 0);
}

TEST(small_arrays_are_not_booked)
{
    struct memory_account account = {.limit_bytes = 1};
    struct growing growing = {.elements = 1000};
    struct error error = {""};
    check_signed("grown", attempt_within(&account, grow, &growing, &error), 0);
    check_signed("booked", account.taken_bytes, 0);
    free(growing.array);
}

struct tenant {
    struct memory_account *account;
    struct growing growing;
    int status;
    struct error error;
    pthread_t thread;
};

static void *live(void *context)
{
    struct tenant *tenant = context;
    tenant->status = attempt_within(tenant->account, grow, &tenant->growing, &tenant->error);
    return NULL;
}

TEST(threads_share_an_account)
{
    struct memory_account account = {.limit_bytes = 48 * MIB};
    struct tenant tenants[4];
    int failed = 0;
    for (size_t i = 0; i < LENGTH(tenants); i++) {
        tenants[i] = (struct tenant){.account = &account, .growing = {.elements = 2 << 20}};
        check_signed("thread", pthread_create(&tenants[i].thread, NULL, live, &tenants[i]), 0);
    }
    for (size_t i = 0; i < LENGTH(tenants); i++) {
        pthread_join(tenants[i].thread, NULL);
        failed += tenants[i].status != 0;
    }
    check_that("four times 16 MiB are too much", failed >= 1 && failed < 4);
    for (size_t i = 0; i < LENGTH(tenants); i++)
        attempt_within(&account, shrink, &tenants[i].growing, &(struct error){""});
    check_signed("given back", account.taken_bytes, 0);
}

/* ---- runs ------------------------------------------------------------------------------- */

static int simulate_setup(void *context, struct error *error)
{
    struct simulation_result result;
    int status = simulate(context, NULL, &result, error);
    check_signed("status of the result", result.status == RUN_failed, status != 0);
    return status;
}

TEST(a_run_that_does_not_fit_fails_and_gives_all_back)
{
    struct setting workload, policy;
    struct error error;
    check_signed("workload",
                 setting_parse(&workload, "web:duration=2s", workloads, "workload", &error), 0);
    check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
    for (size_t i = 0; engines[i]; i++) {
        int failed = 0;
        for (uint64_t limit = 1 * MIB; limit <= 64 * MIB; limit += 3 * MIB) {
            struct memory_account account = {.limit_bytes = limit};
            const struct simulation_setup setup = {.engine = engines[i],
                                                   .collector = &collector_versions[0],
                                                   .workload = &workload,
                                                   .policy = &policy};
            error.text[0] = '\0';
            if (attempt_within(&account, simulate_setup, (void *)&setup, &error) != 0) {
                check_mentions("why", error.text, "out of memory");
                failed++;
            }
            check_signed("given back", account.taken_bytes, 0);
        }
        check_that("some are too small, some are not", failed > 3 && failed < 21);
    }
    setting_fini(&workload);
    setting_fini(&policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_attempt_ends_as_its_action_does_or_is_given_up),
        cmocka_unit_test(the_innermost_attempt_is_given_up_and_the_outer_goes_on),
        cmocka_unit_test(an_account_limits_and_what_did_not_fit_changes_nothing),
        cmocka_unit_test(small_arrays_are_not_booked),
        cmocka_unit_test(threads_share_an_account),
        cmocka_unit_test(a_run_that_does_not_fit_fails_and_gives_all_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
