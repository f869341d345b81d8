"""The system table and the payload, byte for byte as neuron/table.h describes them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from . import abi, emit
from .crc32c import crc32c
from .diagnostics import fail
from .emit_plan import ticks
from .generate import write_plan
from .layout import CLASSES, TRANSPORTS, Layout, Slot, TaskLayout, lay_out
from .linked import Image, Linked, link, read_image, segment_kind
from .model import System, Window

HEADER = "header"
SECTIONS = ("tasks", "memories", "maps", "slots", "windows")


def _row(kind: str, **fields: int) -> list[int]:
    """A row of words, each at the place that its enum in table.h gives it."""
    numbers = abi.load()
    words = [0] * numbers[f"{kind}_ROW_WORDS"]
    for name, value in fields.items():
        words[numbers[f"{kind}_{name}"]] = value
    return words


def _task_row(task: TaskLayout, image: Image) -> list[int]:
    numbers = abi.load()
    return _row(
        "TASK",
        LEVEL=task.level,
        ENTRY=image.entry,
        SP=task.stack_end,
        GP=image.gp,
        TP=image.tp,
        RUN_LIMIT=ticks(task.instance.component.run_limit),
        SLOTS=len(task.slots),
        LEAF_TABLES=-(-(image.end - task.base) // numbers["BLOCK"]),
        ARENA_PAGES=task.arena_pages,
    )


def _slot_row(owner: int, slot: Slot, memories: dict[str, int]) -> list[int]:
    numbers = abi.load()
    return _row(
        "SLOT",
        OWNER=owner,
        RUNTIME=int(slot.runtime),
        KIND=numbers[f"CAP_{slot.kind}"],
        RIGHTS=sum(numbers[f"RIGHT_{right}"] for right in slot.rights),
        OBJECT=slot.object if slot.memory is None else memories[slot.memory],
        BADGE=slot.badge,
        BITS=slot.bits,
        BASE=slot.base,
        BYTES=slot.bytes,
    )


def _window_row(window: Window) -> list[int]:
    numbers = abi.load()
    return _row(
        "WINDOW",
        BASE=window.base,
        BYTES=window.bytes,
        IRQ=window.irq,
        TRANSPORT=numbers[TRANSPORTS[window.transport]],
        CLASS=numbers[CLASSES[window.device_class]] if window.device_class else 0,
    )


def rows(linked: Linked) -> dict[str, list[list[int]]]:
    """The rows of each section."""
    numbers = abi.load()
    layout = linked.layout
    index = {id(memory): number for number, memory in enumerate(linked.memories)}
    names = {memory.name: number for number, memory in enumerate(linked.memories)}
    windows = sorted(layout.system.platform.windows, key=lambda window: window.base)
    return {
        "tasks": [_task_row(task, image) for task, image in zip(layout.tasks, linked.images)],
        "memories": [
            _row(
                "MEMORY",
                PHYS=memory.phys,
                PAGES=memory.pages,
                FLAGS=sum(numbers[f"MEMORY_{flag}"] for flag in memory.flags),
                OWNER=memory.task,
                SOURCE=memory.source_phys,
                SOURCE_BYTES=len(memory.source) if memory.source_phys else 0,
            )
            for memory in linked.memories
        ],
        "maps": [
            _row(
                "MAP",
                TASK=mapping.task,
                MEMORY=index[id(mapping.memory)],
                VA=mapping.va,
                PROT=numbers[f"PROT_{mapping.prot}"],
            )
            for mapping in linked.maps
        ],
        "slots": [_slot_row(task.index, slot, names) for task in layout.tasks for slot in task.slots],
        "windows": [_window_row(window) for window in windows],
    }


def _check_limits(linked: Linked, sections: dict[str, list[list[int]]]) -> None:
    """Limits that only the linked system can exceed."""
    numbers = abi.load()
    system = linked.layout.system
    leaf = numbers["TASK_LEAF_TABLES"]
    for what, count, limit in (
        ("memory extents", len(sections["memories"]), numbers["MEMORIES_MAX"]),
        ("mappings", len(sections["maps"]), numbers["MAPS_MAX"]),
        ("page tables", sum(2 + row[leaf] for row in sections["tasks"]), numbers["PT_PAGES_MAX"]),
    ):
        if count > limit:
            text = f"assembly {system.name} needs {count} {what}, the kernel has {limit}"
            fail("NX810", system.place, text)


def table_bytes(linked: Linked) -> bytes:
    """The table."""
    numbers = abi.load()
    sections = rows(linked)
    _check_limits(linked, sections)
    header = [0] * numbers["TABLE_HEADER_WORDS"]
    header[numbers["TABLE_MAGIC_WORD"]] = numbers["TABLE_MAGIC"]
    header[numbers["TABLE_VERSION_WORD"]] = numbers["TABLE_VERSION"]
    header[numbers["TABLE_WORDS"]] = linked.table_words
    header[numbers["TABLE_RAM_END"]] = linked.ram_end
    header[numbers["TABLE_PAYLOAD_END"]] = linked.payload_end
    header[numbers["TABLE_INIT"]] = linked.layout.init
    for name in SECTIONS:
        header[numbers[f"TABLE_{name.upper()}"]] = len(sections[name])
    words = header + [word for name in SECTIONS for row in sections[name] for word in row]
    assert len(words) == linked.table_words
    after = numbers["TABLE_CRC"] + 1
    words[numbers["TABLE_CRC"]] = crc32c(struct.pack(f"<{len(words) - after}Q", *words[after:]))
    return struct.pack(f"<{len(words)}Q", *words)


def payload_bytes(linked: Linked) -> bytes:
    """The payload: header, table, initial data, then text, each task's on pages of its own."""
    numbers = abi.load()
    base, start = numbers["PAYLOAD_BASE"], 8 * numbers["PAYLOAD_HEADER_WORDS"]
    payload = bytearray(linked.payload_end - base)
    table = table_bytes(linked)
    payload[start : start + len(table)] = table
    for memory in linked.memories:
        place = (memory.phys if "TEXT" in memory.flags else memory.source_phys) - base
        if memory.source:
            payload[place : place + len(memory.source)] = memory.source
    header = [0] * numbers["PAYLOAD_HEADER_WORDS"]
    header[numbers["PAYLOAD_MAGIC_WORD"]] = numbers["PAYLOAD_MAGIC"]
    header[numbers["PAYLOAD_BYTES"]] = len(payload)
    header[numbers["PAYLOAD_TABLE_WORDS"]] = linked.table_words
    header[numbers["PAYLOAD_CRC"]] = crc32c(memoryview(payload)[start:])
    payload[:start] = struct.pack(f"<{len(header)}Q", *header)
    return bytes(payload)


