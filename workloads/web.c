/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * web: a Python service behind HTTP. Start-up imports modules, which live for ever. Then requests
 * arrive in an open loop; one worker serves up to `concurrency` of them, interleaved at their waits
 * for I/O.
 *
 * A request builds a tree of rows (a list of dicts of values) while it computes: some containers
 * die at once, the tree dies by reference count at the end. What stays longer: an entry in the
 * session table (replaced at random, much later), an entry in the cache (first in, first out), and
 * cycles (objects that refer to each other, or an exception whose traceback holds the request's
 * frame, and so the whole tree), which nothing but the collector frees.
 *
 * Both tables are empty at first and fill for minutes, unless the start is warm: then they are
 * filled behind startup_done, and so not frozen with what start-up made, before traffic comes.
 *
 * So requests in flight survive young collections, and generation 2 fills with what dies there soon
 * after, as in real services.
 *
 * With kinds=real objects are what their kinds say, so that the answer depends on the interpreter's
 * version: module members are functions, cycles instances, which have dicts up to 3.10, the values
 * of rows lists, temporaries tuples of values, which mostly come from free lists; and frame,
 * exception and traceback have none. With kinds=counted each is a container that counts and is
 * tracked from birth to death. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/random.h"
#include "sim/model/schedule.h"
#include "sim/model/workload.h"

enum kinds { KINDS_counted, KINDS_real };

static const char *const kinds_names[] = {[KINDS_counted] = "counted", [KINDS_real] = "real", NULL};

struct web {
    /* parameters */
    double rate;
    int64_t duration_ns, settle_ns;
    double burst_factor;
    int64_t burst_every_ns, burst_length_ns;
    int64_t modules, startup_ns;
    double import_cycles;
    int64_t cpu_ns;
    double cpu_sigma;
    int64_t objects;
    double objects_sigma, temporary;
    int64_t payload, module_payload, session_payload, exception_payload;
    double cycles;
    int64_t cycle_size;
    double exceptions;
    int64_t sessions;
    double session_share;
    int64_t cache;
    double cache_share, warm, io_share;
    int64_t io_ns;
    double native;
    int64_t concurrency, memory_limit, kinds, scatter;

    /* the run */
    struct random {
        gsl_rng *arrivals, *cpu, *objects, *cycles, *sessions, *caching, *io, *native, *imports;
    } random;
    struct schedule schedule;
    struct in_flight {
        uint64_t work_ns;     /* for each row */
        uint32_t rows, built; /* of the tree: in all, and so far */
        uint32_t temporaries; /* with each row */
        bool waits, native;
    } * in_flight;
    struct burst {
        bool under_way, pauses; /* it ends with a wait for I/O */
        uint32_t slot;
    } burst;
    bool is_up, serving;
    uint64_t open_ns, close_ns, next_arrival_ns; /* instants; UINT64_MAX: none to come */
    uint32_t module_count, next_module, next_cache_entry;
    uint32_t filled; /* places of the tables, by a warm start */
};

#define SHARE   .type = PARAM_REAL, .least = 0, .most = 1
#define PAYLOAD .type = PARAM_BYTES, .least = 0, .most = GIB

