/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/attempt.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include "sim/base/units.h"

struct attempt {
    jmp_buf way_out;
    struct attempt *outer;
    struct memory_account *account;
    struct error error;
};

/* The one variable of the library that is not part of a simulation: where a thread is to go back
 * to. No result depends on it. */
static _Thread_local struct attempt *innermost;

int attempt_within(struct memory_account *account,
                   int (*action)(void *context, struct error *error), void *context,
                   struct error *error)
{
    struct attempt attempt = {.outer = innermost, .account = account};
    int status = -1;
    if (!account && innermost)
        attempt.account = innermost->account;
    innermost = &attempt;
    if (setjmp(attempt.way_out) == 0)
        status = action(context, error);
    else
        *error = attempt.error;
    innermost = attempt.outer;
    return status;
}

int attempt(int (*action)(void *context, struct error *error), void *context, struct error *error)
{
    return attempt_within(NULL, action, context, error);
}

void attempt_give_up(const char *format, ...)
{
    va_list values;
    assert(innermost); /* or else whoever called the library made no attempt */
    va_start(values, format);
    error_vset(&innermost->error, format, values);
    va_end(values);
    longjmp(innermost->way_out, 1);
}

void out_of_memory_for(uint64_t bytes)
{
    char size[UNITS_TEXT];
    attempt_give_up("out of memory: no room for %s", units_show_bytes(size, (double)bytes));
}

void out_of_memory(void)
{
    attempt_give_up("out of memory");
}

static _Noreturn void over_limit(const struct memory_account *account)
{
    char limit[UNITS_TEXT];
    attempt_give_up("out of memory: more than the %s allowed%s%s",
                    units_show_bytes(limit, (double)account->limit_bytes),
                    account->advice ? "; " : "", account->advice ? account->advice : "");
}

void attempt_take(int64_t bytes)
{
    struct memory_account *account = innermost ? innermost->account : NULL;
    if (!account || !account->limit_bytes)
        return;
    int64_t taken = atomic_fetch_add(&account->taken_bytes, bytes) + bytes;
    if (bytes > 0 && taken > 0 && (uint64_t)taken > account->limit_bytes) {
        account->taken_bytes -= bytes;
        account->refusals++;
        over_limit(account);
    }
}

void attempt_gsl_error(const char *reason, const char *file, int line, int code)
{
    (void)code;
    attempt_give_up("GSL: %s (%s:%d)", reason, file, line);
}
