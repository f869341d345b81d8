"""The syntax tree: what stands in one file, names not yet looked up, every piece with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .model import Place


@dataclass(frozen=True)
class Name:
    text: str
    place: Place


@dataclass(frozen=True)
class Number:
    """A number as it is written: `4096`, `8K`, `10ms`; numbers.py gives it a meaning."""

    text: str
    place: Place


@dataclass(frozen=True)
class String:
    text: str
    place: Place


Value = Name | Number | String


@dataclass(frozen=True)
class TypeRef:
    name: Name
    bound: Number | None


@dataclass(frozen=True)
class Import:
    name: Name


@dataclass(frozen=True)
class Enum:
    name: Name
    members: tuple[tuple[Name, Number | None], ...]


@dataclass(frozen=True)
class Field:
    type: TypeRef
    name: Name
    length: Number | None


@dataclass(frozen=True)
class Struct:
    name: Name
    fields: tuple[Field, ...]
    damaged: bool


@dataclass(frozen=True)
class Parameter:
    out: bool
    type: TypeRef
    name: Name


@dataclass(frozen=True)
class Method:
    name: Name
    parameters: tuple[Parameter, ...]
    requires: String | None


@dataclass(frozen=True)
class Errors:
    names: tuple[Name, ...]


@dataclass(frozen=True)
class Event:
    out: bool
    name: Name


@dataclass(frozen=True)
class Dataport:
    name: Name
    size: Number
    dma: bool


@dataclass(frozen=True)
class Interface:
    name: Name
    members: tuple[Method | Errors | Event | Dataport, ...]
    damaged: bool


@dataclass(frozen=True)
class Source:
    files: tuple[String, ...]


@dataclass(frozen=True)
class Endpoint:
    provides: bool
    interface: Name
    name: Name


@dataclass(frozen=True)
class Asks:
    capabilities: tuple[String, ...]


@dataclass(frozen=True)
class DeviceOption:
    """`irq`, `trusted`, `dma SIZE` or `policy "..."`."""

    word: Name
    value: Number | String | None


@dataclass(frozen=True)
class Device:
    bus: Name
    kind: Name
    index: Number | None
    name: Name
    options: tuple[DeviceOption, ...]


@dataclass(frozen=True)
class Attribute:
    type: TypeRef
    name: Name
    default: Value | None


@dataclass(frozen=True)
class Setting:
    """`priority`, `stack`, `heap`, `ready_within`, `run_limit` (value None: none), `power`, ..."""

    word: Name
    value: Value | None


@dataclass(frozen=True)
class Restart:
    word: Name
    policy: Name
    limit: tuple[Number, Number] | None


@dataclass(frozen=True)
class Component:
    name: Name
    extends: Name | None
    members: tuple[object, ...]
    damaged: bool


@dataclass(frozen=True)
class Assignment:
    name: Name
    value: Value


@dataclass(frozen=True)
class Instance:
    type: Name
    name: Name
    members: tuple[object, ...]


@dataclass(frozen=True)
class End:
    """One side of a connection; instance None: `*`."""

    instance: Name | None
    endpoint: Name
    place: Place


@dataclass(frozen=True)
class Connect:
    client: End
    server: End
    place: Place


@dataclass(frozen=True)
class Assembly:
    name: Name
    extends: Name | None
    members: tuple[object, ...]
    damaged: bool


Item = Import | Enum | Struct | Interface | Component | Assembly


@dataclass
class File:
    """One file. `lost`: names of items that a syntax error swallowed: they are not reported as unknown."""

    path: Path
    items: list[Item] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    damaged: bool = False

    def all(self, kind: type) -> list:
        return [item for item in self.items if isinstance(item, kind)]