static const struct param params[] = {
    {"rate", PARAM_FIELD(web, rate), .type = PARAM_REAL, .initial = "200", .least = 0.001,
     .most = 1e6, .meaning = "requests a second (Poisson)"},
    {"duration", PARAM_FIELD(web, duration_ns), .type = PARAM_DURATION, .initial = "60s",
     .least = 0, .most = 365 * NS_PER_D, .meaning = "how long requests arrive"},
    {"settle", PARAM_FIELD(web, settle_ns), PARAM_SETTLE},
    {"burst_factor", PARAM_FIELD(web, burst_factor), .type = PARAM_REAL, .initial = "1", .least = 0,
     .most = 1000, .meaning = "the rate in a burst, times the usual one; 1: no bursts"},
    {"burst_every", PARAM_FIELD(web, burst_every_ns), .type = PARAM_DURATION, .initial = "10s",
     .least = NS_PER_MS, .most = 365 * NS_PER_D,
     .meaning = "from one burst's beginning to the next"},
    {"burst_length", PARAM_FIELD(web, burst_length_ns), .type = PARAM_DURATION, .initial = "1s",
     .least = 0, .most = 365 * NS_PER_D, .meaning = "how long a burst lasts"},
    {"modules", PARAM_FIELD(web, modules), .type = PARAM_COUNT, .initial = "250000", .least = 0,
     .most = 1e8, .meaning = "long-lived objects that start-up makes"},
    {"startup", PARAM_FIELD(web, startup_ns), .type = PARAM_DURATION, .initial = "2s", .least = 0,
     .most = NS_PER_H, .meaning = "CPU time of start-up, besides its allocations"},
    {"import_cycles", PARAM_FIELD(web, import_cycles), SHARE, .initial = "0.05",
     .meaning = "cyclic trash that imports leave, as a share of modules"},
    {"cpu", PARAM_FIELD(web, cpu_ns), .type = PARAM_DURATION, .initial = "2ms", .least = 0,
     .most = NS_PER_H,
     .meaning = "median CPU time of a request, besides its allocations (log-normal)"},
    {"cpu_sigma", PARAM_FIELD(web, cpu_sigma), .type = PARAM_REAL, .initial = "0.5", .least = 0,
     .most = 4, .meaning = "standard deviation of its logarithm"},
    {"objects", PARAM_FIELD(web, objects), .type = PARAM_COUNT, .initial = "1200", .least = 1,
     .most = 1e7, .meaning = "median containers that a request allocates (log-normal)"},
    {"objects_sigma", PARAM_FIELD(web, objects_sigma), .type = PARAM_REAL, .initial = "0.8",
     .least = 0, .most = 4, .meaning = "standard deviation of its logarithm"},
    {"temporary", PARAM_FIELD(web, temporary), SHARE, .initial = "0.5",
     .meaning = "share of them that die at once; the others die when the request ends"},
    {"payload", PARAM_FIELD(web, payload), PAYLOAD, .initial = "64B",
     .meaning = "strings, numbers and the like that a request's container keeps alive"},
    {"module_payload", PARAM_FIELD(web, module_payload), PAYLOAD, .initial = "256B",
     .meaning = "the same of an object that start-up makes"},
    {"session_payload", PARAM_FIELD(web, session_payload), PAYLOAD, .initial = "64B",
     .meaning = "the same of an object in the session table or the cache"},
    {"exception_payload", PARAM_FIELD(web, exception_payload), PAYLOAD, .initial = "64B",
     .meaning = "the same of an exception, its traceback and its frame, each"},
    {"cycles", PARAM_FIELD(web, cycles), SHARE, .initial = "0.2",
     .meaning = "share of requests that leave a cycle"},
    {"cycle_size", PARAM_FIELD(web, cycle_size), .type = PARAM_COUNT, .initial = "20", .least = 1,
     .most = 1e6, .meaning = "mean objects in such a cycle (geometric)"},
    {"exceptions", PARAM_FIELD(web, exceptions), SHARE, .initial = "0.02",
     .meaning = "share of requests whose exception's traceback keeps the whole tree in a cycle"},
    {"sessions", PARAM_FIELD(web, sessions), .type = PARAM_COUNT, .initial = "10000", .least = 1,
     .most = 1e7, .meaning = "places in the session table"},
    {"session_share", PARAM_FIELD(web, session_share), SHARE, .initial = "0.3",
     .meaning = "share of requests that put an entry (5 objects) at a random place of it"},
    {"cache", PARAM_FIELD(web, cache), .type = PARAM_COUNT, .initial = "5000", .least = 1,
     .most = 1e7, .meaning = "entries of the cache"},
    {"cache_share", PARAM_FIELD(web, cache_share), SHARE, .initial = "0.3",
     .meaning = "share of requests that put an entry (3 objects) in place of the oldest"},
    {"warm", PARAM_FIELD(web, warm), SHARE, .initial = "0",
     .meaning = "share of the session table and of the cache that is full when the first request "
                "comes; 1: as in a service that has been up for long"},
    {"io_share", PARAM_FIELD(web, io_share), SHARE, .initial = "0.5",
     .meaning = "share of requests that wait for I/O half-way"},
    {"io", PARAM_FIELD(web, io_ns), .type = PARAM_DURATION, .initial = "20ms", .least = 0,
     .most = NS_PER_H, .meaning = "mean of that wait (exponential)"},
    {"native", PARAM_FIELD(web, native), SHARE, .initial = "0.1",
     .meaning = "share of requests whose tree C code builds (json.loads): no collection until it "
                "returns, from 3.12 on"},
    {"concurrency", PARAM_FIELD(web, concurrency), .type = PARAM_COUNT, .initial = "32", .least = 1,
     .most = 100000, .meaning = "requests in flight at most"},
    {"memory_limit", PARAM_FIELD(web, memory_limit), PARAM_MEMORY_LIMIT},
    {"kinds", PARAM_FIELD(web, kinds), .type = PARAM_CHOICE, .choices = kinds_names,
     .initial = "counted",
     .meaning =
         "real: objects are tracked and counted as the interpreter's version does with such; "
         "counted: each from birth to death"},
    {"scatter", PARAM_FIELD(web, scatter), PARAM_SCATTER, .initial = "random"},
    {NULL},
};

