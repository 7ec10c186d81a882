/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What CPython does with objects of each kind, a rule a row: a small heap script, and what the
 * graph engine tells of it, by version. Where there are interpreters, tests/conformance/ asks them
 * the same of random scripts; here a rule that breaks is named. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/engines.h"
#include "sim/simulation.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

struct row {
    const char *what;
    const char *script; /* ';' ends a line; "(60 a;b)" is 60 times those */
    struct {
        const char *since;  /* from that version on, … */
        const char *events; /* … as below */
    } told[4];
};

/* ---- a script, run --------------------------------------------------------------------------- */

/* What is written of each event:
 *   (2: 1 0 5 … )4/1  a collection of generation 2 of so many objects: 4 unreachable, 1 of them
 *                     uncollectable
 *   +list#3, !list#3  a line of DEBUG_COLLECTABLE, DEBUG_UNCOLLECTABLE
 *   f3, c3            a finalizer, a callback
 *   5,0,1             get_count()
 *   yes, no           is_tracked()
 *   ran, not, unknown is_finalized()
 *   [3 5], garbage[3] get_objects(), gc.garbage */
static void add_labels(struct text *text, const struct gc_event *event)
{
    for (size_t i = 0; i < event->label_count; i++)
        text_add(text, "%s%u", i ? " " : "", event->labels[i]);
    text_add(text, "] ");
}

static void add_done(struct text *text, const struct gc_event *event)
{
    text_add(text, ")%u", (unsigned)event->unreachable);
    if (event->uncollectable)
        text_add(text, "/%u", (unsigned)event->uncollectable);
    text_add(text, " ");
}

static int add_event(void *context, const struct gc_event *event)
{
    static const char *const finalized[] = {"unknown ", "not ", "ran "};
    struct text *text = context;
    switch (event->kind) {
    case GC_EVENT_COLLECTION:
        text_add(text, "(%d: %u %u %u ", event->generation, (unsigned)event->before[0],
                 (unsigned)event->before[1], (unsigned)event->before[2]);
        break;
    case GC_EVENT_COLLECTABLE:
        text_add(text, "+%s#%u ", event->type, event->of);
        break;
    case GC_EVENT_UNCOLLECTABLE:
        text_add(text, "!%s#%u ", event->type, event->of);
        break;
    case GC_EVENT_CALLBACK:
        text_add(text, "c%u ", event->of);
        break;
    case GC_EVENT_FINALIZER:
        text_add(text, "f%u ", event->of);
        break;
    case GC_EVENT_DONE:
        add_done(text, event);
        break;
    case GC_EVENT_COUNT:
        text_add(text, "%u,%u,%u ", event->count[0], event->count[1], event->count[2]);
        break;
    case GC_EVENT_TRACKED:
        text_add(text, event->answer ? "yes " : "no ");
        break;
    case GC_EVENT_FINALIZED:
        text_add(text, "%s", finalized[event->answer - ANSWER_NONE]);
        break;
    case GC_EVENT_OBJECTS:
    case GC_EVENT_GARBAGE:
        text_add(text, event->kind == GC_EVENT_GARBAGE ? "garbage[" : "[");
        add_labels(text, event);
        break;
    case GC_EVENT_COLLECT: /* says what GC_EVENT_DONE has said */
    case GC_EVENT_END:
        break;
    }
    return 0;
}

/* The lines of a script; returns what is behind them. */
static const char *write_lines(FILE *out, const char *script)
{
    const char *c = script;
    while (*c && *c != ')') {
        if (*c != '(') {
            fputc(*c == ';' ? '\n' : *c, out);
            c++;
            continue;
        }
        char *lines;
        const char *end = c;
        for (unsigned long times = strtoul(c + 1, &lines, 10); times > 0; times--)
            end = write_lines(out, lines);
        c = end + 1;
    }
    fputc('\n', out);
    return c;
}

static void write_script(char path[TEST_PATH], const char *script)
{
    char *lines;
    size_t length;
    FILE *out = open_memstream(&lines, &length);
    write_lines(out, script);
    fclose(out);
    test_file(path, lines, length);
    free(lines);
}

/* What it tells, and what comes of it. */
static struct simulation_result
run_script(const char *path, const struct collector_version *version, struct text *events)
{
    char spec[TEST_PATH + 16];
    struct setting workload, policy;
    struct error error = {""};
    struct simulation_result result;
    snprintf(spec, sizeof spec, "script:file=%s", path);
    setting_parse(&workload, spec, workloads, "workload", &error);
    setting_parse(&policy, "default", policies, "policy", &error);
    const struct simulation_setup setup = {.engine = &graph_engine,
                                           .collector = version,
                                           .workload = &workload,
                                           .policy = &policy,
                                           .listens = true};
    *events = (struct text){.text = ""};
    const struct observer observer = {.context = events, .gc_event = add_event};
    simulate(&setup, &observer, &result, &error);
    check_text(path, error.text, "");
    setting_fini(&workload);
    setting_fini(&policy);
    return result;
}

static void check_row(const struct row *row)
{
    char path[TEST_PATH], what[200];
    size_t at = 0;
    write_script(path, row->script);
    for (const struct collector_version *version = collector_versions; version->name; version++) {
        const char *number = version->name + strlen("cpython-");
        const char *next = at + 1 < LENGTH(row->told) ? row->told[at + 1].since : NULL;
        struct text events;
        at += next && strcmp(number, next) == 0;
        run_script(path, version, &events);
        if (events.length)
            events.text[--events.length] = '\0';
        snprintf(what, sizeof what, "%s, %s", row->what, version->name);
        check_text(what, events.text, row->told[at].events);
    }
    check_that(row->what, at + 1 == LENGTH(row->told) || !row->told[at + 1].since);
    unlink(path);
}

#define CHECK_ROWS(rows)                                                                           \
    for (size_t row = 0; row < LENGTH(rows); row++)                                                \
    check_row(&(rows)[row])

