/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the interval engine knows beforehand of objects that are what their kinds say: free lists as
 * counters, and what is tracked from when on. Whole programs are compared with the graph engine in
 * tests/property/test_engines.c. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/interval/compiled.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

/* ---- free lists ---------------------------------------------------------------------------------
 */

TEST(which_free_list)
{
    static const struct {
        const char *version;
        enum object_kind kind;
        uint32_t fields, takes, gives;
    } rows[] = {
        {"cpython-3.8", KIND_LIST, 7, FREE_LIST_LISTS, FREE_LIST_LISTS},
        {"cpython-3.15", KIND_LIST, 0, FREE_LIST_LISTS, FREE_LIST_LISTS},
        {"cpython-3.11", KIND_DICT, 0, FREE_LIST_DICTS, FREE_LIST_DICTS},
        {"cpython-3.8", KIND_TUPLE, 0, FREE_LIST_NONE, FREE_LIST_NONE},
        {"cpython-3.8", KIND_TUPLE, 1, FREE_LIST_TUPLES, FREE_LIST_TUPLES},
        {"cpython-3.10", KIND_TUPLE, 19, FREE_LIST_TUPLES + 18, FREE_LIST_TUPLES + 18},
        {"cpython-3.10", KIND_TUPLE, 20, FREE_LIST_NONE, FREE_LIST_NONE},
        {"cpython-3.11", KIND_TUPLE, 19, FREE_LIST_TUPLES + 18, FREE_LIST_TUPLES + 18},
        {"cpython-3.11", KIND_TUPLE, 20, FREE_LIST_NONE, FREE_LIST_TUPLES + 19},
        {"cpython-3.12", KIND_TUPLE, 20, FREE_LIST_NONE, FREE_LIST_TUPLES + 19},
        {"cpython-3.13", KIND_TUPLE, 20, FREE_LIST_TUPLES + 19, FREE_LIST_TUPLES + 19},
        {"cpython-3.15", KIND_TUPLE, 21, FREE_LIST_NONE, FREE_LIST_NONE},
        {"cpython-3.13", KIND_SLOTS, 1, FREE_LIST_NONE, FREE_LIST_NONE},
        {"cpython-3.13", KIND_SET, 1, FREE_LIST_NONE, FREE_LIST_NONE},
        {"cpython-3.13", KIND_INSTANCE, 1, FREE_LIST_NONE, FREE_LIST_NONE},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct collector_version *version = collector_version(rows[i].version);
        struct free_list_ends ends =
            free_list_ends_of(&version->objects, rows[i].kind, rows[i].fields);
        check_count(rows[i].version, ends.takes, rows[i].takes);
        check_count(rows[i].version, ends.gives, rows[i].gives);
    }
    check_count("lists", free_list_most(FREE_LIST_LISTS), 80);
    check_count("dicts", free_list_most(FREE_LIST_DICTS), 80);
    check_count("tuples", free_list_most(FREE_LIST_TUPLES), 2000);
    check_count("tuples of 20", free_list_most(FREE_LIST_TUPLES + 19), 2000);
}

/* A random stretch on a list from a level: what it makes of it, one by one and at once. */
static void check_stretch(uint32_t list, uint32_t level, uint64_t *seed)
{
    struct free_lists lists = {{0}};
    struct list_use use = list_use_of(list);
    uint32_t steps = (uint32_t)test_random_below(seed, 3 * free_list_most(list));
    uint64_t deaths = test_random_below(seed, 100);
    bool is_silent = true;
    lists.level[list] = level;
    for (uint32_t i = 0; i < steps; i++) {
        if (test_random_below(seed, 100) < deaths) {
            is_silent &= free_lists_give(&lists, list);
            list_use_give(&use);
        } else {
            is_silent &= free_lists_take(&lists, list);
            list_use_take(&use);
        }
        if (i % 7 == 0 || i + 1 == steps) {
            check_count("level", list_use_level(&use, level), lists.level[list]);
            check_that("silent", list_use_is_silent(&use, level) == is_silent);
        }
    }
}

