"""The final image: the kernel's loaded segments unchanged, and one more that holds the payload."""

from __future__ import annotations

from pathlib import Path

from . import abi, emit
from .elf import HEADER, PROGRAM, PT_LOAD, Elf, ElfError

READABLE = 4


def image_bytes(kernel: Elf, payload: bytes) -> bytes:
    """An ELF64 file with program headers only; entry and machine are the kernel's."""
    numbers = abi.load()
    page, base = numbers["PAGE"], numbers["PAYLOAD_BASE"]
    for segment in kernel.segments:
        if segment.phys + segment.size > base:
            raise ElfError(kernel.path, f"the kernel reaches beyond {base:#x}, where the payload begins")
    rows = [(s.flags, s.va, s.phys, s.bytes, s.size) for s in kernel.segments]
    rows.append((READABLE, base, base, payload, len(payload)))
    header = list(kernel.header)
    header[5], header[6] = HEADER.size, 0  # program headers follow; no section headers
    header[8:] = [HEADER.size, PROGRAM.size, len(rows), 0, 0, 0]
    programs, body = bytearray(), bytearray()
    start = -(-(HEADER.size + PROGRAM.size * len(rows)) // page) * page
    for flags, va, phys, data, size in rows:
        body += bytes(-len(body) % page + va % page)
        programs += PROGRAM.pack(PT_LOAD, flags, start + len(body), va, phys, len(data), size, page)
        body += data
    head = HEADER.pack(*header) + programs
    return head + bytes(start - len(head)) + body


def write_image(kernel: Path, payload: Path, output: Path) -> None:
    """The verb `image`."""
    data = payload.read_bytes()
    if int.from_bytes(data[:8], "little") != abi.load()["PAYLOAD_MAGIC"]:
        raise ElfError(payload, "this is not a payload")
    emit.write(output, image_bytes(Elf(kernel), data))
