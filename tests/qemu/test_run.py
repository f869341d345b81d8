"""The judge of QEMU runs: what passes, what fails, and what it then says."""

from __future__ import annotations

import contextlib
import io
import unittest

from run import Judge


def judged(lines: list[str], markers: list[str], anywhere=(), forbidden=()) -> tuple[Judge, str]:
    """A judge that saw these lines, and what it reports."""
    judge = Judge(markers, list(anywhere), list(forbidden))
    for line in lines:
        judge.line(line)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        judge.report("a problem")
    return judge, output.getvalue()


class JudgeTest(unittest.TestCase):
    """Markers, lines anywhere, forbidden lines."""

    def test_markers_in_order_are_done(self) -> None:
        judge, _ = judged(["x: start", "noise", "x: ready"], ["x: start", "x: ready"])
        self.assertTrue(judge.done())

    def test_a_marker_is_a_whole_line(self) -> None:
        judge, _ = judged(["x: started"], ["x: start"])
        self.assertFalse(judge.done())

    def test_markers_out_of_order_are_told(self) -> None:
        judge, report = judged(["b", "a"], ["a", "b"])
        self.assertFalse(judge.done())
        self.assertIn("phase reached: a (marker 1 of 2)", report)
        self.assertIn("first missing marker: b", report)
        self.assertIn("before the markers that it must follow", report)

    def test_nothing_reached_is_told_with_the_console(self) -> None:
        _, report = judged(["firmware"], ["a"])
        self.assertIn("phase reached: nothing (marker 0 of 1)", report)
        self.assertIn("firmware", report)

    def test_a_line_anywhere_may_come_before_all_markers(self) -> None:
        judge, _ = judged(["z 12", "a"], ["a"], anywhere=["z *", "y"])
        self.assertEqual(judge.absent(), ["y"])

    def test_a_forbidden_line_is_a_complaint(self) -> None:
        judge, _ = judged(["a", "kernel panic!"], ["a"], forbidden=["*panic*"])
        self.assertTrue(judge.done())
        self.assertIn("kernel panic!", judge.complaint)


if __name__ == "__main__":
    unittest.main()
