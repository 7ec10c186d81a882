/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Questions to a picture of a heap: tables, and random graphs against the plainest way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/inspect/components.h"
#include "sim/inspect/cycles.h"
#include "sim/inspect/dominators.h"
#include "sim/inspect/fold.h"
#include "sim/inspect/growth.h"
#include "sim/inspect/holders.h"
#include "sim/inspect/paths.h"
#include "sim/inspect/snapshot.h"
#include "tests/unit/check.h"

/* ---- pictures as text --------------------------------------------------------------------------
 *
 * "0:a a>b b~c g:d": register 0 holds object a, which refers to b; b holds c and does not visit it;
 * d is in gc.garbage. Objects are letters, which are their labels; the later the letter, the later
 * is the birth and the more bytes there are. A capital letter is born 100 births later. */

static uint32_t label_of(char letter)
{
    return (uint32_t)(letter >= 'a' ? letter - 'a' : letter - 'A');
}

static bool is_object(const char *c)
{
    return ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')) && c[1] != ':';
}

static void add_objects(struct snapshot *snapshot, const char *text)
{
    char letters[26] = "";
    for (const char *c = text; *c; c++)
        if (is_object(c))
            letters[label_of(*c)] = *c;
    for (uint32_t label = 0; label < 26; label++) {
        struct snapshot_object object = {.birth = label + (letters[label] < 'a' ? 100 : 0),
                                         .label = label,
                                         .references = 1,
                                         .bytes = label + 1,
                                         .kind = KIND_LIST};
        if (letters[label])
            snapshot_add_object(snapshot, &object);
    }
    snapshot->births = snapshot->graph.count;
    snapshot_end_objects(snapshot);
}

static uint32_t object_of(const struct snapshot *snapshot, char letter)
{
    uint32_t i = 0;
    while (snapshot->objects[i].label != label_of(letter))
        i++;
    return i;
}

/* Those of one object, visited or only held. */
static void add_references(struct snapshot *snapshot, const char *text, uint32_t from, char kind)
{
    uint32_t place = 0;
    for (const char *c = text; *c; c++)
        if (c[0] == kind && object_of(snapshot, c[-1]) == from)
            snapshot_add_reference(snapshot, object_of(snapshot, c[1]), place++);
}

static struct snapshot picture(const char *text)
{
    struct snapshot snapshot = {0};
    add_objects(&snapshot, text);
    for (uint32_t i = 0, count = (uint32_t)snapshot.births; i < count; i++) {
        add_references(&snapshot, text, i, '>');
        snapshot_end_visited(&snapshot);
        add_references(&snapshot, text, i, '~');
        snapshot_end_object(&snapshot);
    }
    for (const char *c = text; *c; c++)
        if (*c == ':' && c[-1] != 'g')
            snapshot_add_root(&snapshot, ROOT_REGISTER, (uint32_t)(c[-1] - '0'),
                              object_of(&snapshot, c[1]));
    for (const char *c = text; *c; c++)
        if (*c == ':' && c[-1] == 'g')
            snapshot_add_root(&snapshot, ROOT_GARBAGE, 0, object_of(&snapshot, c[1]));
    return snapshot;
}

/* "0ab" of a path from register 0; g of gc.garbage, * of what refers to all roots. */
static const char *path_text(const struct snapshot *snapshot, const uint32_t *path, size_t length)
{
    static char text[64];
    for (size_t i = 0; i < length; i++) {
        uint32_t root = path[i] - snapshot->graph.count;
        if (path[i] < snapshot->graph.count)
            text[i] = (char)('a' + snapshot->objects[path[i]].label);
        else if (root == snapshot->root_count)
            text[i] = '*';
        else if (snapshot->roots[root].kind == ROOT_GARBAGE)
            text[i] = 'g';
        else
            text[i] = (char)('0' + snapshot->roots[root].number);
    }
    text[length] = '\0';
    return text;
}

/* ---- one object ----------------------------------------------------------------------------- */

