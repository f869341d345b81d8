"""The seeds of the fuzzer of what clients write into the rings of virtioblkd."""

from __future__ import annotations

import struct

# The steps of blocks.c, and the operations of nexus/block.h.
OPEN, PUT, COUNT, TAKE, DONE, END, SCRIBBLE = range(7)
READ, WRITE, FLUSH, BARRIER = range(1, 5)
ENTRY_BYTES = 24


def step(what: int, whose: int = 0, which: int = 0, entry: bytes = b"") -> bytes:
    """One step."""
    return struct.pack("<BBB5x", what, whose, which) + entry.ljust(ENTRY_BYTES, b"\0")


def request(operation: int, sector: int = 0, sectors: int = 1, offset: int = 0) -> bytes:
    """A ring entry."""
    return struct.pack("<QIIII", sector, sectors, offset, operation, 7)


def asked(*requests: bytes, whose: int = 0) -> bytes:
    """A session with these requests, all of which are taken."""
    puts = b"".join(step(PUT, whose, place, entry) for place, entry in enumerate(requests))
    return step(OPEN, whose) + puts + step(COUNT, whose, len(requests)) + step(TAKE) * len(requests)


def blocks_seeds() -> dict[str, bytes]:
    """Each kind of request, and each way of being wrong."""
    all_kinds = [request(kind) for kind in (READ, WRITE, FLUSH, READ, BARRIER, WRITE)]
    stories = {
        "works": asked(*all_kinds) + step(DONE) * 6,
        "sector_beyond": asked(request(READ, 100)) + asked(request(WRITE, 99, 2)),
        "sector_wraps": asked(request(READ, 2**64 - 1, 2)) + asked(request(READ, 0, 2**32 - 1)),
        "large": asked(request(READ, 2**54 - 9, 8), request(READ, 5, 4096), whose=1),
        "buffer_beyond": asked(request(READ, offset=2**21 - 511))
        + asked(request(READ, offset=2**32 - 512)),
        "buffer_end": asked(request(READ, offset=2**21 - 512)),
        "operations": asked(*(request(kind) for kind in (0, 5, 2**32 - 1))),
        "flush_waits": asked(request(READ), request(FLUSH), request(READ)) + (step(DONE) + step(TAKE)) * 3,
        "changed": asked(request(READ), request(FLUSH)) + step(SCRIBBLE, entry=b"\xff" * 24) + step(DONE) * 2,
        "counts": asked(request(READ)) + step(COUNT, 0, 129, b"\xff" * 8) + step(COUNT, 0, 131, bytes(8)),
        "opened_again": asked(request(READ)) + step(OPEN) + step(DONE) + asked(request(READ)),
        "ended": asked(request(READ)) + step(END) + step(DONE) + step(TAKE),
        "both": asked(*all_kinds) + asked(*all_kinds, whose=1) + (step(DONE, which=1) + step(TAKE)) * 9,
    }
    return {
        f"{name}_{disk}": bytes([disk, 0, 0]) + story for name, story in stories.items() for disk in range(3)
    }
