/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/invariant.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void invariant_broken(const char *where, const struct error *invariant)
{
    fprintf(stderr, "%s: broken invariant: %s\n", where, invariant->text);
    abort();
}
