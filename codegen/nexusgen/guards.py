"""Guarded methods: what a server's glue needs to ask policyd about its clients.

Nobody writes this connection: an instance with a method that `requires` a capability gets an endpoint
of a reserved name and a connection from there to policyd. The endpoint's interface is policyd's own, so
that there is one encoding; its enum is renamed, so that a component may have one of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .model import Component, Connection, Endpoint, EnumType, Instance, IntType, Interface, Method, StringType
from .order import ABOVE_INIT, guarded_method

ENDPOINT = "nexus_policy"  # no author's name begins so
POLICYD = "policyd"
INTERFACE = "Policy"
CAPABILITY_MAX = 64  # as resolve_types.py reads them
FORM = (
    f"`interface {INTERFACE} {{ check(u32 subject, string<64> capability, out Decision decision, "
    "out u64 audit_sequence); }` with `enum Decision { DENY, ALLOW }`"
)


def find_policyd(instances: Iterable[Instance]) -> Instance | None:
    """The instance that decides."""
    return next((instance for instance in instances if instance.component.name == POLICYD), None)


def asked_endpoint(policyd: Instance) -> Endpoint | None:
    """Where policyd can be asked; None if it provides nothing of the form that glue knows."""
    for endpoint in policyd.component.provides:
        if endpoint.interface.name == INTERFACE and check_of(endpoint.interface) is not None:
            return endpoint
    return None


def check_of(interface: Interface) -> Method | None:
    """The method that asks, if all its parameters are what glue passes."""
    for method in interface.methods:
        if method.name == "check" and [p.out for p in method.parameters] == [False, False, True, True]:
            subject, capability, decision, sequence = (p.type for p in method.parameters)
            integers = [(k.bits, k.signed) for k in (subject, sequence) if isinstance(k, IntType)]
            named = isinstance(decision, EnumType) and "ALLOW" in dict(decision.members)
            long_enough = isinstance(capability, StringType) and capability.bound >= CAPABILITY_MAX
            if integers == [(32, False), (64, False)] and long_enough and named:
                return method
    return None


def asks(instance: Instance, init: Instance | None) -> bool:
    """Whether its glue asks; init, logd and policyd may not."""
    standard = instance is init or instance.component.name in ABOVE_INIT
    return not standard and guarded_method(instance) is not None


def with_asking(instances: list[Instance], init: Instance | None) -> tuple[list[Instance], list[Connection]]:
    """The instances, those with guarded methods able to ask, and their connections to policyd."""
    policyd = find_policyd(instances)
    provides = asked_endpoint(policyd) if policyd else None
    if policyd is None or provides is None:
        return instances, []
    able: dict[int, Component] = {}  # one new type for each old one
    found, connections = [], []
    for instance in instances:
        if asks(instance, init):
            old = instance.component
            new = able.setdefault(id(old), replace(old, guard=_endpoint(provides)))
            instance = replace(instance, component=new)
            place = guarded_method(instance)[1]
            connections.append(Connection(instance, new.guard, policyd, provides, place, implicit=True))
        found.append(instance)
    return found, connections


def _endpoint(provides: Endpoint) -> Endpoint:
    """The client's end: the one method that is called, under names of its own."""
    method = check_of(provides.interface)
    parameters = tuple(
        replace(p, type=replace(p.type, name=f"nexus_{p.type.name}")) if isinstance(p.type, EnumType) else p
        for p in method.parameters
    )
    methods = (replace(method, parameters=parameters),)
    interface = replace(provides.interface, methods=methods, events=(), dataports=())
    return Endpoint(ENDPOINT, interface, provides.place)
