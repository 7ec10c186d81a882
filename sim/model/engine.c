/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/engine.h"

int fault_describe(const struct fault *fault, const char *place, struct error *error)
{
    static const char *const texts[] = {
#define X(kind, text) text,
        FAULTS(X)
#undef X
    };
    if (fault->kind == FAULT_FIELD_RANGE && fault->allowed == 0)
        return error_set(error, "%s: field %u: the object has no fields", place, fault->which);
    if (fault->kind == FAULT_FIELD_RANGE)
        return error_set(error, "%s: field %u: %s (it has 0 to %u)", place, fault->which,
                         texts[fault->kind], fault->allowed - 1);
    if (fault->kind == FAULT_EMPTY_REGISTER)
        return error_set(error, "%s: register %u: %s", place, fault->which, texts[fault->kind]);
    return error_set(error, "%s: %s", place, texts[fault->kind]);
}
