# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of a results file from a stranger: its texts are drawn, never executed; what is no number is an error."""
import os
import re
import shutil
import signal
import sqlite3
import time
import xml.etree.ElementTree as ElementTree

from harness import SMALL, once, test
from results_file import compared
from trouble import wait_for_handler
from tap import check, equal

RUN = 'system("touch PWNED")'
HOSTILE = {
    "lines of commands": f"x\n{RUN}\n!touch PWNED\n`touch PWNED`\n",
    "the end of data": f"x\nEND_OF_DATA\n{RUN}\nEOD\ne\n{RUN}\n",
    "ends of strings": f"x'; {RUN}; '\"; {RUN.replace(chr(34), chr(39))}; \"",
    "back-quotes": "`touch PWNED`$(touch PWNED)\\`touch PWNED\\`",
    "macros and blocks": "@name $data $data[1] @own_title {/Symbol a}^b_c&{d}",
    "formats": "%s%n%d%%%1$s%*d %t",
    "pipes and files": "< touch PWNED",
    "a back-slash at the end": "x\\",
    "comments and separators": "# x\t1e9\tNaN;\x01|,",
    "control characters": "\x1b[2J\x07\r\x7f\u009b31m\u202e",
    "bytes that are no text": b"x\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80",
    "tags": "</text></svg><script>x()</script><!-- ]]> &amp; &#0;",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of quotes": "'\"`" * 350_000,
    "nothing": "",
}
# Whoever changes a file on purpose can take its seals away.
UNSEAL = ("UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL;"
          "UPDATE experiment SET seal = NULL, seal_runs = NULL")
COLUMNS = [("run", "policy"), ("run", "workload"), ("run", "collector"), ("parameter", "text"),
           ("parameter", "name"), ("experiment", "name"), ("experiment", "baseline")]


@once
def sound(place):
    """Results that every chart can be drawn of."""
    place.write("few.yaml", f"workload: {SMALL}\npolicies:\n  - off\n  - freeze\n"
                            "  - {name: threshold, t0: [300, 5000], t1: [2, 10]}\nreplications: 2\nlog: collections\n")
    place.expect(0, "sweep few.yaml --db few.db")
    return place


def changed(place, statements, *values):
    """A copy of the results in which something was changed."""
    shutil.copy(sound(place).path("few.db"), place.path("few.db"))
    connection = sqlite3.connect(place.path("few.db"))
    for statement in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.executescript(UNSEAL)
    connection.close()


def drawn_or_refused(place, arguments, folder):
    """Every chart is there, or one line says why none is; nothing else came to be."""
    before = set(place.files())
    done = place.run(arguments)
    check(done.status in (0, 1), f"status {done.status}", done.err)
    if done.status == 1:
        check(re.fullmatch(r"\S*pygcsim( [a-z]+)?: .*\n", done.err), "one line", done.err[:500])
    else:
        equal(done.err, "", "standard error")
    check(set(place.files()) - before <= {folder}, "files", place.files())
    return done.status == 0


for what, value in HOSTILE.items():
    @test(f"plot, report of results with {what} in every text: drawn, or refused in one line")
    def hostile_texts(place, value=value):
        text = value.encode() if isinstance(value, str) else value
        is_long = len(text) > 1000
        some = " WHERE run_id = 1" if is_long else ""  # there are hundreds of them
        for at, expression in enumerate(("%s || CAST(?1 AS TEXT)", "CAST(?1 AS TEXT) || %s")):
            changed(place, [f"UPDATE {table} SET {column} = {expression % column}{some if table == 'parameter' else ''}"
                            for table, column in COLUMNS], text)
            if drawn_or_refused(place, f"plot few.db --format svg --out svg{at}{' --chart pauses --chart tradeoff' * is_long}", f"svg{at}"):
                for name in place.files(f"svg{at}"):
                    content = place.read(f"svg{at}/{name}").decode()
                    ElementTree.fromstring(content)
                    check(len(content) > 5000 and not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f]|<script", content), name)
        if not is_long:
            drawn_or_refused(place, "report few.db --out page.html", "page.html")
        for form in ("png", "pdf"):
            drawn_or_refused(place, f"plot few.db --chart memory{' --chart heatmap' * (not is_long)} --format {form} --out {form}", form)


