/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Workloads with whatever values their parameters may have: the beginning of the program that they
 * emit is one that an engine can execute.
 *
 * The first byte chooses the workload; then a byte says which parameter, and another where its
 * value lies between the ends of its range, on a logarithmic scale. */
#include <math.h>
#include <string.h>

#include "sim/model/cost_file.h"
#include "sim/model/stream.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/registry.h"

#define STRETCHES_MOST 3
#define COUNT_MOST     30000 /* more objects are valid, and take long */

void fuzz_begin(void) {}

static void check_op(const struct op *op, const struct program *program)
{
    bool slot =
        op->code == OP_BEGIN || op->code == OP_WAIT || op->code == OP_RESUME || op->code == OP_END;
    check_that("an operation", op->code < OP_COUNT);
    check_that("a register", op->code > OP_DROP || op->a < program->registers);
    check_that("another register",
               (op->code != OP_LOAD && op->code != OP_COPY) || op->b < program->registers);
    check_that("a third register", op->code != OP_STORE || op->c < program->registers);
    check_that("a slot", !slot || op->a < program->slots);
    check_that("a kind", op->code != OP_NEW || op->kind < OBJECT_KINDS);
    check_that("an event", op->code != OP_EVENT || op->a < PROGRAM_EVENT_COUNT);
    check_that("a generation", op->code != OP_COLLECT || op->a < GENERATIONS);
}

static void produce(const struct setting *setting)
{
    struct stream stream;
    struct error error = {""};
    const struct costs costs = cost_set_read(cost_set("cpython-3.13-xeon"));
    if (stream_open(&stream, setting, 1, &costs, &error) != 0)
        check_message(error.text);
    else
        for (int i = 0; i < STRETCHES_MOST && stream_next(&stream); i++)
            for (size_t o = 0; o < stream.program.count; o++)
                check_op(&stream.program.ops[o], &stream.program);
    stream_close(&stream);
}

/* From least at 0 to most at 255. */
static double value_at(const struct param *param, unsigned share)
{
    bool count = param->type == PARAM_COUNT || param->type == PARAM_BYTES;
    double low = param->least > 0 ? param->least : 1;
    double high = count ? fmin(param->most, low * COUNT_MOST) : param->most;
    double value = share == 0 ? param->least : low * pow(high / low, share / 255.0);
    return param->type == PARAM_REAL ? value : floor(value);
}

/* "name=value" of a quantity or a word; false: it is neither. */
static bool add_parameter(struct text *text, const struct param *param, unsigned share)
{
    char value[UNITS_TEXT];
    size_t words = 0;
    while (param->choices && param->choices[words])
        words++;
    if (words == 0 && !param_is_quantity(param))
        return false;
    text_add(text, "%s%s=%s", strchr(text->text, ':') ? "," : ":", param->name,
             words && (share % 2 || !param_is_quantity(param))
                 ? param->choices[share / 2 % words]
                 : param_write(param, value_at(param, share), value));
    return true;
}

static void write_setting(struct text *text, struct bytes bytes)
{
    bool given[PARAMS_MOST] = {false};
    size_t registered = 0, count = 0;
    while (workloads[registered])
        registered++;
    const struct component *component = workloads[bytes_take(&bytes, 1) % registered];
    while (component->params[count].name)
        count++;
    text_add(text, "%s", component->name);
    while (bytes.at < bytes.end) {
        size_t i = (size_t)bytes_take(&bytes, 1) % count;
        unsigned share = (unsigned)bytes_take(&bytes, 1);
        if (!given[i])
            given[i] = add_parameter(text, &component->params[i], share);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = {.text = ""};
    struct setting setting;
    struct error error = {""};
    write_setting(&text, (struct bytes){data, data + size});
    if (setting_parse(&setting, text.text, workloads, "workload", &error) == 0) {
        produce(&setting);
        setting_fini(&setting);
    } else {
        check_message(error.text);
    }
    return 0;
}
