"""The gate on lint: clang-tidy and cppcheck over all C, with the flags that the build uses.

lint.py DATABASE...: compilation databases of the native and of the target tree.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from project import ROOT, finish

# What gcc for the target knows and clang does not.
DROPPED = ("-misa-spec", "--specs", "-fno-tree-loop-distribute-patterns", "-ffile-prefix-map", "-Wlogical-op")
DROPPED += ("-Wduplicated-cond", "-fsanitize", "-fno-sanitize", "-Werror", "-W", "-mcmodel")
PICOLIBC = "/usr/lib/picolibc/riscv64-unknown-elf/include"


def entries(database: str) -> list[dict]:
    """The database's entries about C of the project, with flags that clang understands."""
    result = []
    for entry in json.loads(Path(database).read_text()):
        path = Path(entry["directory"], entry["file"]).resolve()
        if path.suffix != ".c" or not path.is_relative_to(ROOT) or "build" in path.relative_to(ROOT).parts:
            continue
        arguments = shlex.split(entry["command"])
        kept = ["clang"] + [a for a in arguments[1:] if not a.startswith(DROPPED)]
        if "riscv64" in arguments[0]:
            kept += ["--target=riscv64-unknown-elf", "-isystem", PICOLIBC]
        result.append({"directory": entry["directory"], "file": str(path), "arguments": kept})
    return result


def unique(all_entries: list[dict]) -> list[dict]:
    """One entry for each file: a component is compiled once for each assembly, linted once."""
    return list({entry["file"]: entry for entry in reversed(all_entries)}.values())


def run(command: list[str]) -> list[str]:
    """Runs a tool. Its output if it failed."""
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [result.stdout + result.stderr] if result.returncode else []


def main() -> None:
    """Lints every file once with clang-tidy, then all with cppcheck."""
    chosen = unique([entry for database in sys.argv[1:] for entry in entries(database)])
    names = sorted(entry["file"] for entry in chosen)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "compile_commands.json").write_text(json.dumps(chosen))
        tidy = [
            "clang-tidy",
            "--quiet",
            "--warnings-as-errors=*",
            "-p",
            folder,
        ]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            complaints = [
                text for texts in pool.map(lambda name: run([*tidy, name]), names) for text in texts
            ]
    cppcheck = ["cppcheck", "--quiet", "--error-exitcode=1", "--inline-suppr", "--std=c11", "--language=c"]
    # It takes the first argument of a text parameter for its only one.
    cppcheck += ["--suppress=arrayIndexOutOfBoundsCond"]
    # These systems fault on purpose.
    cppcheck += [f"--suppress=nullPointer:*/assemblies/{name}/*" for name in ("faults", "ipctest")]
    cppcheck += [
        "--enable=warning,performance,portability",
        "-j2",
        "-Ikernel/include",
        "-Icomponents/lib/include",
    ]
    complaints += run([*cppcheck, *names])
    print(f"{len(names)} files")
    finish(complaints, "lint")


if __name__ == "__main__":
    main()
