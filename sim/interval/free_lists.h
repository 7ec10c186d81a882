/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Free lists, as counters. CPython keeps some dead lists, dicts and tuples of each size, and makes
 * new ones of them: a birth from a free list is not counted by the collector and asks for no
 * collection, and neither is a death into it counted. A full collection empties them
 * (Objects/{list,dict,tuple}object.c; clear_freelists in Modules/gcmodule.c,
 * _PyGC_ClearAllFreeLists in Python/gc.c). How full each is depends on the policy.
 *
 * What a stretch of births and deaths makes of a level x of a list that holds `most` is always
 * min(max(x + net, low), high): steps of one, held at both ends, compose to that. And the level
 * says all that the counter needs: of births and deaths through lists, those that are counted are
 * births less deaths, and by how much the levels rise. */
#ifndef PYGCSIM_SIM_INTERVAL_FREE_LISTS_H
#define PYGCSIM_SIM_INTERVAL_FREE_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/collector.h"
#include "sim/model/object_kind.h"

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

/* What a stretch makes of the level of one list. */
struct list_use {
    uint32_t list;
    int32_t net, least, most; /* at its end, and on the way, if nothing held it */
    uint16_t low, high;
};

static inline struct list_use list_use_of(uint32_t list)
{
    return (struct list_use){.list = list, .high = (uint16_t)free_list_most(list)};
}

static inline void list_use_take(struct list_use *use)
{
    use->net--;
    use->low = use->low ? (uint16_t)(use->low - 1) : 0;
    use->high = use->high ? (uint16_t)(use->high - 1) : 0;
    if (use->net < use->least)
        use->least = use->net;
}

static inline void list_use_give(struct list_use *use)
{
    uint16_t most = (uint16_t)free_list_most(use->list);
    use->net++;
    use->low = use->low < most ? (uint16_t)(use->low + 1) : most;
    use->high = use->high < most ? (uint16_t)(use->high + 1) : most;
    if (use->net > use->most)
        use->most = use->net;
}

/* The level behind the stretch, and whether each birth in it was from the list and each death into
 * it. */
static inline uint32_t list_use_level(const struct list_use *use, uint32_t level)
{
    int64_t plain = (int64_t)level + use->net;
    return plain < use->low ? use->low : plain > use->high ? use->high : (uint32_t)plain;
}

static inline bool list_use_is_silent(const struct list_use *use, uint32_t level)
{
    return (int64_t)level + use->least >= 0 &&
           (int64_t)level + use->most <= free_list_most(use->list);
}

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
