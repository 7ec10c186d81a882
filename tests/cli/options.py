# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of every command, from the program's own tables: help, values, repetition; man pages; and completions, in a
real bash and a real zsh."""
import json
import os
import re
import shutil
import subprocess

from harness import SMALL, test
from tap import Skip, check, equal


def commands(place):
    return [json.loads(line) for line in place.expect(0, "list commands --json").out.splitlines()]


def options(place):
    """(command, its options: not what it takes besides)"""
    for command in commands(place):
        yield command["name"], [row for row in command["options"] if not row["name"].isupper()]


def needs(tool):
    if not shutil.which(tool):
        raise Skip(f"{tool} is not installed")


def output(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=60,
                          stdin=subprocess.DEVNULL, check=False, **options).stdout


# ---- help ------------------------------------------------------------------------------------------


@test("every command's --help: all of its options, as wide as the terminal, an example")
def help_of_all(place):
    for command, rows in options(place):
        for width in (70, 80, 200):
            out = place.expect(0, [command, "--help"], [f"Usage: pygcsim {command} ", "\nExample:\n  pygcsim "],
                               env={**os.environ, "COLUMNS": str(width)}).out
            body = out[:out.index("\nExample:\n")]
            names = re.findall(r"^  (?:-\w,|   ) --([\w-]+)", body, re.M)
            equal(names, [row["name"] for row in rows] + ["help"], f"options of {command}")
            longest = max(len(line) for line in body.splitlines())
            check(longest <= min(width, 100), f"{command} in {width} columns: a line of {longest}", body)
        equal(place.expect(0, ["help", command]).out, place.expect(0, [command, "-h"]).out, f"help {command}")


@test("the list of commands is as wide as the terminal")
def width_of_all(place):
    for width in (60, 80):
        out = place.expect(0, "--help", env={**os.environ, "COLUMNS": str(width)}).out
        longest = max(len(line) for line in out[:out.index("\nTry: ")].splitlines())
        check(longest <= width, f"in {width} columns: a line of {longest}", out)


@test("help without a command, and of what is none")
def help_alone(place):
    equal(place.expect(0, "help").out, place.expect(0, "--help").out, "help")
    equal(place.expect(0, "help run").out, place.expect(0, "--help run").out, "help run")
    place.expect(2, "help shwo", err=["COMMAND: there is no command 'shwo'; did you mean 'show'?"])
    place.expect(2, "help --man --completion bash", err=["--man or --completion, one of them"])
    place.expect(2, "help --completion fish", err=["--completion=fish is not allowed; it takes bash or zsh"])
    place.expect(2, "help show --completion bash", err=["--completion is for all commands together"])


# ---- every option ----------------------------------------------------------------------------------


NONSENSE = "\N{SNOWMAN}"
FREE = {"db", "into", "out", "title", "font", "program", "template", "experiment", "parameter", "dot", "svg"}  # any text is a name
ALONE = {("replay", "debug-text")}  # it may stand without a value, and then none follows in a word of its own
OLDER = {("plot", "workload"), ("plot", "policy")}  # any text may be in an older file


@test("every option refuses nonsense, names itself, and says what is allowed")
def nonsense(place):
    for command, rows in options(place):
        for row in rows:
            option = "--" + row["name"]
            if row["default"] == "no" and not row["allowed"]:
                place.expect(2, [command, f"{option}=yes"], err=[f"{option} takes no value"])
                continue
            place.expect(2, [command, f"{option}=", "x"], err=[f"{option}"])
            if (command, row["name"]) in ALONE:
                place.expect(2, [command, f"{option}={NONSENSE}", "x"], err=[f"{option}"])
                continue
            place.expect(2, [command, option], err=[f"{option} needs a value: {option}="])
            if row["name"] not in FREE and (command, row["name"]) not in OLDER:
                place.expect(2, [command, option, NONSENSE, "x"], err=[f"{option}"])


@test("every option misspelt is suggested")
def near(place):
    for command, rows in options(place):
        for row in rows:
            wrong = re.sub("^(.)(.)(.)", r"\1\3\2", row["name"])
            if len(wrong) > 3 and wrong != row["name"]:
                place.expect(2, [command, "--" + wrong], err=[f"did you mean '--{row['name']}'?"])


@test("no option may be given twice, but those that say so")
def twice(place):
    values = {"N": "1"}
    for command, rows in options(place):
        for row in rows:
            switch = row["default"] == "no" and not row["allowed"]
            many = re.search("as often as|given in the same way|give two", row["meaning"])
            value = next((word for word in (row["default"],) if re.fullmatch(r"[\w.]+", word)), None)
            words = ["--" + row["name"]] if switch else [f"--{row['name']}={value or values['N']}"]
            if many or not (switch or value) or value == "none":
                continue
            place.expect(2, [command, *words, *words, "x"], err=[f"--{row['name']} is given twice"])


TWICE = [
    ("run -c cpython-3.12 -c cpython-3.13", ["--collector is given twice; it takes one; `pygcsim compare` takes several"]),
    ("compile -c cpython-3.12 -c cpython-3.13", ["--collector is given twice; it takes one"]),
    ("run -p off -p default", ["--policy", "`pygcsim compare` takes many"]),
    ("best r.db --minimise gc_share --minimize gc_share", ["--minimise is given twice", "--pareto takes several"]),
    ("best r.db --maximize gc_share --minimize gc_share", ["--maximise or --minimise, one of them"]),
    ("show r.db --json --json", ["--json is given twice"]),
    ("plot r.db --format png --format svg", ["--format is given twice; it takes one"]),
    ("list policies --json --markdown", ["--json or --markdown, one of them"]),
]

ABBREVIATIONS = [
    ("compare --po off --p x", ["--p could be --policy or --program"]),
    ("best r.db --m gc_share", ["--m could be --minimise, --minimize, --maximise, --maximize or --memory"]),
    ("best r.db --min gc_share --mini gc_share", ["--minimise is given twice"]),
    ("run --s 1", ["--s could be --seed or --sample"]),
    ("show --js=1 r.db", ["--json takes no value"]),
    ("sweep --dry", ["which experiment? Usage: pygcsim sweep [OPTION...] FILE"]),
    ("compare --see 9223372036854775807 --repl 3", ["seed 9223372036854775807 is too large for 2 more"]),
    ("compare --see 9223372036854775800 --until 5%", ["seed 9223372036854775800 is too large for 99 more"]),
    ("compare --until ci=5%,most=30 --repl 40", ["until has at most 30 replications, but 40"]),
    ("compare --until ci=5%,most=19", ["--until: most=19 is not allowed", "from 20 to 100000"]),
    ("compare --until best=0", ["--until: best=0 is not allowed", "such as 2%"]),
    ("compare --until best=2%,ci=5%", ["--until: ci is about the mean of every setting", "keep one of them"]),
    ("compare --until best", ["--until=best is not allowed; it takes a rule such as 5%"]),
    ("compare --until best=2% --program x", ["--program is one program"]),
    ("compare --until ci=5%,metrc=x", ["did you mean 'metric'?"]),
]

for arguments, said in TWICE + ABBREVIATIONS:
    @test(f"refused: {arguments}")
    def refused(place, arguments=arguments, said=said):
        place.expect(2, arguments, err=said)


@test("options cut short, other spellings, options after arguments: as if written in full")
def spellings(place):
    place.expect(0, f"compare -w {SMALL} --poli off --pol default --repl 2 --db r.db")
    full = place.expect(0, "best r.db --minimise heap_peak --json").out
    for arguments in ("best --minimize heap_peak --json r.db", "best r.db --js --min=heap_peak",
                      "best --minimi heap_peak --json -- r.db"):
        equal(place.expect(0, arguments).out, full, arguments)


@test("plot --chart twice draws both")
def two_charts(place):
    place.expect(0, f"compare -w {SMALL} -p off -p default --db r.db")
    place.expect(0, "plot r.db --chart memory --chart gctime", ["charts/memory.png", "charts/gctime.png"])
    equal(place.files("charts"), ["gctime.png", "memory.png"], "files")
    place.expect(2, "plot r.db --chart memory --chart gctime --show-sql", err=["go with one --chart NAME"])


@test("an option and a key of an experiment file with the same meaning: the same limits and words")
def shared(place):
    keys = {row["name"]: row for row in map(json.loads, place.expect(0, "list keys --json").out.splitlines())}
    compare = {row["name"]: row for row in dict(options(place))["compare"]}
    for name in ("seed", "replications", "warmup", "log", "sample", "engine", "until"):
        equal(compare[name]["meaning"], keys[name]["meaning"], name)
    for name in ("seed", "replications", "warmup", "log", "sample", "engine"):
        equal(compare[name]["allowed"], keys[name]["allowed"], name)
    for name, value in (("seed", "-1"), ("replications", "0"), ("warmup", "5"), ("log", "all"), ("sample", "1ns")):
        place.write("e.yaml", f"workload: web\n{name}: {value}\n")
        in_file = place.expect(1, "sweep e.yaml").err.split("e.yaml:2: ")[1]
        given = place.expect(2, ["compare", f"--{name}", value]).err.split("compare: --")[1]
        equal(given, in_file, name)


# ---- man pages -------------------------------------------------------------------------------------

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@test("man pages: the build writes one for every command")
def built(place):
    with open(os.path.join(ROOT, "cli", "generated", "meson.build")) as file:
        listed = re.search(r"foreach command : \[(.*?)\]", file.read(), re.S).group(1)
    equal(re.findall(r"'(\w*)'", listed), [""] + [row["name"] for row in commands(place)], "cli/generated/meson.build")


def pages(place):
    for command in [None] + [row["name"] for row in commands(place)]:
        name = f"pygcsim-{command}.1" if command else "pygcsim.1"
        place.write(name, place.expect(0, ["help", "--man"] + ([command] if command else [])).out)
        yield command, place.path(name)


@test("man pages: the sections there are, in order")
def sections(place):
    for command, path in pages(place):
        with open(path) as file:
            found = re.findall(r"^\.SH (.*)$", file.read(), re.M)
        wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS" if command else "COMMANDS", "EXIT STATUS", "EXAMPLES",
                  "SEE ALSO"]
        equal([section for section in found if section in wanted], wanted, f"sections of {path}")
        check(set(found) - set(wanted) <= {"FILES", "ENVIRONMENT"}, found)


@test("man pages: man and groff warn of nothing")
def roff(place):
    needs("man")
    needs("groff")
    for _, path in pages(place):
        for command in (["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path],
                        ["groff", "-ww", "-man", "-Tutf8", "-Z", path]):
            result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
                                    env={**os.environ, "LC_ALL": "C.UTF-8"}, check=True)
            equal(result.stderr, "", f"warnings of {command[0]}")


@test("man pages: mandoc finds nothing wrong but that they have no date")
def mandoc(place):
    needs("mandoc")
    for _, path in pages(place):
        lines = output(["mandoc", "-T", "lint", "-W", "warning", path]).splitlines()
        equal([line for line in lines if "missing date" not in line], [], path)


@test("man pages as man shows them: every option, with what it means; examples that can be copied")
def shown(place):
    needs("man")
    needs("col")
    for command, path in pages(place):
        out = output(f"MANWIDTH=200 LC_ALL=C.UTF-8 man -l {path} | col -bx", shell=True)
        for row in dict(options(place)).get(command, []):
            check(re.search(rf"--{row['name']}\b", out), f"{path} lacks --{row['name']}")
            check(" ".join(row["meaning"].replace("`", "").split()[:4]) in " ".join(out.split()),
                  f"{path} lacks {row['meaning']}", out)
        for lines in ([] if not command else
                      [place.expect(0, [command, "--help"]).out.split("\nExample:\n")[1].split("\n\n")[0].split("\n")]):
            for line in lines:
                check(line.strip() in out, f"{path} lacks {line}", out)


# ---- completions -----------------------------------------------------------------------------------

# What is typed; what bash then offers, of which some are named; what none of them is.
TYPED = [
    ("pygcsim co", ["compare", "compile"], []),
    ("pygcsim --v", ["--version"], []),
    ("pygcsim compare --po", ["--policy"], ["--program"]),
    ("pygcsim show -", ["--metric", "--csv", "--help"], ["--workload"]),
    ("pygcsim compare -c cpython-3.1", ["cpython-3.13", "cpython-3.15"], ["cpython-3.9"]),
    ("pygcsim compare --log=", ["summary", "samples", "collections"], []),
    ("pygcsim run --engine gr", ["graph"], []),
    ("pygcsim run --warmup m", ["mser5"], []),
    ("pygcsim list po", ["policies"], []),
    ("pygcsim help compi", ["compile"], []),
    ("pygcsim plot --chart p", ["pauses", "pareto"], ["memory"]),
    ("pygcsim plot r.db --format s", ["svg"], []),
    ("pygcsim show --sort latency_p9", ["latency_p90", "latency_p99", "latency_p999"], ["latency_p50"]),
    ("pygcsim best --subject-to heap", ["heap_mean", "heap_peak"], []),
    ("pygcsim compare --policy fr", ["freeze"], []),
    ("pygcsim compare -p free", ["freeze"], []),
    ("pygcsim compare --policy freeze: --se", ["--seed"], ["on="]),
    ("pygcsim show read", ["readme.db"], []),
    ("pygcsim compare --db read", ["readme.db"], []),
    ("pygcsim plot --out fol", ["folder"], []),
    ("pygcsim merge readme.db oth", ["other file"], []),
]

# What is typed, with colons and the like, at which readline breaks words; the end of what is offered.
BROKEN = [
    ("pygcsim compare --policy freeze:", ["on=", "collect=", "t0="]),
    ("pygcsim compare --policy freeze:t0=", ["keep"]),
    ("pygcsim compare --policy off:un", ["until="]),
    ("pygcsim compare --policy off:until=", ["startup_done", "end"]),
    ("pygcsim compare --policy off:until=startup_done+fr", ["startup_done+freeze"]),
    ("pygcsim compare --policy off+freeze:unfreeze=ne", ["never"]),
    ("pygcsim compare --policy=off+freeze:on=st", ["startup_done", "step_done"]),
    ("pygcsim compare --policy=freeze:on=st", ["startup_done", "step_done"]),
    ("pygcsim compare --policy=freeze:on=startup_done,co", ["collect="]),
    ("pygcsim compare --policy freeze:on=startup_done,collect=", ["no", "yes"]),
    ("pygcsim run --workload web:scat", ["scatter="]),
    ("pygcsim run -w script:file=read", ["readme.db"]),
    ("pygcsim compare --until ci=5%,me", ["metric="]),
    ("pygcsim compare --until be", ["best="]),
    ("pygcsim compare --until ci=5%,metric=latency_p9", ["latency_p90", "latency_p99"]),
    ("pygcsim best r.db --pareto latency_p99,heap_p", ["heap_peak"]),
    ("pygcsim compare --metric latency_p95,objects_m", ["objects_mean"]),
    ("pygcsim plot r.db --chart=gct", ["gctime"]),
]

BASH = r"""
. "$1"
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
COMP_LINE=$2 COMP_POINT=${#2}
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pygcsim
printf '%s\n' "${COMPREPLY[@]}"
"""


def files(place):
    for name in ("readme.db", "other file"):
        place.write(name, "")
    os.mkdir(place.path("folder"))


def script(place, shell):
    place.write(f"completion.{shell}", place.expect(0, f"help --completion {shell}").out)
    return place.path(f"completion.{shell}")


def bash_words(line):
    """The words of a line as readline breaks it; the last one is being typed."""
    words = re.findall(r"[=:]+|[^\s=:]+", line)
    return words + [""] if line.endswith(" ") else words


def bash_offers(place, path, line):
    return output(["bash", "-c", BASH, "bash", path, line, *bash_words(line)], cwd=place.folder).splitlines()


@test("completion in bash: commands, options, values, files")
def bash(place):
    needs("bash")
    files(place)
    path = script(place, "bash")
    for line, offered, others in TYPED:
        got = bash_offers(place, path, line)
        check(set(offered) <= set(got) and not set(others) & set(got), line, got)
        check(all(word.startswith(re.split(r"[\s=]", line)[-1]) for word in got), line, got)


@test("completion in bash: parameters and their words, where readline breaks words")
def bash_broken(place):
    needs("bash")
    files(place)
    path = script(place, "bash")
    for line, offered in BROKEN:
        got = bash_offers(place, path, line)
        for word in offered:
            check(any(re.split(r"[,:]", offer)[-1] == word for offer in got), f"{line}: {word}", got)
        # readline puts it in place of what follows the last = or :
        typed = re.split(r"[=:]", line)[-1].split(" ")[-1]
        check(all(word.startswith(typed) for word in got), line, got)


@test("completion in bash: every option of every command, and a value for each that has words")
def bash_all(place):
    needs("bash")
    path = script(place, "bash")
    for command, rows in options(place):
        got = bash_offers(place, path, f"pygcsim {command} --")
        check({"--" + row["name"] for row in rows} <= set(got), command, got)
        for row in rows:
            if re.fullmatch(r"[\w, ]+ or \w+", row["allowed"]) and not row["allowed"].startswith("a "):
                gap = "=" if (command, row["name"]) in ALONE else " "
                got = bash_offers(place, path, f"pygcsim {command} --{row['name']}{gap}")
                equal(set(got), set(re.split(", | or ", row["allowed"])), f"{command} --{row['name']}")


# Types a line and a tab into a zsh that runs in a terminal, and prints what the line has become.
ZSH = r"""
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell "cd ${(q)3}; PS1= PS2= RPS1=; autoload -Uz compinit; compinit -D -u; . ${(q)1}"
zpty -w shell "show() { print -r -- \"\$BUFFER|\" >>${(q)2} }; zle -N show; bindkey '^B' show; unsetopt beep"
zpty -w shell ": >${(q)2}"
drain() { while zpty -r -t shell screen; do :; done }  # or it would wait for somebody to look at its screen
for ((i = 0; i < 200; i++)) { drain; [[ -e $2 ]] && break; sleep 0.1 }
out=$2
shift 3
count=0
for line; do
    zpty -n -w shell "$line"$'\t\x02\x15'
    ((++count))
    for ((i = 0; i < 200; i++)) { drain; [[ $(wc -l <$out) -ge $count ]] && break; sleep 0.05 }
done
cat $out
zpty -d shell
"""

# What is typed; what it becomes, a choice or a part of the words being left open.
IN_ZSH = [
    ("pygcsim compi", "pygcsim compile "),
    ("pygcsim compare --poli", "pygcsim compare --policy="),
    ("pygcsim compare -c cpython-3.12", "pygcsim compare -c cpython-3.12 "),
    ("pygcsim compare --log=summ", "pygcsim compare --log=summary "),
    ("pygcsim compare --policy fre", "pygcsim compare --policy freeze"),
    ("pygcsim compare --policy=freeze:col", "pygcsim compare --policy=freeze:collect="),
    ("pygcsim compare --policy freeze:on=startup_done,t0=ke", "pygcsim compare --policy freeze:on=startup_done,t0=keep "),
    ("pygcsim compare --policy off+fre", "pygcsim compare --policy off+freeze"),
    ("pygcsim compare --policy=off+freeze:unfreeze=ne", "pygcsim compare --policy=off+freeze:unfreeze=never "),
    ("pygcsim run -w script:file=read", "pygcsim run -w script:file=readme.db "),
    ("pygcsim compare --until ci=5%,metr", "pygcsim compare --until ci=5%,metric="),
    ("pygcsim compare --until ci=5%,metric=latency_p50", "pygcsim compare --until ci=5%,metric=latency_p50 "),
    ("pygcsim best readme.db --pareto latency_p99,heap_pe", "pygcsim best readme.db --pareto latency_p99,heap_peak"),
    ("pygcsim best readme.db --subject-to heap_pe", "pygcsim best readme.db --subject-to heap_peak"),
    ("pygcsim plot --chart par", "pygcsim plot --chart pareto "),
    ("pygcsim show read", "pygcsim show readme.db "),
    ("pygcsim compare --db=read", "pygcsim compare --db=readme.db "),
    ("pygcsim plot --out fol", "pygcsim plot --out folder/"),
    ("pygcsim list metr", "pygcsim list metrics "),
    ("pygcsim show --json --cs", "pygcsim show --json --cs"),  # they exclude each other
    ("pygcsim run --metric heap_peak,allocation_r", "pygcsim run --metric heap_peak,allocation_rate"),
    ("pygcsim show --metric heap_peak --metr", "pygcsim show --metric heap_peak --metric="),
]


@test("completion in zsh, typed into one")
def zsh(place):
    needs("zsh")
    files(place)
    path = script(place, "zsh")
    got = output(["zsh", "-f", "-c", ZSH, "zsh", path, place.path("typed"), place.folder,
                  *[line for line, _ in IN_ZSH]]).splitlines()
    equal(got, [becomes + "|" for _, becomes in IN_ZSH], "lines")


@test("completion scripts: bash and zsh find no fault in them")
def syntax(place):
    for shell in ("bash", "zsh"):
        needs(shell)
        equal(output([shell, "-n", script(place, shell)]), "", shell)
