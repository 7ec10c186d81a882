/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/setting.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/check.h"

/* One parameter of each type. */
struct every {
    int64_t count, wait_ns, size, flag, colour, limit, own;
    double share;
    const char *file;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct param every_params[] = {
    {"count", PARAM_FIELD(every, count), .type = PARAM_COUNT, .initial = "5", .least = -3,
     .most = 100},
    {"share", PARAM_FIELD(every, share), .type = PARAM_REAL, .initial = "0.25", .least = 0,
     .most = 1},
    {"wait", PARAM_FIELD(every, wait_ns), .type = PARAM_DURATION, .initial = "10s",
     .least = NS_PER_MS, .most = 3600e9},
    {"size", PARAM_FIELD(every, size), .type = PARAM_BYTES, .initial = "64B", .least = 1,
     .most = 1e9},
    {"flag", PARAM_FIELD(every, flag), .type = PARAM_FLAG, .initial = "no"},
    {"colour", PARAM_FIELD(every, colour), .type = PARAM_CHOICE, .initial = "green",
     .choices = colours},
    {"limit", PARAM_FIELD(every, limit), .type = PARAM_COUNT, .initial = "none", .least = 0,
     .most = INT32_MAX, .absent = "none"},
    {"file", PARAM_FIELD(every, file), .type = PARAM_PATH, .initial = "a.heap"},
    {NULL},
};

/* A path before another parameter, and it must be given. */
struct reader {
    const char *file;
    int64_t colour;
};

static const struct param reader_params[] = {
    {"file", PARAM_FIELD(reader, file), .type = PARAM_PATH, .meaning = "what is read"},
    {"colour", PARAM_FIELD(reader, colour), .type = PARAM_CHOICE, .initial = "red",
     .choices = colours},
    {NULL},
};

static const struct component every = {"every", "", every_params, sizeof(struct every)};
static const struct component reader = {"reader", "", reader_params, sizeof(struct reader)};
static const struct component bare = {"bare", "", NULL, 0};
static const struct component *const registry[] = {&every, &reader, &bare, NULL};

static struct setting parse(const char *text)
{
    struct setting setting;
    struct error error = {""};
    int status = setting_parse(&setting, text, registry, "thing", &error);
    check_text(text, error.text, "");
    check_signed(text, status, 0);
    return setting;
}

TEST(defaults)
{
    struct setting setting = parse("every");
    const struct every *state = setting.state;
    check_that("every", setting.component == &every);
    check_signed("count", state->count, 5);
    check_real("share", state->share, 0.25);
    check_signed("wait", state->wait_ns, 10 * NS_PER_S);
    check_signed("size", state->size, 64);
    check_signed("flag", state->flag, 0);
    check_signed("colour", state->colour, 1);
    check_signed("limit", state->limit, PARAM_ABSENT);
    check_text("file", state->file, "a.heap");
    check_signed("a field that is no parameter", state->own, 0);
    setting_fini(&setting);
}

TEST(given_values)
{
    struct setting setting = parse("every:file=b=c:d.heap");
    check_text("a path with = and :", ((struct every *)setting.state)->file, "b=c:d.heap");
    setting_fini(&setting);

    setting = parse("every:limit=7,colour=blue,flag=yes,size=1MiB,wait=2ms,share=1e-3,count=-3,"
                    "file=odd, name.heap");
    const struct every *state = setting.state;
    check_signed("count", state->count, -3);
    check_real("share", state->share, 0.001);
    check_signed("wait", state->wait_ns, 2 * NS_PER_MS);
    check_signed("size", state->size, MIB);
    check_signed("flag", state->flag, 1);
    check_signed("colour", state->colour, 2);
    check_signed("limit", state->limit, 7);
    check_text("a path takes the commas that follow", state->file, "odd, name.heap");
    setting_fini(&setting);
}

TEST(canonical_text)
{
    static const struct {
        const char *given, *canonical;
    } rows[] = {
        {"bare", "bare"},
        {"every", "every"},
        {"every:count=5", "every:count=5"},
        {"every:count=0_07", "every:count=7"},
        {"every:size=1024,count=6", "every:count=6,size=1KiB"},
        {"every:size=1.5M,count=1e2", "every:count=100,size=1536KiB"},
        {"every:wait=59m59s,share=20%", "every:share=0.2,wait=3599s"},
        {"every:wait=1000ms,share=0.50", "every:share=0.5,wait=1s"},
        {"every:limit=none,flag=yes,colour=red", "every:flag=yes,colour=red,limit=none"},
        {"every:flag=no,file=x,y", "every:flag=no,file=x,y"},
        {"reader:file=x", "reader:file=x"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting setting = parse(rows[i].given);
        check_text(rows[i].given, setting.text, rows[i].canonical);
        setting_fini(&setting);
    }
}

/* Results name a run by this text: it has to mean the same when it is given again. */
TEST(canonical_text_reads_back)
{
    static const char *const rows[] = {
        "bare",
        "every",
        "every:size=3MiB,count=0,wait=30min,share=0.1,colour=red,flag=yes,limit=none",
        "every:count=1,file=odd, name.heap",
        "reader:file=x",
        "reader:colour=blue,file=x,y",
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting once = parse(rows[i]), twice = parse(once.text);
        check_text(rows[i], twice.text, once.text);
        for (const struct param *p = once.component->params; p && p->name; p++) {
            char a[UNITS_TEXT], b[UNITS_TEXT];
            check_text(rows[i], param_text(p, twice.state, b), param_text(p, once.state, a));
        }
        setting_fini(&once);
        setting_fini(&twice);
    }
}

TEST(errors)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "there is no thing '' (allowed: every, reader, bare)"},
        {"xyzzy", "there is no thing 'xyzzy' (allowed: every, reader, bare)"},
        {"evry:count=1",
         "there is no thing 'evry'; did you mean 'every'? (allowed: every, reader, bare)"},
        {"every:cuont=1", "there is no parameter of every called 'cuont'; did you mean 'count'? "
                          "(allowed: count, share, wait, size, flag, colour, limit, file)"},
        {"every:=1", "there is no parameter of every called '' (allowed: count, share, "},
        {"bare:x=1", "there is no parameter of bare called 'x' (allowed: none)"},
        {"every:", "every: '' is not of the form key=value"},
        {"every:count", "every: 'count' is not of the form key=value"},
        {"every:count,share=1", "every: 'count' is not of the form key=value"},
        {"every:count=1,", "every: '' is not of the form key=value"},
        {"every:count=1,,share=1", "every: '' is not of the form key=value"},
        {"every:count=1,share=1,count=1", "every: count is given twice"},
        {"every:count=101",
         "every: count=101 is not allowed; it takes " UNITS_COUNT_FORM ", from -3 to 100"},
        {"every:count=-4", "every: count=-4 is not allowed; it takes "},
        {"every:count=", "every: count= is not allowed; it takes "},
        {"every:count=5m", "from -3 to 100; 5m is not a count: write 5M or 5_000_000"},
        {"every:wait=5M", "from 1ms to 1h; 5M is not a duration: write 5m or 5min"},
        {"every:wait=10", "from 1ms to 1h; 10 is not a duration: write 10ms or 10s"},
        {"every:size=5m", "; 5m is not a size: write 5MiB"},
        {"every:share=1m", "; 1m is not a number: write 1_000_000"},
        {"every:share=101%", "every: share=101% is not allowed; it takes "},
        {"every:count=1.5", "every: count=1.5 is not allowed; it takes "},
        {"every:count=99999999999999999999", "is not allowed; it takes "},
        {"every:count=none", "every: count=none is not allowed; it takes "},
        {"every:limit=-1", "every: limit=-1 is not allowed; it takes " UNITS_COUNT_FORM
                           ", from 0 to 2147483647, or none"},
        {"every:share=1.01",
         "every: share=1.01 is not allowed; it takes " UNITS_REAL_FORM ", from 0 to 1"},
        {"every:share=-0.01", "every: share=-0.01 is not allowed; it takes "},
        {"every:share=nan", "every: share=nan is not allowed; it takes "},
        {"every:share=", "every: share= is not allowed; it takes "},
        {"every:wait=10", "every: wait=10 is not allowed; it takes " UNITS_DURATION_FORM ", from "},
        {"every:wait=0.5ms", "from 1ms to 1h"},
        {"every:wait=2h", "from 1ms to 1h"},
        {"every:size=0", "every: size=0 is not allowed; it takes " UNITS_BYTES_FORM ", from "},
        {"every:size=1GiB", "from 1B to 1000000000B"},
        {"every:flag=true", "every: flag=true is not allowed; it takes no or yes"},
        {"every:colour=pink", "every: colour=pink is not allowed; it takes red, green or blue"},
        {"every:colour=Red", "every: colour=Red is not allowed; it takes red, green or blue"},
        {"every:file=", "every: file needs the name of a file"},
        {"reader", "reader needs file=… (what is read), as in reader:file=…"},
        {"reader:colour=red", "reader needs file=… (what is read), as in reader:file=…"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting setting;
        struct error error = {""};
        check_signed(rows[i].text, setting_parse(&setting, rows[i].text, registry, "thing", &error),
                     -1);
        check_mentions(rows[i].text, error.text, rows[i].message);
        check_that("nothing is left behind", !setting.state && !setting.text && !setting.given);
        setting_fini(&setting);
    }
}

