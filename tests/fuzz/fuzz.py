"""Runs the fuzzers: a short run that is the same every time, a long one that goes on where the last
ended, and the choice of the inputs that are kept in the tree.

fuzz.py [--build FOLDER] quick NAME    the corpus of the tree, the seeds, some inputs made from them
fuzz.py [--build FOLDER] soak MINUTES  all fuzzers, each its share; fails on any finding
fuzz.py [--build FOLDER] merge         adds to the tree the fewest inputs that reach code which its own do
                                       not, and beside them what the last soak found (soak.json)
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import blocks_seeds
import frames_seeds
import package_seeds
import seeds
import statefs_seeds
import table_seeds
import virtio_seeds

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAMES = ("syscalls", "table", "virtio", "blocks", "statefs", "frames", "package")
SEEDS = {
    "syscalls": seeds.syscall_seeds,
    "table": table_seeds.table_seeds,
    "virtio": virtio_seeds.virtio_seeds,
    "blocks": blocks_seeds.blocks_seeds,
    "package": package_seeds.package_seeds,
    "statefs": statefs_seeds.statefs_seeds,
    "frames": frames_seeds.frames_seeds,
}
LONGEST = {
    "syscalls": 1200,
    "table": 1000,
    "virtio": 1000,
    "blocks": 2000,
    "statefs": 1500,
    "frames": 2048,
    "package": 2000,
}  # bytes of an input
QUICK_RUNS = {
    "syscalls": 400,
    "table": 4000,
    "virtio": 20000,
    "blocks": 50000,
    "package": 50000,
    "statefs": 1500,
    "frames": 3000,
}  # inputs that a quick run makes
SECONDS_PER_INPUT = 20
COVERED = re.compile(r"\bcov: (\d+)")
EXECUTED = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)


def write_seeds(fuzzer: str, folder: Path) -> None:
    """Fills a folder with the seeds of one fuzzer."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in SEEDS[fuzzer]().items():
        (folder / name).write_bytes(data)


