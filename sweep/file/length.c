/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/length.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "workloads/registry.h"

#define LENGTH "duration"

const struct param *length_param(const struct setting *workload)
{
    for (const struct param *param = workload->component->params; param && param->name; param++)
        if (strcmp(param->name, LENGTH) == 0 && param->type == PARAM_DURATION)
            return param;
    return NULL;
}

static int64_t *field_of(const struct setting *workload)
{
    const struct param *param = length_param(workload);
    return param ? (int64_t *)((char *)workload->state + param->offset) : NULL;
}

int64_t length_ns(const struct setting *workload)
{
    const int64_t *field = field_of(workload);
    return field ? *field : 0;
}

char *spec_with(const char *text, const char *key, const char *value)
{
    size_t name = strcspn(text, ":"), skipped = strlen(key);
    char *spec;
    if (asprintf(&spec, "%.*s:%s=%s", (int)name, text, key, value) < 0)
        out_of_memory();
    for (const char *pair = text + name; *pair;) {
        size_t length = strcspn(++pair, ",");
        char *longer = NULL;
        if (strncmp(pair, key, skipped) != 0 || pair[skipped] != '=') {
            if (asprintf(&longer, "%s,%.*s", spec, (int)length, pair) < 0)
                out_of_memory();
            free(spec);
            spec = longer;
        }
        pair += length;
    }
    return spec;
}

void length_set(struct setting *workload, int64_t ns)
{
    struct setting other;
    struct error error;
    char value[32];
    snprintf(value, sizeof value, ns % NS_PER_S ? "%lldns" : "%llds",
             (long long)(ns % NS_PER_S ? ns : ns / NS_PER_S));
    char *spec = spec_with(workload->text, LENGTH, value);
    int status = setting_parse(&other, spec, workloads, "workload", &error);
    assert(status == 0);
    (void)status;
    free(spec);
    setting_fini(workload);
    *workload = other;
}

/* But for their lengths. */
static bool are_alike(const struct setting *a, const struct setting *b)
{
    if (a->component != b->component)
        return false;
    int64_t *field = field_of(a), length = *field;
    *field = *field_of(b);
    bool alike = memcmp(a->state, b->state, a->component->state_size) == 0;
    *field = length;
    return alike;
}

int lengths_are_free(const struct experiment *experiment, struct error *error)
{
    for (size_t i = 0; i < experiment->workload_count; i++) {
        const struct setting *workload = &experiment->workloads[i];
        if (!length_param(workload))
            return error_set(error,
                             "until covered: %s has no " LENGTH " that could be made longer; "
                             "--horizon says up to when collections are predicted",
                             workload->text);
        for (size_t k = 0; k < i; k++)
            if (are_alike(workload, &experiment->workloads[k]))
                return error_set(error,
                                 "until covered: programs are made longer, so their " LENGTH
                                 " cannot be varied: %s, %s",
                                 experiment->workloads[k].text, workload->text);
    }
    return 0;
}
