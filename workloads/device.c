/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * device: the firmware of an embedded gateway. It boots in steps, the last of which parses its
 * configuration; then it sleeps, wakes to evaluate its field devices (a timing-critical section,
 * whose readings replace the ones before), writes a report now and then, and loses clients, which
 * leave cycles. Memory may be limited: the allocation that does not fit ends the run.
 *
 * What happens when is fixed, from the end of boot; a pause delays it and nothing else. */
#include <gsl/gsl_randist.h>

#include "sim/base/event_queue.h"
#include "sim/base/random.h"
#include "sim/model/workload.h"

struct device {
    /* parameters */
    int64_t duration_ns, boot_steps, step_objects, step_cpu_ns, config_bytes;
    int64_t field_devices, poll_ns, reading_cpu_ns;
    double poll_cycles;
    int64_t report_ns, report_bytes, client_ns, client_objects, client_buffer;
    int64_t memory_limit;
    double slowdown;
    int64_t scatter;

    /* the run */
    gsl_rng *clients, *cycles;
    struct event_queue agenda; /* tag: enum activity */
    uint32_t step;             /* of boot, so far */
    bool serving;
    uint64_t end_ns;
};

/* In order of precedence at one instant. */
enum activity { POLL, REPORT, DISCONNECT };

static const struct param params[] = {
    {"duration", PARAM_FIELD(device, duration_ns), .type = PARAM_DURATION, .initial = "48h",
     .least = NS_PER_S, .most = 365 * NS_PER_D, .meaning = "how long it runs after boot"},
    {"boot_steps", PARAM_FIELD(device, boot_steps), .type = PARAM_COUNT, .initial = "12",
     .least = 1, .most = 1000, .meaning = "steps of boot; step_done after each"},
    {"step_objects", PARAM_FIELD(device, step_objects), .type = PARAM_COUNT, .initial = "1500",
     .least = 1, .most = 1e7, .meaning = "long-lived objects that a step makes"},
    {"step_cpu", PARAM_FIELD(device, step_cpu_ns), .type = PARAM_DURATION, .initial = "50ms",
     .least = 0, .most = NS_PER_H, .meaning = "CPU time of a step, before slowdown"},
    {"config", PARAM_FIELD(device, config_bytes), .type = PARAM_BYTES, .initial = "1500kB",
     .least = 0, .most = 16 * GIB, .meaning = "temporary memory of parsing the configuration"},
    {"field_devices", PARAM_FIELD(device, field_devices), .type = PARAM_COUNT, .initial = "40",
     .least = 1, .most = 1e6, .meaning = "field devices evaluated at each poll"},
    {"poll", PARAM_FIELD(device, poll_ns), .type = PARAM_DURATION, .initial = "60s",
     .least = NS_PER_MS, .most = 365 * NS_PER_D, .meaning = "from one evaluation to the next"},
    {"reading_cpu", PARAM_FIELD(device, reading_cpu_ns), .type = PARAM_DURATION, .initial = "500us",
     .least = 0, .most = NS_PER_H, .meaning = "CPU time for each field device, before slowdown"},
    {"poll_cycles", PARAM_FIELD(device, poll_cycles), .type = PARAM_REAL, .initial = "0.3",
     .least = 0, .most = 1, .meaning = "share of readings that leave a cycle of 4 objects"},
    {"report", PARAM_FIELD(device, report_ns), .type = PARAM_DURATION, .initial = "24h",
     .least = NS_PER_S, .most = 365 * NS_PER_D, .meaning = "from one report to the next"},
    {"report_size", PARAM_FIELD(device, report_bytes), .type = PARAM_BYTES, .initial = "800kB",
     .least = 0, .most = 16 * GIB, .meaning = "the sorted lists that a report is made from"},
    {"client", PARAM_FIELD(device, client_ns), .type = PARAM_DURATION, .initial = "600s",
     .least = NS_PER_MS, .most = 365 * NS_PER_D,
     .meaning = "mean time between two disconnects (Poisson)"},
    {"client_objects", PARAM_FIELD(device, client_objects), .type = PARAM_COUNT, .initial = "30",
     .least = 1, .most = 1e6, .meaning = "objects in the cycle that a lost client leaves"},
    {"client_buffer", PARAM_FIELD(device, client_buffer), .type = PARAM_BYTES, .initial = "16KiB",
     .least = 0, .most = GIB, .meaning = "the buffer that this cycle holds"},
    {"memory_limit", PARAM_FIELD(device, memory_limit), PARAM_MEMORY_LIMIT},
    {"slowdown", PARAM_FIELD(device, slowdown), .type = PARAM_REAL, .initial = "20", .least = 0.01,
     .most = 1000, .meaning = "this processor against the one the costs were measured on"},
    {"scatter", PARAM_FIELD(device, scatter), PARAM_SCATTER, .initial = "random"},
    {NULL},
};

/* What boot made; the readings; a tree under way; scratch registers, left empty by each activity.
 */
enum { SYSTEM, READINGS, TREE, A, B, C, REGISTERS };

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct device *device = state;
    (void)error;
    device->clients = random_stream(seed, "device clients");
    device->cycles = random_stream(seed, "device cycles");
    program->registers = REGISTERS;
    program->scatter = device->scatter;
    program->slowdown = device->slowdown;
    program->planned_ns = (uint64_t)device->duration_ns;
    if (device->memory_limit != PARAM_ABSENT)
        program->memory_limit_bytes = (uint64_t)device->memory_limit;
    return 0;
}

