/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *     fuzz_NAME FOLDER
 *
 * gives the fuzzer every file of a folder, a test each: for compilers without libFuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static const char *folder;

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

TEST(replay)
{
    const char *name = *cmocka_state;
    char *path;
    uint8_t *data = malloc(1 << 20);
    check_that("memory", data && asprintf(&path, "%s/%s", folder, name) > 0);
    FILE *file = fopen(path, "rb");
    check_that(path, file != NULL);
    size_t size = fread(data, 1, 1 << 20, file);
    fclose(file);
    uint8_t *input = malloc(size ? size : 1); /* of just its size */
    check_that("memory", input != NULL);
    memcpy(input, data, size);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    free(data);
    free(path);
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count = argc == 2 ? scandir(folder = argv[1], &entries, is_visible, alphasort) : -1;
    if (count <= 0) {
        fprintf(stderr, "%s: give a folder with files\n", argv[0]);
        return EXIT_FAILURE;
    }
    struct CMUnitTest *tests = calloc((size_t)count, sizeof *tests);
    check_that("memory", tests != NULL);
    for (int i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){
            .name = entries[i]->d_name, .test_func = replay, .initial_state = entries[i]->d_name};
    fuzz_begin();
    int failed = _cmocka_run_group_tests("fuzz", tests, (size_t)count, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    free(tests);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
