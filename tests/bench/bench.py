#!/usr/bin/env python3
"""What the operations of the system cost, in retired instructions; the numbers are exact.

bench.py BUILD [--check BASELINE | --update BASELINE]: runs the images bench, bench16 and bench60 of BUILD
under QEMU, measures their boot, and weighs the kernel. Prints a table with seL4's numbers beside ours and a
JSON line, and writes BUILD/bench.json. --check fails if a row is worse than the baseline by more than 1 %.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from elftools.elf.elffile import ELFFile

import boot
import disk
import state

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "qemu"))

from run import Machine  # noqa: E402

# The suffix of a row's name, by image: how many components there are beside init.
IMAGES = {"bench": "", "bench16": "@16", "bench60": "@60"}
EXACT = ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm", "-seed", "42"]
TIME_LIMIT = 120
TOLERANCE = 0.01
EXACT_UNITS = ("instructions", "bytes")  # all others differ from run to run, and are for no gate
ROW = re.compile(r"\w+: row (\S+) (\d+) (\d+) (\d+) (\d+)")
UPDATE = "ninja -C build bench-baseline"

# seL4 16.0.0, qemu-riscv-virt, release, printing off, kernel without floating point, fast path on; the same
# compiler, QEMU and way of counting, its user stub included. Sizes in bytes.
SEL4 = {
    "ipc.call_reply.0w": 515,
    "ipc.call_reply.4w": 561,
    "ipc.call_reply.10w": 1864,
    "ipc.one_way.call": 239,
    "ipc.one_way.reply": 275,
    "notify.no_waiter": 425,
    "notify.wake_one_way": 602,
    "yield.alone": 449,
    "yield.pair": 812,
    "mmio.map": 723,
    "mmio.unmap": 675,
    "irq.to_user": 383,
    "irq.cycle": 1436,
    "boot.first_user": 132560,
    "kernel.text": 38400,
    "kernel.memory": 61000,
}


def row(name: str, unit: str, low: int, median: int, high: int, count: int) -> dict:
    """One row of the table."""
    return {"name": name, "unit": unit, "min": low, "median": median, "max": high, "n": count}


def run(build: Path, image: str) -> list[dict]:
    """The rows that an image prints."""
    rows, lines, status = [], [], None
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        machine = Machine(str(build / f"image-{image}.elf"), EXACT, folder)
        try:
            for line in machine.lines(time.monotonic() + TIME_LIMIT):
                lines.append(line)
                found = ROW.fullmatch(line)
                if found:
                    numbers = [int(number) for number in found.groups()[1:]]
                    rows.append(row(found[1] + IMAGES[image], "instructions", *numbers))
        except TimeoutError:
            machine.process.kill()
            lines.append(f"no end within {TIME_LIMIT} s")
        status = machine.end()
    if status != 0 or not rows:
        print("\n".join(lines[-20:]))
        sys.exit(f"bench: {image} ended with {status} and {len(rows)} rows")
    return rows


def boot_rows(build: Path, image: str) -> list[dict]:
    """From kernel entry to the first user instruction, once: it is the same every time."""
    phases = boot.measure(build / f"image-{image}.elf", build / "target/kernel/kernel.elf")
    total, checksum = sum(phases.values()), phases["payload checksum"]
    return [
        row("boot.first_user" + IMAGES[image], "instructions", total, total, total, 1),
        row("boot.checksum" + IMAGES[image], "instructions", checksum, checksum, checksum, 1),
    ]


def kernel_rows(build: Path) -> list[dict]:
    """Bytes of the kernel's code, and of all memory that it occupies."""
    with (build / "target/kernel/kernel.elf").open("rb") as file:
        elf = ELFFile(file)
        text = elf.get_section_by_name(".text")["sh_size"]
        memory = sum(segment["p_memsz"] for segment in elf.iter_segments("PT_LOAD"))
    return [
        row("kernel.text", "bytes", text, text, text, 1),
        row("kernel.memory", "bytes", memory, memory, memory, 1),
    ]