#define ATOMS_19 "- - - - - - - - - - - - - - - - - - -"
#define ATOMS_20 ATOMS_19 " -"
#define ATOMS_21 ATOMS_20 " -"

/* ---- free lists ------------------------------------------------------------------------------ */

static const struct row free_lists[] = {
    {"dead lists are kept, and taken again",
     "count;new 0 0 list;drop 0;count;new 0 0 list;count",
     {{"3.8", "0,0,0 2,0,0 2,0,0"}}},
    {"so are dicts",
     "count;new 0 0 dict;drop 0;count;new 0 0 dict;count",
     {{"3.8", "0,0,0 2,0,0 2,0,0"}}},
    {"and tuples, by their sizes",
     "count;new 0 2 tuple - -;drop 0;new 0 1 tuple -;count;new 1 2 tuple - -;count",
     {{"3.8", "0,0,0 3,0,0 3,0,0"}}},
    {"and dicts of exceptions",
     "count;new 0 1 exc;clear 0 0;drop 0;count;new 0 0 dict;count",
     {{"3.8", "0,0,0 2,0,0 2,0,0"}}},
    {"80 lists",
     "(100 new 1 1 list;store 1 0 0;copy 0 1);drop 1;drop 0;count",
     {{"3.8", "80,0,0"}}},
    {"80 dicts",
     "(100 new 1 1 dict;store 1 0 0;copy 0 1);drop 1;drop 0;count",
     {{"3.8", "80,0,0"}}},
    {"2000 tuples of a size", "disable;(2010 new 0 1 tuple 0);drop 0;count", {{"3.8", "2000,0,0"}}},
    {"tuples of 19",
     "new 0 19 tuple " ATOMS_19 ";drop 0;new 0 19 tuple " ATOMS_19 ";count",
     {{"3.8", "1,0,0"}}},
    {"tuples of 20",
     "new 0 20 tuple " ATOMS_20 ";drop 0;new 0 20 tuple " ATOMS_20 ";count",
     {{"3.8", "1,0,0"}, {"3.11", "2,0,0"}, {"3.13", "1,0,0"}}},
    {"tuples of 21",
     "new 0 21 tuple " ATOMS_21 ";drop 0;new 0 21 tuple " ATOMS_21 ";count",
     {{"3.8", "1,0,0"}}},
    {"others have none",
     "new 0 1 set;new 1 1 cell;new 2 1 func;new 3 1 exc;new 4 1 inst;new 5 1 slots;weakref 6 "
     "5;count;(6 drop 0;copy 0 1;copy 1 2;copy 2 3;copy 3 4;copy 4 6;drop 5;drop 6);count",
     {{"3.8", "8,0,0 2,0,0"}}},
    {"a full collection empties them",
     "new 0 0 list;drop 0;collect 1;new 0 0 list;count;drop 0;collect;new 0 0 list;count",
     {{"3.8", "(1: 0 0 0 )0 0,0,1 (2: 0 0 0 )0 1,0,0"}}},
    {"births from them ask for no collection",
     "new 0 0 list;drop 0;threshold 1;new 0 0 list;new 1 0 slots",
     {{"3.8", "(0: 1 0 0 )0"}, {"3.12", "(0: 2 0 0 )0"}}},
};

TEST(rules_of_free_lists)
{
    CHECK_ROWS(free_lists);
}

/* ---- tracking -------------------------------------------------------------------------------- */

static const struct row tracking[] = {
    {"a dict, from the first container on until a full collection finds none",
     "new 0 1 dict;tracked 0;clear 0 0;tracked 0;new 1 0 list;store 0 0 1;tracked 0;clear 0 "
     "0;collect 1;tracked 0;collect;tracked 0;store 0 0 1;tracked 0",
     {{"3.8", "no no yes (1: 2 0 0 )0 yes (2: 0 0 2 )0 no yes"},
      {"3.14", "yes yes yes (1: 2 0 0 )0 yes (2: 0 0 2 )0 yes yes"}}},
    {"it goes to the end of generation 0",
     "new 0 1 dict;new 1 0 list;collect;new 2 0 list;store 0 0 1;objects 0",
     {{"3.8", "(2: 1 0 0 )0 [3 0]"}, {"3.14", "(2: 2 0 0 )0 [3]"}}},
    {"of a dict that is not tracked",
     "new 0 1 dict;new 1 0 dict;store 0 0 1;collect;tracked 0;tracked 1",
     {{"3.8", "(2: 1 0 0 )0 yes no"}, {"3.14", "(2: 2 0 0 )0 yes yes"}}},
    {"of a tuple that is not tracked any more",
     "new 0 1 tuple -;collect 0;new 1 1 dict;store 1 0 0;tracked 1",
     {{"3.8", "(0: 1 0 0 )0 no"}, {"3.14", "(0: 0 0 0 )0 yes"}}},
    {"of a tuple that is untracked with it",
     "new 0 1 tuple -;new 1 1 dict;store 1 0 0;tracked 1;collect;tracked 1",
     {{"3.8", "yes (2: 2 0 0 )0 no"}, {"3.14", "yes (2: 1 0 0 )0 yes"}}},
    {"a tuple of atoms",
     "new 0 2 tuple - -;tracked 0;collect 0;tracked 0",
     {{"3.8", "yes (0: 1 0 0 )0 no"}, {"3.14", "no (0: 0 0 0 )0 no"}}},
    {"of a tuple of atoms",
     "new 0 1 tuple -;new 1 1 tuple 0;tracked 1;collect 0;tracked 1",
     {{"3.8", "yes (0: 2 0 0 )0 no"}, {"3.14", "yes (0: 1 0 0 )0 no"}}},
    {"of a container",
     "new 0 0 list;new 1 2 tuple - 0;drop 0;collect;tracked 1",
     {{"3.8", "(2: 2 0 0 )0 yes"}}},
    {"what is untracked is in no generation",
     "new 0 1 tuple -;new 1 0 list;collect 0;collect 1;objects",
     {{"3.8", "(0: 2 0 0 )0 (1: 0 1 0 )0 [1]"}, {"3.14", "(0: 1 0 0 )0 (1: 0 1 0 )0 [1]"}}},
    {"survivors are looked at behind holes, too",
     "new 0 1 dict;new 1 0 list;store 0 0 1;new 2 0 list;collect;clear 0 0;drop 1;collect;tracked "
     "0",
     {{"3.8", "(2: 3 0 0 )0 (2: 0 0 2 )0 no"}, {"3.14", "(2: 3 0 0 )0 (2: 0 0 2 )0 yes"}}},
    {"others are tracked",
     "new 0 1 set;tracked 0;new 0 1 cell;tracked 0;new 0 1 func;tracked 0;new 0 1 exc;tracked "
     "0;new 0 1 inst;tracked 0;weakref 1 0;tracked 1",
     {{"3.8", "yes yes yes yes yes yes"}}},
    {"what stays is looked at behind holes, too",
     "new 0 1 dict;new 1 0 list;store 0 0 1;new 2 0 list;new 3 0 list;new 4 0 list;collect;clear 0 "
     "0;drop 2;drop 3;collect;tracked 0",
     {{"3.8", "(2: 5 0 0 )0 (2: 0 0 3 )0 no"}, {"3.14", "(2: 5 0 0 )0 (2: 0 0 3 )0 yes"}}},
    {"what was untracked is no survivor",
     "(20 new 0 1 tuple -;new 1 2 list;store 1 0 0;store 1 1 2;copy 2 1);collect;(6 new 1 1 "
     "list;store 1 0 0;copy 0 1);collect 1;threshold 1 1 0;new 3 0 slots;new 4 0 slots",
     {{"3.8", "(2: 40 0 0 )0 (1: 6 0 20 )0 (2: 1 0 26 )0"},
      {"3.12", "(2: 40 0 0 )0 (1: 6 0 20 )0 (2: 2 0 26 )0"},
      {"3.14", "(2: 20 0 0 )0 (1: 6 0 20 )0 (2: 2 0 26 )0"}}},
};

