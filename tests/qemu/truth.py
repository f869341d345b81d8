#!/usr/bin/env python3
"""Compares the authority that the running kernel holds with what was declared and granted.

truth.py IMAGE KERNEL.elf TABLE.json [--after LINE] [--teeth]

Boots the image, stops the machine (after the console line, or where it would power off), reads the kernel's
memory from outside, and compares entry for entry:
  slots      every capability slot of every task with the table's row, and those that are filled at run time
             with the grants that init has printed: each of them there, and nothing else
  mappings   every page of every task, walked from the satp value that the kernel loads for it, with the
             table's mappings and the two message pages; in the arena of a task any page of a window that
             it was granted, as far as the right goes, and any queue of such a window, to read; plus W^X and
             no user access in the kernel's own
--teeth also changes page-table bits, a right and a slot of the running machine in turn, and insists
that each is reported at its row.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

from elftools.elf.elffile import ELFFile

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2] / "codegen")]

from nexusgen import abi  # noqa: E402
from run import Machine  # noqa: E402

N = abi.load()
PAGE, ENTRIES = N["PAGE"], N["PT_ENTRIES"]
FIRST, END = N["KERNEL_BASE"], N["PAYLOAD_BASE"]
V, R, W, X, U = 1, 2, 4, 8, 16
TIME_LIMIT = 30
DRAIN_SECONDS = 0.5  # a machine that stands still has printed all by then
SLOT_FIELDS = ("kind", "rights", "object", "badge", "bits")


class Kernel:
    """Where things are in the kernel: symbols, and the members of its structures."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            elf = ELFFile(file)
            symbols = elf.get_section_by_name(".symtab").iter_symbols()
            self.symbols = {symbol.name: symbol["st_value"] for symbol in symbols}
            self.slot_bytes, self.slot = self._members(elf, "slot")

    @staticmethod
    def _members(elf: ELFFile, name: str) -> tuple[int, dict[str, tuple[int, int]]]:
        """Size of a structure, and offset and size of each member, from the debug information."""
        for unit in elf.get_dwarf_info().iter_CUs():
            for die in unit.iter_DIEs():
                found = die.attributes.get("DW_AT_name")
                if die.tag == "DW_TAG_structure_type" and found and found.value == name.encode():
                    members = {}
                    for child in die.iter_children():
                        kind = child.get_DIE_from_attribute("DW_AT_type")
                        while kind.tag == "DW_TAG_typedef":
                            kind = kind.get_DIE_from_attribute("DW_AT_type")
                        size = kind.attributes["DW_AT_byte_size"].value
                        offset = child.attributes["DW_AT_data_member_location"].value
                        members[child.attributes["DW_AT_name"].value.decode()] = (offset, size)
                    return die.attributes["DW_AT_byte_size"].value, members
        sys.exit(f"truth: the kernel has no debug information about struct {name}")


