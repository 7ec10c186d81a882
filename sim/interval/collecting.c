/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes isolated, and what collections do about it. */
#include "sim/interval/replayer.h"

/* ---- the generations, up to date ------------------------------------------------------ */

static bool is_at_end(const struct replayer *replayer)
{
    return replayer->offset > 0 && replayer->offset == replayer->segment->length;
}

struct tally replayer_alive(const struct replayer *replayer)
{
    const struct segment *segment = replayer->segment;
    const struct deaths *deaths = &replayer->deaths;
    const struct tally *column = &compiled_alive(replayer->compiled)[segment - replayer->segments];
    if (is_at_end(replayer))
        return column[1];
    struct tally alive = column[0];
    for (uint32_t i = segment->birth; i < replayer->birth; i++)
        if (deaths->shapes[deaths->births[i]].tracking != TRACKED_LATE)
            shape_add(&deaths->shapes[deaths->births[i]], &alive);
    for (uint32_t i = segment->death; i < replayer->death; i++)
        shape_remove(shape_of_death(deaths, i), &alive);
    return alive;
}

static void note_kind(struct alive_kinds *alive, const struct shape *shape, bool is_born)
{
    if (shape->tracking == TRACKED_ONCE)
        (is_born ? shape_add : shape_remove)(shape, &alive->once);
    if (shape->tracking == TRACKED_NEVER)
        (is_born ? shape_add : shape_remove)(shape, &alive->never);
    if (shape->tracking == TRACKED_LATE && is_born)
        shape_remove(shape, &alive->never);
}

struct alive_kinds replayer_alive_kinds(const struct replayer *replayer)
{
    const struct segment *segment = replayer->segment;
    const struct deaths *deaths = &replayer->deaths;
    if (!replayer->kinds)
        return (struct alive_kinds){0};
    const struct alive_kinds *column =
        &compiled_alive_kinds(replayer->compiled)[segment - replayer->segments];
    if (is_at_end(replayer))
        return column[1];
    struct alive_kinds alive = column[0];
    for (uint32_t i = segment->birth; i < replayer->birth; i++)
        note_kind(&alive, &deaths->shapes[deaths->births[i]], true);
    for (uint32_t i = segment->death; i < replayer->death; i++)
        note_kind(&alive, shape_of_death(deaths, i), false);
    return alive;
}

void replayer_settle(struct replayer *replayer)
{
    struct generations *generations = &replayer->generations;
    uint64_t births = replayer_births(replayer), deaths = replayer_deaths(replayer);
    if (generations_are_settled(generations, births, deaths))
        return;
    struct tally alive = replayer_alive(replayer);
    struct alive_kinds kinds = replayer_alive_kinds(replayer);
    generations_settle(generations, &alive, &kinds, births, deaths);
}

/* ---- isolated objects that are freed -------------------------------------------------- */

/* How many objects were born before an isolated one; as far as `birth` does not say. */
static inline uint64_t born_before(const struct replayer *replayer, uint32_t number)
{
    const struct isolated_graph *isolated = &replayer->isolated;
    return replayer->kinds ? isolated_born(isolated, isolated_remains(isolated, number)) : 0;
}

/* How old an object is that has been freed: a bucket. */
static inline uint32_t age_of(const struct replayer *replayer, uint64_t birth, uint64_t born)
{
    return age_bucket(replayer_born(replayer) - (replayer->kinds ? born : birth) - 1);
}

/* Frees what is dying and what only it kept alive; counts them by generation, and by age; what is
 * in none as of generation 0. Returns how many of them no free list keeps. */
static uint32_t free_dying(struct replayer *replayer, uint32_t dying,
                           uint64_t freed_by[GENERATIONS + 1],
                           uint64_t ages_by[GENERATIONS + 1][AGE_BUCKETS])
{
    struct generations *generations = &replayer->generations;
    uint32_t freed = 0;
    while (dying) {
        uint64_t born = born_before(replayer, dying);
        struct freed object = isolated_graph_free_dying(&replayer->isolated, &dying);
        int place = generations_place(generations, object.shape, object.birth);
        generations_leave(generations, object.shape, place);
        int g = place == NO_GENERATION ? 0 : place;
        shape_remove(object.shape, &generations->tallies[place]);
        freed_by[g]++;
        ages_by[g][age_of(replayer, object.birth, born)]++;
        freed += !free_lists_give(&replayer->free_lists, object.shape->gives);
    }
    return freed;
}

void replayer_isolate(struct replayer *replayer)
{
    const struct segment *segment = replayer->segment;
    uint32_t dying = isolated_graph_add(&replayer->isolated, segment->isolated, segment[1].isolated,
                                        &replayer->generations);
    uint32_t freed = free_dying(replayer, dying, replayer->generations.freed_by_count,
                                replayer->isolated_ages.by_count);
    collector_freed(&replayer->mutator->collector, freed);
}

/* ---- collections ---------------------------------------------------------------------- */

/* Frees and counts what a collection has found unreachable. Returns what dies of it. */
static uint32_t free_unreachable(struct replayer *replayer, struct isolated_list unreachable,
                                 struct found *found)
{
    struct generations *generations = &replayer->generations;
    struct isolated_graph *isolated = &replayer->isolated;
    uint32_t dying = 0, next;
    for (uint32_t n = unreachable.first; n; n = next) {
        const struct remains *remains = isolated_remains(isolated, n);
        next = remains->next;
        uint64_t born = born_before(replayer, n);
        struct freed object = isolated_graph_free(isolated, remains, &dying);
        int g = generations_place(generations, object.shape, object.birth);
        generations_leave(generations, object.shape, g);
        shape_add(object.shape, &found->unreachable);
        found->unreachable_by_generation[g]++;
        generations->freed_by_collector[g]++;
        replayer->isolated_ages.by_collector[g][age_of(replayer, object.birth, born)]++;
        free_lists_give(&replayer->free_lists, object.shape->gives); /* the counter is at 0 */
        isolated_graph_forget(isolated, n);
    }
    return dying;
}

void replayer_collect(void *engine, int generation, struct found *found)
{
    struct replayer *replayer = engine;
    struct generations *generations = &replayer->generations;
    int target = generation + 1 < GENERATIONS ? generation + 1 : generation;
    replayer_settle(replayer);
    *found = (struct found){0};
    for (int g = 0; g <= generation; g++)
        tally_combine(&found->examined, &generations->tallies[g], 1);
    struct isolated_list unreachable =
        isolated_graph_collect(&replayer->isolated, generation, target);
    uint32_t dying = free_unreachable(replayer, unreachable, found);
    found_count(found);
    generations_promote(generations, generation, target, found, replayer_births(replayer));
    free_dying(replayer, dying, generations->freed_by_collector,
               replayer->isolated_ages.by_collector);
    if (generation == GENERATIONS - 1)
        replayer->free_lists = (struct free_lists){0}; /* the counter is at 0, and stays there */
}

void replayer_freeze(void *engine)
{
    struct replayer *replayer = engine;
    replayer_settle(replayer);
    generations_freeze(&replayer->generations, replayer_births(replayer));
    for (int g = 0; g < GENERATIONS; g++)
        isolated_graph_move(&replayer->isolated, g, PERMANENT);
}

void replayer_unfreeze(void *engine)
{
    struct replayer *replayer = engine;
    replayer_settle(replayer);
    generations_unfreeze(&replayer->generations);
    isolated_graph_move(&replayer->isolated, PERMANENT, GENERATIONS - 1);
}
