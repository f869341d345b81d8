"""The checks of a whole assembly, one function a rule; rules of single items are where those are resolved."""

from __future__ import annotations

from .checks_devices import (
    check_devices_claimed_once,
    check_devices_exist,
    check_devices_fit,
    check_dma_dataports_are_used,
)
from .checks_order import check_calls_go_upward, check_no_cycles
from .checks_policy import (
    check_capabilities_are_asked_for,
    check_devices_are_allowed,
    check_guards_may_ask,
    check_subjects_exist,
)
from .checks_unused import check_unused_definitions, check_unused_imports
from .diagnostics import Note, Sink
from .guards import FORM, INTERFACE, POLICYD, asked_endpoint, asks, find_policyd
from .loading import Project
from .model import Instance
from .numbers import show_size
from .order import ABOVE_INIT, guarded_method
from .resolve_assembly import Assembled, AssemblyResolver
from .resolve_components import ComponentResolver

TASKS_MAX = 64  # neuron/limits.h
TASK_BYTES_MAX = 128 * 1024 * 1024  # stack, heap and dataports of one instance; its addresses are 256M
KERNEL_BYTES = 10 * 1024 * 1024  # of RAM that firmware and kernel keep


def run_checks(
    project: Project, resolver: AssemblyResolver, result: Assembled, components: ComponentResolver, sink: Sink
) -> None:
    """Every rule, in a fixed order; each reports all that it finds."""
    if not result.damaged and "*" not in resolver.lost_instances:
        check_uses_are_connected(resolver, result, sink)
        check_provides_are_connected(result, components, resolver, sink)
    check_instances_fit(result, sink)
    check_component_names(result, sink)
    check_no_cycles(result, sink)
    check_calls_go_upward(result, sink)
    check_guarded_methods(result, components, sink)
    check_guards_may_ask(result, sink)
    check_subjects_exist(result, sink)
    check_devices_are_allowed(result, sink)
    check_memory(result, sink)
    check_devices_exist(result, sink)
    check_devices_claimed_once(result, sink)
    check_devices_fit(result, sink)
    check_dma_dataports_are_used(result, sink)
    if not sink.failed:  # else what is unused may be only misspelt
        check_capabilities_are_asked_for(project, result, sink)
        check_unused_definitions(project, resolver, sink)
        check_unused_imports(project, sink)


def check_uses_are_connected(resolver: AssemblyResolver, result: Assembled, sink: Sink) -> None:
    """Every `uses` of every instance is connected. init goes without: who cannot be asked has said no."""
    for instance in result.instances:
        if instance is result.init:
            continue
        for endpoint in instance.component.uses:
            if (instance.name, endpoint.name) in resolver.used:
                continue
            servers = [
                f"{other.name}.{provided.name}"
                for other in result.instances
                for provided in other.component.provides
                if provided.interface is endpoint.interface and other is not instance
            ]
            target = servers[0] if servers else "SERVER.ENDPOINT"
            expected = f"`connect {instance.name}.{endpoint.name} -> {target};`"
            text = f"`{instance.name}.{endpoint.name}` is not connected"
            notes = [Note(f"component `{instance.component.name}` uses it here", endpoint.place)]
            sink.error("NX406", instance.place, text, expected=expected, notes=notes)


def is_standard(instance: Instance, result: Assembled) -> bool:
    """Whether every assembly may have this instance: init, policyd, logd."""
    return instance is result.init or instance.component.name in ABOVE_INIT


def check_provides_are_connected(
    result: Assembled, components: ComponentResolver, resolver: AssemblyResolver, sink: Sink
) -> None:
    """What an instance provides has a client; else it is probably forgotten. But who decides and who records
    serve whoever comes, and an assembly need not have everybody."""
    if resolver.lost_instances or components.damaged or sink.failed:
        return
    served = {(connection.server.name, connection.provides.name) for connection in result.connections}
    for instance in result.instances:
        for endpoint in instance.component.provides:
            if (instance.name, endpoint.name) not in served and not is_standard(instance, result):
                text = f"nobody is connected to `{instance.name}.{endpoint.name}`"
                notes = [Note("it is declared here", endpoint.place)]
                sink.warning("NX703", instance.place, text, notes=notes)


def check_instances_fit(result: Assembled, sink: Sink) -> None:
    """The kernel has room for so many tasks."""
    if len(result.instances) > TASKS_MAX:
        place = result.instances[TASKS_MAX].place
        text = f"the assembly has {len(result.instances)} instances, init among them"
        sink.error("NX417", place, text, expected=f"at most {TASKS_MAX}")


def check_component_names(result: Assembled, sink: Sink) -> None:
    """Two component types of one name cannot be in one system: their outputs would overwrite each other."""
    seen: dict[str, object] = {}
    for instance in result.instances:
        component = instance.component
        other = seen.setdefault(component.name, component)
        if other is not component:
            notes = [Note("one is here", other.place), Note("the other is here", component.place)]
            text = f"there are two components named `{component.name}` in this system"
            sink.error("NX125", instance.place, text, notes=notes)


def check_guarded_methods(result: Assembled, components: ComponentResolver, sink: Sink) -> None:
    """A method that `requires` a capability needs policyd; policyd and logd cannot ask themselves."""
    policyd = find_policyd(result.instances)
    if policyd and asked_endpoint(policyd) is None and not components.is_partly_lost(POLICYD):
        first = next((i for i in result.instances if asks(i, result.init)), None)
        if first:
            method, place = guarded_method(first)
            text = f"`{policyd.name}` cannot be asked: it provides no `{INTERFACE}` of the form that is known"
            notes = [Note(f"`{method}` requires a capability", place)]
            sink.error("NX309", policyd.place, text, expected=FORM, notes=notes)
    seen = set()
    for instance in result.instances:
        found = guarded_method(instance)
        if found is None or instance.component.name in seen:
            continue
        seen.add(instance.component.name)
        method, place = found
        if is_standard(instance, result):
            text = f"`{instance.name}` cannot wait for policyd: `{method}` cannot require a capability"
            sink.error("NX307", place, text)
        elif policyd is None:
            text = f"`{method}` requires a capability, but the assembly has no policyd: every call is refused"
            sink.warning("NX705", place, text)


def check_memory(result: Assembled, sink: Sink) -> None:
    """What is declared fits into one task's addresses and all of it into RAM, images not counted."""
    dataports: dict[str, int] = {}
    total = 0
    for connection in result.connections:
        size = sum(port.size for port in connection.provides.interface.dataports)
        total += size
        for instance in (connection.client, connection.server):
            dataports[instance.name] = dataports.get(instance.name, 0) + size
    for instance in result.instances:
        dma = sum(device.dma for device in instance.component.devices)
        own = instance.stack + instance.heap + dma
        total += own
        if own + dataports.get(instance.name, 0) > TASK_BYTES_MAX:
            asked = show_size(own + dataports.get(instance.name, 0))
            text = f"`{instance.name}` asks for {asked} of stack, heap, dma and dataports"
            sink.error("NX418", instance.place, text, expected=f"at most {show_size(TASK_BYTES_MAX)}")
    room = result.platform.ram_bytes - KERNEL_BYTES
    if total > room:
        text = f"the instances ask for {show_size(total)} of memory together"
        machine = f'"{result.platform.name}" has {show_size(result.platform.ram_bytes)}'
        expected = f"at most {show_size(room)}: {machine}, and the kernel keeps {show_size(KERNEL_BYTES)}"
        sink.error("NX419", result.place, text, expected=expected)
