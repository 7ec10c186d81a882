/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Program files that were damaged, and whose checksums were made right again: they are refused, or
 * replayed without harm.
 *
 *     property_program_damage [SEED [COUNT]]
 *
 * damages the files of COUNT random programs from that seed on; a failure names the seed at which
 * it can be seen again. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policies/registry.h"
#include "results/statistics/histogram.h"
#include "sim/engines.h"
#include "sim/model/costs.h"
#include "tests/property/program_example.h"
#include "tests/property/trial.h"
#include "tests/unit/record.h"

static const struct compile_options in_memory = {0};

static uint64_t first_seed = 1, programs = 600;

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* More than any file here can need. */
const char *__asan_default_options(void)
{
    return "max_allocation_size_mb=1024";
}

const char *__ubsan_default_options(void)
{
    return "halt_on_error=1:print_stacktrace=1";
}
#else
#define SANITIZED false
#endif

/* ---- forged: the checksums are right ----------------------------------------------------------
 */

#define HEADER (-1)
#define LAST   UINT64_MAX /* the last element */
#define PAST   UINT64_MAX /* how many elements the column `of` has, as a value */

struct change {
    int column;
    uint64_t element;
    size_t at, bytes; /* of the element */
    uint64_t value;
    int of;
};

static void make_change(struct image *image, const struct change *change)
{
    size_t at = change->at;
    uint64_t value = change->value;
    if (change->column != HEADER) {
        const struct image_entry entry = image_entry(image, change->column);
        uint64_t element = change->element == LAST ? entry.count - 1 : change->element;
        check_that(entry.name, element < entry.count);
        at += entry.offset + element * entry.element_bytes;
    }
    if (value == PAST)
        value = image_entry(image, change->of).count;
    image_put(image, at, change->bytes, value);
}

#define FIELD(type, name)   offsetof(struct type, name), sizeof(((struct type *)0)->name)
#define IN(column, element) COLUMN_##column, element
#define WHOLE(type)         0, sizeof(type)
#define OPERATION(new_code, register)                                                              \
    {IN(controls, 0), FIELD(op, code), new_code, 0},                                               \
    {                                                                                              \
        IN(controls, 0), FIELD(op, a), register, 0                                                 \
    }
