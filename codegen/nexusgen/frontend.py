"""The front end: from the name of an assembly to the checked model, or to every diagnostic at once.

Paths in the model are absolute; `diagnostics.shown_path` makes them relative for people.
"""

from __future__ import annotations

from pathlib import Path

from . import syntax
from .checks import run_checks
from .diagnostics import Failed, Sink, did_you_mean
from .loading import Project
from .model import System
from .resolve_assembly import AssemblyResolver, assembly_in
from .resolve_components import ComponentResolver
from .resolve_types import TypeResolver


def load(root: Path, assembly: str) -> System:
    """The assembly of this name or in this file, checked. Raises Failed with all diagnostics."""
    sink = Sink()
    root = Path(root).resolve()
    project = Project(root, sink)
    path = _path(project, assembly, sink)
    found = assembly_in(project, path, path.stem, None, sink) if path else None
    system = None
    if path and found is None and project.files.get(path) is not None:
        _check_all_items(project, path, sink)
    elif found is not None:
        system = _resolve(project, found, sink)
    if sink.failed or system is None:
        raise Failed(sink.all())
    return system


def _path(project: Project, assembly: str, sink: Sink) -> Path | None:
    if "/" in assembly or assembly.endswith(".assembly"):
        return Path(assembly).resolve()
    path = project.assembly_path(assembly)
    if path.exists():
        return path
    meant = did_you_mean(assembly, project.assembly_names())
    sink.error("NX114", None, f"no assembly `{assembly[:60]}` in assemblies/", suggestion=meant)
    return None


def _resolve(project: Project, found, sink: Sink) -> System | None:
    types = TypeResolver(project, sink)
    components = ComponentResolver(project, types, sink)
    assembled = AssemblyResolver(project, components, sink)
    result = assembled.build(found)
    for link in assembled.chain:
        _resolve_rest(project, link.file, types, components)
    for file in list(project.files.values()):
        if file is not None:
            _resolve_rest(project, file, types, components)
    run_checks(project, assembled, result, components, sink)
    if sink.failed or result.init is None:
        return None
    return System(
        name=result.name,
        platform=result.platform,
        init=result.init,
        instances=tuple(result.instances),
        connections=tuple(result.connections),
        policy=result.policy,
        files=tuple(path for path, file in project.files.items() if file is not None)
        + ((result.rules.file,) if result.rules else ()),
        place=result.place,
        warnings=sink.all(),
        rules=result.rules,
    )


def _check_all_items(project: Project, path: Path, sink: Sink) -> None:
    """Without an assembly there is no system, but what the file does define is still checked."""
    types = TypeResolver(project, sink)
    file = project.files[path]
    if file is not None:
        _resolve_rest(project, file, types, ComponentResolver(project, types, sink))


def _resolve_rest(
    project: Project, file: syntax.File, types: TypeResolver, components: ComponentResolver
) -> None:
    """What a file defines is checked even if this assembly does not use it."""
    scope = project.scope(file)
    for definition in list(scope.names.values()):
        if definition.file is not file:
            continue
        if isinstance(definition.item, syntax.Component):
            components.component(definition)
        else:
            types.definition(definition)
