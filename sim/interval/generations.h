/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Generations as intervals of the order of birth (sim/interval/interval_engine.h): generation g is
 * what was born from bound[g] on, and before bound[g - 1]; the permanent one is what was born
 * before the last bound. What is in each is counted, not listed.
 *
 * Counting lags behind. Of what is born, and of what dies in generation 0, nothing is noted at all;
 * of what dies elsewhere, shape and age. generations_settle brings the counts up to date, and is
 * due before anybody looks at them and before a bound moves.
 *
 * With kinds, some objects are in none. Those that the first collection they survive untracks
 * (TRACKED_ONCE) are in generation 0 if no collection has been since their birth; else in none, but
 * for those that were frozen before one was. These are all in one place, the permanent generation
 * or where unfreezing has moved it, until a full collection meets them there; which they are,
 * intervals of births say.
 *
 * The invariants:
 *   - no bound is smaller than the next, and none is beyond what has been born;
 *   - edges are the bounds as births are in the window's columns, and let nothing through that is
 *     outside generation 0: an edge that is before the origin is 1, for what is ancient may be
 * older than the bound or not;
 *   - settled, the counts of all generations together are of what has been born and not freed, and
 *     of the interpreter's own objects. */
#ifndef PYGCSIM_SIM_INTERVAL_GENERATIONS_H
#define PYGCSIM_SIM_INTERVAL_GENERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/interval/compiled.h"
#include "sim/model/age.h"
#include "sim/model/collector.h"
#include "sim/model/tally.h"

#define NO_GENERATION (PERMANENT + 1) /* the place of what is in none */
#define PLACES        (PERMANENT + 2)

/* Births from `from` up to `to`. */
struct births {
    uint64_t from, to;
};

struct generations {
    uint64_t bound[GENERATIONS];
    uint32_t edge[GENERATIONS];
    uint64_t origin;              /* of the window */
    bool has_kinds;               /* the program */
    struct tally tallies[PLACES]; /* up to what is settled */
    struct settled {
        struct tally alive; /* what reference counting had not freed by then */
        struct alive_kinds kinds;
        uint64_t birth, death;
    } settled;
    struct tally dead[PLACES]; /* since then, by reference count, but for generation 0 */
    struct once {              /* TRACKED_ONCE, of the tallies and the dead above: */
        struct tally young;    /* in generation 0 */
        struct tally frozen, frozen_dead;
        int place; /* of what was frozen: PERMANENT or 2 */
        struct births *births;
        size_t count, capacity;
    } once;
    uint64_t dead_ages[GENERATIONS + 1][AGE_BUCKETS]; /* and since the start, by age */
    uint64_t freed_by_count[GENERATIONS + 1], freed_by_collector[GENERATIONS + 1];
};

static inline int generation_of(const struct generations *generations, uint64_t birth)
{
    const uint64_t *bound = generations->bound;
    return (birth < bound[0]) + (birth < bound[1]) + (birth < bound[2]);
}

void generations_fini(struct generations *generations);

/* Where an object is that has not been freed, if it is not tracked always. */
int generations_place_of_kind(const struct generations *generations, const struct shape *shape,
                              uint64_t birth);

/* The same of any object. */
static inline int generations_place(const struct generations *generations,
                                    const struct shape *shape, uint64_t birth)
{
    if (shape->tracking == TRACKED_ALWAYS)
        return generation_of(generations, birth);
    return generations_place_of_kind(generations, shape, birth);
}

/* An object that is settled goes from that place, and the place's tally, which is the caller's. */
static inline void generations_leave(struct generations *generations, const struct shape *shape,
                                     int place)
{
    if (shape->tracking == TRACKED_ONCE && place != NO_GENERATION)
        shape_remove(shape, place == 0 ? &generations->once.young : &generations->once.frozen);
}

/* A window has been entered. */
void generations_set_origin(struct generations *generations, uint64_t origin);

/* Deaths `from` up to `to` of the window have happened, some of them perhaps outside generation 0.
 */
void generations_note_deaths(struct generations *generations, const struct deaths *deaths,
                             uint32_t from, uint32_t to);

static inline bool generations_are_settled(const struct generations *generations, uint64_t birth,
                                           uint64_t death)
{
    return birth == generations->settled.birth && death == generations->settled.death;
}

/* So many have been born and have died by now, and `alive` is left of them; `kinds` of these, if
 * the program has any. */
void generations_settle(struct generations *generations, const struct tally *alive,
                        const struct alive_kinds *kinds, uint64_t birth, uint64_t death);

/* The rest is of settled ones, with so many objects born. */

/* A collection of `generation` has found that; the survivors move to `target`, or are in no
 * generation any more. Fills in how many survive. */
void generations_promote(struct generations *generations, int generation, int target,
                         struct found *found, uint64_t birth);

void generations_freeze(struct generations *generations, uint64_t birth);
void generations_unfreeze(struct generations *generations);

#endif
