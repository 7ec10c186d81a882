/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/generations.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

#define DEATHS_AT_ONCE 128 /* filtered */

void generations_fini(struct generations *generations)
{
    free(generations->once.births);
}

/* ---- objects that are tracked once ------------------------------------------------------ */

static bool was_frozen(const struct once *once, uint64_t birth)
{
    size_t first = 0, end = once->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (once->births[middle].to <= birth)
            first = middle + 1;
        else
            end = middle;
    }
    return first < once->count && once->births[first].from <= birth;
}

int generations_place_of_kind(const struct generations *generations, const struct shape *shape,
                              uint64_t birth)
{
    int g = generation_of(generations, birth);
    if (shape->tracking == TRACKED_NEVER)
        return NO_GENERATION;
    if (shape->tracking != TRACKED_ONCE || g == 0)
        return g;
    return was_frozen(&generations->once, birth) ? generations->once.place : NO_GENERATION;
}

static void forget_frozen(struct once *once)
{
    once->count = 0;
    once->frozen = (struct tally){0};
}

/* What is in generation 0, born before `birth`, is frozen. */
static void freeze_young(struct generations *generations, uint64_t birth)
{
    struct once *once = &generations->once;
    if (tally_objects(&once->frozen) == 0)
        once->count = 0;
    once->place = PERMANENT;
    if (tally_objects(&once->young) == 0)
        return;
    once->births =
        allocate_grow(once->births, &once->capacity, once->count + 1, sizeof *once->births);
    once->births[once->count++] = (struct births){generations->bound[0], birth};
    tally_combine(&once->frozen, &once->young, 1);
    once->young = (struct tally){0};
}

/* ---- what happens --------------------------------------------------------------------- */

static void find_edges(struct generations *generations)
{
    for (int g = 0; g < GENERATIONS; g++) {
        uint64_t bound = generations->bound[g], origin = generations->origin;
        generations->edge[g] = birth_in_column(origin, bound);
        if (is_ancient(origin, generations->edge[g]) && bound > 0)
            generations->edge[g] = ANCIENT + 1;
    }
}

void generations_set_origin(struct generations *generations, uint64_t origin)
{
    generations->origin = origin;
    find_edges(generations);
}

/* One that the filter has found, and whose facts do not say all, as of any with kinds. It may have
 * been in generation 0.
 */
static __attribute__((noinline)) void note_unusual(struct generations *generations,
                                                   const struct deaths *deaths, uint32_t death)
{
    uint64_t birth = generations->origin + deaths->deaths[death];
    if (is_ancient(generations->origin, deaths->deaths[death]))
        birth = elder_at(deaths->elders, death)->birth;
    const struct shape *shape = shape_of_death(deaths, death);
    int g = generations_place(generations, shape, birth);
    if (g == 0 || shape->tracking == TRACKED_NEVER)
        return;
    shape_add(shape, &generations->dead[g]);
    if (g == NO_GENERATION)
        return; /* counted as of generation 0 */
    generations->dead_ages[g][deaths->facts[death].age]++;
    if (shape->tracking == TRACKED_ONCE)
        shape_add(shape, &generations->once.frozen_dead);
}

/* The filter finds what was outside generation 0 without a branch that could be mispredicted; only
 * of these shape and age are looked at. */
void generations_note_deaths(struct generations *generations, const struct deaths *deaths,
                             uint32_t from, uint32_t to)
{
    const uint32_t *births = deaths->deaths;
    const struct death_facts *facts = deaths->facts;
    const struct shape *shapes = deaths->shapes;
    const uint8_t unusual = generations->has_kinds ? 0 : SHAPE_OTHER;
    const uint32_t young = generations->edge[0], older = generations->edge[1],
                   oldest = generations->edge[2];
    uint32_t old[DEATHS_AT_ONCE];
    while (from < to) {
        uint32_t end = to - from < DEATHS_AT_ONCE ? to : from + DEATHS_AT_ONCE, found = 0;
#pragma GCC unroll 4
        for (; from < end; from++) {
            old[found] = from;
            found += births[from] < young;
        }
        for (uint32_t i = 0; i < found; i++) {
            uint32_t birth = births[old[i]];
            const struct death_facts *fact = &facts[old[i]];
            if (fact->shape >= unusual) {
                note_unusual(generations, deaths, old[i]);
                continue;
            }
            int g = 1 + (birth < older) + (birth < oldest);
            shape_add(&shapes[fact->shape], &generations->dead[g]);
            generations->dead_ages[g][fact->age]++;
        }
    }
}

