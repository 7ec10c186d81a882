/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an experiment file says. What is wrong with one: test_experiment_errors.c. */
#include "sweep/file/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/engines.h"
#include "sim/simulation.h"
#include "tests/unit/check.h"

static struct experiment read_text(const char *yaml)
{
    char path[TEST_PATH];
    struct experiment experiment;
    struct error error = {""};
    test_file(path, yaml, strlen(yaml));
    int status = experiment_read(&experiment, path, &error);
    unlink(path);
    check_text(yaml, error.text, "");
    check_signed(yaml, status, 0);
    check_text("the whole file is kept", experiment.text, yaml);
    return experiment;
}

/* The points are in order, each once, of settings that are used and each there once. */
static void check_order(const char *what, const struct experiment *experiment)
{
    bool *workloads = calloc(experiment->workload_count, sizeof *workloads),
         *policies = calloc(experiment->policy_count, sizeof *policies);
    for (size_t i = 0; i < experiment->point_count; i++) {
        const struct point *a = &experiment->points[i], *b = a + 1;
        check_that(what, a->workload < experiment->workload_count);
        check_that(what, a->policy < experiment->policy_count);
        workloads[a->workload] = policies[a->policy] = true;
        if (i + 1 == experiment->point_count)
            continue;
        check_that(what, a->workload <= b->workload);
        if (a->workload == b->workload && a->collector == b->collector)
            check_that(what, a->policy < b->policy);
    }
    for (size_t i = 0; i < experiment->workload_count; i++) {
        check_that(what, workloads[i]);
        for (size_t j = 0; j < i; j++)
            check_that(what, strcmp(experiment->workloads[i].text, experiment->workloads[j].text));
    }
    for (size_t i = 0; i < experiment->policy_count; i++) {
        check_that(what, policies[i]);
        for (size_t j = 0; j < i; j++)
            check_that(what, strcmp(experiment->policies[i].text, experiment->policies[j].text));
    }
    free(workloads);
    free(policies);
}

/* "WORKLOAD|COLLECTOR|POLICY …", the collector without "cpython-". */
static void check_points(const char *yaml, const char *expected)
{
    struct experiment experiment = read_text(yaml);
    struct text text = {""};
    for (size_t i = 0; i < experiment.point_count; i++) {
        const struct point *point = &experiment.points[i];
        text_add(&text, "%s%s|%s|%s", i ? " " : "", experiment.workloads[point->workload].text,
                 point->collector->name + strlen("cpython-"),
                 experiment.policies[point->policy].text);
    }
    check_text(yaml, text.text, expected);
    check_order(yaml, &experiment);
    experiment_fini(&experiment);
}

/* The policies of a file for one workload. */
static void check_policies(const char *policies, const char *expected)
{
    struct text yaml = {""}, text = {""};
    text_add(&yaml, "workload: web\n%s\n", policies);
    struct experiment experiment = read_text(yaml.text);
    for (size_t i = 0; i < experiment.policy_count; i++)
        text_add(&text, "%s%s", i ? " " : "", experiment.policies[i].text);
    check_text(policies, text.text, expected);
    check_order(policies, &experiment);
    experiment_fini(&experiment);
}

TEST(what_is_not_said)
{
    struct experiment experiment = read_text("workload: web\n");
    check_mentions("the file's name", experiment.name, "pygcsim-test-");
    check_text("workload", experiment.workloads[0].text, "web");
    check_text("policy", experiment.policies[0].text, "default");
    check_count("points", experiment.point_count, 1);
    check_text("collector", experiment.points[0].collector->name, "cpython-3.13");
    check_count("seeds", experiment.seed_count, 1);
    check_count("seed", experiment.seeds[0], 1);
    check_that("engine", experiment.engine == NULL);
    check_count("log", experiment.log, LOG_summary);
    check_count("warm-up", experiment.warmup.ns, 0);
    check_count("sample", experiment.sample_ns, SAMPLE_AUTO);
    check_text("objective", experiment.minimise, NULL);
    check_text("baseline", experiment.baseline, NULL);
    check_real("until", experiment.until.share, 0);
    experiment_fini(&experiment);
}

