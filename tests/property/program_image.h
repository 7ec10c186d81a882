/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a program file (docs/program-files.md), to look at and to forge: what is where, and
 * the checksums made right again. Written from the document, not from the reader. */
#ifndef PYGCSIM_TESTS_PROPERTY_PROGRAM_IMAGE_H
#define PYGCSIM_TESTS_PROPERTY_PROGRAM_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/interval/compiled.h"

/* The parts of the header: X(name, bytes). */
#define IMAGE_HEADER(X)                                                                            \
    X(magic, 16)                                                                                   \
    X(version, 4)                                                                                  \
    X(byte_order, 4)                                                                               \
    X(checksum, 8)                                                                                 \
    X(workload_bytes, 8)                                                                           \
    X(place_bytes, 8)                                                                              \
    X(collector, 32)                                                                               \
    X(seed, 8)                                                                                     \
    X(operations, 8)                                                                               \
    X(numbers, 8)                                                                                  \
    X(registers, 4)                                                                                \
    X(slots, 4)                                                                                    \
    X(planned_ns, 8)                                                                               \
    X(memory_limit, 8)                                                                             \
    X(slowdown, 8)                                                                                 \
    X(scatter, 8)                                                                                  \
    X(fault, 4)                                                                                    \
    X(fault_which, 4)                                                                              \
    X(fault_allowed, 4)                                                                            \
    X(fault_filling, 4)                                                                            \
    X(fault_ns, 8)                                                                                 \
    X(costs, 4 * (COST_CLASSES + OP_COUNT))                                                        \
    X(filling, 8)                                                                                  \
    X(directory, COLUMN_COUNT * sizeof(struct image_entry))

/* One column's line of the directory. */
struct image_entry {
    char name[24];
    uint32_t element_bytes, encoding;
    uint64_t count, offset, bytes, checksum;
};

struct image_header {
#define X(name, size) char name[size];
    IMAGE_HEADER(X)
#undef X
};

#define IMAGE_AT(name)   offsetof(struct image_header, name)
#define IMAGE_TEXTS      sizeof(struct image_header) /* where the texts begin */
#define IMAGE_ALIGNMENT  4096
#define IMAGE_ENTRY(i)   (IMAGE_AT(directory) + (size_t)(i) * sizeof(struct image_entry))
#define IMAGE_RAW        0
#define IMAGE_COMPRESSED 1

struct image {
    unsigned char *bytes; /* to be freed */
    size_t size;
};

struct image image_load(const char *path);
struct image image_copy(const struct image *image);
void image_fini(struct image *image);

/* Numbers of 1, 4 or 8 bytes. */
uint64_t image_get(const struct image *image, size_t at, size_t bytes);
void image_put(struct image *image, size_t at, size_t bytes, uint64_t value);

struct image_entry image_entry(const struct image *image, int column);

/* Puts the columns, as the directory has them, one after the other as the writer does; false: one
 * of them does not lie in the file. */
bool image_pack(struct image *image);

/* Makes every checksum right again, as far as what it is of lies in the file. */
void image_seal(struct image *image);

/* Whether a byte is of no part: filling between columns. */
bool image_is_filling(const struct image *image, size_t at);

#endif
