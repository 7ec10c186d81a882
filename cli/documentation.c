/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/documentation.h"

#include <stdbool.h>
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
    ssize_t length = readlink("/proc/self/exe", buffer, PATH_MAX - sizeof document);
    if (length <= 0)
        return PYGCSIM_DOCUMENTATION;
    buffer[length] = '\0';
    climb(buffer, 2); /* the program, and its folder */
    size_t end = strlen(buffer);
    strcpy(buffer + end, document);
    bool is_source = access(buffer, R_OK) == 0;
    buffer[end] = '\0';
    return is_source ? buffer : PYGCSIM_DOCUMENTATION;
}
