"""Branch coverage of the kernel by the host tests (tests/host/kernel and arch).

coverage.py --build FOLDER: builds the kernel for gcov and every test, runs all, and prints what was taken.
Fails if a branch was not taken, or a function not run, that coverage.toml does not explain; or if it explains
one that was.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORE = ROOT / "kernel" / "core"
ARCH = ROOT / "kernel" / "arch" / "riscv64"
HOST = ROOT / "tests" / "host"
TESTS = HOST / "kernel"
EXPLAINED = HERE / "coverage.toml"

FLAGS = ["-std=gnu11", "-g", "-Wall", "-Wextra", "-Werror"]
FLAGS += [f"-I{folder}" for folder in (ROOT / "kernel" / "include", CORE, HOST)]
# As written: each operand of a condition is a branch of its own.
COUNTED = ["-O0", "--coverage", "--param", "logical-op-non-short-circuit=0"]
FAST = ["-O1", f"-I{TESTS}"]
# The test of the machine's part stands alone: see tests/host/arch/CMakeLists.txt.
ARCH_TEST = [HOST / "arch" / "test_map.c", ARCH / "plic.c"]
ARCH_FLAGS = ["-fPIC", f"-I{ARCH}", "-no-pie", "-Wl,--no-relax"]
ARCH_FLAGS += ["-Wl,--defsym=__text_end=0x80205000,--defsym=__rodata_end=0x80208000"]


class Place(NamedTuple):
    """A line, by what stands there."""

    file: str
    function: str
    line: str


class Coverage(NamedTuple):
    """Branches of each file, those taken of them, and how many were not, by place: calls of functions too."""

    branches: Counter[str]
    taken: Counter[str]
    missed: Counter[Place]


def compile_c(source: Path, target: Path, flags: list[str]) -> None:
    """Compiles one file."""
    subprocess.run(["gcc", *FLAGS, *flags, "-c", str(source), "-o", str(target)], check=True)


def build_tests(build: Path) -> list[Path]:
    """Compiles everything; the programs."""
    build.mkdir(parents=True, exist_ok=True)
    for old in build.glob("*.gc*"):
        old.unlink()
    core = {source: build / f"core_{source.stem}.o" for source in sorted(CORE.glob("*.c"))}
    host = {source: build / f"{source.stem}.o" for source in sorted(TESTS.glob("*.c"))}
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(compile_c, *job, COUNTED) for job in core.items()]
        jobs += [pool.submit(compile_c, *job, FAST) for job in host.items()]
        for job in jobs:
            job.result()
    common = [*core.values(), *(o for o in host.values() if not o.stem.startswith("test_"))]
    programs = []
    for test in (o for o in host.values() if o.stem.startswith("test_")):
        programs.append(test.with_suffix(""))
        command = ["gcc", "--coverage", test, *common, "-lcmocka", "-o", programs[-1]]
        subprocess.run([str(part) for part in command], check=True)
    programs.append(build / "core_arch")
    command = ["gcc", *FLAGS, *COUNTED, *ARCH_FLAGS, *ARCH_TEST, "-lcmocka", "-o", programs[-1]]
    subprocess.run([str(part) for part in command], check=True)
    return programs


def count(reports: list[dict]) -> Coverage:
    """What gcov says of all objects together; a header's function counts once, wherever it was taken."""
    taken: dict[tuple[str, str, int, int], int] = defaultdict(int)
    runs: dict[tuple[str, str, int], int] = defaultdict(int)
    sources: dict[str, Path] = {}
    for report in reports:
        for file in (f for f in report["files"] if Path(f["file"]).parent in (CORE, ARCH)):
            name = Path(file["file"]).name
            sources[name] = Path(file["file"])
            for function in file["functions"]:
                runs[name, function["name"], function["start_line"]] += function["execution_count"]
            for line in file["lines"]:
                for number, branch in enumerate(line["branches"]):
                    key = (name, line["function_name"], line["line_number"], number)
                    taken[key] += branch["count"]
    missed: Counter[Place] = Counter()
    for name, function, line, *_ in [k for k, n in (taken | runs).items() if n == 0]:
        text = sources[name].read_text(encoding="utf-8").splitlines()[line - 1].strip()
        missed[Place(name, function, text)] += 1
    return Coverage(Counter(k[0] for k in taken), Counter(k[0] for k, n in taken.items() if n > 0), missed)


def measure(build: Path) -> Coverage:
    """Runs all tests."""
    for program in build_tests(build):
        done = subprocess.run([str(program)], cwd=build, capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{program.name} failed:\n{(done.stdout + done.stderr).decode(errors='replace')}")
    notes = [str(note) for note in sorted(build.glob("core_*.gcda"))]
    command = ["gcov", "--branch-probabilities", "--json-format", "--stdout", *notes]
    told = subprocess.run(command, cwd=build, stdout=subprocess.PIPE, check=True).stdout
    return count([json.loads(line) for line in told.splitlines() if line])


def judge(missed: Counter[Place], explained: list[dict]) -> list[str]:
    """Where what was not taken is not what is explained."""
    expected = Counter({Place(e["file"], e["function"], e["line"]): e["not_taken"] for e in explained})
    return [
        f"{place.file}: {place.function}(): {place.line}\n"
        f"    {missed[place]} branches not taken, {expected[place]} explained"
        for place in sorted(missed | expected)
        if missed[place] != expected[place]
    ]


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    coverage = measure(parser.parse_args().build.resolve())
    table = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    for file, branches in sorted(coverage.branches.items()):
        print(f"{file:16} {coverage.taken[file]:5} / {branches}")
    print(f"{'all':16} {coverage.taken.total():5} / {coverage.branches.total()}")
    for entry in table["branch"]:
        print(f"explained: {entry['file']}: {entry['function']}(): {entry['line']}\n    {entry['why']}")
    for source in sorted(source for source in ARCH.glob("*.c") if source.name not in coverage.branches):
        print(f"not counted: {source.relative_to(ROOT)}: {table['not_counted'][source.name]}")
    complaints = judge(coverage.missed, table["branch"])
    for complaint in complaints:
        print(f"FAIL {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
