/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/python_lines.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/memory_text.h"
#include "sim/base/printable.h"
#include "sim/model/python.h"

char *python_lines(const char *policy, const struct component *const *policies)
{
    struct setting setting;
    struct error error;
    char *lines;
    size_t size;
    FILE *out = memory_text_begin(&lines, &size);
    if (setting_parse(&setting, policy, policies, "policy", &error) == 0) {
        python_write(out, &setting);
        setting_fini(&setting);
    } else { /* its text is anybody's: it must not end the comment */
        fputs("# ", out);
        printable_write(out, policy, strlen(policy));
        fprintf(out, " is of another version of pygcsim: %s\n", error.text);
    }
    memory_text_end(out);
    return lines;
}
