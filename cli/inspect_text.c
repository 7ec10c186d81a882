/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `pygcsim inspect` answers, for people. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inspect.h"
#include "cli/print.h"
#include "cli/table.h"
#include "sim/base/units.h"
#include "sim/model/gc_event.h"

/* ---- words ---------------------------------------------------------------------------------- */

const char *inspect_generation(int generation)
{
    static const char *const words[GENERATIONS_AND_NONE] = {
        "generation 0", "generation 1", "generation 2", "permanent generation", "untracked"};
    return words[generation];
}

static const char *root_name(const struct snapshot *heap, uint32_t root, char text[NODE_TEXT])
{
    if (root >= heap->root_count)
        return "several at once";
    if (heap->roots[root].kind == ROOT_GARBAGE)
        return "gc.garbage";
    snprintf(text, NODE_TEXT, "register %u", heap->roots[root].number);
    return text;
}

const char *inspect_name(const struct snapshot *heap, uint32_t node, char text[NODE_TEXT])
{
    if (node >= heap->graph.count)
        return root_name(heap, node - heap->graph.count, text);
    const struct snapshot_object *object = &heap->objects[node];
    const char *type = snapshot_type(heap, object->kind);
    if (object->label == LABEL_NONE)
        snprintf(text, NODE_TEXT, "%s", type);
    else
        snprintf(text, NODE_TEXT, "%s #%u", type, object->label);
    return text;
}

const char *inspect_step(const struct snapshot *heap, uint32_t node, uint32_t next,
                         char text[PLACE_TEXT])
{
    if (node >= heap->graph.count)
        return "";
    uint32_t place = snapshot_place(heap, node, next);
    return snapshot_place_text(heap->objects[node].kind, place, text);
}

/* "3 Inst, 1 dict", those with most first. */
static void list_kinds(const struct snapshot *heap, const uint64_t *counts, char *text, size_t size)
{
    uint64_t left[OBJECT_KINDS];
    size_t length = 0;
    memcpy(left, counts, sizeof left);
    *text = '\0';
    for (int i = 0; i < OBJECT_KINDS && length < size; i++) {
        int most = 0;
        for (int kind = 1; kind < OBJECT_KINDS; kind++)
            if (left[kind] > left[most])
                most = kind;
        if (left[most] == 0)
            break;
        length += (size_t)snprintf(text + length, size - length, "%s%" PRIu64 " %s", i ? ", " : "",
                                   left[most], snapshot_type(heap, (uint32_t)most));
        left[most] = 0;
    }
}

/* "#12 Inst.f0 → …": of a long path the ends. */
#define PATH_ENDS 5
static void print_path(const struct snapshot *heap, const uint32_t *path, size_t length,
                       bool closed)
{
    char name[NODE_TEXT], step[PLACE_TEXT];
    for (size_t i = 0; i < length; i++) {
        if (length > 2 * PATH_ENDS + 1 && i == PATH_ENDS) {
            print("… %zu more → ", length - 2 * PATH_ENDS);
            i = length - PATH_ENDS;
        }
        bool last = i + 1 == length;
        print("%s", inspect_name(heap, path[i], name));
        if (!last || closed)
            print("%s → ", inspect_step(heap, path[i], path[last ? 0 : i + 1], step));
    }
    print("%s\n", closed ? inspect_name(heap, path[0], name) : "");
}

/* ---- the heap as a whole -------------------------------------------------------------------- */

struct kind_row {
    uint64_t by_generation[GENERATIONS_AND_NONE], objects, bytes;
};

static void add_row(struct table *table, const char *name, const struct kind_row *row)
{
    char bytes[UNITS_TEXT];
    table_add(table, name);
    for (int g = 0; g < GENERATIONS_AND_NONE; g++)
        if (row->by_generation[g])
            table_add_count(table, (int64_t)row->by_generation[g]);
        else
            table_add(table, "-");
    table_add_count(table, (int64_t)row->objects);
    table_add(table, units_show_bytes(bytes, (double)row->bytes));
}

