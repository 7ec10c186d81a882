/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/object_kind.h"

#include <stddef.h>

const char *const cost_class_names[] = {
    [COST_LIST_SUBCLASS] = "list_subclass", [COST_LIST] = "list",   [COST_DICT] = "dict",
    [COST_INSTANCE] = "instance",           [COST_TUPLE] = "tuple", [COST_CLASSES] = NULL,
};

const struct object_layout object_layouts[COST_CLASSES] = {
    [COST_LIST_SUBCLASS] = {56, 8, 0}, [COST_LIST] = {56, 8, 2},  [COST_DICT] = {104, 16, 4},
    [COST_INSTANCE] = {64, 8, 2.5},    [COST_TUPLE] = {40, 8, 1},
};

const struct object_kind_facts object_kinds[OBJECT_KINDS] = {
#define X(name, word, type, cost, fields, traits) [KIND_##name] = {word, type, fields, traits},
    OBJECT_KINDS_TABLE(X)
#undef X
};
