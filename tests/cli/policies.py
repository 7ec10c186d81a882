# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies that are joined and have phases: what programs have been reported to do, each said and seen to do it; and what
every command makes of such a policy."""
import re

from answers_data import objects
from harness import once, test
from tap import check, equal

SERVICE = "web:modules=100000,startup=300ms,duration=3s,rate=100,cycles=0.5"
SUITE = "web:modules=2000,startup=10ms,duration=10s,rate=50,cycles=1,cycle_size=1000"

SENTRY = "freeze + threshold:t0=50000,t1=20,t2=20,from=startup_done"
POSTHOG = "off:until=startup_done + freeze"
PYTORCH = "threshold:t0=keep,t2=1000,until=startup_done"
INMANTA = "threshold:t0=200000,t1=100,t2=100,until=startup_done"
ROMP = "freeze + freeze:on=request_end,every=100"
TEMPORAL = "freeze:on=request_end,every=1,collect=no"


def compare(place, workload, policies, db):
    options = " ".join(f"--policy '{policy}'" for policy in policies)
    place.expect(0, f"compare -w {workload} -c cpython-3.11 {options} --db {db} --log collections")
    return db


@once
def services(place):
    compare(place, SERVICE, ["default", "freeze", SENTRY, POSTHOG, PYTORCH, INMANTA, ROMP], "service.db")
    return place


def collections(place, policy):
    """(generation, by whom, examined, permanent) of those that ended before service began, and of the others."""
    rows = services(place).query("SELECT generation, cause, examined, permanent, c.wall_ns + c.pause_ns <= service_ns"
                                 f" FROM run JOIN collection AS c ON run_id = id WHERE policy = '{policy}' ORDER BY seq",
                                 name="service.db")
    rows = [tuple(row) for row in rows]
    return [row[:4] for row in rows if row[4]], [row[:4] for row in rows if not row[4]]


def stored(place, policy, column, name):
    (value,), = place.query(f"SELECT {column} FROM run WHERE policy = '{policy}'", name=name)
    return value


def run(place, policy, column):
    return stored(services(place), policy, column, "service.db")


@test("sentry: collect and freeze at boot, and thresholds after: boot as it was, then hardly a collection")
def sentry(place):
    boot, service = collections(place, SENTRY)
    equal(boot, collections(place, "freeze")[0], "boot is as with freeze")
    equal(boot[-1][:2], (2, "policy"), "collected, then frozen")
    plain = collections(place, "freeze")[1]
    check(len(service) * 10 < len(plain) and plain[-1][3] > 90000, service, len(plain))


@test("PostHog: off during boot, then freeze and on: one collection in boot, the service as with freeze")
def posthog(place):
    boot, service = collections(place, POSTHOG)
    equal([row[:2] for row in boot], [(2, "policy")], "boot")
    check(len(collections(place, "default")[0]) > 50, "the default collects while it boots")
    check(len(service) > 50 and {row[1] for row in service} == {"threshold"}, len(service))
    check(all(row[3] > 90000 for row in service), "what booting made is frozen")
    check(run(services(place), POSTHOG, "service_ns") < run(place, "default", "service_ns"), "it is up sooner")


@test("pytorch: t2 raised for a phase only: no full collection in it, and as before after it")
def pytorch(place):
    fulls = [[row for row in part if row[0] == 2] for part in collections(place, PYTORCH)]
    plain = [[row for row in part if row[0] == 2] for part in collections(place, "default")]
    check(plain[0] and not fulls[0], plain, fulls)
    check(fulls[1], "thresholds are restored: full collections come")
    equal(len(collections(place, PYTORCH)[0]), len(collections(place, "default")[0]), "the others come as they came")


@test("inmanta: high thresholds while a model loads: quicker for a little memory, and then as before")
def inmanta(place):
    boot, service = collections(place, INMANTA)
    equal(boot, [], "no collection while it loads")
    check(run(place, INMANTA, "service_ns") < run(place, "default", "service_ns"), "quicker")
    check(run(place, "default", "heap_peak_bytes") < run(place, INMANTA, "heap_peak_bytes") <
          1.2 * run(place, "default", "heap_peak_bytes"), "a little memory")
    check(abs(len(service) - len(collections(place, "default")[1])) < 5, "then as before")


@test("ROMP: freezes again and again: each full collection has only what came since the last")
def romp(place):
    boot, service = collections(place, ROMP)
    equal(boot, collections(place, "freeze")[0], "boot")
    full = [row for row in service if row[:2] == (2, "policy")]
    requests = run(place, ROMP, "requests")
    equal(len(full), requests // 100, "one at every hundredth request")
    check(all(row[2] < 0.2 * row[3] for row in full), full)
    permanent = [row[3] for row in full]
    equal(permanent, sorted(permanent), "more is frozen each time")


@test("temporal: freezing after every test keeps what tests leave: memory many times that of freezing once")
def temporal(place):
    name = compare(place, SUITE, ["freeze", TEMPORAL], "suite.db")
    once_frozen, again = (stored(place, policy, "heap_peak_bytes", name) for policy in ("freeze", TEMPORAL))
    check(again > 5 * once_frozen, once_frozen, again)


# What a run was too short to see is said, where a policy goes on changing.
UNCLEAR = ["off:until=request_end@100000", "threshold:from=request_end@100000", "freeze:on=request_end,every=1000",
           "freeze:unfreeze=request_end@100000", "off + freeze:until=request_end@100000"]


@test("policies that begin, end, freeze or unfreeze later: what comes is unclear, in tables and as JSON")
def unclear(place):
    options = " ".join(f"--policy '{policy}'" for policy in UNCLEAR)
    out = place.expect(0, f"compare -w {SERVICE} {options} --policy {PYTORCH} --db unclear.db").out
    for policy in UNCLEAR:
        line, = [line for line in out.splitlines() if line.startswith(policy + "  ")]
        check(line.endswith("unclear: policy changes"), line)
    line, = [line for line in out.splitlines() if line.startswith(PYTORCH + "  ")]
    check("policy changes" not in line, "it has ended already", line)
    out = place.expect(0, f"compare -w {SERVICE} --policy default --policy off:until=request_end@150").out
    check("  unclear: policy changes" in out, "it has ended, but half of what was seen is of it", out)
    flagged = {row["policy"]: row["flagged"] for row in objects(place.expect(0, "show unclear.db --json").out)
               if "flagged" in row}
    check(all(flagged[policy] for policy in UNCLEAR), flagged)


@test("an event that never came, or not so often: said with the policy that waited for it")
def missed(place):
    out = place.expect(0, f"compare -w {SERVICE} -p off:until=disconnect -p 'default + freeze:on=step_done' "
                          "-p threshold:from=request_end@1e6 -p 'timed:from=request_end,until=startup_done'").out
    for line in ("off:until=disconnect: the program never reported disconnect",
                 "default + freeze:on=step_done: the program never reported step_done",
                 "threshold:from=request_end@1000000: the program did not report request_end 1000000 times",
                 "timed:from=request_end,until=startup_done: timed was never in force, its until came before its from"):
        check(line in out, line, out)


@test("a joined policy in every command: stored under one spelling, its parameters with their policies' names")
def commands(place):
    spec = "off:until=startup_done+ freeze:t0=2e+3 +timed:every=1s + timed:every=1min,generation=1"
    text = "off:until=startup_done + freeze:t0=2000 + timed:every=1s + timed:every=60s,generation=1"
    place.expect(0, ["compare", "-w", SERVICE, "-p", "default", "-p", spec, "-p", "off + freeze", "--db", "joined.db"])
    place.expect(0, ["run", "-w", SERVICE, "-p", text, "--db", "joined.db"])
    (count,), = place.query(f"SELECT count(*) FROM run WHERE policy = '{text}'", name="joined.db")
    equal(count, 2, "stored")
    rows = place.query("SELECT name, text FROM parameter JOIN run ON run_id = id WHERE owner = 'policy' AND policy = "
                       f"'{text}' GROUP BY name", name="joined.db")
    equal(dict(rows), {
        "off.until": "startup_done", "freeze.on": "startup_done", "freeze.every": "once", "freeze.collect": "yes",
        "freeze.t0": "2000", "freeze.t1": "keep", "freeze.t2": "keep", "freeze.unfreeze": "never", "timed.every": "1s",
        "timed.generation": "2", "timed.automatic": "no", "timed2.every": "60s", "timed2.generation": "1",
        "timed2.automatic": "no"}, "parameters")
    options = "joined.db --experiment 1"
    names = {row["parameter"] for row in objects(place.expect(0, f"sensitivity {options} --json").out)}
    check("policy" in names, names)
    place.expect(0, f"show {options}", [text])
    place.expect(0, "best joined.db --experiment 2 --minimise gc_time",
                 [f"{text} in an application:", "parts = [Off(), Freeze(), Timed(), Timed2()]"])
    header = place.expect(0, f"export {options}").out.splitlines()[0].split(",")
    check("policy.timed2.every (ns)" in header or "policy.timed2.every" in header, header)
    place.expect(0, f"report {options} --out page.html")
    page = place.read("page.html").decode()
    check("<code>off + freeze + timed + timed</code>" in page and "<code>timed2.every</code>" in page, "the page")
    place.expect(0, ["plot", "joined.db", "--experiment", "1", "--chart", "memory", "--policy", spec, "--out", "charts"])


@test("experiment files: all: joins; sensitivity names the policies before a parameter")
def in_files(place):
    place.write("e.yaml", f"workload: {SERVICE}\npolicies:\n- all: [off:until=startup_done, "
                          "{name: freeze, t0: [700, 2000]}, {name: timed, every: [1s, 2s], automatic: yes}]\n")
    place.expect(0, "sweep e.yaml --db e.db")
    rows = place.query("SELECT policy FROM run ORDER BY id", name="e.db")
    equal([policy for policy, in rows],
          [f"off:until=startup_done + freeze:t0={t0} + timed:every={every},automatic=yes"
           for t0 in (700, 2000) for every in ("1s", "2s")], "policies")
    names = {row["parameter"] for row in objects(place.expect(0, "sensitivity e.db --json").out)}
    equal(names, {"off + freeze + timed: freeze.t0", "off + freeze + timed: timed.every"}, "parameters")


@test("charts of experiments: policies that are joined are another kind than the first of them, with parameters of their own")
def kinds_in_charts(place):
    place.write("kinds.yaml", """\
