/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/compiler.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/model/machine.h"

/* A window is as long as a trace at its end is worth: so many operations at least, and one for as
 * many bytes as the trace passes. */
#define WINDOW_LEAST (1 << 17)
#define WINDOW_BYTES 16

/* ---- shapes --------------------------------------------------------------------------- */

static size_t shape_hash(const struct shape *shape)
{
    uint64_t mixed = (shape->fields * UINT64_C(0x9E3779B97F4A7C15)) ^
                     (shape->bytes * UINT64_C(0xC2B2AE3D27D4EB4F)) ^ shape->kind;
    return (size_t)(mixed ^ (mixed >> 29));
}

static uint32_t *shape_slot(const struct compiler *compiler, const struct shape *shape)
{
    const struct shape *shapes = compiled_shapes(compiler->compiled);
    size_t slot = shape_hash(shape) & (compiler->shape_slots - 1);
    while (compiler->shape_table[slot] &&
           memcmp(&shapes[compiler->shape_table[slot] - 1], shape, sizeof *shape) != 0)
        slot = (slot + 1) & (compiler->shape_slots - 1);
    return &compiler->shape_table[slot];
}

static void shapes_rehash(struct compiler *compiler, size_t slots)
{
    const struct shape *shapes = compiled_shapes(compiler->compiled);
    uint32_t count = (uint32_t)compiler->compiled->columns[COLUMN_shapes].count;
    uint32_t *table = allocate_zeroed(slots, sizeof *table);
    free(compiler->shape_table);
    compiler->shape_slots = slots;
    compiler->shape_table = table;
    for (uint32_t i = 0; i < count; i++)
        *shape_slot(compiler, &shapes[i]) = i + 1;
}

static uint32_t shape_of(struct compiler *compiler, const struct op *op)
{
    const struct shape shape = {op->kind, op->b, op->c};
    uint32_t *slot = shape_slot(compiler, &shape);
    if (*slot)
        return *slot - 1;
    uint32_t number = (uint32_t)compiler->compiled->columns[COLUMN_shapes].count;
    *PUSH(compiler, struct shape, shapes) = shape;
    *slot = number + 1;
    if (2 * (size_t)number > compiler->shape_slots)
        shapes_rehash(compiler, 2 * compiler->shape_slots);
    return number;
}

/* ---- operations ----------------------------------------------------------------------- */

static void record_death(struct compiler *compiler, const struct node *node)
{
    struct window *window = &compiler->window;
    uint32_t age = age_bucket(compiler->births - node->birth - 1);
    *PUSH(compiler, uint32_t, deaths) = node->birth;
    *PUSH(compiler, struct death_facts, death_facts) = (struct death_facts){
        .shape = node->shape < SHAPE_OTHER ? (uint8_t)node->shape : SHAPE_OTHER,
        .age = (uint8_t)age,
    };
    if (window->death_count == window->death_capacity)
        window->deaths = allocate_grow(window->deaths, &window->death_capacity,
                                       window->death_count + 1, sizeof *window->deaths);
    window->deaths[window->death_count++] = (struct death){compiler->now, node->shape};
    compiler->ages.count[age]++;
    if ((window->death + window->death_count) % AGES_APART == 0)
        *PUSH(compiler, struct age_counts, ages) = compiler->ages;
}

/* Takes one reference away. The last one frees the object, and what only it kept alive. */
static void release(struct compiler *compiler, ref o)
{
    struct node *node = node_at(compiler, o);
    if (--node->count) {
        node->stamp = compiler->now;
        return;
    }
    node->stamp = 0;
    while (o) { /* the top of a stack linked through `stamp` */
        node = node_at(compiler, o);
        ref top = node->stamp;
        if (node->number)
            compiler_record_isolated(compiler, node, compiler->now);
        else
            record_death(compiler, node);
        for (uint32_t f = 0; f < node->fields; f++) {
            ref child = node->field[f];
            if (!child)
                continue;
            struct node *referent = node_at(compiler, child);
            referent->stamp = compiler->now;
            if (--referent->count == 0) {
                referent->stamp = top;
                top = child;
            }
        }
        arena_give(&compiler->arena, o, node_bytes(node->fields));
        o = top;
    }
}

