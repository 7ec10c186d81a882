# SPDX-License-Identifier: GPL-3.0-or-later
"""pygcsim plot: whole files of the right kind, and nothing besides."""
import os
import re
import struct
import xml.etree.ElementTree as ElementTree

from harness import SMALL, once, test
from results_file import compared
from tap import check, equal

CHARTS = ["ages", "effects", "gctime", "histogram", "latency", "memory", "mmu", "overhead", "pareto",
          "pauses", "timeline", "tradeoff"]  # of a compare
EVERY = sorted(CHARTS + ["heatmap"])
MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}


def draw(place, arguments, folder, expected):
    """Plots; exactly the expected charts must be there, and printed."""
    result = place.expect(0, f"plot {arguments}")
    lines = [line for line in result.out.splitlines() if not line.startswith("Not drawn: ")]
    equal(sorted(lines), [f"{folder}/{name}" for name in expected], "printed")
    equal(place.files(folder), expected, f"files in {folder}")
    for name in expected:
        content = place.read(f"{folder}/{name}")
        check(content.startswith(MAGIC[name.split(".")[-1]]) and len(content) > 5000,
              f"{name}: {len(content)} bytes, {content[:20]}")


for kind in MAGIC:
    @test(f"plot --format {kind}: every chart")
    def every_chart(place, kind=kind):
        results = compared(place)
        draw(place, f"{results.path('results.db')} --format {kind}", "charts",
             [f"{chart}.{kind}" for chart in CHARTS])
        equal(place.files(), ["charts"], "files besides")


@test("plot: png by default, 1200 by 800, into charts/; again over what is there")
def defaults(place):
    results = compared(place).path("results.db")
    for _ in range(2):
        draw(place, results, "charts", [f"{chart}.png" for chart in CHARTS])
    for chart in CHARTS:
        size = struct.unpack(">II", place.read(f"charts/{chart}.png")[16:24])
        equal(size, (1200, 800), f"size of {chart}")


@test("plot --chart: only that one")
def one_chart(place):
    for chart in CHARTS:
        draw(place, f"{compared(place).path('results.db')} --chart {chart} --out {chart}", chart,
             [f"{chart}.png"])


@test("plot leaves the results file as it is")
def untouched(place):
    place.expect(0, f"run -w {SMALL}")
    before = place.read("results.db")
    place.expect(0, "plot results.db --chart gctime")
    equal(place.read("results.db") == before, True, "same content")
    equal(place.files(), ["charts", "results.db"], "files")


@test("plot names the policies, in SVG as text; the kinds of all on effects")
def policy_names(place):
    results = compared(place)
    place.expect(0, f"plot {results.path('results.db')} --format svg")
    for chart in CHARTS:
        content = place.read(f"charts/{chart}.svg").decode()
        for run in results.runs:
            name = run["policy"].split(":")[0]
            check(name in content, f"{chart} does not name {name}")


@test("plot --out: a folder whose name has spaces and quotes")
def odd_folder(place):
    place.expect(0, f"run -w {SMALL}")
    place.expect(0, ["plot", "results.db", "--chart", "pauses", "--out", "it's a \"chart\""])
    equal(place.files("it's a \"chart\""), ["pauses.png"], "files")


@test("plot --out: a file in the way: one line that says so")
def file_in_the_way(place):
    place.expect(0, f"run -w {SMALL}")
    place.write("taken", "")
    place.expect(1, "plot results.db --out taken", err=["taken", "irectory"])


@test("without gnuplot: one line that names the package, no files")
def without_gnuplot(place):
    place.expect(0, f"run -w {SMALL}")
    os.mkdir(place.path("bin"))
    place.expect(1, "plot results.db --out c", err=["gnuplot is not installed", "gnuplot-nox"],
                 env={**os.environ, "PATH": place.path("bin")})
    check(not os.path.exists(place.path("c")) or not place.files("c"), "files")

STEADY = {"gctime", "histogram", "pauses", "tradeoff"}  # charts of pauses in the steady state
METRIC = {"effects", "pareto"}                          # of latencies, or else of those pauses

