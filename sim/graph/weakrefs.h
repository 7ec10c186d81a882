/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weak references, finalizers, and the code that runs when something dies
 * (Objects/weakrefobject.c; heap scripts say what such code does).
 *
 * An object's weak references are a list: the one without callback first, then those with, the
 * newest first. */
#ifndef PYGCSIM_SIM_GRAPH_WEAKREFS_H
#define PYGCSIM_SIM_GRAPH_WEAKREFS_H

#include "sim/graph/heap.h"
#include "sim/model/program.h"

/* A weak reference to `target`, whose callback empties `reg` if its mode says so: a new reference.
 * Without callback the one there is, is used again. Allocates as the call in Python does. */
ref weakref_new(struct heap *heap, ref target, enum callback_mode mode, uint32_t reg);

/* What it refers to; 0: dead, or dying. */
ref weakref_target(const struct heap *heap, ref weakref);
bool weakref_has_callback(const struct heap *heap, ref weakref);

/* From now on it refers to nothing. */
void weakref_clear(struct heap *heap, ref weakref);

/* The first weak reference to an object, and the next behind one; 0: none. */
ref weakrefs_first(const struct heap *heap, ref o);
ref weakrefs_next(const struct heap *heap, ref weakref);

/* PyObject_ClearWeakRefs: what happens to an object's weak references as it dies by reference
 * count. */
void weakrefs_die(struct heap *heap, ref o);

/* The callback of a weak reference runs; may free it, if nobody else holds it. */
void run_callback(struct heap *heap, ref weakref);

/* The finalizer of an object runs, which takes that it has one and has not run. */
void run_finalizer(struct heap *heap, ref o);

/* Has the object a finalizer that is still to run? */
bool has_finalizer_left(const struct heap *heap, ref o);

#endif
