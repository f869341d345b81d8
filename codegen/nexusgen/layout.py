"""The layout pass: every number that the system has before its components are linked.

Levels, capability slots, badges, notification bits and virtual addresses are decided here and
nowhere else. What depends on the linked components (sizes of text and data, physical addresses) is
decided in `table.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import abi, wire
from .diagnostics import fail
from .layout_devices import DmaRegion, arena, device_rights, device_windows, dma_name
from .model import Connection, Device, Endpoint, Event, Instance, Place, System
from .order import rank

CLASSES = {
    "virtio.net": "CLASS_VIRTIO_NET",
    "virtio.blk": "CLASS_VIRTIO_BLK",
    "virtio.rng": "CLASS_VIRTIO_RNG",
    "goldfish.rtc": "CLASS_RTC",
}
TRANSPORTS = {"virtio-mmio": "TRANSPORT_VIRTIO_MMIO", "fixed": "TRANSPORT_FIXED"}


@dataclass(frozen=True)
class Slot:
    """One capability slot of a task; the fields are those of a slot row in neuron/table.h."""

    number: int
    name: str  # what it is for: "CONSOLE", "log", "log -> client visitor", ...
    kind: str  # "PORT", "MMIO", "NONE", ...
    rights: tuple[str, ...] = ()  # "CALL", "NOTIFY", ...
    object: int = 0
    badge: int = 0
    bits: int = 0
    base: int = 0
    bytes: int = 0
    runtime: bool = False
    memory: str | None = None  # DMA: the name of the extent; its row is known after linking
    place: Place | None = None


@dataclass(frozen=True)
class Bit:
    """One notification bit of a task and what sets it."""

    number: int
    name: str
    place: Place | None = None


@dataclass(frozen=True)
class Region:
    """Memory that both ends of a connection map: a dataport or one half of the bulk pair."""

    name: str  # of the dataport; "bulk in", "bulk out"
    symbol: str  # tail of its linker symbol: the dataport's name; "bulk_in", "bulk_out"
    pages: int
    bytes: int  # as declared
    owner: int  # the task whose reset restores it
    client_va: int
    server_va: int
    client_prot: str  # "R" or "RW"
    server_prot: str
    place: Place
    memory: str  # name of the extent
    dma_slot: int | None = None  # the owner's slot, if its devices may reach the memory


@dataclass(frozen=True)
class Link:
    """A connection with its numbers."""

    index: int
    connection: Connection
    client: int  # task indices
    server: int
    id: int  # 1.. per server; the badge, if the interface has methods
    client_slot: int
    server_slot: int | None  # for `event out`
    in_bits: dict[str, int]  # event in -> bit number at the server
    out_bits: dict[str, int]  # event out -> bit number at the client
    regions: tuple[Region, ...]  # dataports in order, then bulk in, bulk out

    @property
    def uses(self) -> Endpoint:
        """The client's end."""
        return self.connection.uses

    @property
    def provides(self) -> Endpoint:
        """The server's end."""
        return self.connection.provides

    @property
    def badge(self) -> int:
        """The badge of its calls; 0 if the interface has no methods."""
        return self.id if self.provides.interface.methods else 0

    @property
    def bulk(self) -> tuple[Region, Region] | None:
        """The bulk halves (in, out)."""
        if wire.bulk_bytes(self.provides.interface) is None:
            return None
        return self.regions[-2], self.regions[-1]


@dataclass(frozen=True)
class TaskLayout:
    """One task: the instance and its numbers. Addresses are virtual, ends exclusive."""

    index: int
    instance: Instance
    level: int
    base: int
    arena_pages: int
    stack_start: int
    stack_end: int
    image_start: int
    slots: tuple[Slot, ...]
    bits: tuple[Bit, ...]
    clients: tuple[Link, ...]  # who calls it, by id
    servers: tuple[Link, ...]  # whom it calls, in the order of its `uses`
    dma: tuple[DmaRegion, ...]  # of its devices, in the order of declaration

    @property
    def name(self) -> str:
        """The name of the instance."""
        return self.instance.name


