#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_install.py --build FOLDER: is what `meson install` installs whole? As TAP.

The build goes into a folder of its own (DESTDIR), and the program is run from there."""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import check, run  # noqa: E402

# Files that help and documents name by their places in the source, and which of these are installed.
NAMED = re.compile(r"(?<![\w./-])((?:docs|experiments|workloads)/[\w./-]*\w)")
INSTALLED = ("docs/", "experiments", "workloads/examples", "results/charts", "README.md", "CONTRIBUTING.md",
             "CHANGELOG.md", "LICENSE")


def output(*command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                            stdin=subprocess.DEVNULL, **options)
    check(result.returncode == 0, " ".join(command), result.stdout)
    return result.stdout


class Installation:
    def __init__(self, build):
        self.folder = tempfile.TemporaryDirectory(prefix="pygcsim-install-")
        output("meson", "install", "-C", build, "--no-rebuild", "--destdir", self.folder.name)
        options = {option["name"]: option["value"] for option in
                   json.loads(output("meson", "introspect", "--buildoptions", build))}
        self.prefix = options["prefix"]
        self.program = self.path(self.prefix, options["bindir"], "pygcsim")
        self.data = self.path(self.prefix, options["datadir"], "pygcsim")
        self.documentation = self.path(self.prefix, options["datadir"], "doc", "pygcsim")
        self.man = self.path(self.prefix, options["mandir"], "man1")
        self.share = self.path(self.prefix, options["datadir"])

    def path(self, *parts):
        """Where something is that will be in a folder of the prefix."""
        return os.path.join(self.folder.name, os.path.join(*parts).lstrip("/"))

    def run(self, *words):
        return output(self.program, *words, cwd=self.folder.name)

    def commands(self):
        return re.findall(r"^  ([a-z]+)  ", self.run("--help"), re.M)


def program_runs(installation):
    version = re.search(r"version: '(.*?)'", open(os.path.join(ROOT, "meson.build")).read()).group(1)
    check(version in installation.run("--version"), "another version")


def help_of(installation, *words):
    """What a help text names is in the folder that it ends with."""
    text = installation.run(*words, "--help")
    folder = re.search(r"^The folders .* are in\s+(/.*)\.$", text, re.M)
    check(folder, "it does not say where the files are", text)
    check(folder.group(1).startswith(installation.prefix), f"{folder.group(1)} is not below the prefix")
    for name in NAMED.findall(text):
        check(os.path.exists(installation.path(folder.group(1), name)), f"no {name} in {folder.group(1)}")


def help_names_files(installation):
    commands = installation.commands()
    check(len(commands) > 10, "no commands found in the help")
    for words in [(), *((command,) for command in commands)]:
        help_of(installation, *words)
    named = NAMED.findall("".join(installation.run(command, "--help") for command in commands))
    check("docs/experiments.md" in named, "the help of no command names a file: has the form changed?")


def everything_is_there(installation):
    for pattern, folder in (("README.md", installation.documentation), ("CHANGELOG.md", installation.documentation),
                            ("LICENSE", installation.documentation), ("CONTRIBUTING.md", installation.documentation),
                            ("docs/**", installation.documentation), ("experiments/*", installation.data)):
        names = glob.glob(pattern, root_dir=ROOT, recursive=True)
        check(names, f"the source has no {pattern}")
        for name in names:
            check(os.path.exists(os.path.join(folder, name)), f"{name} is not installed")
    for folder, ending in (("examples", ".heap"), ("charts", ".gp"), ("charts", ".sql")):
        check(glob.glob(os.path.join(installation.data, folder, "*" + ending)), f"no {ending} in {folder}")


def charts_are_there(installation):
    """Two charts may have one template; after the shared style it is what the program carries."""
    templates = [open(path).read() for path in glob.glob(os.path.join(installation.data, "charts", "*.gp"))
                 if os.path.basename(path) != "style.gp"]
    charts = [json.loads(line)["name"] for line in installation.run("list", "charts", "--json").splitlines()]
    check(len(charts) > 5, "no charts listed")
    for chart in charts:
        carried = installation.run("plot", "--chart", chart, "--show-template")
        check(any(template in carried for template in templates), f"{chart}: its template is not installed")


def links_lead_somewhere(installation):
    """Those to what is installed; others are to the source."""
    for document in glob.glob(os.path.join(installation.documentation, "**", "*.md"), recursive=True):
        for target in re.findall(r"\]\(([^)#\s:]+)[^):\s]*\)", open(document).read()):
            path = os.path.normpath(os.path.join(os.path.dirname(document), target))
            inside = os.path.relpath(path, installation.documentation)
            if inside.startswith(INSTALLED):
                check(os.path.exists(path), f"{document}: {target}")


def examples_run(installation):
    folder = installation.documentation
    replay = output(installation.program, "replay", "workloads/examples/nepotism.heap", cwd=folder)
    check("unreachable" in replay or "collected" in replay, replay)
    plan = output(installation.program, "sweep", "experiments/device.yaml", "--dry-run", cwd=folder)
    check("runs" in plan, plan)


def pages_are_there(installation):
    """Also the folder with the documents is what they say it is."""
    for command in ["", *installation.commands()]:
        name = f"pygcsim-{command}.1" if command else "pygcsim.1"
        path = os.path.join(installation.man, name)
        check(os.path.exists(path), f"no {name}")
        check(installation.documentation.endswith(re.search(r"^\\fB(/.*/doc/.*)\\fR$", open(path).read(), re.M).group(1)),
              f"{name} names another folder")


def completions_are_there(installation):
    for shell, file in (("bash", "bash-completion/completions/pygcsim"), ("zsh", "zsh/site-functions/_pygcsim")):
        with open(os.path.join(installation.share, file)) as script:
            check(script.read() == installation.run("help", "--completion", shell), f"{file} is another script")


def names_no_source(installation):
    """Nor the folder into which it was put."""
    for path in glob.glob(os.path.join(installation.folder.name, "**"), recursive=True):
        if os.path.isfile(path) and path != installation.program:  # which has debugging information
            content = open(path, "rb").read()
            for folder in (ROOT, installation.folder.name):
                # As a path from its beginning: a checkout may lie in /pygcsim.
                named = re.search(rb"(?<![\w./-])" + re.escape(folder.encode()) + rb"(?![\w-])", content)
                check(not named, f"{path} names {folder}")


TESTS = (
    ("the program runs", program_runs),
    ("every file that a help text names is there", help_names_files),
    ("documents, experiments, heap scripts and templates are there", everything_is_there),
    ("every chart's template is there", charts_are_there),
    ("a man page for every command is there", pages_are_there),
    ("completions for bash and zsh are there", completions_are_there),
    ("links between documents lead somewhere", links_lead_somewhere),
    ("examples run from there", examples_run),
    ("no file names a folder of the build", names_no_source),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    installation = Installation(os.path.abspath(parser.parse_args().build))
    return run([(what, lambda test=test: test(installation)) for what, test in TESTS])


if __name__ == "__main__":
    sys.exit(main())
