/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/isolated_graph.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* ---- pages ---------------------------------------------------------------------------- */

void isolated_graph_init(struct isolated_graph *graph)
{
    arena_init(&graph->kept);
    graph->no_page = allocate_booked(sizeof *graph->no_page);
    for (uint32_t i = 0; i < PAGE; i++)
        graph->no_page->remains[i].freed = true;
    graph->no_table = allocate_booked(sizeof *graph->no_table);
    for (uint32_t i = 0; i < TABLE; i++)
        graph->no_table->pages[i] = graph->no_page;
}

static void free_table(struct isolated_graph *graph, struct remains_table *table)
{
    if (table == graph->no_table)
        return;
    for (uint32_t i = 0; i < TABLE; i++)
        if (table->pages[i] != graph->no_page)
            free_booked(table->pages[i], sizeof *table->pages[i]);
    free_booked(table, sizeof *table);
}

void isolated_graph_fini(struct isolated_graph *graph)
{
    for (size_t i = 0; i < graph->table_capacity; i++)
        free_table(graph, graph->tables[i]);
    free(graph->tables);
    free_booked(graph->no_table, sizeof *graph->no_table);
    free_booked(graph->no_page, sizeof *graph->no_page);
    arena_fini(&graph->kept);
}

static struct remains_table *table_of(struct isolated_graph *graph, uint64_t number)
{
    size_t i = number >> (PAGE_BITS + TABLE_BITS), before = graph->table_capacity;
    graph->tables =
        allocate_grow(graph->tables, &graph->table_capacity, i + 1, sizeof *graph->tables);
    for (; before < graph->table_capacity; before++)
        graph->tables[before] = graph->no_table;
    if (graph->tables[i] == graph->no_table) {
        struct remains_table *table = allocate_booked(sizeof *table);
        memcpy(table->pages, graph->no_table->pages, sizeof table->pages);
        graph->tables[i] = table;
    }
    return graph->tables[i];
}

/* Numbers before the first do not appear. */
static __attribute__((noinline)) void make_pages(struct isolated_graph *graph, uint32_t number)
{
    for (; graph->end <= number; graph->end += PAGE) {
        struct remains_table *table = table_of(graph, graph->end);
        struct remains_page *page = allocate_booked(sizeof *page);
        page->done = graph->end < graph->first ? (uint32_t)(graph->first - graph->end) : 0;
        table->pages[graph->end >> PAGE_BITS & (TABLE - 1)] = page;
    }
}

/* Of a number that may appear for the first time. */
static inline struct remains *appear(struct isolated_graph *graph, uint32_t number)
{
    if (number >= graph->end)
        make_pages(graph, number);
    return isolated_remains(graph, number);
}

void isolated_graph_forget(struct isolated_graph *graph, uint32_t number)
{
    struct remains_table **table = &graph->tables[number >> (PAGE_BITS + TABLE_BITS)];
    struct remains_page **page = &(*table)->pages[number >> PAGE_BITS & (TABLE - 1)];
    if (++(*page)->done < PAGE)
        return;
    free_booked(*page, sizeof **page);
    *page = graph->no_page;
    if (++(*table)->done < TABLE)
        return;
    free_booked(*table, sizeof **table);
    *table = graph->no_table;
}

/* ---- lists ---------------------------------------------------------------------------- */

static inline void list_add(struct isolated_graph *graph, struct isolated_list *list,
                            uint32_t number, struct remains *remains)
{
    remains->next = 0;
    if (list->last)
        isolated_remains(graph, list->last)->next = number;
    else
        list->first = number;
    list->last = number;
}

void isolated_graph_move(struct isolated_graph *graph, int source, int target)
{
    struct isolated_list *from = &graph->lists[source], *to = &graph->lists[target];
    if (to->last)
        isolated_remains(graph, to->last)->next = from->first;
    else
        to->first = from->first;
    if (from->last)
        to->last = from->last;
    *from = (struct isolated_list){0};
}

static void forget_listed(struct isolated_graph *graph, uint32_t number)
{
    graph->listed--;
    graph->freed_listed--;
    isolated_graph_forget(graph, number);
}

/* Passes all lists, and forgets what is freed. */
static void weed(struct isolated_graph *graph)
{
    for (int g = 0; g < PLACES; g++) {
        struct isolated_list list = graph->lists[g];
        uint32_t next;
        graph->lists[g] = (struct isolated_list){0};
        for (uint32_t number = list.first; number; number = next) {
            struct remains *remains = isolated_remains(graph, number);
            next = remains->next;
            if (remains->freed)
                forget_listed(graph, number);
            else
                list_add(graph, &graph->lists[g], number, remains);
        }
    }
}

/* ---- windows -------------------------------------------------------------------------- */

void isolated_graph_enter(struct isolated_graph *graph, const struct compiled *window)
{
    static const uint32_t none; /* where all those of nothing begin */
    if (!graph->compiled) {
        graph->first = window->before.numbers + 1;
        graph->end = graph->first / PAGE * PAGE;
    }
    graph->compiled = window;
    graph->records = compiled_isolated(window);
    graph->references = compiled_references(window) ? compiled_references(window) : &none;
    graph->shapes = compiled_shapes(window);
    graph->elders = &window->elder_isolated;
    graph->has_kinds = window->program.has_kinds;
    graph->born = compiled_isolated_born(window);
    graph->origin = window->origin;
}

