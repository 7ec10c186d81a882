/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checker of the interval engine's invariants finds each that is broken; and nothing wrong, at
 * any time, of a program that is replayed. */
#include "sim/interval/replayer_check.h"

#include <stdio.h>

#include "sim/interval/interval_engine.h"
#include "tests/unit/check.h"
#include "tests/unit/small_experiment.h"

/* Two garbage cycles of two, the second with a tail; the first is frozen. */
static const char script[] = "new 0 1\nnew 1 1\nstore 0 0 1\nstore 1 0 0\ndrop 0\ndrop 1\nfreeze\n"
                             "new 0 1\nnew 1 2\nstore 0 0 1\nstore 1 0 0\nnew 2 0\nstore 1 1 2\n"
                             "drop 2\ndrop 0\ndrop 1\nnew 0 0\n";

static void never(struct mutator *mutator)
{
    (void)mutator;
}

/* Runs to the end, and freezes where the program says so. */
static void run_to_end(struct replayer *replayer)
{
    struct op control;
    for (;;) {
        enum engine_stop stop = interval_engine.run(replayer, &control);
        check_sound("on the way", replayer_check, replayer);
        if (stop == STOP_END)
            return;
        if (stop == STOP_CONTROL) {
            interval_engine.freeze(replayer);
            replayer->mutator->operation++;
        }
    }
}

/* ---- what can be broken --------------------------------------------------------------- */

static struct remains *newest(struct replayer *replayer)
{
    return isolated_remains(&replayer->isolated, replayer->isolated.lists[0].last);
}

static void nothing(struct replayer *replayer)
{
    (void)replayer;
}

static void bound_beyond(struct replayer *replayer)
{
    replayer->generations.bound[0] = replayer->birth + 1;
}

static void bounds_crossed(struct replayer *replayer)
{
    replayer->generations.bound[2] = replayer->generations.bound[1] + 1;
}

static void edge_past(struct replayer *replayer)
{
    replayer->generations.edge[1]++;
}

static void count_bytes(struct replayer *replayer)
{
    replayer->generations.tallies[0].bytes++;
}

static void count_objects(struct replayer *replayer)
{
    replayer->generations.tallies[PERMANENT].objects[1]--;
}

static void lose_list(struct replayer *replayer)
{
    replayer->isolated.lists[0] = (struct isolated_list){0};
}

static void list_one_less(struct replayer *replayer)
{
    replayer->isolated.listed--;
}

static void list_elsewhere(struct replayer *replayer)
{
    isolated_graph_move(&replayer->isolated, 0, 1);
}

static void list_in_a_ring(struct replayer *replayer)
{
    newest(replayer)->next = replayer->isolated.lists[0].first;
}

static void refer_more(struct replayer *replayer)
{
    newest(replayer)->references++;
}

static void leave_candidate(struct replayer *replayer)
{
    newest(replayer)->candidate = true;
}

static void float_more(struct replayer *replayer)
{
    replayer->isolated.floating_bytes++;
}

static void free_one(struct replayer *replayer)
{
    isolated_remains(&replayer->isolated, replayer->isolated.lists[0].first)->freed = true;
}

/* Frees an object of a cycle, with its references, but not what those kept alive. */
static void free_it_alone(struct replayer *replayer)
{
    struct isolated_graph *graph = &replayer->isolated;
    const struct remains *remains = isolated_remains(graph, graph->lists[0].first);
    struct isolated_facts facts = isolated_facts(graph, remains);
    for (uint32_t i = 0; i < facts.record->references; i++)
        isolated_remains(graph, facts.references[i])->references--;
    free_one(replayer);
}

TEST(each_broken_invariant_is_named)
{
    static const struct {
        void (*damage)(struct replayer *replayer);
        const char *mentions; /* NULL: it is sound */
    } rows[] = {
        {nothing, NULL},
        {bound_beyond, "generation 0 begins at birth"},
        {bounds_crossed, "generation 2 begins at birth"},
        {edge_past, "generation 1 ends at edge"},
        {count_bytes, "bytes, and there are"},
        {count_objects, "objects, and there are"},
        {lose_list, "is in no list"},
        {list_one_less, "objects are in lists, not"},
        {list_elsewhere, "is in the list of generation 1, not its own"},
        {list_in_a_ring, "is listed twice"},
        {refer_more, "times, not"},
        {leave_candidate, "is left a candidate"},
        {float_more, "bytes float, not"},
        {free_one, "isolated objects refer to object"},
        {free_it_alone, "has no reference, and is not freed"},
    };
    char path[TEST_PATH], spec[TEST_PATH + 20];
    struct experiment experiment;
    test_file(path, script, sizeof script - 1);
    snprintf(spec, sizeof spec, "script:file=%s", path);
    const struct small_experiment small = {.workloads = {spec}, .policies = {"off"}};
    small_experiment_make(&small, &experiment);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct text what = {.text = ""};
        struct error error = {""};
        struct mutator mutator = {.due_ns = UINT64_MAX, .collect_automatically = never};
        const struct simulation_setup setup = {.engine = &interval_engine,
                                               .collector = collector_version("cpython-3.11"),
                                               .workload = &experiment.workloads[0],
                                               .policy = &experiment.policies[0],
                                               .permanent = 3};
        text_add(&what, "row %zu", i);
        collector_init(&mutator.collector, setup.collector);
        struct replayer *replayer = interval_engine.new(&setup, &mutator, &error);
        check_text("made", error.text, "");
        run_to_end(replayer);
        replayer_settle(replayer);
        check_count("isolated", replayer->isolated.count_ever, 5);
        rows[i].damage(replayer);
        check_signed(what.text, replayer_check(replayer, &error), rows[i].mentions ? -1 : 0);
        if (rows[i].mentions)
            check_mentions(what.text, error.text, rows[i].mentions);
        interval_engine.free(replayer);
    }
    experiment_fini(&experiment);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_broken_invariant_is_named),
    };
    return cmocka_run_group_tests_name("replayer_check", tests, NULL, NULL);
}
