/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * parse: a program that reads documents (JSON, rows of a database), works with them, and lets them
 * go. Its objects are what their kinds say, so the answer depends on the interpreter's version:
 *
 *   - C code builds a document in a native section: a list of rows of values that are no
 * containers, but for some which are lists of such. Up to 3.13 a dict of such values is never
 * tracked, and a tuple of them only until a collection meets it; from 3.14 on dicts are tracked,
 * and tuples of them that Python code makes, as temporaries, not. An instance has a dict of its own
 * up to 3.10.
 *   - Working with a row makes temporaries, which mostly come from free lists, and go back there.
 *   - Some rows cannot be read: an exception, its traceback and the frame refer to each other and
 * to the row, and only the collector frees them.
 *
 * (CPython's developers have such a program in every discussion of the collector: bpo-4074 made
 * collections of all generations rarer for it, bpo-4688 untracked dicts and tuples of atoms.) */
#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/base/random.h"
#include "sim/model/workload.h"

#define ROWS(X) X(dict) X(tuple) X(list) X(instance)

enum row {
#define X(name) ROW_##name,
    ROWS(X)
#undef X
};

static const char *const row_names[] = {
#define X(name) #name,
    ROWS(X)
#undef X
        NULL};

struct parse {
    /* parameters */
    int64_t documents, rows, columns, kind;
    double nested, errors;
    int64_t temporaries, kept, work_ns, payload, scatter;

    /* the run */
    gsl_rng *nesting, *failing;
    int64_t read;         /* documents, so far */
    uint32_t built, seen; /* rows of the one under way: made; worked with */
};

static const struct param params[] = {
    {"documents", PARAM_FIELD(parse, documents), .type = PARAM_COUNT, .initial = "40", .least = 1,
     .most = 1e7, .meaning = "how many are read, one after the other"},
    {"rows", PARAM_FIELD(parse, rows), .type = PARAM_COUNT, .initial = "20000", .least = 1,
     .most = 1e7, .meaning = "of a document"},
    {"kind", PARAM_FIELD(parse, kind), .type = PARAM_CHOICE, .choices = row_names,
     .initial = "dict", .meaning = "what a row is"},
    {"columns", PARAM_FIELD(parse, columns), .type = PARAM_COUNT, .initial = "8", .least = 1,
     .most = 16, .meaning = "values of a row"},
    {"nested", PARAM_FIELD(parse, nested), .type = PARAM_REAL, .initial = "0.1", .least = 0,
     .most = 1, .meaning = "share of rows one of whose values is a list"},
    {"errors", PARAM_FIELD(parse, errors), .type = PARAM_REAL, .initial = "0.001", .least = 0,
     .most = 1, .meaning = "share of rows that end in an exception, kept by its own frame"},
    {"temporaries", PARAM_FIELD(parse, temporaries), .type = PARAM_COUNT, .initial = "3",
     .least = 0, .most = 1000, .meaning = "lists and tuples that die at once, for each row"},
    {"kept", PARAM_FIELD(parse, kept), .type = PARAM_COUNT, .initial = "1", .least = 0, .most = 1e4,
     .meaning = "documents that are kept besides the one under way, the newest"},
    {"work", PARAM_FIELD(parse, work_ns), .type = PARAM_DURATION, .initial = "1us", .least = 0,
     .most = NS_PER_S, .meaning = "CPU time of a row, besides its allocations"},
    {"payload", PARAM_FIELD(parse, payload), .type = PARAM_BYTES, .initial = "400B", .least = 0,
     .most = MIB, .meaning = "strings and numbers of a row"},
    {"scatter", PARAM_FIELD(parse, scatter), PARAM_SCATTER, .initial = "random"},
    {NULL},
};

/* The document; documents that are kept; scratch, left empty. */
enum { DOCUMENT, KEPT, ROW, A, B, C, REGISTERS };

static uint64_t nominal_row_ns(const struct parse *parse, const struct program *program)
{
    const uint32_t *births = program->costs.ns[OP_NEW];
    return (uint64_t)parse->work_ns + births[KIND_DICT] +
           (uint64_t)parse->temporaries * births[KIND_TUPLE];
}

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct parse *parse = state;
    (void)error;
    parse->nesting = random_stream(seed, "parse nesting");
    parse->failing = random_stream(seed, "parse failing");
    program->registers = REGISTERS;
    program->scatter = parse->scatter;
    program->has_kinds = true;
    program->planned_ns =
        (uint64_t)parse->documents * (uint64_t)parse->rows * nominal_row_ns(parse, program);
    return 0;
}

static void stop(void *state)
{
    struct parse *parse = state;
    gsl_rng_free(parse->nesting);
    gsl_rng_free(parse->failing);
}

/* ---- a document ------------------------------------------------------------------------- */

