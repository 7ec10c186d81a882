/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Releases of Python as people write them ("3.12", "python3.12.3", "cpython-3.15.0rc1",
 * "cpython-3.14t"): the row of the collector table that a release belongs to, or what it does
 * instead of what is modelled. */
#ifndef PYGCSIM_SIM_MODEL_RELEASE_H
#define PYGCSIM_SIM_MODEL_RELEASE_H

#include "sim/base/error.h"
#include "sim/model/collector.h"

/* The row; NULL with a line in *error if its collector is not modelled; NULL with an empty line if
 * the text is no release. */
const struct collector_version *release_collector(const char *text, struct error *error);

#endif
