/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The segments of a round: where they end, and what each does to the counter of generation 0, to
 * the memory, and to the clock (sim/interval/compiled.h). */
#include <assert.h>

#include "sim/interval/compiler.h"

/* A segment under construction, and the counter in it: from its start, and from 0. */
struct cutting {
    struct segment *segment;
    int64_t plain, held;
    bool closed;                 /* something has come that has to end it */
    struct segment_kinds *kinds; /* NULL: the program has none */
};

/* What the round has not yet been cut of: the next element of each. */
struct rest {
    const uint8_t *class;
    const uint32_t *birth, *death_birth;
    const uint64_t *work;
    const struct death *death, *deaths_end;
    const struct becoming *becoming, *becoming_end;
    const struct shape *shapes;
};

static struct rest rest_of_round(const struct compiler *compiler)
{
    const struct round *round = &compiler->round;
    const struct cut *cut = &compiler->cut;
    return (struct rest){
        .class = AT(compiler, classes, round->first - compiler->before.operations),
        .birth = AT(compiler, births, cut->birth),
        .death_birth = AT(compiler, deaths, cut->death),
        .work = AT(compiler, work, cut->work),
        .death = round->deaths,
        .deaths_end = round->deaths ? round->deaths + round->death_count : NULL,
        .becoming = round->becoming,
        .becoming_end = round->becoming ? round->becoming + round->becoming_count : NULL,
        .shapes = compiler->shapes.data,
    };
}

static struct cutting begin_segment(struct compiler *compiler, uint64_t operation)
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
    return (struct cutting){.segment = segment};
}

static inline void count_birth(struct cutting *cutting)
{
    struct segment *segment = cutting->segment;
    cutting->plain++;
    cutting->held++;
    if (cutting->plain > segment->rise)
        segment->rise = (int32_t)cutting->plain;
    if (cutting->held > segment->peak)
        segment->peak = (uint16_t)cutting->held;
}

static inline void count_deaths(struct cutting *cutting, int64_t deaths)
{
    cutting->plain -= deaths;
    cutting->held = cutting->held > deaths ? cutting->held - deaths : 0;
}

static inline void cut_birth(struct cut *cut, struct cutting *cutting, const struct shape *shape)
{
    struct segment *segment = cutting->segment;
    shape_add(shape, &cut->alive);
    cut->birth++;
    uint64_t live_bytes = cut->alive.bytes - cut->isolated_bytes;
    if (live_bytes > segment->live_peak_bytes)
        segment->live_peak_bytes = live_bytes;
}

/* Returns how many. */
static inline int64_t cut_deaths(struct compiler *compiler, struct cutting *cutting,
                                 struct rest *rest, uint32_t now)
{
    struct cut *cut = &compiler->cut;
    struct segment *segment = cutting->segment;
    int64_t deaths = 0;
    for (; rest->death < rest->deaths_end && rest->death->stamp == now; rest->death++) {
        shape_remove(&rest->shapes[rest->death->shape], &cut->alive);
        *PUSH(compiler, uint8_t, death_operations) = (uint8_t)segment->length;
        uint32_t birth = *rest->death_birth++;
        if (birth < segment->oldest_death)
            segment->oldest_death = birth;
        deaths++;
    }
    cut->death += (uint32_t)deaths;
    return deaths;
}

/* ---- with kinds -------------------------------------------------------------------------- */

static struct list_use *use_of(struct cutting_kinds *kinds, uint32_t list)
{
    if (!(kinds->used & UINT32_C(1) << list))
        kinds->uses[list] = list_use_of(list);
    kinds->used |= UINT32_C(1) << list;
    return &kinds->uses[list];
}

static void begin_kinds(struct compiler *compiler, struct cutting *cutting)
{
    const struct cut *cut = &compiler->cut;
    *PUSH(compiler, struct alive_kinds, alive_kinds) = cut->alive_kinds;
    cutting->kinds = PUSH(compiler, struct segment_kinds, segment_kinds);
    *cutting->kinds = (struct segment_kinds){
        .use = (uint32_t)column_total(&compiler->compiled->columns[COLUMN_list_uses]),
        .trackings = cut->trackings};
    struct cutting_kinds *kinds = &compiler->cutting_kinds;
    kinds->rising = kinds->falling = 0;
    kinds->used = 0;
}

static void end_kinds(struct compiler *compiler)
{
    struct cutting_kinds *kinds = &compiler->cutting_kinds;
    for (uint32_t list = 0; list < FREE_LISTS; list++)
        if (kinds->used & UINT32_C(1) << list)
            *PUSH(compiler, struct list_use, list_uses) = kinds->uses[list];
}

static void cut_birth_of_kind(struct compiler *compiler, struct cutting *cutting,
                              const struct shape *shape)
{
    struct cut *cut = &compiler->cut;
    struct cutting_kinds *kinds = &compiler->cutting_kinds;
    if (shape->tracking == TRACKED_LATE) {
        shape_remove(shape, &cut->alive_kinds.never);
        cut->birth++;
        cut->trackings++;
        return;
    }
    cut_birth(cut, cutting, shape);
    if (shape->tracking == TRACKED_NEVER)
        shape_add(shape, &cut->alive_kinds.never);
    if (shape->tracking == TRACKED_ONCE)
        shape_add(shape, &cut->alive_kinds.once);
    cutting->kinds->net++;
    if (++kinds->rising > cutting->kinds->rise)
        cutting->kinds->rise = (int32_t)kinds->rising;
    if (shape->takes) {
        list_use_take(use_of(kinds, shape->takes));
    } else {
        kinds->falling++;
        count_birth(cutting);
    }
}