# name, arguments of compare, what has no chart
ODD = [
    ("no collections", ["-w", SMALL, "-p", "off"], STEADY | METRIC | {"timeline", "overhead"}),
    ("no full collections", ["-w", SMALL], set()),
    ("no requests", ["-w", "web:rate=0.001,duration=1s"], STEADY | METRIC | {"latency", "mmu"}),
    ("no start-up", ["-w", "web:modules=0,startup=0s,duration=1s"], set()),
    ("nothing but boot", ["-w", "device:duration=1s"], STEADY | METRIC | {"latency"}),
    ("out of memory at boot", ["-w", "device:memory_limit=8kB"],
     STEADY | METRIC | {"ages", "latency", "timeline", "mmu", "overhead"}),
    ("a script, without samples", ["-w", "script:file=s.heap"], {"latency", "mmu"}),
    ("a script with an odd name", ["-w", "script:file=it's {a_b} ^2.heap", "--sample", "1us"],
     {"latency", "mmu"}),
    ("one policy", ["-w", SMALL, "-p", "default"], METRIC | {"overhead"}),
    ("twenty policies", ["-w", SMALL] + [f"-pthreshold:t0={1000 * n}" for n in range(1, 21)], set()),
    ("a long specification", ["-w", SMALL, "-p", "freeze:on=startup_done,collect=yes,t0=50000,t1=20,"
                              "t2=1000", "-p", "event:on=request_end,every=1000,automatic=yes"], set()),
]


@once
def odd_results(place):
    """Results with little to draw, by the name of their file."""
    place.write("s.heap", "new 0 1\nstore 0 0 0\ndrop 0\ncollect\n")
    place.write("it's {a_b} ^2.heap", "new 0 1\nstore 0 0 0\ndrop 0\ncollect\n")
    for name, arguments, _ in ODD:
        place.expect(0, ["compare", "--db", name, *arguments])
    return place


for name, _, lacking in ODD:
    @test(f"plot of results with {name}: the charts they can give, nothing on standard error")
    def little_to_draw(place, name=name, lacking=lacking):
        results = odd_results(place).path(name)
        place.expect(0, ["plot", results])
        equal(place.files("charts"), [f"{chart}.png" for chart in CHARTS if chart not in lacking],
              "files")


# ---- words are whole -------------------------------------------------------------------------------

WIDE = """\
workload: {name: web, modules: 5000, duration: 1s, rate: [50, 400]}
policies: [{name: threshold, t0: [50, 700, 10000], t1: [1, 10, 100]}]
minimise: gc_time
log: collections
"""


def words_outside(svg):
    """Texts that leave the picture; a letter is taken for half as wide as it is high."""
    width, height = map(float, svg.get("viewBox").split()[2:])
    for group in svg.iter("{http://www.w3.org/2000/svg}g"):
        text = " ".join("".join(group.itertext()).split())
        at = re.match(r"translate\(([-\d.]+),([-\d.]+)\)(.*)", group.get("transform") or "")
        if not group.get("font-size") or not at or not text:
            continue
        x, y, length = float(at[1]), float(at[2]), 0.5 * float(group.get("font-size")) * len(text)
        along, across, end = (height - y, x, height) if "rotate(270" in at[3] else (x, y, width)
        begin = along - {"middle": length / 2, "end": length}.get(group.get("text-anchor"), 0)
        if re.fullmatch(r"( rotate\(270.*)?", at[3]) and (begin < -1 or begin + length > end + 1 or across < 0):
            yield text


@test("plot: no word leaves a picture: long names, many policies, wide ranges, large letters")
def whole_words(place):
    place.write("wide.yaml", WIDE)
    place.expect(0, "sweep wide.yaml --db wide")
    results = [place.path("wide")] + [odd_results(place).path(name) for name in ("twenty policies", "a long specification", "one policy")]
    for name in results:
        for look in ([], ["--size", "1920x1080", "--font", ",13"], ["--size", "400x400"]):
            place.expect(0, ["plot", name, "--format", "svg", *look])
            for chart in place.files("charts"):
                outside = list(words_outside(ElementTree.fromstring(place.read(f"charts/{chart}").decode())))
                check(not outside, os.path.basename(name), look, chart, outside)


