/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program stream: what a workload emits and an engine executes. It is the same under every
 * policy, to the last operation; that is what makes comparisons of policies paired.
 *
 * A program is a register machine over container objects (docs/heap-scripts.md) that also computes,
 * serves requests, waits, and says where it is. Registers are its variables: roots.
 *
 * Two clocks. Mutator time is the program's own work. Wall time is mutator time, plus pauses, plus
 * waiting. A workload sees neither: it sees the *nominal* clock, which is what wall time would be
 * if collections took no time, and decides by it which burst of work comes next. The instants that
 * a program gives (arrivals, the end of a sleep) are nominal. What the program is late by as it
 * reports startup_done, what the policy does then included, moves all that come after: a service
 * that is not ready has no traffic yet. No other pause moves any. */
#ifndef PYGCSIM_SIM_MODEL_PROGRAM_H
#define PYGCSIM_SIM_MODEL_PROGRAM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/model/object_kind.h"

/* Events a program reports by name, and policies act on: X(identifier, meaning). `idle` is the one
 * the run loop reports itself: each time no burst is ready and the program is about to wait. */
#define PROGRAM_EVENTS(X)                                                                          \
    X(startup_done, "start-up is over, service begins")                                            \
    X(request_end, "a request has been answered")                                                  \
    X(idle, "nothing is ready: the program is about to wait")                                      \
    X(disconnect, "a client has gone")                                                             \
    X(report_done, "the periodic report has been written")                                         \
    X(critical_begin, "a timing-critical section begins")                                          \
    X(critical_end, "a timing-critical section has ended")                                         \
    X(step_done, "one step of start-up is over")

enum program_event {
#define X(name, meaning) EVENT_##name,
    PROGRAM_EVENTS(X)
#undef X
        PROGRAM_EVENT_COUNT
};

/* The names and the meanings in the order of the enum, ending with NULL. */
extern const char *const program_event_names[PROGRAM_EVENT_COUNT + 1];
extern const char *const program_event_meanings[PROGRAM_EVENT_COUNT + 1];

/* Operations; a, b, c and ns are fields of struct op. */
enum op_code {
    /* the heap's, and computing: executed by the engine */
    OP_NEW,   /* register a := new object of `kind` with b fields, c bytes */
    OP_STORE, /* field b of the object in a := register c */
    OP_CLEAR, /* field b of the object in a := nothing */
    OP_LOAD,  /* register a := field c of the object in b */
    OP_COPY,  /* register a := register b */
    OP_DROP,  /* register a := nothing */
    OP_WORK,  /* compute for ns */
    /* the program's own calls of module gc */
    OP_COLLECT, /* generation a */
    OP_FREEZE,
    OP_UNFREEZE,
    OP_ENABLE,
    OP_DISABLE,
    OP_THRESHOLD, /* a, b, c; THRESHOLD_KEEP leaves one as it is */
    /* time */
    OP_BEGIN,        /* request in slot a, arrived at instant ns, begins its first burst */
    OP_WAIT,         /* the burst of slot a ends; its next is ready ns later */
    OP_RESUME,       /* the next burst of slot a begins, at instant ns if there were no pauses */
    OP_END,          /* the request in slot a is answered */
    OP_SLEEP,        /* wait for the instant ns */
    OP_NATIVE_BEGIN, /* C code that does not return to the interpreter loop begins */
    OP_NATIVE_END,
    OP_EVENT, /* program event a */
    /* what it takes the graph for: finalizers, weak references, questions to module gc; executed by
     * the engine that has one (docs/heap-scripts.md) */
    OP_ITEM,      /* one of the items of the tuple that is made next: what register a holds, or an
                     atom (NO_REGISTER). Part of that operation: it has no number of its own */
    OP_ATTRS,     /* register a := the __dict__ of the object in b, made if there is none */
    OP_WEAKREF,   /* register a := a weak reference to the object in b; mode: enum callback_mode */
    OP_DEREF,     /* register a := what the weak reference in b refers to */
    OP_FINALIZER, /* what the finalizer of the object in a will do: mode, enum finalizer_mode; b and
                     c are its operands */
    OP_DEBUG,     /* gc.set_debug: flags a (sim/model/gc_event.h) */
    OP_ASK_COUNT, /* gc.get_count(); this and what follows tell a gc_event */
    OP_ASK_TRACKED,   /* gc.is_tracked of the object in a */
    OP_ASK_FINALIZED, /* gc.is_finalized of the object in a */
    OP_ASK_OBJECTS,   /* gc.get_objects of generation a, or ALL_GENERATIONS */
    OP_ASK_GARBAGE,   /* what is in gc.garbage */
    OP_EMPTY_GARBAGE, /* gc.garbage.clear() */
    OP_COUNT
};

