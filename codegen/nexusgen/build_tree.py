"""What the parser calls for each grammar rule: builds the syntax tree, one method a rule."""

from __future__ import annotations

from pathlib import Path

from lark import Token, Transformer, v_args

from . import syntax
from .model import Place

BROKEN = object()  # stands where a syntax error was


def _word(token: Token) -> syntax.Name:
    return syntax.Name(str(token), _place(token))


def _place(token: Token) -> Place:
    return Place(TreeBuilder.path, token.line, token.column, len(token))


def _whole(members: tuple) -> tuple[tuple, bool]:
    """The members that were read, and whether some were not."""
    kept = tuple(member for member in members if member is not BROKEN)
    return kept, len(kept) != len(members)


@v_args(inline=True)
class TreeBuilder(Transformer):
    """The methods are named after the rules of grammar.lark. `path` is the file that is being read."""

    path = Path()

    def start(self, *items):
        return [item for item in items if item is not BROKEN]

    def broken(self, _token):
        return BROKEN

    def name(self, token):
        return _word(token)

    def number(self, token):
        return syntax.Number(str(token), _place(token))

    def string(self, token):
        return syntax.String(str(token)[1:].removesuffix('"'), _place(token))

    def import_(self, name):
        return syntax.Import(name)

    # --- types

    def enum(self, name, *members):
        return syntax.Enum(name, tuple(member for member in members if member is not None))

    def enumerator(self, name, value):
        return (name, value)

    def struct(self, name, *fields):
        return syntax.Struct(name, *_whole(fields))

    def field(self, type_, name, length):
        return syntax.Field(type_, name, length)

    def type(self, name, bound):
        return syntax.TypeRef(name, bound)

    # --- interfaces

    def interface(self, name, *members):
        return syntax.Interface(name, *_whole(members))

    def method(self, name, *rest):
        *parameters, requires = rest
        return syntax.Method(name, tuple(p for p in parameters if p is not None), requires)

    def parameter(self, out, type_, name):
        return syntax.Parameter(bool(out), type_, name)

    def direction(self, token):
        return token == "out"

    def requires(self, capability):
        return capability

    def error(self, *names):
        return syntax.Errors(names)

    def event(self, out, name):
        return syntax.Event(out, name)

    def dataport(self, name, size, dma):
        return syntax.Dataport(name, size, bool(dma))

    def dataport_dma(self, _word):
        return True

    # --- components

    def component(self, name, extends, *members):
        return syntax.Component(name, extends, *_whole(members))

    def source(self, *files):
        return syntax.Source(files)

    def provides(self, interface, name):
        return syntax.Endpoint(True, interface, name)

    def uses(self, interface, name):
        return syntax.Endpoint(False, interface, name)

    def asks(self, *capabilities):
        return syntax.Asks(capabilities)

    def device(self, device_class, index, name, options):
        return syntax.Device(*device_class, index, name, options)

    def device_class(self, bus, kind):
        return (bus, kind)

    def index(self, number):
        return number

    def device_body(self, *options):
        return _whole(options)[0]

    def device_flag(self, word, _semicolon):
        return syntax.DeviceOption(_word(word), None)

    def device_dma(self, word, size, _semicolon):
        return syntax.DeviceOption(_word(word), size)

    def device_policy(self, policy, capability):
        return syntax.DeviceOption(_word(policy), capability)

    def attribute(self, type_, name, default):
        return syntax.Attribute(type_, name, default)

    def power(self, word):
        return syntax.Setting(_word(word), None)

    def number_setting(self, word, value, _semicolon):
        return syntax.Setting(_word(word), value)

    def none(self, _token):
        return None

    def restart(self, word, policy, limit):
        return syntax.Restart(_word(word), policy, limit)

    def limit(self, count, period):
        return (count, period)

    # --- assemblies

    def assembly(self, name, extends, *members):
        return syntax.Assembly(name, extends, *_whole(members))

    def extends(self, name):
        return name

    def platform(self, word, value):
        return syntax.Setting(_word(word), value)

    def policy(self, word, value):
        return syntax.Setting(_word(word), value)

    def init(self, word, value):
        return syntax.Setting(_word(word), value)

    def instance(self, type_, name, members):
        return syntax.Instance(type_, name, members)

    def instance_body(self, *members):
        return _whole(members)[0]

    def assignment(self, name, value):
        return syntax.Assignment(name, value)

    def connect(self, word, client, server):
        return syntax.Connect(client, server, _place(word))

    def client_end(self, instance, endpoint):
        return self._end(instance, endpoint)

    def server_end(self, instance, endpoint):
        return self._end(instance, endpoint)

    def star(self, token):
        return token

    def _end(self, instance, endpoint):
        if isinstance(instance, Token):
            first, name = _place(instance), None
        else:
            first, name = instance.place, instance
        width = endpoint.place.column + endpoint.place.width - first.column
        same_line = endpoint.place.line == first.line
        place = Place(first.file, first.line, first.column, width if same_line else first.width)
        return syntax.End(name, endpoint, place)
