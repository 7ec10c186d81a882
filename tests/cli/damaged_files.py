# SPDX-License-Identifier: GPL-3.0-or-later
"""Results files from strangers and from bad disks: whatever is in one, a command does what it does with the file as
it was stored, or says in one line that it is damaged, or no results file."""
import os
import random
import re
import shutil
import sqlite3

from harness import SMALL, once, test
from tap import check, equal

EXPERIMENT = """\
name: small
workload: {name: web, modules: 100, duration: 300ms, rate: 50}
policies: [default, threshold:t0=50, off]
replications: 2
log: collections
limits: [gc_share <= 90%, heap_peak <= 1GiB]
"""

# Each is tried with each damage in turn; merge, which looks at everything, with all.
COMMANDS = ["show r.db", "best r.db --minimise gc_share", "sensitivity r.db", "export r.db",
            "export r.db --table collections", "export r.db --table samples",
            "export r.db --format gcviewer --run 2", "plot r.db --list"]
# What draws takes a second, when nothing is wrong.
DRAWING = ["report r.db --out p.html", "plot r.db --chart pauses --out charts"]
MERGE = "merge r.db --into merged.db --replace"

REFUSED = re.compile(r"\S*pygcsim [a-z]+: r\.db: (damaged|not a results file|written by another version|"
                     r"cannot be|made by pygcsim|its sweep has not ended)[^\n]*\n")


def dump(path):
    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def outcome(place, command):
    result = place.run(command)
    out = result.out
    if command == MERGE and result.status == 0:
        out = dump(place.path("merged.db"))
    return result.status, out, result.err


@once
def sound(place):
    """A share, which is a whole: so that it can be merged. .said: what each command does with it."""
    place.write("e.yaml", EXPERIMENT)
    place.expect(0, "sweep e.yaml --shard 1/1 --db r.db")
    place.bytes = place.read("r.db")
    place.said = {command: outcome(place, command) for command in (*COMMANDS, MERGE)}
    for command, (status, _, err) in place.said.items():
        equal((status, err), (0, ""), command)
    return place


def write(place, content):
    with open(place.path("r.db"), "wb") as file:
        file.write(content)


def check_command(place, command, what):
    """Returns whether it was refused."""
    status, out, err = outcome(place, command)
    if status == 0:
        check((status, out, err) == sound(place).said[command], f"{what}: {command}: another outcome", out[:1000], err)
        return False
    out = "" if command == "plot r.db --list" else out  # what it has listed so far holds
    check(status == 1 and not out and REFUSED.fullmatch(err), f"{what}: {command}: status {status}", err[-1000:])
    return True


class Turns:
    """The commands, one after the other."""

    def __init__(self, place, commands):
        self.place, self.commands, self.at = place, commands, 0

    def check(self, what):
        """Returns whether merge was refused, which looks at everything."""
        self.at += 1
        check_command(self.place, self.commands[self.at % len(self.commands)], what)
        return check_command(self.place, MERGE, what)


# ---- values that cannot be -------------------------------------------------------------------------

IMPOSSIBLE = [
    # what no seal is needed to see; the command that reads it
    ("UPDATE run SET seed = -1", "show r.db"),
    ("UPDATE run SET wall_ns = (1 << 62) + 1", "best r.db"),
    ("UPDATE run SET in_plan = 2", "export r.db"),
    ("UPDATE run SET status = 'odd'", "show r.db"),
    ("UPDATE experiment SET planned = -1", "show r.db --list"),
    ("UPDATE experiment SET shard = 0", "show r.db --list"),
    ("UPDATE pause SET longest_ns = -1", "plot r.db --chart pauses"),
    ("UPDATE pause SET generation = 3 WHERE generation = 2", "plot r.db --chart pauses"),
]


