#!/usr/bin/env python3
"""Runs a tutorial: every `sh` block of a page of docs/, in order, in a copy of the sources.

tutorial.py PAGE

A block must succeed; each line of the `text` block that follows must appear in what it printed. Blocks
marked otherwise are for a person at a terminal. In the copy only two systems are built beside the
tutorial's own, to save time.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from project import ROOT

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
TIME_LIMIT = 240
FOLDERS = "cmake codegen kernel components assemblies policy tests docs".split()
PARTS = ["CMakeLists.txt", "CMakePresets.json", "nexus", *FOLDERS]


def copy(target: Path, build: Path) -> None:
    """Copies what the build needs, and has it use the sources of others that `build` has."""
    (target / "build").mkdir()
    (target / "build" / "sources").symlink_to(build / "sources")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, target / part)
    # Between them these have every component that has a native test.
    few = "nexus_assembly(nexus)\nnexus_assembly(policytest)\n"
    (target / "assemblies" / "CMakeLists.txt").write_text(few)


def run(script: str, folder: Path) -> str:
    """Runs one block. Returns what it printed; ends the test if it failed."""
    result = subprocess.run(
        ["sh", "-e"],
        input=script,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )
    if result.returncode != 0:
        sys.exit(f"FAILED with status {result.returncode}:\n{script}\n--- printed\n{result.stdout}")
    return result.stdout


def main() -> None:
    """Runs all blocks and compares."""
    blocks = BLOCK.findall((ROOT / "docs" / sys.argv[1]).read_text())
    printed = ""
    ran = 0
    with tempfile.TemporaryDirectory(prefix="nexus-tutorial-") as name:
        folder = Path(name)
        copy(folder, Path(sys.argv[2]))
        for kind, text in blocks:
            if kind == "sh":
                printed = run(text, folder)
                ran += 1
            elif kind == "text":
                for line in text.splitlines():
                    if line not in printed:
                        sys.exit(f"FAILED: the tutorial promises {line!r}, this was printed:\n{printed}")
    print(f"tutorial: {ran} blocks ran")
    if ran == 0:
        sys.exit("FAILED: no block was found")


if __name__ == "__main__":
    main()
