"""What the kernel holds, read from its memory, and where it differs from what was declared and granted.

  slots      every capability slot of every task with the table's row, and those that are filled at run time
             with the grants: each of them there, and nothing else
  ceilings   of every slot: what the table says may be put there at run time, else nothing
  mappings   every page of every task, walked from the satp value that the kernel loads for it, with the
             table's mappings and the two message pages; in the arena of a task any page of a window that
             it was granted, as far as the right goes, and any queue of such a window, to read; plus W^X and
             no user access in the kernel's own
  kernel     every byte of the kernel's text and constants with its file
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2] / "codegen")]

from nexusgen import abi  # noqa: E402
from structs import members  # noqa: E402

N = abi.load()
PAGE, ENTRIES = N["PAGE"], N["PT_ENTRIES"]
FIRST, END = N["KERNEL_BASE"], N["PAYLOAD_BASE"]
V, R, W, X, U = 1, 2, 4, 8, 16
SLOT_FIELDS = ("kind", "rights", "object", "badge", "bits")
CEILING_FIELDS = {
    "kind": "kind",
    "rights": "rights",
    "class": "object",
    "bits": "bits",
    "base": "base",
    "bytes": "bytes",
}


class Kernel:
    """Where things are in the kernel: symbols, and the members of its structures."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            elf = ELFFile(file)
            symbols = elf.get_section_by_name(".symtab").iter_symbols()
            self.symbols = {symbol.name: symbol["st_value"] for symbol in symbols}
            filled = (segment for segment in elf.iter_segments("PT_LOAD") if segment["p_filesz"] > 0)
            self.constants = [(segment["p_paddr"], segment.data()) for segment in filled]
            self.structs = {name: members(elf, name) for name in ("slot", "ceiling", "task", "context")}

    def place(self, array: str, kind: str, row: int, member: str) -> tuple[int, int]:
        """Address and size of a member of a row of one of the kernel's arrays."""
        size, found = self.structs[kind]
        return self.symbols[array] + row * size + found[member][0], found[member][1]

    def satp(self, task: int) -> int:
        """Address of the satp value that the kernel loads for a task."""
        return self.place("tasks", "task", task, "context")[0] + self.structs["context"][1]["space"][0]


class Memory:
    """A copy of the kernel's reservation."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def word(self, address: int, size: int = 8) -> int:
        """A little-endian number at a physical address."""
        return int.from_bytes(self.data[address - FIRST : address - FIRST + size], "little")

    def read(self, kernel: Kernel, array: str, kind: str, row: int, member: str) -> int:
        """A member of a row of one of the kernel's arrays."""
        return self.word(*kernel.place(array, kind, row, member))

    def console(self, kernel: Kernel) -> bytes:
        """What the console ring still holds."""
        first = self.word(kernel.symbols["console_first"], 4)
        used = self.word(kernel.symbols["console_used"], 4)
        start = kernel.symbols["console_ring"] - FIRST
        ring = self.data[start : start + N["RING_BYTES"]]
        return (ring[first:] + ring[:first])[:used]

    def page_table(self, address: int) -> tuple[int, ...]:
        """The entries of a page table."""
        return struct.unpack_from(f"<{ENTRIES}Q", self.data, address - FIRST)


def target(entry: int) -> int:
    """The physical address in a page-table entry."""
    return (entry >> 10) * PAGE


def compare_slots(kernel: Kernel, memory: Memory, table: dict, grants: dict[int, int]) -> list[str]:
    """Every slot with its row; one that is filled at run time with its grant, or it must be empty."""
    complaints = []
    for row, declared in enumerate(table["slots"]):
        live = {field: memory.read(kernel, "slots", "slot", row, field) for field in SLOT_FIELDS}
        wanted = {field: 0 if declared["runtime"] else declared[field] for field in SLOT_FIELDS}
        for field, right, of in (
            ("callee", N["RIGHT_CALL"], "object"),
            ("may_set", N["RIGHT_NOTIFY"], "bits"),
        ):
            live[field] = memory.read(kernel, "slots", "slot", row, field)
            held = wanted["kind"] == N["CAP_PORT"] and wanted["rights"] & right
            wanted[field] = wanted[of] if held else 0
        if row in grants:
            wanted.update({field: declared[field] for field in ("kind", "rights", "bits")})
            wanted["object"] = grants[row]
        if live != wanted:
            complaints.append(f"slot {row} ({declared['name']}): is {live}, declared {wanted}")
    return complaints


def compare_ceilings(kernel: Kernel, memory: Memory, table: dict) -> list[str]:
    """The ceiling of every slot, which never changes."""
    complaints = []
    for row, declared in enumerate(table["slots"]):
        live = {field: memory.read(kernel, "ceilings", "ceiling", row, field) for field in CEILING_FIELDS}
        wanted = {
            field: declared[word] if declared["runtime"] else 0 for field, word in CEILING_FIELDS.items()
        }
        if live != wanted:
            complaints.append(f"ceiling {row} ({declared['name']}): is {live}, declared {wanted}")
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
        satp = memory.word(kernel.satp(task))
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


def compare_constants(kernel: Kernel, memory: Memory) -> list[str]:
    """Text and constants of the kernel, which nobody may write: the first byte of each that differs."""
    complaints = []
    for address, wanted in kernel.constants:
        live = memory.data[address - FIRST : address - FIRST + len(wanted)]
        changed = [i for i, (is_, was) in enumerate(zip(live, wanted, strict=True)) if is_ != was]
        if changed:
            places = f"{address + changed[0]:#x} to {address + changed[-1]:#x}"
            complaints.append(f"kernel: {len(changed)} bytes changed from {places}")
    return complaints


def compare(kernel: Kernel, memory: Memory, table: dict, grants: dict[int, int]) -> list[str]:
    """All that differs."""
    slots = compare_slots(kernel, memory, table, grants)
    ceilings = compare_ceilings(kernel, memory, table)
    mappings = compare_mappings(kernel, memory, table, grants)
    return slots + ceilings + mappings + compare_constants(kernel, memory)


def leaf_of(memory: Memory, root: int, address: int) -> int:
    """Where the page-table entry of a mapped address is."""
    table = root
    for level in (2, 1, 0):
        place = table + 8 * ((address >> (12 + 9 * level)) % ENTRIES)
        table = target(memory.word(place))
    return place
