"""Which identifiers may be used, and the checks that hold for every name."""

from __future__ import annotations

from collections.abc import Iterable

from .diagnostics import Note, Sink
from .model import Place
from .syntax import Name

LENGTH_MAX = 48
C_KEYWORDS = frozenset(
    """auto break case char const continue default do double else enum extern float for goto if inline int
    long register restrict return short signed sizeof static struct switch typedef union unsigned void
    volatile while _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert
    _Thread_local asm typeof true false bool NULL""".split()
)
TYPE_WORDS = frozenset("u8 u16 u32 u64 i8 i16 i32 i64 string bytes".split())
C_LIBRARY = frozenset(
    """main errno stdin stdout stderr printf puts putchar sprintf snprintf abort exit malloc calloc realloc
    free memcpy memmove memset memcmp strlen strcmp strncmp strcpy strncpy strcat strchr strstr time clock
    rand srand abs labs div log log2 exp pow sin cos tan sqrt floor ceil round read write open close
    signal raise remove rename index y0 y1 yn j0 j1 jn gamma""".split()
)
SETTINGS = frozenset("priority stack heap restart".split())
RESERVED_PREFIXES = ("neuron_", "nexus_", "NEURON_", "NEXUS_", "__")


def check_name(name: Name, sink: Sink, extra: Iterable[str] = ()) -> bool:
    """A name is a C identifier that is no C keyword, no word of the language's types and not Nexus's own."""
    text = name.text
    if text in C_KEYWORDS:
        sink.error("NX122", name.place, f"`{text}` is a C keyword and cannot be a name")
    elif text in TYPE_WORDS or text in extra:
        sink.error("NX122", name.place, f"`{text}` has a meaning of its own and cannot be a name here")
    elif text.startswith(RESERVED_PREFIXES):
        prefix = next(prefix for prefix in RESERVED_PREFIXES if text.startswith(prefix))
        sink.error("NX122", name.place, f"names that begin with `{prefix}` belong to Nexus")
    elif len(text) > LENGTH_MAX:
        text = f"this name has {len(text)} characters"
        sink.error("NX123", name.place, text, expected=f"at most {LENGTH_MAX}")
    else:
        return True
    return False


class Unique:
    """Names of one scope: each may be declared once."""

    def __init__(self, what: str, sink: Sink) -> None:
        self.what = what
        self.sink = sink
        self.places: dict[str, Place] = {}

    def add(self, name: Name, extra: Iterable[str] = ()) -> bool:
        """Check the name and remember it; False if it must not be declared again."""
        check_name(name, self.sink, extra)
        if name.text in self.places:
            notes = [Note("the first one is here", self.places[name.text])]
            self.sink.error("NX121", name.place, f"{self.what} `{name.text}` is declared twice", notes=notes)
            return False
        self.places[name.text] = name.place
        return True
