/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lines for policies of which all is done at the start and at one report of one event: what the
 * combination of them (sim/model/combination.h) tells gc then, worked out beforehand. */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/base/memory_text.h"
#include "sim/model/python.h"

/* A policy of the combination. */
struct act {
    struct python_once once;
    struct phase phase;
    bool over;
    int64_t wishes[WISH_COUNT]; /* -1: none; while it is not in force, too */
};

struct script {
    struct act acts[SETTING_PARTS_MOST];
    size_t count;
    struct moment moment;      /* event PARAM_ABSENT: all is done at the start */
    int64_t value[WISH_COUNT]; /* in force after the lines so far; -1: as without any policy */
    bool restores;             /* thresholds, to what they were */
};

/* ---- can it be said so? --------------------------------------------------------------------- */

static bool happens(struct script *script, int64_t event, int64_t count)
{
    if (event >= 0 && script->moment.event < 0)
        script->moment = (struct moment){event, count};
    return event < 0 || (script->moment.event == event && script->moment.count == count);
}

/* A policy sees the first report of its event after it has begun, that one included. */
static bool add_act(struct script *script, const struct setting *part)
{
    static const struct phase whole = {{PARAM_ABSENT, 0}, {PARAM_ABSENT, 0}};
    const struct policy *policy = policy_of(part->component);
    struct act *act = &script->acts[script->count++];
    *act = (struct act){.once = PYTHON_NOTHING_ONCE,
                        .phase = part->common ? *(const struct phase *)part->common : whole,
                        .wishes = PYTHON_NO_WISHES};
    if (!policy->once || !policy->once(part->state, &act->once))
        return false;
    const struct moment *from = &act->phase.from, *until = &act->phase.until;
    bool later = act->once.on >= 0 && from->event >= 0 && from->event != act->once.on;
    return !later && happens(script, from->event, from->count) &&
           happens(script, until->event, until->count) &&
           happens(script, act->once.on, from->event >= 0 ? from->count : 1);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void copy_wishes(int64_t to[WISH_COUNT], const int64_t from[WISH_COUNT])
{
    for (int wish = 0; wish < WISH_COUNT; wish++)
        to[wish] = from[wish] >= 0 ? from[wish] : to[wish];
}

static void write_enabled(const struct script *script, const int64_t now[WISH_COUNT], FILE *out)
{
    if (now[WISH_ENABLED] != script->value[WISH_ENABLED])
        fputs(now[WISH_ENABLED] == 0 ? "gc.disable()\n" : "gc.enable()\n", out);
}

/* One that is left as it is has to be given all the same if one behind it is not. */
static void write_threshold(const struct script *script, int g, int64_t now, FILE *out)
{
    if (now >= 0)
        python_number(out, now);
    else if (script->value[WISH_THRESHOLD + g] >= 0)
        fprintf(out, "thresholds[%d]", g);
    else
        fprintf(out, "gc.get_threshold()[%d]", g);
}

static void write_thresholds(struct script *script, const int64_t now[WISH_COUNT], FILE *out)
{
    const int64_t *threshold = now + WISH_THRESHOLD, *before = script->value + WISH_THRESHOLD;
    int given = GENERATIONS, restored = 0; /* what comes after stays as it is when it is left out */
    while (given > 0 && threshold[given - 1] == before[given - 1])
        given--;
    for (int g = 0; g < given; g++)
        restored += threshold[g] < 0 && before[g] >= 0;
    script->restores |= restored > 0;
    if (given == 0)
        return;
    fputs("gc.set_threshold(", out);
    for (int g = 0; g < given && restored < GENERATIONS; g++) {
        fputs(g ? ", " : "", out);
        write_threshold(script, g, threshold[g], out);
    }
    fputs(restored == GENERATIONS ? "*thresholds)\n" : ")\n", out);
}

/* What is in force now, as far as it is not what it was: the wish of the last that has one. */
static void write_changes(struct script *script, FILE *out)
{
    int64_t now[WISH_COUNT] = PYTHON_NO_WISHES;
    for (size_t i = 0; i < script->count; i++)
        if (!script->acts[i].over)
            copy_wishes(now, script->acts[i].wishes);
    write_enabled(script, now, out);
    write_thresholds(script, now, out);
    for (int wish = 0; wish < WISH_COUNT; wish++)
        script->value[wish] = now[wish];
}

static void write_start(struct script *script, FILE *out)
{
    for (size_t i = 0; i < script->count; i++)
        if (script->acts[i].phase.from.event < 0)
            copy_wishes(script->acts[i].wishes, script->acts[i].once.begin);
    write_changes(script, out);
}

/* Those that end do so first, then those begin that do, then all see it. */
static void write_moment(struct script *script, FILE *out)
{
    for (size_t i = 0; i < script->count; i++) {
        struct act *act = &script->acts[i];
        act->over = act->phase.until.event >= 0;
        if (act->phase.from.event >= 0)
            copy_wishes(act->wishes, act->once.begin);
    }
    write_changes(script, out);
    for (size_t i = 0; i < script->count; i++) {
        struct act *act = &script->acts[i];
        if (act->over || act->once.on < 0)
            continue;
        fprintf(out, "%s%s", act->once.collect ? "gc.collect()\n" : "",
                act->once.freeze ? "gc.freeze()\n" : "");
        copy_wishes(act->wishes, act->once.then);
        write_changes(script, out);
    }
}

static char *text_of(struct script *script, void (*write)(struct script *, FILE *))
{
    char *text;
    size_t length;
    FILE *out = memory_text_begin(&text, &length);
    write(script, out);
    memory_text_end(out);
    return text;
}

static void write_when(FILE *out, const struct moment *moment)
{
    fputs("\n# Once, ", out);
    if (moment->count == 1)
        fputs("the first time that this happens: ", out);
    else
        fprintf(out, "when this has happened %" PRId64 " times: ", moment->count);
    python_event(out, (enum program_event)moment->event);
    fputc('\n', out);
}

bool python_write_once(FILE *out, const struct setting *setting)
{
    struct script script = {.moment.event = PARAM_ABSENT, .value = PYTHON_NO_WISHES};
    for (; setting; setting = setting->next)
        if (!add_act(&script, setting))
            return false;
    char *start = text_of(&script, write_start), *later = text_of(&script, write_moment);
    if (*start || *later)
        fputs("import gc\n", out);
    else
        fputs("# Nothing to set: the interpreter does it by itself.\n", out);
    if (*start || script.restores)
        fprintf(out, "\n# At the start of the program:\n%s%s",
                script.restores ? "thresholds = gc.get_threshold()\n" : "", start);
    if (*later) {
        write_when(out, &script.moment);
        fputs(later, out);
    }
    free(start);
    free(later);
    return true;
}
