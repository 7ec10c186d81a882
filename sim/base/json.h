/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON (RFC 8259), the only place that writes it. What comes out is JSON in valid UTF-8, whatever
 * goes in: texts are escaped, bytes that are part of no character become U+FFFD, and numbers that
 * JSON has no form for (NaN and the infinities) are left out of objects and null in arrays.
 *
 *     struct json json;
 *     json_init(&json, out);
 *     json_object(&json, NULL);
 *     json_text(&json, "policy", "freeze");
 *     json_array(&json, "before");
 *     json_count(&json, NULL, 700);
 *     json_end(&json);
 *     json_end(&json);
 *
 * writes {"policy": "freeze", "before": [700]} and ends the line, as it does after each value that
 * stands in no other. Members of an object have a name, elements of an array and whatever stands in
 * nothing have NULL. */
#ifndef PYGCSIM_SIM_BASE_JSON_H
#define PYGCSIM_SIM_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH 16 /* objects and arrays in one another, at most */

struct json {
    FILE *out; /* its errors are the caller's to look for */
    size_t depth;
    char ends[JSON_DEPTH]; /* of what has begun: '}' or ']' */
    bool first;            /* nothing stands yet in what began last */
};

void json_init(struct json *json, FILE *out);

/* Begin one, which json_end ends. */
void json_object(struct json *json, const char *name);
void json_array(struct json *json, const char *name);
void json_end(struct json *json);

void json_text(struct json *json, const char *name, const char *text); /* NULL: null */
void json_real(struct json *json, const char *name, double value);     /* the shortest that reads
                                                                          back as the same */
void json_integer(struct json *json, const char *name, int64_t value);
void json_count(struct json *json, const char *name, uint64_t value);
void json_boolean(struct json *json, const char *name, bool value);

#endif
