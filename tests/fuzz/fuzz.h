/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every fuzzer shares. A fuzzer is a file with LLVMFuzzerTestOneInput: whatever the bytes,
 * what it feeds them to takes them or says in one line why not, and what it has taken holds what
 * its header promises. libFuzzer calls it with inputs it makes up; replay.c with those of
 * tests/fuzz/corpus/, in any compiler.
 *
 * A check of tests/unit/check.h that fails ends the process, which is how libFuzzer learns of it.
 */
#ifndef PYGCSIM_TESTS_FUZZ_FUZZ_H
#define PYGCSIM_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "tests/unit/check.h"

/* Returns 0; -1 (do not keep it) would be allowed, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What LLVMFuzzerTestOneInput needs and makes once: called before the first input. */
void fuzz_begin(void);

/* The bytes as a text, in a block of just its size, so that reading past it shows; to be freed. */
char *fuzz_text(const uint8_t *data, size_t size);

/* The input read from front to back; zeros behind its end. */
struct bytes {
    const uint8_t *at, *end;
};
uint64_t bytes_take(struct bytes *bytes, size_t count); /* a number of 1 to 8 bytes */
size_t bytes_below(struct bytes *bytes, size_t n); /* 0 … n − 1, from two of them; 0 if n is 0 */

/* There is a message. What it quotes of a text from a command line may be any characters: what is
 * printed is another matter. */
void check_message(const char *text);

/* The same, and of what is quoted from a file nothing is a control character. */
void check_line(const char *text);

#endif
