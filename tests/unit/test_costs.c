/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/costs.h"

#include "tests/unit/check.h"

static const struct cost_model *model(const char *version)
{
    return costs_for(collector_version(version));
}

static struct found found(enum object_kind kind, uint64_t objects, uint64_t fields,
                          uint64_t unreachable, uint64_t bytes)
{
    struct found found = {.examined.bytes = bytes};
    found.examined.objects[kind] = objects;
    found.examined.fields[kind] = fields;
    found.unreachable.objects[kind] = unreachable;
    return found;
}

/* Worked out by hand from the formula in sim/model/costs.h and the coefficients in
 * sim/model/costs.c. */
TEST(pauses)
{
    enum { HALF = 524288 };
    static const struct {
        const char *what, *version;
        enum object_kind kind;
        uint64_t objects, fields, unreachable, bytes;
        enum layout layout;
        double slowdown;
        uint64_t pause_ns;
    } rows[] = {
        {"nothing to examine", "cpython-3.11", KIND_LIST, 0, 0, 0, 0, LAYOUT_aged, 1, 200},
        /* 200 + 20.1 * 1000 + 4.0 * 2000 + 46.9 * 100 */
        {"the three terms", "cpython-3.11", KIND_LIST_SUBCLASS, 1000, 2000, 100, 72000,
         LAYOUT_sequential, 1, 32990},
        {"what containers keep alive besides does not matter", "cpython-3.11", KIND_LIST_SUBCLASS,
         1000, 2000, 100, 100 * HALF, LAYOUT_aged, 1, 32990},
        /* 56 * 1000 + 8 * 58536 bytes are 0.5 MiB; 200 + 20.1 * 1000 + 4.0 * 58536 + 46.9 * 100 */
        {"below 0.5 MiB the layout does not matter", "cpython-3.11", KIND_LIST_SUBCLASS, 1000,
         58535, 100, 0, LAYOUT_aged, 1, 259130},
        {"nor at 0.5 MiB", "cpython-3.11", KIND_LIST_SUBCLASS, 1000, 58536, 100, 0, LAYOUT_aged, 1,
         259134},
        /* 56 * 1000 + 8 * 255144 bytes are 2 MiB, and 4^0.15 = 1.2311444133, 4^0.35 = 1.6245047928,
         * 4^0.6 = 2.2973967099; times 20.1 * 1000 + 4.0 * 255144 + 46.9 * 100, plus 200 */
        {"2 MiB in order", "cpython-3.11", KIND_LIST_SUBCLASS, 1000, 255144, 100, 0,
         LAYOUT_sequential, 1, 1287197},
        {"2 MiB at random", "cpython-3.11", KIND_LIST_SUBCLASS, 1000, 255144, 100, 0, LAYOUT_random,
         1, 1698402},
        {"2 MiB aged", "cpython-3.11", KIND_LIST_SUBCLASS, 1000, 255144, 100, 0, LAYOUT_aged, 1,
         2401820},
        {"a slower machine", "cpython-3.11", KIND_LIST_SUBCLASS, 1000, 2000, 100, 72000,
         LAYOUT_sequential, 20, 659800},
        {"a faster one", "cpython-3.11", KIND_LIST_SUBCLASS, 1000, 2000, 100, 72000,
         LAYOUT_sequential, 0.5, 16495},
        /* 200 + 34.3 * 10 + 2.6 * 20 + 44.5 * 2 */
        {"another kind and version", "cpython-3.12", KIND_INSTANCE, 10, 20, 2, 100, LAYOUT_aged, 1,
         684},
        /* 200 + 10.7 * 10 + 3.8 * 20 + 33.5 * 2 */
        {"and another", "cpython-3.13", KIND_TUPLE, 10, 20, 2, 100, LAYOUT_aged, 1, 450},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct found f = found(rows[i].kind, rows[i].objects, rows[i].fields,
                                     rows[i].unreachable, rows[i].bytes);
        check_count(rows[i].what,
                    costs_pause_ns(model(rows[i].version), rows[i].layout, rows[i].slowdown, &f),
                    rows[i].pause_ns);
    }
}

/* 200 + 13.2 * 10 + 3.9 * 5, and 17.2 * 4 + 3.9 * 8 + 33.6 * 1 */
TEST(kinds_add_up)
{
    struct found f = found(KIND_LIST, 10, 5, 0, 1000);
    f.examined.objects[KIND_DICT] = 4;
    f.examined.fields[KIND_DICT] = 8;
    f.unreachable.objects[KIND_DICT] = 1;
    check_count("lists and dicts", costs_pause_ns(model("cpython-3.11"), LAYOUT_aged, 1, &f), 485);
}

TEST(versions_without_a_measurement_use_the_nearest)
{
    static const struct {
        const char *version, *measured_on;
    } rows[] = {
        {"cpython-3.8", "3.11"},  {"cpython-3.9", "3.11"},  {"cpython-3.10", "3.11"},
        {"cpython-3.11", "3.11"}, {"cpython-3.12", "3.12"}, {"cpython-3.13", "3.13"},
        {"cpython-3.15", "3.13"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_text(rows[i].version, costs_measured_on(model(rows[i].version)), rows[i].measured_on);
}

TEST(operations)
{
    static const struct {
        const char *what, *version;
        enum op_code code;
        enum object_kind kind;
        double slowdown;
        uint32_t ns;
    } rows[] = {
        {"a new list", "cpython-3.11", OP_NEW, KIND_LIST, 1, 13},
        {"a new instance", "cpython-3.11", OP_NEW, KIND_INSTANCE, 1, 55},
        {"of another version", "cpython-3.12", OP_NEW, KIND_INSTANCE, 1, 78},
        {"on a slower machine", "cpython-3.11", OP_NEW, KIND_LIST, 20, 260},
        {"on a faster one, rounded", "cpython-3.11", OP_NEW, KIND_LIST, 0.1, 1},
        {"a store", "cpython-3.13", OP_STORE, KIND_LIST_SUBCLASS, 1, 8},
        {"a load", "cpython-3.13", OP_LOAD, KIND_LIST_SUBCLASS, 2, 40},
        {"a clear", "cpython-3.12", OP_CLEAR, KIND_LIST_SUBCLASS, 1, 12},
        {"a copy", "cpython-3.12", OP_COPY, KIND_LIST_SUBCLASS, 1, 3},
        {"a drop", "cpython-3.12", OP_DROP, KIND_LIST_SUBCLASS, 1, 2},
        {"a call of gc.collect is all pause", "cpython-3.12", OP_COLLECT, KIND_LIST_SUBCLASS, 1, 0},
        {"work costs what it says", "cpython-3.12", OP_WORK, KIND_LIST_SUBCLASS, 1, 0},
        {"an event", "cpython-3.12", OP_EVENT, KIND_LIST_SUBCLASS, 1, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct op_costs costs;
        costs_of_operations(model(rows[i].version), rows[i].slowdown, &costs);
        check_count(rows[i].what, costs.ns[rows[i].code][rows[i].kind], rows[i].ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses),
        cmocka_unit_test(kinds_add_up),
        cmocka_unit_test(versions_without_a_measurement_use_the_nearest),
        cmocka_unit_test(operations),
    };
    return cmocka_run_group_tests_name("costs", tests, NULL, NULL);
}
