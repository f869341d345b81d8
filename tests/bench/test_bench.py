#!/usr/bin/env python3
"""The gate on the bench: what fails, what passes, and what it then says."""

from __future__ import annotations

import unittest

import bench


def rows(**medians: int) -> list[dict]:
    """Rows whose three numbers are equal."""
    return [bench.row(name, "instructions", n, n, n, 1000) for name, n in medians.items()]


class GateTest(unittest.TestCase):
    """The comparison with the baseline."""

    def test_the_same_passes_without_a_word(self) -> None:
        self.assertEqual(bench.compare(rows(null=287), rows(null=287)), ([], []))

    def test_one_percent_more_passes(self) -> None:
        self.assertEqual(bench.compare(rows(null=1010), rows(null=1000)), ([], []))

    def test_more_than_one_percent_fails_and_names_row_old_and_new(self) -> None:
        worse, better = bench.compare(rows(null=1011, map=5), rows(null=1000, map=5))
        self.assertEqual(better, [])
        self.assertIn("null: median 1,000 -> 1,011 instructions (+1.10%)", worse)

    def test_a_worse_minimum_alone_fails(self) -> None:
        new = [bench.row("null", "instructions", 1100, 1200, 1200, 1000)]
        old = [bench.row("null", "instructions", 1000, 1200, 1200, 1000)]
        self.assertEqual(bench.compare(new, old)[0], ["null: min 1,000 -> 1,100 instructions (+10.00%)"])

    def test_the_maximum_is_not_compared(self) -> None:
        new = [bench.row("null", "instructions", 10, 10, 9000, 1000)]
        self.assertEqual(bench.compare(new, rows(null=10)), ([], []))

    def test_better_passes_and_is_told(self) -> None:
        worse, better = bench.compare(rows(null=980), rows(null=1000))
        self.assertEqual(worse, [])
        self.assertIn("null: median 1,000 -> 980 instructions (-2.00%)", better)

    def test_what_differs_from_run_to_run_is_not_compared(self) -> None:
        new = [bench.row("blk.4k.1.rate", "kB/s", 10, 10, 10, 5)]
        self.assertEqual(bench.compare(new, []), ([], []))

    def test_a_row_that_is_gone_fails(self) -> None:
        self.assertEqual(bench.compare([], rows(null=1))[0], ["null: was measured once and is not any more"])

    def test_a_row_without_baseline_fails_and_tells_the_command(self) -> None:
        worse, _ = bench.compare(rows(new=1), [])
        self.assertEqual(worse, ["new: has no baseline: ninja -C build bench-baseline"])


if __name__ == "__main__":
    unittest.main()