@test("a value that cannot be there is damage, also in a file without seals")
def impossible(place):
    for statement, command in IMPOSSIBLE:
        write(place, sound(place).bytes)
        connection = sqlite3.connect(place.path("r.db"))
        changed = connection.execute(statement).rowcount
        connection.commit()
        connection.executescript("UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL;"
                                 "UPDATE experiment SET seal = NULL, seal_runs = NULL")
        connection.close()
        check(changed > 0, statement)
        column = re.search(r"UPDATE (\w+) SET (\w+)", statement).groups()
        place.expect(1, command, err=[f"damaged: {'.'.join(column)} is"])


VALUES = [None, "text", b"\0blob", 0, -1, 2**63 - 1, 0.5, float("inf"), "a\0b", -2**63]


def without_constraints(path):
    """As a disk has it, which does not know of them. Returns what puts them back."""
    connection = sqlite3.connect(path, isolation_level=None)
    tables = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
    rewrite_schema(connection, [(name, re.sub(r"NOT NULL|REFERENCES \w+\(id\)", "", sql)) for name, sql in tables])
    connection.close()
    return tables


def rewrite_schema(connection, tables):
    connection.execute("PRAGMA writable_schema = ON")
    connection.executemany("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", tables)
    connection.execute("PRAGMA writable_schema = RESET")


@test("two values of one metric: a key that is there twice is damage, also in a file without seals")
def doubled(place):
    write(place, sound(place).bytes)
    connection = sqlite3.connect(place.path("r.db"), isolation_level=None)
    ((schema,),) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'summary'").fetchall()
    wider = schema.replace("PRIMARY KEY (run_id, metric)", "PRIMARY KEY (run_id, metric, value)")
    check(wider != schema, schema)
    rewrite_schema(connection, [("summary", wider)])
    connection.execute("INSERT INTO summary SELECT run_id, metric, value + 1 FROM summary WHERE run_id = 1 LIMIT 1")
    connection.execute("UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL")
    connection.execute("UPDATE experiment SET seal = NULL, seal_runs = NULL")
    rewrite_schema(connection, [("summary", schema)])
    connection.close()
    place.expect(1, "show r.db", err=["r.db: damaged: the rows of table summary are not in order"])


def put(path, table, column, value, seed):
    """In some row. Returns whether it could be put there."""
    tables = without_constraints(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        keys = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
        rows = connection.execute(f"SELECT {', '.join(keys)}, {column} FROM {table}").fetchall()
        *key, old = random.Random(seed).choice(rows)
        if old == value:  # a column of real numbers makes 0.0 of 0
            return False
        try:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE " +
                               " AND ".join(f"{name} IS ?" for name in keys), [value, *key])
        except sqlite3.Error:  # a key that is there already, or no rowid
            return False
        return True
    finally:
        rewrite_schema(connection, tables)
        connection.close()


def columns(place):
    connection = sqlite3.connect(place.path("r.db"))
    try:
        return [(table, row[1]) for table, in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
            for row in connection.execute(f"PRAGMA table_info({table})")]
    finally:
        connection.close()


def seals_apart(what):
    """A seal that is not there is not looked at; the numbers are those that were stored."""
    return what[1].startswith("seal") and what[2] is None


@test("damaged: a value that cannot be, in every column of every table")
def values(place):
    base = sound(place)
    write(place, base.bytes)
    turns, seed = Turns(place, COMMANDS), 0
    for table, column in columns(place):
        for _ in range(3):
            seed += 1
            value = VALUES[seed % len(VALUES)]
            write(place, base.bytes)
            if not put(place.path("r.db"), table, column, value, seed):
                continue
            what = (table, column, value)
            check(turns.check(what) or seals_apart(what), f"{what}: nobody noticed")


@test("damaged: the same of a file without seals: no crash, and nothing but an answer or one line")
def forged(place):
    base = sound(place)
    write(place, base.bytes)
    connection = sqlite3.connect(place.path("r.db"))
    connection.executescript("UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL;"
                             "UPDATE experiment SET seal = NULL, seal_runs = NULL")
    connection.close()
    unsealed, seed = place.read("r.db"), 1000
    for table, column in columns(place):
        for _ in range(2):
            seed += 1
            write(place, unsealed)
            value = VALUES[seed % len(VALUES)]
            if not put(place.path("r.db"), table, column, value, seed):
                continue
            command = COMMANDS[seed % len(COMMANDS)]
            status, _, err = outcome(place, command)
            check(status == 0 and not err or status == 1 and re.fullmatch(r"[^\n]+\n", err),
                  f"{table}.{column} = {value!r}: {command}: status {status}", err[-1000:])


