/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "sim/model/costs.h"

/* Of a service's heap that has started up: how many of a hundred objects, and the references that
 * each holds. */
static const struct typical {
    double objects, references;
} typical[OBJECT_KINDS] = {
    [KIND_LIST] = {5, 3},
    [KIND_DICT] = {15, 8},
    [KIND_INSTANCE] = {60, 2},
    [KIND_TUPLE] = {20, 2},
};

struct found typical_heap(uint64_t objects)
{
    struct found found = {0};
    uint64_t left = objects;
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        double share = typical[kind].objects / 100 * (double)objects;
        uint64_t count = (uint64_t)fmin(round(share), (double)left);
        left -= count;
        found.examined.objects[kind] = count;
        found.examined.fields[kind] = (uint64_t)llround((double)count * typical[kind].references);
    }
    found.examined.objects[KIND_INSTANCE] += left;
    return found;
}
