"""What a value in /state costs: time, instructions of all that runs for it, and what the disk has to do.

state.py BUILD: runs image-statebench of BUILD once for the time, once with a plugin that counts, once with a
debugger that stops it between its stages, to ask QEMU what the disk has done. Prints the rows that bench.py
keeps. Times are those of this machine and its disk at this moment.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

import boot
import machines
from machines import TICKS_PER_SECOND, row

from debugger import Debugger, Stopped  # noqa: E402

SAMPLE = re.compile(r"\w+: sample (\S+) (\d+)")
STAGE = re.compile(r"\w+: stage (\S+) (\d+) (\d+)")
DISK = "one"
DISKS = {DISK: 403536 * 512}  # what all extents of the assembly need
RATES = ("put_sync", "commit4", "get")
LAST_STAGE = b"writer: stages done"


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
    if not names or len(counts) != 2 * len(names):
        sys.exit(f"state: there are {len(names)} samples and {len(counts)} marks")
    return by_name(names, [after - before for before, after in zip(counts[::2], counts[1::2])])


def times_of(lines: list[str]) -> dict[str, list[float]]:
    """Microseconds of the samples."""
    samples = samples_of(lines)
    return by_name([name for name, _ in samples], [ticks * 1e6 / TICKS_PER_SECOND for _, ticks in samples])


def time_rows(times: dict[str, list[float]]) -> list[dict]:
    """How long each took, how many that is in a second, and how commits compare with raw writes."""
    rows = [row(f"state.{name}.time", "us", values, 1) for name, values in times.items()]
    for name, values in times.items():
        if name.split(".")[0] in RATES:
            rows.append(row(f"state.{name}.rate", "1/s", [len(values) * 1e6 / sum(values)]))
    medians = {one["name"]: one["median"] for one in rows}
    for name in medians:
        if name.startswith("state.pair_put_sync."):
            ratio = medians[name] / medians[name.replace("put_sync", "raw")]
            rows.append(row(name.replace(".time", ".of_raw"), "ratio", [ratio], 3))
    return rows


def disk_rows(lines: list[str], states: list[dict]) -> list[dict]:
    """Flushes a commit, and bytes on the disk for each byte of a path and its value, in each stage; of the
    disk's statistics, one is from the beginning of the first stage."""
    stages = [match for match in map(STAGE.fullmatch, lines) if match]
    if not stages or len(states) != len(stages):
        sys.exit(f"state: there are {len(stages)} stages and {len(states)} looks at the disk")
    rows = []
    for stage, before, after in zip(stages[1:], states, states[1:]):
        name, commits, size = f"state.{stage[1]}", int(stage[2]), int(stage[3])
        done = {what: after[what] - before[what] for what in ("flush_operations", "wr_bytes")}
        if commits > 0:
            rows.append(row(f"{name}.flushes", "a commit", [done["flush_operations"] / commits], 4))
            rows.append(row(f"{name}.written", "bytes a byte", [done["wr_bytes"] / size], 2))
    return rows


def disk_state(control: Stopped) -> dict:
    """What the disk has done, as QEMU counts."""
    disks = control.command("query-blockstats")["return"]
    return next(disk["stats"] for disk in disks if disk["device"] == DISK)


def watch(image: Path, between: int) -> tuple[list[str], list[dict]]:
    """The console lines, and the disk's statistics each time that it came to the address."""
    states = []
    with tempfile.TemporaryDirectory(prefix="nexus-") as name:
        folder = Path(name)
        disks = machines.attach_disks(folder, DISKS, written=True)
        machine = machines.Machine(
            str(image), ["-S", "-gdb", f"unix:{folder}/gdb,server=on,wait=off", *disks], name
        )
        try:
            control = Stopped(machine, name)
            debugger = Debugger(f"{folder}/gdb", machine)
            debugger.stop_at([between])
            while debugger.run(LAST_STAGE):
                states.append(disk_state(control))
                debugger.step_past(between)
            control.command("quit")
        finally:
            machine.end()
    return debugger.console.decode("utf-8", "replace").splitlines(), states


def measure(build: Path) -> list[dict]:
    """All rows."""
    image = build / "image-statebench.elf"
    symbols = boot.symbols(build / "target/statebench/writer.elf")
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        plugin = boot.build_plugin("phases", Path(folder))
        rows = time_rows(times_of(machines.run(image, DISKS, [], written=True)[0]))
        extra = ["-plugin", f"{plugin},every=1,at={symbols['mark']:x}"]
        costs = costs_of(*machines.run(image, DISKS, extra, written=True))
    rows += [row(f"state.{name}", "instructions each", values) for name, values in costs.items()]
    return rows + disk_rows(*watch(image, symbols["between"]))


def show(rows: list[dict]) -> None:
    """Prints a line for each row."""
    print(f"{'state':32} {'min':>14} {'median':>14} {'max':>14} {'n':>6}")
    for one in rows:
        numbers = " ".join(f"{one[what]:>14,}" for what in ("min", "median", "max"))
        print(f"{one['name']:32} {numbers} {one['n']:>6,}  {one['unit']}")


if __name__ == "__main__":
    found = measure(Path(sys.argv[1]))
    show(found)
    print(json.dumps({"bench": found}))
