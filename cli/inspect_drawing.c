/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The heap as a graph that Graphviz lays out: a box an object, coloured by generation; what is
 * alike in a large heap is one box (sim/inspect/fold.h). What was asked about stands out. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/graphviz.h"
#include "cli/inspect.h"
#include "cli/output.h"
#include "cli/print.h"
#include "sim/base/allocate.h"
#include "sim/inspect/fold.h"

#define PARTS_MOST 40
#define NAMED_MOST 12 /* of a path, which keep boxes of their own */

/* What sets objects apart in the picture; from MARK_OWN on each is one object. */
enum mark { MARK_NONE, MARK_NEW, MARK_OWN };

struct drawing {
    const struct inspect *inspect;
    const struct snapshot *heap;
    FILE *out;
    uint32_t *marks, next_mark;
    struct fold fold;
    bool *bold; /* of each pair of parts */
};

/* ---- what stands out ------------------------------------------------------------------------ */

static void mark_own(struct drawing *drawing, uint32_t node)
{
    if (node < drawing->heap->graph.count && drawing->marks[node] < MARK_OWN)
        drawing->marks[node] = drawing->next_mark++;
}

static void mark_path(struct drawing *drawing, const uint32_t *path, size_t length)
{
    for (size_t i = 0; i < length && i < NAMED_MOST; i++)
        mark_own(drawing, path[i]);
}

static void make_bold(struct drawing *drawing, const uint32_t *path, size_t length, bool closed)
{
    const struct fold *fold = &drawing->fold;
    for (size_t i = 0; i + !closed < length; i++) {
        uint32_t from = fold->of[path[i]], to = fold->of[path[(i + 1) % length]];
        drawing->bold[(size_t)from * fold->count + to] = true;
    }
}

static void mark_asked(struct drawing *drawing)
{
    const struct inspect *inspect = drawing->inspect;
    const struct object_name *names[] = {&inspect->referrers_to, &inspect->referents_from,
                                         &inspect->why_alive, &inspect->refcount_of};
    for (uint32_t i = 0; inspect->leaks.given && i < drawing->heap->graph.count; i++)
        if (drawing->heap->objects[i].birth >= inspect->before.births)
            drawing->marks[i] = MARK_NEW;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i]->given)
            mark_own(drawing, names[i]->object);
    mark_path(drawing, inspect->hold.path, inspect->hold.path_length);
    mark_path(drawing, inspect->hold.cycle.nodes, inspect->hold.cycle.length);
    if (inspect->cycles.count)
        mark_path(drawing, inspect->cycles.groups[0].cycle.nodes,
                  inspect->cycles.groups[0].cycle.length);
}

static void make_paths_bold(struct drawing *drawing)
{
    const struct inspect *inspect = drawing->inspect;
    const struct hold *hold = &inspect->hold;
    make_bold(drawing, hold->path, hold->path_length, false);
    make_bold(drawing, hold->from_cycle, hold->from_cycle_length, false);
    make_bold(drawing, hold->cycle.nodes, hold->cycle.length, true);
    for (size_t i = 0; i < inspect->cycles.count; i++)
        make_bold(drawing, inspect->cycles.groups[i].cycle.nodes,
                  inspect->cycles.groups[i].cycle.length, true);
}

/* ---- boxes and arrows ----------------------------------------------------------------------- */

static void write_roots(struct drawing *drawing, uint32_t part)
{
    char name[NODE_TEXT];
    uint32_t size = drawing->fold.size[part], example = drawing->fold.example[part];
    if (size == 1)
        print_to(drawing->out, "label=\"%s\"", inspect_name(drawing->heap, example, name));
    else
        print_to(drawing->out, "label=\"%u × %s\"", size,
                 drawing->heap->roots[example - drawing->heap->graph.count].kind == ROOT_REGISTER
                     ? "register"
                     : "gc.garbage");
    print_to(drawing->out, ", shape=plain, style=\"\"");
}

static void write_objects(struct drawing *drawing, uint32_t part)
{
    static const char *const colours[GENERATIONS_AND_NONE] = {"#fff3bf", "#ffd8a8", "#ffa94d",
                                                              "#a5d8ff", "#ffffff"};
    char name[NODE_TEXT];
    uint32_t size = drawing->fold.size[part], example = drawing->fold.example[part];
    const struct snapshot_object *object = &drawing->heap->objects[example];
    bool garbage = drawing->inspect->alive.before[example] == NO_NODE;
    if (size == 1)
        print_to(drawing->out, "label=\"%s", inspect_name(drawing->heap, example, name));
    else
        print_to(drawing->out, "label=\"%u × %s", size, snapshot_type(drawing->heap, object->kind));
    print_to(drawing->out, "\\n%s%s%s\", fillcolor=\"%s\"", inspect_generation(object->generation),
             garbage ? "\\ngarbage" : "", drawing->marks[example] == MARK_NEW ? "\\nnew" : "",
             colours[object->generation]);
    if (garbage)
        print_to(drawing->out, ", color=\"#c92a2a\"");
    if (size > 1)
        print_to(drawing->out, ", peripheries=2");
    if (drawing->marks[example])
        print_to(drawing->out, ", penwidth=2.5");
}

