#!/usr/bin/env python3
"""Runs the commands of docs/updates.md, as they stand there, then damages the package that they made.

updates.py BUILD
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(command: str, folder: str) -> subprocess.CompletedProcess[str]:
    """One command line."""
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)


def main() -> None:
    """Plays them."""
    build = Path(sys.argv[1]).resolve()
    text = (ROOT / "docs/updates.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    (build/nexus-package .*)$", text, re.MULTILINE)
    assert len(commands) == 3, commands
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "build").symlink_to(build)
        (Path(folder) / "kernel.bin").write_bytes(b"\x13" * 4000)
        (Path(folder) / "notes.txt").write_bytes(b"new")
        for command in commands:
            result = run(command, folder)
            assert result.returncode == 0, (command, result.stderr)
        assert result.stdout == "boot/kernel.elf 4000\nnotes 3\n", result.stdout
        assert run(commands[0], folder).returncode == 1, "a key was overwritten"
        package = Path(folder) / "my.package"
        good = package.read_bytes()
        wrongs = {
            "the signature is not by this key": good[:20] + b"B" + good[21:],
            "a bundle is not what the index says": good[:-1] + b"x",
            "it is shorter than it says": good[:-1],
            "it is larger than 8 KiB": good[:13] + b"\xff" + good[14:],
            "it is malformed": b"x" + good[1:],
        }
        for why, wrong in wrongs.items():
            package.write_bytes(wrong)
            result = run(commands[2], folder)
            assert result.returncode == 1 and why in result.stderr, (why, result)
        for path in ("../kernel", "/kernel", "a/../b"):
            result = run(commands[1].replace("boot/kernel.elf=", f"{path}="), folder)
            assert result.returncode == 1 and "a path is not plain" in result.stderr, (path, result)


if __name__ == "__main__":
    main()