@test("plot of results with odd texts: what is in them can be read")
def odd_texts(place):
    odd = "it's \"q\" `b` @a $d {/c}^2_x 50% \\n é 𝄞"
    changed(place, ["UPDATE run SET policy = ?1 WHERE policy = 'off'", "UPDATE run SET collector = ?1"], odd)
    place.expect(0, "plot few.db --format svg --chart mmu --chart gctime")
    for chart in ("mmu", "gctime"):
        words = [" ".join(text.split()) for text in
                 ElementTree.fromstring(place.read(f"charts/{chart}.svg").decode()).itertext()]
        check(odd in words, chart, words)
        check(any(f" on {odd}, seeds 1 to 2" in text for text in words), f"subtitle of {chart}", words)


@test("plot: policies of the same name are two")
def same_name(place):
    changed(place, ["UPDATE run SET policy = CAST(?1 AS TEXT) || CASE policy WHEN 'off' THEN x'fe' ELSE x'ff' END"
                    " WHERE policy IN ('off', 'freeze')"], "same")
    place.expect(0, "plot few.db --format svg")
    for chart in ("mmu", "memory", "gctime"):
        equal(len(re.findall("same\ufffd[,<]", place.read(f"charts/{chart}.svg").decode())), 2, chart)


NUMBERS = [
    # what is changed; the chart that reads it
    ("UPDATE summary SET value = ?1 WHERE metric = 'service_gc_time_gen0'", "gctime"),
    ("UPDATE summary SET value = ?1 WHERE metric = 'mmu_2ms'", "mmu"),
    ("UPDATE summary SET value = ?1 WHERE metric IN ('latency_p99', 'horizon_latency_p99')", "heatmap"),
    ("UPDATE pause SET longest_ns = ?1", "pauses"),
    ("UPDATE pause SET total_ns = ?1", "histogram"),
    ("UPDATE latency SET requests = ?1", "latency"),
    ("UPDATE age SET by_refcount = ?1", "ages"),
    ("UPDATE sample SET garbage_bytes = ?1", "memory"),
    ("UPDATE sample SET wall_ns = ?1 WHERE wall_ns = (SELECT max(wall_ns) FROM sample AS s WHERE s.run_id = sample.run_id)",
     "memory"),
    ("UPDATE collection SET pause_ns = ?1", "timeline"),
    ("UPDATE collection SET seq = ?1 WHERE seq = (SELECT max(seq) FROM collection AS c WHERE c.run_id = collection.run_id)",
     "timeline"),
    ("UPDATE run SET wall_ns = ?1", "timeline"),
    ("UPDATE run SET heap_peak_bytes = ?1", "pareto"),
    ("UPDATE parameter SET value = ?1", "effects"),
]

for statement, chart in NUMBERS:
    @test(f"chart {chart}, no number where one belongs ({statement.split(' = ')[0].lower()}): an error, nothing drawn")
    def no_number(place, statement=statement, chart=chart):
        for value in ("x\nEND_OF_DATA\n!touch PWNED\n", b"\x00\xff"):
            changed(place, [statement], value)
            place.expect(1, f"plot few.db --chart {chart}", err=["few.db", "damaged"])
            equal(place.files(), ["few.db"], "files")


@test("charts of numbers beyond all measure: drawn, or refused in one line; in a while")
def huge_numbers(place):
    for value in (-1, 0, 1, 2**62, 2**63 - 1, -2**63):  # 2^62 is the largest that is not damage
        for statement in ("UPDATE run SET wall_ns = ?1", "UPDATE pause SET longest_ns = ?1, total_ns = ?1",
                          "UPDATE sample SET live_bytes = ?1", "UPDATE collection SET pause_ns = ?1",
                          "UPDATE latency SET longest_ns = ?1", "UPDATE age SET youngest = ?1, by_refcount = ?1"):
            changed(place, [statement], value)
            for chart in ("pauses", "histogram", "timeline", "memory", "latency", "ages"):
                if statement.split()[1] in ("run", chart, chart.rstrip("s")) or chart in ("timeline", "memory"):
                    done = place.run(f"plot few.db --chart {chart}")
                    check(done.status == 0 or done.err.splitlines()[-1:] and "pygcsim" in done.err.splitlines()[-1],
                          statement, value, chart, done.err)


# ---- what else could change a chart ----------------------------------------------------------------