/* Registers: the process's own, some that every burst uses and leaves empty, and one for the tree
 * of each request in flight. */
enum { MODULES, SESSIONS, CACHE, A, B, C, TREES };

#define MODULE_OBJECTS 50 /* a module's dict and what is in it */
#define ROW_VALUES     8
#define ROW_OBJECTS    (ROW_VALUES + 1)
#define IMPORT_CYCLE   10 /* objects */

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct web *web = state;
    (void)error;
    web->random = (struct random){
        .arrivals = random_stream(seed, "web arrivals"),
        .cpu = random_stream(seed, "web cpu"),
        .objects = random_stream(seed, "web objects"),
        .cycles = random_stream(seed, "web cycles"),
        .sessions = random_stream(seed, "web sessions"),
        .caching = random_stream(seed, "web caching"),
        .io = random_stream(seed, "web io"),
        .native = random_stream(seed, "web native"),
        .imports = random_stream(seed, "web imports"),
    };
    web->module_count = (uint32_t)((web->modules + MODULE_OBJECTS - 1) / MODULE_OBJECTS);
    schedule_init(&web->schedule, (uint32_t)web->concurrency);
    web->in_flight = allocate_zeroed((size_t)web->concurrency, sizeof *web->in_flight);
    program->slots = (uint32_t)web->concurrency;
    program->registers = TREES + program->slots;
    program->scatter = web->scatter;
    program->has_kinds = web->kinds == KINDS_real;
    if (web->memory_limit != PARAM_ABSENT)
        program->memory_limit_bytes = (uint64_t)web->memory_limit;
    program->planned_ns = (uint64_t)(web->startup_ns + web->settle_ns + web->duration_ns) +
                          (uint64_t)web->modules * program->costs.ns[OP_NEW][KIND_INSTANCE];
    return 0;
}

static void stop(void *state)
{
    struct web *web = state;
    gsl_rng *streams[] = {web->random.arrivals, web->random.cpu,      web->random.objects,
                          web->random.cycles,   web->random.sessions, web->random.caching,
                          web->random.io,       web->random.native,   web->random.imports};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        gsl_rng_free(streams[i]);
    schedule_fini(&web->schedule);
    free(web->in_flight);
}

static bool chance(gsl_rng *stream, double share)
{
    return gsl_rng_uniform(stream) < share;
}

static void new_object(struct program *p, uint32_t reg, enum object_kind kind, uint32_t fields,
                       int64_t payload)
{
    program_new(p, reg, kind, fields, (uint32_t)payload);
}

/* What an object is: as it is counted, or really. */
static enum object_kind kind_of(const struct web *web, enum object_kind counted,
                                enum object_kind real)
{
    return web->kinds == KINDS_real ? real : counted;
}

