"""From the syntax of a component to the model, with the checks of what stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from . import syntax
from .checks_cnames import check_generated_names
from .diagnostics import Note, Sink, did_you_mean, listed, shown_path
from .guards import INTERFACE as POLICY_INTERFACE
from .loading import Definition, Project, Scope
from .model import Attribute, Component, Device, Endpoint, EnumType, IntType, Place, Restart, StringType, Type
from .names import C_LIBRARY, SETTINGS, Unique, check_name
from .numbers import duration, integer, whole_pages
from .platforms import DEVICE_CLASSES
from .resolve_types import TypeResolver, check_capability

SECOND = 1_000_000_000
RESTART_POLICIES = ("always", "on_fault", "never")
DEFAULT_RESTART = Restart("on_fault", 3, 10 * SECOND)
STACK_MAX = 16 * 1024 * 1024
HEAP_MAX = 64 * 1024 * 1024
DMA_MAX = 16 * 1024 * 1024
ATTRIBUTE_STRING_MAX = 4096
TIME_MAX = 3600 * SECOND


@dataclass
class Settings:
    """What `priority 90; stack 8K; ...` says; None: not said."""

    priority: int | None = None
    stack: int | None = None
    heap: int | None = None
    restart: Restart | None = None
    run_limit: int | None = None
    ready_within: int | None = None
    power: bool | None = None
    places: dict[str, Place] = field(default_factory=dict)

    def take(self, item: syntax.Setting | syntax.Restart, sink: Sink) -> None:
        """Read one setting; each may be given once."""
        word = item.word.text
        if word in self.places:
            notes = [Note("the first one is here", self.places[word])]
            sink.error("NX302", item.word.place, f"`{word}` is given twice", notes=notes)
            return
        self.places[word] = item.word.place
        if isinstance(item, syntax.Restart):
            self.restart = read_restart(item, sink)
        elif word == "priority":
            self.priority = integer(item.value, 0, 255, "priority", sink)
        elif word == "stack":
            self.stack = whole_pages(item.value, 4096, STACK_MAX, "stack", sink)
        elif word == "heap":
            self.heap = whole_pages(item.value, 0, HEAP_MAX, "heap", sink)
        elif word == "ready_within":
            self.ready_within = duration(item.value, 1_000_000, TIME_MAX, "ready_within", sink)
        elif word == "power":
            self.power = True
        elif item.value is None:
            self.run_limit = 0
        else:
            self.run_limit = duration(item.value, 1_000_000, TIME_MAX, "run_limit", sink)


def read_restart(item: syntax.Restart, sink: Sink) -> Restart | None:
    """restart POLICY [limit N per DURATION]."""
    policy = item.policy.text
    if policy not in RESTART_POLICIES:
        meant = did_you_mean(policy, RESTART_POLICIES)
        text = f"no restart policy `{policy}`"
        sink.error("NX304", item.policy.place, text, expected=listed(RESTART_POLICIES), suggestion=meant)
        return None
    if item.limit is None:
        return replace(DEFAULT_RESTART, policy=policy)
    count, period = item.limit
    if policy == "never":
        text = "`restart never` takes no limit"
        sink.error("NX304", count.place, text, expected="`restart never;`")
        return None
    limit = integer(count, 1, 1000, "restart limit", sink)
    within = duration(period, 1_000_000, TIME_MAX, "restart period", sink)
    return Restart(policy, limit or 1, within or SECOND)


class ComponentResolver:
    """Builds each component type once."""

    def __init__(self, project: Project, types: TypeResolver, sink: Sink) -> None:
        self.project = project
        self.types = types
        self.sink = sink
        self._done: dict[Place, Component] = {}
        self.damaged: set[str] = set()  # components of which a syntax error swallowed a part
        self.lost: set[tuple[str, str]] = set()  # (component, member) that were wrong and thus left out

    def may_be_lost(self, component: str, member: str) -> bool:
        """Whether an error that was reported already explains why this member is missing."""
        return component in self.damaged or (component, member) in self.lost

    def is_partly_lost(self, component: str) -> bool:
        """Whether an error that was reported explains why anything of this component is missing."""
        return component in self.damaged or any(component == name for name, _ in self.lost)

    def component(self, found: Definition) -> Component:
        """The model of a component; parts that are wrong are left out after they are reported."""
        place = found.item.name.place
        if place not in self._done:
            self._done[place] = self._build(found)
        return self._done[place]

    def _build(self, found: Definition) -> Component:
        item, scope = found.item, self.project.scope(found.file)
        check_name(item.name, self.sink)
        if item.damaged:
            self.damaged.add(item.name.text)
        parts = _Parts()
        settings = Settings()
        unique = Unique("", self.sink)
        for member in item.members:
            if isinstance(member, (syntax.Setting, syntax.Restart)):
                settings.take(member, self.sink)
            elif isinstance(member, syntax.Source):
                parts.sources += member.files
            elif isinstance(member, syntax.Endpoint):
                unique.what = "endpoint"
                self._endpoint(member, scope, unique, parts, item.name.text)
            elif isinstance(member, syntax.Asks):
                parts.asks += member.capabilities
            elif isinstance(member, syntax.Device):
                unique.what = "device"
                if unique.add(member.name):
                    self._device(member, parts)
            else:
                unique.what = "attribute"
                if unique.add(member.name, extra=C_LIBRARY | SETTINGS):
                    self._attribute(member, scope, parts, item.name.text)
        folder = found.file.path.parent
        result = Component(
            name=item.name.text,
            folder=folder,
            sources=self._sources(item, parts.sources, folder),
            provides=tuple(parts.provides),
            uses=tuple(parts.uses),
            devices=tuple(parts.devices),
            attributes=tuple(parts.attributes),
            enums=_enums(parts),
            priority=100 if settings.priority is None else settings.priority,
            stack=8192 if settings.stack is None else settings.stack,
            heap=settings.heap or 0,
            restart=settings.restart or DEFAULT_RESTART,
            run_limit=SECOND if settings.run_limit is None else settings.run_limit,
            ready_within=2 * SECOND if settings.ready_within is None else settings.ready_within,
            power=bool(settings.power),
            place=item.name.place,
            asks=tuple(capability.text for capability in parts.asks),
        )
        self._check_asks(parts, item.name.text)
        check_generated_names(result, self.sink)
        return result

    def _endpoint(
        self, item: syntax.Endpoint, scope: Scope, unique: Unique, parts: "_Parts", component: str
    ) -> None:
        fresh = unique.add(item.name)
        interface = self.types.interface(item.interface, scope)
        if interface is None:
            self.lost.add((component, item.name.text))
        elif fresh:
            side = parts.provides if item.provides else parts.uses
            side.append(Endpoint(item.name.text, interface, item.name.place))

    def _check_asks(self, parts: "_Parts", component: str) -> None:
        """Who asks has somebody to ask."""
        for capability in parts.asks:
            check_capability(capability, self.sink)
        able = any(endpoint.interface.name == POLICY_INTERFACE for endpoint in parts.uses)
        if parts.asks and not able and not self.is_partly_lost(component):
            text = f"component `{component}` asks for a capability, but does not use `{POLICY_INTERFACE}`"
            expected = f"`uses {POLICY_INTERFACE} policy;`, with `import policyd;`"
            self.sink.error("NX310", parts.asks[0].place, text, expected=expected)

    # --- devices

    def _device(self, item: syntax.Device, parts: "_Parts") -> None:
        device_class = f"{item.bus.text}.{item.kind.text}"
        if device_class not in DEVICE_CLASSES:
            meant = did_you_mean(device_class, DEVICE_CLASSES)
            text = f"no device class `{device_class}`"
            place = replace(item.bus.place, width=len(device_class))
            self.sink.error("NX501", place, text, expected=listed(DEVICE_CLASSES), suggestion=meant)
            return
        index = None
        if item.index is not None:
            index = integer(item.index, 0, 255, "device index", self.sink)
        options: dict[str, syntax.DeviceOption] = {}
        for option in item.options:
            word = option.word.text
            if word in options:
                notes = [Note("the first one is here", options[word].word.place)]
                self.sink.error("NX302", option.word.place, f"`{word}` is given twice", notes=notes)
            options[word] = option
        self._check_dma(device_class, options)
        if "policy" in options:
            check_capability(options["policy"].value, self.sink)
        dma = 0
        if "dma" in options:
            dma = whole_pages(options["dma"].value, 1, DMA_MAX, "dma", self.sink) or 0
        policy = options["policy"].value.text if "policy" in options else None
        flags = {"irq": "irq" in options, "trusted": "trusted" in options}
        parts.devices.append(
            Device(
                item.name.text, device_class, index, dma=dma, policy=policy, place=item.name.place, **flags
            )
        )

    def _check_dma(self, device_class: str, options: dict[str, syntax.DeviceOption]) -> None:
        """Only a device that can reach memory has DMA memory, and `trusted` speaks about DMA."""
        if "dma" in options and DEVICE_CLASSES[device_class] == "fixed":
            text = f"a `{device_class}` does not access memory"
            self.sink.error("NX504", options["dma"].word.place, text, expected="no `dma`")
        elif "trusted" in options and "dma" not in options:
            text = "`trusted` is about DMA, and this device has none"
            self.sink.error("NX504", options["trusted"].word.place, text, expected="`dma SIZE;` beside it")

    # --- attributes

    def _attribute(self, item: syntax.Attribute, scope: Scope, parts: "_Parts", component: str) -> None:
        type_ = self.types.type(item.type, scope)
        if type_ is None:
            self.lost.add((component, item.name.text))
            return
        if not isinstance(type_, (IntType, EnumType, StringType)):
            text = f"an attribute cannot be of type `{item.type.name.text}`"
            expected = "an integer, an enum or string<N>"
            self.sink.error("NX207", item.type.name.place, text, expected=expected)
            return
        if isinstance(type_, StringType) and type_.bound > ATTRIBUTE_STRING_MAX:
            text = f"bound of an attribute {type_.bound} is too large"
            self.sink.error("NX224", item.type.bound.place, text, expected=f"at most {ATTRIBUTE_STRING_MAX}")
        default = None
        if item.default is not None:
            default = read_value(item.default, type_, f"attribute `{item.name.text}`", self.sink)
        parts.attributes.append(Attribute(item.name.text, type_, default, item.name.place))
        if item.default is not None and default is None:
            parts.attributes[-1] = replace(parts.attributes[-1], default=0)

    # --- sources

    def _sources(self, item: syntax.Component, given: list[syntax.String], folder: Path) -> tuple[Path, ...]:
        """Source files lie in the component's folder or below it, exist, and are named once."""
        if not given and not item.damaged:
            given = [syntax.String(f"{item.name.text}.c", item.name.place)]
        sources: list[Path] = []
        for file in given:
            path = folder / file.text
            wrong = self._source_error(file, path, folder)
            if path in sources:
                wrong = ("NX303", f'"{file.text}" is named twice', None, None)
            if wrong:
                code, text, expected, meant = wrong
                self.sink.error(code, file.place, text, expected=expected, suggestion=meant)
            sources.append(path)
        return tuple(sources)

    def _source_error(self, file: syntax.String, path: Path, folder: Path) -> tuple | None:
        shown = shown_path(path, self.project.root)
        parts = Path(file.text).parts
        if not file.text.isprintable() or not parts or Path(file.text).is_absolute() or ".." in parts:
            expected = "a file in the folder of the component"
            return "NX303", f'"{file.text[:80]}" is not a file of this component', expected, None
        if path.suffix not in (".c", ".S"):
            return "NX303", f'"{file.text[:80]}" is no source file', "a .c or a .S file", None
        try:
            if path.is_file():
                return None
        except OSError:
            pass
        near = sorted(p.name for p in folder.glob("*.[cS]"))
        meant = did_you_mean(file.text, near)
        return "NX303", f"there is no source file {shown}", "the file, or `source` to name another", meant


