/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define WIDTH     30
#define COLUMNS   79 /* of the line, so that it fits any terminal */
#define REDRAW_MS 100

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_init(struct progress *progress, unsigned total)
{
    *progress = (struct progress){.total = total, .terminal = isatty(STDERR_FILENO)};
}

static int draw(void *context, double fraction)
{
    struct progress *progress = context;
    if (!progress->terminal || now_ms() - progress->drawn_ms < REDRAW_MS)
        return 0;
    progress->drawn_ms = now_ms();
    double whole = (progress->done - 1 + fraction) / progress->total;
    int filled = (int)(whole * WIDTH);
    char line[COLUMNS + 1];
    snprintf(line, sizeof line, "[%.*s%.*s] %3.0f%%  %u of %u: %s", filled,
             "##############################", WIDTH - filled, "..............................",
             whole * 100, progress->done, progress->total, progress->label);
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
    return 0;
}

void progress_next(struct progress *progress, const char *label)
{
    progress->done++;
    progress->label = label;
    draw(progress, 0);
}

void progress_clear(struct progress *progress)
{
    if (progress->terminal && progress->drawn_ms)
        fputs("\r\033[K", stderr);
    progress->drawn_ms = 0;
}

struct observer progress_observer(struct progress *progress)
{
    return (struct observer){.context = progress, .progress = draw};
}
