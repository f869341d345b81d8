"""The gate on format: clang-format for C, black and flake8 for Python."""

from __future__ import annotations

import subprocess
import sys

from project import ROOT, files, finish


def failed(command: list[str]) -> list[str]:
    """Runs a tool. Its output if it failed."""
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [result.stdout + result.stderr] if result.returncode else []


def main() -> None:
    """Runs the formatters in their checking mode."""
    c_files = [str(path) for path in files(".c", ".h")]
    python_files = [str(path) for path in files(".py")]
    complaints = failed(["clang-format", "--dry-run", "-Werror", *c_files])
    complaints += failed(["black", "--quiet", "--check", "--diff", *python_files])
    complaints += failed([sys.executable, "-m", "flake8", *python_files])
    finish(complaints, "format")


if __name__ == "__main__":
    main()