#define FACT(name) HEADER, 0, IMAGE_AT(name), sizeof(((struct image_header *)0)->name)
#define ENTRY(column, name)                                                                        \
    HEADER, 0, IMAGE_ENTRY(COLUMN_##column) + offsetof(struct image_entry, name),                  \
        sizeof(((struct image_entry *)0)->name)

static const struct forgery {
    const char *what;
    struct change changes[2];
    const char *says;
    bool pack; /* afterwards the columns are one after the other again */
} forgeries[] = {
    {"a scatter there is no word for",
     {{FACT(scatter), (uint64_t)-SCATTER_COUNT - 1, 0}},
     "impossible"},
    {"a scatter too large", {{FACT(scatter), SCATTER_MOST_NS + 1, 0}}, "impossible"},
    {"a slowdown of 0", {{FACT(slowdown), 0, 0}}, "impossible"},
    {"a slowdown below 0", {{FACT(slowdown), UINT64_C(0xbff0000000000000), 0}}, "impossible"},
    {"an infinite slowdown", {{FACT(slowdown), UINT64_C(0x7ff0000000000000), 0}}, "impossible"},
    {"a slowdown of NaN", {{FACT(slowdown), UINT64_C(0x7ff8000000000000), 0}}, "impossible"},
    {"a fault there is none of", {{FACT(fault), FAULT_MEMORY_LIMIT, 0}}, "impossible"},
    {"a fault of no kind", {{FACT(fault), UINT32_MAX, 0}}, "impossible"},
    {"an operation more", {{FACT(operations), 0, 0}}, "impossible"},
    {"more numbers than objects", {{FACT(numbers), UINT64_MAX - 1, 0}}, "impossible"},
    {"more slots than memory", {{FACT(slots), UINT32_MAX, 0}}, "impossible"},

    {"a text of two lines", {{HEADER, 0, IMAGE_TEXTS + 1, 1, '\n', 0}}, "damaged"},
    {"a text that clears the screen", {{HEADER, 0, IMAGE_TEXTS + 1, 4, 0x4a325b1b, 0}}, "damaged"},
    {"a text that ends early", {{HEADER, 0, IMAGE_TEXTS + 1, 1, '\0', 0}}, "damaged"},

    {"the name of another column", {{ENTRY(births, name[0]), 'x', 0}}, "column births"},
    {"a name that goes on", {{ENTRY(work, name[4]), 's', 0}}, "column work"},
    {"elements of another size", {{ENTRY(births, element_bytes), 2, 0}}, "column births"},
    {"elements of no size", {{ENTRY(deaths, element_bytes), 0, 0}}, "column deaths"},
    {"an encoding there is none of", {{ENTRY(alive, encoding), 2, 0}}, "column alive"},
    {"not compressed after all", {{ENTRY(classes, encoding), IMAGE_COMPRESSED, 0}}, "compressed"},
    {"an element less", {{ENTRY(controls, count), 0, 0}}, "column controls"},
    {"elements without end", {{ENTRY(controls, count), UINT64_MAX / 8, 0}}, "column controls"},
    {"a size that overflows",
     {{ENTRY(controls, count), UINT64_C(1) << 60, 0}, {ENTRY(controls, bytes), 0, 0}},
     "column controls"},
    {"between two pages", {{ENTRY(births, offset), 4100, 0}}, "column births"},
    {"behind the end", {{ENTRY(births, offset), UINT64_C(1) << 40, 0}}, "column births"},
    {"far behind the end", {{ENTRY(births, offset), UINT64_MAX - 4095, 0}}, "column births"},
    {"longer than the file", {{ENTRY(births, bytes), UINT64_MAX - 4095, 0}}, "column births"},
    {"no segments",
     {{ENTRY(segments, count), 0, 0}, {ENTRY(segments, bytes), 0, 0}},
     "fit together",
     true},
    {"no deaths",
     {{ENTRY(deaths, count), 0, 0}, {ENTRY(deaths, bytes), 0, 0}},
     "fit together",
     true},
    {"no operations",
     {{ENTRY(classes, count), 0, 0}, {ENTRY(classes, bytes), 0, 0}},
     "impossible",
     true},
    {"no births",
     {{ENTRY(births, count), 0, 0}, {ENTRY(births, bytes), 0, 0}},
     "fit together",
     true},

    {"kinds where there are none", {{FACT(has_kinds), 1, 0}}, "fit together"},
    {"a free list where there are no kinds", {{IN(shapes, 0), FIELD(shape, gives), 1, 0}}, "shape"},
    {"a cost class", {{IN(shapes, 0), FIELD(shape, cost), COST_CLASSES, 0}}, "shape"},
    {"the last one's kind", {{IN(shapes, LAST), FIELD(shape, cost), UINT32_MAX, 0}}, "shape"},
    {"the shape of an object", {{IN(births, 0), WHOLE(uint32_t), PAST, COLUMN_shapes}}, "shape"},
    {"the last one's shape", {{IN(births, LAST), WHOLE(uint32_t), PAST, COLUMN_shapes}}, "shape"},
    {"the shape of a dead one",
     {{IN(death_facts, LAST), FIELD(death_facts, shape), PAST, COLUMN_shapes}},
     "shape"},
    {"a death before birth", {{IN(deaths, LAST), WHOLE(uint32_t), PAST, COLUMN_births}}, "shape"},

    {"an age that is too large",
     {{IN(death_facts, 0), FIELD(death_facts, age), AGE_BUCKETS, 0}},
     "ages"},
    {"the largest age there could be",
     {{IN(death_facts, LAST), FIELD(death_facts, age), UINT8_MAX, 0}},
     "ages"},

    {"computing without end", {{IN(work, 0), WHOLE(uint64_t), WORK_MOST_NS + 1, 0}}, "computing"},
    {"computing that goes back in time",
     {{IN(work, LAST), WHOLE(uint64_t), UINT64_MAX - 1, 0}},
     "computing"},

    {"a request in no slot", {OPERATION(OP_BEGIN, UINT32_MAX)}, "operation is impossible"},
    {"a wait in no slot", {OPERATION(OP_WAIT, 1000000)}, "operation is impossible"},
    {"a burst in no slot", {OPERATION(OP_RESUME, 1000000)}, "operation is impossible"},
    {"an end in no slot", {OPERATION(OP_END, 1000000)}, "operation is impossible"},
    {"an event there is none of",
     {OPERATION(OP_EVENT, PROGRAM_EVENT_COUNT)},
     "operation is impossible"},
    {"a generation there is none of",
     {OPERATION(OP_COLLECT, GENERATIONS)},
     "operation is impossible"},
    {"an allocation", {OPERATION(OP_NEW, 0)}, "operation is impossible"},
    {"computing", {OPERATION(OP_WORK, 0)}, "operation is impossible"},
    {"an operation there is none of", {OPERATION(OP_COUNT, 0)}, "operation is impossible"},
    {"operation 255", {OPERATION(255, 0)}, "operation is impossible"},

    {"an isolated object not born",
     {{IN(isolated, 0), FIELD(isolated, birth), PAST, COLUMN_births}},
     "isolated"},
    {"its shape", {{IN(isolated, LAST), FIELD(isolated, shape), PAST, COLUMN_shapes}}, "isolated"},
    {"its number 0", {{IN(isolated, 0), FIELD(isolated, number), 0, 0}}, "isolated"},
    {"its number too large",
     {{IN(isolated, 0), FIELD(isolated, number), UINT32_MAX, 0}},
     "isolated"},
    {"isolated twice",
     {{IN(isolated, 0), FIELD(isolated, number), 1, 0},
      {IN(isolated, 1), FIELD(isolated, number), 1, 0}},
     "isolated"},
    {"references behind the end",
     {{IN(isolated, 0), FIELD(isolated, references), 1, 0},
      {IN(isolated, 0), FIELD(isolated, reference), PAST, COLUMN_references}},
     "isolated"},
    {"references that overflow",
     {{IN(isolated, 0), FIELD(isolated, references), 2, 0},
      {IN(isolated, 0), FIELD(isolated, reference), UINT64_MAX - 1, 0}},
     "isolated"},
    {"references of another",
     {{IN(isolated, 0), FIELD(isolated, reference), 0, 0},
      {IN(isolated, 0), FIELD(isolated, references), PAST, COLUMN_references}},
     "isolated"},
    {"a reference to nothing", {{IN(references, 0), WHOLE(uint32_t), 0, 0}}, "isolated"},
    {"a reference to no number",
     {{IN(references, LAST), WHOLE(uint32_t), UINT32_MAX, 0}},
     "isolated"},

    {"a class there is none of", {{IN(classes, 0), WHOLE(uint8_t), CLASS_COUNT, 0}}, "segment"},
    {"computing without time", {{IN(classes, 0), WHOLE(uint8_t), CLASS_WORK, 0}}, "segment"},
    {"a run loop's among others", {{IN(classes, 0), WHOLE(uint8_t), CLASS_CONTROL, 0}}, "segment"},
    {"a death after the segment",
     {{IN(death_operations, LAST), WHOLE(uint8_t), SEGMENT_OPERATIONS, 0}},
     "segment"},
    {"a segment that is too long", {{IN(segments, 0), FIELD(segment, length), 129, 0}}, "segment"},
    {"the first begins late", {{IN(segments, 0), FIELD(segment, operation), 1, 0}}, "segment"},
    {"the first birth", {{IN(segments, 0), FIELD(segment, birth), 1, 0}}, "segment"},
    {"the first death", {{IN(segments, 0), FIELD(segment, death), 1, 0}}, "segment"},
    {"operations going back", {{IN(segments, 1), FIELD(segment, operation), 0, 0}}, "segment"},
    {"time going back", {{IN(segments, LAST), FIELD(segment, mutator_ns), 0, 0}}, "segment"},
    {"time that overflows",
     {{IN(segments, 1), FIELD(segment, mutator_ns), UINT64_MAX - 1, 0}},
     "segment"},
    {"births going back", {{IN(segments, LAST), FIELD(segment, birth), 0, 0}}, "segment"},
    {"deaths behind the end", {{IN(segments, 1), FIELD(segment, death), UINT32_MAX, 0}}, "segment"},
    {"work behind the end", {{IN(segments, 1), FIELD(segment, work), UINT32_MAX, 0}}, "segment"},
    {"control behind the end",
     {{IN(segments, 1), FIELD(segment, control), UINT32_MAX, 0}},
     "segment"},
    {"isolated behind the end",
     {{IN(segments, 1), FIELD(segment, isolated), UINT32_MAX, 0}},
     "segment"},
    {"the end too late",
     {{IN(segments, LAST), FIELD(segment, operation), UINT64_MAX - 1, 0}},
     "segment"},
    {"the end without its objects",
     {{IN(segments, LAST), FIELD(segment, isolated), 0, 0}},
     "segment"},
};

/* Of a program with deaths enough to be counted by age. */
static const struct forgery forgeries_of_ages[] = {
    {"an age that is not counted",
     {{IN(death_facts, 0), FIELD(death_facts, age), AGE_BUCKETS - 1, 0}},
     "ages"},
    {"an age counted twice", {{IN(ages, 0), FIELD(age_counts, count[0]), 8193, 0}}, "ages"},
    {"the last one's count", {{IN(ages, LAST), FIELD(age_counts, count[0]), 8193, 0}}, "ages"},
    {"ages that are not counted",
     {{ENTRY(ages, count), 0, 0}, {ENTRY(ages, bytes), 0, 0}},
     "fit together",
     true},
};

/* Of one with kinds: a list, a dict and a tuple in a cycle; a tuple of atoms, a dict of them. */
static const char kinds[] = "new 0 1 list\nnew 1 1 dict\nstore 0 0 1\nnew 2 2 tuple 0 -\n"
                            "store 1 0 2\nnew 3 2 tuple - -\nnew 4 1 dict\nclear 4 0\ndrop 0\n"
                            "drop 1\ndrop 2\ndrop 4\nnew 0 1 list\ndrop 0\ncollect 2\n";

static const struct forgery forgeries_of_kinds[] = {
    {"as if it had no kinds", {{FACT(has_kinds), 0, 0}}, "fit together"},
    {"a free list there is none of",
     {{IN(shapes, 0), FIELD(shape, takes), FREE_LISTS, 0}},
     "shape"},
    {"the last one's", {{IN(shapes, LAST), FIELD(shape, gives), UINT8_MAX, 0}}, "shape"},
    {"tracked in no way", {{IN(shapes, 0), FIELD(shape, tracking), TRACKING_COUNT, 0}}, "shape"},
    {"uses that begin late",
     {{IN(segment_kinds, 0), FIELD(segment_kinds, use), 1, 0}},
     "free lists"},
    {"uses behind the end",
     {{IN(segment_kinds, LAST), FIELD(segment_kinds, use), UINT32_MAX, 0}},
     "free lists"},
    {"uses without an end",
     {{IN(segment_kinds, LAST), FIELD(segment_kinds, use), 0, 0}},
     "free lists"},
    {"trackings before the first",
     {{IN(segment_kinds, 0), FIELD(segment_kinds, trackings), 1, 0}},
     "free lists"},
    {"more trackings than births",
     {{IN(segment_kinds, LAST), FIELD(segment_kinds, trackings), UINT32_MAX, 0}},
     "free lists"},
    {"a use of no list",
     {{IN(list_uses, 0), FIELD(list_use, list), FREE_LIST_NONE, 0}},
     "free lists"},
    {"a use of a list there is none of",
     {{IN(list_uses, LAST), FIELD(list_use, list), FREE_LISTS, 0}},
     "free lists"},
    {"more in a list than it holds",
     {{IN(list_uses, 0), FIELD(list_use, high), UINT16_MAX, 0}},
     "free lists"},
    {"less than the least",
     {{IN(list_uses, LAST), FIELD(list_use, low), UINT16_MAX, 0}},
     "free lists"},
    {"segments without kinds",
     {{ENTRY(segment_kinds, count), 0, 0}, {ENTRY(segment_kinds, bytes), 0, 0}},
     "fit together",
     true},
    {"objects in no generation that are not counted",
     {{ENTRY(alive_kinds, count), 0, 0}, {ENTRY(alive_kinds, bytes), 0, 0}},
     "fit together",
     true},
    {"isolated objects of no age",
     {{ENTRY(isolated_born, count), 0, 0}, {ENTRY(isolated_born, bytes), 0, 0}},
     "fit together",
     true},
    {"isolated before it is born",
     {{IN(isolated_born, LAST), WHOLE(uint64_t), UINT64_MAX, 0}},
     "isolated"},
};

/* Whether the forged file is refused for what it is. */
static bool is_refused(const struct forgery *forgery, const struct image *good,
                       const struct scratch *scratch)
{
    struct image image = image_copy(good);
    for (size_t c = 0; c < LENGTH(forgery->changes) && forgery->changes[c].bytes; c++)
        make_change(&image, &forgery->changes[c]);
    check_that(forgery->what, !forgery->pack || image_pack(&image));
    image_seal(&image);
    scratch_fill(scratch, image.bytes, image.size);
    struct compiled compiled;
    struct program_origin origin;
    struct error error = {""};
    int status = program_file_read(scratch->path, &in_memory, &compiled, &origin, &error);
    bool refused = status == -1 && is_good_message(error.text, scratch->path) &&
                   strstr(error.text, forgery->says);
    if (!refused)
        print_error("# forged: %s: '%s'\n", forgery->what, error.text);
    compiled_fini(&compiled);
    free(origin.workload);
    image_fini(&image);
    return refused;
}

static void check_forgeries(const char *workload, const char *script, const struct forgery *forged,
                            size_t count)
{
    const struct recipe recipe = {
        .workload = workload, .script = script, .seed = 1, .collector = "cpython-3.13"};
    struct scratch scratch;
    struct example example;
    uint64_t accepted = 0;
    example_make(&example, &recipe);
    struct image good = example_image(&example, false);
    scratch_open(&scratch);
    for (size_t i = 0; i < count; i++)
        accepted += !is_refused(&forged[i], &good, &scratch);
    scratch_close(&scratch);
    image_fini(&good);
    example_fini(&example);
    check_count("forgeries that were not refused for what they are", accepted, 0);
}

TEST(forged)
{
    check_forgeries(SMALL_WEB, NULL, forgeries, LENGTH(forgeries));
    check_forgeries("web:duration=300ms,settle=0s,modules=200,startup=1ms", NULL, forgeries_of_ages,
                    LENGTH(forgeries_of_ages));
    check_forgeries(NULL, kinds, forgeries_of_kinds, LENGTH(forgeries_of_kinds));
}

/* ---- random damage, the checksums right --------------------------------------------------------
 */

#define DAMAGES        30 /* of one program */
#define WORKLOAD_SHARE 20 /* one workload for so many programs of operations */
#define CPU_SECONDS    10 /* for one of them */
#define MOST_BYTES     (UINT64_C(2) << 30)
#define MOST_FAILURES  10

/* What a child is at, where its parent sees it. */
static struct watched {
    uint64_t seed, refused, replayed, changed, collections, failures;
    int damage;
    struct text how; /* what has been done to the file */
    char failure[2000];
} * watched;

static _Noreturn void fail_damage(const char *what, const char *text)
{
    snprintf(watched->failure, sizeof watched->failure, "%s: %s", what, text);
    _exit(3);
}

/* A value that may lead somewhere, or just past it. */
static uint64_t draw_value(const struct image *image, uint64_t was, uint64_t *seed)
{
    const struct image_entry entry = image_entry(image, (int)test_random_below(seed, COLUMN_COUNT));
    uint64_t random = test_random(seed);
    switch (test_random_below(seed, 10)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX - test_random_below(seed, 3);
    case 2:
        return was + 1;
    case 3:
        return was - 1;
    case 4:
        return was ^ (UINT64_C(1) << test_random_below(seed, 64));
    case 5:
        return entry.count - test_random_below(seed, 3);
    case 6:
        return entry.count ? test_random_below(seed, entry.count) : 0;
    case 7:
        return test_random_below(seed, 256);
    case 8:
        return random >> test_random_below(seed, 64);
    default:
        return random;
    }
}

static void overwrite(struct image *image, size_t at, size_t bytes, uint64_t *seed)
{
    if (at + bytes > image->size)
        return;
    uint64_t value = draw_value(image, image_get(image, at, bytes), seed);
    image_put(image, at, bytes, value);
    text_add(&watched->how, "; at %zu: %zu bytes 0x%" PRIx64, at, bytes, value);
}

static size_t draw_width(uint64_t limit, uint64_t *seed)
{
    static const size_t widths[] = {4, 8, 1};
    size_t width = widths[test_random_below(seed, LENGTH(widths))];
    return width <= limit ? width : 1;
}

/* The directory may have been damaged before. */
static bool is_inside(const struct image *image, const struct image_entry *entry)
{
    return entry->offset <= image->size && entry->bytes <= image->size - entry->offset;
}

/* A number of an element; and maybe the same of all elements behind it. */
static void damage_column(struct image *image, int column, uint64_t *seed)
{
    const struct image_entry entry = image_entry(image, column);
    uint64_t element_bytes = entry.encoding == IMAGE_RAW ? entry.element_bytes : 1;
    if (!is_inside(image, &entry) || element_bytes == 0 || entry.bytes < element_bytes)
        return;
    uint64_t count = entry.bytes / element_bytes, element = test_random_below(seed, count);
    size_t width = draw_width(element_bytes, seed);
    size_t inside = (size_t)test_random_below(seed, element_bytes / width) * width;
    size_t at = (size_t)(entry.offset + element * element_bytes) + inside;
    text_add(&watched->how, "; %s[%" PRIu64 "] + %zu", compiled_columns[column].name, element,
             inside);
    overwrite(image, at, width, seed);
    if (test_random_below(seed, 8))
        return;
    uint64_t value = image_get(image, at, width);
    text_add(&watched->how, " and all behind");
    for (; ++element < count;)
        image_put(image, at += element_bytes, width, value);
}

/* An element comes in another's place. */
static void copy_element(struct image *image, int column, uint64_t *seed)
{
    const struct image_entry entry = image_entry(image, column);
    if (!is_inside(image, &entry) || entry.encoding != IMAGE_RAW || entry.count < 2 ||
        entry.bytes / entry.count != entry.element_bytes)
        return;
    uint64_t from = test_random_below(seed, entry.count), to = test_random_below(seed, entry.count);
    unsigned char *elements = image->bytes + entry.offset;
    memmove(elements + to * entry.element_bytes, elements + from * entry.element_bytes,
            entry.element_bytes);
    text_add(&watched->how, "; %s[%" PRIu64 "] := [%" PRIu64 "]", compiled_columns[column].name, to,
             from);
}

/* The column has fewer elements; the one that goes with it, too. */
static void shorten_column(struct image *image, int column, uint64_t *seed)
{
    uint64_t less = 1 + test_random_below(seed, 3);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        struct image_entry entry = image_entry(image, i);
        if ((i != column && test_random_below(seed, 4)) || entry.count < less)
            continue;
        entry.count -= less;
        if (entry.encoding == IMAGE_RAW)
            entry.bytes = entry.count * entry.element_bytes;
        memcpy(image->bytes + IMAGE_ENTRY(i), &entry, sizeof entry);
        text_add(&watched->how, "; %s less %" PRIu64, compiled_columns[i].name, less);
    }
    if (test_random_below(seed, 8))
        image_pack(image);
}

