/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A column: an array that only grows, in memory, or in a temporary file with its last part in
 * memory; and when it is complete, readable as one array either way. */
#ifndef PYGCSIM_SIM_INTERVAL_COLUMN_H
#define PYGCSIM_SIM_INTERVAL_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct column {
    void *data;      /* the elements from number `base` on; all of them once complete */
    uint64_t base;   /* how many are in the file alone */
    size_t count;    /* in `data` */
    size_t capacity; /* of `data` */
    uint32_t size;   /* bytes of an element */
    bool in_file;    /* spilled */
    bool mapped;     /* `data` is a mapping, and not freed but unmapped */
    int file;        /* if in_file */
};

static inline struct column column_of(size_t element_bytes)
{
    return (struct column){.size = (uint32_t)element_bytes};
}
void column_fini(struct column *column);

/* Makes room for `count` elements in all. */
void column_reserve(struct column *column, size_t count);
void column_grow(struct column *column);

/* Room for one more element, at the end. */
static inline void *column_push(struct column *column, size_t element_bytes)
{
    if (column->count == column->capacity)
        column_grow(column);
    return (char *)column->data + column->count++ * element_bytes;
}

/* How many elements there are, wherever. */
static inline uint64_t column_total(const struct column *column)
{
    return column->base + column->count;
}

/* These return 0, or -1 and errno says why. */

/* From now on the column lives in a temporary file in that folder, which nobody else sees and which
 * goes away with the column. */
int column_spill(struct column *column, const char *folder);

/* Writes what is in memory to the file, if there is one. */
int column_flush(struct column *column);

/* No more will come: from now on `data` has every element. */
int column_complete(struct column *column);

#endif