TEST(what_refers_to_an_object_and_what_it_refers_to)
{
    static const struct {
        const char *text;
        char object;
        const char *referrers, *unseen_referrers, *referents, *unseen_referents;
    } rows[] = {
        {"0:a", 'a', "", "", "", ""},
        {"0:a a>b a>c a>b", 'a', "", "", "bcb", ""},
        {"0:a a>b a>b c>b b>b", 'b', "abc", "", "b", ""},
        {"0:a a~b a>c d>b", 'b', "d", "a", "", ""},
        {"0:a a~b a>c", 'a', "", "", "c", "b"},
    };
    for (size_t row = 0; row < LENGTH(rows); row++) {
        struct snapshot snapshot = picture(rows[row].text);
        uint32_t object = object_of(&snapshot, rows[row].object), nodes[16];
        const char *expected[] = {rows[row].referrers, rows[row].unseen_referrers,
                                  rows[row].referents, rows[row].unseen_referents};
        for (int way = 0; way < 4; way++) {
            struct references found =
                way < 2 ? references_to(&snapshot, object) : references_from(&snapshot, object);
            size_t begin = way % 2 ? found.seen : 0, end = way % 2 ? found.count : found.seen;
            for (size_t i = begin; i < end; i++)
                nodes[i - begin] = found.items[i].object;
            check_text(rows[row].text, path_text(&snapshot, nodes, end - begin), expected[way]);
            free(found.items);
        }
        snapshot_fini(&snapshot);
    }
}

TEST(frozen_and_untracked_referrers_are_not_seen)
{
    for (int generation = 0; generation < GENERATIONS_AND_NONE; generation++) {
        struct snapshot snapshot = picture("0:a a>b");
        snapshot.objects[0].generation = (uint8_t)generation;
        struct references found = references_to(&snapshot, 1);
        check_count("all", found.count, 1);
        check_count("seen", found.seen, generation < GENERATIONS);
        free(found.items);
        snapshot_fini(&snapshot);
    }
}

TEST(references_are_counted_where_they_are)
{
    struct snapshot snapshot = picture("0:a 1:b 2:b g:b a>b a>b a~b b>b a>a");
    struct reference_count count = references_counted(&snapshot, 1);
    check_count("registers", count.registers, 2);
    check_count("garbage", count.garbage, 1);
    check_count("fields", count.fields, 4);
    snapshot_fini(&snapshot);
}

TEST(why_an_object_is_alive)
{
    static const struct {
        const char *text;
        char object;
        int but;
        const char *path, *from_cycle, *cycle;
    } rows[] = {
        {"0:a", 'a', -1, "0a", "", ""},
        {"0:a", 'a', 0, "", "", ""},
        {"0:a 1:a", 'a', 0, "1a", "", ""},
        {"0:a a>b b>c 1:c", 'c', -1, "1c", "", ""},
        {"0:a a>b b>c 1:c", 'c', 1, "0abc", "", ""},
        {"0:a a>b a>c b>d c>d", 'd', -1, "0abd", "", ""},
        {"g:a a~b", 'b', -1, "gab", "", ""},
        {"0:a b>c c>b", 'c', -1, "", "c", "bc"},
        {"0:a b>c c>b c>d d>e e>e", 'e', -1, "", "e", "e"},
        {"0:a b>c c>b c>d d>e", 'e', -1, "", "cde", "bc"},
    };
    for (size_t row = 0; row < LENGTH(rows); row++) {
        struct snapshot snapshot = picture(rows[row].text);
        uint32_t but = rows[row].but < 0 ? NO_NODE : (uint32_t)rows[row].but;
        struct hold hold = hold_find(&snapshot, object_of(&snapshot, rows[row].object), but);
        check_text(rows[row].text, path_text(&snapshot, hold.path, hold.path_length),
                   rows[row].path);
        check_text(rows[row].text, path_text(&snapshot, hold.from_cycle, hold.from_cycle_length),
                   rows[row].from_cycle);
        check_text(rows[row].text, path_text(&snapshot, hold.cycle.nodes, hold.cycle.length),
                   rows[row].cycle);
        check_that(rows[row].text, hold.garbage == (rows[row].path[0] == '\0' && but == NO_NODE));
        hold_fini(&hold);
        snapshot_fini(&snapshot);
    }
}

