/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the compiler makes of programs small enough to work out by hand: which objects die and which
 * become isolated at which operation, and what else it keeps; and how it fails. What it makes of
 * large ones is compared with a model in tests/property/test_compiled.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/interval/compiled.h"
#include "tests/unit/check.h"
#include "tests/unit/tiny.h"

static int compile_tiny(struct compiled *compiled, const struct tiny *tiny,
                        const struct compile_options *options, const struct observer *observer,
                        struct error *error)
{
    struct tiny own = *tiny;
    const struct setting setting = tiny_workload(&own);
    return compile(compiled, &setting, 0, collector_version("cpython-3.11"), options, observer,
                   error);
}

static void compile_well(struct compiled *compiled, const struct tiny *tiny,
                         const struct compile_options *options)
{
    struct error error;
    int status = compile_tiny(compiled, tiny, options, NULL, &error);
    check_text(tiny->program, error.text, "");
    check_signed(tiny->program, status, 0);
    check_text(tiny->program, compiled_check(compiled), NULL);
}

/* ---- who dies and who becomes isolated ----------------------------------------------------------
 */

static void add_deaths(struct text *text, const struct compiled *compiled,
                       const struct segment *segment)
{
    for (uint32_t i = segment->death; i < segment[1].death; i++)
        text_add(text, " %" PRIu64 ":-%u",
                 segment->operation + compiled_death_operations(compiled)[i],
                 compiled_deaths(compiled)[i]);
}

/* Isolated objects of an operation come in any order: by birth here. */
static void add_isolated(struct text *text, const struct compiled *compiled,
                         const struct segment *segment)
{
    uint64_t controls = segment[1].control - segment->control;
    uint64_t last = segment[1].operation - controls - 1;
    for (uint32_t birth = 0; birth < compiled_count(compiled, COLUMN_births); birth++)
        for (uint32_t i = segment->isolated; i < segment[1].isolated; i++)
            if (compiled_isolated(compiled)[i].birth == birth)
                text_add(text, " %" PRIu64 ":!%u", last, birth);
}

/* OPERATION:-OBJECT for each that dies, OPERATION:!OBJECT for each that becomes isolated. */
static const char *fates(struct text *text, const struct compiled *compiled)
{
    *text = (struct text){.text = ""};
    for (uint64_t s = 0; s + 1 < compiled_count(compiled, COLUMN_segments); s++) {
        add_deaths(text, compiled, &compiled_segments(compiled)[s]);
        add_isolated(text, compiled, &compiled_segments(compiled)[s]);
    }
    return text->length ? text->text + 1 : "";
}

#define RING(r) "new " r " 2;store " r " 0 " r ";" /* an object that refers to itself */

