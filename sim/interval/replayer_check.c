/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/replayer_check.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* What is found by going through the lists. */
struct survey {
    const struct replayer *replayer;
    bool *listed;         /* by number, from the first; */
    uint32_t *references; /* from what is not freed, too */
    uint64_t end;         /* of the numbers that have appeared */
    uint64_t objects, bytes, in_lists;
};

/* ---- isolated objects ----------------------------------------------------------------- */

static int check_listed(struct survey *survey, int g, uint32_t number, struct error *error)
{
    const struct replayer *replayer = survey->replayer;
    const struct isolated_graph *graph = &replayer->isolated;
    const struct remains *remains = isolated_remains(graph, number);
    if (survey->listed[number - graph->first])
        return error_set(error, "isolated object %u is listed twice", number);
    survey->listed[number - graph->first] = true;
    survey->in_lists++;
    if (remains->freed)
        return 0; /* nobody has passed it yet */
    struct isolated_facts facts = isolated_facts(graph, remains);
    const struct shape *shape = &graph->shapes[facts.record->shape];
    if (generations_place(&replayer->generations, shape, facts.birth) != g)
        return error_set(error, "isolated object %u is in the list of generation %d, not its own",
                         number, g);
    if (remains->candidate)
        return error_set(error, "isolated object %u is left a candidate", number);
    survey->objects++;
    survey->bytes += shape->bytes;
    for (uint32_t i = 0; i < facts.record->references; i++)
        survey->references[facts.references[i] - graph->first]++;
    return 0;
}

static int check_lists(struct survey *survey, struct error *error)
{
    const struct isolated_graph *graph = &survey->replayer->isolated;
    for (int g = 0; g < PLACES; g++)
        for (uint32_t n = graph->lists[g].first; n; n = isolated_remains(graph, n)->next)
            if (check_listed(survey, g, n, error) != 0)
                return -1;
    return 0;
}

static int check_references(const struct survey *survey, struct error *error)
{
    const struct isolated_graph *graph = &survey->replayer->isolated;
    for (uint64_t i = graph->first; i < survey->end; i++) {
        uint32_t n = (uint32_t)i;
        const struct remains *remains = isolated_remains(graph, n);
        if (remains == &graph->no_page->remains[n & (PAGE - 1)]) {
            if (survey->references[n - graph->first])
                return error_set(error, "object %u is forgotten, and %u refer to it", n,
                                 survey->references[n - graph->first]);
            continue;
        }
        bool is_there = remains->record && !remains->freed;
        if (is_there && !survey->listed[n - graph->first])
            return error_set(error, "isolated object %u is in no list", n);
        if (!remains->freed && remains->references != survey->references[n - graph->first])
            return error_set(error, "isolated objects refer to object %u %u times, not %u", n,
                             survey->references[n - graph->first], remains->references);
        if (is_there && remains->references == 0)
            return error_set(error, "isolated object %u has no reference, and is not freed", n);
    }
    return 0;
}

/* ---- generations ---------------------------------------------------------------------- */

static int check_bounds(const struct replayer *replayer, struct error *error)
{
    const uint64_t *bound = replayer->generations.bound;
    for (int g = 0; g < GENERATIONS; g++)
        if (bound[g] > (g == 0 ? replayer_births(replayer) : bound[g - 1]))
            return error_set(error, "generation %d begins at birth %llu, after the one before it",
                             g, (unsigned long long)bound[g]);
    return 0;
}

static int check_edges(const struct generations *generations, struct error *error)
{
    struct generations expected = {.origin = 0};
    memcpy(expected.bound, generations->bound, sizeof expected.bound);
    generations_set_origin(&expected, generations->origin);
    for (int g = 0; g < GENERATIONS; g++)
        if (generations->edge[g] != expected.edge[g])
            return error_set(error, "generation %d ends at edge %u, not %u", g,
                             generations->edge[g], expected.edge[g]);
    return 0;
}

static int check_sum(const char *what, uint64_t counted, uint64_t expected, struct error *error)
{
    if (counted == expected)
        return 0;
    return error_set(error, "generations count %llu %s, and there are %llu",
                     (unsigned long long)counted, what, (unsigned long long)expected);
}

static int check_tallies(const struct survey *survey, struct error *error)
{
    const struct replayer *replayer = survey->replayer;
    const struct generations *generations = &replayer->generations;
    const struct tally alive = replayer_alive(replayer);
    struct tally counted = {0};
    if (!generations_are_settled(generations, replayer_births(replayer), replayer_deaths(replayer)))
        return 0;
    for (int g = 0; g < PLACES; g++)
        tally_combine(&counted, &generations->tallies[g], 1);
    uint64_t live_bytes = alive.bytes - replayer->isolated.bytes_ever;
    uint64_t freed = replayer->isolated.count_ever - survey->objects;
    if (check_sum("bytes", counted.bytes, live_bytes + survey->bytes, error) != 0)
        return -1;
    return check_sum("objects", tally_objects(&counted),
                     tally_objects(&alive) + replayer->permanent - freed, error);
}

/* ---- all of it ------------------------------------------------------------------------ */

static int check_survey(struct survey *survey, struct error *error)
{
    if (check_lists(survey, error) != 0 || check_references(survey, error) != 0)
        return -1;
    if (survey->in_lists != survey->replayer->isolated.listed)
        return error_set(error, "%llu objects are in lists, not %llu",
                         (unsigned long long)survey->in_lists,
                         (unsigned long long)survey->replayer->isolated.listed);
    if (survey->bytes != survey->replayer->isolated.floating_bytes)
        return error_set(error, "%llu bytes float, not %llu", (unsigned long long)survey->bytes,
                         (unsigned long long)survey->replayer->isolated.floating_bytes);
    return check_tallies(survey, error);
}

int replayer_check(const struct replayer *replayer, struct error *error)
{
    const struct isolated_graph *graph = &replayer->isolated;
    uint64_t given = replayer->compiled->numbers + 1;
    struct survey survey = {.replayer = replayer, .end = given < graph->end ? given : graph->end};
    uint64_t numbers = survey.end > graph->first ? survey.end - graph->first : 0;
    if (check_bounds(replayer, error) != 0 || check_edges(&replayer->generations, error) != 0)
        return -1;
    survey.listed = allocate_zeroed(numbers, sizeof *survey.listed);
    survey.references = allocate_zeroed(numbers, sizeof *survey.references);
    int status = check_survey(&survey, error);
    free(survey.listed);
    free(survey.references);
    return status;
}
