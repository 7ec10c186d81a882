/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A workload that emits the operations it is given: programs small enough to work out by hand. */
#ifndef PYGCSIM_TESTS_UNIT_TINY_H
#define PYGCSIM_TESTS_UNIT_TINY_H

#include "sim/workload.h"

struct tiny {
    const struct op *ops; /* borrowed */
    size_t count;
    uint32_t registers, slots;
    uint64_t planned_ns, memory_limit_bytes; /* as in struct program */
    double slowdown;                         /* 0: 1 */
    size_t stretch;                          /* operations emitted at a time, 0: all */
    const char *failure;                     /* its start fails with this; NULL: it does not */
    int *stopped;                            /* counts the calls of stop; may be NULL */

    size_t next; /* its own */
};

/* Its setting; `tiny` has to live as long. Not to be finished. */
struct setting tiny_setting(struct tiny *tiny);

#define TINY_NEW(reg, n)      {.code = OP_NEW, .a = reg, .b = n, .c = 56 + 8 * (n)}
#define TINY_STORE(r, k, s)   {.code = OP_STORE, .a = r, .b = k, .c = s}
#define TINY_CLEAR(r, k)      {.code = OP_CLEAR, .a = r, .b = k}
#define TINY_LOAD(r, s, k)    {.code = OP_LOAD, .a = r, .b = s, .c = k}
#define TINY_COPY(r, s)       {.code = OP_COPY, .a = r, .b = s}
#define TINY_DROP(r)          {.code = OP_DROP, .a = r}
#define TINY_COLLECT(g)       {.code = OP_COLLECT, .a = g}
#define TINY_THRESHOLD(x)     {.code = OP_THRESHOLD, .a = x, .b = THRESHOLD_KEEP, .c = THRESHOLD_KEEP}
#define TINY_WORK(t)          {.code = OP_WORK, .ns = t}
#define TINY_SLEEP(t)         {.code = OP_SLEEP, .ns = t}
#define TINY_BEGIN(slot, t)   {.code = OP_BEGIN, .a = slot, .ns = t}
#define TINY_WAIT(slot, t)    {.code = OP_WAIT, .a = slot, .ns = t}
#define TINY_RESUME(slot)     {.code = OP_RESUME, .a = slot}
#define TINY_END(slot)        {.code = OP_END, .a = slot}
#define TINY_EVENT(event)     {.code = OP_EVENT, .a = event}
#define TINY_OP(op)           {.code = op}

#endif