workload: web:modules=2000,rate=100,duration=2s
policies:
  - off
  - {all: [off:until=startup_done, {name: freeze, t0: [700, 5000]}]}
  - {name: threshold, t0: [700, 5000]}
  - {all: [{name: threshold, t0: [700, 5000]}, {name: timed, every: [200ms, 1s], automatic: yes}]}
log: collections
""")
    place.expect(0, "sweep kinds.yaml --db kinds.db")
    place.expect(0, "plot kinds.db --chart effects --metric heap_mean --format svg --out kinds")
    content = place.read("kinds/effects.svg").decode().replace("\n", "")
    for text in ("off", "off + freeze", "threshold", "threshold + timed", "off + freeze: freeze.t0 (2 runs)",
                 "threshold.t0 (2 runs)", "threshold + timed: threshold.t0 (4 runs)", "threshold + timed: timed.every (4 runs)"):
        check(f">{text}<" in content, text)
    for options in ("--parameter timed.every --parameter threshold.t0", "--parameter every"):
        place.expect(0, f"plot kinds.db --chart heatmap --metric heap_mean --format svg --out kinds {options}")
        content = place.read("kinds/heatmap.svg").decode().replace("\n", "")
        check(">threshold + timed: timed.every<" in content and ">threshold + timed: threshold.t0<" in content, options)


    place.expect(0, "plot kinds.db --chart timeline --format svg --out kinds")
    content = place.read("kinds/timeline.svg").decode()
    sizes = dict((text, size) for size, text in re.findall(r'font-size="([0-9.]+)"[^>]*>\s*<text[^>]*>\s*(?:<tspan[^>]*>)?([^<]+)', content))
    equal(sizes["threshold:t0=700 + timed:every=200ms,automatic=yes"], sizes["off"], "a long name where there is room")


@test("refused: what is joined to nothing, or to what is no policy; workloads are not joined")
def refused(place):
    for spec, said in (("off +", "a policy is missing beside a +"), ("off + fr", "there is no policy 'fr'"),
                       ("+off", "a policy is missing"), ("off:until=startup", "did you mean 'startup_done'?"),
                       ("freeze:every=0", "freeze: every=0 is not allowed"),
                       ("off:until=idle@0", "until: 'idle@0': behind the @ is a number from 1 to 1000000000000"),
                       ("off:until=@2", "with @n for the n-th time, or end")):
        place.expect(2, ["run", "-w", SERVICE, "-p", spec], err=[said])
    place.expect(2, ["run", "-w", "web + queue"], err=["there is no workload 'web + queue'"])
