/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/suggest.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/check.h"

static const char *const names[] = {"default", "threshold", "off", "freeze",
                                    "timed",   "event",     NULL};
static const char *const nothing[] = {NULL};

TEST(the_nearest_name)
{
    static const struct {
        const char *what, *text, *expected;
    } rows[] = {
        {"the name itself", "freeze", "freeze"},
        {"a letter missing", "freze", "freeze"},
        {"a letter too many", "treshhold", "threshold"},
        {"another letter", "defauld", "default"},
        {"two neighbours swapped", "evnet", "event"},
        {"the beginning of a name", "thr", "threshold"},
        {"half a short name", "of", "off"},
        {"too little to be a beginning", "t", NULL},
        {"capitals are other letters", "OFF", NULL},
        {"another word", "xyzzy", NULL},
        {"nothing", "", NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        check_text(rows[i].what, suggest(rows[i].text, names), rows[i].expected);
        check_text(rows[i].what, suggest(rows[i].text, nothing), NULL);
    }
}

TEST(a_long_text_is_near_nothing)
{
    static const size_t lengths[] = {62, 63, 64, 100, 185, 186, 300, 5000};
    static char text[5001];
    for (size_t i = 0; i < LENGTH(lengths); i++) {
        memset(text, 'x', lengths[i]);
        text[lengths[i]] = '\0';
        check_text(text, suggest(text, names), NULL);
    }
}

TEST(the_message)
{
    static const char *const one[] = {"event", NULL};
    static char long_text[2000];
    memset(long_text, 'x', sizeof long_text - 1);
    const struct {
        const char *text;
        const char *const *names;
        const char *message;
    } rows[] = {
        {"evnt", one, "there is no policy 'evnt'; did you mean 'event'? (allowed: event)"},
        {"xyzzy", names,
         "there is no policy 'xyzzy' (allowed: default, threshold, off, freeze, timed, event)"},
        {"xyzzy", nothing, "there is no policy 'xyzzy' (allowed: none)"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error;
        check_signed(rows[i].text, suggest_error(&error, "policy", rows[i].text, rows[i].names),
                     -1);
        check_text(rows[i].text, error.text, rows[i].message);
    }
    struct error error;
    suggest_error(&error, "policy", long_text, one);
    check_that("a long text is cut", strlen(error.text) < 200);
}

TEST(a_list_of_long_names_is_cut)
{
    static char long_names[SUGGEST_ALL][61];
    const char *many[SUGGEST_ALL + 1] = {NULL};
    for (size_t i = 0; i < SUGGEST_ALL; i++) {
        memset(long_names[i], 'a' + (int)(i % 26), 60);
        many[i] = long_names[i];
    }
    struct error error;
    suggest_error(&error, "policy", "xyzzy", many);
    check_mentions("cut", error.text, "there is no policy 'xyzzy' (allowed: aaaa");
    check_that("it fits", strlen(error.text) < sizeof error.text);
    check_mentions("after a whole name", error.text, ", …)");
}

TEST(of_many_names_the_nearest)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"poliy123",
         "there is no policy 'poliy123'; did you mean 'policy123'? (of 200 the nearest: "
         "policy123, policy12, policy13, policy23, policy103)"},
        {"xyzzy", "there is no policy 'xyzzy' (of 200 the nearest: policy0, policy1, policy2, "
                  "policy3, policy4)"},
    };
    static char numbered[200][12];
    const char *many[201] = {NULL};
    struct error error;
    for (int i = 0; i < 200; i++) {
        snprintf(numbered[i], sizeof numbered[i], "policy%d", i);
        many[i] = numbered[i];
    }
    for (size_t i = 0; i < LENGTH(rows); i++) {
        suggest_error(&error, "policy", rows[i].text, many);
        check_text(rows[i].text, error.text, rows[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_name),
        cmocka_unit_test(a_long_text_is_near_nothing),
        cmocka_unit_test(the_message),
        cmocka_unit_test(a_list_of_long_names_is_cut),
        cmocka_unit_test(of_many_names_the_nearest),
    };
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