TEST(who_dies_and_who_becomes_isolated)
{
    static const struct {
        const char *what, *program, *fates;
    } rows[] = {
        {"nobody", "new 0 1;new 1 0;store 0 0 1;drop 1", ""},
        {"dies", "new 0 0;drop 0", "1:-0"},
        {"dies of another object", "new 0 0;new 0 0", "1:-0"},
        {"dies in a cascade", "new 0 1;new 1 1;store 0 0 1;drop 1;drop 0", "4:-0 4:-1"},
        {"dies of a store", "new 0 1;new 1 0;store 0 0 1;drop 1;store 0 0 0", "4:-1"},
        {"dies of a clear", "new 0 1;new 1 0;store 0 0 1;drop 1;clear 0 0", "4:-1"},
        {"dies of a load", "new 0 1;new 1 0;store 0 0 1;drop 1;load 0 0 0", "4:-0"},
        {"dies of a copy", "new 0 0;new 1 0;copy 0 1", "2:-0"},
        {"a cycle", RING("0") "drop 0", "2:!0"},
        {"a cycle that another object replaces", RING("0") "new 0 0", "2:!0"},
        {"a cycle of two", "new 0 1;new 1 1;store 0 0 1;store 1 0 0;drop 0;drop 1", "5:!0 5:!1"},
        {"a cycle of two whose last register is a load",
         "new 0 1;new 1 1;store 0 0 1;store 1 0 0;drop 1;load 0 0 0;drop 0", "6:!0 6:!1"},
        {"a cycle that a cascade lets go", "new 0 1;" RING("1") "store 0 0 1;drop 1;drop 0",
         "5:-0 5:!1"},
        {"a cycle at the end of two cascades",
         "new 0 1;new 1 1;" RING("2") "store 0 0 2;store 1 0 2;drop 2;drop 0;drop 1",
         "7:-0 8:-1 8:!2"},
        {"what a cycle keeps alive", RING("0") "new 1 1;store 0 1 1;drop 1;drop 0", "5:!0 5:!1"},
        {"nepotism: held by garbage, it would die later",
         RING("0") "new 1 1;store 0 1 1;drop 0;drop 1", "4:!0 5:!1"},
        {"and what only it keeps alive",
         RING("0") "new 1 1;store 0 1 1;drop 0;new 2 0;store 1 0 2;drop 2;drop 1",
         "4:!0 8:!1 8:!2"},
        {"which dies if it is cut off before",
         RING("0") "new 1 1;store 0 1 1;drop 0;new 2 0;store 1 0 2;drop 2;clear 1 0;drop 1",
         "4:!0 8:-2 9:!1"},
        {"held by two garbage cycles",
         RING("0") "new 1 0;store 0 1 1;drop 0;" RING("0") "store 0 1 1;drop 0;drop 1",
         "4:!0 8:!2 9:!1"},
        {"held by garbage, and never let go", RING("0") "new 1 0;store 0 1 1;drop 0", "4:!0"},
        {"held by garbage and moved about",
         RING("0") "new 1 0;store 0 1 1;drop 0;copy 2 1;drop 1;copy 1 2;drop 2;drop 1",
         "4:!0 9:!1"},
        {"held by a held one",
         RING("0") "new 1 1;new 2 0;store 1 0 2;store 0 1 1;drop 0;drop 1;drop 2",
         "6:!0 7:!1 8:!2"},
        {"a cycle that garbage holds", RING("0") RING("1") "store 0 1 1;drop 0;drop 1",
         "5:!0 6:!1"},
        {"a cycle that holds garbage's cycle", RING("0") RING("1") "store 0 1 1;drop 1;drop 0",
         "6:!0 6:!1"},
        {"an inner cycle, cut off before the outer one goes",
         RING("0") RING("1") "store 0 1 1;drop 1;clear 0 1;drop 0", "6:!1 7:!0"},
        {"an inner cycle, looked at again before",
         RING("0") RING("1") "store 0 1 1;drop 1;load 1 0 1;drop 1;drop 0", "8:!0 8:!1"},
        {"an inner cycle that stays", RING("0") RING("1") "store 0 1 1;drop 0", "5:!0"},
        {"two cycles, each by itself", RING("0") RING("1") "drop 1;drop 0", "4:!1 5:!0"},
        {"the run loop's operations change nothing",
         RING("0") "collect 2;freeze;event idle;drop 0;collect 2;unfreeze", "5:!0"},
        {"a death and a cycle in one operation",
         "new 0 2;" RING("1") "new 2 0;store 0 0 1;store 0 1 2;drop 1;drop 2;drop 0",
         "8:-0 8:-2 8:!1"},
    };
    static const uint32_t windows[] = {0, 1, 2, 3, 5, 1000};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        for (size_t w = 0; w < LENGTH(windows); w++) {
            struct compiled compiled;
            struct text text;
            compile_well(&compiled, &(struct tiny){.program = rows[i].program},
                         &(struct compile_options){.window = windows[w]});
            check_text(rows[i].what, fates(&text, &compiled), rows[i].fates);
            compiled_fini(&compiled);
        }
    }
}

/* A cycle of 0 and 1, where 0 refers twice to 1, and 1 to 2, which stays. */
TEST(what_isolated_objects_refer_to)
{
    struct compiled compiled;
    compile_well(&compiled,
                 &(struct tiny){.program = "new 0 3;new 1 2;new 2 0;store 0 0 1;store 0 2 1;"
                                           "store 1 0 0;store 1 1 2;drop 1;drop 0"},
                 &(struct compile_options){0});
    const struct isolated *isolated = compiled_isolated(&compiled);
    const uint32_t *references = compiled_references(&compiled);
    check_count("isolated", compiled_count(&compiled, COLUMN_isolated), 2);
    check_count("references", compiled_count(&compiled, COLUMN_references), 4);
    check_count("numbers", compiled.numbers, 3);
    const struct isolated *zero = &isolated[isolated[0].birth], *one = &isolated[zero->birth == 0];
    check_count("the one", zero->birth, 0);
    check_count("the other", one->birth, 1);
    check_count("fields", compiled_shapes(&compiled)[zero->shape].fields, 3);
    check_count("references", zero->references, 2);
    check_count("references", one->references, 2);
    check_count("to the other", references[zero->reference], one->number);
    check_count("and again", references[zero->reference + 1], one->number);
    check_count("to the one", references[one->reference], zero->number);
    uint32_t held = references[one->reference + 1];
    check_that("to one that is not isolated", held != zero->number && held != one->number);
    check_that("with a number", held >= 1 && held <= 3);
    compiled_fini(&compiled);
}

