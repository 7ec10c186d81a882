/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The policies of a run: the parts of its setting, in the order of the text. It stands between the
 * run loop and the policies' functions, none of which knows of the others.
 *
 * Phases. A part begins at the start of the program, or when its `from` is reported, and ends when
 * its `until` is. At one report of an event, in this order: the parts that end with it end; those
 * that begin with it begin (`start`); all in force see it (`event`), those that have begun just now
 * among them. So a part sees the report it begins with and not the one it ends with. One whose
 * `until` comes first never begins. Each of these in the order of the text.
 *
 * What is in force. A part that switches collection on or off, or sets a threshold, *wishes* that.
 * In force is the wish of the last part in the text, among those in force that have one; where none
 * has, what lies beneath: what the interpreter came with and the program has set. When a part ends,
 * its wishes go, and so do its timers; what it has frozen is unfrozen.
 *
 * The program's own calls take effect at once, over any wish, until a part next wishes the same
 * thing or ends; then they are what lies beneath. They are known by what they change: one that sets
 * what is in force already leaves no trace. (Python lines, which cannot see the program's calls
 * either, do the same: sim/model/python.h.)
 *
 * Freezing knows no owner: whoever unfreezes, unfreezes all. Parts are told of every collection
 * while they are in force, whoever asked for it. */
#ifndef PYGCSIM_SIM_MODEL_COMBINATION_H
#define PYGCSIM_SIM_MODEL_COMBINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/setting.h"
#include "sim/model/policy.h"

/* What can be wished: collection by thresholds is on, 0 or 1; each threshold. */
enum wish { WISH_ENABLED, WISH_THRESHOLD, WISH_COUNT = WISH_THRESHOLD + GENERATIONS };

struct part {
    const struct policy *policy;
    void *state;
    struct phase phase;
    enum { PART_TO_COME, PART_IN_FORCE, PART_OVER, PART_LEFT_OUT /* it never began */ } is;
    int64_t wishes[WISH_COUNT]; /* -1: none */
    bool frozen;                /* it has frozen, and no part has unfrozen since */
};

struct combination {
    struct collector *collector;
    struct part *parts;
    size_t count;
    bool phases;                                  /* some begin later, or end */
    uint64_t changed_ns;                          /* wall instant when one last did; 0: never */
    struct part *running;                         /* its function is being called; or NULL */
    int64_t beneath[WISH_COUNT], set[WISH_COUNT]; /* without wishes; as it was set last */
    const uint64_t *events;                       /* reported so far, by event */
};

/* `events` is counted by the owner, the one that is reported included. The setting is borrowed for
 * the call only. A combination of zeros may be freed. */
void combination_init(struct combination *combination, const struct setting *setting,
                      struct collector *collector, const uint64_t events[PROGRAM_EVENT_COUNT]);
void combination_fini(struct combination *combination);

/* What happens. */
void combination_start(struct combination *combination, struct gc *gc);
void combination_event(struct combination *combination, struct gc *gc, enum program_event event);
void combination_timer(struct combination *combination, struct gc *gc, size_t part);
void combination_collected(struct combination *combination, struct gc *gc,
                           const struct collection *collection);

/* What the part whose function is being called asks for: the run loop's half of sim/model/gc.h. */
void combination_enable(struct combination *combination, bool enabled);
void combination_set_threshold(struct combination *combination, int64_t t0, int64_t t1, int64_t t2);
void combination_frozen(struct combination *combination);
void combination_unfrozen(struct combination *combination);
size_t combination_running(const struct combination *combination);

/* What they will do by themselves, and what of them is still to begin or to end. */
void combination_plan(const struct combination *combination, const struct gc *gc,
                      struct policy_plans *plans);

#endif