@test("plot: nothing of the user's own settings for gnuplot changes a chart")
def own_settings(place):
    results = compared(place).path("results.db")
    os.mkdir(place.path("home"))
    os.mkdir(place.path("empty"))
    trap = "system('touch PWNED')\nset label 77 'FROM RC' at screen 0.5,0.5\n"
    for name in (".gnuplot", "gnuplotrc", ".gnuplotrc", "stat.inc"):
        place.write(f"home/{name}", trap)
    place.write(".gnuplot", trap)
    settings = {"HOME": place.path("home"), "GNUPLOT_LIB": place.path("home"), "GNUTERM": "dumb",
                "GNUPLOT_DRIVER_DIR": place.path("home"), "GNUPLOT_PS_DIR": place.path("home"), "GDFONTPATH": "/",
                "GNUPLOT_FONTPATH": "/", "GNUPLOT_DEFAULT_GDFONT": "x", "FIT_LOG": place.path("fit.log"), "FIT_SCRIPT": "false",
                "PAGER": "touch PWNED", "SHELL": "/bin/false", "LC_ALL": "POSIX", "LANG": "xx_XX", "LC_NUMERIC": "de_DE.UTF-8",
                "GNUHELP": "/", "GNUPLOT_LUA_DIR": place.path("home"), "G_MESSAGES_DEBUG": "all", "CAIRO_DEBUG_PDF": "1",
                "XDG_CONFIG_DIRS": "/x"}
    for form in ("svg", "png"):
        for folder, more in (("as_it_is", {"HOME": place.path("empty")}), ("changed", settings)):
            place.expect(0, f"plot {results} --format {form} --chart pauses --chart memory --out {folder}",
                         env={**os.environ, **more})
        for chart in ("pauses", "memory"):
            equal(place.read(f"as_it_is/{chart}.{form}"), place.read(f"changed/{chart}.{form}"), f"{chart}.{form}")
    check("PWNED" not in place.files() and not os.path.exists(place.path("fit.log")), place.files())