# ---- bits ------------------------------------------------------------------------------------------


@test("damaged: bits and bytes that are not what they were")
def bits(place):
    base = sound(place)
    turns, draw, noticed = Turns(place, COMMANDS), random.Random(10), 0
    for i in range(150):
        content = bytearray(base.bytes)
        for _ in range(1 if i % 3 else 20):
            at = draw.randrange(len(content)) if i % 2 else draw.randrange(100, 4096)
            content[at] ^= 1 << draw.randrange(8) if i % 5 else draw.randrange(1, 256)
        write(place, content)
        noticed += turns.check(f"damage {i}")
    check(noticed > 30, f"{noticed} of 150 were noticed")


@test("damaged: a file that ends early")
def ends_early(place):
    base = sound(place)
    turns, draw = Turns(place, COMMANDS + DRAWING), random.Random(11)
    for size in [1, 99, 100, 512, 4095, 4096, len(base.bytes) - 4096] + [
            draw.randrange(len(base.bytes)) for _ in range(10)]:
        write(place, base.bytes[:size])
        check(turns.check(f"{size} bytes"), f"{size} bytes: nobody noticed")


# ---- what is no results file -----------------------------------------------------------------------

SCHEMAS = {
    "a view in place of a table": "ALTER TABLE summary RENAME TO t; CREATE VIEW summary AS SELECT * FROM t",
    "a trigger": "CREATE TRIGGER t AFTER UPDATE ON run BEGIN DELETE FROM summary; END",
    "an index more": "CREATE INDEX i ON summary(value)",
    "an index of an expression": "CREATE INDEX i ON summary(abs(value))",
    "an index less": "DROP INDEX collection_full",
    "a virtual table": "CREATE VIRTUAL TABLE v USING fts5(x)",
    "a column more": "ALTER TABLE summary ADD COLUMN more",
    "a generated column": "ALTER TABLE summary ADD COLUMN more AS (value * 2)",
    "statistics": "ANALYZE",
    "one byte of a comment": "PRAGMA writable_schema = ON;"
                             "UPDATE sqlite_schema SET sql = replace(sql, 'by then', 'by Then')",
    "another number": "PRAGMA application_id = 7",
}


@test("no results file: tables, views, triggers that are not those of this version")
def schemas(place):
    base = sound(place)
    for what, sql in SCHEMAS.items():
        write(place, base.bytes)
        connection = sqlite3.connect(place.path("r.db"))
        connection.executescript(sql)
        connection.close()
        for command in (*COMMANDS, *DRAWING, MERGE, "sweep e.yaml --db r.db"):
            if command.startswith("sweep"):
                place.write("e.yaml", EXPERIMENT)
            place.expect(1, command, err=["r.db: not a results file: "])


DANGLING = {
    "a run of no experiment": "UPDATE run SET experiment_id = 77 WHERE id = 2",
    "parameters of no run": "INSERT INTO parameter VALUES (77, 'policy', 't0', 1, '1')",
    "values of no run": "INSERT INTO summary VALUES (77, 'pause_max', 1)",
    "a value more": "INSERT INTO summary VALUES (1, 'zzz', 1)",
    "a value less": "DELETE FROM summary WHERE run_id = 1 AND metric = 'wall_time'",
    "a parameter less": "DELETE FROM parameter WHERE run_id = 1 AND name = 'rate'",
    "a run less": "DELETE FROM run WHERE id = 1",
}


@test("damaged: rows that are missing, and rows of what is not there")
def dangling(place):
    base = sound(place)
    for what, sql in DANGLING.items():
        write(place, base.bytes)
        connection = sqlite3.connect(place.path("r.db"))
        connection.executescript(sql)
        connection.close()
        for command in (*COMMANDS, *DRAWING, MERGE):
            place.expect(1, command, err=["r.db: damaged: "])


