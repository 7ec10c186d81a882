/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * queue: the simplest service there is. Requests arrive in an open loop (Poisson) and one worker
 * serves them, first come, first served: M/G/1 in Kendall's notation. Without pauses the time that
 * a request spends is known (Kleinrock, Queueing Systems I, 1975): with arrivals at rate λ, service
 * times of mean s and standard deviation cv·s, and ρ = λ·s < 1, its mean is
 *
 *     s + ρ / (1 − ρ) · (1 + cv²) / 2 · s        (Pollaczek and Khinchine)
 *
 * and for exponential service it is exponential with mean s / (1 − ρ). So it tests the simulator,
 * and shows what a pause does to a queue.
 *
 * A service time is one operation of work. What a request allocates costs what it costs besides:
 * with no objects and no cycles, mutator time is the sum of the service times, to the nanosecond.
 */
#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/base/random.h"
#include "sim/model/workload.h"

#define DISTRIBUTIONS(X) X(exponential) X(constant) X(uniform) X(gamma) X(lognormal)

enum distribution {
#define X(name) DISTRIBUTION_##name,
    DISTRIBUTIONS(X)
#undef X
};

static const char *const distribution_names[] = {
#define X(name) #name,
    DISTRIBUTIONS(X)
#undef X
        NULL};

struct queue {
    /* parameters */
    double rate;
    int64_t duration_ns, settle_ns, service_ns, distribution;
    double cv;
    int64_t live, objects;
    double cycles;
    int64_t cycle_size, scatter;

    /* the run */
    gsl_rng *arrivals, *service, *cyclic;
    uint32_t made; /* of the long-lived objects, so far */
    bool serving;
    uint64_t close_ns, next_arrival_ns; /* instants; UINT64_MAX: none to come */
};

static const struct param params[] = {
    {"rate", PARAM_FIELD(queue, rate), .type = PARAM_REAL, .initial = "100", .least = 0.001,
     .most = 1e6, .meaning = "requests a second (Poisson)"},
    {"duration", PARAM_FIELD(queue, duration_ns), .type = PARAM_DURATION, .initial = "60s",
     .least = 0, .most = 365 * NS_PER_D, .meaning = "how long requests arrive"},
    {"settle", PARAM_FIELD(queue, settle_ns), PARAM_SETTLE},
    {"service", PARAM_FIELD(queue, service_ns), .type = PARAM_DURATION, .initial = "5ms",
     .least = 0, .most = NS_PER_H,
     .meaning = "mean CPU time of a request, besides its allocations"},
    {"distribution", PARAM_FIELD(queue, distribution), .type = PARAM_CHOICE,
     .choices = distribution_names, .initial = "exponential",
     .meaning = "of that time; uniform: from 0 to twice the mean"},
    {"cv", PARAM_FIELD(queue, cv), .type = PARAM_REAL, .initial = "1", .least = 0.01, .most = 10,
     .meaning = "its standard deviation over its mean, where it is gamma or lognormal"},
    {"live", PARAM_FIELD(queue, live), .type = PARAM_COUNT, .initial = "0", .least = 0, .most = 1e7,
     .meaning = "long-lived objects that start-up makes"},
    {"objects", PARAM_FIELD(queue, objects), .type = PARAM_COUNT, .initial = "0", .least = 0,
     .most = 1e6, .meaning = "containers that a request allocates and that die when it ends"},
    {"cycles", PARAM_FIELD(queue, cycles), .type = PARAM_REAL, .initial = "0", .least = 0,
     .most = 1, .meaning = "share of requests that leave a cycle"},
    {"cycle_size", PARAM_FIELD(queue, cycle_size), .type = PARAM_COUNT, .initial = "20", .least = 1,
     .most = 1e6, .meaning = "objects in such a cycle"},
    {"scatter", PARAM_FIELD(queue, scatter), PARAM_SCATTER, .initial = "random"},
    {NULL},
};

/* What start-up made; the objects of the request being served; scratch, left empty. */
enum { LIVE, REQUEST, A, B, C, REGISTERS };

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct queue *queue = state;
    (void)error;
    queue->arrivals = random_stream(seed, "queue arrivals");
    queue->service = random_stream(seed, "queue service");
    queue->cyclic = random_stream(seed, "queue cycles");
    program->slots = 1;
    program->registers = REGISTERS;
    program->scatter = queue->scatter;
    program->planned_ns = (uint64_t)(queue->settle_ns + queue->duration_ns) +
                          (uint64_t)queue->live * program->costs.ns[OP_NEW][KIND_INSTANCE];
    return 0;
}

