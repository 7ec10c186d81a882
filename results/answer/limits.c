/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/limits.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* One a line: breaks and spaces, however many, are one space, and at the ends none. */
static char *on_one_line(const char *text)
{
    static const char spaces[] = " \n\r\t\v\f";
    char *line = allocate_zeroed(strlen(text) + 1, 1), *end = line;
    for (text += strspn(text, spaces); *text; text += strspn(text, spaces)) {
        size_t length = strcspn(text, spaces);
        if (end > line)
            *end++ = ' ';
        end = mempcpy(end, text, length);
        text += length;
    }
    return line;
}

static bool is_among(const struct limits *limits, const struct condition *condition)
{
    for (size_t i = 0; i < limits->count; i++)
        if (strcmp(condition_text(limits->items[i]), condition_text(condition)) == 0)
            return true;
    return false;
}

int limits_add(struct limits *limits, const char *text, struct error *error)
{
    if (limits->count == LIMITS_MOST)
        return error_set(error, "there are more than %d limits", LIMITS_MOST);
    char *line = on_one_line(text);
    struct condition *condition = NULL;
    if (strlen(line) > LIMIT_LONGEST)
        error_set(error, "'%.40s…' is too long: a limit has up to %d letters", line, LIMIT_LONGEST);
    else
        condition = condition_parse(line, error);
    free(line);
    if (!condition)
        return -1;
    if (is_among(limits, condition)) {
        condition_free(condition);
        return 0;
    }
    limits->items =
        allocate_grow(limits->items, &limits->capacity, limits->count + 1, sizeof(void *));
    limits->items[limits->count++] = condition;
    return 0;
}

void limits_fini(struct limits *limits)
{
    for (size_t i = 0; i < limits->count; i++)
        condition_free(limits->items[i]);
    free(limits->items);
    *limits = (struct limits){0};
}

size_t outcomes_limits(const struct outcomes *outcomes)
{
    return outcomes && outcomes->limits ? outcomes->limits->count : 0;
}

int limits_read_option(const struct param *param, const char *label, void *field, const char *text,
                       struct error *error)
{
    struct limits *limits = field;
    struct error why;
    bool none = strcmp(text, LIMITS_NONE) == 0;
    (void)param;
    if (limits->none || (none && limits->count))
        return error_set(error, "%s: none goes with no other limit", label);
    limits->none = none;
    if (none || limits_add(limits, text, &why) == 0)
        return 0;
    return error_set(error, "%s: %s", label, why.text);
}

char *limits_text(const struct limits *limits)
{
    size_t length = 1;
    for (size_t i = 0; i < limits->count; i++)
        length += strlen(condition_text(limits->items[i])) + 1;
    char *text = allocate_zeroed(length, 1), *end = text;
    for (size_t i = 0; i < limits->count; i++) {
        end = stpcpy(stpcpy(end, i ? "\n" : ""), condition_text(limits->items[i]));
    }
    if (limits->count)
        return text;
    free(text);
    return NULL;
}

int limits_read_stored(struct limits *limits, const struct store *store,
                       const struct past_experiment *experiment, struct error *error)
{
    struct error why;
    char *copy = experiment->limits ? allocate_text(experiment->limits) : NULL, *rest = copy;
    int status = 0;
    for (char *line; status == 0 && (line = strsep(&rest, "\n"));)
        if (limits_add(limits, line, &why) != 0)
            status = store_damaged(store, error, "the limits of experiment %lld: %s",
                                   (long long)experiment->number, why.text);
    free(copy);
    return status;
}
