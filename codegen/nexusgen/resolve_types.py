"""From the syntax of enums, structs and interfaces to the model, with the checks of types and bounds."""

from __future__ import annotations

from . import syntax
from .diagnostics import Note, Sink, did_you_mean, listed
from .loading import Definition, Project, Scope
from .model import (
    BytesType,
    Dataport,
    EnumType,
    Event,
    Interface,
    IntType,
    Method,
    Parameter,
    Place,
    StringType,
    StructType,
    Type,
)
from .names import Unique, check_name
from .numbers import integer, show_size, whole_pages

INTEGERS = {
    name: IntType(name, 8 if name == "bool" else int(name[1:]), name[0] == "i")
    for name in ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool")
}
FOREIGN_TYPES = {  # what people write out of habit
    "int": "i32",
    "unsigned": "u32",
    "char": "u8",
    "short": "i16",
    "long": "i64",
    "size_t": "u64",
    "float": None,
    "double": None,
    "void": None,
    **{f"{sign}int{bits}_t": f"{sign or 'i'}{bits}" for sign in ("u", "") for bits in (8, 16, 32, 64)},
}
BOUND_MAX = 1024 * 1024  # of string<N>, bytes<N> and of all parameters in one direction
PARAMETERS_MAX = 12
METHODS_MAX = 256
ERRORS_MAX = 1024
NESTING_MAX = 8  # of structs in structs
OPEN_MAX = 64  # definitions that wait for each other: bounds the recursion
DATAPORT_MAX = 16 * 1024 * 1024
CAPABILITY_MAX = 64


