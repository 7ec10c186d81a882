/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/utf8.h"

#include <stdbool.h>

/* How many bytes a character has that begins with that one; 0: none does. */
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xC0 || first >= 0xF8)
        return 0;
    return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
}

size_t utf8_read(const char *text, size_t size, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = length_of(bytes[0]);
    if (length == 0 || length > size)
        return 0;
    uint32_t value = length == 1 ? bytes[0] : bytes[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3F);
    }
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least[length] || value > 0x10FFFF || surrogate)
        return 0;
    *character = value;
    return length;
}

size_t utf8_write(FILE *out, const char *text, size_t size)
{
    uint32_t character;
    size_t length = utf8_read(text, size, &character);
    if (length)
        fwrite(text, 1, length, out);
    else
        fputs("\uFFFD", out);
    return length ? length : 1;
}

size_t utf8_whole(const char *text, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        unsigned char byte = (unsigned char)text[size - back];
        if ((byte & 0xC0) != 0x80) /* a character begins here */
            return length_of(byte) > back ? size - back : size;
    }
    return size;
}
