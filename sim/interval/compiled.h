/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A compiled program: what happens to the objects of a program, whatever the policy. A policy only
 * decides when collections run. It changes neither the order of operations, nor which objects
 * reference counting frees at each, nor which become unreachable at each and stay, being in a cycle
 * or referred to by one: *isolated* objects. Only of these does a collection find any, and only of
 * them does the program keep the references. Of all others it keeps when they are born and when
 * they die.
 *
 * Objects are numbered in order of birth. Everything is in columns, flat arrays that are written
 * once, in order, and read in order; so a program may be larger than memory
 * (sim/interval/column.h).
 *
 * A program comes whole, or in windows: one after the other, each with columns of its own, so that
 * memory is for what happens at the time, and not for a program's length. Places in columns count
 * from the beginning of the window, `before` says how much there was by then. Births of objects in
 * columns are 32 bits, and count from `origin`: see there. All that is said of a window holds for a
 * whole program: it is one that nothing is before.
 *
 * The program is cut into segments, none longer than SEGMENT_OPERATIONS. Objects become isolated
 * only with the last operation of a segment, and the run loop's operations come only behind it; so
 * a policy that has nothing to do in a segment, and no collection due in it, passes it in one step
 * (sim/interval/passing.c). */
#ifndef PYGCSIM_SIM_INTERVAL_COMPILED_H
#define PYGCSIM_SIM_INTERVAL_COMPILED_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/setting.h"
#include "sim/interval/column.h"
#include "sim/interval/list_use.h"
#include "sim/model/age.h"
#include "sim/model/engine.h"
#include "sim/model/observer.h"
#include "sim/model/program.h"
#include "sim/model/tally.h"

#define SEGMENT_OPERATIONS 128

/* What an operation is to the replayer: COST_CLASSES classes of allocation, and these. With those
 * below BIRTH_CLASSES an object is born or, if its shape says so, becomes tracked. */
enum op_class {
    CLASS_BIRTH_BY_STORE = COST_CLASSES,
    CLASS_BIRTH_BY_CLEAR,
    BIRTH_CLASSES,
    CLASS_STORE = BIRTH_CLASSES,
    CLASS_CLEAR,
    CLASS_LOAD,
    CLASS_COPY,
    CLASS_DROP,
    CLASS_WORK,
    CLASS_CONTROL, /* the run loop's */
    CLASS_COUNT
};

/* The first of each thing that belongs to the segment; what follows up to the next segment's does
 * too. A segment more than there are ends the column. Operations count from the beginning of the
 * program, all else from that of the window.
 *
 * What the generation-0 counter does in a segment, as a function of its value c at the start: it
 * ends at max(c + net, floor), and the largest value that an allocation takes it to is
 * max(c + rise, peak). (It goes up by one at an allocation and down, held at 0, at a death. A sum
 * held at 0 from below is the larger of two things: the plain sum, and what it is if it starts
 * from 0.) Births and deaths through free lists are not in it: struct segment_kinds has them.
 */
struct segment {
    uint64_t operation;       /* its first */
    uint64_t mutator_ns;      /* as it begins; all of it takes less than 2^63 */
    uint64_t live_peak_bytes; /* of reachable objects, the most after an allocation; 0: none */
    uint32_t birth, death, work, control, isolated;
    uint32_t length;       /* operations before the run loop's */
    uint32_t oldest_death; /* the oldest object that dies in it, as in `deaths`; UINT32_MAX: none */
    int32_t net, rise;
    uint16_t floor, peak;
};
static_assert(sizeof(struct segment) == 64, "a cache line");

#define NO_RISE (INT32_MIN / 2) /* of a segment without allocations */

/* Whether an object is in a generation, and so examined. A program whose objects are what their
 * kinds say has all of these; in others everything is TRACKED_ALWAYS. */
