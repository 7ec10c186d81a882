/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/rare.h"

#include <math.h>

#define COUNTED 3 /* seen as often, a run says better than a prediction how often they come */
#define FAR     2 /* times as long as others is far longer */

/* What there was of a generation behind start-up. */
struct seen {
    size_t first;               /* its first collection; SIZE_MAX: there was none */
    double pause_ns[RARE_SEEN]; /* of those in the steady state but for a one-off one; the first
                                   ones */
    size_t count;               /* how many they are */
    double total_ns, from_ns, to_ns;
};

static void count_in(struct seen *seen, const struct collection *collection)
{
    double at_ns = (double)collection->wall_ns;
    if (seen->count < RARE_SEEN)
        seen->pause_ns[seen->count] = (double)collection->pause_ns;
    seen->from_ns = seen->count ? fmin(seen->from_ns, at_ns) : at_ns;
    seen->to_ns = fmax(seen->to_ns, at_ns);
    seen->total_ns += (double)collection->pause_ns;
    seen->count++;
}

/* The first of a young generation is kept apart. */
static void look_back(struct seen seen[GENERATIONS], const struct past *past)
{
    for (int g = 0; g < GENERATIONS; g++)
        seen[g] = (struct seen){.first = SIZE_MAX};
    for (size_t i = 0; i < past->collection_count; i++) {
        const struct collection *collection = &past->collections[i];
        struct seen *of = &seen[collection->generation];
        if (collection->wall_ns < past->result->service_ns)
            continue;
        bool first = of->first == SIZE_MAX;
        if (first)
            of->first = i;
        if (past_is_steady(past, collection->wall_ns) && !(first && collection->generation < 2))
            count_in(of, collection);
    }
}

/* How long those that come will take, but for a one-off one. 0: there is nothing to go by. */
static double pause_to_come_ns(const struct prediction *prediction, int g)
{
    double usual = prediction->usual_pause[g], next = prediction->next[g].pause;
    return isnan(usual) ? isnan(next) ? 0 : next * NS_PER_S : usual * NS_PER_S;
}

static double usual_ns(const struct seen *of, double to_come_ns)
{
    return of->count ? of->total_ns / (double)of->count : to_come_ns;
}

/* Of several plans that collect this generation, the first says. */
static enum rare_place place_of(const struct policy_plans *plans, int g)
{
    const struct policy_plan *plan = plans->plans, *behind = plan + plans->count;
    while (plan < behind && plan->generation != g)
        plan++;
    if (plan == behind)
        return RARE_WHILE_BUSY;
    if (plan->after == 0)
        return RARE_BY_THE_CLOCK;
    return plan->on == EVENT_idle ? RARE_AS_IDLE_BEGINS : RARE_AT_A_REQUEST;
}

static struct rare *add(struct rare_pauses *pauses, enum rare_place place, double times,
                        size_t seen)
{
    struct rare *rare = &pauses->kinds[pauses->count++];
    *rare = (struct rare){.place = place, .times = times, .seen = seen};
    return rare;
}

static void add_one_off(struct rare_pauses *pauses, enum rare_place place, size_t seen,
                        double pause_ns)
{
    struct rare *rare = add(pauses, place, 1, seen);
    rare->pause_ns[rare->pause_count++] = pause_ns;
}

/* Those seen, and as many in the time that is left: by the gaps between those seen, if these are
 * enough; but not as if a crowd of them went on for ever. */
static double times_of(const struct seen *of, double length_ns, double span_ns, double expected)
{
    double count = (double)of->count, left_ns = span_ns - length_ns;
    if (of->count >= COUNTED)
        return count +
               left_ns * fmin((count - 1) / (of->to_ns - of->from_ns), (count + 1) / length_ns);
    return count + (expected > 0 ? expected : left_ns * count / length_ns);
}

static void add_usual(struct rare_pauses *pauses, enum rare_place place, const struct seen *of,
                      double times, double to_come_ns)
{
    if (!(times > 0) || (of->count == 0 && to_come_ns <= 0))
        return;
    struct rare *rare = add(pauses, place, times, of->count);
    if (of->count < COUNTED && to_come_ns > 0)
        rare->pause_ns[rare->pause_count++] = to_come_ns;
    else
        for (; rare->pause_count < of->count; rare->pause_count++)
            rare->pause_ns[rare->pause_count] = of->pause_ns[rare->pause_count];
}

/* The first one behind start-up: by itself if it is one-off, one of the others if not. */
static void place_first(struct rare_pauses *pauses, struct seen *of, const struct past *past,
                        enum rare_place place, double to_come_ns)
{
    const struct collection *first = &past->collections[of->first];
    if (first->generation == 2)
        return;
    if ((double)first->pause_ns <= FAR * usual_ns(of, to_come_ns)) {
        if (past_is_steady(past, first->wall_ns))
            count_in(of, first);
        return;
    }
    pauses->one_off[first->generation] = of->first;
    if (past_is_steady(past, first->wall_ns))
        add_one_off(pauses, place, 1, (double)first->pause_ns);
}

static void find_of(struct rare_pauses *pauses, struct seen *seen, const struct past *past,
                    const struct prediction *prediction, int g, double span_ns)
{
    enum rare_place place = place_of(&past->result->ending.plans, g);
    double to_come_ns = pause_to_come_ns(prediction, g);
    double next_ns = prediction->next[g].pause * NS_PER_S, expected = prediction->expected[g];
    double length_ns = (double)(past->result->wall_ns - past->result->steady_ns);
    if (seen[g].first != SIZE_MAX)
        place_first(pauses, &seen[g], past, place, to_come_ns);
    else if (expected >= 1 && next_ns > FAR * to_come_ns) {
        add_one_off(pauses, place, 0, next_ns);
        expected--;
    }
    pauses->rare[g] = seen[g].count < RARE_SEEN;
    if (pauses->rare[g])
        add_usual(pauses, place, &seen[g], times_of(&seen[g], length_ns, span_ns, expected),
                  to_come_ns);
}

void rare_find(struct rare_pauses *pauses, const struct past *past,
               const struct prediction *prediction, double span_ns)
{
    struct seen seen[GENERATIONS];
    *pauses = (struct rare_pauses){.one_off = {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    look_back(seen, past);
    for (int g = 0; g < GENERATIONS; g++)
        find_of(pauses, seen, past, prediction, g, span_ns);
}

bool rare_includes(const struct rare_pauses *pauses, const struct past *past, size_t i)
{
    int g = past->collections[i].generation;
    return pauses->rare[g] || pauses->one_off[g] == i;
}
