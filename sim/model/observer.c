/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/observer.h"

#include <stddef.h>

const char *const collection_cause_names[] = {
#define X(name, meaning) #name,
    COLLECTION_CAUSES(X)
#undef X
        NULL};
