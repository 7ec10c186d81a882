/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/replayer_check.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

/* What is found by going through the lists. */
struct survey {
    const struct replayer *replayer;
    bool *listed;         /* by number */
    uint32_t *references; /* from what is not freed, by number */
    uint64_t objects, bytes;
};

/* ---- isolated objects ----------------------------------------------------------------- */

static int check_listed(struct survey *survey, int g, uint32_t number, struct error *error)
{
    const struct replayer *replayer = survey->replayer;
    const struct isolated_graph *graph = &replayer->isolated;
    if (survey->listed[number])
        return error_set(error, "isolated object %u is listed twice", number);
    survey->listed[number] = true;
    if (graph->remains[number].freed)
        return 0; /* nobody has passed it yet */
    const struct isolated *record = isolated_record(graph, number);
    if (generation_of(&replayer->generations, record->birth) != g)
        return error_set(error, "isolated object %u is in the list of generation %d, not its own",
                         number, g);
    if (graph->remains[number].candidate)
        return error_set(error, "isolated object %u is left a candidate", number);
    survey->objects++;
    survey->bytes += graph->shapes[record->shape].bytes;
    for (uint32_t i = 0; i < record->references; i++)
        survey->references[graph->references[record->reference + i]]++;
    return 0;
}

static int check_lists(struct survey *survey, struct error *error)
{
    const struct isolated_graph *graph = &survey->replayer->isolated;
    for (int g = 0; g <= PERMANENT; g++)
        for (uint32_t n = graph->lists[g].first; n; n = graph->remains[n].next)
            if (check_listed(survey, g, n, error) != 0)
                return -1;
    return 0;
}

static int check_references(const struct survey *survey, struct error *error)
{
    const struct remains *all = survey->replayer->isolated.remains;
    for (uint32_t n = 1; n <= survey->replayer->compiled->numbers; n++) {
        const struct remains *remains = &all[n];
        bool is_there = remains->record && !remains->freed;
        if (is_there && !survey->listed[n])
            return error_set(error, "isolated object %u is in no list", n);
        if (!remains->freed && remains->references != survey->references[n])
            return error_set(error, "isolated objects refer to object %u %u times, not %u", n,
                             survey->references[n], remains->references);
        if (is_there && remains->references == 0)
            return error_set(error, "isolated object %u has no reference, and is not freed", n);
    }
    return 0;
}

/* ---- generations ---------------------------------------------------------------------- */

static int check_bounds(const struct replayer *replayer, struct error *error)
{
    const uint32_t *bound = replayer->generations.bound;
    for (int g = 0; g < GENERATIONS; g++)
        if (bound[g] > (g == 0 ? replayer->birth : bound[g - 1]))
            return error_set(error, "generation %d begins at birth %u, after the one before it", g,
                             bound[g]);
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
    if (!generations_are_settled(generations, replayer->birth, replayer->death))
        return 0;
    for (int g = 0; g <= PERMANENT; g++)
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
    if (survey->bytes != survey->replayer->isolated.floating_bytes)
        return error_set(error, "%llu bytes float, not %llu", (unsigned long long)survey->bytes,
                         (unsigned long long)survey->replayer->isolated.floating_bytes);
    return check_tallies(survey, error);
}

int replayer_check(const struct replayer *replayer, struct error *error)
{
    uint64_t numbers = replayer->compiled->numbers + 1;
    struct survey survey = {.replayer = replayer};
    if (check_bounds(replayer, error) != 0)
        return -1;
    survey.listed = allocate_zeroed(numbers, sizeof *survey.listed);
    survey.references = allocate_zeroed(numbers, sizeof *survey.references);
    int status = check_survey(&survey, error);
    free(survey.listed);
    free(survey.references);
    return status;
}