def _words(prefix: str, row: list[int]) -> dict[str, int]:
    """A row's words by the names of their enum."""
    numbers = abi.load()
    fields = abi.fields(prefix)
    return {name: row[numbers[f"{prefix}_{name}"]] for name in fields}


PREFIXES = {"tasks": "TASK", "memories": "MEMORY", "maps": "MAP", "slots": "SLOT", "windows": "WINDOW"}


def description(linked: Linked) -> dict:
    """The table as an object for table.json: the words of each row by name, and what they are about."""
    layout = linked.layout
    sections = rows(linked)
    slots = [(task, slot) for task in layout.tasks for slot in task.slots]
    names = {
        "tasks": [task.name for task in layout.tasks],
        "memories": [memory.name for memory in linked.memories],
        "maps": [f"{layout.tasks[m.task].name} {m.name}" for m in linked.maps],
        "slots": [f"{task.name} {slot.number} {slot.name}" for task, slot in slots],
        "windows": [f"window {number}" for number in range(len(sections["windows"]))],
    }
    result: dict = {
        "assembly": layout.system.name,
        "version": abi.load()["TABLE_VERSION"],
        "init": layout.init,
        "ram_end": linked.ram_end,
        "payload_end": linked.payload_end,
        "memory_end": linked.memory_end,
    }
    for name in SECTIONS:
        result[name] = [
            {"name": label, **{key.lower(): value for key, value in _words(PREFIXES[name], row).items()}}
            for label, row in zip(names[name], sections[name])
        ]
    return result


