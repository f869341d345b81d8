"""The C view of types and methods: declarations and statements, ready for the templates to print.

Everything that depends on a type is decided here, so that a template only loops and prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from . import wire
from .cnames import (
    c_name,
    get_name,
    in_declarations,
    out_declarations,
    put_name,
    snake,
    upper,
    where,
)
from .model import (
    BytesType,
    Component,
    Endpoint,
    EnumType,
    Interface,
    IntType,
    Method,
    Parameter,
    StringType,
    StructType,
    Type,
)


@dataclass(frozen=True)
class CField:
    """A field of a struct: its declaration and how it is packed and unpacked."""

    declaration: str
    put: str  # a statement
    get: str


@dataclass(frozen=True)
class CType:
    """An enum or struct as the header declares it."""

    name: str
    where: str
    members: tuple[tuple[str, int], ...] = ()  # enum
    fields: tuple[CField, ...] = ()  # struct

    @property
    def keyword(self) -> str:
        """`enum`; ISO C11 wants every value to be an int, gcc and clang do without."""
        large = any(value > 0x7FFFFFFF for _, value in self.members)
        return "__extension__ enum" if large else "enum"


@dataclass
class CMethod:
    """One method at one endpoint."""

    name: str  # of the C function
    number: int
    where: str
    requires: str | None
    in_way: str
    out_way: str
    in_words: int
    out_words: int
    in_most: int
    out_most: int
    prototype: list[str] = field(default_factory=list)  # parameters as in the header
    parameters: list[str] = field(default_factory=list)  # the same, names safe in a definition
    arguments: list[str] = field(default_factory=list)
    reply_prototype: list[str] = field(default_factory=list)  # of NAME_reply
    reply_parameters: list[str] = field(default_factory=list)
    reply_arguments: list[str] = field(default_factory=list)
    in_lengths: list[str] = field(default_factory=list)  # client: statements that measure and check
    in_puts: list[str] = field(default_factory=list)
    in_word_values: list[str] = field(default_factory=list)
    out_gets: list[str] = field(default_factory=list)
    room: list[str] = field(default_factory=list)  # server: members of its buffer
    zero: list[str] = field(default_factory=list)  # server: parts to clear before the handler
    locals: list[str] = field(default_factory=list)
    in_gets: list[str] = field(default_factory=list)
    handler_arguments: list[str] = field(default_factory=list)
    pack_arguments: list[str] = field(default_factory=list)
    out_lengths: list[str] = field(default_factory=list)
    out_puts: list[str] = field(default_factory=list)
    out_word_values: list[str] = field(default_factory=list)
    until_prototype: list[str] = field(default_factory=list)  # the rest is filled in by emit_glue
    until_parameters: list[str] = field(default_factory=list)
    call: list[str] = field(default_factory=list)
    read_reply: list[str] = field(default_factory=list)
    handler_prototype: list[str] = field(default_factory=list)
    later_prototype: list[str] = field(default_factory=list)
    later_parameters: list[str] = field(default_factory=list)
    call_arguments: list[str] = field(default_factory=list)
    pack_parameters: list[str] = field(default_factory=list)
    pack: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    request: list[str] = field(default_factory=list)  # of tag and words, what its dispatch looks at
    read_request: list[str] = field(default_factory=list)
    guard: list[str] = field(default_factory=list)
    deny: str = ""
    refuse: str = ""
    answer: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CBound:
    """A macro for the bound of a string or bytes parameter."""

    name: str
    value: int
    where: str


@dataclass(frozen=True)
class CInterface:
    """What an interface declares once in a header."""

    name: str
    lower: str
    upper: str
    where: str
    errors: tuple[tuple[str, int], ...]
    bounds: tuple[CBound, ...]


@dataclass(frozen=True)
class CEvent:
    """An event of one direction at one endpoint; `index` counts within its direction."""

    name: str
    index: int
    where: str


@dataclass(frozen=True)
class CDataport:
    """A dataport at one endpoint."""

    name: str
    index: int
    macro: str
    bytes: int
    pages: int
    where: str
    dma: bool


@dataclass(frozen=True)
class CEndpoint:
    """One `uses` or `provides`."""

    name: str
    index: int
    slot_macro: str
    slot: int
    where: str
    interface: str
    errors: int
    methods: tuple[CMethod, ...]
    events_in: tuple[CEvent, ...]
    events_out: tuple[CEvent, ...]
    dataports: tuple[CDataport, ...]
    bulk: tuple[int, int] | None

    @property
    def unused_words(self) -> list[str]:
        """The words of a request that no method looks at."""
        used = {word for method in self.methods for word in method.request}
        return [word for word in WORD_NAMES if word not in used]


class Names:
    """Names in generated code that an author's names must not meet."""

    def __init__(self, component: Component) -> None:
        self.globals = {a.name for a in component.attributes}

    def safe(self, name: str, taken: set[str]) -> str:
        """The name, or the name with underscores until nothing else has it."""
        while name in taken:
            name += "_"
        return name


