# SPDX-License-Identifier: GPL-3.0-or-later
"""A page in a real browser: nothing logged, nothing loaded, charts with a size, tables that sort, no overflow,
contrast. Skipped where chromium and chromedriver are not installed."""
import re
import time
import threading

from browser import BROWSER, DRIVER, Browser
from harness import Place, once, test
from page import Page, Element
from results import ODD, several, swept
from tap import Skip, check, equal

ENTER = "\ue007"
WIDTHS = (360, 768, 1280, 1920)

# One browser for all tests, one test at a time.
lock, started = threading.Lock(), []


def browser():
    if not DRIVER or not BROWSER:
        raise Skip("chromium and chromedriver are not installed")
    if not started:
        started.append(Browser().__enter__())
    return started[0]


def stop():
    for running in started:
        running.__exit__()
    started.clear()


@once
def pages(place):
    """sweep.html and several.html, and the one with failed runs."""
    place.expect(0, ["report", swept(place).path("sweep.db"), "--out", "sweep.html"])
    place.expect(0, ["report", several(place).path("several.db"), "--out", "several.html"])
    ODD[0][1](place, "failed.db")
    place.expect(0, "report failed.db --out failed.html")
    return place


def in_browser(title, *names):
    """Decorator: a test of (browser, source) with each of the pages, open and 1280 wide."""
    def add(function):
        for name in names or ("sweep", "several", "failed"):
            def run(place, name=name):
                with lock:
                    window = browser()
                    path = pages(Place(place.program)).path(f"{name}.html")
                    window.view(1280)
                    window.messages(), window.requests()
                    window.open(path)
                    function(window, path)
            test(f"in a browser, {name}: {title}")(run)
        return function
    return add


# ---- what it is --------------------------------------------------------------------------------------


@in_browser("nothing is logged, and nothing but the page is loaded")
def silent(window, path):
    window.run("document.querySelectorAll('details').forEach((details) => details.open = true)")
    for scheme in ("light", "dark"):
        window.view(1280, scheme=scheme)
    equal(window.messages(), [], "messages")
    equal(window.requests(), ["file://" + path], "requests")


@in_browser("the browser's parser finds the elements where they are written")
def same_tree(window, path):
    with open(path, encoding="utf-8") as file:
        page = Page(file.read())
    written = []

    def walk(element, depth):
        for child in element.children:
            if isinstance(child, Element):
                written.append([child.tag, depth])
                walk(child, depth + 1)
    walk(page.root, 0)
    window.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        window.open(path)
        found = window.run("""
            const found = [];
            const walk = (element, depth) => {
              found.push([element.localName.toLowerCase(), depth]);
              for (const child of element.children) walk(child, depth + 1);
            };
            walk(document.documentElement, 0);
            return found;""")
    finally:
        window.devtools("Emulation.setScriptExecutionDisabled", value=False)
    equal(len(found), len(written), "elements")
    for i, (here, there) in enumerate(zip(found, written)):
        equal(here, there, f"element {i}")


@in_browser("markup in names and in the experiment file is text", "sweep")
def escaped(window, path):
    equal(window.run("return [document.scripts.length, document.querySelectorAll('b').length,"
                     " document.querySelector('h1').textContent]"),
          [1, 0, "thresholds <script>alert(1)</script> & \"more\""], "script, bold, heading")


@in_browser("without JavaScript it is all there, and has no buttons", "sweep")
def without_script(window, path):
    # Arrows are in charts, too: of limits that are far away.
    words = "return document.body.innerText.replaceAll(/[↕↑↓]/g, '').replaceAll(/\\s+/g, ' ')"
    with_script = window.run(words)
    check(window.run("return document.querySelectorAll('button').length") > 0, "buttons with JavaScript")
    window.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        window.open(path)
        equal(window.run("return document.querySelectorAll('button').length"), 0, "buttons")
        equal(window.run(words), with_script, "text")
    finally:
        window.devtools("Emulation.setScriptExecutionDisabled", value=False)


# ---- how it looks ------------------------------------------------------------------------------------


