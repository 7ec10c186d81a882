/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes isolated, and what collections do about it. */
#include "sim/interval/replayer.h"

/* ---- the generations, up to date ------------------------------------------------------ */

struct tally replayer_alive(const struct replayer *replayer)
{
    const struct segment *segment = replayer->segment;
    const struct deaths *deaths = &replayer->deaths;
    const struct tally *column = &compiled_alive(replayer->compiled)[segment - replayer->segments];
    if (replayer->offset > 0 && replayer->offset == segment->length)
        return column[1];
    struct tally alive = column[0];
    for (uint32_t i = segment->birth; i < replayer->birth; i++)
        shape_add(&deaths->shapes[deaths->births[i]], &alive);
    for (uint32_t i = segment->death; i < replayer->death; i++)
        shape_remove(shape_of_death(deaths, i), &alive);
    return alive;
}

void replayer_settle(struct replayer *replayer)
{
    struct generations *generations = &replayer->generations;
    uint64_t births = replayer_births(replayer), deaths = replayer_deaths(replayer);
    if (generations_are_settled(generations, births, deaths))
        return;
    struct tally alive = replayer_alive(replayer);
    generations_settle(generations, &alive, births, deaths);
}

/* ---- isolated objects that are freed -------------------------------------------------- */

static void note_age(const struct replayer *replayer, uint64_t birth, uint64_t counts[AGE_BUCKETS])
{
    counts[age_bucket(replayer_births(replayer) - birth - 1)]++;
}

/* Frees what is dying and what only it kept alive; counts them by generation, and by age. Returns
 * how many. */
static uint32_t free_dying(struct replayer *replayer, uint32_t dying,
                           uint64_t freed_by[GENERATIONS + 1],
                           uint64_t ages_by[GENERATIONS + 1][AGE_BUCKETS])
{
    struct generations *generations = &replayer->generations;
    uint32_t freed = 0;
    for (; dying; freed++) {
        struct freed object = isolated_graph_free_dying(&replayer->isolated, &dying);
        int g = generation_of(generations, object.birth);
        shape_remove(object.shape, &generations->tallies[g]);
        freed_by[g]++;
        note_age(replayer, object.birth, ages_by[g]);
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
        struct freed object = isolated_graph_free(isolated, remains, &dying);
        int g = generation_of(generations, object.birth);
        shape_add(object.shape, &found->unreachable);
        found->unreachable_by_generation[g]++;
        generations->freed_by_collector[g]++;
        note_age(replayer, object.birth, replayer->isolated_ages.by_collector[g]);
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
