/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/collector.h"

#include <string.h>

#include "tests/unit/check.h"

static struct collector collector(uint32_t t0, uint32_t t1, uint32_t t2)
{
    struct collector collector;
    collector_init(&collector, collector_version("cpython-3.11"));
    collector_set_threshold(&collector, (const uint32_t[]){t0, t1, t2});
    return collector;
}

static void check_counts(const char *what, const struct collector *collector, uint32_t c0,
                         uint32_t c1, uint32_t c2)
{
    check_count(what, collector->count[0], c0);
    check_count(what, collector->count[1], c1);
    check_count(what, collector->count[2], c2);
}

TEST(versions)
{
    static const struct {
        const char *name;
        enum collector_kind kind;
        uint32_t t0, t1, t2;
    } rows[] = {
        {"cpython-3.8", COLLECTS_IN_ALLOCATION, 700, 10, 10},
        {"cpython-3.9", COLLECTS_IN_ALLOCATION, 700, 10, 10},
        {"cpython-3.10", COLLECTS_IN_ALLOCATION, 700, 10, 10},
        {"cpython-3.11", COLLECTS_IN_ALLOCATION, 700, 10, 10},
        {"cpython-3.12", COLLECTS_AT_CHECK, 700, 10, 10},
        {"cpython-3.13", COLLECTS_AT_CHECK, 2000, 10, 10},
        {"cpython-3.14", COLLECTS_AT_CHECK, 2000, 10, 10},
        {"cpython-3.15", COLLECTS_AT_CHECK, 2000, 10, 10},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct collector_version *version = collector_version(rows[i].name);
        check_that(rows[i].name, version != NULL);
        check_text(rows[i].name, version->name, rows[i].name);
        check_count(rows[i].name, version->kind, rows[i].kind);
        struct collector collector;
        collector_init(&collector, version);
        check_count(rows[i].name, collector.threshold[0], rows[i].t0);
        check_count(rows[i].name, collector.threshold[1], rows[i].t1);
        check_count(rows[i].name, collector.threshold[2], rows[i].t2);
        check_that(rows[i].name, collector.enabled && !collector.collecting);
        check_counts(rows[i].name, &collector, 0, 0, 0);
    }
    check_that("no such version", !collector_version("cpython-2.7"));
    check_that("no version", !collector_version(""));
}

