"""Finding and reading .assembly files, and which names a file sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from . import syntax
from .diagnostics import Note, Sink, did_you_mean, shown_path
from .model import Place
from .parse import parse

FILE_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True)
class Definition:
    """An item and the file that it stands in."""

    item: syntax.Item
    file: syntax.File


class Project:
    """Everything that was read in one run, by path."""

    def __init__(self, root: Path, sink: Sink) -> None:
        self.root = root
        self.sink = sink
        self.files: dict[Path, syntax.File | None] = {}
        self._scopes: dict[Path, Scope] = {}

    # --- files

    def read(self, path: Path, place: Place | None) -> syntax.File | None:
        """The file's syntax tree; None after an error. `place` is what asked for it."""
        if path not in self.files:
            self.files[path] = None
            text = self.text(path, place)
            if text is not None:
                self.files[path] = parse(path, text, self.sink)
        return self.files[path]

    def text(self, path: Path, place: Place | None) -> str | None:
        """What a file holds; None after an error."""
        shown = shown_path(path, self.root)
        try:
            with path.open("rb") as file:
                data = file.read(FILE_BYTES_MAX + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.sink.error("NX106", place, f"cannot read {shown}: {reason}")
            return None
        if len(data) > FILE_BYTES_MAX:
            self.sink.error("NX106", place, f"cannot read {shown}: it is larger than {FILE_BYTES_MAX} bytes")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            line = before.count(b"\n") + 1
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", errors="replace")) + 1
            text = f"byte {data[error.start]:#04x} is not UTF-8"
            self.sink.error("NX107", Place(path, line, column), text, expected="UTF-8 text")
            return None

    def component_path(self, name: str) -> Path:
        """Where component NAME is described."""
        return self.root / "components" / name / f"{name}.assembly"

    def assembly_path(self, name: str) -> Path:
        """Where assembly NAME is described; the folder of its own wins if both exist."""
        own = self.root / "assemblies" / name / f"{name}.assembly"
        return own if own.exists() else self.root / "assemblies" / f"{name}.assembly"

    def component_names(self) -> list[str]:
        """Every component folder, for `did you mean`."""
        return sorted(
            path.stem for path in self.root.glob("components/*/*.assembly") if path.stem == path.parent.name
        )

    def assembly_names(self) -> list[str]:
        """Every assembly file, for `did you mean`."""
        own = [path for path in self.root.glob("assemblies/*/*.assembly") if path.stem == path.parent.name]
        return sorted({path.stem for path in [*self.root.glob("assemblies/*.assembly"), *own]})

    def interface_place(self, name: str) -> Place | None:
        """Where some component's file defines this interface: for a hint, so a look at the text will do."""
        pattern = re.compile(rf"^[ \t]*interface[ \t]+({re.escape(name)})\b", re.MULTILINE)
        for component in self.component_names():
            path = self.component_path(component)
            try:
                text = path.read_text()
            except (OSError, UnicodeDecodeError):
                continue
            found = pattern.search(text)
            if found:
                line_start = text.rfind("\n", 0, found.start(1)) + 1
                line = text.count("\n", 0, found.start(1)) + 1
                return Place(path, line, found.start(1) - line_start + 1, len(name))
        return None

    # --- names

    def scope(self, file: syntax.File) -> "Scope":
        """What this file sees."""
        if file.path not in self._scopes:
            self._scopes[file.path] = Scope(self, file)
        return self._scopes[file.path]


class Scope:
    """The definitions of one file and of the files that it imports (not of what those import)."""

    def __init__(self, project: Project, file: syntax.File) -> None:
        self.project = project
        self.file = file
        self.names: dict[str, Definition] = {}
        self.used: set[str] = set()
        self.lost = set(file.lost)
        self.damaged = file.damaged
        self.imports: dict[str, tuple[syntax.Import, syntax.File | None]] = {}
        self._define(file, None)
        for item in file.all(syntax.Import):
            self._import(item)

    def _define(self, file: syntax.File, imported: syntax.Import | None) -> None:
        for item in file.items:
            if isinstance(item, (syntax.Import, syntax.Assembly)):
                continue
            earlier = self.names.get(item.name.text)
            if earlier is None:
                self.names[item.name.text] = Definition(item, file)
            elif imported is None or earlier.file is not file:
                self._twice(item, earlier, imported)

    def _twice(self, item: syntax.Item, earlier: Definition, imported: syntax.Import | None) -> None:
        name = item.name.text
        place, text = item.name.place, f"`{name}` is defined twice"
        notes = [Note("it is defined here first", earlier.item.name.place)]
        if imported is not None:
            place, text = (
                imported.name.place,
                f"`{imported.name.text}` defines `{name}`, which is defined already",
            )
            notes.append(Note("and here again", item.name.place))
        self.project.sink.error("NX121", place, text, notes=notes)

    def _import(self, item: syntax.Import) -> None:
        name, sink = item.name.text, self.project.sink
        path = self.project.component_path(name)
        if name in self.imports:
            notes = [Note("it is imported here first", self.imports[name][0].name.place)]
            sink.error("NX121", item.name.place, f"`{name}` is imported twice", notes=notes)
            return
        if path == self.file.path:
            sink.error("NX112", item.name.place, f"`{name}` imports itself", expected="another component")
            return
        if not path.exists():
            self.damaged = True
            meant = did_you_mean(name, self.project.component_names())
            shown = shown_path(path, self.project.root)
            sink.error("NX111", item.name.place, f"nothing to import: there is no {shown}", suggestion=meant)
            return
        found = self.project.read(path, item.name.place)
        self.imports[name] = (item, found)
        if found is None:
            self.damaged = True
            return
        self.lost |= found.lost
        self.damaged |= found.damaged
        self._define(found, item)

    def find(self, name: syntax.Name, kinds: tuple[type, ...]) -> Definition | None:
        """The visible definition of this kind, marked as used; no complaint if there is none."""
        found = self.names.get(name.text)
        if found is not None and isinstance(found.item, kinds):
            self.used.add(name.text)
            return found
        return None

    def visible(self, *kinds: type) -> list[str]:
        """The names of this kind, for `did you mean`."""
        return [name for name, found in self.names.items() if isinstance(found.item, kinds)]

    def may_be_lost(self, name: str, meant: str | None) -> bool:
        """Whether a reported error explains that the name is unknown; obvious slips are reported."""
        return name in self.lost or (self.damaged and not meant)