class TypeResolver:
    """Looks types and interfaces up, each once; a definition that is wrong is reported once."""

    def __init__(self, project: Project, sink: Sink) -> None:
        self.project = project
        self.sink = sink
        self._done: dict[Place, Type | Interface | None] = {}
        self._open: list[Definition] = []

    # --- references

    def type(self, ref: syntax.TypeRef, scope: Scope) -> Type | None:
        """The type that is meant; None after an error."""
        name = ref.name.text
        if name in ("string", "bytes"):
            return self._bounded(ref)
        if ref.bound is not None:
            text = f"`{name}` takes no bound"
            self.sink.error(
                "NX202", ref.bound.place, text, expected="a bound only for string<N> and bytes<N>"
            )
            return None
        if name in INTEGERS:
            return INTEGERS[name]
        found = scope.find(ref.name, (syntax.Enum, syntax.Struct))
        if found is None:
            self._unknown_type(ref.name, scope)
            return None
        return self.definition(found)

    def _bounded(self, ref: syntax.TypeRef) -> Type | None:
        name = ref.name.text
        if ref.bound is None:
            text = f"`{name}` needs a bound"
            self.sink.error(
                "NX202", ref.name.place, text, expected=f"the most bytes that it can have: {name}<64>"
            )
            return None
        bound = integer(ref.bound, 1, BOUND_MAX, f"bound of {name}", self.sink)
        if bound is None:
            return None
        return StringType(bound) if name == "string" else BytesType(bound)

    def _unknown_type(self, name: syntax.Name, scope: Scope) -> None:
        known = [*INTEGERS, "string", "bytes", *scope.visible(syntax.Enum, syntax.Struct)]
        meant = FOREIGN_TYPES.get(name.text) or did_you_mean(name.text, known)
        if scope.may_be_lost(name.text, meant):
            return
        other = scope.names.get(name.text)
        text = f"no type `{name.text}`"
        notes = [Note(f"`{name.text}` is no enum or struct", other.item.name.place)] if other else []
        expected = None if meant else "u8 to u64, i8 to i64, bool, string<N>, bytes<N>, an enum or a struct"
        self.sink.error("NX201", name.place, text, expected=expected, suggestion=meant, notes=notes)

    def interface(self, name: syntax.Name, scope: Scope) -> Interface | None:
        """The interface that is meant; None after an error."""
        found = scope.find(name, (syntax.Interface,))
        if found is not None:
            return self.definition(found)
        known = scope.visible(syntax.Interface)
        meant = did_you_mean(name.text, known)
        if scope.may_be_lost(name.text, meant):
            return None
        notes = [] if meant else self._where_defined(name.text)
        text = f"no interface `{name.text}`"
        expected = None if meant else listed(known)
        self.sink.error("NX301", name.place, text, expected=expected, suggestion=meant, notes=notes)
        return None

    def _where_defined(self, name: str) -> list[Note]:
        place = self.project.interface_place(name)
        if place is None:
            return []
        return [Note(f"it is defined here: `import {place.file.stem};` makes it visible", place)]

    # --- definitions

    def definition(self, found: Definition) -> Type | Interface | None:
        """The model of an enum, struct or interface."""
        place = found.item.name.place
        if place in self._done:
            return self._done[place]
        if any(open_.item is found.item for open_ in self._open):
            self._contains_itself(found)
            self._done[place] = None
            return None
        self._open.append(found)
        builders = {syntax.Enum: self._enum, syntax.Struct: self._struct, syntax.Interface: self._interface}
        result = builders[type(found.item)](found.item, self.project.scope(found.file))
        self._open.pop()
        return self._done.setdefault(place, result)

    def _contains_itself(self, found: Definition) -> None:
        names = [open_.item.name.text for open_ in self._open]
        chain = [*names[names.index(found.item.name.text) :], found.item.name.text]
        text = f"struct `{found.item.name.text}` contains itself: {' -> '.join(chain)}"
        self.sink.error("NX206", found.item.name.place, text)

    def _enum(self, item: syntax.Enum, _scope: Scope) -> EnumType:
        check_name(item.name, self.sink)
        unique = Unique("member", self.sink)
        members: list[tuple[str, int]] = []
        following = 0
        for name, number in item.members:
            unique.add(name)
            value = following
            if number is not None:
                given = integer(number, 0, 2**32 - 1, "enum value", self.sink)
                value = following if given is None else given
            elif value >= 2**32:
                self.sink.error(
                    "NX224", name.place, f"the value of `{name.text}` is too large", expected="a u32"
                )
            twin = next((other for other, taken in members if taken == value), None)
            if twin is not None:
                text = f"`{name.text}` and `{twin}` have the same value {value}"
                self.sink.error("NX204", name.place, text, expected="every value once")
            members.append((name.text, value))
            following = value + 1
        return EnumType(item.name.text, tuple(members), item.name.place)

    def _struct(self, item: syntax.Struct, scope: Scope) -> StructType | None:
        check_name(item.name, self.sink)
        if not item.fields and not item.damaged:
            self.sink.error("NX205", item.name.place, f"struct `{item.name.text}` has no fields")
        if len(self._open) > OPEN_MAX:
            return self._too_deep(item)
        unique = Unique("field", self.sink)
        fields = []
        for field in item.fields:
            unique.add(field.name)
            type_ = self.type(field.type, scope)
            length = 0
            if field.length is not None:
                length = integer(field.length, 1, 65536, "array length", self.sink) or 0
            if isinstance(type_, (StringType, BytesType)):
                text = f"a struct has a fixed size: `{field.type.name.text}` cannot be in it"
                self.sink.error(
                    "NX207", field.type.name.place, text, expected="integers, enums, structs and arrays"
                )
            elif type_ is not None:
                fields.append((field.name.text, type_, length))
        result = StructType(item.name.text, tuple(fields), item.name.place)
        if depth(result) > NESTING_MAX:
            return self._too_deep(item)
        if packed_most(result) > BOUND_MAX:
            text = f"struct `{item.name.text}` has {packed_most(result)} bytes"
            self.sink.error("NX210", item.name.place, text, expected=f"at most {show_size(BOUND_MAX)}")
            return None
        return result

    def _too_deep(self, item: syntax.Struct) -> None:
        text = f"struct `{item.name.text}` is nested too deeply"
        self.sink.error("NX206", item.name.place, text, expected=f"at most {NESTING_MAX} levels")

    # --- interfaces

    def _interface(self, item: syntax.Interface, scope: Scope) -> Interface:
        check_name(item.name, self.sink)
        if not item.members and not item.damaged:
            text = f"interface `{item.name.text}` is empty"
            self.sink.error("NX205", item.name.place, text, expected="a method, an event or a dataport")
        unique = Unique("member", self.sink)
        errors = Unique("error", self.sink)
        methods, events, dataports, error_names = [], [], [], []
        for member in item.members:
            if isinstance(member, syntax.Errors):
                error_names += [name.text for name in member.names if errors.add(name)]
                continue
            if not unique.add(member.name):
                continue
            if isinstance(member, syntax.Method):
                methods.append(self._method(member, len(methods) + 1, scope))
            elif isinstance(member, syntax.Event):
                events.append(Event(member.name.text, member.out, member.name.place))
            else:
                size = whole_pages(member.size, 1, DATAPORT_MAX, "dataport", self.sink)
                dataports.append(Dataport(member.name.text, size or 4096, member.name.place, member.dma))
        self._check_errors_have_methods(item, methods)
        for what, count, most in (
            ("methods", len(methods), METHODS_MAX),
            ("errors", len(error_names), ERRORS_MAX),
        ):
            if count > most:
                text = f"interface `{item.name.text}` has {count} {what}"
                self.sink.error("NX209", item.name.place, text, expected=f"at most {most}")
        return Interface(
            item.name.text,
            tuple(methods),
            tuple(error_names),
            tuple(events),
            tuple(dataports),
            item.name.place,
        )

    def _check_errors_have_methods(self, item: syntax.Interface, methods: list[Method]) -> None:
        """Errors are results of methods: an interface that has errors has methods."""
        lists = [member for member in item.members if isinstance(member, syntax.Errors)]
        if lists and not methods and not item.damaged:
            text = f"interface `{item.name.text}` has errors but no method that could return them"
            self.sink.error("NX211", lists[0].names[0].place, text)

    def _method(self, item: syntax.Method, number: int, scope: Scope) -> Method:
        unique = Unique("parameter", self.sink)
        parameters = []
        for parameter in item.parameters:
            fresh = unique.add(parameter.name)
            type_ = self.type(parameter.type, scope)
            if fresh and type_ is not None:
                parameters.append(Parameter(parameter.name.text, type_, parameter.out, parameter.name.place))
        if len(item.parameters) > PARAMETERS_MAX:
            place = item.parameters[PARAMETERS_MAX].name.place
            text = f"method `{item.name.text}` has {len(item.parameters)} parameters"
            self.sink.error(
                "NX209", place, text, expected=f"at most {PARAMETERS_MAX}; a struct can hold more"
            )
        self._check_message_size(item, parameters)
        requires = item.requires.text if item.requires else None
        if item.requires:
            check_capability(item.requires, self.sink)
        return Method(item.name.text, tuple(parameters), requires, number, item.name.place)

    def _check_message_size(self, item: syntax.Method, parameters: list[Parameter]) -> None:
        """What travels in one direction has a bound."""
        for out, way in ((False, "to the server"), (True, "back to the client")):
            total = sum(packed_most(p.type) for p in parameters if p.out is out)
            if total > BOUND_MAX:
                text = f"method `{item.name.text}` sends up to {total} bytes {way}"
                self.sink.error("NX210", item.name.place, text, expected=f"at most {show_size(BOUND_MAX)}")


def packed_most(type_: Type) -> int:
    """Bytes of the longest value, packed."""
    if isinstance(type_, IntType):
        return type_.bits // 8
    if isinstance(type_, EnumType):
        return 4
    if isinstance(type_, StructType):
        return sum(packed_most(part) * (count or 1) for _, part, count in type_.fields)
    return 4 + type_.bound


def depth(type_: Type) -> int:
    """How many structs are nested in this one, itself included."""
    if not isinstance(type_, StructType):
        return 0
    return 1 + max((depth(part) for _, part, _ in type_.fields), default=0)


def is_capability(text: str) -> bool:
    """A policy capability is lower-case words joined by dots: rng.entropy."""
    words = text.split(".")
    return len(text) <= CAPABILITY_MAX and all(
        word.replace("_", "a").isalnum() and word.isascii() and word.islower() for word in words
    )


def check_capability(text: syntax.String, sink: Sink) -> None:
    """A capability that a method or a device asks for."""
    if is_capability(text.text):
        return
    expected = f'lower-case words joined by dots, at most {CAPABILITY_MAX} characters: "rng.entropy"'
    sink.error("NX308", text.place, f'"{text.text[:80]}" is no policy capability', expected=expected)