TEST(places_as_python_writes_them)
{
    static const struct {
        enum object_kind kind;
        uint32_t place;
        const char *text;
    } rows[] = {
        {KIND_LIST, 3, "[3]"},
        {KIND_SLOTS_DEL, 67108863, "[67108863]"},
        {KIND_TUPLE, 0, "[0]"},
        {KIND_DICT, 12, "[\"f12\"]"},
        {KIND_INSTANCE, 2, ".f2"},
        {KIND_INSTANCE_DEL, PLACE_DICT, ".__dict__"},
        {KIND_EXCEPTION, PLACE_DICT, ".__dict__"},
        {KIND_FUNCTION, 0, ".__doc__"},
        {KIND_FUNCTION, 1, ".__module__"},
        {KIND_CELL, 0, ".cell_contents"},
        {KIND_SET, 0, "{member}"},
    };
    char text[PLACE_TEXT];
    for (size_t row = 0; row < LENGTH(rows); row++)
        check_text(rows[row].text, snapshot_place_text(rows[row].kind, rows[row].place, text),
                   rows[row].text);
}

/* ---- random graphs -------------------------------------------------------------------------- */

#define NODES_MOST 9
#define FAR        1000

/* References of a random graph, some of them several times; to be freed. */
static struct adjacency random_graph(uint64_t *seed)
{
    uint32_t count = 1 + (uint32_t)test_random_below(seed, NODES_MOST);
    size_t edges = test_random_below(seed, 2 * count + 1);
    struct adjacency graph = {count, calloc(count + 1, sizeof(size_t)),
                              calloc(edges + 1, sizeof(uint32_t))};
    for (size_t e = 0; e < edges; e++) {
        graph.first[1 + test_random_below(seed, count)]++;
        graph.to[e] = (uint32_t)test_random_below(seed, count);
    }
    for (uint32_t i = 0; i < count; i++)
        graph.first[i + 1] += graph.first[i];
    return graph;
}

struct distances {
    int steps[NODES_MOST][NODES_MOST]; /* by at least one reference; FAR: there is no path */
};

/* Floyd and Warshall, without the node `avoid`. */
static struct distances distances_of(const struct adjacency *graph, uint32_t avoid)
{
    struct distances d;
    for (int i = 0; i < NODES_MOST * NODES_MOST; i++)
        d.steps[i / NODES_MOST][i % NODES_MOST] = FAR;
    for (uint32_t i = 0; i < graph->count; i++)
        for (size_t e = graph->first[i]; e < graph->first[i + 1]; e++)
            if (i != avoid && graph->to[e] != avoid)
                d.steps[i][graph->to[e]] = 1;
    for (uint32_t k = 0; k < graph->count; k++)
        for (uint32_t i = 0; i < graph->count; i++)
            for (uint32_t j = 0; j < graph->count; j++)
                if (d.steps[i][k] + d.steps[k][j] < d.steps[i][j])
                    d.steps[i][j] = d.steps[i][k] + d.steps[k][j];
    return d;
}

static bool has_edge(const struct adjacency *graph, uint32_t from, uint32_t to)
{
    for (size_t e = graph->first[from]; e < graph->first[from + 1]; e++)
        if (graph->to[e] == to)
            return true;
    return false;
}

static void check_paths(const struct adjacency *graph, uint32_t start, uint32_t avoid)
{
    struct distances d = distances_of(graph, avoid);
    struct paths paths = paths_from(graph, start, avoid);
    size_t before = 0;
    for (uint32_t i = 0; i < paths.reached; i++) {
        size_t length;
        free(path_to(&paths, paths.order[i], &length));
        check_that("the nearest first", length >= before);
        before = length;
    }
    for (uint32_t node = 0; node < graph->count; node++) {
        size_t length, expected = node == start ? 1 : (size_t)d.steps[start][node] + 1;
        uint32_t *path = path_to(&paths, node, &length);
        check_count("length", length, expected <= FAR ? expected : 0);
        for (size_t i = 0; i + 1 < length; i++)
            check_that("a reference", has_edge(graph, path[i], path[i + 1]));
        if (path)
            check_that("ends", path[0] == start && path[length - 1] == node);
        free(path);
    }
    paths_fini(&paths);
}