@in_browser("every chart has a size, and its texts are inside of it")
def charts(window, path):
    with open(path, encoding="utf-8") as file:
        written = len(re.findall("<figure ", file.read()))
    for width in WIDTHS:
        window.view(width)
        boxes = window.run("""
            return [...document.querySelectorAll('figure')].map((figure) => {
              const picture = figure.querySelector('svg').getBoundingClientRect();
              const texts = [...figure.querySelectorAll('text')].filter((text) => text.textContent.trim());
              const outside = texts.filter((text) => {
                const box = text.getBoundingClientRect();
                return box.right > picture.right + 4 || box.left < picture.left - 4 ||
                  box.bottom > picture.bottom + 4 || box.top < picture.top - 4;
              });
              return {id: figure.id, width: picture.width, height: picture.height, texts: texts.length,
                      outside: outside.map((text) => text.textContent)};
            });""")
        equal(len(boxes), written, "charts")
        for box in boxes:
            check(box["width"] >= min(width - 80, 700) and box["height"] > 200 and box["texts"] > 5, width, box)
            equal(box["outside"], [], f"texts outside of {box['id']}")


@in_browser("no window makes the page scroll sideways")
def no_overflow(window, path):
    window.run("document.querySelectorAll('details').forEach((details) => details.open = true)")
    for width in (*WIDTHS, 320):
        window.view(width)
        equal(window.run("return document.documentElement.scrollWidth"), width, f"width in {width}")
    window.view(700, media="print")
    equal(window.run("return getComputedStyle(document.querySelector('nav')).display"), "none", "nav in print")
    equal(window.run("return document.documentElement.scrollWidth"), 700, "width in print")


@in_browser("what is wider than its frame scrolls in it: a shadow and a bar say so, and the keyboard does it")
def frames_scroll(window, path):
    window.run("document.querySelectorAll('details').forEach((details) => details.open = true)")
    outside = window.run("return [...document.querySelectorAll('table')].filter((table) => !table.closest('.scroll')).length")
    equal(outside, 0, "tables without a frame")
    for width in (1280, 390):
        window.view(width)
        wide = window.run("""
            return [...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth)
              .map((box) => {
                const style = getComputedStyle(box);
                box.focus();
                return {shadows: (style.backgroundImage.match(/gradient/g) || []).length, moves: style.backgroundAttachment,
                        bar: style.scrollbarWidth, overflow: style.overflowX, focused: document.activeElement === box};
              });""")
        check(wide or width > 390, "something is wider than a phone")
        for box in wide:
            equal(box, {"shadows": 4, "moves": "local, local, scroll, scroll", "bar": "thin", "overflow": "auto",
                        "focused": True}, f"a frame at {width}")
    window.run("[...document.querySelectorAll('.scroll')].find((box) => box.scrollWidth > box.clientWidth).focus()")
    for _ in range(5):
        window.press("\ue014")  # to the right
    moved = "return document.activeElement.scrollLeft > 0"
    deadline = time.monotonic() + 10
    while not window.run(moved) and time.monotonic() < deadline:
        time.sleep(0.1)
    check(window.run(moved), "the keyboard scrolls it")


@in_browser("whether a difference is for the better is said in words, too")
def words(window, path):
    wrong = window.run("""
        return [...document.querySelectorAll('td .good, td .bad')].map((span) => [span.className, span.textContent])
          .filter(([name, text]) => !text.endsWith(name === 'good' ? 'better' : 'worse'));""")
    equal(wrong, [], "differences without the word")


@in_browser("text has a contrast of 4.5 to 1 at least, in light and dark")
def contrast(window, path):
    for scheme in ("light", "dark"):
        window.view(1280, scheme=scheme)
        low = window.run("""
            const light = (colour) => {
              const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
                const c = part / 255;
                return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
              });
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const ground = (element) => {
              for (; element; element = element.parentElement) {
                const colour = getComputedStyle(element).backgroundColor;
                if (!/, 0\\)$/.test(colour)) return colour;
              }
            };
            const low = [];
            for (const element of document.body.querySelectorAll('*')) {
              if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
              if (element.closest('script, style, title')) continue;
              if (element.closest('[id^="chart-heatmap"]')) continue;  // on its cells
              const style = getComputedStyle(element);
              const colour = element.localName === 'text' ? style.fill : style.color;
              const found = ratio(light(colour), light(ground(element)));
              if (found < 4.5) low.push([element.textContent.trim().slice(0, 40), colour, found.toFixed(2)]);
            }
            return low;""")
        equal(low, [], f"contrasts in {scheme}")