static void damage(struct image *image, uint64_t *seed)
{
    const size_t facts = IMAGE_AT(workload_bytes);
    int column = (int)test_random_below(seed, COLUMN_COUNT);
    size_t width = draw_width(8, seed);
    switch (test_random_below(seed, 10)) {
    case 0: /* what it says of the program */
        overwrite(image, facts + test_random_below(seed, (IMAGE_TEXTS - facts) / width) * width,
                  width, seed);
        break;
    case 1: /* the same, where the sizes are */
        overwrite(image, IMAGE_AT(operations) + test_random_below(seed, 24) * 4, width, seed);
        break;
    case 2: /* the texts */
        overwrite(image, IMAGE_TEXTS + test_random_below(seed, 40), width, seed);
        break;
    case 3:
        copy_element(image, column, seed);
        break;
    case 4:
        shorten_column(image, column, seed);
        break;
    default:
        damage_column(image, column, seed);
    }
}

/* Policies that do not collect for ever if the program sleeps for a hundred years. */
static const char *const patient[] = {
    "default", "off", "threshold:t0=3,t1=1,t2=1", "freeze", "event:on=idle", "timed:every=8760h",
};

static void draw_setup(struct simulation_setup *setup, struct setting *policy, uint64_t *seed)
{
    struct error error;
    const char *text = patient[test_random_below(seed, LENGTH(patient))];
    setup->engine = &interval_engine;
    setup->sample_ns = test_random_below(seed, 2) ? SAMPLE_AUTO : SAMPLE_NEVER;
    check_signed(text, setting_parse(policy, text, policies, "policy", &error), 0);
    if (setup->policy->component != &policy_meddler.about || test_random_below(seed, 2))
        setup->policy = policy;
}

