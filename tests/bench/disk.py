"""What blocks and entropy cost through the drivers: time, and instructions of all that runs for a request.

disk.py BUILD: runs image-diskbench of BUILD and, beside it, a program without a kernel that drives such a
disk too (metal.c); each once for the time and once with a plugin that counts. Prints the rows that bench.py
keeps. Times are those of this machine at this moment, and how many requests an interrupt finds done differs
from run to run.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import boot
import machines
from machines import TICKS_PER_SECOND, row

HERE = Path(__file__).resolve().parent
BYTES = {"4k": 4096, "64k": 65536, "256b": 256}
STRETCH = re.compile(r"\w+: stretch (\S+) (\d+) (\d+)")
METAL = "-march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany -O2 -ffreestanding -nostdlib"
METAL += " -Wl,-n,--no-relax,--no-warn-rwx-segments,-e,_start,-Ttext=0x80200000"
DISKS = {"one": 32 << 20, "two": 32 << 20}


def build_metal(folder: Path) -> Path:
    """The program without a kernel."""
    program = folder / "metal.elf"
    command = ["riscv64-unknown-elf-gcc", *METAL.split(), "-o", program, HERE / "metal.c"]
    subprocess.run(command, check=True)
    return program


def run(image: Path, extra: list[str]) -> tuple[list[tuple[str, int, int]], list[int]]:
    """The stretches of a run: name, ticks, requests; and what the plugin counted at each mark."""
    lines, counts = machines.run(image, DISKS, extra)
    found = [match for match in map(STRETCH.fullmatch, lines) if match]
    if not found:
        print("\n".join(lines[-20:]))
        sys.exit(f"disk: {image.name} has no stretches")
    return [(match[1], int(match[2]), int(match[3])) for match in found], counts


def measure_image(image: Path, program: Path, plugin: Path) -> list[dict]:
    """The rows of one image; `program` is the one that has mark()."""
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    for name, ticks, requests in run(image, [])[0]:
        size = BYTES[next(part for part in name.split(".") if part in BYTES)]
        rates.setdefault(name, []).append(requests * size / 1000 / (ticks / TICKS_PER_SECOND))
    mark = boot.symbols(program)["mark"]
    stretches, counts = run(image, ["-plugin", f"{plugin},every=1,at={mark:x}"])
    if len(counts) != 2 * len(stretches):
        sys.exit(f"disk: {image.name} has {len(stretches)} stretches and {len(counts)} marks")
    for (name, _, requests), before, after in zip(stretches, counts[::2], counts[1::2]):
        costs.setdefault(name, []).append((after - before) / requests)
    rows = [row(name, "instructions a request", values) for name, values in costs.items()]
    return rows + [row(f"{name}.rate", "kB/s", values) for name, values in rates.items()]


def measure(build: Path) -> list[dict]:
    """All rows."""
    with tempfile.TemporaryDirectory(prefix="nexus-") as name:
        folder = Path(name)
        plugin = boot.build_plugin("phases", folder)
        metal = build_metal(folder)
        reader = build / "target/diskbench/reader.elf"
        return measure_image(build / "image-diskbench.elf", reader, plugin) + measure_image(
            metal, metal, plugin
        )


def show(rows: list[dict]) -> None:
    """Prints a line for each kind of request: all three ways, and how fast they are beside the program."""
    by_name = {one["name"]: one["median"] for one in rows}
    print(f"{'median':14} {'guarded':>12} {'trusted':>12} {'metal':>12} {'guarded/metal':>14}")
    for kind in ("4k.1", "4k.32", "64k.1", "64k.32"):
        for end, what in (("", "instructions"), (".rate", "kB/s")):
            numbers = [by_name[f"blk.{way}.{kind}{end}"] for way in ("guarded", "trusted", "metal")]
            cells = " ".join(f"{number:>12,}" for number in numbers)
            print(f"{kind:14} {cells} {numbers[0] / numbers[2]:>13.0%}  {what}")
    print(f"{'entropy':14} {by_name['entropy.256b.rate']:>12,} kB/s")


if __name__ == "__main__":
    show(measure(Path(sys.argv[1])))
