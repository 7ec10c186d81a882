/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/units.h"

#include <float.h>
#include <math.h>

#include "tests/unit/check.h"

#define UNTOUCHED 4711

struct whole_case {
    const char *text;
    bool good;
    int64_t value;
};

static void check_whole(const struct whole_case *row, bool (*parse)(const char *, int64_t *))
{
    int64_t value = UNTOUCHED;
    check_that(row->text, parse(row->text, &value) == row->good);
    check_signed(row->text, value, row->good ? row->value : UNTOUCHED);
}

TEST(counts)
{
    static const struct whole_case rows[] = {
        {"0", true, 0},
        {"7", true, 7},
        {"007", true, 7},
        {"-7", true, -7},
        {"50_000", true, 50000},
        {"1_2_3", true, 123},
        {"9223372036854775807", true, INT64_MAX},
        {"9_223_372_036_854_775_807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"00000000000000000000000000000000000000000000000001", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"--5", false, 0},
        {"+5", false, 0},
        {" 5", false, 0},
        {"5 ", false, 0},
        {"_5", false, 0},
        {"5_", false, 0},
        {"5__0", false, 0},
        {"-_5", false, 0},
        {"5.0", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"five", false, 0},
        {"5B", false, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_whole(&rows[i], units_parse_count);
}

TEST(durations)
{
    static const struct whole_case rows[] = {
        {"0", true, 0},
        {"0s", true, 0},
        {"7ns", true, 7},
        {"1us", true, 1000},
        {"1µs", true, 1000},
        {"250ms", true, 250000000},
        {"1_000ms", true, 1000000000},
        {"10s", true, 10000000000},
        {"2min", true, 120000000000},
        {"1.5h", true, 5400000000000},
        {"1d", true, 86400000000000},
        {".5us", true, 500},
        {"0.1s", true, 100000000},
        {"1.0000000006s", true, 1000000001},
        {"106751d", true, 106751 * (86400 * NS_PER_S)},
        {"9223372036854775807ns", true, INT64_MAX},
        {"106752d", false, 0},
        {"9223372036854775808ns", false, 0},
        {"99999999999999999999999s", false, 0},
        {"1e3s", false, 0},
        {"10", false, 0},
        {"0.0", false, 0},
        {"", false, 0},
        {"s", false, 0},
        {".s", false, 0},
        {"1.2.3s", false, 0},
        {"-5s", false, 0},
        {"+5s", false, 0},
        {"5 s", false, 0},
        {" 5s", false, 0},
        {"5s ", false, 0},
        {"5S", false, 0},
        {"5sec", false, 0},
        {"5_s", false, 0},
        {"5m", false, 0},
        {"4KiB", false, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_whole(&rows[i], units_parse_duration);
}

TEST(sizes)
{
    static const struct whole_case rows[] = {
        {"0", true, 0},
        {"4096", true, 4096},
        {"4096B", true, 4096},
        {"4_096B", true, 4096},
        {"800KiB", true, 819200},
        {"16MiB", true, 16777216},
        {"1.5MiB", true, 1572864},
        {"1GiB", true, 1073741824},
        {"1kB", true, 1000},
        {"1KB", true, 1000},
        {"2MB", true, 2000000},
        {"3GB", true, 3000000000},
        {"8589934591GiB", true, INT64_C(8589934591) * GIB},
        {"8589934592GiB", false, 0},
        {"9223372036854775808", false, 0},
        {"", false, 0},
        {"B", false, 0},
        {"-1", false, 0},
        {"1 KiB", false, 0},
        {"1k", false, 0},
        {"1M", false, 0},
        {"1kiB", false, 0},
        {"10s", false, 0},
        {"1e6", false, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_whole(&rows[i], units_parse_bytes);
}

TEST(reals)
{
    static const struct {
        const char *text;
        bool good;
        double value;
    } rows[] = {
        {"0", true, 0},
        {"0.5", true, 0.5},
        {".5", true, 0.5},
        {"-1.5", true, -1.5},
        {"1e3", true, 1000},
        {"2.5E-3", true, 0.0025},
        {"1_000.5", true, 1000.5},
        {"1.7976931348623157e308", true, DBL_MAX},
        {"1e309", false, 0},
        {"inf", false, 0},
        {"nan", false, 0},
        {"0x1p3", false, 0},
        {"", false, 0},
        {".", false, 0},
        {"e5", false, 0},
        {"1e", false, 0},
        {"1.2.3", false, 0},
        {"1,5", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1_", false, 0},
        {"1_.5", false, 0},
        {"5s", false, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double value = UNTOUCHED;
        check_that(rows[i].text, units_parse_real(rows[i].text, &value) == rows[i].good);
        check_real(rows[i].text, value, rows[i].good ? rows[i].value : UNTOUCHED);
    }
}

TEST(shares)
{
    static const struct {
        const char *text;
        bool good;
        double value;
    } rows[] = {
        {"0.05", true, 0.05},
        {"5%", true, 0.05},
        {"0%", true, 0},
        {"12.5%", true, 0.125},
        {"1e-3", true, 0.001},
        {"1e2%", true, 1},
        {"-5%", true, -0.05},
        {"%", false, 0},
        {"", false, 0},
        {"5%%", false, 0},
        {"5 %", false, 0},
        {"5% ", false, 0},
        {"five%", false, 0},
        {"5s", false, 0},
        {"00000000000000000000000000000000000000000000000000000000000000001%", false, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double value = UNTOUCHED;
        check_that(rows[i].text, units_parse_share(rows[i].text, &value) == rows[i].good);
        check_real(rows[i].text, value, rows[i].good ? rows[i].value : UNTOUCHED);
    }
}

/* What is written: the largest unit that gives a whole number. */
TEST(canonical_text)
{
    static const struct {
        const char *text;
        char *(*write)(char *, int64_t);
        int64_t value;
    } rows[] = {
        {"0", units_write_count, 0},
        {"-50000", units_write_count, -50000},
        {"9223372036854775807", units_write_count, INT64_MAX},
        {"-9223372036854775808", units_write_count, INT64_MIN},
        {"0s", units_write_duration, 0},
        {"1ns", units_write_duration, 1},
        {"1001ns", units_write_duration, 1001},
        {"250ms", units_write_duration, 250000000},
        {"1500ms", units_write_duration, 1500000000},
        {"60s", units_write_duration, 60 * NS_PER_S},
        {"1h", units_write_duration, 3600 * NS_PER_S},
        {"48h", units_write_duration, 48 * 3600 * NS_PER_S},
        {"9223372036854775807ns", units_write_duration, INT64_MAX},
        {"0B", units_write_bytes, 0},
        {"1000B", units_write_bytes, 1000},
        {"1KiB", units_write_bytes, 1024},
        {"1536B", units_write_bytes, 1536},
        {"16MiB", units_write_bytes, 16 * MIB},
        {"3GiB", units_write_bytes, 3 * GIB},
        {"1025GiB", units_write_bytes, 1025 * GIB},
        {"9223372036854775807B", units_write_bytes, INT64_MAX},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char buffer[UNITS_TEXT];
        check_text(rows[i].text, rows[i].write(buffer, rows[i].value), rows[i].text);
    }
}

static uint64_t round_trips(uint64_t seed, bool (*parse)(const char *, int64_t *),
                            char *(*write)(char *, int64_t))
{
    static const int64_t scales[] = {1, 1000, 1024, NS_PER_MS, MIB, NS_PER_S, GIB, 3600 * NS_PER_S};
    for (int i = 0; i < 20000; i++) {
        int64_t scale = scales[test_random_below(&seed, LENGTH(scales))];
        int64_t value = (int64_t)test_random_below(&seed, (uint64_t)(INT64_MAX / scale)) * scale;
        int64_t back = UNTOUCHED;
        char text[UNITS_TEXT];
        write(text, value);
        check_that(text, parse(text, &back));
        check_signed(text, back, value);
    }
    return seed;
}

TEST(what_is_written_reads_back)
{
    uint64_t seed = 1;
    seed = round_trips(seed, units_parse_count, units_write_count);
    seed = round_trips(seed, units_parse_duration, units_write_duration);
    seed = round_trips(seed, units_parse_bytes, units_write_bytes);
    static const double reals[] = {0,   0.1,       1.0 / 3, -2e-9,   200,
                                   1e6, 123456789, 1e300,   DBL_MAX, DBL_MIN};
    for (size_t i = 0; i < LENGTH(reals) + 20000; i++) {
        double back = NAN, value = reals[i % LENGTH(reals)];
        if (i >= LENGTH(reals))
            value *= (double)(test_random(&seed) >> 11) * 0x1p-53;
        char text[UNITS_TEXT];
        units_write_real(text, value);
        check_that(text, units_parse_real(text, &back));
        check_that(text, back == value);
    }
}

TEST(text_for_people)
{
    static const struct {
        const char *text;
        char *(*show)(char *, double);
        double value;
    } rows[] = {
        {"0", units_show_seconds, 0},
        {"1.00 ns", units_show_seconds, 1e-9},
        {"12.3 ms", units_show_seconds, 0.0123},
        {"-12.3 ms", units_show_seconds, -0.0123},
        {"999 us", units_show_seconds, 0.000999},
        {"1.00 ms", units_show_seconds, 0.0009996},
        {"9.99 s", units_show_seconds, 9.99},
        {"10.0 s", units_show_seconds, 9.996},
        {"100 s", units_show_seconds, 99.96},
        {"599 s", units_show_seconds, 599},
        {"10.0 min", units_show_seconds, 600},
        {"1.00 h", units_show_seconds, 3599},
        {"48.0 h", units_show_seconds, 172800},
        {"0", units_show_bytes, 0},
        {"512 B", units_show_bytes, 512},
        {"1.00 KiB", units_show_bytes, 1023.9},
        {"4.56 MiB", units_show_bytes, 4.56 * 1048576},
        {"2048 GiB", units_show_bytes, 2048 * 1073741824.0},
        {"0", units_show_count, 0},
        {"0.5", units_show_count, 0.5},
        {"999999", units_show_count, 999999},
        {"1234567", units_show_count, 1234567},
        {"1000000000000000", units_show_count, 1e15},
        {"0.333333", units_show_count, 1.0 / 3},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char buffer[UNITS_TEXT];
        check_text(rows[i].text, rows[i].show(buffer, rows[i].value), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),          cmocka_unit_test(durations),
        cmocka_unit_test(sizes),           cmocka_unit_test(reals),
        cmocka_unit_test(canonical_text),  cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(text_for_people), cmocka_unit_test(shares),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
