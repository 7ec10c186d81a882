/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/cost_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "sim/model/cost_choice.h"
#include "tests/unit/check.h"

#define LINES 15

/* A file, line by line; line 1 is the first. */
static const char *const file[LINES] = {
    "pygcsim costs 1",
    "name my-laptop",
    "interpreter cpython-3.12  # and a comment",
    "machine AMD Ryzen 7, 16 MiB of L3",
    "source five calls of gc.collect",
    "",
    "collection start=250ns cold=10us k=0.1 header=64B",
    "cache bytes=1.5MiB share=0.25 forgets=20ms most=0.5",
    "scatter young=30ns sequential=40ns random=200ns aged=1us",
    "kind list_subclass a=20.5 b=4 d=50 allocate=46ns",
    "kind list a=13 b=3 d=30 allocate=13ns",
    "kind dict a=17 b=2 d=33 allocate=14ns",
    "kind instance a=38 b=2.5 d=41 allocate=55ns",
    "kind tuple a=10 b=3.5 d=31 allocate=19ns",
    "\toperations store=9ns clear=8ns load=18ns  copy=3ns drop=2ns ",
};

/* The file with another line in place of one; NULL: without it. 0: as it is. */
static char *with_line(size_t number, const char *line)
{
    char *text = allocate_text("");
    for (size_t i = 0; i < LINES; i++) {
        const char *put = i + 1 == number ? line : file[i];
        char *longer;
        if (put && asprintf(&longer, "%s%s\n", text, put) < 0)
            abort();
        if (!put)
            continue;
        free(text);
        text = longer;
    }
    return text;
}

TEST(what_a_file_says)
{
    struct costs costs;
    struct error error = {""};
    char *text = with_line(0, NULL);
    check_signed("status", cost_text_read(&costs, "x.cost", text, &error), 0);
    free(text);
    check_text("name", costs.name, "my-laptop");
    check_text("interpreter", costs.interpreter, "cpython-3.12");
    check_text("machine", costs.machine, "AMD Ryzen 7, 16 MiB of L3");
    check_text("source", costs.source, "five calls of gc.collect");
    check_signed("start", costs.start, 250);
    check_signed("cold", costs.cold, 10 * NS_PER_US);
    check_real("k", costs.k, 0.1);
    check_signed("header", costs.header, 64);
    check_count("caches", costs.cache_count, 1);
    check_signed("bytes", costs.caches[0].bytes, 1536 * KIB);
    check_real("share", costs.caches[0].share, 0.25);
    check_signed("forgets", costs.caches[0].forgets, 20 * NS_PER_MS);
    check_real("most", costs.caches[0].most, 0.5);
    check_signed("young", costs.young, 30);
    check_signed("aged", costs.scatter[SCATTER_aged], 1000);
    check_real("a", costs.kinds[COST_LIST_SUBCLASS].a, 20.5);
    check_real("b", costs.kinds[COST_INSTANCE].b, 2.5);
    check_real("d", costs.kinds[COST_TUPLE].d, 31);
    check_signed("allocate", costs.kinds[COST_TUPLE].allocate, 19);
    check_signed("store", costs.operations.store, 9);
    check_signed("drop", costs.operations.drop, 2);
    check_count("no pause", (uint64_t)costs.pause.objects, 0);
}

