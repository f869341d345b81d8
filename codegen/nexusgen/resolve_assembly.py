"""From the syntax of an assembly and of those that it extends to the model: instances and connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from . import platforms, syntax
from .diagnostics import Note, Sink, did_you_mean, listed, shown_path
from .guards import with_asking
from .loading import Definition, Project, Scope
from .model import Component, Connection, Endpoint, Instance, Place, Platform, Policy
from .names import Unique
from .policy import read_policy
from .resolve_components import ComponentResolver, Settings, read_value

INIT_TYPE = "init"


@dataclass
class Assembled:
    """An assembly with everything that it inherits, in the order of declaration, base first."""

    name: str
    place: Place
    instances: list[Instance] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    platform: Platform | None = None
    init: Instance | None = None
    policy: str | None = None
    rules: Policy | None = None
    damaged: bool = False  # a syntax error swallowed a part: what is missing is not reported


class AssemblyResolver:
    """Builds one assembly."""

    def __init__(self, project: Project, components: ComponentResolver, sink: Sink) -> None:
        self.project = project
        self.components = components
        self.sink = sink
        self.chain: list[Definition] = []  # base first
        self.lost_instances: set[str] = set()
        self.used: dict[tuple[str, str], Connection] = {}

    def build(self, found: Definition) -> Assembled:
        """Everything of the assembly; what is wrong is reported and left out."""
        self._follow_extends(found)
        result = Assembled(found.item.name.text, found.item.name.place)
        result.damaged = any(link.item.damaged or link.file.damaged for link in self.chain)
        settings = self._settings(result)
        self._instances(result, settings.get("init"))
        result.instances, asking = with_asking(result.instances, result.init)
        self._connections(result)
        result.connections += asking
        return result

    # --- extends

    def _follow_extends(self, found: Definition) -> None:
        seen: list[str] = []
        while found is not None:
            name = found.item.name.text
            if name in seen:
                chain = " -> ".join([*seen[seen.index(name) :], name])
                place = self.chain[0].item.extends.place
                self.sink.error("NX113", place, f"an assembly extends itself: {chain}")
                return
            seen.append(name)
            self.chain.insert(0, found)
            extends = found.item.extends
            found = self.find_assembly(extends, found.file) if extends else None
            if extends and found is None:
                self.lost_instances.add("*")

    def find_assembly(self, name: syntax.Name, file: syntax.File) -> Definition | None:
        """The assembly of this name, in this file or in its own; None after an error."""
        for item in file.all(syntax.Assembly):
            if item.name.text == name.text:
                return Definition(item, file)
        path = self.project.assembly_path(name.text)
        if not path.exists():
            if name.text not in file.lost:
                known = [*self.project.assembly_names(), *(a.name.text for a in file.all(syntax.Assembly))]
                meant = did_you_mean(name.text, known)
                shown = shown_path(path, self.project.root)
                text = f"no assembly `{name.text}`: there is no {shown}"
                self.sink.error("NX114", name.place, text, suggestion=meant)
            return None
        return assembly_in(self.project, path, name.text, name.place, self.sink)

    # --- platform, policy, init

    def _settings(self, result: Assembled) -> dict[str, syntax.Setting]:
        """The last one of each counts; within one assembly each may be given once."""
        settings: dict[str, syntax.Setting] = {}
        for link in self.chain:
            own: dict[str, syntax.Setting] = {}
            for member in link.item.members:
                if not isinstance(member, syntax.Setting):
                    continue
                word = member.word.text
                if word in own:
                    notes = [Note("the first one is here", own[word].word.place)]
                    self.sink.error("NX302", member.word.place, f"`{word}` is given twice", notes=notes)
                own[word] = member
            settings.update(own)
        result.platform = self._platform(settings.get("platform"))
        if "policy" in settings:
            result.policy, result.rules = self._policy(settings["policy"])
        return settings

    def _platform(self, setting: syntax.Setting | None) -> Platform:
        known = platforms.PLATFORMS
        if setting is not None and setting.value.text not in known:
            meant = did_you_mean(setting.value.text, known)
            text = f'no platform "{setting.value.text[:40]}"'
            self.sink.error("NX415", setting.value.place, text, expected=listed(known), suggestion=meant)
            return known[platforms.DEFAULT]
        return known[setting.value.text if setting else platforms.DEFAULT]

    def _policy(self, setting: syntax.Setting) -> tuple[str, Policy | None]:
        """The policy file lies in policy/."""
        name = setting.value.text
        path = self.project.root / "policy" / name
        plain = name.isprintable() and Path(name).name == name
        if not plain or not path.is_file():
            known = sorted(p.name for p in (self.project.root / "policy").glob("*.toml"))
            text = f'there is no policy file policy/{name[:60] if plain else "..."}'
            meant = did_you_mean(name, known)
            self.sink.error("NX416", setting.value.place, text, expected=listed(known), suggestion=meant)
            return name, None
        return name, read_policy(self.project, path, setting.value.place, self.sink)

    # --- instances

    def _instances(self, result: Assembled, init: syntax.Setting | None) -> None:
        unique = Unique("instance", self.sink)
        for link in self.chain:
            scope = self.project.scope(link.file)
            for item in link.item.members:
                if not isinstance(item, syntax.Instance):
                    continue
                fresh = unique.add(item.name)
                component = self._component(item.type, link.file, scope)
                if component is None:
                    self.lost_instances.add(item.name.text)
                elif fresh:
                    result.instances.append(self._instance(item, component))
        self._init(result, init)

    def _init(self, result: Assembled, setting: syntax.Setting | None) -> None:
        """init is the instance that `init NAME;` names; without that, one named init of component init."""
        name = setting.value if setting else syntax.Name("init", result.place)
        result.init = next((i for i in result.instances if i.name == name.text), None)
        if result.init is not None or name.text in self.lost_instances:
            return
        if name.text != "init":
            meant = did_you_mean(name.text, [i.name for i in result.instances])
            text = f"init is to be `{name.text}`, but there is no such instance"
            self.sink.error("NX414", name.place, text, suggestion=meant)
            return
        type_name = syntax.Name(INIT_TYPE, name.place)
        file = self.chain[-1].file
        component = self._component(type_name, file, self.project.scope(file))
        if component is not None:
            item = syntax.Instance(type_name, syntax.Name("init", name.place), ())
            result.init = self._instance(item, component)
            result.instances.insert(0, result.init)

    def _component(self, name: syntax.Name, file: syntax.File, scope: Scope) -> Component | None:
        """The component type: in this file, in an imported one, or in its own folder."""
        found = scope.find(name, (syntax.Component,))
        if found is not None:
            return self.components.component(found)
        other = scope.names.get(name.text)
        if other is not None:
            notes = [Note("it is defined here", other.item.name.place)]
            self.sink.error("NX115", name.place, f"`{name.text}` is not a component", notes=notes)
            return None
        path = self.project.component_path(name.text)
        if not path.exists():
            self._unknown_component(name, scope, path)
            return None
        read = self.project.read(path, name.place)
        if read is None:
            return None
        for item in read.all(syntax.Component):
            if item.name.text == name.text:
                return self.components.component(Definition(item, read))
        if not read.damaged and name.text not in read.lost:
            text = f"{shown_path(path, self.project.root)} defines no component `{name.text}`"
            known = [item.name.text for item in read.all(syntax.Component)]
            self.sink.error("NX116", name.place, text, suggestion=did_you_mean(name.text, known))
        return None

    def _unknown_component(self, name: syntax.Name, scope: Scope, path: Path) -> None:
        known = [*scope.visible(syntax.Component), *self.project.component_names()]
        text = f"no component `{name.text}`: it is not in this file, and there is no "
        text += shown_path(path, self.project.root)
        meant = did_you_mean(name.text, known)
        if scope.may_be_lost(name.text, meant):
            return
        notes = [] if meant else [Note(f"`nexusgen new component {name.text}` makes one")]
        self.sink.error("NX115", name.place, text, suggestion=meant, notes=notes)

    def _instance(self, item: syntax.Instance, component: Component) -> Instance:
        settings = Settings()
        given: dict[str, syntax.Assignment] = {}
        for member in item.members:
            if not isinstance(member, syntax.Assignment):
                settings.take(member, self.sink)
            elif member.name.text in given:
                notes = [Note("the first one is here", given[member.name.text].name.place)]
                text = f"attribute `{member.name.text}` is set twice"
                self.sink.error("NX412", member.name.place, text, notes=notes)
            else:
                given[member.name.text] = member
        return Instance(
            name=item.name.text,
            component=component,
            attributes=self._attributes(item, component, given),
            priority=component.priority if settings.priority is None else settings.priority,
            stack=component.stack if settings.stack is None else settings.stack,
            heap=component.heap if settings.heap is None else settings.heap,
            restart=settings.restart or component.restart,
            place=item.name.place,
        )

    def _attributes(
        self, item: syntax.Instance, component: Component, given: dict[str, syntax.Assignment]
    ) -> dict[str, int | str]:
        """Every attribute of the type gets a value; nothing else does."""
        known = {attribute.name: attribute for attribute in component.attributes}
        values: dict[str, int | str] = {}
        for name, attribute in known.items():
            if name in given:
                what = f"attribute `{name}`"
                value = read_value(given[name].value, attribute.type, what, self.sink)
                values[name] = 0 if value is None else value
            elif attribute.default is not None:
                values[name] = attribute.default
            else:
                text = f"`{item.name.text}` does not set attribute `{name}`, which has no default"
                notes = [Note("it is declared here", attribute.place)]
                self.sink.error("NX413", item.name.place, text, expected=f"`{name} = ...;`", notes=notes)
        for name, assignment in given.items():
            if name not in known and not self.components.may_be_lost(component.name, name):
                text = f"component `{component.name}` has no attribute `{name}`"
                meant = did_you_mean(name, known)
                expected = None if meant else listed(known) or "no assignment: it has no attributes"
                self.sink.error("NX411", assignment.name.place, text, expected=expected, suggestion=meant)
        return values

    # --- connections

    def _connections(self, result: Assembled) -> None:
        """First those that name both ends, then the wildcards, for what is not connected yet."""
        items = [(m, link) for link in self.chain for m in link.item.members if isinstance(m, syntax.Connect)]
        by_name = {instance.name: instance for instance in result.instances}
        for item, _ in items:
            if item.client.instance is not None:
                self._connect(item, by_name, result)
        for item, _ in items:
            if item.client.instance is None:
                self._connect_all(item, by_name, result)

    def _connect(self, item: syntax.Connect, by_name: dict[str, Instance], result: Assembled) -> None:
        client = self._find_end(item.client, by_name, provides=False)
        server = self._find_end(item.server, by_name, provides=True)
        if client and server:
            self._join(client, server, item, result)
            return
        for end in (
            item.client,
            item.server,
        ):  # whatever was meant: that it is missing follows from this error
            if end.instance is not None:
                self.used.setdefault((end.instance.text, end.endpoint.text), None)

    def _connect_all(self, item: syntax.Connect, by_name: dict[str, Instance], result: Assembled) -> None:
        """connect *.log -> logd.log: every instance with a `uses` of that name that is not connected yet."""
        server = self._find_end(item.server, by_name, provides=True)
        name, joined = item.client.endpoint.text, False
        for instance in result.instances:
            uses = next((endpoint for endpoint in instance.component.uses if endpoint.name == name), None)
            if uses is None or (instance.name, name) in self.used or (server and instance is server[0]):
                continue
            joined = True
            if server:
                self._join((instance, uses), server, item, result)
            else:
                self.used[(instance.name, name)] = None
        if not joined and not result.damaged:
            text = f"no instance has an unconnected `uses` named `{name}`"
            self.sink.warning("NX704", item.client.place, text)

    def _find_end(
        self, end: syntax.End, by_name: dict[str, Instance], provides: bool
    ) -> tuple[Instance, Endpoint] | None:
        """The instance and its endpoint, on the right side of the arrow."""
        if end.instance is None:
            text = "`*` stands for clients, on the left of the arrow"
            self.sink.error("NX409", end.place, text, expected="one server: INSTANCE.ENDPOINT")
            return None
        instance = by_name.get(end.instance.text)
        if instance is None:
            if not self.lost_instances & {"*", end.instance.text} and not self.chain[-1].item.damaged:
                meant = did_you_mean(end.instance.text, by_name)
                expected = None if meant else listed(by_name)
                text = f"no instance `{end.instance.text}`"
                self.sink.error("NX401", end.instance.place, text, expected=expected, suggestion=meant)
            return None
        component = instance.component
        right, wrong = (
            (component.provides, component.uses) if provides else (component.uses, component.provides)
        )
        for endpoint in right:
            if endpoint.name == end.endpoint.text:
                return instance, endpoint
        if not self.components.may_be_lost(component.name, end.endpoint.text):
            self._wrong_endpoint(end, instance, right, wrong, "provides" if provides else "uses")
        return None

    def _wrong_endpoint(
        self, end: syntax.End, instance: Instance, right: tuple, wrong: tuple, word: str
    ) -> None:
        name = end.endpoint.text
        other = next((endpoint for endpoint in wrong if endpoint.name == name), None)
        if other is not None:
            has = "uses" if word == "provides" else "provides"
            text = f"`{instance.name}` {has} `{name}`: it belongs on the other side of the arrow"
            notes = [Note("it is declared here", other.place)]
            expected = "connect CLIENT.USES -> SERVER.PROVIDES"
            self.sink.error("NX403", end.endpoint.place, text, expected=expected, notes=notes)
            return
        known = [endpoint.name for endpoint in right]
        meant = did_you_mean(name, known)
        text = f"`{instance.name}` {word} nothing named `{name}`"
        expected = None if meant else listed(known) or f"component `{instance.component.name}` {word} nothing"
        self.sink.error("NX402", end.endpoint.place, text, expected=expected, suggestion=meant)

    def _join(self, client: tuple, server: tuple, item: syntax.Connect, result: Assembled) -> None:
        (instance, uses), (peer, provides) = client, server
        wildcard = item.client.instance is None
        key = (instance.name, uses.name)
        if self.used.get(key) is not None:
            notes = [Note("the first connection is here", self.used[key].place)]
            text = f"`{instance.name}.{uses.name}` is connected twice"
            self.sink.error(
                "NX405", item.client.place, text, expected="one connection for each `uses`", notes=notes
            )
            return
        if uses.interface is not provides.interface:
            self._mismatch(instance, uses, peer, provides, item)
            self.used.setdefault(key, None)
            return
        place = item.server.place if wildcard else item.client.place
        connection = Connection(instance, uses, peer, provides, place)
        self.used[key] = connection
        if instance is peer:
            self.sink.error("NX410", item.client.place, f"`{instance.name}` is connected to itself")
            return
        result.connections.append(connection)

    def _mismatch(self, instance: Instance, uses: Endpoint, peer: Instance, provides: Endpoint, item) -> None:
        left, right = uses.interface, provides.interface
        text = f"`{instance.name}.{uses.name}` is of interface `{left.name}`, "
        text += f"`{peer.name}.{provides.name}` of `{right.name}`"
        notes = [
            Note("the client uses it here", uses.place),
            Note("the server provides it here", provides.place),
        ]
        if left.name == right.name:
            text += ", and these are two interfaces of one name"
            notes = [
                Note("the client's is defined here", left.place),
                Note("the server's is here", right.place),
            ]
        self.sink.error(
            "NX404", item.client.place, text, expected="the same interface on both sides", notes=notes
        )


def assembly_in(
    project: Project, path: Path, name: str, place: Place | None, sink: Sink
) -> Definition | None:
    """The assembly NAME that this file defines; None after an error."""
    file = project.read(path, place)
    if file is None:
        return None
    known = file.all(syntax.Assembly)
    for item in known:
        if item.name.text == name:
            return Definition(item, file)
    if not file.damaged and name not in file.lost:
        notes = [Note(f"it defines `{item.name.text}`", item.name.place) for item in known[:3]]
        text = f"{shown_path(path, project.root)} defines no assembly `{name}`"
        sink.error(
            "NX114", place or Place(path, 1, 1), text, expected=f"`assembly {name} {{ ... }}`", notes=notes
        )
    return None
