/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a function tells its caller what went wrong: it returns -1 (or NULL, or false) and leaves one
 * line here that names the thing, what was wrong with it and what is allowed. Only the command
 * prints it and exits. */
#ifndef PYGCSIM_SIM_BASE_ERROR_H
#define PYGCSIM_SIM_BASE_ERROR_H

#include <stdarg.h>

struct error {
    char text[1024];
};

/* Fills in the line and returns -1, so that callers can `return error_set(...)`. Texts put in by %s
 * are made printable (sim/base/printable.h), so it is one line whatever is in them. If it is too
 * long, the longest of them are cut, and end in "…": what is said of them stays. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
int error_vset(struct error *error, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));

#endif
