/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program that simulates, and has functions of its own named as some inside the library are. As
 * TAP. */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "library/pygcsim.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

void *heap_new(void);
void simulate(void);
void out_of_memory(void);

/* Were one of these called by the library, the process would end. */
void *heap_new(void)
{
    abort();
}

void simulate(void)
{
    abort();
}

void out_of_memory(void)
{
    abort();
}

static int failed, number;

static void check(const char *what, int holds)
{
    printf("%s %d - %s\n", holds ? "ok" : "not ok", ++number, what);
    failed += !holds;
}

static double metric(const struct pygcsim_run *run, const char *name)
{
    struct pygcsim_error error;
    double value;
    return run && pygcsim_metric(run, name, &value, &error) == 0 ? value : NAN;
}

static void runs(void)
{
    struct pygcsim_error error = {""};
    struct pygcsim_setup setup = {.size = sizeof setup, .workload = "web:duration=2s", .seed = 1};
    struct pygcsim_run *automatic = pygcsim_simulate(&setup, &error);
    setup.policy = "off";
    setup.engine = "graph";
    struct pygcsim_run *off = pygcsim_simulate(&setup, &error);
    check("the default policy collects", metric(automatic, "collections") > 0);
    check("off does not", metric(off, "collections") == 0);
    check("an unknown metric is an error",
          pygcsim_metric(off, "pause_maxx", &(double){0}, &error) < 0 &&
              strstr(error.text, "pause_max"));
    pygcsim_run_free(automatic);
    pygcsim_run_free(off);
    pygcsim_run_free(NULL);
}

static void errors(void)
{
    static const struct {
        const char *what;
        struct pygcsim_setup setup;
        const char *says;
    } rows[] = {
        {"an unknown workload", {.workload = "wev"}, "did you mean"},
        {"a bad value", {.policy = "threshold:t0=x"}, "t0=x is not allowed"},
        {"an unknown version", {.collector = "cpython-2.7"}, "cpython-3"},
        {"an unknown engine", {.engine = "grph"}, "graph"},
        {"a small limit", {.limit_bytes = 3 << 20}, "out of memory: more than the 3.00 MiB"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pygcsim_error error = {""};
        struct pygcsim_setup setup = rows[i].setup;
        setup.size = sizeof setup;
        struct pygcsim_run *run = pygcsim_simulate(&setup, &error);
        check(rows[i].what, !run && strstr(error.text, rows[i].says) != NULL);
        if (run || !strstr(error.text, rows[i].says))
            printf("# %s\n", error.text);
        pygcsim_run_free(run);
    }
}

static void no_memory(void)
{
    struct pygcsim_error error = {""};
    struct pygcsim_setup setup = {.size = sizeof setup, .workload = "web:modules=20000000"};
    struct rlimit before, small = {200 << 20, 200 << 20};
    getrlimit(RLIMIT_AS, &before);
    small.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_AS, &small);
    struct pygcsim_run *run = pygcsim_simulate(&setup, &error);
    setrlimit(RLIMIT_AS, &before);
    check("no memory is an error", !run && strstr(error.text, "out of memory"));
    pygcsim_run_free(run);
}

static void a_caller_that_knows_less(void)
{
    struct pygcsim_error error = {""};
    struct pygcsim_setup setup = {.size = offsetof(struct pygcsim_setup, engine),
                                  .workload = "queue:duration=1s",
                                  .engine = "from another struct"};
    struct pygcsim_run *run = pygcsim_simulate(&setup, &error);
    check("fields beyond the caller's struct are not read", run != NULL);
    pygcsim_run_free(run);
}

static void own_handler(const char *reason, const char *file, int line, int code)
{
    (void)reason, (void)file, (void)line, (void)code;
}

int main(void)
{
    struct sigaction interrupt;
    gsl_set_error_handler(own_handler);
    umask(027);
    check("the version", strcmp(pygcsim_version(), PYGCSIM_VERSION) == 0);
    runs();
    errors();
    a_caller_that_knows_less();
    if (!SANITIZED) /* which takes more address space than that */
        no_memory();
    check("GSL's handler is the program's", gsl_set_error_handler(NULL) == own_handler);
    check("the umask, too", umask(0) == 027);
    sigaction(SIGINT, NULL, &interrupt);
    check("and what signals do", interrupt.sa_handler == SIG_DFL);
    printf("1..%d\n", number);
    return failed != 0;
}