/* ---- segments -----------------------------------------------------------------------------------
 */

/* What the first segments have, as OPERATION@INSTANT BIRTHS/NET/RISE/FLOOR/PEAK/LIVE PEAK. */
TEST(segments)
{
    static const struct {
        const char *what;
        struct tiny tiny;
        const char *segments;
    } rows[] = {
        {"an empty program", {.program = ""}, "0@0 0/0/none/0/0/0"},
        {"allocations alone", {.program = "fill 3"}, "0@0 3/3/3/3/3/168"},
        {"and deaths alone",
         {.program = "fill 3;collect 0;drop 0;drop 1"},
         "0@0 3/3/3/3/3/168 4@138 0/-2/none/0/0/0"},
        {"up and down",
         {.program = "fill 2;event idle;drop 0;drop 1;new 0 0;new 2 0;drop 0"},
         "0@0 2/2/2/2/2/112 3@92 2/-1/0/1/2/112"},
        {"garbage ends a segment, and is not live",
         {.program = RING("0") "drop 0;new 0 0;new 1 0"},
         "0@0 1/1/1/1/1/72 3@56 2/2/2/2/2/112"},
        {"computing",
         {.program = "work 1000;new 0 0;work 500;sleep 9000;work 7"},
         "0@0 1/1/1/1/1/56 4@1546 0/0/none/0/0/0"},
        {"the run loop's operations first",
         {.program = "collect 0;sleep 5;new 0 0"},
         "0@0 0/0/none/0/0/0 2@0 1/1/1/1/1/56"},
        {"one that replaces another is there before the other goes",
         {.program = "new 0 0;new 0 0;new 0 0"},
         "0@0 3/1/2/1/2/112"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct compiled compiled;
        struct text text = {.text = ""};
        compile_well(&compiled, &rows[i].tiny, &(struct compile_options){0});
        for (uint64_t s = 0; s + 1 < compiled_count(&compiled, COLUMN_segments); s++) {
            const struct segment *segment = &compiled_segments(&compiled)[s];
            text_add(&text, "%s%" PRIu64 "@%" PRIu64 " %u/%d/", s ? " " : "", segment->operation,
                     segment->mutator_ns, segment[1].birth - segment->birth, segment->net);
            if (segment->rise == NO_RISE)
                text_add(&text, "none");
            else
                text_add(&text, "%d", segment->rise);
            text_add(&text, "/%u/%u/%" PRIu64, segment->floor, segment->peak,
                     segment->live_peak_bytes);
        }
        check_text(rows[i].what, text.text, rows[i].segments);
        compiled_fini(&compiled);
    }
}

/* Programs of work alone, of any length about that of a segment. */
TEST(segments_are_of_limited_length)
{
    enum { MOST = 2 * SEGMENT_OPERATIONS + 2 };
    char program[MOST * sizeof "work 1;"] = "";
    for (uint64_t count = 1; count <= MOST; count++) {
        struct compiled compiled;
        strcat(program, "work 1;");
        compile_well(&compiled, &(struct tiny){.program = program}, &(struct compile_options){0});
        uint64_t segments = compiled_count(&compiled, COLUMN_segments) - 1;
        check_count("segments", segments, (count + SEGMENT_OPERATIONS - 1) / SEGMENT_OPERATIONS);
        check_count("operations", compiled.operations, count);
        check_count("the end", compiled_segments(&compiled)[segments].operation, count);
        check_count("its instant", compiled_segments(&compiled)[segments].mutator_ns, count);
        compiled_fini(&compiled);
    }
}

/* ---- what else is kept --------------------------------------------------------------------------
 */

TEST(what_is_declared_is_kept)
{
    struct compiled compiled;
    compile_well(&compiled,
                 &(struct tiny){.program = "new 0 0;begin 1 70;end 1;work 30",
                                .planned_ns = 900,
                                .memory_limit_bytes = 4000,
                                .slowdown = 2},
                 &(struct compile_options){0});
    check_count("planned", compiled.program.planned_ns, 900);
    check_count("limit", compiled.program.memory_limit_bytes, 4000);
    check_real("slowdown", compiled.program.slowdown, 2);
    check_that("no operations", !compiled.program.ops && compiled.program.count == 0);
    check_count("costs", compiled.program.costs.ns[OP_NEW][KIND_SLOTS], 92);
    check_count("controls", compiled_count(&compiled, COLUMN_controls), 2);
    check_count("the first", compiled_controls(&compiled)[0].code, OP_BEGIN);
    check_count("its slot", compiled_controls(&compiled)[0].a, 1);
    check_count("its instant", compiled_controls(&compiled)[0].ns, 70);
    check_count("the second", compiled_controls(&compiled)[1].code, OP_END);
    check_count("work", compiled_work(&compiled)[0], 30);
    compiled_fini(&compiled);
}

TEST(objects_alike_share_a_shape)
{
    struct compiled compiled;
    compile_well(&compiled, &(struct tiny){.program = "new 0 1;new 1 2;new 2 1;new 3 3;new 4 2"},
                 &(struct compile_options){0});
    const uint32_t *births = compiled_births(&compiled);
    check_count("objects", compiled_count(&compiled, COLUMN_births), 5);
    check_count("shapes", compiled_count(&compiled, COLUMN_shapes), 3);
    for (size_t i = 0; i < 5; i++) {
        static const uint32_t fields[] = {1, 2, 1, 3, 2};
        const struct shape *shape = &compiled_shapes(&compiled)[births[i]];
        check_count("cost class", shape->cost, COST_LIST_SUBCLASS);
        check_count("fields", shape->fields, fields[i]);
        check_count("bytes", shape->bytes, 56 + 8 * fields[i]);
    }
    compiled_fini(&compiled);
}

/* The operation that cannot be executed, and none after it. */
TEST(faults_are_kept)
{
    static const struct {
        const char *program;
        struct fault fault;
        uint64_t operations, fault_ns;
        const char *place;
    } rows[] = {
        {"new 0 0;drop 0", {FAULT_NONE, 0, 0}, 2, 0, ""},
        {"new 0 0;drop 3;new 1 0", {FAULT_EMPTY_REGISTER, 3, 0}, 1, 1, "tiny: operation 1"},
        {"drop 7", {FAULT_EMPTY_REGISTER, 7, 0}, 0, 1, "tiny: operation 0"},
        {"new 0 2;store 0 2 0;work 1", {FAULT_FIELD_RANGE, 2, 2}, 1, 9, "tiny: operation 1"},
        {"new 0 0;event idle;clear 0 4", {FAULT_FIELD_RANGE, 4, 0}, 2, 9, "tiny: operation 2"},
    };
    static const uint32_t windows[] = {0, 1, 2};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        for (size_t w = 0; w < LENGTH(windows); w++) {
            struct compiled compiled;
            compile_well(&compiled, &(struct tiny){.program = rows[i].program},
                         &(struct compile_options){.window = windows[w]});
            check_count(rows[i].program, compiled.fault.kind, rows[i].fault.kind);
            check_count(rows[i].program, compiled.fault.which, rows[i].fault.which);
            check_count(rows[i].program, compiled.fault.allowed, rows[i].fault.allowed);
            check_count(rows[i].program, compiled.operations, rows[i].operations);
            check_count(rows[i].program, compiled.fault_ns, rows[i].fault_ns);
            check_text(rows[i].program, compiled.place, rows[i].place);
            check_count(rows[i].program, compiled_count(&compiled, COLUMN_classes),
                        rows[i].operations);
            compiled_fini(&compiled);
        }
    }
}