/* A value of a row, a session or a cache entry. */
static void new_value(const struct web *web, struct program *p, int64_t payload)
{
    new_object(p, B, kind_of(web, KIND_TUPLE, KIND_LIST), 2, payload);
}

static void new_temporary(const struct web *web, struct program *p)
{
    for (int i = 0; web->kinds == KINDS_real && i < 2; i++)
        program_item(p, NO_REGISTER);
    new_object(p, B, KIND_TUPLE, 2, web->payload);
}

/* A cycle of `size` objects to which nothing else refers; one of them also holds what register
 * `held` does (0, the modules, stands for nothing). */
static void leave_cycle(struct program *p, enum object_kind kind, uint32_t size, int64_t payload,
                        uint32_t held)
{
    program_ring(p, kind, A, B, C, size, (uint32_t)payload, 0);
    if (held)
        program_store(p, A, 1, held);
    program_drop(p, A);
}

/* ---- the session table and the cache ------------------------------------------------ */

/* A container with `parts` others in it, into a field of one of the process's tables. */
static void put_entry(const struct web *web, struct program *p, uint32_t table, uint32_t place,
                      enum object_kind kind, uint32_t parts)
{
    new_object(p, A, kind, parts, web->session_payload);
    for (uint32_t i = 0; i < parts; i++) {
        new_value(web, p, web->session_payload);
        program_store(p, A, i, B);
    }
    program_store(p, table, place, A);
    program_drop(p, A);
    program_drop(p, B);
}

static void put_session(const struct web *web, struct program *p, uint32_t place)
{
    put_entry(web, p, SESSIONS, place, KIND_DICT, 4);
}

static void put_cached(struct web *web, struct program *p)
{
    put_entry(web, p, CACHE, web->next_cache_entry, KIND_LIST, 2);
    web->next_cache_entry = (web->next_cache_entry + 1) % (uint32_t)web->cache;
}

/* ---- start-up ------------------------------------------------------------------------- */

static void make_tables(const struct web *web, struct program *p)
{
    program_new(p, MODULES, KIND_LIST, web->module_count, 0);
    program_new(p, SESSIONS, KIND_LIST, (uint32_t)web->sessions, 0);
    program_new(p, CACHE, KIND_LIST, (uint32_t)web->cache, 0);
}

/* A module: its dict, and functions that refer to it (their globals) and to the one before. */
static void import_module(struct web *web, struct program *p)
{
    int64_t left = web->modules - (int64_t)web->next_module * MODULE_OBJECTS;
    uint32_t members = (uint32_t)(left < MODULE_OBJECTS ? left : MODULE_OBJECTS) - 1;
    new_object(p, A, KIND_DICT, members, web->module_payload);
    program_store(p, MODULES, web->next_module++, A);
    for (uint32_t i = 0; i < members; i++) {
        new_object(p, C, kind_of(web, KIND_INSTANCE, KIND_FUNCTION), 2, web->module_payload);
        program_store(p, C, 0, A);
        if (i > 0)
            program_store(p, C, 1, B);
        program_store(p, A, i, C);
        program_copy(p, B, C);
    }
    program_drop(p, A);
    if (members > 0) {
        program_drop(p, B);
        program_drop(p, C);
    }
    if (chance(web->random.imports, web->import_cycles * MODULE_OBJECTS / IMPORT_CYCLE))
        leave_cycle(p, KIND_INSTANCE, IMPORT_CYCLE, web->module_payload, 0);
    program_work(p, (uint64_t)web->startup_ns / web->module_count);
}

/* ---- requests ------------------------------------------------------------------------- */

/* The rate at a nominal instant, and in *until_ns for how long it stays. */
static double rate_at(const struct web *web, uint64_t instant_ns, double *until_ns)
{
    if (web->burst_factor == 1) {
        *until_ns = INFINITY;
        return web->rate;
    }
    uint64_t every = (uint64_t)web->burst_every_ns, length = (uint64_t)web->burst_length_ns;
    uint64_t phase = (instant_ns - web->open_ns) % every;
    bool burst = phase < length;
    *until_ns = (double)((burst && length < every ? length : every) - phase);
    return burst ? web->rate * web->burst_factor : web->rate;
}

