"""The model of the capability system: its theorems, and the lock-step of the real kernel core with it.

usage: model.py theorems --build DIR
       model.py lockstep --build DIR [--calls N] [--seed N] [--minimum N]

`theorems` checks every proof, that none rests on an axiom, and that every theorem is among those it
asked about. `lockstep` extracts the model, drives the real core with random calls and compares after each.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MODEL = ["Model", "Authority", "Steps", "Theorems", "Tasks", "Restart", "Sessions", "Devices"]
UNPROVED = re.compile(r"\b(Axiom|Parameter|Conjecture|Admitted|admit|Unset Guard Checking|bypass_check)\b")
COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
THEOREM = re.compile(r"^(?:Theorem|Corollary) (\w+)", re.MULTILINE)
CLOSED = "Closed under the global context"

HOST = ROOT / "tests" / "host"
CORE = sorted((ROOT / "kernel" / "core").glob("*.c"))
HARNESS = [
    HOST / "kernel" / f"{n}.c"
    for n in (
        "machine",
        "machine_devices",
        "entry",
        "draw",
        "random_ports",
        "world",
        "invariant",
        "invariant_guard",
    )
]
FLAGS = "-std=gnu11 -Wall -Wextra -Werror -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined"
FLAGS += " -fno-sanitize-recover=all"
INCLUDES = [ROOT / "kernel" / "include", ROOT / "kernel" / "core", HOST / "kernel", HOST, HERE]


def run(command: list[object], build: Path) -> str:
    """Runs a command in the build folder; its output, or the end of the script."""
    done = subprocess.run([str(c) for c in command], cwd=build, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(c) for c in command)}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def check_model(build: Path, names: list[str]) -> None:
    """Compiles these parts of the model."""
    for name in names:
        shutil.copy(HERE / f"{name}.v", build)
        run(["coqc", "-Q", ".", "", f"{name}.v"], build)


def theorems(build: Path) -> None:
    """Every proof is checked, and asks for no axiom."""
    claims: list[str] = []
    lines = 0
    for name in MODEL:
        text = (HERE / f"{name}.v").read_text(encoding="utf-8")
        lines += text.count("\n")
        found = UNPROVED.search(COMMENT.sub("", text))
        if found:
            sys.exit(f"{name}.v: {found.group()} is not a proof")
        claims += THEOREM.findall(text)
    start = time.monotonic()
    check_model(build, MODEL)
    asked = f"Require Import {' '.join(MODEL)}.\n" + "".join(
        f"Print Assumptions {claim}.\n" for claim in claims
    )
    (build / "Assumptions.v").write_text(asked, encoding="utf-8")
    answers = run(["coqc", "-Q", ".", "", "Assumptions.v"], build).splitlines()
    if answers != [CLOSED] * len(claims):
        sys.exit("theorems rest on assumptions:\n" + "\n".join(answers))
    for claim in claims:
        print(f"proved: {claim}")
    print(f"{len(claims)} theorems, no axioms; {lines} lines, {time.monotonic() - start:.0f} s")


def build_oracle(build: Path) -> Path:
    """The extracted model and what feeds it."""
    check_model(build, ["Model", "Extract"])
    shutil.copy(HERE / "oracle.ml", build)
    oracle = build / "lockstep-oracle"
    command = [
        "ocamlfind",
        "ocamlopt",
        "-inline",
        "200",
        "-w",
        "-a",
        "model.mli",
        "model.ml",
        "oracle.ml",
        "-o",
        oracle,
    ]
    run(command, build)
    return oracle


def build_program(build: Path, name: str, sources: list[Path], flags: list[str]) -> Path:
    """A program of the host with the real core."""

    def compiled(source: Path) -> Path:
        target = build / f"{source.parent.name}-{source.stem}.o"
        run(["gcc", *flags, *(f"-I{i}" for i in INCLUDES), "-c", source, "-o", target], build)
        return target

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compiled, sources))
    program = build / name
    run(["gcc", *flags, *objects, "-lcmocka", "-o", program], build)
    return program


def build_core(build: Path) -> Path:
    """The real core under the sanitizers, with the generator of calls."""
    sources = [*sorted(HERE.glob("lockstep*.c")), *HARNESS, *CORE]
    return build_program(build, "lockstep-core", sources, FLAGS.split())


def lockstep(build: Path, calls: int, seed: int, minimum: int) -> None:
    """One run of both side by side."""
    core, oracle = build_core(build), build_oracle(build)
    pairs = HERE / "pairs.txt"
    start = time.monotonic()
    with subprocess.Popen([core, pairs, str(calls), str(seed)], stdout=subprocess.PIPE) as left:
        right = subprocess.run([oracle, pairs, str(minimum)], stdin=left.stdout, check=False)
        if left.stdout is not None:
            left.stdout.close()
    print(f"seed {seed}, {time.monotonic() - start:.0f} s")
    if right.returncode != 0 or left.returncode != 0:
        sys.exit(
            f"lock-step failed: the core ended with {left.returncode}, the oracle with {right.returncode}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["theorems", "lockstep"])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--calls", type=int, default=1300000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--minimum", type=int, default=None, help="how often each pair must occur; calls / 1300"
    )
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    build.mkdir(parents=True, exist_ok=True)
    if arguments.what == "theorems":
        theorems(build)
    else:
        minimum = arguments.calls // 1300 if arguments.minimum is None else arguments.minimum
        lockstep(build, arguments.calls, arguments.seed, minimum)


if __name__ == "__main__":
    main()
