/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The experiments that come with the program (experiments/): each is read as it is, and run in a
 * short form. PYGCSIM_SOURCE is the folder of the sources. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/engines.h"
#include "sim/interval/compiled.h"
#include "sweep/file/design.h"
#include "sweep/file/distribution.h"
#include "sweep/file/experiment.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"

static glob_t find_examples(void)
{
    const char *source = getenv("PYGCSIM_SOURCE");
    char pattern[1000];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/experiments/*.yaml", source ? source : ".");
    check_signed(pattern, glob(pattern, 0, NULL, &found), 0);
    check_that("there are some", found.gl_pathc >= 5);
    return found;
}

static char *read_file(const char *path)
{
    struct experiment experiment;
    struct error error = {""};
    experiment_read(&experiment, path, &error);
    check_text(path, error.text, "");
    char *text = strdup(experiment.text);
    experiment_fini(&experiment);
    return text;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Each says what it asks, has the name of its file, and is no more than a few minutes' work. */
TEST(as_they_are)
{
    glob_t found = find_examples();
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct experiment experiment;
        struct error error = {""};
        const char *path = found.gl_pathv[i];
        experiment_read(&experiment, path, &error);
        check_text(path, error.text, "");
        const char *end = strchr(experiment.text, '\n');
        check_that(path, strncmp(experiment.text, "# ", 2) == 0 && end[-1] == '?');
        check_that(path, strncmp(experiment.name, base_name(path), strlen(experiment.name)) == 0);
        check_text(path, base_name(path) + strlen(experiment.name), ".yaml");
        check_that(path, experiment.point_count > 1);
        check_that(path, experiment.point_count * experiment.seed_count <= 200);
        experiment_fini(&experiment);
    }
    globfree(&found);
}

/* Copies a text, with another value after each `key`. */
static char *replace_values(const char *text, const char *key, const char *value)
{
    char *out, *copy = NULL;
    size_t size;
    FILE *file = open_memstream(&copy, &size);
    for (const char *at = text; *at;) {
        const char *next = strstr(at, key);
        if (!next) {
            fputs(at, file);
            break;
        }
        fprintf(file, "%.*s%s%s", (int)(next - at), at, key, value);
        at = next + strlen(key) + strcspn(next + strlen(key), ",}\n");
    }
    fclose(file);
    out = copy;
    return out;
}

/* The same with little to do: what each number says is in one place of a file. */
static char *shorten(char *text)
{
    static const char *const shorter[][2] = {
        {"duration: ", "1s"}, {"replications: ", "1"}, {"points: ", "3"}};
    for (size_t i = 0; i < LENGTH(shorter); i++) {
        char *next = replace_values(text, shorter[i][0], shorter[i][1]);
        free(text);
        text = next;
    }
    return text;
}

static void run_point(const struct experiment *experiment, const struct point *point,
                      const struct compiled *compiled)
{
    struct run run;
    run_with_engine(&run, &(struct simulation_setup){
                              .engine = &interval_engine,
                              .collector = point->collector,
                              .workload = &experiment->workloads[point->workload],
                              .policy = &experiment->policies[point->policy],
                              .compiled = compiled,
                              .seed = experiment->seeds[0],
                              .sample_ns = experiment->sample_ns,
                          });
    check_text(experiment->name, run.error.text, "");
    check_that(experiment->name,
               run.result.status == RUN_finished || run.result.status == RUN_out_of_memory);
    check_that("something happens", run.result.operations > 1000);
    run_fini(&run);
}

/* Programs are compiled once for all policies of a workload and a collector, which follow each
 * other. */
static void run_points(const struct experiment *experiment)
{
    struct compiled compiled;
    struct error error = {""};
    for (size_t i = 0; i < experiment->point_count; i++) {
        const struct point *point = &experiment->points[i];
        bool same = i > 0 && point->workload == point[-1].workload &&
                    point->collector == point[-1].collector;
        if (!same) {
            if (i > 0)
                compiled_fini(&compiled);
            compile(&compiled, &experiment->workloads[point->workload], experiment->seeds[0],
                    point->collector, &(struct compile_options){0}, NULL, &error);
            check_text(experiment->name, error.text, "");
        }
        run_point(experiment, point, &compiled);
    }
    compiled_fini(&compiled);
}

TEST(in_a_short_form)
{
    glob_t found = find_examples();
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct experiment experiment;
        struct error error = {""};
        char path[TEST_PATH], *text = shorten(read_file(found.gl_pathv[i]));
        test_file(path, text, strlen(text));
        experiment_read(&experiment, path, &error);
        check_text(found.gl_pathv[i], error.text, "");
        check_count("one replication", experiment.seed_count, 1);
        check_that("few points", experiment.point_count > 1 && experiment.point_count <= 20);
        run_points(&experiment);
        experiment_fini(&experiment);
        free(text);
        unlink(path);
    }
    globfree(&found);
}

/* The text of docs/experiments.md. */
static char *read_documentation(void)
{
    const char *source = getenv("PYGCSIM_SOURCE");
    char path[1000];
    static char text[100000];
    snprintf(path, sizeof path, "%s/docs/experiments.md", source ? source : ".");
    FILE *file = fopen(path, "r");
    check_that(path, file != NULL);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    return strndup(text, length);
}

static void check_documented(const char *text, const char *row)
{
    if (!strstr(text, row))
        print_error("# docs/experiments.md lacks\n%s", row);
    check_that(row, strstr(text, row) != NULL);
}

TEST(the_documentation_has_every_distribution)
{
    char *text = read_documentation(), row[1000];
    for (const struct distribution_kind *kind = distributions; kind->name; kind++) {
        bool two = kind->arguments[1].name;
        snprintf(row, sizeof row, "\n| `%s` | `%s`%s%s%s | %s |\n", kind->name,
                 kind->arguments[0].name, two ? ", `" : "", two ? kind->arguments[1].name : "",
                 two ? "`" : "", kind->meaning);
        check_documented(text, row);
    }
#define X(name, meaning) check_documented(text, "\n| `" #name "` | " meaning " |\n");
    DESIGNS(X)
#undef X
    free(text);
}

/* Its example is what it says it is. */
TEST(the_documentation_has_an_example)
{
    static const char fence[] = "```yaml\n";
    char *text = read_documentation(), path[TEST_PATH];
    char *begin = strstr(text, fence) + strlen(fence), *end = strstr(begin, "```");
    struct experiment experiment;
    struct error error = {""};
    test_file(path, begin, (size_t)(end - begin));
    experiment_read(&experiment, path, &error);
    check_text("the example", error.text, "");
    check_count("workloads", experiment.workload_count, 1);
    check_count("policies", experiment.policy_count, 17);
    check_count("replications", experiment.seed_count, 10);
    experiment_fini(&experiment);
    unlink(path);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_they_are),
        cmocka_unit_test(in_a_short_form),
        cmocka_unit_test(the_documentation_has_every_distribution),
        cmocka_unit_test(the_documentation_has_an_example),
    };
    return cmocka_run_group_tests_name("examples", tests, NULL, NULL);
}
