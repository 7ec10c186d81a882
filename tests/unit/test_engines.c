/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which engine runs a program, and what the others say to it. */
#include "sim/engines.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/interval/compiled.h"
#include "sim/model/stream.h"
#include "sim/simulation.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

/* A heap script of those lines, with ';' between them, as a workload. To be unlinked. */
static struct setting script_of(const char *lines, char path[TEST_PATH])
{
    char text[200], spec[TEST_PATH + 16];
    struct setting setting;
    struct error error = {""};
    snprintf(text, sizeof text, "%s", lines);
    for (char *c = text; *c; c++)
        *c = *c == ';' ? '\n' : *c;
    test_file(path, text, strlen(text));
    snprintf(spec, sizeof spec, "script:file=%s", path);
    setting_parse(&setting, spec, workloads, "workload", &error);
    check_text(lines, error.text, "");
    return setting;
}

/* What needs the graph, and in which line; "" if nothing does. */
static const struct {
    const char *script, *need, *version; /* NULL: 3.13 */
} needs[] = {
    {"", ""},
    {"new 0 1;store 0 0 0;collect 0;freeze;unfreeze;enable;disable;threshold 5", ""},
    {"new 0 1 slots;new 0 1 list;new 0 1 dict;new 0 1 set;new 0 1 cell;new 0 1 func", ""},
    {"new 0 1 inst;new 1 1 exc;store 0 0 1;store 1 0 0;drop 0;drop 1;collect", ""},
    {"new 0 1 slots-del;finalizer 0 noop;new 1 1 inst-del;drop 0", ""},
    {"new 0 1 list;drop 0;drop 0;copy 1 0;new 0 1 inst;store 0 0 1;load 1 0 0;drop 1", ""},
    {"# c;new 0 1;new 0 1 legacy", ":3: a legacy finalizer"},
    {"attrs 0 1", ":1: an object's __dict__"},
    {"new 0 1;weakref 1 0", ":2: a weak reference"},
    {"deref 0 0", ":1: a weak reference"},
    {"new 0 1 inst-del;finalizer 0 self 1", ":2: a finalizer"},
    {"debug none", ":1: gc.set_debug"},
    {"count", ":1: gc.get_count"},
    {"tracked 0", ":1: gc.is_tracked"},
    {"finalized 0", ":1: gc.is_finalized"},
    {"objects", ":1: gc.get_objects"},
    {"garbage", ":1: gc.garbage"},
    {"ungarbage", ":1: gc.garbage"},

    {"new 0 2 tuple - -;new 1 1 list;new 2 3 tuple 0 - 1;drop 0", ""},
    {"new 0 1 tuple -;new 1 2 tuple 0 -", ":2: a tuple of tuples that may be untracked"},
    {"new 0 1 tuple -;new 1 2 tuple 0 -", "", "cpython-3.14"},
    {"new 0 1 tuple -;new 1 1 tuple 0;# c;new 2 2 tuple 1 0",
     ":4: a tuple of tuples that may be untracked", "cpython-3.14"},
    {"new 0 2 dict;new 1 1 list;store 0 0 1;new 1 1 tuple -;store 0 1 1;clear 0 1", ""},
    {"new 0 1 dict;new 1 1 tuple -;store 0 0 1", ":3: a dict of a tuple that may be untracked"},
    {"new 0 1 dict;new 1 1 tuple -;store 0 0 1", "", "cpython-3.15"},
    {"new 0 1 dict;clear 0 0;store 0 0 0;clear 0 0", ":4: a dict that may be untracked again"},
    {"new 0 1 dict;clear 0 0;store 0 0 0;clear 0 0", "", "cpython-3.15"},
    {"new 0 1 exc;store 0 0 0;clear 0 0", ":3: a dict that may be untracked again"},
    {"new 0 1 exc;new 1 1 tuple -;store 0 0 1", ":3: a dict of a tuple that may be untracked"},
    {"new 0 1 inst;store 0 0 0;clear 0 0", ":3: a dict that may be untracked again",
     "cpython-3.10"},
    {"new 0 1 inst;store 0 0 0;clear 0 0", "", "cpython-3.11"},
};

static const struct collector_version *version_of(size_t i)
{
    return collector_version(needs[i].version ? needs[i].version : "cpython-3.13");
}

