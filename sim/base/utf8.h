/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts come from command lines and files: they may be any bytes. What is written for others, JSON
 * and HTML, is UTF-8 whatever they are. */
#ifndef PYGCSIM_SIM_BASE_UTF8_H
#define PYGCSIM_SIM_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The character that begins `text`, of which there are `size` bytes, at least one, and how many
 * bytes it has; 0: none begins there. RFC 3629, section 4: neither surrogates, nor longer forms
 * than it takes, nor anything beyond U+10FFFF. */
size_t utf8_read(const char *text, size_t size, uint32_t *character);

/* Writes that character as it is; or, if none begins there, U+FFFD in place of one byte. Returns
 * how many bytes of `text` that was. */
size_t utf8_write(FILE *out, const char *text, size_t size);

/* How many bytes of `text` are left without a character that is cut off at its end. */
size_t utf8_whole(const char *text, size_t size);

#endif
