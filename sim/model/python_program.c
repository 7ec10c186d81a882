/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Python program for several policies, or for one that begins later or ends: the fixed part
 * (sim/model/combination.py), a class for each policy, and a function for each event. */
#include <ctype.h>
#include <string.h>

#include "sim/embedded_python.h"
#include "sim/model/policy.h"
#include "sim/model/python.h"

/* "Freeze", and of the second one "Freeze2". */
static void write_class_name(FILE *out, const struct setting *setting, const struct setting *part)
{
    char name[SETTING_NAME_TEXT];
    int number = setting_number(setting, part);
    snprintf(name, sizeof name, "%s", part->component->name);
    name[0] = (char)toupper((unsigned char)name[0]);
    fputs(name, out);
    if (number > 1)
        fprintf(out, "%d", number);
}

static void write_moment(FILE *out, const char *name, const struct moment *moment)
{
    if (moment->event < 0)
        return;
    fprintf(out, "    %s = \"%s\", ", name, program_event_names[moment->event]);
    python_number(out, moment->count);
    fputc('\n', out);
}

static bool has_wish(const int64_t wishes[WISH_COUNT])
{
    for (int wish = 0; wish < WISH_COUNT; wish++)
        if (wishes[wish] >= 0)
            return true;
    return false;
}

static void write_body(FILE *out, const struct policy *policy, const void *state)
{
    struct python_once once = PYTHON_NOTHING_ONCE;
    if (policy->python_part) {
        fputc('\n', out);
        policy->python_part(state, out);
    } else if (policy->once(state, &once) && has_wish(once.begin)) {
        fputs("\n    def start(self):\n", out);
        python_wishes(out, 8, once.begin);
    }
}

static void write_class(FILE *out, const struct setting *setting, const struct setting *part)
{
    const struct policy *policy = policy_of(part->component);
    const struct phase *phase = part->common;
    fputs("\n\nclass ", out);
    write_class_name(out, setting, part);
    fprintf(out, "(Part):\n    \"\"\"%s\"\"\"\n", part->component->summary);
    if (phase->from.event >= 0 || phase->until.event >= 0)
        fputc('\n', out);
    write_moment(out, "first", &phase->from);
    write_moment(out, "last", &phase->until);
    write_body(out, policy, part->state);
}

/* What the program has to report: the events in any part's parameters. */
static void find_events(const struct setting *setting, bool waited_for[PROGRAM_EVENT_COUNT])
{
    for (const struct setting *part = setting; part; part = part->next) {
        const struct param *param;
        for (size_t i = 0; (param = component_param(part->component, i)); i++) {
            if (param->choices != program_event_names)
                continue;
            struct moment moment = param_moment(param, setting_state(part, param));
            if (moment.event >= 0)
                waited_for[moment.event] = true;
        }
    }
}

static void write_events(FILE *out, const struct setting *setting)
{
    bool waited_for[PROGRAM_EVENT_COUNT] = {false};
    find_events(setting, waited_for);
    for (int event = 0; event < PROGRAM_EVENT_COUNT; event++)
        if (waited_for[event])
            fprintf(out,
                    "\n\ndef %s():\n"
                    "    \"\"\"To be called whenever this happens: %s.\"\"\"\n"
                    "    report(\"%s\")\n",
                    program_event_names[event], program_event_meanings[event],
                    program_event_names[event]);
}

static void write_program(FILE *out, const struct setting *setting)
{
    fputs(strchr(embedded_combination_py, '\n') + 1, out); /* behind its licence */
    for (const struct setting *part = setting; part; part = part->next)
        write_class(out, setting, part);
    write_events(out, setting);
    fputs("\n\n# At the start of the program:\nparts = [", out);
    for (const struct setting *part = setting; part; part = part->next) {
        write_class_name(out, setting, part);
        fputs(part->next ? "(), " : "()]\n", out);
    }
    fputs("for part in parts:\n    if part.first is None:\n        part.begin()\n", out);
}

static bool is_plain(const struct setting *setting)
{
    const struct phase *phase = setting->common;
    return !setting_is_joined(setting) &&
           (!phase || (phase->from.event < 0 && phase->until.event < 0));
}

void python_write(FILE *out, const struct setting *setting)
{
    const struct policy *policy = policy_of(setting->component);
    if (python_write_once(out, setting))
        return;
    if (is_plain(setting) && policy->python)
        policy->python(setting->state, out);
    else
        write_program(out, setting);
}
