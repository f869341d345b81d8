"""The teeth of the analysis: a bound that is not checked gives an alarm; the lists of eva.toml are exact."""

from __future__ import annotations

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

PROOF = Path(__file__).resolve().parents[2] / "kernel" / "proof"
sys.path.insert(0, str(PROOF))

import eva  # noqa: E402  pylint: disable=wrong-import-position

CHECK = "    if (slot >= tasks[current].slots) {\n        return NEURON_BAD_SLOT;\n    }\n    u32 found"
ALARM = eva.Place("slot.c", "slot_find", "index_bound: found < 4096")


class EvaTest(unittest.TestCase):
    """The real core with a bug, and the judge."""

    def test_slot_that_is_not_checked_is_an_alarm(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            core = Path(folder, "kernel", "core")
            shutil.copytree(eva.CORE, core)
            shutil.copytree(PROOF, Path(folder, "kernel", "proof"))
            text = (core / "slot.c").read_text(encoding="utf-8")
            self.assertEqual(text.count(CHECK), 1, "the place of the bug moved")
            (core / "slot.c").write_text(text.replace(CHECK, "    u32 found"), encoding="utf-8")
            self.assertIn(ALARM, eva.analyse(Path(folder, "build"), core).alarms)

    def test_lists_are_exact(self) -> None:
        entry = {"file": ALARM.file, "function": ALARM.function, "text": ALARM.text, "why": "reasons"}
        self.assertEqual(eva.judge("alarm", {ALARM}, [entry]), [])
        self.assertEqual(len(eva.judge("alarm", {ALARM}, [])), 1)
        self.assertEqual(len(eva.judge("alarm", set(), [entry])), 1)

    def test_line_is_reached_when_all_its_statements_are(self) -> None:
        line = (eva.CORE / "slot.c").read_text(encoding="utf-8").splitlines()[2].strip()
        told = [f"STATEMENT\tslot.c\tf\t3\t{end}" for end in ("0\ttrue", "1\tfalse", "0\tfalse")]
        found = eva.read("\n".join(told), eva.CORE)
        self.assertEqual((found.statements["slot.c"], found.reached["slot.c"]), (2, 1))
        self.assertEqual(found.unreached, {eva.Place("slot.c", "f", line)})
        self.assertEqual(eva.read(told[0], eva.CORE).unreached, set())


if __name__ == "__main__":
    unittest.main()
