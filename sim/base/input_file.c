/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 16)

const char *input_file_is_odd(mode_t mode)
{
    return S_ISDIR(mode)    ? "a directory"
           : S_ISFIFO(mode) ? "a pipe"
           : S_ISSOCK(mode) ? "a socket"
                            : NULL;
}

/* What the process was given open: others are at its other end, or sit at the terminal. */
static bool is_given(int file, const struct stat *found)
{
    struct stat input;
    struct statfs system;
    if (fstat(STDIN_FILENO, &input) == 0 && input.st_dev == found->st_dev &&
        input.st_ino == found->st_ino)
        return true;
    return S_ISFIFO(found->st_mode) && fstatfs(file, &system) == 0 && system.f_type == PIPEFS_MAGIC;
}

static int cannot(struct error *error)
{
    return error_set(error, "%s", errno == EAGAIN ? "there is nothing to read" : strerror(errno));
}

#define DEVICE_MOST ((size_t)1 << 20) /* bytes: none has a text to read, so why wait for more */

/* For what was given it is waited. */
static int prepare(int file, size_t *most, struct error *error)
{
    struct stat found;
    if (fstat(file, &found) != 0)
        return cannot(error);
    if (is_given(file, &found) && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode))
        return fcntl(file, F_SETFL, 0) == 0 ? 0 : cannot(error);
    if (input_file_is_odd(found.st_mode) && !S_ISDIR(found.st_mode)) /* reading that says so */
        return error_set(error, "it is %s, no file", input_file_is_odd(found.st_mode));
    if (!S_ISREG(found.st_mode) && *most > DEVICE_MOST)
        *most = DEVICE_MOST;
    return 0;
}

static const char *show_most(size_t most, char text[32])
{
    snprintf(text, 32, "%zu MiB", most >> 20);
    return text;
}

/* Grows by half. NULL, and the text is freed, if memory has run out. */
static char *make_room(char *text, size_t *capacity, size_t needed)
{
    if (needed <= *capacity)
        return text;
    *capacity = needed + needed / 2;
    char *grown = realloc(text, *capacity);
    if (!grown)
        free(text);
    return grown;
}

static char *read_all(int file, const char *what, size_t most, size_t *length, struct error *error)
{
    char *text = NULL, limit[32];
    size_t capacity = 0;
    ssize_t got;
    do {
        text = make_room(text, &capacity, *length + CHUNK + 1);
        if (!text) {
            error_set(error, "out of memory");
            return NULL;
        }
        got = read(file, text + *length, CHUNK);
        *length += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && *length <= most) || (got < 0 && errno == EINTR));
    text[*length] = '\0';
    if (got >= 0 && *length <= most)
        return text;
    if (got < 0)
        cannot(error);
    else
        error_set(error, "too large for %s; at most %s", what, show_most(most, limit));
    free(text);
    return NULL;
}

char *input_file_read(const char *path, const char *what, size_t most, size_t *length,
                      struct error *error)
{
    char *text = NULL;
    *length = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        cannot(error);
        return NULL;
    }
    if (prepare(file, &most, error) == 0)
        text = read_all(file, what, most, length, error);
    close(file);
    return text;
}
