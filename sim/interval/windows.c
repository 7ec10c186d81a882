/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiling a program, window by window or whole: when a round is over, and when a window is. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/array.h"
#include "sim/base/attempt.h"
#include "sim/interval/compiler.h"
#include "sim/model/graph_need.h"

/* A window is long enough to make little of what each costs, and short enough to be kept by the
 * dozen: some 10 MB. */
#define WINDOW_LEAST (1u << 20)

/* Ages have as many bits. */
#define BIRTHS_MOST (UINT64_C(1) << AGE_BITS)

double compiler_progress(const struct compiler *compiler)
{
    const struct program *program = &compiler->stream.program;
    double planned_ns = (double)program->planned_ns;
    return planned_ns > 0 ? fmin((double)program->nominal_ns / planned_ns, 1) : 0;
}

/* ---- a round ---------------------------------------------------------------------------- */

/* Of a whole program; a window is never as long. */
static int too_large(const struct compiled *compiled, struct error *error)
{
    static const struct {
        enum compiled_column column;
        const char *what;
    } limited[] = {{COLUMN_births, "objects"},
                   {COLUMN_work, "stretches of computing"},
                   {COLUMN_controls, "requests, waits and events"}};
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++)
        if (compiled_count(compiled, limited[i].column) > COLUMN_MOST)
            return error_set(error,
                             "the program has 2^31 %s or more, too many to be kept whole: simulate "
                             "it without keeping it",
                             limited[i].what);
    return 0;
}

static int cannot_keep(const struct compile_options *options, struct error *error)
{
    return error_set(error, "%s: cannot keep the compiled program in temporary files there: %s%s%s",
                     options->folder, strerror(errno), options->advice ? "; " : "",
                     options->advice ? options->advice : "");
}

/* Columns in memory become files once together they take more than allowed. */
static int write_out(struct compiler *compiler, struct error *error)
{
    const struct compile_options *options = &compiler->options;
    struct compiled *compiled = compiler->compiled;
    uint64_t bytes = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        bytes += compiled->columns[i].capacity * compiled->columns[i].size;
    bool spilled = compiled->columns[COLUMN_classes].in_file;
    bool spill = !spilled && options->memory_bytes && bytes > options->memory_bytes;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        struct column *column = &compiled->columns[i];
        if (i == COLUMN_shapes)
            continue; /* few, and looked up all the time */
        if ((spill && column_spill(column, options->folder) != 0) || column_flush(column) != 0)
            return cannot_keep(options, error);
    }
    return 0;
}

static int end_round(struct compiler *compiler, struct error *error)
{
    struct round *round = &compiler->round;
    compiler_find_isolated(compiler);
    compiler_cut_round(compiler);
    round->first += compiler->now;
    round->death = compiler->deaths;
    round->death_count = round->becoming_count = 0;
    compiler->now = 0;
    if (compiler->births > BIRTHS_MOST - ROUND_MOST)
        return error_set(error, "the program has 2^40 objects or more, too many for any engine");
    if (!compiler->is_whole)
        return 0;
    if (too_large(compiler->compiled, error) != 0)
        return -1;
    return write_out(compiler, error);
}

/* ---- a window ----------------------------------------------------------------------------- */

/* It has room for as much as the one before it had, and a little more. */
static void begin_window(struct compiler *compiler, struct compiled *window)
{
    uint64_t births = compiler->births, back = compiler->options.origin_back;
    if (back == 0)
        back = ORIGIN_BACK;
    compiler->compiled = window;
    window->before = compiler->before;
    window->origin = births > back ? births - back : 0;
    compiler->is_long = window->origin > 0;
    window->progress[0] = compiler_progress(compiler);
    for (int i = 0; i < COLUMN_COUNT; i++)
        column_reserve(&window->columns[i], compiler->counts[i] + compiler->counts[i] / 8);
    compiler->deaths = compiler->references = compiler->round.death = 0;
    compiler->ages = (struct age_counts){0};
    struct cut *cut = &compiler->cut;
    cut->birth = cut->death = cut->work = cut->control = cut->isolated = 0;
}

/* For the next. */
static void note_window(struct compiler *compiler)
{
    struct before *before = &compiler->before;
    before->operations = compiler->round.first;
    before->births = compiler->births;
    before->numbers = compiler->numbers;
    before->deaths += compiler->deaths;
    for (int age = 0; age < AGE_BUCKETS; age++)
        before->ages[age] += compiler->ages.count[age];
    for (int i = 0; i < COLUMN_COUNT; i++)
        compiler->counts[i] = compiler->compiled->columns[i].count;
}

/* Shapes are numbered through the program: a window has all there are by its end, since old objects
 * die in it. */
static void give_shapes(const struct column *shapes, struct compiled *compiled)
{
    struct column *column = &compiled->columns[COLUMN_shapes];
    column_reserve(column, shapes->count);
    if (shapes->count)
        memcpy(column->data, shapes->data, shapes->count * shapes->size);
    column->count = shapes->count;
}

static int end_window(struct compiler *compiler, struct error *error)
{
    struct compiled *compiled = compiler->compiled;
    compiler_end_segments(compiler);
    give_shapes(&compiler->shapes, compiled);
    compiled->is_last = compiler->ended;
    compiled->operations = compiler->round.first - compiler->before.operations;
    compiled->numbers = compiler->numbers;
    compiled->heap_bytes = compiler->arena.used * sizeof *compiler->arena.units;
    compiled->progress[1] = compiler_progress(compiler);
    compiled->program = compiler->stream.program;
    compiled->program.ops = NULL;
    compiled->program.count = compiled->program.capacity = 0;
    note_window(compiler);
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (column_complete(&compiled->columns[i]) != 0)
            return cannot_keep(&compiler->options, error);
    return 0;
}

