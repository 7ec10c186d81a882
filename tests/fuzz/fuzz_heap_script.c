/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heap scripts: read, and if they are small enough run, with the same results in both engines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "tests/fuzz/fuzz.h"
#include "tests/property/program_example.h"
#include "tests/unit/record.h"
#include "workloads/heap_script.h"
#include "workloads/registry.h"

/* More than this is valid, and takes too long. */
#define MOST_OPERATIONS 4000
#define MOST_REGISTERS  5000
#define MOST_FIELDS     20000

static struct scratch scratch;
static struct setting policies_tried[2];
static struct setting workload; /* the file */

void fuzz_begin(void)
{
    static const char *const specs[] = {"default", "threshold:t0=3,t1=1,t2=1"};
    char spec[TEST_PATH + 16];
    struct error error = {""};
    for (size_t i = 0; i < LENGTH(specs); i++)
        setting_parse(&policies_tried[i], specs[i], policies, "policy", &error);
    scratch_open(&scratch);
    snprintf(spec, sizeof spec, "script:file=%s", scratch.path);
    setting_parse(&workload, spec, workloads, "workload", &error);
    check_text("settings", error.text, "");
}

static bool is_small(const struct heap_script *script)
{
    uint64_t fields = 0;
    for (size_t i = 0; i < script->count; i++)
        fields += script->ops[i].code == OP_NEW ? script->ops[i].b : 0;
    return script->count <= MOST_OPERATIONS && script->registers <= MOST_REGISTERS &&
           fields <= MOST_FIELDS;
}

/* Each on another version of the interpreter, which the number chooses. */
static void run_script(size_t number)
{
    size_t versions = 0;
    while (collector_versions[versions].name)
        versions++;
    for (size_t i = 0; i < LENGTH(policies_tried); i++) {
        struct run run;
        run_simulation(&run, &(struct simulation_setup){
                                 .collector = &collector_versions[(number + i) % versions],
                                 .workload = &workload,
                                 .policy = &policies_tried[i]});
        check_count("how it ended", run.result.status, run.status == 0 ? RUN_finished : RUN_failed);
        if (run.status != 0)
            check_line(run.error.text);
        run_fini(&run);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heap_script script;
    struct error error = {""};
    char *text = malloc(size ? size : 1);
    check_that("memory", text != NULL);
    memcpy(text, data, size);
    if (heap_script_parse(&script, "fuzz", text, size, &error) != 0) {
        check_line(error.text);
    } else if (is_small(&script)) {
        scratch_fill(&scratch, data, size);
        run_script(size);
    }
    heap_script_fini(&script);
    free(text);
    return 0;
}
