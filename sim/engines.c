/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/engines.h"

const struct engine *const engines[] = {&interval_engine, &graph_engine, NULL};
