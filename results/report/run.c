/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was run, for whoever wants to know exactly, or to do it again: facts, every run, the
 * experiment file, commands. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "results/report/parts.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/base/html.h"

#define RUN_ROWS_MOST    2000 /* settings in the list of runs */
#define COMMAND_POLICIES 50   /* of a compare */

/* ---- seeds ---------------------------------------------------------------------------- */

/* Ascending numbers, one after the other: "1–5, 7". */
struct ranges {
    FILE *out;
    uint64_t first, last;
    bool begun, separate;
};

static void end_range(struct ranges *ranges)
{
    if (!ranges->begun)
        return;
    fprintf(ranges->out, "%s%" PRIu64, ranges->separate ? ", " : "", ranges->first);
    if (ranges->last > ranges->first)
        fprintf(ranges->out, "%s%" PRIu64, ranges->last == ranges->first + 1 ? ", " : "–",
                ranges->last);
    ranges->separate = true;
    ranges->begun = false;
}

static void add_to_ranges(struct ranges *ranges, uint64_t number)
{
    if (ranges->begun && number == ranges->last + 1) {
        ranges->last = number;
        return;
    }
    end_range(ranges);
    ranges->first = ranges->last = number;
    ranges->begun = true;
}

static void write_seeds(FILE *out, const uint64_t *seeds, size_t count)
{
    struct ranges ranges = {.out = out};
    for (size_t i = 0; i < count; i++)
        add_to_ranges(&ranges, seeds[i]);
    end_range(&ranges);
}

/* ---- facts ---------------------------------------------------------------------------- */

static void write_fact(const struct page *page, const char *name)
{
    fprintf(page->out, "<dt>%s</dt>\n<dd>", name);
}

/* The different values of a column of the experiment's runs. */
static int write_column(const struct page *page, const char *name, const char *column,
                        struct error *error)
{
    struct store *store = page->report->subject.store;
    size_t count = 0;
    int more;
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT %s FROM run WHERE in_plan AND experiment_id = %lld AND %s IS NOT NULL"
                    " GROUP BY 1 ORDER BY min(id)",
                    column, (long long)page->outcomes->experiment->number, column);
    write_fact(page, name);
    while ((more = query_next(store, rows, error)) > 0) {
        fputs(count++ ? ", " : "", page->out);
        html_spec(page->out, query_string(rows, 0));
    }
    sqlite3_finalize(rows);
    fputs(count ? "</dd>\n" : "none</dd>\n", page->out);
    return more;
}

static void write_run_counts(const struct page *page)
{
    const struct past_experiment *experiment = page->outcomes->experiment;
    static const char *const names[RUN_STATUS_COUNT] = {[RUN_planned] = "not begun",
                                                        [RUN_unfinished] = "unfinished",
                                                        [RUN_finished] = "finished",
                                                        [RUN_out_of_memory] = "out of memory",
                                                        [RUN_failed] = "failed"};
    write_fact(page, "Runs");
    fprintf(page->out, "%lld planned", (long long)experiment->planned);
    for (int s = 0; s < RUN_STATUS_COUNT; s++)
        if (experiment->runs[s])
            fprintf(page->out, ", %lld %s", (long long)experiment->runs[s], names[s]);
    fputs("</dd>\n", page->out);
}

static int write_share(const struct page *page, struct error *error)
{
    struct store *store = page->report->subject.store;
    sqlite3_stmt *rows = query_begin(
        store, error, "SELECT shard, shards FROM experiment WHERE id = %lld AND shard NOTNULL",
        (long long)page->outcomes->experiment->number);
    int more = query_next(store, rows, error);
    if (more > 0) {
        write_fact(page, "Share");
        fprintf(page->out, "%d of %d; the others are in other files</dd>\n",
                (int)query_integer(rows, 0), (int)query_integer(rows, 1));
    }
    sqlite3_finalize(rows);
    return more < 0 ? -1 : 0;
}

