/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/age.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/graph/heap.h"
#include "sim/interval/compiled.h"
#include "tests/unit/check.h"
#include "tests/unit/tiny.h"
#include "workloads/registry.h"

#define MOST ((UINT64_C(1) << AGE_BITS) - 1)

/* ---- buckets ------------------------------------------------------------------------------------
 */

TEST(buckets)
{
    static const struct {
        uint64_t age;
        uint32_t bucket;
    } rows[] = {
        {0, 0},
        {1, 1},
        {3, 3},
        {4, 4},
        {7, 7},
        {8, 8},
        {9, 8},
        {10, 9},
        {15, 11},
        {16, 12},
        {19, 12},
        {20, 13},
        {31, 15},
        {32, 16},
        {700, 33},
        {767, 33},
        {768, 34},
        {1u << 31, 120},
        {MOST, AGE_BUCKETS - 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_count("bucket", age_bucket(rows[i].age), rows[i].bucket);
    check_that("a byte has room for it", AGE_BUCKETS <= 256);
}

/* Each begins where the one before ends, and is at most a quarter wide. */
TEST(borders)
{
    for (uint32_t bucket = 0; bucket < AGE_BUCKETS; bucket++) {
        uint64_t least = age_least(bucket), next = age_least(bucket + 1);
        check_count("first", age_bucket(least), bucket);
        check_count("last", age_bucket(next - 1), bucket);
        check_that("width", next - least == 1 || 4 * (next - least) <= least);
        check_that("below 8 each its own", least >= 8 || next - least == 1);
    }
    check_count("from", age_least(0), 0);
    check_count("to", age_least(AGE_BUCKETS), MOST + 1);
}

/* ---- programs worked out by hand ----------------------------------------------------------------
 */

/* "GENERATION:AGExOBJECTS …", each age the least of its bucket. */
static void add_ages(struct text *text, const char *how, uint64_t ages[][AGE_BUCKETS])
{
    text_add(text, "%s%s", text->length ? ", " : "", how);
    for (int g = 0; g <= PERMANENT; g++)
        for (uint32_t bucket = 0; bucket < AGE_BUCKETS; bucket++)
            if (ages[g][bucket])
                text_add(text, " %d:%" PRIu64 "x%" PRIu64, g, age_least(bucket), ages[g][bucket]);
}

static void check_ages(const char *what, const struct tiny *tiny, const char *expected)
{
    struct run run;
    struct text text = {.text = ""};
    tiny_run(&run, tiny, NULL);
    check_text(what, run.error.text, "");
    add_ages(&text, "count", run.result.ages.by_count);
    add_ages(&text, "collector", run.result.ages.by_collector);
    check_text(what, text.text, expected);
    run_fini(&run);
}

TEST(programs)
{
    static const struct {
        const char *what;
        struct tiny tiny;
        const char *ages;
    } rows[] = {
        {"nothing is freed", {.program = "new 0 0"}, "count, collector"},
        {"before the next birth", {.program = "new 0 0;drop 0"}, "count 0:0x1, collector"},
        {"by the next birth", {.program = "new 0 0;new 0 0"}, "count 0:1x1, collector"},
        {"after it",
         {.program = "new 0 0;new 1 0;drop 0;drop 1;work 1"},
         "count 0:0x1 0:1x1, collector"},
        {"age 23", {.program = "new 40 0;fill 23;drop 40"}, "count 0:20x1, collector"},
        {"age 24", {.program = "new 40 0;fill 24;drop 40"}, "count 0:24x1, collector"},
        {"with what only it kept alive",
         {.program = "new 0 1;new 1 0;store 0 0 1;drop 1;new 2 0;drop 0"},
         "count 0:1x1 0:2x1, collector"},

        {"out of generation 1", {.program = "new 0 0;collect 0;drop 0"}, "count 1:0x1, collector"},
        {"out of generation 2",
         {.program = "new 0 0;collect 0;new 1 0;collect 1;drop 0;drop 1"},
         "count 2:0x1 2:1x1, collector"},
        {"out of the permanent one, and what is born later is not",
         {.program = "new 0 0;freeze;new 1 0;drop 0;drop 1", .permanent = 5},
         "count 0:0x1 3:1x1, collector"},
        {"back in generation 2",
         {.program = "new 0 0;freeze;unfreeze;drop 0", .permanent = 5},
         "count 2:0x1, collector"},

        {"a cycle, when it is reclaimed",
         {.program = "new 0 1;store 0 0 0;drop 0;new 1 0;new 1 0;collect 0"},
         "count 0:1x1, collector 0:2x1"},
        {"one that is not reclaimed",
         {.program = "new 0 1;store 0 0 0;drop 0;new 1 0"},
         "count, collector"},
        {"one of generation 1",
         {.program = "new 0 1;store 0 0 0;collect 0;drop 0;fill 4;collect 0;collect 2"},
         "count, collector 1:4x1"},
        {"and older objects that only it kept alive",
         {.program = "new 0 0;freeze;new 1 0;collect 0;new 2 3;store 2 0 2;store 2 1 1;store 2 2 0;"
                     "drop 0;drop 1;drop 2;collect 0"},
         "count, collector 0:0x1 1:1x1 3:2x1"},
        {"by count after a cycle that held it",
         {.program = "new 0 2;store 0 0 0;new 1 0;store 0 1 1;drop 0;collect 0;new 2 0;drop 1"},
         "count 1:1x1, collector 0:1x1"},
        {"a collection inside the allocation comes before the birth",
         {.program = "threshold 1;new 0 1;store 0 0 0;drop 0;new 1 0"},
         "count, collector 0:0x1"},
        {"one at the next check comes after it",
         {.program = "threshold 1;new 0 1;store 0 0 0;drop 0;new 1 0", .collector = "cpython-3.12"},
         "count, collector 0:1x1"},

        {"up to the operation that does not fit into memory",
         {.program = "new 0 0;drop 0;new 0 0;new 0 0;new 1 0;new 2 0;drop 1;drop 0",
          .memory_limit_bytes = 112},
         "count 0:0x1 0:1x1, collector"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_ages(rows[i].what, &rows[i].tiny, rows[i].ages);
}

/* `rounds` times 40 objects, each of which pushes one out that is 40 births older. */
static char *many_deaths(size_t rounds, const char *end)
{
    static const char round[] = "fill 40;";
    char *program = calloc(rounds * (sizeof round - 1) + strlen(end) + 1, 1);
    for (size_t i = 0; i < rounds; i++)
        memcpy(program + i * (sizeof round - 1), round, sizeof round - 1);
    strcat(program, end);
    return program;
}

TEST(many_deaths_up_to_the_end_of_memory)
{
    static const size_t rounds[] = {1, 2, 204, 205, 206, 207, 500, 1025};
    for (size_t i = 0; i < LENGTH(rounds); i++) {
        char *program = many_deaths(rounds[i], "new 41 1000;fill 40;fill 40");
        struct text expected = {.text = ""};
        if (rounds[i] > 1)
            text_add(&expected, "count 0:40x%zu, collector", 40 * (rounds[i] - 1));
        check_ages(program, &(struct tiny){.program = program, .memory_limit_bytes = 40 * 56 + 100},
                   rounds[i] > 1 ? expected.text : "count, collector");
        free(program);
    }
}

/* ---- counting -----------------------------------------------------------------------------------
 */

TEST(up_to_any_death)
{
    static const struct compile_options in_memory = {0};
    struct setting workload;
    struct compiled compiled;
    uint64_t counts[AGE_BUCKETS], expected[AGE_BUCKETS] = {0};
    struct error error;
    setting_parse(&workload, "web:duration=300ms,settle=0s,modules=200,startup=1ms", workloads,
                  "workload", &error);
    compile(&compiled, &workload, 1, collector_version("cpython-3.13"), &in_memory, NULL, &error);
    check_text("compiled", error.text, "");
    uint32_t deaths = (uint32_t)compiled_count(&compiled, COLUMN_deaths);
    check_that("many", deaths > 3 * AGES_APART && deaths % AGES_APART);
    for (uint32_t i = 0; i <= deaths; i++) {
        if (i % 97 == 0 || i % AGES_APART <= 1 || (i + 1) % AGES_APART == 0 || i == deaths) {
            compiled_count_ages(&compiled, i, counts);
            check_that("counts", memcmp(counts, expected, sizeof counts) == 0);
        }
        if (i < deaths)
            expected[compiled_death_facts(&compiled)[i].age]++;
    }
    compiled_fini(&compiled);
    setting_fini(&workload);
}

/* Births beyond 2^32 and 2^40. */
TEST(after_many_births)
{
    static const struct {
        uint64_t births, more, age;
    } rows[] = {
        {0, 0, 0},
        {0, 9, 9},
        {UINT32_MAX - 1, 0, 0},
        {UINT32_MAX - 1, 1, 1},
        {UINT32_MAX, 1, 1},
        {UINT32_MAX, 5, 5},
        {UINT64_C(3) << 32, 6, 6},
        {0, UINT64_C(5) << 32, UINT64_C(5) << 32},
        {7, MOST, MOST},
        {MOST, 0, 0},
        {MOST, 3, 3},
        {MOST + 12345, 3, 3},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct heap *heap = heap_new(1);
        heap->births = rows[i].births;
        heap_assign(heap, &heap->registers[0], heap_allocate(heap, KIND_LIST, 1, 64));
        heap->births += rows[i].more;
        heap_assign(heap, &heap->registers[0], 0);
        check_count("age", heap->ages.by_count[0][age_bucket(rows[i].age)], 1);
        heap_free(heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets),         cmocka_unit_test(borders),
        cmocka_unit_test(programs),        cmocka_unit_test(many_deaths_up_to_the_end_of_memory),
        cmocka_unit_test(up_to_any_death), cmocka_unit_test(after_many_births),
    };
    return cmocka_run_group_tests_name("age", tests, NULL, NULL);
}
