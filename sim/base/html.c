/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The bytes of the UTF-8 character that begins `text`; 0: there is none. RFC 3629, section 4. */
static size_t utf8_length(const unsigned char *text, size_t size, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80    ? 1
                    : text[0] >= 0xF8 ? 0
                    : text[0] >= 0xF0 ? 4
                    : text[0] >= 0xE0 ? 3
                    : text[0] >= 0xC0 ? 2
                                      : 0;
    if (length == 0 || length > size)
        return 0;
    *character = length == 1 ? text[0] : text[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        *character = *character << 6 | (text[i] & 0x3F);
    }
    bool surrogate = *character >= 0xD800 && *character <= 0xDFFF;
    return *character < least[length] || *character > 0x10FFFF || surrogate ? 0 : length;
}

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
    size_t length = utf8_length((const unsigned char *)text, size, &character);
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
