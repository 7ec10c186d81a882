/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/snapshot.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

void snapshot_fini(struct snapshot *snapshot)
{
    free(snapshot->objects);
    adjacency_free(&snapshot->graph);
    free(snapshot->visited_end);
    free(snapshot->places);
    free(snapshot->roots);
    *snapshot = (struct snapshot){0};
}

uint32_t snapshot_add_object(struct snapshot *snapshot, const struct snapshot_object *object)
{
    uint32_t number = snapshot->graph.count++;
    assert(number < NO_NODE - 1);
    snapshot->objects = allocate_grow(snapshot->objects, &snapshot->objects_capacity,
                                      (size_t)number + 1, sizeof *snapshot->objects);
    snapshot->objects[number] = *object;
    return number;
}

/* While references come in, graph.count is how many objects have theirs, and room is for all and
 * one more, whose references would come next. */
void snapshot_end_objects(struct snapshot *snapshot)
{
    size_t count = snapshot->graph.count;
    snapshot->graph.first = allocate_zeroed(count + 2, sizeof *snapshot->graph.first);
    snapshot->visited_end = allocate_zeroed(count, sizeof *snapshot->visited_end);
    snapshot->graph.count = 0;
}

/* How many references there are so far stands where the next object's begin. */
static size_t *so_far(struct snapshot *snapshot)
{
    return &snapshot->graph.first[snapshot->graph.count + 1];
}

void snapshot_add_reference(struct snapshot *snapshot, uint32_t object, uint32_t place)
{
    size_t at = (*so_far(snapshot))++;
    snapshot->graph.to = allocate_grow(snapshot->graph.to, &snapshot->to_capacity, at + 1,
                                       sizeof *snapshot->graph.to);
    snapshot->places = allocate_grow(snapshot->places, &snapshot->places_capacity, at + 1,
                                     sizeof *snapshot->places);
    snapshot->graph.to[at] = object;
    snapshot->places[at] = place;
}

void snapshot_end_visited(struct snapshot *snapshot)
{
    snapshot->visited_end[snapshot->graph.count] = *so_far(snapshot);
}

void snapshot_end_object(struct snapshot *snapshot)
{
    size_t end = *so_far(snapshot);
    snapshot->graph.count++;
    *so_far(snapshot) = end;
}

void snapshot_add_root(struct snapshot *snapshot, enum root_kind kind, uint32_t number,
                       uint32_t object)
{
    snapshot->roots = allocate_grow(snapshot->roots, &snapshot->roots_capacity,
                                    snapshot->root_count + 1, sizeof *snapshot->roots);
    snapshot->roots[snapshot->root_count++] = (struct snapshot_root){kind, number, object};
}

uint32_t snapshot_in_register(const struct snapshot *snapshot, uint32_t number)
{
    for (size_t r = 0; r < snapshot->root_count; r++)
        if (snapshot->roots[r].kind == ROOT_REGISTER && snapshot->roots[r].number == number)
            return snapshot->roots[r].object;
    return NO_NODE;
}

uint32_t snapshot_labelled(const struct snapshot *snapshot, uint32_t label)
{
    for (uint32_t i = 0; i < snapshot->graph.count; i++)
        if (snapshot->objects[i].label == label)
            return i;
    return NO_NODE;
}

const char *snapshot_type(const struct snapshot *snapshot, uint32_t kind)
{
    return object_type(&snapshot->collector->objects, kind);
}

bool snapshot_visits(const struct snapshot *snapshot, uint32_t from, uint32_t to)
{
    for (size_t e = snapshot->graph.first[from]; e < snapshot->visited_end[from]; e++)
        if (snapshot->graph.to[e] == to)
            return true;
    return false;
}

uint32_t snapshot_place(const struct snapshot *snapshot, uint32_t from, uint32_t to)
{
    size_t e = snapshot->graph.first[from];
    while (snapshot->graph.to[e] != to)
        e++;
    assert(e < snapshot->graph.first[from + 1]);
    return snapshot->places[e];
}

const char *snapshot_place_text(enum object_kind kind, uint32_t place, char text[PLACE_TEXT])
{
    static const char *const of_functions[] = {".__doc__", ".__module__"};
    const char *form = "[%u]";
    if (place == PLACE_DICT)
        return strcpy(text, ".__dict__");
    if (kind == KIND_FUNCTION)
        return strcpy(text, of_functions[place != 0]);
    if (kind == KIND_CELL)
        return strcpy(text, ".cell_contents");
    if (kind == KIND_SET)
        return strcpy(text, "{member}");
    if (kind == KIND_DICT)
        form = "[\"f%u\"]";
    else if (kind_has(kind, TRAIT_ATTRIBUTES))
        form = ".f%u";
    snprintf(text, PLACE_TEXT, form, place);
    return text;
}

struct adjacency snapshot_rooted(const struct snapshot *snapshot)
{
    uint32_t objects = snapshot->graph.count, roots = (uint32_t)snapshot->root_count;
    size_t held = snapshot->graph.first[objects];
    struct adjacency rooted = {objects + roots + 1,
                               allocate_zeroed((size_t)objects + roots + 2, sizeof(size_t)),
                               allocate_zeroed(held + 2 * (size_t)roots, sizeof(uint32_t))};
    memcpy(rooted.first, snapshot->graph.first, ((size_t)objects + 1) * sizeof *rooted.first);
    if (held)
        memcpy(rooted.to, snapshot->graph.to, held * sizeof *rooted.to);
    for (uint32_t r = 0; r < roots; r++) {
        rooted.to[held + r] = snapshot->roots[r].object;
        rooted.to[held + roots + r] = objects + r;
        rooted.first[objects + r + 1] = held + r + 1;
    }
    rooted.first[objects + roots + 1] = held + 2 * (size_t)roots;
    return rooted;
}
