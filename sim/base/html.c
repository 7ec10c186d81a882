/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/utf8.h"

/* Characters that HTML has no place for: controls, and what Unicode says is none. */
static bool is_text(uint32_t character)
{
    if (character < ' ')
        return character == '\t' || character == '\n';
    return !(character >= 0x7F && character <= 0x9F) && (character & 0xFFFE) != 0xFFFE &&
           !(character >= 0xFDD0 && character <= 0xFDEF);
}

size_t html_character(FILE *out, const char *text, size_t size)
{
    uint32_t character = 0;
    size_t length = utf8_read(text, size, &character);
    if (length == 0 || !is_text(character))
        fputs("\uFFFD", out);
    else if (character == '&')
        fputs("&amp;", out);
    else if (character == '<')
        fputs("&lt;", out);
    else if (character == '>')
        fputs("&gt;", out);
    else if (character == '"')
        fputs("&quot;", out);
    else
        fwrite(text, 1, length, out);
    return length ? length : 1;
}

void html_text(FILE *out, const char *text)
{
    for (size_t left = strlen(text), length; left > 0; left -= length, text += length)
        length = html_character(out, text, left);
}

void html_spec(FILE *out, const char *spec)
{
    fputs("<code>", out);
    for (size_t left = strlen(spec), length; left > 0; left -= length, spec += length) {
        length = html_character(out, spec, left);
        if (left > 1 && strchr(",:/", *spec))
            fputs("<wbr>", out);
    }
    fputs("</code>", out);
}

void html_quantity(FILE *out, const char *quantity)
{
    for (; *quantity; quantity++) {
        if (*quantity == '-' && isdigit((unsigned char)quantity[1]))
            fputs("\u2212", out);
        else if (strncmp(quantity, " us", 3) == 0 && !isalpha((unsigned char)quantity[3])) {
            fputs("\u00A0\u00B5s", out);
            quantity += 2;
        } else if (*quantity == ' ' && quantity[1] != '[')
            fputs("\u00A0", out);
        else if (*quantity == '-' && quantity[1] == '\0')
            fputs("\u2013", out); /* no value */
        else
            fputc(*quantity, out);
    }
}

void html_count(FILE *out, size_t count, const char *one, const char *many)
{
    fprintf(out, "%zu\u00A0%s", count, count == 1 ? one : many);
}
