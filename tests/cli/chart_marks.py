# SPDX-License-Identifier: GPL-3.0-or-later
"""Letters and numbers of points in tradeoff, pareto and overhead: each at its own point, none to be taken for another's."""
import math
import random
import re
import shutil
import sqlite3
import xml.etree.ElementTree as ElementTree

from chart_text import UNSEAL
from harness import once, test
from tap import check, equal

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"


@once
def many(place):
    """Forty policies of five kinds, each with a run."""
    place.write("many.yaml", "workload: web:modules=100,duration=300ms,rate=50\npolicies:\n  - default\n  - off\n  - freeze\n"
                             "  - {name: threshold, t0: {range: 300..50000, points: 25}}\n"
                             "  - {name: timed, every: {range: 10ms..200ms, points: 12}}\nminimise: latency_p99\n")
    place.expect(0, "sweep many.yaml --db many.db")
    return place


def spread(n):
    chance = random.Random(n)
    return [(chance.uniform(1, 4), chance.uniform(1, 2)) for _ in range(40)]


LAYOUTS = {
    "anywhere": spread(1),
    "anywhere else": spread(2),
    "all in one place": [(2, 1.5)] * 40,
    "in two places that touch": [(2 + 0.01 * (i % 2), 1.5) for i in range(40)] + [(1, 1), (4, 2)],
    "in a heap, one far off": [(2 + x / 100, 1.5 + y / 100) for x, y in spread(3)][:39] + [(4, 1.9)],
    "above each other": [(2, 1 + i / 100) for i in range(40)],
    "on a line downwards": [(2 + i / 40, 2 - i / 40) for i in range(40)],
    "at the edges": [((1, 4, 1, 4, 2.5)[i % 5], (1, 2, 2, 1, 1.5)[i % 5] + 0.002 * (i // 5)) for i in range(40)],
    "in a grid": [(1 + 0.4 * (i % 8), 1 + 0.2 * (i // 8)) for i in range(40)],
    "on a front of twelve": [(1 + i / 8, 2 - i / 20) for i in range(12)] + [(3 + i / 100, 1.9) for i in range(28)],
}


def laid_out(place, points):
    """The results, but for the heaps and latencies of the policies."""
    shutil.copy(many(place).path("many.db"), place.path("many.db"))
    connection = sqlite3.connect(place.path("many.db"))
    runs = [row[0] for row in connection.execute("SELECT id FROM run ORDER BY id")]
    for run, (x, y) in zip(runs, points):
        connection.execute("UPDATE run SET heap_peak_bytes = ? WHERE id = ?", (int(x * 2**20), run))
        for metric, value in (("heap_peak", x * 2**20), ("horizon_heap_peak", x * 2**20), ("latency_p99", y / 10), ("service_pause_p99", y / 1000),
                              ("service_pause_max", y / 900), ("horizon_latency_p99", y / 10),
                              ("horizon_pause_max", y / 900)):
            connection.execute("INSERT OR REPLACE INTO summary VALUES (?, ?, ?)", (run, metric, value))
    connection.commit()
    connection.executescript(UNSEAL)
    connection.close()


def place_of(transform):
    return tuple(map(float, re.match(r"translate\(([-\d.]+),([-\d.]+)\)", transform).groups()))


def read(svg, policies):
    """What a chart shows: the place of each mark, of its policy's point, of all points, and ends of lines."""
    texts = [(*place_of(group.get("transform")), float(group.get("font-size")), " ".join("".join(group.itertext()).split()))
             for group in svg.iter(f"{SVG}g") if group.get("font-size")]
    table, marks = {}, {}
    for before, after in zip(texts, texts[1:]):
        if re.fullmatch(r"[a-z]|\d+", before[3]) and after[3] in policies:
            table[before[3]], column = after[3], before[0]
    for x, y, size, text in texts:
        if text in table and size == 9:
            check(text not in marks, f"{text} is there twice")
            marks[text] = (x, y - 0.35 * size)
    found = [(place_of(use.get("transform")), float(re.search(r"scale\(([\d.]+)\)", use.get("transform")).group(1)))
             for use in svg.iter(f"{SVG}use") if (use.get("transform") or "").startswith("translate")]
    points = [(at, size) for at, size in found if abs(at[0] - column) > 1 and at[1] > 50]  # but for the legend's and the key's
    largest = max(size for _, size in points)
    marked = [policy for policy in policies if policy in table.values()]
    own = dict(zip(marked, [at for at, size in points if size == largest]))
    equal(len([at for at, size in points if size == largest]), len(marked), "points with marks")
    lines = [tuple(map(float, numbers)) for path in svg.iter(f"{SVG}path")
             for numbers in re.findall(r"M([\d.]+),([\d.]+) L([\d.]+),([\d.]+)(?=\s*(?:M|$))", path.get("d"))]
    return {mark: (at, own[table[mark]]) for mark, at in marks.items()}, table, [at for at, _ in points], lines


for name, points in LAYOUTS.items():
    for chart in ("pareto", "tradeoff"):
        @test(f"chart {chart}, points {name}: marks are apart, on no point, and at their own")
        def marks_of(place, points=points, chart=chart):
            laid_out(place, points)
            results = place.path("many.db")
            policies = place.query("SELECT policy FROM run ORDER BY id", name=results)
            policies = [row[0] for row in policies]
            place.expect(0, f"plot {results} --chart {chart} --metric latency_p99 --format svg")
            marks, table, every, lines = read(ElementTree.fromstring(place.read(f"charts/{chart}.svg")), policies)
            equal(sorted(marks), sorted(table), "every mark of the table has its point")
            check(len(marks) >= 8, marks)
            blanks = re.findall(r"<polygon fill *= *'rgb\(255, ?255, ?255\)'", place.read(f"charts/{chart}.svg").decode())
            equal(len(blanks), len(marks), "blanks in intervals, for the marks on them")
            for mark, (at, own) in marks.items():
                others = [point for point in every if math.dist(point, own) > 2.5]
                near = min([math.dist(at, point) for point in others], default=1e9)
                distance = math.dist(at, own)
                led = any(min(math.dist(own, line[:2]), math.dist(own, line[2:])) < 1 and
                          min(math.dist(at, line[:2]), math.dist(at, line[2:])) < 12 for line in lines)
                check(led or distance < 16 and near > 1.25 * distance, f"{mark} is {distance} from its point, {near} from another's")
                check(near > 5, f"{mark} is on another's point: {near}")
                for other, (there, _) in marks.items():
                    check(mark == other or abs(at[0] - there[0]) > 6 or abs(at[1] - there[1]) > 9, f"{mark} and {other} overlap")
                check(not led or all(math.dist(at, line[2:]) > 4 or math.dist(own, line[:2]) < 1 for line in lines), f"{mark}: another's line")


@test("chart pareto: numbers are places on the front, from the left")
def numbers_of_front(place):
    laid_out(place, LAYOUTS["on a front of twelve"])
    results = place.path("many.db")
    place.expect(0, f"plot {results} --chart pareto --metric latency_p99 --format svg")
    policies = [row[0] for row in place.query("SELECT policy FROM run ORDER BY id", name=results)]
    _, table, _, _ = read(ElementTree.fromstring(place.read("charts/pareto.svg")), policies)
    equal({int(mark): policy for mark, policy in table.items() if mark.isdigit()},
          {n + 1: policies[n] for n in range(12)}, "the front")
