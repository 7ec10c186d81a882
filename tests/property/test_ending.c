/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run says that a collection would find as it ends, against one that does come: the same
 * random program, with a collection as its last operation. */
#include <math.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/interval/interval_engine.h"
#include "tests/property/trial.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"

#define PROGRAMS 400

static void append_collection(struct random_ops *ops, int generation)
{
    ops->ops = allocate_grow(ops->ops, &ops->capacity, ops->count + 1, sizeof *ops->ops);
    ops->ops[ops->count++] = (struct op){.code = OP_COLLECT, .a = (uint32_t)generation};
}

struct tried {
    uint64_t different, unreachable;
};

static uint64_t pause_of(const struct run *run, int generation, const struct would_find *would)
{
    double worked_ns = (double)would->worked_ns;
    return (uint64_t)llround(
        prices_pause_ns(&run->result.prices, generation, &would->load, worked_ns));
}

static bool is_found(const struct run *run, const struct would_find *would)
{
    const struct collection *last = &run->record.collections[run->record.collection_count - 1];
    check_count("the last", last->cause, CAUSE_program);
    check_that("not more",
               would->examined <= last->examined && would->unreachable <= last->unreachable);
    return would->examined == last->examined && would->unreachable == last->unreachable &&
           pause_of(run, last->generation, would) == last->pause_ns;
}

static bool ends_well(const struct run *run)
{
    return run->status == 0 && run->result.status == RUN_finished;
}

/* Policies with timers might do something at the very end: the default one has none. */
static void check_program(struct tried *tried, uint64_t seed, int generation,
                          const struct engine *engine)
{
    struct trial trial;
    struct run run, longer;
    struct setting policy;
    struct error error;
    trial_of_operations(&trial, seed, 600);
    check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
    trial.setup.policy = &policy;
    trial.setup.engine = engine;
    run_with_engine(&run, &trial.setup);
    append_collection(&trial.ops, generation);
    run_with_engine(&longer, &trial.setup);
    if (ends_well(&run) && ends_well(&longer)) {
        const struct would_find *would = &run.result.ending.would_find[generation];
        tried->different += !is_found(&longer, would);
        tried->unreachable += would->unreachable;
    }
    run_fini(&run);
    run_fini(&longer);
    setting_fini(&policy);
    trial_fini(&trial);
}

/* Of an older generation, all but what dies with what a younger one has found, which is rare. */
TEST(as_a_collection_would)
{
    static const uint64_t different_most[GENERATIONS] = {0, PROGRAMS / 100, PROGRAMS / 100};
    for (size_t i = 0; engines[i]; i++) {
        for (int g = 0; g < GENERATIONS; g++) {
            struct tried tried = {0};
            for (uint64_t seed = 1; seed <= PROGRAMS; seed++)
                check_program(&tried, seed, g, engines[i]);
            check_that("garbage", tried.unreachable > PROGRAMS);
            check_that("different", tried.different <= different_most[g]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_collection_would),
    };
    return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