/* A row into ROW; if it is nested, its first value is the list in A. */
static void new_row(const struct parse *parse, struct program *p, bool nested)
{
    static const enum object_kind kinds[] = {
        [ROW_dict] = KIND_DICT,
        [ROW_tuple] = KIND_TUPLE,
        [ROW_list] = KIND_LIST,
        [ROW_instance] = KIND_INSTANCE,
    };
    uint32_t columns = (uint32_t)parse->columns;
    enum object_kind kind = kinds[parse->kind];
    for (uint32_t i = 0; kind == KIND_TUPLE && i < columns; i++)
        program_item(p, nested && i == 0 ? A : NO_REGISTER);
    if (kind == KIND_TUPLE)
        program_new_tuple_in_c(p, ROW, columns, (uint32_t)parse->payload);
    else
        program_new(p, ROW, kind, columns, (uint32_t)parse->payload);
    if (kind == KIND_INSTANCE) /* the first attribute makes its dict, up to 3.10 */
        program_clear(p, ROW, 0);
    if (nested && kind != KIND_TUPLE)
        program_store(p, ROW, 0, A);
}

static void build_row(struct parse *parse, struct program *p)
{
    bool nested = gsl_rng_uniform(parse->nesting) < parse->nested;
    if (nested)
        program_new(p, A, KIND_LIST, (uint32_t)parse->columns, 0);
    new_row(parse, p, nested);
    program_store(p, DOCUMENT, parse->built++, ROW);
    program_drop(p, ROW);
    if (nested)
        program_drop(p, A);
}

/* ---- working with it -------------------------------------------------------------------- */

/* An exception, its traceback, and the frame whose variable it is, in a ring; the frame has the
 * row, too. Containers like these are counted, tracked, and have no free list. */
static void fail_on_row(struct program *p)
{
    program_new(p, A, KIND_SLOTS, 1, 0); /* exception */
    program_new(p, B, KIND_SLOTS, 2, 0); /* traceback */
    program_new(p, C, KIND_SLOTS, 8, 0); /* frame */
    program_store(p, A, 0, B);
    program_store(p, B, 0, C);
    program_store(p, C, 0, A);
    program_store(p, C, 1, ROW);
    program_drop(p, A);
    program_drop(p, B);
    program_drop(p, C);
}

/* A pair with the row, but where that is a tuple itself: tuples in tuples are untracked in an order
 * that takes the graph engine. Or a list. */
static void new_temporary(const struct parse *parse, struct program *p, int64_t number)
{
    bool tuple = number % 2;
    for (int i = 0; tuple && i < 2; i++)
        program_item(p, i || parse->kind == ROW_tuple ? NO_REGISTER : ROW);
    program_new(p, A, tuple ? KIND_TUPLE : KIND_LIST, 2, 0);
    if (!tuple)
        program_store(p, A, 0, ROW);
    program_drop(p, A);
}

static void work_on_row(struct parse *parse, struct program *p)
{
    program_emit(p, (struct op){.code = OP_LOAD, .a = ROW, .b = DOCUMENT, .c = parse->seen++});
    for (int64_t i = 0; i < parse->temporaries; i++)
        new_temporary(parse, p, i);
    program_work(p, (uint64_t)parse->work_ns);
    if (gsl_rng_uniform(parse->failing) < parse->errors)
        fail_on_row(p);
    program_drop(p, ROW);
}

/* ---- one after the other ---------------------------------------------------------------- */

#define ROWS_AT_ONCE 256

static void begin_document(struct parse *parse, struct program *p)
{
    if (parse->read == 0) {
        if (parse->kept > 0)
            program_new(p, KEPT, KIND_LIST, (uint32_t)parse->kept, 0);
        program_event(p, EVENT_startup_done);
    }
    program_native_begin(p);
    program_new(p, DOCUMENT, KIND_LIST, (uint32_t)parse->rows, 0);
}

static void end_document(struct parse *parse, struct program *p)
{
    if (parse->kept > 0)
        program_store(p, KEPT, (uint32_t)(parse->read % parse->kept), DOCUMENT);
    program_drop(p, DOCUMENT);
    program_event(p, EVENT_request_end);
    parse->read++;
    parse->built = parse->seen = 0;
}

static bool produce(void *state, struct program *p)
{
    struct parse *parse = state;
    uint32_t rows = (uint32_t)parse->rows;
    if (parse->built == 0)
        begin_document(parse, p);
    for (int i = 0; i < ROWS_AT_ONCE && parse->built < rows; i++) {
        build_row(parse, p);
        if (parse->built == rows)
            program_native_end(p);
    }
    for (int i = 0; i < ROWS_AT_ONCE && parse->built == rows && parse->seen < rows; i++)
        work_on_row(parse, p);
    if (parse->seen == rows)
        end_document(parse, p);
    return parse->read < parse->documents;
}

const struct workload workload_parse = {
    .about =
        {
            .name = "parse",
            .summary = "documents that are read, worked with and let go; objects are what their "
                       "kinds say",
            .params = params,
            .state_size = sizeof(struct parse),
        },
    .start = start,
    .produce = produce,
    .stop = stop,
};
