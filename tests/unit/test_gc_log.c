/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is written of events that are made up. */
#include "cli/gc_log.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

static const uint32_t labels[] = {2, LABEL_NONE, 40};

/* Each form of the log, and what it has of the event. */
static const struct {
    struct gc_event event;
    const char *json, *text, *plain;
} rows[] = {
    {{.kind = GC_EVENT_COLLECTION,
      .operation = 9,
      .generation = 1,
      .before = {5, 0, 7},
      .permanent = 8925},
     "{\"op\": 9, \"event\": \"collection\", \"generation\": 1, \"before\": [5, 0, 7], "
     "\"permanent\": 8925}\n",
     "9: gc: collecting generation 1...\n"
     "9: gc: objects in each generation: 5 0 7\n"
     "9: gc: objects in permanent generation: P\n",
     "gc: collecting generation 1...\n"
     "gc: objects in each generation: 5 0 7\n"
     "gc: objects in permanent generation: 8925\n"},
    {{.kind = GC_EVENT_COLLECTABLE, .operation = 9, .type = "SlotsDel", .of = 2},
     "{\"op\": 9, \"event\": \"collectable\", \"type\": \"SlotsDel\", \"of\": 2}\n",
     "9: gc: collectable <SlotsDel #2>\n",
     "gc: collectable <SlotsDel 0x7f5d8c2300e0>\n"},
    {{.kind = GC_EVENT_UNCOLLECTABLE, .operation = 9, .type = "Legacy", .of = 0},
     "{\"op\": 9, \"event\": \"uncollectable\", \"type\": \"Legacy\", \"of\": 0}\n",
     "9: gc: uncollectable <Legacy #0>\n",
     "gc: uncollectable <Legacy 0x7f5d8c230040>\n"},
    {{.kind = GC_EVENT_COLLECTABLE, .operation = 9, .type = "dict", .of = LABEL_NONE},
     "{\"op\": 9, \"event\": \"collectable\", \"type\": \"dict\", \"of\": null}\n",
     "9: gc: collectable <dict #None>\n",
     "gc: collectable <dict 0x7fad8c22fff0>\n"},
    {{.kind = GC_EVENT_CALLBACK, .operation = 9, .of = 7},
     "{\"op\": 9, \"event\": \"callback\", \"of\": 7}\n",
     "",
     ""},
    {{.kind = GC_EVENT_FINALIZER, .operation = 9, .of = 7},
     "{\"op\": 9, \"event\": \"finalizer\", \"of\": 7}\n",
     "",
     ""},
    {{.kind = GC_EVENT_DONE,
      .operation = 9,
      .unreachable = 3,
      .uncollectable = 2,
      .pause_ns = 1234567},
     "{\"op\": 9, \"event\": \"done\", \"unreachable\": 3, \"uncollectable\": 2}\n",
     "9: gc: done, 3 unreachable, 2 uncollectable, Ts elapsed\n",
     "gc: done, 3 unreachable, 2 uncollectable, 0.0012s elapsed\n"},
    {{.kind = GC_EVENT_COLLECT, .operation = 9, .answer = 3},
     "{\"op\": 9, \"event\": \"collect\", \"returned\": 3}\n",
     "",
     ""},
    {{.kind = GC_EVENT_COUNT, .operation = 11, .count = {1, 2, 3}},
     "{\"op\": 11, \"event\": \"count\", \"count\": [1, 2, 3]}\n",
     "",
     ""},
    {{.kind = GC_EVENT_TRACKED, .operation = 12, .answer = 1},
     "{\"op\": 12, \"event\": \"tracked\", \"is\": true}\n",
     "",
     ""},
    {{.kind = GC_EVENT_FINALIZED, .operation = 12, .answer = 0},
     "{\"op\": 12, \"event\": \"finalized\", \"is\": false}\n",
     "",
     ""},
    {{.kind = GC_EVENT_FINALIZED, .operation = 12, .answer = ANSWER_NONE},
     "{\"op\": 12, \"event\": \"finalized\", \"is\": null}\n",
     "",
     ""},
    {{.kind = GC_EVENT_OBJECTS, .operation = 10, .labels = labels, .label_count = 3},
     "{\"op\": 10, \"event\": \"objects\", \"of\": [2, null, 40]}\n",
     "",
     ""},
    {{.kind = GC_EVENT_GARBAGE, .operation = 10},
     "{\"op\": 10, \"event\": \"garbage\", \"of\": []}\n",
     "",
     ""},
    {{.kind = GC_EVENT_END,
      .operation = 13,
      .count = {2, 0, 1},
      .stats = {{4, 5, 6}, {0, 0, 0}, {3, 2, 1}}},
     "{\"event\": \"end\", \"count\": [2, 0, 1], \"stats\": [[4, 5, 6], [0, 0, 0], [3, 2, 1]]}\n",
     "",
     ""},
};

static void check_form(enum gc_log_form form, const struct gc_event *event, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct gc_log log = {.form = form, .out = out};
    const struct observer observer = gc_log_observer(&log);
    check_signed(expected, observer.gc_event(observer.context, event), 0);
    fclose(out);
    check_text(expected, text, expected);
    free(text);
}

TEST(each_event)
{
    for (size_t i = 0; i < LENGTH(rows); i++) {
        check_form(GC_LOG_EVENTS, &rows[i].event, rows[i].json);
        check_form(GC_LOG_LABELS, &rows[i].event, rows[i].text);
        check_form(GC_LOG_PLAIN, &rows[i].event, rows[i].plain);
    }
}

TEST(every_kind_is_tried)
{
    bool tried[GC_EVENT_END + 1] = {false};
    for (size_t i = 0; i < LENGTH(rows); i++)
        tried[rows[i].event.kind] = true;
    for (int kind = 0; kind <= GC_EVENT_END; kind++)
        check_that("a kind of event", tried[kind]);
}

TEST(what_cannot_be_written_ends_the_run)
{
    for (int form = GC_LOG_LABELS; form <= GC_LOG_EVENTS; form++) {
        FILE *full = fopen("/dev/full", "w");
        setvbuf(full, NULL, _IONBF, 0);
        struct gc_log log = {.form = (enum gc_log_form)form, .out = full};
        const struct observer observer = gc_log_observer(&log);
        check_signed("status", observer.gc_event(observer.context, &rows[0].event), -1);
        fclose(full);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event),
        cmocka_unit_test(every_kind_is_tried),
        cmocka_unit_test(what_cannot_be_written_ends_the_run),
    };
    return cmocka_run_group_tests_name("gc_log", tests, NULL, NULL);
}