TEST(errors)
{
    static const struct {
        size_t line;
        const char *put, *mentions;
    } rows[] = {
        {1, "pygcsim costs 2", "x.cost:1: a cost file begins with 'pygcsim costs 1'"},
        {1, NULL, "x.cost:1: a cost file begins with"},
        {2, NULL, "no line that begins with name"},
        {2, "name", "x.cost:2: name takes a text of 1 to 199 letters"},
        {2, "name a b", "x.cost:2: name a b is not allowed; it takes letters"},
        {2, "name #", "x.cost:2: name takes a text"},
        {3, "name again", "x.cost:3: name is there twice"},
        {3, "interpretr cpython-3.12", "no keyword 'interpretr'; did you mean 'interpreter'?"},
        {7, "collection start=250 cold=1us k=0.1 header=64B",
         "x.cost:7: collection: start=250 is not "},
        {7, "collection start=250ns cold=10us k=-1 header=64B",
         "collection: k=-1 is not allowed; it takes"},
        {7, "collection start=250ns cold=10us k=0.1",
         "x.cost:7: collection needs header=… (bytes that"},
        {7, "collection start=1ns k=1 header=0B", "collection needs cold=… (more for one when"},
        {7, "collection start=1ns start=2ns", "collection: start is given twice"},
        {7, "collection start=1ns,k=2", "has a comma; blanks are between keys"},
        {7, "collection start", "'start' is not of the form key=value"},
        {7, "collection begin=1ns", "no parameter of collection called 'begin'"},
        {8, "cache bytes=0B share=1 forgets=1ns most=0", "cache: bytes=0B is not allowed"},
        {8, "cache bytes=1K share=1.5 forgets=1ns most=0", "share=1.5 is not allowed"},
        {8, "cache bytes=1K share=1 forgets=0ns most=0", "forgets=0ns is not allowed"},
        {8, "cache bytes=1K share=1 forgets=1ns most=nan", "most=nan is not allowed"},
        {9, "scatter young=1ns sequential=1ns random=2ns", "scatter needs aged=…"},
        {9, "scatter young=1ns sequential=1s random=2ns aged=2ns", "sequential=1s is not allowed"},
        {10, "kind set a=1 b=1 d=1 allocate=1ns", "x.cost:10: there is no kind 'set'"},
        {10, "kind", "x.cost:10: there is no kind ''"},
        {10, NULL, "there is no line for kind list_subclass"},
        {11, "kind dict a=1 b=1 d=1 allocate=1ns", "x.cost:12: kind dict is there twice"},
        {11, "kind list a=x b=1 d=1 allocate=1ns", "x.cost:11: kind: a=x is not allowed"},
        {15, NULL, "there is no line that begins with operations"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct costs costs;
        struct error error = {""};
        char *text = with_line(rows[i].line, rows[i].put);
        check_signed(rows[i].mentions, cost_text_read(&costs, "x.cost", text, &error), -1);
        check_mentions(rows[i].mentions, error.text, rows[i].mentions);
        free(text);
    }
}

TEST(too_many_caches)
{
    struct costs costs;
    struct error error = {""};
    char *text = allocate_text("pygcsim costs 1\n"
                               "cache bytes=1K share=1 forgets=1ns most=0\n"
                               "cache bytes=1K share=1 forgets=1ns most=0\n"
                               "cache bytes=1K share=1 forgets=1ns most=0\n"
                               "cache bytes=1K share=1 forgets=1ns most=0\n"
                               "cache bytes=1K share=1 forgets=1ns most=0\n");
    check_signed("status", cost_text_read(&costs, "x.cost", text, &error), -1);
    check_text("line", error.text, "x.cost:6: more than 4 caches");
    free(text);
}

/* ---- the sets there are --------------------------------------------------------------------- */

/* Each can be read, is called what its file says, and is of a version that is modelled. */
TEST(sets)
{
    size_t count = 0;
    for (const struct cost_set *set; (set = cost_registry.item(count)); count++) {
        const struct costs costs = cost_set_read(set);
        check_text("name", costs.name, set->name);
        check_that(set->name, collector_version(costs.interpreter) != NULL);
        check_text(set->name, collector_version(costs.interpreter)->costs, set->name);
        check_that(set->name, costs.scatter[SCATTER_sequential] < costs.scatter[SCATTER_random] &&
                                  costs.scatter[SCATTER_random] < costs.scatter[SCATTER_aged]);
        check_that(set->name, cost_set(set->name) == set);
    }
    check_that("there are some", count >= 3);
    check_that("no other", cost_set("nothing") == NULL);
}

/* Which version borrows from which. */
TEST(versions)
{
    static const struct {
        const char *version, *measured_on;
    } rows[] = {
        {"cpython-3.8", "cpython-3.11"},  {"cpython-3.9", "cpython-3.11"},
        {"cpython-3.10", "cpython-3.11"}, {"cpython-3.11", NULL},
        {"cpython-3.12", NULL},           {"cpython-3.13", NULL},
        {"cpython-3.15", "cpython-3.13"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct collector_version *version = collector_version(rows[i].version);
        const struct costs costs = cost_set_read(cost_set(version->costs));
        check_that(rows[i].version,
                   costs_are_borrowed(&costs, version) == (rows[i].measured_on != NULL));
        check_text(rows[i].version, costs.interpreter,
                   rows[i].measured_on ? rows[i].measured_on : rows[i].version);
    }
    for (const struct collector_version *v = collector_versions; v->name; v++)
        check_that(v->name, cost_set(v->costs) != NULL);
}

/* ---- what a user asks for ------------------------------------------------------------------- */

static const struct param row = {
    .name = "cost", .type = PARAM_RULE, .read = cost_choice_read, .form = COST_CHOICE_FORM};

static struct costs choose(const char *text)
{
    struct cost_choice choice;
    struct error error = {""};
    param_read(&row, "--cost", &choice, text, &error);
    check_text(text, error.text, "");
    return cost_choice_for(&choice, collector_version("cpython-3.13"));
}

TEST(choices)
{
    char path[TEST_PATH], *text = with_line(0, NULL);
    struct text spec = {.text = ""};
    test_file(path, text, strlen(text));
    free(text);

    check_text("a set", choose("cpython-3.11-xeon").name, "cpython-3.11-xeon");
    check_text("a file", choose(path).name, "my-laptop");
    struct costs costs = choose("pause=84ms@890_000");
    check_text("the version's own", costs.name, "cpython-3.13-xeon");
    check_signed("pause", costs.pause.ns, 84 * NS_PER_MS);
    check_signed("objects", costs.pause.objects, 890000);
    text_add(&spec, "%s:pause=1.5s@2M", path);
    costs = choose(spec.text);
    check_text("both", costs.name, "my-laptop");
    check_signed("pause", costs.pause.ns, 1500 * NS_PER_MS);
    check_signed("objects", costs.pause.objects, 2000000);
    unlink(path);
}

TEST(choices_that_are_none)
{
    static const char *const rows[][2] = {
        {"", "--cost= is not allowed; it takes a cost set"},
        {"cpython-3.12-xeno", "--cost: there is no cost set or file 'cpython-3.12-xeno'; did you "},
        {"./nowhere.cost", "./nowhere.cost: No such file"},
        {"/", "/: "},
        {"84ms@890000", "--cost: there is no cost set or file '84ms@890000'"},
        {"pause=", "--cost: pause=: there is no @ in it; it takes pause=TIME@OBJECTS, such as"},
        {"pause=84ms", "there is no @ in it"},
        {"pause=@890000", "what is before the @ is no duration"},
        {"pause=84@890000", "what is before the @ is no duration"},
        {"pause=84ms@", "what is behind the @ is no number of objects"},
        {"pause=84ms@890k@3", "what is behind the @ is no number of objects"},
        {"pause=-84ms@890000", "what is before the @ is no duration"},
        {"pause=84ms@-890000", "the objects have to be from 1000 to 1000000000"},
        {"pause=0s@890000", "the pause has to be from 1us to 1h"},
        {"pause=2h@890000", "the pause has to be from 1us to 1h"},
        {"pause=84ms@999", "the objects have to be from 1000 to 1000000000"},
        {"cpython-3.11-xeon:pause=1ms", "there is no @ in it"},
        {"cpython-3.11-xeon:", "no cost set or file 'cpython-3.11-xeon:'"},
        {":pause=1ms@5000", "no cost set or file ''"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct cost_choice choice = {0};
        struct error error = {""};
        check_signed(rows[i][0], param_read(&row, "--cost", &choice, rows[i][0], &error), -1);
        check_mentions(rows[i][0], error.text, rows[i][1]);
        check_that("nothing is chosen", !choice.has_set && !choice.pause.objects);
    }
}

/* What a run's text was made from. */
TEST(choices_again)
{
    static const char *const rows[] = {"pause=84ms@890000", "cpython-3.11-xeon",
                                       "cpython-3.12-xeon:pause=1h@1000", "cpython-3.13-xeon"};
    const struct collector_version *version = collector_version("cpython-3.15");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char id[COSTS_ID], again_id[COSTS_ID];
        struct cost_choice choice;
        struct error error = {""};
        check_signed(rows[i], param_read(&row, "--cost", &choice, rows[i], &error), 0);
        struct costs costs = cost_choice_for(&choice, version);
        costs_id(&costs, id);
        check_signed(rows[i], cost_choice_again(&choice, id, version, &error), 0);
        costs = cost_choice_for(&choice, version);
        check_text(rows[i], costs_id(&costs, again_id), id);
        check_that(rows[i], choice.has_set == (i == 1 || i == 2));
    }
    struct cost_choice choice;
    struct error error = {""};
    check_signed("a file's", cost_choice_again(&choice, "cpython-3.13-xeon#0", version, &error),
                 -1);
    check_mentions("a file's", error.text, "of the costs cpython-3.13-xeon#0, which this pygcsim");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_file_says),
        cmocka_unit_test(errors),
        cmocka_unit_test(too_many_caches),
        cmocka_unit_test(sets),
        cmocka_unit_test(versions),
        cmocka_unit_test(choices),
        cmocka_unit_test(choices_that_are_none),
        cmocka_unit_test(choices_again),
    };
    return cmocka_run_group_tests_name("cost_file", tests, NULL, NULL);
}
