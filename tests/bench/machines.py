"""What the benchmarks that boot a system with disks share: its disks, a run of it, rows."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "qemu"))

from run import Machine  # noqa: E402

TICKS_PER_SECOND = 10_000_000
TIME_LIMIT = 300


def attach_disks(folder: Path, sizes: dict[str, int], written: bool) -> list[str]:
    """Arguments for QEMU with disks of these names, which are files that nobody has written to; `written`:
    of zeroes that are on the host's disk, so that its file system has nothing to add to a flush."""
    arguments = []
    for name, size in sizes.items():
        with (folder / name).open("wb") as file:
            if written:
                file.write(bytes(size))
                file.flush()
                os.fsync(file.fileno())
            else:
                file.truncate(size)
        arguments += ["-drive", f"if=none,id={name},format=raw,file={folder / name}"]
        arguments += ["-device", f"virtio-blk-device,drive={name}"]
    return arguments


def run(
    image: Path, disks: dict[str, int], extra: list[str], written: bool = False
) -> tuple[list[str], list[int]]:
    """The console lines of a run, which must end well, and what the plugin counted at each mark."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        machine = Machine(str(image), [*attach_disks(Path(folder), disks, written), *extra], folder)
        try:
            for line in machine.lines(time.monotonic() + TIME_LIMIT):
                lines.append(line)
        except TimeoutError:
            machine.process.kill()
            lines.append(f"no end within {TIME_LIMIT} s")
        status = machine.end()
        counts = [int(line.split()[1]) for line in machine.remarks.read_text().splitlines()]
    if status != 0:
        print("\n".join(lines[-20:]))
        sys.exit(f"bench: {image.name} ended with {status}")
    return lines, counts


def row(name: str, unit: str, values: list[float], digits: int | None = None) -> dict:
    """One row of the table."""
    low, median, high = (
        round(number, digits) for number in (min(values), statistics.median(values), max(values))
    )
    return {"name": name, "unit": unit, "min": low, "median": median, "max": high, "n": len(values)}
