/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of `pygcsim sensitivity`, made whole: for each metric the parameters that an
 * experiment varies, the strongest first. */
#ifndef PYGCSIM_RESULTS_ANSWER_SENSITIVITY_H
#define PYGCSIM_RESULTS_ANSWER_SENSITIVITY_H

#include "results/answer/factor.h"
#include "results/answer/influence.h"
#include "results/answer/subject.h"

/* What is asked. */
struct sensitivity_question {
    struct subject subject;
    struct metric_list metrics; /* none: the usual ones; for programs all */
    bool for_programs;
};

/* What one parameter has to do with a metric. */
struct sensitivity_line {
    const struct factor *factor;
    struct influence influence;
};

struct metric_sensitivity {
    const struct metric *metric;
    enum { SENSITIVITY_NO_VALUES, SENSITIVITY_CONSTANT, SENSITIVITY_VARIES } is;
    struct sensitivity_line *lines; /* one a factor; NULL unless it varies */
    double together; /* the sum of the shares of what all settings have; NaN: not of two or more */
};

struct sensitivity {
    struct outcomes outcomes;
    struct factors factors;
    struct metric_sensitivity *metrics;
    size_t count;
};

/* Returns 0, or -1 with a line in *error. To be freed with sensitivity_fini. */
int sensitivity_make(struct sensitivity *sensitivity, const struct sensitivity_question *question,
                     struct error *error);
void sensitivity_fini(struct sensitivity *sensitivity);

#endif
