/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What commands ask of a results file, with whatever is in it: show, best, sensitivity, export,
 * report, the data of charts, merge. Answers are made whole and thrown away; what a file cannot
 * answer is a line. */
#ifndef PYGCSIM_TESTS_FUZZ_QUESTIONS_H
#define PYGCSIM_TESTS_FUZZ_QUESTIONS_H

#include <stddef.h>

#define QUESTIONS 12

void ask(size_t question, const char *path);

#endif