/* As the command does. */
static void replay(const struct trial *trial, const struct compiled *read, uint64_t *seed)
{
    static struct histogram histogram;
    struct simulation_setup setup = trial->setup;
    struct setting policy;
    struct costs own;
    struct op_costs operations;
    struct run run;
    draw_setup(&setup, &policy, seed);
    setup.compiled = read;
    const struct costs *costs = costs_of_setup(&setup, &own);
    struct prices prices = prices_of(costs, &read->program);
    prices_of_operations(&prices, costs, &operations);
    run_with_engine(&run, &setup);
    for (size_t i = 0; i < run.record.request_count; i++)
        histogram_add(&histogram, run.record.requests[i].latency_ns);
    for (const char *c = run.error.text; *c; c++)
        if (*c == '\n')
            fail_damage("more than a line", run.error.text);
    watched->collections += run.record.collection_count;
    run_fini(&run);
    setting_fini(&policy);
}

static void try_damaged(const struct trial *trial, const struct scratch *scratch,
                        const struct image *image, uint64_t *seed)
{
    struct compiled read;
    struct program_origin origin;
    struct error error = {""};
    scratch_fill(scratch, image->bytes, image->size);
    int status = program_file_read(scratch->path, &in_memory, &read, &origin, &error);
    if (status == 0) {
        watched->replayed++;
        replay(trial, &read, seed);
    } else {
        watched->refused++;
        if (!is_good_message(error.text, scratch->path))
            fail_damage("message", error.text);
    }
    compiled_fini(&read);
    free(origin.workload);
}