TEST(stretches)
{
    uint64_t seed = 1;
    for (int i = 0; i < 2000; i++) {
        uint32_t list = i % 20 ? FREE_LIST_LISTS : FREE_LIST_TUPLES + 4;
        check_stretch(list, (uint32_t)test_random_below(&seed, free_list_most(list) + 1), &seed);
    }
}

TEST(what_has_no_free_list)
{
    struct free_lists lists = {{0}};
    check_that("nothing is taken", !free_lists_take(&lists, FREE_LIST_NONE));
    check_that("nothing is kept", !free_lists_give(&lists, FREE_LIST_NONE));
    check_count("level", lists.level[FREE_LIST_NONE], 0);
}

/* ---- what is tracked ----------------------------------------------------------------------------
 */

/* A letter for each birth and each object that becomes tracked: always, once, never, late. */
static const char *trackings(const struct compiled *compiled, struct text *text)
{
    *text = (struct text){.text = ""};
    for (uint64_t i = 0; i < compiled_count(compiled, COLUMN_births); i++) {
        uint32_t shape = compiled_births(compiled)[i];
        text_add(text, "%c", "aonl"[compiled_shapes(compiled)[shape].tracking]);
    }
    return text->text;
}

/* A heap script of those lines, with ';' between them. */
static void compile_script(struct compiled *compiled, const char *version, const char *lines)
{
    char text[300], file[TEST_PATH], spec[TEST_PATH + 16];
    struct setting workload;
    struct error error = {""};
    snprintf(text, sizeof text, "%s", lines);
    for (char *c = text; *c; c++)
        *c = *c == ';' ? '\n' : *c;
    test_file(file, text, strlen(text));
    snprintf(spec, sizeof spec, "script:file=%s", file);
    setting_parse(&workload, spec, workloads, "workload", &error);
    check_text(lines, error.text, "");
    compile(compiled, &workload, 1, collector_version(version), &(struct compile_options){0}, NULL,
            &error);
    check_text(lines, error.text, "");
    setting_fini(&workload);
    unlink(file);
}

