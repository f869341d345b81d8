"""Systems built by hand for the tests of the back end: no file is parsed."""

from __future__ import annotations

from pathlib import Path

from nexusgen.model import (
    Attribute,
    BytesType,
    Component,
    Connection,
    Dataport,
    Device,
    Endpoint,
    EnumType,
    Event,
    Instance,
    Interface,
    IntType,
    Method,
    Parameter,
    Place,
    Platform,
    Restart,
    StringType,
    StructType,
    System,
    Window,
)

MS = 1_000_000
ROOT = Path("/project")


def integer(name: str) -> IntType:
    """The integer type of this name."""
    if name == "bool":
        return IntType("bool", 8, False)
    return IntType(name, int(name[1:]), name[0] == "i")


INTEGERS = {n: integer(n) for n in ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool")}
U8, U16, U32, U64 = (INTEGERS[n] for n in ("u8", "u16", "u32", "u64"))


class Builder:
    """Makes model objects; each gets the next line of its file as its place."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._lines: dict[str, int] = {}

    def place(self, name: str) -> Place:
        """The next line of components/NAME/NAME.assembly."""
        self._lines[name] = self._lines.get(name, 0) + 1
        return Place(self.root / "components" / name / f"{name}.assembly", self._lines[name], 5)

    def enum(self, file: str, name: str, **members: int) -> EnumType:
        """enum NAME { members }"""
        return EnumType(name, tuple(members.items()), self.place(file))

    def struct(self, file: str, name: str, *fields) -> StructType:
        """struct NAME { fields }; a field is (name, type) or (name, type, length)"""
        full = tuple((f[0], f[1], f[2] if len(f) > 2 else 0) for f in fields)
        return StructType(name, full, self.place(file))

    def interface(self, file: str, name: str, methods, errors=(), events=(), dataports=()) -> Interface:
        """methods: (name, (parameter, type, "in" | "out")...); events: (name, "in" | "out");
        dataports: (name, bytes[, "dma"])"""
        place = self.place(file)
        rows = []
        for number, (method, *parameters) in enumerate(methods, 1):
            where = self.place(file)
            made = tuple(Parameter(n, t, way == "out", where) for n, t, way in parameters)
            rows.append(Method(method, made, None, number, where))
        return Interface(
            name,
            tuple(rows),
            tuple(errors),
            tuple(Event(n, way == "out", self.place(file)) for n, way in events),
            tuple(Dataport(n, size, self.place(file), bool(dma)) for n, size, *dma in dataports),
            place,
        )

    def component(self, name: str, provides=(), uses=(), **more) -> Component:
        """provides and uses: (name, interface); the rest as in model.Component"""
        place = self.place(name)
        folder = self.root / "components" / name
        values = {
            "sources": (folder / f"{name}.c",),
            "devices": (),
            "attributes": (),
            "enums": (),
            "priority": 100,
            "stack": 8192,
            "heap": 0,
            "restart": Restart("on_fault", 3, 10_000 * MS),
            "run_limit": 1000 * MS,
            "ready_within": 2000 * MS,
            "power": False,
        }
        values.update(more)
        return Component(
            name=name,
            folder=folder,
            provides=tuple(Endpoint(n, i, self.place(name)) for n, i in provides),
            uses=tuple(Endpoint(n, i, self.place(name)) for n, i in uses),
            place=place,
            **values,
        )

    def instance(self, component: Component, name: str = "", **more) -> Instance:
        """An instance; attributes without a value get their default"""
        attributes = {a.name: a.default for a in component.attributes}
        attributes.update(more.pop("attributes", {}))
        values = {f: getattr(component, f) for f in ("priority", "stack", "heap", "restart")}
        values.update(more)
        return Instance(name or component.name, component, attributes, place=self.place("system"), **values)

    def system(self, name: str, init: Instance, instances, connections) -> System:
        """connections: (client instance, uses name, server instance, provides name)"""
        rows = []
        for client, uses, server, provides in connections:
            left = next(e for e in client.component.uses if e.name == uses)
            right = next(e for e in server.component.provides if e.name == provides)
            rows.append(Connection(client, left, server, right, self.place("system")))
        files = sorted({self.root / "components" / n / f"{n}.assembly" for n in self._lines})
        return System(
            name, QEMU_VIRT, init, tuple(instances), tuple(rows), None, tuple(files), self.place("system")
        )


QEMU_VIRT = Platform(
    "qemu-virt",
    128 << 20,
    (Window(0x101000, 0x1000, 11, "fixed", "goldfish.rtc"),)
    + tuple(Window(0x10000000 + 0x1000 * n, 0x1000, n, "virtio-mmio", None) for n in range(1, 9)),
)


def rich(root: Path = ROOT, second: bool = True) -> System:
    """One of everything: every type, words, pages, bulk, events and dataports both ways, a device.

    With `second` the server provides its big interface twice.
    """
    b = Builder(root)
    colour = b.enum("store", "Colour", RED=0, GREEN=5)
    point = b.struct("store", "Point", ("x", INTEGERS["i32"]), ("y", INTEGERS["i32"]), ("tag", U8, 4))
    shape = b.struct(
        "store",
        "Shape",
        ("corners", point, 2),
        ("colour", colour),
        ("filled", INTEGERS["bool"]),
        ("shades", colour, 2),
    )
    store = b.interface(
        "store",
        "Store",
        [
            ("ping",),
            ("add", ("a", U32, "in"), ("b", INTEGERS["i16"], "in"), ("sum", INTEGERS["i64"], "out")),
            ("paint", ("colour", colour, "in"), ("wet", INTEGERS["bool"], "in"), ("before", colour, "out")),
            ("greet", ("name", StringType(32), "in"), ("text", StringType(64), "out")),
            ("move", ("shape", shape, "in"), ("by", point, "in"), ("moved", shape, "out")),
            (
                "every",
                *(
                    (f"in_{n}", t, "in")
                    for n, t in INTEGERS.items()
                    if n in ("u8", "i8", "u64", "i64", "bool")
                ),
                *(
                    (f"out_{n}", t, "out")
                    for n, t in INTEGERS.items()
                    if n in ("u8", "i8", "u64", "i64", "bool")
                ),
            ),
            ("blob", ("data", BytesType(256), "in"), ("offset", U16, "in"), ("back", BytesType(256), "out")),
            ("full", ("data", BytesType(4088), "in"), ("back", BytesType(4088), "out")),
            ("load", ("offset", U64, "in"), ("data", BytesType(20000), "out"), ("more", U32, "out")),
            ("save", ("label", StringType(16), "in"), ("data", BytesType(9000), "in"), ("kept", U32, "out")),
        ],
        errors=("NOBODY", "TOO_LOUD"),
        events=(("kick", "in"), ("flush", "in"), ("ready", "out"), ("low", "out")),
        dataports=(("ring", 16384, "dma"), ("log", 100)),
    )
    quiet = b.interface("store", "Quiet", [], events=(("poke", "in"),))
    tiny = b.interface("tiny", "Tiny", [("one", ("value", U8, "in"), ("twice", U16, "out"))])
    init = b.instance(b.component("init", priority=200))
    server = b.instance(
        b.component(
            "store",
            provides=(("store", store),) + ((("second", store),) if second else ()) + (("quiet", quiet),),
            uses=(("tiny", tiny),),
            devices=(
                Device("dev", "virtio.rng", None, True, 16384, False, "device.mmio.rng", b.place("store")),
                Device("rtc", "goldfish.rtc", None, False, 0, True, None, b.place("store")),
            ),
            attributes=(
                Attribute("period_ms", U32, 500, b.place("store")),
                Attribute("deep", INTEGERS["i64"], -(1 << 63), b.place("store")),
                Attribute("tint", colour, 5, b.place("store")),
                Attribute("title", StringType(40), 'a "quoted" \\ line\n\u00e9', b.place("store")),
                Attribute("loud", INTEGERS["bool"], 1, b.place("store")),
            ),
            enums=(colour,),
            priority=150,
            heap=65536,
            power=True,
        ),
        attributes={"period_ms": 100},
    )
    visitor = b.component(
        "visitor", uses=(("store", store), ("quiet", quiet)), attributes=(), stack=16384, run_limit=0
    )
    first = b.instance(visitor, "visitor")
    other = b.instance(visitor, "other", priority=90, stack=4096, restart=Restart("never", 0, 0))
    small = b.instance(b.component("tiny", provides=(("tiny", tiny),), priority=180))
    return b.system(
        "rich",
        init,
        (first, server, init, other, small),
        (
            (first, "store", server, "store"),
            (first, "quiet", server, "quiet"),
            (other, "store", server, "second" if second else "store"),
            (server, "tiny", small, "tiny"),
        ),
    )


def awkward(root: Path = ROOT) -> System:
    """Names that the generated code uses itself, and values at the ends of their ranges."""
    b = Builder(root)
    big = b.enum("c", "Big", A=2**32 - 1, B=2**31, C=0)
    deep = b.struct("c", "Deep", ("a", big), ("b", INTEGERS["bool"]))
    words = b.interface(
        "c",
        "HTTPWords",
        [
            ("f", ("deadline", big, "in"), ("token", U32, "in"), ("period", U8, "in"), ("at", big, "out")),
            ("g", ("client", StringType(1), "in"), ("request", BytesType(1), "in"), ("row", deep, "out")),
            ("h", ("tag", deep, "in"), ("room", BytesType(5000), "in"), ("scratch", U32, "out")),
            ("k", ("to", U64, "in"), ("result", BytesType(5000), "out"), ("words", U16, "out")),
            ("ping",),
        ],
    )
    attributes = (
        Attribute("period", U32, 2**32 - 1, b.place("c")),
        Attribute("big", big, 2**31, b.place("c")),
        Attribute("text", StringType(3), None, b.place("c")),
        Attribute("low", INTEGERS["i8"], -128, b.place("c")),
        *(
            Attribute(name, U8, 1, b.place("c"))
            for name in ("client", "i", "value", "bytes", "deadline", "row")
        ),
    )
    server = b.instance(
        b.component("c", provides=(("p", words),), attributes=attributes, priority=150),
        attributes={"text": "a?\0"[:2]},
    )
    client = b.instance(
        b.component("d", uses=(("p", words),), attributes=attributes), attributes={"text": "b"}
    )
    idle = b.instance(b.component("idle", provides=(("q", words),)))
    init = b.instance(b.component("init"))
    return b.system("awkward", init, (init, server, client, idle), ((client, "p", server, "p"),))