@test("damaged: collections and samples that are missing, where they are read")
def log_rows(place):
    base = sound(place)
    for table in ("collection", "sample"):
        write(place, base.bytes)
        connection = sqlite3.connect(place.path("r.db"))
        connection.executescript(f"DELETE FROM {table} WHERE run_id = 2 AND rowid_of = 0".replace(
            "rowid_of = 0", "wall_ns = (SELECT max(wall_ns) FROM {0} WHERE run_id = 2)".format(table)))
        connection.close()
        for command in ("export r.db --table collections", "export r.db --table samples",
                        "export r.db --format gcviewer --run 2", MERGE):
            place.expect(1, command, err=["r.db: damaged: run 2 is not as it was stored"])
        equal(outcome(place, "show r.db"), sound(place).said["show r.db"], "show")


@test("no results file: a FIFO, a device, a folder")
def kinds(place):
    os.mkfifo(place.path("fifo"))
    os.mkdir(place.path("folder"))
    for command in ("show {}", "best {}", "sensitivity {}", "export {}", "report {}", "plot {}", "merge {} --into m.db",
                    "run -w queue:duration=1s --db {}"):
        for name, what in (("fifo", "a pipe"), ("/dev/zero", "a device")):
            place.expect(1, command.format(name), err=[f"{name}: not a results file: it is {what}"])
        place.expect(1, command.format("folder"), err=["folder: Is a directory"])


@test("a results file beside which is a FIFO, a folder or a link where SQLite would look: one line, and no waiting")
def odd_companions(place):
    place.expect(0, "run -w queue:duration=1s --db r.db")
    place.expect(0, "run -w queue:duration=1s --db other")
    os.symlink("r.db", place.path("link.db"))
    for make in (os.mkfifo, os.mkdir, lambda path: os.symlink(place.path("other"), path)):
        for name in ("r.db-journal", "r.db-wal", "r.db-shm"):
            make(place.path(name))
            for command in ("show r.db", "show link.db", "run -w queue:duration=1s --db r.db"):
                place.expect(1, command, err=["cannot be opened: beside it is", name])
            (os.rmdir if os.path.isdir(place.path(name)) and not os.path.islink(place.path(name)) else os.remove)(place.path(name))
    place.expect(0, "show link.db")