TEST(rules_of_tracking)
{
    CHECK_ROWS(tracking);
}

/* ---- attributes ------------------------------------------------------------------------------ */

static const struct row attributes[] = {
    {"when the dict of an instance is born",
     "new 0 1 inst;count;clear 0 0;count;attrs 1 0;count",
     {{"3.8", "1,0,0 3,0,0 3,0,0"}, {"3.11", "1,0,0 2,0,0 3,0,0"}}},
    {"that of an exception",
     "new 0 1 exc;count;clear 0 0;count;attrs 1 0;count;tracked 1",
     {{"3.8", "1,0,0 3,0,0 3,0,0 no"}, {"3.14", "1,0,0 3,0,0 3,0,0 yes"}}},
    {"whether it is garbage, too",
     "debug collectable;new 0 1 inst;store 0 0 0;drop 0;collect",
     {{"3.8", "(2: 2 0 0 +Inst#1 +dict#2 )2"}, {"3.11", "(2: 1 0 0 +Inst#1 )1"}}},
    {"once it has been asked for",
     "debug collectable;new 0 1 inst;store 0 0 0;attrs 1 0;drop 1;drop 0;collect",
     {{"3.8", "(2: 2 0 0 +Inst#1 +dict#3 )2"},
      {"3.13", "(2: 2 0 0 +Inst#1 )1"},
      {"3.14", "(2: 2 0 0 +Inst#1 +dict#3 )2"}}},
    {"is it tracked, if asked for with atoms only",
     "new 0 1 inst;attrs 1 0;tracked 1;store 0 0 0;tracked 1",
     {{"3.8", "no yes"}, {"3.13", "no no"}, {"3.14", "yes yes"}}},
    {"and with a container", "new 0 1 inst;store 0 0 0;attrs 1 0;tracked 1", {{"3.8", "yes"}}},
    {"what it keeps once its owner has died",
     "new 0 1 inst;new 1 0 slots-del;store 0 0 1;drop 1;attrs 2 0;drop 0;count;drop 2",
     {{"3.8", "2,0,0 f1"}}},
    {"and once its owner has been collected",
     "new 0 2 inst;store 0 0 0;new 1 0 slots-del;store 0 1 1;drop 1;attrs 2 0;drop 0;collect;drop "
     "2",
     {{"3.8", "(2: 3 0 0 )0"}, {"3.13", "(2: 3 0 0 f2 )2"}, {"3.14", "(2: 3 0 0 )0"}}},
    {"what is loaded from either",
     "new 0 1 inst;new 1 0 slots-del;attrs 2 0;store 0 0 1;load 1 2 0;clear 2 0;load 3 0 0;drop 1",
     {{"3.8", "f1"}}},
    {"the dict of an instance is tracked by the instance's values",
     "new 0 1 inst;store 0 0 0;attrs 1 0;collect;tracked 1;clear 0 0;collect;tracked 1",
     {{"3.8", "(2: 2 0 0 )0 yes (2: 0 0 2 )0 no"}, {"3.14", "(2: 2 0 0 )0 yes (2: 0 0 2 )0 yes"}}},
    {"3.13 clears what is alive: an instance",
     "new 0 2 inst;store 0 0 0;new 1 2 inst;clear 1 0;clear 1 1;store 1 0 1;store 0 1 1;drop "
     "1;attrs 2 0;drop 0;collect;load 1 2 1;drop 2;new 3 0 slots-del;store 1 1 3;new 3 0 "
     "slots-del;store 1 0 3;drop 3;count;drop 1",
     {{"3.8", "(2: 4 0 0 )0 2,0,0"},
      {"3.11", "(2: 3 0 0 )0 2,0,0"},
      {"3.13", "(2: 3 0 0 )2 2,0,0 f15 f13"},
      {"3.14", "(2: 3 0 0 )0 2,0,0"}}},
    {"a dict",
     "new 0 2 inst;store 0 0 0;new 1 2 dict;clear 1 0;clear 1 1;store 1 0 1;store 0 1 1;drop "
     "1;attrs 2 0;drop 0;collect;load 1 2 1;drop 2;new 3 0 slots-del;store 1 1 3;new 3 0 "
     "slots-del;store 1 0 3;drop 3;count;drop 1",
     {{"3.8", "(2: 3 0 0 )0 2,0,0"},
      {"3.13", "(2: 3 0 0 )2 2,0,0 f13 f15"},
      {"3.14", "(2: 3 0 0 )0 2,0,0"}}},
    {"what is stored in it then",
     "new 0 2 inst;store 0 0 0;new 1 2 inst;clear 1 0;store 1 0 1;store 0 1 1;drop 1;attrs 2 "
     "0;drop 0;collect;load 1 2 1;drop 2;attrs 2 1;tracked 2;new 3 0 slots-del;store 1 1 3;tracked "
     "2;drop 3;drop 1;drop 2",
     {{"3.8", "(2: 4 0 0 )0 yes yes"},
      {"3.11", "(2: 3 0 0 )0 yes yes"},
      {"3.13", "(2: 3 0 0 )2 no yes f14"},
      {"3.14", "(2: 3 0 0 )0 yes yes"}}},
};

