# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page says, compared with what other commands and the results file say."""
import itertools
import json
import os
import re

from answers_data import File, ahead
from harness import limit_files, test
from page import Page
from results import ODD, SWEEP, of_many, several, swept
from tap import check, equal


def report(place, db, options="", out="report.html"):
    """Writes the page, and reads it; nothing may be wrong with it."""
    result = place.expect(0, f"report {db} --out {out} {options}")
    equal(result.out, f"{out}\n", "printed")
    page = Page(place.read(out).decode())
    check(not page.wrong, *page.wrong)
    return page


def page_of(place, make, options=""):
    """Of a results file that is made once."""
    source = make(place)
    return report(place, source.path(f"{'sweep' if make is swept else 'several'}.db"), options)


def rows_of(table):
    return [[cell for cell in row.children if not isinstance(cell, str)] for row in table.one("tbody").all("tr")]


def names(table):
    return [row[0].one("code").text() for row in rows_of(table)]


def facts(page):
    """{name: text} of the list of facts."""
    found, name = {}, None
    for child in page.root.one("dl", cls="facts").children:
        if not isinstance(child, str):
            if child.tag == "dt":
                name = child.words()
            else:
                found[name] = child.words()
    return found


def answer(page):
    return page.root.one("section", id="answer").words()


def objects(place, arguments):
    return [json.loads(line) for line in place.expect(0, arguments).out.splitlines()]


# ---- any data ----------------------------------------------------------------------------------------


for what, make in ODD:
    @test(f"a page of {what}: nothing wrong with it, everything in it")
    def odd_data(place, make=make):
        make(place, "odd.db")
        page = report(place, "odd.db")
        count, = place.query("SELECT count(DISTINCT policy) FROM run", name="odd.db")[0]
        table = page.root.one("table", cls="settings")
        equal(len(rows_of(table)), min(count, 100), "settings")
        drawn = {re.match(r"chart-(\w+)-", figure["id"]).group(1) for figure in page.root.all("figure")}
        objective = facts(page)["Objective"].split()[-1]
        drawable = place.run(f"plot odd.db --out c --format svg --metric {objective}").out.split("\n")
        equal(drawn, {line[2:-4] for line in drawable if line.startswith("c/")}, "charts")
        missing = {item.one("em").text() for item in page.root.one(id="charts").all("li")}
        left_out = re.search(r"Not drawn: (.*);", "\n".join(drawable))
        equal(missing, set(left_out.group(1).split(", ")) if left_out else set(), "charts that are missing")


@test("the same results give the same bytes, wherever they are")
def deterministic(place):
    source = swept(place).path("sweep.db")
    os.mkdir(place.path("folder"))
    os.symlink(source, place.path("folder/sweep.db"))
    place.expect(0, ["report", source, "--out", "a.html"])
    place.expect(0, ["report", "sweep.db", "--out", "../b.html"], cwd=place.path("folder"))
    equal(place.read("a.html") == place.read("b.html"), True, "same bytes")
    check(place.folder.encode() not in place.read("a.html"), "it names a folder")


# ---- what it says --------------------------------------------------------------------------------------


COMES = "the longest pause still to come"  # a column that is no metric


@test("every setting: means, intervals and differences are those of `show`")
def settings(place):
    source = swept(place).path("sweep.db")
    page = page_of(place, swept)
    shown = {row["policy"]: row for row in objects(place, f"show {source} --json")}
    text = place.expect(0, f"show {source}").out
    table = page.root.one("table", cls="settings")
    heads = [head["data-name"] for head in table.one("thead").all("th")]
    equal(sorted(names(table)), sorted(shown), "settings")
    for row in rows_of(table):
        policy = row[0].one("code").text()
        equal(row[1].words(), "3", f"runs of {policy}")
        for head, cell in list(zip(heads, row))[2:]:
            if "<=" in head:
                check(f" {cell.words()} " in text, f"'{cell.words()}' is not what show says of {policy}")
                continue
            if head == COMES:
                check(f" {cell.words()}\n" in text, f"'{cell.words()}' is not what show says of {policy}")
                continue
            mean, value = shown[policy].get(head), cell["data-value"]
            if mean is None:
                equal((value, cell.words()), (None, "–"), f"{head} of {policy}")
                continue
            check(abs(float(value) - mean) <= 1e-8 * abs(mean), f"{head} of {policy}: {value}, {mean}")
            for part in [cell.children[0], *(span.text() for span in cell.all("span"))]:
                # The same words as on a terminal, but for their signs, and what the colour says.
                plain = part.replace("−", "-").replace("µs", "us").replace("\u00a0", " ")
                for word in (" better", " worse"):
                    plain = plain[:-len(word)] if plain.endswith(word) else plain
                check(f" {plain} " in f"{text} ".replace("\n", " "),
                      f"{head} of {policy}: '{plain}' is not what show says")