class Memory:
    """A copy of the kernel's reservation."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def word(self, address: int, size: int = 8) -> int:
        """A little-endian number at a physical address."""
        return int.from_bytes(self.data[address - FIRST : address - FIRST + size], "little")

    def page_table(self, address: int) -> tuple[int, ...]:
        """The entries of a page table."""
        return struct.unpack_from(f"<{ENTRIES}Q", self.data, address - FIRST)


def target(entry: int) -> int:
    """The physical address in a page-table entry."""
    return (entry >> 10) * PAGE


def slot_row(kernel: Kernel, memory: Memory, row: int) -> dict[str, int]:
    """What the kernel holds in a slot."""
    base = kernel.symbols["slots"] + row * kernel.slot_bytes
    return {field: memory.word(base + kernel.slot[field][0], kernel.slot[field][1]) for field in SLOT_FIELDS}


GRANT = re.compile(r"init: mmio grant svc=(\w+) dev=(\w+) class=\S+ base=(0x[0-9a-f]+)")


def granted(table: dict, lines: list[str]) -> dict[int, int]:
    """The grants that the console tells of: row of the slot -> row of the window."""
    rows = {
        slot["name"].split(" ", 1)[0] + " " + slot["name"].rsplit(" ", 1)[1]: i for i, slot in runtime(table)
    }
    bases = {window["base"]: i for i, window in enumerate(table["windows"])}
    found = (GRANT.fullmatch(line) for line in lines)
    return {rows[f"{g[1]} {g[2]}"]: bases[int(g[3], 16)] for g in found if g}


def runtime(table: dict) -> list[tuple[int, dict]]:
    """The slots that are filled at run time, with their rows."""
    return [(row, slot) for row, slot in enumerate(table["slots"]) if slot["runtime"]]


def compare_slots(kernel: Kernel, memory: Memory, table: dict, grants: dict[int, int]) -> list[str]:
    """Every slot with its row; one that is filled at run time with its grant, or it must be empty."""
    complaints = []
    for row, declared in enumerate(table["slots"]):
        live = slot_row(kernel, memory, row)
        wanted = {field: 0 if declared["runtime"] else declared[field] for field in SLOT_FIELDS}
        if row in grants:
            granted_fields = {field: declared[field] for field in ("kind", "rights", "bits")}
            wanted.update(granted_fields, object=grants[row])
        if live != wanted:
            complaints.append(f"slot {row} ({declared['name']}): is {live}, declared {wanted}")
    return complaints


def declared_pages(kernel: Kernel, table: dict, task: int) -> dict[int, tuple[int, int]]:
    """The pages that the table gives a task: virtual address -> physical address and protection."""
    base = N["USER_BASE"] + task * N["USER_SPAN"]
    messages = kernel.symbols["message_pages"] + 2 * task * PAGE
    pages = {
        base + N["IN_OFFSET"]: (messages, R | W),
        base + N["OUT_OFFSET"]: (messages + PAGE, R | W),
    }
    for row in table["maps"]:
        if row["task"] == task:
            extent = table["memories"][row["memory"]]
            for page in range(extent["pages"]):
                offset = page * PAGE
                pages[row["va"] + offset] = (extent["phys"] + offset, row["prot"] << 1)
    return pages


def live_pages(memory: Memory, root: int, complaints: list[str], name: str) -> dict[int, tuple[int, int]]:
    """The user pages of an address space; what is not a user page must be the kernel's, and W^X."""
    pages: dict[int, tuple[int, int]] = {}

    def walk(table: int, level: int, first: int) -> None:
        for i, entry in enumerate(memory.page_table(table)):
            if not entry & V:
                continue
            address = first + (i << (12 + 9 * level))
            if entry & (R | W | X) == 0:
                walk(target(entry), level - 1, address)
            elif entry & W and entry & X:
                complaints.append(f"{name}: page {address:#x} is writable and executable")
            elif entry & U:
                pages[address] = (target(entry), entry & (R | W | X))
                if level:
                    complaints.append(f"{name}: a user page larger than {PAGE} bytes at {address:#x}")
            elif address >= N["USER_BASE"]:
                complaints.append(f"{name}: a kernel page among the user's at {address:#x}")

    walk(root, 2, 0)
    return pages


def device_page_ok(
    kernel: Kernel, table: dict, grants: dict[int, int], task: int, page: tuple[int, int]
) -> bool:
    """Whether a page in the arena shows a window that the task was granted, no further than its right; or a
    queue of such a window, to read."""
    for slot, window in grants.items():
        row, base = table["slots"][slot], table["windows"][window]["base"]
        if row["owner"] != task:
            continue
        if base <= page[0] < base + table["windows"][window]["bytes"]:
            return page[1] == R or (page[1] == R | W and bool(row["rights"] & N["RIGHT_WRITE"]))
        queues = kernel.symbols["queue_pages"] + window * N["WINDOW_QUEUES"] * PAGE
        if queues <= page[0] < queues + N["WINDOW_QUEUES"] * PAGE:
            return page[1] == R
    return False


