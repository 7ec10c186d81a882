/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/costs.h"

/* As workload `web` makes modules: a dict, and what is in it, which refers to the dict and to its
 * neighbour. So a pause that calibrates is that of the heap which is simulated then. About three
 * references an object is what recorded services have, too. */
#define MODULE_OBJECTS 50
#define MEMBER_FIELDS  2

struct found typical_heap(uint64_t objects)
{
    struct found found = {0};
    uint64_t dicts = objects / MODULE_OBJECTS, members = objects - dicts;
    found.examined.objects[COST_DICT] = dicts;
    found.examined.fields[COST_DICT] = dicts * (MODULE_OBJECTS - 1);
    found.examined.objects[COST_INSTANCE] = members;
    found.examined.fields[COST_INSTANCE] = members * MEMBER_FIELDS;
    return found;
}
