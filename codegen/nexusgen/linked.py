"""The linked system: what each instance's ELF file holds, and where all of it lies in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import abi
from .diagnostics import fail
from .elf import EXECUTABLE, KEPT, WRITABLE, Elf, ElfError, Segment
from .layout import Layout, TaskLayout, pages

SYMBOLS = ("__global_pointer$", "__tls_base")
SEGMENT_FLAGS: dict[str, tuple[str, ...]] = {
    "TEXT": ("TEXT",),
    "RODATA": ("TEXT",),
    "DATA": (),
    "KEEP": ("KEEP",),
}


@dataclass(frozen=True)
class Image:
    """One linked instance."""

    task: TaskLayout
    entry: int
    gp: int
    tp: int
    segments: tuple[Segment, ...]  # by address

    @property
    def end(self) -> int:
        """The first address behind everything that the task maps."""
        return max([self.task.stack_end, self.task.image_start] + [s.end for s in self.segments])


@dataclass
class Memory:
    """A memory row; `flags` by name."""

    name: str
    task: int  # owner
    pages: int
    flags: tuple[str, ...]
    source: bytes = b""
    phys: int = 0
    source_phys: int = 0


@dataclass(frozen=True)
class Mapping:
    """A map row; memory is the object until rows have numbers."""

    task: int
    memory: Memory
    va: int
    prot: str
    name: str


@dataclass(frozen=True)
class Linked:
    """Everything that the table says and the payload holds, with physical addresses."""

    layout: Layout
    images: tuple[Image, ...]
    memories: tuple[Memory, ...]
    maps: tuple[Mapping, ...]
    ram_end: int
    table_words: int
    payload_end: int
    memory_end: int  # RAM from here on is free


def segment_kind(segment: Segment) -> tuple[str, str]:
    """What a segment is and how it is mapped."""
    if segment.flags & KEPT:
        return "KEEP", "RW"
    if segment.flags & WRITABLE:
        return "DATA", "RW"
    return ("TEXT", "RX") if segment.flags & EXECUTABLE else ("RODATA", "R")


def read_image(task: TaskLayout, path: Path) -> Image:
    """Read an instance's ELF file and check that it is where the linker script puts it."""
    numbers = abi.load()
    elf = Elf(path)
    symbols = elf.symbols(SYMBOLS)
    image = Image(
        task,
        elf.entry,
        symbols[SYMBOLS[0]],
        symbols[SYMBOLS[1]],
        tuple(sorted(elf.segments, key=lambda segment: segment.va)),
    )
    limit = task.base + numbers["USER_SPAN"]
    if image.end > limit:
        mib = -(-(image.end - task.base) >> 20)
        fail(
            "NX808",
            task.instance.place,
            f"`{task.name}` needs {mib} MiB of addresses for its stack, dataports, code, data and heap",
            expected=f"at most {numbers['USER_SPAN'] >> 20} MiB",
        )
    for segment in image.segments:
        if segment.va % numbers["PAGE"] or segment.va < task.image_start:
            raise ElfError(path, f"a segment at {segment.va:#x} is not where {task.name}.ld puts it")
        if segment.flags & WRITABLE and segment.flags & EXECUTABLE:
            raise ElfError(path, f"the segment at {segment.va:#x} is writable and executable")
        if segment.flags & KEPT and segment.bytes:
            raise ElfError(path, "what a restart keeps has no initial bytes")
    return image


def _task_maps(image: Image) -> list[Mapping]:
    """Stack, DMA memory and image of one task."""
    task = image.task
    stack = Memory(f"{task.name} stack", task.index, pages(task.instance.stack), ())
    maps = [Mapping(task.index, stack, task.stack_start, "RW", "stack")]
    for region in task.dma:
        memory = Memory(region.memory, task.index, region.pages, ("DMA",))
        maps.append(Mapping(task.index, memory, region.va, "RW", f"dma {region.device}"))
    for segment in image.segments:
        kind, prot = segment_kind(segment)
        name = kind.lower()
        flags = SEGMENT_FLAGS[kind]
        memory = Memory(f"{task.name} {name}", task.index, pages(segment.size), flags, segment.bytes)
        maps.append(Mapping(task.index, memory, segment.va, prot, name))
    return maps


