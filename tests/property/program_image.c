/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/program_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/base/allocate.h"
#include "tests/unit/check.h"

struct image image_load(const char *path)
{
    struct image image = {0};
    FILE *file = fopen(path, "rb");
    check_that(path, file && fseek(file, 0, SEEK_END) == 0);
    image.size = (size_t)ftell(file);
    image.bytes = allocate_zeroed(image.size, 1);
    rewind(file);
    check_count(path, fread(image.bytes, 1, image.size, file), image.size);
    fclose(file);
    return image;
}

struct image image_copy(const struct image *image)
{
    struct image copy = {allocate_zeroed(image->size, 1), image->size};
    memcpy(copy.bytes, image->bytes, image->size);
    return copy;
}

void image_fini(struct image *image)
{
    free(image->bytes);
    *image = (struct image){0};
}

uint64_t image_get(const struct image *image, size_t at, size_t bytes)
{
    uint64_t value = 0;
    check_that("a place in the file", at + bytes <= image->size);
    memcpy(&value, image->bytes + at, bytes);
    return value;
}

void image_put(struct image *image, size_t at, size_t bytes, uint64_t value)
{
    check_that("a place in the file", at + bytes <= image->size);
    memcpy(image->bytes + at, &value, bytes);
}

struct image_entry image_entry(const struct image *image, int column)
{
    struct image_entry entry;
    memcpy(&entry, image->bytes + IMAGE_ENTRY(column), sizeof entry);
    return entry;
}

static size_t texts_bytes(const struct image *image)
{
    return (size_t)(image_get(image, IMAGE_AT(workload_bytes), 8) +
                    image_get(image, IMAGE_AT(place_bytes), 8));
}

static size_t aligned(size_t size)
{
    return (size + IMAGE_ALIGNMENT - 1) / IMAGE_ALIGNMENT * IMAGE_ALIGNMENT;
}

static bool is_inside(const struct image *image, uint64_t offset, uint64_t bytes)
{
    return offset <= image->size && bytes <= image->size - offset;
}

bool image_pack(struct image *image)
{
    size_t texts = texts_bytes(image), size = IMAGE_TEXTS + texts;
    if (!is_inside(image, IMAGE_TEXTS, texts))
        return false;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const struct image_entry entry = image_entry(image, i);
        if (!is_inside(image, entry.offset, entry.bytes))
            return false;
        size = aligned(size) + entry.bytes;
    }
    struct image packed = {allocate_zeroed(aligned(size), 1), aligned(size)};
    memcpy(packed.bytes, image->bytes, IMAGE_TEXTS + texts);
    size = IMAGE_TEXTS + texts;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        struct image_entry entry = image_entry(image, i);
        size = aligned(size);
        memcpy(packed.bytes + size, image->bytes + entry.offset, entry.bytes);
        entry.offset = size;
        memcpy(packed.bytes + IMAGE_ENTRY(i), &entry, sizeof entry);
        size += entry.bytes;
    }
    image_fini(image);
    *image = packed;
    return true;
}

void image_seal(struct image *image)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        struct image_entry entry = image_entry(image, i);
        if (!is_inside(image, entry.offset, entry.bytes))
            continue;
        entry.checksum = XXH3_64bits(image->bytes + entry.offset, entry.bytes);
        memcpy(image->bytes + IMAGE_ENTRY(i), &entry, sizeof entry);
    }
    image_put(image, IMAGE_AT(checksum), 8, 0);
    size_t texts = texts_bytes(image);
    if (!is_inside(image, IMAGE_TEXTS, texts))
        return;
    uint64_t version = image_get(image, IMAGE_AT(version), 4);
    image_put(image, IMAGE_AT(checksum), 8,
              XXH3_64bits(image->bytes, IMAGE_TEXTS) ^
                  XXH3_64bits_withSeed(image->bytes + IMAGE_TEXTS, texts, version));
}

bool image_is_filling(const struct image *image, size_t at)
{
    bool part = at < IMAGE_TEXTS + texts_bytes(image);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const struct image_entry entry = image_entry(image, i);
        part |= at >= entry.offset && at - entry.offset < entry.bytes;
    }
    return !part;
}
