#!/usr/bin/env python3
"""Boots assembly disk on a disk that is a file. The flushes that its client was told of must be those that
the host saw: the difference between what QEMU counts before and after.

flushes.py IMAGE
"""

from __future__ import annotations

import re
import sys
import tempfile
import time

from debugger import Stopped
from run import Machine, with_disk

TIME_LIMIT = 30
DRIVE = "if=none,id=scratch,file=@disk@,format=raw,cache=writeback"
TOLD = re.compile(r"user: flushes: (\d+) done, 0 errors, 0 read-only, 0 lost")
LAST = "user: done"


def count(control: Stopped) -> int:
    """How many flushes the disk has done, as QEMU counts."""
    disks = control.command("query-blockstats")["return"]
    return next(disk["stats"]["flush_operations"] for disk in disks if disk["device"] == "scratch")


def main() -> int:
    """Runs it, compares."""
    told = 0
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        # It stands still until the first number is known.
        extra = ["-S", "-drive", DRIVE, "-device", "virtio-blk-device,drive=scratch"]
        machine = Machine(sys.argv[1], with_disk(extra, folder), folder)
        try:
            control = Stopped(machine, folder)
            before = count(control)
            control.command("cont")
            for line in machine.lines(time.monotonic() + TIME_LIMIT):
                found = TOLD.fullmatch(line)
                told = int(found[1]) if found else told
                if line == LAST:
                    break
            after = count(control)
            control.command("quit")
        finally:
            machine.end()
    print(f"the client was told of {told} flushes, the host saw {after - before}")
    if told == 0 or told != after - before:
        print("FAILED: they are not the same, or there were none")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
