/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/documentation.h"

#include <string.h>
#include <unistd.h>

/* Cuts off so many components of a path. */
static void climb(char *path, int components)
{
    for (char *slash; components > 0 && (slash = strrchr(path, '/')); components--)
        *slash = '\0';
}

const char *documentation_folder(char buffer[PATH_MAX])
{
    static const char document[] = "/docs/experiments.md";
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof document);
    if (length <= 0)
        return PYGCSIM_DOCUMENTATION;
    path[length] = '\0';
    climb(path, 2); /* the program, and its folder */
    size_t end = strlen(path);
    strcpy(path + end, document);
    if (access(path, R_OK) != 0)
        return PYGCSIM_DOCUMENTATION;
    path[end] = '\0'; /* the source */
    return strcpy(buffer, path);
}
