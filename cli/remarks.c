/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/remarks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "results/answer/limit_words.h"
#include "results/answer/rare_events.h"
#include "results/answer/times.h"
#include "sim/base/allocate.h"

void print_earlier(const struct past_experiment *experiment)
{
    if (experiment->earlier)
        print("%lld more run%s of the experiment as it was before its file was changed, or its "
              "programs were made longer; %s no part in this.\n",
              (long long)experiment->earlier, experiment->earlier == 1 ? " is" : "s are",
              experiment->earlier == 1 ? "it has" : "they have");
}

void print_times(struct store *store, int64_t experiment)
{
    struct error error;
    char *text = times_remarks(store, experiment, &error);
    if (!text)
        fail("%s", error.text);
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")))
        if (*line)
            print("%s\n", line);
    free(text);
}

void print_scatter_order(const struct scatter_order *order, const struct metric *metric,
                         const char *of)
{
    char *text = scatter_order_text(order, metric), *whole = text;
    if (text && of && asprintf(&whole, "%s: %s", of, text) < 0)
        out_of_memory();
    if (text) {
        print("\n");
        print_paragraph(whole);
    }
    if (whole != text)
        free(whole);
    free(text);
}

void print_replications(struct replications replications)
{
    if (replications.least == replications.most)
        print("%zu replication%s", replications.most, replications.most == 1 ? "" : "s each");
    else
        print("%zu to %zu replications", replications.least, replications.most);
}

void print_outlooks(const struct outlook *outlooks, size_t count)
{
    char *legend = outlook_legend(outlooks, count);
    if (*legend)
        print("\n");
    print_paragraph(legend);
    free(legend);
}

void print_limits_legend(const struct outcomes *outcomes, size_t group,
                         const struct limit_verdict *const *verdicts, size_t count)
{
    char *legend = limits_legend(outcomes, group, verdicts, count);
    if (*legend)
        print("\n");
    print_paragraph(legend);
    free(legend);
}

void print_moving(const struct moving *moving, const struct outcomes *outcomes)
{
    char *text = moving_text(moving, outcomes);
    if (text)
        print_paragraph(text);
    free(text);
}

void print_unsteady(int64_t runs)
{
    print("%lld run%s before %s steady state: the warm-up takes all of %s, and metrics of the "
          "steady state have no values.\n",
          (long long)runs, runs == 1 ? " ends" : "s end", runs == 1 ? "its" : "their",
          runs == 1 ? "it" : "them");
}

void print_rare_events(const struct estimate *const *means, size_t settings, size_t columns)
{
    char *legend = NULL;
    for (size_t i = 0; i < settings && !legend; i++)
        legend = rare_events_legend(means[i], columns);
    if (legend) {
        print("\n");
        print_paragraph(legend);
    }
    free(legend);
}
