/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/overall.h"

#include <stdio.h>

#include "cli/print.h"
#include "cli/table.h"
#include "results/answer/certainty.h"
#include "results/answer/show_value.h"

static void add_line(struct table *table, const struct metric *metric,
                     const struct overall_line *line)
{
    char text[SHOW_VERDICT];
    bool same = line->mean.value == VERDICT_SAME;
    table_add(table, line->policy);
    table_add(table, show_verdict(text, metric, &line->mean));
    table_add(table, show_verdict(text, metric, &line->worst));
    table_add(table, same ? "" : line->worst_title);
}

static size_t most_pairs(const struct overall *overall)
{
    size_t most = 0;
    for (size_t i = 0; i < overall->count; i++)
        if (overall->lines[i].mean.difference.n > most)
            most = overall->lines[i].mean.difference.n;
    return most;
}

void overall_print(const struct overall *overall, const struct outcomes *outcomes, size_t metric)
{
    static const char *const header[] = {"policy", "mean", "worst", "which is"};
    struct table table;
    if (overall->count == 0)
        return;
    print("\nAll %zu workloads and collectors: difference to %s in %s, of runs with the same seed%s"
          "\n\n",
          outcomes->group_count, outcomes->baseline, outcomes->metrics[metric]->name,
          certainty_of_intervals(overall->comparisons, most_pairs(overall)));
    table_init(&table, 4);
    for (size_t i = 0; i < 4; i++)
        table_add(&table, header[i]);
    for (size_t i = 0; i < overall->count; i++)
        add_line(&table, outcomes->metrics[metric], &overall->lines[i]);
    table_print(&table);
}