static void cut_deaths_of_kinds(struct compiler *compiler, struct cutting *cutting,
                                const struct shape *shapes, const struct death *death,
                                int64_t deaths)
{
    struct cut *cut = &compiler->cut;
    struct cutting_kinds *kinds = &compiler->cutting_kinds;
    for (int64_t i = 0; i < deaths; i++) {
        const struct shape *shape = &shapes[death[i].shape];
        if (shape->tracking == TRACKED_NEVER)
            shape_remove(shape, &cut->alive_kinds.never);
        if (shape->tracking == TRACKED_ONCE)
            shape_remove(shape, &cut->alive_kinds.once);
        if (shape->gives) {
            list_use_give(use_of(kinds, shape->gives));
        } else {
            kinds->rising--;
            count_deaths(cutting, 1);
        }
    }
    kinds->falling -= deaths;
    cutting->kinds->net -= (int32_t)deaths;
    if (kinds->falling < cutting->kinds->fall)
        cutting->kinds->fall = (int32_t)kinds->falling;
}

/* ---- what becomes isolated --------------------------------------------------------------- */

static void note_elder(struct compiler *compiler, const struct becoming *becoming)
{
    *(struct elder *)column_push(&compiler->compiled->elder_isolated, sizeof(struct elder)) =
        (struct elder){compiler->cut.isolated, becoming->record.shape, becoming->birth};
}

/* What becomes isolated with the operation `now`: some of `becoming`. Returns how many. */
static __attribute__((noinline)) uint32_t cut_isolated(struct compiler *compiler,
                                                       const struct becoming *becoming,
                                                       const struct becoming *end, uint32_t now)
{
    struct cut *cut = &compiler->cut;
    uint32_t before = cut->isolated;
    for (; becoming < end && becoming->stamp == now; becoming++) {
        const struct isolated *record = &becoming->record;
        if (is_ancient(compiler->compiled->origin, record->birth))
            note_elder(compiler, becoming);
        *PUSH(compiler, struct isolated, isolated) = *record;
        if (compiler->hidden)
            *PUSH(compiler, uint64_t, isolated_born) = becoming->born;
        cut->isolated_bytes += shape_at(compiler, record->shape)->bytes;
        cut->isolated++;
    }
    return cut->isolated - before;
}

static inline void end_segment(const struct cutting *cutting)
{
    cutting->segment->net = (int32_t)cutting->plain;
    cutting->segment->floor = (uint16_t)cutting->held;
}

/* ---- a round ------------------------------------------------------------------------------ */

/* Compiled twice: programs without kinds do not pay for them. */
#define TWICE inline __attribute__((always_inline))

static TWICE struct cutting begin(struct compiler *compiler, uint64_t operation, bool kinds)
{
    struct cutting cutting = begin_segment(compiler, operation);
    if (kinds)
        begin_kinds(compiler, &cutting);
    return cutting;
}

static TWICE void end(struct compiler *compiler, const struct cutting *cutting, bool kinds)
{
    end_segment(cutting);
    if (kinds)
        end_kinds(compiler);
}

static TWICE void cut_new(struct compiler *compiler, struct cutting *cutting, struct rest *rest,
                          bool kinds)
{
    const struct shape *shape = &rest->shapes[*rest->birth++];
    if (kinds) {
        cut_birth_of_kind(compiler, cutting, shape);
    } else {
        cut_birth(&compiler->cut, cutting, shape);
        count_birth(cutting);
    }
}

static TWICE void cut_dead(struct compiler *compiler, struct cutting *cutting, struct rest *rest,
                           uint32_t now, bool kinds)
{
    const struct death *death = rest->death;
    int64_t deaths = cut_deaths(compiler, cutting, rest, now);
    if (kinds)
        cut_deaths_of_kinds(compiler, cutting, rest->shapes, death, deaths);
    else
        count_deaths(cutting, deaths);
}

static TWICE void cut_round(struct compiler *compiler, bool kinds)
{
    struct cut *cut = &compiler->cut;
    struct rest rest = rest_of_round(compiler);
    uint64_t first = compiler->round.first;
    uint32_t ns[CLASS_COUNT];
    compiled_costs(&compiler->stream.program.costs, ns);
    struct cutting cutting = begin(compiler, first, kinds);
    for (uint32_t now = 1; now <= compiler->now; now++) {
        uint8_t class = *rest.class ++;
        if (class == CLASS_CONTROL) {
            cut->control++;
            cutting.closed = true;
            continue;
        }
        if (cutting.closed || cutting.segment->length == SEGMENT_OPERATIONS) {
            end(compiler, &cutting, kinds);
            cutting = begin(compiler, first + now - 1, kinds);
        }
        if (class < BIRTH_CLASSES) {
            cut_new(compiler, &cutting, &rest, kinds);
        } else if (class == CLASS_WORK) {
            cut->mutator_ns += *rest.work++;
            cut->work++;
        }
        cut->mutator_ns += ns[class];
        cut_dead(compiler, &cutting, &rest, now, kinds);
        if (rest.becoming < rest.becoming_end && rest.becoming->stamp == now) {
            rest.becoming += cut_isolated(compiler, rest.becoming, rest.becoming_end, now);
            cutting.closed = true;
        }
        cutting.segment->length++;
        if (cut->mutator_ns - cutting.segment->mutator_ns >= WORK_MOST_NS)
            cutting.closed = true;
    }
    end(compiler, &cutting, kinds);
    assert(rest.becoming == rest.becoming_end);
}

void compiler_cut_round(struct compiler *compiler)
{
    if (compiler->stream.program.has_kinds)
        cut_round(compiler, true);
    else
        cut_round(compiler, false);
}

void compiler_end_segments(struct compiler *compiler)
{
    begin(compiler, compiler->round.first, compiler->stream.program.has_kinds);
}
