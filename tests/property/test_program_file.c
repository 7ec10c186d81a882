/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Program files: what was written is what is read; and what was not written so is refused.
 *
 *     property_program_file [SHARE]
 *
 * tries so many times as many changed bytes and lengths; 100 times is nearly all. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/engines.h"
#include "tests/property/program_example.h"
#include "tests/unit/record.h"

static const struct compile_options in_memory = {0};
static const struct compile_options in_files = {.memory_bytes = 1, .folder = "/tmp"};

static uint64_t share = 1;

/* ---- programs -----------------------------------------------------------------------------------
 */

#define SMALL_DEVICE                                                                               \
    "device:duration=20s,boot_steps=3,step_objects=40,config=2KiB,field_devices=5,poll=2s,report=" \
    "5s,report_size=2KiB,client=2s"

#define CYCLES                                                                                     \
    "new 0 2\nnew 1 1\nstore 0 0 1\nstore 1 0 0\nnew 2 1\nstore 0 1 2\ndrop 0\ndrop 1\nfreeze\n"   \
    "drop 2\ncollect 1\nthreshold 5 3\nunfreeze\nnew 0 1\nstore 0 0 0\ncopy 1 0\ndrop 0\n"

/* Cycles of kinds, a dict that becomes tracked, tuples of atoms, and what free lists keep. */
#define KINDS                                                                                      \
    "new 0 1 list\nnew 1 1 dict\nstore 0 0 1\nnew 2 2 tuple 0 -\nstore 1 0 2\n"                    \
    "new 3 2 tuple - -\nnew 4 1 exc\nstore 4 0 4\ndrop 4\n"                                        \
    "new 4 2 inst-del\nstore 4 0 4\nstore 4 1 3\ndrop 4\ndrop 0\ndrop 1\ndrop 2\n"                 \
    "new 0 1 list\ndrop 0\ncollect 0\nnew 0 1 list\ncollect\n"

static const struct recipe recipes[] = {
    {SMALL_WEB, NULL, 1, "cpython-3.13", {0}},
    {SMALL_WEB, NULL, 2, "cpython-3.8", {.window = 500}},
    {SMALL_WEB ",exceptions=0.5,native=0.5,scatter=812ns,io_share=1",
     NULL,
     3,
     "cpython-3.12",
     {.window = 50}},
    {SMALL_WEB, NULL, 4, "cpython-3.15", {.memory_bytes = 1, .folder = "/tmp"}},
    {SMALL_DEVICE, NULL, 5, "cpython-3.11", {0}},
    {SMALL_DEVICE ",layout=random,slowdown=3", NULL, INT64_MAX, "cpython-3.13", {.window = 1000}},
    {SMALL_DEVICE ",memory_limit=8KiB", NULL, 0, "cpython-3.13", {0}},
    {NULL, CYCLES, 1, "cpython-3.13", {0}},
    {NULL, CYCLES, 1, "cpython-3.9", {.window = 1}},
    {NULL, CYCLES "drop 0\n", 1, "cpython-3.13", {0}},
    {NULL, CYCLES "store 1 7 1\n", 1, "cpython-3.13", {.window = 3}},
    {NULL, CYCLES "new 0 0\nclear 0 0\n", 1, "cpython-3.13", {0}},
    {NULL, "", 1, "cpython-3.13", {0}},
    {NULL, KINDS, 1, "cpython-3.13", {0}},
    {NULL, KINDS, 1, "cpython-3.10", {.window = 3}},
    {NULL, KINDS "store 3 0 3\n", 1, "cpython-3.15", {.window = 1}},
};

static const char *const replayed_policies[] = {
    "default", "off", "threshold:t0=20,t1=2", "freeze", "event", "timed:every=50ms",
};

/* ---- what is written is read --------------------------------------------------------------------
 */

