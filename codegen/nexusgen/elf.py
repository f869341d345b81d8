"""A reader of ELF64 files for what `table` and `image` need: program headers and a few symbols."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

PT_LOAD = 1
SHT_SYMTAB = 2
EXECUTABLE, WRITABLE, READABLE = 1, 2, 4  # segment flags
KEPT = 1 << 20  # of those that ELF leaves to the system: a restart leaves this segment alone

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
PROGRAM = struct.Struct("<IIQQQQQQ")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")


class ElfError(OSError):
    """The file is not what the linker should have written."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(0, text, str(path))


@dataclass(frozen=True)
class Segment:
    """A PT_LOAD that holds something."""

    va: int
    phys: int
    flags: int
    bytes: bytes  # in the file
    size: int  # in memory

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.va + self.size


class Elf:
    """One file, read whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path.read_bytes()
        if len(self.data) < HEADER.size or self.data[:6] != b"\x7fELF\x02\x01":
            raise ElfError(path, "not a little-endian ELF64 file")
        self.header = HEADER.unpack_from(self.data)
        self.entry = self.header[4]
        try:
            self.segments = tuple(self._segments())
        except struct.error as error:
            raise ElfError(path, "the file is cut off") from error

    def _segments(self):
        offset, size, count = self.header[5], self.header[9], self.header[10]
        for number in range(count):
            row = PROGRAM.unpack_from(self.data, offset + number * size)
            kind, flags, place, va, phys, in_file, in_memory, _ = row
            if kind == PT_LOAD and in_memory:
                if place + in_file > len(self.data):
                    raise ElfError(self.path, "the file is cut off")
                yield Segment(va, phys, flags, self.data[place : place + in_file], in_memory)

    def symbols(self, names: tuple[str, ...]) -> dict[str, int]:
        """The values of these symbols; one that is missing is an error."""
        offset, size, count = self.header[6], self.header[11], self.header[12]
        sections = [SECTION.unpack_from(self.data, offset + n * size) for n in range(count)]
        table = next((row for row in sections if row[1] == SHT_SYMTAB), None)
        if table is None:
            raise ElfError(self.path, "no symbol table")
        strings = sections[table[6]]
        text = self.data[strings[4] : strings[4] + strings[5]]
        wanted: dict[int, str] = {}
        for name in names:
            for place in _occurrences(text, name.encode() + b"\0"):
                wanted[place] = name
        found = {}
        rows = self.data[table[4] : table[4] + table[5] // SYMBOL.size * SYMBOL.size]
        for row in SYMBOL.iter_unpack(rows):
            if row[0] in wanted and row[3] != 0:
                found[wanted[row[0]]] = row[4]
        for name in names:
            if name not in found:
                raise ElfError(self.path, f"no symbol {name}")
        return found


def _occurrences(text: bytes, part: bytes):
    """All places of a part; a linker lets the ends of longer names serve as shorter ones."""
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)
