/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A heap as it is at one moment: every object that is not freed, what each refers to, and the
 * roots.
 *
 * Objects are numbered: those of generation 0 in the order of its list, which is that of
 * gc.get_objects(), then 1, 2, the permanent generation, and those that the collector does not
 * track. References of an object come in the order in which its tp_traverse visits them, which is
 * that of gc.get_referents(); behind them those that it holds and does not visit, so that no
 * collection and no function of gc sees them (in 3.13 an instance's __dict__:
 * PyObject_VisitManagedDict). */
#ifndef PYGCSIM_SIM_INSPECT_SNAPSHOT_H
#define PYGCSIM_SIM_INSPECT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/inspect/adjacency.h"
#include "sim/model/collector.h"
#include "sim/model/object_kind.h"

#define NO_GENERATION        (PERMANENT + 1) /* in place of a generation */
#define GENERATIONS_AND_NONE (NO_GENERATION + 1)

struct snapshot_object {
    uint64_t birth;      /* how many objects were allocated before it */
    uint32_t label;      /* the operation that has made it, or asked for it last; LABEL_NONE */
    uint32_t references; /* its reference count */
    uint32_t bytes;
    uint8_t kind;       /* enum object_kind */
    uint8_t generation; /* 0 … 2, PERMANENT or NO_GENERATION */
    bool finalized;     /* its finalizer has been called */
};

/* Where in an object a reference is: the number of a field; or */
#define PLACE_DICT UINT32_MAX /* its __dict__ */

enum root_kind { ROOT_REGISTER, ROOT_GARBAGE };

struct snapshot_root {
    enum root_kind kind;
    uint32_t number; /* of the register; the place in gc.garbage */
    uint32_t object;
};

struct snapshot {
    struct snapshot_object *objects;
    struct adjacency graph; /* what each object holds: graph.count is the number of objects */
    size_t *visited_end;    /* of each object: those before are visited, the others only held */
    uint32_t *places;       /* of each reference */
    struct snapshot_root *roots;
    size_t root_count;
    uint64_t births; /* objects allocated so far */
    const struct collector_version *collector;
    size_t objects_capacity, to_capacity, places_capacity, roots_capacity;
};

void snapshot_fini(struct snapshot *snapshot);

/* ---- taking one: begins as zeros. First all objects, then references ------------------------ */

/* Returns its number. */
uint32_t snapshot_add_object(struct snapshot *snapshot, const struct snapshot_object *object);

/* No more objects come. Then, of each object in order: snapshot_add_reference for what it visits,
 * snapshot_end_visited, snapshot_add_reference for what else it holds, snapshot_end_object. */
void snapshot_end_objects(struct snapshot *snapshot);
void snapshot_add_reference(struct snapshot *snapshot, uint32_t object, uint32_t place);
void snapshot_end_visited(struct snapshot *snapshot);
void snapshot_end_object(struct snapshot *snapshot);

void snapshot_add_root(struct snapshot *snapshot, enum root_kind kind, uint32_t number,
                       uint32_t object);

/* ---- questions ------------------------------------------------------------------------------ */

/* The object that a register holds, or that has a label; NO_NODE. */
uint32_t snapshot_in_register(const struct snapshot *snapshot, uint32_t number);
uint32_t snapshot_labelled(const struct snapshot *snapshot, uint32_t label);

/* tp_name, as the version has it. */
const char *snapshot_type(const struct snapshot *snapshot, uint32_t kind);

/* Does `from` refer to `to`, in a way that its tp_traverse visits? */
bool snapshot_visits(const struct snapshot *snapshot, uint32_t from, uint32_t to);

/* Where the first reference of `from` to `to` is; there is one. */
uint32_t snapshot_place(const struct snapshot *snapshot, uint32_t from, uint32_t to);

/* What a reference at `place` of an object of `kind` is in Python: "[3]", ".f1", ".__dict__". */
#define PLACE_TEXT 24
const char *snapshot_place_text(enum object_kind kind, uint32_t place, char text[PLACE_TEXT]);

/* Objects, then roots as nodes that refer to theirs (the i-th is node graph.count + i), then one
 * node that refers to all roots: it reaches what is alive. To be freed. */
struct adjacency snapshot_rooted(const struct snapshot *snapshot);

#endif
