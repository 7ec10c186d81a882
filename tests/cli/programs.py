# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiled programs in files, engines, cores, memory: whatever the way, the same results."""
import ctypes
import ctypes.util
import os
import signal
import sqlite3
import struct
import time

from harness import ENDLESS, SMALL, limit_files, test, without_progress
from tap import Skip, check, equal
from trouble import as_nobody, read_only, small_disk

POLICIES = "-p default -p threshold:t0=50 -p freeze -p timed:every=30s -p event -p off"
SCRIPT = "new 0 2\nnew 1 1 bytes=1KiB\nstore 0 0 1\nstore 1 0 0\ndrop 0\ndrop 1\n" * 300

# What it says, options that say what the program is.
PROGRAMS = [
    ("web", f"-w {SMALL}"),
    ("web, another seed", "-w web:modules=500,duration=1s,rate=100,objects=50"
                          " --seed 9223372036854775807"),
    ("device", "-w device:duration=1h --seed 0"),
    ("device out of memory", "-w device:duration=24h,poll=600s,config=100kB,report_size=100kB,"
                             "step_objects=200,memory_limit=1200KiB"),
    ("a script", "-w script:file=s.heap"),
]


def rows(place, name, engine=True, numbers=True):
    """Everything in a results file, as text; perhaps without what says which engine it was, or runs by what they are of
    instead of their numbers."""
    connection = place.database(name)
    try:
        lines = []
        named = {run[0]: " ".join(map(str, run[1:])) for run in connection.execute(
            "SELECT id, policy, collector, seed, workload FROM run").fetchall()}
        for (table,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):
                values = dict(row)
                if not engine:
                    values.pop("engine", None)
                    values.pop("seal", None)  # which covers it
                if not numbers:
                    run = "id" if table == "run" else "run_id"
                    values.update({run: named[values[run]]} if run in values else {})
                    for seal in ("seal", "seal_histograms", "seal_log"):  # which cover them
                        values.pop(seal, None)
                lines.append(f"{table} {values}")
        return lines if numbers else sorted(lines)
    finally:
        connection.close()


def same_rows(place, a, b, **options):
    expected, got = rows(place, a, **options), rows(place, b, **options)
    check(expected, f"{a} is empty")
    for x, y in zip(expected, got):
        equal(y, x, f"a row of {b}, not as in {a}")
    equal(len(got), len(expected), f"rows of {b}")


# ---- a file in place of the workload -----------------------------------------------------------


for what, given in PROGRAMS:
    for compress in ("", " --compress"):
        for collector in ("cpython-3.13", "cpython-3.8"):
            @test(f"{what}{compress}, {collector}: from its file it gives the same rows")
            def from_file(place, given=given, compress=compress, collector=collector):
                place.write("s.heap", SCRIPT)
                place.expect(0, f"compile {given} -c {collector} --out p.program{compress}",
                             [collector, "p.program"])
                os.remove(place.path("s.heap"))
                place.expect(0, f"compare --program p.program {POLICIES} --db file.db")
                place.write("s.heap", SCRIPT)
                place.expect(0, f"compare {given} -c {collector} {POLICIES} --db direct.db")
                same_rows(place, "direct.db", "file.db")


@test("run --program prints what run prints, and --json too")
def same_output(place):
    place.expect(0, f"compile -w {SMALL} --seed 3 --out p.program")
    for options in ("", " --json", " --sample 50ms"):
        expected, got = (place.expect(0, f"run {given} -p freeze --db {name}.db{options}").out
                         for name, given in (("a", f"-w {SMALL} --seed 3"),
                                             ("b", "--program p.program")))
        equal(got.replace("b.db", "a.db"), expected, "standard output")
    same_rows(place, "a.db", "b.db")


@test("compile says what the program is, and what to do with it")
def compile_says(place):
    result = place.expect(0, f"compile -w {SMALL} --seed 7", [
        "web:duration=2s,modules=1000", "cpython-3.13", "seed 7", "operations", "objects",
        "pygcsim compare --program out.program"])
    equal(place.files(), ["out.program"], "files")
    equal(result.out.count("\n"), 2, "lines")


@test("compile: the same program, the same bytes, in place of what was there")
def compile_again(place):
    for options in ("", " --compress", " --memory 1KiB"):
        for name in ("a.program", "b.program"):
            place.expect(0, f"compile -w {SMALL} --out {name}{options}")
        check(place.read("a.program") == place.read("b.program"), f"two files{options} differ")
    place.expect(0, f"compile -w {SMALL} --out b.program")
    check(place.read("a.program") == place.read("b.program"), "--memory changes the file")