static void check_columns(const char *what, const struct compiled *got,
                          const struct compiled *expected)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const struct column *a = &got->columns[i], *b = &expected->columns[i];
        check_count(compiled_columns[i].name, column_total(a), column_total(b));
        check_count(compiled_columns[i].name, a->base, 0);
        check_count(compiled_columns[i].name, a->size, b->size);
        check_that(what, a->count == 0 || memcmp(a->data, b->data, a->count * a->size) == 0);
    }
}

static void check_facts(const char *what, const struct compiled *got,
                        const struct compiled *expected)
{
    const struct program *a = &got->program, *b = &expected->program;
    check_count(what, a->registers, b->registers);
    check_count(what, a->slots, b->slots);
    check_count(what, a->planned_ns, b->planned_ns);
    check_count(what, a->memory_limit_bytes, b->memory_limit_bytes);
    check_that(what, memcmp(&a->slowdown, &b->slowdown, sizeof a->slowdown) == 0);
    check_count(what, (uint64_t)a->scatter, (uint64_t)b->scatter);
    check_that(what, memcmp(&a->costs, &b->costs, sizeof a->costs) == 0);
    check_count(what, got->operations, expected->operations);
    check_count(what, got->numbers, expected->numbers);
    check_count(what, got->fault.kind, expected->fault.kind);
    check_count(what, got->fault.which, expected->fault.which);
    check_count(what, got->fault.allowed, expected->fault.allowed);
    check_count(what, got->fault_ns, expected->fault_ns);
    check_text(what, got->place, expected->place);
}

static void check_replays(const struct example *example, const struct compiled *read)
{
    for (size_t i = 0; i < LENGTH(replayed_policies); i++) {
        struct setting policy;
        struct error error;
        struct run expected, got;
        const char *text = replayed_policies[i];
        check_signed(text, setting_parse(&policy, text, policies, "policy", &error), 0);
        struct simulation_setup setup = {.engine = &interval_engine,
                                         .collector = example->version,
                                         .workload = &example->workload,
                                         .policy = &policy,
                                         .compiled = &example->compiled,
                                         .sample_ns = SAMPLE_AUTO};
        run_with_engine(&expected, &setup);
        setup.compiled = read;
        run_with_engine(&got, &setup);
        check_text(text, run_differs(&expected, &got, &error) ? error.text : "", "");
        run_fini(&expected);
        run_fini(&got);
        setting_fini(&policy);
    }
}

static void check_round_trip(const struct example *example, bool compress,
                             const struct compile_options *keep)
{
    char path[TEST_PATH], again[TEST_PATH];
    struct compiled read;
    struct program_origin origin;
    struct error error = {""};
    unused_path(path);
    unused_path(again);
    example_write(example, path, compress);
    int status = program_file_read(path, keep, &read, &origin, &error);
    check_text(example->what, error.text, "");
    check_signed(example->what, status, 0);
    check_columns(example->what, &read, &example->compiled);
    check_facts(example->what, &read, &example->compiled);
    check_text(example->what, origin.workload, example->origin.workload);
    check_text(example->what, origin.collector, example->origin.collector);
    check_count(example->what, origin.seed, example->origin.seed);
    check_replays(example, &read);

    /* Written once more, it is the same file. */
    status = program_file_write(again, &read, &origin, compress, &error);
    check_signed(example->what, status, 0);
    struct image first = image_load(path), second = image_load(again);
    check_count(example->what, first.size, second.size);
    check_that(example->what, memcmp(first.bytes, second.bytes, first.size) == 0);
    image_fini(&first);
    image_fini(&second);
    compiled_fini(&read);
    free(origin.workload);
    unlink(path);
    unlink(again);
}

TEST(written_and_read)
{
    uint64_t faults = 0;
    for (size_t i = 0; i < LENGTH(recipes); i++) {
        struct example example;
        example_make(&example, &recipes[i]);
        for (int compress = 0; compress <= 1; compress++) {
            check_round_trip(&example, compress, &in_memory);
            check_round_trip(&example, compress, &in_files);
        }
        faults += example.compiled.fault.kind != FAULT_NONE;
        example_fini(&example);
    }
    check_count("programs that cannot go on", faults, 4);
}

