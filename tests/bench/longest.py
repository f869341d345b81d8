#!/usr/bin/env python3
"""The longest time that the kernel keeps interrupts off, for each system call and each other entry.

longest.py BUILD ASSEMBLY[:STATUS][=LINE] ...: runs each image of BUILD under QEMU with a counting plugin
(longest.c); it must end with the status (0), and is ended after a console line if one is given. Counts are
retired instructions of the kernel, the largest over all runs. Prints a table, writes BUILD/longest.json, and
fails if a number is beyond the bound that docs/kernel.md promises, if a bound is beyond LIMIT, or if no run
makes a call that the kernel provides.
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
from fnmatch import fnmatchcase
from pathlib import Path

from elftools.elf.elffile import ELFFile

from boot import build_plugin

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1] / "qemu"),
    str(Path(__file__).resolve().parents[2] / "codegen"),
]

from nexusgen import abi  # noqa: E402
from run import Machine  # noqa: E402

LIMIT = 5000
BOUNDS = Path(__file__).resolve().parents[2] / "docs" / "kernel.md"
TIME_LIMIT = 120
SHOWN = 4  # functions shown of each largest stretch
EXACT = ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm", "-seed", "42"]
SECOND_CARD = [
    "-netdev",
    "user,id=second",
    "-device",
    "virtio-net-device,netdev=second",
]  # selftest wants one
# What a name of the plugin's means; numbers are calls.
REASONS = {
    "timer": "timer interrupt",
    "interrupt": "device interrupt",
    "fault": "fault of a task",
    "idle": "a round of idling",
    "unknown": "a call whose number is not known",
    "other": "another trap",
}


def functions(kernel: Path) -> list[tuple[int, str]]:
    """Address and name of all functions of the kernel, and the end of its text."""
    with kernel.open("rb") as file:
        elf = ELFFile(file)
        text = elf.get_section_by_name(".text")
        index = next(i for i, section in enumerate(elf.iter_sections()) if section.name == ".text")
        found = {
            symbol["st_value"]: symbol.name
            for symbol in elf.get_section_by_name(".symtab").iter_symbols()
            if symbol["st_shndx"] == index
            and symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE")
            and not symbol.name.startswith("$")
        }
        return sorted(found.items()) + [(text["sh_addr"] + text["sh_size"], "end")]


def run(build: Path, plugin: Path, folder: str, known: list[tuple[int, str]], task: str) -> dict[str, dict]:
    """Runs one image. What the plugin saw, by its names of the reasons."""
    name, _, last_line = task.partition("=")
    assembly, _, status = name.partition(":")
    own = Path(folder, assembly)
    own.mkdir()
    out, symbols = own / "out", own / "symbols"
    symbols.write_text("".join(f"{address:x} {name}\n" for address, name in known))
    trap = next(address for address, name in known if name == "trap_entry")
    constants = abi.load()
    arguments = f"trap={trap:x},user={constants['USER_BASE']:x},span={constants['USER_SPAN']:x}"
    extra = [*EXACT, *SECOND_CARD, "-plugin", f"{plugin},{arguments},symbols={symbols},out={out}"]
    machine = Machine(str(build / f"image-{assembly}.elf"), extra, str(own))
    try:
        for line in machine.lines(time.monotonic() + TIME_LIMIT):
            if last_line and fnmatchcase(line, last_line):
                machine.quit()
                last_line = ""
    except TimeoutError:
        machine.process.kill()
        sys.exit(f"longest: {assembly} did not end within {TIME_LIMIT} s")
    if machine.end() != int(status or 0):
        sys.exit(f"longest: {assembly} ended with another status than {status or 0}")
    result = {}
    for line in out.read_text().splitlines():
        reason, times, largest, *rest = line.split()
        where = {name: int(count) for name, count in (item.split("=") for item in rest)}
        result[reason] = {"n": int(times), "max": int(largest), "assembly": assembly, "where": where}
    return result


def merge(results: list[dict[str, dict]]) -> dict[str, dict]:
    """The largest of each reason over all runs, and how often it was seen in all."""
    merged: dict[str, dict] = {}
    for result in results:
        for reason, row in result.items():
            old = merged.get(reason)
            larger = row if old is None or row["max"] > old["max"] else old
            merged[reason] = {**larger, "n": row["n"] + (old["n"] if old else 0)}
    return merged


def table(merged: dict[str, dict]) -> list[dict]:
    """Rows by name: every call that the kernel provides, then the other reasons that were seen."""
    nothing = {"n": 0, "max": 0, "assembly": "", "where": {}}
    rows = [{"name": call.name, **merged.get(str(call.number), nothing)} for call in abi.load().syscalls]
    rows += [{"name": name, **merged[reason]} for reason, name in REASONS.items() if reason in merged]
    return [{**row, "unit": "instructions"} for row in rows]


def bounds(text: str) -> dict[str, int]:
    """The bound of each entry, from the table of docs/kernel.md."""
    found = {}
    for names, bound in re.findall(r"^\| (`.*`) \| ([\d,]+) \|", text, re.MULTILINE):
        for name in re.findall(r"`([^`]*)`", names):
            found[name] = int(bound.replace(",", ""))
    return found


def show(rows: list[dict]) -> None:
    """Prints the table."""
    print(f"{'entry':34} {'times':>9} {'largest':>8}  in           where")
    for row in sorted(rows, key=lambda row: -row["max"]):
        top = sorted(row["where"].items(), key=lambda item: -item[1])[:SHOWN]
        where = ", ".join(f"{name} {count}" for name, count in top)
        print(f"{row['name']:34} {row['n']:>9,} {row['max']:>8,}  {row['assembly']:12} {where}")


def judge(rows: list[dict], known: dict[str, int]) -> list[str]:
    """What is wrong with the numbers, or with the bounds."""
    complaints = [
        f"{name}: a bound of {bound:,}, at most {LIMIT:,} are allowed"
        for name, bound in known.items()
        if bound > LIMIT
    ]
    for row in rows:
        name, seen, most = row["name"], row["max"], known.get(row["name"])
        if most is None:
            complaints.append(f"{name}: docs/kernel.md has no bound for it")
        elif seen > most:
            complaints.append(
                f"{name}: {seen:,} instructions with interrupts off, docs/kernel.md promises {most:,} at most"
            )
        if row["n"] == 0:
            complaints.append(f"{name}: no run makes this call")
    return complaints


def main() -> int:
    """Runs all, prints, judges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("assemblies", nargs="+", metavar="ASSEMBLY[:STATUS][=LINE]")
    options = parser.parse_args()
    known = functions(options.build / "target/kernel/kernel.elf")
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        plugin = build_plugin("longest", Path(folder))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(
                pool.map(lambda task: run(options.build, plugin, folder, known, task), options.assemblies)
            )
    rows = table(merge(results))
    show(rows)
    (options.build / "longest.json").write_text(json.dumps(rows, indent=1) + "\n")
    complaints = judge(rows, bounds(BOUNDS.read_text()))
    for complaint in complaints:
        print(f"FAILED: {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
