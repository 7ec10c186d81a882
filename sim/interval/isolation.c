/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When an object becomes isolated is found as Merlin does (Hertz, Blackburn, Moss, McKinley and
 * Stefanović, 2002). An object that loses a reference and stays is stamped with the operation. At
 * the end of a round everything that the registers do not reach has become isolated in it; and an
 * object did so at the latest stamp among those from which it is reached, its own included.
 *
 * Isolated objects are taken out of the heap at the end of their round. What they referred to may
 * live on, and die later; but whether it then dies at once depends on whether a policy has
 * reclaimed those isolated objects by then. So an object to which an isolated one has ever referred
 * gets a second number; and when its count comes to 0, it does not die but becomes isolated, and so
 * does what only it keeps alive (sim/interval/compiler.c). The replayer finds out whether it dies
 * at once.
 */
#include <assert.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/interval/compiler.h"

/* An isolated object refers to it. */
static uint32_t number_of(struct compiler *compiler, struct node *node)
{
    if (node->number)
        return node->number;
    if (compiler->numbers == UINT32_MAX)
        attempt_give_up("the program has 2^32 objects or more that a cycle has kept alive or "
                        "referred to, too many for the interval engine: simulate it with "
                        "--engine graph");
    return node->number = (uint32_t)++compiler->numbers;
}

/* Writes down that an object has become isolated, and what it refers to. */
void compiler_record_isolated(struct compiler *compiler, ref o, uint32_t stamp)
{
    struct round *round = &compiler->round;
    struct node *node = node_at(compiler, o);
    uint64_t birth = compiler_birth_of(compiler, o);
    struct isolated record = {.birth = birth_in_column(compiler->compiled->origin, birth),
                              .shape = node->shape & ~MARKED,
                              .number = number_of(compiler, node),
                              .reference = compiler->references};
    for (uint32_t f = 0; f < node->fields; f++) {
        if (!node->field[f])
            continue;
        *PUSH(compiler, uint32_t, references) =
            number_of(compiler, node_at(compiler, node->field[f]));
        record.references++;
    }
    compiler->references += record.references;
    round->becoming = allocate_grow(round->becoming, &round->becoming_capacity,
                                    round->becoming_count + 1, sizeof *round->becoming);
    round->becoming[round->becoming_count] = (struct becoming){
        stamp, (uint32_t)round->becoming_count, birth, compiler_born_before(compiler, o), record};
    round->becoming_count++;
}

/* Marks an object, unless it is, and puts it on a stack linked through `stamp`. */
static void mark(struct compiler *compiler, ref o, ref *top)
{
    struct node *node = node_at(compiler, o);
    if (!o || node->shape & MARKED)
        return;
    node->shape |= MARKED;
    node->stamp = *top;
    *top = o;
}

static void mark_reachable(struct compiler *compiler)
{
    ref top = 0;
    for (uint32_t r = 0; r < compiler->stream.program.registers; r++) {
        mark(compiler, compiler->registers[r], &top);
        while (top) {
            struct node *node = node_at(compiler, top);
            top = node->stamp;
            for (uint32_t f = 0; f < node->fields; f++)
                mark(compiler, node->field[f], &top);
        }
    }
}

/* Takes every mark away but those of the unreachable objects, which had none and get one. */
static void find_unreachable(struct compiler *compiler)
{
    struct round *round = &compiler->round;
    const struct arena *arena = &compiler->arena;
    round->unreachable_count = 0;
    for (size_t o = arena->first; o < arena->used;) {
        struct node *node = node_at(compiler, (ref)o);
        if (node->count && node->shape & MARKED) {
            node->stamp = 0;
            node->shape &= ~MARKED;
        } else if (node->count) {
            node->shape |= MARKED;
            round->unreachable = allocate_grow(round->unreachable, &round->unreachable_capacity,
                                               round->unreachable_count + 1, sizeof(ref));
            round->unreachable[round->unreachable_count++] = (ref)o;
        }
        o += arena_stride(node_bytes(compiler, node->fields));
    }
}

struct stamped {
    uint32_t stamp;
    ref o;
};

static int latest_first(const void *a, const void *b)
{
    const struct stamped *x = a, *y = b;
    if (x->stamp != y->stamp)
        return x->stamp < y->stamp ? 1 : -1;
    return (x->o > y->o) - (x->o < y->o);
}

/* Stamps everything that an unreachable object reaches, itself included, and that is not dated yet;
 * what is dated loses its mark. */
static void date_from(struct compiler *compiler, ref o, uint32_t stamp)
{
    ref top = o;
    struct node *node = node_at(compiler, o);
    if (!(node->shape & MARKED))
        return;
    node->shape &= ~MARKED;
    node->count = 0; /* links the stack now: it has served */
    while (top) {
        node = node_at(compiler, top);
        top = node->count;
        node->count = 1;
        node->stamp = stamp;
        for (uint32_t f = 0; f < node->fields; f++) {
            ref child = node->field[f];
            struct node *referent = node_at(compiler, child);
            if (!child || !(referent->shape & MARKED))
                continue;
            referent->shape &= ~MARKED;
            referent->count = top;
            top = child;
        }
    }
}

static void date_unreachable(struct compiler *compiler)
{
    struct round *round = &compiler->round;
    struct stamped *stamped = allocate_zeroed(round->unreachable_count, sizeof *stamped);
    size_t count = 0;
    for (size_t i = 0; i < round->unreachable_count; i++) {
        uint32_t stamp = node_at(compiler, round->unreachable[i])->stamp;
        if (stamp)
            stamped[count++] = (struct stamped){stamp, round->unreachable[i]};
    }
    qsort(stamped, count, sizeof *stamped, latest_first);
    for (size_t i = 0; i < count; i++)
        date_from(compiler, stamped[i].o, stamped[i].stamp);
    free(stamped);
}

/* Writes down the unreachable objects and takes them out of the heap. */
static void remove_unreachable(struct compiler *compiler)
{
    struct round *round = &compiler->round;
    for (size_t i = 0; i < round->unreachable_count; i++) {
        const struct node *node = node_at(compiler, round->unreachable[i]);
        assert(!(node->shape & MARKED) && "nothing becomes unreachable without a stamp");
        compiler_record_isolated(compiler, round->unreachable[i], node->stamp);
    }
    for (size_t i = 0; i < round->unreachable_count; i++) {
        struct node *node = node_at(compiler, round->unreachable[i]);
        for (uint32_t f = 0; f < node->fields; f++)
            node_at(compiler, node->field[f])->count--;
    }
    for (size_t i = 0; i < round->unreachable_count; i++) {
        struct node *node = node_at(compiler, round->unreachable[i]);
        node->count = 0;
        arena_give(&compiler->arena, round->unreachable[i], node_bytes(compiler, node->fields));
    }
}

static int in_order(const void *a, const void *b)
{
    const struct becoming *x = a, *y = b;
    if (x->stamp != y->stamp)
        return x->stamp < y->stamp ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void compiler_find_isolated(struct compiler *compiler)
{
    struct round *round = &compiler->round;
    mark_reachable(compiler);
    find_unreachable(compiler);
    date_unreachable(compiler);
    remove_unreachable(compiler);
    if (round->becoming_count)
        qsort(round->becoming, round->becoming_count, sizeof *round->becoming, in_order);
}
