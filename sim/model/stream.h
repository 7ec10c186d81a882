/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A workload under way: its program, a stretch of operations at a time. */
#ifndef PYGCSIM_SIM_MODEL_STREAM_H
#define PYGCSIM_SIM_MODEL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/model/costs.h"
#include "sim/model/program.h"
#include "sim/model/workload.h"

struct stream {
    struct program program; /* what is declared, and the stretch: ops, count */
    const struct workload *workload;
    void *state;
    bool more;
};

/* Reads ahead what every start of the workload would read, once: it stays in memory as long as the
 * setting is there. */
void stream_prepare(const struct setting *setting);

/* Starts the workload, with these costs. `setting` and they are not needed after.
 * Returns 0, or -1 with a line in *error; stream_close is due either way. */
int stream_open(struct stream *stream, const struct setting *setting, uint64_t seed,
                const struct costs *costs, struct error *error);
void stream_close(struct stream *stream);

/* Replaces the stretch by the next; false: the program is over. */
bool stream_next(struct stream *stream);

/* Where operation `number` comes from, for messages. */
void stream_locate(const struct stream *stream, uint64_t number, char *place, size_t size);

#endif