static void stop(void *state)
{
    struct queue *queue = state;
    gsl_rng_free(queue->arrivals);
    gsl_rng_free(queue->service);
    gsl_rng_free(queue->cyclic);
}

/* A list of `objects` − 1 others; `reg` holds it. */
static void new_list(struct program *p, uint32_t reg, uint32_t objects)
{
    program_new(p, reg, KIND_LIST, objects - 1, 0);
}

static void fill(struct program *p, uint32_t reg, uint32_t field, enum object_kind kind)
{
    program_new(p, A, kind, 2, 0);
    program_store(p, reg, field, A);
}

/* ---- start-up ------------------------------------------------------------------------- */

#define LIVE_AT_ONCE 1000

static void make_live(struct queue *queue, struct program *p)
{
    if (queue->made == 0) {
        new_list(p, LIVE, (uint32_t)queue->live);
        queue->made = 1;
    }
    for (int i = 0; i < LIVE_AT_ONCE && queue->made < queue->live; i++)
        fill(p, LIVE, queue->made++ - 1, KIND_INSTANCE);
    if (queue->live > 1)
        program_drop(p, A);
}

/* ---- requests ------------------------------------------------------------------------- */

static void draw_arrival(struct queue *queue, uint64_t after_ns)
{
    double gap_ns = gsl_ran_exponential(queue->arrivals, (double)NS_PER_S / queue->rate);
    uint64_t instant_ns = after_ns + (uint64_t)llround(gap_ns);
    queue->next_arrival_ns = instant_ns < queue->close_ns ? instant_ns : UINT64_MAX;
}

static void begin_service(struct queue *queue, struct program *p)
{
    program_event(p, EVENT_startup_done);
    queue->serving = true;
    uint64_t open_ns = p->nominal_ns + (uint64_t)queue->settle_ns;
    queue->close_ns = open_ns + (uint64_t)queue->duration_ns;
    draw_arrival(queue, open_ns);
}

/* Of mean 1. */
static double draw_share(const struct queue *queue)
{
    double square = queue->cv * queue->cv, log_variance = log1p(square);
    switch ((enum distribution)queue->distribution) {
    case DISTRIBUTION_exponential:
        return gsl_ran_exponential(queue->service, 1);
    case DISTRIBUTION_constant:
        return 1;
    case DISTRIBUTION_uniform:
        return gsl_ran_flat(queue->service, 0, 2);
    case DISTRIBUTION_gamma:
        return gsl_ran_gamma(queue->service, 1 / square, square);
    case DISTRIBUTION_lognormal:
        return gsl_ran_lognormal(queue->service, -log_variance / 2, sqrt(log_variance));
    }
    assert(false && "a distribution");
    return 1;
}

#define SERVICE_MOST_NS (365 * NS_PER_D) /* where a tail would overflow a clock */

static uint64_t draw_service(const struct queue *queue)
{
    double ns = (double)queue->service_ns * draw_share(queue);
    return (uint64_t)llround(fmin(ns, SERVICE_MOST_NS));
}

/* With one worker and no waits the order of service is that of arrival: no need of
 * sim/model/schedule.h. */
static void serve(struct queue *queue, struct program *p)
{
    uint32_t objects = (uint32_t)queue->objects;
    program_begin(p, 0, queue->next_arrival_ns);
    if (objects > 0)
        new_list(p, REQUEST, objects);
    for (uint32_t i = 0; i + 1 < objects; i++)
        fill(p, REQUEST, i, KIND_TUPLE);
    if (objects > 1)
        program_drop(p, A);
    program_work(p, draw_service(queue));
    if (gsl_rng_uniform(queue->cyclic) < queue->cycles) {
        program_ring(p, KIND_INSTANCE, A, B, C, (uint32_t)queue->cycle_size, 0, 0);
        program_drop(p, A);
    }
    if (objects > 0)
        program_drop(p, REQUEST);
    program_end(p, 0);
    program_event(p, EVENT_request_end);
    draw_arrival(queue, queue->next_arrival_ns);
}

static bool produce(void *state, struct program *p)
{
    struct queue *queue = state;
    if (queue->made < queue->live)
        make_live(queue, p);
    else if (!queue->serving)
        begin_service(queue, p);
    else if (queue->next_arrival_ns != UINT64_MAX)
        serve(queue, p);
    else
        return false;
    return true;
}

const struct workload workload_queue = {
    .about =
        {
            .name = "queue",
            .summary = "one worker, requests first come, first served: M/G/1",
            .params = params,
            .state_size = sizeof(struct queue),
        },
    .start = start,
    .produce = produce,
    .stop = stop,
};