static bool window_is_over(const struct compiler *compiler)
{
    uint64_t operations = compiler->round.first - compiler->before.operations;
    return !compiler->is_whole && (compiler->options.window || operations >= WINDOW_LEAST);
}

static void keep_fault(struct compiler *compiler)
{
    struct compiled *compiled = compiler->compiled;
    const struct op *op = &compiler->stream.program.ops[compiler->next - 1];
    compiler->now--; /* has not happened */
    compiled->fault = compiler->fault;
    compiled->fault_ns = compiler->stream.program.costs.ns[op->code][op->kind];
    stream_locate(&compiler->stream, compiler->round.first + compiler->now, compiled->place,
                  sizeof compiled->place);
}

static int tell(const struct compiler *compiler)
{
    int status = 0;
    for (const struct observer *o = compiler->observer; o; o = o->next)
        if (o->progress && o->progress(o->context, compiler_progress(compiler)) != 0)
            status = -1;
    return status;
}

/* 1 at the end of the program, or at a fault, which end the window; 0 where rounds have ended it;
 * -1 for an error. */
static int execute_window(struct compiler *compiler, struct error *error)
{
    for (;;) {
        enum run_end end = compiler_run(compiler);
        if (end == RUN_FAULT) {
            keep_fault(compiler);
            return 1;
        }
        if (end == RUN_STRETCH) {
            if (tell(compiler) != 0)
                return -1;
            compiler->next = 0;
            if (!stream_next(&compiler->stream))
                return 1;
        } else if (end_round(compiler, error) != 0) {
            return -1;
        } else if (window_is_over(compiler)) {
            return 0;
        }
    }
}

struct filling {
    struct compiler *compiler;
    struct compiled *window;
};

static int fill_window(void *context, struct error *error)
{
    struct filling *filling = context;
    struct compiler *compiler = filling->compiler;
    begin_window(compiler, filling->window);
    int status = execute_window(compiler, error);
    if (status < 0)
        return -1;
    compiler->ended = status > 0;
    if (compiler->ended && end_round(compiler, error) != 0)
        return -1;
    return end_window(compiler, error);
}

void compiler_observe(struct compiler *compiler, const struct observer *observer)
{
    compiler->observer = observer;
}

/* An error ends the program, too. */
int compiler_next(struct compiler *compiler, struct compiled *window, struct error *error)
{
    struct filling filling = {compiler, window};
    compiled_init(window);
    error->text[0] = '\0';
    if (compiler->ended)
        return 0;
    if (attempt(fill_window, &filling, error) == 0)
        return 1;
    compiler->ended = true;
    return -1;
}

/* ---- a program -------------------------------------------------------------------------- */

struct opening {
    struct compiler *compiler;
    const struct setting *workload;
    uint64_t seed;
    const struct collector_version *version;
    const struct compile_options *options;
};

static int open_compiler(void *context, struct error *error)
{
    struct opening *how = context;
    const struct simulation_setup setup = {.collector = how->version, .costs = how->options->costs};
    struct costs own;
    const struct costs *costs = costs_of_setup(&setup, &own);
    struct compiler *compiler = how->compiler = allocate_zeroed(1, sizeof *compiler);
    compiler->options = *how->options;
    if (stream_open(&compiler->stream, how->workload, how->seed, costs, error) != 0)
        return -1;
    const struct program *program = &compiler->stream.program;
    if (program->needs_graph.text[0])
        return error_set(error, GRAPH_NEED_LINE, program->needs_graph.text);
    arena_init(&compiler->arena);
    compiler->registers = allocate_zeroed(program->registers, sizeof *compiler->registers);
    compiler_begin(compiler);
    return 0;
}

struct compiler *compiler_open(const struct setting *workload, uint64_t seed,
                               const struct collector_version *version,
                               const struct compile_options *options, struct error *error)
{
    struct opening how = {NULL, workload, seed, version, options};
    error->text[0] = '\0';
    if (attempt(open_compiler, &how, error) == 0)
        return how.compiler;
    compiler_close(how.compiler);
    return NULL;
}

void compiler_close(struct compiler *compiler)
{
    if (!compiler)
        return;
    arena_fini(&compiler->arena);
    free(compiler->registers);
    array_free(compiler->birth_high, compiler->birth_high_capacity, 1);
    column_fini(&compiler->shapes);
    free(compiler->shape_table);
    free(compiler->round.deaths);
    free(compiler->round.becoming);
    free(compiler->round.unreachable);
    stream_close(&compiler->stream);
    free(compiler);
}

/* ---- a whole program: one window -------------------------------------------------------- */

int compile(struct compiled *compiled, const struct setting *workload, uint64_t seed,
            const struct collector_version *version, const struct compile_options *options,
            const struct observer *observer, struct error *error)
{
    struct compiler *compiler = compiler_open(workload, seed, version, options, error);
    compiled_init(compiled);
    if (!compiler)
        return -1;
    compiler->is_whole = true;
    compiler->observer = observer;
    int status = compiler_next(compiler, compiled, error) == 1 ? 0 : -1;
    compiled->progress[1] = 1;
    compiler_close(compiler);
    return status;
}
