/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

/* A folder of its own, in which the tests are. */
static char folder[] = "/tmp/pygcsim-new-file-XXXXXX";

static int enter(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1; /* nothing is left in it */
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static void check_content(const char *path, const char *expected)
{
    char text[100] = "";
    FILE *file = fopen(path, "r");
    check_that(path, (file == NULL) == (expected == NULL));
    if (!file)
        return;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    check_text(path, text, expected);
}

TEST(appears_when_it_is_kept)
{
    static const struct {
        const char *what, *before;
    } rows[] = {{"a new name", NULL}, {"a name that is taken", "old"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct new_file new_file;
        struct error error;
        struct stat found;
        if (rows[i].before)
            put("a", rows[i].before);
        check_signed(rows[i].what, new_file_open(&new_file, "a", &error), 0);
        check_signed(rows[i].what, write(new_file.file, "new", 3), 3);
        check_content("a", rows[i].before);
        check_signed(rows[i].what, new_file_keep(&new_file, &error), 0);
        check_content("a", "new");
        mode_t mask = umask(022);
        umask(mask);
        check_that(rows[i].what,
                   stat("a", &found) == 0 && (found.st_mode & 0777) == (0666 & ~mask));
        unlink("a");
    }
}

/* Those of the file before, whatever the mask. */
TEST(permissions_are_kept)
{
    static const mode_t modes[] = {0600, 0640, 0666, 0644, 0444};
    for (size_t i = 0; i < LENGTH(modes); i++) {
        struct new_file new_file;
        struct error error;
        struct stat found;
        put("a", "old");
        check_signed("chmod", chmod("a", modes[i]), 0);
        check_signed("opened", new_file_open(&new_file, "a", &error), 0);
        check_signed("kept", new_file_keep(&new_file, &error), 0);
        check_signed("stat", stat("a", &found), 0);
        check_count("mode", found.st_mode & 0777, modes[i]);
        unlink("a");
    }
}

TEST(nothing_is_left_when_it_is_abandoned)
{
    struct new_file new_file;
    struct error error;
    put("a", "old");
    check_signed("opened", new_file_open(&new_file, "a", &error), 0);
    check_signed("written", write(new_file.file, "new", 3), 3);
    new_file_abandon(&new_file);
    check_content("a", "old");
    unlink("a");
}

TEST(a_link_is_followed)
{
    struct new_file new_file;
    struct error error;
    struct stat found;
    put("a", "old");
    check_signed("linked", symlink("a", "b"), 0);
    check_signed("opened", new_file_open(&new_file, "b", &error), 0);
    check_signed("written", write(new_file.file, "new", 3), 3);
    check_signed("kept", new_file_keep(&new_file, &error), 0);
    check_content("a", "new");
    check_that("still a link", lstat("b", &found) == 0 && S_ISLNK(found.st_mode));
    unlink("a");
    unlink("b");
}

TEST(errors)
{
    struct new_file new_file;
    struct error error;
    check_signed("no folder", new_file_open(&new_file, "no/a", &error), -1);
    check_mentions("no folder", error.text, "no/a: cannot write: No such file or directory");
    check_signed("a folder in the way", mkdir("a", 0777), 0);
    check_signed("opened", new_file_open(&new_file, "a", &error), 0);
    check_signed("a folder in the way", new_file_keep(&new_file, &error), -1);
    check_mentions("a folder in the way", error.text, "a: cannot write: ");
    rmdir("a");
}

/* ---- several -------------------------------------------------------------------------- */

TEST(all_or_none)
{
    static const struct {
        const char *what;
        const char *paths[3];
        const char *mentions;    /* the error; NULL: none */
        const char *contents[3]; /* afterwards; NULL: there is no such file */
    } rows[] = {
        {"new ones", {"a", "b", "c"}, NULL, {"1", "22", "333"}},
        {"one that is there", {"a", "old", "c"}, NULL, {"1", "22", "333"}},
        {"the last cannot be written", {"a", "old", "no/c"}, "no/c: cannot write: ", {NULL, "old"}},
        {"nor the first", {"no/a", "old", "c"}, "no/a: cannot write: ", {NULL, "old", NULL}},
    };
    static const char *const contents[] = {"1", "22", "333"};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct whole_file files[3];
        struct error error = {""};
        put("old", "old");
        for (size_t f = 0; f < LENGTH(files); f++)
            files[f] = (struct whole_file){rows[i].paths[f], contents[f], strlen(contents[f])};
        check_signed(rows[i].what, new_files_write(files, LENGTH(files), &error),
                     rows[i].mentions ? -1 : 0);
        if (rows[i].mentions)
            check_mentions(rows[i].what, error.text, rows[i].mentions);
        for (size_t f = 0; f < LENGTH(files); f++) {
            check_content(rows[i].paths[f], rows[i].contents[f]);
            unlink(rows[i].paths[f]);
        }
        unlink("old");
    }
}

/* The disk is full before the last of them is. */
TEST(none_if_one_does_not_fit)
{
    char large[5000];
    struct error error = {""};
    memset(large, 'x', sizeof large);
    const struct whole_file files[] = {{"a", "1", 1}, {"b", large, sizeof large}};
    test_limit_files(4096);
    int status = new_files_write(files, LENGTH(files), &error);
    test_limit_files(UINT64_MAX);
    check_signed("status", status, -1);
    check_mentions("error", error.text, "b: cannot write: File too large");
    check_content("a", NULL);
    check_content("b", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appears_when_it_is_kept),
        cmocka_unit_test(permissions_are_kept),
        cmocka_unit_test(nothing_is_left_when_it_is_abandoned),
        cmocka_unit_test(a_link_is_followed),
        cmocka_unit_test(errors),
        cmocka_unit_test(all_or_none),
        cmocka_unit_test(none_if_one_does_not_fit),
    };
    return cmocka_run_group_tests_name("new_file", tests, enter, leave);
}
