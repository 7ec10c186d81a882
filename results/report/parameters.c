/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every parameter of every workload and policy that was run: the values it had, the default marked,
 * and what it means. */
#include <stdlib.h>
#include <string.h>

#include "results/report/parts.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"

#define VALUES_MOST 24 /* of a parameter that are named one by one */

/* The component of that name; NULL if this version of pygcsim has none. */
static const struct component *find_component(const struct component *const *registry,
                                              const char *name)
{
    while (*registry && strcmp((*registry)->name, name) != 0)
        registry++;
    return *registry;
}

static const struct param *find_param(const struct component *component, const char *name)
{
    for (const struct param *param = component ? component->params : NULL; param && param->name;
         param++)
        if (strcmp(param->name, name) == 0)
            return param;
    return NULL;
}

/* The default as the results file would have it; to be freed. NULL: it has none. */
static char *default_text(const struct component *component, const struct param *param)
{
    struct error error;
    char buffer[UNITS_TEXT];
    if (!param || !param->initial)
        return NULL;
    void *state = allocate_zeroed(1, component->state_size);
    char *text = param_set(component, param, state, param->initial, &error) == 0
                     ? allocate_text(param_text(param, state, buffer))
                     : NULL;
    free(state);
    return text;
}

static void write_value(FILE *out, const char *value, const char *initial)
{
    html_spec(out, value);
    if (initial && strcmp(value, initial) == 0)
        fputs(" <small>default</small>", out);
}

/* Takes a column of specifications, and a name: a text, which may be anything, and no pattern. */
#define IS_OF_KIND "instr(%s || ':', %Q || ':') = 1"

/* The different values of a parameter, ascending; of many the ends and the number. */
static int write_values(const struct page *page, const char *owner, const char *kind,
                        const char *name, const char *initial, struct error *error)
{
    struct store *store = page->report->subject.store;
    char *last = NULL;
    size_t count = 0;
    int more;
    sqlite3_stmt *rows = query_begin(
        store, error,
        "SELECT text FROM run JOIN parameter ON run_id = id WHERE in_plan AND experiment_id = %lld"
        " AND owner = %Q AND name = %Q AND " IS_OF_KIND " GROUP BY text ORDER BY value, min(id)",
        (long long)page->outcomes->experiment->number, owner, name, owner, kind);
    while ((more = query_next(store, rows, error)) > 0) {
        free(last);
        last = query_text(rows, 0);
        if (count++ < VALUES_MOST) {
            fputs(count > 1 ? ", " : "", page->out);
            write_value(page->out, last, initial);
        }
    }
    sqlite3_finalize(rows);
    if (count > VALUES_MOST) {
        fputs(" … ", page->out);
        write_value(page->out, last, initial);
        fprintf(page->out, " <small>%zu values</small>", count);
    }
    free(last);
    return more;
}

static int write_parameter(const struct page *page, const char *owner, const char *kind,
                           const struct component *component, const char *name, struct error *error)
{
    const struct param *param = find_param(component, name);
    char *initial = default_text(component, param);
    fputs("<tr><th scope=\"row\"><code>", page->out);
    html_text(page->out, name);
    fputs("</code></th><td class=\"name\">", page->out);
    int status = write_values(page, owner, kind, name, initial, error);
    fputs("</td><td class=\"text\">", page->out);
    html_text(page->out, param ? param->meaning : "");
    fputs("</td></tr>\n", page->out);
    free(initial);
    return status;
}

/* Names come in the order of the component's table, those it does not have last. */
static size_t place_of(const struct component *component, const char *name)
{
    const struct param *param = find_param(component, name);
    return param ? (size_t)(param - component->params) : SIZE_MAX;
}

static int write_names(const struct page *page, const char *owner, const char *kind,
                       const struct component *component, char **names, size_t count,
                       struct error *error)
{
    for (size_t i = 1; i < count; i++) /* a dozen */
        for (size_t j = i;
             j > 0 && place_of(component, names[j]) < place_of(component, names[j - 1]); j--) {
            char *name = names[j];
            names[j] = names[j - 1];
            names[j - 1] = name;
        }
    for (size_t i = 0; i < count; i++)
        if (write_parameter(page, owner, kind, component, names[i], error) != 0)
            return -1;
    return 0;
}

/* Texts of a query's first column; to be freed, each. */
struct texts {
    char **texts;
    size_t count, capacity;
};

static int read_texts(struct texts *texts, struct store *store, sqlite3_stmt *rows,
                      struct error *error)
{
    int more;
    *texts = (struct texts){0};
    while ((more = query_next(store, rows, error)) > 0) {
        texts->texts =
            allocate_grow(texts->texts, &texts->capacity, texts->count + 1, sizeof *texts->texts);
        texts->texts[texts->count++] = query_text(rows, 0);
    }
    sqlite3_finalize(rows);
    return more;
}

static void free_texts(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->texts[i]);
    free(texts->texts);
}

/* A table for a policy or a workload, whatever its parameters were. */
static int write_component(const struct page *page, const char *owner, const char *kind,
                           struct error *error)
{
    const struct report *report = page->report;
    const struct component *component =
        find_component(strcmp(owner, "policy") == 0 ? report->policies : report->workloads, kind);
    struct texts names;
    FILE *out = page->out;
    int status = read_texts(
        &names, report->subject.store,
        query_begin(report->subject.store, error,
                    "SELECT DISTINCT name FROM run JOIN parameter ON run_id = id"
                    " WHERE in_plan AND experiment_id = %lld AND owner = %Q AND " IS_OF_KIND,
                    (long long)page->outcomes->experiment->number, owner, owner, kind),
        error);
    fprintf(out, "<h4>%s <code>", strcmp(owner, "policy") == 0 ? "Policy" : "Workload");
    html_text(out, kind);
    fputs("</code></h4>\n<p>", out);
    html_text(out, component ? component->summary : "");
    fputs(names.count ? ".</p>\n" : "; no parameters.</p>\n", out);
    if (names.count) {
        fprintf(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Parameters of the "
            "%s\">\n<table>\n<thead><tr><th scope=\"col\">parameter</th><th scope=\"col\" "
            "class=\"name\">values</th><th scope=\"col\" class=\"text\">meaning</th></tr></thead>\n"
            "<tbody>\n",
            owner);
        if (status == 0)
            status = write_names(page, owner, kind, component, names.texts, names.count, error);
        fputs("</tbody>\n</table>\n</div>\n", out);
    }
    free_texts(&names);
    return status;
}

static int write_owner(const struct page *page, const char *owner, struct error *error)
{
    struct texts kinds;
    struct store *store = page->report->subject.store;
    int status = read_texts(
        &kinds, store,
        query_begin(store, error,
                    "SELECT substr(%s, 1, instr(%s || ':', ':') - 1) AS kind FROM run"
                    " WHERE in_plan AND experiment_id = %lld GROUP BY kind ORDER BY min(id)",
                    owner, owner, (long long)page->outcomes->experiment->number),
        error);
    for (size_t i = 0; status == 0 && i < kinds.count; i++)
        status = write_component(page, owner, kinds.texts[i], error);
    free_texts(&kinds);
    return status;
}

int page_parameters(const struct page *page, struct error *error)
{
    fputs("<h3 id=\"parameters\">Parameters</h3>\n", page->out);
    return write_owner(page, "workload", error) == 0 && write_owner(page, "policy", error) == 0
               ? 0
               : -1;
}
