/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Program files. An input is a list of changes to a small good file, after which every checksum is
 * made right again: what is refused is refused for what it says, and what is taken is replayed
 * without harm.
 *
 * The first byte chooses the file, the second the policy; a change is 8 bytes: where, what is done
 * there, at which element, with which number. */
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/engines.h"
#include "sim/model/costs.h"
#include "tests/fuzz/fuzz.h"
#include "tests/property/program_example.h"
#include "tests/unit/record.h"

#define CHANGES_MOST 40
#define TOLD_MOST    20000 /* of a run that is told so much, the rest is like it */
#define SCRIPT                                                                                     \
    "new 0 2\nnew 1 1\nstore 0 0 1\nstore 1 0 0\ndrop 0\ndrop 1\nnew 0 1\nstore 0 0 0\ndrop 0\n"   \
    "collect\nnew 2 3\nnew 3 0\nstore 2 1 3\ndrop 3\nload 4 2 1\nclear 2 1\nfreeze\ndrop 2\n"

static const struct {
    struct recipe recipe;
    bool compress;
} kinds[] = {
    {{.workload = SMALL_WEB, .seed = 1, .collector = "cpython-3.13"}, false},
    {{.script = SCRIPT, .seed = 1, .collector = "cpython-3.9"}, false},
    {{.workload = "device:duration=3s", .seed = 1, .collector = "cpython-3.11"}, false},
    {{.script = SCRIPT, .seed = 1, .collector = "cpython-3.9"}, true},
};

/* Those that do not collect for ever if the program sleeps for a hundred years. */
static const char *const patient[] = {
    "default", "off", "threshold:t0=3,t1=1,t2=1", "freeze", "event:on=idle", "timed:every=8760h",
};

static struct scratch scratch;
static struct example examples[LENGTH(kinds)];
static struct image images[LENGTH(kinds)];
static struct setting settings[LENGTH(patient)];

void fuzz_begin(void)
{
    struct error error = {""};
    scratch_open(&scratch);
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        example_make(&examples[i], &kinds[i].recipe);
        images[i] = example_image(&examples[i], kinds[i].compress);
    }
    for (size_t i = 0; i < LENGTH(patient); i++)
        check_signed(patient[i],
                     setting_parse(&settings[i], patient[i], policies, "policy", &error), 0);
}

/* ---- changes ----------------------------------------------------------------------------------
 */

/* Where: the header, the texts behind it, or a column's bytes. */
static bool find_part(const struct image *image, size_t part, size_t *at, size_t *size)
{
    if (part >= COLUMN_COUNT) {
        *at = part == COLUMN_COUNT ? 0 : IMAGE_TEXTS;
        *size = part == COLUMN_COUNT ? IMAGE_TEXTS : 80;
        return true;
    }
    const struct image_entry entry = image_entry(image, (int)part);
    *at = (size_t)entry.offset;
    *size = (size_t)entry.bytes;
    return entry.offset <= image->size && entry.bytes <= image->size - entry.offset;
}

/* The column has so many elements fewer. */
static void shorten(struct image *image, size_t column, uint64_t less)
{
    struct image_entry entry = image_entry(image, (int)column);
    if (entry.count < less)
        return;
    entry.count -= less;
    if (entry.encoding == IMAGE_RAW)
        entry.bytes = entry.count * entry.element_bytes;
    memcpy(image->bytes + IMAGE_ENTRY(column), &entry, sizeof entry);
}

static void put_number(struct image *image, size_t at, size_t width, unsigned how, uint64_t number)
{
    uint64_t was = image_get(image, at, width);
    uint64_t whole = (uint64_t)(int64_t)(int32_t)number; /* -1 is the largest of each width */
    const struct image_entry entry = image_entry(image, (int)(number % COLUMN_COUNT));
    const uint64_t values[] = {whole, was + whole, was ^ (UINT64_C(1) << number % 64),
                               entry.count + (whole >> 8)};
    image_put(image, at, width, values[how % LENGTH(values)]);
}

static void change(struct image *image, struct bytes *bytes)
{
    static const size_t widths[] = {1, 4, 8, 4};
    size_t part = (size_t)bytes_take(bytes, 1) % (COLUMN_COUNT + 2), at, size;
    unsigned how = (unsigned)bytes_take(bytes, 1);
    size_t element = (size_t)bytes_take(bytes, 2), width = widths[how % 4];
    uint64_t number = bytes_take(bytes, 4);
    if (how >= 0xf0 && part < COLUMN_COUNT)
        shorten(image, part, number % 8);
    else if (how >= 0xe8)
        image_pack(image);
    else if (find_part(image, part, &at, &size) && size >= width &&
             at + element % (size / width) * width + width <= image->size)
        put_number(image, at + element % (size / width) * width, width, how / 4, number);
}

/* ---- what comes of it -------------------------------------------------------------------------
 */

/* As the command does, but for the end of a long one. */
static void replay(const struct example *example, const struct setting *policy,
                   const struct compiled *read)
{
    struct costs own;
    struct op_costs operations;
    struct run run = {0};
    const struct simulation_setup setup = {.engine = &interval_engine,
                                           .collector = example->version,
                                           .workload = &example->workload,
                                           .policy = policy,
                                           .compiled = read,
                                           .sample_ns = SAMPLE_AUTO};
    run.record.refuses_at = TOLD_MOST;
    const struct observer observer = run_record_observer(&run.record, NULL);
    const struct costs *costs = costs_of_setup(&setup, &own);
    struct prices prices = prices_of(costs, &read->program);
    prices_of_operations(&prices, costs, &operations);
    run.status = simulate(&setup, &observer, &run.result, &run.error);
    if (run.status != 0 && run.record.told < TOLD_MOST)
        check_line(run.error.text);
    run_fini(&run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct compile_options in_memory = {0};
    struct bytes bytes = {data, data + size};
    size_t kind = (size_t)bytes_take(&bytes, 1) % LENGTH(kinds);
    const struct setting *policy = &settings[bytes_take(&bytes, 1) % LENGTH(patient)];
    struct image image = image_copy(&images[kind]);
    struct compiled read;
    struct program_origin origin;
    struct error error = {""};
    for (int i = 0; i < CHANGES_MOST && bytes.at < bytes.end; i++)
        change(&image, &bytes);
    image_seal(&image);
    scratch_fill(&scratch, image.bytes, image.size);
    if (program_file_read(scratch.path, &in_memory, &read, &origin, &error) == 0)
        replay(&examples[kind], policy, &read);
    else
        check_that(error.text, is_good_message(error.text, scratch.path));
    compiled_fini(&read);
    free(origin.workload);
    image_fini(&image);
    return 0;
}
