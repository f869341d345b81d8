"""C spellings: names of types, constants and literals, parameter declarations, places."""

from __future__ import annotations

import re
from pathlib import Path

from .model import BytesType, EnumType, IntType, Place, StringType, StructType, Type


def snake(name: str) -> str:
    """CamelCase to snake_case: BlockStore -> block_store."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def upper(name: str) -> str:
    """The prefix of an enum's or interface's constants."""
    return snake(name).upper()


def where(place: Place, root: Path) -> str:
    """file:line with the file relative to the root."""
    try:
        return f"{place.file.relative_to(root).as_posix()}:{place.line}"
    except ValueError:
        return f"{place.file.name}:{place.line}"


def c_name(kind: Type) -> str:
    """The C type of a scalar or struct."""
    match kind:
        case IntType(name="bool"):
            return "bool"
        case IntType():
            return f"{'int' if kind.signed else 'uint'}{kind.bits}_t"
        case EnumType():
            return f"enum {kind.name}"
        case StructType():
            return f"struct {kind.name}"
    raise TypeError(kind)


def put_name(kind: Type) -> str:
    """The function that packs a value."""
    return f"nexus_put_{kind.name}" if isinstance(kind, IntType) else f"glue_put_{kind.name}"


def get_name(kind: Type) -> str:
    """The function that unpacks a value into a pointer."""
    return f"nexus_get_{kind.name}" if isinstance(kind, IntType) else f"glue_get_{kind.name}"


def in_declarations(name: str, length: str, kind: Type) -> list[str]:
    match kind:
        case StructType():
            return [f"const struct {kind.name} *{name}"]
        case StringType():
            return [f"const char *{name}"]
        case BytesType():
            return [f"const void *{name}", f"size_t {length}"]
    return [f"{c_name(kind)} {name}"]


def out_declarations(name: str, length: str, kind: Type) -> list[str]:
    match kind:
        case StringType():
            return [f"char *{name}"]
        case BytesType():
            return [f"void *{name}", f"size_t *{length}"]
    return [f"{c_name(kind)} *{name}"]


def constant(kind: Type, value: int | str | None) -> str:
    """A C initialiser of an attribute."""
    if isinstance(kind, StringType):
        return c_string(str(value or ""))
    if isinstance(kind, EnumType):
        for member, number in kind.members:
            if value in (member, number):
                return f"{upper(kind.name)}_{member}"
        raise ValueError(value)
    assert isinstance(kind, IntType)
    number = int(value or 0)
    if kind.name == "bool":
        return "true" if number else "false"
    if not kind.signed:
        return f"UINT{kind.bits}_C({number})"
    if number == -(1 << (kind.bits - 1)):
        return f"INT{kind.bits}_MIN"
    return f"INT{kind.bits}_C({number})"


def c_string(text: str) -> str:
    """A C string literal; what is not printable ASCII becomes octal, which cannot run on."""
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 32 <= byte < 127 and char != "?":
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'