@in_browser("dark: every colour of a chart has one for dark pages, lines stand out from the paper")
def dark_charts(window, path):
    window.view(1280, scheme="dark")
    missing = window.run("""
        const missing = new Set();
        for (const figure of document.querySelectorAll('figure:not([id^="chart-heatmap"])'))
          for (const [, colour] of figure.innerHTML.matchAll(/var\\((--[0-9a-f]{6}),/g))
            if (!getComputedStyle(figure).getPropertyValue(colour)) missing.add(figure.id + ' ' + colour);
        return [...missing];""")
    equal(missing, [], "colours without one for dark pages (results/report/style.css)")
    equal(window.run("return getComputedStyle(document.documentElement).backgroundColor"), "rgb(28, 30, 33)", "paper")


@in_browser("on paper: a whole document")
def paper(window, path):
    printed = window.printed()
    check(printed.startswith(b"%PDF") and len(printed) > 50_000, f"{len(printed)} bytes")
    check(len(re.findall(rb"/Type\s*/Page\b", printed)) >= 5, "pages")


# ---- sorting -------------------------------------------------------------------------------------------


STATE = """
    return [...document.querySelectorAll('table.sortable')].map((table) => ({
      name: table.getAttribute('aria-labelledby'),
      heads: [...table.tHead.rows[0].cells].map((head) => [head.dataset.name, head.getAttribute('aria-sort')]),
      rows: [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell, i) =>
        i === 0 ? cell.querySelector('code').textContent : cell.dataset.value ?? null)),
      labels: [...table.querySelectorAll('th button')].map((button) => button.getAttribute('aria-label')),
    }))"""


def check_sorted(state, column, direction):
    keys = [row[column] for row in state["rows"]]
    equal([head[1] for head in state["heads"]],
          [direction if i == column else None for i in range(len(state["heads"]))], "aria-sort")
    if column == 0:
        natural = [[int(part) if part.isdigit() else part for part in re.split(r"(\d+)", key)] for key in keys]
        equal(natural, sorted(natural, reverse=direction == "descending"), "names")
        return
    numbers = [float(key) for key in keys if key is not None]
    equal(numbers, sorted(numbers, reverse=direction == "descending"), "numbers")
    equal(keys[len(numbers):], [None] * (len(keys) - len(numbers)), "those without a value come last")


@in_browser("a click on a column's button sorts by it as numbers; another one the other way round")
def sorting(window, path):
    before = window.run(STATE)
    for table, state in enumerate(before):
        sorted_by = next((i for i, head in enumerate(state["heads"]) if head[1]), None)
        check(sorted_by is not None or state["name"].startswith("profile"), "sorted by the objective", state["heads"])
        if sorted_by is not None:
            check_sorted(state, sorted_by, "ascending")
        equal(state["labels"], [f"sort by {name}" for name, _ in state["heads"]], "labels")
        columns = range(len(state["heads"]))
        for column in columns if sorted_by is None else (sorted_by, *columns):
            for direction in ("descending", "ascending") if column == sorted_by else ("ascending", "descending"):
                window.run("document.querySelectorAll('table.sortable')[arguments[0]]"
                           ".querySelectorAll('th button')[arguments[1]].click()", table, column)
                now = window.run(STATE)
                check_sorted(now[table], column, direction)
                equal(sorted(map(str, now[table]["rows"])), sorted(map(str, state["rows"])), "the same rows")
            sorted_by = None


@in_browser("the keyboard sorts too", "sweep")
def keyboard(window, path):
    window.run("document.querySelectorAll('th button')[4].focus()")
    for direction in ("ascending", "descending"):
        window.press(ENTER)
        check_sorted(window.run(STATE)[0], 4, direction)
    check(window.run("const box = document.activeElement.getBoundingClientRect();"
                     "return box.width >= 24 && box.height >= 24"), "a button large enough for a finger")
