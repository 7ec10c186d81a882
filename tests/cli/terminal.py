# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress bar: only on a terminal, never wider than it, gone at the end."""
import fcntl
import os
import re
import signal
import struct
import termios
import threading
import time

from harness import ENDLESS, SMALL, test
from tap import Skip, check, equal

LONG = "event:on=request_end,every=100,generation=2,automatic=yes"


class Terminal:
    """A terminal of so many columns; what is written to `slave` gathers in `text`."""

    def __init__(self, columns):
        try:
            self.master, self.slave = os.openpty()
        except OSError as why:  # a root without /dev/pts
            raise Skip(f"no terminal can be made: {why}") from None
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.bytes = b""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while True:
            try:
                some = os.read(self.master, 65536)
            except OSError:  # the last writer has closed it
                return
            if not some:
                return
            self.bytes += some

    def close(self):
        os.close(self.slave)
        self.reader.join()
        os.close(self.master)
        return self.bytes.decode()


def on_terminal(place, arguments, columns=100):
    """(status, standard output, what the terminal got)"""
    terminal = Terminal(columns)
    try:
        result = place.run(arguments, stderr=terminal.slave)
    finally:
        text = terminal.close()
    return result.status, result.out, text


def frames(text):
    """What stood on the line, one drawing after the other."""
    return [frame.replace("\033[K", "") for frame in re.split(r"\r", text)]


@test("progress: a bar on a terminal, with the share, the part and the policy; gone at the end")
def bar(place):
    status, out, text = on_terminal(place, "compare -w web:duration=20s -p off -p threshold:t0=9000")
    equal(status, 0, "status")
    bars = [frame for frame in frames(text) if "[" in frame]
    check(len(bars) >= 3, "bars", repr(text))
    check(all(re.match(r"\[#*\.*\] +\d+%  (compiling the program|\d of 2: (off|threshold:t0=9000))$", b) for b in bars),
          *bars)
    shares = [int(re.search(r"(\d+)%", b).group(1)) for b in bars]
    check(shares == sorted(shares) and shares[-1] >= 50, shares)
    equal({len(re.match(r"\[.*\]", b).group()) for b in bars}, {32}, "widths")
    check("\n" not in text and text.endswith("\r\033[K"), "it is not taken off", repr(text[-99:]))
    check("\r" not in out and "[#" not in out, "bar on standard output", out)


@test("progress: no bar where standard error is no terminal")
def no_bar(place):
    place.expect(0, "run -w web:duration=15s")  # expects nothing there


@test("progress: the bar fits a terminal of 80 columns")
def narrow(place):
    _, _, text = on_terminal(place, f"run -w web:duration=20s -p {LONG}", columns=80)
    widest = max(frames(text), key=len)
    check(len(widest) < 80, f"{len(widest)} columns:", widest)


@test("progress: the bar is off the screen before an error is printed")
def error_after_bar(place):
    place.write("s.heap", "new 0 0\n" * 3_000_000 + "drop 9\n")
    status, _, text = on_terminal(place, "run -w script:file=s.heap")
    equal(status, 1, "status")
    last = text.split("\r\033[K")[-1]
    check(re.match(r"\S*pygcsim run: s.heap:3000001: register 9", last), repr(text[-200:]))


@test("progress: Ctrl-C at the terminal ends the run")
def ctrl_c(place):
    terminal = Terminal(100)
    try:
        with place.start(f"run -w {ENDLESS}", stderr=terminal.slave) as run:
            try:
                deadline = time.monotonic() + 30
                while b"%" not in terminal.bytes and time.monotonic() < deadline:
                    time.sleep(0.02)
                run.send_signal(signal.SIGINT)
                run.communicate(timeout=30)
            finally:
                run.kill()
    finally:
        text = terminal.close()
    check("%" in text, "no bar was drawn", repr(text))
    check(run.returncode in (-signal.SIGINT, 130), f"status {run.returncode}")


@test("progress: a run too short for a bar leaves the terminal alone")
def short(place):
    status, _, text = on_terminal(place, f"run -w {SMALL},startup=0s")
    equal((status, frames(text)[-1]), (0, ""), "status, the line at the end")