static void print_kinds(const struct snapshot *heap)
{
    static const char *const header[] = {"objects",   "gen 0",     "gen 1", "gen 2",
                                         "permanent", "untracked", "all",   "bytes"};
    struct kind_row rows[OBJECT_KINDS] = {0}, all = {0};
    struct table table;
    for (uint32_t i = 0; i < heap->graph.count; i++) {
        const struct snapshot_object *object = &heap->objects[i];
        struct kind_row *both[] = {&rows[object->kind], &all};
        for (int r = 0; r < 2; r++) {
            both[r]->by_generation[object->generation]++;
            both[r]->objects++;
            both[r]->bytes += object->bytes;
        }
    }
    table_init(&table, sizeof header / sizeof *header);
    for (size_t i = 0; i < table.columns; i++)
        table_add(&table, header[i]);
    for (int kind = 0; kind < OBJECT_KINDS; kind++)
        if (rows[kind].objects)
            add_row(&table, snapshot_type(heap, (uint32_t)kind), &rows[kind]);
    add_row(&table, "all", &all);
    table_print(&table);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_heap(const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    uint64_t alive = inspect_alive(inspect), registers = 0, saved;
    print_kinds(heap);
    for (size_t r = 0; r < heap->root_count; r++)
        registers += heap->roots[r].kind == ROOT_REGISTER;
    saved = heap->root_count - registers;
    print("\n%" PRIu64 " register%s hold%s something", registers, plural(registers),
          registers == 1 ? "s" : "");
    if (saved)
        print(", gc.garbage %" PRIu64 " object%s", saved, plural(saved));
    print("; %" PRIu64 " object%s reached, %" PRIu64 " garbage that no collection has found yet\n",
          alive, alive == 1 ? " is" : "s are", heap->graph.count - alive);
}

/* ---- one object ----------------------------------------------------------------------------- */

static void print_about(const struct snapshot *heap, uint32_t node)
{
    char name[NODE_TEXT], bytes[UNITS_TEXT];
    const struct snapshot_object *object = &heap->objects[node];
    print("%s: %s, %u reference%s, %s%s\n", inspect_name(heap, node, name),
          inspect_generation(object->generation), object->references, plural(object->references),
          units_show_bytes(bytes, object->bytes), object->finalized ? ", finalized" : "");
}

static void print_place(const struct snapshot *heap, uint32_t holder, uint32_t place)
{
    char text[PLACE_TEXT];
    print("%s", snapshot_place_text(heap->objects[holder].kind, place, text));
}

static void print_referents(const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    const struct references *found = &inspect->referents;
    char name[NODE_TEXT];
    print_about(heap, inspect->referents_from.object);
    print("gc.get_referents answers %zu object%s, besides classes and what is no container%s\n",
          found->seen, plural(found->seen), found->seen ? ":" : "");
    for (size_t i = 0; i < found->count; i++) {
        if (i == found->seen)
            print("held, though neither gc.get_referents nor a collection sees it:\n");
        print("  ");
        print_place(heap, inspect->referents_from.object, found->items[i].place);
        print(" → %s, %s\n", inspect_name(heap, found->items[i].object, name),
              inspect_generation(heap->objects[found->items[i].object].generation));
    }
}

static void print_roots_of(const struct snapshot *heap, uint32_t node)
{
    char name[NODE_TEXT];
    for (uint32_t r = 0; r < heap->root_count; r++)
        if (heap->roots[r].object == node)
            print("  %s\n", inspect_name(heap, heap->graph.count + r, name));
}

static void print_referrers(const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    const struct references *found = &inspect->referrers;
    uint32_t node = inspect->referrers_to.object;
    char name[NODE_TEXT];
    print_about(heap, node);
    print("gc.get_referrers answers %zu object%s%s\n", found->seen, plural(found->seen),
          found->seen ? ":" : "");
    for (size_t i = 0; i < found->count; i++) {
        uint32_t from = found->items[i].object;
        if (i == found->seen)
            print("refer to it, though gc.get_referrers does not see that:\n");
        print("  %s", inspect_name(heap, from, name));
        print_place(heap, from, found->items[i].place);
        if (found->items[i].more)
            print(" and %u more", found->items[i].more);
        print(", %s\n", inspect_generation(heap->objects[from].generation));
    }
    for (size_t r = 0; r < heap->root_count; r++)
        if (heap->roots[r].object == node) {
            print("roots that refer to it:\n");
            print_roots_of(heap, node);
            break;
        }
}

static void print_refcount(const struct inspect *inspect)
{
    const struct reference_count *count = &inspect->count;
    uint64_t known = count->registers + count->garbage + count->fields;
    print_about(&inspect->heap, inspect->refcount_of.object);
    print("sys.getrefcount answers %" PRIu64 ", one of them for its own argument; the others are\n",
          count->all + 1);
    if (count->registers)
        print("  %" PRIu64 " of registers\n", count->registers);
    if (count->garbage)
        print("  %" PRIu64 " of gc.garbage\n", count->garbage);
    if (count->fields)
        print("  %" PRIu64 " of objects\n", count->fields);
    if (count->all > known)
        print("  %" PRIu64 " of the interpreter\n", count->all - known);
}

static void print_why_alive(const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    const struct hold *hold = &inspect->hold;
    print_about(heap, inspect->why_alive.object);
    if (hold->path) {
        print("alive by ");
        print_path(heap, hold->path, hold->path_length, false);
    } else if (!hold->garbage) {
        print("alive by register %u, and by nothing else\n", inspect->why_alive.number);
    } else {
        print("garbage: no register reaches it, and no collection has found it yet\n");
        if (hold->from_cycle_length > 1) {
            print("kept by ");
            print_path(heap, hold->from_cycle, hold->from_cycle_length, false);
        }
        if (hold->cycle.nodes) {
            print("in the cycle ");
            print_path(heap, hold->cycle.nodes, hold->cycle.length, true);
        }
    }
}

static void print_objects(const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    char name[NODE_TEXT];
    for (uint32_t i = 0; i < heap->graph.count; i++) {
        int generation = heap->objects[i].generation;
        if (generation < GENERATIONS &&
            (inspect->generation == PARAM_ABSENT || inspect->generation == generation))
            print("%s, %s\n", inspect_name(heap, i, name), inspect_generation(generation));
    }
}

/* ---- cycles --------------------------------------------------------------------------------- */

#define ROWS_MOST 20 /* groups of cycles, and holders, that people read */

static void print_cycle_group(const struct snapshot *heap, const struct cycle_group *group)
{
    char kinds[400], bytes[UNITS_TEXT];
    uint64_t counts[OBJECT_KINDS];
    bool first = true;
    for (int kind = 0; kind < OBJECT_KINDS; kind++)
        counts[kind] = group->kinds[kind];
    list_kinds(heap, counts, kinds, sizeof kinds);
    print("%" PRIu64 " component%s of %" PRIu64 " object%s%s: %s; %s, %s", group->components,
          plural(group->components), group->size, plural(group->size),
          group->components > 1 ? " each" : "", kinds, group->alive ? "alive" : "garbage",
          units_show_bytes(bytes, (double)group->bytes));
    for (int g = 0; g < GENERATIONS_AND_NONE; g++)
        if (group->generations[g]) {
            print("%s%s", first ? ", " : " and ", inspect_generation(g));
            first = false;
        }
    print("\n  %s", group->cycle.shortest ? "" : "(a shorter one has not been ruled out) ");
    print_path(heap, group->cycle.nodes, group->cycle.length, true);
}

static void print_cycles(const struct inspect *inspect)
{
    const struct cycle_groups *found = &inspect->cycles;
    if (found->count == 0)
        print("no cycles\n");
    for (size_t i = 0; i < found->count && i < ROWS_MOST; i++)
        print_cycle_group(&inspect->heap, &found->groups[i]);
    if (found->count > ROWS_MOST)
        print("… and %zu more kinds of components, which --json has\n", found->count - ROWS_MOST);
}

/* ---- leaks ---------------------------------------------------------------------------------- */

static void add_signed(struct table *table, int64_t count)
{
    char text[32];
    snprintf(text, sizeof text, "%+" PRId64, count);
    table_add(table, text);
}

/* "+1.5 MiB" */
static void add_bytes(struct table *table, int64_t bytes)
{
    char shown[UNITS_TEXT], text[UNITS_TEXT + 1];
    snprintf(text, sizeof text, "%s%s", bytes < 0 ? "-" : "+",
             units_show_bytes(shown, bytes < 0 ? -(double)bytes : (double)bytes));
    table_add(table, text);
}

static void add_growth(struct table *table, const char *name, const struct growth_amount *before,
                       const struct growth_amount *after)
{
    table_add(table, name);
    table_add_count(table, (int64_t)before->objects);
    table_add_count(table, (int64_t)after->objects);
    add_signed(table, (int64_t)(after->objects - before->objects));
    add_bytes(table, (int64_t)(after->bytes - before->bytes));
}

static void print_growth_of_kinds(const struct inspect *inspect)
{
    const struct growth *growth = &inspect->growth;
    struct growth_amount before = {0}, after = {0};
    struct table table;
    table_init(&table, 5);
    char from[32], to[32];
    snprintf(from, sizeof from, "after op %u", inspect->leaks.from);
    snprintf(to, sizeof to, "after op %u", inspect->leaks.to);
    table_add(&table, "objects");
    table_add(&table, from);
    table_add(&table, to);
    table_add(&table, "growth");
    table_add(&table, "bytes");
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        before.objects += growth->before[kind].objects;
        before.bytes += growth->before[kind].bytes;
        after.objects += growth->after[kind].objects;
        after.bytes += growth->after[kind].bytes;
        if (growth->before[kind].objects || growth->after[kind].objects)
            add_growth(&table, snapshot_type(&inspect->heap, (uint32_t)kind), &growth->before[kind],
                       &growth->after[kind]);
    }
    add_growth(&table, "all", &before, &after);
    add_growth(&table, "of these garbage", &growth->garbage_before, &growth->garbage_after);
    table_print(&table);
}

