/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/document.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/input_file.h"
#include "sim/base/suggest.h"

#define FILE_MOST  ((size_t)1 << 20) /* bytes */
#define DEPTH_MOST 10                /* lists and maps in each other; an experiment needs 4 */

/* ---- errors --------------------------------------------------------------------------------- */

/* Puts "FILE:LINE: " before the line; without the number if it is 0. */
static int locate(const char *path, size_t line, struct error *error)
{
    struct error plain = *error;
    if (line > 0)
        return error_set(error, "%s:%zu: %s", path, line, plain.text);
    return error_set(error, "%s: %s", path, plain.text);
}

int document_locate(const struct document *document, const yaml_node_t *node, struct error *error)
{
    return locate(document->path, node->start_mark.line + 1, error);
}

int document_error(const struct document *document, const yaml_node_t *node, struct error *error,
                   const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_vset(error, format, arguments);
    va_end(arguments);
    return document_locate(document, node, error);
}

/* ---- the file ------------------------------------------------------------------------------- */

/* An error of the file as a whole. */
static int file_error(const struct document *document, struct error *error, const char *text)
{
    error_set(error, "%s", text);
    return locate(document->path, 0, error);
}

static int read_text(struct document *document, size_t *length, struct error *error)
{
    document->text =
        input_file_read(document->path, "an experiment file", FILE_MOST, length, error);
    if (!document->text)
        return locate(document->path, 0, error);
    if (memchr(document->text, '\0', *length))
        return file_error(document, error, "not a text file (UTF-8): it has zero bytes");
    return 0;
}

/* The number of the line that byte `offset` is in. */
static size_t line_at(const char *text, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset && text[i]; i++)
        line += text[i] == '\n';
    return line;
}

/* Does the white space at the beginning of that line have a tab in it? */
static bool tab_indents(const char *text, size_t line)
{
    while (--line && (text = strchr(text, '\n')))
        text++;
    return text && text[strspn(text, " ")] == '\t';
}

/* What libyaml found wrong. When memory runs out it may say nothing at all. */
static int syntax_error(const struct document *document, const yaml_parser_t *parser,
                        struct error *error)
{
    if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
        out_of_memory();
    if (parser->error == YAML_READER_ERROR) {
        error_set(error, "not a text file (UTF-8): %s", parser->problem);
        return locate(document->path, line_at(document->text, parser->problem_offset), error);
    }
    size_t line = parser->problem_mark.line + 1;
    if (parser->error == YAML_SCANNER_ERROR && tab_indents(document->text, line))
        error_set(error, "a tab at the beginning of the line; YAML takes spaces only");
    else if (parser->context)
        error_set(error, "not valid YAML: %s (%s, line %zu)", parser->problem, parser->context,
                  parser->context_mark.line + 1);
    else
        error_set(error, "not valid YAML: %s", parser->problem);
    return locate(document->path, line, error);
}

/* Goes through the file without keeping anything, and stops where it is nested too deeply: the rest
 * of libyaml takes quadratic time for that, and in old versions it recurses. */
static int check_nesting(const struct document *document, yaml_parser_t *parser,
                         struct error *error)
{
    for (int depth = 0;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return syntax_error(document, parser, error);
        yaml_event_type_t type = event.type;
        size_t line = event.start_mark.line + 1;
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            return 0;
        if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT)
            depth++;
        else if (type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT)
            depth--;
        if (depth > DEPTH_MOST) {
            error_set(error, "lists and maps are in each other more than %d deep", DEPTH_MOST);
            return locate(document->path, line, error);
        }
    }
}

/* The first document, and whether there is another. */
static int load(struct document *document, yaml_parser_t *parser, struct error *error)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &document->yaml))
        return syntax_error(document, parser, error);
    document->root = yaml_document_get_root_node(&document->yaml);
    if (!document->root)
        return file_error(document, error, "there is nothing in this file");
    if (!yaml_parser_load(parser, &second))
        return syntax_error(document, parser, error);
    bool more = yaml_document_get_root_node(&second) != NULL;
    size_t line = second.start_mark.line + 1;
    yaml_document_delete(&second);
    if (!more)
        return 0;
    error_set(error, "a second document begins here; a file is one experiment");
    return locate(document->path, line, error);
}

static void parser_start(yaml_parser_t *parser, const char *text, size_t length)
{
    if (!yaml_parser_initialize(parser))
        out_of_memory();
    yaml_parser_set_input_string(parser, (const unsigned char *)text, length);
}

int document_read(struct document *document, const char *path, struct error *error)
{
    size_t length = 0;
    yaml_parser_t parser;
    *document = (struct document){.path = path};
    int status = read_text(document, &length, error);
    if (status == 0) {
        parser_start(&parser, document->text, length);
        status = check_nesting(document, &parser, error);
        yaml_parser_delete(&parser);
    }
    if (status == 0) {
        parser_start(&parser, document->text, length);
        status = load(document, &parser, error);
        yaml_parser_delete(&parser);
    }
    if (status != 0)
        document_fini(document);
    return status;
}

void document_fini(struct document *document)
{
    yaml_document_delete(&document->yaml);
    free(document->text);
    *document = (struct document){0};
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static const yaml_node_t *node_at(const struct document *document, int index)
{
    return document->yaml.nodes.start + (index - 1);
}

const char *document_value(const struct document *document, const yaml_node_t *node,
                           const char *what, const char *allowed, struct error *error)
{
    const char *text = (const char *)node->data.scalar.value;
    const char *wrong = node->type == YAML_SEQUENCE_NODE          ? "a list"
                        : node->type == YAML_MAPPING_NODE         ? "a map"
                        : node->data.scalar.length == 0           ? "empty"
                        : strlen(text) < node->data.scalar.length ? "no text: it has a zero byte"
                                                                  : NULL;
    if (!wrong)
        return text;
    document_error(document, node, error, "%s is %s; %s takes %s", what, wrong, what, allowed);
    return NULL;
}

size_t document_length(const yaml_node_t *node)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return 1;
    return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

const yaml_node_t *document_member(const struct document *document, const yaml_node_t *node,
                                   size_t index)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return node;
    return node_at(document, node->data.sequence.items.start[index]);
}

/* A key's text; "" for one that is not a plain word. */
static const char *key_text(const struct document *document, const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = node_at(document, pair->key);
    if (key->type != YAML_SCALAR_NODE ||
        strlen((char *)key->data.scalar.value) < key->data.scalar.length)
        return "";
    return (const char *)key->data.scalar.value;
}

const yaml_node_t *document_get(const struct document *document, const yaml_node_t *map,
                                const char *key)
{
    if (map->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
         pair < map->data.mapping.pairs.top; pair++)
        if (strcmp(key_text(document, pair), key) == 0)
            return node_at(document, pair->value);
    return NULL;
}

int document_pairs(const struct document *document, const yaml_node_t *map,
                   const char *const *names, const char *what, struct pairs *pairs,
                   struct error *error)
{
    *pairs = (struct pairs){0};
    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
         pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(document, pair->key);
        const char *text = key_text(document, pair);
        size_t i = 0;
        while (names[i] && strcmp(names[i], text) != 0)
            i++;
        if (!names[i]) {
            suggest_error(error, what, text, names);
            return document_locate(document, key, error);
        }
        assert(i < PAIRS_MOST);
        if (pairs->keys[i])
            return document_error(document, key, error, "%s is given twice, first in line %zu",
                                  text, pairs->keys[i]->start_mark.line + 1);
        pairs->keys[i] = key;
        pairs->values[i] = node_at(document, pair->value);
    }
    return 0;
}