def as_text(found: dict) -> str:
    """The table as text for people and diffs: one line a row, only the words that are not zero."""
    lines = [f"assembly {found['assembly']}, table version {found['version']}, init is task {found['init']}"]
    lines.append(
        f"RAM ends at {found['ram_end']:#x}, payload at {found['payload_end']:#x}, "
        f"memory in use at {found['memory_end']:#x}"
    )
    for section in SECTIONS:
        lines += ["", section]
        for number, row in enumerate(found[section]):
            words = [
                f"{key} {_shown(section, key, value)}" for key, value in row.items() if value or key in SHOWN
            ]
            lines.append(f"{number:4} {row['name']}: {', '.join(words[1:])}")
    return "\n".join(lines) + "\n"


SHOWN = ("task", "memory", "owner", "level")  # indices: 0 says something
WORDS = {  # sections and words whose numbers have names, and the prefix of these
    ("maps", "prot"): "PROT_",
    ("slots", "kind"): "CAP_",
    ("windows", "transport"): "TRANSPORT_",
    ("windows", "class"): "CLASS_",
}
FLAGS = {("memories", "flags"): "MEMORY_", ("slots", "rights"): "RIGHT_"}


def _shown(section: str, key: str, value: int | str) -> str:
    """A word as text: by name where it has one, small numbers decimal, others hexadecimal."""
    if isinstance(value, str):
        return value
    if (section, key) in FLAGS:
        return "+".join(_flag(FLAGS[section, key], 1 << n) for n in range(64) if value >> n & 1)
    if (section, key) in WORDS:
        return _flag(WORDS[section, key], value)
    return str(value) if value < 4096 and key not in ("bits", "base", "bytes") else f"{value:#x}"


NOT_FLAGS = ("MEMORY_PHYS", "MEMORY_PAGES", "MEMORY_FLAGS", "MEMORY_OWNER", "MEMORY_SOURCE")


def _flag(prefix: str, value: int) -> str:
    """The name of a number of the ABI without its prefix."""
    for name, number in abi.load().constants.items():
        name = name.removeprefix("NEURON_")
        if name.startswith(prefix) and number == value and name not in NOT_FLAGS:
            return name.removeprefix(prefix)
    return str(value)


def _need(layout: Layout, elfs: dict[str, Path], omit: int | None = None) -> None:
    names = [task.name for task in layout.tasks if task.index != omit]
    missing = [name for name in names if name not in elfs]
    if missing:
        place = layout.system.place
        fail("NX811", place, f"no --elf INSTANCE=FILE for {', '.join(f'`{name}`' for name in missing)}")


def write_table(system: System, elfs: dict[str, Path], folder: Path, root: Path) -> None:
    """The verb `table`: payload.bin, table.txt and table.json."""
    layout = lay_out(system)
    _need(layout, elfs)
    linked = link(layout, elfs)
    found = description(linked)
    emit.write(folder / "payload.bin", payload_bytes(linked))
    emit.write(folder / "table.json", json.dumps(found, indent=1) + "\n")
    emit.write(folder / "table.txt", as_text(found))


def write_linked_plan(system: System, elfs: dict[str, Path], path: Path, root: Path) -> None:
    """The verb `plan`: init_plan.c with the addresses of text and data of all instances but init."""
    layout = lay_out(system)
    _need(layout, elfs, omit=layout.init)
    page = abi.load()["PAGE"]
    segments = {}
    for task in layout.tasks:
        if task.index != layout.init:
            image = read_image(task, elfs[task.name])
            segments[task.name] = [
                (segment.va, -(-segment.end // page) * page, *segment_kind(segment))
                for segment in image.segments
            ]
    write_plan(layout, segments, path, root)
