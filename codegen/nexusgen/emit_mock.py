"""The mocks of a component type: NAME.mock.h and NAME.mock.c, for native tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import cnames
from .emit_glue import ComponentView
from .model import Attribute, Component, StringType


@dataclass(frozen=True)
class Hook:
    """A function that a test may replace."""

    name: str
    where: str
    prototype: list[str]
    parameters: list[str]
    arguments: list[str]
    otherwise: list[str]


@dataclass(frozen=True)
class Port:
    """A dataport: a plain array."""

    name: str
    where: str
    parameter: str
    lines: list[str]
    words: int


@dataclass(frozen=True)
class MockAttribute:
    """An attribute under a second, writable name."""

    name: str
    where: str
    mutable: str
    default: str


def _unexpected(name: str) -> list[str]:
    return [f'fail_msg("unexpected call of {name}");', "return 0;"]


def _attribute(component: Component, attribute: Attribute, root: Path) -> MockAttribute:
    name = f"{component.name}_mock_{attribute.name}"
    value: int | str | None = attribute.default
    if isinstance(attribute.type, StringType):
        mutable = f"char {name}[{attribute.type.bound + 1}]"
    else:
        mutable = f"{cnames.c_name(attribute.type)} {name}"
        members = getattr(attribute.type, "members", None)
        value = members[0][1] if members and value is None else value
    default = cnames.constant(attribute.type, value)
    return MockAttribute(attribute.name, cnames.where(attribute.place, root), mutable, default)


def _resets(component: Component, attributes: list[MockAttribute], ports: list[Port]) -> list[str]:
    lines = []
    for attribute, mock in zip(component.attributes, attributes):
        name = mock.mutable.split("[")[0].split()[-1]
        if isinstance(attribute.type, StringType):
            lines += [f"memset({name}, 0, sizeof({name}));"]
            lines += [f"memcpy({name}, {mock.default}, sizeof({mock.default}));"]
        else:
            lines.append(f"{name} = {mock.default};")
    lines += [f"memset(mock_{port.name}, 0, sizeof(mock_{port.name}));" for port in ports]
    return lines


class MockView:
    """Everything that the templates of the mocks print."""

    def __init__(self, component: Component, view: ComponentView, root: Path) -> None:
        self.name, self.guard, self.where = view.name, view.guard, view.where
        self.attributes = [_attribute(component, a, root) for a in component.attributes]
        self.hooks: list[Hook] = []
        self.ports: list[Port] = []
        self.areas = [(f"{d.name}_dma", d.dma_macro, d.where) for d in view.devices if d.dma_macro]
        for endpoint in view.uses:
            for m in endpoint.methods:
                self._hook(m.name, m.where, m.prototype, m.parameters, m.arguments)
                on = [f"return {m.name}({', '.join(m.arguments)});"]
                until = f"{m.name}_until"
                arguments = ["deadline"] + m.arguments
                self.hooks.append(
                    Hook(
                        until,
                        m.where,
                        m.until_prototype,
                        m.until_parameters,
                        arguments,
                        ["(void)deadline;"] + on,
                    )
                )
            for event in endpoint.events_in:
                self._hook(event.name, event.where, [], [], [])
            self._ports(endpoint, "void", [])
        client = ["struct nexus_client client"]
        for endpoint in view.provides:
            for m in endpoint.methods:
                arguments = ["token", "result"] + m.reply_arguments
                self._hook(f"{m.name}_reply", m.where, m.later_prototype, m.later_parameters, arguments)
            for event in endpoint.events_out:
                self._hook(event.name, event.where, client, client, ["client"])
            for port in endpoint.dataports:
                if port.dma:
                    self._hook(f"{port.name}_slot", port.where, client, client, ["client"])
            self._ports(endpoint, client[0], ["(void)client;"])
        self.resets = _resets(component, self.attributes, self.ports)
        self.resets += [f"memset({name}, 0, {size});" for name, size, _ in self.areas]

    def _hook(self, name: str, where: str, prototype, parameters, arguments) -> None:
        self.hooks.append(Hook(name, where, prototype, parameters, arguments, _unexpected(name)))

    def _ports(self, endpoint, parameter: str, lines: list[str]) -> None:
        for port in endpoint.dataports:
            self.ports.append(Port(port.name, port.where, parameter, lines, port.pages * 512))
