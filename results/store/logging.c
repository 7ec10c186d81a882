/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/logging.h"

#include <stddef.h>

const char *const log_level_names[LOG_LEVEL_COUNT + 1] = {
#define X(name, meaning) #name,
    LOG_LEVELS(X)
#undef X
        NULL};