TEST(what_is_said)
{
    struct experiment experiment = read_text("name: my experiment\n"
                                             "workload: {name: web, rate: 20}\n"
                                             "collector: cpython-3.11\n"
                                             "policies: [default, 'freeze:t0=50_000,collect=no']\n"
                                             "replications: 3\n"
                                             "seed: 7\n"
                                             "engine: graph\n"
                                             "log: collections\n"
                                             "warmup: 1.5s\n"
                                             "sample: 20ms\n"
                                             "minimise: latency_p99\n"
                                             "baseline: freeze:collect=no,t0=50000\n"
                                             "until: {ci: 2.5%, metric: pause_max, most: 30}\n");
    check_text("name", experiment.name, "my experiment");
    check_text("workload", experiment.workloads[0].text, "web:rate=20");
    check_text("policy", experiment.policies[1].text, "freeze:collect=no,t0=50000");
    check_text("collector", experiment.points[1].collector->name, "cpython-3.11");
    check_count("seeds", experiment.seed_count, 3);
    for (size_t i = 0; i < 3; i++)
        check_count("seed", experiment.seeds[i], 7 + i);
    check_that("engine", experiment.engine == &graph_engine);
    check_count("log", experiment.log, LOG_collections);
    check_count("warm-up", experiment.warmup.ns, 1500 * NS_PER_MS);
    check_count("sample", experiment.sample_ns, 20 * NS_PER_MS);
    check_text("objective", experiment.minimise, "latency_p99");
    check_text("baseline", experiment.baseline, "freeze:collect=no,t0=50000");
    check_real("until", experiment.until.share, 0.025);
    check_text("until", experiment.until.metric, "pause_max");
    check_count("until", experiment.until.most, 30);
    experiment_fini(&experiment);
}

TEST(other_spellings)
{
    struct experiment experiment = read_text("{workloads: web, policy: off, minimize: gc_time,\n"
                                             " seeds: [5, 3, 9_223_372_036_854_775_807],\n"
                                             " baseline: {name: off}, warmup: mser5, sample: auto,"
                                             " log: samples}");
    check_text("policy", experiment.policies[0].text, "off");
    check_text("objective", experiment.minimise, "gc_time");
    check_text("baseline", experiment.baseline, "off");
    check_count("seeds", experiment.seed_count, 3);
    check_count("in the file's order", experiment.seeds[0], 5);
    check_count("in the file's order", experiment.seeds[1], 3);
    check_count("the largest", experiment.seeds[2], INT64_MAX);
    check_count("warm-up", experiment.warmup.ns, WARMUP_MSER5);
    check_count("sample", experiment.sample_ns, SAMPLE_AUTO);
    check_count("log", experiment.log, LOG_samples);
    experiment_fini(&experiment);
}

