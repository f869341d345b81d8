"""The rule that keeps calls from waiting on each other: every call goes to a higher priority."""

from __future__ import annotations

from .diagnostics import Note, Sink
from .model import Instance
from .order import Edge, edges, rank, shown_rank
from .resolve_assembly import Assembled


def check_no_cycles(result: Assembled, sink: Sink) -> None:
    """No chain of calls comes back to where it began; each such ring is reported once, with its chain."""
    for ring in find_rings(edges(result.connections)):
        chain = " -> ".join([edge.client.name for edge in ring] + [ring[0].client.name])
        notes = [Note(f"`{edge.client.name}` calls `{edge.server.name}`", edge.place) for edge in ring[1:]]
        text = f"calls go round in a ring: {chain}"
        sink.error(
            "NX408", ring[0].place, text, expected="an event in one of the two directions", notes=notes
        )


def check_calls_go_upward(result: Assembled, sink: Sink) -> None:
    """A server has a strictly higher priority than each of its clients."""
    all_edges = edges(result.connections)
    in_ring = {id(edge) for ring in find_rings(all_edges) for edge in ring}
    ring_pairs = {(e.client.name, e.server.name) for e in all_edges if id(e) in in_ring}
    for edge in all_edges:
        if rank(edge.client, result.init) < rank(edge.server, result.init):
            continue
        if (edge.client.name, edge.server.name) in ring_pairs:
            continue
        chain = _chain(edge, all_edges)
        shown = " -> ".join(f"{one.name} ({shown_rank(one, result.init)})" for one in chain)
        text = f"a call must go to a higher priority: {shown}"
        sink.error(
            "NX407",
            edge.place,
            text,
            expected=_way_out(edge, result.init),
            notes=_declared(edge, result.init),
        )


def _way_out(edge: Edge, init: Instance | None) -> str:
    if edge.client is init:
        return "init calls nobody but policyd and logd"
    if edge.client.priority >= 255 or rank(edge.client, init)[0]:
        return f"a priority of `{edge.client.name}` below that of `{edge.server.name}`"
    client, server = edge.client, edge.server
    return f"`{server.name}` above {client.priority}, or `{client.name}` below {server.priority}"


def _declared(edge: Edge, init: Instance | None) -> list[Note]:
    ends = [one for one in (edge.client, edge.server) if not rank(one, init)[0]]
    return [Note(f"`{one.name}` has priority {one.priority}", one.place) for one in ends]


def _chain(edge: Edge, all_edges: list[Edge]) -> list[Instance]:
    """The calls that lead to this one, the first client first."""
    chain = [edge.client, edge.server]
    while True:
        into = next((e for e in all_edges if e.server is chain[0] and e.client not in chain), None)
        if into is None:
            return chain
        chain.insert(0, into.client)


def find_rings(all_edges: list[Edge]) -> list[list[Edge]]:
    """Rings of calls: one for each edge that closes a path which begins at its server, each set once."""
    rings: list[list[Edge]] = []
    seen: set[frozenset[str]] = set()
    out: dict[str, list[Edge]] = {}
    for edge in all_edges:
        out.setdefault(edge.client.name, []).append(edge)
    covered: set[str] = set()
    for first in all_edges:
        if first.client.name in covered:
            continue
        path = _path(first.server.name, first.client.name, out)
        if path is None:
            continue
        ring = [first, *path]
        members = frozenset(edge.client.name for edge in ring)
        if members not in seen:
            seen.add(members)
            covered |= members
            rings.append(ring)
    return rings


def _path(start: str, goal: str, out: dict[str, list[Edge]]) -> list[Edge] | None:
    """The shortest way along the calls, breadth first."""
    came: dict[str, Edge | None] = {start: None}
    queue = [start]
    while queue:
        here = queue.pop(0)
        if here == goal:
            path: list[Edge] = []
            while came[here] is not None:
                path.insert(0, came[here])
                here = came[here].client.name
            return path
        for edge in out.get(here, []):
            if edge.server.name not in came:
                came[edge.server.name] = edge
                queue.append(edge.server.name)
    return None
