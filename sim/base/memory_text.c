/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/memory_text.h"

#include <stdbool.h>

#include "sim/base/allocate.h"

FILE *memory_text_begin(char **text, size_t *size)
{
    FILE *out = open_memstream(text, size);
    if (!out)
        out_of_memory();
    return out;
}

void memory_text_end(FILE *out)
{
    bool lost = ferror(out);
    if (fclose(out) != 0 || lost)
        out_of_memory();
}
