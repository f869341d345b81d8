"""What a value in /state costs: time, and instructions of all that runs for it; beside a block of the same disk.

state.py BUILD: runs image-statebench of BUILD, once for the time and once with a plugin that counts. Prints
the rows that bench.py keeps. Times are those of this machine and its disk at this moment.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import boot
import machines
from machines import TICKS_PER_SECOND, row

SAMPLE = re.compile(r"\w+: sample (\S+) (\d+)")
DISKS = {"one": 5 << 20}  # 1 MiB for the client, 4 MiB for statefsd


def samples_of(lines: list[str]) -> list[tuple[str, int]]:
    """Name and ticks of each sample, in their order."""
    found = [match for match in map(SAMPLE.fullmatch, lines) if match]
    return [(match[1], int(match[2])) for match in found]


def by_name(names: list[str], values: list[float]) -> dict[str, list[float]]:
    """The values of each name."""
    table: dict[str, list[float]] = {}
    for name, value in zip(names, values, strict=True):
        table.setdefault(name, []).append(value)
    return table


def costs_of(lines: list[str], counts: list[int]) -> dict[str, list[float]]:
    """Instructions of the samples, of which each lies between two marks."""
    names = [name for name, _ in samples_of(lines)]
    if len(counts) != 2 * len(names):
        sys.exit(f"state: there are {len(names)} samples and {len(counts)} marks")
    return by_name(names, [after - before for before, after in zip(counts[::2], counts[1::2])])


def times_of(lines: list[str]) -> dict[str, list[float]]:
    """Microseconds of the samples."""
    samples = samples_of(lines)
    return by_name([name for name, _ in samples], [ticks * 1e6 / TICKS_PER_SECOND for _, ticks in samples])


def measure(build: Path) -> list[dict]:
    """All rows."""
    image = build / "image-statebench.elf"
    mark = boot.symbols(build / "target/statebench/writer.elf")["mark"]
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        plugin = boot.build_plugin("phases", Path(folder))
        times = times_of(machines.run(image, DISKS, [], written=True)[0])
        extra = ["-plugin", f"{plugin},every=1,at={mark:x}"]
        costs = costs_of(*machines.run(image, DISKS, extra, written=True))
    rows = [row(f"state.{name}", "instructions a request", values) for name, values in costs.items()]
    return rows + [row(f"state.{name}.time", "us", values, 1) for name, values in times.items()]


def show(rows: list[dict]) -> None:
    """Prints a line for each row."""
    print(f"{'state':28} {'min':>12} {'median':>12} {'max':>12} {'n':>6}")
    for one in rows:
        numbers = " ".join(f"{one[what]:>12,}" for what in ("min", "median", "max"))
        print(f"{one['name']:28} {numbers} {one['n']:>6,}  {one['unit']}")


if __name__ == "__main__":
    show(measure(Path(sys.argv[1])))
