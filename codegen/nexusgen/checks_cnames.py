"""The rule that generated C compiles: no two different things of a component get one name."""

from __future__ import annotations

from .cnames import upper
from .diagnostics import Note, Sink
from .model import (
    BytesType,
    Component,
    Device,
    Endpoint,
    EnumType,
    Interface,
    Place,
    StringType,
    StructType,
    Type,
)

Named = list[tuple[str, Place]]


def generated_names(component: Component) -> Named:
    """Every name that the generated header of a component defines or declares, and where it comes from."""
    names = [(attribute.name, attribute.place) for attribute in component.attributes]
    for device in component.devices:
        names += _device(device)
    if component.power:
        names.append(("POWER_SLOT", component.place))
    for endpoint in component.uses:
        names.append((f"{endpoint.name.upper()}_SLOT", endpoint.place))
        names += _members(endpoint, ("", "_until"))
    for endpoint in component.provides:
        names += [(f"{endpoint.name}_client_{what}", endpoint.place) for what in ("died", "refused")]
        names += _members(endpoint, ("", "_reply"))
        ports = endpoint.interface.dataports
        names += [(f"{endpoint.name}_{port.name}_slot", endpoint.place) for port in ports if port.dma]
    interfaces = {e.interface.place: e.interface for e in (*component.uses, *component.provides)}
    types: list[Type] = [attribute.type for attribute in component.attributes]
    for interface in interfaces.values():
        names += _constants(interface)
        types += [parameter.type for method in interface.methods for parameter in method.parameters]
    return names + _enumerators(types)


def _device(device: Device) -> Named:
    """What a device is known by."""
    tails = ["SLOT", "PAGE"]
    tails += ["IRQ_BIT"] * device.irq
    tails += ["DMA_SLOT", "DMA_BYTES"] * bool(device.dma)
    tails += ["QUEUE_PAGE"] * (bool(device.dma) and not device.trusted)
    names = [f"{device.name.upper()}_{tail}" for tail in tails]
    names += [f"{device.name}_interrupt"] * device.irq
    names += [f"{device.name}_dma"] * bool(device.dma)
    return [(name, device.place) for name in names]


def _members(endpoint: Endpoint, tails: tuple[str, ...]) -> Named:
    """The functions of an endpoint."""
    interface = endpoint.interface
    names = [f"{endpoint.name}_{method.name}{tail}" for method in interface.methods for tail in tails]
    names += [f"{endpoint.name}_{member.name}" for member in (*interface.events, *interface.dataports)]
    names += [f"{endpoint.name}_{port.name}_BYTES".upper() for port in interface.dataports]
    return [(name, endpoint.place) for name in names]


def _constants(interface: Interface) -> Named:
    """The errors of an interface and the bounds of its parameters."""
    prefix = upper(interface.name)
    names = [(f"{prefix}_{error}", interface.place) for error in interface.errors]
    for method in interface.methods:
        for parameter in method.parameters:
            if isinstance(parameter.type, (StringType, BytesType)):
                names.append((f"{prefix}_{method.name}_{parameter.name}_MAX".upper(), parameter.place))
    return names


def _enumerators(types: list[Type]) -> Named:
    """The members of all enums that these types need, each enum once."""
    enums: dict[Place, EnumType] = {}
    open_types = list(types)
    while open_types:
        type_ = open_types.pop()
        if isinstance(type_, EnumType):
            enums[type_.place] = type_
        elif isinstance(type_, StructType):
            open_types += [part for _, part, _ in type_.fields]
    return [(f"{upper(e.name)}_{name}", e.place) for e in enums.values() for name, _ in e.members]


def check_generated_names(component: Component, sink: Sink) -> None:
    """Two different things of a component never get the same name in C."""
    seen: dict[str, Place] = {}
    for name, place in generated_names(component):
        if name in seen:
            notes = [Note("the other one comes from here", seen[name])]
            text = f"`{name}` would be generated twice for component `{component.name}`"
            sink.error("NX124", place, text, expected="another name for one of them", notes=notes)
        seen[name] = place