/* Files are decompressed by the chunk. That the last one is shorter than the one before by as much
 * as it adds is no sign of damage: at one of these lengths it is so. */
TEST(a_large_compressed_column_of_any_length)
{
    static uint8_t bytes[242140]; /* noise, then zeros */
    struct example example;
    char path[TEST_PATH];
    uint64_t seed = 1;
    example_make(&example, &recipes[0]);
    struct column *column = &example.compiled.columns[COLUMN_classes], before = *column;
    for (size_t i = 0; i < 151072; i++)
        bytes[i] = (uint8_t)(test_random(&seed) >> 32);
    unused_path(path);
    for (size_t count = 242000; count <= sizeof bytes; count++) {
        struct compiled read;
        struct program_origin origin;
        struct error error = {""};
        *column = (struct column){.data = bytes, .size = 1, .count = count};
        example_write(&example, path, true);
        program_file_read(path, &in_memory, &read, &origin, &error); /* it is no program */
        check_that(error.text, !strstr(error.text, "does not come out right"));
        compiled_fini(&read);
        free(origin.workload);
    }
    unlink(path);
    *column = before;
    example_fini(&example);
}

/* ---- what docs/program-files.md says --------------------------------------------------------- */

static void check_documented(const struct example *example, bool compress)
{
    struct image image = example_image(example, compress);
    const struct compiled *compiled = &example->compiled;
    const struct {
        const char *part;
        size_t at, bytes;
        uint64_t expected;
    } parts[] = {
        {"version", IMAGE_AT(version), 4, 5},
        {"byte order", IMAGE_AT(byte_order), 4, 0x01020304},
        {"length of the workload", IMAGE_AT(workload_bytes), 8, strlen(example->origin.workload)},
        {"length of the place", IMAGE_AT(place_bytes), 8, strlen(compiled->place)},
        {"seed", IMAGE_AT(seed), 8, example->origin.seed},
        {"operations", IMAGE_AT(operations), 8, compiled->operations},
        {"numbers", IMAGE_AT(numbers), 8, compiled->numbers},
        {"registers", IMAGE_AT(registers), 4, compiled->program.registers},
        {"slots", IMAGE_AT(slots), 4, compiled->program.slots},
        {"planned time", IMAGE_AT(planned_ns), 8, compiled->program.planned_ns},
        {"memory limit", IMAGE_AT(memory_limit), 8, compiled->program.memory_limit_bytes},
        {"scatter", IMAGE_AT(scatter), 8, (uint64_t)compiled->program.scatter},
        {"fault", IMAGE_AT(fault), 4, compiled->fault.kind},
        {"fault's register", IMAGE_AT(fault_which), 4, compiled->fault.which},
        {"fields allowed", IMAGE_AT(fault_allowed), 4, compiled->fault.allowed},
        {"fault's object", IMAGE_AT(fault_object), 4, compiled->fault.object},
        {"fault's time", IMAGE_AT(fault_ns), 8, compiled->fault_ns},
        {"kinds", IMAGE_AT(has_kinds), 4, compiled->program.has_kinds},
        {"filling", IMAGE_AT(filling), 4, 0},
    };
    check_that("magic", memcmp(image.bytes, "pygcsim program\n", 16) == 0);
    check_text("collector", (const char *)image.bytes + IMAGE_AT(collector),
               example->origin.collector);
    for (size_t i = 0; i < LENGTH(parts); i++)
        check_count(parts[i].part, image_get(&image, parts[i].at, parts[i].bytes),
                    parts[i].expected);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const struct image_entry entry = image_entry(&image, i);
        check_text("column", entry.name, compiled_columns[i].name);
        check_count(entry.name, entry.element_bytes, compiled_columns[i].bytes);
        check_count(entry.name, entry.encoding,
                    (uint64_t)(compress ? IMAGE_COMPRESSED : IMAGE_RAW));
        check_count(entry.name, entry.count, compiled_count(compiled, (enum compiled_column)i));
        check_count(entry.name, entry.offset % IMAGE_ALIGNMENT, 0);
        check_that(entry.name, compress || entry.bytes == entry.count * entry.element_bytes);
    }
    struct image sealed = image_copy(&image);
    image_seal(&sealed);
    check_that("checksums", memcmp(image.bytes, sealed.bytes, image.size) == 0);
    image_fini(&sealed);
    image_fini(&image);
}

