/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures of heaps: of one by itself, and of what a script leaves in a version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/graph/graph_engine.h"
#include "sim/graph/heap_check.h"
#include "sim/graph/heap_snapshot.h"
#include "sim/interval/interval_engine.h"
#include "sim/simulation.h"
#include "tests/unit/check.h"
#include "tests/unit/play.h"
#include "workloads/registry.h"

/* ---- a heap by itself ----------------------------------------------------------------------- */

TEST(all_objects_in_the_order_of_the_lists)
{
    struct heap *heap = heap_new(9);
    struct found found;
    struct snapshot snapshot = {0};
    play(heap,
         "new 0 0; collect 1; new 1 0; new 2 0; freeze; new 3 0; collect 0; new 4 0; new 5 0; new "
         "6 0;"
         "drop 5; new 7 2; store 7 0 4; store 7 1 4; drop 2",
         &found);
    heap_snapshot(heap, &snapshot);
    check_sound("the heap is as it was", heap_check, heap);
    static const struct {
        uint64_t birth;
        uint8_t generation;
    } rows[] = {{4, 0}, {6, 0}, {7, 0}, {3, 1}, {1, PERMANENT}, {0, PERMANENT}};
    check_count("objects", snapshot.graph.count, LENGTH(rows));
    for (uint32_t i = 0; i < LENGTH(rows); i++) {
        check_count("birth", snapshot.objects[i].birth, rows[i].birth);
        check_count("generation", snapshot.objects[i].generation, rows[i].generation);
        check_count("label", snapshot.objects[i].label, LABEL_NONE);
    }
    check_count("births", snapshot.births, 8);
    check_count("references of object 7", snapshot.graph.first[3] - snapshot.graph.first[2], 2);
    check_count("the last first", snapshot.places[snapshot.graph.first[2]], 1);
    check_count("in register 4", snapshot_in_register(&snapshot, 4), 0);
    check_count("its references", snapshot.objects[0].references, 3);
    check_count("in register 5", snapshot_in_register(&snapshot, 5), NO_NODE);
    snapshot_fini(&snapshot);
    heap_free(heap);
}

/* ---- what a script leaves ------------------------------------------------------------------- */

/* Runs a script with ';' between its operations. */
static int picture(struct snapshot *snapshot, const char *script, const char *collector,
                   const struct engine *engine, struct error *error)
{
    char path[TEST_PATH], spec[TEST_PATH + 20], *text = strdup(script);
    struct setting workload, policy;
    struct simulation_result result;
    for (char *c = text; *c; c++)
        if (*c == ';')
            *c = '\n';
    test_file(path, text, strlen(text));
    snprintf(spec, sizeof spec, "script:file=%s", path);
    check_signed(script, setting_parse(&workload, spec, workloads, "workload", error), 0);
    check_signed(script, setting_parse(&policy, "default", policies, "policy", error), 0);
    const struct simulation_setup setup = {.engine = engine,
                                           .collector = collector_version(collector),
                                           .workload = &workload,
                                           .policy = &policy,
                                           .snapshot = snapshot};
    *snapshot = (struct snapshot){0};
    int status = simulate(&setup, NULL, &result, error);
    setting_fini(&workload);
    setting_fini(&policy);
    unlink(path);
    free(text);
    return status;
}

/* What the object with a label holds: "2[0] 5.__dict__ | …", behind the bar what it does not visit.
 */
static void describe(const struct snapshot *snapshot, uint32_t label, struct text *text)
{
    char place[PLACE_TEXT];
    uint32_t object = snapshot_labelled(snapshot, label);
    check_that("the object is there", object != NO_NODE);
    text->length = 0;
    text->text[0] = '\0';
    for (size_t e = snapshot->graph.first[object]; e < snapshot->graph.first[object + 1]; e++)
        text_add(text, "%s%s%u%s", e == snapshot->graph.first[object] ? "" : " ",
                 e == snapshot->visited_end[object] ? "| " : "",
                 snapshot->objects[snapshot->graph.to[e]].label,
                 snapshot_place_text(snapshot->objects[object].kind, snapshot->places[e], place));
}

/* A reference count is the number of fields, registers and places in gc.garbage that hold it. */
static void check_counts(const char *what, const struct snapshot *snapshot)
{
    uint32_t *counts = calloc(snapshot->graph.count + 1, sizeof *counts);
    for (size_t e = 0; e < snapshot->graph.first[snapshot->graph.count]; e++)
        counts[snapshot->graph.to[e]]++;
    for (size_t r = 0; r < snapshot->root_count; r++)
        counts[snapshot->roots[r].object]++;
    for (uint32_t i = 0; i < snapshot->graph.count; i++)
        check_count(what, counts[i], snapshot->objects[i].references);
    free(counts);
}

