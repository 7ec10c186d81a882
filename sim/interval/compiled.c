/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/compiled.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

const struct compiled_column_kind compiled_columns[COLUMN_COUNT] = {
#define X(type, name, meaning) {#name, meaning, sizeof(type)},
    COMPILED_COLUMNS(X)
#undef X
};

void compiled_init(struct compiled *compiled)
{
    *compiled = (struct compiled){0};
    for (int i = 0; i < COLUMN_COUNT; i++)
        compiled->columns[i] = column_of(compiled_columns[i].bytes);
    compiled->elder_deaths = compiled->elder_isolated = column_of(sizeof(struct elder));
}

void compiled_fini(struct compiled *compiled)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        column_fini(&compiled->columns[i]);
    column_fini(&compiled->elder_deaths);
    column_fini(&compiled->elder_isolated);
}

void compiled_costs(const struct op_costs *costs, uint32_t ns[CLASS_COUNT])
{
    for (uint32_t kind = 0; kind < OBJECT_KINDS; kind++)
        ns[cost_class_of(kind)] = costs->ns[OP_NEW][kind];
    for (int code = OP_STORE; code <= OP_DROP; code++)
        ns[CLASS_STORE + code - OP_STORE] = costs->ns[code][0];
    ns[CLASS_WORK] = ns[CLASS_CONTROL] = 0;
}

/* ---- older than the window ---------------------------------------------------------------- */

/* They are in order of place. */
const struct elder *elder_at(const struct column *elders, uint64_t place)
{
    const struct elder *all = elders->data;
    size_t first = 0, end = elders->count;
    while (end - first > 1) {
        size_t middle = first + (end - first) / 2;
        if (all[middle].place <= place)
            first = middle;
        else
            end = middle;
    }
    assert(first < end && all[first].place == place);
    return &all[first];
}

/* ---- deaths ----------------------------------------------------------------------------- */

struct deaths deaths_of(const struct compiled *compiled)
{
    return (struct deaths){
        .births = compiled_births(compiled),
        .deaths = compiled_deaths(compiled),
        .facts = compiled_death_facts(compiled),
        .shapes = compiled_shapes(compiled),
        .elders = &compiled->elder_deaths,
        .origin = compiled->origin,
        .first = birth_in_column(compiled->origin, compiled->before.births),
    };
}

uint32_t deaths_other_shape(const struct deaths *deaths, uint32_t death)
{
    uint32_t birth = deaths->deaths[death];
    if (birth >= deaths->first)
        return deaths->births[birth - deaths->first];
    return elder_at(deaths->elders, death)->shape;
}

void compiled_count_ages(const struct compiled *compiled, uint32_t deaths,
                         uint64_t counts[AGE_BUCKETS])
{
    const struct death_facts *facts = compiled_death_facts(compiled);
    memcpy(counts, compiled->before.ages, sizeof compiled->before.ages);
    if (deaths >= AGES_APART)
        for (int age = 0; age < AGE_BUCKETS; age++)
            counts[age] += compiled_ages(compiled)[deaths / AGES_APART - 1].count[age];
    for (uint32_t i = deaths - deaths % AGES_APART; i < deaths; i++)
        counts[facts[i].age]++;
}

/* ---- is it sound? --------------------------------------------------------------------- */

static bool facts_are_sound(const struct compiled *compiled)
{
    const struct program *program = &compiled->program;
    return program->slots <= SLOTS_MOST && scatter_is_sound(program->scatter) &&
           isfinite(program->slowdown) && program->slowdown > 0 &&
           compiled->fault.kind <= FAULT_FIELD_RANGE &&
           compiled->operations == compiled_count(compiled, COLUMN_classes) &&
           compiled->numbers <= compiled_count(compiled, COLUMN_isolated) +
                                    compiled_count(compiled, COLUMN_references);
}

/* One column's elements follow another's, one each. */
static bool counts_are_sound(const struct compiled *compiled)
{
    uint64_t deaths = compiled_count(compiled, COLUMN_deaths);
    uint64_t segments = compiled_count(compiled, COLUMN_segments);
    for (enum compiled_column i = 0; i < COLUMN_COUNT; i++)
        if (compiled_count(compiled, i) > COLUMN_MOST && i != COLUMN_classes &&
            i != COLUMN_references)
            return false;
    return segments > 0 && compiled_count(compiled, COLUMN_alive) == segments &&
           compiled_count(compiled, COLUMN_death_facts) == deaths &&
           compiled_count(compiled, COLUMN_death_operations) == deaths &&
           compiled_count(compiled, COLUMN_ages) == deaths / AGES_APART &&
           deaths <= compiled_count(compiled, COLUMN_births);
}

