/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/experiment.h"

#include <stdlib.h>

void experiment_fini(struct experiment *experiment)
{
    for (size_t i = 0; i < experiment->workload_count; i++)
        setting_fini(&experiment->workloads[i]);
    for (size_t i = 0; i < experiment->policy_count; i++)
        setting_fini(&experiment->policies[i]);
    free(experiment->workloads);
    free(experiment->policies);
    free(experiment->points);
    free(experiment->seeds);
    free(experiment->name);
    free(experiment->text);
    free(experiment->baseline);
    *experiment = (struct experiment){0};
}
