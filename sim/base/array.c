/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"

/* Bytes. Below, malloc, and no account: small arrays are many, and must be cheap. */
#define LARGE_FROM ((size_t)1 << 20)

#ifdef __linux__

#define HUGE_PAGE ((size_t)2 << 20)

/* The length of the mapping that holds an array; 0: it comes from malloc. */
static size_t mapping(size_t capacity, size_t size)
{
    size_t bytes = capacity * size;
    return bytes < LARGE_FROM ? 0 : (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

/* The kernel uses huge pages only where a mapping covers them from end to end, and moves them as
 * they are only from one such place to another. MAP_FAILED: there is no room. */
static char *map(size_t length)
{
    char *begin = mmap(NULL, length + HUGE_PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED)
        return begin;
    size_t before = -(uintptr_t)begin % HUGE_PAGE;
    if (before)
        munmap(begin, before);
    munmap(begin + before + length, HUGE_PAGE - before);
    madvise(begin + before, length, MADV_HUGEPAGE); /* or not: only a matter of speed */
    return begin + before;
}

static void *remap(void *array, size_t old_length, size_t length)
{
    void *grown = mremap(array, old_length, length, 0), *place;
    if (grown != MAP_FAILED)
        return grown;
    place = map(length);
    if (place == MAP_FAILED)
        return place;
    grown = mremap(array, old_length, length, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    if (grown == MAP_FAILED)
        munmap(place, length);
    return grown;
}

void *array_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return array;
    size_t wanted = needed > *capacity + *capacity / 2 ? needed : *capacity + *capacity / 2;
    if (wanted > (SIZE_MAX / 2 - HUGE_PAGE) / size)
        out_of_memory_for(wanted);
    size_t old_length = mapping(*capacity, size), length = mapping(wanted, size);
    if (!length)
        return allocate_grow(array, capacity, needed, size);
    attempt_take((int64_t)(length - old_length));
    char *grown = old_length ? remap(array, old_length, length) : map(length);
    if (grown == MAP_FAILED) {
        attempt_take(-(int64_t)(length - old_length));
        out_of_memory_for(length - old_length);
    }
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
    if (length) {
        munmap(array, length);
        attempt_take(-(int64_t)length);
    } else {
        free(array);
    }
}

#else

static int64_t booked(size_t capacity, size_t size)
{
    return capacity * size < LARGE_FROM ? 0 : (int64_t)(capacity * size);
}

void *array_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    size_t wanted = needed > *capacity + *capacity / 2 ? needed : *capacity + *capacity / 2;
    if (needed <= *capacity)
        return array;
    if (wanted > SIZE_MAX / 2 / size)
        out_of_memory_for(wanted);
    attempt_take(booked(wanted, size) - booked(*capacity, size));
    return allocate_grow(array, capacity, wanted, size);
}

void array_free(void *array, size_t capacity, size_t size)
{
    attempt_take(-booked(capacity, size));
    free(array);
}

#endif
