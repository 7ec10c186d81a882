/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings that are joined, and moments: of components made up here. One component alone is in
 * test_param.c. */
#include "sim/base/setting.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

static const char *const events[] = {"dawn", "noon", "dusk", NULL};

struct phase {
    struct moment from, until;
};
static const struct param phase_params[] = {
    {"from", PARAM_FIELD(phase, from), .type = PARAM_MOMENT, .choices = events, .initial = "start",
     .absent = "start"},
    {"until", PARAM_FIELD(phase, until), .type = PARAM_MOMENT, .choices = events, .initial = "end",
     .absent = "end"},
    {NULL},
};
static const struct component phase = {"every thing", "", phase_params, sizeof(struct phase)};

struct lamp {
    int64_t power;
    double share;
};
static const struct param lamp_params[] = {
    {"power", PARAM_FIELD(lamp, power), .type = PARAM_COUNT, .initial = "5", .most = 1e6},
    {"share", PARAM_FIELD(lamp, share), .type = PARAM_REAL, .initial = "0.5", .most = 1e9},
    {NULL},
};
static const struct component lamp = {"lamp", "", lamp_params, sizeof(struct lamp), &phase};
static const struct component off = {"off", "", NULL, 0, &phase};
static const struct component *const things[] = {&lamp, &off, NULL};

static const struct param reader_params[] = {
    {"file", .type = PARAM_PATH},
    {NULL},
};
static const struct component reader = {"reader", "", reader_params, sizeof(char *)};
static const struct component *const readers[] = {&reader, NULL};

static struct setting parse(const char *text, const struct component *const *registry)
{
    struct setting setting;
    struct error error = {""};
    setting_parse(&setting, text, registry, "thing", &error);
    check_text(text, error.text, "");
    return setting;
}

static size_t count_parts(const struct setting *setting)
{
    size_t count = 0;
    for (; setting; setting = setting->next)
        count++;
    return count;
}

