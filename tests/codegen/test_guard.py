"""Guarded methods: the connection that nobody writes, and the generated server that asks before it serves."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from front import HERE, ROOT, VALID, nexusgen

from nexusgen.emit_instance import region_symbol
from nexusgen.frontend import load
from nexusgen.generate import generate
from nexusgen.graph import dot_text
from nexusgen.layout import Layout, lay_out
from nexusgen.report import as_text, build_report

FLAGS = "-std=c11 -g -O1 -Wall -Wextra -Werror -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes"
GOLDEN = HERE / "golden" / "generated_guard" / "vault.nexus.c"
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all"


class Edge(unittest.TestCase):
    """What the model, the layout, the report and the picture say of it."""

    maxDiff = None

    def setUp(self) -> None:
        self.system = load(VALID, "vault")
        self.layout = lay_out(self.system)

    def test_guarded_server_gets_one_connection_beside_that_of_its_author(self) -> None:
        made = [(c.client.name, c.server.name) for c in self.system.connections if c.implicit]
        self.assertEqual(made, [("vault", "policyd")])
        written = [c for c in self.system.connections if c.client.name == "vault" and not c.implicit]
        self.assertEqual([c.uses.name for c in written], ["policy"])

    def test_table_has_a_slot_and_a_badge_for_it(self) -> None:
        vault, policyd = (next(t for t in self.layout.tasks if t.name == n) for n in ("vault", "policyd"))
        slots = {slot.name: slot for slot in vault.slots if slot.object == policyd.index and slot.badge}
        self.assertEqual(sorted(slots), ["nexus_policy", "policy"])
        self.assertEqual([slot.kind for slot in slots.values()], ["PORT", "PORT"])
        self.assertEqual([slot.rights for slot in slots.values()], [("CALL",), ("CALL",)])
        self.assertEqual(len({slot.badge for slot in slots.values()}), 2)
        self.assertLess(vault.level, policyd.level)

    def test_report_and_graph_show_it(self) -> None:
        report = build_report(self.system, VALID, None)
        self.assertEqual([c["uses"] for c in report["connections"] if c["implicit"]], ["nexus_policy"])
        self.assertIn(
            "vault.nexus_policy -> policyd.policy (Policy, assemblies/vault.assembly:8)", as_text(report)
        )
        self.assertIn('"policyd" -> "vault" [dir=back, style=dotted, label="policy"];', dot_text(self.system))

    def test_author_sees_nothing_of_it(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        generate(self.system, folder, VALID)
        for name in ("vault.nexus.h", "vault.mock.h", "vault.mock.c"):
            self.assertNotIn("nexus_policy", (folder / "vault" / name).read_text(), name)

    def test_server_is_generated_as_it_was(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        generate(self.system, folder, VALID)
        text = (folder / "vault" / "vault.nexus.c").read_text()
        if os.environ.get("NEXUSGEN_UPDATE"):
            GOLDEN.write_text(text)
        self.assertEqual(text, GOLDEN.read_text())

    def test_without_policyd_there_is_no_connection_and_a_warning(self) -> None:
        self.assertEqual([c for c in load(VALID, "lonely").connections if c.implicit], [])
        self.assertIn("warning NX705", nexusgen("--root", VALID, "check", "lonely").err)


class Asked(unittest.TestCase):
    """The generated server, compiled natively under the sanitizers; see guard/*.c for what is tried."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def numbers(self, layout: Layout) -> list[str]:
        """What the C test compares with."""
        lines = []
        for link in layout.links:
            client = layout.tasks[link.client].name.upper()
            if link.connection.implicit:
                lines.append(f"#define GUARD_SLOT {link.client_slot}")
            elif layout.tasks[link.server].name == "vault":
                lines.append(f"#define {client}_{link.uses.name.upper()} {link.badge}")
        return lines + [f"#define {task.name.upper()}_TASK {task.index}" for task in layout.tasks]

    def memory(self, layout: Layout) -> list[str]:
        """The bulk extents at the server's end."""
        lines = ["#include <stdint.h>"]
        for link in layout.links:
            for region in link.regions:
                name = region_symbol(link, region.symbol, False)
                lines.append(f"extern uint8_t {name}[];")
                lines.append(f"uint8_t {name}[{region.pages * 4096}] __attribute__((aligned(64)));")
        return lines

    def run_with(self, assembly: str, test: str) -> None:
        """Build the server of an assembly with a test, and run it."""
        system = load(VALID, assembly)
        layout = lay_out(system)
        generate(system, self.folder, VALID)
        (self.folder / "layout.h").write_text("\n".join(self.numbers(layout)) + "\n")
        (self.folder / "shared.c").write_text("\n".join(self.memory(layout)) + "\n")
        includes = [HERE / "roundtrip" / "include", HERE / "guard", self.folder, self.folder / "vault"]
        includes += [ROOT / "components" / "lib" / "include", ROOT / "kernel" / "include"]
        sources = [self.folder / name for name in ("vault/vault.nexus.c", "instances/vault.c", "shared.c")]
        sources += [HERE / "guard" / name for name in ("fake.c", test)]
        program = self.folder / "program"
        command = ["gcc", *FLAGS.split(), *SANITIZERS.split(), *(f"-I{folder}" for folder in includes)]
        ran = subprocess.run(
            [*command, *map(str, sources), "-o", str(program)], capture_output=True, text=True
        )
        self.assertEqual(ran.stderr, "")
        ran = subprocess.run([str(program)], capture_output=True, text=True, timeout=60)
        self.assertEqual(re.sub(r"==\d+==", "", ran.stderr), "")
        self.assertEqual(ran.stdout, "guard: all parts passed\n")

    def test_policyd_is_asked_once_for_each_client_and_only_its_yes_lets_through(self) -> None:
        self.run_with("vault", "vault.c")

    def test_without_policyd_everything_guarded_is_refused(self) -> None:
        self.run_with("lonely", "lonely.c")


if __name__ == "__main__":
    unittest.main()