TEST(long_texts_are_cut_in_messages)
{
    static const char *const beginnings[] = {"", "every:", "every:count=", "every:colour="};
    for (size_t i = 0; i < LENGTH(beginnings); i++) {
        char text[3000];
        memset(text, 'x', sizeof text);
        memcpy(text, beginnings[i], strlen(beginnings[i]));
        text[sizeof text - 1] = '\0';
        struct setting setting;
        struct error error;
        check_signed(beginnings[i], setting_parse(&setting, text, registry, "thing", &error), -1);
        check_that(beginnings[i], strlen(error.text) < 400);
        check_mentions(beginnings[i], error.text, "xxxx");
    }
}

/* The words and numbers of help and of the results. */
TEST(descriptions)
{
    static const struct {
        const char *name, *unit, *allowed, *text;
        double number;
    } rows[] = {
        {"count", "", "-3 to 100", "5", 5},
        {"share", "", "0 to 1", "0.25", 0.25},
        {"wait", "ns", "1ms to 1h", "10s", 1e10},
        {"size", "bytes", "1B to 1000000000B", "64B", 64},
        {"flag", "", "no or yes", "no", 0},
        {"colour", "", "red, green or blue", "green", NAN},
        {"limit", "", "0 to 2147483647, or none", "none", NAN},
        {"file", "", "a file name", "a.heap", NAN},
    };
    struct setting setting = parse("every");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct param *param = &every_params[i];
        char buffer[200], text[UNITS_TEXT];
        double number = param_number(param, setting.state);
        check_text(rows[i].name, param->name, rows[i].name);
        check_text(rows[i].name, param_unit(param), rows[i].unit);
        check_text(rows[i].name, param_allowed(param, buffer, sizeof buffer), rows[i].allowed);
        check_text(rows[i].name, param_text(param, setting.state, text), rows[i].text);
        check_that(rows[i].name, isnan(rows[i].number) ? isnan(number) : number == rows[i].number);
        for (size_t size = 1; size <= 12; size++) { /* cut to fit */
            char small[12];
            param_allowed(param, small, size);
            check_that(rows[i].name, strncmp(small, rows[i].allowed, strlen(small)) == 0);
            check_count(rows[i].name, strlen(small),
                        strlen(rows[i].allowed) < size ? strlen(rows[i].allowed) : size - 1);
        }
    }
    setting_fini(&setting);
}

