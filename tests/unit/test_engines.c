/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which engine runs a program, and what the others say to it. */
#include "sim/engines.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/interval/compiled.h"
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
    const char *script, *need;
} needs[] = {
    {"", ""},
    {"new 0 1;store 0 0 0;collect 0;freeze;unfreeze;enable;disable;threshold 5", ""},
    {"new 0 1 slots", ""},
    {"# c;new 0 1;new 0 1 list", ":3: a list"},
    {"new 0 1 dict", ":1: a dict"},
    {"new 0 1 inst;new 0 1 list", ":1: an instance"},
    {"new 0 1;new 1 2 tuple 0 -;new 0 1 list", ":2: a tuple"},
    {"new 0 1 slots-del", ":1: a finalizer"},
    {"new 0 1 inst-del", ":1: a finalizer"},
    {"new 0 1 legacy", ":1: a legacy finalizer"},
    {"new 0 1 set", ":1: a set"},
    {"new 0 1 cell", ":1: a cell"},
    {"new 0 1 func", ":1: a function"},
    {"new 0 1 exc", ":1: an exception"},
    {"attrs 0 1", ":1: an object's __dict__"},
    {"new 0 1;weakref 1 0", ":2: a weak reference"},
    {"deref 0 0", ":1: a weak reference"},
    {"finalizer 0 noop", ":1: a finalizer"},
    {"debug none", ":1: gc.set_debug"},
    {"count", ":1: gc.get_count"},
    {"tracked 0", ":1: gc.is_tracked"},
    {"finalized 0", ":1: gc.is_finalized"},
    {"objects", ":1: gc.get_objects"},
    {"garbage", ":1: gc.garbage"},
    {"ungarbage", ":1: gc.garbage"},
};

TEST(which_engine_is_chosen)
{
    for (size_t i = 0; i < LENGTH(needs); i++) {
        char path[TEST_PATH], expected[TEST_PATH + 60] = "";
        const struct setting workload = script_of(needs[i].script, path);
        const bool graph = needs[i].need[0];
        struct error why;
        struct simulation_setup setup = {.collector = collector_version("cpython-3.13"),
                                         .workload = &workload};
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
        const struct collector_version *version = collector_version("cpython-3.13");
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
        cmocka_unit_test(a_workload_that_cannot_be_started),
    };
    return cmocka_run_group_tests_name("engines", tests, NULL, NULL);
}
