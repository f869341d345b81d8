"""ELF files made by hand, as if they had been linked: no compiler is needed to test the table."""

from __future__ import annotations

import struct
from pathlib import Path

from nexusgen.elf import HEADER, PROGRAM, SECTION, SYMBOL
from nexusgen.layout import Layout, TaskLayout

R, RX, RW = 4, 5, 6
KEEP = RW | 1 << 20
PAGE = 4096


def elf(entry: int, segments, symbols: dict[str, int]) -> bytes:
    """An ELF64 file; a segment is (flags, address, bytes, size in memory)."""
    names = b"\0"
    rows = [SYMBOL.pack(0, 0, 0, 0, 0, 0)]
    for name, value in symbols.items():
        rows.append(SYMBOL.pack(len(names), 16, 0, 0xFFF1, value, 0))
        names += name.encode() + b"\0"
    programs, body = b"", b""
    start = HEADER.size + PROGRAM.size * len(segments)
    for flags, address, data, size in segments:
        programs += PROGRAM.pack(1, flags, start + len(body), address, address, len(data), size, PAGE)
        body += data
    table = start + len(body)
    strings = table + len(rows) * SYMBOL.size
    sections = strings + len(names)
    body += b"".join(rows) + names
    body += SECTION.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    body += SECTION.pack(0, 2, 0, 0, table, len(rows) * SYMBOL.size, 2, 1, 8, SYMBOL.size)
    body += SECTION.pack(0, 3, 0, 0, strings, len(names), 0, 0, 1, 0)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = HEADER.pack(
        ident, 2, 243, 1, entry, HEADER.size, sections, 5, HEADER.size, PROGRAM.size, len(segments), 64, 3, 2
    )
    return head + programs + body


def task_elf(task: TaskLayout, data_size: int = 5000, keep_size: int = 0) -> bytes:
    """An image as the linker script of a task gives it: text, read-only data, data with bss, kept memory."""
    start = task.image_start
    text = struct.pack("<I", task.index) * 1500  # two pages
    segments = [
        (RX, start, text, len(text)),
        (R, start + 2 * PAGE, task.name.encode(), len(task.name)),
        (RW, start + 4 * PAGE, task.name.encode() * 3, data_size),
    ]
    if keep_size:
        segments.append((KEEP, start + 8 * PAGE, b"", keep_size))
    symbols = {
        "x__tls_base": 1,
        "__global_pointer$": start + 4 * PAGE + 0x810,
        "__tls_base": start + 4 * PAGE,
    }
    return elf(start + 8, segments, symbols)


def link_all(layout: Layout, folder: Path, data_size: int = 5000) -> dict[str, Path]:
    """An ELF file for each instance; `store` keeps something."""
    elfs = {}
    for task in layout.tasks:
        elfs[task.name] = folder / f"{task.name}.elf"
        keep_size = 4097 if task.name == "store" else 0
        elfs[task.name].write_bytes(task_elf(task, data_size, keep_size))
    return elfs
