/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/python.h"

#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "tests/unit/check.h"

/* What a policy's function writes; to be freed. */
static char *lines_of(const char *spec)
{
    struct setting setting;
    struct error error = {""};
    char *text;
    size_t length;
    check_that(spec, setting_parse(&setting, spec, policies, "policy", &error) == 0);
    FILE *out = open_memstream(&text, &length);
    python_write(out, &setting);
    fclose(out);
    setting_fini(&setting);
    return text;
}

TEST(numbers)
{
    static const struct {
        int64_t number;
        const char *expected;
    } rows[] = {
        {0, "0"},          {700, "700"},          {1000, "1_000"},
        {50000, "50_000"}, {999999, "999_999"},   {2147483647, "2_147_483_647"},
        {-5, "-5"},        {-123456, "-123_456"}, {INT64_MIN, "-9_223_372_036_854_775_808"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *text;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        python_number(out, rows[i].number);
        fclose(out);
        check_text(rows[i].expected, text, rows[i].expected);
        free(text);
    }
}

TEST(lines)
{
    static const struct {
        const char *spec, *expected;
    } rows[] = {
        {"default", "# Nothing to set: the interpreter does it by itself.\n"},
        {"off", "import gc\n\n# At the start of the program:\ngc.disable()\n"},
        {"threshold:t0=50000,t1=20,t2=20",
         "import gc\n\n# At the start of the program:\ngc.set_threshold(50_000, 20, 20)\n"},
        {"threshold:t0=700",
         "import gc\n\n# At the start of the program:\ngc.set_threshold(700)\n"},
        {"threshold:t0=keep,t2=5",
         "import gc\n\n# At the start of the program:\n"
         "gc.set_threshold(gc.get_threshold()[0], gc.get_threshold()[1], 5)\n"},
        {"threshold:t0=keep", "import gc\n\n# At the start of the program:\n"
                              "# nothing to set, all three thresholds stay as they are\n"},
        {"freeze:t0=50000,t1=20,t2=20",
         "import gc\n\n"
         "# Once, the first time that this happens: startup_done: start-up is over, service "
         "begins\n"
         "gc.collect()\ngc.freeze()\ngc.set_threshold(50_000, 20, 20)\n"},
        {"freeze:on=idle,collect=no",
         "import gc\n\n"
         "# Once, the first time that this happens: idle: nothing is ready: the program is about "
         "to wait\n"
         "gc.freeze()\n"},
        {"timed:every=250ms,generation=1,automatic=yes",
         "import gc\nimport threading\nimport time\n\n\n"
         "def collect_on_a_timer(every=0.25, generation=1):\n"
         "    \"\"\"Times are in seconds, and count from the start.\"\"\"\n"
         "    begun = time.monotonic()\n"
         "    while True:\n"
         "        time.sleep(every - (time.monotonic() - begun) % every)\n"
         "        gc.collect(generation)\n\n\n"
         "# At the start of the program:\n"
         "threading.Thread(target=collect_on_a_timer, daemon=True).start()\n"},
        {"event:on=disconnect,every=5000",
         "import gc\nimport itertools\n\nreports = itertools.count(1)\n\n\n"
         "def disconnect():\n"
         "    \"\"\"To be called whenever this happens: a client has gone.\"\"\"\n"
         "    if next(reports) % 5_000 == 0:\n"
         "        gc.collect(2)\n\n\n"
         "# At the start of the program:\ngc.disable()\n"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *text = lines_of(rows[i].spec);
        check_text(rows[i].spec, text, rows[i].expected);
        free(text);
    }
}

/* What stands behind the part that is the same in each of these programs; tests/conformance/ runs
 * them. */
TEST(programs)
{
    static const struct {
        const char *spec, *expected;
    } rows[] = {
        {"default:until=idle",
         "class Default(Part):\n"
         "    \"\"\"the interpreter's own thresholds, nothing changed\"\"\"\n\n"
         "    last = \"idle\", 1\n\n\n"
         "def idle():\n"},
        {"off + off:from=idle@5000",
         "class Off2(Part):\n"
         "    \"\"\"gc.disable(): automatic collection off from the start\"\"\"\n\n"
         "    first = \"idle\", 5_000\n\n"
         "    def start(self):\n"
         "        self.wish(\"enabled\", False)\n"},
        {"off + off:from=idle@5000", "parts = [Off(), Off2()]\n"},
        {"freeze:every=3", "            if self.seen % 3 == 0:\n"
                           "                gc.collect()\n"
                           "                self.freeze()\n"},
        {"freeze:unfreeze=disconnect",
         "def startup_done():\n"
         "    \"\"\"To be called whenever this happens: start-up is over, service begins.\"\"\"\n"
         "    report(\"startup_done\")\n\n\n"
         "def disconnect():\n"},
        {"threshold:t0=keep + default",
         "\n\nclass Threshold(Part):\n"
         "    \"\"\"gc.set_threshold(t0, t1, t2) once, at the start\"\"\"\n"
         "\n    # nothing to set, all three thresholds stay as "
         "they are\n\n\nclass Default(Part):\n"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *text = lines_of(rows[i].spec);
        check_that(rows[i].expected, strstr(text, rows[i].expected) != NULL);
        check_that("no licence in somebody else's program", !strstr(text, "SPDX"));
        free(text);
    }
}

TEST(every_policy_has_lines)
{
    for (size_t i = 0; policies[i]; i++) {
        check_that(policies[i]->name, policy_of(policies[i])->python != NULL);
        char *text = lines_of(policies[i]->name);
        check_that(policies[i]->name, text[0] != '\0');
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(lines),
        cmocka_unit_test(programs),
        cmocka_unit_test(every_policy_has_lines),
    };
    return cmocka_run_group_tests_name("python", tests, NULL, NULL);
}
