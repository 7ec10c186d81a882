/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a stretch of births and deaths does to a free list (sim/model/free_lists.h). How full each
 * is depends on the policy, but what a stretch makes of a level x of a list that holds `most` is
 * always min(max(x + net, low), high): steps of one, held at both ends, compose to that. And the
 * level says all that the counter needs: of births and deaths through lists, those that are counted
 * are births less deaths, and by how much the levels rise. */
#ifndef PYGCSIM_SIM_INTERVAL_LIST_USE_H
#define PYGCSIM_SIM_INTERVAL_LIST_USE_H

#include "sim/model/free_lists.h"

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

#endif
