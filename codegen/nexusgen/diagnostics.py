"""Diagnostics: what is wrong, where, what was expected, what was probably meant; as text and as JSON."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .model import Place

LINE_LIMIT = 140  # of a shown source line; longer ones are cut around the column


@dataclass(frozen=True)
class Note:
    """A second place or a remark that belongs to a diagnostic."""

    text: str
    place: Place | None = None


@dataclass(frozen=True)
class Diagnostic:
    code: str
    severity: str  # "error" or "warning"
    place: Place | None
    text: str
    expected: str | None = None
    suggestion: str | None = None  # shown as: did you mean `...`?
    notes: tuple[Note, ...] = ()


class Failed(Exception):
    """The description is wrong. Carries every diagnostic of the run, warnings too."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(f"{len(self.diagnostics)} diagnostics")


class Sink:
    """Collects the diagnostics of one run, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple, Diagnostic] = {}

    def error(
        self,
        code: str,
        place: Place | None,
        text: str,
        *,
        expected: str | None = None,
        suggestion: str | None = None,
        notes: Iterable[Note] = (),
    ) -> None:
        """Record an error; the run goes on, so that all of them are shown at once."""
        self._add(Diagnostic(code, "error", place, text, expected, suggestion, tuple(notes)))

    def warning(
        self,
        code: str,
        place: Place | None,
        text: str,
        *,
        expected: str | None = None,
        suggestion: str | None = None,
        notes: Iterable[Note] = (),
    ) -> None:
        """Record a warning."""
        self._add(Diagnostic(code, "warning", place, text, expected, suggestion, tuple(notes)))

    def _add(self, found: Diagnostic) -> None:
        self._found.setdefault((found.code, found.place, found.text), found)

    @property
    def failed(self) -> bool:
        """Whether an error was recorded."""
        return any(found.severity == "error" for found in self._found.values())

    def all(self) -> tuple[Diagnostic, ...]:
        """Everything found: by file in the order of reading, then by line and column."""
        order: dict[Path, int] = {}
        for found in self._found.values():
            if found.place:
                order.setdefault(found.place.file, len(order))

        def key(found: Diagnostic) -> tuple[int, int, int]:
            place = found.place
            return (order[place.file], place.line, place.column) if place else (-1, 0, 0)

        return tuple(sorted(self._found.values(), key=key))


def fail(code: str, place: Place | None, text: str, *, expected: str | None = None) -> None:
    """End the run with this one error."""
    raise Failed([Diagnostic(code, "error", place, text, expected)])


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    words = list(dict.fromkeys(known))
    for candidate in words:
        if candidate.lower() == word.lower() and candidate != word:
            return candidate
    close = difflib.get_close_matches(word[:64], words, n=1, cutoff=0.6)
    return close[0] if close and close[0] != word else None


def listed(words: Iterable[str], limit: int = 8) -> str | None:
    """`a`, `b` or `c`; None if there are none."""
    quoted = [f"`{word}`" for word in words]
    if not quoted:
        return None
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + ", ..."
    if len(quoted) == 1:
        return quoted[0]
    return ", ".join(quoted[:-1]) + " or " + quoted[-1]


# --- showing them ------------------------------------------------------------------------------------


def shown_path(path: Path, root: Path) -> str:
    """The path as people know it: relative to the project."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)


def show(diagnostics: Iterable[Diagnostic], root: Path, form: str) -> None:
    """Print diagnostics to the standard error, as `text` or as `json`; nothing if there is no text."""
    printer = Printer(root)
    if form == "json":
        print(printer.json(diagnostics), file=sys.stderr)
    else:
        print(printer.text(diagnostics), end="", file=sys.stderr)


class Printer:
    """Turns diagnostics into text; reads each source file once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lines: dict[Path, list[str]] = {}

    def text(self, diagnostics: Iterable[Diagnostic]) -> str:
        """All of them for people, with a last line that counts them."""
        shown = list(diagnostics)
        parts = [self._one(found) for found in shown]
        if shown:
            parts.append(_summary(shown))
        return "\n".join(parts) + ("\n" if parts else "")

    def json(self, diagnostics: Iterable[Diagnostic]) -> str:
        """All of them for editors; docs/assembly-language.md describes the fields."""
        shown = list(diagnostics)
        return json.dumps(
            {
                "diagnostics": [self._object(found) for found in shown],
                "errors": sum(found.severity == "error" for found in shown),
                "warnings": sum(found.severity == "warning" for found in shown),
            },
            indent=2,
        )

    def _head(self, place: Place | None) -> str:
        if place is None:
            return "nexusgen"
        return f"{shown_path(place.file, self.root)}:{place.line}:{place.column}"

    def _one(self, found: Diagnostic) -> str:
        lines = [f"{self._head(found.place)}: {found.severity} {found.code}: {found.text}"]
        if found.place:
            lines += self._excerpt(found.place)
        if found.expected:
            lines.append(f"  expected: {found.expected}")
        if found.suggestion:
            lines.append(f"  did you mean `{found.suggestion}`?")
        for note in found.notes:
            lines.append(
                f"{self._head(note.place)}: note: {note.text}" if note.place else f"  note: {note.text}"
            )
            if note.place:
                lines += self._excerpt(note.place)
        return "\n".join(lines)

    def _excerpt(self, place: Place) -> list[str]:
        lines = self._lines_of(place.file)
        if not 1 <= place.line <= len(lines):
            return []
        line = "".join(c if c.isprintable() or c == "\t" else "?" for c in lines[place.line - 1].rstrip("\r"))
        start = max(0, place.column - LINE_LIMIT // 2) if len(line) > LINE_LIMIT else 0
        line = line[start : start + LINE_LIMIT].rstrip()
        before = line[: place.column - 1 - start].ljust(place.column - 1 - start)
        blank = "".join("\t" if c == "\t" else " " for c in before)
        carets = "^" * max(1, min(place.width, len(line) - len(before)))
        return [f"{place.line:5} | {line}".rstrip(), f"      | {blank}{carets}"]

    def _lines_of(self, path: Path) -> list[str]:
        if path not in self._lines:
            try:
                text = path.read_bytes().decode("utf-8-sig", errors="replace")
            except OSError:
                text = ""
            self._lines[path] = text.split("\n")
        return self._lines[path]

    def _object(self, found: Diagnostic) -> dict:
        result = self._position(found.place)
        result.update(severity=found.severity, code=found.code, text=found.text)
        result.update(expected=found.expected, suggestion=found.suggestion)
        result["notes"] = [{**self._position(note.place), "text": note.text} for note in found.notes]
        return result

    def _position(self, place: Place | None) -> dict:
        if place is None:
            return {"file": None, "line": None, "column": None, "width": None}
        file = shown_path(place.file, self.root)
        return {"file": file, "line": place.line, "column": place.column, "width": place.width}


def _summary(shown: list[Diagnostic]) -> str:
    counts = []
    for severity in ("error", "warning"):
        count = sum(found.severity == severity for found in shown)
        if count:
            counts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    first = next((found for found in shown if found.severity == "error"), shown[0])
    return f"{', '.join(counts)}; `nexusgen explain {first.code}` says more"
