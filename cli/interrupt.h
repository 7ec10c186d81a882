/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ctrl-C (and SIGTERM, and SIGHUP) while runs are simulated and stored, or charts drawn. The first
 * one asks whatever is under way to give up, and the command ends in good order. What does not
 * answer within a second (SQLite at a long statement, a collection of a very large heap) is not
 * waited for: the process ends there, as if killed, and a results file survives that. */
#ifndef PYGCSIM_CLI_INTERRUPT_H
#define PYGCSIM_CLI_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

/* From now on. Returns what is set when the command is to stop; it says `words` when it does. */
const atomic_bool *interrupts_catch(const char *words, bool ends_of_signal);

/* To be called when it has stopped: says so, and ends the process with EXIT_INTERRUPTED, or of the
 * signal. */
_Noreturn void interrupts_obey(void);

#endif
