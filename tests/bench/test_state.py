#!/usr/bin/env python3
"""The reader of what the benchmark of /state prints: which sample is whose, and what counts as what."""

from __future__ import annotations

import contextlib
import io
import unittest

import state

LINES = [
    "writer: ready",
    "writer: sample pair_raw.64 4000",
    "writer: sample pair_put_sync.64 4400",
    "writer: sample pair_raw.64 6000",
    "writer: sample pair_put_sync.64 6600",
    "writer: sample put_sync.64 5000",
]
STAGES = ["writer: stage warm_up 0 0", "writer: stage put_sync.64 10 800", "writer: stage get.64 0 0"]


def disk(flushes: int, written: int) -> dict:
    """A disk's statistics."""
    return {"flush_operations": flushes, "wr_bytes": written}


def values_of(rows: list[dict]) -> dict:
    """The median of each row by its name."""
    return {one["name"]: one["median"] for one in rows}


class ReaderTest(unittest.TestCase):
    """Rows from console lines, marks and the disk's statistics."""

    def test_each_sample_is_between_two_marks(self) -> None:
        counts = [0, 10, 20, 50, 60, 71, 80, 111, 120, 125]
        costs = {"pair_raw.64": [10, 11], "pair_put_sync.64": [30, 31], "put_sync.64": [5]}
        self.assertEqual(state.costs_of(LINES, counts), costs)

    def test_a_missing_mark_and_no_samples_end_it(self) -> None:
        for lines, counts in ((LINES, [1, 2, 3]), ([], [])):
            with self.assertRaises(SystemExit):
                state.costs_of(lines, counts)

    def test_ticks_become_microseconds_rates_and_a_ratio(self) -> None:
        values = values_of(state.time_rows(state.times_of(LINES)))
        self.assertEqual(values["state.pair_raw.64.time"], 500)
        self.assertEqual(values["state.put_sync.64.rate"], 2000)
        self.assertEqual(values["state.pair_put_sync.64.of_raw"], 1.1)
        self.assertNotIn("state.pair_raw.64.rate", values)

    def test_the_disk_of_a_stage_is_the_difference_over_it(self) -> None:
        rows = state.disk_rows(STAGES, [disk(7, 100), disk(17, 4100), disk(17, 4100)])
        self.assertEqual(
            values_of(rows), {"state.put_sync.64.flushes": 1.0, "state.put_sync.64.written": 5.0}
        )

    def test_one_flush_too_many_shows(self) -> None:
        rows = state.disk_rows(STAGES, [disk(7, 0), disk(18, 0), disk(18, 0)])
        self.assertEqual(values_of(rows)["state.put_sync.64.flushes"], 1.1)

    def test_a_stage_that_was_not_looked_at_ends_it(self) -> None:
        with self.assertRaises(SystemExit):
            state.disk_rows(STAGES, [disk(7, 0)])

    def test_every_row_is_shown(self) -> None:
        rows = state.time_rows(state.times_of(LINES))
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            state.show(rows)
        self.assertEqual(len(shown.getvalue().splitlines()), 1 + len(rows))


if __name__ == "__main__":
    unittest.main()