TEST(paths_are_shortest)
{
    uint64_t seed = 1;
    for (int turn = 0; turn < 2000; turn++) {
        struct adjacency graph = random_graph(&seed);
        uint32_t avoid = (uint32_t)test_random_below(&seed, graph.count + 1);
        check_paths(&graph, 0, avoid == 0 ? NO_NODE : avoid);
        adjacency_free(&graph);
    }
}

TEST(a_reversed_graph_has_the_same_references)
{
    uint64_t seed = 2;
    for (int turn = 0; turn < 500; turn++) {
        struct adjacency graph = random_graph(&seed), reversed = adjacency_reversed(&graph);
        check_count("references", reversed.first[graph.count], graph.first[graph.count]);
        for (uint32_t from = 0; from < graph.count; from++)
            for (uint32_t to = 0; to < graph.count; to++) {
                int there = 0, back = 0;
                for (size_t e = graph.first[from]; e < graph.first[from + 1]; e++)
                    there += graph.to[e] == to;
                for (size_t e = reversed.first[to]; e < reversed.first[to + 1]; e++)
                    back += reversed.to[e] == from;
                check_signed("of a pair", back, there);
            }
        adjacency_free(&graph);
        adjacency_free(&reversed);
    }
}

static void check_cycle(const struct adjacency *graph, const struct components *components,
                        uint32_t c, const struct distances *d, struct cycle_search *search)
{
    int girth = FAR;
    for (size_t i = components->first[c]; i < components->first[c + 1]; i++) {
        uint32_t member = components->members[i];
        girth = d->steps[member][member] < girth ? d->steps[member][member] : girth;
    }
    check_that("cyclic", component_is_cyclic(components, graph, c) == (girth < FAR));
    if (girth == FAR)
        return;
    struct cycle cycle = cycle_shortest(search, c);
    check_signed("length", (int64_t)cycle.length, girth);
    check_that("shortest", cycle.shortest);
    for (size_t i = 0; i < cycle.length; i++) {
        check_count("within", components->of[cycle.nodes[i]], c);
        check_that("a reference",
                   has_edge(graph, cycle.nodes[i], cycle.nodes[(i + 1) % cycle.length]));
    }
    free(cycle.nodes);
}

TEST(components_and_their_shortest_cycles)
{
    uint64_t seed = 3;
    for (int turn = 0; turn < 3000; turn++) {
        struct adjacency graph = random_graph(&seed);
        struct distances d = distances_of(&graph, NO_NODE);
        struct components components = components_find(&graph);
        struct cycle_search search;
        cycle_search_init(&search, &graph, &components);
        for (uint32_t i = 0; i < graph.count; i++)
            for (uint32_t j = 0; j < graph.count; j++) {
                bool together = i == j || (d.steps[i][j] < FAR && d.steps[j][i] < FAR);
                check_that("together", (components.of[i] == components.of[j]) == together);
                check_that("order",
                           !has_edge(&graph, i, j) || components.of[j] <= components.of[i]);
            }
        check_count("members", components.first[components.count], graph.count);
        for (uint32_t c = 0; c < components.count; c++) {
            for (size_t i = components.first[c]; i < components.first[c + 1]; i++)
                check_count("member", components.of[components.members[i]], c);
            check_cycle(&graph, &components, c, &d, &search);
        }
        cycle_search_fini(&search);
        components_fini(&components);
        adjacency_free(&graph);
    }
}

/* Is every path from 0 to `node` by way of `by`? Both are reached. */
static bool dominates(const struct adjacency *graph, uint32_t by, uint32_t node)
{
    struct distances d = distances_of(graph, by);
    return by == node || by == 0 || d.steps[0][node] == FAR;
}

TEST(dominators)
{
    uint64_t seed = 4;
    for (int turn = 0; turn < 2000; turn++) {
        struct adjacency graph = random_graph(&seed);
        struct distances d = distances_of(&graph, NO_NODE);
        struct dominators found = dominators_find(&graph, 0);
        check_count("of the start", found.of[0], 0);
        for (uint32_t node = 1; node < graph.count; node++) {
            uint32_t by = found.of[node];
            check_that("reached", (by != NO_NODE) == (d.steps[0][node] < FAR));
            if (by == NO_NODE)
                continue;
            check_that("another", by != node && dominates(&graph, by, node));
            for (uint32_t other = 0; other < graph.count; other++)
                if (other != node && (other == 0 || d.steps[0][other] < FAR) &&
                    dominates(&graph, other, node))
                    check_that("the nearest", dominates(&graph, other, by));
        }
        for (uint32_t i = 1; i < found.reached; i++) {
            bool behind = false;
            for (uint32_t j = 0; j < i; j++)
                behind |= found.order[j] == found.of[found.order[i]];
            check_that("order", behind);
        }
        dominators_fini(&found);
        adjacency_free(&graph);
    }
}

