/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/object_kind.h"

const struct object_layout object_layouts[OBJECT_KINDS] = {
    [KIND_LIST_SUBCLASS] = {56, 8}, [KIND_LIST] = {56, 8},  [KIND_DICT] = {104, 16},
    [KIND_INSTANCE] = {64, 8},      [KIND_TUPLE] = {40, 8},
};