TEST(rules_of_attributes)
{
    CHECK_ROWS(attributes);
}

/* ---- order ----------------------------------------------------------------------------------- */

static const struct row order[] = {
    {"a list lets go from its last field",
     "new 0 2 list;new 1 0 slots-del;store 0 0 1;new 1 0 slots-del;store 0 1 1;drop 1;drop 0",
     {{"3.8", "f3 f1"}}},
    {"a tuple, too",
     "new 0 0 slots-del;new 1 0 slots-del;new 2 2 tuple 0 1;drop 0;drop 1;drop 2",
     {{"3.8", "f1 f0"}}},
    {"a dict from its first key",
     "new 0 3 dict;clear 0 1;new 1 0 slots-del;store 0 0 1;new 1 0 slots-del;store 0 1 1;new 1 0 "
     "slots-del;store 0 2 1;drop 1;drop 0",
     {{"3.8", "f4 f2 f6"}}},
    {"an instance from its first attribute",
     "new 0 2 inst;new 1 0 slots-del;store 0 1 1;new 1 0 slots-del;store 0 0 1;drop 1;drop 0",
     {{"3.8", "f1 f3"}, {"3.11", "f3 f1"}}},
    {"when garbage is cleared, too",
     "new 0 3 list;store 0 0 0;new 1 0 slots-del;store 0 1 1;new 1 0 slots-del;store 0 2 "
     "1;finalizer 1 noop;drop 1;drop 0;collect",
     {{"3.8", "(2: 3 0 0 f2 f4 )3"}}},
    {"a list's referents are visited from the last",
     "new 0 0 slots;new 1 0 slots;new 2 2 list;store 2 0 0;store 2 1 1;drop 0;drop 1;collect "
     "0;objects",
     {{"3.8", "(0: 3 0 0 )0 [2 1 0]"}}},
    {"a dict's from the first key",
     "new 0 0 slots;new 1 0 slots;new 2 2 dict;store 2 1 1;store 2 0 0;drop 0;drop 1;collect "
     "0;objects",
     {{"3.8", "(0: 3 0 0 )0 [2 1 0]"}}},
    {"an instance's from the first attribute",
     "new 0 0 slots;new 1 0 slots;new 2 2 inst;store 2 1 1;store 2 0 0;drop 0;drop 1;collect "
     "0;objects",
     {{"3.8", "(0: 4 0 0 )0 [2 4 1 0]"}, {"3.11", "(0: 3 0 0 )0 [2 0 1]"}}},
    {"what is reached before its turn stays",
     "new 0 1 list;new 1 0 slots;store 0 0 1;drop 1;new 2 0 slots;collect 0;objects",
     {{"3.8", "(0: 3 0 0 )0 [0 1 4]"}}},
    {"what is older comes first",
     "new 0 0 slots;collect 0;new 1 0 slots;collect 1;objects 2",
     {{"3.8", "(0: 1 0 0 )0 (1: 1 1 0 )0 [0 2]"}}},
    {"a set gives up its member first",
     "new 0 1 set;new 1 0 slots-del;store 0 0 1;drop 1;new 2 0 slots;store 0 0 2",
     {{"3.8", "f1"}}},
    {"lists are cleared",
     "new 0 0 slots-del;new 1 0 slots-del;collect;new 2 2 list;new 3 2 list;store 3 0 2;store 3 1 "
     "0;store 2 0 3;store 2 1 1;drop 0;drop 1;drop 2;collect 0;drop 3;collect 1",
     {{"3.8", "(2: 2 0 0 )0 (0: 2 0 2 )0 (1: 0 2 2 f0 f1 )2"}}},
    {"tuples are not",
     "new 0 0 slots-del;new 1 0 slots-del;collect;new 2 2 list;new 3 2 tuple 2 0;store 2 0 3;store "
     "2 1 1;drop 0;drop 1;drop 2;collect 0;drop 3;collect 1",
     {{"3.8", "(2: 2 0 0 )0 (0: 2 0 2 )0 (1: 0 2 2 f1 f0 )2"}}},
    {"then generation 0, then 1",
     "new 0 0 list;collect;new 1 0 list;collect 0;new 2 0 list;collect;objects",
     {{"3.8", "(2: 1 0 0 )0 (0: 1 0 1 )0 (2: 1 1 1 )0 [0 4 2]"}}},
    {"get_objects() of all",
     "new 0 0 list;collect;new 1 0 list;collect 0;new 2 0 list;objects",
     {{"3.8", "(2: 1 0 0 )0 (0: 1 0 1 )0 [4 2 0]"}}},
    {"a full collection that finds nothing reorders, too",
     "new 0 0 list;new 1 0 list;new 2 2 list;store 2 0 0;store 2 1 1;collect;drop 0;drop "
     "1;collect;objects",
     {{"3.8", "(2: 3 0 0 )0 (2: 0 0 3 )0 [2 1 0]"}}},
    {"a key that is there keeps its place",
     "new 0 2 dict;(20 clear 0 0);new 1 0 slots-del;store 0 1 1;new 1 0 slots-del;store 0 0 1;drop "
     "1;drop 0",
     {{"3.8", "f23 f21"}}},
    {"a dict that is cleared lets go what its owner has",
     "new 0 0 slots-del;new 1 0 slots-del;collect;new 2 3 inst;new 3 1 list;store 3 0 1;drop "
     "1;store 2 0 0;drop 0;store 2 1 3;drop 3;store 2 2 2;attrs 4 2;drop 2;collect 0;drop "
     "4;collect 1",
     {{"3.8", "(2: 2 0 0 )0 (0: 3 0 2 )0 (1: 0 3 2 f0 f1 )3"},
      {"3.13", "(2: 2 0 0 )0 (0: 3 0 2 f1 )2 f0 (1: 0 0 0 )0"},
      {"3.14", "(2: 2 0 0 )0 (0: 3 0 2 )0 (1: 0 3 2 f0 f1 )3"}}},
};

