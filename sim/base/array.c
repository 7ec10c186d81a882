/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "sim/base/allocate.h"
#include "sim/base/error.h"

#ifdef __linux__

#define HUGE_PAGE ((size_t)2 << 20)
#define MAPPED_FROM                                                                                \
    (HUGE_PAGE / 2) /* bytes; below, malloc: small arrays are many, and must be cheap */

/* The length of the mapping that holds an array; 0: it comes from malloc. */
static size_t mapping(size_t capacity, size_t size)
{
    size_t bytes = capacity * size;
    return bytes < MAPPED_FROM ? 0 : (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

/* The kernel uses huge pages only where a mapping covers them from end to end, and moves them as
 * they are only from one such place to another. */
static char *map(size_t length)
{
    char *begin = mmap(NULL, length + HUGE_PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED)
        out_of_memory();
    size_t before = -(uintptr_t)begin % HUGE_PAGE;
    if (before)
        munmap(begin, before);
    munmap(begin + before + length, HUGE_PAGE - before);
    madvise(begin + before, length, MADV_HUGEPAGE); /* or not: only a matter of speed */
    return begin + before;
}

static void *remap(void *array, size_t old_length, size_t length)
{
    void *grown = mremap(array, old_length, length, 0);
    if (grown == MAP_FAILED)
        grown = mremap(array, old_length, length, MREMAP_MAYMOVE | MREMAP_FIXED, map(length));
    if (grown == MAP_FAILED)
        out_of_memory();
    return grown;
}

void *array_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return array;
    size_t wanted = needed > *capacity + *capacity / 2 ? needed : *capacity + *capacity / 2;
    if (wanted > (SIZE_MAX - HUGE_PAGE) / size)
        out_of_memory();
    size_t old_length = mapping(*capacity, size), length = mapping(wanted, size);
    if (!length)
        return allocate_grow(array, capacity, needed, size);
    char *grown = old_length ? remap(array, old_length, length) : map(length);
    if (!old_length && array) {
        memcpy(grown, array, *capacity * size);
        free(array);
    }
    *capacity = length / size;
    return grown;
}

void array_free(void *array, size_t capacity, size_t size)
{
    size_t length = mapping(capacity, size);
    if (length)
        munmap(array, length);
    else
        free(array);
}

#else

void *array_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    return allocate_grow(array, capacity, needed, size);
}

void array_free(void *array, size_t capacity, size_t size)
{
    (void)capacity, (void)size;
    free(array);
}

#endif
