/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statistics as SQL functions. NULLs are skipped; what has no value is NULL.
 *
 *     sorted(x)            aggregate: all x in ascending order, for quantile; NULL: none
 *     quantile(sorted, p)  the smallest x at or below which p% of all are (nearest rank). SQLite
 *                          computes an aggregate that is in a query several times, FILTER and
 *                          all, only once: so any number of quantile(sorted(x), p) collect and
 *                          sort x once
 *     percentile(x, p)     aggregate: quantile(sorted(x), p), for a single one
 *     mean_low(x)          aggregates: the 95% interval of the mean by Student's t, see
 *     mean_high(x)         results/statistics/interval.h; NULL: fewer than two x
 *     bootstrap_low(x)     aggregates: the same by bootstrap, for skewed x
 *     bootstrap_high(x)
 *     spearman(x, y)       aggregate: rank correlation, see results/statistics/correlation.h
 *     mmu(begin_ns, pause_ns, window_ns, from_ns, to_ns)
 *                          aggregate: minimum mutator utilisation of a run from from_ns to to_ns,
 *                          see results/statistics/utilisation.h. Rows are its pauses in order of
 *                          time; what is outside does not count, so no FILTER is needed. NULL:
 *                          the run is shorter than the window, or a limit is NULL
 *
 * A row with a NULL begin_ns or pause_ns tells mmu the limits and has no pause. So the mmu of a run
 * without collections is 1 if rows come from
 *     run LEFT JOIN collection ON collection.run_id = run.id
 * and NULL if there is no row.
 *
 * What sorted() returns is for the same query: numbers of this machine, not for storing. */
#ifndef PYGCSIM_RESULTS_STORE_FUNCTIONS_H
#define PYGCSIM_RESULTS_STORE_FUNCTIONS_H

#include <sqlite3.h>

/* Makes them known to a connection. Returns an SQLite result code. */
int statistics_register_functions(sqlite3 *database);

#endif