/* ---- long ones ------------------------------------------------------------------------------ */

/* A ring of so many, or a chain; each refers back, too, if `both`. */
static struct adjacency row_of(uint32_t count, bool ring, bool both)
{
    struct adjacency graph = {count, calloc(count + 1, sizeof(size_t)),
                              calloc(2 * (size_t)count, sizeof(uint32_t))};
    size_t e = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ring || i + 1 < count)
            graph.to[e++] = (i + 1) % count;
        if (both && (ring || i > 0))
            graph.to[e++] = (i + count - 1) % count;
        graph.first[i + 1] = e;
    }
    return graph;
}

TEST(a_million_in_a_row_need_no_stack_and_no_patience)
{
    const uint32_t many = 1000000;
    for (int both = 0; both < 2; both++) {
        struct adjacency graph = row_of(many, true, both);
        struct components components = components_find(&graph);
        struct dominators dominators = dominators_find(&graph, 0);
        struct cycle_search search;
        cycle_search_init(&search, &graph, &components);
        struct cycle cycle = cycle_shortest(&search, 0);
        check_count("components", components.count, 1);
        check_count("cycle", cycle.length, both ? 2 : many);
        check_that("shortest", cycle.shortest);
        check_count("dominators", dominators.of[many - 1], both ? 0 : many - 2);
        free(cycle.nodes);
        cycle_search_fini(&search);
        dominators_fini(&dominators);
        components_fini(&components);
        adjacency_free(&graph);
    }
}

/* Rings through one another, as on a torus: the shortest cycle is long, and there are many. */
TEST(a_search_that_would_take_too_long_says_so)
{
    const uint32_t side = 1000;
    struct adjacency graph = {side * side, calloc(side * side + 1, sizeof(size_t)),
                              calloc(2 * side * side, sizeof(uint32_t))};
    for (uint32_t i = 0; i < side * side; i++) {
        graph.to[2 * i] = i / side * side + (i + 1) % side;
        graph.to[2 * i + 1] = (i + side) % (side * side);
        graph.first[i + 1] = 2 * ((size_t)i + 1);
    }
    struct components components = components_find(&graph);
    struct cycle_search search;
    cycle_search_init(&search, &graph, &components);
    struct cycle cycle = cycle_shortest(&search, 0);
    check_count("cycle", cycle.length, side);
    check_that("who knows", !cycle.shortest);
    free(cycle.nodes);
    cycle_search_fini(&search);
    components_fini(&components);
    adjacency_free(&graph);
}

/* ---- cycles of a heap ----------------------------------------------------------------------- */

TEST(components_of_the_same_make_are_one_group)
{
    struct snapshot snapshot = picture("0:a a>b b>a a>c c>d d>c e>f f>e g:g g>g h>i i>h j>k");
    static const struct {
        uint64_t components, size;
        bool alive;
        const char *cycle;
    } rows[] = {{2, 2, true, "ab"}, {2, 2, false, "ef"}, {1, 1, true, "g"}};
    struct cycle_groups found = cycle_groups_find(&snapshot);
    check_count("groups", found.count, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct cycle_group *group = &found.groups[i];
        check_count(rows[i].cycle, group->components, rows[i].components);
        check_count(rows[i].cycle, group->size, rows[i].size);
        check_count(rows[i].cycle, group->kinds[KIND_LIST], rows[i].size);
        check_that(rows[i].cycle, group->alive == rows[i].alive);
        check_count(rows[i].cycle, group->cycle.length, rows[i].size);
    }
    cycle_groups_fini(&found);
    snapshot.objects[3].kind = KIND_DICT;
    found = cycle_groups_find(&snapshot);
    check_count("another kind is another group", found.count, LENGTH(rows) + 1);
    cycle_groups_fini(&found);
    snapshot_fini(&snapshot);
}