TEST(canonical_texts)
{
    static const struct {
        const char *given, *canonical, *names;
        size_t parts;
    } rows[] = {
        {"off", "off", "off", 1},
        {"off+lamp", "off + lamp", "off + lamp", 2},
        {"off  +\tlamp:power=1e3", "off + lamp:power=1000", "off + lamp", 2},
        {"lamp:power=1e+3", "lamp:power=1000", "lamp", 1},
        {"lamp:power=1e+3,share=2e+0+off", "lamp:power=1000,share=2 + off", "lamp + off", 2},
        {"lamp + lamp:power=2 + lamp:power=2", "lamp + lamp:power=2 + lamp:power=2",
         "lamp + lamp + lamp", 3},
        {"lamp:until=noon@1,power=7,from=dawn@1_000", "lamp:power=7,from=dawn@1000,until=noon",
         "lamp", 1},
        {"off:until=end,from=start", "off:from=start,until=end", "off", 1},
        {"off:until=dusk@2 +lamp:from=dusk@2", "off:until=dusk@2 + lamp:from=dusk@2", "off + lamp",
         2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting once = parse(rows[i].given, things), twice = parse(once.text, things);
        char *names = setting_names(once.text);
        check_text(rows[i].given, once.text, rows[i].canonical);
        check_text(rows[i].given, twice.text, once.text);
        check_text(rows[i].given, names, rows[i].names);
        check_count(rows[i].given, count_parts(&once), rows[i].parts);
        check_count(rows[i].given, count_parts(&twice), rows[i].parts);
        free(names);
        setting_fini(&once);
        setting_fini(&twice);
    }
}

/* A results file may have any text. */
TEST(names_in_any_text)
{
    static const char *const rows[][2] = {
        {"a+b+c+d+e+f+g+h", "a + b + c + d + e + f + g + h"},
        {"+", " + "},
        {"++a:b++", " +  + a +  + "},
        {":+:", ""},
        {"", ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *names = setting_names(rows[i][0]);
        check_text(rows[i][0], names, rows[i][1]);
        free(names);
    }
}

/* What has nothing in common is not joined: a + is a letter like another. */
TEST(only_what_has_rows_in_common_is_joined)
{
    struct setting setting = parse("reader:file=a + reader", readers);
    check_text("a path", *(const char **)setting.state, "a + reader");
    check_that("one part", !setting_is_joined(&setting));
    setting_fini(&setting);
}

TEST(moments)
{
    static const struct {
        const char *text;
        struct moment from, until;
    } rows[] = {
        {"off", {PARAM_ABSENT, 0}, {PARAM_ABSENT, 0}},
        {"off:from=noon", {1, 1}, {PARAM_ABSENT, 0}},
        {"off:until=dusk@1k", {PARAM_ABSENT, 0}, {2, 1000}},
        {"off:from=dawn@2,until=dawn@3", {0, 2}, {0, 3}},
        {"off:from=start,until=end", {PARAM_ABSENT, 0}, {PARAM_ABSENT, 0}},
        {"off:from=dawn@1000000000000", {0, 1000000000000}, {PARAM_ABSENT, 0}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting setting = parse(rows[i].text, things);
        const struct phase *got = setting.common;
        check_signed(rows[i].text, got->from.event, rows[i].from.event);
        check_signed(rows[i].text, got->from.count, rows[i].from.count);
        check_signed(rows[i].text, got->until.event, rows[i].until.event);
        check_signed(rows[i].text, got->until.count, rows[i].until.count);
        setting_fini(&setting);
    }
}

/* Own rows whether given or not; those in common only if they are given. */
TEST(names_of_parameters)
{
    static const struct {
        const char *text, *names;
    } rows[] = {
        {"off", ""},
        {"lamp", "power=5 share=0.5 "},
        {"lamp:from=noon@2", "power=5 share=0.5 from=noon@2 "},
        {"off:until=end + lamp + off:from=dawn + lamp:power=1",
         "off.until=end lamp.power=5 lamp.share=0.5 off2.from=dawn lamp2.power=1 lamp2.share=0.5 "},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting setting = parse(rows[i].text, things);
        struct text names = {""};
        for (const struct setting *part = &setting; part; part = part->next) {
            const struct param *param;
            for (size_t row = 0; (param = setting_param(part, row)); row++) {
                char name[SETTING_NAME_TEXT], value[UNITS_TEXT];
                text_add(&names, "%s=%s ", setting_name(&setting, part, param, name),
                         param_text(param, setting_state(part, param), value));
            }
        }
        check_text(rows[i].text, names.text, rows[i].names);
        setting_fini(&setting);
    }
}

TEST(errors)
{
    static const char takes[] = "it takes dawn, noon or dusk, with @n for the n-th time, or ";
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"off + ", "a thing is missing beside a +"},
        {"+ off", "a thing is missing beside a +"},
        {"off ++ lamp", "a thing is missing beside a +"},
        {"off + + lamp", "a thing is missing beside a +"},
        {"off + lmp", "did you mean 'lamp'?"},
        {"off, lamp", "there is no thing 'off, lamp'; a + joins several"},
        {"off,lamp:power=1", "there is no thing 'off,lamp'; a + joins several"},
        {"off & lamp", "there is no thing 'off & lamp'; a + joins several"},
        {"off + lamp:power=1,power=2", "lamp: power is given twice"},
        {"off + 3", "'off + 3'"},
        {"lamp + off:from=noon,from=noon", "off: from is given twice"},
        {"off + lamp:power=1e + 7", "lamp: power=1e + 7 is not allowed"},
        {"off+off+off+off+off+off+off+off+off", "a + joins at most 8 of these"},
        {"off:until=dsk", "did you mean 'dusk'?"},
        {"off:until=dsk@3", "did you mean 'dusk'?"},
        {"off:until=dusk@0", "behind the @ is a number from 1 to 1000000000000"},
        {"off:until=dusk@-1", "behind the @ is a number from 1 to 1000000000000"},
        {"off:until=dusk@", "behind the @ is a number from 1 to 1000000000000"},
        {"off:until=dusk@1.5", "behind the @ is a number from 1 to 1000000000000"},
        {"off:until=dusk@2e12", "behind the @ is a number from 1 to 1000000000000"},
        {"off:until=@2", takes},
        {"off:until=start", takes},
        {"off:until=end@2", takes},
        {"off:form=dusk", "did you mean 'from'?"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting setting;
        struct error error = {""};
        check_signed(rows[i].text, setting_parse(&setting, rows[i].text, things, "thing", &error),
                     -1);
        check_mentions(rows[i].text, error.text, rows[i].message);
        check_that("nothing is left behind", !setting.state && !setting.text && !setting.next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_texts),
        cmocka_unit_test(names_in_any_text),
        cmocka_unit_test(only_what_has_rows_in_common_is_joined),
        cmocka_unit_test(moments),
        cmocka_unit_test(names_of_parameters),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests_name("setting", tests, NULL, NULL);
}
