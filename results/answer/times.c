/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/query.h"
#include "sim/base/allocate.h"

/* The sentence is added, and freed. */
static void add(char **text, char *sentence)
{
    char *longer;
    if (asprintf(&longer, "%s%s%s", *text, **text ? "\n" : "", sentence) < 0)
        out_of_memory();
    free(sentence);
    free(*text);
    *text = longer;
}

static char *borrowed(sqlite3_stmt *rows)
{
    char *sentence;
    if (asprintf(&sentence, "Times of %s are those measured on %s.", query_string(rows, 0),
                 query_string(rows, 1)) < 0)
        out_of_memory();
    return sentence;
}

#define BORROWED                                                                                   \
    "SELECT collector, measured_on FROM run WHERE experiment_id = %lld AND in_plan"                \
    " AND collector <> measured_on GROUP BY collector, measured_on ORDER BY min(id)"

/* "cpython-3.13: pause=84ms@890000 makes scatter 41.3 ns, in place of the workload's own; all times
 * are 0.42 times those of cpython-3.13-xeon." */
static char *calibrated(sqlite3_stmt *rows)
{
    char *sentence, scale[200] = "";
    const char *costs = query_string(rows, 1), *pause = query_string(rows, 2);
    double calibration = query_real(rows, 4);
    if (calibration != 1)
        snprintf(scale, sizeof scale, "; all times are %.3g times those of %.*s", calibration,
                 (int)strcspn(costs, "#"), costs);
    if (asprintf(&sentence, "%s: %s makes scatter %.3g ns, in place of the workload's own%s.",
                 query_string(rows, 0), pause, query_real(rows, 3), scale) < 0)
        out_of_memory();
    return sentence;
}

#define CALIBRATED                                                                                 \
    "SELECT collector, costs, substr(costs, instr(costs, ' pause=') + 1) AS pause, scatter_ns,"    \
    " calibration FROM run WHERE experiment_id = %lld AND in_plan"                                 \
    " AND instr(costs, ' pause=') AND scatter_ns IS NOT NULL"                                      \
    " GROUP BY collector, costs, scatter_ns, calibration ORDER BY min(id)"

static int add_all(char **text, struct store *store, int64_t experiment, const char *sql,
                   char *(*sentence)(sqlite3_stmt *rows), struct error *error)
{
    int more;
    sqlite3_stmt *rows = query_begin(store, error, sql, (long long)experiment);
    while ((more = query_next(store, rows, error)) > 0)
        add(text, sentence(rows));
    sqlite3_finalize(rows);
    return more;
}

char *times_remarks(struct store *store, int64_t experiment, struct error *error)
{
    char *text = allocate_text("");
    if (add_all(&text, store, experiment, BORROWED, borrowed, error) == 0 &&
        add_all(&text, store, experiment, CALIBRATED, calibrated, error) == 0)
        return text;
    free(text);
    return NULL;
}