def measure(build: Path) -> list[dict]:
    """All rows, those of one image after the other."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = pool.map(lambda image: run(build, image) + boot_rows(build, image), IMAGES)
        exact = [one for rows in runs for one in rows] + kernel_rows(build)
    return exact + disk.measure(build) + state.measure(build)


def show(rows: list[dict]) -> None:
    """Prints a line for each operation: all numbers of the plain bench, the medians of the others."""
    by_name = {one["name"]: one for one in rows}
    others = [suffix for suffix in IMAGES.values() if suffix]
    head = f"{'row':22} {'min':>9} {'median':>9} {'max':>9} {'n':>5}"
    print(head + "".join(f" {suffix:>9}" for suffix in others) + f" {'seL4':>9}")
    for one in rows:
        if "@" in one["name"] or one["unit"] not in EXACT_UNITS:
            continue
        line = f"{one['name']:22} {one['min']:>9,} {one['median']:>9,} {one['max']:>9,} {one['n']:>5,}"
        for suffix in others:
            other = by_name.get(one["name"] + suffix)
            line += f" {other['median']:>9,}" if other else f" {'':>9}"
        print(line + (f" {SEL4[one['name']]:>9,}" if one["name"] in SEL4 else ""))
    print("min, median, max and n with 3 components and init; the median with 16 and 60.")
    print("seL4: 16.0.0 on the same machine, fast path, kernel without floating point.")
    disk.show(rows)
    state.show([one for one in rows if one["name"].startswith("state.")])


def compare(rows: list[dict], baseline: list[dict]) -> tuple[list[str], list[str]]:
    """What is worse than the baseline, and what is better, by more than the tolerance."""
    old = {one["name"]: one for one in baseline if one["unit"] in EXACT_UNITS}
    new = {one["name"]: one for one in rows if one["unit"] in EXACT_UNITS}
    worse = [f"{name}: was measured once and is not any more" for name in old if name not in new]
    worse += [f"{name}: has no baseline: {UPDATE}" for name in new if name not in old]
    better = []
    for name in old.keys() & new.keys():
        changes = {what: (old[name][what], new[name][what]) for what in ("median", "min")}
        for what, (before, now) in changes.items():
            text = f"{name}: {what} {before:,} -> {now:,} {new[name]['unit']}"
            text += f" ({(now - before) / before:+.2%})" if before else ""
            if now > before * (1 + TOLERANCE):
                worse.append(text)
                break
            if now < before * (1 - TOLERANCE):
                better.append(text)
                break
    return sorted(worse), sorted(better)


def judge(rows: list[dict], baseline: Path) -> int:
    """Compares with the baseline and says so. The exit status."""
    worse, better = compare(rows, json.loads(baseline.read_text()))
    for text in better:
        print(f"better: {text}")
    if better:
        print(f"better than the baseline: keep it with `{UPDATE}` and commit the file")
    for text in worse:
        print(f"WORSE: {text}")
    if worse:
        print(f"bench-gate: {len(worse)} rows are worse than the baseline by more than {TOLERANCE:.0%}.")
        print(f"If that is the price of something, say so in the commit that has the new baseline: {UPDATE}")
    return 1 if worse else 0


def store(path: Path, rows: list[dict]) -> None:
    """Writes rows, a line for each, so that a change is a line of a diff."""
    path.write_text("[\n" + ",\n".join(json.dumps(one) for one in rows) + "\n]\n")


def main() -> int:
    """Measures, shows, compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--check", type=Path, metavar="BASELINE")
    parser.add_argument("--update", type=Path, metavar="BASELINE")
    options = parser.parse_args()
    rows = measure(options.build)
    show(rows)
    print(json.dumps({"bench": rows}))
    store(options.build / "bench.json", rows)
    if options.update:
        store(options.update, rows)
        print(f"wrote {options.update.name}")
    return judge(rows, options.check) if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
