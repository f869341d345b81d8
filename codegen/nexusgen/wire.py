"""How the parameters of a method travel: the sizes and the way of each direction.

A direction whose parameters are at most four integers or enums travels in registers, one word each.
Everything else is packed into the message page: in the order of declaration, little-endian, each
parameter from a multiple of eight bytes on, with zeros between them and at the end; strings and bytes as
a u64 length and their bytes, structs without gaps. So bytes are copied a word at a time, and a message is
as long as the kernel's fast path wants it. A method whose request or reply can be
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

UNIT = 8  # bytes: parameters in a message page begin at its multiples
BULK_HEADER_BYTES = 64  # epoch, tag, length; the message follows


@dataclass(frozen=True)
class Direction:
    """The parameters of one direction of a method, and how they travel."""

    parameters: tuple[Parameter, ...]
    way: str
    most: int  # bytes


def size(kind: Type) -> int:
    """Packed bytes of the longest value."""
    match kind:
        case IntType():
            return kind.bits // 8
        case EnumType():
            return 4
        case StructType():
            return sum(size(part) * (count or 1) for _, part, count in kind.fields)
        case StringType() | BytesType():
            return UNIT + kind.bound
    raise TypeError(kind)


def padding(kind: Type) -> int:
    """Zeros behind the longest value, so that the next one begins at a multiple of UNIT."""
    return -size(kind) % UNIT


def most(kind: Type) -> int:
    """Bytes that the longest value takes as a parameter."""
    return size(kind) + padding(kind)


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
        result.append(Direction(side, way, size))
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