static void limit_cpu(void)
{
    const struct itimerval limit = {.it_value.tv_sec = CPU_SECONDS};
    setitimer(ITIMER_PROF, &limit, NULL);
}

/* False: it is for the graph engine. */
static bool compile_trial(const struct trial *trial, struct image *image)
{
    struct example example = {.what = trial->workload_text,
                              .version = trial->setup.collector,
                              .origin = {.seed = trial->setup.seed}};
    struct error error = {""};
    char text[SPEC_TEXT];
    snprintf(text, sizeof text, "%s", trial->workload_text);
    example.origin.workload = text;
    strncpy(example.origin.collector, trial->setup.collector->name,
            sizeof example.origin.collector - 1);
    compile(&example.compiled, &trial->workload, trial->setup.seed, trial->setup.collector,
            &trial->options, NULL, &error);
    bool of_graph = trial->declared.has_kinds && strstr(error.text, "takes the graph engine");
    check_text(text, of_graph ? "" : error.text, "");
    if (!of_graph)
        *image = example_image(&example, trial->seed % 8 == 0);
    compiled_fini(&example.compiled);
    return !of_graph;
}

static void damage_program(uint64_t program_seed, const struct scratch *scratch)
{
    struct trial trial;
    uint64_t seed = program_seed;
    if (program_seed % WORKLOAD_SHARE == 0)
        trial_of_workload(&trial, program_seed);
    else if (program_seed % 3 == 0)
        trial_of_kinds(&trial, program_seed, 1000);
    else
        trial_of_operations(&trial, program_seed, program_seed % 10 == 1 ? 3000 : 300);
    struct image good;
    if (!compile_trial(&trial, &good)) { /* another in its place, for any engine */
        trial_fini(&trial);
        trial_of_operations(&trial, program_seed, 300);
        compile_trial(&trial, &good);
    }
    for (watched->damage = 0; watched->damage < DAMAGES; watched->damage++) {
        struct image image = image_copy(&good);
        watched->how = (struct text){.text = ""};
        for (uint64_t left = 1 + test_random_below(&seed, 3); left; left--)
            damage(&image, &seed);
        image_seal(&image);
        limit_cpu();
        watched->changed +=
            image.size != good.size || memcmp(image.bytes, good.bytes, good.size) != 0;
        try_damaged(&trial, scratch, &image, &seed);
        image_fini(&image);
    }
    image_fini(&good);
    trial_fini(&trial);
}

