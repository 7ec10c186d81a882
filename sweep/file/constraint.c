/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/constraint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

enum owner { ANY, WORKLOAD, POLICY };

static const char *const prefixes[] = {[ANY] = "", [WORKLOAD] = "workload.", [POLICY] = "policy."};

/* Whose parameter a name says it is; *rest is the parameter's name. */
static enum owner owner_of(const char *name, const char **rest)
{
    enum owner owner = strncmp(name, prefixes[WORKLOAD], strlen(prefixes[WORKLOAD])) == 0 ? WORKLOAD
                       : strncmp(name, prefixes[POLICY], strlen(prefixes[POLICY])) == 0   ? POLICY
                                                                                          : ANY;
    *rest = name + strlen(prefixes[owner]);
    return owner;
}

/* Behind "freeze." and "freeze2.", if it is this component's name; else all of it. */
static const char *behind_component(const struct component *component, const char *name)
{
    size_t length = strlen(component->name);
    if (strncmp(name, component->name, length) != 0)
        return name;
    const char *rest = name + length + strspn(name + length, "0123456789");
    return *rest == '.' ? rest + 1 : name;
}

static const struct param *param_named(const struct component *component, const char *name)
{
    const struct param *param;
    name = behind_component(component, name);
    for (size_t i = 0; (param = component_param(component, i)); i++)
        if (param_is_called(param, name))
            return param;
    return NULL;
}

/* The parameter that is called so in the whole setting, or in the first part that has one; NULL if
 * there is none. */
static const struct param *param_of(const struct setting *setting, const char *name,
                                    const struct setting **of)
{
    char buffer[SETTING_NAME_TEXT];
    const struct setting *part;
    for (part = setting; part; part = part->next) {
        const struct param *param = param_named(part->component, name);
        if (param && strcmp(setting_name(setting, part, param, buffer), name) == 0) {
            *of = part;
            return param;
        }
    }
    for (part = setting; part; part = part->next) {
        const struct param *param = param_named(part->component, name);
        if (param && (param_is_called(param, name) || !setting_is_joined(setting))) {
            *of = part;
            return param;
        }
    }
    return NULL;
}

