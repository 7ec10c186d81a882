/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/engine.h"

#include <stdio.h>
#include <string.h>

/* The trait that an object has to have; with TRAIT_IMMUTABLE, that it must not have. */
static const unsigned traits_asked[] = {
    [FAULT_NOT_HASHABLE] = TRAIT_HASHABLE, [FAULT_NO_WEAK_REFERENCES] = TRAIT_WEAK,
    [FAULT_IMMUTABLE] = TRAIT_IMMUTABLE,   [FAULT_NO_ATTRIBUTES] = TRAIT_ATTRIBUTES,
    [FAULT_NOT_WEAK_REFERENCE] = 0,        [FAULT_NO_FINALIZER] = TRAIT_DEL,
};

/* The kinds that would do, as scripts call them. */
static void list_kinds(enum fault_kind fault, char *text, size_t size)
{
    bool wanted = fault != FAULT_IMMUTABLE;
    int length = 0;
    for (uint32_t kind = 0; kind < OBJECT_KINDS && length < (int)size; kind++)
        if (object_kinds[kind].word && kind_has(kind, traits_asked[fault]) == wanted)
            length += snprintf(text + length, size - (size_t)length, "%s%s", length ? ", " : "",
                               object_kinds[kind].word);
}

static int describe_wrong_kind(const struct fault *fault, const char *text, const char *place,
                               struct error *error)
{
    char kinds[200] = "those that `weakref` makes";
    const struct object_kind_facts *object = &object_kinds[fault->object];
    const char *name = object->word ? object->word : object->type;
    if (fault->kind != FAULT_NOT_WEAK_REFERENCE)
        list_kinds(fault->kind, kinds, sizeof kinds);
    return error_set(error, "%s: register %u holds %s %s: %s (allowed: %s)", place, fault->which,
                     strchr("aeiou", *name) ? "an" : "a", name, text, kinds);
}

int fault_describe(const struct fault *fault, const char *place, struct error *error)
{
    static const char *const texts[] = {
#define X(kind, text) text,
        FAULTS(X)
#undef X
    };
    if (fault->kind == FAULT_FIELD_RANGE && fault->allowed == 0)
        return error_set(error, "%s: field %u: the object has no fields", place, fault->which);
    if (fault->kind == FAULT_FIELD_RANGE)
        return error_set(error, "%s: field %u: %s (it has 0 to %u)", place, fault->which,
                         texts[fault->kind], fault->allowed - 1);
    if (fault->kind == FAULT_EMPTY_REGISTER)
        return error_set(error, "%s: register %u: %s", place, fault->which, texts[fault->kind]);
    if (fault->kind >= FAULT_NOT_HASHABLE)
        return describe_wrong_kind(fault, texts[fault->kind], place, error);
    return error_set(error, "%s: %s", place, texts[fault->kind]);
}
