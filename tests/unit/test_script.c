/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/charts/gnuplot.h"
#include "tests/unit/check.h"

/* A script without commands. */
static void begin(struct script *script)
{
    struct error error;
    check_that("files in memory", script_init(script, &error) == 0);
}

/* What has been written into a file so far; to be freed. */
static char *content(FILE *file)
{
    fflush(file);
    size_t size = (size_t)ftell(file);
    char *text = calloc(1, size + 1);
    rewind(file);
    check_count("what is in it", fread(text, 1, size, file), size);
    return text;
}

TEST(texts)
{
    static const struct {
        const char *what, *text, *expected;
    } rows[] = {
        {"nothing", "", ""},
        {"a specification", "timed:every=5s,generation=1", "timed:every=5s,generation=1"},
        {"ends of strings", "\"'`", "\\0042\\0047\\0140"},
        {"a number follows", "\"7", "\\00427"},
        {"what gnuplot knows", "@a $b {c} \\d %e #f !g ^h ~i *j ?k [l] &m",
         "\\0100a \\0044b \\0173c\\0175 \\0134d \\0045e \\0043f \\0041g \\0136h \\0176i \\0052j "
         "\\0077k \\0133l\\0135 \\0046m"},
        {"lines and tabs", "a\nb\tc\rd",
         "a\\0357\\0277\\0275b\\0357\\0277\\0275c"
         "\\0357\\0277\\0275d"},
        {"another alphabet", "é", "\\0303\\0251"},
        {"a byte that begins nothing", "a\xff", "a\\0357\\0277\\0275"},
        {"a character cut off", "\xe2\x82", "\\0357\\0277\\0275\\0357\\0277\\0275"},
        {"terminals", "\x1b[2J\x7f", "\\0357\\0277\\0275\\01332J\\0357\\0277\\0275"},
        {"a second alphabet of controls", "\xc2\x9b", "\\0357\\0277\\0275"},
        {"the other direction", "\u202e", "\\0357\\0277\\0275"},
        {"the end of XML's CDATA", "]]>>", "\\0135\\0135\\0357\\0277\\0275>"},
        {"no character of XML's", "\uffff", "\\0357\\0277\\0275"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct script script;
        char expected[512];
        begin(&script);
        script_text(&script, "a", rows[i].text);
        snprintf(expected, sizeof expected, "a = \"%s\"\n", rows[i].expected);
        char *written = content(script.commands);
        check_text(rows[i].what, written, expected);
        free(written);
        script_fini(&script);
    }
}

/* Whatever a text has, its line has nothing but what no language of gnuplot's or of shells knows.
 */
TEST(every_byte)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   " .,:;=()/+-_<>|\\";
    for (int first = 1; first < 256; first++)
        for (int second = 1; second < 256; second++) {
            struct script script;
            const char text[] = {(char)first, (char)second, '\0'};
            begin(&script);
            script_text(&script, "a", text);
            char *written = content(script.commands);
            size_t inside = strspn(written + 5, harmless);
            check_text("a text of two bytes", written + 5 + inside, "\"\n");
            free(written);
            script_fini(&script);
        }
}

TEST(a_long_text_is_cut)
{
    struct script script;
    static char text[1000001];
    memset(text, 'x', sizeof text - 1);
    begin(&script);
    script_text(&script, "a", text);
    char *written = content(script.commands);
    check_count("characters", strspn(written + 5, "x"), SCRIPT_TEXT_MOST);
    check_text("its end", written + 5 + SCRIPT_TEXT_MOST, "\\0342\\0200\\0246\"\n");
    free(written);
    script_fini(&script);
}

TEST(numbers)
{
    static const struct {
        double value;
        const char *expected;
    } rows[] = {{0, "0"},
                {-1.5, "-1.5"},
                {1e-7, "1e-07"},
                {NAN, "NaN"},
                {INFINITY, "NaN"},
                {-INFINITY, "NaN"},
                {0x1p53, "9.00719925474099e+15"}};
    struct script script;
    struct error error;
    char expected[256] = "";
    begin(&script);
    check_that("a block", script_begin(&script, &error) == 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        script_value(&script, rows[i].value);
        strcat(strcat(expected, i ? "\t" : ""), rows[i].expected);
    }
    script_end_row(&script);
    char *written = content(script.blocks[0]);
    check_text("a row", written, strcat(expected, "\n"));
    free(written);
    script_fini(&script);
}

/* gnuplot reads what was written: it prints variables and lines of a block. */
TEST(gnuplot_reads_it)
{
    static const char text[] = "`touch x` @a $b {c} \\n \"d\" 'e' 7é";
    char *texts[] = {"one", "two\n"};
    struct script script;
    struct picture picture;
    struct error error;
    begin(&script);
    script_text(&script, "a", text);
    script_array(&script, "words", texts, 2);
    check_that("a block", script_begin(&script, &error) == 0);
    for (int i = 0; i < 4; i++) {
        script_value(&script, i % 2 ? NAN : i + 0.25);
        if (i % 2)
            script_end_row(&script);
    }
    script_end(&script, "data");
    check_that("another", script_begin(&script, &error) == 0);
    script_end(&script, "none");
    check_that("template", script_template(&script,
                                           "set print '-'\nprint a\nprint words[1], words[2]\n"
                                           "print |$data|, $data[2], |$none|\n",
                                           "x", &error) == 0);
    check_that("drawn", gnuplot_draw(&script, NULL, &picture, &error) == 0);
    char *got = strndup(picture.bytes, picture.count);
    check_text("printed", got,
               "`touch x` @a $b {c} \\n \"d\" 'e' 7é\none two\uFFFD\n2 2.25\tNaN 0\n");
    free(got);
    free(picture.bytes);
    script_fini(&script);
}

/* In the words of gnuplot, with the template's own name. */
TEST(gnuplot_refuses_it)
{
    struct script script;
    struct picture picture;
    struct error error;
    begin(&script);
    check_that("template",
               script_template(&script, "a = 1\nplot \x1b[2J sin(x\n", "my.gp", &error) == 0);
    check_that("refused", gnuplot_draw(&script, NULL, &picture, &error) != 0);
    check_that("the line", strstr(picture.refusal, "plot "));
    check_that("the caret", strstr(picture.refusal, "^\n"));
    check_that("where", strstr(picture.refusal, "\"my.gp\" line 2: "));
    check_that("the reason", strstr(error.text, "could not draw my.gp: \"my.gp\" line 2: "));
    free(picture.bytes);
    free(picture.refusal);
    script_fini(&script);
}

TEST(told_to_stop)
{
    static const atomic_bool stop = true;
    struct script script;
    struct picture picture;
    struct error error;
    begin(&script);
    check_that("template", script_template(&script, "while (1) { a = 1 }\n", "x", &error) == 0);
    check_that("ended", gnuplot_draw(&script, &stop, &picture, &error) != 0);
    check_text("why", error.text, "interrupted");
    free(picture.bytes);
    script_fini(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(every_byte),
        cmocka_unit_test(a_long_text_is_cut),
        cmocka_unit_test(numbers),
        cmocka_unit_test(gnuplot_reads_it),
        cmocka_unit_test(gnuplot_refuses_it),
        cmocka_unit_test(told_to_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