int page_facts(const struct page *page, struct error *error)
{
    static const struct {
        const char *name, *column;
    } columns[] = {
        {"Workloads", "workload"},
        {"Collectors", "collector"},
        {"Costs", "costs"},
        {"Times measured on", "measured_on"},
        {"Scatter of the heap, ns", "scatter_ns"},
        {"<a href=\"#warm-up\">Warm-up</a> after start-up", "warmup"},
        {"Log", "log"},
        {"Between samples", "sampling"},
        {"<a href=\"#horizon\">Horizon</a>", "horizon"},
        {"Engine", "engine"},
    };
    const struct past_experiment *experiment = page->outcomes->experiment;
    write_fact(page, "Experiment");
    html_text(page->out, experiment->name);
    fprintf(page->out, ", number %lld of the results file, by <code>pygcsim ",
            (long long)experiment->number);
    html_text(page->out, experiment->command);
    fputs("</code></dd>\n", page->out);
    write_fact(page, "Version");
    html_text(page->out, experiment->version);
    fputs("</dd>\n", page->out);
    write_run_counts(page);
    if (write_share(page, error) != 0)
        return -1;
    write_fact(page, "Seeds");
    write_seeds(page->out, page->outcomes->seeds, page->outcomes->seed_count);
    fputs("</dd>\n", page->out);
    if (page->outcomes->baseline) {
        write_fact(page, "Baseline");
        html_spec(page->out, page->outcomes->baseline);
        fputs("</dd>\n", page->out);
    }
    if (page->objective < page->outcomes->metric_count) {
        size_t seen = outcomes_seen(page->outcomes, page->objective);
        write_fact(page, "Objective");
        if (seen < page->outcomes->metric_count) {
            page_metric(page, page->outcomes->metrics[seen]);
            fputs(", by ", page->out);
        }
        page_metric(page, page->outcomes->metrics[page->objective]);
        fputs("</dd>\n", page->out);
    }
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (write_column(page, columns[i].name, columns[i].column, error) != 0)
            return -1;
    return 0;
}

/* ---- every run ------------------------------------------------------------------------ */

/* Settings in the order of the outcomes; of each its runs by status. */
#define RUNS                                                                                       \
    "WITH of_experiment AS (SELECT *,"                                                             \
    " min(id) OVER (PARTITION BY workload, collector, costs, warmup, sampling, horizon, policy) "  \
    "AS first,"                                                                                    \
    " min(id) OVER (PARTITION BY workload, collector, costs, warmup, sampling, horizon) AS "       \
    "first_of_group"                                                                               \
    " FROM run WHERE in_plan AND experiment_id = %lld)"                                            \
    " SELECT first, status, coalesce(error, ''), seed FROM of_experiment"                          \
    " ORDER BY first_of_group, first, status <> 'finished', status, error, seed"

/* Where the list is: what the row before was. */
struct run_list {
    const struct page *page;
    size_t setting; /* the next */
    int64_t first;
    char *status, *why; /* NULL: none yet */
    struct ranges seeds;
};

static void end_status(struct run_list *list)
{
    if (!list->status)
        return;
    end_range(&list->seeds);
    if (*list->why) {
        fputs(" (", list->page->out);
        html_text(list->page->out, list->why);
        fputc(')', list->page->out);
    }
    free(list->status);
    free(list->why);
    list->status = list->why = NULL;
}

static void begin_setting(struct run_list *list, int64_t first)
{
    FILE *out = list->page->out;
    const struct outcomes *outcomes = list->page->outcomes;
    end_status(list);
    fprintf(out, "%s<tr><th scope=\"row\" class=\"name\">", list->setting ? "</td></tr>\n" : "");
    const struct outcome *setting = &outcomes->settings[list->setting++];
    html_spec(out, setting->policy);
    if (outcomes->group_count > 1) {
        char *title = outcomes_title(outcomes, setting->group);
        fputs("<small>", out);
        html_text(out, title);
        fputs("</small>", out);
        free(title);
    }
    fputs("</th><td class=\"text\">", out);
    list->first = first;
}

/* A run: status, why it failed, and seed. */
static void add_run(struct run_list *list, const char *status, const char *why, uint64_t seed)
{
    FILE *out = list->page->out;
    if (!list->status || strcmp(list->status, status) != 0 || strcmp(list->why, why) != 0) {
        bool first = !list->status;
        end_status(list);
        fputs(first ? "" : "; ", out);
        list->status = allocate_text(status);
        list->why = allocate_text(why);
        for (; *status; status++)
            fputc(*status == '_' ? ' ' : *status, out);
        fputs(": ", out);
        list->seeds = (struct ranges){.out = out};
    }
    add_to_ranges(&list->seeds, seed);
}

static int write_run_rows(const struct page *page, struct error *error)
{
    struct store *store = page->report->subject.store;
    struct run_list list = {.page = page};
    int more;
    sqlite3_stmt *rows =
        query_begin(store, error, RUNS, (long long)page->outcomes->experiment->number);
    while ((more = query_next(store, rows, error)) > 0) {
        int64_t first = query_integer(rows, 0);
        if (first != list.first && list.setting == RUN_ROWS_MOST)
            break;
        if (first != list.first)
            begin_setting(&list, first);
        add_run(&list, query_string(rows, 1), query_string(rows, 2),
                (uint64_t)query_integer(rows, 3));
    }
    end_status(&list);
    fputs(list.setting ? "</td></tr>\n" : "", page->out);
    sqlite3_finalize(rows);
    return more < 0 ? -1 : 0;
}