TEST(until)
{
    static const struct {
        const char *keys;
        double share, best;
        const char *metric;
        size_t most;
        bool covered;
    } rows[] = {
        {"minimise: gc_time\nuntil: 5%", 0.05, 0, NULL, 100},
        {"minimise: gc_time\nuntil: 0.1", 0.1, 0, NULL, 100},
        {"until: {ci: 5%, metric: gc_share}", 0.05, 0, "gc_share", 100},
        {"until: ci=5%,metric=gc_share", 0.05, 0, "gc_share", 100},
        {"until: {ci: 5%, metric: gc_share}\nreplications: 250", 0.05, 0, "gc_share", 250},
        {"until: {ci: 5%, metric: gc_share, most: 20}\nreplications: 5", 0.05, 0, "gc_share", 20},
        {"minimise: gc_time\nuntil: best=2%", 0, 0.02, NULL, 1000},
        {"until: {best: 2%, metric: gc_share, most: 50}\nreplications: 12", 0, 0.02, "gc_share",
         50},
        {"until: {best: 2%, metric: gc_share}\nreplications: 2000", 0, 0.02, "gc_share", 2000},
        {"until: covered", 0, 0, NULL, 0, true},
        {"minimise: gc_time\nuntil: covered,best=1%", 0, 0.01, NULL, 1000, true},
        {"until: {best: 1%, metric: gc_time, covered: yes}", 0, 0.01, "gc_time", 1000, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct text yaml = {""};
        text_add(&yaml, "workload: web\n%s\n", rows[i].keys);
        struct experiment experiment = read_text(yaml.text);
        check_real(rows[i].keys, experiment.until.share, rows[i].share);
        check_real(rows[i].keys, experiment.until.best, rows[i].best);
        check_text(rows[i].keys, experiment.until.metric, rows[i].metric);
        check_count(rows[i].keys, experiment.until.most, rows[i].most);
        check_that(rows[i].keys, (bool)experiment.until.covered == rows[i].covered);
        experiment_fini(&experiment);
    }
}

/* The issue's own. */
TEST(the_example)
{
    struct experiment experiment =
        read_text("name: thresholds\n"
                  "workload: {name: web, rate: 200, duration: 60s}        # or workloads: a list\n"
                  "collector: cpython-3.13                                # or collectors: a list\n"
                  "policies:\n"
                  "  - {name: default}\n"
                  "  - {name: threshold, t0: [700, 2000, 10000, 50000], t1: [10, 50]}\n"
                  "  - {name: freeze, t0: {range: 2000..100000, points: 6, scale: log}}\n"
                  "  - {name: timed, every: [1s, 10s], generation: 2}\n"
                  "replications: 10\n"
                  "seed: 1\n"
                  "log: summary\n");
    static const char *const policies[] = {
        "default",
        "threshold:t0=700,t1=10",
        "threshold:t0=700,t1=50",
        "threshold:t0=2000,t1=10",
        "threshold:t0=2000,t1=50",
        "threshold:t0=10000,t1=10",
        "threshold:t0=10000,t1=50",
        "threshold:t0=50000,t1=10",
        "threshold:t0=50000,t1=50",
        "freeze:t0=2000",
        "freeze:t0=4373",
        "freeze:t0=9564",
        "freeze:t0=20910",
        "freeze:t0=45730",
        "freeze:t0=100000",
        "timed:every=1s,generation=2",
        "timed:every=10s,generation=2",
    };
    check_text("name", experiment.name, "thresholds");
    check_count("workloads", experiment.workload_count, 1);
    check_text("workload", experiment.workloads[0].text, "web:rate=200,duration=60s");
    check_count("policies", experiment.policy_count, LENGTH(policies));
    check_count("points", experiment.point_count, LENGTH(policies));
    for (size_t i = 0; i < LENGTH(policies); i++)
        check_text("policy", experiment.policies[i].text, policies[i]);
    check_count("seeds", experiment.seed_count, 10);
    experiment_fini(&experiment);
}

TEST(grids)
{
    static const struct {
        const char *yaml, *points;
    } rows[] = {
        {"workload: web", "web|3.13|default"},
        {"workload: {name: web, rate: [1, 2]}\npolicies: [default, off]",
         "web:rate=1|3.13|default web:rate=1|3.13|off "
         "web:rate=2|3.13|default web:rate=2|3.13|off"},
        {"workloads: [web, device]\ncollectors: [cpython-3.13, cpython-3.8]\npolicies: [off, "
         "default]",
         "web|3.13|off web|3.13|default web|3.8|off web|3.8|default "
         "device|3.13|off device|3.13|default device|3.8|off device|3.8|default"},
        {"workload: web\npolicy: {name: threshold, t1: [1, 2], t0: [5, 3]}",
         "web|3.13|threshold:t0=5,t1=1 web|3.13|threshold:t0=3,t1=1 "
         "web|3.13|threshold:t0=5,t1=2 web|3.13|threshold:t0=3,t1=2"},
        {"workload: {name: script, file: 'b, c.heap'}", "script:file=b, c.heap|3.13|default"},
        {"workload: {file: [a, 'x,y'], name: script, layout: [aged, random]}",
         "script:scatter=aged,file=a|3.13|default script:scatter=random,file=a|3.13|default "
         "script:scatter=aged,file=x,y|3.13|default script:scatter=random,file=x,y|3.13|default"},
        /* twice the same */
        {"workloads: [web, device, web]\npolicies: [off, 'threshold:t0=7', {name: threshold, t0: "
         "[3, 0_7]}]\ncollectors: [cpython-3.9, cpython-3.9]",
         "web|3.9|off web|3.9|threshold:t0=7 web|3.9|threshold:t0=3 "
         "device|3.9|off device|3.9|threshold:t0=7 device|3.9|threshold:t0=3"},
        /* an alias is what it stands for */
        {"workload: &w {name: web, rate: &r [1]}\npolicies:\n- &p off\n- *p\n- {name: event, "
         "every: "
         "*r}",
         "web:rate=1|3.13|off web:rate=1|3.13|event:every=1"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_points(rows[i].yaml, rows[i].points);
}

/* As text, or as a list: what stands in it may vary as elsewhere. */
TEST(joined)
{
    check_policies("policies: [off + freeze, 'freeze:t0=5,collect=no+off']",
                   "off + freeze freeze:collect=no,t0=5 + off");
    check_policies("policies: {all: [off]}", "off");
    check_policies("policies:\n- default\n- all: [off:until=startup_done, freeze]\n",
                   "default off:until=startup_done + freeze");
    check_policies("policies: {all: [off + default, {name: freeze, t0: [5, 6]}, "
                   "{name: threshold, t0: [7, 8], from: [startup_done, start]}]}",
                   "off + default + freeze:t0=5 + threshold:t0=7,from=startup_done "
                   "off + default + freeze:t0=5 + threshold:t0=7,from=start "
                   "off + default + freeze:t0=5 + threshold:t0=8,from=startup_done "
                   "off + default + freeze:t0=5 + threshold:t0=8,from=start "
                   "off + default + freeze:t0=6 + threshold:t0=7,from=startup_done "
                   "off + default + freeze:t0=6 + threshold:t0=7,from=start "
                   "off + default + freeze:t0=6 + threshold:t0=8,from=startup_done "
                   "off + default + freeze:t0=6 + threshold:t0=8,from=start");
    check_policies("policies: {all: [{name: timed, every: [1s, 2s]}, {name: timed, every: 1h}]}",
                   "timed:every=1s + timed:every=1h timed:every=2s + timed:every=1h");
    check_policies("policies: {name: off, until: [idle, idle@1, request_end@5, end]}",
                   "off:until=idle off:until=request_end@5 off:until=end");
    check_policies("policies: {all: [{name: threshold, t0: [1, 9]}, {name: freeze, t0: [1, 9]}]}\n"
                   "constraints: [freeze.t0 < 5, policy.threshold.t0 > 5]",
                   "threshold:t0=9 + freeze:t0=1");
    struct experiment experiment = read_text("workload: web\npolicies: [default, off + freeze]\n"
                                             "baseline: {all: [{name: off}, freeze]}\n");
    check_text("the baseline", experiment.baseline, "off + freeze");
    experiment_fini(&experiment);
}

/* Each part of a sampled one has coordinates of its own, also where parts are alike. */
TEST(sampled_joined)
{
    struct experiment experiment = read_text(
        "workload: web\npolicies: {all: [{name: threshold, t0: {range: 1000..2000}}, "
        "{name: threshold, t0: {range: 1000..2000}}]}\ndesign: {name: lhs, points: 10}\n");
    check_count("points", experiment.point_count, 10);
    size_t different = 0;
    for (size_t i = 0; i < experiment.policy_count; i++) {
        const struct setting *first = &experiment.policies[i], *second = first->next;
        const struct param *param = component_param(first->component, 0);
        double a = param_number(param, first->state), b = param_number(param, second->state);
        check_that("in the range", a >= 1000 && a <= 2000 && b >= 1000 && b <= 2000);
        different += a < b || a > b;
    }
    check_that("not the same numbers twice", different >= 9);
    experiment_fini(&experiment);
}

TEST(ranges)
{
    static const struct {
        const char *policies, *expected;
    } rows[] = {
        {"policy: {name: threshold, t0: {range: 100..400, points: 4}}",
         "threshold:t0=100 threshold:t0=200 threshold:t0=300 threshold:t0=400"},
        {"policy: {name: threshold, t0: {range: 1_0..1000, points: 3, scale: log}}",
         "threshold:t0=10 threshold:t0=100 threshold:t0=1000"},
        {"policy: {name: threshold, t0: {scale: linear, points: 2, range: 12_345..67_891}}",
         "threshold:t0=12345 threshold:t0=67891"},
        {"policy: {name: threshold, t0: {range: 12345..67891, points: 3}}",
         "threshold:t0=12345 threshold:t0=40120 threshold:t0=67891"},
        {"policy: {name: threshold, t0: {range: 10001..10009, points: 3}}",
         "threshold:t0=10001 threshold:t0=10005 threshold:t0=10009"},
        {"policy: {name: event, every: {range: 1..4, points: 7}}",
         "event:every=1 event:every=2 event:every=3 event:every=4"},
        {"policy: {name: timed, every: {range: 1s..1min, points: 3, scale: log}}",
         "timed:every=1s timed:every=7746ms timed:every=60s"},
        {"policy: {name: timed, every: {range: 10ms..20ms, points: 3}, automatic: [no, yes]}",
         "timed:every=10ms,automatic=no timed:every=10ms,automatic=yes "
         "timed:every=15ms,automatic=no timed:every=15ms,automatic=yes "
         "timed:every=20ms,automatic=no timed:every=20ms,automatic=yes"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_policies(rows[i].policies, rows[i].expected);
    check_points("workload: {name: web, cycles: {range: 0..1, points: 4}, payload: {range: "
                 "1KiB..1MiB, points: 2}}",
                 "web:payload=1KiB,cycles=0|3.13|default web:payload=1MiB,cycles=0|3.13|default "
                 "web:payload=1KiB,cycles=0.3333|3.13|default "
                 "web:payload=1MiB,cycles=0.3333|3.13|default "
                 "web:payload=1KiB,cycles=0.6667|3.13|default "
                 "web:payload=1MiB,cycles=0.6667|3.13|default "
                 "web:payload=1KiB,cycles=1|3.13|default web:payload=1MiB,cycles=1|3.13|default");
}

TEST(constraints)
{
    static const struct {
        const char *policies, *expected;
    } rows[] = {
        {"policy: {name: threshold, t1: [1, 5], t2: [1, 5]}\nconstraint: t1 <= t2",
         "threshold:t1=1,t2=1 threshold:t1=1,t2=5 threshold:t1=5,t2=5"},
        {"policies: [default, {name: threshold, t1: [1, 5, keep], t2: [3]}]\nconstraints: [t1<=t2]",
         "default threshold:t1=1,t2=3 threshold:t1=keep,t2=3"},
        {"policies: [{name: threshold, t0: [1, 5, 9]}, {name: freeze, t0: [1, 9]}]\n"
         "constraints:\n- t0 > 1\n- policy.t0 * workload.rate < 1000 + 1000",
         "threshold:t0=5 threshold:t0=9 freeze:t0=9"},
        {"policies: [{name: timed, every: [1s, 2s, 3s]}, off]\nconstraints: ['every >= 2s']",
         "timed:every=2s timed:every=3s off"},
        {"policies: [off]\nconstraints: []", "off"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_policies(rows[i].policies, rows[i].expected);
    check_points("workload: {name: web, rate: [10, 20]}\n"
                 "policies: [off, {name: threshold, t0: [100, 200]}]\n"
                 "constraint: rate * 10 >= t0",
                 "web:rate=10|3.13|off web:rate=10|3.13|threshold:t0=100 "
                 "web:rate=20|3.13|off web:rate=20|3.13|threshold:t0=100 "
                 "web:rate=20|3.13|threshold:t0=200");
    check_points("workload: {name: web, rate: [10, 20]}\nconstraint: workload.rate != 10",
                 "web:rate=20|3.13|default");
}

/* Sobol's first points are 0, 0; 0.5, 0.5; 0.75, 0.25; 0.25, 0.75: digits that are turned over in
 * what the streams begin with. These are 0.5308 (threshold.t0), 0.8190 (t1), 0.1608 (timed.every),
 * 0.2075 (generation), 0.2231 (web.rate); so t0 is at 0.5308, 0.0308, 0.2808 of its range. */
TEST(sampled)
{
    check_policies("policy: {name: threshold, t0: {range: 1000..2000}, t1: {range: 1..100, "
                   "scale: log}, t2: 7}\ndesign: {name: sobol, points: 3}",
                   "threshold:t0=1531,t1=38,t2=7 threshold:t0=1030,t1=3,t2=7 "
                   "threshold:t0=1281,t1=10,t2=7");
    check_policies("policy: {name: timed, every: [1s, 2s, 3s, 4s], generation: {range: 0..2, "
                   "points: 9}}\ndesign: sobol\npoints: 4",
                   "timed:every=1s,generation=0 timed:every=3s,generation=2 "
                   "timed:every=4s,generation=1 timed:every=2s,generation=2");
    check_policies("policies: [default, {name: threshold, t0: {distribution: uniform, least: 1000, "
                   "most: 2000}}, off]\ndesign: {points: 2, name: sobol}",
                   "default threshold:t0=1531 threshold:t0=1030 off");
    check_policies("policies: {name: timed, every: {distribution: exponential, mean: 2s}}\n"
                   "design: {points: 1, name: sobol}",
                   "timed:every=351700us"); /* -2 s log(1 - 0.1608), about: cut off at 1 ms */
    check_policies("policy: {name: threshold, t0: [5, 5]}\ndesign: {name: lhs, points: 3}",
                   "threshold:t0=5");
}

/* Point i of the workload meets point i of each policy that varies, and every one that does not;
 * the policies' dimensions come after the workload's. */
TEST(sampled_workloads_and_policies)
{
    check_points("workload: {name: web, rate: {range: 100..200}}\n"
                 "policies: [off, {name: threshold, t0: {range: 1000..2000}}]\n"
                 "design: {name: sobol, points: 3}",
                 "web:rate=122.3|3.13|off web:rate=122.3|3.13|threshold:t0=1531 "
                 "web:rate=172.3|3.13|off web:rate=172.3|3.13|threshold:t0=1030 "
                 "web:rate=197.3|3.13|off web:rate=197.3|3.13|threshold:t0=1781");
    check_points("workloads: [device, {name: web, rate: {range: 100..200}}]\n"
                 "policies: [off, {name: threshold, t0: {range: 1000..2000}}]\n"
                 "collectors: [cpython-3.13, cpython-3.9]\n"
                 "design: {name: sobol, points: 2}\n"
                 "constraint: t0 < 1500",
                 "device|3.13|off device|3.13|threshold:t0=1030 "
                 "device|3.9|off device|3.9|threshold:t0=1030 "
                 "web:rate=122.3|3.13|off web:rate=122.3|3.9|off "
                 "web:rate=172.3|3.13|off web:rate=172.3|3.13|threshold:t0=1030 "
                 "web:rate=172.3|3.9|off web:rate=172.3|3.9|threshold:t0=1030");
}

/* Texts of one parameter at all points. */
static void list_policies(const char *yaml, struct text *text)
{
    struct experiment experiment = read_text(yaml);
    check_order(yaml, &experiment);
    for (size_t i = 0; i < experiment.policy_count; i++)
        text_add(text, "%s ", experiment.policies[i].text);
    experiment_fini(&experiment);
}

TEST(samples_depend_on_the_seed)
{
    static const char *const designs[] = {"random", "lhs", "sobol"};
    static const char form[] =
        "{workload: web, policies: {name: threshold, t0: {range: 1000..2000}}, design: {name: %s, "
        "points: 5}, %s}";
    for (size_t i = 0; i < LENGTH(designs); i++) {
        static const char *const seeds[] = {"seed: 1", "seeds: [1, 8]", "seed: 2"};
        struct text texts[LENGTH(seeds)] = {0};
        for (size_t s = 0; s < LENGTH(seeds); s++) {
            struct text yaml = {""};
            text_add(&yaml, form, designs[i], seeds[s]);
            list_policies(yaml.text, &texts[s]);
        }
        check_text("the first seed", texts[1].text, texts[0].text);
        check_that("another seed", strcmp(texts[2].text, texts[0].text) != 0);
    }
}

/* Of how many points constraints leave how many: of grids, and of samples with a constraint that
 * half of them meet, or as many as are wanted. A policy in which nothing varies is a point besides.
 */
TEST(points_left_by_constraints)
{
    static const struct {
        const char *what, *yaml;
        size_t before, least, most;
    } rows[] = {
        {"none", "workload: web\npolicies: {name: threshold, t0: [700, 900]}", 2, 2, 2},
        {"a grid",
         "workload: web\npolicies: [off, {name: threshold, t0: [700, 900], t1: [5, 10]}]\n"
         "constraint: t0 > 700",
         5, 3, 3},
        {"twice the same point",
         "workload: web\npolicies: {name: threshold, t0: [700, 900, 900]}\nconstraint: t0 > 700", 2,
         1, 1},
        {"half of a sample",
         "workload: web\npolicies: [off, {name: threshold, t1: {range: 1..1_000_000}, t2: {range: "
         "1..1_000_000}}]\nconstraint: t1 < t2\ndesign: {name: sobol, points: 64}",
         65, 29, 37},
        {"until so many are left: all of the pairs, about half of the sample",
         "workload: web\npolicies: [off, {name: threshold, t1: {range: 1..1_000_000}, t2: {range: "
         "1..1_000_000}}]\nconstraint: t1 < t2\ndesign: {name: sobol, points: 64, count: left}",
         0, 65, 65},
        {"the same points with both policies",
         "workload: {name: web, rate: {range: 1..9}}\npolicies: [off, {name: threshold, t0: "
         "{range: "
         "1000..2000}}]\nconstraint: rate * t0 < 5000\n"
         "design: {name: random, points: 40, count: left}",
         0, 80, 80},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct experiment experiment = read_text(rows[i].yaml);
        if (rows[i].before > 0)
            check_count(rows[i].what, experiment.points_before, rows[i].before);
        check_that(rows[i].what, experiment.points_before >= experiment.point_count);
        check_that(rows[i].what, experiment.point_count >= rows[i].least);
        check_that(rows[i].what, experiment.point_count <= rows[i].most);
        experiment_fini(&experiment);
    }
}

/* A sample that goes on begins as the one that does not. */
TEST(samples_go_on)
{
    static const char form[] = "{workload: web, policies: {name: threshold, t0: {range: "
                               "1000..9999}}, constraint: t0 < 5000, "
                               "design: {name: %s, points: 20%s}}";
    static const char *const designs[] = {"random", "sobol"};
    for (size_t i = 0; i < LENGTH(designs); i++) {
        struct text yaml[2] = {0}, policies[2] = {0};
        text_add(&yaml[0], form, designs[i], "");
        text_add(&yaml[1], form, designs[i], ", count: left");
        list_policies(yaml[0].text, &policies[0]);
        list_policies(yaml[1].text, &policies[1]);
        size_t begun = strlen(policies[0].text);
        check_that(designs[i], strncmp(policies[0].text, policies[1].text, begun) == 0);
        check_that(designs[i], strlen(policies[1].text) > begun);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said),
        cmocka_unit_test(what_is_said),
        cmocka_unit_test(other_spellings),
        cmocka_unit_test(until),
        cmocka_unit_test(the_example),
        cmocka_unit_test(grids),
        cmocka_unit_test(joined),
        cmocka_unit_test(sampled_joined),
        cmocka_unit_test(ranges),
        cmocka_unit_test(constraints),
        cmocka_unit_test(sampled),
        cmocka_unit_test(sampled_workloads_and_policies),
        cmocka_unit_test(samples_depend_on_the_seed),
        cmocka_unit_test(points_left_by_constraints),
        cmocka_unit_test(samples_go_on),
    };
    return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
