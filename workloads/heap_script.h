/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heap scripts: programs as text (docs/heap-scripts.md). The reader finds every error of form; that
 * a register is empty, or its object is of a kind that has no such field, shows only when the
 * script runs. */
#ifndef PYGCSIM_WORKLOADS_HEAP_SCRIPT_H
#define PYGCSIM_WORKLOADS_HEAP_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/model/program.h"

/* Largest numbers a script may use. Real interpreters are compared within narrower ones: 16 fields
 * of `dict`, `inst` and `exc`; tuples of 1 to 8, 19, 20 or 21. */
#define HEAP_SCRIPT_REGISTERS (UINT32_C(1) << 24)
#define HEAP_SCRIPT_FIELDS    (UINT32_C(1) << 26)
#define HEAP_SCRIPT_PAYLOAD   (UINT32_C(1) << 30) /* bytes */
#define HEAP_SCRIPT_THRESHOLD INT32_MAX
#define HEAP_SCRIPT_BYTES     ((size_t)1 << 30) /* of text */

struct heap_script {
    struct op *ops;    /* a tuple's items (OP_ITEM) before its OP_NEW: they are no operations of the
                          script, */
    size_t count;      /* but are counted here */
    uint32_t *lines;   /* of each operation, from 1 */
    size_t operations; /* of the script */
    uint32_t registers; /* it uses 0 … n − 1 */
    bool has_kinds;     /* it has more than `slots`, and operations on those: struct program's */
    size_t ops_capacity, lines_capacity;
};

/* Reads a script from memory; `name` is for messages ("name:line: …"). Returns 0 or -1; finish with
 * heap_script_fini either way. */
int heap_script_parse(struct heap_script *script, const char *name, const char *text, size_t length,
                      struct error *error);
int heap_script_read(struct heap_script *script, const char *path, struct error *error);
void heap_script_fini(struct heap_script *script);

/* How scripts write an operation: "new"; NULL if they cannot. */
const char *heap_script_word(enum op_code code);

#endif
