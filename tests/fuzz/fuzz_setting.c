/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies and workloads as the command line takes them: "freeze:t0=50k". */
#include <stdio.h>
#include <stdlib.h>

#include "policies/registry.h"
#include "sim/model/python.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/registry.h"

void fuzz_begin(void) {}

/* What is said of it is what was given, and means the same. */
static void check_setting(const struct setting *setting, const struct component *const *registry,
                          const char *what)
{
    struct setting again;
    struct error error = {""};
    char text[UNITS_TEXT], text_again[UNITS_TEXT];
    setting_parse(&again, setting->text, registry, what, &error);
    check_text(setting->text, error.text, "");
    check_text("canonical", again.text, setting->text);
    const struct setting *part_again = &again;
    for (const struct setting *part = setting; part; part = part->next) {
        check_that("as many parts", part_again != NULL);
        check_that("component", part_again->component == part->component);
        const struct param *param;
        for (size_t i = 0; (param = component_param(part->component, i)); i++)
            check_text(param->name, param_text(param, setting_state(part_again, param), text_again),
                       param_text(param, setting_state(part, param), text));
        part_again = part_again->next;
    }
    check_that("as many parts", part_again == NULL);
    setting_fini(&again);
}

/* The Python lines that `best` prints. */
static void write_python(const struct setting *setting)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    check_that("memory", out != NULL);
    python_write(out, setting);
    fclose(out);
    free(text);
}

static void try(const char *text, const struct component *const *registry, const char *what)
{
    struct setting setting;
    struct error error = {""};
    if (setting_parse(&setting, text, registry, what, &error) != 0) {
        check_message(error.text);
        return;
    }
    check_setting(&setting, registry, what);
    if (registry == policies)
        write_python(&setting);
    setting_fini(&setting);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    try(text, policies, "policy");
    try(text, workloads, "workload");
    free(setting_names(text)); /* a results file may have any */
    free(text);
    return 0;
}
