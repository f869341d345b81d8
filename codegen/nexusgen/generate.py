"""The verbs `generate` and `sources`: all files that depend on the description alone."""

from __future__ import annotations

from pathlib import Path

from . import abi, cnames, emit
from .emit_glue import ComponentView
from .emit_instance import InstanceView
from .emit_mock import MockView
from .emit_plan import plan, windows
from .layout import Layout, lay_out
from .layout_devices import arena
from .model import Component, System


def types(system: System) -> list[Component]:
    """The component types of a system, each once, in the order of their first instance."""
    return list({instance.component.name: instance.component for instance in system.instances}.values())


def _components(system: System, folder: Path, root: Path) -> list[Path]:
    written = []
    for component in types(system):
        places, _ = arena(system, component)
        view = ComponentView(component, component is system.init.component, places, root)
        mock = MockView(component, view, root)
        place = folder / component.name
        for template, name in (
            ("nexus.h.j2", f"{component.name}.nexus.h"),
            ("nexus.c.j2", f"{component.name}.nexus.c"),
            ("mock.h.j2", f"{component.name}.mock.h"),
            ("mock.c.j2", f"{component.name}.mock.c"),
        ):
            shown = mock if template.startswith("mock") else view
            emit.write(place / name, emit.render(template, c=shown))
            written.append(place / name)
        for base in component.bases:  # whose sources include the header by the name that they know
            path = place / f"{base.name}.nexus.h"
            emit.write(path, emit.render("base.h.j2", c=view, base=base.name))
            written.append(path)
    return written


def _instances(layout: Layout, folder: Path, root: Path) -> list[Path]:
    written = []
    for task in layout.tasks:
        view = InstanceView(layout, task, root)
        for template, suffix in (("instance.c.j2", "c"), ("instance.ld.j2", "ld")):
            path = folder / "instances" / f"{task.name}.{suffix}"
            emit.write(path, emit.render(template, i=view))
            written.append(path)
    return written


def write_plan(layout: Layout, segments: dict[str, list], path: Path, root: Path) -> None:
    """init_plan.c; `segments` are the linked images of the instances by name."""
    values = {
        "where": cnames.where(layout.system.place, root),
        "tasks": plan(layout, segments, root),
        "windows": windows(layout),
        "init": layout.init,
    }
    emit.write(path, emit.render("init_plan.c.j2", **values))


def generate(system: System, folder: Path, root: Path, depfile: Path | None = None) -> list[Path]:
    """Write headers, glue, mocks, instance data and linker scripts; returns their paths."""
    layout = lay_out(system)
    written = _components(system, folder, root) + _instances(layout, folder, root)
    if depfile is not None:
        read = [str(path) for path in (*system.files, *abi.files())]
        targets = " ".join(_escaped(str(path)) for path in written)
        emit.write(depfile, f"{targets}: {' '.join(_escaped(path) for path in read)}\n")
    return written


def _escaped(path: str) -> str:
    return path.replace(" ", "\\ ").replace("$", "$$")


def _cmake_path(path: Path, root: Path) -> str:
    try:
        return "${NEXUS_ROOT}/" + path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def _folders(component: Component, root: Path) -> list[str]:
    """Where the headers of a component and of what it extends lie, each folder once."""
    return list(dict.fromkeys(_cmake_path(c.folder, root) for c in (component, *component.bases)))


def sources(system: System, path: Path, root: Path) -> None:
    """Write what CMake needs at configure time."""
    lay_out(system)  # an assembly that does not fit is refused as early as possible
    values = {
        "where": cnames.where(system.place, root),
        "name": system.name,
        "root": root.as_posix(),
        "init": system.init.name,
        "files": [_cmake_path(file, root) for file in system.files],
        "types": [
            {
                "name": component.name,
                "folders": _folders(component, root),
                "sources": [_cmake_path(source, root) for source in component.sources],
            }
            for component in types(system)
        ],
        "instances": [{"name": i.name, "type": i.component.name} for i in system.instances],
    }
    emit.write(path, emit.render("sources.cmake.j2", **values))