/* Where the references to what is new are, if the holder's own name does not say it. */
static void print_entries(const struct snapshot *heap, const struct growth_holder *holder)
{
    char name[NODE_TEXT];
    if (holder->entry_count == 1 && holder->entries[0].node == holder->node)
        return;
    print("    referred to by");
    for (uint64_t i = 0; i < holder->entry_count && i < GROWTH_ENTRIES; i++)
        print("%s %s (%" PRIu64 ")", i ? "," : "",
              inspect_name(heap, holder->entries[i].node, name), holder->entries[i].references);
    if (holder->entry_count > GROWTH_ENTRIES)
        print(" and %" PRIu64 " more", holder->entry_count - GROWTH_ENTRIES);
    print("\n");
}

static void print_holder(const struct inspect *inspect, const struct growth_holder *holder)
{
    const struct snapshot *heap = &inspect->heap;
    char name[NODE_TEXT], kinds[400], bytes[UNITS_TEXT];
    uint64_t born[OBJECT_KINDS];
    size_t length;
    uint32_t *path = path_to(&inspect->alive, holder->eldest, &length);
    for (int kind = 0; kind < OBJECT_KINDS; kind++)
        born[kind] = holder->by_kind[kind].born.objects;
    list_kinds(heap, born, kinds, sizeof kinds);
    print("\n%s holds %+" PRId64 " object%s, +%s: %" PRIu64 " born (%s), %" PRIu64 " gone\n",
          inspect_name(heap, holder->node, name), growth_objects(&holder->all),
          growth_objects(&holder->all) == 1 ? "" : "s",
          units_show_bytes(bytes, (double)growth_bytes(&holder->all)), holder->all.born.objects,
          kinds, holder->all.gone.objects);
    print("    the eldest: ");
    print_path(heap, path + 1, length - 1, false); /* without what refers to all roots */
    print_entries(heap, holder);
    free(path);
}

