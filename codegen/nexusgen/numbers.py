"""What numbers in the text mean: integers, sizes (4096, 8K, 1M) and durations (10ms, 2s, 500us)."""

from __future__ import annotations

import re

from .diagnostics import Sink
from .syntax import Number

PAGE = 4096
SIZE_UNITS = {"": 1, "K": 1024, "M": 1024 * 1024}
TIME_UNITS = {"us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
SIZE_SLIPS = {"k": "K", "kb": "K", "kib": "K", "ki": "K", "m": "M", "mb": "M", "mib": "M", "mi": "M", "b": ""}
TIME_SLIPS = {"sec": "s", "secs": "s", "second": "s", "seconds": "s", "msec": "ms", "usec": "us", "": "ms"}


def integer(number: Number, low: int, high: int, what: str, sink: Sink) -> int | None:
    """A plain integer, decimal or 0x; None after an error."""
    if re.fullmatch(r"-?(0|[1-9][0-9]*|0x[0-9A-Fa-f]+)", number.text) and len(number.text) <= 30:
        return _bounded(number, int(number.text, 0), low, high, what, sink)
    sink.error("NX221", number.place, f"`{number.text[:40]}` is not an integer", expected="12, -3 or 0x1f")
    return None


def size(number: Number, low: int, high: int, what: str, sink: Sink) -> int | None:
    """A size in bytes; None after an error."""
    digits, unit = _split(number.text)
    if digits and unit in SIZE_UNITS:
        return _bounded(number, int(digits) * SIZE_UNITS[unit], low, high, what, sink, shown=show_size)
    slip = SIZE_SLIPS.get(unit.lower()) if digits else None
    meant = digits + slip if slip is not None and digits else None
    expected = "bytes, or K or M behind the number: 4096, 8K, 1M"
    sink.error(
        "NX222", number.place, f"`{number.text[:40]}` is not a size", expected=expected, suggestion=meant
    )
    return None


def whole_pages(number: Number, low: int, high: int, what: str, sink: Sink) -> int | None:
    """A size, rounded up to whole pages."""
    found = size(number, low, high, what, sink)
    return None if found is None else (found + PAGE - 1) // PAGE * PAGE


def duration(number: Number, low: int, high: int, what: str, sink: Sink) -> int | None:
    """A duration in nanoseconds; None after an error."""
    digits, unit = _split(number.text)
    if digits and unit in TIME_UNITS:
        return _bounded(number, int(digits) * TIME_UNITS[unit], low, high, what, sink, shown=show_duration)
    slip = TIME_SLIPS.get(unit.lower(), unit.lower() if unit.lower() in TIME_UNITS else None)
    meant = digits + slip if digits and slip is not None else None
    expected = "us, ms or s behind the number: 500us, 10ms, 2s"
    sink.error(
        "NX223", number.place, f"`{number.text[:40]}` is not a duration", expected=expected, suggestion=meant
    )
    return None


def show_size(value: int) -> str:
    """4096, 8K, 1M: as an author would write it."""
    for unit in ("M", "K"):
        if value and value % SIZE_UNITS[unit] == 0:
            return f"{value // SIZE_UNITS[unit]}{unit}"
    return str(value)


def show_duration(value: int) -> str:
    """500us, 10ms, 2s: as an author would write it."""
    for unit in ("s", "ms", "us"):
        if value and value % TIME_UNITS[unit] == 0:
            return f"{value // TIME_UNITS[unit]}{unit}"
    return f"{value}ns" if value else "0s"


def _split(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(0|[1-9][0-9]{0,17})([A-Za-z]*)", text)
    return (found[1], found[2]) if found else ("", "")


def _bounded(number: Number, value: int, low: int, high: int, what: str, sink: Sink, shown=str) -> int | None:
    if low <= value <= high:
        return value
    text = f"{what} {number.text} is {'too small' if value < low else 'too large'}"
    sink.error("NX224", number.place, text, expected=f"{shown(low)} to {shown(high)}")
    return None