def _link_maps(layout: Layout) -> list[Mapping]:
    """The memory of all connections."""
    maps = []
    for link in layout.links:
        for region in link.regions:
            keep = ("KEEP",) if region.name.startswith("bulk ") else ()
            dma = ("DMA",) if region.dma_slot is not None else ()
            memory = Memory(region.memory, region.owner, region.pages, ("SHARED",) + keep + dma)
            ends = (
                (link.client, region.client_va, region.client_prot, link.uses.name),
                (link.server, region.server_va, region.server_prot, link.provides.name),
            )
            for task, va, prot, name in ends:
                maps.append(Mapping(task, memory, va, prot, f"{name}.{region.name}"))
    return maps


def _place_payload(memories: list[Memory], table_words: int) -> int:
    """Give the images their places behind the table; returns the end of the payload."""
    numbers = abi.load()
    place = numbers["PAYLOAD_BASE"] + 8 * (numbers["PAYLOAD_HEADER_WORDS"] + table_words)
    for memory in memories:
        if "TEXT" not in memory.flags and memory.source:
            memory.source_phys = place
            place += -(-len(memory.source) // 8) * 8
    page = numbers["PAGE"]
    place = -(-place // page) * page
    for memory in memories:
        if "TEXT" in memory.flags:
            memory.phys = place
            place += memory.pages * page
    return place


def _place_ram(layout: Layout, memories: list[Memory], payload_end: int, ram_end: int) -> int:
    """Give everything that is written its place in RAM; returns the first free address."""
    numbers = abi.load()
    place = -(-payload_end // numbers["BLOCK"]) * numbers["BLOCK"]
    for memory in memories:
        if "TEXT" not in memory.flags:
            memory.phys = place
            place += memory.pages * numbers["PAGE"]
    if place > ram_end:
        _refuse_size(layout, memories, place, ram_end)
    return place


def _refuse_size(layout: Layout, memories: list[Memory], end: int, ram_end: int) -> None:
    numbers = abi.load()
    system = layout.system
    sizes = {task.index: 0 for task in layout.tasks}
    for memory in memories:
        sizes[memory.task] += memory.pages * numbers["PAGE"]
    largest = max(sizes, key=lambda index: (sizes[index], -index))
    kib = -(-(end - ram_end) // 1024)
    fail(
        "NX809",
        layout.tasks[largest].instance.place,
        f"assembly {system.name} needs {kib} KiB more memory than platform {system.platform.name} has "
        f"({system.platform.ram_bytes >> 20} MiB)",
        expected=f"less stack, heap or data; `{layout.tasks[largest].name}` is the largest with "
        f"{sizes[largest] >> 10} KiB",
    )


def link(layout: Layout, elfs: dict[str, Path]) -> Linked:
    """Read all images and place everything."""
    numbers = abi.load()
    images = tuple(read_image(task, elfs[task.name]) for task in layout.tasks)
    maps = [mapping for image in images for mapping in _task_maps(image)] + _link_maps(layout)
    memories = list({id(mapping.memory): mapping.memory for mapping in maps}.values())
    maps.sort(key=lambda mapping: (mapping.task, mapping.va))
    words = (
        numbers["TABLE_HEADER_WORDS"]
        + len(layout.tasks) * numbers["TASK_ROW_WORDS"]
        + len(memories) * numbers["MEMORY_ROW_WORDS"]
        + len(maps) * numbers["MAP_ROW_WORDS"]
        + sum(len(task.slots) for task in layout.tasks) * numbers["SLOT_ROW_WORDS"]
        + len(layout.system.platform.windows) * numbers["WINDOW_ROW_WORDS"]
    )
    payload_end = _place_payload(memories, words)
    ram_end = numbers["RAM_BASE"] + layout.system.platform.ram_bytes
    memory_end = _place_ram(layout, memories, payload_end, ram_end)
    memories.sort(key=lambda memory: memory.phys)
    return Linked(layout, images, tuple(memories), tuple(maps), ram_end, words, payload_end, memory_end)