TEST(as_documented)
{
    for (size_t i = 0; i < LENGTH(recipes); i++) {
        struct example example;
        example_make(&example, &recipes[i]);
        check_documented(&example, false);
        check_documented(&example, true);
        example_fini(&example);
    }
}

/* ---- writing that fails -----------------------------------------------------------------------
 */

static size_t files_in(const char *folder)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    check_that(folder, directory != NULL);
    for (const struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

TEST(what_cannot_be_written)
{
    static const struct {
        const char *file, *says;
        uint64_t limit;
    } cases[] = {
        {"no/a.program", "No such file", UINT64_MAX},
        {"a.program/b", "Not a directory", UINT64_MAX},
        {"folder", "is a directory", UINT64_MAX},
        {"b.program", "File too large", 20000},
        {"a.program", "File too large", 20000},
        {"a.program", "File too large", 1000},
    };
    char folder[] = "/tmp/pygcsim-test-XXXXXX", path[TEST_PATH], good[TEST_PATH];
    struct example example;
    struct error error;
    check_that(folder, mkdtemp(folder) != NULL);
    snprintf(good, sizeof good, "%s/a.program", folder);
    snprintf(path, sizeof path, "%s/folder", folder);
    check_signed(path, mkdir(path, 0700), 0);
    example_make(&example, &recipes[0]);
    example_write(&example, good, false);
    example_write(&example, good, false); /* in place of itself */
    struct image before = image_load(good);
    for (size_t i = 0; i < LENGTH(cases) * 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, cases[i / 2].file);
        test_limit_files(i % 2 ? cases[i / 2].limit / 10 : cases[i / 2].limit);
        int status = program_file_write(path, &example.compiled, &example.origin, i % 2, &error);
        test_limit_files(UINT64_MAX);
        check_signed(path, status, -1);
        check_that(error.text, is_good_message(error.text, path));
        check_mentions(path, error.text, cases[i / 2].says);
        check_count(path, files_in(folder), 2);
        struct image after = image_load(good);
        check_that(path,
                   after.size == before.size && memcmp(after.bytes, before.bytes, after.size) == 0);
        image_fini(&after);
    }
    image_fini(&before);
    example_fini(&example);
    unlink(good);
    snprintf(path, sizeof path, "%s/folder", folder);
    rmdir(path);
    check_signed(folder, rmdir(folder), 0);
}

/* ---- what is refused ---------------------------------------------------------------------------
 */

/* Reads it; it has to be refused, with a line that has a word of its own. */
static void check_refused(const char *what, const char *path, const char *says)
{
    struct compiled compiled;
    struct program_origin origin;
    struct error error = {""};
    int status = program_file_read(path, &in_memory, &compiled, &origin, &error);
    check_signed(what, status, -1);
    check_that(error.text, is_good_message(error.text, path));
    check_mentions(what, error.text, says);
    compiled_fini(&compiled);
    free(origin.workload);
}

static void check_refused_image(const char *what, const struct scratch *scratch,
                                const struct image *image, const char *says)
{
    scratch_fill(scratch, image->bytes, image->size);
    check_refused(what, scratch->path, says);
}

/* What it says, the program, how it is written. */
static const struct written {
    const char *what;
    const struct recipe *recipe;
    bool compress;
} writings[] = {
    {"as it is", &recipes[0], false},
    {"compressed", &recipes[0], true},
    {"a script that cannot go on", &recipes[9], false},
    {"nothing in it", &recipes[12], true},
};