PROFILE = [["objects_mean", "objects_peak", "objects_end", "objects_permanent", "allocation_rate", "promotion_rate_gen1",
            "promotion_rate_gen2"],
           [*(f"{what}_gen{g}" for what in ("survival", "gc_share") for g in (0, 1, 2)), "latency_p95"]]


def check_profile(place, page, source, expected):
    """Two tables: the same settings in the same order, means as `show` has them; what has no values is no column."""
    shown = {row["policy"]: row for row in objects(place, f"show {source} --json")}
    for table, columns in itertools.zip_longest(page.root.all("table", cls="profile"), expected):
        heads = [head["data-name"] for head in table.one("thead").all("th")]
        equal(heads, ["policy", *columns], "columns")
        equal(names(table), names(page.root.one("table", cls="settings")), "settings")
        for row in rows_of(table):
            of = shown[row[0].one("code").text()]
            equal([abs(float(cell["data-value"]) - of[head]) <= 1e-8 * abs(of[head]) if of.get(head) is not None else
                   (cell["data-value"], cell.words()) == (None, "–") for head, cell in zip(columns, row[1:])],
                  [True] * len(columns), f"values of {of['policy']}")


def profile_without(*words):
    return [[name for name in part if not any(word in name for word in words)] for part in PROFILE]


@test("objects, rates, survival and time by generation: in tables of their own, whatever was chosen for the first")
def profile(place):
    source = swept(place).path("sweep.db")
    check_profile(place, page_of(place, swept), source, PROFILE)
    chosen = page_of(place, swept, "--metric latency_p95,gc_time --metric survival_gen1")
    check_profile(place, chosen, source, profile_without("latency_p95", "survival_gen1"))
    place.expect(0, "compare -w device:duration=60s -p off --db quiet.db")
    check_profile(place, report(place, "quiet.db"), "quiet.db", profile_without("survival", "latency"))


@test("the answer: the best policy is that of `best`, beside the baseline")
def the_best(place):
    source = swept(place).path("sweep.db")
    best, = objects(place, f"best {source} --json")
    words = answer(page_of(place, swept))
    check(f"{best['best']['policy']} has the lowest horizon_pause_max" in words, words)
    check("The baseline, default, has" in words, words)
    check("3 pairs of runs tell the two apart" in words or "do not tell the two apart" in words, words)
    lines = best["python"].strip().split("\n")
    check(all(" ".join(line.split()) in words for line in lines), words, best["python"])


