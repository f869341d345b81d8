#!/usr/bin/env python3
"""Writes a damaged copy of an image, for the tests of what the kernel refuses to boot.

damage.py IMAGE OUT byte            one bit of the payload differs
damage.py IMAGE OUT magic           the payload's magic differs
damage.py IMAGE OUT level           all tasks get the same level; every checksum is made right again
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "codegen"))

from nexusgen import abi  # noqa: E402
from nexusgen.crc32c import crc32c  # noqa: E402


def payload_offset(image: bytes) -> int:
    """Where the payload stands in the file: the segment loaded at its fixed address."""
    (table,) = struct.unpack_from("<Q", image, 32)
    size, count = struct.unpack_from("<HH", image, 54)
    for i in range(count):
        offset, address = struct.unpack_from("<QQ", image, table + i * size + 8)
        if address == abi.load()["PAYLOAD_BASE"]:
            return offset
    sys.exit("damage: the image has no payload")


def equal_levels(payload: bytearray) -> None:
    """Sets every task's level to 0 and corrects both checksums."""
    c = abi.load()
    table = c["PAYLOAD_HEADER_WORDS"] * 8
    words = struct.unpack_from("<Q", payload, table + c["TABLE_WORDS"] * 8)[0]
    tasks = struct.unpack_from("<Q", payload, table + c["TABLE_TASKS"] * 8)[0]
    for task in range(tasks):
        row = c["TABLE_HEADER_WORDS"] + task * c["TASK_ROW_WORDS"] + c["TASK_LEVEL"]
        struct.pack_into("<Q", payload, table + row * 8, 0)
    body = table + (c["TABLE_CRC"] + 1) * 8
    struct.pack_into(
        "<Q", payload, table + c["TABLE_CRC"] * 8, crc32c(bytes(payload[body : table + words * 8]))
    )
    length = struct.unpack_from("<Q", payload, c["PAYLOAD_BYTES"] * 8)[0]
    struct.pack_into("<Q", payload, c["PAYLOAD_CRC"] * 8, crc32c(bytes(payload[table:length])))


def main() -> None:
    """Damages the image in the way named."""
    source, out, way = sys.argv[1:]
    image = bytearray(Path(source).read_bytes())
    start = payload_offset(image)
    payload = image[start:]
    if way == "byte":
        payload[len(payload) // 2] ^= 1
    elif way == "magic":
        payload[0] ^= 1
    else:
        equal_levels(payload)
    Path(out).write_bytes(bytes(image[:start]) + bytes(payload))


if __name__ == "__main__":
    main()
