"""Proves the kernel core: Frama-C WP on every C file of kernel/core, every function and property of it.

wp.py --build FOLDER [--smoke] [FILE...]: all files, or those named (queue.c). Prints a table and the sum,
writes FOLDER/wp.json. Fails unless every file is N / N, and nothing is taken for granted but the axioms
and at most TRUSTED_MAX contracts of arch.h.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import judge

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORE = ROOT / "kernel" / "core"
AXIOMS = HERE / "axioms.h"

TRUSTED_MAX = 15

FRAMA_C = ["frama-c", "-machdep", "gcc_x86_64", "-c11", f"-cpp-extra-args=-I{ROOT / 'kernel' / 'include'}"]
# They try a goal at once, and the first ends the others: what one finds in a second another may never find.
# Ground rewriting took a third of the time that Frama-C itself needs, and those goals are left to them.
PROVE = ["-wp", "-wp-rte", "-wp-prover", "z3p,cvc4,z3", "-wp-par", "3", "-wp-no-ground"]
GOAL_S = 60  # for one goal and one prover, of the clock: a proof takes a second, but not on a busy machine
FILE_S = 3600


def run(arguments: list[str], limit_s: int) -> str:
    """Runs Frama-C. What it prints; if it comes to no end by itself, also why."""
    environment = dict(os.environ, WHY3CONFIG=str(HERE / "why3.conf"))
    try:
        result = subprocess.run(
            FRAMA_C + arguments,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        return f"{(expired.stdout or b'').decode()}\n[wp] Failure: not done after {limit_s} s\n"
    if result.returncode < 0:
        name = signal.Signals(-result.returncode).name
        return f"{result.stdout}\n[wp] Failure: ended by {name}: is there too little memory?\n"
    return result.stdout


def normal_form(path: Path) -> str:
    """The file as Frama-C understands it: macros expanded, contracts merged, comments gone."""
    return run([str(path), "-no-unicode", "-print"], FILE_S)


def prove(path: Path, normal: str, build: Path, smoke: bool) -> dict:
    """Runs WP on one file, whose normal form is known. Prints its row, and gives what is known then."""
    start = time.monotonic()
    arguments = [*PROVE, "-wp-timeout", str(GOAL_S)]
    if smoke:
        arguments += ["-wp-smoke-tests"]
    output = run([*arguments, str(path)], FILE_S)
    (build / f"{path.stem}.log").write_text(output)
    score = judge.score(output)
    seconds = round(time.monotonic() - start)
    print(f"{path.name:18} {score.proved:6} / {score.goals:6} {seconds:8}", flush=True)
    known = judge.axioms(AXIOMS.read_text())
    score.complaints += judge.gaps(normal)
    score.complaints += [f"takes {name} for granted" for name in sorted(judge.axioms(normal) - known)]
    return {
        "file": path.name,
        "proved": score.proved,
        "goals": score.goals,
        "unproved": score.unproved,
        "hypotheses": score.hypotheses,
        "complaints": score.complaints,
        "doomed": judge.doomed(output),
        "seconds": seconds,
        "normal": normal,
    }


def users(header: str) -> list[str]:
    """The files that include a header of the core themselves."""
    return [path.name for path in sorted(CORE.glob("*.c")) if f'"{header}"' in path.read_text()]


def verdict(results: list[dict], smoke: bool) -> list[str]:
    """What makes the proof fail."""
    complaints = []
    for result in results:
        name = result["file"]
        complaints += [f"{name}: {text}" for text in result["complaints"]]
        complaints += [f"{name}: not proved: {goal}" for goal in result["unproved"]]
        complaints += [
            f"{place}: can never be reached, or its contract never be met" for place in result["doomed"]
        ]
        if not smoke and result["proved"] != result["goals"]:
            complaints.append(f"{name}: {result['proved']} / {result['goals']}")
    return complaints


def report(results: list[dict]) -> None:
    """Prints the sum."""
    proved, goals = sum(r["proved"] for r in results), sum(r["goals"] for r in results)
    hypotheses = sum(r["hypotheses"] for r in results)
    print(f"Proved goals: {proved} / {goals} in {len(results)} files")
    print(f"Functions proved under WP's memory model (pointers do not overlap): {hypotheses}")


def main() -> None:
    """Proves the files and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--core", type=Path, default=CORE)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    options.build.mkdir(parents=True, exist_ok=True)

    paths = sorted(
        path for path in options.core.glob("*.c") if not options.names or path.name in options.names
    )
    if not paths:
        sys.exit("wp.py: there is no such file")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        normal = dict(zip(paths, pool.map(normal_form, paths)))
        print(f"{'file':18} {'proved':>6}   {'goals':>6} {'seconds':>8}", flush=True)
        # The longest first, so that none is left alone at the end: what a file includes makes its goals.
        longest_first = sorted(paths, key=lambda path: -len(normal[path]))
        found = pool.map(lambda path: prove(path, normal[path], options.build, options.smoke), longest_first)
        results = sorted(found, key=lambda result: result["file"])
    report(results)

    complaints = verdict(results, options.smoke)
    bare, differing = judge.trusted({result["file"]: result.pop("normal") for result in results})
    if not options.names:
        arch = set(judge.functions((options.core / "arch.h").read_text()))
        complaints += differing
        complaints += [f"{name}() has a contract that nobody proves" for name in sorted(bare - arch)]
        print(f"Trusted contracts of arch.h: {len(bare & arch)}: {' '.join(sorted(bare & arch))}")
        if len(bare & arch) > TRUSTED_MAX:
            complaints.append(
                f"arch.h has {len(bare & arch)} trusted contracts, at most {TRUSTED_MAX} are allowed"
            )
    counts = [judge.lines(path.read_text()) for path in [*options.core.glob("*.[ch]"), AXIOMS]]
    specification, code = (sum(column) for column in zip(*counts))
    print(f"Lines of specification: {specification}, of code: {code}")
    summary = {
        "files": results,
        "trusted": sorted(bare),
        "specification_lines": specification,
        "code_lines": code,
    }
    (options.build / "wp.json").write_text(json.dumps(summary, indent=1))
    for complaint in complaints:
        print(f"error: {complaint}")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
