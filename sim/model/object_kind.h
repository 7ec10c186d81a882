/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kinds of container an operation can allocate. A kind decides two things: how many bytes the
 * object takes, and what it costs (sim/model/costs.h). */
#ifndef PYGCSIM_SIM_MODEL_OBJECT_KIND_H
#define PYGCSIM_SIM_MODEL_OBJECT_KIND_H

#include <stdint.h>

enum object_kind {
    KIND_LIST_SUBCLASS, /* what heap scripts are made of */
    KIND_LIST,
    KIND_DICT,
    KIND_INSTANCE, /* of a Python class, values stored inline (3.11 and later) */
    KIND_TUPLE,
    OBJECT_KINDS
};
extern const char *const object_kind_names[OBJECT_KINDS + 1]; /* ends with NULL */

/* Of a container: its bytes, the collector's header of 16 bytes included: `base` and so many a
 * reference (sys.getsizeof on 64-bit CPython 3.11: a list is 56 + 8 n, a tuple 40 + 8 n; dict and
 * instance are straight lines through their steps). What the references lead to is not included.
 * And how many references to payload it has besides its fields, on average in real programs:
 * strings, numbers and the like, which the collector does not track. */
struct object_layout {
    uint32_t base, field;
    double payload_references;
};
extern const struct object_layout object_layouts[OBJECT_KINDS];

static inline uint32_t object_bytes(enum object_kind kind, uint32_t fields)
{
    return object_layouts[kind].base + object_layouts[kind].field * fields;
}

#endif