# What the answer says of chosen values: {policy: values by seed}, and the words.
ANSWERS = [
    ("told apart", {"default": [3, 4, 5], "freeze": [1, 2.1, 2.9], "off": [9, 9, 9]},
     ["freeze has the lowest latency_p99: 2.00", "default, has 4.00",
      "The difference is −2.00 [−2.36, −1.64] s, 50% less.", "3 pairs of runs tell the two apart.",
      "With 95% confidence this is the truly best of the 3 settings compared."]),
    ("not told apart", {"default": [3, 4, 5], "freeze": [1, 4.5, 5]},
     ["freeze has the lowest", "That interval includes 0: 3 pairs of runs do not tell the two apart; a difference above 5.20 s "
      "would show 9 times of 10.", "Any of the 2 settings compared may be the truly best: none is ruled out. "
      "The mean of the first is likely too good, since it was chosen by that: best --confirm 20 runs it"]),
    ("all the same", {"default": [3, 4], "freeze": [3, 4], "off": [3, 4]},
     ["No policy has a lower latency_p99 than the baseline, default: 3.50",
      "All policies have the same values, run by run: latency_p99 does not depend on them here."]),
    ("the baseline is the best", {"default": [1, 2], "freeze": [8, 9], "off": [1, 2]},
     ["No policy has a lower latency_p99 than the baseline, default: 1.50",
      "The same as the best in every run: off."]),
    ("others as good", {"default": [8, 9], "freeze": [1, 2], "off": [1, 2], "timed": [2, 1.5]},
     ["The same as the best in every run: off.", "Not told apart from the best: timed.",
      "With 95% confidence the truly best of the 4 settings compared is among these 3. The mean of the first"]),
    ("one replication", {"default": [3], "freeze": [2]},
     ["freeze has the lowest latency_p99: 2.00 s.", "The difference is −1.00 s.",
      "One pair of runs has no interval: nothing says whether that is chance."]),
    ("one policy", {"default": [3, 4]}, ["default, the only policy, has latency_p99 3.50"]),
    ("no baseline", {"freeze": [3, 4], "off": [5, 6]}, ["freeze has the lowest latency_p99: 3.50"]),
    ("a baseline without values", {"default": [None, None], "freeze": [3, 4]},
     ["freeze has the lowest latency_p99: 3.50", "1 setting has no value of latency_p99."]),
    ("no values", {"default": [None], "off": [None]}, ["No policy can be the best.", "2 settings have no value"]),
]

for what, values, expected in ANSWERS:
    @test(f"the answer when it is: {what}")
    def answers(place, values=values, expected=expected):
        file = File(place)
        experiment = file.experiment(baseline="default", objective="latency_p99",
                                     planned=sum(map(len, values.values())))
        for policy, latencies in values.items():
            file.setting(experiment, policy, {"latency_p99": latencies, "heap_peak": [1e6] * len(latencies)})
        file.close()
        words = answer(report(place, "results.db"))
        for text in expected:
            check(text in words, f"expected {text!r}", words)


def limited(place, values, limits):
    """A page of policies with chosen latencies; off collects nothing."""
    file = File(place)
    experiment = file.experiment(baseline="default", objective="latency_p99", limits="\n".join(limits))
    for policy, seconds in values.items():
        file.setting(experiment, policy, {"latency_p99": seconds, "heap_peak": [2 ** 20] * len(seconds),
                                          "collections": [0 if policy == "off" else 1] * len(seconds)})
    file.close()
    return report(place, "results.db")


@test("limits: a column each, as `show` has it, explained; the best is within them")
def limits(place):
    texts = ["latency_p99 <= 3500ms", "heap_peak <= 2MiB"]
    page = limited(place, {"default": [3, 4, 5], "freeze": [1.9, 2, 2.1], "off": [9, 9, 9]}, texts)
    shown = {row["policy"]: row for row in objects(place, "show results.db --json")}
    table = page.root.one("table", cls="settings")
    heads = [head["data-name"] for head in table.one("thead").all("th")]
    equal(heads[2:4], texts, "columns behind the number of runs")
    for row in rows_of(table):
        policy = row[0].one("code").text()
        for text, cell in zip(texts, row[2:4]):
            value = shown[policy][f"{text}, excess"]
            check(abs(float(cell["data-value"]) - value) < 1e-8, cell["data-value"], value)
            equal(cell.words() == "within", shown[policy][text] == "within", f"{text} of {policy}: {cell.words()}")
            equal(cell.one("span")["class"], "kept" if cell.words() == "within" else "missed", "colour")
    equal({row[0].one("code").text(): row[2].words() for row in rows_of(table)},
          {"default": "over 1.14x", "freeze": "within", "off": "over 2.57x"}, "words")
    check("freeze has the lowest latency_p99 of those within the limits: 2.00" in answer(page), answer(page))
    check("2 policies do not keep to latency_p99 <= 3500ms and heap_peak <= 2MiB" in answer(page), answer(page))
    method = page.root.one(id="method").words()
    check(all(text in method for text in texts), method)
    plain = report(place, "results.db", "--limit none", "plain.html")
    check(not any("<=" in head["data-name"] for head in plain.root.one("table", cls="settings").one("thead").all("th")) and
          not list(plain.root.all("h3", id="limits")), "without limits nothing is said of them")


