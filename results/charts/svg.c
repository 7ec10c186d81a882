/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/svg.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "sim/base/html.h"
#include "sim/base/utf8.h"

/* The rest of the file, which has a head before it, and what the picture is called. */
struct svg {
    FILE *out;
    const char *at, *end;
    const char *id;
    bool has_background; /* it was left out */
};

static bool begins(const struct svg *svg, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(svg->end - svg->at) >= length && memcmp(svg->at, text, length) == 0;
}

/* Behind the next `text`; at the end if there is none. */
static void skip_past(struct svg *svg, const char *text)
{
    const char *found = memmem(svg->at, (size_t)(svg->end - svg->at), text, strlen(text));
    svg->at = found ? found + strlen(text) : svg->end;
}

/* Identifiers, and references to them: id='x', href='#x', url(#x). */
static const struct {
    const char *found, *written;
} identifiers[] = {
    {" id='", " id='"},
    {" id=\"", " id=\""},
    {" xlink:href='#", " href='#"},
    {" xlink:href=\"#", " href=\"#"},
    {"url(#", "url(#"},
};

static bool write_identifier(struct svg *svg)
{
    for (size_t i = 0; i < sizeof identifiers / sizeof *identifiers; i++)
        if (begins(svg, identifiers[i].found)) {
            fprintf(svg->out, "%s%s-", identifiers[i].written, svg->id);
            svg->at += strlen(identifiers[i].found);
            return true;
        }
    return false;
}

/* rgb(  0,  60, 120), #003C78 or "black"; returns its length, 0: it is none. */
static size_t read_colour(const struct svg *svg, unsigned rgb[3])
{
    char text[24];
    size_t left = (size_t)(svg->end - svg->at), size = left < sizeof text ? left : sizeof text - 1;
    int length = 0;
    rgb[0] = rgb[1] = rgb[2] = 0;
    if (svg->at[-1] != '"' && svg->at[-1] != '\'')
        return 0;
    memcpy(text, svg->at, size);
    text[size] = '\0';
    if (strncmp(text, "black", 5) == 0)
        return 5;
    if (sscanf(text, "#%2x%2x%2x%n", &rgb[0], &rgb[1], &rgb[2], &length) == 3 && length == 7)
        return 7;
    if (sscanf(text, "rgb(%u,%u,%u)%n", &rgb[0], &rgb[1], &rgb[2], &length) == 3)
        return (size_t)length;
    return 0;
}

/* A colour becomes a variable, which a style sheet may set to one for dark pages. */
static bool write_colour(struct svg *svg)
{
    unsigned rgb[3];
    size_t length = read_colour(svg, rgb);
    if (length == 0)
        return false;
    fprintf(svg->out, "var(--%02x%02x%02x,#%02x%02x%02x)", rgb[0], rgb[1], rgb[2], rgb[0], rgb[1],
            rgb[2]);
    svg->at += length;
    return true;
}

static void write_tag(struct svg *svg)
{
    const char *end = memchr(svg->at, '>', (size_t)(svg->end - svg->at));
    end = end ? end + 1 : svg->end;
    while (svg->at < end)
        if (!write_identifier(svg) && !write_colour(svg))
            svg->at += utf8_write(svg->out, svg->at, (size_t)(svg->end - svg->at));
}

/* <g …></g>, of which gnuplot writes many: skipped. */
static bool skip_empty_group(struct svg *svg)
{
    const char *at = memchr(svg->at, '>', (size_t)(svg->end - svg->at));
    if (!begins(svg, "<g ") || !at)
        return false;
    do
        at++;
    while (at < svg->end && isspace((unsigned char)*at));
    if (svg->end - at < 4 || memcmp(at, "</g>", 4) != 0)
        return false;
    svg->at = at + 4;
    return true;
}

/* What a page has no use for: skipped. */
static bool skip_needless(struct svg *svg)
{
    if (begins(svg, "<title>"))
        skip_past(svg, "</title>");
    else if (begins(svg, "<desc>"))
        skip_past(svg, "</desc>");
    else if (begins(svg, "<!--"))
        skip_past(svg, "-->");
    else if (begins(svg, "<rect x=\"0\" y=\"0\"") && !svg->has_background) {
        skip_past(svg, ">");
        svg->has_background = true;
    } else
        return skip_empty_group(svg);
    return true;
}

/* Text, in which gnuplot has escaped what has a meaning in SVG. Of spaces in a row, one. */
static void write_text(struct svg *svg)
{
    if (strchr("&>", *svg->at))
        fputc(*svg->at++, svg->out);
    else if (isspace((unsigned char)*svg->at)) {
        fputc(*svg->at == '\n' ? '\n' : ' ', svg->out);
        while (svg->at < svg->end && isspace((unsigned char)*svg->at))
            svg->at++;
    } else
        svg->at += html_character(svg->out, svg->at, (size_t)(svg->end - svg->at));
}

/* The opening tag: only the size is kept. */
static void write_head(struct svg *svg, const char *title)
{
    static const char view_box[] = "viewBox=\"";
    const char *head = svg->at;
    skip_past(svg, ">");
    const char *box = memmem(head, (size_t)(svg->at - head), view_box, sizeof view_box - 1);
    fprintf(svg->out, "<svg role=\"img\" aria-labelledby=\"%s-title\"", svg->id);
    if (box) {
        const char *begin = box + sizeof view_box - 1, *end = begin;
        while (end < svg->at && strchr("0123456789. ", *end))
            end++;
        fprintf(svg->out, " viewBox=\"%.*s\"", (int)(end - begin), begin);
    }
    fprintf(svg->out, "><title id=\"%s-title\">", svg->id);
    html_text(svg->out, title);
    fputs("</title>", svg->out);
}

void svg_write(FILE *out, const char *text, size_t size, const char *id, const char *title)
{
    struct svg svg = {.out = out, .at = text, .end = text + size, .id = id};
    const char *head = memmem(text, size, "<svg", 4);
    svg.at = head ? head : svg.end;
    write_head(&svg, title);
    while (svg.at < svg.end) {
        if (*svg.at != '<')
            write_text(&svg);
        else if (!skip_needless(&svg))
            write_tag(&svg);
    }
}
