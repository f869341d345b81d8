"""The rules between an assembly and its policy file."""

from __future__ import annotations

from .diagnostics import Note, Sink, did_you_mean
from .order import ABOVE_INIT, guarded_method
from .policy import shown
from .resolve_assembly import Assembled

DELEGATE = "policy.delegate"  # components/policyd/policyd.c


def check_guards_may_ask(result: Assembled, sink: Sink) -> None:
    """Who provides a guarded method asks policyd about its clients, so it holds policy.delegate."""
    if result.rules is None:
        return
    for instance in result.instances:
        found = guarded_method(instance)
        if found is None or instance.component.role in ABOVE_INIT or instance is result.init:
            continue
        if not result.rules.holds(instance.name, DELEGATE):
            text = f'`{instance.name}` asks about its clients, but the policy does not give it "{DELEGATE}"'
            notes = [Note(f"`{found[0]}` requires a capability", found[1])]
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
