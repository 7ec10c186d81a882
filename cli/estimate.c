/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/estimate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/print.h"
#include "sweep/file/length.h"

#define LONG_PROGRAMS (3600 * (double)NS_PER_S) /* altogether: less is no pilot worth */
#define SAY_FROM      60                        /* seconds */
#define REFUSE_FROM   86400
#define PILOT_BRIEFLY 1 /* second */

char *show_roughly(char text[UNITS_TEXT], double seconds)
{
    double unit = seconds > 0 ? pow(10, floor(log10(seconds)) - 1) : 1;
    if (seconds >= 100) /* minutes and hours */
        unit = seconds < 600 ? 10 : seconds < 7200 ? 60 : 3600;
    units_show_seconds(text, round(seconds / unit) * unit);
    char *point = strchr(text, '.'), *space = strchr(text, ' ');
    if (point && space && strspn(point + 1, "0") == (size_t)(space - point) - 1)
        memmove(point, space, strlen(space) + 1);
    return text;
}

double seconds_of_work(void *clock)
{
    struct timespec now;
    (void)clock;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

char *cost_show(char *text, size_t size, const struct cost *cost)
{
    char seconds[UNITS_TEXT], memory[UNITS_TEXT], disk[UNITS_TEXT];
    int length = snprintf(text, size, "about %s on %u core%s", show_roughly(seconds, cost->seconds),
                          cost->workers, cost->workers == 1 ? "" : "s");
    if (!isnan(cost->memory_bytes) && !isnan(cost->disk_bytes))
        snprintf(text + length, size - (size_t)length, ", %s of memory, %s on disk",
                 units_show_bytes(memory, cost->memory_bytes),
                 units_show_bytes(disk, cost->disk_bytes));
    return text;
}

bool cost_is_much(const struct cost *cost)
{
    return cost->seconds > REFUSE_FROM;
}

/* Of simulated time. */
static double length_of(const struct plan *plan)
{
    double length = 0;
    for (size_t i = 0; i < plan->program_count; i++)
        if (plan->programs[i].to_do)
            length += (double)length_ns(&plan->experiment->workloads[plan->programs[i].workload]);
    return length;
}

struct cost estimate_plan(const struct plan *plan, unsigned workers, uint64_t memory_bytes)
{
    struct error error;
    struct pilot_work work;
    const struct pilot pilot = {
        .plan = plan,
        .workers = workers < plan->to_do || plan->to_do == 0 ? workers : (unsigned)plan->to_do,
        .most_seconds = PILOT_BRIEFLY,
        .short_seconds = SAY_FROM,
        .compile = compile_options(memory_bytes),
        .seconds = seconds_of_work,
    };
    struct cost cost = {
        .seconds = NAN,
        .memory_bytes = NAN,
        .disk_bytes = NAN,
        .told_bytes = NAN,
        .workers = pilot.workers,
    };
    if (pilot_execute(&pilot, &work, &error) != 0)
        return cost;
    const struct forecast forecast = pilot_forecast(&pilot, &work);
    cost.seconds = forecast.seconds.likely;
    cost.memory_bytes = forecast.memory;
    cost.told_bytes = forecast.told;
    cost.disk_bytes = forecast.bytes;
    return cost;
}

static _Noreturn void refuse(const char *text)
{
    fail("that would take %s, which is more than a day: give a shorter duration (what comes after "
         "it is predicted, as far as --horizon), or --anyway to begin it all the same",
         text);
}

void estimate_first(const struct experiment *experiment, struct share share, unsigned workers,
                    uint64_t memory_bytes, bool allowed)
{
    struct plan plan;
    char text[200];
    plan_init(&plan, experiment, share);
    bool may_be_long = length_of(&plan) >= LONG_PROGRAMS;
    if (may_be_long) {
        const struct cost cost = estimate_plan(&plan, workers, memory_bytes);
        cost_show(text, sizeof text, &cost);
        if (cost_is_much(&cost) && !allowed)
            refuse(text);
        if (cost.seconds >= SAY_FROM)
            print_to(stderr, "%s: %s\n", program_invocation_name, text);
    }
    plan_fini(&plan);
}
