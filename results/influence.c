/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/influence.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/query.h"
#include "sim/memory.h"

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
        memory_grow(cells->cells, &cells->capacity, cells->count + 1, sizeof *cells->cells);
    cells->cells[cells->count++] =
        (struct cell){.factor = factor, .text = memory_text(text), .x = x, .setting = setting};
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

/* The name in a specification; to be freed. */
static char *name_of(const char *specification)
{
    char *name = memory_text(specification);
    name[strcspn(name, ":")] = '\0';
    return name;
}

static void add_names(struct cells *cells, const struct outcomes *outcomes, size_t setting)
{
    const struct outcome *of = &outcomes->settings[setting];
    const struct outcome_group *group = &outcomes->groups[of->group];
    char *policy = name_of(of->policy), *workload = name_of(group->workload);
    add_cell(cells, memory_text("policy"), policy, NAN, setting);
    add_cell(cells, memory_text("workload"), workload, NAN, setting);
    add_cell(cells, memory_text("collector"), group->collector, NAN, setting);
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
    struct first_run *runs = memory_zeroed(outcomes->setting_count + 1, sizeof *runs);
    for (size_t s = 0; s < outcomes->setting_count; s++)
        runs[s] = (struct first_run){outcomes->settings[s].first_run, s};
    qsort(runs, outcomes->setting_count, sizeof *runs, compare_first_runs);
    return runs;
}