/* Of one object to another, where the reference is; else how many there are. */
static void write_arrow(struct drawing *drawing, uint32_t from, uint32_t to)
{
    const struct fold *fold = &drawing->fold;
    size_t pair = (size_t)from * fold->count + to;
    char step[PLACE_TEXT];
    if (!fold->references[pair])
        return;
    print_to(drawing->out, "  n%u -> n%u [", from, to);
    if (fold->size[from] > 1 || fold->size[to] > 1 || fold->references[pair] > 1)
        print_to(drawing->out, "label=\" %" PRIu64 "\"", fold->references[pair]);
    else {
        uint32_t one = fold->example[from], other = fold->example[to];
        if (one < drawing->heap->graph.count && !snapshot_visits(drawing->heap, one, other))
            print_to(drawing->out, "style=dashed, ");
        const char *text =
            inspect_step(drawing->heap, fold->example[from], fold->example[to], step);
        print_to(drawing->out, "label=\" ");
        for (; *text; text++) /* of a dict, in quotation marks */
            print_to(drawing->out, *text == '"' ? "\\%c" : "%c", *text);
        print_to(drawing->out, "\"");
    }
    print_to(drawing->out, "%s];\n",
             drawing->bold[pair] ? ", penwidth=2.5, color=\"#1864ab\"" : "");
}

static void write_graph(struct drawing *drawing)
{
    const struct fold *fold = &drawing->fold;
    print_to(drawing->out, "digraph heap {\n"
                           "  graph [fontname=\"Helvetica\", fontsize=11, labelloc=t, label=\"");
    if (drawing->inspect->operations > 0)
        print_to(drawing->out, "after operation %" PRIu64 ", ", drawing->inspect->operations - 1);
    print_to(drawing->out,
             "%s\", rankdir=LR];\n"
             "  node [fontname=\"Helvetica\", fontsize=10, shape=box, style=\"filled,rounded\"];\n"
             "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#495057\"];\n",
             drawing->inspect->setup.collector->name);
    for (uint32_t part = 0; part < fold->count; part++) {
        print_to(drawing->out, "  n%u [", part);
        if (fold->example[part] < drawing->heap->graph.count)
            write_objects(drawing, part);
        else
            write_roots(drawing, part);
        print_to(drawing->out, "];\n");
    }
    for (uint32_t from = 0; from < fold->count; from++)
        for (uint32_t to = 0; to < fold->count; to++)
            write_arrow(drawing, from, to);
    print_to(drawing->out, "}\n");
}

/* ---- files ---------------------------------------------------------------------------------- */

static void save_dot(struct drawing *drawing, const char *path)
{
    struct output output;
    output_open(&output, path, "");
    drawing->out = output.out;
    write_graph(drawing);
    output_close(&output);
}

static void save_svg(struct drawing *drawing, const char *path)
{
    struct output output;
    struct error error;
    FILE *graph = tmpfile();
    if (!graph)
        fail("no temporary file: %s", strerror(errno));
    drawing->out = graph;
    write_graph(drawing);
    output_open(&output, path, "");
    if (fflush(graph) != 0)
        output_fail(&output, "a temporary file", strerror(errno));
    if (graphviz_draw(graph, output.out, &error) != 0)
        output_fail(&output, "", error.text);
    fclose(graph);
    output_close(&output);
}

void inspect_draw(const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    if (!inspect->dot && !inspect->svg)
        return;
    struct drawing drawing = {
        .inspect = inspect,
        .heap = heap,
        .marks = allocate_zeroed(heap->graph.count, sizeof *drawing.marks),
        .next_mark = MARK_OWN,
    };
    mark_asked(&drawing);
    drawing.fold = fold_make(heap, drawing.marks, PARTS_MOST);
    drawing.bold =
        allocate_zeroed((size_t)drawing.fold.count * drawing.fold.count, sizeof *drawing.bold);
    make_paths_bold(&drawing);
    if (inspect->dot)
        save_dot(&drawing, inspect->dot);
    if (inspect->svg)
        save_svg(&drawing, inspect->svg);
    fold_fini(&drawing.fold);
    free(drawing.marks);
    free(drawing.bold);
}