enum tracking {
    TRACKED_ALWAYS,
    TRACKED_ONCE,  /* until the first collection that it meets and survives: a tuple of atoms */
    TRACKED_NEVER, /* a dict of atoms, while it is one; a tuple that is born so */
    TRACKED_LATE,  /* no birth: an object that was in no generation enters generation 0, and has its
                      place in the order of birth from then on */
    TRACKING_COUNT
};

/* Objects alike. */
struct shape {
    uint8_t cost;         /* enum cost_class */
    uint8_t takes, gives; /* its free lists, at birth and at death */
    uint8_t tracking;     /* enum tracking */
    uint32_t fields, bytes;
};

/* What else a segment does in a program with kinds: births and deaths through free lists, and
 * objects that are in no generation. The counter's plain sum, if no birth is from a free list and
 * all deaths are into one, takes it to `rise` at most; if it is the other way round, to `fall` at
 * least; `net` is births less deaths. */
struct segment_kinds {
    uint32_t use;       /* the first of its list_uses */
    uint32_t trackings; /* of its window, as it begins */
    int32_t net, rise, fall;
};

/* Of what reference counting has not freed. */
struct alive_kinds {
    struct tally never; /* shapes TRACKED_NEVER */
    struct tally once;  /* shapes TRACKED_ONCE */
};

static inline void shape_add(const struct shape *shape, struct tally *tally)
{
    tally_add(tally, shape->cost, shape->fields, shape->bytes);
}

static inline void shape_remove(const struct shape *shape, struct tally *tally)
{
    tally_remove(tally, shape->cost, shape->fields, shape->bytes);
}

/* What a death has with it, since nobody wants to look for it. The shapes below SHAPE_OTHER are the
 * first of the program, and so the usual ones. */
struct death_facts {
    uint8_t shape; /* SHAPE_OTHER: its birth says, or its elder; of all that are ancient, too */
    uint8_t age;   /* its bucket (sim/model/age.h) */
};
#define SHAPE_OTHER 255
static_assert(AGE_BUCKETS <= UINT8_MAX, "an age is a byte");

/* Deaths by age. A window has those of its first AGES_APART deaths, of twice as many, and so on: to
 * count those up to any death takes AGES_APART steps at most. */
struct age_counts {
    uint32_t count[AGE_BUCKETS];
};
#define AGES_APART 8192

/* An object that has become isolated. Objects that are isolated, or that an isolated one refers to,
 * have a second number, from 1, in order of appearance. */
struct isolated {
    uint32_t birth, shape, number;
    uint32_t references; /* how many it holds, */
    uint64_t reference;  /* and the first of their numbers */
};

/* The columns: X(type of an element, name, what an element is). */
#define COMPILED_COLUMNS(X)                                                                        \
    X(struct segment, segments, "a stretch of operations")                                         \
    X(struct tally, alive, "what reference counting has not freed as a segment begins")            \
    X(uint8_t, classes, "the class of an operation")                                               \
    X(uint32_t, births, "the shape of an object, in order of birth")                               \
    X(uint32_t, deaths, "the number of an object that reference counting frees, in order")         \
    X(struct death_facts, death_facts, "and its shape and its age")                                \
    X(uint8_t, death_operations, "and which operation of the segment frees it")                    \
    X(struct age_counts, ages, "the ages of the first 8192 deaths, of the first 16384, and so on") \
    X(uint64_t, work, "nanoseconds of an operation of class work")                                 \
    X(struct op, controls, "an operation of class control")                                        \
    X(struct isolated, isolated, "an object that becomes isolated, in order")                      \
    X(uint32_t, references, "the second number of what an isolated object refers to")              \
    X(struct shape, shapes, "cost class, free lists, tracking, fields and bytes of objects alike") \
    X(struct segment_kinds, segment_kinds, "what else a segment does, in a program with kinds")    \
    X(struct list_use, list_uses, "what a segment does to the level of a free list")               \
    X(struct alive_kinds, alive_kinds, "what of `alive` is in no generation, or may be")           \
    X(uint64_t, isolated_born, "how many objects were born before an isolated one")