class Fuzzer:
    """One fuzzer with its folders."""

    def __init__(self, name: str, build: Path) -> None:
        """`build` is the build folder of the project."""
        self.name = name
        self.program = build / "fuzz" / f"fuzz-{name}"
        self.corpus = HERE / "corpus" / name
        self.seeds = build / "fuzz/seeds" / name
        self.working = build / "fuzz/working" / name
        self.findings = build / "fuzz/findings" / name
        write_seeds(name, self.seeds)
        for folder in (self.working, self.findings):
            folder.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments: str | Path, report: Path | None = None) -> subprocess.CompletedProcess:
        """Runs it to its end; what it printed is in stderr."""
        options = [f"-artifact_prefix={self.findings}/", f"-timeout={SECONDS_PER_INPUT}"]
        options += [f"-max_len={LONGEST[self.name]}", "-print_final_stats=1"]
        environment = dict(os.environ)
        if report:
            environment["NEXUS_FUZZ_REPORT"] = str(report)
        return subprocess.run(
            [self.program, *options, *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )


def last(pattern: re.Pattern, text: str) -> int:
    """The number in the last match; 0 if there is none."""
    found = pattern.findall(text)
    return int(found[-1]) if found else 0


def explain(text: str) -> None:
    """Prints what a run says about its finding, without the progress before it."""
    lines = [line for line in text.splitlines() if not line.startswith(("#", "INFO:"))]
    print("\n".join(lines[:60]))


def missing_calls(report: Path) -> list[str]:
    """Calls that the kernel provides and that never succeeded."""
    rows = [line.split() for line in report.read_text().splitlines()]
    assert rows, "the report is empty"
    return [name for name, count in rows if count == "0"]


def quick(fuzzer: Fuzzer) -> int:
    """The same inputs every time: what is found is found again."""
    made = fuzzer.working.parents[1] / "quick" / fuzzer.name
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    known = len(list(fuzzer.corpus.iterdir())) + len(list(fuzzer.seeds.iterdir()))
    report = made.parent / f"{fuzzer.name}.report"
    report.unlink(missing_ok=True)
    runs = f"-runs={known + QUICK_RUNS[fuzzer.name]}"
    result = fuzzer.run("-seed=1", "-reload=0", runs, made, fuzzer.corpus, fuzzer.seeds, report=report)
    if result.returncode != 0:
        explain(result.stderr)
        return 1
    print(f"fuzz-{fuzzer.name}: {last(EXECUTED, result.stderr)} inputs, {known} of them known, no finding")
    if fuzzer.name == "syscalls":
        missing = missing_calls(report)
        for name in missing:
            print(f"no input of the corpus makes {name} succeed: add one to tests/fuzz/seeds.py")
        return 1 if missing else 0
    return 0


def still_fail(fuzzer: Fuzzer) -> list[Path]:
    """Kept inputs that the fuzzer still ends at."""
    return [path for path in sorted(fuzzer.findings.iterdir()) if fuzzer.run(path).returncode != 0]


def commit() -> str:
    """What is tested: the commit, and whether there is more in the tree than in it."""
    git = ["git", "-C", str(ROOT)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + (" and changes" if changed.stdout.strip() else "")


def soak(fuzzers: list[Fuzzer], minutes: float, results: Path) -> int:
    """Goes on where the last soak ended: its inputs are in the working corpus."""
    rows = []
    tested = commit()
    for fuzzer in fuzzers:
        begin = time.monotonic()
        share = f"-max_total_time={max(1, round(minutes * 60 / len(fuzzers)))}"
        result = fuzzer.run(share, fuzzer.working, fuzzer.corpus, fuzzer.seeds)
        if result.returncode != 0:
            explain(result.stderr)
        findings = still_fail(fuzzer)
        rows.append(
            {
                "name": f"fuzz-{fuzzer.name}",
                "seconds": round(time.monotonic() - begin),
                "inputs": last(EXECUTED, result.stderr),
                "longest_input_bytes": LONGEST[fuzzer.name],
                "covered": last(COVERED, result.stderr),
                "working_corpus": len(list(fuzzer.working.iterdir())),
                "findings": [path.name for path in findings],
                "ended_well": result.returncode == 0,
            }
        )
        print(json.dumps(rows[-1]))
    results.write_text(json.dumps({"commit": tested, "minutes": minutes, "fuzzers": rows}, indent=2) + "\n")
    inputs = sum(row["inputs"] for row in rows)
    found = sum(len(row["findings"]) for row in rows)
    bad = [row["name"] for row in rows if row["findings"] or not row["ended_well"] or row["inputs"] == 0]
    print(
        f"soak: {minutes:g} minutes, {inputs} inputs, {found} findings"
        + "".join(f", {n} failed" for n in bad)
    )
    return 1 if bad else 0


def merge(fuzzer: Fuzzer) -> int:
    """Adds to the corpus of the tree. That code ran more often makes no input worth keeping."""
    merged = fuzzer.working.parents[1] / "merged" / fuzzer.name
    shutil.rmtree(merged, ignore_errors=True)
    shutil.copytree(fuzzer.corpus, merged)
    shutil.copytree(fuzzer.seeds, merged, dirs_exist_ok=True)
    known = set(merged.iterdir())
    result = fuzzer.run("-merge=1", "-use_counters=0", merged, fuzzer.working)
    if result.returncode != 0:
        explain(result.stderr)
        return 1
    added = sorted(set(merged.iterdir()) - known)
    for path in added:
        shutil.copy(path, fuzzer.corpus)
    sizes = [path.stat().st_size for path in fuzzer.corpus.iterdir()]
    print(f"fuzz-{fuzzer.name}: {len(added)} added, now {len(sizes)} inputs, {sum(sizes)} bytes")
    return 0


def main() -> int:
    """Does what is asked for. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("quick").add_argument("name", choices=NAMES)
    commands.add_parser("soak").add_argument("minutes", type=float)
    commands.add_parser("merge")
    options = parser.parse_args()
    build = options.build.resolve()
    if options.command == "quick":
        return quick(Fuzzer(options.name, build))
    fuzzers = [Fuzzer(name, build) for name in NAMES]
    if options.command == "soak":
        return soak(fuzzers, options.minutes, build / "soak.json")
    if (build / "soak.json").exists():
        shutil.copy(build / "soak.json", HERE)
    return max(merge(fuzzer) for fuzzer in fuzzers)


if __name__ == "__main__":
    sys.exit(main())