#define THRESHOLD_KEEP  UINT32_MAX
#define NO_REGISTER     UINT32_MAX
#define ALL_GENERATIONS UINT32_MAX

/* What a finalizer (__del__) does besides. The register b is set only if it is empty. */
enum finalizer_mode {
    FINALIZER_NOOP,
    FINALIZER_SELF,  /* register b := the dying object */
    FINALIZER_FIELD, /* register b := its field c */
    FINALIZER_WEAK,  /* register b := what the weak reference in register c refers to */
};

/* What the callback of a weak reference does besides being told of. */
enum callback_mode {
    CALLBACK_NONE, /* there is none */
    CALLBACK_NOTE, /* nothing */
    CALLBACK_DROP, /* empties the register that the weak reference was made in, if it is in it */
};

/* Who makes a tuple. From 3.14 on one that Python code makes of atoms is never tracked. */
enum tuple_maker {
    TUPLE_BY_PYTHON,
    TUPLE_BY_C, /* PyTuple_New: tracked until a collection meets it, in every version */
};

struct op {
    uint8_t code;  /* enum op_code */
    uint8_t kind;  /* enum object_kind of OP_NEW, else 0 */
    uint16_t mode; /* of OP_WEAKREF and OP_FINALIZER, and of OP_NEW of a tuple; else 0 */
    uint32_t a;
    union {
        struct {
            uint32_t b, c;
        };
        uint64_t ns;
    };
};
static_assert(sizeof(struct op) == 16, "operations are streamed: keep them small");

/* What OP_WORK takes, cut where clocks would overflow: far beyond the longest run (146 years). */
#define WORK_MOST_NS (UINT64_C(1) << 62)

static inline uint64_t op_work_ns(const struct op *op)
{
    return op->ns < WORK_MOST_NS ? op->ns : WORK_MOST_NS;
}

/* The others are the run loop's. */
static inline bool op_is_of_engine(const struct op *op)
{
    return op->code <= OP_WORK || op->code >= OP_ITEM;
}

/* Mutator time of each operation, in ns: by code and, for OP_NEW, kind (sim/model/costs.h). Freeing
 * an object is part of the cost of allocating it, so that mutator time does not depend on the
 * policy.
 */
struct op_costs {
    uint32_t ns[OP_COUNT][OBJECT_KINDS];
};

/* How objects lie in memory: a time in ns (sim/model/costs.h), or a word for that of such a heap in
 * the costs used; words are negative, as words besides a range are (param_word_value). */
#define SCATTERS(X)                                                                                \
    X(sequential, "allocated in order, references to neighbours: a fresh heap")                    \
    X(random, "allocated in order, references anywhere")                                           \
    X(aged, "the collector's lists in random address order: a long-running process")

enum scatter {
#define X(name, meaning) SCATTER_##name,
    SCATTERS(X)
#undef X
        SCATTER_COUNT
};
extern const char *const scatter_names[SCATTER_COUNT + 1];

#define SCATTER_WORD(value) (-1 - (value)) /* of a negative one: its enum; and back again */
#define SCATTER_MOST_NS     100000

static inline bool scatter_is_sound(int64_t scatter)
{
    return -SCATTER_COUNT <= scatter && scatter <= SCATTER_MOST_NS;
}

#define SLOTS_MOST (1u << 20)

/* A program under way: what the workload has declared, and the operations it has emitted and nobody
 * has executed yet. */
struct program {
    /* Declared by the workload at its start. */
    uint32_t registers, slots;   /* it uses 0 … n − 1; slots: SLOTS_MOST at most */
    uint64_t planned_ns;         /* about how long it runs on the nominal clock, 0: not known */
    uint64_t memory_limit_bytes; /* an allocation that does not fit ends the run; 0: none */
    double slowdown;             /* this machine against the one the costs were measured on; 1 */
    int64_t scatter;             /* of its heap */
    bool has_kinds; /* its objects are what their kinds say; else containers that are all tracked,
                       counted, and change only by the operations on them */
    struct error needs_graph; /* why it takes the engine that has the graph, and where:
                                 "x.heap:12: a weak reference"; empty: any engine runs it, */
    bool may_need_graph;      /* or else compiling it says so */

