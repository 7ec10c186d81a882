/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiled random programs against a model: the heap without a collector, where after every
 * operation everything is looked at. Arguments are those of test_engines.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/graph/heap_check.h"
#include "tests/property/trial.h"
#include "tests/unit/check.h"
#include "tests/unit/play.h"

static uint64_t first_seed = 1, programs = 3000;

#define OPERATIONS 1000

#define NEVER UINT64_MAX

/* What becomes of an object. */
struct fate {
    uint64_t dies, isolated; /* at which operation; NEVER */
    uint32_t *references;    /* once isolated: births */
    uint32_t reference_count;
    const struct op *born;
};

/* As an operation begins. */
struct state {
    struct tally alive;
    uint64_t reachable_bytes, mutator_ns;
};

struct model {
    struct fate *fates;
    uint32_t births;
    struct state *states; /* one more than there are operations */
    uint64_t operations;
};

/* ---- the model ----------------------------------------------------------------------------------
 */

/* What is being played: the heap, and which object is at each block. */
struct play {
    struct heap *heap;
    uint32_t *births; /* by reference */
    size_t capacity;
    struct model *model;
};

static bool changes_heap(const struct op *op)
{
    return op->code <= OP_DROP;
}

static void note_birth(struct play *play, const struct op *op)
{
    const struct generation *young = &play->heap->generations[0];
    ref o = play->heap->registers[op->a];
    check_count("it is the youngest", young->objects[heap_object(play->heap, o)->position], o);
    play->births =
        allocate_grow(play->births, &play->capacity, play->heap->arena.used, sizeof *play->births);
    play->births[o] = play->model->births;
    play->model->fates[play->model->births++] =
        (struct fate){.dies = NEVER, .isolated = NEVER, .born = op};
}

static void note_references(const struct play *play, struct fate *fate, ref o)
{
    const struct object *object = heap_object(play->heap, o);
    fate->references = allocate_zeroed(object->fields, sizeof *fate->references);
    for (uint32_t f = 0; f < object->fields; f++)
        if (object->field[f])
            fate->references[fate->reference_count++] = play->births[object->field[f]];
}

/* After an operation: who is still there, and who of these is reachable. */
static void look(struct play *play, uint64_t operation, struct state *next)
{
    const struct generation *all = &play->heap->generations[0];
    bool *unreachable = heap_expected_unreachable(play->heap, GENERATIONS - 1);
    bool *there = allocate_zeroed(play->model->births, sizeof *there);
    for (size_t i = 0; i < all->used; i++) {
        ref o = all->objects[i];
        if (!o)
            continue;
        struct fate *fate = &play->model->fates[play->births[o]];
        there[play->births[o]] = true;
        if (!unreachable[o]) {
            next->reachable_bytes += heap_object(play->heap, o)->bytes;
        } else if (fate->isolated == NEVER) {
            fate->isolated = operation;
            note_references(play, fate, o);
        }
    }
    for (uint32_t birth = 0; birth < play->model->births; birth++)
        if (!there[birth] && play->model->fates[birth].dies == NEVER)
            play->model->fates[birth].dies = operation;
    next->alive = all->tally;
    free(there);
    free(unreachable);
}

static void model_make(struct model *model, const struct trial *trial,
                       const struct compiled *compiled)
{
    struct play play = {.heap = heap_new(trial->declared.registers), .model = model};
    struct found found;
    *model = (struct model){.operations = compiled->operations};
    model->fates = allocate_zeroed(compiled->operations, sizeof *model->fates);
    model->states = allocate_zeroed(compiled->operations + 1, sizeof *model->states);
    for (uint64_t i = 0; i < model->operations; i++) {
        const struct op *op = &trial->ops.ops[i];
        struct state *state = &model->states[i], *next = state + 1;
        uint64_t ns = op->code == OP_WORK ? op->ns : 0;
        if (op_is_of_engine(op) && op->code != OP_WORK)
            ns = compiled->program.costs.ns[op->code][op->kind];
        if (changes_heap(op)) {
            play_op(play.heap, op, &found);
            if (op->code == OP_NEW)
                note_birth(&play, op);
            look(&play, i, next);
        } else {
            *next = *state;
        }
        next->mutator_ns = state->mutator_ns + ns;
    }
    heap_free(play.heap);
    free(play.births);
}

static void model_fini(struct model *model)
{
    for (uint32_t i = 0; i < model->births; i++)
        free(model->fates[i].references);
    free(model->fates);
    free(model->states);
}

/* ---- a segment ----------------------------------------------------------------------------------
 */

static void check_tally(const char *what, const struct tally *got, const struct tally *expected)
{
    check_that(what, memcmp(got, expected, sizeof *got) == 0);
}