static bool is_number(const struct param *param)
{
    return param_is_quantity(param) || param->type == PARAM_FLAG;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* Of a list of components: has one that parameter, and as a number? */
struct found {
    bool any, number;
};

static struct found find(const struct component *const *components, const char *name)
{
    struct found found = {false, false};
    for (; *components; components++) {
        const struct param *param = param_named(*components, name);
        found.any |= param != NULL;
        found.number |= param && is_number(param);
    }
    return found;
}

struct names {
    const char **names;
    size_t count, capacity;
};

/* What a name could be, each once. */
static void add_names(struct names *names, const struct component *const *components)
{
    for (; *components; components++) {
        const struct param *param;
        for (size_t row = 0; (param = component_param(*components, row)); row++) {
            size_t i = 0;
            while (i < names->count && strcmp(names->names[i], param->name) != 0)
                i++;
            if (i < names->count || !is_number(param))
                continue;
            names->names =
                allocate_grow(names->names, &names->capacity, i + 1, sizeof *names->names);
            names->names[names->count++] = param->name;
        }
    }
}

/* Nobody has it. */
static int unknown(const char *name, enum owner owner, const struct cast *cast, struct error *error)
{
    static const char *const whats[] = {"parameter of these workloads and policies called",
                                        "parameter of these workloads called",
                                        "parameter of these policies called"};
    struct names names = {0};
    if (owner != POLICY)
        add_names(&names, cast->workloads);
    if (owner != WORKLOAD)
        add_names(&names, cast->policies);
    names.names = allocate_grow(names.names, &names.capacity, names.count + 1, sizeof *names.names);
    names.names[names.count] = NULL;
    suggest_error(error, whats[owner], name, names.names);
    free(names.names);
    return -1;
}

static int check_name(const char *text, const char *name, const struct cast *cast,
                      struct error *error)
{
    const char *rest;
    enum owner owner = owner_of(name, &rest);
    struct found nothing = {false, false};
    struct found workload = owner == POLICY ? nothing : find(cast->workloads, rest);
    struct found policy = owner == WORKLOAD ? nothing : find(cast->policies, rest);
    if (!workload.any && !policy.any)
        return unknown(rest, owner, cast, error);
    if (workload.any && policy.any)
        return error_set(error,
                         "'%.200s': both a workload and a policy have %s; say workload.%s or "
                         "policy.%s",
                         text, rest, rest, rest);
    if (!workload.number && !policy.number)
        return error_set(error, "'%.200s': %s is a word; conditions compare numbers", text, rest);
    return 0;
}

/* ---- units ---------------------------------------------------------------------------------- */

/* Whose values a constraint is asked about. */
struct pair {
    const struct setting *workload, *policy;
};

/* NULL: neither has such a number. */
static const struct param *param_of_pair(const struct pair *pair, const char *name)
{
    const char *rest;
    enum owner owner = owner_of(name, &rest);
    const struct setting *part;
    const struct param *param = owner == POLICY ? NULL : param_of(pair->workload, rest, &part);
    if (!param && owner != WORKLOAD)
        param = param_of(pair->policy, rest, &part);
    return param && is_number(param) ? param : NULL;
}

static enum quantity quantity_of(void *context, const char *name)
{
    const struct param *param = param_of_pair(context, name);
    return param && param->type == PARAM_DURATION ? QUANTITY_TIME
           : param && param->type == PARAM_BYTES  ? QUANTITY_SIZE
                                                  : QUANTITY_NUMBER;
}

static bool has_all(const struct pair *pair, const char *const *names)
{
    while (*names && param_of_pair(pair, *names))
        names++;
    return !*names;
}

/* One name may be a time of one policy and a count of another: some workload and policy have to
 * fit. That none has all of the names is not an error: then it applies to none. */
static int check_units(const struct expression *constraint, const struct cast *cast,
                       struct error *error)
{
    struct error why = {""};
    for (const struct component *const *workload = cast->workloads; *workload; workload++) {
        for (const struct component *const *policy = cast->policies; *policy; policy++) {
            const struct setting of_workload = {.component = *workload};
            const struct setting of_policy = {.component = *policy};
            struct pair pair = {&of_workload, &of_policy};
            if (!has_all(&pair, expression_names(constraint)))
                continue;
            if (expression_check_units(constraint, quantity_of, &pair, &why) == 0)
                return 0;
        }
    }
    return why.text[0] ? error_set(error, "%s", why.text) : 0;
}

struct expression *constraint_parse(const char *text, const struct cast *cast, struct error *error)
{
    struct expression *constraint = expression_parse(text, EXPRESSION_NANOSECONDS, error);
    if (!constraint)
        return NULL;
    const char *const *names = expression_names(constraint);
    int status = 0;
    if (!expression_is_condition(constraint))
        status = error_set(error, "'%.200s' is not a condition, as t1 <= t2 is one", text);
    else if (!*names)
        status = error_set(error, "'%.200s' has no parameter in it", text);
    for (; status == 0 && *names; names++)
        status = check_name(text, *names, cast, error);
    if (status == 0 && check_units(constraint, cast, error) == 0)
        return constraint;
    expression_free(constraint);
    return NULL;
}

/* ---- values --------------------------------------------------------------------------------- */

static double number_of(const struct setting *setting, const char *name)
{
    const struct setting *part;
    const struct param *param = param_of(setting, name, &part);
    return param && is_number(param) ? param_number(param, setting_state(part, param)) : NAN;
}

static double lookup(void *context, const char *name)
{
    const struct pair *pair = context;
    const char *rest;
    enum owner owner = owner_of(name, &rest);
    double number = owner == POLICY ? NAN : number_of(pair->workload, rest);
    return isnan(number) && owner != WORKLOAD ? number_of(pair->policy, rest) : number;
}

bool constraint_holds(const struct expression *constraint, const struct setting *workload,
                      const struct setting *policy)
{
    struct pair pair = {workload, policy};
    struct error ignored;
    if (expression_check_units(constraint, quantity_of, &pair, &ignored) != 0)
        return true; /* of another parameter with that name */
    double value = expression_value(constraint, lookup, &pair);
    return isnan(value) || value != 0;
}
