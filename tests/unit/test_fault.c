/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/engine.h"
#include "tests/unit/check.h"

TEST(what_is_said)
{
    static const struct {
        struct fault fault;
        const char *line;
    } rows[] = {
        {{FAULT_EMPTY_REGISTER, 3, 0}, "x:1: register 3: the register is empty"},
        {{FAULT_FIELD_RANGE, 4, 0}, "x:1: field 4: the object has no fields"},
        {{FAULT_FIELD_RANGE, 4, 2}, "x:1: field 4: the object has no such field (it has 0 to 1)"},
        {{FAULT_MEMORY_LIMIT, 0, 0}, "x:1: the allocation does not fit into the memory limit"},
        {{FAULT_TOO_LONG, 0, 0}, "x:1: the program takes more than a hundred years"},
        {{FAULT_NOT_HASHABLE, 5, 0, KIND_LIST},
         "x:1: register 5 holds a list: the object is not hashable, so it is no member of a set "
         "(allowed: slots, inst, slots-del, inst-del, legacy, func, exc)"},
        {{FAULT_NO_WEAK_REFERENCES, 5, 0, KIND_WEAKREF},
         "x:1: register 5 holds a weakref: there are no weak references to objects of this kind "
         "(allowed: slots, inst, slots-del, inst-del, legacy, set, func)"},
        {{FAULT_IMMUTABLE, 0, 0, KIND_TUPLE},
         "x:1: register 0 holds a tuple: the object takes its fields at birth and keeps them "
         "(allowed: slots, list, dict, inst, slots-del, inst-del, legacy, set, cell, func, exc)"},
        {{FAULT_NO_ATTRIBUTES, 0, 0, KIND_SET},
         "x:1: register 0 holds a set: the object has no __dict__ (allowed: inst, inst-del, exc)"},
        {{FAULT_NOT_WEAK_REFERENCE, 7, 0, KIND_SLOTS},
         "x:1: register 7 holds a slots: the object is no weak reference (allowed: those that "
         "`weakref` makes)"},
        {{FAULT_NO_FINALIZER, 1, 0, KIND_EXCEPTION},
         "x:1: register 1 holds an exc: the object has no finalizer (allowed: slots-del, "
         "inst-del)"},
        {{FAULT_NO_FINALIZER, 0, 0, KIND_LEGACY},
         "x:1: register 0 holds a legacy: the object has no finalizer (allowed: slots-del, "
         "inst-del)"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error;
        check_signed(rows[i].line, fault_describe(&rows[i].fault, "x:1", &error), -1);
        check_text(rows[i].line, error.text, rows[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_said)};
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