/* Which operations it has, and what there is as it begins. */
static void check_start(const char *what, const struct trial *trial, const struct model *model,
                        const struct compiled *compiled, const struct segment *segment)
{
    const struct state *state = &model->states[segment->operation];
    uint64_t operation = segment->operation;
    while (operation < segment[1].operation && op_is_of_engine(&trial->ops.ops[operation]))
        operation++;
    check_count(what, segment->length, operation - segment->operation);
    check_count(what, segment->mutator_ns, state->mutator_ns);
    check_tally(what, &compiled_alive(compiled)[segment - compiled_segments(compiled)],
                &state->alive);
}

/* What the columns say of a death that is at an operation of the segment; `births` is how many
 * objects there have been after it. */
static void check_death(const char *what, const struct model *model,
                        const struct compiled *compiled, uint32_t death, uint64_t operation,
                        uint32_t births)
{
    uint32_t birth = compiled_deaths(compiled)[death];
    check_count(what, model->fates[birth].dies, operation);
    const struct deaths deaths = deaths_of(compiled);
    check_count(what, (uint64_t)(shape_of_death(&deaths, death) - deaths.shapes),
                compiled_births(compiled)[birth]);
    check_count(what, compiled_death_facts(compiled)[death].age, age_bucket(births - 1 - birth));
}

/* How many die at each operation of the segment, by the model; the columns say the same. */
static void check_deaths(const char *what, const struct trial *trial, const struct model *model,
                         const struct compiled *compiled, const struct segment *segment,
                         uint32_t deaths[SEGMENT_OPERATIONS])
{
    uint64_t length = segment->length;
    memset(deaths, 0, SEGMENT_OPERATIONS * sizeof *deaths);
    for (uint32_t birth = 0; birth < model->births; birth++) {
        uint64_t at = model->fates[birth].dies - segment->operation;
        if (model->fates[birth].dies != NEVER && model->fates[birth].dies >= segment->operation &&
            at < length)
            deaths[at]++;
    }
    uint32_t next = segment->death, oldest = UINT32_MAX, births = segment->birth;
    for (uint64_t at = 0; at < length; at++) {
        births += trial->ops.ops[segment->operation + at].code == OP_NEW;
        for (uint32_t i = 0; i < deaths[at]; i++, next++) {
            uint32_t birth = compiled_deaths(compiled)[next];
            check_that(what, next < segment[1].death && birth < model->births);
            oldest = birth < oldest ? birth : oldest;
            check_count(what, compiled_death_operations(compiled)[next], at);
            check_death(what, model, compiled, next, segment->operation + at, births);
        }
    }
    check_count(what, next, segment[1].death);
    check_count(what, segment->oldest_death, oldest);
}

/* The generation-0 counter through the segment, operation by operation, from any value. */
static void check_counter(const char *what, const struct trial *trial,
                          const struct segment *segment, const uint32_t *deaths)
{
    static const int64_t starts[] = {0, 1, 2, 3, 5, 17, 64, 100, 127, 128, 1000};
    for (size_t i = 0; i < LENGTH(starts); i++) {
        int64_t count = starts[i], most = -1;
        for (uint64_t at = 0; at < segment->length; at++) {
            if (trial->ops.ops[segment->operation + at].code == OP_NEW && ++count > most)
                most = count;
            count = count > deaths[at] ? count - deaths[at] : 0;
        }
        int64_t end = starts[i] + segment->net, top = starts[i] + segment->rise;
        check_signed(what, end > segment->floor ? end : segment->floor, count);
        if (most >= 0)
            check_signed(what, top > segment->peak ? top : segment->peak, most);
        else
            check_that(what, segment->rise == NO_RISE && segment->peak == 0);
    }
}

static void check_live_peak(const char *what, const struct trial *trial, const struct model *model,
                            const struct segment *segment)
{
    uint64_t peak = 0;
    for (uint64_t at = 0; at < segment->length; at++) {
        const struct op *op = &trial->ops.ops[segment->operation + at];
        uint64_t bytes = model->states[segment->operation + at].reachable_bytes + op->c;
        if (op->code == OP_NEW && bytes > peak)
            peak = bytes;
    }
    check_count(what, segment->live_peak_bytes, peak);
}

/* ---- the whole ----------------------------------------------------------------------------------
 */

