/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"

void output_open(struct output *output, const char *path, const char *db)
{
    struct stat results, target;
    struct error error;
    *output = (struct output){.out = stdout, .path = path};
    if (!path)
        return;
    bool there = stat(path, &target) == 0;
    if (there && stat(db, &results) == 0 && results.st_dev == target.st_dev &&
        results.st_ino == target.st_ino)
        fail_usage("--out=%s is the results file itself; give another name", path);
    if (there && S_ISDIR(target.st_mode))
        fail("%s: %s", path, strerror(EISDIR));
    output->is_new = !there || S_ISREG(target.st_mode);
    if (output->is_new && new_file_open(&output->file, path, &error) != 0)
        fail("%s", error.text);
    output->out = output->is_new ? fdopen(dup(output->file.file), "w") : fopen(path, "w");
    if (!output->out)
        fail("%s: %s", path, strerror(errno));
}

_Noreturn void output_fail(struct output *output, const char *what, const char *why)
{
    if (output->is_new)
        new_file_abandon(&output->file);
    fail("%s%s%s", what, *what ? ": " : "", why);
}

bool output_is_lost(struct output *output)
{
    if (ferror(output->out) && output->why == 0)
        output->why = errno;
    return output->why != 0;
}

void output_close(struct output *output)
{
    struct error error;
    if (!output->path)
        return; /* it is looked at as the program ends */
    bool lost = output_is_lost(output);
    if (fclose(output->out) != 0 || lost)
        output_fail(output, output->path, strerror(lost ? output->why : errno));
    if (output->is_new && new_file_keep(&output->file, &error) != 0)
        fail("%s", error.text);
}