static void add_parameter(struct cells *cells, const struct outcomes *outcomes, size_t setting,
                          sqlite3_stmt *row)
{
    const struct outcome *of = &outcomes->settings[setting];
    const char *text = (const char *)sqlite3_column_text(row, 4);
    bool of_policy = strcmp((const char *)sqlite3_column_text(row, 1), "policy") == 0;
    char *owner = name_of(of_policy ? of->policy : outcomes->groups[of->group].workload), *factor;
    if (asprintf(&factor, "%s.%s", owner, sqlite3_column_text(row, 2)) < 0)
        out_of_memory();
    /* A word such as keep stands for a number that is none. */
    bool number = sqlite3_column_type(row, 3) != SQLITE_NULL &&
                  (isdigit((unsigned char)text[0]) || text[0] == '-');
    add_cell(cells, factor, text, number ? sqlite3_column_double(row, 3) : NAN, setting)
        ->of_policy = of_policy;
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
                    "  GROUP BY workload, collector, costs, warmup, sampling, policy)",
                    (long long)outcomes->experiment->number);
    while ((more = query_next(store, rows, error)) > 0) {
        struct first_run key = {.run = sqlite3_column_int64(rows, 0)};
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
    struct factor factor = {.settings = memory_zeroed(count, sizeof *factor.settings),
                            .x = memory_zeroed(count, sizeof *factor.x),
                            .level = memory_zeroed(count, sizeof *factor.level),
                            .point = memory_zeroed(count, sizeof *factor.point),
                            .name = memory_text(cells[0].factor),
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
    struct place *places = memory_zeroed(factor->count, sizeof *places);
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
    size_t length = strcspn(a->name, ".");
    return a->of_policy == b->of_policy && length == strcspn(b->name, ".") &&
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
            memory_grow(factors->factors, &capacity, factors->count + 1, sizeof factor);
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

/* ---- what it did ---------------------------------------------------------------------- */

/* The settings of a factor that have a value of the metric, in the factor's order. */
struct observations {
    double *x, *y;
    size_t *group;
    size_t n, groups;
};

static struct observations observe(const struct factor *factor, const struct outcomes *outcomes,
                                   size_t metric)
{
    struct observations o = {.x = memory_zeroed(factor->count + 1, sizeof *o.x),
                             .y = memory_zeroed(factor->count + 1, sizeof *o.y),
                             .group = memory_zeroed(factor->count + 1, sizeof *o.group)};
    size_t level = SIZE_MAX;
    for (size_t i = 0; i < factor->count; i++) {
        double mean = outcomes_average(outcomes, factor->settings[i], metric);
        if (isnan(mean))
            continue;
        o.groups += factor->level[i] != level;
        level = factor->level[i];
        o.x[o.n] = factor->x[i];
        o.y[o.n] = mean;
        o.group[o.n++] = o.groups - 1;
    }
    return o;
}

static void free_observations(struct observations *o)
{
    free(o->x);
    free(o->y);
    free(o->group);
}

/* How many groups to make of neighbours. Few points of a design cannot have all values of the other
 * parameters in every group: so few groups of many points. */
static size_t wanted_groups(const struct factor *factor, size_t n)
{
    size_t most = n / INFLUENCE_GROUP, wanted = most;
    if (factor->sampled)
        wanted = n / INFLUENCE_POINTS;
    if (factor->sampled && wanted < INFLUENCE_FEWEST)
        wanted = INFLUENCE_FEWEST;
    if (wanted > most)
        wanted = most;
    return wanted < INFLUENCE_GROUPS ? wanted : INFLUENCE_GROUPS;
}

/* Puts neighbouring numbers together; equal ones stay together. False, and the groups stay as they
 * are, if there are words among the values or too few numbers for two groups. */
static bool merge_levels(const struct factor *factor, struct observations *o)
{
    size_t wanted = wanted_groups(factor, o->n), groups = 0, in_group = 0;
    if (wanted < 2 || isnan(o->x[o->n - 1]))
        return false;
    for (size_t i = 0; i < o->n; i++) {
        bool full = in_group >= INFLUENCE_GROUP && o->x[i] > o->x[i - 1] &&
                    i * wanted >= groups * o->n && o->n - i >= INFLUENCE_GROUP;
        if (i == 0 || full) {
            groups++;
            in_group = 0;
        }
        in_group++;
        o->group[i] = groups - 1;
    }
    o->groups = groups;
    return groups > 1;
}

static double square(double x)
{
    return x * x;
}

/* The means of a sampled factor's points, each a group until levels are merged. *part: that of the
 * settings' variance which is between points. */
static struct observations observe_points(const struct factor *factor,
                                          const struct outcomes *outcomes, size_t metric,
                                          double *part)
{
    struct observations all = observe(factor, outcomes, metric);
    struct observations o = {.x = memory_zeroed(all.n + 1, sizeof *o.x),
                             .y = memory_zeroed(all.n + 1, sizeof *o.y),
                             .group = memory_zeroed(all.n + 1, sizeof *o.group)};
    size_t *place = memory_zeroed(factor->point_count, sizeof *place); /* in o, from 1 */
    size_t *count = memory_zeroed(all.n + 1, sizeof *count);
    double middle = interval_mean(all.y, all.n), between = 0, total = 0;
    for (size_t i = 0, k = 0; i < factor->count; i++) {
        if (isnan(outcomes_average(outcomes, factor->settings[i], metric)))
            continue;
        size_t *at = &place[factor->point[i]];
        if (*at == 0) {
            *at = ++o.n;
            o.x[o.n - 1] = all.x[k];
            o.group[o.n - 1] = o.n - 1;
        }
        total += square(all.y[k] - middle);
        o.y[*at - 1] += all.y[k++];
        count[*at - 1]++;
    }
    for (size_t i = 0; i < o.n; i++) {
        o.y[i] /= (double)count[i];
        between += (double)count[i] * square(o.y[i] - middle);
    }
    *part = total > 0 ? between / total : 1;
    o.groups = o.n;
    free(place);
    free(count);
    free_observations(&all);
    return o;
}

/* Does every setting have a value with that seed? */
static bool has_seed(const struct factor *factor, const struct outcomes *outcomes, size_t metric,
                     size_t seed)
{
    for (size_t i = 0; i < factor->count; i++)
        if (isnan(outcomes_values(outcomes, factor->settings[i], metric)[seed]))
            return false;
    return true;
}

/* The runs of a factor that has one setting a value, without what the runs with one seed have in
 * common. That takes one of k degrees of freedom from what is left, which is stretched for it. */
static struct observations observe_runs(const struct factor *factor,
                                        const struct outcomes *outcomes, size_t metric)
{
    size_t k = factor->count, most = k * outcomes->seed_count, seeds = 0;
    struct observations o = {.y = memory_zeroed(most + 1, sizeof *o.y),
                             .group = memory_zeroed(most + 1, sizeof *o.group),
                             .groups = k};
    double *mean = memory_zeroed(k, sizeof *mean); /* sums, of each setting */
    for (size_t seed = 0; seed < outcomes->seed_count; seed++) {
        if (!has_seed(factor, outcomes, metric, seed))
            continue;
        double common = 0;
        for (size_t i = 0; i < k; i++)
            common += outcomes_values(outcomes, factor->settings[i], metric)[seed] / (double)k;
        for (size_t i = 0; i < k; i++, o.n++) {
            o.y[o.n] = outcomes_values(outcomes, factor->settings[i], metric)[seed] - common;
            o.group[o.n] = i;
            mean[i] += o.y[o.n];
        }
        seeds++;
    }
    for (size_t i = 0; i < o.n; i++) {
        double middle = mean[o.group[i]] / (double)seeds;
        o.y[i] = middle + (o.y[i] - middle) * sqrt((double)k / (double)(k - 1));
    }
    free(mean);
    return o;
}

struct influence influence_of(const struct factor *factor, const struct outcomes *outcomes,
                              size_t metric)
{
    struct observations o = observe(factor, outcomes, metric);
    struct influence influence = {.n = o.n, .rank = NAN, .rank_interval = {NAN, NAN}};
    while (influence.ranked < o.n && !isnan(o.x[influence.ranked]))
        influence.ranked++; /* words come last */
    if (factor->numbers && influence.ranked) {
        influence.rank = correlation_spearman(o.x, o.y, influence.ranked);
        influence.rank_interval =
            correlation_spearman_interval(influence.rank, influence.ranked, INTERVAL_CONFIDENCE);
    }
    double part = 1;
    if (factor->sampled) {
        free_observations(&o);
        o = observe_points(factor, outcomes, metric, &part);
        merge_levels(factor, &o);
    } else if (o.n < 2 * o.groups && !merge_levels(factor, &o) &&
               factor->count == factor->level_count) {
        free_observations(&o);
        o = observe_runs(factor, outcomes, metric);
    }
    influence.observations = o.n;
    influence.groups = o.groups;
    influence.same = o.n > 1;
    for (size_t i = 1; i < o.n; i++)
        influence.same &= !(o.y[i] < o.y[0]) && !(o.y[i] > o.y[0]);
    influence.explained = correlation_ratio(o.y, o.group, o.n, o.groups, INTERVAL_CONFIDENCE);
    influence.explained.eta2 *= part;
    influence.explained.share *= part;
    influence.explained.interval.low *= part;
    influence.explained.interval.high *= part;
    free_observations(&o);
    return influence;
}
