"""Warnings about what nobody uses: it is a slip more often than it is meant."""

from __future__ import annotations

from . import syntax
from .diagnostics import Sink
from .loading import Project
from .resolve_assembly import AssemblyResolver

KINDS = {
    syntax.Interface: ("NX701", "interface"),
    syntax.Component: ("NX702", "component"),
    syntax.Enum: ("NX701", "enum"),
    syntax.Struct: ("NX701", "struct"),
}


def check_unused_definitions(project: Project, resolver: AssemblyResolver, sink: Sink) -> None:
    """What a file with assemblies defines is used in that file: nobody else can see it."""
    for path in dict.fromkeys(link.file.path for link in resolver.chain):
        file = project.files[path]
        if file is None or file.damaged or path.parent.parent.name == "components":
            continue
        scope = project.scope(file)
        inherited = {item.extends.text for item in file.all(syntax.Assembly) if item.extends}
        read = {link.item.name.text for link in resolver.chain}
        if any(item.name.text not in inherited | read for item in file.all(syntax.Assembly)):
            continue  # another assembly of this file may use it
        for item in file.items:
            if type(item) in KINDS and item.name.text not in scope.used:
                code, what = KINDS[type(item)]
                sink.warning(code, item.name.place, f"{what} `{item.name.text}` is never used")


def check_unused_imports(project: Project, sink: Sink) -> None:
    """An import makes something visible that the file names."""
    for file in project.files.values():
        if file is None or file.damaged:
            continue
        scope = project.scope(file)
        for name, (item, imported) in scope.imports.items():
            if imported is None or imported.damaged or imported.lost:
                continue
            names = {found for found, definition in scope.names.items() if definition.file is imported}
            if not names & scope.used:
                sink.warning("NX706", item.name.place, f"nothing from `{name}` is used here")
