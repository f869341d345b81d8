"""The rules between an assembly and its policy file."""

from __future__ import annotations

from . import syntax
from .diagnostics import Note, Sink, did_you_mean
from .guards import asks, find_policyd
from .loading import Project
from .model import Component
from .order import guarded_method
from .policy import shown
from .resolve_assembly import Assembled
from .resolve_types import is_capability

DELEGATE = "policy.delegate"  # components/policyd/policyd.c


def check_guards_may_ask(result: Assembled, sink: Sink) -> None:
    """Who provides a guarded method asks policyd about its clients, so it holds policy.delegate."""
    if result.rules is None and (result.policy is not None or find_policyd(result.instances) is None):
        return  # the policy is wrong, or nobody could be asked: both are reported
    for instance in result.instances:
        if not asks(instance, result.init):
            continue
        method, place = guarded_method(instance)
        notes = [Note(f"`{method}` requires a capability", place)]
        if result.rules is None:
            text = f"`{instance.name}` asks about its clients, but the assembly has no policy that lets it"
            expected = f'`policy "FILE";`, and "{DELEGATE}" in the line of `{instance.name}`'
            sink.error("NX607", instance.place, text, expected=expected, notes=notes)
        elif not result.rules.holds(instance.name, DELEGATE):
            text = f'`{instance.name}` asks about its clients, but the policy does not give it "{DELEGATE}"'
            sink.error("NX607", instance.place, text, expected=f'"{DELEGATE}" in its line', notes=notes)


def check_subjects_exist(result: Assembled, sink: Sink) -> None:
    """A line for a name that no instance has is for another assembly, or a slip: if an instance without a
    line is called nearly so. It grants nothing either way."""
    if result.rules is None:
        return
    names = [instance.name for instance in result.instances]
    listed = {subject.name for subject in result.rules.subjects}
    unlisted = [name for name in names if name not in listed]
    for subject in result.rules.subjects:
        meant = did_you_mean(subject.name, unlisted)
        if subject.name not in names and meant is not None:
            text = f"no instance of `{result.name}` is called `{shown(subject.name)}`"
            sink.warning("NX707", subject.place, text, suggestion=meant)


def check_devices_are_allowed(result: Assembled, sink: Sink) -> None:
    """A device whose capability its owner does not hold will be refused at run time."""
    for instance in result.instances if result.rules else ():
        for device in instance.component.devices:
            if device.policy is not None and not result.rules.holds(instance.name, device.policy):
                text = (
                    f'`{instance.name}` will be refused `{device.name}`: it does not hold "{device.policy}"'
                )
                notes = [Note("it is declared here", device.place)]
                sink.warning("NX708", instance.place, text, notes=notes)


def check_capabilities_are_asked_for(project: Project, result: Assembled, sink: Sink) -> None:
    """What an instance holds is asked for by somebody: in this assembly, or in another one of the project,
    because they may share the file. Else it is a slip, or left over."""
    if result.rules is None:
        return
    names = {instance.name for instance in result.instances}
    lines = [subject for subject in result.rules.subjects if subject.name in names]
    held = [pair for subject in lines for pair in zip(subject.capabilities, subject.places)]
    known = {DELEGATE} | {c for instance in result.instances for c in _asked_by(instance.component)}
    if any(words(capability) not in known for capability, _ in held):
        known |= asked_in_project(project)
    for capability, place in held:
        if words(capability) not in known and is_capability(words(capability)):
            text = f'nobody asks for "{shown(capability)}"'
            sink.warning("NX709", place, text, suggestion=did_you_mean(capability, sorted(known)))


def words(capability: str) -> str:
    """A capability without its parameter: whoever guards it works out which one it asks for."""
    return capability.partition(":")[0]


def _asked_by(component: Component) -> list[str]:
    """What its code asks for, what its methods require, and what init asks for its devices."""
    found = [*component.asks, *(device.policy for device in component.devices)]
    found += [method.requires for endpoint in component.provides for method in endpoint.interface.methods]
    return [capability for capability in found if capability is not None]


def asked_in_project(project: Project) -> set[str]:
    """What any .assembly file of the project asks for, by a look at its syntax: it need not be right."""
    apart = Project(project.root, Sink())
    found: set[str] = set()
    for path in sorted(
        [*project.root.glob("components/*/*.assembly"), *project.root.glob("assemblies/**/*.assembly")]
    ):
        file = apart.read(path, None)
        for item in file.items if file else ():
            for member in getattr(item, "members", ()):
                if isinstance(member, syntax.Method) and member.requires:
                    found.add(member.requires.text)
                elif isinstance(member, syntax.Asks):
                    found |= {capability.text for capability in member.capabilities}
                elif isinstance(member, syntax.Device):
                    found |= {option.value.text for option in member.options if option.word.text == "policy"}
    return found
