/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setenv("CMOCKA_TEST_ABORT", "1", 1); /* a check that fails prints itself and ends the process */
    fuzz_begin();
    return 0;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    check_that("memory", text != NULL);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

uint64_t bytes_take(struct bytes *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value |= bytes->at < bytes->end ? (uint64_t)*bytes->at++ << (8 * i) : 0;
    return value;
}

size_t bytes_below(struct bytes *bytes, size_t n)
{
    size_t value = (size_t)bytes_take(bytes, 2);
    return n ? value % n : 0;
}

void check_message(const char *text)
{
    check_that("there is a message", *text != '\0');
}

void check_line(const char *text)
{
    check_message(text);
    for (const char *c = text; *c; c++)
        check_that(text, (unsigned char)*c >= ' ' && *c != 0x7f);
}
