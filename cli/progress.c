/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define WIDTH     30
#define LABEL     40 /* characters, so that the line fits a terminal of 80 */
#define REDRAW_MS 100

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_init(struct progress *progress, double whole)
{
    *progress = (struct progress){.whole = whole, .terminal = isatty(STDERR_FILENO)};
}

static int draw(void *context, double fraction)
{
    struct progress *progress = context;
    if (!progress->terminal || now_ms() - progress->drawn_ms < REDRAW_MS)
        return 0;
    progress->drawn_ms = now_ms();
    double done = (progress->before + fraction * progress->part) / progress->whole;
    int filled = (int)(done * WIDTH);
    fprintf(stderr, "\r\033[K[%.*s%.*s] %3.0f%%  %.*s", filled, "##############################",
            WIDTH - filled, "..............................", done * 100, LABEL, progress->label);
    fflush(stderr);
    return 0;
}

void progress_next(struct progress *progress, double part, const char *format, ...)
{
    va_list values;
    progress->before += progress->part;
    progress->part = part;
    va_start(values, format);
    (void)vsnprintf(progress->label, sizeof progress->label, format, values);
    va_end(values);
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
