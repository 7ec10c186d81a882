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

static inline double units_seconds(uint64_t ns)
{
    return (double)ns / NS_PER_S;
}

/* A number that is a macro, as a text: for messages that name a limit. */
#define UNITS_DIGITS(number)  UNITS_DIGITS_(number)
#define UNITS_DIGITS_(number) #number

/* What each kind of quantity looks like, for error messages and help. */
#define UNITS_COUNT_FORM "a whole number such as 50_000, 50k or 1.2M"
#define UNITS_REAL_FORM  "a number such as 0.5 or 50%"
#define UNITS_DURATION_FORM                                                                        \
    "a duration such as 250ms, 10s or 1h30min (ns, us, ms, s, m or min, h, d)"
#define UNITS_BYTES_FORM                                                                           \
    "a size such as 4096, 64K or 16MiB (B; KiB, MiB, GiB or K, M, G, binary; kB, MB, GB)"
#define UNITS_SHARE_FORM "a share such as 5% or 0.05"

/* Each reads the whole text; false (and *value untouched) if it is not of that form or does not
 * fit. Counts have k, K, M and G for powers of 1000, or an exponent, and have to be whole then;
 * sizes have K, M and G for powers of 1024; durations may have several parts, 1h30min. Reals are
 * bare: shares are reals too, and may be percentages. */
bool units_parse_count(const char *text, int64_t *value);
bool units_parse_real(const char *text, double *value);
bool units_parse_duration(const char *text, int64_t *ns);
bool units_parse_bytes(const char *text, int64_t *bytes);
bool units_parse_share(const char *text, double *share);

/* The one of that kind: in base units, as a double. A share is a real with a range of its own. */
enum units_kind { UNITS_COUNT, UNITS_DURATION, UNITS_BYTES, UNITS_REAL, UNITS_SHARE };
bool units_parse(enum units_kind kind, const char *text, double *value);

/* What to write in place of a text that is not of that kind, for the end of the message that
 * refuses it: "; 5m is not a count: write 5M or 5_000_000". Empty if nothing is likely to have been
 * meant, or if the text is of that kind (and its value is not allowed). Returns `buffer`. */
#define UNITS_HINT 160
char *units_hint(enum units_kind kind, const char *text, char buffer[UNITS_HINT]);

/* The same where a number may be of any kind, as in an expression: 64K is a size or a count. False
 * if the text is none of these; or else `buffer` says "write 64KiB for a size or 64_000 for a
 * number". */
bool units_ambiguous(const char *text, char buffer[UNITS_HINT]);

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
