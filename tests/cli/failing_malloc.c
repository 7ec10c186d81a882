/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded, it lets so many allocations of a process succeed as FAIL_AFTER says, and none after.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* glibc's own names for what is replaced here. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static atomic_long left;
static bool counts;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_AFTER");
    left = text ? atol(text) : 0;
    counts = text != NULL;
}

static bool fails(void)
{
    if (!counts || left-- > 0)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}
