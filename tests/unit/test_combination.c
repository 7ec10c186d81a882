/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies together, and one after the other: what is in force when a small program has ended, what
 * has been collected until then, and what is frozen; worked out by hand. */
#include "sim/model/combination.h"

#include <inttypes.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/engines.h"
#include "tests/unit/check.h"
#include "tests/unit/tiny.h"

static int note(void *context, const struct collection *collection)
{
    struct text *text = context;
    text_add(text, "gc%d@%" PRIu64 " ", collection->generation, collection->operation);
    return 0;
}

static struct simulation_result run(const char *spec, const char *program,
                                    const struct engine *engine, struct text *text)
{
    struct tiny tiny = {.program = program};
    struct setting policy, workload = tiny_workload(&tiny);
    struct error error = {""};
    struct simulation_result result;
    setting_parse(&policy, spec, policies, "policy", &error);
    check_text(spec, error.text, "");
    const struct observer observer = {.context = text, .collection = note};
    const struct simulation_setup setup = {
        .engine = engine,
        .collector = collector_version("cpython-3.11"),
        .costs = &tiny_costs,
        .workload = &workload,
        .policy = &policy,
        .sample_ns = SAMPLE_NEVER,
    };
    simulate(&setup, &observer, &result, &error);
    check_text(spec, error.text, "");
    setting_fini(&policy);
    return result;
}

/* "gcGENERATION@OPERATION …on T0 T1 T2, N frozen", with every engine. */
static void check_run(const char *spec, const char *program, const char *expected)
{
    for (size_t i = 0; engines[i]; i++) {
        struct text text = {""};
        struct simulation_result result = run(spec, program, engines[i], &text);
        const struct ending *ending = &result.ending;
        text_add(&text, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 ", %" PRIu64 " frozen",
                 ending->automatic ? "on" : "off", ending->threshold[0], ending->threshold[1],
                 ending->threshold[2], ending->tracked[PERMANENT]);
        check_text(spec, text.text, expected);
    }
}