static ref *fields(void *context, ref o, uint32_t *count)
{
    struct node *node = node_at(context, o);
    *count = node->fields;
    return node->field;
}

static void assign(void *context, ref *slot, ref o)
{
    struct compiler *compiler = context;
    ref old = *slot;
    if (o)
        node_at(compiler, o)->count++;
    *slot = o;
    if (old)
        release(compiler, old);
}

static void execute_new(struct compiler *compiler, const struct op *op)
{
    uint32_t shape = shape_of(compiler, op);
    ref o = arena_take(&compiler->arena, node_bytes(op->b));
    struct node *node = node_at(compiler, o);
    *node = (struct node){.birth = compiler->births++, .fields = op->b, .shape = shape};
    memset(node->field, 0, op->b * sizeof *node->field);
    *PUSH(compiler, uint32_t, births) = shape;
    assign(compiler, &compiler->registers[op->a], o);
}

static enum op_class class_of(const struct op *op)
{
    if (op->code == OP_NEW)
        return op->kind;
    if (op_is_of_engine(op))
        return CLASS_STORE + (enum op_class)(op->code - OP_STORE);
    return CLASS_CONTROL;
}

/* Executes an operation; false, and a fault, if it cannot be. */
static bool execute(struct compiler *compiler, const struct op *op)
{
    const struct machine machine = {compiler->registers, &compiler->fault, compiler, fields,
                                    assign};
    compiler->now++;
    switch (class_of(op)) {
    case CLASS_CONTROL:
        *PUSH(compiler, struct op, controls) = *op;
        break;
    case CLASS_WORK:
        *PUSH(compiler, uint64_t, work) = op_work_ns(op);
        break;
    case CLASS_STORE:
    case CLASS_CLEAR:
    case CLASS_LOAD:
    case CLASS_COPY:
    case CLASS_DROP:
        if (!machine_execute(&machine, op))
            return false;
        break;
    default:
        execute_new(compiler, op);
    }
    *PUSH(compiler, uint8_t, classes) = (uint8_t)class_of(op);
    return true;
}

/* ---- windows ---------------------------------------------------------------------------- */

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
                             "the program has 2^31 %s or more, too many for the interval engine: "
                             "simulate it with --engine graph",
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
            continue; /* looked up by number all the time */
        if ((spill && column_spill(column, options->folder) != 0) || column_flush(column) != 0)
            return cannot_keep(options, error);
    }
    return 0;
}

static int end_window(struct compiler *compiler, struct error *error)
{
    struct window *window = &compiler->window;
    compiler_find_isolated(compiler);
    compiler_cut_window(compiler);
    window->first += compiler->now;
    window->death += window->death_count;
    window->death_count = window->becoming_count = 0;
    compiler->now = 0;
    if (too_large(compiler->compiled, error) != 0)
        return -1;
    return write_out(compiler, error);
}

static bool window_is_full(const struct compiler *compiler)
{
    uint64_t traced = compiler->arena.used * sizeof *compiler->arena.units +
                      compiler->stream.program.registers * sizeof *compiler->registers;
    if (compiler->options.window)
        return compiler->now >= compiler->options.window;
    return compiler->now >= WINDOW_LEAST && compiler->now >= traced / WINDOW_BYTES;
}

static void keep_fault(struct compiler *compiler, const struct op *op)
{
    struct compiled *compiled = compiler->compiled;
    compiler->now--; /* has not happened */
    compiled->fault = compiler->fault;
    compiled->fault_ns = compiler->stream.program.costs.ns[op->code][op->kind];
    stream_locate(&compiler->stream, compiler->window.first + compiler->now, compiled->place,
                  sizeof compiled->place);
}

