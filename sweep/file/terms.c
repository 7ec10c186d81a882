/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/terms.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sweep/file/length.h"

static_assert(sizeof(size_t) == sizeof(int64_t), "rows of counts may fill a size_t");

const struct param until_params[] = {
    {TERM_CI, PARAM_FIELD(until, share)},
    {TERM_UNTIL_BEST, PARAM_FIELD(until, best)},
    {TERM_UNTIL_METRIC, PARAM_FIELD(until, metric)},
    {TERM_UNTIL_MOST, PARAM_FIELD(until, most)},
    {TERM_COVERED, PARAM_FIELD(until, covered)},
    {NULL},
};

/* A share by itself is ci. */
static char *with_name(const char *text)
{
    char *named;
    bool has_name = memchr(text, '=', strcspn(text, ",")) != NULL;
    if (asprintf(&named, "%s%s", has_name ? "" : "ci=", text) < 0)
        out_of_memory();
    return named;
}

/* Does it begin with the word by itself? Then *rest is what follows, "" if nothing does. */
static bool begins_with_covered(const char *text, const char **rest)
{
    size_t length = strlen(UNTIL_COVERED);
    if (strncmp(text, UNTIL_COVERED, length) != 0 || (text[length] && text[length] != ','))
        return false;
    *rest = text + length + (text[length] == ',');
    return true;
}

/* A word is no share that somebody has got wrong. */
static int check_word(const struct param *param, const char *label, const char *text,
                      struct error *error)
{
    static const char *const words[] = {UNTIL_COVERED, NULL};
    const char *near = suggest(text, words);
    if (!isalpha((unsigned char)text[0]) || strchr(text, '='))
        return 0;
    return error_set(error, "%s=%s is not allowed; it takes %s%s", label, text, param->form,
                     near ? "; did you mean '" UNTIL_COVERED "'?" : "");
}

int until_check(const struct until *until, const char *label, struct error *error)
{
    if (!until_is_a_rule(until))
        return error_set(error, "%s: a rule needs ci=…, as in ci=5%%, best=…, or covered", label);
    if (until->share > 0 && until->best > 0)
        return error_set(error,
                         "%s: ci is about the mean of every setting, best leaves out those that "
                         "have lost; keep one of them",
                         label);
    return 0;
}

int until_read(const struct param *param, const char *label, void *field, const char *text,
               struct error *error)
{
    struct until until = {.covered = begins_with_covered(text, &text)};
    bool given[PARAMS_MOST] = {false};
    char *copy = with_name(text);
    int status = check_word(param, label, text, error);
    if (status == 0 && (*text || !until.covered))
        status = param_read_pairs(until_params, label, &until, copy, given, error);
    free(copy);
    if (status == 0)
        status = until_check(&until, label, error);
    if (status == 0)
        *(struct until *)field = until;
    return status;
}

static int check_seeds(uint64_t last, size_t more, struct error *error)
{
    if (last <= INT64_MAX - more)
        return 0;
    return error_set(error, "seed %llu is too large for %zu more; the last seed is %lld at most",
                     (unsigned long long)last, more, (long long)INT64_MAX);
}

int seeds_make(struct experiment *experiment, uint64_t seed, size_t replications,
               struct error *error)
{
    experiment->seed_count = replications;
    experiment->seeds = allocate_zeroed(replications, sizeof *experiment->seeds);
    for (size_t i = 0; i < replications; i++)
        experiment->seeds[i] = seed + i;
    return check_seeds(seed, replications - 1, error);
}

void seeds_extend(struct experiment *experiment, size_t replications)
{
    if (replications <= experiment->seed_count)
        return;
    uint64_t *seeds = allocate_zeroed(replications, sizeof *seeds), next = 0;
    for (size_t i = 0; i < replications; i++) {
        seeds[i] = i < experiment->seed_count ? experiment->seeds[i] : next;
        if (i == 0 || seeds[i] >= next)
            next = seeds[i] + 1;
    }
    free(experiment->seeds);
    experiment->seeds = seeds;
    experiment->seed_count = replications;
}

static int settle_replications(struct experiment *experiment, struct error *error)
{
    struct until *until = &experiment->until;
    size_t count = experiment->seed_count, most = until->best > 0 ? UNTIL_BEST_MOST : UNTIL_MOST;
    if (until->most == 0)
        until->most = count > most ? count : most;
    if (until->most < count)
        return error_set(
            error, "until has at most %zu replications, but %zu replications are to be run anyway",
            until->most, count);
    return check_seeds(experiment_last_seed(experiment), until->most - count, error);
}

int until_settle(struct experiment *experiment, struct error *error)
{
    if (experiment->until.covered && lengths_are_free(experiment, error) != 0)
        return -1;
    return until_adds_runs(&experiment->until) ? settle_replications(experiment, error) : 0;
}

void until_begin(struct experiment *experiment)
{
    struct until *until = &experiment->until;
    if (until_adds_runs(until))
        seeds_extend(experiment, until->best > 0 ? UNTIL_BEST_FEWEST : UNTIL_FEWEST);
    until->first = experiment->seed_count;
}
