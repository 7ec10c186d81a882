/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/units.h"

#include <float.h>
#include <math.h>
#include <string.h>

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
        {"50k", true, 50000},
        {"64K", true, 64000},
        {"1.2M", true, 1200000},
        {"1.001K", true, 1001},
        {"-1.5K", true, -1500},
        {"1_000.5k", true, 1000500},
        {"3G", true, 3000000000},
        {"1.200M", true, 1200000},
        {"9.223372036854775807e18", true, INT64_MAX},
        {"9223372036854775K", true, 9223372036854775000},
        {"2e6", true, 2000000},
        {"2E6", true, 2000000},
        {"2.5e+3", true, 2500},
        {"2e0", true, 2},
        {"0e18", true, 0},
        {"9.223372036854775808e18", false, 0},
        {"9223372036854776K", false, 0},
        {"1.0001K", false, 0},
        {"1.5e0", false, 0},
        {"2e-1", false, 0},
        {"20e-1", false, 0},
        {"1e19", false, 0},
        {"1e999999999999999999999", false, 0},
        {"e5", false, 0},
        {"1e", false, 0},
        {"1e+", false, 0},
        {"1e5K", false, 0},
        {"K", false, 0},
        {"-K", false, 0},
        {".M", false, 0},
        {"1.2.3M", false, 0},
        {"1-2M", false, 0},
        {"5_K", false, 0},
        {"5m", false, 0},
        {"5KiB", false, 0},
        {"5.0", false, 0},
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
        {"5m", true, 5 * 60 * NS_PER_S},
        {"5min", true, 5 * 60 * NS_PER_S},
        {"1.5m", true, 90 * NS_PER_S},
        {"90s", true, 90 * NS_PER_S},
        {"1h30min", true, 90 * 60 * NS_PER_S},
        {"1h30m", true, 90 * 60 * NS_PER_S},
        {"2d12h", true, 60 * NS_PER_H},
        {"1d2h3m4s5ms6us7ns", true, INT64_C(93784005006007)},
        {"1s0ms", true, NS_PER_S},
        {"1h90min", true, 150 * 60 * NS_PER_S},
        {"1_000s500ms", true, 1000 * NS_PER_S + 500 * NS_PER_MS},
        {"106751d23h47m16s854ms775us807ns", true, INT64_MAX},
        {"106751d23h47m16s854ms775us808ns", false, 0},
        {"30min1h", false, 0},
        {"1h1h", false, 0},
        {"1min30m", false, 0},
        {"1us1µs", false, 0},
        {"1.5h30min", false, 0},
        {"1h1.5min", false, 0},
        {"1h30", false, 0},
        {"1h 30min", false, 0},
        {"1hmin", false, 0},
        {"1h-30min", false, 0},
        {"5M", false, 0},
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
        {"64K", true, 65536},
        {"16M", true, 16 * MIB},
        {"4G", true, 4 * GIB},
        {"1.5GiB", true, 3 * GIB / 2},
        {"1.5K", true, 1536},
        {"8589934592G", false, 0},
        {"1k", false, 0},
        {"1m", false, 0},
        {"1g", false, 0},
        {"1kiB", false, 0},
        {"1T", false, 0},
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

