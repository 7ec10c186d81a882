/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings to try, made from the registries and the parameter tables: each component once with
 * short runs in mind, and once more for every word a parameter takes and for the ends of its range.
 * A new policy or workload is tried as soon as it is registered. */
#ifndef PYGCSIM_TESTS_PROPERTY_SPECS_H
#define PYGCSIM_TESTS_PROPERTY_SPECS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/setting.h"

struct spec {
    char *text;
    bool basic; /* not a variant of another */
    struct setting setting;
};

struct specs {
    struct spec *specs;
    size_t count, capacity;
};

/* `path` is given where a parameter is a file name. Ends the test if a setting is refused. */
void specs_make(struct specs *specs, const struct component *const *registry, const char *what,
                const char *path);
void specs_fini(struct specs *specs);

/* A component's name with values of its parameters that are drawn, such as leave something to do in
 * a short run. A path keeps its default. */
#define SPEC_TEXT 1500
void specs_draw(char text[SPEC_TEXT], const struct component *component, uint64_t *seed);

#endif