static void stop(void *state)
{
    struct device *device = state;
    gsl_rng_free(device->clients);
    gsl_rng_free(device->cycles);
    event_queue_fini(&device->agenda);
}

/* A cycle of `size` objects that nothing else refers to; one of them holds a buffer. */
static void leave_cycle(struct program *p, uint32_t size, uint32_t buffer_bytes)
{
    program_ring(p, KIND_INSTANCE, A, B, C, size, 32, buffer_bytes);
    program_drop(p, A);
}

/* A list of lists of so many bytes in all, in TREE until it is dropped. */
static void build_lists(struct program *p, int64_t bytes)
{
    const uint32_t row_payload = 112, row_bytes = object_bytes(KIND_LIST, 4) + row_payload + 8;
    uint32_t rows = (uint32_t)(bytes / row_bytes);
    program_new(p, TREE, KIND_LIST, rows, 0);
    for (uint32_t i = 0; i < rows; i++) {
        program_new(p, A, KIND_LIST, 4, row_payload);
        program_store(p, TREE, i, A);
    }
    if (rows > 0)
        program_drop(p, A);
}

static void boot_step(struct device *device, struct program *p)
{
    uint32_t objects = (uint32_t)device->step_objects;
    if (device->step == 0) {
        program_new(p, SYSTEM, KIND_LIST, (uint32_t)device->boot_steps, 0);
        program_new(p, READINGS, KIND_LIST, (uint32_t)device->field_devices, 0);
    }
    program_new(p, A, KIND_DICT, objects - 1, 64);
    program_store(p, SYSTEM, device->step++, A);
    for (uint32_t i = 0; i + 1 < objects; i++) {
        program_new(p, B, KIND_INSTANCE, 1, 64);
        program_store(p, B, 0, A);
        program_store(p, A, i, B);
    }
    program_drop(p, A);
    if (objects > 1)
        program_drop(p, B);
    program_work(p, (uint64_t)device->step_cpu_ns);
    if (device->step == device->boot_steps) {
        build_lists(p, device->config_bytes);
        program_drop(p, TREE);
    }
    program_event(p, EVENT_step_done);
}

static void plan(struct device *device, uint64_t instant_ns, enum activity activity)
{
    if (instant_ns < device->end_ns)
        event_queue_push(&device->agenda, instant_ns, activity, activity);
}

static void plan_disconnect(struct device *device, uint64_t after_ns)
{
    double gap_ns = gsl_ran_exponential(device->clients, (double)device->client_ns);
    plan(device, after_ns + (uint64_t)gap_ns, DISCONNECT);
}

static void begin_service(struct device *device, struct program *p)
{
    program_event(p, EVENT_startup_done);
    device->serving = true;
    device->end_ns = p->nominal_ns + (uint64_t)device->duration_ns;
    plan(device, p->nominal_ns + (uint64_t)device->poll_ns, POLL);
    plan(device, p->nominal_ns + (uint64_t)device->report_ns, REPORT);
    plan_disconnect(device, p->nominal_ns);
}

static void poll_field_devices(const struct device *device, struct program *p)
{
    program_event(p, EVENT_critical_begin);
    for (uint32_t i = 0; i < (uint32_t)device->field_devices; i++) {
        program_new(p, A, KIND_DICT, 4, 64);
        for (uint32_t j = 0; j < 4; j++) {
            program_new(p, B, KIND_TUPLE, 2, 48);
            program_store(p, A, j, B);
        }
        program_store(p, READINGS, i, A);
        program_work(p, (uint64_t)device->reading_cpu_ns);
        program_drop(p, A);
        program_drop(p, B);
        if (gsl_rng_uniform(device->cycles) < device->poll_cycles)
            leave_cycle(p, 4, 32);
    }
    program_event(p, EVENT_critical_end);
}

static void write_report(const struct device *device, struct program *p)
{
    build_lists(p, device->report_bytes);
    program_work(p, (uint64_t)device->step_cpu_ns);
    program_drop(p, TREE);
    program_event(p, EVENT_report_done);
}

static void perform(struct device *device, struct program *p, struct event event)
{
    program_sleep(p, event.time_ns);
    switch ((enum activity)event.tag) {
    case POLL:
        poll_field_devices(device, p);
        plan(device, event.time_ns + (uint64_t)device->poll_ns, POLL);
        break;
    case REPORT:
        write_report(device, p);
        plan(device, event.time_ns + (uint64_t)device->report_ns, REPORT);
        break;
    case DISCONNECT:
        leave_cycle(p, (uint32_t)device->client_objects, (uint32_t)device->client_buffer);
        program_event(p, EVENT_disconnect);
        plan_disconnect(device, event.time_ns);
        break;
    }
}

static bool produce(void *state, struct program *p)
{
    struct device *device = state;
    if (device->step < device->boot_steps)
        boot_step(device, p);
    else if (!device->serving)
        begin_service(device, p);
    else if (!event_queue_empty(&device->agenda))
        perform(device, p, event_queue_pop(&device->agenda));
    else {
        program_sleep(p, device->end_ns);
        return false;
    }
    return true;
}

const struct workload workload_device = {
    .about =
        {
            .name = "device",
            .summary = "firmware of an embedded gateway: boots, sleeps, polls, reports",
            .params = params,
            .state_size = sizeof(struct device),
        },
    .start = start,
    .produce = produce,
    .stop = stop,
};
