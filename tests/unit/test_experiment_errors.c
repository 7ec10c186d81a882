/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is wrong with an experiment file: one line that begins with FILE:LINE. */
#include "sweep/file/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

/* The message without the file's name in front. */
static const char *refused(const char *yaml, size_t length, struct error *error)
{
    char path[TEST_PATH];
    struct experiment experiment;
    test_file(path, yaml, length);
    check_signed(yaml, experiment_read(&experiment, path, error), -1);
    unlink(path);
    check_that(error->text, strncmp(error->text, path, strlen(path)) == 0);
    check_that("nothing is left behind", !experiment.text && !experiment.points);
    return error->text + strlen(path);
}

struct row {
    const char *yaml, *message;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error error;
        const char *message = refused(rows[i].yaml, strlen(rows[i].yaml), &error);
        check_mentions(rows[i].yaml, message, rows[i].message);
        check_that("at the beginning", strncmp(message, rows[i].message, 3) == 0);
    }
}

TEST(files)
{
    static const struct {
        const char *path, *message;
    } rows[] = {
        {"/tmp", "/tmp: Is a directory"},
        {"/tmp/pygcsim-there-is-no-such-file.yaml",
         "/tmp/pygcsim-there-is-no-such-file.yaml: No such file or directory"},
        {"", ": No such file or directory"},
        {"/dev/null", "/dev/null: there is nothing in this file"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct experiment experiment;
        struct error error;
        check_signed(rows[i].path, experiment_read(&experiment, rows[i].path, &error), -1);
        check_text(rows[i].path, error.text, rows[i].message);
    }
}

TEST(no_yaml)
{
    static const struct row rows[] = {
        {"", ": there is nothing in this file"},
        {"# only a comment\n", ": there is nothing in this file"},
        {"\n\n", ": there is nothing in this file"},
        {"web", ":1: an experiment is a map of keys, as in workload: web"},
        {"- workload: web", ":1: an experiment is a map of keys"},
        {"workload: web\n---\nworkload: web\n", ":2: a second document begins here; a file is one"},
        {"workload: web\n...\n---\n", ":3: a second document begins here"},
        {"workload:\n\tname: web\n",
         ":2: a tab at the beginning of the line; YAML takes spaces only"},
        {"workload:\n  name: web\n  \trate: 1\n", ":3: a tab at the beginning of the line"},
        {"workload: {name: web\nseed: 1\n", ":2: not valid YAML: did not find expected ',' or '}' "
                                            "(while parsing a flow mapping, line 1)"},
        {"workload: web\nname: \"never closed\n",
         ":3: not valid YAML: found unexpected end of "
         "stream (while scanning a quoted scalar, line 2)"},
        {"workload: web\n  policy: off\n", ":2: not valid YAML: mapping values are not allowed"},
        {"workload: *nobody\n", ":1: not valid YAML: found undefined alias"},
        {"workload: web\nname: caf\xe9\n", ":2: not a text file (UTF-8): "},
        {"workload: web\nname: a\x01z\n", ":2: not a text file (UTF-8): control characters are not "
                                          "allowed"},
        {"workload:\n  [[[[[[[[[[web]]]]]]]]]]\n",
         ":2: lists and maps are in each other more than 10 deep"},
        {"workload:\n  [[[[[[[[[web]]]]]]]]]\n", ":2: workload is a list; workload takes a spec"},
        {"workload: @web\n", ":1: not valid YAML: found character that cannot start any token"},
    };
    check_rows(rows, LENGTH(rows));
    struct error error;
    static const char zero[] = "workload: web\n\0";
    check_mentions("a zero byte", refused(zero, sizeof zero, &error),
                   ": not a text file (UTF-8): it has zero bytes");
    enum { LARGE = (1 << 20) + 1 };
    char *text = malloc(LARGE);
    memset(text, '#', LARGE);
    check_mentions("large", refused(text, LARGE, &error),
                   ": too large for an experiment file; at most 1 MiB");
    free(text);
}

TEST(keys)
{
    static const struct row rows[] = {
        {"seed: 1", ":1: workload is missing, as in workload: {name: web, rate: 200}"},
        {"{}", ":1: workload is missing"},
        {"workload: web\npolices: [off]\n",
         ":2: there is no key 'polices'; did you mean 'policies'? (allowed: name, workloads, "},
        {"workload: web\n[a, b]: 1\n", ":2: there is no key ''"},
        {"workload: web\n<<: {seed: 1}\n", ":2: there is no key '<<'"},
        {"workload: web\nseed: 1\n\nseed: 2\n", ":4: seed is given twice, first in line 2"},
        {"workload: web\nworkloads: [web]\n",
         ":1: workload and workloads (line 2) are the same key; keep one of them"},
        {"workload: web\nname: [a]", ":2: name is a list; name takes up to 100 letters"},
        {"workload: web\nname: \"a\\nb\"", ":2: name=a\\nb is not allowed; it takes up to 100"},
        {"workload: web\nname: \"a\\0b\"", ":2: name is no text: it has a zero byte"},
        {"workload: web\nname:\n", ":2: name is empty; name takes up to 100 letters"},
        {"workload: web\ncollector: cpython-3.14.2",
         ":2: collectors: cpython-3.14.2 collects incrementally"},
        {"workload: web\ncollectors: []", ":2: collectors is an empty list"},
        {"workload: web\ncollectors:\n- cpython-3.9\n- {}",
         ":4: collectors is a map; collectors takes a name or a list of names"},
        {"workload: web\nreplications: 0",
         ":2: replications=0 is not allowed; it "
         "takes a whole number such as 50_000, 50k or 1.2M, from 1 to 100000"},
        {"workload: web\nreplications: 100001", ":2: replications=100001 is not allowed"},
        {"workload: web\nreplications: many", ":2: replications=many is not allowed"},
        {"workload: web\nseed: -1", ":2: seed=-1 is not allowed; it takes a whole number"},
        {"workload: web\nseed: 9223372036854775808", ":2: seed=9223372036854775808 is not"},
        {"workload: web\nseed: 9223372036854775807\nreplications: 3",
         ":2: seed 9223372036854775807 is too large for 2 more; the last seed is "},
        {"workload: web\nseed: 9223372036854775800\nminimise: gc_time\nuntil: 5%",
         ":4: seed 9223372036854775800 is too large for 99 more; the last seed is "},
        {"workload: web\nseeds: []",
         ":2: seeds has 0 members; it takes up to 100000 whole numbers"},
        {"workload: web\nseeds: [1, 2, 1]",
         ":2: seed 1 is there twice; the same seed gives the same"},
        {"workload: web\nseeds: [1, x]", ":2: seeds=x is not allowed; it takes up to 100000"},
        {"workload: web\nseeds: [1]\nseed: 1", ":3: seeds (line 2) are in place of seed and repl"},
        {"workload: web\nseeds: [1]\nreplications: 1", ":3: seeds (line 2) are in place of seed"},
        {"workload: web\nlog: all",
         ":2: log=all is not allowed; it takes summary, samples or collections"},
        {"workload: web\nengine: graf",
         ":2: engine: there is no engine 'graf'; did you mean 'graph'?"},
        {"workload: web\nwarmup: 10", ":2: warmup=10 is not allowed; it takes a duration such"},
        {"workload: web\nsample: 0s", ":2: sample=0s is not allowed; it takes a duration such as"},
        {"workload: web\nminimise: latency",
         ":2: minimise: there is no metric 'latency'; did you mean 'latency_mean'?"},
        {"workload: web\nuntil: 5%", ":2: until needs a metric, as in until: {ci: 5%, metric: "},
        {"workload: web\nminimise: gc_time\nuntil: 0", ":3: until: ci=0 is not allowed; it takes"},
        {"workload: web\nminimise: gc_time\nuntil: 100%", ":3: until: ci=100% is not allowed"},
        {"workload: web\nuntil: {metric: gc_time}",
         ":2: until: a rule needs ci=…, as in ci=5%, best=…, or covered"},
        {"workload: web\nuntil: best=x", ":2: until: best=x is not allowed; it takes a share"},
        {"workload: web\nuntil: 'best=1%,ci=5%'", ":2: until: ci is about the mean of every"},
        {"workload: web\nuntil: {best: 1%, ci: 5%}", ":2: until: ci is about the mean of every"},
        {"workload: web\nuntil: best=1%", ":2: until needs a metric, as in until: {ci: 5%, metri"},
        {"workload: web\nuntil: best=1%,most=19", ":2: until: most=19 is not allowed; it takes"},
        {"workload: web\nuntil: {ci: 5%, meric: a}",
         ":2: there is no key of until called 'meric'; "
         "did you mean 'metric'? (allowed: ci, best, me"},
        {"workload: web\nuntil:\n  ci: 5%\n  metric: a", ":4: metric: there is no metric 'a'"},
        {"workload: web\nminimise: gc_time\nuntil: 5%\nseeds: [1, 2]",
         ":3: until adds seeds: it goes with seed and replications, not with seeds"},
        {"workload: web\nminimise: gc_time\nuntil: {ci: 5%, most: 23}\nreplications: 24",
         ":3: until has at most 23 replications, but 24 replications are to be run anyway"},
        {"workload: web\nbaseline: off", ":2: there is no policy in this experiment like the "
                                         "baseline 'off' (allowed: default)"},
        {"workload: web\npolicy: {name: threshold, t0: [5, 9]}\nbaseline: threshold:t0=7",
         ":3: there is no policy in this experiment like the baseline 'threshold:t0=7'; did you "
         "mean 'threshold:t0=5'?"},
        {"workload: web\nbaseline: {name: threshold, t0: [5, 9]}",
         ":2: the baseline is one policy: its parameters are single values"},
        {"workload: web\npolicies: {all: []}", ":2: there is no policy in this list"},
        {"workload: web\npolicies: {all: [off], name: off}",
         ":2: there is no key beside all: called 'name'"},
        {"workload: web\npolicies:\n- all:\n  - off\n  - frese", ":5: there is no policy 'frese'"},
        {"workload: web\npolicies: {all: [{all: [off]}]}",
         ":2: all within all: one list is enough"},
        {"workload: web\npolicies: {all: [off, 'off +']}", ":2: 'off +': a policy is missing"},
        {"workload: web\npolicies: {all: [off, off, off, off, off, off, off, off, off]}",
         ":2: at most 8 are joined"},
        {"workload: {all: [web]}", ":1: this workload has no name"},
        {"workload: web\npolicies: {name: off, until: idle@x}",
         ":2: off: until: 'idle@x': behind the @ is a number"},
        {"workload: web\npolicies: {name: off, until: {range: idle..end}}",
         ":2: until is not a quantity: it takes a value or a list of values"},
        {"workload: web\nbaseline: of", ":2: there is no policy 'of'; did you mean 'off'?"},
        {"workload: web\nbaseline: [off]", ":2: policy is a list; policy takes a spec or a map"},
    };
    check_rows(rows, LENGTH(rows));
}

TEST(workloads_and_policies)
{
    static const struct row rows[] = {
        {"workload: web\npolicies: [off, freeze:t0=5,collect=no]",
         ":2: there is no policy 'collect=no': in brackets a specification with a comma needs "
         "quotes, as in ['freeze:t0=5,collect=no']"},
        {"workload: wbe", ":1: there is no workload 'wbe'; did you mean 'web'? (allowed: web, "},
        {"workload: web:rat=5",
         ":1: there is no parameter of web called 'rat'; did you mean 'rate'"},
        {"workload: web:rate=x",
         ":1: web: rate=x is not allowed; it takes a number such as 0.5 or 50%, "},
        {"workload: []", ":1: there is no workload in this list"},
        {"workload: [[web]]", ":1: workload is a list; workload takes a spec or a map"},
        {"workload: web\npolicies:", ":2: policy is empty; policy takes a spec or a map"},
        {"workload:\n  rate: 5", ":2: this workload has no name, as in {name: web}"},
        {"workload:\n- web\n- name: wbe", ":3: there is no workload 'wbe'; did you mean 'web'?"},
        {"workload:\n  name: [web]", ":2: name is a list; name takes the name of a workload"},
        {"workload:\n  name: web\n  rtae: 5\n",
         ":3: there is no parameter of web called 'rtae'; did you mean 'rate'? (of "},
        {"workload:\n  name: web\n  rate: 5\n  rate: 6\n",
         ":4: rate is given twice, first in line 3"},
        {"workload:\n  name: web\n  rate: fast\n",
         ":3: web: rate=fast is not allowed; it takes a number such as 0.5 or 50%, from 0.001 to "
         "1e+06"},
        {"workload:\n  name: web\n  duration: 60\n", ":3: web: duration=60 is not allowed; it"},
        {"workload:\n  name: web\n  rate:\n", ":3: rate is empty; rate takes a value, a list, "},
        {"workload:\n  name: web\n  rate: []\n", ":3: rate is an empty list"},
        {"workload:\n  name: web\n  rate: [1,\n   x]\n", ":4: web: rate=x is not allowed"},
        {"workload:\n  name: web\n  rate: [1, [2]]\n", ":3: rate is a list; rate takes in a list"},
        {"workload:\n  name: web\n  rate: [{range: 1..2}]\n", ":3: rate is a map; rate takes in a"},
        {"workload: {name: web, scatter: 'aged,rate=5'}",
         ":1: web: scatter=aged,rate=5 is not allowed"},
        {"workload: {name: web, scatter: aged, layout: random}",
         ":1: scatter is there twice, also as layout"},
        {"workload: {name: web, rate: '5,duration=1s'}",
         ":1: web: rate=5,duration=1s is not allowed"},
        {"workload: {name: queue, distribution: {range: a..b, points: 3}}",
         ":1: distribution is not a quantity: it takes a val"},
        {"workload: {name: script}", ":1: script needs file=… (the heap script; last, since "},
        {"workload: &a [*a]", ":1: workload is a list; workload takes a spec or a map"},
        {"workload: &a {name: *a}", ":1: name is a map; name takes the name of a workload"},
        {"workload: &a {name: web, rate: *a}", ":1: rate is a map without range or distribution"},
        {"&a workload: *a", ":1: there is no workload 'workload'"},
        {"workload: web\npolicies:\n- off\n- {name: timed, every: 10}",
         ":4: timed: every=10 is not allowed; it takes a duration such as 250ms"},
    };
    check_rows(rows, LENGTH(rows));
}

/* A parameter of the workload, in the third line. */
static void check_parameters(const struct row *rows, size_t count, const char *head,
                             const char *tail)
{
    for (size_t i = 0; i < count; i++) {
        struct text yaml = {""};
        struct error error;
        text_add(&yaml, "%s\n  %s%s", head, rows[i].yaml, tail);
        check_mentions(yaml.text, refused(yaml.text, yaml.length, &error), rows[i].message);
    }
}

TEST(ranges)
{
    static const struct row rows[] = {
        {"rate: {}", ":3: rate is a map without range or distribution; rate takes a value, a list"},
        {"rate: {least: 1}", ":3: rate is a map without range or distribution"},
        {"rate: {range: 1..2}", ":3: rate: in a grid a range needs points, as in {range: 1..10, p"},
        {"rate: {range: 1-2, points: 3}", ":3: range: '1-2' is not allowed; range takes two values "
                                          "with two dots in between, as in 2000..100000"},
        {"rate: {range: [1, 2], points: 3}", ":3: range is a list; range takes two values with"},
        {"rate: {range: 1..x, points: 3}", ":3: web: rate=x is not allowed; it takes a number"},
        {"rate: {range: 0..1, points: 3}", ":3: web: rate=0 is not allowed; it takes a number"},
        {"rate: {range: ..1, points: 3}", ":3: web: rate= is not allowed; it takes a number"},
        {"rate: {range: 1...2, points: 3}", ":3: rate: the first end has to be below the second"},
        {"rate: {range: 2..1, points: 3}", ":3: rate: the first end has to be below the second"},
        {"rate: {range: 2..2, points: 3}", ":3: rate: the first end has to be below the second"},
        {"cycles: {range: 0..1, points: 3, scale: log}",
         ":3: cycles: on a logarithmic scale the first end "},
        {"rate: {range: 1..2, points: 1}", ":3: points=1 is not allowed; it takes a whole "},
        {"rate: {range: 1..2, points: 100001}", ":3: points=100001 is not allowed; it takes"},
        {"rate: {range: 1..2, points: [3]}", ":3: points is a list; points takes a whole number"},
        {"rate: {range: 1..2, points: 3, scale: lin}",
         ":3: scale=lin is not allowed; it takes linear or log; did you mean "},
        {"rate: {range: 1..2, point: 3}", ":3: there is no key of a range called 'point'; did you "
                                          "mean 'points'? (allowed: range, points, scale)"},
        {"rate: {range: 1..2, distribution: normal}",
         ":3: there is no key of a range called 'distr"},
        {"duration: {range: 1..2, points: 3}", ":3: web: duration=1 is not allowed; it takes"},
        {"layout: {range: aged..1us, points: 3}",
         ":3: scatter: 'aged' is a word, not an end of a range"},
    };
    check_parameters(rows, LENGTH(rows), "workload:\n  name: web", "\n");
    struct error error;
    static const char keep[] =
        "workload: web\npolicy: {name: threshold, t0: {range: keep..5, points: 3}}";
    check_mentions("keep", refused(keep, strlen(keep), &error),
                   ":2: t0: 'keep' is a word, not an end of a range");
}

TEST(distributions)
{
    static const struct row rows[] = {
        {"rate: {distribution: norml}",
         ":3: there is no distribution 'norml'; did you mean 'normal'?"
         " (allowed: uniform, loguniform, normal, lognormal, "},
        {"rate: {distribution: [normal]}",
         ":3: distribution is a list; distribution takes the name"},
        {"rate: {distribution: normal, mean: 1}",
         ":3: a normal distribution needs sd: a number above 0"},
        {"duration: {distribution: normal, sd: 1s}",
         ":3: a normal distribution needs mean: a duration such as 250ms"},
        {"rate: {distribution: normal, mean: 1, sigma: 1}",
         ":3: there is no key of a normal distribution called 'sigma'"},
        {"rate: {distribution: normal, mean: x, sd: 1}",
         ":3: normal: 'x' is not allowed; mean of normal takes a number"},
        {"rate: {distribution: normal, mean: 1, sd: 0}",
         ":3: normal: '0' is not allowed; sd of normal takes a number above 0"},
        {"duration: {distribution: lognormal, median: 10, sigma: 1}",
         ":3: lognormal: '10' is not allowed; median of lognormal takes a duration such as 250ms"},
        {"payload: {distribution: lognormal, median: 10s, sigma: 1}",
         ":3: lognormal: '10s' is not allowed; median of lognormal takes a size such as 16MiB"},
        {"duration: {distribution: lognormal, median: 10s, sigma: 1s}",
         ":3: lognormal: '1s' is not allowed; sigma of lognormal takes a number above 0"},
        {"rate: {distribution: uniform, least: 5, most: 4}",
         ":3: rate: the first end has to be below the second"},
        {"rate: {distribution: uniform, least: 0, most: 4}", ":3: web: rate=0 is not allowed; it"},
        {"cycles: {distribution: loguniform, least: 0, most: 1}",
         ":3: cycles: on a logarithmic scale the"},
        {"cycles: {distribution: normal, mean: 7, sd: 1}",
         ":3: hardly anything of this distribution is within 0 to 1, which cycles takes"},
        {"scatter: {distribution: normal, mean: aged, sd: 1us}",
         ":3: normal: 'aged' is not allowed; mean of normal takes a duration such as"},
    };
    check_parameters(rows, LENGTH(rows), "workload:\n  name: web",
                     "\ndesign: {name: lhs, points: 4}\n");
    struct error error;
    static const char grid[] =
        "workload: {name: web, rate: {distribution: exponential, mean: 5}}\n";
    check_mentions(
        "in a grid", refused(grid, strlen(grid), &error),
        ":1: rate: a distribution needs a design that samples, as in design: {name: lhs");
}

TEST(designs)
{
    static const struct row rows[] = {
        {"workload: web\ndesign: lsh",
         ":2: design=lsh is not allowed; it takes grid, random, lhs or sobol, "},
        {"workload: web\ndesign: {name: lsh}",
         ":2: design: name=lsh is not allowed; it takes grid, random, lhs or sobol; did you mean"},
        {"workload: web\ndesign: {points: 3}", ":2: design needs a name; it takes grid, random, "},
        {"workload: web\ndesign: {name: lhs, point: 3}",
         ":2: there is no key of design called 'poi"},
        {"workload: web\ndesign: [lhs]", ":2: design is a list; design takes grid, random, lhs or"},
        {"workload: web\ndesign: lhs",
         ":2: design lhs needs points, as in design: {name: lhs, poi"},
        {"workload: web\npoints: 3", ":2: points go with design random, lhs or sobol; a grid has"},
        {"workload: web\ndesign: {name: grid, points: 3}", ":2: points go with design random, lhs"},
        {"workload: web\ndesign:\n  name: lhs\n  points: 3\npoints: 4",
         ":5: points are given twice, first in line 4"},
        {"workload: web\ndesign: {name: lhs, points: 0}", ":2: points=0 is not allowed; it"},
        {"workload: web\ndesign: {name: lhs, points: 1000001}", ":2: points=1000001 is not all"},
        {"workload: web\ndesign: {name: lhs, points: 5, count: left}",
         ":2: count: left goes with design random or sobol, which can go on; lhs cannot"},
        {"workload: web\ndesign: {name: grid, count: left}",
         ":2: count: left goes with design random or sobol, which can go on; grid cannot"},
        {"workload: web\ndesign: {name: lhs, points: 5}",
         ":2: design lhs, but no parameter is a list, a range or a distribution"},
    };
    check_rows(rows, LENGTH(rows));
}

TEST(constraints)
{
    static const struct row rows[] = {
        {"workload: web\nconstraint: t0 < 5",
         ":2: there is no parameter of these workloads and policies called 't0'"},
        {"workload: web\nconstraints:\n- rate < 5\n- rat < 5",
         ":4: there is no parameter of these workloads and policies called 'rat'; did you mean "
         "'ra"},
        {"workload: web\nconstraint: rate <", ":2: 'rate <': a number, a name or '(' is missing"},
        {"workload: web\nconstraint: {a: b}",
         ":2: a constraint is a map; a constraint takes a con"},
        {"workload: web\nconstraint:", ":2: a constraint is empty; a constraint takes a condition"},
        {"workload: web:rate=5\n\nconstraint: rate > 5",
         ":3: no point is left: none meets rate > 5"},
        {"workload: {name: web, rate: [1, 9]}\nconstraints: [rate > 5, rate < 5]",
         ":2: no point is left: none meets all constraints"},
        {"workload: {name: web, rate: {range: 1..9}}\nconstraint: rate > 9\n"
         "design: {name: sobol, points: 4, count: left}",
         ":2: of 8192 points that were drawn fewer than 4 meet the constraints; no more are tried"},
    };
    check_rows(rows, LENGTH(rows));
}

TEST(size)
{
    static const struct row rows[] = {
        {"workload: web\npolicy: {name: threshold, t0: {range: 1..100001, points: 100001}}",
         ":2: points=100001 is not allowed"},
        {"workload: {name: web, sessions: {range: 1..1000, points: 1000}}\n"
         "policy: {name: threshold, t0: {range: 1..1001, points: 1001}}",
         ":1: 1001000 points; allowed are 1000000. Fewer values in lists and ranges make fewer, "
         "and "
         "so does a sample, as in design: {name: lhs, points: 100}"},
        {"workload: {name: web, sessions: {range: 1..1000, points: 1000}}\ncollectors: "
         "[cpython-3.9, "
         "cpython-3.8]\npolicy: {name: threshold, t0: {range: 1..501, points: 501}}",
         ":1: 1002000 points; allowed are 1000000."},
        {"workload: {name: web, rate: {range: 1..2}}\ndesign: {name: lhs, points: 600_000}\n"
         "policies: [off, default]",
         ":1: 1200000 points; allowed are 1000000."},
        {"workload: {name: web, sessions: {range: 1..1001, points: 1001}}\nreplications: 10_000",
         ":1: 1001 points with 10000 seeds each are 10010000 runs; allowed are 10000000. Take "
         "fewer "
         "points or replications"},
        {"workload: {name: web, rate: &a {range: 1..1.5e0, points: 100000}, cpu_sigma: {range: "
         "0..4, "
         "points: 99999}, sessions: *a, cache: *a, objects: *a, cycle_size: *a}",
         ":1: web: sessions=1.5e0 is not allowed"},
        {"workload: {name: web, sessions: &a {range: 1..100000, points: 100000}, cache: *a, "
         "objects: "
         "*a, cycle_size: *a, concurrency: *a, modules: *a}",
         ":1: 1e+30 points; allowed are 1000000."},
    };
    check_rows(rows, LENGTH(rows));
}

/* 41 parameters that vary; no component has so many, but a workload and a policy might. */
TEST(sobol_has_forty_dimensions)
{
    static const char yaml[] =
        "workload: {name: web, rate: &s {range: 0.1..0.2}, burst_factor: *s, import_cycles: *s,\n"
        "  cpu_sigma: *s, objects_sigma: *s, temporary: *s, cycles: *s, exceptions: *s,\n"
        "  session_share: *s, cache_share: *s, io_share: *s, native: *s,\n"
        "  duration: &t {range: 1s..2s}, settle: *t, burst_every: *t, burst_length: *t,\n"
        "  startup: *t, cpu: *t, io: *t, modules: &n {range: 5..9}, objects: *n, cycle_size: *n,\n"
        "  sessions: *n, cache: *n, concurrency: *n, payload: {range: 1B..9B},\n"
        "  scatter: [aged, random]}\n"
        "policy: {name: freeze, on: [idle, startup_done], collect: [yes, no], t0: *n, t1: *n,\n"
        "  t2: *n}\n"
        "design: {name: sobol, points: 2}\n";
    char path[TEST_PATH];
    struct experiment experiment;
    struct error error = {""};
    test_file(path, yaml, strlen(yaml));
    int status = experiment_read(&experiment, path, &error);
    unlink(path);
    check_text("32 dimensions are fine", error.text, "");
    check_signed("32 dimensions are fine", status, 0);
    check_count("points", experiment.point_count, 2);
    experiment_fini(&experiment);
}

TEST(long_texts_are_cut)
{
    static const char *const forms[] = {"workload: %s",
                                        "%s: 1",
                                        "{workload: web, policy: {%s: 1}}",
                                        "{workload: web, seed: %s}",
                                        "{workload: {name: web, rate: %s}}",
                                        "{workload: web, constraint: %s}"};
    static char name[3000], yaml[4000];
    memset(name, 'x', sizeof name - 1);
    for (size_t i = 0; i < LENGTH(forms); i++) {
        struct error error;
        snprintf(yaml, sizeof yaml, forms[i], name);
        check_mentions(forms[i], refused(yaml, strlen(yaml), &error), ":1: ");
        check_that(forms[i], strlen(error.text) < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(no_yaml),
        cmocka_unit_test(keys),
        cmocka_unit_test(workloads_and_policies),
        cmocka_unit_test(ranges),
        cmocka_unit_test(distributions),
        cmocka_unit_test(designs),
        cmocka_unit_test(constraints),
        cmocka_unit_test(size),
        cmocka_unit_test(sobol_has_forty_dimensions),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests_name("experiment_errors", tests, NULL, NULL);
}
