"""The verbs report, graph and new: stable, complete, and harmless."""

from __future__ import annotations

import json
import shutil
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

from front import HERE, ROOT, VALID, nexusgen


class Report(unittest.TestCase):
    """The report of valid/assemblies/full.assembly."""

    maxDiff = None

    def test_text_is_the_golden_one(self) -> None:
        ran = nexusgen("--root", VALID, "report", "full")
        self.assertEqual(ran.out, (HERE / "golden" / "full.report.txt").read_text())

    def test_text_and_json_are_the_same_on_every_run(self) -> None:
        for format_ in ("text", "json"):
            runs = {nexusgen("--root", VALID, "report", "full", "--format", format_).out for _ in range(3)}
            self.assertEqual(len(runs), 1)

    def test_json_has_what_the_document_describes(self) -> None:
        report = json.loads(nexusgen("--root", VALID, "report", "full", "--format", "json").out)
        text = (ROOT / "docs" / "report.md").read_text()

        def visit(value: object, where: str) -> None:
            if isinstance(value, dict):
                for key, part in value.items():
                    if where not in FREE:
                        self.assertIn(f"`{key}`", text, f"docs/report.md does not describe {where}.{key}")
                    visit(part, key)
            elif isinstance(value, list):
                for part in value:
                    visit(part, where)

        visit(report, "")
        self.assertEqual(report["schema"], 1)

    def test_output_goes_to_a_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ran = nexusgen("--root", VALID, "report", "dos", "-o", Path(folder) / "report.txt")
            self.assertEqual((ran.status, ran.out), (0, ""))
            self.assertIn("assembly dos", (Path(folder) / "report.txt").read_text())

    def test_missing_build_folder_is_an_error_without_a_traceback(self) -> None:
        ran = nexusgen("--root", VALID, "report", "dos", "--build", "/nowhere")
        self.assertEqual(ran.status, 1)
        self.assertIn("/nowhere/init.elf", ran.err)


FREE = ("attributes", "events_in", "events_out")  # their keys are the author's


class Graph(unittest.TestCase):
    """The picture."""

    def draw(self, name: str, suffix: str) -> str:
        """The picture of an assembly of valid/."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"x{suffix}"
            self.assertEqual(nexusgen("--root", VALID, "graph", name, "-o", path).status, 0)
            return path.read_text()

    def test_every_instance_connection_and_device_is_in_it(self) -> None:
        dot = self.draw("full", ".dot")
        for name in ("init", "clock", "watcher", "worker", "spare", "worker.rng", "clock.rtc"):
            self.assertIn(f'"{name}" [', dot)
        for edge in ('"clock" -> "watcher" [', '"clock" -> "worker" [', '"spare" -> "worker" ['):
            self.assertIn(edge, dot)

    def test_it_says_what_devices_reach(self) -> None:
        self.assertIn('label="virtio.rng\\ndma 16K"', self.draw("full", ".dot"))
        dot = self.draw("words_as_names", ".dot")
        self.assertIn('label="virtio.rng\\ndma 8K, trusted"', dot)
        self.assertIn('label="stack\\nsource [shared]\\ndma [shared, dma]"', dot)

    def test_the_most_urgent_layer_comes_first(self) -> None:
        dot = self.draw("full", ".dot")
        places = [dot.index(f'"{name}" [') for name in ("init", "clock", "spare", "watcher", "worker")]
        self.assertEqual(places, sorted(places))

    @unittest.skipUnless(shutil.which("dot"), "graphviz is not installed")
    def test_svg_is_well_formed(self) -> None:
        root = xml.etree.ElementTree.fromstring(self.draw("words_as_names", ".svg"))
        self.assertTrue(root.tag.endswith("svg"))

    def test_unknown_suffix_is_wrong_usage(self) -> None:
        self.assertEqual(nexusgen("--root", VALID, "graph", "dos", "-o", "/tmp/x.bmp").status, 2)


class New(unittest.TestCase):
    """`new component`; that its result builds and boots is tested with the tutorial."""

    def setUp(self) -> None:
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.root / "assemblies").mkdir()
        (self.root / "assemblies" / "CMakeLists.txt").write_text("nexus_assembly(nexus)\n")
        shutil.copytree(VALID / "components", self.root / "components")

    def test_new_component_is_described_correctly(self) -> None:
        ran = nexusgen("--root", self.root, "new", "component", "blinker")
        self.assertEqual(ran.status, 0)
        self.assertIn("What to do next", ran.out)
        checked = nexusgen("--root", self.root, "check", "blinker")
        self.assertEqual((checked.status, checked.err), (0, ""))
        for path in ("components/blinker/README.md", "tests/host/components/test_blinker.c"):
            self.assertTrue((self.root / path).is_file())

    def test_new_component_is_listed_once(self) -> None:
        nexusgen("--root", self.root, "new", "component", "blinker")
        text = (self.root / "assemblies" / "CMakeLists.txt").read_text()
        self.assertEqual(text, "nexus_assembly(nexus)\nnexus_assembly(blinker)\n")

    def test_nothing_that_exists_is_touched(self) -> None:
        before = (self.root / "components" / "clock" / "clock.assembly").read_text()
        self.assertEqual(nexusgen("--root", self.root, "new", "component", "clock").status, 1)
        self.assertEqual((self.root / "components" / "clock" / "clock.assembly").read_text(), before)
        self.assertFalse((self.root / "assemblies" / "clock.assembly").exists())

    def test_names_that_cannot_be_are_refused(self) -> None:
        for name in ("3x", "while", "nexus_x", "a-b", "../x", "Clock", "", "x" * 60):
            with self.subTest(name):
                self.assertEqual(nexusgen("--root", self.root, "new", "component", name).status, 2)


class Generate(unittest.TestCase):
    """What the build calls."""

    def test_warnings_are_shown_and_do_not_stop_the_build(self) -> None:
        root = HERE / "wrong"
        with tempfile.TemporaryDirectory() as folder:
            ran = nexusgen("--root", root, "generate", "nx703_nobody_connected", "-o", folder)
            self.assertEqual(ran.status, 0)
            self.assertIn("warning NX703", ran.err)


if __name__ == "__main__":
    unittest.main()