/* In a process of its own: all programs from the one on, as far as it comes. */
static _Noreturn void damage_programs(void)
{
    struct scratch scratch;
    if (!SANITIZED) {
        const struct rlimit limit = {MOST_BYTES, MOST_BYTES};
        setrlimit(RLIMIT_AS, &limit);
    }
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    scratch_open(&scratch);
    for (; watched->seed < first_seed + programs; watched->seed++)
        damage_program(watched->seed, &scratch);
    scratch_close(&scratch);
    exit(0);
}

static void say_how_it_ended(int status)
{
    char how[100];
    snprintf(how, sizeof how, WIFSIGNALED(status) ? "signal %d" : "exit status %d",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    print_error("# seed %" PRIu64 ", damage %d%s: %s %s\n", watched->seed, watched->damage,
                watched->how.text, how, watched->failure);
    watched->failure[0] = '\0';
}

TEST(random_damage)
{
    int status;
    watched =
        mmap(NULL, sizeof *watched, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check_that("shared memory", watched != MAP_FAILED);
    for (watched->seed = first_seed; watched->seed < first_seed + programs; watched->seed++) {
        fflush(NULL);
        pid_t child = fork();
        check_that("a process", child >= 0);
        if (child == 0)
            damage_programs();
        check_signed("the process", waitpid(child, &status, 0), child);
        if (status == 0)
            break;
        say_how_it_ended(status);
        if (++watched->failures == MOST_FAILURES)
            break;
    }
    print_message("# %" PRIu64 " damaged: %" PRIu64 " refused, %" PRIu64 " replayed, with %" PRIu64
                  " collections\n",
                  watched->changed, watched->refused, watched->replayed, watched->collections);
    check_count("crashes and the like", watched->failures, 0);
    if (programs < 100)
        return;
    check_that("many are damaged", watched->changed > programs * DAMAGES * 8 / 10);
    check_that("many are refused", watched->refused > programs * DAMAGES / 10);
    check_that("many are replayed", watched->replayed > programs * DAMAGES / 10);
    check_that("with collections", watched->collections > programs * DAMAGES / 10);
    munmap(watched, sizeof *watched);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        programs = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged),
        cmocka_unit_test(random_damage),
    };
    return cmocka_run_group_tests_name("program_damage", tests, NULL, NULL);
}
