/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/allocate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *allocate_zeroed(size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (!block)
        out_of_memory_for(count && size ? (uint64_t)count * size : 1);
    return block;
}

void *allocate_booked(size_t bytes)
{
    attempt_take((int64_t)bytes);
    void *block = calloc(1, bytes);
    if (!block) {
        attempt_take(-(int64_t)bytes);
        out_of_memory_for(bytes);
    }
    return block;
}

void free_booked(void *block, size_t bytes)
{
    if (!block)
        return;
    free(block);
    attempt_take(-(int64_t)bytes);
}

char *allocate_text(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        out_of_memory_for(strlen(text) + 1);
    return copy;
}

void *allocate_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return array;
    size_t wanted = *capacity + *capacity / 2;
    if (wanted < needed)
        wanted = needed;
    if (wanted < 64)
        wanted = 64;
    void *grown = wanted <= SIZE_MAX / size ? realloc(array, wanted * size) : NULL;
    if (!grown)
        out_of_memory_for((uint64_t)wanted * size);
    *capacity = wanted;
    return grown;
}
