"""Eva: the whole kernel core under anything that tasks, devices and time can do, from one boot on.

eva.py --build FOLDER [--core FOLDER]: prints the alarms, and how many statements of the core are reached.
Fails if an alarm or an unreached line is not in eva.toml, which says why, or if one there is gone. What is
analysed is in eva/driver.c (who does what) and eva/print_table.c (the world).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple


HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORE = ROOT / "kernel" / "core"
DRIVER = HERE / "eva"
HOST = ROOT / "tests" / "host"
EXPLAINED = HERE / "eva.toml"

INCLUDE = ROOT / "kernel" / "include"
OPTIONS = ["-machdep", "gcc_x86_64", "-c11", "-no-annot", "-load-script", str(DRIVER / "tell.ml"), "-eva"]
OPTIONS += ["-eva-no-show-progress", "-eva-msg-key=-final-states,-initial-state"]
OPTIONS += ["-eva-precision", "1", "-eva-slevel", "30", "-eva-auto-loop-unroll", "150"]
# Sets stay sets: a task or NONE is not any number between the two.
OPTIONS += ["-eva-ilevel", "128", "-eva-widening-delay", "5", "-eva-split-return", "full"]
# What happened before does not matter to the driver.
OPTIONS += ["-eva-slevel-function", "main:0,enter:0,write_memory:0,run:0,outside:0"]


class Place(NamedTuple):
    """An alarm, or a line that was not reached, by what stands there."""

    file: str
    function: str
    text: str


class Result(NamedTuple):
    """Statements of each file, those reached of them, lines with others, and alarms."""

    statements: Counter[str]
    reached: Counter[str]
    unreached: set[Place]
    alarms: set[Place]


def write_table(build: Path) -> Path:
    """The table of the world as C."""
    harness = [source for source in sorted((HOST / "kernel").glob("*.c")) if "test_" not in source.name]
    sources = [DRIVER / "print_table.c", *harness, *sorted(CORE.glob("*.c"))]
    includes = [f"-I{folder}" for folder in (INCLUDE, CORE, HOST / "kernel", HOST)]
    program = build / "print_table"
    command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", *includes, *map(str, sources)]
    subprocess.run([*command, "-lcmocka", "-o", str(program)], check=True)
    table = build / "table.c"
    table.write_bytes(subprocess.run([str(program)], stdout=subprocess.PIPE, check=True).stdout)
    return table


def read(output: str, core: Path) -> Result:
    """What tell.ml said."""
    sources = {path.name: path.read_text(encoding="utf-8").splitlines() for path in core.glob("*.[ch]")}
    alarms = set()
    reached: dict[tuple[str, str, str, str], bool] = {}
    for line in output.splitlines():
        kind, *fields = line.split("\t")
        if kind == "ALARM":
            alarms.add(Place(fields[0], fields[1], fields[-1]))
        elif kind == "STATEMENT" and fields[0] in sources:
            file, function, number, ordinal, answer = fields
            key = (file, function, number, ordinal)
            reached[key] = reached.get(key, False) or answer == "true"
    missed = [key for key, answer in reached.items() if not answer]
    unreached = {Place(f, name, sources[f][int(number) - 1].strip()) for f, name, number, _ in missed}
    statements = Counter(key[0] for key in reached)
    return Result(statements, statements - Counter(key[0] for key in missed), unreached, alarms)


def analyse(build: Path, core: Path) -> Result:
    """Runs Eva on a core."""
    build.mkdir(parents=True, exist_ok=True)
    includes = f"-I{INCLUDE} -I{core} -I{DRIVER}"
    sources = [write_table(build), *sorted(DRIVER.glob("[!p]*.c")), *sorted(core.glob("*.c"))]
    command = ["frama-c", f"-cpp-extra-args={includes}", *OPTIONS, *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (build / "eva.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0 or "\nSTATEMENT\t" not in done.stdout:
        sys.exit(f"Eva failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return read(done.stdout, core)


def judge(what: str, found: set[Place], explained: list[dict]) -> list[str]:
    """Where what was found is not what is explained."""
    expected = {Place(entry["file"], entry["function"], entry["text"]) for entry in explained}
    complaints = [f"{what} not explained: {' | '.join(place)}" for place in sorted(found - expected)]
    return complaints + [f"no longer {what}: {' | '.join(place)}" for place in sorted(expected - found)]


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--core", type=Path, default=CORE)
    arguments = parser.parse_args()
    result = analyse(arguments.build.resolve(), arguments.core.resolve())
    table = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    for file, statements in sorted(result.statements.items()):
        print(f"{file:16} {result.reached[file]:5} / {statements}")
    print(f"{'all of core':16} {result.reached.total():5} / {result.statements.total()} statements reached")
    for what in ("unreached", "alarm"):
        for entry in table[what]:
            print(f"{what}: {entry['file']}: {entry['function']}(): {entry['text']}\n    {entry['why']}")
    print(f"{len(result.alarms)} alarms, which are goals of proof.wp")
    complaints = judge("unreached", result.unreached, table["unreached"])
    complaints += judge("alarm", result.alarms, table["alarm"])
    for complaint in complaints:
        print(f"FAIL {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
