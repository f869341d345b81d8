"""The judge of branch coverage: a branch that nobody took is told; an explanation that nobody needs too."""

from __future__ import annotations

import sys
import unittest
from collections import Counter
from pathlib import Path

PROOF = Path(__file__).resolve().parents[2] / "kernel" / "proof"
sys.path.insert(0, str(PROOF))

import coverage  # noqa: E402  pylint: disable=wrong-import-position

LINE = 3
TEXT = (coverage.CORE / "slot.c").read_text(encoding="utf-8").splitlines()[LINE - 1].strip()


def report(branches: list[int], calls: int) -> dict:
    """What gcov says of an object with one function, f() in slot.c, with these branches in a line."""
    line = {"line_number": LINE, "function_name": "f", "branches": [{"count": n} for n in branches]}
    function = {"name": "f", "start_line": LINE, "execution_count": calls}
    files = [coverage.CORE / "slot.c", coverage.TESTS / "world.c"]
    return {"files": [{"file": str(f), "functions": [function], "lines": [line]} for f in files]}


def explained(count: int) -> list[dict]:
    """An explanation of so many branches of that line."""
    return [{"file": "slot.c", "function": "f", "line": TEXT, "not_taken": count, "why": "reasons"}]


class CoverageTest(unittest.TestCase):
    """One object, or two of which each takes the branches that the other does not."""

    def test_branches_of_all_objects_are_added(self) -> None:
        found = coverage.count([report([1, 0, 0], 1), report([0, 7, 0], 0)])
        self.assertEqual((found.branches, found.taken), (Counter({"slot.c": 3}), Counter({"slot.c": 2})))
        self.assertEqual(found.missed, Counter({coverage.Place("slot.c", "f", TEXT): 1}))

    def test_function_that_never_ran_is_told(self) -> None:
        self.assertEqual(coverage.count([report([], 0)]).missed.total(), 1)
        self.assertEqual(coverage.count([report([], 1)]).missed.total(), 0)

    def test_explanations_are_exact(self) -> None:
        missed = coverage.count([report([0, 0, 5], 1)]).missed
        self.assertEqual(coverage.judge(missed, explained(2)), [])
        for wrong in ([], explained(1), explained(3)):
            self.assertEqual(len(coverage.judge(missed, wrong)), 1)
        self.assertEqual(len(coverage.judge(Counter(), explained(1))), 1)


if __name__ == "__main__":
    unittest.main()