@dataclass
class _Parts:
    sources: list[syntax.String] = field(default_factory=list)
    provides: list[Endpoint] = field(default_factory=list)
    uses: list[Endpoint] = field(default_factory=list)
    asks: list[syntax.String] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)


def read_value(value: syntax.Value, type_: Type, what: str, sink: Sink) -> int | str | None:
    """The value as its type wants it; None after an error."""
    if isinstance(type_, StringType):
        return _read_string(value, type_, what, sink)
    if isinstance(type_, EnumType):
        return _read_enum(value, type_, what, sink)
    if type_.name == "bool" and isinstance(value, syntax.Name) and value.text in ("true", "false"):
        return int(value.text == "true")
    if not isinstance(value, syntax.Number):
        expected = "true or false" if type_.name == "bool" else "an integer"
        sink.error("NX305", value.place, f"{what} is of type {type_.name}", expected=expected)
        return None
    if type_.name == "bool":
        return integer(value, 0, 1, what, sink)
    low = -(1 << (type_.bits - 1)) if type_.signed else 0
    high = (1 << (type_.bits - type_.signed)) - 1
    return integer(value, low, high, what, sink)


def _read_string(value: syntax.Value, type_: StringType, what: str, sink: Sink) -> str | None:
    if not isinstance(value, syntax.String):
        sink.error("NX305", value.place, f"{what} is of type string<{type_.bound}>", expected='a "string"')
        return None
    length = len(value.text.encode())
    if "\0" in value.text:
        sink.error("NX305", value.place, f"{what} holds a NUL character", expected="a string without it")
        return None
    if length > type_.bound:
        text = f"{what} is too long: {length} bytes"
        sink.error("NX306", value.place, text, expected=f"at most {type_.bound}")
        return None
    return value.text


def _read_enum(value: syntax.Value, type_: EnumType, what: str, sink: Sink) -> int | None:
    members = dict(type_.members)
    if isinstance(value, syntax.Name) and value.text in members:
        return members[value.text]
    meant = did_you_mean(value.text, members) if isinstance(value, syntax.Name) else None
    text = f"{what} is of enum `{type_.name}`"
    sink.error("NX305", value.place, text, expected=listed(members), suggestion=meant)
    return None


def _enums(parts: _Parts) -> tuple[EnumType, ...]:
    """The enums that the attributes of a component need, each once."""
    found = {a.type.name: a.type for a in parts.attributes if isinstance(a.type, EnumType)}
    return tuple(found.values())
