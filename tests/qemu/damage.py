#!/usr/bin/env python3
"""Writes a damaged copy of an image, for the tests of what the kernel refuses.

damage.py IMAGE OUT byte     one bit of the payload differs
damage.py IMAGE OUT magic    the payload's magic differs
damage.py IMAGE OUT level    all tasks get the same level; every checksum is made right again
damage.py IMAGE OUT dma-read, dma-write
    devices may only read, or only write, the dataports that are marked for them
damage.py IMAGE OUT plan-WHAT[-widened] FOLDER
    init's plan asks more than the table allows, and policyd allows it; FOLDER has the linked components
        class   for rngd a device of another class
        right   for rngd to write too
        slot    for rngd in a slot that does not exist
        task    rngd's device for greeter
        window  the same, but the ceiling in the table ends before the device
    widened: the table's ceiling allows exactly that too
damage.py IMAGE OUT NAME-CODE FUNCTION FOLDER
    a function of an instance is replaced by other code; FOLDER has the linked components
        silent    it never returns
        dies      it faults
        nonsense  it returns a result that no interface declares
"""

from __future__ import annotations

import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

sys.path.insert(0, str(Path(__file__).resolve().parent))

from payload import N, Payload, payload_offset  # noqa: E402
from structs import members  # noqa: E402


class Constants:
    """An array of structures among the constants of a component."""

    def __init__(self, payload: Payload, elf_file: Path, symbol: str, kind: str) -> None:
        with elf_file.open("rb") as file:
            elf = ELFFile(file)
            found = elf.get_section_by_name(".symtab").get_symbol_by_name(symbol)
            self.address = found[0]["st_value"]
            self.count = found[0]["st_size"]
            self.size, self.members = members(elf, kind)
        self.count //= self.size
        self.payload = payload

    def _range(self, row: int, member: str) -> slice:
        offset, size = self.members[member]
        place = self.payload.at(self.address) + row * self.size + offset
        return slice(place, place + size)

    def get(self, row: int, member: str) -> int:
        """A member of a row."""
        return int.from_bytes(self.payload.data[self._range(row, member)], "little")

    def text(self, row: int, member: str) -> str:
        """The string that a member of a row points to."""
        place = self.payload.at(self.get(row, member))
        return self.payload.data[place : self.payload.data.index(0, place)].decode()

    def set(self, row: int, member: str, value: int) -> None:
        """Changes a member of a row."""
        place = self._range(row, member)
        self.payload.data[place] = value.to_bytes(place.stop - place.start, "little")


class Plan:
    """What is altered: init's plan, policyd's table, and the system table."""

    def __init__(self, payload: Payload, folder: Path) -> None:
        self.payload = payload
        self.rows = Constants(payload, folder / "init.elf", "init_plan", "init_task")
        self.need = Constants(payload, folder / "init.elf", "needs_rngd", "init_need")
        self.subjects = Constants(payload, folder / "policyd.elf", "policy_subjects", "policy_subject")
        (self.rngd,) = (r for r in range(self.rows.count) if self.rows.get(r, "needs") == self.need.address)
        self.task = self.rows.get(self.rngd, "task")
        self.ceiling = payload.slot_row(self.task, self.need.get(0, "slot"))

    def new_ceiling(self, task: int) -> None:
        """The ceiling of rngd in one slot more of a task, with a bit of its own for the interrupt."""
        names = ("RUNTIME", "KIND", "RIGHTS", "OBJECT", "BASE", "BYTES", "BITS")
        words = {name: self.payload.get("SLOTS", self.ceiling, name) for name in names}
        words["BITS"] *= 2
        self.payload.add_slot(task, **words)

    def alter_class(self, widened: bool) -> None:
        """A block device."""
        self.need.set(0, "class_number", N["CLASS_VIRTIO_BLK"])
        if widened:
            self.payload.set("SLOTS", self.ceiling, "OBJECT", N["CLASS_VIRTIO_BLK"])

    def alter_right(self, widened: bool) -> None:
        """To write too."""
        rights = self.need.get(0, "rights") | N["RIGHT_WRITE"]
        self.need.set(0, "rights", rights)
        if widened:
            self.payload.set("SLOTS", self.ceiling, "RIGHTS", rights)

    def alter_slot(self, widened: bool) -> None:
        """The slot behind its last."""
        self.need.set(0, "slot", self.payload.get("TASKS", self.task, "SLOTS"))
        if widened:
            self.new_ceiling(self.task)

    def alter_task(self, widened: bool) -> None:
        """visitor, which then has rngd's part in the policy too."""
        (row,) = (r for r in range(self.rows.count) if self.rows.text(r, "name") == "visitor")
        task = self.rows.get(row, "task")
        if self.payload.get("TASKS", task, "SLOTS") != self.need.get(0, "slot"):
            sys.exit("damage: visitor's slots do not end where rngd's slot would be")
        for member in ("needs", "need_count"):
            self.rows.set(row, member, self.rows.get(self.rngd, member))
            self.rows.set(self.rngd, member, 0)
        for member in ("capabilities", "count"):
            self.subjects.set(task, member, self.subjects.get(self.task, member))
        if widened:
            self.new_ceiling(task)

    def alter_window(self, widened: bool) -> None:
        """The device is in the last window, as the machine has it (machine.sh)."""
        if not widened:
            size = self.payload.get("SLOTS", self.ceiling, "BYTES")
            self.payload.set("SLOTS", self.ceiling, "BYTES", size - N["PAGE"])


# RISC-V machine code: `j .`; an illegal instruction; `li a0, 29; ret`.
CODES = {"silent": "01a0", "dies": "0000", "nonsense": "75458280"}


def replace_code(payload: Payload, folder: Path, instance: str, code: str, function: str) -> None:
    """Puts other code where a function begins."""
    with (folder / f"{instance}.elf").open("rb") as file:
        (symbol,) = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name(function)
    place, new = payload.at(symbol["st_value"]), bytes.fromhex(CODES[code])
    payload.data[place : place + len(new)] = new


def limit_dataports(payload: Payload, right: int) -> None:
    """Gives the DMA slots of dataports one right alone."""
    for row in range(payload.header("SLOTS")):
        if payload.get("SLOTS", row, "KIND") == N["CAP_DMA"]:
            memory = payload.get("SLOTS", row, "OBJECT")
            if payload.get("MEMORIES", memory, "FLAGS") & N["MEMORY_SHARED"]:
                payload.set("SLOTS", row, "RIGHTS", right)


def main() -> None:
    """Damages the image in the way named."""
    source, out, way = sys.argv[1:4]
    image = Path(source).read_bytes()
    start = payload_offset(image)
    payload = Payload(image[start:])
    if way == "byte":
        payload.data[len(payload.data) // 2] ^= 1
    elif way == "magic":
        payload.data[0] ^= 1
    elif way == "level":
        for task in range(payload.header("TASKS")):
            payload.set("TASKS", task, "LEVEL", 0)
        payload.seal()
    elif way.startswith("dma-"):
        limit_dataports(payload, N[f"RIGHT_{way.removeprefix('dma-').upper()}"])
        payload.seal()
    elif not way.startswith("plan-"):
        replace_code(payload, Path(sys.argv[5]), *way.split("-"), sys.argv[4])
        payload.seal()
    else:
        plan = Plan(payload, Path(sys.argv[4]))
        what = way.removeprefix("plan-").removesuffix("-widened")
        getattr(plan, f"alter_{what}")(way.endswith("-widened"))
        payload.seal()
    Path(out).write_bytes(image[:start] + bytes(payload.data))


if __name__ == "__main__":
    main()
