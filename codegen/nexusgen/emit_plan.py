"""init_plan.c: what init starts, in which order, and how it explains the faults of each task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import abi, cnames
from .layout import CLASSES, Layout, TaskLayout, type_slots
from .layout_devices import device_rights

POLICIES = {
    "never": "INIT_RESTART_NEVER",
    "on_fault": "INIT_RESTART_ON_FAULT",
    "always": "INIT_RESTART_ALWAYS",
}
NS = 1_000_000_000


@dataclass(frozen=True)
class Range:
    """A row of a task's ranges."""

    start: str
    end: str
    kind: str
    prot: str
    name: str


@dataclass(frozen=True)
class Need:
    """A device that a task declares."""

    quoted: str
    slot: int
    class_name: str
    class_quoted: str
    index: int
    rights: str
    policy: str


@dataclass(frozen=True)
class PlanTask:
    """A row of the plan."""

    name: str
    quoted: str
    where: str
    task: int
    level: int
    restart: str
    limit: int
    period: str
    ready_within: str
    expects_ready: int
    ranges: tuple[Range, ...]
    needs: tuple[Need, ...]


def ticks(nanoseconds: int) -> int:
    """Nanoseconds to ticks of the time counter, rounded up."""
    return -(-nanoseconds * abi.load()["TIME_HZ"] // NS)


def _ranges(layout: Layout, task: TaskLayout, segments) -> tuple[Range, ...]:
    """What lies where, by address; `segments` are (start, end, what, prot) of the linked image."""
    numbers = abi.load()
    page = numbers["PAGE"]
    rows: list[tuple[int, int, str, str, str]] = []
    for name, offset, prot in (("requests", "IN_OFFSET", "RW"), ("own calls", "OUT_OFFSET", "RW")):
        start = task.base + numbers[offset]
        rows.append((start, start + page, "MESSAGES", prot, name))
    if task.arena_pages:
        start = task.base + numbers["ARENA_OFFSET"]
        rows.append((start, start + task.arena_pages * page, "ARENA", "", "devices"))
    rows.append((task.stack_start, task.stack_end, "STACK", "RW", "stack"))
    for area in task.dma:
        rows.append((area.va, area.va + area.pages * page, "DMA", "RW", f"dma {area.device}"))
    for link in task.servers:
        for region in link.regions:
            end = region.client_va + region.pages * page
            name = f"{link.uses.name}.{region.name}"
            rows.append((region.client_va, end, "DATAPORT", region.client_prot, name))
    for link in task.clients:
        for region in link.regions:
            end = region.server_va + region.pages * page
            name = f"{link.provides.name}.{region.name} of {layout.tasks[link.client].name}"
            rows.append((region.server_va, end, "DATAPORT", region.server_prot, name))
    for start, end, what, prot in segments:
        rows.append((start, end, what, prot, what.lower()))
    return tuple(
        Range(
            f"{start:#x}",
            f"{end:#x}",
            f"INIT_RANGE_{kind}",
            f"NEURON_PROT_{prot}" if prot else "0",
            name,
        )
        for start, end, kind, prot, name in sorted(rows)
    )


def _needs(layout: Layout, task: TaskLayout) -> tuple[Need, ...]:
    """The devices that a task declares, in the order of declaration."""
    numbers = type_slots(task.instance.component, task.index == layout.init)
    rows = []
    for device in task.instance.component.devices:
        rows.append(
            Need(
                cnames.c_string(device.name),
                numbers[f"device {device.name}"],
                f"NEURON_{CLASSES[device.device_class]}",
                cnames.c_string(device.device_class),
                -1 if device.index is None else device.index,
                " | ".join(f"NEURON_RIGHT_{right}" for right in device_rights(device)),
                cnames.c_string(device.policy or ""),
            )
        )
    return tuple(rows)


def windows(layout: Layout) -> list[str]:
    """Where the platform's device windows begin, by address."""
    return [f"{window.base:#x}" for window in sorted(layout.system.platform.windows, key=lambda w: w.base)]


def plan(layout: Layout, segments: dict[str, list], root: Path) -> list[PlanTask]:
    """The rows of the plan in the order of starting."""
    rows = []
    others = [task for task in layout.tasks if task.index != layout.init]
    for task in sorted(others, key=lambda task: (-task.level, task.index)):
        instance = task.instance
        rows.append(
            PlanTask(
                task.name,
                cnames.c_string(task.name),
                cnames.where(instance.place, root),
                task.index,
                task.level,
                POLICIES[instance.restart.policy],
                instance.restart.limit,
                f"UINT64_C({ticks(instance.restart.period)})",
                f"UINT64_C({ticks(instance.component.ready_within)})",
                1 if instance.component.provides else 0,
                _ranges(layout, task, segments[task.name]),
                _needs(layout, task),
            )
        )
    return rows
