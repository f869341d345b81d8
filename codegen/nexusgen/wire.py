"""How the parameters of a method travel: the sizes and the way of each direction.

A direction whose parameters are at most four integers or enums travels in registers, one word each.
Everything else is packed into the message page: in the order of declaration, little-endian, without
padding; strings and bytes as a u32 length and their bytes. A method whose request or reply can be
longer than the message page is a bulk method: both its directions travel in the bulk extents of the
connection.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import abi
from .model import BytesType, EnumType, IntType, Interface, Method, Parameter, StringType, StructType, Type

WORDS = "words"
PAGE = "page"
BULK = "bulk"

BULK_HEADER_BYTES = 64  # epoch, tag, length; the message follows


@dataclass(frozen=True)
class Direction:
    """The parameters of one direction of a method, and how they travel."""

    parameters: tuple[Parameter, ...]
    way: str
    least: int  # bytes, when every string and bytes is empty
    most: int


def least(kind: Type) -> int:
    """Packed bytes of the shortest value."""
    if isinstance(kind, (StringType, BytesType)):
        return 4
    return most(kind)


def most(kind: Type) -> int:
    """Packed bytes of the longest value."""
    match kind:
        case IntType():
            return kind.bits // 8
        case EnumType():
            return 4
        case StructType():
            return sum(most(part) * (count or 1) for _, part, count in kind.fields)
        case StringType() | BytesType():
            return 4 + kind.bound
    raise TypeError(kind)


def directions(method: Method) -> tuple[Direction, Direction]:
    """The request and the reply of a method."""
    limit = abi.load()["MESSAGE_BYTES"]
    words = abi.load()["MESSAGE_WORDS"]
    sides = [tuple(p for p in method.parameters if p.out is out) for out in (False, True)]
    sizes = [sum(most(p.type) for p in side) for side in sides]
    result = []
    for side, size in zip(sides, sizes):
        plain = all(isinstance(p.type, (IntType, EnumType)) for p in side)
        if max(sizes) > limit:
            way = BULK
        elif plain and len(side) <= words:
            way = WORDS
        else:
            way = PAGE
        result.append(Direction(side, way, sum(least(p.type) for p in side), size))
    return result[0], result[1]


def is_bulk(method: Method) -> bool:
    """True if the method travels in the bulk extents of its connection."""
    return directions(method)[0].way == BULK


def bulk_bytes(interface: Interface) -> tuple[int, int] | None:
    """Bytes of the in half and the out half of a connection, headers included; None without bulk."""
    pairs = [directions(m) for m in interface.methods if is_bulk(m)]
    if not pairs:
        return None
    return tuple(BULK_HEADER_BYTES + max(pair[side].most for pair in pairs) for side in (0, 1))