WORD_NAMES = ["w0", "w1", "w2", "w3"]
OWN_LOCALS = {"words", "at", "reader", "out", "result", "row", "tag", "deadline", "token", "to"}
OWN_LOCALS |= {"client", "packed", "denial", "status", *WORD_NAMES}


def _put_value(kind: Type, name: str, length: str) -> list[str]:
    match kind:
        case StringType() | BytesType():
            return [f"nexus_put_bytes(&at, {name}, {length});"]
    padding = [f"nexus_put_zeros(&at, {wire.padding(kind)});"] if wire.padding(kind) else []
    return [f"{put_name(kind)}(&at, {name});", *padding]


def _get_value(kind: Type, target: str) -> list[str]:
    padding = [f"nexus_get_zeros(&reader, {wire.padding(kind)});"] if wire.padding(kind) else []
    return [f"{get_name(kind)}(&reader, {target});", *padding]


def _word_value(kind: Type, name: str) -> str:
    if isinstance(kind, IntType) and kind.signed and kind.bits < 64:
        return f"(uint64_t)(int64_t){name}"
    return f"(uint64_t){name}"


def _word_get(kind: Type, word: str, target: str) -> str:
    prefix = "nexus_word" if isinstance(kind, IntType) else "glue_word"
    return f"{prefix}_{kind.name}(&reader, {word}, {target});"


def _measure(kind: Type, name: str, length: str, refusal: str) -> list[str]:
    """Statements that refuse a value that is longer than its bound."""
    match kind:
        case StringType():
            return [
                f"const size_t {length} = nexus_length({name}, {kind.bound});",
                f"if ({length} > {kind.bound}) {{",
                f"    return {refusal};",
                "}",
            ]
        case BytesType():
            return [f"if ({length} > {kind.bound}) {{", f"    return {refusal};", "}"]
    return []