TEST(foreign_files)
{
    static const unsigned char zeros[100000];
    const struct {
        const char *what;
        const void *bytes;
        size_t size;
    } cases[] = {
        {"an empty file", "", 0},
        {"a byte", "p", 1},
        {"a text", "policy,pause\n1,2\n3,4\n5,6\n", 25},
        {"zeros", zeros, sizeof zeros},
        {"half the magic", "pygcsim ", 8},
        {"another magic", "pygcsim_program\n", 16},
        {"a results file", "SQLite format 3", 16},
    };
    struct scratch scratch;
    scratch_open(&scratch);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        scratch_fill(&scratch, cases[i].bytes, cases[i].size);
        check_refused(cases[i].what, scratch.path, "is not a compiled program");
    }
    uint64_t seed = 1;
    for (int n = 0; n < 500; n++) {
        unsigned char garbage[3000];
        for (size_t i = 0; i < sizeof garbage; i++)
            garbage[i] = (unsigned char)test_random(&seed);
        scratch_fill(&scratch, garbage, test_random_below(&seed, sizeof garbage));
        check_refused("garbage", scratch.path, "is not a compiled program");
        memcpy(garbage, "pygcsim program\n", 16);
        scratch_fill(&scratch, garbage, 16 + test_random_below(&seed, sizeof garbage - 16));
        check_refused("garbage behind the magic", scratch.path, "compile");
    }
    check_refused("a folder", "/tmp", "is not a compiled program");
    check_refused("a device", "/dev/null", "is not a compiled program");
    check_refused("no file", "/tmp/pygcsim-test-no-such-file", "No such file");
    check_refused("no folder", "/tmp/pygcsim-test-no/file", "No such file");
    scratch_close(&scratch);
}

/* Changes of the header with the checksums right. */
TEST(other_versions)
{
    static const struct {
        const char *what;
        size_t at, bytes;
        uint64_t value;
        const char *says;
    } cases[] = {
        {"the next version", IMAGE_AT(version), 4, 6, "version 6 of the format"},
        {"the last but this one", IMAGE_AT(version), 4, 4, "version 4 of the format"},
        {"version 0", IMAGE_AT(version), 4, 0, "version 0 of the format"},
        {"the last version", IMAGE_AT(version), 4, UINT32_MAX, "version 4294967295 of the format"},
        {"the other byte order", IMAGE_AT(byte_order), 4, 0x04030201, "byte order"},
        {"no byte order", IMAGE_AT(byte_order), 4, 0, "byte order"},
        {"another magic", IMAGE_AT(magic) + 15, 1, '\r', "is not a compiled program"},
        {"a text too long", IMAGE_AT(workload_bytes), 8, 65537, "is damaged"},
        {"a text of no end", IMAGE_AT(workload_bytes), 8, UINT64_MAX, "is damaged"},
        {"a place of no end", IMAGE_AT(place_bytes), 8, UINT64_MAX - 100, "is damaged"},
        {"a text behind the end", IMAGE_AT(place_bytes), 8, 65536, "is damaged"},
    };
    struct scratch scratch;
    scratch_open(&scratch);
    for (size_t i = 0; i < LENGTH(cases) * LENGTH(writings); i++) {
        const struct written *written = &writings[i % LENGTH(writings)];
        struct example example;
        example_make(&example, written->recipe);
        struct image image = example_image(&example, written->compress);
        size_t c = i / LENGTH(writings);
        image_put(&image, cases[c].at, cases[c].bytes, cases[c].value);
        image_seal(&image);
        check_refused_image(cases[c].what, &scratch, &image, cases[c].says);
        image_fini(&image);
        example_fini(&example);
    }
    scratch_close(&scratch);
}

