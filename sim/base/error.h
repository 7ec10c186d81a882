/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a function tells its caller what went wrong: it returns -1 (or NULL, or false) and leaves one
 * line here that names the thing, what was wrong with it and what is allowed. Only the command
 * prints it and exits. */
#ifndef PYGCSIM_SIM_BASE_ERROR_H
#define PYGCSIM_SIM_BASE_ERROR_H

struct error {
    char text[1024];
};

/* Fills in the line (cut to fit) and returns -1, so that callers can `return error_set(...)`. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
