/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arrays that may grow very large: beyond a MiB or so they are mappings of huge pages, which halves
 * the time of most passes over them. Small ones come from malloc. */
#ifndef PYGCSIM_SIM_BASE_ARRAY_H
#define PYGCSIM_SIM_BASE_ARRAY_H

#include <stddef.h>

/* As allocate_grow (sim/base/allocate.h), but what it returns is freed with array_free. */
void *array_grow(void *array, size_t *capacity, size_t needed, size_t size);
void array_free(void *array, size_t capacity, size_t size);

#endif