/* Requests in a period, from one burst's beginning to the next. */
static double requests_of_period(const struct web *web)
{
    double every = (double)web->burst_every_ns, burst = fmin((double)web->burst_length_ns, every);
    return web->rate / 1e9 * (burst * web->burst_factor + every - burst);
}

#define PERIODS_STEPPED 1000 /* with more between two arrivals, whole ones are passed at once */

/* Passes what can be passed of the time to the next arrival, or to the end if none comes before. */
static uint64_t pass_periods(const struct web *web, uint64_t instant_ns, double *left)
{
    double each = requests_of_period(web), every = (double)web->burst_every_ns;
    double to_end = ceil((double)(web->close_ns - instant_ns) / every);
    double periods = fmin(floor(*left / each), to_end + 1) - 1; /* rounding is made up for in it */
    if (web->burst_factor == 1 || !(periods > PERIODS_STEPPED))
        return instant_ns;
    *left = fmax(*left - periods * each, 0);
    return instant_ns + (uint64_t)periods * (uint64_t)web->burst_every_ns;
}

/* The arrival after `instant_ns`: the unit exponential is spent at the rate of each phase. */
static uint64_t draw_arrival(const struct web *web, uint64_t instant_ns)
{
    double left = gsl_ran_exponential(web->random.arrivals, 1), until_ns;
    for (instant_ns = pass_periods(web, instant_ns, &left); instant_ns < web->close_ns;) {
        double rate_per_ns = rate_at(web, instant_ns, &until_ns) / 1e9;
        if (rate_per_ns > 0 && !(left > rate_per_ns * until_ns)) {
            instant_ns += (uint64_t)(left / rate_per_ns);
            return instant_ns < web->close_ns ? instant_ns : UINT64_MAX;
        }
        left -= rate_per_ns * until_ns;
        instant_ns += (uint64_t)until_ns;
    }
    return UINT64_MAX;
}

static void open_service(struct web *web, struct program *p)
{
    web->serving = true;
    web->open_ns = p->nominal_ns + (uint64_t)web->settle_ns;
    web->close_ns = web->open_ns + (uint64_t)web->duration_ns;
    web->next_arrival_ns = draw_arrival(web, web->open_ns);
}

#define AT_ONCE 65536 /* operations; a tree may take very many, and so may a table */

/* A warm start, as many operations at once as there may be; then requests may come. */
static void fill_tables(struct web *web, struct program *p)
{
    uint32_t sessions = (uint32_t)(web->warm * (double)web->sessions);
    uint32_t cached = (uint32_t)(web->warm * (double)web->cache);
    for (; web->filled < sessions + cached && p->count < AT_ONCE; web->filled++) {
        if (web->filled < sessions)
            put_session(web, p, web->filled);
        else
            put_cached(web, p);
    }
    if (web->filled == sessions + cached)
        open_service(web, p);
}

static void begin_service(struct web *web, struct program *p)
{
    program_event(p, EVENT_startup_done);
    web->is_up = true;
    fill_tables(web, p);
}

static void draw_request(struct web *web, uint32_t slot)
{
    struct in_flight *request = &web->in_flight[slot];
    double containers =
        gsl_ran_lognormal(web->random.objects, log((double)web->objects), web->objects_sigma);
    double work_ns = (double)web->cpu_ns * gsl_ran_lognormal(web->random.cpu, 0, web->cpu_sigma);
    double rows = fmin(fmax(1, round(containers * (1 - web->temporary) / ROW_OBJECTS)), 1e6);
    *request = (struct in_flight){
        .rows = (uint32_t)rows,
        .work_ns = (uint64_t)(fmin(work_ns, NS_PER_D) / rows),
        .temporaries = (uint32_t)fmin(round(containers * web->temporary / rows), 1e6),
        .waits = chance(web->random.io, web->io_share),
        .native = chance(web->random.native, web->native),
    };
}