TEST(rules_of_order)
{
    CHECK_ROWS(order);
}

/* ---- automatic collections ------------------------------------------------------------------- */

static const struct row automatic_collections[] = {
    {"is the newborn examined",
     "threshold 1;new 0 0 list;new 1 0 list",
     {{"3.8", "(0: 1 0 0 )0"}, {"3.12", "(0: 2 0 0 )0"}}},
    {"or what its register held",
     "new 0 0 slots;threshold 1;new 0 0 list",
     {{"3.8", "(0: 1 0 0 )0"}, {"3.12", "(0: 2 0 0 )0"}}},
    {"a dict born by a store",
     "new 0 1 exc;threshold 1;store 0 0 0",
     {{"3.8", "(0: 1 0 0 )0"}, {"3.12", "(0: 2 0 0 )0"}}},
    {"that of an instance",
     "new 0 1 inst;threshold 1;store 0 0 0",
     {{"3.8", "(0: 1 0 0 )0"}, {"3.11", ""}}},
    {"the arguments of weakref.ref()",
     "new 0 0 slots;threshold 1;weakref 1 0",
     {{"3.8", "(0: 1 0 0 )0"}, {"3.12", "(0: 2 0 0 )0"}}},
    {"the answer of get_count()",
     "new 0 0 slots;threshold 1;count",
     {{"3.8", "(0: 1 0 0 )0 1,0,0"}, {"3.12", "(0: 2 0 0 )0 1,0,0"}}},
    {"the answer of get_objects(), which is tracked",
     "new 0 0 slots;threshold 1;objects;new 1 0 slots",
     {{"3.8", "(0: 1 0 0 )0 [0]"}, {"3.12", "(0: 2 0 0 )0 [0]"}}},
    {"the tuple of what callbacks are to be called for",
     "new 0 0 slots;weakref 1 0 note;new 2 2 tuple - -;threshold 3;drop 0;count",
     {{"3.8", "c1 2,0,0"}, {"3.13", "(0: 3 0 0 )0 c1 0,1,0"}, {"3.14", "(0: 2 0 0 )0 c1 0,1,0"}}},
    {"of two, in every version",
     "new 0 0 slots;weakref 1 0 note;weakref 2 0 note;threshold 3;drop 0;count",
     {{"3.8", "(0: 2 0 0 )0 c2 c1 0,1,0"}, {"3.12", "(0: 3 0 0 )0 c2 c1 0,1,0"}}},
    {"none inside another",
     "count;new 0 0 slots;weakref 1 0 note;weakref 2 0 note;new 3 0 slots;weakref 4 3 note;weakref "
     "5 3 note;weakref 6 3 note;collect;count;new 7 3 list;store 7 0 7;store 7 1 0;store 7 2 "
     "3;drop 0;drop 3;drop 7;threshold 1;collect 0;count",
     {{"3.8", "0,0,0 (2: 7 0 0 )0 0,0,0 (0: 1 0 7 c7 c6 c5 c3 c2 )1 0,1,0"}}},
    {"a dict that is asked for",
     "new 0 1 inst;threshold 1;attrs 1 0",
     {{"3.8", "(0: 1 0 0 )0"}, {"3.14", "(0: 2 0 0 )0"}}},
    {"the tuple has two items for each",
     "new 0 0 slots;weakref 1 0 note;weakref 2 0 note;new 3 4 tuple - - - -;drop 3;threshold "
     "4;drop 0;count",
     {{"3.8", "c2 c1 (0: 2 0 0 )0 4,0,0"}, {"3.12", "c2 c1 (0: 3 0 0 )0 4,0,0"}}},
};

TEST(rules_of_automatic_collections)
{
    CHECK_ROWS(automatic_collections);
}

/* ---- finalizers ------------------------------------------------------------------------------ */

