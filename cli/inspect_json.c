/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `pygcsim inspect` answers, for other programs: one object, with a member for each question
 * that was asked. Objects are {"of": label, "type": …, "generation": …}, as events of replay name
 * them; 3 is the permanent generation, null what is not tracked. */
#include <stdlib.h>

#include "cli/inspect.h"
#include "sim/base/json.h"
#include "sim/model/gc_event.h"

static void write_generation(struct json *json, int generation)
{
    if (generation == NO_GENERATION)
        json_text(json, "generation", NULL);
    else
        json_integer(json, "generation", generation);
}

/* A node of snapshot_rooted, as members of what has begun. */
static void write_node(struct json *json, const struct snapshot *heap, uint32_t node)
{
    uint32_t objects = heap->graph.count, root = node - objects;
    if (node < objects) {
        const struct snapshot_object *object = &heap->objects[node];
        if (object->label == LABEL_NONE)
            json_text(json, "of", NULL);
        else
            json_count(json, "of", object->label);
        json_text(json, "type", snapshot_type(heap, object->kind));
        write_generation(json, object->generation);
    } else if (root == heap->root_count) {
        json_text(json, "root", "several");
    } else if (heap->roots[root].kind == ROOT_GARBAGE) {
        json_text(json, "root", "garbage");
    } else {
        json_text(json, "root", "register");
        json_count(json, "register", heap->roots[root].number);
    }
}

/* Each object with the place in it of the reference to the next; the last of a cycle, to the first.
 */
static void write_path(struct json *json, const char *name, const struct snapshot *heap,
                       const uint32_t *path, size_t length, bool closed)
{
    char text[PLACE_TEXT];
    json_array(json, name);
    for (size_t i = 0; i < length; i++) {
        bool last = i + 1 == length;
        json_object(json, NULL);
        write_node(json, heap, path[i]);
        if ((!last || closed) && path[i] < heap->graph.count)
            json_text(json, "place", inspect_step(heap, path[i], path[last ? 0 : i + 1], text));
        json_end(json);
    }
    json_end(json);
}

static void write_heap(struct json *json, const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    uint64_t counts[OBJECT_KINDS][GENERATIONS_AND_NONE] = {0}, bytes[OBJECT_KINDS] = {0};
    for (uint32_t i = 0; i < heap->graph.count; i++) {
        counts[heap->objects[i].kind][heap->objects[i].generation]++;
        bytes[heap->objects[i].kind] += heap->objects[i].bytes;
    }
    json_array(json, "kinds");
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        uint64_t any = 0;
        for (int g = 0; g < GENERATIONS_AND_NONE; g++)
            any += counts[kind][g];
        if (!any)
            continue;
        json_object(json, NULL);
        json_text(json, "type", snapshot_type(heap, (uint32_t)kind));
        json_array(json, "generations");
        for (int g = 0; g <= PERMANENT; g++)
            json_count(json, NULL, counts[kind][g]);
        json_end(json);
        json_count(json, "untracked", counts[kind][NO_GENERATION]);
        json_count(json, "bytes", bytes[kind]);
        json_end(json);
    }
    json_end(json);
    json_count(json, "alive", inspect_alive(inspect));
    json_count(json, "garbage", heap->graph.count - inspect_alive(inspect));
}

/* ---- one object ----------------------------------------------------------------------------- */

static void begin_about(struct json *json, const char *name, const struct snapshot *heap,
                        uint32_t node)
{
    json_object(json, name);
    write_node(json, heap, node);
    json_count(json, "references", heap->objects[node].references);
    json_count(json, "bytes", heap->objects[node].bytes);
    json_boolean(json, "finalized", heap->objects[node].finalized);
}

static void write_references(struct json *json, const char *name, const struct snapshot *heap,
                             const struct references *found, size_t begin, size_t end,
                             uint32_t holder)
{
    char text[PLACE_TEXT];
    json_array(json, name);
    for (size_t i = begin; i < end; i++) {
        const struct reference *reference = &found->items[i];
        uint32_t in = holder == NO_NODE ? reference->object : holder;
        json_object(json, NULL);
        write_node(json, heap, reference->object);
        json_text(json, "place",
                  snapshot_place_text(heap->objects[in].kind, reference->place, text));
        json_end(json);
    }
    json_end(json);
}

static void write_referrers(struct json *json, const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    const struct references *found = &inspect->referrers;
    begin_about(json, "referrers", heap, inspect->referrers_to.object);
    write_references(json, "seen", heap, found, 0, found->seen, NO_NODE);
    write_references(json, "not_seen", heap, found, found->seen, found->count, NO_NODE);
    json_array(json, "roots");
    for (uint32_t r = 0; r < heap->root_count; r++)
        if (heap->roots[r].object == inspect->referrers_to.object) {
            json_object(json, NULL);
            write_node(json, heap, heap->graph.count + r);
            json_end(json);
        }
    json_end(json);
    json_end(json);
}

static void write_referents(struct json *json, const struct inspect *inspect)
{
    const struct references *found = &inspect->referents;
    uint32_t node = inspect->referents_from.object;
    begin_about(json, "referents", &inspect->heap, node);
    write_references(json, "seen", &inspect->heap, found, 0, found->seen, node);
    write_references(json, "not_seen", &inspect->heap, found, found->seen, found->count, node);
    json_end(json);
}

static void write_refcount(struct json *json, const struct inspect *inspect)
{
    begin_about(json, "refcount", &inspect->heap, inspect->refcount_of.object);
    json_count(json, "getrefcount", inspect->count.all + 1);
    json_count(json, "registers", inspect->count.registers);
    json_count(json, "in_garbage", inspect->count.garbage);
    json_count(json, "objects", inspect->count.fields);
    json_end(json);
}

