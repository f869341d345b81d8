"""What a component gets for its devices: rights, pages of its arena, memory that they may reach."""

from __future__ import annotations

from dataclasses import dataclass

from . import abi
from .diagnostics import fail
from .model import Component, Device, Instance, Place, System


@dataclass(frozen=True)
class ArenaPlace:
    """Where a device has its pages, counted from the beginning of the arena."""

    page: int  # the first one of its window
    queue_page: int | None  # the first one of the queues that the kernel guards; None: it has none


@dataclass(frozen=True)
class DmaRegion:
    """The DMA memory of one device."""

    device: str
    va: int
    pages: int
    memory: str  # name of the extent
    place: Place


def device_rights(device: Device) -> tuple[str, ...]:
    """What its owner may do with a device: the ceiling in the table, and what init asks for."""
    write = ("WRITE",) if device.trusted else ()
    interrupt = ("IRQ",) if device.irq else ()
    return ("READ", *write, "MAP", *interrupt)


def device_windows(system: System, device: Device) -> tuple[int, int]:
    """The span of windows in which the device may be found: base and bytes."""
    windows = [w for w in system.platform.windows if w.device_class == device.device_class]
    if device.device_class.startswith("virtio."):
        windows = [w for w in system.platform.windows if w.transport == "virtio-mmio"]
    if not windows:
        fail(
            "NX801",
            device.place,
            f"platform {system.platform.name} has no window where a {device.device_class} could be",
        )
    base = min(w.base for w in windows)
    return base, max(w.base + w.bytes for w in windows) - base


def _window_pages(system: System, device: Device) -> int:
    """Pages of the largest window that the device may have."""
    base, size = device_windows(system, device)
    page = abi.load()["PAGE"]
    return max(-(-w.bytes // page) for w in system.platform.windows if base <= w.base < base + size)


def arena(system: System, component: Component) -> tuple[dict[str, ArenaPlace], int]:
    """The place of each device by name, equal in all instances, and the pages of all of them: the windows,
    and behind the window of a guarded device with DMA its queues."""
    places: dict[str, ArenaPlace] = {}
    end = 0
    for device in component.devices:
        page = end
        end += _window_pages(system, device)
        guarded = device.dma > 0 and not device.trusted
        places[device.name] = ArenaPlace(page, end if guarded else None)
        end += abi.load()["WINDOW_QUEUES"] if guarded else 0
    return places, end


def dma_name(instance: Instance, device: Device) -> str:
    """The name of a device's DMA memory."""
    return f"{instance.name} dma {device.name}"
