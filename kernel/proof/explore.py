"""Explores small worlds of the real kernel core (explore/explore.c): every entry from every state.

explore.py --build FOLDER [--states N] [WORLD...]: all worlds, or those named, each to its own bound or to N
states. Fails, and prints the entries that lead there, if a state breaks the invariant or a step a rule.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import wp

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORE = ROOT / "kernel" / "core"
EXPLORER = HERE / "explore"
MACHINE = ROOT / "tests" / "host" / "kernel"

# What a small world has at most; of tasks one more, whose token is nobody's.
LIMITS = {"TASKS": 5, "SLOTS": 32, "PT_PAGES": 12, "MEMORIES": 16, "MAPS": 32, "WINDOWS": 2}

INSIDE = ["sched.c"]  # part of inside.c
STATELESS = ["console.c"]  # no part of a state

FLAGS = ["-std=gnu11", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing"]
FLAGS += [f"-DNEURON_{name}_MAX={most}" for name, most in LIMITS.items()]
TRAPS = ["-fsanitize=undefined", "-fsanitize-trap=undefined"]
IN_STATE = ["-include", str(EXPLORER / "kstate.h")]


def compile_c(source: Path, target: Path, flags: list[str], first: list[Path]) -> None:
    """Compiles one file; headers, and files of inside.c, are looked for in `first` before the rest."""
    folders = [*first, EXPLORER, CORE, ROOT / "kernel" / "include", MACHINE]
    command = [
        "clang",
        *FLAGS,
        *flags,
        *(f"-I{folder}" for folder in folders),
        "-c",
        str(source),
        "-o",
        str(target),
    ]
    subprocess.run(command, check=True)


def units(build: Path) -> dict[str, tuple[Path, Path, list[str]]]:
    """By file name: source, object and flags of all that the explorer consists of."""
    found = {}
    for source in sorted(CORE.glob("*.c")):
        if source.name not in INSIDE:
            flags = TRAPS if source.name in STATELESS else TRAPS + IN_STATE
            found[source.name] = (source, build / f"core_{source.stem}.o", flags)
    found["inside.c"] = (EXPLORER / "inside.c", build / "core_inside.o", TRAPS + IN_STATE)
    for name in ["explore", "image", "shape", "rules", "steps", "worlds"]:
        found[f"explore/{name}.c"] = (EXPLORER / f"{name}.c", build / f"{name}.o", [])
    for name in ["machine", "machine_devices", "entry", "world", "invariant", "invariant_guard"]:
        found[f"kernel/{name}.c"] = (MACHINE / f"{name}.c", build / f"host_{name}.o", [])
    return found


def link(build: Path, objects: list[Path], name: str) -> Path:
    """The explorer from its objects."""
    program = build / name
    subprocess.run(["clang", *map(str, objects), "-o", str(program)], check=True)
    return program


def build_explorer(build: Path) -> Path:
    """Compiles everything."""
    build.mkdir(parents=True, exist_ok=True)
    parts = units(build)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda part: compile_c(part[0], part[1], part[2], []), parts.values()))
    return link(build, [part[1] for part in parts.values()], "explore")


def owner(path: Path) -> Path:
    """The C file that is another when this file is: the only one that includes a header; or itself."""
    including = wp.users(path.name)
    return path.with_name(including[0]) if len(including) == 1 else path


def build_with(build: Path, changed: Path) -> Path:
    """Like the explorer that was built there, but for one file of the core that is another."""
    parts = units(build)
    changed = owner(changed)
    replaced = "inside.c" if changed.name in INSIDE else changed.name
    source, _, flags = parts[replaced]
    target = changed.with_suffix(".o")
    compile_c(source if replaced == "inside.c" else changed, target, flags, [changed.parent])
    objects = [target if name == replaced else part[1] for name, part in parts.items()]
    return link(changed.parent, objects, "explore")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--states", type=int)
    parser.add_argument("worlds", nargs="*", default=["all"])
    arguments = parser.parse_args()
    program = build_explorer(arguments.build)
    bound = [] if arguments.states is None else [str(arguments.states)]
    return max(subprocess.run([program, world, *bound], check=False).returncode for world in arguments.worlds)


if __name__ == "__main__":
    sys.exit(main())
