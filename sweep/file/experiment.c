/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/experiment.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sweep/file/document.h"
#include "sweep/file/points.h"
#include "sweep/file/reading.h"

/* The file's name without folder and ending. */
static char *name_of_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = allocate_text(slash ? slash + 1 : path), *dot = strrchr(name, '.');
    if (dot && dot > name)
        *dot = '\0';
    return name;
}

static int read_document(struct experiment *experiment, const struct document *document,
                         struct error *error)
{
    struct reading reading;
    int status = reading_start(&reading, document, experiment, error);
    if (status == 0)
        status = points_make(&reading, error);
    if (status == 0)
        experiment_use_cost(experiment, &reading.cost);
    reading_fini(&reading);
    if (status == 0 && !experiment->name)
        experiment->name = name_of_file(document->path);
    experiment->text = allocate_text(document->text);
    return status;
}

int experiment_read(struct experiment *experiment, const char *path, struct error *error)
{
    struct document document;
    *experiment = (struct experiment){0};
    if (document_read(&document, path, error) != 0)
        return -1;
    int status = read_document(experiment, &document, error);
    document_fini(&document);
    if (status != 0)
        experiment_fini(experiment);
    return status;
}

static void settings_free(struct setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        setting_fini(&settings[i]);
    free(settings);
}

void experiment_fini(struct experiment *experiment)
{
    settings_free(experiment->workloads, experiment->workload_count);
    settings_free(experiment->policies, experiment->policy_count);
    free(experiment->name);
    free(experiment->text);
    free(experiment->points);
    free(experiment->costs);
    free(experiment->seeds);
    free(experiment->baseline);
    limits_fini(&experiment->limits);
    *experiment = (struct experiment){0};
}

/* One set for each version, filled in if it is somebody's. */
void experiment_use_cost(struct experiment *experiment, const struct cost_choice *cost)
{
    size_t versions = 0;
    while (collector_versions[versions].name)
        versions++;
    free(experiment->costs);
    experiment->cost = *cost;
    experiment->costs = allocate_zeroed(versions, sizeof *experiment->costs);
    for (size_t i = 0; i < experiment->point_count; i++) {
        struct point *point = &experiment->points[i];
        struct costs *costs = &experiment->costs[point->collector - collector_versions];
        if (!*costs->name)
            *costs = cost_choice_for(cost, point->collector);
        point->costs = costs;
    }
}

size_t experiment_seeds_of(const struct experiment *experiment, size_t point)
{
    size_t seeds = experiment->points[point].seeds;
    return seeds ? seeds : experiment->seed_count;
}

uint64_t experiment_last_seed(const struct experiment *experiment)
{
    uint64_t last = 0;
    for (size_t i = 0; i < experiment->seed_count; i++)
        if (experiment->seeds[i] > last)
            last = experiment->seeds[i];
    return last;
}
