/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cost files, and what --cost takes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/cost_choice.h"
#include "sim/model/cost_file.h"
#include "tests/fuzz/fuzz.h"

void fuzz_begin(void) {}

/* Pauses are numbers, and operations take what fits. */
static void check_prices(const struct costs *costs)
{
    static const double worked_ns[] = {0, 1e6, INFINITY};
    const struct program program = {.slowdown = 20, .scatter = SCATTER_WORD(SCATTER_aged)};
    const struct prices prices = prices_of(costs, &program);
    const struct found found = typical_heap(1000000);
    const struct load load = costs_load(costs, &found);
    struct op_costs operations;
    prices_of_operations(&prices, costs, &operations);
    for (size_t i = 0; i < LENGTH(worked_ns); i++) {
        for (int g = 0; g < GENERATIONS; g++) {
            double ns = prices_pause_ns(&prices, g, &load, worked_ns[i]);
            check_that("a pause", isfinite(ns) && ns >= 0);
        }
    }
}

static void check_costs(struct costs *costs)
{
    char id[COSTS_ID];
    check_that("a name", *costs->name && *costs->interpreter);
    check_that("an identity", strlen(costs_id(costs, id)) > strlen(costs->name));
    check_that("caches", costs->cache_count <= CACHES_MOST);
    check_prices(costs);
    costs->pause = (struct measured_pause){84000000, 890000};
    check_prices(costs);
}

static void try_choice(const char *text)
{
    static const struct param row = {
        .name = "cost", .type = PARAM_RULE, .read = cost_choice_read, .form = COST_CHOICE_FORM};
    struct cost_choice choice;
    struct error error = {""};
    char *spec;
    if (asprintf(&spec, "pause=%s", text) < 0)
        abort();
    if (param_read(&row, "--cost", &choice, spec, &error) == 0) {
        struct costs costs = cost_choice_for(&choice, collector_version("cpython-3.13"));
        check_prices(&costs);
    } else {
        check_message(error.text);
    }
    free(spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct costs costs;
    struct error error = {""};
    char *text = fuzz_text(data, size);
    try_choice(text);
    if (cost_text_read(&costs, "x.cost", text, &error) == 0)
        check_costs(&costs);
    else
        check_line(error.text);
    free(text);
    return 0;
}
