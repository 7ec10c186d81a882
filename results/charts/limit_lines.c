/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/limit_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/subject.h"
#include "sim/base/allocate.h"

static void add_lines(struct limit_lines *lines, const struct condition *limit,
                      const struct outcomes *outcomes, size_t group)
{
    struct condition_line found[CONDITION_LINES_MOST];
    size_t count = condition_lines(limit, outcomes, group, found);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(found[i].value))
            continue;
        lines->items =
            allocate_grow(lines->items, &lines->capacity, lines->count + 1, sizeof *lines->items);
        lines->items[lines->count++] =
            (struct limit_line){allocate_text(condition_text(limit)), found[i]};
    }
}

/* The group of the program drawn; group_count: there is none, or it is not one program. */
static size_t find_group(const struct outcomes *outcomes, const struct limited *limited)
{
    size_t g = 0;
    while (g < outcomes->group_count &&
           (!limited->workload || !limited->collector ||
            strcmp(outcomes->groups[g].workload, limited->workload) != 0 ||
            strcmp(outcomes->groups[g].collector, limited->collector) != 0))
        g++;
    return g;
}

/* With outcomes, for limits that speak of a policy, if there are any. */
static int read_lines(struct limit_lines *lines, const struct limited *limited,
                      const struct past_experiment *experiment, const struct limits *limits,
                      struct error *error)
{
    const struct subject subject = {.store = limited->store,
                                    .experiment = experiment,
                                    .by_seen = limited->by_seen,
                                    .limits = limits};
    const struct metric_list none = {0};
    struct outcomes outcomes = {0};
    bool any = limits->count && experiment->runs[RUN_finished] > 0;
    if (any && subject_read(&subject, &none, &outcomes, error) != 0)
        return -1;
    size_t group = any ? find_group(&outcomes, limited) : 0;
    for (size_t i = 0; i < limits->count; i++)
        add_lines(lines, limits->items[i], group < outcomes.group_count ? &outcomes : NULL, group);
    if (any)
        outcomes_fini(&outcomes);
    return 0;
}

static int read_limits(struct limit_lines *lines, const struct limited *limited,
                       const struct past_experiment *experiment, struct error *error)
{
    struct limits stored = {0};
    bool given = limited->limits && limits_are_given(limited->limits);
    int status = given ? 0 : limits_read_stored(&stored, limited->store, experiment, error);
    if (status == 0)
        status = read_lines(lines, limited, experiment, given ? limited->limits : &stored, error);
    limits_fini(&stored);
    return status;
}

int limit_lines_read(struct limit_lines *lines, const struct limited *limited, struct error *error)
{
    struct history history;
    *lines = (struct limit_lines){0};
    if (history_read(&history, limited->store, error) != 0)
        return -1;
    int status = 0;
    for (size_t i = 0; i < history.count && status == 0; i++)
        if (history.experiments[i].number == limited->experiment)
            status = read_limits(lines, limited, &history.experiments[i], error);
    history_fini(&history);
    return status;
}

void limit_lines_fini(struct limit_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->items[i].text);
    free(lines->items);
    *lines = (struct limit_lines){0};
}