/* A kind's own function, whatever the kind. */
TEST(kinds)
{
    static const struct {
        enum units_kind kind;
        const char *text;
        double value; /* NaN: it is refused */
    } rows[] = {
        {UNITS_COUNT, "64K", 64000}, {UNITS_BYTES, "64K", 65536},     {UNITS_DURATION, "64K", NAN},
        {UNITS_REAL, "64K", NAN},    {UNITS_DURATION, "1m30s", 90e9}, {UNITS_COUNT, "1m30s", NAN},
        {UNITS_SHARE, "20%", 0.2},   {UNITS_REAL, "20%", 0.2},        {UNITS_REAL, "-1.5e3", -1500},
        {UNITS_COUNT, "20%", NAN},   {UNITS_DURATION, "0", 0},        {UNITS_BYTES, "0", 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double value = NAN;
        check_that(rows[i].text,
                   units_parse(rows[i].kind, rows[i].text, &value) == !isnan(rows[i].value));
        if (!isnan(rows[i].value))
            check_real(rows[i].text, value, rows[i].value);
    }
}

TEST(hints)
{
    static const struct {
        enum units_kind kind;
        const char *text, *hint;
    } rows[] = {
        {UNITS_COUNT, "5m", "; 5m is not a count: write 5M or 5_000_000"},
        {UNITS_COUNT, "1.5m", "; 1.5m is not a count: write 1.5M or 1_500_000"},
        {UNITS_COUNT, "2B", "; 2B is not a count: write 2G or 2_000_000_000"},
        {UNITS_COUNT, "5 K", "; 5 K is not a count: write 5K"},
        {UNITS_COUNT, "1.0000001m", ""}, /* is none, in whatever way it is written */
        {UNITS_COUNT, "1.5", ""},
        {UNITS_COUNT, "5M", ""},
        {UNITS_COUNT, "m", ""},
        {UNITS_COUNT, "fivem", ""},
        {UNITS_COUNT, "", ""},
        {UNITS_DURATION, "10", "; 10 is not a duration: write 10ms or 10s"},
        {UNITS_DURATION, "5M", "; 5M is not a duration: write 5m or 5min"},
        {UNITS_DURATION, "5 minutes", "; 5 minutes is not a duration: write 5m or 5min"},
        {UNITS_DURATION, "10 s", "; 10 s is not a duration: write 10s"},
        {UNITS_DURATION, "10sec", "; 10sec is not a duration: write 10s"},
        {UNITS_DURATION, "2hours", "; 2hours is not a duration: write 2h"},
        {UNITS_DURATION, "10 furlongs", ""},
        {UNITS_DURATION, "0", ""},
        {UNITS_DURATION, "10e", ""},
        {UNITS_BYTES, "5m", "; 5m is not a size: write 5MiB"},
        {UNITS_BYTES, "64k", "; 64k is not a size: write 64KiB"},
        {UNITS_BYTES, "1.5gb", "; 1.5gb is not a size: write 1.5GiB"},
        {UNITS_BYTES, "16 MiB", "; 16 MiB is not a size: write 16MiB"},
        {UNITS_BYTES, "9_999_999_999_999_999_999k", ""},
        {UNITS_BYTES, "10s", ""},
        {UNITS_REAL, "2k", "; 2k is not a number: write 2_000"},
        {UNITS_REAL, "0.0015M", "; 0.0015M is not a number: write 1_500"},
        {UNITS_REAL, "0.00015k", "; 0.00015k is not a number: write 0.15"},
        {UNITS_SHARE, "5percent", "; 5percent is not a share: write 5%"},
        {UNITS_SHARE, "5 %", "; 5 % is not a share: write 5%"},
        {UNITS_SHARE, "0.00000000000000000000000000000000005 %", ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char buffer[UNITS_HINT];
        check_text(rows[i].text, units_hint(rows[i].kind, rows[i].text, buffer), rows[i].hint);
    }
}

TEST(hints_of_long_texts)
{
    char text[1000], hint[UNITS_HINT];
    memset(text, ' ', sizeof text);
    text[0] = '5';
    strcpy(text + sizeof text - 2, "s");
    check_that("cut", strlen(units_hint(UNITS_DURATION, text, hint)) < 120);
    check_mentions("cut", hint, "is not a duration: write 5s");
    memset(text, '5', sizeof text - 2);
    check_text("too long", units_hint(UNITS_DURATION, text, hint), "");
}

TEST(ambiguous)
{
    static const struct {
        const char *text, *write; /* NULL: it is not */
    } rows[] = {
        {"64K", "write 64KiB for a size or 64_000 for a number"},
        {"50k", "write 50KiB for a size or 50_000 for a number"},
        {"5M", "write 5MiB for a size or 5_000_000 for a number"},
        {"1.2G", "write 1.2GiB for a size or 1_200_000_000 for a number"},
        {"1.0005K", "write 1.0005KiB for a size or 1000.5 for a number"},
        {"5m", NULL},
        {"5", NULL},
        {"5KiB", NULL},
        {"5g", NULL},
        {"K", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char buffer[UNITS_HINT];
        bool ambiguous = units_ambiguous(rows[i].text, buffer);
        check_that(rows[i].text, ambiguous == (rows[i].write != NULL));
        if (ambiguous)
            check_text(rows[i].text, buffer, rows[i].write);
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
        cmocka_unit_test(counts),
        cmocka_unit_test(durations),
        cmocka_unit_test(sizes),
        cmocka_unit_test(reals),
        cmocka_unit_test(canonical_text),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(text_for_people),
        cmocka_unit_test(shares),
        cmocka_unit_test(kinds),
        cmocka_unit_test(hints),
        cmocka_unit_test(hints_of_long_texts),
        cmocka_unit_test(ambiguous),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
