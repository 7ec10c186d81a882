# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files are any bytes, and come back in what is written: as JSON and HTML that others can read."""
import json
import os

from harness import check, equal, test

# What is in a name, and how it is to be read: U+FFFD in place of each byte that is part of no character.
NAMES = {
    "a byte that begins nothing": (b"a\xff", "a\ufffd"),
    "a lone continuation": (b"\x80\xbfa", "\ufffd\ufffda"),
    "a character cut off": (b"\xe2\x82", "\ufffd\ufffd"),
    "a longer form than it takes": (b"\xc0\xaf-\xe0\x80\xaf", "\ufffd\ufffd-\ufffd\ufffd\ufffd"),
    "half of a pair": (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    "beyond the last": (b"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"),
    "control characters": (b"a\x01\x1f\x7f\t", "a\x01\x1f\x7f\t"),
    "quotes": (b"a\"'\\b", "a\"'\\b"),
    "characters": ("é–𝄞".encode(), "é–𝄞"),
}

SCRIPT = "new 0 1\nstore 0 0 0\ndrop 0\ncollect\n"


def objects(place, arguments):
    """Of every line of what it writes, which has to be UTF-8."""
    done = place.expect(0, arguments)  # decoded strictly
    return [json.loads(line) for line in done.out.splitlines()]


for what, (name, expected) in NAMES.items():
    @test(f"JSON and HTML of a file whose name is {what}: valid, and the name can be read")
    def any_name(place, name=name, expected=expected):
        file = name + b".heap"
        with open(os.path.join(place.folder.encode(), file), "w") as script:
            script.write(SCRIPT)
        workload = b"script:file=" + file
        arguments = ["compare", "--workload", workload, "-p", "default", "-p", "off", "-r", "2"]
        for row in objects(place, arguments + ["--json"]):
            equal(row["workload"], f"script:file={expected}.heap", "compare")
        check(objects(place, ["replay", file, "--json"]), "a collection")
        check(objects(place, ["inspect", file, "--json"]), "a heap")
        for command in ("show", "best --minimise heap_peak", "export --format json",
                        "export --format json --table settings"):
            first, *rest = command.split()
            rows = objects(place, [first, "results.db", *rest] +
                           (["--json"] if first != "export" else []))
            equal({row["workload"] for row in rows}, {f"script:file={expected}.heap"}, command)
        objects(place, "sensitivity results.db --json")
        objects(place, "show results.db --list --json")
        place.expect(0, "report results.db")
        check("<!doctype html>" in place.read("report.html").decode(), "a page in UTF-8")
