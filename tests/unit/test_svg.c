/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/svg.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

/* A picture called `a` with that in it, without what every picture has around it; to be freed. */
static char *inside(const char *content)
{
    static const char head[] = "<svg role=\"img\" aria-labelledby=\"a-title\" viewBox=\"0 0 9 6\">"
                               "<title id=\"a-title\">x &amp; y</title>";
    char *file, *result;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    if (asprintf(
            &file,
            "<?xml version=\"1.0\"?>\n<svg\n viewBox=\"0 0 9 6\"\n xmlns=\"http://x\"\n>%s</svg>",
            content) < 0)
        fail();
    svg_write(out, file, strlen(file), "a", "x & y");
    fclose(out);
    free(file);
    check_that(content, strncmp(result, head, sizeof head - 1) == 0);
    check_text(content, result + strlen(result) - 6, "</svg>");
    memmove(result, result + sizeof head - 1, size + 1 - (sizeof head - 1));
    result[strlen(result) - 6] = '\0';
    return result;
}

TEST(pictures)
{
    static const struct {
        const char *what, *file, *expected;
    } rows[] = {
        {"nothing", "", ""},
        {"a text, escaped as it is", "<text>a &lt; b</text>", "<text>a &lt; b</text>"},
        {"a text with bad bytes", "<text>\x01\xFFé</text>", "<text>\uFFFD\uFFFDé</text>"},
        {"a tag with bad bytes", "<p a='\xFFé'/>", "<p a='\uFFFDé'/>"},
        {"gnuplot's own title and words",
         "<title>Gnuplot</title><desc>\nProduced</desc><text>t</text>", "<text>t</text>"},
        {"a comment", "<!-- <g> --><text>t</text>", "<text>t</text>"},
        {"the background, once",
         "<rect x=\"0\" y=\"0\" width=\"9\"/><rect x=\"0\" y=\"0\" width=\"2\"/>",
         "<rect x=\"0\" y=\"0\" width=\"2\"/>"},
        {"a group with nothing in it", "<g fill=\"none\">\n</g><g fill=\"none\"><path d='M1'/></g>",
         "<g fill=\"none\"><path d='M1'/></g>"},
        {"identifiers",
         "<path id='p1'/><use xlink:href='#p1'/><g id=\"g\" clip-path=\"url(#c)\">t</g>",
         "<path id='a-p1'/><use href='#a-p1'/><g id=\"a-g\" clip-path=\"url(#a-c)\">t</g>"},
        {"colours", "<p a='rgb(  0,  60, 120)' b=\"#FFFFFF\" c=\"black\" d='none'/>",
         "<p a='var(--003c78,#003c78)' b=\"var(--ffffff,#ffffff)\" c=\"var(--000000,#000000)\" "
         "d='none'/>"},
        {"no colours in texts", "<text>black #FFFFFF rgb(1,2,3)</text>",
         "<text>black #FFFFFF rgb(1,2,3)</text>"},
        {"spaces", "<path  d='M1,2   L3,4'/> \t\n  <g>t</g>", "<path  d='M1,2   L3,4'/> <g>t</g>"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *got = inside(rows[i].file);
        check_text(rows[i].what, got, rows[i].expected);
        free(got);
    }
}

/* Whatever is cut off, nothing is read behind the end. */
TEST(files_cut_off)
{
    static const char file[] =
        "<?xml?><svg viewBox=\"0 0 9 6\"><title>t</title><rect x=\"0\" y=\"0\"/>"
        "<g fill=\"none\"> </g><use xlink:href='#p' fill='rgb(1, 2, 3)'/></svg>";
    for (size_t length = 0; length <= strlen(file); length++) {
        char *part = malloc(length), *result; /* as long as it is, for sanitizers */
        size_t size;
        FILE *out = open_memstream(&result, &size);
        memcpy(part, file, length);
        svg_write(out, part, length, "a", "t");
        fclose(out);
        check_that("a title, at least", strstr(result, "<title id=\"a-title\">t</title>"));
        free(part);
        free(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(files_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
