/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What there is to say of an experiment's times, before anybody believes them: that they are those
 * of another interpreter version, and what a measured pause has made of them. */
#ifndef PYGCSIM_RESULTS_ANSWER_TIMES_H
#define PYGCSIM_RESULTS_ANSWER_TIMES_H

#include "results/store/store.h"
#include "sim/base/error.h"

/* Sentences, with a line feed between them, to be freed; "" if there is nothing to say. NULL, with
 * a line in *error, if the file cannot be read. */
char *times_remarks(struct store *store, int64_t experiment, struct error *error);

#endif
