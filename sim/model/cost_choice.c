/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/cost_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sim/model/cost_file.h"

#define PAUSE         "pause="
#define PAUSE_FORM    PAUSE "TIME@OBJECTS, such as " PAUSE "84ms@890000"
#define PAUSE_MOST_NS NS_PER_H
#define OBJECTS_LEAST 1000 /* of fewer a pause is mostly other things than objects */
#define OBJECTS_MOST  1000000000

static int refuse_pause(const char *label, const char *text, const char *why, struct error *error)
{
    return error_set(error, "%s: " PAUSE "%s: %s; it takes " PAUSE_FORM, label, text, why);
}

/* "84ms@890000" */
static int read_pause(const char *label, const char *text, struct measured_pause *pause,
                      struct error *error)
{
    char time[64];
    const char *at = strchr(text, '@');
    if (!at || at - text >= (ptrdiff_t)sizeof time)
        return refuse_pause(label, text, "there is no @ in it", error);
    snprintf(time, sizeof time, "%.*s", (int)(at - text), text);
    if (!units_parse_duration(time, &pause->ns))
        return refuse_pause(label, text, "what is before the @ is no duration", error);
    if (!units_parse_count(at + 1, &pause->objects))
        return refuse_pause(label, text, "what is behind the @ is no number of objects", error);
    if (pause->ns < NS_PER_US || pause->ns > PAUSE_MOST_NS)
        return refuse_pause(label, text, "the pause has to be from 1us to 1h", error);
    if (pause->objects < OBJECTS_LEAST || pause->objects > OBJECTS_MOST)
        return refuse_pause(label, text, "the objects have to be from 1000 to 1000000000", error);
    return 0;
}

/* Of a set that there is, or of a file. */
static int read_set(const char *label, const char *text, struct cost_choice *choice,
                    struct error *error)
{
    const char *names[32] = {NULL};
    const struct cost_set *set = cost_set(text);
    choice->has_set = true;
    if (set) {
        choice->set = cost_set_read(set);
        return 0;
    }
    if (strchr(text, '/') || access(text, F_OK) == 0)
        return cost_file_read(&choice->set, text, error);
    for (size_t i = 0; i < 31 && registry_name(&cost_registry, i); i++)
        names[i] = registry_name(&cost_registry, i);
    suggest_error(error, "cost set or file", text, names);
    const struct error said = *error;
    return error_set(error, "%s: %s", label, said.text);
}

/* Where "pause=" begins, at the beginning or behind a colon; NULL: nowhere. */
static char *find_pause(char *text)
{
    char *at = strncmp(text, PAUSE, strlen(PAUSE)) == 0 ? text : strstr(text, ":" PAUSE);
    return at && *at == ':' ? at + 1 : at;
}

int cost_choice_read(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error)
{
    struct cost_choice choice = {0};
    char *copy = allocate_text(text), *pause = find_pause(copy);
    int status = *text ? 0 : param_refuse(param, label, text, error);
    if (status == 0 && pause)
        status = read_pause(label, pause + strlen(PAUSE), &choice.pause, error);
    if (pause && pause > copy)
        pause[-1] = '\0';
    if (status == 0 && pause != copy)
        status = read_set(label, copy, &choice, error);
    free(copy);
    if (status == 0)
        memcpy(field, &choice, sizeof choice);
    return status;
}

struct costs cost_choice_for(const struct cost_choice *choice,
                             const struct collector_version *version)
{
    struct costs costs = choice->has_set ? choice->set : cost_set_read(cost_set(version->costs));
    costs.pause = choice->pause;
    return costs;
}

/* Is that text of those costs, as far as it is about their numbers? */
static bool is_of(const char *id, const struct costs *costs)
{
    char own[COSTS_ID];
    size_t length = strlen(costs_id(costs, own));
    return strncmp(id, own, length) == 0 && (id[length] == '\0' || id[length] == ' ');
}

int cost_choice_again(struct cost_choice *choice, const char *id,
                      const struct collector_version *version, struct error *error)
{
    const char *pause = strstr(id, " " PAUSE);
    *choice = (struct cost_choice){.set = cost_set_read(cost_set(version->costs))};
    for (size_t i = 0; !is_of(id, &choice->set); i++) {
        const struct cost_set *set = cost_registry.item(i);
        if (!set)
            return error_set(error,
                             "its times are of the costs %s, which this pygcsim does not have "
                             "(`pygcsim list costs`)",
                             id);
        choice->set = cost_set_read(set);
        choice->has_set = true;
    }
    return pause ? read_pause("cost", pause + strlen(" " PAUSE), &choice->pause, error) : 0;
}
