"""Every diagnostic has a fixture in wrong/assemblies with its exact text.

NEXUSGEN_UPDATE=1 in the environment writes the texts anew.
"""

from __future__ import annotations

import json
import os
import re
import unittest

from front import ROOT, WRONG, nexusgen

from nexusgen.catalogue import entries

BASE = "base_with_greeter"  # extended by a fixture
FIXTURES = sorted(path for path in (WRONG / "assemblies").glob("*.assembly") if path.stem != BASE)
JSON_KEYS = "file line column width severity code text expected suggestion notes".split()
CODE = re.compile(r"\bNX[0-9]{3}\b")


class Fixtures(unittest.TestCase):
    """One test for each fixture; they are added below."""

    maxDiff = None

    def check(self, fixture) -> None:
        """The output is exactly what stands in NAME.expected."""
        ran = nexusgen("--root", WRONG, "check", fixture.stem)
        expected = fixture.with_suffix(".expected")
        if os.environ.get("NEXUSGEN_UPDATE"):
            expected.write_text(ran.err)
        self.assertEqual(ran.err, expected.read_text())
        self.assertEqual(ran.status, 1 if ": error NX" in ran.err else 0)
        code = fixture.stem.split("_")[0].upper()
        if CODE.fullmatch(code):
            self.assertIn(f" {code}: ", ran.err)


def _add_tests() -> None:
    for fixture in FIXTURES:
        setattr(Fixtures, f"test_{fixture.stem}", lambda self, fixture=fixture: self.check(fixture))


_add_tests()


class Catalogue(unittest.TestCase):
    """The catalogue, the program and the fixtures agree about the codes."""

    def used(self) -> set[str]:
        """The codes that the program can report."""
        package = ROOT / "codegen" / "nexusgen"
        return {code for path in package.rglob("*.py") for code in CODE.findall(path.read_text())}

    def test_every_code_of_the_program_is_explained(self) -> None:
        self.assertEqual(self.used() - set(entries()), set())

    def test_every_explained_code_exists_in_the_program(self) -> None:
        self.assertEqual(set(entries()) - self.used(), set())

    def test_every_code_has_a_fixture(self) -> None:
        shown = {code for f in FIXTURES for code in CODE.findall(f.with_suffix(".expected").read_text())}
        needed = {code for code, entry in entries().items() if not entry.keys() & {"guard", "linked"}}
        self.assertEqual(needed - shown, set())

    def test_every_entry_is_complete(self) -> None:
        for code, entry in entries().items():
            with self.subTest(code):
                self.assertGreaterEqual(set(entry), {"title", "why", "wrong", "right"})

    def test_explain_prints_an_entry_however_the_code_is_written(self) -> None:
        texts = {nexusgen("explain", code).out for code in ("NX407", "nx407", "407")}
        self.assertEqual(len(texts), 1)
        self.assertIn("Wrong:", texts.pop())

    def test_explain_refuses_an_unknown_code(self) -> None:
        ran = nexusgen("explain", "NX999")
        self.assertEqual((ran.status, ran.out), (2, ""))

    def test_explain_without_a_code_lists_all(self) -> None:
        self.assertEqual(set(CODE.findall(nexusgen("explain").out)), set(entries()))


class Json(unittest.TestCase):
    """Diagnostics for editors."""

    def test_json_says_the_same_as_the_text(self) -> None:
        ran = nexusgen("--root", WRONG, "check", "several_at_once", "--format", "json")
        self.assertEqual(ran.status, 1)
        found = json.loads(ran.out)
        text = nexusgen("--root", WRONG, "check", "several_at_once").err
        self.assertEqual(found["errors"], text.count(": error NX"))
        for one in found["diagnostics"]:
            place = f"{one['file']}:{one['line']}:{one['column']}"
            self.assertIn(f"{place}: {one['severity']} {one['code']}: {one['text']}\n", text)
            self.assertEqual(list(one), JSON_KEYS)

    def test_json_of_a_right_assembly_is_empty(self) -> None:
        ran = nexusgen("check", "hello", "--root", ROOT, "--format", "json")
        self.assertEqual((ran.status, json.loads(ran.out)["diagnostics"]), (0, []))


if __name__ == "__main__":
    unittest.main()