@test("chart histogram: the longest pause is that which is stored")
def longest_pause(place):
    results = compared(place).path("results.db")
    place.expect(0, f"plot {results} --chart histogram --format svg")
    content = place.read("charts/histogram.svg").decode()
    for longest, in place.query("SELECT max(longest_ns) FROM pause GROUP BY run_id", name=results):
        unit, divisor = ("µs", 1e3) if longest < 999500 else ("ms", 1e6)
        check(f"max {longest / divisor:.3g} {unit}" in content, longest, re.findall("max [^<]*", content))


@test("chart memory: how many full collections there were, also where only samples are stored; timeline: what is not stored")
def not_logged(place):
    place.write("full.yaml", f"workload: {SMALL}\npolicies: [off, {{name: threshold, t0: 50, t1: 2, t2: 2}}]\nlog: samples\n")
    place.expect(0, "sweep full.yaml --db full.db")
    full, = place.query("SELECT CAST(max(value) AS INT) FROM summary WHERE metric = 'collections_gen2'", name="full.db")[0]
    check(full > 1, full)
    place.expect(0, "plot full.db --chart memory --format svg")
    words = " ".join(ElementTree.fromstring(place.read("charts/memory.svg").decode()).itertext())
    check(f", {full} full collections" in " ".join(words.split()), words)
    check("no full collection" in words and "max" not in words, words)
    place.expect(0, f"compare -w {SMALL} -p off -p freeze --log collections --db mixed.db")
    place.expect(0, f"run -w {SMALL} -p threshold:t0=50,t1=2,t2=2 --log samples --db mixed.db")
    place.expect(0, "plot mixed.db --chart timeline --format svg")
    words = " ".join(" ".join(ElementTree.fromstring(place.read("charts/timeline.svg").decode()).itertext()).split())
    check(", not stored" in words and "no collections" in words, words)


def texts_of(svg, turned):
    """(x, y, length, text) of those that are turned, or of those that are not."""
    for group in svg.iter("{http://www.w3.org/2000/svg}g"):
        text = " ".join("".join(group.itertext()).split())
        at = re.match(r"translate\(([-\d.]+),([-\d.]+)\)(.*)", group.get("transform") or "")
        if group.get("font-size") and at and text and turned == ("rotate(270" in at[3]):
            length = 0.55 * float(group.get("font-size")) * len(text)
            shift = {"middle": length / 2, "end": length}.get(group.get("text-anchor"), 0) if not turned else 0
            yield float(at[1]) - shift, float(at[2]), length, text


@test("charts with panels: numbers of axes do not touch each other, nor the axis's title")
def axes_apart(place):
    place.write("long.yaml", "workload: web:duration=10s\npolicies: [default, freeze, {name: timed, every: 1s}]\nlog: collections\n")
    place.expect(0, "sweep long.yaml --db long.db")
    results = [place.path("long.db"), compared(place).path("results.db"), odd_results(place).path("twenty policies")]
    for name in results:
        for look in ([], ["--font", ",14"]):
            place.expect(0, ["plot", name, "--format", "svg", "--chart", "histogram", "--chart", "memory", "--chart", "ages", *look])
            for chart in place.files("charts"):
                svg = ElementTree.fromstring(place.read(f"charts/{chart}").decode())
                across = list(texts_of(svg, False))
                numbers = [item for item in across if re.fullmatch(r"[\d.]+( ?[A-Za-zµ]+)?", item[3])]
                for x, y, length, text in numbers:
                    for other in numbers:
                        check(other[:2] == (x, y) or other[1] != y or other[0] >= x + length + 2 or other[0] + other[2] + 2 <= x,
                              os.path.basename(name), look, chart, text, other)
                title = max(x + 6 for x, _, _, text in texts_of(svg, True))
                left = min(x for x, _, _, text in numbers)
                check(left > title - 2, os.path.basename(name), look, chart, title, left)
