#!/usr/bin/env python3
"""Writes a damaged copy of an image, for the tests of what the kernel refuses to boot.

damage.py IMAGE OUT byte            one bit of the payload differs
damage.py IMAGE OUT magic           the payload's magic differs
damage.py IMAGE OUT level           all tasks get the same level; every checksum is made right again
damage.py IMAGE OUT plan-class|plan-right|plan-slot FOLDER
                                    for rngd init's plan asks another class, more rights or another slot
                                    than the table allows; FOLDER has init.elf and table.json
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

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
    seal(payload)


def seal(payload: bytearray) -> None:
    """Makes the payload's checksum right."""
    c = abi.load()
    begin = c["PAYLOAD_HEADER_WORDS"] * 8
    length = struct.unpack_from("<Q", payload, c["PAYLOAD_BYTES"] * 8)[0]
    struct.pack_into("<Q", payload, c["PAYLOAD_CRC"] * 8, crc32c(bytes(payload[begin:length])))


# struct init_need of components/init/plan.h: offset and size of what is changed.
NEED = {"class": (24, 8), "right": (32, 8), "slot": (40, 4)}


def alter_plan(payload: bytearray, what: str, folder: Path) -> None:
    """Changes what init asks for rngd."""
    c = abi.load()
    with (folder / "init.elf").open("rb") as file:
        symbols = ELFFile(file).get_section_by_name(".symtab")
        address = symbols.get_symbol_by_name("needs_rngd")[0]["st_value"]
    table = json.loads((folder / "table.json").read_text())
    for row in table["maps"]:
        extent = table["memories"][row["memory"]]
        if row["va"] <= address < row["va"] + extent["pages"] * c["PAGE"]:
            place = extent["phys"] + address - row["va"] - c["PAYLOAD_BASE"] + NEED[what][0]
    size = NEED[what][1]
    old = int.from_bytes(payload[place : place + size], "little")
    read_map = c["RIGHT_READ"] | c["RIGHT_MAP"]
    expected, new = {
        "class": (c["CLASS_VIRTIO_RNG"], c["CLASS_VIRTIO_BLK"]),
        "right": (read_map, read_map | c["RIGHT_WRITE"]),
        "slot": (1, 9),
    }[what]
    if old != expected:
        sys.exit(f"damage: the plan has {old} where {expected} was expected: struct init_need has changed")
    payload[place : place + size] = new.to_bytes(size, "little")
    seal(payload)


def main() -> None:
    """Damages the image in the way named."""
    source, out, way = sys.argv[1:4]
    image = bytearray(Path(source).read_bytes())
    start = payload_offset(image)
    payload = image[start:]
    if way == "byte":
        payload[len(payload) // 2] ^= 1
    elif way == "magic":
        payload[0] ^= 1
    elif way == "level":
        equal_levels(payload)
    else:
        alter_plan(payload, way.removeprefix("plan-"), Path(sys.argv[4]))
    Path(out).write_bytes(bytes(image[:start]) + bytes(payload))


if __name__ == "__main__":
    main()
