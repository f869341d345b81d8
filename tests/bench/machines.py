"""What the benchmarks that boot a system with disks share: its disks, a run of it, rows."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "qemu"))

from run import Machine  # noqa: E402

TICKS_PER_SECOND = 10_000_000


def attach_disks(folder: Path, sizes: dict[str, int], written: bool = False) -> list[str]:
    """Arguments for QEMU with disks of these names, which are files that nobody has written to; or that have
    been written to everywhere, so that the host's file system has nothing to add when the machine does."""
    arguments = []
    for name, size in sizes.items():
        with (folder / name).open("wb") as file:
            file.truncate(size)
            for _ in range(size >> 20 if written else 0):
                file.write(bytes(1 << 20))
        arguments += ["-drive", f"if=none,id={name},format=raw,file={folder / name}"]
        arguments += ["-device", f"virtio-blk-device,drive={name}"]
    return arguments


def run(image: Path, disks: dict[str, int], extra: list[str], **how) -> tuple[list[str], list[int]]:
    """The console lines of a run, which must end well, and what the plugin counted at each mark."""
    limit, written = how.get("limit", 120), how.get("written", False)
    lines = []
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        arguments = [*attach_disks(Path(folder), disks, written), *extra]
        machine = Machine(str(image), arguments, folder)
        try:
            for line in machine.lines(time.monotonic() + limit):
                lines.append(line)
        except TimeoutError:
            machine.process.kill()
            lines.append(f"no end within {limit} s")
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
