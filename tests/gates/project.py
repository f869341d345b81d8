"""What the gates share: the project's root and its files, as git knows them or, without git, all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {"build", ".git", "__pycache__"}


def files(*suffixes: str, under: str = "") -> list[Path]:
    """The project's own files with these suffixes, sorted, as absolute paths."""
    result = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        check=False,
    )
    if result.returncode == 0:
        names = [ROOT / name for name in result.stdout.decode().split("\0") if name]
    else:
        names = [path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    base = ROOT / under
    return sorted(p for p in names if p.suffix in suffixes and p.is_file() and p.is_relative_to(base))


def finish(complaints: list[str], subject: str) -> None:
    """Prints the complaints and exits: with 1 if there are any."""
    for complaint in complaints:
        print(complaint)
    print(f"{subject}: {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)