class _MethodBuilder:
    """Builds the C view of one method, parameter by parameter."""

    def __init__(self, endpoint: Endpoint, method: Method, names: Names, root: Path) -> None:
        request, reply = wire.directions(method)
        self.method = method
        self.bulk = request.way == wire.BULK
        self.shown = {p.name for p in method.parameters}
        self.view = CMethod(
            f"{endpoint.name}_{method.name}",
            method.number,
            where(method.place, root),
            method.requires,
            request.way,
            reply.way,
            len(request.parameters),
            len(reply.parameters),
            request.most,
            reply.most,
        )
        self.taken = OWN_LOCALS | names.globals
        self.names = names
        self.in_index = self.out_index = 0

    def build(self) -> CMethod:
        """The C view."""
        for parameter in self.method.parameters:
            shown_length = self.names.safe(f"{parameter.name}_len", self.shown)
            name = self._local(parameter.name)
            length = self._local(f"{parameter.name}_len")
            if parameter.out:
                self._out(parameter, shown_length, name, length)
            else:
                self._in(parameter, shown_length, name, length)
        return self.view

    def _local(self, name: str) -> str:
        name = self.names.safe(name, self.taken)
        self.taken = self.taken | {name}
        return name

    def _in(self, parameter: Parameter, shown_length: str, name: str, length: str) -> None:
        view, kind = self.view, parameter.type
        view.prototype += in_declarations(parameter.name, shown_length, kind)
        view.parameters += in_declarations(name, length, kind)
        view.arguments += [name, length] if isinstance(kind, BytesType) else [name]
        view.in_lengths += _measure(kind, name, length, "NEXUS_TOO_LONG")
        view.in_puts += _put_value(kind, name, length)
        view.in_word_values.append(_word_value(kind, name) if view.in_way == wire.WORDS else "")
        room = f"glue_room.{view.name}.in_{parameter.name}"
        match kind:
            case StringType():
                view.room.append(f"char in_{parameter.name}[{kind.bound + 1}];")
                view.in_gets.append(f"nexus_get_string(&reader, {room}, {kind.bound});")
                view.handler_arguments.append(room)
            case BytesType():
                view.locals += [f"size_t {length};"]
                view.in_gets.append(
                    f"const void *{name} = nexus_take_bytes(&reader, &{length}, {kind.bound});"
                )
                view.handler_arguments += [name, length]
            case StructType():
                view.room.append(f"struct {kind.name} in_{parameter.name};")
                view.in_gets += _get_value(kind, f"&{room}")
                view.handler_arguments.append(f"&{room}")
            case _:
                view.locals.append(f"{c_name(kind)} {name};")
                if view.in_way == wire.WORDS:
                    view.in_gets.append(_word_get(kind, WORD_NAMES[self.in_index], f"&{name}"))
                else:
                    view.in_gets += _get_value(kind, f"&{name}")
                view.handler_arguments.append(name)
        self.in_index += 1

    def _out(self, parameter: Parameter, shown_length: str, name: str, length: str) -> None:
        view, kind = self.view, parameter.type
        view.prototype += out_declarations(parameter.name, shown_length, kind)
        view.parameters += out_declarations(name, length, kind)
        view.arguments += [name, length] if isinstance(kind, BytesType) else [name]
        view.reply_prototype += in_declarations(parameter.name, shown_length, kind)
        view.reply_parameters += in_declarations(name, length, kind)
        view.reply_arguments += [name, length] if isinstance(kind, BytesType) else [name]
        too_long = "nexus_result_tag(NEXUS_BAD_REPLY, 0)"
        view.out_lengths += _measure(kind, name, length, too_long)
        view.out_puts += _put_value(kind, name, length)
        view.out_word_values.append(_word_value(kind, name) if view.out_way == wire.WORDS else "")
        room = f"glue_room.{view.name}.out_{parameter.name}"
        match kind:
            case StringType():
                view.out_gets.append(f"nexus_get_string(&reader, {name}, {kind.bound});")
                view.room.append(f"char out_{parameter.name}[{kind.bound + 1}];")
                view.handler_arguments.append(room)
                view.pack_arguments.append(room)
                view.zero.append(f"memset({room}, 0, sizeof({room}));")
            case BytesType():
                view.out_gets.append(f"nexus_get_bytes(&reader, {name}, {length}, {kind.bound});")
                view.room.append(f"uint8_t out_{parameter.name}[{max(kind.bound, 1)}];")
                view.locals.append(f"size_t {length} = 0;")
                view.handler_arguments += [room, f"&{length}"]
                view.pack_arguments += [room, length]
                view.zero.append(f"memset({room}, 0, sizeof({room}));")
            case StructType():
                view.out_gets += _get_value(kind, name)
                view.room.append(f"struct {kind.name} out_{parameter.name};")
                view.handler_arguments.append(f"&{room}")
                view.pack_arguments.append(f"&{room}")
                view.zero.append(f"memset(&{room}, 0, sizeof({room}));")
            case _:
                if view.out_way == wire.WORDS:
                    view.out_gets.append(_word_get(kind, f"out.w{self.out_index}", name))
                else:
                    view.out_gets += _get_value(kind, name)
                zero = "false" if c_name(kind) == "bool" else "0"
                zero = f"({c_name(kind)})0" if isinstance(kind, EnumType) else zero
                view.locals.append(f"{c_name(kind)} {name} = {zero};")
                view.handler_arguments.append(f"&{name}")
                view.pack_arguments.append(name)
        self.out_index += 1