static const struct row finalizers[] = {
    {"one runs once",
     "new 0 0 slots-del;finalizer 0 self 1;finalized 0;drop 0;finalized 1;drop 1",
     {{"3.8", "unknown f0 unknown"}, {"3.9", "not f0 ran"}}},
    {"by the collector, too",
     "new 0 1 inst-del;store 0 0 0;finalizer 0 self 1;drop 0;collect;finalized 1;drop 1;collect",
     {{"3.8", "(2: 2 0 0 f0 )0 unknown (2: 0 0 2 )2"},
      {"3.9", "(2: 2 0 0 f0 )0 ran (2: 0 0 2 )2"},
      {"3.11", "(2: 1 0 0 f0 )0 ran (2: 0 0 1 )1"}}},
    {"what is alive again is in generation 0",
     "new 0 0 slots-del;finalizer 0 self 1;collect;drop 0;objects 0;count",
     {{"3.8", "(2: 1 0 0 )0 f0 [0] 1,0,0"}}},
    {"of a field",
     "new 0 1 slots-del;new 1 0 slots;store 0 0 1;drop 1;finalizer 0 field 2 0;drop 0;objects",
     {{"3.8", "f0 [1]"}}},
    {"into a register that is not empty",
     "new 0 1 slots-del;finalizer 0 self 1;new 1 0 slots;drop 0;objects",
     {{"3.8", "f0 [2]"}}},
    {"all run before anything is cleared",
     "new 0 1 slots-del;new 1 1 slots-del;store 0 0 1;store 1 0 0;finalizer 0 noop;finalizer 1 "
     "field 2 0;drop 0;drop 1;collect;objects",
     {{"3.8", "(2: 2 0 0 f0 f1 )0 [0 1]"}}},
    {"one saves itself, and what it refers to",
     "new 0 1 slots-del;new 1 0 slots;store 0 0 0;finalizer 0 self 2;new 3 1 slots;store 3 0 "
     "3;drop 3;drop 0;drop 1;collect;objects",
     {{"3.8", "(2: 2 0 0 f0 )0 [0 4]"}, {"3.9", "(2: 2 0 0 f0 )1 [0]"}}},
    {"or of 3.8 all there is",
     "new 0 1 slots-del;store 0 0 0;finalizer 0 self 2;new 3 1 slots;store 3 0 3;drop 3;drop "
     "0;collect;objects;drop 2;collect",
     {{"3.8", "(2: 2 0 0 f0 )0 [0 3] (2: 0 0 2 )2"}, {"3.9", "(2: 2 0 0 f0 )1 [0] (2: 0 0 1 )1"}}},
};

TEST(rules_of_finalizers)
{
    CHECK_ROWS(finalizers);
}

/* ---- weak references ------------------------------------------------------------------------- */

static const struct row weak_references[] = {
    {"callbacks run, the newest first",
     "new 0 0 slots;weakref 1 0 note;weakref 2 0;weakref 3 0 note;drop 0;deref 4 1;deref 4 "
     "2;objects",
     {{"3.8", "c3 c1 [1 2 3]"}}},
    {"one without callback is used again",
     "new 0 0 slots;weakref 1 0;weakref 2 0;objects;count",
     {{"3.8", "[0 2] 4,0,0"}}},
    {"one with is not",
     "new 0 0 slots;weakref 1 0 note;weakref 2 0 note;weakref 3 0;objects",
     {{"3.8", "[0 1 2 3]"}}},
    {"it dies before its object", "new 0 0 slots;weakref 1 0 note;drop 1;drop 0", {{"3.8", ""}}},
    {"held by its object",
     "new 0 1 slots;weakref 1 0 note;store 0 0 1;drop 1;drop 0",
     {{"3.8", "c1"}}},
    {"but not in a collection",
     "new 0 2 slots;store 0 0 0;weakref 1 0 note;store 0 1 1;drop 1;weakref 2 0 note;drop "
     "0;collect",
     {{"3.8", "(2: 3 0 0 c5 )2"}}},
    {"by other garbage",
     "new 0 1 slots;store 0 0 0;new 1 2 list;store 1 0 1;weakref 2 0 note;store 1 1 2;drop 2;drop "
     "1;drop 0;collect",
     {{"3.8", "(2: 3 0 0 )3"}}},
    {"freed by its callback, it counts as collected",
     "new 0 1 slots;store 0 0 0;weakref 1 0 drop;drop 0;collect",
     {{"3.8", "(2: 2 0 0 c2 )2"}}},
    {"else it moves on, behind other survivors",
     "new 0 1 slots;store 0 0 0;weakref 1 0 note;new 2 0 slots;drop 0;collect 0;objects",
     {{"3.8", "(0: 3 0 0 c2 )1 [3 2]"}}},
    {"and back",
     "new 0 1 slots-del;weakref 1 0 note;collect;finalizer 0 self 2;drop 0;store 2 0 2;drop "
     "2;collect 0;objects 1",
     {{"3.8", "(2: 2 0 0 )0 f0 (0: 1 0 1 c1 )1 [1]"}}},
    {"in a finalizer",
     "new 0 1 slots-del;store 0 0 0;weakref 1 0;finalizer 0 weak 2 1;drop 0;collect;objects",
     {{"3.8", "(2: 2 0 0 f0 )1 [2]"}, {"3.14", "(2: 2 0 0 f0 )0 [2 0]"}}},
    {"with a callback",
     "new 0 1 slots-del;store 0 0 0;weakref 1 0 note;finalizer 0 weak 2 1;drop 0;collect;objects",
     {{"3.8", "(2: 2 0 0 c2 f0 )1 [2]"}}},
    {"to an object that saves itself",
     "new 0 1 slots-del;store 0 0 0;weakref 1 0;finalizer 0 self 2;drop 0;collect;deref 3 1;drop "
     "2;collect",
     {{"3.8", "(2: 2 0 0 f0 )0 (2: 0 0 2 )1"}, {"3.14", "(2: 2 0 0 f0 )0 (2: 0 0 2 )0"}}},
    {"among garbage",
     "debug collectable;new 0 2 slots-del;store 0 0 0;new 1 0 slots;weakref 2 1;store 0 1 2;drop "
     "2;drop 0;collect;weakref 2 1;count",
     {{"3.8", "(2: 3 0 0 +SlotsDel#1 +weakref#4 f1 )2 2,0,0"},
      {"3.10", "(2: 3 0 0 +SlotsDel#1 +weakref.ReferenceType#4 f1 )2 2,0,0"}}},
    {"one that has died is not called",
     "new 0 0 slots;weakref 1 0 note;weakref 2 0 note;weakref 3 0 note;drop 1;drop 2;drop 3;drop 0",
     {{"3.8", ""}}},
    {"a register that has something else",
     "new 0 0 slots;new 2 1 list;weakref 1 0 drop;store 2 0 1;new 1 0 list;drop 0;objects",
     {{"3.8", "c2 [1 2 4]"}}},
    {"one among garbage that comes back",
     "new 0 0 slots;new 1 2 slots-del;store 1 0 1;weakref 2 0;store 1 1 2;drop 2;finalizer 1 field "
     "3 1;drop 1;collect;deref 4 3;drop 0;objects",
     {{"3.8", "(2: 3 0 0 f1 )0 [1 3]"},
      {"3.9", "(2: 3 0 0 f1 )1 [3]"},
      {"3.14", "(2: 3 0 0 f1 )1 [0 3]"}}},
    {"one among garbage, to what garbage alone held",
     "new 0 0 slots;weakref 1 0 note;drop 1;collect;new 1 2 list;new 2 2 list;store 1 0 2;store 1 "
     "1 0;store 2 0 1;weakref 3 0 note;store 2 1 3;drop 3;drop 2;drop 1;drop 0;collect 0",
     {{"3.8", "(2: 1 0 0 )0 (0: 3 0 1 )3"}}},
    {"to garbage, in a finalizer that clearing runs",
     "new 0 0 slots-del;collect;new 1 2 slots;store 1 0 1;store 1 1 0;weakref 2 1;finalizer 0 weak "
     "3 2;drop 0;drop 1;collect 0;objects",
     {{"3.8", "(2: 1 0 0 )0 (0: 2 0 1 f0 )1 [5]"}}},
};