TEST(what_objects_of_each_kind_hold)
{
#define INSTANCE "new 0 2 inst; new 1 0 list; new 2 0 list; store 0 1 1; store 0 0 2"
    static const struct {
        const char *script, *collector;
        uint32_t label;
        const char *expected;
    } rows[] = {
        {"new 0 0; new 1 3 list; store 1 0 0; store 1 2 1", "cpython-3.13", 1, "1[2] 0[0]"},
        {"new 0 0; new 1 3 tuple 0 - 0", "cpython-3.13", 1, "0[2] 0[0]"},
        {"new 0 0; new 1 3 dict; store 1 2 0; store 1 0 1", "cpython-3.13", 1,
         "0[\"f2\"] 1[\"f0\"]"},
        {"new 0 0; new 1 1 set; store 1 0 0", "cpython-3.13", 1, "0{member}"},
        {"new 0 0; new 1 1 cell; store 1 0 0", "cpython-3.13", 1, "0.cell_contents"},
        {"new 0 0; new 1 2 func; store 1 0 0; store 1 1 1", "cpython-3.13", 1,
         "1.__module__ 0.__doc__"},
        {"new 0 0; new 1 2 exc; store 1 1 0", "cpython-3.13", 1, "2.__dict__"},
        {"new 0 0; new 1 2 exc; store 1 1 0", "cpython-3.13", 2, "0[\"f1\"]"},
        {"new 0 0; weakref 1 0 note", "cpython-3.13", 1, ""},
        {INSTANCE, "cpython-3.10", 0, "4.__dict__"},
        {INSTANCE, "cpython-3.10", 4, "1[\"f1\"] 2[\"f0\"]"},
        {INSTANCE, "cpython-3.11", 0, "2.f0 1.f1"},
        {INSTANCE "; attrs 3 0", "cpython-3.11", 0, "5.__dict__"},
        {INSTANCE "; attrs 3 0", "cpython-3.11", 5, "2[\"f0\"] 1[\"f1\"]"},
        {INSTANCE "; attrs 3 0", "cpython-3.13", 0, "2.f0 1.f1 | 5.__dict__"},
        {INSTANCE "; attrs 3 0", "cpython-3.13", 5, ""},
        {INSTANCE "; attrs 3 0; drop 0", "cpython-3.13", 5, "2[\"f0\"] 1[\"f1\"]"},
        {INSTANCE "; attrs 3 0", "cpython-3.15", 0, "5.__dict__"},
        {INSTANCE "; attrs 3 0", "cpython-3.15", 5, "2[\"f0\"] 1[\"f1\"]"},
    };
    for (size_t row = 0; row < LENGTH(rows); row++) {
        struct snapshot snapshot;
        struct error error = {""};
        struct text text;
        picture(&snapshot, rows[row].script, rows[row].collector, &graph_engine, &error);
        check_text(rows[row].script, error.text, "");
        describe(&snapshot, rows[row].label, &text);
        check_text(rows[row].script, text.text, rows[row].expected);
        check_counts(rows[row].script, &snapshot);
        snapshot_fini(&snapshot);
    }
}

TEST(what_is_in_no_list_and_what_nothing_reaches)
{
    struct snapshot snapshot;
    struct error error = {""};
    picture(
        &snapshot,
        "new 0 1 tuple -; new 1 1 tuple 0; collect; new 2 1 slots-del; store 2 0 2;"
        "new 3 2 list; store 3 0 3; store 3 1 0; drop 0; drop 3; debug saveall; drop 2; collect",
        "cpython-3.13", &graph_engine, &error);
    check_text("no error", error.text, "");
    check_count("objects", snapshot.graph.count, 4);
    check_count("a tuple of an atom", snapshot.objects[snapshot_labelled(&snapshot, 0)].generation,
                NO_GENERATION);
    check_count("saved", snapshot.root_count, 3);
    check_count("saved", snapshot.roots[1].kind, ROOT_GARBAGE);
    check_that("finalized", snapshot.objects[snapshot_labelled(&snapshot, 3)].finalized);
    check_that("not finalized", !snapshot.objects[snapshot_labelled(&snapshot, 5)].finalized);
    check_text("the version's", snapshot_type(&snapshot, KIND_WEAKREF), "weakref.ReferenceType");
    check_counts("references", &snapshot);
    snapshot_fini(&snapshot);
}

TEST(an_engine_without_a_graph_is_refused)
{
    struct snapshot snapshot;
    struct error error = {""};
    check_signed("status", picture(&snapshot, "new 0 0", "cpython-3.13", &interval_engine, &error),
                 -1);
    check_mentions("which", error.text, "interval");
    check_mentions("another", error.text, "graph");
    check_count("untouched", snapshot.graph.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_objects_in_the_order_of_the_lists),
        cmocka_unit_test(what_objects_of_each_kind_hold),
        cmocka_unit_test(what_is_in_no_list_and_what_nothing_reaches),
        cmocka_unit_test(an_engine_without_a_graph_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