static void print_leaks(const struct inspect *inspect)
{
    const struct growth *growth = &inspect->growth;
    size_t growing = 0;
    print_growth_of_kinds(inspect);
    while (growing < growth->count && growth_bytes(&growth->holders[growing].all) > 0)
        growing++;
    for (size_t i = 0; i < growing && i < ROWS_MOST; i++)
        print_holder(inspect, &growth->holders[i]);
    if (growing > ROWS_MOST)
        print("\n… and %zu more, which --json has\n", growing - ROWS_MOST);
    if (growing == 0)
        print("\nNothing that is alive holds more than before.\n");
}

/* ---- all of it ------------------------------------------------------------------------------ */

void inspect_print(const struct inspect *inspect)
{
    static const struct {
        size_t asked; /* offset of a bool */
        void (*print)(const struct inspect *inspect);
    } answers[] = {
        {offsetof(struct inspect, referrers_to.given), print_referrers},
        {offsetof(struct inspect, referents_from.given), print_referents},
        {offsetof(struct inspect, refcount_of.given), print_refcount},
        {offsetof(struct inspect, why_alive.given), print_why_alive},
        {offsetof(struct inspect, generation_given), print_objects},
        {offsetof(struct inspect, cycles_wanted), print_cycles},
        {offsetof(struct inspect, leaks.given), print_leaks},
    };
    bool first = true;
    if (!inspect_asks(inspect))
        print_heap(inspect);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (!*(const bool *)((const char *)inspect + answers[i].asked))
            continue;
        if (!first)
            print("\n");
        answers[i].print(inspect);
        first = false;
    }
}
