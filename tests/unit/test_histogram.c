/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/histogram.h"

#include <stdlib.h>

#include "tests/unit/check.h"

TEST(buckets)
{
    static const struct {
        uint64_t ns;
        uint32_t bucket;
    } rows[] = {
        {0, 0},
        {1, 1},
        {31, 31},
        {32, 32},
        {63, 63},
        {64, 64},
        {65, 64},
        {66, 65},
        {127, 95},
        {128, 96},
        {131, 96},
        {132, 97},
        {255, 127},
        {256, 128},
        {UINT64_MAX, HISTOGRAM_BUCKETS - 1},
        {UINT64_C(1) << 63, HISTOGRAM_BUCKETS - 32},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_count("bucket", histogram_bucket(rows[i].ns), rows[i].bucket);
}

/* Each begins where the one before ends, and is at most 3.2% wide. The ends are found by halving.
 */
TEST(borders)
{
    uint64_t least = 0;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        check_count("first value", histogram_bucket(least), bucket);
        uint64_t inside = least, outside = UINT64_MAX; /* or the last of all */
        while (inside + 1 < outside) {
            uint64_t middle = inside + (outside - inside) / 2;
            if (histogram_bucket(middle) == bucket)
                inside = middle;
            else
                outside = middle;
        }
        if (bucket + 1 == HISTOGRAM_BUCKETS)
            check_count("the last of all", histogram_bucket(outside), bucket);
        else
            check_count("one after the other", histogram_bucket(outside), bucket + 1);
        check_that("width", (double)(inside - least) <= 0.032 * (double)least);
        check_that("below 64 each its own", least >= 64 || inside == least);
        least = outside;
    }
}

TEST(random_values_keep_their_order)
{
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        uint64_t a = test_random(&seed) >> test_random_below(&seed, 64);
        uint64_t b = test_random(&seed) >> test_random_below(&seed, 64);
        uint32_t x = histogram_bucket(a), y = histogram_bucket(b);
        check_that("in range", x < HISTOGRAM_BUCKETS);
        check_that("in order", a <= b ? x <= y : x >= y);
    }
}

TEST(counts_sums_and_longest)
{
    struct histogram *histogram = calloc(1, sizeof *histogram);
    static const uint64_t values[] = {1000, 1003, 1001, 5, UINT64_MAX, 0, 1024};
    for (size_t i = 0; i < LENGTH(values); i++)
        histogram_add(histogram, values[i]);
    static const struct {
        uint64_t ns, count, total_ns, longest_ns;
    } rows[] = {
        {1000, 3, 3004, 1003}, {5, 1, 5, 5},          {UINT64_MAX, 1, UINT64_MAX, UINT64_MAX},
        {0, 1, 0, 0},          {1024, 1, 1024, 1024}, {6, 0, 0, 0}};
    uint64_t sum = 0;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bucket *bucket = &histogram->bucket[histogram_bucket(rows[i].ns)];
        check_count("count", bucket->count, rows[i].count);
        check_count("sum", bucket->total_ns, rows[i].total_ns);
        check_count("longest", bucket->longest_ns, rows[i].longest_ns);
    }
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        sum += histogram->bucket[i].count;
    check_count("nothing elsewhere", sum, LENGTH(values));
    free(histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets),
        cmocka_unit_test(borders),
        cmocka_unit_test(random_values_keep_their_order),
        cmocka_unit_test(counts_sums_and_longest),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
