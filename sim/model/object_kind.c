/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/object_kind.h"

#include <stddef.h>

const char *const object_kind_names[] = {
    [KIND_LIST_SUBCLASS] = "list_subclass", [KIND_LIST] = "list",   [KIND_DICT] = "dict",
    [KIND_INSTANCE] = "instance",           [KIND_TUPLE] = "tuple", [OBJECT_KINDS] = NULL,
};

const struct object_layout object_layouts[OBJECT_KINDS] = {
    [KIND_LIST_SUBCLASS] = {56, 8, 0}, [KIND_LIST] = {56, 8, 2},  [KIND_DICT] = {104, 16, 4},
    [KIND_INSTANCE] = {64, 8, 2.5},    [KIND_TUPLE] = {40, 8, 1},
};