static void build_row(const struct web *web, struct program *p, uint32_t slot)
{
    struct in_flight *request = &web->in_flight[slot];
    new_object(p, A, KIND_DICT, ROW_VALUES, web->payload);
    program_store(p, TREES + slot, request->built++, A);
    for (uint32_t i = 0; i < ROW_VALUES; i++) {
        new_value(web, p, web->payload);
        program_store(p, A, i, B);
    }
    for (uint32_t i = 0; i < request->temporaries; i++)
        new_temporary(web, p);
    program_drop(p, A);
    program_drop(p, B);
    program_work(p, request->work_ns);
}

static void end_request(struct web *web, struct program *p, uint32_t slot)
{
    if (chance(web->random.sessions, web->session_share)) {
        uint32_t place =
            (uint32_t)gsl_rng_uniform_int(web->random.sessions, (unsigned long)web->sessions);
        put_session(web, p, place);
    }
    if (chance(web->random.caching, web->cache_share))
        put_cached(web, p);
    if (chance(web->random.cycles, web->cycles))
        leave_cycle(p, KIND_INSTANCE,
                    gsl_ran_geometric(web->random.cycles, 1 / (double)web->cycle_size),
                    web->payload, 0);
    if (chance(web->random.cycles, web->exceptions))
        leave_cycle(p, kind_of(web, KIND_INSTANCE, KIND_SLOTS), 3, web->exception_payload,
                    TREES + slot); /* frame, exception, traceback */
    program_drop(p, TREES + slot);
    schedule_end(&web->schedule, p, slot);
    program_event(p, EVENT_request_end);
}

static void begin_burst(struct web *web, struct program *p, uint32_t slot, bool first)
{
    const struct in_flight *request = &web->in_flight[slot];
    web->burst = (struct burst){.under_way = true, .slot = slot, .pauses = first && request->waits};
    if (first)
        new_object(p, TREES + slot, KIND_LIST, request->rows, web->payload);
    if (request->native)
        program_native_begin(p);
}

static void end_burst(struct web *web, struct program *p)
{
    uint32_t slot = web->burst.slot;
    web->burst.under_way = false;
    if (web->in_flight[slot].native)
        program_native_end(p);
    if (web->burst.pauses)
        schedule_wait(&web->schedule, p, slot,
                      (uint64_t)gsl_ran_exponential(web->random.io, (double)web->io_ns));
    else
        end_request(web, p, slot);
}

/* The burst that has begun: up to the wait for I/O half-way, or to the end. */
static void run_burst(struct web *web, struct program *p)
{
    const struct in_flight *request = &web->in_flight[web->burst.slot];
    uint32_t goal = web->burst.pauses ? request->rows / 2 : request->rows;
    while (request->built < goal && p->count < AT_ONCE)
        build_row(web, p, web->burst.slot);
    if (request->built >= goal)
        end_burst(web, p);
}

/* False: no burst is left. */
static bool next_burst(struct web *web, struct program *p)
{
    uint32_t slot;
    enum schedule_step step = schedule_next(&web->schedule, p, web->next_arrival_ns, &slot);
    if (step == SCHEDULE_DONE)
        return false;
    if (step == SCHEDULE_BEGIN) {
        draw_request(web, slot);
        web->next_arrival_ns = draw_arrival(web, web->next_arrival_ns);
    }
    begin_burst(web, p, slot, step == SCHEDULE_BEGIN);
    return true;
}

static void start_up(struct web *web, struct program *p)
{
    if (web->next_module == 0)
        make_tables(web, p);
    if (web->next_module < web->module_count)
        import_module(web, p);
    else
        begin_service(web, p);
}

static bool produce(void *state, struct program *p)
{
    struct web *web = state;
    if (!web->serving) {
        (web->is_up ? fill_tables : start_up)(web, p);
        return true;
    }
    if (!web->burst.under_way && !next_burst(web, p))
        return false;
    run_burst(web, p);
    return true;
}

const struct workload workload_web = {
    .about =
        {
            .name = "web",
            .summary = "a service behind HTTP: start-up, then requests in an open loop",
            .params = params,
            .state_size = sizeof(struct web),
        },
    .start = start,
    .produce = produce,
    .stop = stop,
};