enum compiled_column {
#define X(type, name, meaning) COLUMN_##name,
    COMPILED_COLUMNS(X)
#undef X
        COLUMN_COUNT
};

extern const struct compiled_column_kind {
    const char *name, *meaning;
    uint32_t bytes; /* of an element */
} compiled_columns[COLUMN_COUNT];

/* What a window's columns do not say of an object that is older than the window: where it dies, or
 * becomes isolated, as a place in the column. Few are as old or as unusual as that. */
struct elder {
    uint32_t place, shape;
    uint64_t birth;
};

/* What came before a window. */
struct before {
    uint64_t operations, births, deaths, numbers;
    uint64_t trackings;         /* of these births: no births */
    uint64_t ages[AGE_BUCKETS]; /* of these deaths */
};

struct compiled {
    struct program program;                  /* what the workload has declared; no operations */
    const struct collector_version *version; /* for which it is; with kinds: and its like alone */
    struct column columns[COLUMN_COUNT];
    struct column elder_deaths;   /* struct elder: dies here, and was born ORIGIN_BACK births ago,
                                     or has one of the other shapes and was born before the window */
    struct column elder_isolated; /* struct elder: becomes isolated, and was born so long ago */
    struct before before;
    uint64_t origin;     /* of births in columns; 0 for the first 2^31 of a program */
    uint64_t operations; /* executed; the one that could not be is the next */
    uint64_t numbers;    /* second numbers given by its end, since the program began */
    uint64_t heap_bytes; /* of the compiler's heap, the most there were; not of a file */
    double progress[2];  /* of the program as it begins and ends, from 0 to 1; 0: not known */
    bool is_last;        /* no window comes after it */
    struct fault fault;  /* in the last: why the program cannot go on; FAULT_NONE: it ends */
    uint64_t fault_ns;   /* what the operation that could not be executed costs */
    char place[512];     /* where that is */
};

/* ---- births in columns ------------------------------------------------------------------ */

/* The origin of a window is so many births before it; what was born by then is ancient. */
#define ORIGIN_BACK (UINT64_C(1) << 31)
#define ANCIENT     0 /* in columns, if there is an origin; its elder says more */

/* A birth as it is in columns. */
static inline uint32_t birth_in_column(uint64_t origin, uint64_t birth)
{
    return birth > origin ? (uint32_t)(birth - origin) : ANCIENT;
}

static inline bool is_ancient(uint64_t origin, uint32_t in_column)
{
    return in_column == ANCIENT && origin > 0;
}

/* Whether programs with kinds do on both versions the same, but for times. */
bool versions_are_alike(const struct collector_version *a, const struct collector_version *b);

/* Whether the program does on that version what it does on its own, but for times; else a line in
 * *error that begins with `what`, the program. Returns 0 or -1. */
int compiled_suits(const struct compiled *compiled, const struct collector_version *version,
                   const char *what, struct error *error);

/* The elder that dies, or becomes isolated, at that place. */
const struct elder *elder_at(const struct column *elders, uint64_t place) __attribute__((pure));

