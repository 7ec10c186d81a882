/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/utilisation.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

struct pause {
    uint64_t begin_ns, end_ns;
};

void utilisation_init(struct utilisation *utilisation, uint64_t window_ns, uint64_t from_ns,
                      uint64_t to_ns)
{
    assert(window_ns > 0);
    *utilisation = (struct utilisation){.window_ns = window_ns, .from_ns = from_ns, .to_ns = to_ns};
}

void utilisation_fini(struct utilisation *utilisation)
{
    free(utilisation->pauses);
}

static bool too_short(const struct utilisation *utilisation)
{
    return utilisation->to_ns < utilisation->from_ns ||
           utilisation->to_ns - utilisation->from_ns < utilisation->window_ns;
}

static void push(struct utilisation *utilisation, struct pause pause)
{
    size_t count = utilisation->end - utilisation->first;
    if (utilisation->end == utilisation->capacity && utilisation->first >= count) {
        if (count > 0)
            memcpy(utilisation->pauses, utilisation->pauses + utilisation->first,
                   count * sizeof pause);
        utilisation->first = 0;
        utilisation->end = count;
    }
    utilisation->pauses = allocate_grow(utilisation->pauses, &utilisation->capacity,
                                        utilisation->end + 1, sizeof pause);
    utilisation->pauses[utilisation->end++] = pause;
    utilisation->pending_ns += pause.end_ns - pause.begin_ns;
}

/* At the window that ends there. Only the latest pause may go on after it; pauses that end before
 * it begins are of no more use, as windows come in order. */
static void look_at(struct utilisation *utilisation, uint64_t end_ns)
{
    uint64_t begin_ns = end_ns - utilisation->window_ns;
    const struct pause *pauses = utilisation->pauses;
    while (utilisation->first < utilisation->end && pauses[utilisation->first].end_ns <= begin_ns) {
        const struct pause *over = &pauses[utilisation->first++];
        utilisation->pending_ns -= over->end_ns - over->begin_ns;
    }
    if (utilisation->first == utilisation->end)
        return;
    const struct pause *oldest = &pauses[utilisation->first];
    const struct pause *latest = &pauses[utilisation->end - 1];
    uint64_t inside_ns = utilisation->pending_ns;
    if (oldest->begin_ns < begin_ns)
        inside_ns -= begin_ns - oldest->begin_ns;
    if (latest->end_ns > end_ns)
        inside_ns -= latest->end_ns - (latest->begin_ns > end_ns ? latest->begin_ns : end_ns);
    if (inside_ns > utilisation->most_ns)
        utilisation->most_ns = inside_ns;
}

static void look_at_first(struct utilisation *utilisation)
{
    if (!utilisation->first_looked_at)
        look_at(utilisation, utilisation->from_ns + utilisation->window_ns);
    utilisation->first_looked_at = true;
}

bool utilisation_pause(struct utilisation *utilisation, uint64_t begin_ns, uint64_t pause_ns)
{
    struct pause pause = {begin_ns, begin_ns + pause_ns};
    if (begin_ns < utilisation->last_end_ns)
        return false;
    utilisation->last_end_ns = pause.end_ns;
    if (pause.begin_ns < utilisation->from_ns)
        pause.begin_ns = utilisation->from_ns;
    if (pause.end_ns > utilisation->to_ns)
        pause.end_ns = utilisation->to_ns;
    if (pause.begin_ns >= pause.end_ns || too_short(utilisation))
        return true;
    push(utilisation, pause);
    if (pause.end_ns - utilisation->from_ns >= utilisation->window_ns) {
        look_at_first(utilisation);
        look_at(utilisation, pause.end_ns);
    }
    return true;
}

double utilisation_minimum(struct utilisation *utilisation)
{
    if (too_short(utilisation))
        return NAN;
    look_at_first(utilisation);
    return (double)(utilisation->window_ns - utilisation->most_ns) / (double)utilisation->window_ns;
}
