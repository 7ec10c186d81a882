/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line is a keyword and what it takes: a text, or key=value with blanks in between, by a table of
 * rows (sim/base/param.h) that are fields of struct costs or of a part of it. */
#include "sim/model/cost_file.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/input_file.h"
#include "sim/base/suggest.h"

#define FIRST_LINE "pygcsim costs 1"
#define BLANKS     " \t"

/* ---- what lines say ------------------------------------------------------------------------- */

#define NS   .type = PARAM_DURATION, .least = 0, .most = NS_PER_S
#define REAL .type = PARAM_REAL, .least = 0

static const struct param collection_rows[] = {
    {"start", PARAM_FIELD(costs, start), NS, .meaning = "a collection that finds nothing"},
    {"cold", PARAM_FIELD(costs, cold), NS,
     .meaning = "more for one when the first cache has forgotten what all need"},
    {"k", PARAM_FIELD(costs, k), REAL, .most = 100,
     .meaning = "misses of a reference, in objects'"},
    {"header", PARAM_FIELD(costs, header), .type = PARAM_BYTES, .least = 0, .most = KIB,
     .meaning = "bytes that a reference to payload adds to what is gone through"},
    {NULL},
};

static const struct param cache_rows[] = {
    {"bytes", PARAM_FIELD(cache, bytes), .type = PARAM_BYTES, .least = 1, .most = 1024 * GIB,
     .meaning = "what it can hold"},
    {"share", PARAM_FIELD(cache, share), REAL, .most = 1,
     .meaning = "of an object's scatter, what a miss of this cache takes"},
    {"forgets", PARAM_FIELD(cache, forgets), .type = PARAM_DURATION, .least = 1,
     .most = 365 * NS_PER_D, .meaning = "work of the program until 63% of the most is forgotten"},
    {"most", PARAM_FIELD(cache, most), REAL, .most = 1, .meaning = "that is ever forgotten"},
    {NULL},
};

