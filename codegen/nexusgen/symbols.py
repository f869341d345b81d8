"""The verb `symbols`: functions and lines of an ELF file, in the small form that init reads.

Little-endian 32-bit words: magic, functions, lines, files, string bytes; then the rows
  functions: pc offset, name        sorted by offset
  lines:     pc offset, file << 24 | line   sorted; line 0: no line from here on
  files:     name
and the strings, NUL-terminated, named by their offset. Offsets are from the task's base address.
"""

from __future__ import annotations

import struct
from pathlib import Path

from elftools.elf.elffile import ELFFile  # costs 30 ms: only this module imports it

from . import abi, emit

MAGIC = 0x4D59534E  # "NSYM"
LINE_LIMIT, FILE_LIMIT = 1 << 24, 256


class Strings:
    """A string table in which each string stands once."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self._places: dict[str, int] = {}

    def add(self, text: str) -> int:
        """The offset of a string."""
        if text not in self._places:
            self._places[text] = len(self.bytes)
            self.bytes += text.encode("utf-8", "replace") + b"\0"
        return self._places[text]


def _text_range(elf: ELFFile) -> tuple[int, int]:
    section = elf.get_section_by_name(".text")
    if section is None:
        return 0, 0
    return section["sh_addr"], section["sh_addr"] + section["sh_size"]


def functions(elf: ELFFile) -> dict[int, str]:
    """Function names by address; of several at one place the first by name."""
    start, end = _text_range(elf)
    found: dict[int, str] = {}
    table = elf.get_section_by_name(".symtab")
    for symbol in table.iter_symbols() if table is not None else ():
        address = symbol["st_value"]
        if symbol["st_info"]["type"] == "STT_FUNC" and start <= address < end:
            found[address] = min(found.get(address, symbol.name), symbol.name)
    return found


def _file_names(program) -> list[str]:
    """File names by the index that the line program uses."""
    names = []
    for entry in program["file_entry"]:
        name = entry.name
        names.append((name.decode("utf-8", "replace") if isinstance(name, bytes) else name).split("/")[-1])
    return names if program["version"] >= 5 else [""] + names


def lines(elf: ELFFile) -> dict[int, tuple[str, int]]:
    """(file, line) by address; line 0 where a sequence ends."""
    start, end = _text_range(elf)
    found: dict[int, tuple[str, int]] = {}
    ends: set[int] = set()
    if not elf.has_dwarf_info():
        return found
    dwarf = elf.get_dwarf_info()
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        names = _file_names(program)
        for entry in program.get_entries():
            state = entry.state
            if state is None or not start <= state.address <= end:
                continue  # what the linker dropped lies elsewhere
            if state.end_sequence:
                ends.add(state.address)
            elif state.line and state.file < len(names):
                found[state.address] = (names[state.file], min(state.line, LINE_LIMIT - 1))
    for address in ends:
        found.setdefault(address, ("", 0))
    return found


def blob(elf: ELFFile) -> bytes:
    """The whole blob."""
    numbers = abi.load()
    span = numbers["USER_SPAN"]
    base = elf["e_entry"] - (elf["e_entry"] - numbers["USER_BASE"]) % span
    strings = Strings()
    function_rows = [(address - base, strings.add(name)) for address, name in sorted(functions(elf).items())]
    files: dict[str, int] = {}
    line_rows: list[tuple[int, int]] = []
    for address, (name, line) in sorted(lines(elf).items()):
        if line and name not in files and len(files) == FILE_LIMIT:
            line = 0  # more files than the form can name
        word = files.setdefault(name, len(files)) << 24 | line if line else 0
        if not line_rows or line_rows[-1][1] != word:
            line_rows.append((address - base, word))
    file_rows = [strings.add(name) for name in files]
    strings.bytes += bytes(-len(strings.bytes) % 4)
    words = [MAGIC, len(function_rows), len(line_rows), len(file_rows), len(strings.bytes)]
    words += [word for row in function_rows + line_rows for word in row] + file_rows
    return struct.pack(f"<{len(words)}I", *words) + bytes(strings.bytes)


def write_symbols(path: Path, output: Path) -> None:
    """Write the blob of an ELF file."""
    with path.open("rb") as file:
        emit.write(output, blob(ELFFile(file)))
