/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/allocate.h"

/* Where a link leads, if it is one; to be freed. */
static char *target_of(const char *path)
{
    char *target = realpath(path, NULL);
    return target ? target : allocate_text(path);
}

/* The folder that a file is in; to be freed. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = allocate_text(slash ? path : ".");
    if (slash)
        folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

/* A name in the folder that nobody can foresee; to be freed. NULL, with errno set, if there is
 * none. */
static char *unforeseen_name(const char *folder)
{
    uint64_t number;
    char *name;
    if (getrandom(&number, sizeof number, 0) != sizeof number) /* so few bytes come at once */
        return NULL;
    if (asprintf(&name, "%s/.pygcsim-%016" PRIx64, folder, number) < 0)
        out_of_memory();
    return name;
}

/* A new file in that folder: without a name, *temporary then being NULL, where the system can give
 * it one later; or else with one. Its permissions are those of any new file. */
static int open_temporary(const char *folder, char **temporary)
{
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    *temporary = NULL;
    if (file >= 0 && access("/proc/self/fd", F_OK) == 0)
        return file;
    if (file >= 0)
        close(file);
    else if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
        return -1;
    *temporary = unforeseen_name(folder);
    return !*temporary ? -1 : open(*temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* Gives a nameless file a name of its own in the folder. */
static int name_temporary(struct new_file *new_file)
{
    char self[64];
    if (new_file->temporary)
        return 0;
    snprintf(self, sizeof self, "/proc/self/fd/%d", new_file->file);
    char *name = unforeseen_name(new_file->folder);
    if (!name || linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) != 0) {
        free(name);
        return -1;
    }
    new_file->temporary = name;
    return 0;
}

/* What replaces a file may be read and written by whom that could. */
static int keep_permissions(const struct new_file *new_file)
{
    struct stat before;
    if (stat(new_file->target, &before) != 0 || !S_ISREG(before.st_mode))
        return 0;
    return fchmod(new_file->file, before.st_mode & 0777);
}

static int cannot_write(struct new_file *new_file, struct error *error)
{
    int why = errno;
    new_file_abandon(new_file);
    return error_set(error, "%s: cannot write: %s", new_file->path, strerror(why));
}

int new_file_open(struct new_file *new_file, const char *path, struct error *error)
{
    *new_file = (struct new_file){.path = path, .target = target_of(path)};
    new_file->folder = folder_of(new_file->target);
    new_file->file = open_temporary(new_file->folder, &new_file->temporary);
    if (new_file->file >= 0)
        return 0;
    free(new_file->temporary); /* it has not come to be */
    new_file->temporary = NULL;
    return cannot_write(new_file, error);
}

/* Everything is in it: what may still fail for want of room, or of rights, is done. */
static int finish(struct new_file *new_file, struct error *error)
{
    if (keep_permissions(new_file) != 0 || fsync(new_file->file) != 0 ||
        name_temporary(new_file) != 0)
        return cannot_write(new_file, error);
    return 0;
}

/* Gives a finished file its name. */
static int publish(struct new_file *new_file, struct error *error)
{
    if (rename(new_file->temporary, new_file->target) != 0)
        return cannot_write(new_file, error);
    free(new_file->temporary);
    new_file->temporary = NULL; /* nothing to take away */
    new_file_abandon(new_file);
    return 0;
}

int new_file_keep(struct new_file *new_file, struct error *error)
{
    return finish(new_file, error) != 0 ? -1 : publish(new_file, error);
}

void new_file_abandon(struct new_file *new_file)
{
    if (new_file->file >= 0)
        close(new_file->file);
    if (new_file->temporary)
        unlink(new_file->temporary);
    free(new_file->temporary);
    free(new_file->folder);
    free(new_file->target);
    *new_file = (struct new_file){.file = -1, .path = new_file->path};
}

/* ---- several -------------------------------------------------------------------------- */

static int write_bytes(struct new_file *new_file, const struct whole_file *whole,
                       struct error *error)
{
    for (size_t done = 0; done < whole->count;) {
        ssize_t written = write(new_file->file, whole->bytes + done, whole->count - done);
        if (written < 0 && errno != EINTR)
            return cannot_write(new_file, error);
        done += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int new_files_write(const struct whole_file *whole, size_t count, struct error *error)
{
    struct new_file *files = allocate_zeroed(count, sizeof *files);
    size_t opened = 0, published = 0;
    int status = 0;
    for (; opened < count && status == 0; opened++) {
        status = new_file_open(&files[opened], whole[opened].path, error);
        if (status == 0)
            status = write_bytes(&files[opened], &whole[opened], error);
        if (status == 0)
            status = finish(&files[opened], error);
    }
    for (; published < count && status == 0; published++)
        status = publish(&files[published], error);
    for (size_t i = 0; i < opened; i++)
        new_file_abandon(&files[i]); /* does nothing to one that is closed */
    free(files);
    return status;
}
