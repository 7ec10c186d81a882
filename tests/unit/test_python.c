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
        {"threshold:t0=keep", "# Nothing to set: the interpreter does it by itself.\n"},
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

#define STARTED                                                                                    \
    "\n# Once, the first time that this happens: startup_done: start-up is over, service begins\n"

/* Of several policies, or in phases, where all happens at the start and at one report. */
TEST(lines_of_several)
{
    static const struct {
        const char *spec, *expected;
    } rows[] = {
        {"off:until=startup_done + freeze + threshold:t0=50000",
         "import gc\n\n# At the start of the program:\n"
         "gc.disable()\ngc.set_threshold(50_000)\n" STARTED
         "gc.enable()\ngc.collect()\ngc.freeze()\n"},
        {"threshold:t0=keep,t2=1000,until=startup_done",
         "import gc\n\n# At the start of the program:\n"
         "thresholds = gc.get_threshold()\n"
         "gc.set_threshold(gc.get_threshold()[0], gc.get_threshold()[1], 1_000)\n" STARTED
         "gc.set_threshold(gc.get_threshold()[0], gc.get_threshold()[1], thresholds[2])\n"},
        {"threshold:t0=1,t1=2,t2=3,until=startup_done",
         "import gc\n\n# At the start of the program:\n"
         "thresholds = gc.get_threshold()\ngc.set_threshold(1, 2, 3)\n" STARTED
         "gc.set_threshold(*thresholds)\n"},
        {"threshold:t0=1 + freeze:t0=2 + threshold:t0=3,from=startup_done",
         "import gc\n\n# At the start of the program:\ngc.set_threshold(1)\n" STARTED
         "gc.set_threshold(3)\ngc.collect()\ngc.freeze()\n"},
        {"freeze:until=startup_done + off:from=startup_done,until=startup_done",
         "# Nothing to set: the interpreter does it by itself.\n"},
        {"freeze:on=request_end,from=request_end@3,collect=no + off",
         "import gc\n\n# At the start of the program:\ngc.disable()\n"
         "\n# Once, when this has happened 3 times: request_end: a request has been answered\n"
         "gc.freeze()\n"},
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
        {"default:until=idle + timed",
         "class Default(Part):\n"
         "    \"\"\"the interpreter's own thresholds, nothing changed\"\"\"\n\n"
         "    last = \"idle\", 1\n\n\n"
         "class Timed(Part):\n"},
        {"default:until=idle + timed", "\n\ndef idle():\n"},
        {"freeze + off:from=idle", "parts = [Freeze(), Off()]\n"}, /* at two reports */
        {"freeze:on=idle,from=disconnect", "parts = [Freeze()]\n"},
        {"freeze + off:from=startup_done@2", "parts = [Freeze(), Off()]\n"},
        {"off + off:from=idle@5000 + timed",
         "class Off2(Part):\n"
         "    \"\"\"gc.disable(): automatic collection off from the start\"\"\"\n\n"
         "    first = \"idle\", 5_000\n\n"
         "    def start(self):\n"
         "        self.wish(\"enabled\", False)\n"},
        {"off + off:from=idle@5000 + timed", "parts = [Off(), Off2(), Timed()]\n"},
        {"freeze:every=3", "            if self.seen % 3 == 0:\n"
                           "                gc.collect()\n"
                           "                self.freeze()\n"},
        {"freeze:unfreeze=disconnect",
         "def startup_done():\n"
         "    \"\"\"To be called whenever this happens: start-up is over, service begins.\"\"\"\n"
         "    report(\"startup_done\")\n\n\n"
         "def disconnect():\n"},
        {"threshold:t0=keep + timed",
         "\n\nclass Threshold(Part):\n"
         "    \"\"\"gc.set_threshold(t0, t1, t2) once, at the start\"\"\"\n"
         "\n\nclass Timed(Part):\n"},
        {"threshold:t0=5 + timed", "\"\"\"\n\n    def start(self):\n        self.wish(0, 5)\n"},
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
        const struct policy *policy = policy_of(policies[i]);
        check_that(policies[i]->name, policy->once || (policy->python && policy->python_part));
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
        cmocka_unit_test(lines_of_several),
        cmocka_unit_test(programs),
        cmocka_unit_test(every_policy_has_lines),
    };
    return cmocka_run_group_tests_name("python", tests, NULL, NULL);
}