static void write_why_alive(struct json *json, const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    const struct hold *hold = &inspect->hold;
    begin_about(json, "why_alive", heap, inspect->why_alive.object);
    json_boolean(json, "garbage", hold->garbage);
    write_path(json, "path", heap, hold->path, hold->path_length, false);
    if (hold->garbage) {
        write_path(json, "from_cycle", heap, hold->from_cycle, hold->from_cycle_length, false);
        write_path(json, "cycle", heap, hold->cycle.nodes, hold->cycle.length, true);
    }
    json_end(json);
}

static void write_objects(struct json *json, const struct inspect *inspect)
{
    const struct snapshot *heap = &inspect->heap;
    json_array(json, "get_objects");
    for (uint32_t i = 0; i < heap->graph.count; i++) {
        int generation = heap->objects[i].generation;
        if (generation >= GENERATIONS ||
            (inspect->generation != PARAM_ABSENT && inspect->generation != generation))
            continue;
        json_object(json, NULL);
        write_node(json, heap, i);
        json_end(json);
    }
    json_end(json);
}

/* ---- cycles and leaks ----------------------------------------------------------------------- */

static void write_cycles(struct json *json, const struct inspect *inspect)
{
    json_array(json, "cycles");
    for (size_t i = 0; i < inspect->cycles.count; i++) {
        const struct cycle_group *group = &inspect->cycles.groups[i];
        json_object(json, NULL);
        json_count(json, "components", group->components);
        json_count(json, "size", group->size);
        json_object(json, "kinds");
        for (int kind = 0; kind < OBJECT_KINDS; kind++)
            if (group->kinds[kind])
                json_count(json, snapshot_type(&inspect->heap, (uint32_t)kind), group->kinds[kind]);
        json_end(json);
        json_boolean(json, "alive", group->alive);
        json_count(json, "bytes", group->bytes);
        json_array(json, "generations");
        for (int g = 0; g <= PERMANENT; g++)
            json_count(json, NULL, group->generations[g]);
        json_end(json);
        json_count(json, "untracked", group->generations[NO_GENERATION]);
        json_boolean(json, "shortest", group->cycle.shortest);
        write_path(json, "cycle", &inspect->heap, group->cycle.nodes, group->cycle.length, true);
        json_end(json);
    }
    json_end(json);
}

static void write_amounts(struct json *json, const char *a, const struct growth_amount *of_a,
                          const char *b, const struct growth_amount *of_b)
{
    const char *names[] = {a, b};
    const struct growth_amount *amounts[] = {of_a, of_b};
    for (int i = 0; i < 2; i++) {
        json_object(json, names[i]);
        json_count(json, "objects", amounts[i]->objects);
        json_count(json, "bytes", amounts[i]->bytes);
        json_end(json);
    }
}

static void write_holder(struct json *json, const struct snapshot *heap,
                         const struct growth_holder *holder)
{
    json_object(json, NULL);
    write_node(json, heap, holder->node);
    write_amounts(json, "born", &holder->all.born, "gone", &holder->all.gone);
    json_array(json, "kinds");
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        const struct growth_turnover *turnover = &holder->by_kind[kind];
        if (!turnover->born.objects && !turnover->gone.objects)
            continue;
        json_object(json, NULL);
        json_text(json, "type", snapshot_type(heap, (uint32_t)kind));
        write_amounts(json, "born", &turnover->born, "gone", &turnover->gone);
        json_end(json);
    }
    json_end(json);
    json_array(json, "referred_to_by");
    for (uint64_t i = 0; i < holder->entry_count && i < GROWTH_ENTRIES; i++) {
        json_object(json, NULL);
        write_node(json, heap, holder->entries[i].node);
        json_count(json, "references", holder->entries[i].references);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static void write_leaks(struct json *json, const struct inspect *inspect)
{
    const struct growth *growth = &inspect->growth;
    json_object(json, "leaks");
    json_count(json, "from", inspect->leaks.from);
    json_count(json, "to", inspect->leaks.to);
    json_array(json, "kinds");
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        if (!growth->before[kind].objects && !growth->after[kind].objects)
            continue;
        json_object(json, NULL);
        json_text(json, "type", snapshot_type(&inspect->heap, (uint32_t)kind));
        write_amounts(json, "before", &growth->before[kind], "after", &growth->after[kind]);
        json_end(json);
    }
    json_end(json);
    json_object(json, "garbage");
    write_amounts(json, "before", &growth->garbage_before, "after", &growth->garbage_after);
    json_end(json);
    json_array(json, "holders");
    for (size_t i = 0; i < growth->count; i++)
        write_holder(json, &inspect->heap, &growth->holders[i]);
    json_end(json);
    json_end(json);
}

void inspect_print_json(const struct inspect *inspect)
{
    struct json json;
    json_init(&json, stdout);
    json_object(&json, NULL);
    json_text(&json, "collector", inspect->setup.collector->name);
    json_count(&json, "operations", inspect->operations);
    if (!inspect_asks(inspect))
        write_heap(&json, inspect);
    if (inspect->referrers_to.given)
        write_referrers(&json, inspect);
    if (inspect->referents_from.given)
        write_referents(&json, inspect);
    if (inspect->refcount_of.given)
        write_refcount(&json, inspect);
    if (inspect->why_alive.given)
        write_why_alive(&json, inspect);
    if (inspect->generation_given)
        write_objects(&json, inspect);
    if (inspect->cycles_wanted)
        write_cycles(&json, inspect);
    if (inspect->leaks.given)
        write_leaks(&json, inspect);
    json_end(&json);
}
