"""What is particular to an instance: its data (instance.c) and its addresses (the linker script)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from . import abi, cnames, elf, wire
from .emit_glue import attribute_declaration
from .layout import Layout, Link, TaskLayout, type_slots
from .model import Endpoint


POLICYD = "policyd"  # the role whose instance holds the policy


@dataclass
class LinkView:
    """One connection, as one end's instance.c prints it."""

    where: str = ""
    text: str = ""
    prefix: str = ""
    id: int = 0
    client: str = ""
    endpoint: int = 0
    endpoint_name: str = ""
    task: int = 0
    slot: int = 0
    in_bits: list[tuple[int, str]] = field(default_factory=list)
    out_bits: list[tuple[int, str]] = field(default_factory=list)
    dataports: list[str] = field(default_factory=list)
    dma_slots: list[tuple[int, str]] = field(default_factory=list)  # per dataport; 0: not for devices
    bulk: dict[str, str | int] | None = None
    members: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class AttributeView:
    """An attribute with its value."""

    declaration: str
    value: str
    where: str


def region_symbol(link: Link, symbol: str, client: bool) -> str:
    """The linker symbol of a region at one end; a server has one for each client."""
    if client:
        return f"__nexus_dp_{link.uses.name}_{symbol}"
    return f"__nexus_dp_{link.provides.name}_{symbol}_{link.id}"


def _fill(view: LinkView, link: Link, client: bool) -> LinkView:
    """The tables of a connection and the members that point to them."""
    symbols = [region_symbol(link, region.symbol, client) for region in link.regions]
    view.in_bits = [(bit, name) for name, bit in link.in_bits.items()]
    view.out_bits = [(bit, name) for name, bit in link.out_bits.items()]
    sizes = wire.bulk_bytes(link.provides.interface)
    view.dataports = symbols[:-2] if sizes else symbols
    if not client and any(region.dma_slot is not None for region in link.regions):
        ports = link.regions[: len(view.dataports)]
        view.dma_slots = [(region.dma_slot or 0, region.name) for region in ports]
    for member in ("in_bits", "out_bits", "dataports", "dma_slots"):
        if getattr(view, member):
            view.members.append((member, f"{view.prefix}_{member}"))
    if sizes:
        view.bulk = {
            "in": symbols[-2],
            "out": symbols[-1],
            "in_room": sizes[0] - wire.BULK_HEADER_BYTES,
            "out_room": sizes[1] - wire.BULK_HEADER_BYTES,
        }
        view.members.append(("bulk", f"&{view.prefix}_bulk"))
    return view


def _server_link(layout: Layout, task: TaskLayout, endpoint: Endpoint, root: Path) -> LinkView:
    """A `uses` of this task."""
    is_init = task.instance.component is layout.system.init.component
    slot = type_slots(task.instance.component, is_init)[f"uses {endpoint.name}"]
    link = next((link for link in task.servers if link.uses.name == endpoint.name), None)
    if link is None:
        return LinkView(text=f"{endpoint.name} is not connected", slot=slot)
    server = layout.tasks[link.server]
    view = LinkView(
        where=cnames.where(link.connection.place, root),
        text=f"{endpoint.name} -> {server.name}.{link.provides.name}",
        prefix=f"nexus_uses_{endpoint.name}",
        slot=slot,
    )
    return _fill(view, link, True)


def _client_link(layout: Layout, task: TaskLayout, link: Link, root: Path) -> LinkView:
    """A client of this task."""
    client = layout.tasks[link.client]
    names = [endpoint.name for endpoint in task.instance.component.provides]
    view = LinkView(
        where=cnames.where(link.connection.place, root),
        text=f"{client.name}.{link.uses.name} -> {link.provides.name}",
        prefix=f"nexus_client_{link.id}",
        id=link.id,
        client=cnames.c_string(client.name),
        endpoint=names.index(link.provides.name),
        endpoint_name=link.provides.name,
        task=link.client,
        slot=link.server_slot or 0,
    )
    return _fill(view, link, False)


@dataclass(frozen=True)
class SubjectView:
    """A row of policyd's table."""

    name: str
    quoted: str
    where: str
    capabilities: list[str]


def _subjects(layout: Layout, root: Path) -> list[SubjectView]:
    """One row for each task, in the order of the kernel's table: a subject is a task."""
    rules = {subject.name: subject for subject in layout.system.rules.subjects} if layout.system.rules else {}
    rows = []
    for task in layout.tasks:
        rule = rules.get(task.name)
        where = cnames.where(rule.place, root) if rule else "the policy does not list it"
        held = [cnames.c_string(capability) for capability in rule.capabilities] if rule else []
        rows.append(SubjectView(task.name, cnames.c_string(task.name), where, held))
    return rows


class InstanceView:
    """Everything that the templates of an instance print."""

    def __init__(self, layout: Layout, task: TaskLayout, root: Path) -> None:
        numbers = abi.load()
        component = task.instance.component
        self.name = task.name
        self.quoted = cnames.c_string(task.name)
        self.type = component.name
        self.task = task.index
        self.where = cnames.where(task.instance.place, root)
        self.script = f"{task.name}.ld"
        self.attributes = [
            AttributeView(
                attribute_declaration(a, True),
                cnames.constant(a.type, task.instance.attributes[a.name]),
                cnames.where(a.place, root),
            )
            for a in component.attributes
        ]
        self.servers = [_server_link(layout, task, endpoint, root) for endpoint in component.calls]
        clients = [_client_link(layout, task, link, root) for link in task.clients]
        self.clients = clients if component.provides else None
        self.subjects = _subjects(layout, root) if component.role == POLICYD else None
        self.links = [link for link in self.servers + clients if link.members]
        regions = self._regions(task)
        self.symbols = [name for name, _ in regions]
        self.page = f"{numbers['PAGE']:#x}"
        self.keep_flags = f"{elf.READABLE | elf.WRITABLE | elf.KEPT:#x}"
        self.heap = task.instance.heap
        self.image_start = f"{task.image_start:#x}"
        places = [
            ("__nexus_in", task.base + numbers["IN_OFFSET"]),
            ("__nexus_out", task.base + numbers["OUT_OFFSET"]),
            ("__nexus_arena", task.base + numbers["ARENA_OFFSET"]),
            ("__nexus_stack_bottom", task.stack_start),
            ("__nexus_stack_top", task.stack_end),
        ]
        places += [(f"{area.device}_dma", area.va) for area in task.dma]
        self.places = [(name, f"{address:#x}") for name, address in places + regions]

    @staticmethod
    def _regions(task: TaskLayout) -> list[tuple[str, int]]:
        rows = [
            (region_symbol(link, region.symbol, True), region.client_va)
            for link in task.servers
            for region in link.regions
        ]
        rows += [
            (region_symbol(link, region.symbol, False), region.server_va)
            for link in task.clients
            for region in link.regions
        ]
        return rows