@dataclass(frozen=True)
class Layout:
    """The whole system before linking."""

    system: System
    tasks: tuple[TaskLayout, ...]
    links: tuple[Link, ...]
    init: int  # task index

    def task(self, instance: Instance) -> TaskLayout:
        """The task of an instance."""
        return next(task for task in self.tasks if task.instance is instance)


def pages(size: int) -> int:
    """Bytes to pages, rounded up."""
    return -(-size // abi.load()["PAGE"])


def device_class(device: Device) -> int:
    """The class number of a device (enum neuron_class)."""
    return abi.load()[CLASSES[device.device_class]]


def type_slots(component, is_init: bool) -> dict[str, int]:
    """Slot numbers that are equal in all instances of a component type, by name."""
    names = ["console"]
    names += ["task", "factory", "scratch"] if is_init else []
    names += [f"uses {endpoint.name}" for endpoint in component.calls]
    names += ["power"] if component.power else []
    names += [f"device {device.name}" for device in component.devices]
    names += [f"dma {device.name}" for device in component.devices if device.dma]
    return {name: number for number, name in enumerate(names)}


def irq_bits(component) -> dict[str, int]:
    """Notification bits of a component's devices, equal in all its instances, by device name."""
    first = abi.load()["BIT_FIRST_FREE"]
    devices = [device.name for device in component.devices if device.irq]
    return {name: first + number for number, name in enumerate(devices)}


def _levels(system: System) -> list[int]:
    """The dense rank of each instance's priority."""
    limit = abi.load()["LEVELS"]
    by_instance = [rank(instance, system.init) for instance in system.instances]
    ranks = sorted(set(by_instance))
    if len(ranks) > limit:
        fail(
            "NX802",
            system.place,
            f"assembly {system.name} has {len(ranks)} different priorities, the kernel {limit} levels",
            expected=f"at most {limit}: give some components the same priority",
        )
    return [ranks.index(own) for own in by_instance]


class _Bits:
    """Allots the notification bits of each task."""

    def __init__(self, system: System) -> None:
        numbers = abi.load()
        self._limit = numbers["BITS"]
        self._instances = system.instances
        self.lists: list[list[Bit]] = []
        for instance in system.instances:
            bits = [
                Bit(numbers["BIT_LIFECYCLE"], "lifecycle"),
                Bit(numbers["BIT_PEER_DIED"], "peer_died"),
            ]
            devices = [device for device in instance.component.devices if device.irq]
            bits += [Bit(2 + n, f"irq {device.name}", device.place) for n, device in enumerate(devices)]
            self.lists.append(bits)

    def take(self, task: int, event: Event, connection: Connection, name: str) -> int:
        """The next free bit of a task."""
        bits = self.lists[task]
        if len(bits) == self._limit:
            fail(
                "NX803",
                connection.place,
                f"`{self._instances[task].name}` has no notification bit left for event `{event.name}`: "
                f"a task has {self._limit}, one for each interrupt and each event of each connection",
                expected=f"at most {self._limit - 2} interrupts and events at this component",
            )
        bits.append(Bit(len(bits), name, event.place))
        return bits[-1].number


class _Addresses:
    """Allots the virtual addresses of each task: arena, stack, DMA memory, dataports, image."""

    def __init__(self, system: System) -> None:
        numbers = abi.load()
        self.page = numbers["PAGE"]
        self.bases = [numbers["USER_BASE"] + n * numbers["USER_SPAN"] for n in range(len(system.instances))]
        self.arenas: list[int] = []
        self.stacks: list[tuple[int, int]] = []
        self.next: list[int] = []
        self.dma: list[tuple[DmaRegion, ...]] = []
        for number, (base, instance) in enumerate(zip(self.bases, system.instances)):
            _, arena_pages = arena(system, instance.component)
            start = base + numbers["ARENA_OFFSET"] + (arena_pages + 1) * self.page
            end = start + pages(instance.stack) * self.page
            self.arenas.append(arena_pages)
            self.stacks.append((start, end))
            self.next.append(end + self.page)
            self.dma.append(self._dma(number, instance))

    def _dma(self, task: int, instance: Instance) -> tuple[DmaRegion, ...]:
        rows = []
        for device in instance.component.devices:
            if device.dma:
                count = pages(device.dma)
                name = dma_name(instance, device)
                rows.append(DmaRegion(device.name, self.take(task, count), count, name, device.place))
        return tuple(rows)

    def take(self, task: int, count: int) -> int:
        """Room for some pages and the guard page behind them."""
        start = self.next[task]
        self.next[task] = start + (count + 1) * self.page
        return start


def _regions(
    addresses: _Addresses, connection: Connection, client: int, server: int, slots: list[Slot]
) -> tuple[Region, ...]:
    """The memory that a connection shares; `slots` are those of the server."""
    label = f"{connection.client.name}.{connection.uses.name}"
    names = f"{label} -> {connection.server.name}.{connection.provides.name}"
    dma_slots = {}
    for port in connection.provides.interface.dataports:
        if port.dma:
            what = f"dma {connection.provides.name}.{port.name} of {label}"
            dma_slots[port.name] = len(slots)
            slots.append(_dma_slot(len(slots), what, f"{names} {port.name}", port.place))
    rows = [
        (port.name, port.name, port.size, server, "RW", "RW", port.place)
        for port in connection.provides.interface.dataports
    ]
    sizes = wire.bulk_bytes(connection.provides.interface)
    if sizes:
        place = connection.provides.interface.place
        rows.append(("bulk in", "bulk_in", sizes[0], client, "RW", "R", place))
        rows.append(("bulk out", "bulk_out", sizes[1], server, "R", "RW", place))
    result = []
    for name, symbol, size, owner, client_prot, server_prot, place in rows:
        count = pages(size)
        vas = addresses.take(client, count), addresses.take(server, count)
        extent, slot = f"{names} {name}", dma_slots.get(name)
        result.append(
            Region(name, symbol, count, size, owner, *vas, client_prot, server_prot, place, extent, slot)
        )
    return tuple(result)


def _links(system: System, bits: _Bits, addresses: _Addresses, slots: list[list[Slot]]) -> list[Link]:
    """All connections in the order of their slots: by client, then by its `uses`."""
    index = {instance.name: number for number, instance in enumerate(system.instances)}

    def order(connection: Connection) -> tuple[int, int]:
        names = [endpoint.name for endpoint in connection.client.component.calls]
        return index[connection.client.name], names.index(connection.uses.name)

    links: list[Link] = []
    next_id = [1] * len(system.instances)
    for connection in sorted(system.connections, key=order):
        client, server = index[connection.client.name], index[connection.server.name]
        label = f"{connection.client.name}.{connection.uses.name}"
        in_bits, out_bits = {}, {}
        for event in connection.provides.interface.events:
            name = f"event {event.name} {'of' if event.out else 'from'} {label}"
            if event.out:
                out_bits[event.name] = bits.take(client, event, connection, name)
            else:
                in_bits[event.name] = bits.take(server, event, connection, name)
        is_init = connection.client.component is system.init.component
        client_slot = type_slots(connection.client.component, is_init)[f"uses {connection.uses.name}"]
        server_slot = len(slots[server]) if out_bits else None
        if server_slot is not None:
            name = f"{connection.provides.name} -> {connection.client.name}"
            slots[server].append(_port(server_slot, name, client, 0, out_bits, connection.place))
        link = Link(
            len(links),
            connection,
            client,
            server,
            next_id[server],
            client_slot,
            server_slot,
            in_bits,
            out_bits,
            _regions(addresses, connection, client, server, slots[server]),
        )
        next_id[server] += 1
        links.append(link)
        slots[client][client_slot] = _port(
            client_slot, connection.uses.name, server, link.badge, in_bits, connection.place
        )
    return links


def _port(number: int, name: str, peer: int, badge: int, bits: dict[str, int], place: Place) -> Slot:
    """A PORT slot; with neither methods nor events of this direction it stays empty."""
    rights = (("CALL",) if badge else ()) + (("NOTIFY",) if bits else ())
    if not rights:
        return Slot(number, name, "NONE", place=place)
    mask = sum(1 << bit for bit in bits.values())
    return Slot(number, name, "PORT", rights, peer, badge, mask, place=place)


def _dma_slot(number: int, name: str, memory: str, place: Place) -> Slot:
    """A slot that lets its holder's devices reach an extent."""
    return Slot(number, name, "DMA", ("READ", "WRITE"), memory=memory, place=place)


def _type_slots(system: System, instance: Instance) -> list[Slot]:
    """The slots that all instances of a type have; ports are filled in when they are connected."""
    component = instance.component
    slots = [Slot(0, "console", "CONSOLE")]
    if component is system.init.component:
        for name, kind in (("task", "TASK"), ("factory", "FACTORY"), ("scratch", "NONE")):
            kind = kind if instance is system.init else "NONE"
            slots.append(Slot(len(slots), name, kind))
    for endpoint in component.calls:
        slots.append(Slot(len(slots), endpoint.name, "NONE", place=endpoint.place))
    if component.power:
        slots.append(Slot(len(slots), "power", "POWER", place=component.place))
    irqs = irq_bits(component)
    for device in component.devices:
        base, size = device_windows(system, device)
        slots.append(
            Slot(
                len(slots),
                device.name,
                "MMIO",
                device_rights(device),
                device_class(device),
                bits=1 << irqs[device.name] if device.irq else 0,
                base=base,
                bytes=size,
                runtime=True,
                place=device.place,
            )
        )
    for device in component.devices:
        if device.dma:
            name = f"dma {device.name}"
            slots.append(_dma_slot(len(slots), name, dma_name(instance, device), device.place))
    return slots


def _check_counts(system: System, slots: list[list[Slot]]) -> None:
    numbers = abi.load()
    total = sum(len(rows) for rows in slots)
    for slug, what, count, limit in (
        ("NX804", "components", len(system.instances), numbers["TASKS_MAX"]),
        ("NX805", "capability slots", total, numbers["SLOTS_MAX"]),
        ("NX806", "device windows", len(system.platform.windows), numbers["WINDOWS_MAX"]),
    ):
        if count > limit:
            message = f"assembly {system.name} has {count} {what}, the kernel {limit}"
            fail(slug, system.place, message)
    most = numbers["TASK_SLOTS_MAX"]
    for instance, own in zip(system.instances, slots):
        if len(own) > most:
            text = f"`{instance.name}` has {len(own)} capability slots, a task {most}"
            expected = "fewer `uses`, devices, clients of `event out` and dataports marked `dma`"
            fail("NX812", instance.place, text, expected=expected)


def lay_out(system: System) -> Layout:
    """Decide every number; ends with a diagnostic if something does not fit."""
    levels = _levels(system)
    slots = [_type_slots(system, instance) for instance in system.instances]
    _check_counts(system, slots)
    bits, addresses = _Bits(system), _Addresses(system)
    links = _links(system, bits, addresses, slots)
    _check_counts(system, slots)
    tasks = []
    for number, instance in enumerate(system.instances):
        if addresses.next[number] >= addresses.bases[number] + abi.load()["USER_SPAN"]:
            what = f"the stack, the DMA memory and the dataports of `{instance.name}`"
            fail("NX807", instance.place, f"{what} do not fit into its addresses")
        tasks.append(
            TaskLayout(
                number,
                instance,
                levels[number],
                addresses.bases[number],
                addresses.arenas[number],
                *addresses.stacks[number],
                addresses.next[number],
                tuple(slots[number]),
                tuple(bits.lists[number]),
                tuple(link for link in links if link.server == number),
                tuple(link for link in links if link.client == number),
                addresses.dma[number],
            )
        )
    init = next(n for n, instance in enumerate(system.instances) if instance is system.init)
    return Layout(system, tuple(tasks), tuple(links), init)
