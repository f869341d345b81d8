"""The typed, resolved model of an assembly: what the front end builds and everything else reads.

Names are already looked up: a field that refers to something holds the object, not its name. Order is
the order of declaration. Sizes are bytes, durations nanoseconds. The layout (slots, badges, bits,
addresses, levels) is not here: `layout.py` computes it from this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: Path
    line: int
    column: int
    width: int = 1


# --- types -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IntType:
    """u8, u16, u32, u64, i8, i16, i32, i64, bool (bool has bits 8 and only 0 and 1 are valid)."""

    name: str
    bits: int
    signed: bool


@dataclass(frozen=True)
class EnumType:
    """enum NAME { A, B = 5 }: travels as u32; any other value is refused on arrival."""

    name: str
    members: tuple[tuple[str, int], ...]
    place: Place


@dataclass(frozen=True)
class StructType:
    """struct NAME { u32 a; ... }: fixed size; fields are integers, enums, structs, or arrays of them."""

    name: str
    fields: tuple[tuple[str, "Type", int], ...]  # name, type, array length (0: no array)
    place: Place


@dataclass(frozen=True)
class StringType:
    """string<N>: at most N bytes of UTF-8 without a NUL; in C a NUL-terminated char array of N + 1."""

    bound: int


@dataclass(frozen=True)
class BytesType:
    """bytes<N>: at most N bytes and a length."""

    bound: int


Type = IntType | EnumType | StructType | StringType | BytesType


# --- interfaces ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    name: str
    type: Type
    out: bool
    place: Place


@dataclass(frozen=True)
class Method:
    name: str
    parameters: tuple[Parameter, ...]
    requires: str | None  # policy capability
    number: int  # from 1, in the order of declaration
    place: Place


@dataclass(frozen=True)
class Event:
    """event in NAME; the client raises it at the provider. event out NAME; the other way round."""

    name: str
    out: bool
    place: Place


@dataclass(frozen=True)
class Dataport:
    """dataport NAME[SIZE] dma; memory that both ends may read and write; the provider owns it, and with
    `dma` its devices may reach it."""

    name: str
    size: int
    place: Place
    dma: bool = False


@dataclass(frozen=True)
class Interface:
    name: str
    methods: tuple[Method, ...]
    errors: tuple[str, ...]  # numbered from 1
    events: tuple[Event, ...]
    dataports: tuple[Dataport, ...]
    place: Place


# --- components ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Endpoint:
    """provides INTERFACE NAME; or uses INTERFACE NAME;"""

    name: str
    interface: Interface
    place: Place


@dataclass(frozen=True)
class Device:
    """device virtio.rng NAME { irq; dma 16K; trusted; policy "device.mmio.rng"; }"""

    name: str
    device_class: str  # "virtio.rng", "goldfish.rtc"
    index: int | None  # which of several devices of this class; None: the lowest free one
    irq: bool
    dma: int
    trusted: bool
    policy: str | None
    place: Place


@dataclass(frozen=True)
class Attribute:
    name: str
    type: IntType | EnumType | StringType
    default: int | str | None
    place: Place


@dataclass(frozen=True)
class Restart:
    """restart always|on_fault|never [limit N per DURATION]"""

    policy: str
    limit: int
    period: int


@dataclass(frozen=True)
class Component:
    """A component type: one folder, compiled once per assembly and linked once per instance. One that
    extends another has all that the other has, base first."""

    name: str
    folder: Path
    sources: tuple[Path, ...]
    provides: tuple[Endpoint, ...]
    uses: tuple[Endpoint, ...]
    devices: tuple[Device, ...]
    attributes: tuple[Attribute, ...]
    enums: tuple[EnumType, ...]
    priority: int  # 0..255, as the author wrote it
    stack: int
    heap: int
    restart: Restart
    run_limit: int  # 0: none
    ready_within: int
    power: bool
    place: Place
    asks: tuple[str, ...] = ()  # capabilities that its own code asks policyd for
    guard: Endpoint | None = None  # where its glue asks policyd before guarded methods run
    base: Component | None = None

    @property
    def calls(self) -> tuple[Endpoint, ...]:
        """What it calls: what its author uses, then what its glue asks."""
        return self.uses if self.guard is None else (*self.uses, self.guard)

    @property
    def bases(self) -> tuple[Component, ...]:
        """What it extends, the nearest first."""
        return (self.base, *self.base.bases) if self.base else ()

    @property
    def role(self) -> str:
        """The name by which the system knows what it is for: who extends policyd is a policyd."""
        return self.bases[-1].name if self.base else self.name


@dataclass(frozen=True)
class Instance:
    """component TYPE NAME { attribute = value; priority 90; }"""

    name: str
    component: Component
    attributes: dict[str, int | str]  # every attribute, defaults filled in
    priority: int
    stack: int
    heap: int
    restart: Restart
    place: Place


@dataclass(frozen=True)
class Connection:
    """connect CLIENT.USES -> SERVER.PROVIDES; wildcards are already expanded."""

    client: Instance
    uses: Endpoint
    server: Instance
    provides: Endpoint
    place: Place
    implicit: bool = False  # nobody wrote it: a guarded method needs it


@dataclass(frozen=True)
class Platform:
    """A machine: RAM, its device windows and the classes found behind them."""

    name: str
    ram_bytes: int
    windows: tuple["Window", ...]


@dataclass(frozen=True)
class Window:
    base: int
    bytes: int
    irq: int
    transport: str  # "virtio-mmio" or "fixed"
    device_class: str | None  # fixed devices only


@dataclass(frozen=True)
class Subject:
    """A line of the policy: an instance's name and what it may do."""

    name: str
    capabilities: tuple[str, ...]
    place: Place
    places: tuple[Place, ...] = ()  # of the capabilities


@dataclass(frozen=True)
class Policy:
    """The policy file. A subject may be of no instance of this assembly: one file serves many."""

    file: Path
    subjects: tuple[Subject, ...]

    def holds(self, name: str, capability: str) -> bool:
        """Whether the instance of this name holds the capability."""
        return any(s.name == name and capability in s.capabilities for s in self.subjects)


@dataclass(frozen=True)
class System:
    """One assembly, checked. `files` are all files that were read, for dependency files."""

    name: str
    platform: Platform
    init: Instance
    instances: tuple[Instance, ...]  # init among them
    connections: tuple[Connection, ...]
    policy: str | None
    files: tuple[Path, ...]
    place: Place
    warnings: tuple = field(default=())
    rules: Policy | None = None  # what the file `policy` says
