/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The compiler runs a program once, with reference counting and without a collector, and writes
 * down what happens (sim/compiled.h).
 *
 * When an object becomes isolated is found as Merlin does (Hertz, Blackburn, Moss, McKinley and
 * Stefanović, 2002), a window of operations at a time. An object that loses a reference and stays
 * is stamped with the operation. At the end of the window everything that the registers do not
 * reach has become isolated in it; and an object did so at the latest stamp among those from which
 * it is reached, its own included. A window is as long as a trace is worth: some operations for
 * each object there is.
 *
 * Isolated objects are taken out of the heap at the end of their window. What they referred to may
 * live on, and die later; but whether it then dies at once depends on whether a policy has
 * reclaimed those isolated objects by then. So an object to which an isolated one has ever referred
 * gets a second number; and when its count comes to 0, it does not die but becomes isolated, and so
 * does what only it keeps alive. The replayer finds out whether it dies at once.
 *
 * A window in numbers: operations, births and deaths are written as they happen; its segments when
 * it is over and it is known what became isolated where. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/compiled.h"
#include "sim/machine.h"
#include "sim/memory.h"
#include "sim/stream.h"

#define WINDOW_LEAST      (1 << 17) /* operations */
#define WINDOW_PER_OBJECT 2         /* operations for each object there is */

struct object {
    uint32_t stamp; /* of the window, from 1: when it last lost a reference; links work lists */
    uint32_t count; /* references to it; 0: the block is free */
    uint32_t birth;
    uint32_t fields;
    uint32_t shape;  /* and a mark, MARKED */
    uint32_t number; /* the second number; 0: none */
    ref field[];
};

#define MARKED (UINT32_C(1) << 31)

/* What has happened in the window, each with its operation, from 1. */
struct becoming { /* isolated */
    uint32_t stamp;
    uint32_t order; /* of one operation: as they were found */
    struct isolated record;
};

struct window {
    uint64_t first; /* operation */
    uint64_t death, reference;
    uint32_t *deaths; /* the operation of each death */
    size_t death_count, death_capacity;
    struct becoming *becoming;
    size_t becoming_count, becoming_capacity;
    ref *unreachable;
    size_t unreachable_count, unreachable_capacity;
};

struct compiler {
    struct compiled *compiled;
    struct stream stream;
    struct arena arena;
    ref *registers;
    struct fault fault;
    uint32_t now; /* the operation in the window, from 1 */
    uint32_t births;
    uint64_t objects; /* in the heap */
    struct window window;
    struct cut {
        struct tally alive;
        uint64_t mutator_ns, isolated_bytes;
        uint32_t birth, death, work, control, isolated;
    } cut;                 /* how far segments have been made */
    uint32_t *shape_table; /* open addressing: shape + 1 */
    size_t shape_slots;
    bool spilled;
};

static struct object *object_at(const struct compiler *compiler, ref o)
{
    return arena_at(&compiler->arena, o);
}

static size_t size_of(uint32_t fields)
{
    return sizeof(struct object) + (size_t)fields * sizeof(ref);
}