@test("limits that no policy keeps: said first, and what none can reach")
def out_of_reach(place):
    page = limited(place, {"default": [3, 4, 5], "freeze": [1, 2, 3], "off": [0.9, 0.9, 0.9]}, ["latency_p99 <= 500ms"])
    words = answer(page)
    for text in ("No policy is within the limits.", "3 policies do not keep to latency_p99 <= 500ms",
                 "No policy can reach latency_p99 <= 500ms: latency_p99 is 900 ms without any collection."):
        check(text in words, words)
    check("import gc" not in words, "no advice")


@test("limits that means keep by chance: which policy it would be, and how sure; --by-means takes it")
def unsure(place):
    page = limited(place, {"default": [3, 4, 5], "freeze": [1, 2, 3], "off": [9, 9, 9]}, ["latency_p99 <= 3500ms"])
    words = answer(page)
    for text in ("No policy is surely within the limits.", "2 policies do not keep to latency_p99 <= 3500ms",
                 "1 policy keeps to latency_p99 <= 3500ms by the mean, but not surely.",
                 "By means freeze would be the best, but its latency_p99, 2.00 s on average, may be 5.08 s (with 3 settings to choose from)."):
        check(text in words, text, words)
    cells = {row[0].one("code").text(): row[2] for row in rows_of(page.root.one("table", cls="settings"))}
    equal((cells["freeze"].words(), cells["freeze"].one("span")["class"]), ("unsure: up to 1.45x", "open"), "a cell")
    page = report(place, "results.db", "--by-means", "means.html")
    check("freeze has the lowest latency_p99 of those within the limits: 2.00" in answer(page), answer(page))


@test("green is an improvement, red the opposite, whether small or large values are good")
def colours(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective="latency_p99", planned=9)
    for policy, rate in (("default", 50), ("freeze", 60), ("off", 40)):
        file.setting(experiment, policy, {"throughput": [rate, rate + 1.1, rate - 1],
                                          "latency_p99": [5 / rate, 5.1 / rate, 4.9 / rate]})
    file.close()
    page = report(place, "results.db", "--metric latency_p99 --metric throughput --metric requests")
    table = page.root.one("table", cls="settings")
    equal([[span.words() for span in row[3].all("span", cls=verdict)] for row in rows_of(table)
           for verdict in ("good", "bad")],
          [["+10 [+10, +10] better"], [], [], [], [], ["−10 [−10, −10] worse"]], "throughput")
    equal([[span["class"] for span in row[2].all("span")] for row in rows_of(table)], [["good"], [], ["bad"]],
          "latency")


@test("runs that failed, ran out of memory, or are not done: said first, counted, and listed")
def not_finished(place):
    ODD[0][1](place, "odd.db")
    page = report(place, "odd.db")
    words = answer(page)
    check("4 of 27 runs are not done yet" in words, words)
    check("Not counted: 1 failed and 1 out of memory, of 27 runs" in words, words)
    check("1 setting ran out of memory with a seed, and cannot be the best." in words, words)
    runs = {row[0].one("code").text(): row[1].words() for row in rows_of(page.root.one(id="runs").one("table"))}
    equal(runs["default"], "finished: 1–3", "runs of default")
    equal(runs["off"], "finished: 1, 3; out of memory: 2", "runs of off")
    equal(runs["freeze"], "finished: 1, 2; failed: 3 (cannot read <i>x</i> & \"y\")", "runs of freeze")
    equal(runs["threshold:t0=50000,t1=10"], "finished: 1; planned: 2, 3", "runs that are planned")
    equal(facts(page)["Runs"], "27 planned, 4 not begun, 21 finished, 1 out of memory, 1 failed", "runs")


