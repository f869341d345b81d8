"""The seeds of the fuzzer of statefs's logs."""

from __future__ import annotations

import struct

MAGIC = 0x4E585346
PUT, DELETE, CHECKPOINT, COPY = 1, 2, 3, 4
SEALED, OLD, WIDE = 1, 2, 4


def record(op: int, key: str = "", value: bytes = b"", session: int = 2, sequence: int = 9) -> bytes:
    """A record, but for its checksum, which the fuzzer makes."""
    content = struct.pack("<QII", sequence, session, 0) + value
    return old(op, key, content)


def old(op: int, key: str = "", value: bytes = b"") -> bytes:
    """A record of v1."""
    name = key.encode()
    return struct.pack("<IBHI", MAGIC, op, len(name), len(value)) + name + value + bytes(4)


def statefs_seeds() -> dict[str, bytes]:
    """Logs that are whole, cut, out of order, and of v1."""
    put = record(PUT, "/state/a", b"one")
    end = record(CHECKPOINT)
    logs = {
        "empty": b"",
        "value": put + end,
        "replaced": put + end + record(PUT, "/state/a", b"two") + record(PUT, "/state/b/\u00e4") + end,
        "deleted": put + end + record(DELETE, "/state/a") + end,
        "copies": record(COPY, "/state/a", b"one") + record(COPY, "/state/b") + end + put + end,
        "cut_copies": record(COPY, "/state/a", b"one") + record(COPY, "/state/b"),
        "late_copy": put + record(COPY, "/state/b") + end,
        "cut": put + end + record(DELETE, "/state/a") + record(PUT, "/state/c", b"x"),
        "older_session": put + end + record(PUT, "/state/b", b"x", 1) + record(CHECKPOINT, session=1),
        "later_session": put + end + record(PUT, "/state/b", b"x", 200) + record(CHECKPOINT, session=200),
        "bad_keys": put + end + record(PUT, "/state/../b") + end + record(PUT, "/state/\0") + end,
        "long_key": record(PUT, "/state/" + 248 * "k", 300 * b"v") + end,
        "long_value": record(PUT, "/state/l", 3000 * b"v") + end,
        "no_prefix": old(PUT, "/state/a", b"short") + end,
        "end_of_block": record(PUT, "/state/e", 4000 * b"v") + end,
    }
    seeds = {f"{name}_{flags}": bytes([flags, 2]) + log for name, log in logs.items() for flags in (0, 1)}
    for name, key_length, length in (("value", 8, 65552), ("value_over", 8, 65553), ("key", 256, 16)):
        head = struct.pack("<IBHI", MAGIC, COPY, key_length, length)
        seeds[f"wide_{name}"] = bytes([SEALED | WIDE, 2]) + head + b"/state/w" + bytes(20)
    v1 = old(PUT, "/state/a", b"one") + old(PUT, "/state/b") + old(DELETE, "/state/a") + old(CHECKPOINT)
    seeds["v1"] = bytes([SEALED | OLD, 0]) + v1
    seeds["v1_bad"] = bytes([OLD, 0]) + v1
    return seeds