static bool below(const uint32_t *numbers, uint64_t count, uint64_t limit)
{
    for (uint64_t i = 0; i < count; i++)
        if (numbers[i] >= limit)
            return false;
    return true;
}

static bool death_shapes_are_sound(const struct compiled *compiled)
{
    const struct death_facts *facts = compiled_death_facts(compiled);
    uint64_t count = compiled_count(compiled, COLUMN_shapes);
    for (uint64_t i = 0; i < compiled_count(compiled, COLUMN_death_facts); i++)
        if (facts[i].shape != SHAPE_OTHER && facts[i].shape >= count)
            return false;
    return true;
}

static bool shapes_are_sound(const struct compiled *compiled)
{
    const struct shape *shapes = compiled_shapes(compiled);
    uint64_t count = compiled_count(compiled, COLUMN_shapes);
    for (uint64_t i = 0; i < count; i++)
        if (shapes[i].cost >= COST_CLASSES)
            return false;
    return below(compiled_births(compiled), compiled_count(compiled, COLUMN_births), count) &&
           below(compiled_deaths(compiled), compiled_count(compiled, COLUMN_deaths),
                 compiled_count(compiled, COLUMN_births)) &&
           death_shapes_are_sound(compiled);
}

/* Each is a bucket, and the sums are right. */
static bool ages_are_sound(const struct compiled *compiled)
{
    const struct death_facts *facts = compiled_death_facts(compiled);
    const struct age_counts *ages = compiled_ages(compiled);
    uint64_t deaths = compiled_count(compiled, COLUMN_death_facts);
    struct age_counts counts = {0};
    for (uint64_t i = 0; i < deaths; i++) {
        if (facts[i].age >= AGE_BUCKETS)
            return false;
        counts.count[facts[i].age]++;
        if ((i + 1) % AGES_APART == 0 && memcmp(ages++, &counts, sizeof counts) != 0)
            return false;
    }
    return true;
}

static bool control_is_sound(const struct compiled *compiled, const struct op *op)
{
    switch (op->code) {
    case OP_COLLECT:
        return op->a < GENERATIONS;
    case OP_BEGIN:
    case OP_WAIT:
    case OP_RESUME:
    case OP_END:
        return op->a < compiled->program.slots;
    case OP_EVENT:
        return op->a < PROGRAM_EVENT_COUNT;
    default:
        return op->code < OP_COUNT && !op_is_of_engine(op);
    }
}

static bool work_is_sound(const struct compiled *compiled)
{
    const uint64_t *work = compiled_work(compiled);
    for (uint64_t i = 0; i < compiled_count(compiled, COLUMN_work); i++)
        if (work[i] > WORK_MOST_NS)
            return false;
    return true;
}

static bool controls_are_sound(const struct compiled *compiled)
{
    const struct op *controls = compiled_controls(compiled);
    for (uint64_t i = 0; i < compiled_count(compiled, COLUMN_controls); i++)
        if (!control_is_sound(compiled, &controls[i]))
            return false;
    return true;
}

static bool is_isolated_soundly(const struct compiled *compiled, const struct isolated *record)
{
    uint64_t references = compiled_count(compiled, COLUMN_references);
    return record->birth < compiled_count(compiled, COLUMN_births) &&
           record->shape < compiled_count(compiled, COLUMN_shapes) && record->number > 0 &&
           record->number <= compiled->numbers && record->reference <= references &&
           record->references <= references - record->reference;
}

static bool references_are_sound(const struct compiled *compiled)
{
    const uint32_t *references = compiled_references(compiled);
    for (uint64_t i = 0; i < compiled_count(compiled, COLUMN_references); i++)
        if (references[i] == 0 || references[i] > compiled->numbers)
            return false;
    return true;
}