@test("what was run: names, version, seeds, every parameter with its default, the experiment file")
def what_was_run(place):
    source = swept(place)
    page = page_of(place, swept)
    found = facts(page)
    run = source.query("SELECT * FROM run LIMIT 1", name="sweep.db")[0]
    for name, text in (("Experiment", "thresholds <script>alert(1)</script> & \"more\", number 1 of the results"
                        " file, by pygcsim sweep"), ("Seeds", "1–3"), ("Baseline", "default"),
                       ("Objective", "service_pause_max, by horizon_pause_max"), ("Workloads", run["workload"]),
                       ("Collectors", "cpython-3.13"), ("Costs", run["costs"]), ("Times measured on", "cpython-3.13"),
                       ("Scatter of the heap, ns", "144.0"),
                       ("Warm-up after start-up", "0s"), ("Log", "collections"),
                       ("Engine", "interval"), ("Runs", "27 planned, 27 finished")):
        equal(found[name], text, name)
    version = source.run("--version").out.split()[-1]
    equal(found["Version"], version, "version")
    equal(page.root.one("h1").text(), "thresholds <script>alert(1)</script> & \"more\"", "heading")
    equal([code.text() for code in page.root.all("code") if code.text().startswith("# Which")], [SWEEP], "file")
    check_parameters(page, source)


def check_parameters(page, source):
    """Each value of each parameter stands in the table of its policy or workload; defaults are marked."""
    tables = {}
    for heading in page.root.all("h4"):
        siblings = [child for child in heading.parent.children if not isinstance(child, str)]
        box = siblings[siblings.index(heading) + 2]
        tables[heading.words()] = {row[0].words(): row[1].words() for row in rows_of(box.one("table"))} \
            if box.tag == "div" else {}
    equal(list(tables), ["Workload web", "Policy default", "Policy threshold", "Policy freeze", "Policy off"],
          "tables")
    stored = source.query("SELECT DISTINCT owner, policy, name, text FROM run JOIN parameter ON run_id = id",
                          name="sweep.db")
    for row in stored:
        kind = row["policy"].split(":")[0] if row["owner"] == "policy" else "web"
        values = tables[f"{row['owner'].capitalize()} {kind}"].get(row["name"], "")
        check(row["text"] in re.split(r"[ ,]+", values), f"{row['name']} of {kind}: {row['text']} in {values}")
    equal(tables["Policy threshold"]["t0"], "700, 5000, 50000 default", "values, one of them the default")
    equal(tables["Policy threshold"]["t1"], "10, 20", "values, none of them the default")
    equal(tables["Workload web"]["modules"], "3000", "a value that is given")
    equal(tables["Workload web"]["rate"], "200 default", "a default")
    equal(tables["Workload web"]["burst_every"], "10s default", "a default with a unit")


@test("metrics: each that is shown is defined once, and linked")
def definitions(place):
    page = page_of(place, swept)
    listed = {row["name"]: row for row in objects(place, "list metrics --json")}
    defined = {term.words(): term for term in page.root.one("dl", cls="definitions").all("dt")}
    shown = [head["data-name"] for head in page.root.one("table", cls="settings").one("thead").all("th")][2:-1]
    shown = [name for name in shown if "<=" not in name]
    for table in page.root.all("table", cls="profile"):
        shown += [head["data-name"] for head in table.one("thead").all("th")][1:]
    equal(sorted(defined), sorted(shown), "definitions")
    text = page.root.one("dl", cls="definitions").words()
    for name in shown:
        check(listed[name]["meaning"] in text, f"the meaning of {name}")
        check(any(page.root.all("a", href=f"#metric-{name}")), f"a link to {name}")


@test("several workloads and collectors: an answer, a table and charts each, and a table of answers")
def groups(place):
    source = several(place)
    page = page_of(place, several)
    tables = list(page.root.all("table", cls="settings"))
    titles = [f"web:duration=2s,modules={m} on cpython-3.{v}" for m in (1000, 2000) for v in (11, 13)]
    equal(sorted(title for table in tables for title in titles
                 if title in page.root.one(id=table["aria-labelledby"]).words()), sorted(titles), "tables")
    overview = page.root.one("section", id="answer").one("div", **{"aria-label": "Answers at a glance"})
    equal(sorted(row[0].words() for row in rows_of(overview.one("table"))), sorted(titles), "overview")
    best = {(row["workload"], row["collector"]): row["best"]["policy"]
            for row in objects(place, f"best {source.path('several.db')} --json")}
    for row in rows_of(overview.one("table")):
        equal(row[1].words(), best[tuple(row[0].words().split(" on "))], f"best of {row[0].words()}")
    groups_drawn = {figure["id"].rsplit("-", 1)[1] for figure in page.root.all("figure")}
    equal(groups_drawn, {"0", "1", "2", "3", "4"}, "groups with charts; 0: of all")