@test("a compressed file is smaller")
def compressed(place):
    for name, options in (("a.program", ""), ("b.program", "--compress")):
        place.expect(0, f"compile -w {SMALL} --out {name} {options}")
    check(len(place.read("b.program")) < len(place.read("a.program")) / 3, "it is not")


@test("a file has the permissions of any other new file")
def permissions(place):
    for mask, expected in ((0o022, 0o644), (0o077, 0o600)):
        place.expect(0, f"compile -w {SMALL}", preexec_fn=lambda mask=mask: os.umask(mask))
        equal(os.stat(place.path("out.program")).st_mode & 0o777, expected, "mode")
        os.remove(place.path("out.program"))


# Compiled for, run with; refused or not.
COLLECTORS = [
    *((a, b, True) for a in (8, 11) for b in (8, 9, 10, 11)),
    *((a, b, True) for a in (13, 15) for b in (13, 15)),
    (12, 12, True), (12, 13, False), (12, 11, False), (13, 12, False), (13, 11, False),
    (15, 10, False), (8, 12, False), (8, 13, False), (11, 15, False),
]


@test("a file goes with the collectors that have its times; for others the line says what to do")
def collectors(place):
    for made in {made for made, _, _ in COLLECTORS}:
        place.expect(0, f"compile -w {SMALL} -c cpython-3.{made} --out {made}.program")
    for made, used, good in COLLECTORS:
        arguments = f"run --program {made}.program -c cpython-3.{used} --db {made}-{used}.db"
        if good:
            place.expect(0, arguments, [f"cpython-3.{used}"])
            place.expect(0, f"run -w {SMALL} -c cpython-3.{used} --db {used}.db")
            same_rows(place, f"{used}.db", f"{made}-{used}.db")
            os.remove(place.path(f"{used}.db"))
        else:
            place.expect(1, arguments, err=[f"{made}.program", f"times of cpython-3.{made}",
                                            f"compile it with --collector cpython-3.{used}"])
            check(f"{made}-{used}.db" not in place.files(), "a results file was made")


@test("without --collector a file is run on the one it was compiled for")
def own_collector(place):
    place.expect(0, f"compile -w {SMALL} -c cpython-3.9")
    place.expect(0, "run --program out.program")
    equal(place.query("SELECT collector FROM run")[0][0], "cpython-3.9", "collector")


# What it says, arguments, texts on standard error. Status 2.
USAGE = [
    ("--program and --workload", f"run --program p.program -w {SMALL}", ["--program", "--workload"]),
    ("--program and --seed", "compare --program p.program --seed 1", ["--program", "--seed"]),
    ("--program and --engine graph", "run --program p.program --engine graph",
     ["--program", "--engine interval"]),
    ("no name for --program", "run --program ''", ["--program"]),
    ("--program without value", "run --program", ["--program"]),
    ("0 jobs", "compare --jobs 0", ["--jobs=0 ", "1 to 1024"]),
    ("-1 jobs", "compare --jobs -1", ["--jobs=-1 ", "1 to 1024"]),
    ("1025 jobs", "compare -j 1025", ["--jobs=1025 ", "1 to 1024"]),
    ("half a job", "compare --jobs 0.5", ["--jobs=0.5 ", "a whole number"]),
    ("no memory", "run --memory 0", ["--memory=0 ", "a size such as", "16MiB"]),
    ("memory in kg", "compile --memory 5kg", ["--memory=5kg ", "16MiB"]),
    ("no name for --out", "compile --out ''", ["--out"]),
    ("compile with a word", "compile web", ["'web'"]),
    ("compile with a policy", "compile -p off", ["-p", "--workload"]),
    ("compile with --engine", "compile --engine graph", ["--engine"]),
    ("compile --version", "compile --version", ["--version"]),
    ("compile of a workload misspelt", "compile -w wbe", ["'wbe'", "did you mean 'web'?"]),
    ("compile for a collector misspelt", "compile -c cpython-3.133", ["did you mean 'cpython-3.13'?"]),
    ("compile with half a seed", "compile --seed 0.5", ["--seed=0.5 "]),
]

for what, arguments, texts in USAGE:
    @test("refused: " + what)
    def usage(place, arguments=arguments, texts=texts):
        place.expect(0, f"compile -w {SMALL} --out p.program")
        place.expect(2, arguments, err=texts)
        equal(place.files(), ["p.program"], "files")


