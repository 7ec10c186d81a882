/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/free_lists.h"

struct free_list_ends free_list_ends_of(const struct object_rules *rules, enum object_kind kind,
                                        uint32_t fields)
{
    if (kind == KIND_LIST)
        return (struct free_list_ends){FREE_LIST_LISTS, FREE_LIST_LISTS};
    if (kind == KIND_DICT)
        return (struct free_list_ends){FREE_LIST_DICTS, FREE_LIST_DICTS};
    if (kind != KIND_TUPLE || fields == 0 || fields > rules->tuple_sizes)
        return (struct free_list_ends){FREE_LIST_NONE, FREE_LIST_NONE};
    uint8_t list = (uint8_t)(FREE_LIST_TUPLES + fields - 1);
    bool is_kept = fields == rules->tuple_sizes && rules->keeps_largest_tuples;
    return (struct free_list_ends){is_kept ? FREE_LIST_NONE : list, list};
}