@test("what runs were too short to see: said in the answer, before the Python lines, and in the table")
def still_to_come(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective="service_pause_max", planned=6)
    for policy, values in (
            ("default", ahead(2, service_pause_max=0.139, horizon_pause_max=0.14)),
            ("threshold:t0=50000", ahead(2, covered=0, service_pause_max=0.01, horizon_pause_max=0.12,
                                         next_gen2_low=240, next_gen2_high=360, next_gen2_pause=0.12)),
            ("threshold:t0=90000", ahead(2, covered=0, flagged=1, service_pause_max=0.005, horizon_pause_max=0.4,
                                         next_gen2_low=2400, next_gen2_high=3600, next_gen2_pause=0.4))):
        file.setting(experiment, policy, values)
    file.close()
    page = report(place, "results.db")
    words = answer(page)
    check("threshold:t0=50000 has the lowest horizon_pause_max: 120" in words, words)
    check("It is by what is predicted for 24h: 120 ±0 ms; seen in 30.0 s: 10.0 ±0.0 ms." in words, words)
    check("30.0 s were too short to see what comes: predicted is a pause of 120 ms (a full collection), after 4 to"
          " 6 min; the longest seen was 10 ms. pygcsim best results.db --verify runs it" in words, words)
    check(words.index("--verify") < words.index("in an application:"), "the warning comes first")
    rows = {row[0].one("code").text(): row[-1] for row in rows_of(page.root.one("table", cls="settings"))}
    equal({policy: (cell.words(), cell.one("span")["class"]) for policy, cell in rows.items()},
          {"default": ("nothing new", "open"), "threshold:t0=50000": ("120 ms after 4 to 6 min (full)", "unseen"),
           "threshold:t0=90000": ("unclear: heap grows", "unseen")}, "still to come")
    seen = answer(report(place, "results.db", "--seen"))
    check("threshold:t0=90000 has the lowest service_pause_max: 5.00" in seen, seen)
    check("What comes cannot be relied on: the heap grows" in seen, seen)


# ---- options -------------------------------------------------------------------------------------------


@test("commands that the answer names are code, not between backquotes")
def commands_as_code(place):
    place.write("latency.yaml", "workload: web:modules=20000,rate=100,duration=2s\npolicies: [default, freeze]\n"
                                "replications: 2\nminimise: latency_p99\n")
    place.expect(0, "sweep latency.yaml --db latency.db")
    page = report(place, "latency.db")
    check("`" not in answer(page), answer(page))
    check(any(code.words() == "best --scatter" for code in page.root.one("section", id="answer").all("code")), "as code")


@test("--experiment, --metric, --baseline, --top")
def options(place):
    file = File(place)
    for name in ("first", "second"):
        experiment = file.experiment(name, baseline="default", objective="latency_p99", planned=6)
        for i, policy in enumerate(("default", "freeze", "off")):
            file.setting(experiment, policy, {"latency_p99": [1.0 + i, 2.0 + i], "gc_time": [5.0, 6.0]})
    file.close()
    equal(report(place, "results.db").root.one("h1").words(), "second", "the newest")
    equal(report(place, "results.db", "--experiment first").root.one("h1").words(), "first", "by name")
    equal(report(place, "results.db", "--experiment 1").root.one("h1").words(), "first", "by number")
    page = report(place, "results.db", "--metric gc_time --baseline off --top 1")
    table = page.root.one("table", cls="settings")
    equal([head["data-name"] for head in table.one("thead").all("th")],
          ["policy", "number of runs", "gc_time"], "columns")
    equal(names(table), ["default", "off"], "the best, and the baseline")
    check("1 setting is left out." in page.root.one(id="settings").words(), "what is left out is said")
    check("The baseline, off, has" in answer(page), answer(page))


