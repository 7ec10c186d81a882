/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library/pygcsim.h"

#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "results/store/metrics.h"
#include "results/store/record.h"
#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/model/stream.h"
#include "sim/simulation.h"
#include "sweep/file/terms.h"
#include "workloads/registry.h"

static_assert(sizeof(struct pygcsim_error) == sizeof(struct error), "one is given for the other");

const char *pygcsim_version(void)
{
    return PYGCSIM_VERSION;
}

struct pygcsim_run {
    struct memory_account account;
    struct setting workload, policy;
    const struct collector_version *collector;
    const struct engine *engine;
    struct record *record;
    struct meter *meter;
    double *values;                      /* of metrics */
    const struct pygcsim_setup *request; /* while it runs; all of it, whatever the caller knows */
};

static const struct param items[] = {
    {TERM_COLLECTOR, PARAM_FIELD(pygcsim_run, collector)},
    {TERM_ENGINE, PARAM_FIELD(pygcsim_run, engine)},
};

static int read_item(struct pygcsim_run *run, const struct param *item, const char *text,
                     struct error *error)
{
    text = text ? text : item->initial;
    return text ? param_read(item, item->name, run, text, error) : 0;
}

static int read_request(struct pygcsim_run *run, struct error *error)
{
    const struct pygcsim_setup *request = run->request;
    const char *workload = request->workload ? request->workload : "web";
    const char *policy = request->policy ? request->policy : "default";
    if (read_item(run, &items[0], request->collector, error) != 0 ||
        read_item(run, &items[1], request->engine, error) != 0 ||
        setting_parse(&run->workload, workload, workloads, "workload", error) != 0)
        return -1;
    return setting_parse(&run->policy, policy, policies, "policy", error);
}

static int simulate_request(void *context, struct error *error)
{
    struct pygcsim_run *run = context;
    struct simulation_result result;
    if (read_request(run, error) != 0)
        return -1;
    run->record = record_new();
    run->meter = meter_new();
    run->values = allocate_zeroed(metric_count(), sizeof *run->values);
    struct simulation_setup setup = {
        .engine = run->engine,
        .collector = run->collector,
        .workload = &run->workload,
        .policy = &run->policy,
        .seed = run->request->seed,
        .sample_ns = SAMPLE_AUTO,
        .warmup_ns = run->request->warmup_ns,
    };
    struct error why;
    stream_prepare(setup.workload);
    setup.engine = engine_choose(&setup, &why);
    const struct observer observer = record_observer(run->record, NULL);
    record_begin(run->record);
    if (simulate(&setup, &observer, &result, error) != 0)
        return -1;
    record_end(run->record, &result, (struct warmup){.ns = run->request->warmup_ns},
               run->request->horizon_ns ? run->request->horizon_ns : HORIZON_NS);
    return meter_read(run->meter, run->record, run->values, error);
}

struct pygcsim_run *pygcsim_simulate(const struct pygcsim_setup *setup, struct pygcsim_error *error)
{
    struct pygcsim_setup request = {0};
    struct error *why = (struct error *)error;
    struct pygcsim_run *run = calloc(1, sizeof *run);
    memcpy(&request, setup, setup->size < sizeof request ? setup->size : sizeof request);
    if (!run) {
        error_set(why, "out of memory");
        return NULL;
    }
    run->request = &request;
    run->account.limit_bytes = request.limit_bytes;
    run->account.advice = "give a larger limit";
    if (attempt_within(&run->account, simulate_request, run, why) == 0)
        return run;
    pygcsim_run_free(run);
    return NULL;
}

void pygcsim_run_free(struct pygcsim_run *run)
{
    if (!run)
        return;
    free(run->values);
    meter_free(run->meter);
    record_free(run->record);
    setting_fini(&run->workload);
    setting_fini(&run->policy);
    free(run);
}

int pygcsim_metric(const struct pygcsim_run *run, const char *name, double *value,
                   struct pygcsim_error *error)
{
    const struct metric *metric = metric_find(name, (struct error *)error);
    if (!metric)
        return -1;
    *value = run->values[metric - metrics];
    return 0;
}
