"""Every generated system-call stub tells the compiler of every register that the kernel may change."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# docs/decisions/0002-register-convention.md: what a call clobbers.
CLOBBERED = {"ra"} | {f"a{n}" for n in range(8)} | {f"t{n}" for n in range(7)}

STUB = re.compile(r"static inline int64_t neuron_(\w+)\((.*?)\)\n\{(.*?)\n\}", re.DOTALL)
ASM = re.compile(r'__asm__ volatile\("ecall"\s*:(.*?)\n\s*:(.*?)\n\s*:(.*?)\);', re.DOTALL)
CALL = re.compile(r"^NEURON_SYSCALL\((\d+), (\w+), NEURON_IN\((.*?)\), NEURON_OUT\((.*?)\)\)")


def names(text: str) -> list[str]:
    """The words of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def calls() -> list[tuple[int, str, list[str], list[str]]]:
    """Number, name, inputs and outputs of every call."""
    text = (ROOT / "kernel/include/neuron/syscalls.def").read_text()
    found = [CALL.match(line) for line in text.splitlines()]
    return [(int(m[1]), m[2], names(m[3]), names(m[4])) for m in found if m]


class StubClobbers(unittest.TestCase):
    """Reads the stubs as text, so that no compiler can hide a mistake."""

    @classmethod
    def setUpClass(cls) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, str(ROOT / "codegen/nexusgen.py"), "--root", str(ROOT), "stubs"]
            subprocess.run([*command, "-o", folder], check=True)
            text = Path(folder, "nexus/syscall.h").read_text()
        cls.stubs = {match[1]: match[3] for match in STUB.finditer(text)}

    def test_every_call_has_a_stub(self) -> None:
        """Also those that the kernel does not provide yet."""
        self.assertEqual(set(self.stubs), {name for _, name, _, _ in calls()})

    def test_operands_and_clobbers_cover_what_the_kernel_changes(self) -> None:
        """No register of the convention is missing, and memory is never cached across a call."""
        for name, body in self.stubs.items():
            with self.subTest(call=name):
                parts = ASM.search(body)
                self.assertIsNotNone(parts)
                written = set(re.findall(r'"[+=]&?r"\((\w+)\)', parts[1]))
                clobbers = set(re.findall(r'"(\w+)"', parts[3]))
                self.assertEqual(written | clobbers, CLOBBERED | {"memory"})
                self.assertFalse(written & clobbers)

    def test_numbers_and_registers_follow_the_definition(self) -> None:
        """The number is in a7, inputs in a0.. and outputs in a1.. in the order of syscalls.def."""
        for number, name, inputs, outputs in calls():
            with self.subTest(call=name):
                body = self.stubs[name]
                bound = dict(re.findall(r'register uint64_t \w+ __asm__\("(\w+)"\) = (\w+);', body))
                self.assertEqual(bound.pop("a7"), str(number))
                self.assertEqual({f"a{i}": value for i, value in enumerate(inputs)}, bound)
                copies = re.findall(r"out->(\w+) = (\w+);", body)
                self.assertEqual(copies, [(value, f"a{i + 1}") for i, value in enumerate(outputs)])


if __name__ == "__main__":
    unittest.main()
