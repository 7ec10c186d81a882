/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/program_example.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workloads/registry.h"

void example_make(struct example *example, const struct recipe *recipe)
{
    char spec[1000];
    struct error error = {""};
    *example = (struct example){.version = collector_version(recipe->collector)};
    if (recipe->script)
        test_file(example->script, recipe->script, strlen(recipe->script));
    snprintf(spec, sizeof spec, "%s%s", recipe->script ? "script:file=" : recipe->workload,
             example->script);
    setting_parse(&example->workload, spec, workloads, "workload", &error);
    check_text(spec, error.text, "");
    compile(&example->compiled, &example->workload, recipe->seed, example->version,
            &recipe->options, NULL, &error);
    check_text(spec, error.text, "");
    example->what = example->workload.text;
    example->origin =
        (struct program_origin){.workload = example->workload.text, .seed = recipe->seed};
    strncpy(example->origin.collector, recipe->collector, sizeof example->origin.collector - 1);
}

void example_fini(struct example *example)
{
    compiled_fini(&example->compiled);
    setting_fini(&example->workload);
    if (*example->script)
        unlink(example->script);
}

void unused_path(char path[TEST_PATH])
{
    test_file(path, "", 0);
    unlink(path);
}

void example_write(const struct example *example, const char *path, bool compress)
{
    struct error error = {""};
    int status = program_file_write(path, &example->compiled, &example->origin, compress, &error);
    check_text(example->what, error.text, "");
    check_signed(example->what, status, 0);
}

struct image example_image(const struct example *example, bool compress)
{
    char path[TEST_PATH];
    unused_path(path);
    example_write(example, path, compress);
    struct image image = image_load(path);
    unlink(path);
    return image;
}

void scratch_open(struct scratch *scratch)
{
    scratch->file = memfd_create("program", MFD_CLOEXEC);
    check_that("a file in memory", scratch->file >= 0);
    snprintf(scratch->path, sizeof scratch->path, "/proc/self/fd/%d", scratch->file);
}

void scratch_fill(const struct scratch *scratch, const void *bytes, size_t size)
{
    check_signed(scratch->path, ftruncate(scratch->file, 0), 0);
    check_signed(scratch->path, pwrite(scratch->file, bytes, size, 0), size);
}

void scratch_close(struct scratch *scratch)
{
    close(scratch->file);
}

bool is_good_message(const char *text, const char *path)
{
    for (const char *c = text; *c; c++)
        if (!isprint((unsigned char)*c))
            return false;
    return strncmp(text, path, strlen(path)) == 0 && strlen(text) > strlen(path) + 10;
}
