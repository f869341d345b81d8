"""Variables that survive a restart: from nexus/keep.h through compiler and linker script to the segment."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

import systems

from nexusgen.elf import Elf
from nexusgen.generate import generate
from nexusgen.layout import lay_out
from nexusgen.linked import read_image, segment_kind

ROOT = Path(__file__).resolve().parents[2]
CC = (
    "riscv64-unknown-elf-gcc -march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany -nostdlib -O2 "
    "-ffunction-sections -fdata-sections -fno-common -Wl,--gc-sections -Wl,--fatal-warnings"
).split()
PROGRAM = """
#include <nexus/keep.h>
static int ordinary = 1, zeroed;
%s
void _start(void) __attribute__((section(".text._start")));
void _start(void) { (*(volatile int *)&ordinary)++; (*(volatile int *)&zeroed)++; %s }
"""


class Keep(unittest.TestCase):
    """One instance of a generated system, linked with its own script."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        generate(systems.rich(), self.folder, systems.ROOT)
        self.task = next(task for task in lay_out(systems.rich()).tasks if task.name == "tiny")

    def compile(self, declared: str, used: str) -> subprocess.CompletedProcess:
        """Links a program with these variables to tiny.elf."""
        source = self.folder / "tiny.c"
        source.write_text(PROGRAM % (declared, used))
        script = self.folder / "instances" / "tiny.ld"
        command = [*CC, "-I", str(ROOT / "components/lib/include"), str(source), "-T", str(script)]
        return subprocess.run([*command, "-o", str(self.folder / "tiny.elf")], capture_output=True, text=True)

    def kinds(self, declared: str, used: str) -> list[tuple[str, int]]:
        """What each segment is, and its size, by address."""
        ran = self.compile(declared, used)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        image = read_image(self.task, self.folder / "tiny.elf")
        for before, after in zip(image.segments, image.segments[1:]):
            if segment_kind(after)[0] in ("KEEP", "DATA"):
                self.assertGreaterEqual(after.va, -(-before.end // 4096) * 4096 + 4096)
        return [(segment_kind(segment)[0], segment.size) for segment in image.segments]

    def test_kept_variables_have_pages_of_their_own(self) -> None:
        """Their number of bytes, none of them in the file, and nothing else among them."""
        declared = "static char a[5000] NEXUS_KEEP; static long b NEXUS_KEEP;"
        kinds = self.kinds(declared, "*(volatile char *)a = 1; *(volatile long *)&b = 1;")
        self.assertIn(("KEEP", 5008), kinds)
        self.assertEqual([kind for kind, _ in kinds], ["TEXT", "KEEP", "DATA"])
        kept = next(s for s in Elf(self.folder / "tiny.elf").segments if segment_kind(s)[0] == "KEEP")
        self.assertEqual((kept.bytes, kept.va % 4096), (b"", 0))

    def test_who_keeps_nothing_has_nothing(self) -> None:
        """No segment, and so no extent."""
        self.assertEqual([kind for kind, _ in self.kinds("", "")], ["TEXT", "DATA"])

    def test_an_initial_value_is_refused(self) -> None:
        """It would be lost: the compiler says so where it stands."""
        self.assertEqual(self.kinds("int a NEXUS_KEEP = 0;", "a++;")[1], ("KEEP", 4))
        ran = self.compile("int a NEXUS_KEEP = 5;", "a++;")
        self.assertIn("tiny.c:4:5: error: only zero initializers are allowed", ran.stderr)


if __name__ == "__main__":
    unittest.main()