TEST(rules_of_weak_references)
{
    CHECK_ROWS(weak_references);
}

/* ---- legacy and garbage ---------------------------------------------------------------------- */

static const struct row legacy_and_garbage[] = {
    {"legacy objects, and what they reach, stay",
     "debug uncollectable;new 0 2 legacy;store 0 0 0;new 1 0 slots-del;store 0 1 1;drop 1;new 2 2 "
     "slots;store 2 0 2;store 2 1 0;drop 2;drop "
     "0;collect;garbage;objects;collect;ungarbage;objects",
     {{"3.8", "(2: 3 0 0 !Legacy#1 !SlotsDel#3 )3/2 garbage[1] [1 3] (2: 0 0 2 )0 [1 3]"}}},
    {"by reference count they go",
     "new 0 0 legacy;weakref 1 0 note;drop 0;garbage",
     {{"3.8", "c1 garbage[]"}}},
    {"their weak references stay",
     "new 0 1 legacy;store 0 0 0;weakref 1 0 note;drop 0;collect;deref 2 1;garbage",
     {{"3.8", "(2: 2 0 0 )1/1 garbage[0]"}}},
    {"DEBUG_SAVEALL",
     "debug saveall;new 0 1 slots-del;new 1 1 list;store 0 0 1;store 1 0 0;weakref 2 0 note;drop "
     "1;drop 0;collect 0;garbage;objects;deref 3 2;collect;ungarbage;collect",
     {{"3.8", "(0: 3 0 0 c5 f1 )2 garbage[1 2] [5 1 2] (2: 0 3 0 )0 (2: 0 0 3 )2"}}},
    {"of legacy objects all",
     "debug saveall;new 0 2 legacy;store 0 0 0;new 1 0 slots;store 0 1 1;drop 1;drop "
     "0;collect;garbage",
     {{"3.8", "(2: 2 0 0 )2/2 garbage[1 3]"}}},
    {"gc.garbage lets go from its last",
     "new 0 1 legacy;store 0 0 0;weakref 1 0 note;drop 0;new 0 1 legacy;store 0 0 0;weakref 2 0 "
     "note;drop 0;collect;deref 0 1;clear 0 0;deref 0 2;clear 0 0;drop 0;ungarbage;garbage",
     {{"3.8", "(2: 4 0 0 )2/2 c6 c2 garbage[]"}}},
    {"what they are called",
     "debug collectable;new 0 1 func;new 1 2 list;store 1 0 1;store 1 1 0;weakref 2 0;store 0 0 "
     "2;drop 2;new 3 1 tuple 1;new 4 1 cell;store 4 0 3;store 1 0 4;drop 3;drop 4;drop 1;drop "
     "0;collect",
     {{"3.8", "(2: 5 0 0 +function#1 +list#2 +weakref#5 +tuple#8 +cell#9 )5"},
      {"3.10", "(2: 5 0 0 +function#1 +list#2 +weakref.ReferenceType#5 +tuple#8 +cell#9 )5"}}},
    {"DEBUG_LEAK says which are which",
     "debug leak;new 0 3 legacy;store 0 0 0;new 1 0 slots;store 0 1 1;new 1 0 slots;store 0 2 "
     "1;drop 1;new 1 1 list;store 1 0 1;drop 1;drop 0;collect;garbage",
     {{"3.8", "(2: 4 0 0 +list#8 !Legacy#1 !Slots#5 !Slots#3 )4/3 garbage[8 1 5 3]"}}},
};

TEST(rules_of_legacy_and_garbage)
{
    CHECK_ROWS(legacy_and_garbage);
}

/* ---- the trashcan ---------------------------------------------------------------------------- */

/* A finalizer deep in a structure, and one at its top: where what is deep waits, it runs second. */
#define TWO_DEATHS(chain)                                                                          \
    "new 0 2 list;new 1 0 slots-del;store 0 0 1;" chain ";new 1 2 list;new 3 0 slots-del;"         \
    "store 1 0 3;drop 3;store 1 1 0;drop 0;drop 2;drop 1"

