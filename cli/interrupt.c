/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/interrupt.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/command.h"

#define PATIENCE_US 700000

/* A signal handler can reach nothing else. */
static atomic_bool interrupted;
static volatile sig_atomic_t caught;
static char last_words[256]; /* a line; of 0 bytes once it is said */
static bool ends_of_signal;

/* In a signal handler, too. */
static _Noreturn void obey(void)
{
    ssize_t ignored = write(STDERR_FILENO, last_words, strlen(last_words));
    (void)ignored;
    if (ends_of_signal) {
        signal(caught, SIG_DFL);
        raise(caught);
    }
    _exit(EXIT_INTERRUPTED);
}

static void on_interrupt(int number)
{
    const struct itimerval patience = {.it_value.tv_usec = PATIENCE_US};
    if (interrupted)
        return;
    caught = number;
    interrupted = true;
    setitimer(ITIMER_REAL, &patience, NULL);
}

static void on_patience_end(int number)
{
    (void)number;
    obey();
}

/* A second Ctrl-C ends the process at once. Of other signals there may be two for one reason: a
 * batch system sends them to a script, which passes them on, and to all that it has started. */
static void catch_signal(int number)
{
    const int once = number == SIGINT ? (int)SA_RESETHAND : 0;
    const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = once | SA_RESTART};
    sigaction(number, &action, NULL);
}

/* Begun under nohup, it is to go on without a terminal. */
static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

const atomic_bool *interrupts_catch(const char *words, bool of_signal)
{
    const struct sigaction at_end = {.sa_handler = on_patience_end, .sa_flags = SA_RESTART};
    snprintf(last_words, sizeof last_words, "%s%s: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "",
             program_invocation_name, words);
    ends_of_signal = of_signal;
    sigaction(SIGALRM, &at_end, NULL);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    if (!is_ignored(SIGHUP))
        catch_signal(SIGHUP);
    return &interrupted;
}

void interrupts_obey(void)
{
    const struct itimerval never = {0};
    setitimer(ITIMER_REAL, &never, NULL);
    obey();
}