int page_runs(const struct page *page, struct error *error)
{
    size_t settings = page->outcomes->setting_count;
    fputs("<details id=\"runs\">\n<summary>Every run: its seed, and what became of it</summary>\n"
          "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
          "aria-label=\"Runs\">\n<table>\n<thead><tr><th "
          "scope=\"col\" class=\"name\">setting</th><th scope=\"col\" "
          "class=\"text\">seeds</th></tr></thead>\n"
          "<tbody>\n",
          page->out);
    if (write_run_rows(page, error) != 0)
        return -1;
    fputs("</tbody>\n</table>\n</div>\n", page->out);
    if (settings > RUN_ROWS_MOST) {
        fputs("<p class=\"note\">", page->out);
        html_count(page->out, settings - RUN_ROWS_MOST, "more setting is", "more settings are");
        fputs(" left out; table <code>run</code> of the results file has them.</p>\n", page->out);
    }
    fputs("</details>\n", page->out);
    return 0;
}

/* ---- the experiment file -------------------------------------------------------------- */

int page_document(const struct page *page, struct error *error)
{
    struct store *store = page->report->subject.store;
    sqlite3_stmt *rows = query_begin(
        store, error, "SELECT document FROM experiment WHERE id = %lld AND document NOTNULL",
        (long long)page->outcomes->experiment->number);
    int more = query_next(store, rows, error);
    if (more > 0) {
        fputs("<h3 id=\"document\">The experiment file</h3>\n<pre class=\"code\" "
              "tabindex=\"0\"><code>",
              page->out);
        html_text(page->out, query_string(rows, 0));
        fputs("</code></pre>\n", page->out);
    }
    sqlite3_finalize(rows);
    return more < 0 ? -1 : 0;
}

/* ---- commands ------------------------------------------------------------------------- */

/* An argument as a shell takes it. */
static void write_argument(FILE *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+.,:=/@%";
    if (*text && strspn(text, plain) == strlen(text)) {
        html_text(out, text);
        return;
    }
    fputc('\'', out);
    for (; *text; text++) {
        size_t length = strcspn(text, "'");
        char *part = strndup(text, length);
        if (!part)
            out_of_memory();
        html_text(out, part);
        free(part);
        text += length;
        if (!*text)
            break;
        fputs("'\\''", out);
    }
    fputc('\'', out);
}

static void write_option(FILE *out, const char *name, const char *value)
{
    fprintf(out, " \\\n    --%s ", name);
    write_argument(out, value);
}

/* What is the same for all runs, of a run or a compare. */
static int write_compare(const struct page *page, struct error *error)
{
    static const char *const names[] = {"workload", "collector", "warmup", "log",
                                        "engine",   "sample",    "horizon"};
    struct store *store = page->report->subject.store;
    const struct outcomes *outcomes = page->outcomes;
    FILE *out = page->out;
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT workload, collector, warmup, log, engine, nullif(sampling, 'auto'),"
                    " nullif(horizon, '24h')"
                    " FROM run WHERE in_plan AND experiment_id = %lld LIMIT 1",
                    (long long)outcomes->experiment->number);
    int more = query_next(store, rows, error);
    fputs("pygcsim ", out);
    html_text(out, outcomes->experiment->command);
    for (int c = 0; more > 0 && c < query_columns(rows); c++)
        if (!query_is_null(rows, c))
            write_option(out, names[c], query_string(rows, c));
    sqlite3_finalize(rows);
    for (size_t s = 0; s < outcomes->setting_count; s++)
        write_option(out, "policy", outcomes->settings[s].policy);
    for (size_t i = 0; i < outcomes_limits(outcomes); i++)
        write_option(out, "limit", condition_text(outcomes->limits->items[i]));
    fprintf(out, " \\\n    --seed %" PRIu64, outcomes->seeds[0]);
    if (outcomes->seed_count > 1)
        fprintf(out, " --replications %zu", outcomes->seed_count);
    return more < 0 ? -1 : 0;
}

int page_commands(const struct page *page, struct error *error)
{
    const struct past_experiment *experiment = page->outcomes->experiment;
    bool compared = strcmp(experiment->command, "sweep") != 0;
    FILE *out = page->out;
    if (compared &&
        (page->outcomes->setting_count > COMMAND_POLICIES || page->outcomes->group_count != 1))
        return 0;
    fputs("<h3 id=\"commands\">To do it again</h3>\n", out);
    if (!compared)
        fputs("<p>With the experiment file as <code>experiment.yaml</code>:</p>\n", out);
    fputs("<pre class=\"code\" tabindex=\"0\"><code>", out);
    if (!compared)
        fputs("pygcsim sweep experiment.yaml", out);
    else if (write_compare(page, error) != 0)
        return -1;
    fputs(" --db ", out);
    write_argument(out, page->report->file);
    fputs("\npygcsim report ", out);
    write_argument(out, page->report->file);
    fputs(" --out report.html</code></pre>\n<p>The same version gives the same results to the last "
          "bit, whatever the number of jobs.</p>\n",
          out);
    return 0;
}