static const struct row the_trashcan[] = {
    {"lists",
     TWO_DEATHS("(60 new 2 1 list;store 2 0 0;copy 0 2)"),
     {{"3.8", "f184 f1"}, {"3.13", "f1 f184"}}},
    {"40 lists do not nest as deep",
     TWO_DEATHS("(40 new 2 1 list;store 2 0 0;copy 0 2)"),
     {{"3.8", "f1 f124"}}},
    {"dicts",
     TWO_DEATHS("(60 new 2 1 dict;store 2 0 0;copy 0 2)"),
     {{"3.8", "f184 f1"}, {"3.13", "f1 f184"}}},
    {"tuples", TWO_DEATHS("(60 new 0 1 tuple 0)"), {{"3.8", "f64 f1"}, {"3.13", "f1 f64"}}},
    {"slots",
     TWO_DEATHS("(60 new 2 1 slots;store 2 0 0;copy 0 2)"),
     {{"3.8", "f184 f1"}, {"3.13", "f1 f184"}}},
    {"instances",
     TWO_DEATHS("(60 new 2 1 inst;store 2 0 0;copy 0 2)"),
     {{"3.8", "f184 f1"}, {"3.13", "f1 f184"}}},
    {"sets",
     TWO_DEATHS("(30 new 2 1 slots;store 2 0 0;new 0 1 set;store 0 0 2)"),
     {{"3.8", "f124 f1"}, {"3.13", "f1 f124"}}},
    {"exceptions, with their dicts",
     TWO_DEATHS("(30 new 2 1 exc;store 2 0 0;copy 0 2)"),
     {{"3.8", "f1 f94"}, {"3.11", "f94 f1"}, {"3.13", "f1 f94"}}},
    {"cells", TWO_DEATHS("(60 new 2 1 cell;store 2 0 0;copy 0 2)"), {{"3.8", "f1 f184"}}},
    {"functions", TWO_DEATHS("(60 new 2 1 func;store 2 0 0;copy 0 2)"), {{"3.8", "f1 f184"}}},
    {"what has come last goes first",
     "new 0 2 list;new 1 1 list;store 0 0 1;new 2 0 slots-del;store 1 0 2;new 1 1 list;store 0 1 "
     "1;new 2 0 slots-del;store 1 0 2;drop 2;drop 1;(48 new 1 1 list;store 1 0 0;copy 0 1);drop "
     "1;drop 0",
     {{"3.8", "f3 f7"}, {"3.13", "f7 f3"}}},
    {"objects with finalizers",
     TWO_DEATHS(
         "(46 new 2 1 list;store 2 0 0;copy 0 2);(5 new 2 1 slots-del;store 2 0 0;copy 0 2)"),
     {{"3.8", "f153 f150 f147 f144 f141 f157 f1"}, {"3.13", "f153 f150 f147 f144 f141 f1 f157"}}},
    {"instances with finalizers",
     TWO_DEATHS("(46 new 2 1 list;store 2 0 0;copy 0 2);(5 new 2 1 inst-del;store 2 0 0;copy 0 2)"),
     {{"3.8", "f153 f150 f147 f144 f141 f157 f1"}, {"3.13", "f153 f150 f147 f144 f141 f1 f157"}}},
    {"legacy objects",
     TWO_DEATHS("(60 new 2 1 legacy;store 2 0 0;copy 0 2)"),
     {{"3.8", "f184 f1"}, {"3.13", "f1 f184"}}},
    {"what comes back does not nest",
     "(6 new 0 0 slots-del;finalizer 0 self 1;drop 0;drop 1);" TWO_DEATHS(
         "(45 new 2 1 list;store 2 0 0;copy 0 2)"),
     {{"3.8", "f0 f4 f8 f12 f16 f20 f25 f163"}}},
    {"callbacks on the way empty nothing",
     "new 0 2 list;new 1 0 slots-del;store 0 0 1;(60 new 2 1 list;store 2 0 0;copy 0 2);new 1 3 "
     "list;new 3 0 slots-del;store 1 0 3;new 3 0 slots;weakref 4 3 drop;store 1 1 3;drop 3;store 1 "
     "2 0;drop 0;drop 2;drop 1",
     {{"3.8", "c187 f184 f1"}, {"3.13", "f1 c187 f184"}}},
    {"what waits may wait again",
     "new 0 2 list;new 1 1 list;store 0 0 1;new 2 0 slots-del;store 1 0 2;new 1 1 list;store 0 1 "
     "1;new 2 0 slots-del;store 1 0 2;drop 2;drop 1;(97 new 1 1 list;store 1 0 0;copy 0 1);drop "
     "1;drop 0",
     {{"3.8", "f3 f7"}, {"3.13", "f7 f3"}}},
};

TEST(rules_of_the_trashcan)
{
    CHECK_ROWS(the_trashcan);
}

/* The dead count for the generation that they were in, those that have waited, too. */
TEST(what_has_waited_is_counted)
{
    char path[TEST_PATH];
    write_script(path, "(60 new 1 1 list;store 1 0 0;copy 0 1);collect;drop 1;drop 0");
    for (const struct collector_version *version = collector_versions; version->name; version++) {
        struct text events;
        const struct simulation_result result = run_script(path, version, &events);
        check_count(version->name, result.totals.freed_by_count[GENERATIONS - 1], 60);
        check_count(version->name, result.totals.freed_by_count[0], 0);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_of_free_lists),
        cmocka_unit_test(rules_of_tracking),
        cmocka_unit_test(rules_of_attributes),
        cmocka_unit_test(rules_of_order),
        cmocka_unit_test(rules_of_automatic_collections),
        cmocka_unit_test(rules_of_finalizers),
        cmocka_unit_test(rules_of_weak_references),
        cmocka_unit_test(rules_of_legacy_and_garbage),
        cmocka_unit_test(rules_of_the_trashcan),
        cmocka_unit_test(what_has_waited_is_counted),
    };
    return cmocka_run_group_tests_name("kind_rules", tests, NULL, NULL);
}
