/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Free lists, as counters. CPython keeps some dead lists, dicts and tuples of each size, and makes
 * new ones of them: a birth from a free list is not counted by the collector and asks for no
 * collection, and neither is a death into it counted. A full collection empties them
 * (Objects/{list,dict,tuple}object.c; clear_freelists in Modules/gcmodule.c,
 * _PyGC_ClearAllFreeLists in Python/gc.c). */
#ifndef PYGCSIM_SIM_MODEL_FREE_LISTS_H
#define PYGCSIM_SIM_MODEL_FREE_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/collector.h"
#include "sim/model/object_kind.h"

#define FREE_LISTS_TUPLES 2000 /* the most in the list of each size */
#define FREE_LISTS_OTHERS 80   /* in that of lists, and that of dicts */

/* A list for each size of a tuple follows the others. */
enum free_list { FREE_LIST_NONE, FREE_LIST_LISTS, FREE_LIST_DICTS, FREE_LIST_TUPLES };
#define FREE_LISTS (FREE_LIST_TUPLES + TUPLE_SIZES_MOST)

static inline uint32_t free_list_most(uint32_t list)
{
    return list >= FREE_LIST_TUPLES ? FREE_LISTS_TUPLES : FREE_LISTS_OTHERS;
}

/* The lists that an object is taken from at birth, and given to at death. */
struct free_list_ends {
    uint8_t takes, gives;
};
struct free_list_ends free_list_ends_of(const struct object_rules *rules, enum object_kind kind,
                                        uint32_t fields);

/* How full each is. */
struct free_lists {
    uint32_t level[FREE_LISTS];
};

/* A birth; false: the list is empty, or there is none. */
static inline bool free_lists_take(struct free_lists *lists, uint32_t list)
{
    if (!list || !lists->level[list])
        return false;
    lists->level[list]--;
    return true;
}

/* A death; false: the list is full, or there is none. */
static inline bool free_lists_give(struct free_lists *lists, uint32_t list)
{
    if (!list || lists->level[list] == free_list_most(list))
        return false;
    lists->level[list]++;
    return true;
}

#endif
