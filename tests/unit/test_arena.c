/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/arena.h"
#include "sim/base/array.h"

#include "tests/unit/check.h"

/* Grows one element at a time, from what malloc gives to a mapping that has moved several times. */
TEST(an_array_grows_and_keeps_what_is_in_it)
{
    const size_t count = 3 << 20;
    size_t capacity = 0, moves = 0;
    uint32_t *array = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t before = capacity;
        array = array_grow(array, &capacity, i + 1, sizeof *array);
        check_that("room", capacity > i);
        moves += capacity != before;
        array[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < count; i++)
        check_that("kept", array[i] == i);
    array[capacity - 1] = 1; /* all of it is there */
    check_that("amortised", moves < 40);
    array_free(array, capacity, sizeof *array);
}

TEST(an_array_of_any_size_at_once)
{
    static const size_t sizes[] = {0,       1,       1000,    1 << 19, (1 << 20) - 1,
                                   1 << 20, 2000000, 1 << 21, 2097153, 5000000};
    for (size_t row = 0; row < LENGTH(sizes); row++) {
        for (size_t size = 1; size <= 24; size += 23) {
            size_t capacity = 0;
            char *array = array_grow(NULL, &capacity, sizes[row], size);
            check_that("room", capacity >= sizes[row]);
            if (capacity)
                array[capacity * size - 1] = 1;
            array_free(array, capacity, size);
        }
    }
}

TEST(blocks_keep_their_content_while_the_arena_grows)
{
    struct arena arena;
    ref blocks[2000];
    arena_init(&arena);
    for (uint32_t i = 0; i < LENGTH(blocks); i++) {
        blocks[i] = arena_take(&arena, 8 * (i + 1));
        uint64_t *units = arena_at(&arena, blocks[i]);
        units[0] = units[i] = i;
    }
    for (uint32_t i = 0; i < LENGTH(blocks); i++) {
        const uint64_t *units = arena_at(&arena, blocks[i]);
        check_count("first", units[0], i);
        check_count("last", units[i], i);
        if (i + 1 < LENGTH(blocks))
            check_count("stride", blocks[i + 1] - blocks[i], arena_stride(8 * (i + 1)));
    }
    for (uint32_t i = 0; i < LENGTH(blocks); i++)
        arena_give(&arena, blocks[i], 8 * (i + 1));
    size_t used = arena.used;
    for (uint32_t i = 0; i < LENGTH(blocks); i++)
        check_that("taken again", arena_take(&arena, 8 * (i + 1)) != 0);
    check_count("nothing new", arena.used, used);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_grows_and_keeps_what_is_in_it),
        cmocka_unit_test(an_array_of_any_size_at_once),
        cmocka_unit_test(blocks_keep_their_content_while_the_arena_grows),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
