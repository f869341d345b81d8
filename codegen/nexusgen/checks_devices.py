"""The checks of devices: on the platform, and claimed by one instance each."""

from __future__ import annotations

from .diagnostics import Note, Sink
from .model import Device, Instance, Window
from .platforms import windows_for
from .resolve_assembly import Assembled

Claim = tuple[Instance, Device]

DEVICES_MAX = 8  # NEURON_TASK_DEVICES_MAX


def claims(result: Assembled) -> list[tuple[Claim, int]]:
    """Every device of every instance with its index; without one it gets the lowest that is free."""
    wanted = [(instance, device) for instance in result.instances for device in instance.component.devices]
    taken = {(device.device_class, device.index) for _, device in wanted if device.index is not None}
    found = []
    for instance, device in wanted:
        index = device.index
        if index is None:
            index = next(n for n in range(len(wanted) + 1) if (device.device_class, n) not in taken)
            taken.add((device.device_class, index))
        found.append(((instance, device), index))
    return found


def check_devices_exist(result: Assembled, sink: Sink) -> None:
    """The platform has a window for every claimed device: by index, and for all of a transport together."""
    counts: dict[str, int] = {}
    for (instance, device), index in claims(result):
        windows = windows_for(result.platform, device.device_class)
        transport = windows[0].transport if windows else ""
        counts[transport] = counts.get(transport, 0) + 1
        if index < len(windows) and (transport == "fixed" or counts[transport] <= len(windows)):
            continue
        if index < len(windows):
            text = f"`{instance.name}.{device.name}` is device number {counts[transport]} on {transport}"
        elif device.index is None and transport == "fixed":
            continue  # claimed twice: the other check says so
        else:
            text = f"`{device.device_class}[{index}]` is not on platform `{result.platform.name}`"
        expected = f"at most {len(windows)} on {transport}" if windows else "another device"
        sink.error(
            "NX503", device.place, text, expected=expected, notes=[Note("claimed here", instance.place)]
        )


def check_devices_claimed_once(result: Assembled, sink: Sink) -> None:
    """A device has one owner; so has its interrupt."""
    owners: dict[tuple[str, int], Claim] = {}
    for (instance, device), index in claims(result):
        windows = windows_for(result.platform, device.device_class)
        if device.index is None and len(windows) == 1:
            index = 0  # the only one of its class
        first = owners.setdefault((device.device_class, index), (instance, device))
        if first != (instance, device):
            _claimed_twice((instance, device), first, index, windows, sink)


def _claimed_twice(claim: Claim, first: Claim, index: int, windows: list[Window], sink: Sink) -> None:
    (instance, device), (other, other_device) = claim, first
    shown = f"{device.device_class}[{index}]"
    notes = [
        Note(f"`{other.name}` claims it here", other_device.place),
        Note("this is the second instance", instance.place),
    ]
    text = f"`{shown}` is claimed by `{other.name}` and by `{instance.name}`"
    sink.error("NX502", device.place, text, expected="one owner for each device", notes=notes)
    if device.irq and other_device.irq and windows and windows[0].transport == "fixed":
        text = f"interrupt {windows[0].irq} is claimed by `{other.name}` and by `{instance.name}`"
        sink.error("NX505", device.place, text, expected="one owner for each interrupt")


def check_devices_fit(result: Assembled, sink: Sink) -> None:
    """The kernel gives a task so many devices."""
    for instance in result.instances:
        devices = instance.component.devices
        if len(devices) > DEVICES_MAX:
            text = f"component `{instance.component.name}` has {len(devices)} devices"
            sink.error("NX506", devices[DEVICES_MAX].place, text, expected=f"at most {DEVICES_MAX}")


def check_dma_dataports_are_used(result: Assembled, sink: Sink) -> None:
    """A dataport marked `dma` is for a device of its provider: one that accesses memory."""
    for instance in result.instances:
        if any(device.dma for device in instance.component.devices):
            continue
        for endpoint in instance.component.provides:
            for port in endpoint.interface.dataports:
                if port.dma:
                    text = f"`{instance.name}` has no device that could reach `{endpoint.name}.{port.name}`"
                    notes = [Note("it is marked `dma` here", port.place)]
                    expected = "a device with `dma SIZE;`"
                    sink.warning("NX710", endpoint.place, text, expected=expected, notes=notes)