def processes_in(folder):
    """Those whose working directory it is."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{process}/cwd") == os.path.realpath(folder):
                found.append(process)
        except OSError:
            pass
    return found


@test("plot that is interrupted while it draws: within a second, gnuplot has ended, nothing is left")
def interrupted(place):
    results = compared(place).path("results.db")
    place.write("endless.gp", "while (1) { a = 1 }\n")
    for number in (signal.SIGINT, signal.SIGTERM):
        with place.start(f"plot {results} --chart pauses --template endless.gp") as process:
            while len(processes_in(place.folder)) < 2:
                time.sleep(0.02)
            time.sleep(0.1)
            process.send_signal(number)
            began = time.monotonic()
            process.communicate(timeout=30)
            check(time.monotonic() - began < 5, "it took too long")
            equal(process.returncode, -number, "status")
        equal(processes_in(place.folder), [], "processes")
        equal(place.files(), ["endless.gp"], "files")


def program(place, name, *lines):
    """An environment in which gnuplot is that."""
    os.makedirs(place.path(name), exist_ok=True)
    path = place.path(f"{name}/gnuplot")
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(["#!/bin/sh", *lines, ""]))
    os.chmod(path, 0o755)
    return {**os.environ, "PATH": f"{place.path(name)}:{os.environ['PATH']}"}


@test("a gnuplot that crashes, or writes without end: one line, no file, and it has ended")
def bad_gnuplots(place):
    results = compared(place).path("results.db")
    for name, line, words in (("crash", "echo '<svg'; kill -SEGV $$", "ended by signal 11"),
                              ("picture", "exec yes", "writes without end"),
                              ("messages", "exec yes >&2", "writes without end")):
        env = program(place, name, line)
        for command in (f"plot {results} --chart pauses --out x.svg", f"report {results} --out x.html"):
            place.expect(1, command, err=["gnuplot could not draw", words], env=env)
    equal(processes_in(place.folder), [], "processes")
    equal(place.files(), ["crash", "messages", "picture"], "files")


@test("plot that is interrupted while gnuplot, which has closed its output, goes on")
def silent_gnuplot(place):
    results = compared(place).path("results.db")
    env = program(place, "silent", "exec >&-", ": >closed", "exec sleep 60")
    with place.start(f"plot {results} --chart pauses --out x.svg", env=env) as process:
        while not os.path.exists(place.path("closed")):
            time.sleep(0.02)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        process.communicate(timeout=30)
        check(time.monotonic() - began < 5, "it took too long")
        equal(process.returncode, -signal.SIGINT, "status")
    equal(processes_in(place.folder), [], "processes")


@test("plot that is interrupted while it reads the results: within a second")
def interrupted_reading(place):
    shutil.copy(compared(place).path("results.db"), place.path("much.db"))
    changed_file = sqlite3.connect(place.path("much.db"))
    changed_file.execute("UPDATE run SET seal_histograms = NULL")
    changed_file.execute("INSERT INTO pause WITH n(i) AS (VALUES (1000) UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)"
                         " SELECT (SELECT min(id) FROM run), 0, i, 1, i, i FROM n")
    changed_file.commit()
    changed_file.close()
    with place.start("plot much.db --chart histogram") as process:
        wait_for_handler(process, signal.SIGINT)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
        check(time.monotonic() - began < 2, f"it took {time.monotonic() - began:.1f} s")
    equal((process.returncode, err), (-signal.SIGINT, f"{process.args[0]} plot: stopped\n"), "status, standard error")


@test("what gnuplot says of a template reaches the terminal printable")
def printable_refusal(place):
    place.write("t.gp", "a = 1\nplot \x1b[2J\x07 sin(x\n")
    done = place.run(f"plot {compared(place).path('results.db')} --chart pauses --template t.gp")
    check("\\x1b[2J" in done.err and not set(done.err) & set("\x1b\x07"), repr(done.err))


# ---- files -----------------------------------------------------------------------------------------


@test("plot --out FILE: one chart, in the form that its ending names")
def one_file(place):
    results = compared(place).path("results.db")
    for name, magic in (("a.png", b"\x89PNG"), ("b.svg", b"<?xml"), ("c.PDF", b"%PDF-")):
        equal(place.expect(0, f"plot {results} --chart gctime --out {name}").out, f"{name}\n", "printed")
        check(place.read(name).startswith(magic), name)
    equal(place.files(), ["a.png", "b.svg", "c.PDF"], "files")
    os.mkdir(place.path("d.png"))
    equal(place.expect(0, f"plot {results} --chart gctime --out d.png").out, "d.png/gctime.png\n", "a folder")
    for arguments, words in (("--out e.png", "one --chart"), ("--chart mmu --chart ages --out e.png", "one --chart"),
                             ("--chart mmu --out e.png --format svg", "--format says svg")):
        place.expect(2, f"plot {results} {arguments}", err=["e.png", words])
    place.expect(1, f"plot {results} --chart mmu --out none/e.png", err=["none/e.png", "No such file"])


@test("plot --out: no link with a name that can be guessed is followed")
def guessed_links(place):
    results = compared(place).path("results.db")
    os.mkdir(place.path("charts"))
    place.write("victim", "keep")
    with place.start(f"plot {results} --chart gctime") as process:
        for name in (f".gctime.{process.pid}", f".pygcsim-{process.pid}", f".gctime.png.{process.pid}",
                     *(f".pygcsim-{process.pid}-{n}" for n in range(32))):
            os.symlink(place.path("victim"), place.path(f"charts/{name}"))
        process.communicate(timeout=60)
        equal(process.returncode, 0, "status")
    equal(place.read("victim"), b"keep", "what the links lead to")


# ---- size, letters, title --------------------------------------------------------------------------


@test("plot --size, --title, --font: of png, svg and pdf")
def looks(place):
    results = compared(place).path("results.db")
    title = "It's \"ours\": `50%` of $x @y {z} <b>"
    for form in ("png", "svg", "pdf"):
        place.expect(0, ["plot", results, "--chart", "gctime", "--out", f"a.{form}", "--size", "1920x1080",
                         "--title", title, "--font", "DejaVu Serif,13"])
    equal(place.read("a.png")[16:24], (1920).to_bytes(4, "big") + (1080).to_bytes(4, "big"), "size of png")
    svg = ElementTree.fromstring(place.read("a.svg").decode())
    equal([svg.get("width"), svg.get("height")], ["1920", "1080"], "size of svg")
    check(title in [" ".join(text.split()) for text in svg.itertext()], "title")
    check("DejaVu Serif" in place.read("a.svg").decode(), "font")
    check(re.search(rb"/MediaBox \[ ?0 0 1440 810", place.read("a.pdf")), "size of pdf")


for option, value in (("--size", "1920"), ("--size", "1920x"), ("--size", "x1080"), ("--size", "299x1080"), ("--size", "1920x10001"),
                      ("--size", "-1920x1080"), ("--size", "1920x1080x"), ("--font", "a'b"), ("--font", "a`b`"), ("--font", "Arial,"),
                      ("--font", "Arial,99"), ("--font", "Arial,nan"), ("--font", "Arial,12,"), ("--font", "a;b"), ("--title", "")):
    @test(f"refused: plot {option} {value!r}")
    def refused_look(place, option=option, value=value):
        place.expect(2, ["plot", "x.db", option, value], err=[option])
