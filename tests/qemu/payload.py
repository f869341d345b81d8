"""A payload that can be changed: its table by rows and words, the tasks' memory by virtual addresses."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "codegen"))

from nexusgen import abi  # noqa: E402
from nexusgen.crc32c import crc32c  # noqa: E402

N = abi.load()
SECTIONS = {"TASKS": "TASK", "MEMORIES": "MEMORY", "MAPS": "MAP", "SLOTS": "SLOT", "WINDOWS": "WINDOW"}
TABLE = N["PAYLOAD_HEADER_WORDS"] * 8


def payload_offset(image: bytes) -> int:
    """Where the payload stands in the file: the segment loaded at its fixed address."""
    (table,) = struct.unpack_from("<Q", image, 32)
    size, count = struct.unpack_from("<HH", image, 54)
    for i in range(count):
        offset, address = struct.unpack_from("<QQ", image, table + i * size + 8)
        if address == N["PAYLOAD_BASE"]:
            return offset
    sys.exit("the image has no payload")


class Payload:
    """The bytes of a payload."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)

    def word(self, place: int) -> int:
        """The word at an offset."""
        return struct.unpack_from("<Q", self.data, place)[0]

    def set_word(self, place: int, value: int) -> None:
        """Changes the word at an offset."""
        struct.pack_into("<Q", self.data, place, value)

    def header(self, name: str) -> int:
        """A word of the table's header."""
        return self.word(TABLE + N[f"TABLE_{name}"] * 8)

    def place(self, section: str, row: int, name: str | None = None) -> int:
        """Where a row of a section begins, or a word of it."""
        words = N["TABLE_HEADER_WORDS"]
        for other, prefix in SECTIONS.items():
            if other == section:
                break
            words += self.header(other) * N[f"{prefix}_ROW_WORDS"]
        prefix = SECTIONS[section]
        words += row * N[f"{prefix}_ROW_WORDS"] + (N[f"{prefix}_{name}"] if name else 0)
        return TABLE + words * 8

    def get(self, section: str, row: int, name: str) -> int:
        """A word of a row."""
        return self.word(self.place(section, row, name))

    def set(self, section: str, row: int, name: str, value: int) -> None:
        """Changes a word of a row."""
        self.set_word(self.place(section, row, name), value)

    def slot_row(self, task: int, number: int) -> int:
        """The row of a task's slot, also of the one behind its last."""
        return sum(self.get("TASKS", t, "SLOTS") for t in range(task)) + number

    def add_slot(self, task: int, **words: int) -> None:
        """Gives a task one slot more, behind its last. What follows moves into the room before the texts."""
        size = N["SLOT_ROW_WORDS"] * 8
        number = self.get("TASKS", task, "SLOTS")
        place = self.place("SLOTS", self.slot_row(task, number))
        texts = min(
            self.get("MEMORIES", m, "PHYS")
            for m in range(self.header("MEMORIES"))
            if self.get("MEMORIES", m, "FLAGS") & N["MEMORY_TEXT"]
        )
        end = texts - N["PAYLOAD_BASE"]
        if any(self.data[end - size : end]):
            sys.exit("there is no room for one slot more")
        self.data[place + size : end] = self.data[place : end - size]
        self.data[place : place + size] = bytes(size)
        for m in range(self.header("MEMORIES")):
            source = self.get("MEMORIES", m, "SOURCE")
            self.set("MEMORIES", m, "SOURCE", source + size if source else 0)
        for header, count in (("SLOTS", 1), ("WORDS", N["SLOT_ROW_WORDS"])):
            self.set_word(TABLE + N[f"TABLE_{header}"] * 8, self.header(header) + count)
        self.set_word(N["PAYLOAD_TABLE_WORDS"] * 8, self.header("WORDS"))
        self.set("TASKS", task, "SLOTS", number + 1)
        row = self.slot_row(task, number)
        self.set("SLOTS", row, "OWNER", task)
        for name, value in words.items():
            self.set("SLOTS", row, name, value)

    def at(self, address: int) -> int:
        """The offset of the byte that a task sees at a virtual address of its constants."""
        for m in range(self.header("MAPS")):
            memory = self.get("MAPS", m, "MEMORY")
            start = self.get("MAPS", m, "VA")
            if start <= address < start + self.get("MEMORIES", memory, "PAGES") * N["PAGE"]:
                return self.get("MEMORIES", memory, "PHYS") + address - start - N["PAYLOAD_BASE"]
        sys.exit(f"nothing is mapped at {address:#x}")

    def seal(self) -> bytes:
        """Makes both checksums right. The bytes."""
        words = self.header("WORDS")
        body = TABLE + (N["TABLE_CRC"] + 1) * 8
        crc = crc32c(bytes(self.data[body : TABLE + words * 8]))
        self.set_word(TABLE + N["TABLE_CRC"] * 8, crc)
        length = self.word(N["PAYLOAD_BYTES"] * 8)
        self.set_word(N["PAYLOAD_CRC"] * 8, crc32c(bytes(self.data[TABLE:length])))
        return bytes(self.data)
