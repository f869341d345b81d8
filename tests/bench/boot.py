#!/usr/bin/env python3
"""Counts the instructions of each phase of a boot, from kernel entry to the first user instruction.

boot.py IMAGE KERNEL.elf: runs the image under QEMU with a counting plugin; needs gcc and
riscv64-unknown-elf-nm. Counts are exact and the same on every run. Prints a table and a JSON line.
"""

from __future__ import annotations

import argparse
import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAYLOAD_BASE = 0x80A00000
PAYLOAD_HEADER_WORDS = 4
TABLE_INIT, TABLE_HEADER_WORDS, TASK_ROW_WORDS, TASK_ENTRY = 6, 12, 9, 1
TIME_LIMIT = 60

# Where each phase begins; a phase lasts to the beginning of the next.
PHASES = [
    ("clear bss", "_start"),
    ("payload checksum", "payload_checksum_ok"),
    ("table check", "table_validate"),
    ("kernel mappings", "kernel_map"),
    ("build the state", "kernel_boot"),
    ("restore and start init", "life_start"),
]


def symbols(kernel: Path) -> dict[str, int]:
    """Addresses of the kernel's functions."""
    out = subprocess.run(["riscv64-unknown-elf-nm", kernel], capture_output=True, text=True, check=True)
    rows = (line.split() for line in out.stdout.splitlines())
    return {row[2]: int(row[0], 16) for row in rows if len(row) == 3}


def init_entry(image: Path) -> int:
    """The first user instruction: the entry point of init, from the table in the image."""
    data = image.read_bytes()
    (phoff,) = struct.unpack_from("<Q", data, 32)
    phentsize, phnum = struct.unpack_from("<HH", data, 54)
    for i in range(phnum):
        offset, vaddr = struct.unpack_from("<QQ", data, phoff + i * phentsize + 8)
        if vaddr == PAYLOAD_BASE:
            table = offset + PAYLOAD_HEADER_WORDS * 8
            (init,) = struct.unpack_from("<Q", data, table + TABLE_INIT * 8)
            row = table + (TABLE_HEADER_WORDS + init * TASK_ROW_WORDS + TASK_ENTRY) * 8
            return struct.unpack_from("<Q", data, row)[0]
    sys.exit(f"boot: {image} has no payload")


def build_plugin(name: str, folder: Path) -> Path:
    """Builds a plugin for QEMU from its source here."""
    plugin = folder / f"{name}.so"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", plugin, HERE / f"{name}.c"], check=True)
    return plugin


def count(image: Path, addresses: list[int]) -> dict[int, int]:
    """Instructions executed before each address was first reached."""
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        plugin = build_plugin("phases", Path(folder))
        marks = "".join(f",at={address:x}" for address in addresses)
        command = ["qemu-system-riscv64", "-M", "virt", "-m", "128M", "-display", "none", "-serial", "null"]
        command += ["-monitor", "none", "-no-reboot", "-bios", "default", "-kernel", image]
        command += ["-icount", "shift=0", "-plugin", f"{plugin}{marks}"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as machine:
            counts: dict[int, int] = {}
            assert machine.stderr is not None
            for line in machine.stderr:
                address, number = line.split()
                counts[int(address, 16)] = int(number)
                if len(counts) == len(addresses):
                    machine.kill()
    return counts


def measure(image: Path, kernel: Path) -> dict[str, int]:
    """Instructions of each phase."""
    known = symbols(kernel)
    addresses = [known[symbol] for _, symbol in PHASES] + [init_entry(image)]
    counts = count(image, addresses)
    return {
        name: counts[after] - counts[before]
        for (name, _), before, after in zip(PHASES, addresses, addresses[1:])
    }


def main() -> None:
    """Prints the table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", type=Path)
    parser.add_argument("kernel", type=Path)
    options = parser.parse_args()
    phases = measure(options.image, options.kernel)
    total = sum(phases.values())
    for name, number in phases.items():
        print(f"{name:24} {number:>10,}")
    print(f"{'all':24} {total:>10,}")
    print(f"{'without the checksum':24} {total - phases['payload checksum']:>10,}")
    print(json.dumps({"name": "boot.first_user", "unit": "instructions", "total": total, "phases": phases}))


if __name__ == "__main__":
    main()