static void keep(struct isolated_graph *graph, const struct isolated *record)
{
    struct remains *remains = isolated_remains(graph, record->number);
    if (remains->freed)
        return;
    struct isolated_facts facts = isolated_facts(graph, remains);
    uint64_t born = graph->has_kinds ? isolated_born(graph, remains) : 0;
    ref block = arena_take(&graph->kept, kept_bytes(record->references, graph->has_kinds));
    struct kept *kept = arena_at(&graph->kept, block);
    kept->record = *record;
    kept->birth = facts.birth;
    for (uint32_t i = 0; i < record->references; i++)
        kept->references[i] = facts.references[i];
    if (graph->has_kinds)
        memcpy(&kept->references[record->references], &born, sizeof born);
    remains->record = block;
    remains->kept = true;
}

void isolated_graph_leave(struct isolated_graph *graph)
{
    for (uint64_t i = 0; i < compiled_count(graph->compiled, COLUMN_isolated); i++)
        keep(graph, &graph->records[i]);
    if (graph->freed_listed > graph->listed / 2)
        weed(graph);
}

/* ---- what becomes isolated ------------------------------------------------------------ */

static void add(struct isolated_graph *graph, uint32_t place, const struct generations *generations)
{
    uint32_t number = graph->records[place].number;
    struct remains *remains = appear(graph, number);
    remains->record = place + 1;
    struct isolated_facts facts = isolated_facts(graph, remains);
    const struct shape *shape = &graph->shapes[facts.record->shape];
    int list = generations_place(generations, shape, facts.birth);
    graph->bytes_ever += shape->bytes;
    graph->floating_bytes += shape->bytes;
    list_add(graph, &graph->lists[list], number, remains);
    for (uint32_t r = 0; r < facts.record->references; r++)
        appear(graph, facts.references[r])->references++;
}

uint32_t isolated_graph_add(struct isolated_graph *graph, uint32_t first, uint32_t end,
                            const struct generations *generations)
{
    uint32_t dying = 0;
    graph->count_ever += end - first;
    graph->listed += end - first;
    for (uint32_t i = first; i < end; i++)
        add(graph, i, generations);
    for (uint32_t i = first; i < end; i++) {
        struct remains *remains = isolated_remains(graph, graph->records[i].number);
        if (remains->references || remains->freed)
            continue;
        remains->freed = true;
        remains->scratch = dying;
        dying = graph->records[i].number;
    }
    return dying;
}

/* ---- a collection --------------------------------------------------------------------- */

/* The young isolated objects: those of generations 0 … generation that have not been freed. */
static struct isolated_list gather_young(struct isolated_graph *graph, int generation)
{
    struct isolated_list young = {0};
    for (int g = 0; g <= generation; g++) {
        uint32_t next;
        for (uint32_t number = graph->lists[g].first; number; number = next) {
            struct remains *remains = isolated_remains(graph, number);
            next = remains->next;
            if (remains->freed) {
                forget_listed(graph, number);
                continue;
            }
            remains->scratch = remains->references;
            remains->candidate = true;
            list_add(graph, &young, number, remains);
        }
        graph->lists[g] = (struct isolated_list){0};
    }
    return young;
}

/* scratch := references from older isolated objects. (What that of others holds means nothing.) */
static void count_outside_references(struct isolated_graph *graph, struct isolated_list young)
{
    const struct remains *remains;
    for (uint32_t number = young.first; number; number = remains->next) {
        remains = isolated_remains(graph, number);
        struct isolated_facts facts = isolated_facts(graph, remains);
        for (uint32_t i = 0; i < facts.record->references; i++)
            isolated_remains(graph, facts.references[i])->scratch--;
    }
}

/* What an object reaches, itself included, stops being a candidate. */
static void reach_from(struct isolated_graph *graph, uint32_t root)
{
    uint32_t reached = root; /* a stack, linked through `scratch` */
    isolated_remains(graph, root)->candidate = false;
    isolated_remains(graph, root)->scratch = 0;
    while (reached) {
        const struct remains *remains = isolated_remains(graph, reached);
        struct isolated_facts facts = isolated_facts(graph, remains);
        reached = remains->scratch;
        for (uint32_t i = 0; i < facts.record->references; i++) {
            uint32_t referred = facts.references[i];
            struct remains *referent = isolated_remains(graph, referred);
            if (!referent->candidate)
                continue;
            referent->candidate = false;
            referent->scratch = reached;
            reached = referred;
        }
    }
}

/* What older isolated objects reach is kept: nepotism. */
static void reach_from_outside(struct isolated_graph *graph, struct isolated_list young)
{
    const struct remains *remains;
    for (uint32_t number = young.first; number; number = remains->next) {
        remains = isolated_remains(graph, number);
        if (remains->candidate && remains->scratch)
            reach_from(graph, number);
    }
}

/* Is it in no generation any more, now that a collection has met it? */
static bool is_untracked(const struct isolated_graph *graph, const struct remains *remains)
{
    if (!graph->has_kinds)
        return false;
    struct isolated_facts facts = isolated_facts(graph, remains);
    return graph->shapes[facts.record->shape].tracking == TRACKED_ONCE;
}

/* Those still candidates are unreachable. */
static struct isolated_list split_young(struct isolated_graph *graph, struct isolated_list young,
                                        int target)
{
    struct isolated_list unreachable = {0};
    uint32_t next;
    for (uint32_t number = young.first; number; number = next) {
        struct remains *remains = isolated_remains(graph, number);
        next = remains->next;
        if (!remains->candidate) {
            int place = is_untracked(graph, remains) ? NO_GENERATION : target;
            list_add(graph, &graph->lists[place], number, remains);
            continue;
        }
        remains->candidate = false;
        remains->freed = true;
        graph->listed--;
        list_add(graph, &unreachable, number, remains);
    }
    return unreachable;
}

struct isolated_list isolated_graph_collect(struct isolated_graph *graph, int generation,
                                            int target)
{
    struct isolated_list young = gather_young(graph, generation);
    count_outside_references(graph, young);
    reach_from_outside(graph, young);
    return split_young(graph, young, target);
}