/* 0 to go on, 1 at the end or a fault, -1 for an error. */
static int compile_stretch(struct compiler *compiler, struct error *error)
{
    const struct program *program = &compiler->stream.program;
    if (!stream_next(&compiler->stream))
        return 1;
    for (size_t i = 0; i < program->count; i++) {
        if (!execute(compiler, &program->ops[i])) {
            keep_fault(compiler, &program->ops[i]);
            return 1;
        }
        if (window_is_full(compiler) && end_window(compiler, error) != 0)
            return -1;
    }
    return 0;
}

static int finish(struct compiler *compiler, struct error *error)
{
    struct compiled *compiled = compiler->compiled;
    if (end_window(compiler, error) != 0)
        return -1;
    compiler_end_segments(compiler);
    compiled->is_last = compiler->ended = true;
    compiled->operations = compiler->window.first;
    compiled->heap_bytes = compiler->arena.used * sizeof *compiler->arena.units;
    compiled->program = compiler->stream.program;
    compiled->program.ops = NULL;
    compiled->program.count = compiled->program.capacity = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (column_complete(&compiled->columns[i]) != 0)
            return cannot_keep(&compiler->options, error);
    return 0;
}

/* ---- a program window by window --------------------------------------------------------- */

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
    struct compiler *compiler = how->compiler = allocate_zeroed(1, sizeof *compiler);
    compiler->options = *how->options;
    if (stream_open(&compiler->stream, how->workload, how->seed, how->version, error) != 0)
        return -1;
    arena_init(&compiler->arena);
    compiler->registers =
        allocate_zeroed(compiler->stream.program.registers, sizeof *compiler->registers);
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
    free(compiler->shape_table);
    free(compiler->window.deaths);
    free(compiler->window.becoming);
    free(compiler->window.unreachable);
    stream_close(&compiler->stream);
    free(compiler);
}

double compiler_progress(const struct compiler *compiler)
{
    const struct program *program = &compiler->stream.program;
    double planned_ns = (double)program->planned_ns;
    return planned_ns > 0 ? fmin((double)program->nominal_ns / planned_ns, 1) : 0;
}

static int tell(const struct compiler *compiler, const struct observer *observer)
{
    int status = 0;
    for (const struct observer *o = observer; o; o = o->next)
        if (o->progress && o->progress(o->context, compiler_progress(compiler)) != 0)
            status = -1;
    return status;
}

struct compilation {
    struct compiler *compiler;
    const struct observer *observer;
};

static int compile_all(void *context, struct error *error)
{
    struct compilation *how = context;
    int status;
    shapes_rehash(how->compiler, 64);
    while ((status = compile_stretch(how->compiler, error)) == 0)
        if (tell(how->compiler, how->observer) != 0)
            return -1;
    return status > 0 ? finish(how->compiler, error) : -1;
}

static int compile_into(struct compiler *compiler, struct compiled *compiled,
                        const struct observer *observer, struct error *error)
{
    struct compilation how = {compiler, observer};
    compiler->compiled = compiled;
    return attempt(compile_all, &how, error);
}

int compiler_next(struct compiler *compiler, struct compiled *window, struct error *error)
{
    compiled_init(window);
    error->text[0] = '\0';
    if (compiler->ended)
        return 0;
    return compile_into(compiler, window, NULL, error) == 0 ? 1 : -1;
}

/* ---- a whole program -------------------------------------------------------------------- */

int compile(struct compiled *compiled, const struct setting *workload, uint64_t seed,
            const struct collector_version *version, const struct compile_options *options,
            const struct observer *observer, struct error *error)
{
    compiled_init(compiled);
    struct compiler *compiler = compiler_open(workload, seed, version, options, error);
    int status = compiler ? compile_into(compiler, compiled, observer, error) : -1;
    compiler_close(compiler);
    return status;
}
