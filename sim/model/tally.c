/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/tally.h"

void tally_combine(struct tally *total, const struct tally *part, int sign)
{
    uint64_t factor = (uint64_t)(int64_t)sign;
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        total->objects[kind] += factor * part->objects[kind];
        total->fields[kind] += factor * part->fields[kind];
    }
    total->bytes += factor * part->bytes;
}

uint64_t tally_objects(const struct tally *tally)
{
    uint64_t sum = 0;
    for (int kind = 0; kind < OBJECT_KINDS; kind++)
        sum += tally->objects[kind];
    return sum;
}

uint64_t tally_fields(const struct tally *tally)
{
    uint64_t sum = 0;
    for (int kind = 0; kind < OBJECT_KINDS; kind++)
        sum += tally->fields[kind];
    return sum;
}

uint64_t tally_container_bytes(const struct tally *tally)
{
    uint64_t sum = 0;
    for (int kind = 0; kind < OBJECT_KINDS; kind++)
        sum += tally->objects[kind] * object_layouts[kind].base +
               tally->fields[kind] * object_layouts[kind].field;
    return sum;
}
