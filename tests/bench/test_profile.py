#!/usr/bin/env python3
"""What the profile of a boot rests on: each phase begins somewhere in the linked files, and an address names
its component and its function.

test_profile.py TARGET-FOLDER: build/target, where the assembly `nexus` is linked.
"""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

import profile  # the one beside this file, not the library's
from nexusgen import abi

TARGET = Path(sys.argv.pop())
N = abi.load()


class ProfileTest(unittest.TestCase):
    """Places and their owners."""

    def linked(self, where: str) -> profile.Linked:
        """The linked file of the kernel or of a component."""
        file = profile.Linked(TARGET / ("kernel" if where == "kernel" else "nexus") / f"{where}.elf")
        self.addCleanup(file.file.close)
        return file

    def test_every_phase_begins_at_a_place_of_its_own(self) -> None:
        files = {where: self.linked(where) for where in ("kernel", "init")}
        places = [files[where].address(what) for _, where, what in profile.PHASES]
        self.assertEqual(len(set(places)), len(places))
        for place, (_, where, _) in zip(places, profile.PHASES):
            self.assertEqual(profile.owner(place, ["init"]), where)

    def test_a_function_reaches_to_the_next_one(self) -> None:
        kernel = self.linked("kernel")
        start = kernel.address("table_validate")
        following = kernel.starts[kernel.starts.index(start) + 1]
        self.assertEqual(kernel.function(start), "table_validate")
        self.assertEqual(kernel.function(following - 1), "table_validate")
        self.assertNotEqual(kernel.function(following), "table_validate")
        self.assertNotEqual(kernel.function(start - 1), "table_validate")

    def test_an_address_belongs_to_firmware_kernel_or_task(self) -> None:
        tasks = ["init", "logd"]
        self.assertEqual(profile.owner(N["KERNEL_BASE"] - 1, tasks), "firmware")
        self.assertEqual(profile.owner(N["KERNEL_BASE"], tasks), "kernel")
        self.assertEqual(profile.owner(N["USER_BASE"] - 1, tasks), "kernel")
        self.assertEqual(profile.owner(N["USER_BASE"], tasks), "init")
        self.assertEqual(profile.owner(N["USER_BASE"] + N["USER_SPAN"], tasks), "logd")


if __name__ == "__main__":
    unittest.main()
