/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/input_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

static char folder[] = "/tmp/pygcsim-input-file-XXXXXX";

static int enter(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 && mkfifo("pipe", 0600) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    return unlink("pipe") == 0 && chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

/* Reads at most 5 bytes of it. */
static void check_read(const char *what, const char *path, const char *expected, const char *says)
{
    size_t length;
    struct error error = {""};
    char *text = input_file_read(path, "a test", 5, &length, &error);
    check_that(what, (text != NULL) == (expected != NULL));
    if (text) {
        check_text(what, text, expected);
        check_count(what, length, strlen(expected));
    } else {
        check_mentions(what, error.text, says);
    }
    free(text);
}

TEST(files)
{
    static const struct {
        const char *what, *content, *expected, *says;
    } rows[] = {
        {"nothing", "", "", NULL},
        {"a few bytes", "abc", "abc", NULL},
        {"as many as may be", "abcde", "abcde", NULL},
        {"one more", "abcdef", NULL, "too large for a test; at most 0 MiB"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        FILE *file = fopen("a", "w");
        fputs(rows[i].content, file);
        fclose(file);
        check_read(rows[i].what, "a", rows[i].expected, rows[i].says);
        unlink("a");
    }
}

TEST(what_is_no_file)
{
    check_read("none", "no", NULL, "No such file or directory");
    check_read("a folder", ".", NULL, "Is a directory");
    check_read("a pipe that nobody writes to", "pipe", NULL, "it is a pipe, no file");
    check_read("a device with nothing", "/dev/null", "", NULL);
    int other_end = open("pipe", O_RDWR);
    check_read("a pipe that nobody has written to", "pipe", NULL, "it is a pipe, no file");
    close(other_end);
}

/* Of a device less is read than of a file. */
TEST(a_device_without_end)
{
    size_t length;
    struct error error = {""};
    check_that("refused",
               !input_file_read("/dev/zero", "a test", (size_t)1 << 28, &length, &error));
    check_text("why", error.text, "too large for a test; at most 1 MiB");
}

/* As a shell's <(…), or standard input. */
TEST(what_was_given)
{
    static const char *const names[] = {"a pipe", "standard input"};
    int kept = dup(STDIN_FILENO);
    for (size_t i = 0; i < LENGTH(names); i++) {
        char path[32];
        int ends[2];
        check_signed(names[i], pipe(ends), 0);
        check_signed(names[i], write(ends[1], "abc", 3), 3);
        close(ends[1]);
        if (i == 1)
            dup2(ends[0], STDIN_FILENO);
        snprintf(path, sizeof path, "/dev/fd/%d", i == 1 ? STDIN_FILENO : ends[0]);
        check_read(names[i], path, "abc", NULL);
        close(ends[0]);
    }
    dup2(kept, STDIN_FILENO);
    close(kept);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(what_is_no_file),
        cmocka_unit_test(a_device_without_end),
        cmocka_unit_test(what_was_given),
    };
    return cmocka_run_group_tests_name("input_file", tests, enter, leave);
}
