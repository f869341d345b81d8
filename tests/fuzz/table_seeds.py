"""The seeds of the fuzzer of the table: some worlds, and their tables with a word or a row changed."""

from __future__ import annotations

import struct

from seeds import DEVICES, GUARDED, PLAIN, RANDOM, header, record

SHAPE_RAW = 0xFF

# The edits of table.c.
SET, ADD, FLIP, PAGES, COPY, REPEAT, REMOVE, SMALL, EDGE, FIELD = range(10)
EDGES = 30
HEADER_WORDS, TASK_WORDS = 12, 9
TASK_SECTION, MEMORY_SECTION, _, SLOT_SECTION = range(4)
TASK_SLOTS, MEMORY_FLAGS = 6, 2  # fields
SLOT_RIGHTS, SLOT_OBJECT, SLOT_BITS = 3, 4, 6
FIRST_OF_DRIVER, SLOTS_OF_DRIVER = 7, 11  # rows of slots in the world of guarded devices


def more_slots(slot: int, more: int) -> bytes:
    """The driver has a slot of its own so many times more."""
    count = record(FIELD, TASK_SECTION, 1, TASK_SLOTS, raw=SLOTS_OF_DRIVER + more)
    return header(GUARDED) + record(REPEAT, SLOT_SECTION, slot, more - 1) + count


def table_seeds() -> dict[str, bytes]:
    """Worlds as they are, and some with a word changed."""
    raw = struct.pack("<12Q", 0x42544E4F5255454E, 2, 12, 0, 0xC0000000, 0x80A01000, 0, 0, 0, 0, 0, 0)
    result = {f"world_{shape}": header(shape) for shape in range(RANDOM + 2)}
    result["unsealed"] = header(PLAIN, flags=1) + record(FLIP, 20, 0, 3)
    result["short"] = header(PLAIN, flags=2, missing=1)
    result["raw"] = header(SHAPE_RAW) + raw
    for section in range(5):
        result[f"repeat_{section}"] = header(GUARDED) + record(REPEAT, section, 1)
        result[f"remove_{section}"] = header(GUARDED) + record(REMOVE, section, 1)
    for word in range(4, HEADER_WORDS + 2 * TASK_WORDS):
        for edge in range(EDGES):
            result[f"edge_{word}_{edge}"] = header(DEVICES) + record(EDGE, word, 0, edge)
    for more in (2, 3):  # it has six slots for devices and may have eight
        result[f"devices_{more}"] = more_slots(FIRST_OF_DRIVER + 1, more)
    for more in (117, 118):  # a task may have 128 slots; this one is empty
        result[f"slots_{more}"] = more_slots(FIRST_OF_DRIVER + 5, more)
    for slot in range(FIRST_OF_DRIVER, FIRST_OF_DRIVER + SLOTS_OF_DRIVER):
        for field in (SLOT_RIGHTS, SLOT_OBJECT, SLOT_BITS):
            for value in (0, 1, 4, 8, 36, 52):
                changed = record(FIELD, SLOT_SECTION, slot, field, raw=value)
                result[f"slot_{slot}_{field}_{value}"] = header(GUARDED) + changed
    for memory in range(6):
        for flags in (8, 9, 10, 12, 14, 16):
            changed = record(FIELD, MEMORY_SECTION, memory, MEMORY_FLAGS, raw=flags)
            result[f"memory_{memory}_{flags}"] = header(GUARDED) + changed
    for word in range(4, 200, 3):
        result[f"pages_{word}"] = header(PLAIN) + record(PAGES, word, 0, 129)
        result[f"small_{word}"] = header(DEVICES) + record(SMALL, word, 0, 3)
    return result