def compare_mappings(kernel: Kernel, memory: Memory, table: dict, grants: dict[int, int]) -> list[str]:
    """Every page of every task, from the satp value that the kernel loads for it."""
    complaints: list[str] = []
    for task, row in enumerate(table["tasks"]):
        satp = memory.word(kernel.symbols["task_satp"] + 8 * task)
        if satp >> 60 != 8 or satp >> 44 & 0xFFFF != task + 1:
            complaints.append(f"{row['name']}: satp is {satp:#x}")
            continue
        live = live_pages(memory, (satp & (1 << 44) - 1) * PAGE, complaints, row["name"])
        wanted = declared_pages(kernel, table, task)
        arena = N["USER_BASE"] + task * N["USER_SPAN"] + N["ARENA_OFFSET"]
        for address in range(arena, arena + row["arena_pages"] * PAGE, PAGE):
            if address in live and device_page_ok(kernel, table, grants, task, live[address]):
                del live[address]
        for address in sorted(live.keys() | wanted.keys()):
            if live.get(address) != wanted.get(address):
                is_, declared = (show(pages.get(address)) for pages in (live, wanted))
                complaints.append(f"{row['name']}: page {address:#x}: is {is_}, declared {declared}")
    return complaints


def show(page: tuple[int, int] | None) -> str:
    """A page for people."""
    if page is None:
        return "not mapped"
    return f"{page[0]:#x} " + "".join(c for bit, c in ((R, "R"), (W, "W"), (X, "X")) if page[1] & bit)


def compare(kernel: Kernel, memory: Memory, table: dict, grants: dict[int, int]) -> list[str]:
    """All that differs."""
    return compare_slots(kernel, memory, table, grants) + compare_mappings(kernel, memory, table, grants)


class Stopped:
    """A machine that stands still: reads and changes its physical memory."""

    def __init__(self, machine: Machine, folder: str) -> None:
        self.folder = folder
        self.control = socket.socket(socket.AF_UNIX)
        self.control.settimeout(TIME_LIMIT)
        self.control.connect(machine.control)
        self.replies = self.control.makefile("r")
        self.replies.readline()
        self.command("qmp_capabilities")
        self.command("stop")  # nothing happens if the debugger has stopped it already

    def command(self, name: str, **arguments) -> dict:
        """One QMP command and its answer; events in between are passed over."""
        message = {"execute": name, "arguments": arguments} if arguments else {"execute": name}
        self.control.sendall(json.dumps(message).encode() + b"\n")
        while True:
            answer = json.loads(self.replies.readline())
            if "return" in answer:
                return answer
            if "error" in answer:
                sys.exit(f"truth: QMP {name}: {answer['error']}")

    def memory(self) -> Memory:
        """The kernel's reservation as it is now."""
        path = str(Path(self.folder, "memory"))
        # The processor may stand in a task, which cannot see this memory: by physical address.
        self.command("pmemsave", val=FIRST, size=END - FIRST, filename=path)
        return Memory(Path(path).read_bytes())