TEST(what_is_tracked_from_when_on)
{
    static const struct {
        const char *version, *script, *trackings;
    } rows[] = {
        {"cpython-3.13",
         "new 0 1 slots;new 0 1 list;new 0 1 set;new 0 1 cell;new 0 1 func;new 0 1 exc", "aaaaaa"},
        {"cpython-3.13", "new 0 1 dict", "n"},
        {"cpython-3.14", "new 0 1 dict", "a"},
        {"cpython-3.13", "new 0 1 dict;clear 0 0;store 0 0 0;store 0 0 0", "nl"},
        {"cpython-3.8", "new 0 1 dict;new 1 1 dict;store 0 0 1;store 1 0 0", "nnll"},
        {"cpython-3.15", "new 0 1 dict;clear 0 0;store 0 0 0", "a"},
        {"cpython-3.10", "new 0 1 inst", "a"},
        {"cpython-3.10", "new 0 1 inst;store 0 0 0;store 0 0 0", "aa"},
        {"cpython-3.10", "new 0 2 inst-del;clear 0 0;clear 0 1;store 0 1 0", "anl"},
        {"cpython-3.11", "new 0 1 inst;clear 0 0;store 0 0 0", "a"},
        {"cpython-3.13", "new 0 1 exc;clear 0 0;store 0 0 0", "anl"},
        {"cpython-3.15", "new 0 1 exc;clear 0 0;store 0 0 0", "aa"},
        {"cpython-3.13", "new 0 2 tuple - -", "o"},
        {"cpython-3.14", "new 0 2 tuple - -", "n"},
        {"cpython-3.14", "new 0 1 tuple -;new 1 2 tuple 0 -", "no"},
        {"cpython-3.13", "new 0 1 list;new 1 2 tuple - 0;new 2 1 tuple 1", "aaa"},
        {"cpython-3.14", "new 0 1 list;new 1 2 tuple - 0;new 2 1 tuple 1", "aaa"},
        {"cpython-3.13", "new 0 1 dict;new 1 1 tuple 0;store 0 0 1", "nal"},
        {"cpython-3.13", "new 0 2 dict;new 1 1 tuple -;store 0 1 0;store 0 0 1;clear 0 0", "nol"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct compiled compiled;
        struct text text;
        compile_script(&compiled, rows[i].version, rows[i].script);
        check_text(rows[i].script, trackings(&compiled, &text), rows[i].trackings);
        check_text(rows[i].script, compiled_check(&compiled), NULL);
        compiled_fini(&compiled);
    }
}

/* Programs of versions between which nothing is different that is known beforehand. */
TEST(which_versions_are_alike)
{
    static const char *const groups[] = {"cpython-3.8 cpython-3.9 cpython-3.10",
                                         "cpython-3.11 cpython-3.12", "cpython-3.13",
                                         "cpython-3.14 cpython-3.15"};
    for (const struct collector_version *a = collector_versions; a->name; a++)
        for (const struct collector_version *b = collector_versions; b->name; b++) {
            bool together = false;
            for (size_t g = 0; g < LENGTH(groups); g++)
                together |= strstr(groups[g], a->name) && strstr(groups[g], b->name);
            check_that(a->name, versions_are_alike(a, b) == together);
        }
}

TEST(a_program_of_another_version)
{
    static const struct {
        const char *script, *says;
    } rows[] = {
        {"new 0 1;store 0 0 0", ""},
        {"new 0 1 list",
         "x was compiled for objects as cpython-3.13 has them, which cpython-3.15 has "
         "not; compile it with --collector cpython-3.15"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct compiled compiled;
        struct error error = {""};
        compile_script(&compiled, "cpython-3.13", rows[i].script);
        int status = compiled_suits(&compiled, collector_version("cpython-3.15"), "x", &error);
        check_signed(rows[i].script, status, rows[i].says[0] ? -1 : 0);
        check_text(rows[i].script, error.text, rows[i].says);
        check_signed(rows[i].script,
                     compiled_suits(&compiled, collector_version("cpython-3.13"), "x", &error), 0);
        compiled_fini(&compiled);
    }
}

/* Of atoms: the rows of documents; and what Python code makes, the temporaries. */
TEST(who_makes_a_tuple)
{
    static const struct {
        const char *version;
        enum tracking by_c, by_python;
    } rows[] = {{"cpython-3.13", TRACKED_ONCE, TRACKED_ONCE},
                {"cpython-3.15", TRACKED_ONCE, TRACKED_NEVER}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct compiled compiled;
        struct setting workload;
        struct error error = {""};
        const struct compile_options keep = {.folder = "/tmp"};
        setting_parse(&workload, "parse:kind=tuple,documents=1,rows=3,nested=0", workloads,
                      "workload", &error);
        compile(&compiled, &workload, 1, collector_version(rows[i].version), &keep, NULL, &error);
        check_text(rows[i].version, error.text, "");
        uint64_t tuples = 0;
        for (uint64_t s = 0; s < compiled_count(&compiled, COLUMN_shapes); s++) {
            const struct shape *shape = &compiled_shapes(&compiled)[s];
            if (shape->cost != COST_TUPLE)
                continue;
            check_count(rows[i].version, shape->tracking,
                        shape->fields == 8 ? rows[i].by_c : rows[i].by_python);
            tuples++;
        }
        check_count(rows[i].version, tuples, 2);
        compiled_fini(&compiled);
        setting_fini(&workload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_free_list),          cmocka_unit_test(stretches),
        cmocka_unit_test(what_has_no_free_list),    cmocka_unit_test(what_is_tracked_from_when_on),
        cmocka_unit_test(which_versions_are_alike), cmocka_unit_test(a_program_of_another_version),
        cmocka_unit_test(who_makes_a_tuple),
    };
    return cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
}
