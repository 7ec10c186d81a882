/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/print.h"
#include "sim/base/printable.h"
#include "sim/base/units.h"
#include "sim/base/utf8.h"

#define WIDTH     30 /* of the bar; */
#define NARROW    12 /* if there is more to say */
#define REDRAW_MS 100
#define LINE_MS                                                                                    \
    10000 /* until the first line where there is no terminal; each comes after twice the */
#define LINES_MS 60000 /* time of the one before, but no later than that */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_init(struct progress *progress, double whole)
{
    *progress = (struct progress){.whole = whole, .terminal = isatty(STDERR_FILENO)};
    progress->next_line_ms = LINE_MS;
    clock_gettime(CLOCK_MONOTONIC, &progress->began);
}

double progress_seconds(const struct progress *progress)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - progress->began.tv_sec) +
           (double)(now.tv_nsec - progress->began.tv_nsec) / 1e9;
}

double progress_left(const struct progress *progress, double done)
{
    double share = done / progress->whole, seconds = progress_seconds(progress);
    return share > 0 && share <= 1 ? seconds * (1 - share) / share : NAN;
}

/* "12.3 s left, "; nothing before it can be told. */
static const char *time_left(const struct progress *progress, double share,
                             char text[UNITS_TEXT + 8])
{
    char left[UNITS_TEXT];
    text[0] = '\0';
    if (progress->timed && share > 0 && progress_seconds(progress) >= 1) {
        units_show_seconds(left, progress_left(progress, share * progress->whole));
        snprintf(text, UNITS_TEXT + 8, "%s left, ", left);
    }
    return text;
}

/* Columns of the terminal. */
static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void draw_bar(const struct progress *progress, double share)
{
    char left[UNITS_TEXT + 8], text[300];
    int width = progress->timed ? NARROW : WIDTH;
    int filled = (int)(share * width), room = columns() - width - 11;
    snprintf(text, sizeof text, "%s%s", time_left(progress, share, left), progress->label);
    fputs("\r\033[K", stderr);
    print_to(stderr, "[%.*s%.*s] %3.0f%%  %.*s", filled, "##############################",
             width - filled, "..............................", share * 100,
             (int)printable_fit(text, room > 0 ? (size_t)room : 0), text);
    fflush(stderr);
}

bool progress_is_due(const struct progress *progress)
{
    if (progress->terminal)
        return now_ms() - progress->drawn_ms >= REDRAW_MS;
    return progress->lines && progress_seconds(progress) * 1000 >= (double)progress->next_line_ms;
}

static void draw(struct progress *progress, double done)
{
    double share = done < progress->whole ? done / progress->whole : 1;
    char left[UNITS_TEXT + 8];
    if (!progress_is_due(progress))
        return;
    progress->drawn_ms = now_ms();
    if (progress->terminal) {
        draw_bar(progress, share);
        return;
    }
    progress->next_line_ms += progress->next_line_ms < LINES_MS ? progress->next_line_ms : LINES_MS;
    print_to(stderr, "%3.0f%%  %s%s\n", share * 100, time_left(progress, share, left),
             progress->label);
}

void progress_at(struct progress *progress, double done)
{
    draw(progress, done);
}

static int draw_part(void *context, double fraction)
{
    struct progress *progress = context;
    draw(progress, progress->before + fraction * progress->part);
    return 0;
}

static void set_label(struct progress *progress, const char *format, va_list values)
{
    (void)vsnprintf(progress->label, sizeof progress->label, format, values);
    progress->label[utf8_whole(progress->label, strlen(progress->label))] = '\0';
}

void progress_label(struct progress *progress, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    set_label(progress, format, values);
    va_end(values);
}

void progress_next(struct progress *progress, double part, const char *format, ...)
{
    va_list values;
    progress->before += progress->part;
    progress->part = part;
    va_start(values, format);
    set_label(progress, format, values);
    va_end(values);
    draw_part(progress, 0);
}

void progress_say(struct progress *progress, double done, const char *text)
{
    progress_clear(progress);
    print_to(stderr, "%3.0f%%  %s\n", 100 * done / progress->whole, text);
}

void progress_clear(struct progress *progress)
{
    if (progress->terminal && progress->drawn_ms)
        fputs("\r\033[K", stderr);
    progress->drawn_ms = 0;
}

struct observer progress_observer(struct progress *progress)
{
    return (struct observer){.context = progress, .progress = draw_part};
}
