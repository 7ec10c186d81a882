/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ranking of an experiment's settings (results/answer/ranking.h) on standard output. For
 * `show`, and for whoever has just run an experiment. */
#ifndef PYGCSIM_CLI_RANKING_H
#define PYGCSIM_CLI_RANKING_H

#include "cli/open_results.h"
#include "cli/writer.h"
#include "results/answer/ranking.h"

struct ranking_options {
    struct metric_list metrics; /* none: the objective, and the usual ones that have values */
    bool besides_usual;         /* these are shown besides the metrics */
    const char *baseline;       /* a policy's specification; NULL: the experiment's own */
    const struct metric *sort;  /* the best first; NULL: by the objective */
    size_t top;                 /* settings of a table; 0: all */
    bool by_seen;               /* the best by what runs have seen */
    bool by_means;              /* limits by means, however sure they are */
    struct limits limits;       /* in place of those stored */
};

/* For each workload and collector tables of means with their 95% intervals, and of differences to a
 * baseline; and remarks. Both exit with one line if they cannot. */
void ranking_print(struct open_results *results, const struct ranking_options *options);

/* One row a setting, with all there is to say about each metric (none chosen: all metrics). */
void ranking_write(struct open_results *results, const struct ranking_options *options, FILE *out,
                   enum writer_form form);

#endif
