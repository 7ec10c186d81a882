/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/factor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/base/setting.h"

/* ---- what was varied ------------------------------------------------------------------ */

/* One value of one factor. */
struct cell {
    char *factor, *text;
    double x;
    size_t setting;
    bool of_policy;
};

struct cells {
    struct cell *cells;
    size_t count, capacity;
};

static struct cell *add_cell(struct cells *cells, char *factor, const char *text, double x,
                             size_t setting)
{
    cells->cells =
        allocate_grow(cells->cells, &cells->capacity, cells->count + 1, sizeof *cells->cells);
    cells->cells[cells->count++] =
        (struct cell){.factor = factor, .text = allocate_text(text), .x = x, .setting = setting};
    return &cells->cells[cells->count - 1];
}

static void free_cells(struct cells *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        free(cells->cells[i].factor);
        free(cells->cells[i].text);
    }
    free(cells->cells);
}

/* The name in a specification of a workload; to be freed. */
static char *name_of(const char *specification)
{
    char *name = allocate_text(specification);
    name[strcspn(name, ":")] = '\0';
    return name;
}

static void add_names(struct cells *cells, const struct outcomes *outcomes, size_t setting)
{
    const struct outcome *of = &outcomes->settings[setting];
    const struct outcome_group *group = &outcomes->groups[of->group];
    char *policy = setting_names(of->policy), *workload = name_of(group->workload);
    add_cell(cells, allocate_text("policy"), policy, NAN, setting);
    add_cell(cells, allocate_text("workload"), workload, NAN, setting);
    add_cell(cells, allocate_text("collector"), group->collector, NAN, setting);
    free(policy);
    free(workload);
}

struct first_run {
    int64_t run;
    size_t setting;
};

static int compare_first_runs(const void *a, const void *b)
{
    const struct first_run *x = a, *y = b;
    return (x->run > y->run) - (x->run < y->run);
}

static struct first_run *first_runs(const struct outcomes *outcomes)
{
    struct first_run *runs = allocate_zeroed(outcomes->setting_count + 1, sizeof *runs);
    for (size_t s = 0; s < outcomes->setting_count; s++)
        runs[s] = (struct first_run){outcomes->settings[s].first_run, s};
    qsort(runs, outcomes->setting_count, sizeof *runs, compare_first_runs);
    return runs;
}

static void add_parameter(struct cells *cells, const struct outcomes *outcomes, size_t setting,
                          sqlite3_stmt *row)
{
    const struct outcome *of = &outcomes->settings[setting];
    const char *text = query_string(row, 4);
    bool of_policy = strcmp(query_string(row, 1), "policy") == 0;
    char *factor, *owner = of_policy ? setting_names(of->policy)
                                     : name_of(outcomes->groups[of->group].workload);
    const char *joint = strstr(owner, SETTING_JOINT) ? ": " : ".";
    if (asprintf(&factor, "%s%s%s", owner, joint, query_string(row, 2)) < 0)
        out_of_memory();
    add_cell(cells, factor, text, query_real(row, 3), setting)->of_policy = of_policy;
    free(owner);
}

/* Parameters are those of a setting's first run. */
static int add_parameters(struct cells *cells, const struct outcomes *outcomes, struct store *store,
                          struct error *error)
{
    struct first_run *runs = first_runs(outcomes);
    int more;
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT run_id, owner, name, value, text FROM parameter WHERE run_id IN"
                    " (SELECT min(id) FROM run WHERE in_plan AND experiment_id = %lld"
                    "  GROUP BY workload, collector, costs, warmup, sampling, horizon, policy)",
                    (long long)outcomes->experiment->number);
    while ((more = query_next(store, rows, error)) > 0) {
        struct first_run key = {.run = query_integer(rows, 0)};
        const struct first_run *run =
            bsearch(&key, runs, outcomes->setting_count, sizeof key, compare_first_runs);
        if (run)
            add_parameter(cells, outcomes, run->setting, rows);
    }
    sqlite3_finalize(rows);
    free(runs);
    return more;
}

/* By factor, then numbers by size, then texts. */
static int compare_cells(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    int order = strcmp(x->factor, y->factor);
    if (order)
        return order;
    if (isnan(x->x) != isnan(y->x))
        return isnan(x->x) ? 1 : -1;
    if (x->x < y->x || x->x > y->x)
        return x->x < y->x ? -1 : 1;
    order = strcmp(x->text, y->text);
    return order ? order : (x->setting > y->setting) - (x->setting < y->setting);
}

/* Cells of one factor, in order. */
static struct factor make_factor(const struct cell *cells, size_t count)
{
    struct factor factor = {.settings = allocate_zeroed(count, sizeof *factor.settings),
                            .x = allocate_zeroed(count, sizeof *factor.x),
                            .level = allocate_zeroed(count, sizeof *factor.level),
                            .point = allocate_zeroed(count, sizeof *factor.point),
                            .name = allocate_text(cells[0].factor),
                            .of_policy = cells[0].of_policy,
                            .count = count,
                            .level_count = 1};
    for (size_t i = 0; i < count; i++) {
        if (i && strcmp(cells[i].text, cells[i - 1].text) != 0)
            factor.level_count++;
        factor.numbers |= cells[i].x > cells[0].x; /* not NaN, and those come first */
        factor.settings[i] = cells[i].setting;
        factor.x[i] = cells[i].x;
        factor.level[i] = factor.level_count - 1;
    }
    return factor;
}

static void free_factor(struct factor *factor)
{
    free(factor->name);
    free(factor->settings);
    free(factor->x);
    free(factor->level);
    free(factor->point);
    free(factor->cells);
}