    struct op *ops;
    size_t count, capacity;
    uint64_t nominal_ns;
    struct op_costs costs; /* slowdown included, once it has been declared */
};

void program_fini(struct program *program);

/* Makes room for one more operation. */
void program_grow(struct program *program);

static inline void program_emit(struct program *program, struct op op)
{
    if (program->count == program->capacity)
        program_grow(program);
    program->ops[program->count++] = op;
    program->nominal_ns += program->costs.ns[op.code][op.kind];
}

/* A container of `kind` with so many fields; `payload` bytes are what only it refers to (strings,
 * numbers, …), which the collector never sees. */
static inline void program_new(struct program *program, uint32_t reg, enum object_kind kind,
                               uint32_t fields, uint32_t payload_bytes)
{
    program_emit(program, (struct op){.code = OP_NEW,
                                      .kind = (uint8_t)kind,
                                      .a = reg,
                                      .b = fields,
                                      .c = object_bytes(kind, fields) + payload_bytes});
}

/* So too, of a tuple that C code makes. */
static inline void program_new_tuple_in_c(struct program *program, uint32_t reg, uint32_t fields,
                                          uint32_t payload_bytes)
{
    program_emit(program, (struct op){.code = OP_NEW,
                                      .kind = KIND_TUPLE,
                                      .mode = TUPLE_BY_C,
                                      .a = reg,
                                      .b = fields,
                                      .c = object_bytes(KIND_TUPLE, fields) + payload_bytes});
}

/* One of the items of the tuple that is made next, in a program whose objects are what their kinds
 * say: what a register holds, or an atom (NO_REGISTER). */
static inline void program_item(struct program *program, uint32_t reg)
{
    program_emit(program, (struct op){.code = OP_ITEM, .a = reg});
}

static inline void program_store(struct program *program, uint32_t reg, uint32_t field,
                                 uint32_t source)
{
    program_emit(program, (struct op){.code = OP_STORE, .a = reg, .b = field, .c = source});
}

static inline void program_clear(struct program *program, uint32_t reg, uint32_t field)
{
    program_emit(program, (struct op){.code = OP_CLEAR, .a = reg, .b = field});
}

static inline void program_copy(struct program *program, uint32_t reg, uint32_t source)
{
    program_emit(program, (struct op){.code = OP_COPY, .a = reg, .b = source});
}

static inline void program_drop(struct program *program, uint32_t reg)
{
    program_emit(program, (struct op){.code = OP_DROP, .a = reg});
}

static inline void program_event(struct program *program, enum program_event event)
{
    program_emit(program, (struct op){.code = OP_EVENT, .a = event});
}

static inline void program_native_begin(struct program *program)
{
    program_emit(program, (struct op){.code = OP_NATIVE_BEGIN});
}

static inline void program_native_end(struct program *program)
{
    program_emit(program, (struct op){.code = OP_NATIVE_END});
}

/* Those that move the nominal clock by more than the cost of an operation. */
void program_work(struct program *program, uint64_t ns); /* on the calibrated machine */
void program_sleep(struct program *program, uint64_t until_ns);

/* A ring of `size` objects of a kind with two fields each, `payload` bytes with every one and
 * `extra` more with the first. Register `first` holds the first, whose second field is free; when
 * it lets go, nothing but the ring refers to the ring. `a` and `b` are used, and left empty. */
void program_ring(struct program *program, enum object_kind kind, uint32_t first, uint32_t a,
                  uint32_t b, uint32_t size, uint32_t payload_bytes, uint32_t extra_bytes);

/* Requests: see sim/model/schedule.h, which decides their order. */
void program_begin(struct program *program, uint32_t slot, uint64_t arrival_ns);
void program_wait(struct program *program, uint32_t slot, uint64_t ns);
void program_resume(struct program *program, uint32_t slot, uint64_t nominal_ready_ns);
void program_end(struct program *program, uint32_t slot);

#endif
