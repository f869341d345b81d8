"""The gate on seeded bugs: each has its place, every module has one, and the page for people is the list."""

from __future__ import annotations

import sys
from pathlib import Path

from project import ROOT, finish

sys.path.insert(0, str(ROOT / "kernel" / "proof"))

import mutants  # noqa: E402  pylint: disable=wrong-import-position

LEAST = 40
FEW = 5
LAYERS = {"host", "explore", "theorems"}
NO_CODE = {"state.c", "sets.c"}  # arrays, and proofs


def missing_test(check: str) -> str:
    """What is wrong with the name of a check; empty: nothing."""
    layer, _, what = check.partition(".")
    places = {
        "host": ROOT / "tests" / "host" / "kernel" / f"test_{what.removeprefix('kernel_')}.c",
    }
    return "" if layer not in places or places[layer].is_file() else f"there is no {check}"


def main() -> None:
    """Checks the list and the page."""
    bugs = mutants.load()
    complaints = [complaint for bug in bugs for complaint in map(missing_test, bug["caught"]) if complaint]
    changed = {Path(bug["file"]) for bug in bugs}
    modules = sorted(
        path.relative_to(ROOT) for path in (ROOT / "kernel" / "core").glob("*.c") if path.name not in NO_CODE
    )
    complaints += [f"no bug is seeded in {module}" for module in modules if module not in changed]
    if len(bugs) < LEAST:
        complaints.append(f"{len(bugs)} bugs, {LEAST} are promised")
    few = [check.partition(".")[0] for bug in bugs if bug.get("few") for check in bug["caught"]]
    if sum(bug.get("few", False) for bug in bugs) != FEW or not LAYERS <= set(few):
        complaints.append(
            f"{FEW} bugs run with every proof, and {', '.join(sorted(LAYERS))} catch some of them"
        )
    if (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8") != mutants.table(bugs):
        complaints.append("docs/mutants.md is not what kernel/proof/mutants.py table prints")
    finish(complaints, "gate.mutants")


if __name__ == "__main__":
    main()