@test("1000 settings: the first 100 and what is left out; every run; below 5 MB")
def large(place):
    of_many(place, "many.db", 1000)
    page = report(place, "many.db")
    check(len(page.source) < 5_000_000, f"{len(page.source)} bytes")
    table = page.root.one("table", cls="settings")
    values = [float(row[2]["data-value"]) for row in rows_of(table)]
    equal((len(values), values), (100, sorted(values)), "the best 100")
    check("900 settings are left out." in page.root.one(id="settings").words(), "what is left out is said")
    equal(len(rows_of(page.root.one(id="runs").one("table"))), 1000, "runs")
    check("1001 … 1999 999 values" in
          re.sub(r"1001.*…", "1001 …", page.root.one(id="run").words()), "many values of a parameter")
    equal(len(rows_of(report(place, "many.db", "--top 0").root.one("table", cls="settings"))), 1000, "all")


# ---- what a reader may type --------------------------------------------------------------------------


@test("the commands of the page do it again: the same page")
def again(place):
    place.expect(0, ["compare", "-w", "web:modules=1000,duration=2s,rate=50", "-p", "default", "-p",
                     "timed:every=1s", "-p", "default", "--replications", "2", "--seed", "7", "--warmup", "100ms",
                     "--log", "samples", "--sample", "50ms", "--horizon", "2h", "--db", "it's.db",
                     "--limit", "latency_p99 <= 1.5*default", "--limit", "heap_peak < 1GiB"])
    page = report(place, "it\\'s.db")
    commands, = [code.text() for code in page.root.all("code") if code.text().startswith("pygcsim compare \\\n")]
    os.mkdir(place.path("again"))
    script = re.sub(r"^pygcsim", place.program, commands, flags=re.M)
    place.write("again/script", script)
    equal(os.system(f"cd {place.path('again')} && sh -eu script >out"), 0, "status of the commands")
    equal(place.read("again/report.html") == place.read("report.html"), True, "the same page")


# ---- whole or nothing --------------------------------------------------------------------------------


@test("without gnuplot: one line that names the package, what was there stays")
def without_gnuplot(place):
    os.mkdir(place.path("bin"))
    place.write("report.html", "old")
    place.expect(1, ["report", swept(place).path("sweep.db")], err=["gnuplot is not installed", "gnuplot-nox"],
                 env={**os.environ, "PATH": place.path("bin")})
    equal((place.read("report.html"), place.files()), (b"old", ["bin", "report.html"]), "files")


@test("a full disk: one line, what was there stays, nothing besides")
def full_disk(place):
    of_many(place, "small.db", 1000)
    place.write("report.html", "old")
    place.expect(1, "report small.db --top 0", err=["report.html: ", "large"],
                 preexec_fn=lambda: limit_files(300_000))
    equal((place.read("report.html"), place.files()), (b"old", ["report.html", "small.db"]), "files")
    place.expect(1, "report small.db --out /dev/full", err=["/dev/full: No space left"])


@test("bad targets, no results, nothing finished: one line")
def trouble(place):
    of_many(place, "small.db", 3)
    before = place.read("small.db")
    for arguments, status, words in (
            ("small.db --out small.db", 2, "is the results file itself"),
            ("small.db --out .", 1, ".: Is a directory"),
            ("small.db --out no/x", 1, "no/x: cannot write: No such file"),
            ("small.db --out ''", 2, "--out needs the name of a file"),
            ("small.db --metric nothing", 2, "there is no metric 'nothing'"),
            ("small.db --baseline of", 2, "did you mean 'off'"),
            ("small.db --baseline off", 1, "is without it"),
            ("small.db --experiment nobody", 1, "there is no experiment 'nobody'"),
            ("small.db small.db", 2, "one results file at a time"),
            ("", 2, "which results file"),
            ("nowhere.db", 1, "nowhere.db")):
        place.expect(status, f"report {arguments}", err=[words])
    equal((place.read("small.db") == before, place.files()), (True, ["small.db"]), "files")
    file = File(place, "none.db")
    file.run(file.experiment(planned=1), "default", 1, status="planned")
    file.close()
    place.expect(1, "report none.db", err=["no run of experiment 1 (thresholds) has finished"])
