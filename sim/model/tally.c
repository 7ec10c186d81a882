/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/tally.h"

void tally_combine(struct tally *total, const struct tally *part, int sign)
{
    uint64_t factor = (uint64_t)(int64_t)sign;
    for (int cost = 0; cost < COST_CLASSES; cost++) {
        total->objects[cost] += factor * part->objects[cost];
        total->fields[cost] += factor * part->fields[cost];
    }
    total->bytes += factor * part->bytes;
}

uint64_t tally_objects(const struct tally *tally)
{
    uint64_t sum = 0;
    for (int cost = 0; cost < COST_CLASSES; cost++)
        sum += tally->objects[cost];
    return sum;
}

uint64_t tally_fields(const struct tally *tally)
{
    uint64_t sum = 0;
    for (int cost = 0; cost < COST_CLASSES; cost++)
        sum += tally->fields[cost];
    return sum;
}

uint64_t tally_container_bytes(const struct tally *tally)
{
    uint64_t sum = 0;
    for (int cost = 0; cost < COST_CLASSES; cost++)
        sum += tally->objects[cost] * object_layouts[cost].base +
               tally->fields[cost] * object_layouts[cost].field;
    return sum;
}

void found_count(struct found *found)
{
    found->collected = tally_objects(&found->unreachable);
    found->uncollectable = 0;
    found->survivors = tally_objects(&found->examined) - found->collected;
}