static void check_births(const char *what, const struct model *model,
                         const struct compiled *compiled)
{
    check_count(what, compiled_count(compiled, COLUMN_births), model->births);
    for (uint32_t birth = 0; birth < model->births; birth++) {
        const struct shape *shape = &compiled_shapes(compiled)[compiled_births(compiled)[birth]];
        const struct op *born = model->fates[birth].born;
        check_count(what, shape->cost, cost_class_of(born->kind));
        check_count(what, shape->fields, born->b);
        check_count(what, shape->bytes, born->c);
    }
}

/* Which object has a second number, as far as it is known. */
static void check_number(const char *what, uint32_t *numbered, uint32_t number, uint32_t birth)
{
    if (numbered[number] == UINT32_MAX)
        numbered[number] = birth;
    check_count(what, numbered[number], birth);
}

static void check_isolated(const char *what, const struct model *model,
                           const struct compiled *compiled)
{
    uint32_t *numbered = allocate_zeroed(compiled->numbers + 1, sizeof *numbered);
    uint64_t expected = 0, references = 0;
    memset(numbered, 0xff, (compiled->numbers + 1) * sizeof *numbered);
    for (const struct segment *segment = compiled_segments(compiled);
         segment->operation < compiled->operations; segment++) {
        for (uint32_t i = segment->isolated; i < segment[1].isolated; i++) {
            const struct isolated *record = &compiled_isolated(compiled)[i];
            const struct fate *fate = &model->fates[record->birth];
            check_count(what, fate->isolated, segment->operation + segment->length - 1);
            check_count(what, record->shape, compiled_births(compiled)[record->birth]);
            check_count(what, record->references, fate->reference_count);
            check_number(what, numbered, record->number, record->birth);
            for (uint32_t r = 0; r < record->references; r++)
                check_number(what, numbered, compiled_references(compiled)[record->reference + r],
                             fate->references[r]);
            references += record->references;
        }
    }
    for (uint32_t birth = 0; birth < model->births; birth++)
        expected += model->fates[birth].isolated != NEVER;
    check_count(what, compiled_count(compiled, COLUMN_isolated), expected);
    check_count(what, compiled_count(compiled, COLUMN_references), references);
    for (uint32_t number = 1; number <= compiled->numbers; number++)
        check_that(what, numbered[number] != UINT32_MAX);
    free(numbered);
}

static void check_program(const char *what, const struct trial *trial, const struct model *model,
                          const struct compiled *compiled)
{
    const struct segment *segment = compiled_segments(compiled);
    const struct segment *last = segment + compiled_count(compiled, COLUMN_segments) - 1;
    uint32_t deaths[SEGMENT_OPERATIONS];
    check_text(what, compiled_check(compiled), NULL);
    for (; segment < last; segment++) {
        check_start(what, trial, model, compiled, segment);
        check_deaths(what, trial, model, compiled, segment, deaths);
        check_counter(what, trial, segment, deaths);
        check_live_peak(what, trial, model, segment);
    }
    check_count(what, last->operation, model->operations);
    check_count(what, last->mutator_ns, model->states[model->operations].mutator_ns);
    check_tally(what, &compiled_alive(compiled)[last - compiled_segments(compiled)],
                &model->states[model->operations].alive);
    check_births(what, model, compiled);
    check_isolated(what, model, compiled);
}

TEST(compiled_programs_are_what_happens)
{
    uint64_t isolated = 0, held = 0, deaths = 0;
    for (uint64_t seed = first_seed; seed < first_seed + programs; seed++) {
        struct trial trial;
        struct compiled compiled;
        struct model model;
        struct error error;
        char what[50];
        trial_of_operations(&trial, seed, OPERATIONS);
        snprintf(what, sizeof what, "seed %" PRIu64 ", window %u", seed, trial.options.window);
        int status = compile(&compiled, &trial.workload, seed, trial.setup.collector,
                             &trial.options, NULL, &error);
        check_text(what, error.text, "");
        check_signed(what, status, 0);
        model_make(&model, &trial, &compiled);
        check_program(what, &trial, &model, &compiled);
        isolated += compiled_count(&compiled, COLUMN_isolated);
        held += compiled.numbers - compiled_count(&compiled, COLUMN_isolated);
        deaths += compiled_count(&compiled, COLUMN_deaths);
        model_fini(&model);
        compiled_fini(&compiled);
        trial_fini(&trial);
    }
    print_message("# %" PRIu64 " deaths, %" PRIu64 " isolated, %" PRIu64 " held by these\n", deaths,
                  isolated, held);
    if (programs < 1000)
        return;
    check_that("isolated", isolated > 10 * programs);
    check_that("referred to and not isolated", held > programs / 10);
    check_that("deaths", deaths > 10 * programs);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        programs = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(compiled_programs_are_what_happens)};
    return cmocka_run_group_tests_name("compiled", tests, NULL, NULL);
}
