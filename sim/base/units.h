/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantities as people write them: `250ms`, `16MiB`, `50000` (or 50_000). Inside the simulator a
 * time is a whole number of nanoseconds and a size a whole number of bytes. */
#ifndef PYGCSIM_SIM_BASE_UNITS_H
#define PYGCSIM_SIM_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_H  (3600 * NS_PER_S)
#define NS_PER_D  (24 * NS_PER_H)
#define KIB       INT64_C(1024)
#define MIB       (1024 * KIB)
#define GIB       (1024 * MIB)

/* What each kind of quantity looks like, for error messages and help. */
#define UNITS_COUNT_FORM    "a whole number"
#define UNITS_REAL_FORM     "a number such as 0.5"
#define UNITS_DURATION_FORM "a duration such as 250ms, 10s or 1.5h (ns, us, ms, s, min, h, d)"
#define UNITS_BYTES_FORM    "a size such as 4096, 800KiB or 16MiB (B, KiB, MiB, GiB, kB, MB, GB)"
#define UNITS_SHARE_FORM    "a share such as 5% or 0.05"

/* Each reads the whole text; false (and *value untouched) if it is not of that form or does not
 * fit. */
bool units_parse_count(const char *text, int64_t *value);
bool units_parse_real(const char *text, double *value);
bool units_parse_duration(const char *text, int64_t *ns);
bool units_parse_bytes(const char *text, int64_t *bytes);
bool units_parse_share(const char *text, double *share);

/* The canonical text, which parses back to the same value: the largest unit that gives a whole
 * number. Each returns `buffer`; 32 bytes are always enough. */
#define UNITS_TEXT 32
char *units_write_count(char buffer[UNITS_TEXT], int64_t value);
char *units_write_real(char buffer[UNITS_TEXT], double value);
char *units_write_duration(char buffer[UNITS_TEXT], int64_t ns);
char *units_write_bytes(char buffer[UNITS_TEXT], int64_t bytes);

/* For people: three significant digits and the unit that suits, as `12.3 ms` or `4.56 MiB`. */
char *units_show_seconds(char buffer[UNITS_TEXT], double seconds);
char *units_show_bytes(char buffer[UNITS_TEXT], double bytes);
char *units_show_count(char buffer[UNITS_TEXT], double count);

#endif
