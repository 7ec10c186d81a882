/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_BYTE (INT64_C(1) << 62)

bool lock_is_of(const char *path, int file)
{
    struct stat named, locked;
    return stat(path, &named) == 0 && fstat(file, &locked) == 0 && named.st_dev == locked.st_dev &&
           named.st_ino == locked.st_ino;
}

int lock_file(const char *path, bool wait, int *file, struct error *error)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_BYTE, .l_len = 1};
    for (;;) {
        int locked;
        *file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644); /* as SQLite makes its files */
        if (*file < 0)
            return error_set(error, "%s: cannot be opened: %s", path, strerror(errno));
        do
            locked = fcntl(*file, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
        while (locked != 0 && errno == EINTR);
        int why = errno;
        /* While it was waited for, the file may have been renamed or removed. */
        if (locked == 0 && lock_is_of(path, *file))
            return 1;
        close(*file);
        *file = -1;
        if (locked != 0)
            return why == EAGAIN || why == EACCES
                       ? 0
                       : error_set(error, "%s: cannot be locked: %s", path, strerror(why));
    }
}
