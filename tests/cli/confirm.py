# SPDX-License-Identifier: GPL-3.0-or-later
"""best --confirm: the best and what is not told apart from it, again, with seeds that it was not chosen by."""
import json
import re
import sqlite3

from answers_data import mean, near, objects
from harness import test
from tap import check, equal

WEB = "web:modules=1000,duration=2s"
COMPARE = f"compare -w {WEB} -p default -p off -p threshold:t0=100 -p threshold:t0=200"


def words(text):
    return " ".join(text.split())


def runs(place, experiment, metric):
    """{policy: {seed: value}}, of what is in the plan."""
    values = {}
    for policy, seed, value in place.query("SELECT policy, seed, value FROM run JOIN summary ON run_id = run.id"
                                           " WHERE experiment_id = ? AND metric = ? AND in_plan", experiment, metric):
        values.setdefault(policy, {})[seed] = value
    return values


def looks(place, policy, metric, value):
    """Runs of the first experiment come to something else than they did, the first seed a little more."""
    connection = sqlite3.connect(place.path("results.db"))
    connection.executescript("UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL;"
                             "UPDATE experiment SET seal = NULL, seal_runs = NULL;")
    connection.execute("UPDATE summary SET value = ? * (1 + 0.01 / (SELECT seed FROM run WHERE id = run_id)) WHERE metric = ?"
                       " AND run_id IN (SELECT id FROM run WHERE policy = ? AND experiment_id = 1)", (value, metric, policy))
    connection.commit()
    connection.close()


@test("best --confirm: who is not told apart and the baseline, with seeds that nobody had; by these alone the advice stands")
def stands(place):
    place.expect(0, f"{COMPARE} -r 3")
    out = place.expect(0, "best results.db --minimise latency_p50 --seen --confirm 4").out
    check("With 4 seeds that it was not chosen by, 4 to 7, as experiment 2, compare confirmed:" in out, out)
    best = objects(place.expect(0, "best results.db --minimise latency_p50 --seen --json --experiment 1").out)[0]
    before, fresh = (runs(place, experiment, "latency_p50") for experiment in (1, 2))
    equal(set(fresh), {best["best"]["policy"], "default", *(row["policy"] for row in best["not_told_apart"])}, "policies")
    equal({tuple(sorted(seeds)) for seeds in fresh.values()}, {(4, 5, 6, 7)}, "seeds")
    table = out.split("compare confirmed:")[1]
    for policy in fresh:
        row = re.search(rf"^{re.escape(policy)} +(\S+) ±\S+ ms +(\S+) ±\S+ ms", table, re.M)
        for shown, values in zip(row.groups(), (before, fresh)):
            check(near(float(shown), 1e3 * mean(list(values[policy].values())), 2), policy, shown, values[policy])
    check(re.search(r"^The advice stands: ", table, re.M), table)
    equal("not told apart" in table, bool(re.search(r" ~ [+-]", table)), table)
    check("confirmed" not in place.expect(0, "best results.db").out, "the newest is still what was asked about")
    place.expect(0, "show results.db --experiment 'compare confirmed'", out=["4 replications each"])
    place.expect(0, "best results.db --experiment 'compare confirmed' --seen", out=["lowest latency_p50"])


@test("best --confirm: five, and the baseline and default besides, where they come behind the five")
def seven(place):
    five = [f"threshold:t0={t0}" for t0 in (100, 110, 120, 130, 140)]
    place.expect(0, f"compare -w {WEB} -r 2 -p threshold:t0=60000 -p default -p threshold:t0=50000 "
                 + " ".join(f"-p {policy}" for policy in five))
    place.expect(0, "best results.db --minimise throughput --seen --by-means --subject-to 'throughput <= 2 * default'"
                    " --confirm 2")
    equal(set(runs(place, 2, "throughput")), {"threshold:t0=60000", "default", *five}, "policies")


@test("best --confirm again: what is there is not run again, and what is missing is")
def again(place):
    place.expect(0, f"{COMPARE} -r 2")
    asked = "best results.db --minimise latency_p50 --seen --confirm"
    place.expect(0, f"{asked} 2")
    rows = "SELECT id, policy, seed FROM run WHERE experiment_id = 2 ORDER BY id"
    first = [tuple(row) for row in place.query(rows)]
    place.expect(0, f"{asked} 2", out=["as experiment 2,"])
    equal([tuple(row) for row in place.query(rows)], first, "runs")
    place.expect(0, f"{asked} 3", out=["3 to 5, as experiment 2,"])
    more = [tuple(row) for row in place.query(rows)]
    equal(more[:len(first)], first, "runs that were there")
    equal({seed for _, _, seed in more[len(first):]}, {5}, "new seeds")


@test("best --confirm: a setting that was the best by luck is not with fresh seeds; conditions are judged anew")
def falls(place):
    place.expect(0, f"{COMPARE} -r 3")
    looks(place, "threshold:t0=100", "service_gc_share", 1e-6)
    out = words(place.expect(0, "best results.db --minimise service_gc_share --subject-to 'collections > 0' --confirm 3").out)
    best = min(((mean(list(of.values())), policy) for policy, of in runs(place, 2, "service_gc_share").items()))[1]
    check(best != "threshold:t0=100", best)
    check(f"The advice does not stand: with fresh seeds {best} is the better." in out, out)
    place.expect(0, "best results.db --minimise service_gc_share --subject-to 'service_gc_share <= 0.01%' "
                    "--subject-to 'collections > 0' --confirm 3",
                 out=["The advice does not stand: with fresh seeds none of these is an answer."])


@test("best --confirm: as JSON the answer about fresh seeds follows; limits are stored with it")
def as_json(place):
    place.expect(0, f"{COMPARE} -r 2 --limit 'heap_peak <= 1GiB'")
    before, fresh = objects(place.expect(0, "best results.db --minimise wall_time --confirm 2 --json").out)
    equal((before["experiment"], fresh["experiment"]), ("compare", "compare confirmed"), "experiments")
    equal({limit["is"] for limit in fresh["best"]["each_limit"]}, {"within"}, json.dumps(fresh))
    equal([row[0] for row in place.query("SELECT limits FROM experiment")], ["heap_peak <= 1GiB"] * 2, "limits")


@test("best --confirm: nothing to confirm, no seeds left, too few: one line")
def refused(place):
    place.expect(0, f"compare -w {WEB} -p off")
    result = place.run("best results.db --minimise heap_peak --subject-to 'heap_peak < 1B' --confirm 2")
    check(result.status == 1 and "there is no advice to confirm: no setting is an answer" in result.err, result)
    place.expect(2, "best results.db --confirm 1", err=["--confirm=1 is not allowed", "from 2 to 100000"])
    place.expect(0, f"compare -w {WEB} -p off --seed 9223372036854775807 --db last.db")
    result = place.run("best last.db --minimise heap_peak --confirm 2")
    check(result.status == 1 and re.search("--confirm: seed [0-9]+ is too large", result.err), result)
