/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attempts: what may have to be given up half-way, deep inside, because memory has run out or a
 * library has failed. Such a failure ends the innermost attempt of its thread, which returns -1
 * with a line, as any other error does; nothing below main ends the process.
 *
 * Holds for an action: whatever it owns hangs off its context, so that the caller can free it after
 * an attempt that was given up, as after one that failed. It gives up only where every array and
 * count off the context is whole: a failed growth changes nothing. It holds no lock meanwhile, and
 * no other library's function is on the way (callbacks of SQLite make an attempt of their own).
 *
 * An attempt may have an account of the memory that all its large arrays (sim/base/array.h) take,
 * and those of other threads' attempts with the same account. They are given back to the account of
 * the attempt in which they are freed: that is to be the same. */
#ifndef PYGCSIM_SIM_BASE_ATTEMPT_H
#define PYGCSIM_SIM_BASE_ATTEMPT_H

#include <stdatomic.h>
#include <stdint.h>

#include "sim/base/error.h"

struct memory_account {
    uint64_t limit_bytes; /* 0: none */
    const char *advice;   /* what to do if it is too small, as "give a larger …"; or NULL */
    _Atomic int64_t taken_bytes;
    _Atomic uint64_t refusals; /* how often it was too small */
};

/* Does `action`, and returns what it returns: 0, say, or -1 with a line in *error. */
int attempt(int (*action)(void *context, struct error *error), void *context, struct error *error);

/* The same within an account; inner attempts have that of the attempt they are in. NULL: that
 * one's, too. */
int attempt_within(struct memory_account *account,
                   int (*action)(void *context, struct error *error), void *context,
                   struct error *error);

/* Gives up the innermost attempt. */
_Noreturn void attempt_give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for memory that has run out: at so many more bytes, or at little. */
_Noreturn void out_of_memory_for(uint64_t bytes);
_Noreturn void out_of_memory(void);

/* Books bytes that are taken (or, negative, given back); gives up if they are more than the
 * account allows. */
void attempt_take(int64_t bytes);

/* GSL calls that where its own handler would end the process. */
void attempt_gsl_error(const char *reason, const char *file, int line, int code);

#endif