/* ---- growth --------------------------------------------------------------------------------- */

/* "a+3-1,a2,01": object a has three born and one gone; two references to them are of a, one of
 * register 0. */
static void describe_growth(const struct growth *growth, const struct snapshot *after,
                            struct text *text)
{
    text->length = 0;
    text->text[0] = '\0';
    for (size_t i = 0; i < growth->count; i++) {
        const struct growth_holder *holder = &growth->holders[i];
        text_add(text, "%s%s+%d-%d", i ? " " : "", path_text(after, &holder->node, 1),
                 (int)holder->all.born.objects, (int)holder->all.gone.objects);
        for (uint64_t e = 0; e < holder->entry_count && e < GROWTH_ENTRIES; e++)
            text_add(text, ",%s%d", path_text(after, &holder->entries[e].node, 1),
                     (int)holder->entries[e].references);
    }
}

TEST(what_grows_and_what_holds_it)
{
    static const struct {
        const char *before, *after, *expected;
        int garbage;
    } rows[] = {
        {"0:a", "0:a", "", 0},
        {"0:a a>b", "0:a a>b a>C C>D", "a+2-0,a1", 0},
        {"0:a a>b b>c", "0:a a>b b>c b>D a>E", "a+1-0,a1 b+1-0,b1", 0},
        {"0:a", "0:a 1:B B>C", "1+2-0,11", 0},
        {"0:a 1:b", "0:a 1:b a>C b>C", "*+1-0,a1,b1", 0},
        {"0:a a>b a>c", "0:a a>D a>E", "a+2-2,a2", 0},
        {"0:a a>b 1:c c>d", "0:a a>E 1:c c>d c>F", "c+1-0,c1 a+1-1,a1", 0},
        {"0:a", "0:a B>C C>B", "", 2},
        {"0:a", "0:a g:B g:C", "g+2-0,g2", 0},
        {"0:a b>b", "0:a", "", 0},
        {"0:a a>b b>b", "0:a b>b a>C", "a+1-1,a1", 1},
        {"0:a a>b", "1:C", "1+1-0,11", 0}, /* what register 0 held is not register 1's */
    };
    for (size_t row = 0; row < LENGTH(rows); row++) {
        struct snapshot before = picture(rows[row].before), after = picture(rows[row].after);
        before.births = 100;
        struct growth growth = growth_find(&before, &after);
        struct text text = {.length = 0};
        describe_growth(&growth, &after, &text);
        check_text(rows[row].after, text.text, rows[row].expected);
        check_count(rows[row].after, growth.garbage_after.objects, rows[row].garbage);
        growth_fini(&growth);
        snapshot_fini(&before);
        snapshot_fini(&after);
    }
}

/* A picture of up to six objects, of which some are born late, and two registers. */
static struct snapshot random_picture(uint64_t *seed, uint64_t late)
{
    char text[200];
    size_t length = 0;
    uint32_t count = 1 + (uint32_t)test_random_below(seed, 6);
    uint64_t references = test_random_below(seed, 10);
    for (uint32_t i = 0; i < count; i++)
        length += (size_t)sprintf(text + length, "%c ", (int)('a' + i));
    for (uint32_t i = 0; i < 2; i++)
        length += (size_t)sprintf(text + length, "%u:%c ", i,
                                  (int)('a' + test_random_below(seed, count)));
    for (uint64_t i = 0; i < references; i++)
        length +=
            (size_t)sprintf(text + length, "%c>%c ", (int)('a' + test_random_below(seed, count)),
                            (int)('a' + test_random_below(seed, count)));
    struct snapshot snapshot = picture(text);
    for (uint32_t i = 0; i < count; i++)
        if (test_random_below(seed, 2))
            snapshot.objects[i].birth += late;
    return snapshot;
}

/* Which holder an object counts for: of those that stay and dominate it, the one that all others
 * dominate. */