# What it says, arguments, texts on standard output. Status 0.
HELP = [
    ("compile --help", "compile --help", ["Usage: pygcsim compile", "--workload", "--collector",
                                          "--seed", "--out", "--memory", "--compress", "--program",
                                          "Example:"]),
    ("help compile", "help compile", ["Usage: pygcsim compile"]),
    ("run --help", "run --help", ["--program", "--jobs", "--memory", "--engine"]),
    ("compare --help", "compare --help", ["--program", "--jobs", "--memory", "--engine"]),
    ("--help", "--help", ["compile"]),
]

for what, arguments, texts in HELP:
    @test(f"{what} names what there is for files")
    def helped(place, arguments=arguments, texts=texts):
        place.expect(0, arguments, texts)


# ---- files that are none -----------------------------------------------------------------------


def write_bytes(place, name, content):
    with open(place.path(name), "wb") as file:
        file.write(content)


def change(place, at, new, name="p.program"):
    content = bytearray(place.read(name))
    content[at:at + len(new)] = new
    write_bytes(place, name, content)


def cut(place, size):
    with open(place.path("p.program"), "r+b") as file:
        file.truncate(size)


def make_results(place):
    os.remove(place.path("p.program"))
    place.expect(0, f"run -w {SMALL} --db p.program")


def make_folder(place):
    os.remove(place.path("p.program"))
    os.mkdir(place.path("p.program"))


WAS_THERE = "pygcsim program\nand no more"  # only what begins like one is replaced

# What it says, what becomes of a good p.program, texts on standard error.
FOREIGN = "p.program is not a compiled program (`pygcsim compile` makes one)"
BROKEN = [
    ("a file that is not there", lambda place: os.remove(place.path("p.program")),
     ["p.program: ", "No such file"]),
    ("a folder", make_folder, [FOREIGN]),
    ("an empty file", lambda place: write_bytes(place, "p.program", b""), [FOREIGN]),
    ("a text file", lambda place: write_bytes(place, "p.program", b"new 0 1\n" * 500), [FOREIGN]),
    ("a results file", make_results, [FOREIGN]),
    ("a file with another beginning", lambda place: change(place, 0, b"P"), [FOREIGN]),
    ("a file of another version", lambda place: change(place, 16, b"\7"),
     ["p.program", "version 7", "version 5", "compile the program again"]),
    ("a file of another byte order", lambda place: change(place, 20, b"\1\2\3\4"),
     ["p.program", "byte order", "compile it here"]),
    ("a file cut off in its header", lambda place: cut(place, 100),
     ["p.program is damaged: it ends early; compile the program again"]),
    ("a file cut off in its columns", lambda place: cut(place, 50000),
     ["p.program is damaged: it ends early; compile the program again"]),
    ("a file without its last bytes", lambda place: cut(place, -1 + len(place.read("p.program"))),
     ["p.program is damaged: ", "compile the program again"]),
    ("a file with more behind", lambda place: change(place, len(place.read("p.program")), b"more"),
     ["p.program is damaged: ", "compile the program again"]),
    ("a file with a changed header", lambda place: change(place, 80, b"\x55"),
     ["p.program is damaged: ", "compile the program again"]),
    ("a file with a changed column", lambda place: change(place, 50000, b"\x55\xaa"),
     ["p.program is damaged: column ", "compile the program again"]),
]

for what, damage, texts in BROKEN:
    @test(f"--program {what}: one line, and no results file")
    def broken(place, damage=damage, texts=texts):
        for compress in ("", " --compress"):
            if os.path.isfile(place.path("p.program")):
                os.remove(place.path("p.program"))
            place.expect(0, f"compile -w {SMALL} --out p.program{compress}")
            damage(place)
            for command in ("run", "compare -p off"):
                place.expect(1, f"{command} --program p.program --db r.db", err=texts)
            equal(place.files(), ["p.program"] if os.path.exists(place.path("p.program")) else [],
                  "files")
            if os.path.isdir(place.path("p.program")):
                os.rmdir(place.path("p.program"))


def other_bytes(file, size):
    file.write(b"\x55" * size)


