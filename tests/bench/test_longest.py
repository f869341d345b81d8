#!/usr/bin/env python3
"""The judge of the longest stretches: what fails, what passes, and what it then says."""

from __future__ import annotations

import unittest

import longest


class LongestTest(unittest.TestCase):
    """The largest numbers and their limit."""

    @staticmethod
    def seen(count: int, assembly: str = "a") -> dict:
        """What a run saw of one reason."""
        return {"n": 1, "max": count, "assembly": assembly, "where": {}}

    def test_the_largest_of_all_runs_counts(self) -> None:
        merged = longest.merge([{"0": self.seen(7, "a")}, {"0": self.seen(9, "b")}, {"0": self.seen(8, "c")}])
        self.assertEqual(merged["0"], {"n": 3, "max": 9, "assembly": "b", "where": {}})

    def test_the_bound_itself_passes_and_one_more_is_named(self) -> None:
        known = {"call": 2000}
        self.assertEqual(longest.judge([{"name": "call", **self.seen(2000)}], known), [])
        self.assertEqual(
            longest.judge([{"name": "call", **self.seen(2001)}], known),
            ["call: 2,001 instructions with interrupts off, docs/kernel.md promises 2,000 at most"],
        )

    def test_no_bound_and_a_bound_beyond_the_limit_fail(self) -> None:
        row = {"name": "call", **self.seen(7)}
        self.assertEqual(longest.judge([row], {}), ["call: docs/kernel.md has no bound for it"])
        self.assertEqual(longest.judge([row], {"call": 5000}), [])
        self.assertEqual(
            longest.judge([row], {"call": 5001}), ["call: a bound of 5,001, at most 5,000 are allowed"]
        )

    def test_a_call_that_no_run_makes_fails(self) -> None:
        by_name = {row["name"]: row for row in longest.table({"0": self.seen(7)})}
        self.assertEqual(by_name["null"]["max"], 7)
        self.assertEqual(longest.judge([by_name["recv"]], {"recv": 10}), ["recv: no run makes this call"])

    def test_the_kernels_page_bounds_every_entry(self) -> None:
        known = longest.bounds(longest.BOUNDS.read_text())
        names = {row["name"] for row in longest.table({reason: self.seen(1) for reason in longest.REASONS})}
        self.assertEqual(set(known), names - {"another trap"})


if __name__ == "__main__":
    unittest.main()