static uint32_t expected_holder(const struct adjacency *rooted, const bool *stays, uint32_t objects,
                                uint32_t node)
{
    uint32_t top = rooted->count - 1, holder = NO_NODE;
    for (uint32_t by = 0; by < rooted->count; by++) {
        struct distances without = distances_of(rooted, by);
        if (by == node || (by < objects && !stays[by]) ||
            (by != top && without.steps[top][node] < FAR))
            continue;
        if (holder == NO_NODE || holder == top ||
            (by != top && distances_of(rooted, holder).steps[top][by] == FAR))
            holder = by;
    }
    return holder;
}

static void check_born(const struct growth *growth, const struct snapshot *after, uint64_t births)
{
    struct adjacency rooted = snapshot_rooted(after);
    struct distances d = distances_of(&rooted, NO_NODE);
    uint64_t expected[NODES_MOST] = {0}, got[NODES_MOST] = {0};
    bool stays[NODES_MOST] = {false};
    for (uint32_t i = 0; i < after->graph.count; i++)
        stays[i] = after->objects[i].birth < births;
    for (uint32_t i = 0; i < after->graph.count; i++)
        if (!stays[i] && d.steps[rooted.count - 1][i] < FAR)
            expected[expected_holder(&rooted, stays, after->graph.count, i)]++;
    for (size_t i = 0; i < growth->count; i++)
        got[growth->holders[i].node] += growth->holders[i].all.born.objects;
    for (uint32_t node = 0; node < rooted.count; node++)
        check_count("born", got[node], expected[node]);
    adjacency_free(&rooted);
}

TEST(what_was_born_counts_for_its_nearest_holder)
{
    uint64_t seed = 5;
    for (int turn = 0; turn < 1000; turn++) {
        struct snapshot before = random_picture(&seed, 0), after = random_picture(&seed, 100);
        before.births = 100;
        struct growth growth = growth_find(&before, &after);
        check_born(&growth, &after, before.births);
        growth_fini(&growth);
        snapshot_fini(&before);
        snapshot_fini(&after);
    }
}

/* ---- few parts ------------------------------------------------------------------------------ */

/* A list of so many lists, each with one object in it, the last with another kind. */
static struct snapshot nested(uint32_t many)
{
    struct snapshot snapshot = {0};
    struct snapshot_object object = {.kind = KIND_LIST};
    for (uint32_t i = 0; i < 1 + 2 * many; i++) {
        object.kind = i == 2 * many ? KIND_DICT : KIND_LIST;
        snapshot_add_object(&snapshot, &object);
    }
    snapshot_end_objects(&snapshot);
    for (uint32_t i = 0; i < 1 + 2 * many; i++) {
        for (uint32_t j = 0; i == 0 && j < many; j++)
            snapshot_add_reference(&snapshot, 1 + j, j);
        if (i > 0 && i <= many)
            snapshot_add_reference(&snapshot, many + i, 0);
        snapshot_end_visited(&snapshot);
        snapshot_end_object(&snapshot);
    }
    snapshot_add_root(&snapshot, ROOT_REGISTER, 0, 0);
    return snapshot;
}

TEST(what_is_alike_is_one_part)
{
    static const struct {
        uint32_t many, most, parts, largest;
    } rows[] = {
        {1, 40, 4, 1},   /* each by itself */
        {19, 40, 40, 1}, /* just */
        {20, 40, 6, 19}, /* the root, the list, lists of lists, one of a dict, lists, the dict */
        {100000, 40, 6, 99999}, {100, 5, 5, 100}, /* by what refers to them only */
        {100, 4, 4, 199},                         /* and not all of these */
        {100, 3, 3, 200},                         /* by kind only */
    };
    for (size_t row = 0; row < LENGTH(rows); row++) {
        struct snapshot snapshot = nested(rows[row].many);
        struct fold fold = fold_make(&snapshot, NULL, rows[row].most);
        uint64_t references = 0, nodes = 0;
        uint32_t largest = 0;
        for (uint32_t part = 0; part < fold.count; part++) {
            largest = fold.size[part] > largest ? fold.size[part] : largest;
            nodes += fold.size[part];
            check_count("example", fold.of[fold.example[part]], part);
        }
        for (size_t i = 0; i < (size_t)fold.count * fold.count; i++)
            references += fold.references[i];
        check_count("parts", fold.count, rows[row].parts);
        check_count("largest", largest, rows[row].largest);
        check_count("nodes", nodes, 2 * rows[row].many + 2);
        check_count("references", references, 2 * rows[row].many + 1);
        fold_fini(&fold);
        snapshot_fini(&snapshot);
    }
}

