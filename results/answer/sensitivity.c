/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/sensitivity.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

/* ---- in order of strength ------------------------------------------------------------- */

/* What cannot be said counts as nothing. */
static double strength(double value)
{
    return isnan(value) ? -1 : fabs(value);
}

static int compare_lines(const void *a, const void *b)
{
    const struct sensitivity_line *x = a, *y = b;
    double of_x = strength(x->influence.explained.share);
    double of_y = strength(y->influence.explained.share);
    if (!(of_x < of_y) && !(of_x > of_y)) {
        of_x = strength(x->influence.rank);
        of_y = strength(y->influence.rank);
    }
    if (!(of_x < of_y) && !(of_x > of_y))
        return (x->factor > y->factor) - (x->factor < y->factor);
    return of_x > of_y ? -1 : 1;
}

static struct sensitivity_line *make_lines(const struct factors *factors,
                                           const struct outcomes *outcomes, size_t metric)
{
    struct sensitivity_line *lines = allocate_zeroed(factors->count + 1, sizeof *lines);
    for (size_t i = 0; i < factors->count; i++)
        lines[i] = (struct sensitivity_line){
            .factor = &factors->factors[i],
            .influence = influence_of(&factors->factors[i], outcomes, metric)};
    qsort(lines, factors->count, sizeof *lines, compare_lines);
    return lines;
}

static double add_shares(const struct sensitivity_line *lines, const struct sensitivity *of)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < of->factors.count; i++) {
        if (lines[i].factor->count < of->outcomes.setting_count)
            continue;
        sum += lines[i].influence.explained.share;
        count++;
    }
    return count > 1 ? sum : NAN;
}

/* ---- metrics -------------------------------------------------------------------------- */

/* Are all settings the same in it? */
static bool is_constant(const struct outcomes *outcomes, size_t metric)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t s = 0; s < outcomes->setting_count; s++) {
        double mean = outcomes_average(outcomes, s, metric);
        least = fmin(least, mean);
        most = fmax(most, mean);
    }
    return !(most > least);
}

static struct metric_sensitivity make_metric(const struct sensitivity *sensitivity, size_t metric)
{
    const struct outcomes *outcomes = &sensitivity->outcomes;
    struct metric_sensitivity result = {.metric = outcomes->metrics[metric], .together = NAN};
    if (!outcomes_have(outcomes, metric)) {
        result.is = SENSITIVITY_NO_VALUES;
    } else if (is_constant(outcomes, metric)) {
        result.is = SENSITIVITY_CONSTANT;
    } else {
        result.is = SENSITIVITY_VARIES;
        result.lines = make_lines(&sensitivity->factors, outcomes, metric);
        result.together = add_shares(result.lines, sensitivity);
    }
    return result;
}

/* ---- all of it ------------------------------------------------------------------------ */

static int read_all(struct sensitivity *sensitivity, const struct sensitivity_question *question,
                    struct error *error)
{
    struct metric_list list = {0};
    metric_list_add_list(&list, &question->metrics);
    if (list.count == 0 && question->for_programs)
        metric_list_add_all(&list);
    else if (list.count == 0)
        metric_list_add_usual(&list, question->subject.experiment);
    struct subject subject = question->subject;
    subject.by_seen = true; /* these metrics and no others */
    int status = subject_read(&subject, &list, &sensitivity->outcomes, error);
    metric_list_fini(&list);
    if (status != 0)
        return -1;
    return factors_read(&sensitivity->factors, &sensitivity->outcomes, question->subject.store,
                        error);
}

int sensitivity_make(struct sensitivity *sensitivity, const struct sensitivity_question *question,
                     struct error *error)
{
    *sensitivity = (struct sensitivity){0};
    if (read_all(sensitivity, question, error) != 0) {
        sensitivity_fini(sensitivity);
        return -1;
    }
    size_t count = sensitivity->outcomes.metric_count;
    sensitivity->metrics = allocate_zeroed(count, sizeof *sensitivity->metrics);
    for (; sensitivity->count < count; sensitivity->count++)
        sensitivity->metrics[sensitivity->count] = make_metric(sensitivity, sensitivity->count);
    return 0;
}

void sensitivity_fini(struct sensitivity *sensitivity)
{
    for (size_t i = 0; i < sensitivity->count; i++)
        free(sensitivity->metrics[i].lines);
    free(sensitivity->metrics);
    factors_fini(&sensitivity->factors);
    outcomes_fini(&sensitivity->outcomes);
    *sensitivity = (struct sensitivity){0};
}
