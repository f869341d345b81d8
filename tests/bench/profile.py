#!/usr/bin/env python3
"""Where the instructions of a boot go: from the kernel's entry to `init: ready`, and those of one grant.

profile.py IMAGE TARGET-FOLDER ASSEMBLY: for example build/image-nexus.elf build/target nexus. Runs the image
under QEMU with a counting plugin; needs gcc. Every instruction is counted, by address, and an address names
its component and its function. Prints for each phase its instructions, by component and by the largest
functions, then the memory of the system, and last a JSON line.
"""

from __future__ import annotations

import argparse
import bisect
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from elftools.elf.elffile import ELFFile

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TIME_LIMIT = 120
SHOWN = 6  # functions of each component in a phase

sys.path.insert(0, str(ROOT / "codegen"))

from nexusgen import abi  # noqa: E402

# Where each phase begins: a function, or the line of a source with this text. It lasts to the next one; the
# last begins nothing.
PHASES = [
    ("kernel: clear bss", "kernel", "_start"),
    ("kernel: checksum", "kernel", "payload_checksum_ok"),
    ("kernel: table check", "kernel", "table_validate"),
    ("kernel: own mappings", "kernel", "kernel_map"),
    ("kernel: build the state", "kernel", "kernel_boot"),
    ("kernel: start init", "kernel", "life_start"),
    ("init: begin", "init", "_start"),
    ("init: probe the windows", "init", "grant_probe"),
    ("init: start logd and policyd, rngd's memory", "init", "components/init/init.c: bring_up(row);"),
    ("one grant: policy", "init", "policy_check_until"),
    ("one grant: create", "kernel", "device_cap_create"),
    ("one grant: audit", "init", "audit_record_until"),
    ("one grant: transfer", "kernel", "device_cap_transfer"),
    ("the rest: two grants, five tasks", "init", 'components/init/grant.c: printf("mmio grant svc'),
    ("", "init", 'components/init/init.c: printf("ready'),
]


class Linked:
    """A linked file: its functions, and where its source lines are."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.elf = ELFFile(self.file)
        symbols = self.elf.get_section_by_name(".symtab").iter_symbols()
        kinds = ("STT_FUNC", "STT_NOTYPE")  # a function in assembly has no type
        named = (s for s in symbols if s["st_info"]["type"] in kinds and s.name[:1] not in ("", ".", "$"))
        self.names = {symbol["st_value"]: symbol.name for symbol in named}
        self.starts = sorted(self.names)

    def function(self, address: int) -> str:
        """The function that holds an address."""
        place = bisect.bisect_right(self.starts, address) - 1
        return self.names[self.starts[place]] if place >= 0 else "?"

    def address(self, what: str) -> int:
        """Where a function, or the line `FILE: TEXT`, begins."""
        if ": " not in what:
            return next(start for start, name in self.names.items() if name == what)
        name, text = what.split(": ", 1)
        lines = (ROOT / name).read_text().splitlines()
        (number,) = (n for n, line in enumerate(lines, 1) if line.strip().startswith(text))
        for unit in self.elf.get_dwarf_info().iter_CUs():
            if unit.get_top_DIE().attributes["DW_AT_name"].value.decode() == name:
                program = self.elf.get_dwarf_info().line_program_for_CU(unit)
                states = (entry.state for entry in program.get_entries() if entry.state)
                return min(s.address for s in states if s.line == number and s.is_stmt and s.file == 1)
        sys.exit(f"profile: {name} is not in {self.file.name}")


def count(image: Path, addresses: list[int]) -> list[dict[int, int]]:
    """For each phase the instructions executed, by address."""
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        plugin = Path(folder, "profile.so")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", plugin, HERE / "profile.c"], check=True)
        marks = "".join(f",at={address:x}" for address in addresses)
        command = [ROOT / "tests" / "qemu" / "machine.sh", "-serial", "null", "-monitor", "none"]
        command += ["-kernel", image, "-icount", "shift=0", "-plugin", f"{plugin}{marks}"]
        phases: list[dict[int, int]] = [{}]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as machine:
            assert machine.stderr is not None
            for line in machine.stderr:
                if line == "end\n":
                    phases.append({})
                else:
                    address, number = line.split()
                    phases[-1][int(address, 16)] = int(number)
                if len(phases) == len(addresses):
                    machine.kill()
                    break
    return phases[: len(addresses) - 1]


def owner(address: int, tasks: list[str]) -> str:
    """The component to which an address belongs; the firmware's instructions are nobody's."""
    numbers = abi.load()
    if address >= numbers["USER_BASE"]:
        return tasks[(address - numbers["USER_BASE"]) // numbers["USER_SPAN"]]
    return "kernel" if address >= numbers["KERNEL_BASE"] else "firmware"


def show_phase(name: str, counts: dict[int, int], linked: dict[str, Linked], tasks: list[str]) -> None:
    """One phase by component and function."""
    print(f"{sum(counts.values()):>11,}  {name}")
    by_owner: dict[str, Counter] = {}
    for address, number in counts.items():
        who = owner(address, tasks)
        function = linked[who].function(address) if who in linked else ""
        by_owner.setdefault(who, Counter())[function] += number
    for who, functions in sorted(by_owner.items(), key=lambda item: -item[1].total()):
        largest = ", ".join(f"{function} {number:,}" for function, number in functions.most_common(SHOWN))
        print(f"{'':13}{functions.total():>11,} {who}: {largest}")


def show_memory(kernel: Path, table: dict) -> dict[str, int]:
    """What the system occupies in RAM."""
    numbers = abi.load()
    with kernel.open("rb") as file:
        segments = [s for s in ELFFile(file).iter_segments() if s["p_type"] == "PT_LOAD"]
        loaded = sum(segment["p_filesz"] for segment in segments)
        zeroed = sum(segment["p_memsz"] - segment["p_filesz"] for segment in segments)
    memory = {
        "kernel code and constants": loaded,
        "kernel state": zeroed,
        "table and images": table["payload_end"] - numbers["PAYLOAD_BASE"],
    }
    for row in table["memories"]:
        if not row["flags"] & numbers["MEMORY_TEXT"]:
            kind = "stacks" if row["name"].endswith("stack") else "data of components"
            memory[kind] = memory.get(kind, 0) + row["pages"] * numbers["PAGE"]
    for what, size in memory.items():
        print(f"{size:>11,}  {what}")
    print(f"{sum(memory.values()):>11,}  all")
    return memory


def main() -> None:
    """Prints everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("target", type=Path, help="build/target")
    parser.add_argument("assembly")
    options = parser.parse_args()
    folder = options.target / options.assembly
    table = json.loads((folder / "table.json").read_text())
    tasks = [task["name"] for task in table["tasks"]]
    kernel = options.target / "kernel" / "kernel.elf"
    linked = {"kernel": Linked(kernel), **{name: Linked(folder / f"{name}.elf") for name in tasks}}
    addresses = [linked[where].address(what) for _, where, what in PHASES]
    phases = count(options.image, addresses)
    totals = {}
    print("instructions")
    for (name, _, _), counts in zip(PHASES, phases):
        show_phase(name, counts, linked, tasks)
        totals[name] = sum(counts.values())
    grant = sum(number for name, number in totals.items() if name.startswith("one grant"))
    print(f"{sum(totals.values()):>11,}  from the kernel's entry to `init: ready`")
    print(f"{grant:>11,}  one grant\n\nbytes")
    memory = show_memory(kernel, table)
    print(json.dumps({"instructions": totals, "one grant": grant, "bytes": memory}))


if __name__ == "__main__":
    main()