#define PUSH(compiler, type, name)                                                                 \
    ((type *)column_push(&(compiler)->compiled->columns[COLUMN_##name], sizeof(type)))

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
    free(compiler->shape_table);
    compiler->shape_slots = slots;
    compiler->shape_table = memory_zeroed(slots, sizeof *compiler->shape_table);
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

/* An isolated object refers to it. */
static uint32_t number_of(struct compiler *compiler, struct object *object)
{
    if (!object->number)
        object->number = (uint32_t)++compiler->compiled->numbers;
    return object->number;
}

/* Writes down that an object has become isolated, and what it refers to. */
static void record_isolated(struct compiler *compiler, struct object *object, uint32_t stamp)
{
    struct window *window = &compiler->window;
    struct isolated record = {.birth = object->birth,
                              .shape = object->shape & ~MARKED,
                              .number = number_of(compiler, object),
                              .reference = window->reference};
    for (uint32_t f = 0; f < object->fields; f++) {
        if (!object->field[f])
            continue;
        *PUSH(compiler, uint32_t, references) =
            number_of(compiler, object_at(compiler, object->field[f]));
        record.references++;
    }
    window->reference += record.references;
    window->becoming = memory_grow(window->becoming, &window->becoming_capacity,
                                   window->becoming_count + 1, sizeof *window->becoming);
    window->becoming[window->becoming_count] =
        (struct becoming){stamp, (uint32_t)window->becoming_count, record};
    window->becoming_count++;
}

static void record_death(struct compiler *compiler, const struct object *object)
{
    struct window *window = &compiler->window;
    *PUSH(compiler, uint32_t, deaths) = object->birth;
    *PUSH(compiler, uint32_t, death_shapes) = object->shape;
    if (window->death_count == window->death_capacity)
        window->deaths = memory_grow(window->deaths, &window->death_capacity,
                                     window->death_count + 1, sizeof *window->deaths);
    window->deaths[window->death_count++] = compiler->now;
}

/* Takes one reference away. The last one frees the object, and what only it kept alive. */
static void release(struct compiler *compiler, ref o)
{
    struct object *object = object_at(compiler, o);
    if (--object->count) {
        object->stamp = compiler->now;
        return;
    }
    object->stamp = 0;
    while (o) { /* the top of a stack linked through `stamp` */
        object = object_at(compiler, o);
        ref top = object->stamp;
        if (object->number)
            record_isolated(compiler, object, compiler->now);
        else
            record_death(compiler, object);
        for (uint32_t f = 0; f < object->fields; f++) {
            ref child = object->field[f];
            if (!child)
                continue;
            struct object *referent = object_at(compiler, child);
            referent->stamp = compiler->now;
            if (--referent->count == 0) {
                referent->stamp = top;
                top = child;
            }
        }
        arena_give(&compiler->arena, o, size_of(object->fields));
        compiler->objects--;
        o = top;
    }
}

static ref *fields(void *context, ref o, uint32_t *count)
{
    struct object *object = object_at(context, o);
    *count = object->fields;
    return object->field;
}

static void assign(void *context, ref *slot, ref o)
{
    struct compiler *compiler = context;
    ref old = *slot;
    if (o)
        object_at(compiler, o)->count++;
    *slot = o;
    if (old)
        release(compiler, old);
}

static void execute_new(struct compiler *compiler, const struct op *op)
{
    uint32_t shape = shape_of(compiler, op);
    ref o = arena_take(&compiler->arena, size_of(op->b));
    struct object *object = object_at(compiler, o);
    *object = (struct object){.birth = compiler->births++, .fields = op->b, .shape = shape};
    memset(object->field, 0, op->b * sizeof *object->field);
    compiler->objects++;
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
        *PUSH(compiler, uint64_t, work) = op->ns;
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

/* ---- the end of a window: what has become isolated, and when --------------------------- */

/* Marks an object, unless it is, and puts it on a stack linked through `stamp`. */
static void mark(struct compiler *compiler, ref o, ref *top)
{
    struct object *object = object_at(compiler, o);
    if (!o || object->shape & MARKED)
        return;
    object->shape |= MARKED;
    object->stamp = *top;
    *top = o;
}

static void mark_reachable(struct compiler *compiler)
{
    ref top = 0;
    for (uint32_t r = 0; r < compiler->stream.program.registers; r++) {
        mark(compiler, compiler->registers[r], &top);
        while (top) {
            struct object *object = object_at(compiler, top);
            top = object->stamp;
            for (uint32_t f = 0; f < object->fields; f++)
                mark(compiler, object->field[f], &top);
        }
    }
}

/* Takes every mark away but those of the unreachable objects, which had none and get one. */
static void find_unreachable(struct compiler *compiler)
{
    struct window *window = &compiler->window;
    const struct arena *arena = &compiler->arena;
    window->unreachable_count = 0;
    for (size_t o = arena->first; o < arena->used;) {
        struct object *object = object_at(compiler, (ref)o);
        if (object->count && object->shape & MARKED) {
            object->stamp = 0;
            object->shape &= ~MARKED;
        } else if (object->count) {
            object->shape |= MARKED;
            window->unreachable = memory_grow(window->unreachable, &window->unreachable_capacity,
                                              window->unreachable_count + 1, sizeof(ref));
            window->unreachable[window->unreachable_count++] = (ref)o;
        }
        o += arena_stride(size_of(object->fields));
    }
}

struct stamped {
    uint32_t stamp;
    ref o;
};

static int latest_first(const void *a, const void *b)
{
    const struct stamped *x = a, *y = b;
    if (x->stamp != y->stamp)
        return x->stamp < y->stamp ? 1 : -1;
    return (x->o > y->o) - (x->o < y->o);
}

/* Stamps everything that an unreachable object reaches, itself included, and that is not dated yet;
 * what is dated loses its mark. */
static void date_from(struct compiler *compiler, ref o, uint32_t stamp)
{
    ref top = o;
    struct object *object = object_at(compiler, o);
    if (!(object->shape & MARKED))
        return;
    object->shape &= ~MARKED;
    object->count = 0; /* links the stack now: it has served */
    while (top) {
        object = object_at(compiler, top);
        top = object->count;
        object->count = 1;
        object->stamp = stamp;
        for (uint32_t f = 0; f < object->fields; f++) {
            ref child = object->field[f];
            struct object *referent = object_at(compiler, child);
            if (!child || !(referent->shape & MARKED))
                continue;
            referent->shape &= ~MARKED;
            referent->count = top;
            top = child;
        }
    }
}

static void date_unreachable(struct compiler *compiler)
{
    struct window *window = &compiler->window;
    struct stamped *stamped = memory_zeroed(window->unreachable_count, sizeof *stamped);
    size_t count = 0;
    for (size_t i = 0; i < window->unreachable_count; i++) {
        uint32_t stamp = object_at(compiler, window->unreachable[i])->stamp;
        if (stamp)
            stamped[count++] = (struct stamped){stamp, window->unreachable[i]};
    }
    qsort(stamped, count, sizeof *stamped, latest_first);
    for (size_t i = 0; i < count; i++)
        date_from(compiler, stamped[i].o, stamped[i].stamp);
    free(stamped);
}

/* Writes down the unreachable objects and takes them out of the heap. */
static void remove_unreachable(struct compiler *compiler)
{
    struct window *window = &compiler->window;
    for (size_t i = 0; i < window->unreachable_count; i++) {
        struct object *object = object_at(compiler, window->unreachable[i]);
        assert(!(object->shape & MARKED) && "nothing becomes unreachable without a stamp");
        record_isolated(compiler, object, object->stamp);
    }
    for (size_t i = 0; i < window->unreachable_count; i++) {
        struct object *object = object_at(compiler, window->unreachable[i]);
        for (uint32_t f = 0; f < object->fields; f++)
            object_at(compiler, object->field[f])->count--;
    }
    for (size_t i = 0; i < window->unreachable_count; i++) {
        struct object *object = object_at(compiler, window->unreachable[i]);
        object->count = 0;
        arena_give(&compiler->arena, window->unreachable[i], size_of(object->fields));
    }
    compiler->objects -= window->unreachable_count;
}

/* ---- the end of a window: its segments -------------------------------------------------- */

static int in_order(const void *a, const void *b)
{
    const struct becoming *x = a, *y = b;
    if (x->stamp != y->stamp)
        return x->stamp < y->stamp ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* A segment under construction, and the counter in it: from its start, and from 0. */
struct cutting {
    struct segment *segment;
    uint32_t length;
    int64_t plain, held;
    bool closed; /* something has come that has to end it */
};

static void begin_segment(struct compiler *compiler, struct cutting *cutting, uint64_t operation)
{
    const struct cut *cut = &compiler->cut;
    *PUSH(compiler, struct tally, alive) = cut->alive;
    struct segment *segment = PUSH(compiler, struct segment, segments);
    *segment = (struct segment){.operation = operation,
                                .mutator_ns = cut->mutator_ns,
                                .birth = cut->birth,
                                .death = cut->death,
                                .work = cut->work,
                                .control = cut->control,
                                .isolated = cut->isolated,
                                .rise = NO_RISE};
    *cutting = (struct cutting){.segment = segment};
}

static void cut_birth(struct compiler *compiler, struct cutting *cutting, const struct shape *shape)
{
    struct cut *cut = &compiler->cut;
    struct segment *segment = cutting->segment;
    shape_add(shape, &cut->alive);
    cut->birth++;
    cutting->plain++;
    cutting->held++;
    if (cutting->plain > segment->rise)
        segment->rise = (int32_t)cutting->plain;
    if (cutting->held > segment->peak)
        segment->peak = (uint16_t)cutting->held;
    uint64_t live_bytes = cut->alive.bytes - cut->isolated_bytes;
    if (live_bytes > segment->live_peak_bytes)
        segment->live_peak_bytes = live_bytes;
}

/* An element of a column, by its number in the whole column. */
#define AT(compiler, name, number)                                                                 \
    (compiled_##name(                                                                              \
        (compiler)->compiled)[(number) - (compiler)->compiled->columns[COLUMN_##name].base])

static const struct shape *shape_at(const struct compiler *compiler, uint32_t shape)
{
    return &compiled_shapes(compiler->compiled)[shape];
}

static void cut_deaths(struct compiler *compiler, struct cutting *cutting, uint32_t now)
{
    struct cut *cut = &compiler->cut;
    const struct window *window = &compiler->window;
    uint64_t end = window->death + window->death_count;
    int64_t deaths = 0;
    while (cut->death < end && window->deaths[cut->death - window->death] == now) {
        shape_remove(shape_at(compiler, AT(compiler, death_shapes, cut->death)), &cut->alive);
        *PUSH(compiler, uint8_t, death_operations) = (uint8_t)cutting->length;
        cut->death++;
        deaths++;
    }
    cutting->plain -= deaths;
    cutting->held = cutting->held > deaths ? cutting->held - deaths : 0;
}

static void cut_isolated(struct compiler *compiler, struct cutting *cutting, uint32_t now,
                         size_t *next)
{
    const struct window *window = &compiler->window;
    struct cut *cut = &compiler->cut;
    for (; *next < window->becoming_count && window->becoming[*next].stamp == now; ++*next) {
        const struct isolated *record = &window->becoming[*next].record;
        *PUSH(compiler, struct isolated, isolated) = *record;
        cut->isolated_bytes += shape_at(compiler, record->shape)->bytes;
        cut->isolated++;
        cutting->closed = true;
    }
}

static void end_segment(struct cutting *cutting)
{
    cutting->segment->net = (int32_t)cutting->plain;
    cutting->segment->floor = (uint16_t)cutting->held;
}

static void cut_window(struct compiler *compiler)
{
    struct window *window = &compiler->window;
    struct cut *cut = &compiler->cut;
    uint32_t ns[CLASS_COUNT];
    struct cutting cutting;
    size_t next_isolated = 0;
    compiled_costs(&compiler->stream.program.costs, ns);
    begin_segment(compiler, &cutting, window->first);
    for (uint32_t now = 1; now <= compiler->now; now++) {
        uint8_t class = AT(compiler, classes, window->first + now - 1);
        if (class == CLASS_CONTROL) {
            cut->control++;
            cutting.closed = true;
            continue;
        }
        if (cutting.closed || cutting.length == SEGMENT_OPERATIONS) {
            end_segment(&cutting);
            begin_segment(compiler, &cutting, window->first + now - 1);
        }
        if (class < OBJECT_KINDS)
            cut_birth(compiler, &cutting, shape_at(compiler, AT(compiler, births, cut->birth)));
        else if (class == CLASS_WORK)
            cut->mutator_ns += AT(compiler, work, cut->work++);
        cut->mutator_ns += ns[class];
        cut_deaths(compiler, &cutting, now);
        cut_isolated(compiler, &cutting, now, &next_isolated);
        cutting.length++;
    }
    end_segment(&cutting);
    assert(next_isolated == window->becoming_count);
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
                             "the program has more than 2^31 %s, too many for the interval engine: "
                             "simulate it with --engine graph",
                             limited[i].what);
    return 0;
}

static int cannot_keep(const struct compile_options *options, struct error *error)
{
    return error_set(error,
                     "%s: cannot keep the compiled program in a temporary file there: %s (--engine "
                     "graph needs no file)",
                     options->folder ? options->folder : "memory", strerror(errno));
}

/* Columns in memory become files once together they take more than allowed. */
static int write_out(struct compiler *compiler, const struct compile_options *options,
                     struct error *error)
{
    struct compiled *compiled = compiler->compiled;
    uint64_t bytes = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        bytes += compiled->columns[i].capacity * compiled->columns[i].size;
    bool spill = !compiler->spilled && options->memory_bytes && bytes > options->memory_bytes;
    compiler->spilled |= spill;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        struct column *column = &compiled->columns[i];
        if (i == COLUMN_shapes)
            continue; /* looked up by number all the time */
        if ((spill && column_spill(column, options->folder) != 0) || column_flush(column) != 0)
            return cannot_keep(options, error);
    }
    return 0;
}

static int end_window(struct compiler *compiler, const struct compile_options *options,
                      struct error *error)
{
    struct window *window = &compiler->window;
    mark_reachable(compiler);
    find_unreachable(compiler);
    date_unreachable(compiler);
    remove_unreachable(compiler);
    qsort(window->becoming, window->becoming_count, sizeof *window->becoming, in_order);
    cut_window(compiler);
    window->first += compiler->now;
    window->death += window->death_count;
    window->death_count = window->becoming_count = 0;
    compiler->now = 0;
    if (too_large(compiler->compiled, error) != 0)
        return -1;
    return write_out(compiler, options, error);
}

static bool window_is_full(const struct compiler *compiler, const struct compile_options *options)
{
    if (options->window)
        return compiler->now >= options->window;
    return compiler->now >= WINDOW_LEAST && compiler->now >= WINDOW_PER_OBJECT * compiler->objects;
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
static int compile_stretch(struct compiler *compiler, const struct compile_options *options,
                           const struct observer *observer, struct error *error)
{
    const struct program *program = &compiler->stream.program;
    if (!stream_next(&compiler->stream))
        return 1;
    for (size_t i = 0; i < program->count; i++) {
        if (!execute(compiler, &program->ops[i])) {
            keep_fault(compiler, &program->ops[i]);
            return 1;
        }
        if (window_is_full(compiler, options) && end_window(compiler, options, error) != 0)
            return -1;
    }
    double fraction =
        program->planned_ns ? (double)program->nominal_ns / (double)program->planned_ns : 0;
    for (const struct observer *o = observer; o; o = o->next)
        if (o->progress && o->progress(o->context, fraction < 1 ? fraction : 1) != 0)
            return -1;
    return 0;
}

static int finish(struct compiler *compiler, const struct compile_options *options,
                  struct error *error)
{
    struct compiled *compiled = compiler->compiled;
    struct cutting last;
    if (end_window(compiler, options, error) != 0)
        return -1;
    begin_segment(compiler, &last, compiler->window.first);
    compiled->operations = compiler->window.first;
    compiled->program = compiler->stream.program;
    compiled->program.ops = NULL;
    compiled->program.count = compiled->program.capacity = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (column_complete(&compiled->columns[i]) != 0)
            return cannot_keep(options, error);
    return 0;
}

int compile(struct compiled *compiled, const struct setting *workload, uint64_t seed,
            const struct collector_version *version, const struct compile_options *options,
            const struct observer *observer, struct error *error)
{
    struct compiler compiler = {.compiled = compiled};
    int status;
    error->text[0] = '\0';
    compiled_init(compiled);
    status = stream_open(&compiler.stream, workload, seed, version, error);
    if (status == 0) {
        arena_init(&compiler.arena, sizeof(struct object));
        compiler.registers =
            memory_zeroed(compiler.stream.program.registers, sizeof *compiler.registers);
        shapes_rehash(&compiler, 64);
        while ((status = compile_stretch(&compiler, options, observer, error)) == 0)
            ;
        if (status > 0)
            status = finish(&compiler, options, error);
        arena_fini(&compiler.arena);
    }
    free(compiler.registers);
    free(compiler.shape_table);
    free(compiler.window.deaths);
    free(compiler.window.becoming);
    free(compiler.window.unreachable);
    stream_close(&compiler.stream);
    return status;
}
