/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small programs, compiled and written, and what tests of their files share. Whatever fails ends
 * the test. */
#ifndef PYGCSIM_TESTS_PROPERTY_PROGRAM_EXAMPLE_H
#define PYGCSIM_TESTS_PROPERTY_PROGRAM_EXAMPLE_H

#include <stdbool.h>

#include "sim/interval/compiled.h"
#include "sim/interval/program_file.h"
#include "tests/property/program_image.h"
#include "tests/unit/check.h"

#define SMALL_WEB                                                                                  \
    "web:duration=300ms,settle=0s,modules=200,startup=1ms,rate=100,objects=20,sessions=10,cache=5"

/* What an example is made from. */
struct recipe {
    const char *workload, *script; /* one of them: a setting; a heap script */
    uint64_t seed;
    const char *collector;
    struct compile_options options;
};

struct example {
    const char *what;
    char script[TEST_PATH]; /* "": none */
    struct setting workload;
    struct compiled compiled;
    struct program_origin origin;
    const struct collector_version *version;
};

void example_make(struct example *example, const struct recipe *recipe);
void example_fini(struct example *example);

void example_write(const struct example *example, const char *path, bool compress);
struct image example_image(const struct example *example, bool compress);

/* A name of no file. */
void unused_path(char path[TEST_PATH]);

/* A file in memory. */
struct scratch {
    int file;
    char path[TEST_PATH];
};

void scratch_open(struct scratch *scratch);
void scratch_fill(const struct scratch *scratch, const void *bytes, size_t size);
void scratch_close(struct scratch *scratch);

/* One line of printable text that begins with the name of the file. */
bool is_good_message(const char *text, const char *path);

#endif
