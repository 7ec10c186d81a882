/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The segments of a window: where they end, and what each does to the counter of generation 0, to
 * the memory, and to the clock (sim/interval/compiled.h). */
#include <assert.h>

#include "sim/interval/compiler.h"

/* A segment under construction, and the counter in it: from its start, and from 0. */
struct cutting {
    struct segment *segment;
    int64_t plain, held;
    bool closed; /* something has come that has to end it */
};

static void begin_segment(struct compiler *compiler, struct cutting *cutting, uint64_t operation)
{
    const struct cut *cut = &compiler->cut;
    *PUSH(compiler, struct tally, alive) = cut->alive;
    struct segment *segment = PUSH(compiler, struct segment, segments);
    *segment = (struct segment){.operation = operation,
                                .mutator_ns = cut->mutator_ns,
                                .birth = cut->birth,
                                .death = cut->death,
                                .work = cut->work,
                                .control = cut->control,
                                .isolated = cut->isolated,
                                .oldest_death = UINT32_MAX,
                                .rise = NO_RISE};
    *cutting = (struct cutting){.segment = segment};
}

static void cut_birth(struct compiler *compiler, struct cutting *cutting, const struct shape *shape)
{
    struct cut *cut = &compiler->cut;
    struct segment *segment = cutting->segment;
    shape_add(shape, &cut->alive);
    cut->birth++;
    cutting->plain++;
    cutting->held++;
    if (cutting->plain > segment->rise)
        segment->rise = (int32_t)cutting->plain;
    if (cutting->held > segment->peak)
        segment->peak = (uint16_t)cutting->held;
    uint64_t live_bytes = cut->alive.bytes - cut->isolated_bytes;
    if (live_bytes > segment->live_peak_bytes)
        segment->live_peak_bytes = live_bytes;
}

static void cut_deaths(struct compiler *compiler, struct cutting *cutting, uint32_t now)
{
    struct cut *cut = &compiler->cut;
    const struct window *window = &compiler->window;
    int64_t deaths = 0;
    for (uint64_t i = cut->death - window->death;
         i < window->death_count && window->deaths[i].stamp == now; i++) {
        shape_remove(shape_at(compiler, window->deaths[i].shape), &cut->alive);
        *PUSH(compiler, uint8_t, death_operations) = (uint8_t)cutting->segment->length;
        uint32_t birth = AT(compiler, deaths, cut->death);
        if (birth < cutting->segment->oldest_death)
            cutting->segment->oldest_death = birth;
        cut->death++;
        deaths++;
    }
    cutting->plain -= deaths;
    cutting->held = cutting->held > deaths ? cutting->held - deaths : 0;
}

static void cut_isolated(struct compiler *compiler, struct cutting *cutting, uint32_t now,
                         size_t *next)
{
    const struct window *window = &compiler->window;
    struct cut *cut = &compiler->cut;
    for (; *next < window->becoming_count && window->becoming[*next].stamp == now; ++*next) {
        const struct isolated *record = &window->becoming[*next].record;
        *PUSH(compiler, struct isolated, isolated) = *record;
        cut->isolated_bytes += shape_at(compiler, record->shape)->bytes;
        cut->isolated++;
        cutting->closed = true;
    }
}

static void end_segment(struct cutting *cutting)
{
    cutting->segment->net = (int32_t)cutting->plain;
    cutting->segment->floor = (uint16_t)cutting->held;
}

void compiler_cut_window(struct compiler *compiler)
{
    struct window *window = &compiler->window;
    struct cut *cut = &compiler->cut;
    uint32_t ns[CLASS_COUNT];
    struct cutting cutting;
    size_t next_isolated = 0;
    compiled_costs(&compiler->stream.program.costs, ns);
    begin_segment(compiler, &cutting, window->first);
    for (uint32_t now = 1; now <= compiler->now; now++) {
        uint8_t class = AT(compiler, classes, window->first + now - 1);
        if (class == CLASS_CONTROL) {
            cut->control++;
            cutting.closed = true;
            continue;
        }
        if (cutting.closed || cutting.segment->length == SEGMENT_OPERATIONS) {
            end_segment(&cutting);
            begin_segment(compiler, &cutting, window->first + now - 1);
        }
        if (class < OBJECT_KINDS)
            cut_birth(compiler, &cutting, shape_at(compiler, AT(compiler, births, cut->birth)));
        else if (class == CLASS_WORK)
            cut->mutator_ns += AT(compiler, work, cut->work++);
        cut->mutator_ns += ns[class];
        cut_deaths(compiler, &cutting, now);
        cut_isolated(compiler, &cutting, now, &next_isolated);
        cutting.segment->length++;
        if (cut->mutator_ns - cutting.segment->mutator_ns >= WORK_MOST_NS)
            cutting.closed = true;
    }
    end_segment(&cutting);
    assert(next_isolated == window->becoming_count);
}

void compiler_end_segments(struct compiler *compiler)
{
    struct cutting last;
    begin_segment(compiler, &last, compiler->window.first);
}