@test("a file with a journal to be applied: show says so, and the next run does it")
def hot_journal(place):
    place.expect(0, "run -w queue:duration=1s --db r.db")
    connection = sqlite3.connect(place.path("r.db"), isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.execute("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 50000)"
                       " INSERT INTO age SELECT 1, 0, 1000 + n, 0, 0, 0 FROM c")
    for name in ("r.db", "r.db-journal"):
        shutil.copy(place.path(name), place.path(f"killed{name[1:]}"))
    connection.close()
    place.expect(1, "show killed.db", err=["killed.db: a program was killed", "killed.db-journal"])
    place.expect(0, "run -w queue:duration=1s --db killed.db")
    place.expect(0, "export killed.db --table collections --experiment 1 --out c.csv")


@test("a results file through a symbolic link is one")
def links(place):
    write(place, sound(place).bytes)
    os.symlink("r.db", place.path("link.db"))
    equal(place.expect(0, "show link.db").out, place.expect(0, "show r.db").out, "show")


@test("damaged: a run can be read all the same, when its seal is taken away")
def way_out(place):
    write(place, sound(place).bytes)
    connection = sqlite3.connect(place.path("r.db"), isolation_level=None)
    connection.execute("UPDATE summary SET value = 0.25 WHERE run_id = 2 AND metric = 'gc_share'")
    place.expect(1, "show r.db", err=["r.db: damaged: run 2 is not as it was stored"])
    connection.execute("UPDATE run SET seal = NULL WHERE id = 2")
    connection.close()
    place.expect(0, "show r.db")


@test("damaged: an experiment more in a file with a damaged one: it is not added")
def added_to(place):
    write(place, sound(place).bytes)
    shutil.copy(place.path("r.db"), place.path("s.db"))
    connection = sqlite3.connect(place.path("r.db"))
    connection.executescript("UPDATE run SET seed = 7 WHERE id = 2")
    connection.close()
    before = place.read("r.db")
    place.write("e.yaml", EXPERIMENT)
    for command in ("run -w queue:duration=1s --db r.db", "sweep e.yaml --shard 1/1 --db r.db"):
        place.expect(1, command, err=["r.db: damaged: run 2 is not as it was stored"])
    equal(place.read("r.db") == before, True, "content")


@test("damaged: more parameters, or metrics, than a run can have")
def too_many(place):
    for table, columns, values in (("parameter", "owner, name, text", "'policy', 'p' || n, 'x'"), ("summary", "metric, value", "'m' || n, n")):
        write(place, sound(place).bytes)
        connection = sqlite3.connect(place.path("r.db"))
        connection.executescript("UPDATE run SET seal = NULL; WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)"
                                 f" INSERT INTO {table} (run_id, {columns}) SELECT 1, {values} FROM c")
        connection.close()
        for command in ("show r.db", "export r.db", "report r.db --out x.html"):
            place.expect(1, command, err=[f"r.db: damaged: table {table} has too many rows of run 1"])


@test("a number beyond which there is none: what would be added is refused, and the column named")
def last_number(place):
    place.expect(0, "run -w queue:duration=1s --db r.db")
    connection = sqlite3.connect(place.path("r.db"))
    connection.executescript(f"INSERT INTO experiment (id, command, name, version, planned) VALUES ({2**62}, 'run', 'run', '1', 0)")
    connection.close()
    before = dump(place.path("r.db"))
    place.expect(1, "run -w queue:duration=1s --db r.db", err=["r.db: damaged: experiment.id is a number that cannot be there"])
    equal(dump(place.path("r.db")), before, "content")


# ---- other files -----------------------------------------------------------------------------------


def make_foreign(place, name):
    connection = sqlite3.connect(place.path(name))
    connection.execute("CREATE TABLE run (id, policy)")
    connection.commit()
    connection.close()


OTHERS = [
    ("a text file", lambda place, name: place.write(name, "policy,pause\n" * 100)),
    ("a few bytes", lambda place, name: place.write(name, "hello")),
    ("someone else's SQLite file", make_foreign),
]

for what, make in OTHERS:
    @test(f"{what} is no results file, and stays as it is")
    def not_ours(place, make=make):
        make(place, "other.db")
        before = place.read("other.db")
        for arguments in (f"run -w {SMALL} --db other.db", "plot other.db"):
            place.expect(1, arguments, err=["other.db: not a results file"])
        equal(place.read("other.db"), before, "content")
        equal(place.files(), ["other.db"], "files")


@test("an empty file: nothing to plot, but a run may fill it")
def empty_file(place):
    place.write("empty.db", "")
    place.expect(1, "plot empty.db", err=["empty.db", "empty"])
    place.expect(0, f"run -w {SMALL} --db empty.db")
    equal(place.statuses("empty.db"), ["finished"], "statuses")


@test("a results file without runs: one line")
def no_runs(place):
    place.write("s.heap", "fro\n")
    place.expect(1, "run -w script:file=s.heap")
    place.expect(1, "plot results.db", err=["results.db", "nothing to draw"])


@test("a results file of another schema version: one line")
def other_version(place):
    place.expect(0, f"run -w {SMALL}")
    connection = sqlite3.connect(place.path("results.db"))
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    for arguments in ("plot results.db", f"run -w {SMALL}"):
        place.expect(1, arguments, err=["results.db", "another version"])


@test("a damaged results file: one line")
def damaged(place):
    place.expect(0, f"run -w {SMALL}")
    with open(place.path("results.db"), "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 16384)
    place.expect(1, "plot results.db", err=["plot: results.db: damaged"])


@test("a run that fails leaves a closed file: no journal beside it")
def closed(place):
    place.write("s.heap", "fro\n")
    place.expect(1, "run -w script:file=s.heap")
    equal(place.files(), ["results.db", "s.heap"], "files")
