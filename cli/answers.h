/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answers of an experiment on standard output: for each workload and collector a table of its
 * settings, means with their 95% intervals, and differences to a baseline. For `show`, and for
 * whoever has just run an experiment. */
#ifndef PYGCSIM_CLI_ANSWERS_H
#define PYGCSIM_CLI_ANSWERS_H

#include "cli/open_results.h"
#include "cli/writer.h"

#define ANSWERS_TOP 20 /* settings of a table, unless more are asked for */

struct answers_options {
    struct metric_list metrics; /* none: the objective, and the usual ones that have values */
    const char *baseline;       /* a policy; NULL: the experiment's own */
    const struct metric *sort;  /* the best first; NULL: by the objective */
    size_t top;                 /* settings of a table; 0: all */
};

/* Exits with one line if it cannot. */
void answers_print(const struct open_results *results, const struct answers_options *options);

/* One row a setting, with all there is to say about each metric (none chosen: all metrics). */
void answers_write(const struct open_results *results, const struct answers_options *options,
                   FILE *out, enum writer_form form);

/* A line: so many runs end before their steady state. */
void print_unsteady(int64_t runs);

#endif