TEST(phases)
{
    static const struct {
        const char *spec, *program, *expected;
    } rows[] = {
        /* the start and the end */
        {"off", "work 1", "off 700 10 10, 0 frozen"},
        {"off:from=idle", "work 1", "on 700 10 10, 0 frozen"},
        {"off:from=idle", "event idle", "off 700 10 10, 0 frozen"},
        {"off:until=idle", "event idle", "on 700 10 10, 0 frozen"},
        {"off:from=idle@2", "event idle", "on 700 10 10, 0 frozen"},
        {"off:from=idle@2", "event idle;event idle", "off 700 10 10, 0 frozen"},
        {"off:from=idle,until=idle@3", "event idle;event idle", "off 700 10 10, 0 frozen"},
        {"off:from=idle,until=idle@3", "event idle;event idle;event idle",
         "on 700 10 10, 0 frozen"},
        /* until comes before from: it never begins */
        {"off:from=idle,until=disconnect", "event disconnect;event idle", "on 700 10 10, 0 frozen"},
        {"off:from=idle,until=idle", "event idle", "on 700 10 10, 0 frozen"},
        /* a part sees the report that it begins with, and not the one that it ends with */
        {"freeze:from=startup_done", "fill 3;event startup_done", "gc2@3 on 700 10 10, 3 frozen"},
        {"freeze:until=startup_done", "fill 3;event startup_done", "on 700 10 10, 0 frozen"},
        {"event:on=idle,every=2,from=idle@2,automatic=yes",
         "event idle;event idle;event idle;event idle;event idle",
         "gc2@2 gc2@4 on 700 10 10, 0 frozen"},
        {"event:on=idle,until=idle@3", "event idle;event idle;event idle;event idle",
         "gc2@0 gc2@1 on 700 10 10, 0 frozen"},
        /* its timer goes with it */
        {"timed:every=1ms,until=idle", "work 1500000;event disconnect;event idle;work 5000000",
         "gc2@1 on 700 10 10, 0 frozen"},
        {"timed:every=1ms,from=idle,automatic=yes", "work 2500000;event idle;work 1000000;work 1",
         "gc2@3 on 700 10 10, 0 frozen"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_run(rows[i].spec, rows[i].program, rows[i].expected);
}

TEST(what_is_in_force)
{
    static const struct {
        const char *spec, *program, *expected;
    } rows[] = {
        /* the last in the text has its way, whenever it says so */
        {"threshold:t0=5 + threshold:t0=6,t1=7", "work 1", "on 6 7 10, 0 frozen"},
        {"threshold:t0=6,t1=7 + threshold:t0=5", "work 1", "on 5 7 10, 0 frozen"},
        {"freeze:on=idle,collect=no,t0=5,t1=8 + threshold:t0=6", "event idle",
         "on 6 8 10, 0 frozen"},
        {"threshold:t0=6 + freeze:on=idle,collect=no,t0=5", "work 1", "on 6 10 10, 0 frozen"},
        {"threshold:t0=6 + freeze:on=idle,collect=no,t0=5", "event idle", "on 5 10 10, 0 frozen"},
        {"off + default", "work 1", "off 700 10 10, 0 frozen"},
        {"off + timed:automatic=yes", "work 1", "off 700 10 10, 0 frozen"},
        /* restored: to what another wishes, or to what lies beneath */
        {"threshold:t0=5 + threshold:t0=6,until=idle", "event idle", "on 5 10 10, 0 frozen"},
        {"threshold:t0=5,until=idle + threshold:t0=6", "event idle", "on 6 10 10, 0 frozen"},
        {"threshold:t0=keep,t2=100,from=critical_begin,until=critical_end", "event critical_begin",
         "on 700 10 100, 0 frozen"},
        {"threshold:t0=keep,t2=100,from=critical_begin,until=critical_end",
         "event critical_begin;event critical_end", "on 700 10 10, 0 frozen"},
        {"off:until=idle + off:until=disconnect", "event idle", "off 700 10 10, 0 frozen"},
        {"off:until=idle + off:until=disconnect", "event disconnect;event idle",
         "on 700 10 10, 0 frozen"},
        /* at one report: the end first, then the beginning */
        {"threshold:t0=5,from=idle + threshold:t0=6,until=idle", "event idle",
         "on 5 10 10, 0 frozen"},
        {"off:until=startup_done + freeze + threshold:t0=50000,from=startup_done",
         "fill 2;event startup_done", "gc2@2 on 50000 10 10, 2 frozen"},
        /* what the program sets holds at once, and lies beneath when something is worked out */
        {"off", "enable", "on 700 10 10, 0 frozen"},
        {"off:until=idle", "disable;event idle", "on 700 10 10, 0 frozen"},
        {"off:until=idle", "enable;disable;event idle", "on 700 10 10, 0 frozen"},
        {"off:until=idle + default", "enable;event disconnect;event idle",
         "on 700 10 10, 0 frozen"},
        {"threshold:t0=5,from=idle,until=idle@2", "threshold 9;event idle", "on 5 10 10, 0 frozen"},
        {"threshold:t0=5,from=idle,until=idle@2", "threshold 9;event idle;event idle",
         "on 9 10 10, 0 frozen"},
        {"threshold:t0=5,until=idle", "threshold 9;event idle", "on 9 10 10, 0 frozen"},
        {"threshold:t0=5 + freeze:on=idle,collect=no,t1=3", "threshold 9;event idle",
         "on 9 3 10, 0 frozen"},
        {"threshold:t0=5 + threshold:t0=6,until=idle", "threshold 9;event idle",
         "on 5 10 10, 0 frozen"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_run(rows[i].spec, rows[i].program, rows[i].expected);
}

TEST(freezing)
{
    static const struct {
        const char *spec, *program, *expected;
    } rows[] = {
        {"freeze:on=idle", "fill 2;event idle;new 2 0;event idle", "gc2@2 on 700 10 10, 2 frozen"},
        {"freeze:on=idle,every=1", "fill 2;event idle;new 2 0;event idle",
         "gc2@2 gc2@4 on 700 10 10, 3 frozen"},
        {"freeze:on=idle,every=2", "fill 2;event idle;new 2 0;event idle;event idle",
         "gc2@4 on 700 10 10, 3 frozen"},
        {"freeze:on=idle,unfreeze=disconnect", "fill 2;event idle;event disconnect",
         "gc2@2 on 700 10 10, 0 frozen"},
        {"freeze:on=idle,unfreeze=disconnect@2", "fill 2;event idle;event disconnect",
         "gc2@2 on 700 10 10, 2 frozen"},
        {"freeze:on=idle,every=1,unfreeze=disconnect@2",
         "fill 2;event disconnect;event idle;event disconnect;event idle;event disconnect",
         "gc2@3 gc2@5 on 700 10 10, 0 frozen"},
        /* the same event: it unfreezes first, so that what has become garbage goes */
        {"freeze:on=idle,every=1,unfreeze=idle",
         "new 0 1;store 0 0 0;new 1 0;event idle;drop 0;event idle",
         "gc2@3 gc2@5 on 700 10 10, 1 frozen"},
        {"freeze:on=idle,every=1", "new 0 1;store 0 0 0;new 1 0;event idle;drop 0;event idle",
         "gc2@3 gc2@5 on 700 10 10, 2 frozen"},
        /* what it froze is unfrozen with its end, and only then; but freezing knows no owner */
        {"freeze:on=idle,until=disconnect", "fill 2;event idle;event disconnect",
         "gc2@2 on 700 10 10, 0 frozen"},
        {"freeze:on=idle,collect=no,until=disconnect", "fill 2;freeze;event disconnect",
         "on 700 10 10, 2 frozen"},
        {"freeze:on=idle,collect=no + freeze:on=idle,collect=no,until=disconnect",
         "fill 2;event idle;event disconnect", "on 700 10 10, 0 frozen"},
        {"freeze:on=idle,collect=no,until=disconnect + freeze:on=step_done,collect=no,"
         "unfreeze=report_done",
         "fill 2;event idle;event step_done;event report_done;freeze;event disconnect",
         "on 700 10 10, 2 frozen"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_run(rows[i].spec, rows[i].program, rows[i].expected);
}

/* What is still to come of a run, for predictions. */
TEST(plans)
{
    static const struct {
        const char *spec, *program, *expected;
    } rows[] = {
        {"default", "work 1", ""},
        {"event:on=idle,every=5 + timed:every=1ms,generation=1", "event idle",
         "2 at the 4th idle, every 5; 1 at 1000000, every 1000000; "},
        {"event:on=idle,every=5,until=disconnect@3", "event disconnect",
         "change at the 2th disconnect; 2 at the 5th idle, every 5; "},
        {"event:on=idle,from=disconnect@3", "event disconnect", "change at the 2th disconnect; "},
        {"event:on=idle,until=disconnect", "event disconnect", ""},
        {"freeze:on=idle", "work 1", "2 at the 1th idle, once; change at the 1th idle; "},
        {"freeze:on=idle,unfreeze=disconnect@3", "event disconnect;event idle",
         "change at the 2th disconnect; "},
        {"freeze:on=idle", "event idle", ""},
        {"freeze:on=idle,every=3,collect=no", "event idle", "change at the 2th idle; "},
        {"freeze:on=idle,every=3", "event idle",
         "2 at the 2th idle, every 3; change at the 2th idle; "},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct text collections = {""}, text = {""};
        struct simulation_result result =
            run(rows[i].spec, rows[i].program, &graph_engine, &collections);
        for (size_t p = 0; p < result.ending.plans.count; p++) {
            const struct policy_plan *plan = &result.ending.plans.plans[p];
            if (plan->generation == PLAN_CHANGE)
                text_add(&text, "change");
            else
                text_add(&text, "%d", plan->generation);
            if (plan->after)
                text_add(&text, " at the %" PRIu64 "th %s", plan->after,
                         program_event_names[plan->on]);
            else
                text_add(&text, " at %" PRIu64, plan->at_ns);
            if (plan->generation != PLAN_CHANGE && plan->after && plan->every == 0)
                text_add(&text, ", once");
            else if (plan->generation != PLAN_CHANGE)
                text_add(&text, ", every %" PRIu64, plan->after ? plan->every : plan->every_ns);
            text_add(&text, "; ");
        }
        check_text(rows[i].spec, text.text, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases),
        cmocka_unit_test(what_is_in_force),
        cmocka_unit_test(freezing),
        cmocka_unit_test(plans),
    };
    return cmocka_run_group_tests_name("combination", tests, NULL, NULL);
}
