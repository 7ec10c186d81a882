/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/generations.h"

#define DEATHS_AT_ONCE 128 /* filtered */

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

/* One that the filter has found, and whose facts do not say all. It may have been in generation 0.
 */
static __attribute__((noinline)) void note_unusual(struct generations *generations,
                                                   const struct deaths *deaths, uint32_t death)
{
    uint64_t birth = generations->origin + deaths->deaths[death];
    if (is_ancient(generations->origin, deaths->deaths[death]))
        birth = elder_at(deaths->elders, death)->birth;
    int g = generation_of(generations, birth);
    if (g == 0)
        return;
    shape_add(shape_of_death(deaths, death), &generations->dead[g]);
    generations->dead_ages[g][deaths->facts[death].age]++;
}

/* The filter finds what was outside generation 0 without a branch that could be mispredicted; only
 * of these shape and age are looked at. */
void generations_note_deaths(struct generations *generations, const struct deaths *deaths,
                             uint32_t from, uint32_t to)
{
    const uint32_t *births = deaths->deaths;
    const struct death_facts *facts = deaths->facts;
    const struct shape *shapes = deaths->shapes;
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
            if (fact->shape == SHAPE_OTHER) {
                note_unusual(generations, deaths, old[i]);
                continue;
            }
            int g = 1 + (birth < older) + (birth < oldest);
            shape_add(&shapes[fact->shape], &generations->dead[g]);
            generations->dead_ages[g][fact->age]++;
        }
    }
}

/* What has been born since is in generation 0, and what has died since is in none. */
void generations_settle(struct generations *generations, const struct tally *alive, uint64_t birth,
                        uint64_t death)
{
    struct tally *tallies = generations->tallies;
    struct settled *settled = &generations->settled;
    tally_combine(&tallies[0], alive, 1);
    tally_combine(&tallies[0], &settled->alive, -1);
    generations->freed_by_count[0] += death - settled->death;
    for (int g = 1; g <= PERMANENT; g++) {
        struct tally *dead = &generations->dead[g];
        uint64_t objects = tally_objects(dead);
        tally_combine(&tallies[g], dead, -1);
        tally_combine(&tallies[0], dead, 1);
        generations->freed_by_count[g] += objects;
        generations->freed_by_count[0] -= objects;
        *dead = (struct tally){0};
    }
    *settled = (struct settled){*alive, birth, death};
}

void generations_promote(struct generations *generations, int generation, int target,
                         const struct found *found, uint64_t birth)
{
    struct tally *survivors = &generations->tallies[target];
    for (int g = 0; g <= generation; g++)
        generations->tallies[g] = (struct tally){0};
    tally_combine(survivors, &found->examined, 1);
    tally_combine(survivors, &found->unreachable, -1);
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
    for (int g = 0; g < GENERATIONS; g++) {
        move_all(generations, g, PERMANENT);
        generations->bound[g] = birth;
    }
    find_edges(generations);
}

void generations_unfreeze(struct generations *generations)
{
    move_all(generations, PERMANENT, GENERATIONS - 1);
    generations->bound[GENERATIONS - 1] = 0;
    find_edges(generations);
}