/* The elements of a column, and how many there are. */
#define X(type, name, meaning)                                                                     \
    static inline type *compiled_##name(const struct compiled *compiled)                           \
    {                                                                                              \
        return compiled->columns[COLUMN_##name].data;                                              \
    }
COMPILED_COLUMNS(X)
#undef X

static inline uint64_t compiled_count(const struct compiled *compiled, enum compiled_column column)
{
    return column_total(&compiled->columns[column]);
}

void compiled_init(struct compiled *compiled);
void compiled_fini(struct compiled *compiled);

/* Elements of a column, at most, but for `classes` and `references`: places in columns are numbers
 * of 32 bits, and so is what a segment does to the counter, with its sign. (No window is as long;
 * a whole program may be.) */
#define COLUMN_MOST ((uint64_t)INT32_MAX)

/* Whether a whole program that comes from outside is sound: every number that leads to another
 * leads somewhere. Returns NULL, or what is wrong. */
const char *compiled_check(const struct compiled *compiled);

/* What each class of operation costs the mutator; an operation of class work besides. */
void compiled_costs(const struct op_costs *costs, uint32_t ns[CLASS_COUNT]);

/* ---- deaths ----------------------------------------------------------------------------- */

/* What a window's deaths are: its columns. */
struct deaths {
    const uint32_t *births, *deaths;
    const struct death_facts *facts;
    const struct shape *shapes;
    const struct column *elders;
    uint64_t origin;
    uint32_t first; /* the first birth of the window, as in `deaths` */
};

struct deaths deaths_of(const struct compiled *compiled);

/* What the facts do not say. */
uint32_t deaths_other_shape(const struct deaths *deaths, uint32_t death);

/* The shape of an object that dies. */
static inline const struct shape *shape_of_death(const struct deaths *deaths, uint32_t death)
{
    uint8_t shape = deaths->facts[death].shape;
    return &deaths->shapes[shape != SHAPE_OTHER ? shape : deaths_other_shape(deaths, death)];
}

/* Counts all deaths of the program up to the window's first `deaths`, by age. */
void compiled_count_ages(const struct compiled *compiled, uint32_t deaths,
                         uint64_t counts[AGE_BUCKETS]);

/* ---- compiling -------------------------------------------------------------------------- */

struct compile_options {
    const struct costs *costs; /* those of the mutator; NULL: the version's own */
    uint64_t memory_bytes;     /* a program that takes more is kept in files; 0: no limit */
    const char *folder;        /* where these are made */
    const char *advice;        /* what to do if they cannot be: ends the line that says so */
    uint32_t window; /* operations of a window; 0: what is fast (sim/interval/windows.c) */
    /* For tests of large numbers: how many there have been; and ORIGIN_BACK, if not 0. */
    uint64_t births_before, numbers_before, origin_back;
};

/* A program that is being compiled, window by window, in memory that does not grow with its length.
 * (`memory_bytes` and `folder` of the options are for whole programs.) It belongs to one thread at
 * a time; a window belongs to whoever asked for it, does not need the compiler any more, and may be
 * read by many threads. */
struct compiler;

/* Begins the program of a workload, on that version; the options and the setting are not needed
 * after, but for their texts. NULL, with a line in *error, if it cannot be.
 */
struct compiler *compiler_open(const struct setting *workload, uint64_t seed,
                               const struct collector_version *version,
                               const struct compile_options *options, struct error *error);

/* From now on it tells `progress` of these, which may make it give up: then the error's line is
 * empty. */
void compiler_observe(struct compiler *compiler, const struct observer *observer);

/* The next window of the program, for which compiled_fini is due whatever is returned. Returns 1;
 * or 0 if there is none left; or -1 with a line in *error. A fault is part of the last window. */
int compiler_next(struct compiler *compiler, struct compiled *window, struct error *error);

/* Why it has given up, if the program takes the graph engine, and where: as struct program's
 * needs_graph, which says what is known before anything is compiled. Empty otherwise. */
const struct error *compiler_needs_graph(const struct compiler *compiler);

/* How far it is, from 0 to 1, by planned time; 0 if the program does not say. */
double compiler_progress(const struct compiler *compiler);
void compiler_close(struct compiler *compiler); /* of NULL: nothing */

/* Compiles the program of a workload, whole, for that version. Only
 * `progress` of the observers is told anything. Returns 0, also when the program has a fault (it is
 * part of it), or -1 with a line in *error (empty if an observer gave up). compiled_fini is due
 * either way. */
int compile(struct compiled *compiled, const struct setting *workload, uint64_t seed,
            const struct collector_version *version, const struct compile_options *options,
            const struct observer *observer, struct error *error);

#endif