# What is done to a file in use.
IN_USE = [
    ("cut off", lambda file, size: file.truncate(0)),
    ("cut off in the middle", lambda file, size: file.truncate(size // 2 + 1)),
    ("overwritten", other_bytes),
]

for what, spoil in IN_USE:
    for options in ("", "--memory 24MiB"):  # a program of 20 MB goes into files then
        @test(f"--program a file that is {what} while it is in use: the same results ({options})")
        def in_use(place, spoil=spoil, options=options):
            place.expect(0, "compile -w web:modules=1000,duration=4s --out p.program")
            policies = "-p threshold:t0=5 -p off -p default -p freeze -p threshold:t0=10"
            place.expect(0, f"compare --program p.program {policies} -j 1 --db a.db")
            with place.start(f"compare --program p.program {policies} -j 1 --db b.db {options}") as run:
                try:
                    wait_until(run, lambda: os.path.exists(place.path("b.db")), "results")
                    with open(place.path("p.program"), "r+b") as file:
                        spoil(file, os.path.getsize(place.path("p.program")))
                    _, err = run.communicate(timeout=100)
                finally:
                    run.kill()
            equal((run.returncode, without_progress(err)), (0, ""), "status and standard error")
            same_rows(place, "a.db", "b.db")


@test("--program and little memory: the same results, no temporary file stays; TMPDIR matters then")
def program_in_files(place):
    os.mkdir(place.path("tmp"))
    for compress in ("", "--compress"):
        place.expect(0, f"compile -w {SMALL} --out p.program {compress}")
        place.expect(0, f"compare --program p.program {POLICIES} --db a{compress}.db")
        place.expect(0, f"compare --program p.program {POLICIES} --memory 3MiB --db b{compress}.db",
                     env={**os.environ, "TMPDIR": place.path("tmp")})
        same_rows(place, f"a{compress}.db", f"b{compress}.db")
        equal(place.files("tmp"), [], "temporary files")
        place.expect(1, "run --program p.program --memory 3MiB --db c.db",
                     err=["cannot keep p.program in temporary files", "No such file", "TMPDIR"],
                     env={**os.environ, "TMPDIR": place.path("no")})


@test("--program a pipe: one line at once")
def from_pipe(place):
    os.mkfifo(place.path("p.program"))
    with place.start("run --program p.program") as run:
        try:
            deadline = time.monotonic() + 10
            while run.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            equal(run.poll(), 1, "status")
            check(FOREIGN in run.stderr.read(), "it does not say what is wrong")
        finally:
            run.kill()


@test("a program file is no results file, and stays as it is")
def program_as_results(place):
    place.expect(0, f"compile -w {SMALL} --out p.program")
    before = place.read("p.program")
    for arguments in ("run --program p.program --db p.program", "plot p.program"):
        place.expect(1, arguments, err=["p.program: not a results file"])
    check(place.read("p.program") == before, "it has changed")


def seal(content):
    """Makes the checksum of a header right (docs/program-files.md)."""
    name = ctypes.util.find_library("xxhash")
    if not name:
        raise Skip("no libxxhash")
    xxhash = ctypes.CDLL(name)
    plain, seeded = xxhash.XXH3_64bits, xxhash.XXH3_64bits_withSeed
    plain.restype = seeded.restype = ctypes.c_uint64
    plain.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    seeded.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
    begin = content.index(b"segments\0")
    header = begin + 64 * 17  # columns
    texts = sum(struct.unpack_from("=QQ", content, 32))
    (version,) = struct.unpack_from("=I", content, 16)
    content[24:32] = bytes(8)
    checksum = (plain(bytes(content[:header]), header) ^
                seeded(bytes(content[header:header + texts]), texts, version))
    struct.pack_into("=Q", content, 24, checksum)


# What it says, the text that is changed, what it becomes, texts on standard error.
ELSEWHERE = [
    ("another workload", b"web:duration", b"wob:duration", ["p.program", "'wob'"]),
    ("another parameter", b"duration=", b"durchion=", ["p.program", "'durchion'"]),
    ("another collector", b"cpython-3.13", b"cpython-9.13", ["p.program", "cpython-9.13"]),
    ("no collector", b"cpython-3.13", b"\0" * 12, ["p.program", "collector"]),
]

for what, old, new, texts in ELSEWHERE:
    @test(f"--program of a pygcsim with {what}: one line that names it")
    def elsewhere(place, old=old, new=new, texts=texts):
        place.expect(0, f"compile -w {SMALL} --out p.program")
        content = bytearray(place.read("p.program").replace(old, new, 1))
        seal(content)
        write_bytes(place, "p.program", content)
        place.expect(1, "run --program p.program", err=texts)


@test("--program with kinds: for versions that have the same objects, and runs as without")
def other_objects(place):
    place.write("k.heap", "new 0 1 list\nnew 1 1 tuple -\nstore 0 0 0\ndrop 0\ncollect\n")
    place.expect(0, "compile -w script:file=k.heap -c cpython-3.14 --out p.program")
    place.expect(0, "compare --program p.program -c cpython-3.14 -c cpython-3.15 -p default --db a.db")
    place.expect(0, "compare -w script:file=k.heap -c cpython-3.14 -c cpython-3.15 -p default --db b.db")
    query = "SELECT seq, before0, examined, unreachable FROM collection ORDER BY run_id, seq"
    rows, others = ([tuple(row) for row in place.query(query, name=name)] for name in ("a.db", "b.db"))
    equal(rows, others, "collections")
    equal([row[3] for row in rows], [1, 1], "unreachable")
    place.expect(1, "run --program p.program -c cpython-3.13 --db c.db",
                 err=["p.program", "objects as cpython-3.14 has them", "--collector cpython-3.13"])
    check("c.db" not in place.files(), "a results file")


# ---- files that cannot be written --------------------------------------------------------------


def compile_fails(place, out, texts, workload=SMALL, **options):
    """It says so in one line; the file, if there was one, is as it was; nothing else is there."""
    folder = os.path.dirname(out) or "."
    before = {name: place.read(os.path.join(folder, name))
              for name in (place.files(folder) if os.path.isdir(place.path(folder)) else ())
              if os.path.isfile(place.path(os.path.join(folder, name)))}
    for compress in ("", " --compress"):
        place.expect(1, f"compile -w {workload} --out {out}{compress}", err=texts, **options)
    for name, content in before.items():
        check(place.read(os.path.join(folder, name)) == content, f"{name} has changed")
    if os.path.isdir(place.path(folder)):
        equal([name for name in place.files(folder)
               if os.path.isfile(place.path(os.path.join(folder, name)))], sorted(before), "files")


@test("compile into no folder: one line")
def out_no_folder(place):
    compile_fails(place, "no/p.program", ["no/p.program", "No such file"])


@test("compile in place of a folder: one line that says so")
def out_folder(place):
    os.mkdir(place.path("folder"))
    for out in ("folder", "folder/", "."):
        compile_fails(place, out, ["irectory"])
    equal(place.files("folder"), [], "files in it")


@test("compile into a read-only folder: one line that says why, what was there stays")
def out_read_only(place):
    os.mkdir(place.path("ro"))
    place.expect(0, "compile -w device:duration=60s --out ro/old.program")
    with read_only(place, "ro"):
        for name in ("ro/new.program", "ro/old.program"):
            compile_fails(place, name, [name, "ermission"], preexec_fn=as_nobody)


@test("compile onto a full disk: one line that says why, what was there stays")
def out_full(place):
    place.write("s.heap", SCRIPT)
    with small_disk(place, "disk", "1m") as mounted:
        options = {} if mounted else {"preexec_fn": limit_files}
        place.expect(0, "compile -w script:file=s.heap --out disk/old.program")
        for name in ("disk/new.program", "disk/old.program"):
            compile_fails(place, name, [name, "No space left" if mounted else "too large"],
                          **options)
        place.expect(0, "run --program disk/old.program")


@test("compile in place of a pipe: one line, and it stays one")
def out_pipe(place):
    os.mkfifo(place.path("pipe"))
    compile_fails(place, "pipe", ["pipe"])
    check(not os.path.isfile(place.path("pipe")), "it is a file now")


@test("a name as long as names can be")
def out_long(place):
    name = "p" * 255
    place.expect(0, f"compile -w {SMALL} --out {name}")
    place.expect(0, f"run --program {name}")


@test("compile of a script that is not there, or is none: one line, no file")
def out_no_script(place):
    place.write("s.heap", "new 0 1\nfro 1\n")
    place.expect(1, "compile -w script:file=no.heap", err=["no.heap: No such file"])
    place.expect(1, "compile -w script:file=s.heap", err=["s.heap:2: ", "'fro'"])
    equal(place.files(), ["s.heap"], "files")


# ---- signals -----------------------------------------------------------------------------------


def open_files(process):
    """(name, size) of what the process has open."""
    for descriptor in os.listdir(f"/proc/{process.pid}/fd"):
        path = f"/proc/{process.pid}/fd/{descriptor}"
        try:
            yield os.readlink(path), os.stat(path).st_size
        except OSError:  # it has just been closed
            continue


def hidden_files(process, folder):
    """Files in a folder that the process has open and that have no name."""
    return [name for name, _ in open_files(process)
            if name.startswith(folder) and name.endswith("(deleted)")]


def wait_until(process, condition, what):
    deadline = time.monotonic() + 60
    while not condition():
        equal(process.poll(), None, f"status before {what}")
        check(time.monotonic() < deadline, f"no sign of {what}")
        time.sleep(0.001)


def stop(process, number):
    """Sends the signal; it ends of it, or as shells say it did, and without noise."""
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    check(process.returncode in (-number, 128 + number) and without_progress(err).count("\n") <= 1,
          process.returncode, err)


for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
    @test(f"{number.name} while compiling: it ends, no temporary file stays")
    def stopped_compiling(place, number=number):
        place.write("p.program", WAS_THERE)
        os.mkdir(place.path("tmp"))
        folder = os.path.realpath(place.path("tmp"))
        with place.start(f"compile --out p.program -w {ENDLESS} --memory 1KiB",
                         env={**os.environ, "TMPDIR": folder}) as process:
            try:
                wait_until(process, lambda: hidden_files(process, folder), "temporary files")
                time.sleep(0.1)  # each has a name for a moment
                equal(place.files("tmp"), [], "temporary files with a name")
                stop(process, number)
            finally:
                process.kill()
        equal(place.files("tmp"), [], "temporary files")
        equal(place.read("p.program"), WAS_THERE.encode(), "content")
        equal(place.files(), ["p.program", "tmp"], "files")


for number in (signal.SIGINT, signal.SIGTERM):
    @test(f"{number.name} while writing the file: what was there stays, and nothing else")
    def stopped_writing(place, number=number):
        place.write("p.program", WAS_THERE)

        def is_writing():
            folder = os.path.realpath(place.folder) + "/"
            return any(name.startswith(folder) and not name.endswith("/p.program") and size > 0
                       for name, size in open_files(process))

        with place.start("compile -w web:modules=1000,duration=15s --compress --out p.program"
                         ) as process:
            try:
                wait_until(process, is_writing, "writing")
                stop(process, number)
            finally:
                process.kill()
        equal(place.read("p.program"), WAS_THERE.encode(), "content")
        equal(place.files(), ["p.program"], "files")


# ---- memory and temporary files ----------------------------------------------------------------


for what, given in PROGRAMS:
    @test(f"{what}: with little memory the same results, and no temporary file stays")
    def little_memory(place, given=given):
        place.write("s.heap", SCRIPT)
        os.mkdir(place.path("tmp"))
        for name, options in (("a", ""), ("b", "--memory 32MiB"), ("c", "--memory 24MiB"),
                              ("d", "--memory 1000GiB")):
            place.expect(0, f"compare {given} {POLICIES} --db {name}.db {options}",
                         env={**os.environ, "TMPDIR": place.path("tmp")})
            same_rows(place, "a.db", f"{name}.db")
        equal(place.files("tmp"), [], "temporary files")


@test("TMPDIR that is empty is as if not set")
def empty_tmpdir(place):
    place.expect(0, f"compile -w {SMALL} --memory 1KiB", env={**os.environ, "TMPDIR": ""})


@test("TMPDIR that is not there matters only if it is needed")
def tmpdir_not_needed(place):
    place.expect(0, f"run -w {SMALL}", env={**os.environ, "TMPDIR": place.path("no")})
    place.expect(0, f"compare -w {SMALL} -p off --memory 24MiB", env={**os.environ, "TMPDIR": place.path("no")})
    place.expect(0, f"compile -w {SMALL}", env={**os.environ, "TMPDIR": place.path("no")})


# What it says, TMPDIR, what the line says.
TEMPORARY = [
    ("not there", "no", "No such file"),
    ("a file", "s.heap", "Not a directory"),
]

for what, folder, text in TEMPORARY:
    @test(f"TMPDIR is {what}: one line that names it, says why and what to do")
    def bad_tmpdir(place, folder=folder, text=text):
        place.write("s.heap", SCRIPT)
        tmpdir = place.path(folder)
        result = place.expect(1, f"compile -w {SMALL} --memory 1KiB", err=[text],
                              env={**os.environ, "TMPDIR": tmpdir})
        check(tmpdir in result.err, result.err)
        check("TMPDIR" in result.err, "it does not say where that comes from", result.err)
        check("--engine" not in result.err, "compile has no --engine", result.err)
        check("out.program" not in place.files(), place.files())


@test("TMPDIR is full: one line that says why")
def full_tmpdir(place):
    with small_disk(place, "disk", "1m") as mounted:
        options = {} if mounted else {"preexec_fn": limit_files}
        place.expect(1, f"compile -w {SMALL} --memory 1KiB",
                     err=[place.path("disk"), "No space left" if mounted else "too large"],
                     env={**os.environ, "TMPDIR": place.path("disk")}, **options)
        equal(place.files("disk"), [], "temporary files")
    check("out.program" not in place.files(), place.files())


# ---- cores -------------------------------------------------------------------------------------


for what, given in PROGRAMS:
    @test(f"{what}: the same rows on any number of cores")
    def cores(place, given=given):
        place.write("s.heap", SCRIPT)
        expected = None
        for jobs in (1, 2, 7, 1000):
            out = place.expect(0, f"compare {given} {POLICIES} --jobs {jobs} --db {jobs}.db").out
            out = out.replace(f"{jobs}.db", "r.db")
            equal(out, expected or out, "standard output")
            expected = out
            same_rows(place, "1.db", f"{jobs}.db")


@test("two runs at once that have more to store than is kept: the same rows")
def much_to_store(place):
    for jobs in (1, 2):
        place.expect(0, "compare -w device:duration=15h,poll=600s -p timed:every=350ms"
                        f" -p timed:every=390ms --jobs {jobs} --db {jobs}.db")
    same_rows(place, "1.db", "2.db")
    collections = place.query("SELECT count(*) FROM collection WHERE run_id = 2", name="1.db")[0][0]
    check(collections > 2 * 65536, f"{collections} collections are not much")


@test("both engines on several cores: the same rows as on one")
def graph_cores(place):
    for jobs in (1, 5):
        place.expect(0, f"compare -w {SMALL} {POLICIES} --engine graph -j {jobs} --db {jobs}.db")
    same_rows(place, "1.db", "5.db")


# ---- engines -----------------------------------------------------------------------------------


for what, given in PROGRAMS:
    for collector in ("cpython-3.13", "cpython-3.11"):
        @test(f"{what}, {collector}: both engines give the same results")
        def engines(place, given=given, collector=collector):
            place.write("s.heap", SCRIPT)
            for engine in ("graph", "interval"):
                place.expect(0, f"compare {given} -c {collector} {POLICIES} --engine {engine} "
                                f"--db {engine}.db")
                equal({row[0] for row in place.query("SELECT engine FROM run",
                                                     name=f"{engine}.db")}, {engine}, "engine")
            same_rows(place, "graph.db", "interval.db", engine=False)


# ---- programs that fail ------------------------------------------------------------------------


# What it says, the script, what the line says.
FAILING = [
    ("an unknown operation", SCRIPT + "fro\n", "s.heap:1801: "),
    ("an empty register", SCRIPT + "drop 0\n", "s.heap:1801: register 0: the register is empty"),
    ("at once", "drop 0\n", "s.heap:1: register 0: the register is empty"),
    ("a field there is none of", SCRIPT + "new 0 2\nclear 0 2\n" + SCRIPT,
     "s.heap:1802: field 2: the object has no such field (it has 0 to 1)"),
    ("a field of an object without", "collect\n" * 10 + "new 0 0\nclear 0 0\n",
     "s.heap:12: field 0: the object has no fields"),
]

# What it says, options of `compare`.
WAYS = [
    ("on one core", "--jobs 1"),
    ("on four", "--jobs 4"),
    ("in files", "--memory 8MiB --jobs 2"),
    ("graph", "--engine graph --jobs 1"),
    ("graph on four", "--engine graph --jobs 4"),
]

for what, script, message in FAILING:
    @test(f"a script fails ({what}): the same line and rows, whatever the way")
    def failing(place, script=script, message=message):
        place.write("s.heap", script)
        for number, (_, options) in enumerate(WAYS):
            place.expect(1, f"compare -w script:file=s.heap {POLICIES} {options} --db {number}.db",
                         err=["pygcsim compare: " + message])
            equal(place.statuses(f"{number}.db"), ["failed"] * 6, "statuses")
            same_rows(place, "0.db", f"{number}.db", engine=False)
        (error,) = {row[0] for row in place.query("SELECT error FROM run", name="0.db")}
        check(message in error, "error stored", error)


for what, script, message in FAILING[1:]:
    @test(f"a script fails ({what}): its file says so too, and fails in the same way")
    def failing_file(place, script=script, message=message):
        place.write("s.heap", script)
        place.expect(0, "compile -w script:file=s.heap", [message])
        place.expect(1, f"compare -w script:file=s.heap {POLICIES} --db a.db", err=[message])
        place.expect(1, f"compare --program out.program {POLICIES} --db b.db", err=[message])
        same_rows(place, "a.db", "b.db")


@test("a policy makes the program too long: the others are stored, whatever the way")
def too_long(place):
    # Nearly: 876 steps of 1000 hours.
    boot = "boot_steps=876,step_objects=30,step_cpu=3599.99995s,slowdown=1000,duration=1s"
    for number, (_, options) in enumerate(WAYS):
        place.expect(1, f"compare -w device:{boot} -p off -p event:on=step_done -p default -p freeze"
                        f" {options} --db {number}.db",
                     err=["the program takes more than a hundred years"])
        equal(place.statuses(f"{number}.db"), ["finished", "failed", "finished", "finished"],
              "statuses")
        same_rows(place, "0.db", f"{number}.db", engine=False)


def check_stored(place, name):
    """Runs are stored with all their rows, or planned with none. Returns their statuses."""
    for run in place.query("SELECT * FROM run", name=name):
        (collections,), = place.query("SELECT count(*) FROM collection WHERE run_id = ?", run["id"],
                                      name=name)
        counted = [row[0] for row in place.query(
            "SELECT value FROM summary WHERE run_id = ? AND metric = 'collections'", run["id"],
            name=name)]
        if run["status"] == "finished":
            equal(counted, [collections], f"collections of run {run['id']}, as counted")
        else:
            equal((run["status"], run["wall_ns"], collections, counted), ("planned", None, 0, []),
                  f"status, wall time, collections and metrics of run {run['id']}")
    return place.statuses(name)


@test("a comparison onto a full disk: the same line, whatever the number of cores")
def full_comparison(place):
    said = set()
    for jobs in (1, 4):
        with small_disk(place, f"disk{jobs}", "1m") as mounted:
            options = {} if mounted else {"preexec_fn": limit_files}
            result = place.expect(
                1, f"compare -w {SMALL} -p off -p threshold:t0=5 -p default -p freeze --jobs {jobs}"
                   f" --db disk{jobs}/r.db", err=[f"disk{jobs}/r.db: "], **options)
            said.add(result.err.replace(f"disk{jobs}", "disk"))
            statuses = check_stored(place, f"disk{jobs}/r.db")
            equal(statuses[1], "planned", "status of the one that does not fit")
            if jobs == 1:
                equal(statuses, ["finished"] + ["planned"] * 3, "statuses")
    equal(len(said), 1, f"different lines: {said}; their number")


@test("a locked results file: the line comes before anything is compiled")
def locked(place):
    place.expect(0, f"run -w {SMALL}")
    other = sqlite3.connect(place.path("results.db"), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        place.expect(1, f"compare -w {ENDLESS} -p off", err=["results.db: locked"])
        check(time.monotonic() - began < 30, "it took long")
    finally:
        other.close()


@test("compile --out replaces a program, or an empty file, and nothing else")
def replaces_programs(place):
    place.write("r.db", "hello")
    place.expect(1, f"compile -w {SMALL} --out r.db", err=["r.db is there", "no compiled program"])
    equal(place.read("r.db"), b"hello", "content")
    place.write("p.program", "")
    for _ in range(2):
        place.expect(0, f"compile -w {SMALL} --out p.program")
    os.symlink("p.program", place.path("link"))
    place.expect(0, f"compile -w {SMALL} --out link")
    check(os.path.islink(place.path("link")), "the link has become a file")


@test("compile --compress: what compresses extremely well is read back")
def compresses_well(place):
    place.write("s.heap", "new 0 1\n" * 400000)
    place.expect(0, "compile -w script:file=s.heap --out s.program --compress")
    place.expect(0, "run --program s.program")


@test("replay of a compiled program: one line that says what takes it")
def replay_of_a_program(place):
    place.expect(0, f"compile -w {SMALL} --out p.program")
    place.expect(1, "replay p.program", err=["p.program is a compiled program", "--program"])


@test("compare with a full disk on several cores: the line, status 1, no run finished without its rows")
def full_disk_on_several_cores(place):
    with small_disk(place, "disk", "2m") as mounted:
        if not mounted:
            raise Skip("cannot mount a small disk")
        place.expect(1, "compare -w web:duration=3s,modules=2000 -p threshold:t0=10 "
                        "-p threshold:t0=30 -j 2 --db disk/r.db", err=["the disk is full"])
        check("planned" in check_stored(place, "disk/r.db"), "it was not full")


@test("runs that fail after many collections: none of these stays, whatever the number of cores")
def failures_on_several_cores(place):
    place.write("s.heap", "".join(f"new {i % 100} 0\n" for i in range(30000)) +
                "collect 0\n" * 100000 + "copy 1 900\n")
    for jobs in (1, 2, 3):
        place.expect(1, f"compare -w script:file=s.heap -p threshold:t0=10,t1=0 -p off -p default "
                        f"-j {jobs} --db {jobs}.db", err=["s.heap:130001: register 900"])
        equal(place.statuses(f"{jobs}.db"), ["failed"] * 3, "statuses")
        for table in ("collection", "sample", "summary"):
            equal(place.query(f"SELECT * FROM {table}", name=f"{jobs}.db"), [], table)
        same_rows(place, "1.db", f"{jobs}.db")
