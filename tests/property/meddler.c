/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/meddler.h"

#include "tests/unit/check.h"

static void see(struct meddler *meddler, uint64_t number)
{
    *meddler->seen = (*meddler->seen ^ number) * UINT64_C(0x9E3779B97F4A7C15);
    *meddler->seen ^= *meddler->seen >> 32;
}

static void look(struct meddler *meddler, const struct gc *gc)
{
    const struct collector *collector = gc_state(gc);
    see(meddler, gc_now_ns(gc));
    see(meddler, collector->enabled);
    for (int g = 0; g < GENERATIONS; g++) {
        see(meddler, collector->count[g]);
        see(meddler, collector->threshold[g]);
        see(meddler, collector->stats[g].collections);
        see(meddler, collector->stats[g].collected);
    }
    see(meddler, collector->long_lived_total);
    see(meddler, collector->long_lived_pending);
}

static uint64_t below(struct meddler *meddler, uint64_t n)
{
    return test_random_below(&meddler->seed, n);
}

static int64_t draw_threshold(struct meddler *meddler, uint64_t most)
{
    return below(meddler, 4) ? (int64_t)below(meddler, below(meddler, most) + 1) : -1;
}

static void meddle(struct meddler *meddler, struct gc *gc)
{
    int64_t t0, t1, t2;
    switch (below(meddler, 12)) {
    case 0:
    case 1:
    case 2:
        gc_collect(gc, (int)below(meddler, GENERATIONS));
        break;
    case 3:
        gc_freeze(gc);
        break;
    case 4:
    case 5:
        gc_unfreeze(gc);
        break;
    case 6:
        gc_disable(gc);
        break;
    case 7:
    case 8:
        gc_enable(gc);
        break;
    case 9:
        t0 = draw_threshold(meddler, 100);
        t1 = draw_threshold(meddler, 5);
        t2 = draw_threshold(meddler, 5);
        gc_set_threshold(gc, t0, t1, t2);
        break;
    default:
        see(meddler, gc_heap_bytes(gc));
    }
}

static void set_timer(struct meddler *meddler, struct gc *gc)
{
    if (meddler->timers == 0)
        return;
    meddler->timers--;
    gc_set_timer(gc, gc_now_ns(gc) + below(meddler, meddler->delay_ns + 1));
}

static void be_asked(struct meddler *meddler, struct gc *gc)
{
    look(meddler, gc);
    while (below(meddler, 100) < meddler->share)
        meddle(meddler, gc);
}

static void start(void *state, struct gc *gc)
{
    set_timer(state, gc);
    be_asked(state, gc);
}

static void event(void *state, struct gc *gc, enum program_event what)
{
    see(state, what);
    be_asked(state, gc);
}

static void timer(void *state, struct gc *gc)
{
    set_timer(state, gc);
    be_asked(state, gc);
}

static void collected(void *state, struct gc *gc, const struct collection *collection)
{
    see(state, collection->pause_ns);
    be_asked(state, gc);
}

const struct policy policy_meddler = {
    .about = {.name = "meddler", .state_size = sizeof(struct meddler)},
    .start = start,
    .event = event,
    .timer = timer,
    .collected = collected,
};
