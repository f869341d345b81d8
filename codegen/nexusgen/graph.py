"""The picture of an assembly: Graphviz draws it, the most urgent instances on top."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .model import Connection, Instance, System
from .numbers import show_size
from .order import rank, shown_rank

HEAD = """\
digraph "@NAME@" {
    graph [rankdir=TB, ranksep=0.6, nodesep=0.4, fontname="Helvetica", labelloc=t, label="@TITLE@"];
    node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, color="#5b6770"];
    edge [fontname="Helvetica", fontsize=9, color="#5b6770", fontcolor="#333333"];
"""
FILL = {"init": "#f3d9a4", "device": "#cfe3cf", "plain": "#dfe7ee"}


def dot_text(system: System) -> str:
    """The source for dot, the same on every run."""
    title = f"{system.name}: a call goes up, to a higher priority"
    lines = [HEAD.replace("@NAME@", _escaped(system.name)).replace("@TITLE@", _escaped(title)).rstrip("\n")]
    lines += _layers(system)
    lines += [_edge(connection) for connection in system.connections]
    for instance in system.instances:
        lines += _devices(instance)
    return "\n".join(lines) + "\n}\n"


def write_graph(system: System, root: Path, output: Path) -> int:
    """Write the .dot source, or let dot draw it: the suffix decides."""
    text = dot_text(system)
    if output.suffix == ".dot":
        output.write_text(text)
        return 0
    if output.suffix not in (".svg", ".png", ".pdf"):
        print(f"nexusgen: {output}: the picture is an .svg, .png, .pdf or .dot file", file=sys.stderr)
        return 2
    try:
        ran = subprocess.run(
            ["dot", f"-T{output.suffix[1:]}"], input=text.encode(), capture_output=True, timeout=60
        )
    except FileNotFoundError:
        print("nexusgen: `dot` is missing; install graphviz", file=sys.stderr)
        return 3
    if ran.returncode:
        print(f"nexusgen: dot failed: {ran.stderr.decode(errors='replace').strip()[:500]}", file=sys.stderr)
        return 3
    output.write_bytes(ran.stdout)
    return 0


def _layers(system: System) -> list[str]:
    """One row for each priority, joined by invisible edges so that the rows keep their order."""
    groups: dict[tuple, list[Instance]] = {}
    for instance in system.instances:
        groups.setdefault(rank(instance, system.init), []).append(instance)
    lines, previous = [], None
    for key in sorted(groups, reverse=True):
        anchor = f"layer_{key[0]}_{key[1]}"
        label = shown_rank(groups[key][0], system.init)
        lines.append(f'    "{anchor}" [shape=plaintext, style="", fontcolor="#888888", label="{label}"];')
        lines += [_node(instance, system) for instance in groups[key]]
        members = " ".join(f'"{name}";' for name in [anchor, *(i.name for i in groups[key])])
        lines.append(f"    {{ rank=same; {members} }}")
        if previous:
            lines.append(f'    "{previous}" -> "{anchor}" [style=invis];')
        previous = anchor
    return lines


def _node(instance: Instance, system: System) -> str:
    kind = "init" if instance is system.init else "device" if instance.component.devices else "plain"
    label = _escaped(instance.name)
    if instance.component.name != instance.name:
        label += f"\\n({_escaped(instance.component.name)})"
    return f'    "{instance.name}" [label="{label}", fillcolor="{FILL[kind]}"];'


def _edge(connection: Connection) -> str:
    """Drawn from server to client so that the server is above; the arrow points at the server."""
    if connection.implicit:  # nobody wrote it: a guarded method makes its server ask policyd
        ends = f'"{connection.server.name}" -> "{connection.client.name}"'
        return f'    {ends} [dir=back, style=dotted, label="policy"];'
    interface = connection.provides.interface
    label = [f"{interface.name}"]
    label += [f"{port.name} [{'shared, dma' if port.dma else 'shared'}]" for port in interface.dataports]
    style = "solid" if interface.methods else "dashed"
    arrows = "both" if any(event.out for event in interface.events) else "back"
    text = _escaped("\n".join(label))
    ends = f'"{connection.server.name}" -> "{connection.client.name}"'
    return f'    {ends} [dir={arrows}, style={style}, arrowhead=open, label="{text}"];'


def _devices(instance: Instance) -> list[str]:
    lines = []
    for device in instance.component.devices:
        name = f"{instance.name}.{device.name}"
        index = "" if device.index is None else f"[{device.index}]"
        words = [f"{device.device_class}{index}"]
        words += [f"dma {show_size(device.dma)}{', trusted' * device.trusted}"] * bool(device.dma)
        label = _escaped("\n".join(words))
        lines.append(f'    "{name}" [shape=component, fillcolor="#eeeeee", label="{label}"];')
        lines.append(f'    "{instance.name}" -> "{name}" [dir=none, style=bold];')
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
