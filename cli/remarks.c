/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/remarks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "results/answer/scatter.h"
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

static void print_scatter_of_group(const struct scatter_answer *answer, size_t group)
{
    char *text = scatter_order_text(answer, group, "pause max");
    char *title = outcomes_title(&answer->outcomes, group), *whole = NULL;
    if (text && answer->outcomes.group_count > 1 && asprintf(&whole, "%s: %s", title, text) < 0)
        out_of_memory();
    if (text) {
        print("\n");
        print_paragraph(whole ? whole : text);
    }
    free(whole);
    free(title);
    free(text);
}

void print_scatter_of(struct open_results *results)
{
    struct error error;
    struct scatter_answer answer;
    const struct scatter_question question = {.subject = subject_of(results, NULL, true),
                                              .metric = metric_named("service_pause_max"),
                                              .order = true};
    if (results->experiment->runs[RUN_finished] == 0)
        return;
    if (scatter_answer_make(&answer, &question, &error) != 0)
        fail("%s", error.text);
    for (size_t g = 0; g < answer.outcomes.group_count; g++)
        print_scatter_of_group(&answer, g);
    scatter_answer_fini(&answer);
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

void print_unsteady(int64_t runs)
{
    print("%lld run%s before %s steady state: the warm-up takes all of %s, and metrics of the "
          "steady state have no values.\n",
          (long long)runs, runs == 1 ? " ends" : "s end", runs == 1 ? "its" : "their",
          runs == 1 ? "it" : "them");
}