/* ---- what was sampled ----------------------------------------------------------------- */

struct place {
    const char *point;
    size_t cell;
};

static int compare_places(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->point, ((const struct place *)b)->point);
}

/* Which workload, or policy, each of a factor's settings has. */
static void find_points(struct factor *factor, const struct outcomes *outcomes)
{
    struct place *places = allocate_zeroed(factor->count, sizeof *places);
    for (size_t i = 0; i < factor->count; i++) {
        const struct outcome *of = &outcomes->settings[factor->settings[i]];
        places[i] = (struct place){
            factor->of_policy ? of->policy : outcomes->groups[of->group].workload, i};
    }
    qsort(places, factor->count, sizeof *places, compare_places);
    for (size_t i = 0; i < factor->count; i++) {
        factor->point_count += i == 0 || compare_places(&places[i - 1], &places[i]) != 0;
        factor->point[places[i].cell] = factor->point_count - 1;
    }
    free(places);
}

/* Are both parameters of one policy, or of one workload? */
static bool same_owner(const struct factor *a, const struct factor *b)
{
    size_t length = strcspn(a->name, ".:"); /* "freeze.t0", "off + freeze: freeze.t0" */
    return a->of_policy == b->of_policy && length == strcspn(b->name, ".:") &&
           strncmp(a->name, b->name, length) == 0;
}

/* In a grid a value comes again with each value of another parameter: at least twice. */
static void find_sampled(struct factors *factors, const struct outcomes *outcomes)
{
    for (size_t i = 0; i < factors->count; i++) {
        struct factor *factor = &factors->factors[i];
        bool others = false;
        if (!factor->numbers)
            continue;
        find_points(factor, outcomes);
        for (size_t j = 0; j < factors->count; j++)
            others |= j != i && same_owner(factor, &factors->factors[j]);
        factor->sampled = others && 2 * factor->level_count > factor->point_count;
    }
}

/* ---- what is whole -------------------------------------------------------------------- */

/* A setting of a factor, with what it has of all. */
struct member {
    const size_t *levels;       /* of each factor, from 1; 0: it has none */
    size_t setting, count, but; /* the factors, and the one that does not matter for a cell */
};

static int compare_levels(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_others(const struct member *x, const struct member *y)
{
    int order = 0;
    for (size_t f = 0; f < x->count && order == 0; f++)
        if (f != x->but)
            order = compare_levels(x->levels[f], y->levels[f]);
    return order;
}

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = compare_others(x, y);
    return order ? order : compare_levels(x->levels[x->but], y->levels[y->but]);
}

/* Is it one cell after the other? */
static bool are_cells(const struct member *members, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (members[i].levels[members[i].but] != i % size + 1 ||
            compare_others(&members[i], &members[i - i % size]) != 0)
            return false;
    return count % size == 0;
}

static void find_cells(struct factors *factors, size_t place, const size_t *levels)
{
    struct factor *factor = &factors->factors[place];
    struct member *members = allocate_zeroed(factor->count, sizeof *members);
    for (size_t i = 0; i < factor->count; i++)
        members[i] = (struct member){levels + factor->settings[i] * factors->count,
                                     factor->settings[i], factors->count, place};
    qsort(members, factor->count, sizeof *members, compare_members);
    if (are_cells(members, factor->count, factor->level_count)) {
        factor->cells = allocate_zeroed(factor->count, sizeof *factor->cells);
        for (size_t i = 0; i < factor->count; i++)
            factor->cells[i] = members[i].setting;
    }
    free(members);
}

static void find_all_cells(struct factors *factors, size_t setting_count)
{
    size_t *levels = allocate_zeroed(setting_count * factors->count + 1, sizeof *levels);
    for (size_t f = 0; f < factors->count; f++)
        for (size_t i = 0; i < factors->factors[f].count; i++)
            levels[factors->factors[f].settings[i] * factors->count + f] =
                factors->factors[f].level[i] + 1;
    for (size_t f = 0; f < factors->count; f++)
        find_cells(factors, f, levels);
    free(levels);
}

/* ---- all of them ---------------------------------------------------------------------- */

static void make_factors(struct factors *factors, const struct cells *cells)
{
    size_t capacity = 0;
    for (size_t first = 0, next; first < cells->count; first = next) {
        for (next = first + 1; next < cells->count; next++)
            if (strcmp(cells->cells[next].factor, cells->cells[first].factor) != 0)
                break;
        struct factor factor = make_factor(cells->cells + first, next - first);
        if (factor.level_count < 2) {
            free_factor(&factor);
            continue;
        }
        factors->factors =
            allocate_grow(factors->factors, &capacity, factors->count + 1, sizeof factor);
        factors->factors[factors->count++] = factor;
    }
}

int factors_read(struct factors *factors, const struct outcomes *outcomes, struct store *store,
                 struct error *error)
{
    struct cells cells = {0};
    *factors = (struct factors){0};
    for (size_t s = 0; s < outcomes->setting_count; s++)
        add_names(&cells, outcomes, s);
    int status = add_parameters(&cells, outcomes, store, error);
    if (status == 0 && cells.count) {
        qsort(cells.cells, cells.count, sizeof *cells.cells, compare_cells);
        make_factors(factors, &cells);
        find_sampled(factors, outcomes);
        find_all_cells(factors, outcomes->setting_count);
    }
    free_cells(&cells);
    return status;
}

void factors_fini(struct factors *factors)
{
    for (size_t i = 0; i < factors->count; i++)
        free_factor(&factors->factors[i]);
    free(factors->factors);
    *factors = (struct factors){0};
}