TEST(how_many_are_alike_does_not_matter)
{
    struct snapshot snapshot = {0};
    const struct snapshot_object object = {.kind = KIND_LIST};
    const uint32_t lists = 100, leaves = 3 * lists; /* list i has 1 to 3 of them */
    for (uint32_t i = 0; i < lists + leaves; i++)
        snapshot_add_object(&snapshot, &object);
    snapshot_end_objects(&snapshot);
    for (uint32_t i = 0; i < lists + leaves; i++) {
        for (uint32_t j = 0; i < lists && j < 3; j++)
            snapshot_add_reference(&snapshot, lists + 3 * i + j % (1 + i % 3), j);
        snapshot_end_visited(&snapshot);
        snapshot_end_object(&snapshot);
    }
    for (uint32_t i = 0; i < lists + leaves; i++)
        if (i < lists || (i - lists) % 3 > (i - lists) / 3 % 3)
            snapshot_add_root(&snapshot, ROOT_REGISTER, i, i % lists);
    struct fold fold = fold_make(&snapshot, NULL, 40);
    check_count("registers, lists, leaves, and what nobody refers to", fold.count, 4);
    fold_fini(&fold);
    snapshot_fini(&snapshot);
}

TEST(what_is_marked_stands_apart)
{
    struct snapshot snapshot = nested(1000);
    uint32_t *marks = calloc(2001, sizeof *marks);
    marks[500] = 1;
    struct fold fold = fold_make(&snapshot, marks, 40);
    check_count("marked", fold.size[fold.of[500]], 1);
    check_count("and what it holds", fold.size[fold.of[1500]], 1);
    check_count("parts", fold.count, 8);
    fold_fini(&fold);
    free(marks);
    snapshot_fini(&snapshot);
}

/* Where there is no room to tell what is alike from what refers to it. */
TEST(what_is_alike_at_first_sight)
{
    static const struct {
        const char *picture;
        uint8_t generation_of_b;
        uint32_t parts;
    } rows[] = {
        {"0:a a>b", 0, 2}, /* a register, objects */
        {"0:a a>b", 2, 3}, /* not of one generation */
        {"0:a b>b", 0, 3}, /* not both alive */
        {"0:a g:b", 0, 3}, /* a register, gc.garbage, objects */
        {"0:a 1:b 2:c", 0, 2},
    };
    for (size_t row = 0; row < LENGTH(rows); row++) {
        struct snapshot snapshot = picture(rows[row].picture);
        snapshot.objects[1].generation = rows[row].generation_of_b;
        struct fold fold = fold_make(&snapshot, NULL, 1);
        check_count(rows[row].picture, fold.count, rows[row].parts);
        fold_fini(&fold);
        snapshot_fini(&snapshot);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_refers_to_an_object_and_what_it_refers_to),
        cmocka_unit_test(frozen_and_untracked_referrers_are_not_seen),
        cmocka_unit_test(references_are_counted_where_they_are),
        cmocka_unit_test(why_an_object_is_alive),
        cmocka_unit_test(places_as_python_writes_them),
        cmocka_unit_test(paths_are_shortest),
        cmocka_unit_test(a_reversed_graph_has_the_same_references),
        cmocka_unit_test(components_and_their_shortest_cycles),
        cmocka_unit_test(dominators),
        cmocka_unit_test(a_million_in_a_row_need_no_stack_and_no_patience),
        cmocka_unit_test(a_search_that_would_take_too_long_says_so),
        cmocka_unit_test(components_of_the_same_make_are_one_group),
        cmocka_unit_test(what_grows_and_what_holds_it),
        cmocka_unit_test(what_was_born_counts_for_its_nearest_holder),
        cmocka_unit_test(what_is_alike_is_one_part),
        cmocka_unit_test(how_many_are_alike_does_not_matter),
        cmocka_unit_test(what_is_marked_stands_apart),
        cmocka_unit_test(what_is_alike_at_first_sight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