/* One by one, as readers of files do. */
TEST(single_values)
{
    static const struct {
        const char *name, *text, *written; /* NULL: it is refused */
        double number;
    } rows[] = {
        {"count", "0_07", "7", 7},           {"share", "5e-1", "0.5", 0.5},
        {"wait", "1500us", "1500us", 1.5e6}, {"wait", "1000ms", "1s", 1e9},
        {"size", "1024", "1KiB", 1024},      {"limit", "3", "3", 3},
        {"count", "101", NULL, 0},           {"wait", "5", NULL, 0},
        {"colour", "pink", NULL, 0},         {"file", "", NULL, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct every state = {0};
        struct error error = {""};
        char text[UNITS_TEXT];
        const struct param *param = param_find(&every, rows[i].name, &error);
        check_text(rows[i].name, param->name, rows[i].name);
        check_signed(rows[i].text, param_set(&every, param, &state, rows[i].text, &error),
                     rows[i].written ? 0 : -1);
        if (!rows[i].written) {
            check_mentions(rows[i].text, error.text,
                           param->type == PARAM_PATH ? "needs the name of a file"
                                                     : "is not allowed; ");
            continue;
        }
        check_real(rows[i].text, param_number(param, &state), rows[i].number);
        check_that(rows[i].name, param_is_quantity(param));
        check_text(rows[i].text, param_write(param, rows[i].number, text), rows[i].written);
    }
    struct error error;
    check_that("no such parameter", !param_find(&every, "cuont", &error));
    check_mentions("no such parameter", error.text, "did you mean 'count'?");
    check_that("no quantity", !param_is_quantity(param_find(&every, "flag", &error)));
    check_that("no quantity", !param_is_quantity(param_find(&every, "colour", &error)));
    check_that("no quantity", !param_is_quantity(param_find(&every, "file", &error)));
    check_that("a component", component_find("bare", registry, "thing", &error) == &bare);
    check_that("no component", !component_find("bar", registry, "thing", &error));
    check_mentions("no component", error.text, "there is no thing 'bar'; did you mean 'bare'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),       cmocka_unit_test(given_values),
        cmocka_unit_test(canonical_text), cmocka_unit_test(canonical_text_reads_back),
        cmocka_unit_test(errors),         cmocka_unit_test(long_texts_are_cut_in_messages),
        cmocka_unit_test(descriptions),   cmocka_unit_test(single_values),
    };
    return cmocka_run_group_tests_name("param", tests, NULL, NULL);
}