/* Of what is in generation 0 or in none, by shape. */
static void settle_kinds(struct generations *generations, const struct alive_kinds *kinds)
{
    struct tally *tallies = generations->tallies;
    struct settled *settled = &generations->settled;
    struct once *once = &generations->once;
    tally_combine(&tallies[0], &kinds->never, -1);
    tally_combine(&tallies[0], &settled->kinds.never, 1);
    tally_combine(&tallies[NO_GENERATION], &kinds->never, 1);
    tally_combine(&tallies[NO_GENERATION], &settled->kinds.never, -1);
    tally_combine(&once->young, &kinds->once, 1);
    tally_combine(&once->young, &settled->kinds.once, -1);
    tally_combine(&once->young, &once->frozen_dead, 1);
    tally_combine(&once->young, &generations->dead[NO_GENERATION], 1);
    tally_combine(&once->frozen, &once->frozen_dead, -1);
    once->frozen_dead = (struct tally){0};
    settled->kinds = *kinds;
}

/* What has been born since is in generation 0, and what has died since is in none. */
void generations_settle(struct generations *generations, const struct tally *alive,
                        const struct alive_kinds *kinds, uint64_t birth, uint64_t death)
{
    struct tally *tallies = generations->tallies;
    struct settled *settled = &generations->settled;
    tally_combine(&tallies[0], alive, 1);
    tally_combine(&tallies[0], &settled->alive, -1);
    if (generations->has_kinds)
        settle_kinds(generations, kinds);
    generations->freed_by_count[0] += death - settled->death;
    for (int g = 1; g < PLACES; g++) {
        struct tally *dead = &generations->dead[g];
        uint64_t objects = g == NO_GENERATION ? 0 : tally_objects(dead);
        tally_combine(&tallies[g], dead, -1);
        tally_combine(&tallies[0], dead, 1);
        generations->freed_by_count[0] -= objects;
        if (objects)
            generations->freed_by_count[g] += objects;
        *dead = (struct tally){0};
    }
    settled->alive = *alive;
    settled->birth = birth;
    settled->death = death;
}

/* What a collection of `generation` has met, and not found unreachable, of what is tracked once. */
static void untrack(struct generations *generations, int generation, struct tally *untracked)
{
    struct once *once = &generations->once;
    tally_combine(untracked, &once->young, 1);
    once->young = (struct tally){0};
    if (once->place <= generation) {
        tally_combine(untracked, &once->frozen, 1);
        forget_frozen(once);
    }
}

void generations_promote(struct generations *generations, int generation, int target,
                         struct found *found, uint64_t birth)
{
    struct tally *survivors = &generations->tallies[target], untracked = {0};
    for (int g = 0; g <= generation; g++)
        generations->tallies[g] = (struct tally){0};
    if (generations->has_kinds)
        untrack(generations, generation, &untracked);
    tally_combine(survivors, &found->examined, 1);
    tally_combine(survivors, &found->unreachable, -1);
    tally_combine(survivors, &untracked, -1);
    tally_combine(&generations->tallies[NO_GENERATION], &untracked, 1);
    found->survivors = tally_objects(&found->examined) - tally_objects(&found->unreachable) -
                       tally_objects(&untracked);
    for (int g = 0; g < target; g++)
        generations->bound[g] = birth;
    find_edges(generations);
}

static void move_all(struct generations *generations, int source, int target)
{
    tally_combine(&generations->tallies[target], &generations->tallies[source], 1);
    generations->tallies[source] = (struct tally){0};
}

void generations_freeze(struct generations *generations, uint64_t birth)
{
    freeze_young(generations, birth);
    for (int g = 0; g < GENERATIONS; g++) {
        move_all(generations, g, PERMANENT);
        generations->bound[g] = birth;
    }
    find_edges(generations);
}

void generations_unfreeze(struct generations *generations)
{
    move_all(generations, PERMANENT, GENERATIONS - 1);
    generations->once.place = GENERATIONS - 1;
    generations->bound[GENERATIONS - 1] = 0;
    find_edges(generations);
}