static const struct param scatter_rows[] = {
    {"young", PARAM_FIELD(costs, young), .type = PARAM_DURATION, .least = 0,
     .most = SCATTER_MOST_NS, .meaning = "of what generations 0 and 1 hold, at most"},
#define X(name, meaning_)                                                                          \
    {#name,                                                                                        \
     .offset = offsetof(struct costs, scatter[SCATTER_##name]),                                    \
     .type = PARAM_DURATION,                                                                       \
     .least = 0,                                                                                   \
     .most = SCATTER_MOST_NS,                                                                      \
     .meaning = meaning_},
    SCATTERS(X)
#undef X
        {NULL},
};

static const struct param kind_rows[] = {
    {"a", PARAM_FIELD(kind_costs, a), REAL, .most = 1e6, .meaning = "ns for an object"},
    {"b", PARAM_FIELD(kind_costs, b), REAL, .most = 1e6, .meaning = "ns for a reference"},
    {"d", PARAM_FIELD(kind_costs, d), REAL, .most = 1e6, .meaning = "ns for an unreachable one"},
    {"allocate", PARAM_FIELD(kind_costs, allocate), NS, .meaning = "to allocate and free one"},
    {NULL},
};

static const struct param operation_rows[] = {
    {"store", PARAM_FIELD(operation_costs, store), NS, .meaning = "a reference into a field"},
    {"clear", PARAM_FIELD(operation_costs, clear), NS, .meaning = "a field"},
    {"load", PARAM_FIELD(operation_costs, load), NS, .meaning = "a field into a variable"},
    {"copy", PARAM_FIELD(operation_costs, copy), NS, .meaning = "a variable"},
    {"drop", PARAM_FIELD(operation_costs, drop), NS, .meaning = "a variable"},
    {NULL},
};

/* ---- reading -------------------------------------------------------------------------------- */

enum keyword {
    NAME,
    INTERPRETER,
    MACHINE,
    SOURCE,
    COLLECTION,
    CACHE,
    SCATTER,
    KIND,
    OPERATIONS,
    KEYWORDS
};

static const struct line_form {
    const char *keyword;
    const struct param *rows; /* NULL: a text */
    size_t offset;            /* of the text, or of what the rows are fields of */
} line_forms[KEYWORDS + 1] = {
    [NAME] = {"name", NULL, offsetof(struct costs, name)},
    [INTERPRETER] = {"interpreter", NULL, offsetof(struct costs, interpreter)},
    [MACHINE] = {"machine", NULL, offsetof(struct costs, machine)},
    [SOURCE] = {"source", NULL, offsetof(struct costs, source)},
    [COLLECTION] = {"collection", collection_rows, 0},
    [CACHE] = {"cache", cache_rows, offsetof(struct costs, caches)},
    [SCATTER] = {"scatter", scatter_rows, 0},
    [KIND] = {"kind", kind_rows, offsetof(struct costs, kinds)},
    [OPERATIONS] = {"operations", operation_rows, offsetof(struct costs, operations)},
};

struct reader {
    struct costs *costs;
    bool seen[KEYWORDS], kind_seen[COST_CLASSES];
};

/* The first word of *text, which moves on to what stands behind it. */
static char *take_word(char **text)
{
    char *word = *text, *end = word + strcspn(word, BLANKS);
    *text = end + strspn(end, BLANKS);
    *end = '\0';
    return word;
}

/* A name stands in results and in commands. */
static bool is_name(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            return false;
    return isalnum((unsigned char)*text);
}

static int read_words(const struct line_form *form, struct costs *costs, const char *text,
                      struct error *error)
{
    bool words = form == &line_forms[MACHINE] || form == &line_forms[SOURCE];
    if (!*text || strlen(text) >= COSTS_TEXT)
        return error_set(error, "%s takes a text of 1 to %d letters", form->keyword,
                         COSTS_TEXT - 1);
    if (!words && !is_name(text))
        return error_set(error, "%s %s is not allowed; it takes letters, digits, '.', '_' and '-'",
                         form->keyword, text);
    strcpy((char *)costs + form->offset, text);
    return 0;
}

/* "key=value" with blanks in between; all the keys there are. */
static int read_pairs(const struct line_form *form, void *state, char *text, struct error *error)
{
    bool given[PARAMS_MOST] = {false};
    char *end = text + strlen(text);
    for (char *pair = text; pair < end;) {
        char *next = pair;
        if (strchr(take_word(&next), ','))
            return error_set(error, "%s: '%s' has a comma; blanks are between keys", form->keyword,
                             pair);
        if (param_read_pairs(form->rows, form->keyword, state, pair, given, error) != 0)
            return -1;
        pair = next;
    }
    for (size_t i = 0; form->rows[i].name; i++)
        if (!given[i])
            return error_set(error, "%s needs %s=… (%s)", form->keyword, form->rows[i].name,
                             form->rows[i].meaning);
    return 0;
}

/* Where the rows of a line belong: of a kind or a cache, which of them. NULL, with a line in
 * *error. */
static void *place_of(struct reader *reader, enum keyword keyword, char **text, struct error *error)
{
    char *place = (char *)reader->costs + line_forms[keyword].offset;
    if (keyword == CACHE) {
        if (reader->costs->cache_count == CACHES_MOST)
            return error_set(error, "more than %d caches", CACHES_MOST), NULL;
        return place + reader->costs->cache_count++ * sizeof(struct cache);
    }
    if (keyword != KIND)
        return place;
    const char *name = take_word(text);
    for (int kind = 0; kind < COST_CLASSES; kind++) {
        if (strcmp(name, cost_class_names[kind]) != 0)
            continue;
        if (reader->kind_seen[kind])
            return error_set(error, "kind %s is there twice", name), NULL;
        reader->kind_seen[kind] = true;
        return place + (size_t)kind * sizeof(struct kind_costs);
    }
    suggest_error(error, "kind", name, cost_class_names);
    return NULL;
}

static int read_line(struct reader *reader, char *text, struct error *error)
{
    const char *names[KEYWORDS + 1] = {NULL}, *word = take_word(&text);
    enum keyword keyword = 0;
    for (int i = 0; i < KEYWORDS; i++)
        names[i] = line_forms[i].keyword;
    while (keyword < KEYWORDS && strcmp(names[keyword], word) != 0)
        keyword++;
    if (keyword == KEYWORDS)
        return suggest_error(error, "keyword", word, names);
    if (reader->seen[keyword] && keyword != CACHE && keyword != KIND)
        return error_set(error, "%s is there twice", word);
    reader->seen[keyword] = true;
    if (!line_forms[keyword].rows)
        return read_words(&line_forms[keyword], reader->costs, text, error);
    void *state = place_of(reader, keyword, &text, error);
    return state ? read_pairs(&line_forms[keyword], state, text, error) : -1;
}

/* Without what is behind a #, and blanks at the end. */
static char *strip(char *line)
{
    line[strcspn(line, "#\r")] = '\0';
    for (size_t length = strlen(line); length && strchr(BLANKS, line[length - 1]);)
        line[--length] = '\0';
    return line + strspn(line, BLANKS);
}

static int check_complete(const struct reader *reader, struct error *error)
{
    for (int i = 0; i < KEYWORDS; i++)
        if (!reader->seen[i] && i != CACHE && i != KIND)
            return error_set(error, "there is no line that begins with %s", line_forms[i].keyword);
    for (int kind = 0; kind < COST_CLASSES; kind++)
        if (!reader->kind_seen[kind])
            return error_set(error, "there is no line for kind %s", cost_class_names[kind]);
    return 0;
}

static int locate(const char *place, size_t line, struct error *error)
{
    const struct error said = *error;
    return error_set(error, "%s:%zu: %s", place, line, said.text);
}

int cost_text_read(struct costs *costs, const char *place, char *text, struct error *error)
{
    struct reader reader = {.costs = costs};
    size_t line = 0;
    *costs = (struct costs){0};
    for (char *next; text; text = next) {
        if ((next = strchr(text, '\n')))
            *next++ = '\0';
        char *stripped = strip(text);
        if (++line == 1 && strcmp(stripped, FIRST_LINE) != 0)
            return error_set(error, "%s:1: a cost file begins with '%s'", place, FIRST_LINE);
        if (line > 1 && *stripped && read_line(&reader, stripped, error) != 0)
            return locate(place, line, error);
    }
    return check_complete(&reader, error) == 0 ? 0 : locate(place, line, error);
}

int cost_file_read(struct costs *costs, const char *path, struct error *error)
{
    size_t length;
    struct error why;
    char *text = input_file_read(path, "a cost file", COST_FILE_MOST, &length, &why);
    if (!text)
        return error_set(error, "%s: %s", path, why.text);
    int status = memchr(text, '\0', length) ? error_set(error, "%s:1: it has zero bytes", path)
                                            : cost_text_read(costs, path, text, error);
    free(text);
    return status;
}
