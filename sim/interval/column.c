/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/column.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/base/array.h"

void column_fini(struct column *column)
{
    if (column->mapped)
        munmap(column->data, column->count * column->size);
    else
        array_free(column->data, column->capacity, column->size);
    if (column->in_file)
        close(column->file);
    *column = (struct column){.size = column->size};
}

void column_reserve(struct column *column, size_t count)
{
    column->data = array_grow(column->data, &column->capacity, count, column->size);
}

void column_grow(struct column *column)
{
    column_reserve(column, column->count + 1);
}

/* A file without a name: nothing is left of it, however the process ends. */
static int open_unnamed(const char *folder)
{
    char path[4096];
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return file;
    if (snprintf(path, sizeof path, "%s/pygcsim-XXXXXX", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    file = mkostemp(path, O_CLOEXEC); /* a file system that knows names only */
    if (file >= 0)
        unlink(path);
    return file;
}

int column_spill(struct column *column, const char *folder)
{
    column->file = open_unnamed(folder);
    if (column->file < 0)
        return -1;
    column->in_file = true;
    return column_flush(column);
}

int column_flush(struct column *column)
{
    const char *at = column->data;
    size_t left = column->count * column->size;
    if (!column->in_file)
        return 0;
    while (left > 0) {
        ssize_t written = write(column->file, at, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        at += written;
        left -= (size_t)written;
    }
    column->base += column->count;
    column->count = 0;
    return 0;
}

/* The whole file, which nobody else can reach. */
static int map_file(struct column *column, uint64_t count)
{
    if (count == 0)
        return 0;
    void *data = mmap(NULL, count * column->size, PROT_READ, MAP_SHARED, column->file, 0);
    if (data == MAP_FAILED)
        return -1;
    column->data = data;
    column->count = count;
    column->mapped = true;
    return 0;
}

int column_complete(struct column *column)
{
    if (!column->in_file)
        return 0;
    if (column_flush(column) != 0)
        return -1;
    array_free(column->data, column->capacity, column->size);
    column->data = NULL;
    column->capacity = 0;
    uint64_t count = column->base;
    column->base = 0;
    return map_file(column, count);
}
