/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every parameter of every workload and policy that was run: the values it had, the default marked,
 * and what it means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/report/parts.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"
#include "sim/base/setting.h"

#define VALUES_MOST 24 /* of a parameter that are named one by one */

/* The component of that name; NULL if this version of pygcsim has none. */
static const struct component *find_component(const struct component *const *registry,
                                              const char *name)
{
    while (*registry && strcmp((*registry)->name, name) != 0)
        registry++;
    return *registry;
}

/* What the rows of a table are about: a workload, a policy, or policies that are joined. */
struct kind {
    const char *owner, *names;
    const struct component *const *registry;
};

/* The component of which that is a parameter: where several are joined, the one before the dot. */
static const struct component *component_of(const struct kind *kind, const char *name)
{
    char text[SETTING_NAME_TEXT];
    if (!strstr(kind->names, SETTING_JOINT))
        return find_component(kind->registry, kind->names);
    snprintf(text, sizeof text, "%.*s", (int)strcspn(name, "0123456789."), name);
    return find_component(kind->registry, text);
}

static const char *name_in_component(const struct kind *kind, const char *name)
{
    const char *dot = strstr(kind->names, SETTING_JOINT) ? strchr(name, '.') : NULL;
    return dot ? dot + 1 : name;
}

/* Its place among the component's; SIZE_MAX: it is none of them. */
static size_t place_of(const struct kind *kind, const char *name)
{
    const struct component *component = component_of(kind, name);
    const struct param *param;
    for (size_t i = 0; component && (param = component_param(component, i)); i++)
        if (strcmp(param->name, name_in_component(kind, name)) == 0)
            return i;
    return SIZE_MAX;
}

static const struct param *find_param(const struct kind *kind, const char *name)
{
    size_t place = place_of(kind, name);
    return place == SIZE_MAX ? NULL : component_param(component_of(kind, name), place);
}

/* The default as the results file would have it; to be freed. NULL: it has none. */
static char *default_text(const struct component *component, const struct param *param)
{
    struct error error;
    char buffer[UNITS_TEXT];
    if (!param || !param->initial)
        return NULL;
    const struct component *rows =
        component_has_in_common(component, param) ? component->common : component;
    void *state = allocate_zeroed(1, rows->state_size);
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

/* What is joined are policies. A name is a text that may be anything. */
#define NAMES_IN   "CASE %Q WHEN 'policy' THEN setting_names(policy) ELSE " NAME_IN " END"
#define NAME_IN    "substr(workload, 1, instr(workload || ':', ':') - 1)"
#define IS_OF_KIND NAMES_IN " = %Q"

/* The different values of a parameter, ascending; of many the ends and the number. */
static int write_values(const struct page *page, const struct kind *kind, const char *name,
                        const char *initial, struct error *error)
{
    struct store *store = page->report->subject.store;
    char *last = NULL;
    size_t count = 0;
    int more;
    sqlite3_stmt *rows = query_begin(
        store, error,
        "SELECT text FROM run JOIN parameter ON run_id = id WHERE in_plan AND experiment_id = %lld"
        " AND owner = %Q AND name = %Q AND " IS_OF_KIND " GROUP BY text ORDER BY value, min(id)",
        (long long)page->outcomes->experiment->number, kind->owner, name, kind->owner, kind->names);
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

static int write_parameter(const struct page *page, const struct kind *kind, const char *name,
                           struct error *error)
{
    const struct param *param = find_param(kind, name);
    char *initial = default_text(component_of(kind, name), param);
    fputs("<tr><th scope=\"row\"><code>", page->out);
    html_text(page->out, name);
    fputs("</code></th><td class=\"name\">", page->out);
    int status = write_values(page, kind, name, initial, error);
    fputs("</td><td class=\"text\">", page->out);
    html_text(page->out, param ? param->meaning : "");
    fputs("</td></tr>\n", page->out);
    free(initial);
    return status;
}

/* Names come in the order of the component's table, those it does not have last; where several are
 * joined, one component after the other. */
static bool comes_before(const struct kind *kind, const char *a, const char *b)
{
    size_t length = strcspn(a, ".");
    bool same = !strstr(kind->names, SETTING_JOINT) ||
                (length == strcspn(b, ".") && strncmp(a, b, length) == 0);
    return same ? place_of(kind, a) < place_of(kind, b) : strcmp(a, b) < 0;
}

static int write_names(const struct page *page, const struct kind *kind, char **names, size_t count,
                       struct error *error)
{
    for (size_t i = 1; i < count; i++) /* a dozen */
        for (size_t j = i; j > 0 && comes_before(kind, names[j], names[j - 1]); j--) {
            char *name = names[j];
            names[j] = names[j - 1];
            names[j - 1] = name;
        }
    for (size_t i = 0; i < count; i++)
        if (write_parameter(page, kind, names[i], error) != 0)
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

static void write_heading(FILE *out, const struct kind *kind)
{
    const struct component *component = find_component(kind->registry, kind->names);
    bool is_joined = strstr(kind->names, SETTING_JOINT);
    fprintf(out, "<h4>%s <code>", strcmp(kind->owner, "policy") == 0 ? "Policy" : "Workload");
    html_text(out, kind->names);
    fputs("</code></h4>\n<p>", out);
    html_text(out, component ? component->summary : is_joined ? "policies that are joined" : "");
}

/* A table for a policy or a workload, whatever its parameters were. */
static int write_component(const struct page *page, const struct kind *kind, struct error *error)
{
    const struct report *report = page->report;
    struct texts names;
    FILE *out = page->out;
    int status = read_texts(
        &names, report->subject.store,
        query_begin(report->subject.store, error,
                    "SELECT DISTINCT name FROM run JOIN parameter ON run_id = id"
                    " WHERE in_plan AND experiment_id = %lld AND owner = %Q AND " IS_OF_KIND,
                    (long long)page->outcomes->experiment->number, kind->owner, kind->owner,
                    kind->names),
        error);
    write_heading(out, kind);
    fputs(names.count ? ".</p>\n" : "; no parameters.</p>\n", out);
    if (names.count) {
        fprintf(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Parameters of the "
            "%s\">\n<table>\n<thead><tr><th scope=\"col\">parameter</th><th scope=\"col\" "
            "class=\"name\">values</th><th scope=\"col\" class=\"text\">meaning</th></tr></thead>\n"
            "<tbody>\n",
            kind->owner);
        if (status == 0)
            status = write_names(page, kind, names.texts, names.count, error);
        fputs("</tbody>\n</table>\n</div>\n", out);
    }
    free_texts(&names);
    return status;
}

static int write_owner(const struct page *page, const char *owner, struct error *error)
{
    struct texts kinds;
    struct store *store = page->report->subject.store;
    const struct component *const *registry =
        strcmp(owner, "policy") == 0 ? page->report->policies : page->report->workloads;
    int status = read_texts(
        &kinds, store,
        query_begin(store, error,
                    "SELECT " NAMES_IN " AS kind FROM run"
                    " WHERE in_plan AND experiment_id = %lld GROUP BY kind ORDER BY min(id)",
                    owner, (long long)page->outcomes->experiment->number),
        error);
    for (size_t i = 0; status == 0 && i < kinds.count; i++)
        status = write_component(page, &(struct kind){owner, kinds.texts[i], registry}, error);
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