class Debugger:
    """QEMU's debugger port, as far as it takes to write physical memory."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIME_LIMIT)
        self.socket.connect(path)
        self.ask("Qqemu.PhyMemMode:1")

    def ask(self, text: str, wanted: bytes = b"$OK#") -> None:
        """One packet, which must be answered with what is wanted."""
        self.socket.sendall(f"+${text}#{sum(text.encode()) % 256:02x}".encode())
        answer = b""
        while wanted not in answer:
            chunk = self.socket.recv(4096)
            if not chunk or b"$E" in answer:
                sys.exit(f"truth: the debugger port refuses {text}: {answer!r}")
            answer += chunk

    def run_until(self, address: int) -> None:
        """Lets a machine that waits run until it comes to the address."""
        self.ask(f"Z1,{address:x},4")
        self.ask("c", b"$T05")

    def flip(self, memory: Memory, address: int, bits: int) -> None:
        """Flips bits of the byte at a physical address."""
        self.ask(f"M{address:x},1:{memory.word(address, 1) ^ bits:02x}")


def leaf_of(memory: Memory, root: int, address: int) -> int:
    """Where the page-table entry of a mapped address is."""
    table = root
    for level in (2, 1, 0):
        place = table + 8 * ((address >> (12 + 9 * level)) % ENTRIES)
        table = target(memory.word(place))
    return place


def check_teeth(
    kernel: Kernel, stopped: Stopped, debugger: Debugger, table: dict, grants: dict[int, int]
) -> list[str]:
    """Changes one thing at a time; each must be reported, at its row and nowhere else."""
    memory = stopped.memory()
    text = next(row for row in table["maps"] if row["prot"] == N["PROT_RX"])
    root = (memory.word(kernel.symbols["task_satp"] + 8 * text["task"]) & (1 << 44) - 1) * PAGE
    port = next(i for i, row in enumerate(table["slots"]) if row["kind"] == N["CAP_PORT"])
    slots = kernel.symbols["slots"] + port * kernel.slot_bytes
    changes = [
        ("a page becomes readable only", leaf_of(memory, root, text["va"]), X, f"page {text['va']:#x}"),
        ("a page becomes writable", leaf_of(memory, root, text["va"]), W, f"page {text['va']:#x}"),
        ("a right is added", slots + kernel.slot["rights"][0], N["RIGHT_MAP"], f"slot {port} "),
        ("a slot names another task", slots + kernel.slot["object"][0], 1, f"slot {port} "),
    ]
    complaints = []
    for what, address, bits, where in changes:
        debugger.flip(stopped.memory(), address, bits)
        found = compare(kernel, stopped.memory(), table, grants)
        if not found or not all(where in text for text in found):
            complaints.append(f"{what}: was not reported at {where}: {found}")
        debugger.flip(stopped.memory(), address, bits)
        print(f"teeth: {what}: {len(found)} reported")
    return complaints


def lines_until(machine: Machine, wanted: str) -> list[str]:
    """Waits for a line. All lines up to it."""
    lines = []
    for line in machine.lines(time.monotonic() + TIME_LIMIT):
        lines.append(line)
        if line == wanted:
            return lines
    sys.exit(f"truth: the machine ended before it printed {wanted!r}")


def lines_so_far(machine: Machine) -> list[str]:
    """What a machine that stands still has printed."""
    lines = []
    try:
        for line in machine.lines(time.monotonic() + DRAIN_SECONDS):
            lines.append(line)
    except TimeoutError:
        pass  # as it must end: the console stays open
    return lines


def wait_for_socket(path: str) -> None:
    """Returns when QEMU listens there."""
    limit = time.monotonic() + TIME_LIMIT
    while not Path(path).exists():
        if time.monotonic() > limit:
            sys.exit("truth: QEMU did not start")
        time.sleep(0.01)


def main() -> int:
    """Boots, stops, compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("image")
    parser.add_argument("kernel", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--after", help="stop when this line was printed (default: when the machine ends)")
    parser.add_argument("--teeth", action="store_true")
    options = parser.parse_args()
    table = json.loads(options.table.read_text())
    kernel = Kernel(options.kernel)
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        port = str(Path(folder, "gdb"))
        extra = ["-chardev", f"socket,id=gdb,path={port},server=on,wait=off", "-gdb", "chardev:gdb"]
        machine = Machine(options.image, extra if options.after else [*extra, "-S"], folder)
        try:
            lines: list[str] = []
            if options.after:
                lines = lines_until(machine, options.after)
            else:
                wait_for_socket(port)
            debugger = Debugger(port)
            if not options.after:
                debugger.run_until(kernel.symbols["arch_power_off"])
                lines = lines_so_far(machine)
            stopped = Stopped(machine, folder)
            grants = granted(table, lines)
            complaints = compare(kernel, stopped.memory(), table, grants)
            if options.teeth:
                complaints += check_teeth(kernel, stopped, debugger, table, grants)
        finally:
            machine.process.kill()
            machine.end()
    for complaint in complaints:
        print(complaint)
    counted = f"{len(table['slots'])} slots, {len(table['tasks'])} tasks, {len(grants)} grants"
    print(f"truth: {counted}: {len(complaints)} differences")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