/* How many allocations there are before one asks for a collection. */
TEST(an_allocation_asks)
{
    static const struct {
        const char *what;
        uint32_t t0;
        bool enabled;
        int asks_at; /* 0: never, in 5000 */
    } rows[] = {
        {"threshold 1: the second", 1, true, 2},
        {"threshold 700: the 701st", 700, true, 701},
        {"threshold 0: never", 0, true, 0},
        {"disabled: never", 10, false, 0},
        {"disabled and threshold 0: never", 0, false, 0},
        {"the largest threshold: not yet", INT32_MAX, true, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct collector c = collector(rows[i].t0, 10, 10);
        collector_enable(&c, rows[i].enabled);
        int asked_at = 0;
        for (int n = 1; n <= 5000 && !asked_at; n++)
            if (collector_allocated(&c))
                asked_at = n;
        check_signed(rows[i].what, asked_at, rows[i].asks_at);
    }
}

TEST(deallocations)
{
    static const struct {
        const char *what;
        uint32_t before, freed, after;
    } rows[] = {
        {"one less", 5, 1, 4}, {"all", 5, 5, 0},  {"never below 0", 5, 6, 0},
        {"from 0", 0, 1, 0},   {"none", 5, 0, 5}, {"very many", 5, UINT32_MAX, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct collector c = collector(700, 10, 10);
        c.count[0] = rows[i].before;
        c.count[1] = 3;
        collector_freed(&c, rows[i].freed);
        check_counts(rows[i].what, &c, rows[i].after, 3, 0);
    }
}

TEST(which_generation)
{
    static const struct {
        const char *what;
        uint32_t count[3], threshold[3];
        uint64_t total, pending;
        int generation;
    } rows[] = {
        {"none exceeds its threshold", {700, 10, 10}, {700, 10, 10}, 0, 0, -1},
        {"only generation 0", {701, 10, 10}, {700, 10, 10}, 0, 0, 0},
        {"the oldest of two", {701, 11, 10}, {700, 10, 10}, 0, 0, 1},
        {"the oldest of three", {701, 11, 11}, {700, 10, 10}, 0, 0, 2},
        {"generation 0 is not asked first", {0, 11, 0}, {700, 10, 10}, 0, 0, 1},
        {"25%: just enough", {701, 11, 11}, {700, 10, 10}, 400, 100, 2},
        {"25%: one too few, so the next younger", {701, 11, 11}, {700, 10, 10}, 400, 99, 1},
        {"25%: and the next", {701, 0, 11}, {700, 10, 10}, 400, 99, 0},
        {"25%: and nothing", {700, 0, 11}, {700, 10, 10}, 400, 99, -1},
        {"7 / 4 is 1", {701, 11, 11}, {700, 10, 10}, 7, 1, 2},
        {"8 / 4 is 2", {701, 11, 11}, {700, 10, 10}, 8, 1, 1},
        {"3 / 4 is 0", {701, 11, 11}, {700, 10, 10}, 3, 0, 2},
        {"4 / 4 is 1", {701, 11, 11}, {700, 10, 10}, 4, 0, 1},
        {"the rule is for generation 2 alone", {701, 11, 0}, {700, 10, 10}, 400, 0, 1},
        {"a threshold of 0 is exceeded by 1", {701, 1, 1}, {700, 0, 0}, 0, 0, 2},
        {"and not by 0", {701, 0, 0}, {700, 0, 0}, 0, 0, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct collector c = collector(0, 0, 0);
        collector_set_threshold(&c, rows[i].threshold);
        memcpy(c.count, rows[i].count, sizeof c.count);
        c.long_lived_total = rows[i].total;
        c.long_lived_pending = rows[i].pending;
        check_signed(rows[i].what, collector_choose(&c), rows[i].generation);
    }
}

/* From counts 50, 5, 2, and long-lived 1000 and 30. */
TEST(a_collection)
{
    static const struct {
        const char *what;
        int generation;
        uint32_t count[3];
        uint64_t total, pending;
    } rows[] = {
        {"generation 0", 0, {0, 6, 2}, 1000, 30},
        {"generation 1: survivors are pending", 1, {0, 0, 3}, 1000, 37},
        {"generation 2: survivors are the total", 2, {0, 0, 0}, 7, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct collector c = collector(700, 10, 10);
        memcpy(c.count, (const uint32_t[]){50, 5, 2}, sizeof c.count);
        c.long_lived_total = 1000;
        c.long_lived_pending = 30;
        collector_begin(&c, rows[i].generation);
        check_that(rows[i].what, c.collecting);
        collector_freed(&c, 3); /* what it reclaims: the counter is 0 already */
        collector_end(&c, rows[i].generation, 7, 3, 1);
        check_that("until the owner says otherwise", c.collecting);
        check_counts(rows[i].what, &c, rows[i].count[0], rows[i].count[1], rows[i].count[2]);
        check_count(rows[i].what, c.long_lived_total, rows[i].total);
        check_count(rows[i].what, c.long_lived_pending, rows[i].pending);
        for (int g = 0; g < GENERATIONS; g++) {
            check_count(rows[i].what, c.stats[g].collections, g == rows[i].generation);
            check_count(rows[i].what, c.stats[g].collected, g == rows[i].generation ? 3 : 0);
            check_count(rows[i].what, c.stats[g].uncollectable, g == rows[i].generation);
        }
    }
}

TEST(freeze_empties_the_counters_alone)
{
    struct collector c = collector(700, 10, 10);
    memcpy(c.count, (const uint32_t[]){50, 5, 2}, sizeof c.count);
    c.long_lived_total = 1000;
    c.long_lived_pending = 30;
    collector_freeze(&c);
    check_counts("counters", &c, 0, 0, 0);
    check_count("total", c.long_lived_total, 1000);
    check_count("pending", c.long_lived_pending, 30);
    check_count("threshold", c.threshold[0], 700);
    check_that("enabled", c.enabled);
}

TEST(disabled_counters_go_on)
{
    struct collector c = collector(10, 10, 10);
    collector_enable(&c, false);
    for (int i = 0; i < 50; i++)
        check_that("disabled", !collector_allocated(&c));
    check_counts("counted", &c, 50, 0, 0);
    collector_enable(&c, true);
    check_that("the first allocation after enable asks", collector_allocated(&c));
    collector_set_threshold(&c, (const uint32_t[]){51, 10, 10});
    check_that("52 exceed 51", collector_allocated(&c));
    collector_set_threshold(&c, (const uint32_t[]){0, 10, 10});
    check_that("threshold 0 is off", !collector_allocated(&c));
    collector_enable(&c, false);
    collector_set_threshold(&c, (const uint32_t[]){10, 10, 10});
    check_that("a threshold does not enable", !collector_allocated(&c));
    collector_enable(&c, true);
    check_that("55 exceed 10", collector_allocated(&c));
}

TEST(thresholds_of_its_own)
{
    struct collector c = collector(700, 10, 10);
    c.threshold[1] = 99;
    collector_set_threshold(&c, c.threshold); /* its own array may be given back to it */
    check_count("kept", c.threshold[1], 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions),
        cmocka_unit_test(an_allocation_asks),
        cmocka_unit_test(deallocations),
        cmocka_unit_test(which_generation),
        cmocka_unit_test(a_collection),
        cmocka_unit_test(freeze_empties_the_counters_alone),
        cmocka_unit_test(disabled_counters_go_on),
        cmocka_unit_test(thresholds_of_its_own),
    };
    return cmocka_run_group_tests_name("collector", tests, NULL, NULL);
}
