"""The judge of the proofs: what passes, and that each way to prove too little is told."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SAMPLES = Path(__file__).resolve().parent / "samples"
PROOF = Path(__file__).resolve().parents[2] / "kernel" / "proof"
sys.path.insert(0, str(PROOF))

import axioms  # noqa: E402  pylint: disable=wrong-import-position
import judge  # noqa: E402  pylint: disable=wrong-import-position
import wp  # noqa: E402  pylint: disable=wrong-import-position


def proved(*names: str, smoke: bool = False) -> tuple[int, str, dict]:
    """Proves a folder with these samples: exit status, output and the JSON."""
    with tempfile.TemporaryDirectory() as folder:
        core = Path(folder, "core")
        core.mkdir()
        for name in ("arch.h", *names):
            (core / name).write_text((SAMPLES / name).read_text())
        command = [sys.executable, str(PROOF / "wp.py"), "--build", folder, "--core", str(core)]
        result = subprocess.run(
            command + ["--smoke"] * smoke, capture_output=True, text=True, timeout=300, check=False
        )
        return (
            result.returncode,
            result.stdout + result.stderr,
            json.loads(Path(folder, "wp.json").read_text()),
        )


class WpTest(unittest.TestCase):
    """One sample for each way."""

    def refused(self, name: str, *lines: str, smoke: bool = False) -> None:
        """A sample is refused, with these lines."""
        status, output, _ = proved(*name.split(), smoke=smoke)
        self.assertEqual(status, 1, output)
        for line in lines:
            self.assertIn(line, output)

    def test_a_proved_file_passes(self) -> None:
        status, output, found = proved("right.c")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"Proved goals: (\d+) / \1 in 1 files")
        self.assertIn("Trusted contracts of arch.h: 1: arch_sample", output)
        self.assertGreater(found["files"][0]["goals"], 5)

    def test_a_wrong_contract_is_told(self) -> None:
        self.refused("wrong.c", "error: wrong.c: not proved: typed_next_ensures_next")

    def test_a_run_time_error_is_told(self) -> None:
        self.refused("overrun.c", "error: overrun.c: not proved: typed_overrun_assert_rte_index_bound")

    def test_a_contract_without_a_body_is_told(self) -> None:
        self.refused("bodiless.c", "error: oracle() has a contract that nobody proves")

    def test_a_ghost_without_a_body_is_told(self) -> None:
        self.refused("ghostly.c", "error: spirit() has a contract that nobody proves")

    def test_a_loop_without_a_variant_is_told(self) -> None:
        self.refused("endless.c", "error: endless.c: endless() has 1 loops and 0 loop variants")

    def test_an_axiom_elsewhere_is_told(self) -> None:
        self.refused("granted.c", "error: granted.c: takes wish for granted")

    def test_an_admitted_fact_is_told(self) -> None:
        self.refused("admitted.c", "error: admitted.c: there is an `admit`")

    def test_a_function_without_a_contract_is_told(self) -> None:
        self.refused("bare.c", "error: bare.c: bare() has no contract that says what it assigns")

    def test_another_contract_than_the_proved_one_is_told(self) -> None:
        line = "error: borrowed.c: relies on a contract of twice() that is not the one proved"
        self.refused("right.c borrowed.c", line)

    def test_a_contract_that_cannot_be_met_is_told_by_the_smoke_tests(self) -> None:
        self.refused("senseless.c", "error: senseless.c:6: can never be reached, or", smoke=True)
        status, output, _ = proved("right.c", smoke=True)
        self.assertEqual(status, 0, output)

    def test_a_result_that_is_missing_is_told(self) -> None:
        self.assertEqual(judge.score("[kernel] Parsing x.c\n").complaints, ["the prover gave no result"])
        self.assertEqual(judge.score("[wp] Proved goals:    3 / 3\n").complaints, [])

    def test_a_prover_that_comes_to_no_end_by_itself_is_told(self) -> None:
        for command, reason in (
            ("kill -9 $$", "[wp] Failure: ended by SIGKILL: is there too little memory?"),
            ("exec sleep 60", "[wp] Failure: not done after 1 s"),
        ):
            with mock.patch.object(wp, "FRAMA_C", ["sh", "-c", f"echo '[wp] Begun'; {command}"]):
                output = wp.run([], 1)
            self.assertEqual(output, f"[wp] Begun\n\n{reason}\n")
            self.assertEqual(judge.score(output).complaints, [reason, "the prover gave no result"])

    def test_a_function_that_is_kept_out_of_others_is_seen(self) -> None:
        text = "int ( __attribute__((__noinline__)) f)(int x)\n{\n  while (x) {}\n}\n"
        self.assertEqual(
            judge.gaps(text),
            ["f() has no contract that says what it assigns", "f() has 1 loops and 0 loop variants"],
        )


class AxiomsTest(unittest.TestCase):
    """An axiom is worth what its query is."""

    HEADER = "/*@ axiomatic bits {\n  axiom one: \\forall integer x; x == x;\n} */"

    def test_a_discharged_axiom_passes(self) -> None:
        query = '(push) (echo "one") (assert false) (check-sat) (pop)\n'
        self.assertEqual(axioms.complaints(self.HEADER, query), [])

    def test_an_axiom_without_a_query_is_told(self) -> None:
        self.assertEqual(axioms.complaints(self.HEADER, ""), ["axiom one has no query"])

    def test_a_wrong_axiom_is_told(self) -> None:
        query = '(push) (echo "one") (assert true) (check-sat) (pop)\n'
        self.assertEqual(axioms.complaints(self.HEADER, query), ["query one: sat"])

    def test_a_query_without_a_name_is_told(self) -> None:
        query = '(push) (echo "one") (assert false) (check-sat) (pop)\n(check-sat)\n'
        self.assertIn("a query has no name, or one that another has", axioms.complaints(self.HEADER, query))


if __name__ == "__main__":
    unittest.main()