static void flip(const struct scratch *scratch, const struct image *image, size_t at,
                 uint64_t *seed)
{
    char what[100];
    unsigned char was = image->bytes[at];
    unsigned char is = (unsigned char)(was ^ (1 + test_random_below(seed, 255)));
    snprintf(what, sizeof what, "byte %zu of %zu, 0x%02x in place of 0x%02x", at, image->size, is,
             was);
    check_signed(what, pwrite(scratch->file, &is, 1, (off_t)at), 1);
    check_refused(what, scratch->path, at < 16 ? "is not a compiled program" : "compile");
    check_signed(what, pwrite(scratch->file, &was, 1, (off_t)at), 1);
}

/* Every byte of header and texts, and a share of the others. */
static void flip_bytes(const struct written *written, bool filling, uint64_t most)
{
    struct scratch scratch;
    struct example example;
    uint64_t seed = 1;
    example_make(&example, written->recipe);
    struct image image = example_image(&example, written->compress);
    scratch_open(&scratch);
    scratch_fill(&scratch, image.bytes, image.size);
    for (size_t at = 0; at < image.size; at++)
        if (image_is_filling(&image, at) == filling &&
            (at < IMAGE_ALIGNMENT / 2 || test_random_below(&seed, image.size) < most))
            flip(&scratch, &image, at, &seed);
    struct compiled compiled;
    struct program_origin origin;
    struct error error;
    int status = program_file_read(scratch.path, &in_memory, &compiled, &origin, &error);
    check_signed("it was whole in the end", status, 0);
    compiled_fini(&compiled);
    free(origin.workload);
    scratch_close(&scratch);
    image_fini(&image);
    example_fini(&example);
}

TEST(a_byte_flipped)
{
    for (size_t i = 0; i < LENGTH(writings); i++)
        flip_bytes(&writings[i], false, 3000 * share);
}

TEST(a_byte_of_filling_flipped)
{
    for (size_t i = 0; i < LENGTH(writings); i++)
        flip_bytes(&writings[i], true, 500 * share);
}

/* Other lengths: cut off everywhere near an end of a part, and elsewhere; or with more behind. */
static void check_length(const struct scratch *scratch, const struct image *image, size_t size)
{
    char what[100];
    if (size == image->size)
        return;
    snprintf(what, sizeof what, "%zu bytes of %zu", size, image->size);
    scratch_fill(scratch, image->bytes, image->size);
    check_signed(what, ftruncate(scratch->file, (off_t)size), 0);
    check_refused(what, scratch->path, size < 16 ? "is not a compiled program" : "is damaged");
}

static void try_lengths(const struct written *written, bool longer)
{
    struct scratch scratch;
    struct example example;
    uint64_t seed = 1;
    example_make(&example, written->recipe);
    struct image image = example_image(&example, written->compress);
    scratch_open(&scratch);
    for (size_t size = 0; size < image.size && !longer; size++)
        if (size < 40 || size % IMAGE_ALIGNMENT < 2 || size + 2 > image.size ||
            test_random_below(&seed, image.size) < 1000 * share)
            check_length(&scratch, &image, size);
    static const size_t more[] = {1, 7, 4095, 4096, 100000};
    for (size_t i = 0; i < LENGTH(more) && longer; i++)
        check_length(&scratch, &image, image.size + more[i]);
    scratch_close(&scratch);
    image_fini(&image);
    example_fini(&example);
}

TEST(cut_off)
{
    for (size_t i = 0; i < LENGTH(writings); i++)
        try_lengths(&writings[i], false);
}

TEST(longer)
{
    for (size_t i = 0; i < LENGTH(writings); i++)
        try_lengths(&writings[i], true);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        share = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_and_read),
        cmocka_unit_test(a_large_compressed_column_of_any_length),
        cmocka_unit_test(as_documented),
        cmocka_unit_test(what_cannot_be_written),
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(other_versions),
        cmocka_unit_test(a_byte_flipped),
        cmocka_unit_test(a_byte_of_filling_flipped),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(longer),
    };
    return cmocka_run_group_tests_name("program_file", tests, NULL, NULL);
}
