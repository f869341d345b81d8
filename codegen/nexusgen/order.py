"""Who is above whom: priorities as the system sees them, and the edges along which calls go."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Connection, Instance, Place

ABOVE_INIT = ("policyd", "logd")  # component types, lowest first; below them init, then all others


@dataclass(frozen=True)
class Edge:
    """The client may be blocked until the server answers."""

    client: Instance
    server: Instance
    place: Place
    what: str  # for people: "visitor.greeting -> greeter.greeting"


def rank(instance: Instance, init: Instance | None) -> tuple[int, int]:
    """Compares like the effective priority: logd, policyd, init, then what the author wrote."""
    if instance.component.name in ABOVE_INIT:
        return 2 + ABOVE_INIT.index(instance.component.name), instance.priority
    return (1, 0) if instance is init else (0, instance.priority)


def shown_rank(instance: Instance, init: Instance | None) -> str:
    """The priority as people know it."""
    return str(instance.priority) if rank(instance, init)[0] == 0 else "above all"


def edges(connections: list[Connection]) -> list[Edge]:
    """Every call that can happen: along connections with methods, those to policyd that nobody wrote too."""
    found = []
    for connection in connections:
        if connection.provides.interface.methods:
            what = f"{connection.client.name}.{connection.uses.name} -> "
            what += f"{connection.server.name}.{connection.provides.name}"
            found.append(Edge(connection.client, connection.server, connection.place, what))
    return found


def guarded_method(instance: Instance) -> tuple[str, Place] | None:
    """The first method that this instance provides under a policy capability, and where."""
    for endpoint in instance.component.provides:
        for method in endpoint.interface.methods:
            if method.requires is not None:
                return f"{endpoint.name}.{method.name}", method.place
    return None