def endpoint_view(endpoint: Endpoint, index: int, slot: int, names: Names, root: Path) -> CEndpoint:
    """The C view of one `uses` or `provides`."""
    interface = endpoint.interface
    sides: dict[bool, list[CEvent]] = {False: [], True: []}
    for event in interface.events:
        side = sides[event.out]
        side.append(CEvent(f"{endpoint.name}_{event.name}", len(side), where(event.place, root)))
    dataports = tuple(
        CDataport(
            f"{endpoint.name}_{port.name}",
            number,
            f"{endpoint.name}_{port.name}_BYTES".upper(),
            port.size,
            -(-port.size // 4096),
            where(port.place, root),
            port.dma,
        )
        for number, port in enumerate(interface.dataports)
    )
    return CEndpoint(
        endpoint.name,
        index,
        f"{endpoint.name.upper()}_SLOT",
        slot,
        where(endpoint.place, root),
        interface.name,
        len(interface.errors),
        tuple(_MethodBuilder(endpoint, m, names, root).build() for m in interface.methods),
        tuple(sides[False]),
        tuple(sides[True]),
        dataports,
        wire.bulk_bytes(interface),
    )


def interface_view(interface: Interface, root: Path) -> CInterface:
    """What an interface declares once in a header."""
    prefix = upper(interface.name)
    bounds = []
    for method in interface.methods:
        for parameter in method.parameters:
            if isinstance(parameter.type, (StringType, BytesType)):
                name = f"{prefix}_{method.name}_{parameter.name}_MAX".upper()
                bounds.append(CBound(name, parameter.type.bound, where(parameter.place, root)))
    return CInterface(
        interface.name,
        snake(interface.name),
        prefix,
        where(interface.place, root),
        tuple((f"{prefix}_{name}", number) for number, name in enumerate(interface.errors, 1)),
        tuple(bounds),
    )


def _field(name: str, kind: Type, count: int) -> CField:
    mark = "&" if isinstance(kind, StructType) else ""
    if count == 0:
        return CField(
            f"{c_name(kind)} {name};",
            f"{put_name(kind)}(at, {mark}value->{name});",
            f"{get_name(kind)}(reader, &value->{name});",
        )
    if isinstance(kind, IntType) and kind.name != "bool":
        # All values of its bits are right, and they lie as they travel: in one go.
        return CField(
            f"{c_name(kind)} {name}[{count}];",
            f"NEXUS_PUT_ARRAY(at, value->{name});",
            f"NEXUS_GET_ARRAY(reader, value->{name});",
        )
    loop = f"for (size_t i = 0; i < {count}; i++) "
    return CField(
        f"{c_name(kind)} {name}[{count}];",
        f"{loop}{{ {put_name(kind)}(at, {mark}value->{name}[i]); }}",
        f"{loop}{{ {get_name(kind)}(reader, &value->{name}[i]); }}",
    )


def type_view(kind: EnumType | StructType, root: Path) -> CType:
    """The C view of an enum or struct."""
    if isinstance(kind, EnumType):
        members = tuple((f"{upper(kind.name)}_{name}", value) for name, value in kind.members)
        return CType(kind.name, where(kind.place, root), members=members)
    fields = tuple(_field(name, part, count) for name, part, count in kind.fields)
    return CType(kind.name, where(kind.place, root), fields=fields)


def types_of(component: Component) -> list[EnumType | StructType]:
    """All enums and structs that a component's header declares, each after what it is made of."""
    found: dict[str, EnumType | StructType] = {}

    def add(kind: Type) -> None:
        if isinstance(kind, StructType):
            for _, part, _ in kind.fields:
                add(part)
        if isinstance(kind, (EnumType, StructType)):
            found.setdefault(kind.name, kind)

    for enum in component.enums:
        add(enum)
    for attribute in component.attributes:
        add(attribute.type)
    for endpoint in component.provides + component.uses:
        for method in endpoint.interface.methods:
            for parameter in method.parameters:
                add(parameter.type)
    return list(found.values())