TEST(which_engine_is_chosen)
{
    for (size_t i = 0; i < LENGTH(needs); i++) {
        char path[TEST_PATH], expected[TEST_PATH + 60] = "";
        const struct setting workload = script_of(needs[i].script, path);
        const bool graph = needs[i].need[0];
        struct error why;
        struct simulation_setup setup = {.collector = version_of(i), .workload = &workload};
        if (graph)
            snprintf(expected, sizeof expected, "%s%s", path, needs[i].need);
        check_that(needs[i].script,
                   engine_choose(&setup, &why) == (graph ? &graph_engine : &interval_engine));
        check_text(needs[i].script, why.text, expected);
        for (size_t e = 0; engines[e]; e++) { /* one that is named is taken */
            setup.engine = engines[e];
            check_that(needs[i].script, engine_choose(&setup, &why) == engines[e]);
            check_text(needs[i].script, why.text, "");
        }
        unlink(path);
        setting_fini((struct setting *)&workload);
    }
}

TEST(the_interval_engine_refuses)
{
    for (size_t i = 0; i < LENGTH(needs); i++) {
        char path[TEST_PATH], expected[TEST_PATH + 80] = "";
        struct setting workload = script_of(needs[i].script, path), policy;
        struct compiled compiled;
        const struct compile_options keep = {.folder = "/tmp"};
        struct error error = {""};
        struct simulation_result result;
        const struct collector_version *version = version_of(i);
        if (needs[i].need[0])
            snprintf(expected, sizeof expected, "%s%s takes the graph engine", path, needs[i].need);
        compiled_init(&compiled);
        compile(&compiled, &workload, 1, version, &keep, NULL, &error);
        check_text(needs[i].script, error.text, expected);
        compiled_fini(&compiled);
        check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
        const struct simulation_setup setup = {.engine = &interval_engine,
                                               .collector = version,
                                               .workload = &workload,
                                               .policy = &policy};
        error.text[0] = '\0';
        check_signed(needs[i].script, simulate(&setup, NULL, &result, &error),
                     expected[0] ? -1 : 0);
        check_text(needs[i].script, error.text, expected);
        unlink(path);
        setting_fini(&workload);
        setting_fini(&policy);
    }
}

/* What becomes of objects, if anybody is to hear of it. */
TEST(who_listens)
{
    static const struct {
        const char *script;
        bool graph;
    } rows[] = {{"new 0 1;store 0 0 0", false}, {"new 0 1 list", true}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[TEST_PATH];
        struct setting workload = script_of(rows[i].script, path);
        const struct simulation_setup setup = {
            .collector = collector_version("cpython-3.13"), .workload = &workload, .listens = true};
        struct error why;
        check_that(rows[i].script, engine_choose(&setup, &why) ==
                                       (rows[i].graph ? &graph_engine : &interval_engine));
        check_that(rows[i].script, rows[i].graph == (strstr(why.text, "to hear") != NULL));
        unlink(path);
        setting_fini(&workload);
    }
}

/* A file that has gone meanwhile is not missed. */
TEST(what_has_been_read_ahead)
{
    static const struct {
        const char *script, *error; /* after the path; "": none */
        uint64_t operations;
    } rows[] = {
        {"new 0 1;collect", "", 2},
        {"new 0 1;nwe 0 1", ":2: there is no operation 'nwe'; did you mean 'new'?", 0},
        {"new 0 1 list;collect", "", 2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[TEST_PATH], expected[TEST_PATH + 80] = "";
        struct setting workload = script_of(rows[i].script, path), policy;
        struct error error = {""};
        check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
        stream_prepare(&workload);
        unlink(path);
        stream_prepare(&workload);
        struct simulation_setup setup = {.collector = collector_version("cpython-3.13"),
                                         .workload = &workload,
                                         .policy = &policy};
        setup.engine = engine_choose(&setup, &error);
        error.text[0] = '\0';
        for (int run = 0; run < 2; run++) {
            struct simulation_result result;
            int status = simulate(&setup, NULL, &result, &error);
            if (rows[i].error[0])
                snprintf(expected, sizeof expected, "%s%s", path, rows[i].error);
            check_signed(rows[i].script, status, rows[i].error[0] ? -1 : 0);
            check_mentions(rows[i].script, error.text, expected);
            check_count(rows[i].script, result.operations, rows[i].operations);
        }
        setting_fini(&workload);
        setting_fini(&policy);
    }
}

TEST(a_workload_that_cannot_be_started)
{
    struct setting workload;
    struct error why;
    setting_parse(&workload, "script:file=/nonexistent", workloads, "workload", &why);
    const struct simulation_setup setup = {.collector = collector_version("cpython-3.13"),
                                           .workload = &workload};
    check_that("is for the run to refuse", engine_choose(&setup, &why) == &interval_engine);
    check_text("why", why.text, "");
    setting_fini(&workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_engine_is_chosen),
        cmocka_unit_test(the_interval_engine_refuses),
        cmocka_unit_test(who_listens),
        cmocka_unit_test(what_has_been_read_ahead),
        cmocka_unit_test(a_workload_that_cannot_be_started),
    };
    return cmocka_run_group_tests_name("engines", tests, NULL, NULL);
}
