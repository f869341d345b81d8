"""The policy file: what is read, where a mistake is shown, and what becomes of it in C."""

from __future__ import annotations

import random
import tempfile
import unittest
from pathlib import Path

from front import ROOT, VALID, nexusgen

from nexusgen.frontend import load
from nexusgen.policy import well_formed

TABLE = """static const char *const policy_init[] = { /* policy/guarded.toml:6 */
    "policy.delegate",
};

static const char *const policy_worker[] = { /* policy/guarded.toml:3 */
    "ipc.core",
    "net.connect:10.0.2.0/24",
};

const struct policy_subject policy_subjects[] = {
    { .name = "init", .capabilities = policy_init, .count = 1 }, /* 0: policy/guarded.toml:6 */
    { .name = "idle" }, /* 1: the policy does not list it */
    { .name = "policyd" }, /* 2: policy/guarded.toml:4 */
    { .name = "worker", .capabilities = policy_worker, .count = 2 }, /* 3: policy/guarded.toml:3 */
};
const uint32_t policy_subject_count = 4;
"""


class Reading(unittest.TestCase):
    """The model of a policy."""

    def test_lines_are_read_however_they_are_written(self) -> None:
        rules = load(VALID, "guarded").rules
        self.assertEqual(
            [(s.name, s.capabilities, s.place.line) for s in rules.subjects],
            [
                ("worker", ("ipc.core", "net.connect:10.0.2.0/24"), 3),
                ("policyd", (), 4),
                ("elsewhere", ("ipc.core",), 5),
                ("init", ("policy.delegate",), 6),
            ],
        )
        self.assertTrue(rules.holds("init", "policy.delegate"))
        self.assertFalse(rules.holds("init", "policy"))
        self.assertFalse(rules.holds("nobody", "ipc.core"))

    def test_policy_file_is_one_of_the_files_read(self) -> None:
        self.assertIn(VALID / "policy" / "guarded.toml", load(VALID, "guarded").files)

    def test_capabilities_are_checked_on_both_sides_of_every_bound(self) -> None:
        for right in ("a", "a.b", "a_1.b2", "a" * 64, "net.connect:10.0.2.0/24", "a:" + "b" * 62):
            self.assertTrue(well_formed(right), right)
        wrong = ("", ".", "a.", ".a", "A", "a b", "a*", "a" * 65, "a:", ":a", "a:b c", "a:*", "a:" + "b" * 63)
        for text in (*wrong, "a.é", "a\n", "a:b\n", "a-b"):
            self.assertFalse(well_formed(text), text)


class Table(unittest.TestCase):
    """What policyd gets."""

    maxDiff = None

    def generated(self, assembly: str, root: Path) -> dict[str, str]:
        """The generated data of each instance."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        ran = nexusgen("--root", root, "generate", assembly, "-o", folder)
        self.assertEqual((ran.status, ran.err), (0, ""))
        return {path.stem: path.read_text() for path in (folder / "instances").glob("*.c")}

    def test_row_of_a_task_is_what_its_instance_may_do(self) -> None:
        found = self.generated("guarded", VALID)
        self.assertIn("#include <nexus/policy_table.h>\n\n" + TABLE, found["policyd"])

    def test_only_policyd_gets_the_policy(self) -> None:
        holders = [
            name for name, text in self.generated("guarded", VALID).items() if "policy_subjects" in text
        ]
        self.assertEqual(holders, ["policyd"])

    def test_without_a_policy_file_nobody_may_do_anything(self) -> None:
        root = self.copy(None)
        text = self.generated("x", root)["policyd"]
        self.assertNotIn(".capabilities", text)
        self.assertIn("policy_subject_count = 2;", text)

    def copy(self, policy: bytes | None) -> Path:
        """A project whose assembly x has this policy."""
        root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("assemblies", "policy", "components"):
            (root / name).mkdir()
        (root / "components" / "init").symlink_to(VALID / "components" / "init")
        (root / "assemblies" / "part.c").touch()
        line = "" if policy is None else 'policy "x.toml"; '
        text = (
            'component policyd { source "part.c"; }\n'
            + f"assembly x {{ {line}component policyd policyd; }}\n"
        )
        (root / "assemblies" / "x.assembly").write_text(text)
        (root / "policy" / "x.toml").write_bytes(policy or b"")
        return root

    def test_unreadable_files_are_diagnosed(self) -> None:
        for content, code in ((b"[allow]\n\xff", "NX107"), (b"#" * 1100000, "NX106")):
            ran = nexusgen("--root", self.copy(content), "check", "x")
            self.assertEqual(ran.status, 1)
            self.assertIn(f"error {code}: ", ran.err)

    def test_mutated_files_never_cause_an_internal_error(self) -> None:
        chance = random.Random(1)
        text = (ROOT / "policy" / "base.toml").read_bytes() + (VALID / "policy" / "guarded.toml").read_bytes()
        root = self.copy(b"")
        for number in range(400):
            at, end = sorted(chance.randrange(len(text)) for _ in range(2))
            part = chance.choice(
                (b"", b"[", b"]", b"{", b'"', b"'", b"=", b"\n", b".", b"#", b'"""', b"\\", b"*")
            )
            mutant = text[: chance.randrange(len(text))] if number % 2 else text[at : at + 300]
            mutant = mutant[: at % (len(mutant) + 1)] + part + mutant[at % (len(mutant) + 1) :]
            (root / "policy" / "x.toml").write_bytes(mutant)
            ran = nexusgen("--root", root, "check", "x")
            self.assertIn(ran.status, (0, 1), f"round {number}: {ran.err}\n{mutant!r}")
            self.assertEqual(ran.status == 1, " error NX" in ran.err, ran.err)


class Base(unittest.TestCase):
    """policy/base.toml, which most assemblies share."""

    def test_base_policy_says_what_the_contracts_say(self) -> None:
        rules = {s.name: set(s.capabilities) for s in load(ROOT, "policytest").rules.subjects}
        self.assertEqual(rules["policyd"] | rules["logd"], set())
        delegates = {name for name, held in rules.items() if "policy.delegate" in held}
        self.assertEqual(delegates, {"init", "rngd", "netstackd", "statefsd", "keystored", "updated"})
        devices = {(n, c) for n, held in rules.items() for c in held if c.startswith("device.mmio.")}
        wanted = {("rngd", "rng"), ("netstackd", "net"), ("virtioblkd", "blk"), ("selftest", "rtc")}
        self.assertEqual(devices, {(name, f"device.mmio.{kind}") for name, kind in wanted})

    def test_allowed_policy_is_the_base_policy_with_one_rule_more(self) -> None:
        base = {s.name: set(s.capabilities) for s in load(ROOT, "selftest").rules.subjects}
        base["selftest"].add("device.mmio.net")
        self.assertEqual(
            {s.name: set(s.capabilities) for s in load(ROOT, "selftest_allowed").rules.subjects}, base
        )

    def test_no_assembly_allows_what_nobody_asks_for(self) -> None:
        for path in [*ROOT.glob("assemblies/*.assembly"), *ROOT.glob("assemblies/*/*.assembly")]:
            codes = [warning.code for warning in load(ROOT, str(path)).warnings]
            self.assertNotIn("NX709", codes, path)


if __name__ == "__main__":
    unittest.main()
