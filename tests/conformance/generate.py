#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a random heap script to standard output.

A script is a mix of motifs (a ring, a chain, a burst, an object with a last will, ...). The style says which motifs and
kinds of objects there can be, and the seed which of these the script knows and how often it plays each, how many
registers it has, and its thresholds. The references are followed while it is written, so no operation needs an object
that may not be there. It ends with a full collection, so there is always one to compare.
"""
import argparse
import random
import signal
import sys

import motifs
from heap_script import KINDS

# Up to 3.10 CPython makes frames for finalizers and callbacks that run in deallocations nested 50 deep. So where there
# are any, a structure adds little to the depth; but for style deep, which is not for these.
SHALLOW, DEEP = 10, 1000

PLAIN_KINDS = ("slots", "list", "dict", "tuple", "set", "inst", "cell", "func", "exc")
FINAL_KINDS = ("slots-del", "inst-del")

EVERYTHING = [motifs.KINDS_OF_ALL, motifs.FINALIZERS, motifs.REFERENCES, motifs.DICTIONARIES, motifs.DEBUGGING,
              motifs.BURSTS]

# Style: what is added to the motifs of SIMPLE, and the kinds besides a choice of PLAIN_KINDS (plain: slots only).
STYLES = {
    "plain": ([motifs.FREEZING], ()),
    "kinds": ([motifs.KINDS_OF_ALL], ()),
    "finalizers": ([motifs.KINDS_OF_ALL, motifs.FINALIZERS], FINAL_KINDS * 2),
    "references": ([motifs.KINDS_OF_ALL, motifs.REFERENCES], ()),
    "attributes": ([motifs.KINDS_OF_ALL, motifs.DICTIONARIES], ("inst", "inst", "inst-del", "exc")),
    "debug": ([motifs.KINDS_OF_ALL, motifs.DEBUGGING], ("slots-del",)),
    "legacy": ([motifs.KINDS_OF_ALL, motifs.DEBUGGING, motifs.REFERENCES], ("legacy", "legacy", "slots-del")),
    "bursts": ([motifs.KINDS_OF_ALL, motifs.BURSTS], ("list", "dict", "tuple", "tuple")),
    "thresholds": ([motifs.KINDS_OF_ALL, motifs.BURSTS], ("list", "dict", "tuple", "inst")),
    "deep": ([motifs.KINDS_OF_ALL, motifs.FINALIZERS, motifs.REFERENCES, motifs.DEEP], FINAL_KINDS),
    "all": (EVERYTHING, FINAL_KINDS),
    "all-legacy": (EVERYTHING, (*FINAL_KINDS, "legacy")),
}
DEFAULT_THRESHOLDS = ("thresholds",)  # styles that keep them, but for chance
MIXED = [style for style in STYLES if style != "plain"] + ["all", "all"]


def style_of(seed):
    """The style of one script of many of mixed styles."""
    return MIXED[seed % len(MIXED)]


PAYLOADS = ("bytes=0", "bytes=100", "bytes=64KiB", "bytes=1MiB")


def with_payloads(seed, operations):
    """One object in twenty keeps bytes alive: no collection may depend on that."""
    dice = random.Random("payloads %d" % seed)
    return [operation + (dice.choice(PAYLOADS),)
            if operation[0] == "new" and len(operation) == 3 and dice.random() < 0.05 else operation
            for operation in operations]


def generate(seed, operation_count, style="plain", undisturbed=False):
    """A list of operations, the same for the same arguments in every Python."""
    dice = random.Random("style %s %d" % (style, seed))
    added, own_kinds = STYLES[style]
    played = dict(motifs.UNDISTURBED) if undisturbed else dict(motifs.SIMPLE)
    for more in added * (not undisturbed):
        played.update(more)
    known = [motif for motif, (_, part) in played.items() if dice.random() < part]
    weights = [played[motif][0] * 4 ** dice.uniform(-1, 1) for motif in known]
    kinds = ["slots"]
    if style != "plain":
        kinds = [kind for kind in PLAIN_KINDS if dice.random() < 0.6] + [*own_kinds]
    calls = motifs.REFERENCES in added or set(kinds) & set(FINAL_KINDS)
    writer = motifs.Writer(seed, kinds, register_count=dice.choice((4, 12, 40, 150, 600)),
                           deepest=SHALLOW if calls and style != "deep" else DEEP)
    if not undisturbed and style not in DEFAULT_THRESHOLDS and dice.random() < (0.75 if style == "plain" else 0.95):
        motifs.change_thresholds(writer)
    while len(writer.operations) < operation_count - 1:
        dice.choices(known, weights)[0](writer)
    return with_payloads(seed, writer.operations[:operation_count - 1]) + [("collect",)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("seed", type=int, help="decides everything")
    parser.add_argument("operations", type=int, help="how many operations to write")
    parser.add_argument("--style", choices=[*STYLES, "mixed"], default="plain",
                        help="what motifs and kinds there are (default: %(default)s)")
    parser.add_argument("--undisturbed", action="store_true",
                        help="leave the collector alone up to the last operation")
    options = parser.parse_args()
    style = style_of(options.seed) if options.style == "mixed" else options.style
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `generate.py ... | head` should end quietly
    for operation in generate(options.seed, options.operations, style, options.undisturbed):
        sys.stdout.write(" ".join(map(str, operation)) + "\n")


if __name__ == "__main__":
    main()