/* ---- where columns live, and when they cannot ---------------------------------------------------
 */

#define ROUNDS 9000 /* every column has elements */

/* Cycles, what they hold, deaths, requests. */
static char *long_program(void)
{
    static const char round[] = RING("0") "new 1 1;store 0 1 1;drop 0;new 2 3;store 1 0 2;"
                                          "work 90;begin 0 5;drop 1;end 0;new 3 0;drop 3;";
    char *program = calloc(ROUNDS, sizeof round);
    for (size_t i = 0; i < ROUNDS; i++)
        memcpy(program + i * (sizeof round - 1), round, sizeof round);
    return program;
}

static void check_same(const char *what, const struct compiled *a, const struct compiled *b)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const struct column *x = &a->columns[i], *y = &b->columns[i];
        check_count(what, y->count, x->count);
        check_that(what, x->count == 0 || memcmp(x->data, y->data, x->count * x->size) == 0);
    }
    check_count(what, b->operations, a->operations);
    check_count(what, b->numbers, a->numbers);
}

TEST(columns_in_files_are_the_same)
{
    static const struct {
        const char *what;
        struct compile_options options;
        bool in_files;
    } rows[] = {
        {"again", {.window = 500}, false},
        {"in files from the first window",
         {.memory_bytes = 1, .folder = "/tmp", .window = 500},
         true},
        {"in files from some window",
         {.memory_bytes = 1 << 20, .folder = "/tmp", .window = 500},
         true},
        {"in memory, since they fit",
         {.memory_bytes = 1 << 30, .folder = "/nowhere", .window = 500},
         false},
    };
    char *program = long_program();
    const struct tiny tiny = {.program = program};
    struct compiled plain, other;
    compile_well(&plain, &tiny, &(struct compile_options){.window = 500});
    for (size_t i = 0; i < LENGTH(rows); i++) {
        compile_well(&other, &tiny, &rows[i].options);
        check_same(rows[i].what, &plain, &other);
        for (int c = 0; c < COLUMN_COUNT; c++)
            check_count(rows[i].what, other.columns[c].mapped,
                        rows[i].in_files && c != COLUMN_shapes);
        compiled_fini(&other);
    }
    compiled_fini(&plain);
    free(program);
}

