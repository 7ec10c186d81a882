/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/constraint.h"

#include <string.h>

#include "tests/unit/check.h"

/* Two workloads and two policies, with what they have in common and what not. */
struct state {
    int64_t a, b, c, d;
};

static const char *const colours[] = {"red", "green", NULL};

#define COUNT .type = PARAM_COUNT, .least = 0, .most = 1e9
static const struct param service_params[] = {
    {"rate", PARAM_FIELD(state, a), COUNT, .initial = "200"},
    {"every", PARAM_FIELD(state, b), COUNT, .initial = "4"},
    {"colour", PARAM_FIELD(state, c), .type = PARAM_CHOICE, .choices = colours, .initial = "red"},
    {NULL},
};
static const struct param batch_params[] = {
    {"size", PARAM_FIELD(state, a), .type = PARAM_BYTES, .least = 0, .most = 1e9,
     .initial = "1MiB"},
    {NULL},
};
static const struct param limits_params[] = {
    {"t0", PARAM_FIELD(state, a), COUNT, .initial = "700", .absent = "keep"},
    {"t1", PARAM_FIELD(state, b), COUNT, .initial = "keep", .absent = "keep"},
    {"on", PARAM_FIELD(state, c), .type = PARAM_FLAG, .initial = "yes"},
    {NULL},
};
static const struct param clock_params[] = {
    {"every", PARAM_FIELD(state, a), .type = PARAM_DURATION, .least = 0, .most = 1e12,
     .initial = "10s"},
    {"t1", PARAM_FIELD(state, b), .type = PARAM_CHOICE, .choices = colours, .initial = "red"},
    {NULL},
};

static const struct param sleeper_params[] = {
    {"pause", PARAM_FIELD(state, a), .type = PARAM_DURATION, .least = 0, .most = 1e12,
     .initial = "1s"},
    {NULL},
};
static const struct param counter_params[] = {
    {"pause", PARAM_FIELD(state, a), COUNT, .initial = "1"},
    {NULL},
};

static const struct component service = {"service", "", service_params, sizeof(struct state)};
static const struct component batch = {"batch", "", batch_params, sizeof(struct state)};
static const struct component limits = {"limits", "", limits_params, sizeof(struct state)};
static const struct component clock_policy = {"clock", "", clock_params, sizeof(struct state)};
static const struct component sleeper = {"sleeper", "", sleeper_params, sizeof(struct state)};
static const struct component counter = {"counter", "", counter_params, sizeof(struct state)};
static const struct component bare = {"bare", "", NULL, sizeof(struct state)};
static const struct component *const workloads[] = {&service, &batch, NULL};
static const struct component *const policies[] = {&limits,  &clock_policy, &sleeper,
                                                   &counter, &bare,         NULL};
static const struct cast all = {workloads, policies};

TEST(points)
{
    static const struct {
        const char *constraint, *workload, *policy;
        bool holds;
    } rows[] = {
        {"t0 <= 700", "service", "limits", true},
        {"t0 <= 699", "service", "limits", false},
        {"t0 <= 699", "service", "limits:t0=500", true},
        {"policy.t0 <= 699", "service", "limits", false},
        {"workload.rate * policy.t0 < 1e6", "service", "limits", true},
        {"workload.rate * policy.t0 < 1e5", "service", "limits", false},
        {"rate > 200", "service", "bare", false},
        {"workload.every < 5", "service", "clock", true},
        {"policy.every < 5s", "service", "clock", false},
        {"policy.every < 1h30min", "service", "clock", true},
        {"policy.every >= 2s", "service", "clock:every=2s", true},
        {"policy.every >= 2s", "service", "clock:every=1999ms", false},
        {"size < 1024KiB", "batch", "limits", false},
        {"size <= 1024KiB", "batch", "limits", true},
        {"on == 1", "service", "limits", true},
        {"on == 1", "service", "limits:on=no", false},
        /* it does not apply */
        {"rate > 200", "batch", "bare", true},
        {"t0 <= 699", "service", "clock", true},
        {"t0 <= 699", "service", "bare", true},
        {"t0 < t1", "service", "limits", true},
        {"t0 < t1", "service", "limits:t1=5", false},
        {"t0 < 5", "service", "limits:t0=keep", true},
        {"t1 < 5", "service", "clock", true},
        {"workload.rate * policy.t0 < 1e5", "batch", "limits", true},
        {"workload.every < 5", "batch", "clock", true},
        {"policy.every > 5s", "service", "limits", true},
        /* a time of one policy, a count of the other: each constraint is about one of them */
        {"pause < 5s", "service", "sleeper:pause=10s", false},
        {"pause < 5s", "service", "counter:pause=10", true},
        {"pause < 5", "service", "sleeper:pause=10s", true},
        {"pause < 5", "service", "counter:pause=10", false},
        {"pause > 0", "service", "sleeper:pause=0", false},
        {"pause > 0", "service", "counter:pause=0", false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setting workload, policy;
        struct error error = {""};
        struct expression *constraint = constraint_parse(rows[i].constraint, &all, &error);
        check_text(rows[i].constraint, error.text, "");
        check_signed("workload",
                     setting_parse(&workload, rows[i].workload, workloads, "workload", &error), 0);
        check_signed("policy", setting_parse(&policy, rows[i].policy, policies, "policy", &error),
                     0);
        check_that(rows[i].constraint,
                   constraint_holds(constraint, &workload, &policy) == rows[i].holds);
        setting_fini(&workload);
        setting_fini(&policy);
        expression_free(constraint);
    }
}

TEST(errors)
{
    static const struct {
        const char *constraint, *message;
    } rows[] = {
        {"t0 <", "'t0 <': a number, a name or '(' is missing at the end"},
        {"t0", "'t0' is not a condition, as t1 <= t2 is one"},
        {"1 < 2", "'1 < 2' has no parameter in it"},
        {"rat < 5", "there is no parameter of these workloads and policies called 'rat'; did you "
                    "mean 'rate'? (allowed: rate, every, size, t0, t1, on, pause)"},
        {"workload.t0 < 5", "there is no parameter of these workloads called 't0' (allowed: rate, "
                            "every, size)"},
        {"policy.rate < 5", "there is no parameter of these policies called 'rate'"},
        {"polcy.t0 < 5", "there is no parameter of these workloads and policies called 'polcy.t0'"},
        {"every < 5", "'every < 5': both a workload and a policy have every; say workload.every or "
                      "policy.every"},
        {"t0 < colour", "'t0 < colour': colour is a word; conditions compare numbers"},
        {"policy.every >= 2", "'policy.every >= 2': policy.every is a time: write 2ms or 2s"},
        {"size > 1e6", "'size > 1e6': size is a size: write 1000000B"},
        {"t0 > 64K", "'64K' is ambiguous: write 64KiB for a size or 64_000 for a number"},
        {"t0 > 2s", "t0 is a number and 2s is a time; they cannot be compared"},
        {"on == 1s", "on is a number and 1s is a time; they cannot be compared"},
        {"size + policy.every > 0",
         "size is a size and policy.every is a time; they cannot be added"},
        {"pause < 5B", "pause is a number and 5B is a size; they cannot be compared"},
        {"t0 / 0 > 1", "'t0 / 0' divides by 0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error = {""};
        check_that(rows[i].constraint, !constraint_parse(rows[i].constraint, &all, &error));
        check_mentions(rows[i].constraint, error.text, rows[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests_name("constraint", tests, NULL, NULL);
}