/* Each becomes isolated once, and every reference belongs to one of them. */
static bool isolated_are_sound(const struct compiled *compiled)
{
    const struct isolated *isolated = compiled_isolated(compiled);
    uint64_t count = compiled_count(compiled, COLUMN_references), owned = 0;
    bool *numbers = allocate_zeroed(compiled->numbers + 1, sizeof *numbers);
    bool *owners = allocate_zeroed(count, sizeof *owners), sound = references_are_sound(compiled);
    for (uint64_t i = 0; i < compiled_count(compiled, COLUMN_isolated) && sound; i++) {
        const struct isolated *record = &isolated[i];
        sound = is_isolated_soundly(compiled, record) && !numbers[record->number];
        if (!sound)
            break;
        numbers[record->number] = true;
        for (uint64_t r = 0; r < record->references && sound; r++) {
            sound = !owners[record->reference + r];
            owners[record->reference + r] = true;
        }
        owned += record->references;
    }
    free(numbers);
    free(owners);
    return sound && owned == count;
}

/* The operations of a segment are as many, of each class, as its columns' elements; the control
 * operations come last; and each death has its place. */
static bool segment_is_sound(const struct compiled *compiled, const struct segment *segment)
{
    const struct segment *next = segment + 1;
    const uint8_t *classes = compiled_classes(compiled);
    const uint8_t *death_operations = compiled_death_operations(compiled);
    if (next->operation < segment->operation ||
        next->mutator_ns - segment->mutator_ns > INT64_MAX || next->birth < segment->birth ||
        next->death < segment->death || next->work < segment->work ||
        next->control < segment->control || next->isolated < segment->isolated)
        return false;
    uint64_t controls = next->control - segment->control;
    uint64_t operations = next->operation - segment->operation, length = operations - controls;
    if (controls > operations || length > SEGMENT_OPERATIONS || length != segment->length ||
        next->operation > compiled->operations)
        return false;
    uint64_t births = 0, work = 0;
    for (uint64_t i = segment->operation; i < next->operation; i++) {
        bool is_control = classes[i] == CLASS_CONTROL;
        if (classes[i] >= CLASS_COUNT || is_control != (i >= segment->operation + length))
            return false;
        births += classes[i] < COST_CLASSES;
        work += classes[i] == CLASS_WORK;
    }
    if (births != next->birth - segment->birth || work != next->work - segment->work ||
        next->death > compiled_count(compiled, COLUMN_deaths))
        return false;
    for (uint64_t i = segment->death; i < next->death; i++)
        if (death_operations[i] >= length ||
            (i > segment->death && death_operations[i] < death_operations[i - 1]))
            return false;
    for (uint64_t i = segment->isolated; i < next->isolated; i++)
        if (i >= compiled_count(compiled, COLUMN_isolated) ||
            compiled_isolated(compiled)[i].birth >= next->birth)
            return false;
    return length > 0 || next->isolated == segment->isolated;
}

static bool segments_are_sound(const struct compiled *compiled)
{
    const struct segment *first = compiled_segments(compiled);
    const struct segment *last = first + compiled_count(compiled, COLUMN_segments) - 1;
    if (first->operation || first->birth || first->death || first->work || first->control ||
        first->isolated)
        return false;
    for (const struct segment *segment = first; segment < last; segment++)
        if (!segment_is_sound(compiled, segment))
            return false;
    return last->operation == compiled->operations &&
           last->birth == compiled_count(compiled, COLUMN_births) &&
           last->death == compiled_count(compiled, COLUMN_deaths) &&
           last->work == compiled_count(compiled, COLUMN_work) &&
           last->control == compiled_count(compiled, COLUMN_controls) &&
           last->isolated == compiled_count(compiled, COLUMN_isolated);
}

const char *compiled_check(const struct compiled *compiled)
{
    static const struct {
        bool (*is_sound)(const struct compiled *compiled);
        const char *wrong;
    } checks[] = {
        {facts_are_sound, "what it says of the program is impossible"},
        {counts_are_sound, "its columns do not fit together"},
        {shapes_are_sound, "an object is of no known shape"},
        {ages_are_sound, "the ages of objects do not add up"},
        {work_is_sound, "a stretch of computing is too long"},
        {controls_are_sound, "an operation is impossible"},
        {isolated_are_sound, "an isolated object is impossible"},
        {segments_are_sound, "a segment does not fit its operations"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (!checks[i].is_sound(compiled))
            return checks[i].wrong;
    return NULL;
}