TEST(when_there_is_no_room)
{
    static const struct {
        const char *folder, *mentions;
        uint64_t most_bytes;
    } rows[] = {
        {"/nowhere/at/all", "/nowhere/at/all", UINT64_MAX},
        {"/dev/null", "/dev/null", UINT64_MAX},
        {"/tmp", "File too large", 100},
        {"/tmp", "File too large", 10000},
    };
    char *program = long_program();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct compiled compiled;
        struct error error;
        test_limit_files(rows[i].most_bytes);
        int status = compile_tiny(
            &compiled, &(struct tiny){.program = program},
            &(struct compile_options){.memory_bytes = 1, .folder = rows[i].folder, .window = 500},
            NULL, &error);
        test_limit_files(UINT64_MAX);
        check_signed(rows[i].folder, status, -1);
        check_mentions(rows[i].folder, error.text, rows[i].mentions);
        compiled_fini(&compiled);
    }
    free(program);
}

TEST(a_workload_that_cannot_start)
{
    struct compiled compiled;
    struct error error;
    int stopped = 0;
    check_signed("status",
                 compile_tiny(&compiled,
                              &(struct tiny){.failure = "no such luck", .stopped = &stopped},
                              &(struct compile_options){0}, NULL, &error),
                 -1);
    check_text("why", error.text, "no such luck");
    check_signed("it is stopped all the same", stopped, 1);
    compiled_fini(&compiled);
}

/* Progress is told, goes up, and may end it. */
TEST(an_observer)
{
    char *program = long_program();
    for (size_t at = 0; at <= 3; at++) {
        struct compiled compiled;
        struct error error;
        int stopped = 0;
        struct run_record record = {.refuses_at = at}, other = {0};
        const struct observer last = run_record_observer(&other, NULL);
        const struct observer first = run_record_observer(&record, &last);
        int status = compile_tiny(
            &compiled,
            &(struct tiny){
                .program = program, .stretch = 1000, .planned_ns = 1000000, .stopped = &stopped},
            &(struct compile_options){0}, &first, &error);
        check_signed("status", status, at ? -1 : 0);
        check_text("its owner knows why", error.text, "");
        check_that("told", at ? record.told == at : record.told >= 3);
        check_count("the other is told as much", other.told, record.told);
        check_count("of progress alone", record.progress_count, record.told);
        check_that("never backwards", !record.backwards && record.progress <= 1);
        check_signed("stopped", stopped, 1);
        run_record_fini(&record);
        run_record_fini(&other);
        compiled_fini(&compiled);
    }
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_dies_and_who_becomes_isolated),
        cmocka_unit_test(what_isolated_objects_refer_to),
        cmocka_unit_test(segments),
        cmocka_unit_test(segments_are_of_limited_length),
        cmocka_unit_test(what_is_declared_is_kept),
        cmocka_unit_test(objects_alike_share_a_shape),
        cmocka_unit_test(faults_are_kept),
        cmocka_unit_test(columns_in_files_are_the_same),
        cmocka_unit_test(when_there_is_no_room),
        cmocka_unit_test(a_workload_that_cannot_start),
        cmocka_unit_test(an_observer),
    };
    return cmocka_run_group_tests_name("compiler", tests, NULL, NULL);
}
