"""The kernel's ABI as Python values, read from its headers so that nothing is written down twice.

Only the few forms that the headers use are understood: `#define NAME number`, enums with explicit
values, the NEURON_STATUS and NEURON_RULE lists, and the rows of syscalls.def.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

INCLUDE = Path(__file__).resolve().parents[2] / "kernel" / "include" / "neuron"

_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_DEFINE = re.compile(r"^[ \t]*#define[ \t]+(NEURON_\w+)[ \t]+(0x[0-9a-fA-F]+|\d+)[ \t]*$", re.M)
_MEMBER = re.compile(r"\b(NEURON_\w+)\s*=\s*(-?(?:0x[0-9a-fA-F]+|\d+))\s*(?:,|\})")
_STATUS = re.compile(r"NEURON_STATUS\((\w+),\s*(-?\d+),\s*\"([^\"]*)\"\)")
_RULE = re.compile(r"NEURON_RULE\((\w+),\s*\"([^\"]*)\"\)")
_CALL = re.compile(
    r"NEURON_SYSCALL\((\d+),\s*(\w+),\s*NEURON_IN\(([^)]*)\),\s*NEURON_OUT\(([^)]*)\)\)"
)


@dataclass(frozen=True)
class Syscall:
    """One row of syscalls.def."""

    number: int
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Abi:
    """The constants of the ABI by name, and the lists that are more than numbers."""

    constants: dict[str, int]
    statuses: tuple[tuple[str, int, str], ...]
    rules: tuple[tuple[str, str], ...]
    syscalls: tuple[Syscall, ...]

    def __getitem__(self, name: str) -> int:
        """The constant NEURON_<name>."""
        return self.constants["NEURON_" + name]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def files() -> tuple[Path, ...]:
    """The headers that are read, for dependency files."""
    return tuple(INCLUDE / name for name in ("limits.h", "abi.h", "table.h", "status.h", "syscalls.def"))


@lru_cache(maxsize=None)
def fields(prefix: str) -> tuple[str, ...]:
    """The words of a row in their order: enum neuron_<prefix>_row without its last member."""
    text = _COMMENT.sub(" ", (INCLUDE / "table.h").read_text(encoding="utf-8"))
    body = re.search(rf"enum neuron_{prefix.lower()}_row \{{(.*?)\}}", text, re.S)
    assert body is not None, prefix
    names = re.findall(rf"NEURON_{prefix}_(\w+) =", body.group(1))
    return tuple(name for name in names if name != "ROW_WORDS")


@lru_cache(maxsize=1)
def load() -> Abi:
    """Read the headers once."""
    constants: dict[str, int] = {}
    statuses: list[tuple[str, int, str]] = []
    rules: list[tuple[str, str]] = []
    calls: list[Syscall] = []
    for path in files():
        text = _COMMENT.sub(" ", path.read_text(encoding="utf-8"))
        for pattern in (_DEFINE, _MEMBER):
            for name, value in pattern.findall(text):
                constants[name] = int(value, 0)
        statuses += [(name, int(value), words) for name, value, words in _STATUS.findall(text)]
        rules += _RULE.findall(text)
        for number, name, inputs, outputs in _CALL.findall(text):
            calls.append(Syscall(int(number), name, _names(inputs), _names(outputs)))
    return Abi(constants, tuple(statuses), tuple(rules), tuple(calls))
