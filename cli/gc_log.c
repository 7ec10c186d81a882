/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/gc_log.h"

#include <inttypes.h>

#include "cli/print.h"
#include "sim/base/json.h"

/* ---- as JSON -------------------------------------------------------------------------------- */

static const char *const names[] = {
    [GC_EVENT_COLLECTION] = "collection",
    [GC_EVENT_COLLECTABLE] = "collectable",
    [GC_EVENT_CALLBACK] = "callback",
    [GC_EVENT_FINALIZER] = "finalizer",
    [GC_EVENT_UNCOLLECTABLE] = "uncollectable",
    [GC_EVENT_DONE] = "done",
    [GC_EVENT_COLLECT] = "collect",
    [GC_EVENT_COUNT] = "count",
    [GC_EVENT_TRACKED] = "tracked",
    [GC_EVENT_FINALIZED] = "finalized",
    [GC_EVENT_OBJECTS] = "objects",
    [GC_EVENT_GARBAGE] = "garbage",
    [GC_EVENT_END] = "end",
};

static void put_label(struct json *json, const char *name, uint32_t label)
{
    if (label == LABEL_NONE)
        json_text(json, name, NULL);
    else
        json_count(json, name, label);
}

static void put_labels(struct json *json, const struct gc_event *event)
{
    json_array(json, "of");
    for (size_t i = 0; i < event->label_count; i++)
        put_label(json, NULL, event->labels[i]);
    json_end(json);
}

static void put_answer(struct json *json, int64_t answer)
{
    if (answer == ANSWER_NONE)
        json_text(json, "is", NULL);
    else
        json_boolean(json, "is", answer != 0);
}

static void put_collection(struct json *json, const struct gc_event *event)
{
    json_integer(json, "generation", event->generation);
    json_array(json, "before");
    for (int g = 0; g < GENERATIONS; g++)
        json_count(json, NULL, event->before[g]);
    json_end(json);
    json_count(json, "permanent", event->permanent);
}

static void put_count(struct json *json, const struct gc_event *event)
{
    json_array(json, "count");
    for (int g = 0; g < GENERATIONS; g++)
        json_count(json, NULL, event->count[g]);
    json_end(json);
}

static void put_stats(struct json *json, const struct gc_event *event)
{
    json_array(json, "stats");
    for (int g = 0; g < GENERATIONS; g++) {
        json_array(json, NULL);
        json_count(json, NULL, event->stats[g].collections);
        json_count(json, NULL, event->stats[g].collected);
        json_count(json, NULL, event->stats[g].uncollectable);
        json_end(json);
    }
    json_end(json);
}

static void put_done(struct json *json, const struct gc_event *event)
{
    json_count(json, "unreachable", event->unreachable);
    json_count(json, "uncollectable", event->uncollectable);
}

/* What of an event is written, besides its operation and its name. */
static void put_facts(struct json *json, const struct gc_event *event)
{
    switch (event->kind) {
    case GC_EVENT_COLLECTION:
        put_collection(json, event);
        break;
    case GC_EVENT_COLLECTABLE:
    case GC_EVENT_UNCOLLECTABLE:
        json_text(json, "type", event->type);
        put_label(json, "of", event->of);
        break;
    case GC_EVENT_CALLBACK:
    case GC_EVENT_FINALIZER:
        put_label(json, "of", event->of);
        break;
    case GC_EVENT_DONE:
        put_done(json, event);
        break;
    case GC_EVENT_COLLECT:
        json_integer(json, "returned", event->answer);
        break;
    case GC_EVENT_COUNT:
        put_count(json, event);
        break;
    case GC_EVENT_TRACKED:
    case GC_EVENT_FINALIZED:
        put_answer(json, event->answer);
        break;
    case GC_EVENT_OBJECTS:
    case GC_EVENT_GARBAGE:
        put_labels(json, event);
        break;
    case GC_EVENT_END:
        put_count(json, event);
        put_stats(json, event);
        break;
    }
}

static int write_event(void *context, const struct gc_event *event)
{
    const struct gc_log *log = context;
    struct json json;
    json_init(&json, log->out);
    json_object(&json, NULL);
    if (event->kind != GC_EVENT_END)
        json_count(&json, "op", event->operation);
    json_text(&json, "event", names[event->kind]);
    put_facts(&json, event);
    json_end(&json);
    return ferror(log->out) ? -1 : 0;
}

/* ---- as CPython prints it ------------------------------------------------------------------- */

/* gcmodule.c: show_stats_each_generations, debug_cycle, gc_collect_main; since 3.8 the same. */

static void begin_line(const struct gc_log *log, const struct gc_event *event)
{
    if (log->form == GC_LOG_LABELS)
        print_to(log->out, "%" PRIu64 ": ", event->operation);
    print_to(log->out, "gc: ");
}

static void write_beginning(const struct gc_log *log, const struct gc_event *event)
{
    begin_line(log, event);
    print_to(log->out, "collecting generation %d...\n", event->generation);
    begin_line(log, event);
    print_to(log->out, "objects in each generation:");
    for (int g = 0; g < GENERATIONS; g++)
        print_to(log->out, " %" PRIu64, event->before[g]);
    print_to(log->out, "\n");
    begin_line(log, event);
    print_to(log->out, "objects in permanent generation: ");
    if (log->form == GC_LOG_LABELS)
        print_to(log->out, "P\n");
    else
        print_to(log->out, "%" PRIu64 "\n", event->permanent);
}

/* Like those of a 64-bit Linux: blocks of an arena that mmap has given. */
#define ADDRESS_FIRST UINT64_C(0x7f5d8c230040)
#define ADDRESS_STEP  0x50

static void write_object(const struct gc_log *log, const struct gc_event *event)
{
    begin_line(log, event);
    print_to(log->out, "%s <%s ", names[event->kind], event->type);
    if (log->form == GC_LOG_PLAIN)
        print_to(log->out, "0x%" PRIx64 ">\n", ADDRESS_FIRST + (uint64_t)event->of * ADDRESS_STEP);
    else if (event->of == LABEL_NONE)
        print_to(log->out, "#None>\n");
    else
        print_to(log->out, "#%" PRIu32 ">\n", event->of);
}

static void write_done(const struct gc_log *log, const struct gc_event *event)
{
    begin_line(log, event);
    print_to(log->out, "done, %" PRIu64 " unreachable, %" PRIu64 " uncollectable, ",
             event->unreachable, event->uncollectable);
    if (log->form == GC_LOG_LABELS)
        print_to(log->out, "Ts elapsed\n");
    else
        print_to(log->out, "%.4fs elapsed\n", (double)event->pause_ns / 1e9);
}

static int write_text(void *context, const struct gc_event *event)
{
    const struct gc_log *log = context;
    if (event->kind == GC_EVENT_COLLECTION)
        write_beginning(log, event);
    else if (event->kind == GC_EVENT_COLLECTABLE || event->kind == GC_EVENT_UNCOLLECTABLE)
        write_object(log, event);
    else if (event->kind == GC_EVENT_DONE)
        write_done(log, event);
    return ferror(log->out) ? -1 : 0;
}

struct observer gc_log_observer(struct gc_log *log)
{
    return (struct observer){.context = log,
                             .gc_event = log->form == GC_LOG_EVENTS ? write_event : write_text};
}
