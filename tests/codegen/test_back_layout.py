"""The layout: every number of one rich system, and each refusal from both sides of its bound."""

from __future__ import annotations

import unittest
from dataclasses import replace

import systems
from systems import U8, U32, Builder

from nexusgen import abi, wire
from nexusgen.diagnostics import Failed
from nexusgen.layout import Layout, irq_bits, lay_out, type_slots
from nexusgen.layout_devices import arena, device_rights
from nexusgen.model import BytesType, Device, StringType, System

N = abi.load()


def star(clients: int, events: int, irqs: int = 0, methods=()) -> System:
    """Some clients of one server, each with some events to it."""
    b = Builder()
    names = [(f"e{n}", "in") for n in range(events)]
    interface = b.interface("hub", "Hub", list(methods), events=names)
    devices = tuple(
        Device(f"d{n}", "virtio.rng", None, True, 0, False, None, b.place("hub")) for n in range(irqs)
    )
    hub = b.instance(b.component("hub", provides=(("hub", interface),), devices=devices, priority=150))
    spoke = b.component("spoke", uses=(("hub", interface),))
    spokes = [b.instance(spoke, f"spoke{n}") for n in range(clients)]
    init = b.instance(b.component("init"))
    wires = [(one, "hub", hub, "hub") for one in spokes]
    return b.system("star", init, (init, hub, *spokes), wires)


class Numbers(unittest.TestCase):
    """What is decided for systems.rich()."""

    def setUp(self) -> None:
        self.layout: Layout = lay_out(systems.rich())
        self.tasks = {task.name: task for task in self.layout.tasks}

    def test_tasks_are_in_the_order_of_instances(self) -> None:
        """Task indices and address ranges."""
        names = ["visitor", "store", "init", "other", "tiny"]
        self.assertEqual([task.name for task in self.layout.tasks], names)
        for index, task in enumerate(self.layout.tasks):
            self.assertEqual(task.base, N["USER_BASE"] + index * N["USER_SPAN"])

    def test_levels_are_dense_and_init_is_above(self) -> None:
        """The order of the priorities, without gaps."""
        levels = {name: task.level for name, task in self.tasks.items()}
        self.assertEqual(levels, {"other": 0, "visitor": 1, "store": 2, "tiny": 3, "init": 4})

    def test_equal_priorities_share_a_level(self) -> None:
        """Two clients of priority 100."""
        layout = lay_out(star(2, 1))
        self.assertEqual([task.level for task in layout.tasks], [2, 1, 0, 0])

    def test_what_init_calls_is_above_init(self) -> None:
        """logd above policyd above init."""
        b = Builder()
        names = ("logd", "init", "policyd", "app")
        made = {name: b.instance(b.component(name)) for name in names}
        system = b.system("standard", made["init"], made.values(), ())
        self.assertEqual([task.level for task in lay_out(system).tasks], [3, 1, 2, 0])

    def test_who_extends_logd_is_where_logd_is(self) -> None:
        """It is a logd, whatever its name."""
        b = Builder()
        variant = b.component("noisy", base=b.component("loud", base=b.component("logd")))
        made = [b.instance(component) for component in (variant, b.component("init"), b.component("policyd"))]
        system = b.system("variant", made[1], made, ())
        self.assertEqual([task.level for task in lay_out(system).tasks], [2, 0, 1])

    def test_slots_of_a_type_are_equal_in_its_instances(self) -> None:
        """The headers define them; what is per connection comes behind."""
        for name in ("visitor", "other"):
            slots = [slot.name for slot in self.tasks[name].slots]
            self.assertEqual(slots, ["console", "store", "quiet"])
        store = self.tasks["store"].instance.component
        expected = {"console": 0, "uses tiny": 1, "power": 2, "device dev": 3, "device rtc": 4, "dma dev": 5}
        self.assertEqual(type_slots(store, False), expected)
        kinds = ["DMA", "PORT", "DMA", "PORT", "DMA"]
        self.assertEqual([slot.kind for slot in self.tasks["store"].slots[5:]], kinds)
        self.assertEqual(
            [slot.kind for slot in self.tasks["init"].slots], ["CONSOLE", "TASK", "FACTORY", "NONE"]
        )

    def test_what_is_not_connected_is_an_empty_slot(self) -> None:
        """other.quiet is not connected."""
        self.assertEqual(self.tasks["other"].slots[2].kind, "NONE")

    def test_bits_and_badges_are_unique_at_each_server(self) -> None:
        """Badges from 1 in the order of the slots; bits behind those of interrupts."""
        clients = self.tasks["store"].clients
        self.assertEqual([link.id for link in clients], [1, 2, 3])
        self.assertEqual([link.badge for link in clients], [1, 0, 3])
        bits = [bit.number for bit in self.tasks["store"].bits]
        self.assertEqual(bits, list(range(8)))
        self.assertEqual(irq_bits(self.tasks["store"].instance.component), {"dev": 2})
        used = [bit for link in clients for bit in link.in_bits.values()]
        self.assertEqual(used, [3, 4, 5, 6, 7])

    def test_an_interrupt_is_a_right_and_one_bit(self) -> None:
        """The ceiling of a device with `irq`, and of one without; bits in the order of declaration."""
        dev, rtc = self.tasks["store"].slots[3:5]
        self.assertEqual((dev.rights, dev.bits), (("READ", "MAP", "IRQ"), 1 << 2))
        self.assertEqual((rtc.rights, rtc.bits), (("READ", "WRITE", "MAP"), 0))
        slots = lay_out(star(1, 1, irqs=3)).tasks[1].slots
        self.assertEqual([slot.bits for slot in slots[1:4]], [1 << 2, 1 << 3, 1 << 4])

    def test_rights_follow_from_the_declaration_alone(self) -> None:
        """Each of irq and trusted adds one right."""
        place = Builder().place("x")
        for irq in (False, True):
            for trusted in (False, True):
                device = Device("d", "virtio.rng", None, irq, 4096, trusted, None, place)
                rights = set(device_rights(device)) - {"READ", "MAP"}
                self.assertEqual("IRQ" in rights, irq)
                self.assertEqual("WRITE" in rights, trusted)
                self.assertEqual(len(rights), irq + trusted)

    def test_queues_follow_the_window_of_a_guarded_device_with_dma(self) -> None:
        """Two pages more in the arena; none for a trusted device, one without DMA, and the RTC."""
        b = Builder()
        devices = tuple(
            Device(name, device_class, None, False, dma, trusted, None, b.place("x"))
            for name, device_class, dma, trusted in (
                ("plain", "virtio.rng", 0, False),
                ("guarded", "virtio.blk", 4096, False),
                ("rtc", "goldfish.rtc", 0, False),
                ("trusted", "virtio.net", 8192, True),
                ("last", "virtio.net", 4096, False),
            )
        )
        x = b.instance(b.component("x", devices=devices))
        init = b.instance(b.component("init"))
        system = b.system("devices", init, (init, x), ())
        places, pages = arena(system, x.component)
        found = {name: (place.page, place.queue_page) for name, place in places.items()}
        expected = {"plain": (0, None), "guarded": (1, 2), "rtc": (4, None), "trusted": (5, None)}
        self.assertEqual(found, expected | {"last": (6, 7)})
        self.assertEqual(pages, 9)
        task = lay_out(system).tasks[1]
        self.assertEqual(task.arena_pages, 9)
        self.assertEqual([area.device for area in task.dma], ["guarded", "trusted", "last"])
        self.assertEqual([area.pages for area in task.dma], [1, 2, 1])
        kinds = [(slot.kind, slot.rights, slot.memory) for slot in task.slots[6:]]
        both = ("READ", "WRITE")
        self.assertEqual(kinds, [("DMA", both, f"x dma {n}") for n in ("guarded", "trusted", "last")])

    def test_a_dataport_marked_dma_has_a_slot_of_its_owner(self) -> None:
        """One for each connection, named by its extent; none for other dataports and for bulk memory."""
        store = self.tasks["store"]
        found = [[region.dma_slot for region in link.regions] for link in store.clients]
        self.assertEqual(found, [[7, None, None, None], [], [9, None, None, None]])
        for link in (store.clients[0], store.clients[2]):
            region = link.regions[0]
            self.assertEqual(region.owner, store.index)
            self.assertEqual(store.slots[region.dma_slot].memory, region.memory)
        self.assertEqual(store.slots[7].memory, "visitor.store -> store.store ring")
        extents = [region.memory for link in self.layout.links for region in link.regions]
        self.assertEqual(len(extents), len(set(extents)))

    def test_everything_mapped_has_a_guard_page_before_it(self) -> None:
        """Arena, stack, DMA memory, dataports, bulk, image."""
        for task in self.layout.tasks:
            start = task.base + N["ARENA_OFFSET"]
            rows = [(start, start + task.arena_pages * 4096), (task.stack_start, task.stack_end)]
            rows += [(area.va, area.va + area.pages * 4096) for area in task.dma]
            for link in task.servers:
                rows += [(r.client_va, r.client_va + r.pages * 4096) for r in link.regions]
            for link in task.clients:
                rows += [(r.server_va, r.server_va + r.pages * 4096) for r in link.regions]
            rows = sorted(rows) + [(task.image_start, task.image_start)]
            for before, after in zip(rows, rows[1:]):
                self.assertGreaterEqual(after[0], before[1] + 4096, task.name)

    def test_bulk_halves_belong_to_those_who_write_them(self) -> None:
        """In: the client writes; out: the server."""
        link = self.tasks["visitor"].servers[0]
        halves = link.bulk
        assert halves is not None
        self.assertEqual([half.owner for half in halves], [link.client, link.server])
        self.assertEqual([half.client_prot for half in halves], ["RW", "R"])
        self.assertEqual([half.server_prot for half in halves], ["R", "RW"])
        self.assertEqual([half.bytes for half in halves], [64 + 8 + 16 + 8 + 9000, 64 + 8 + 20000 + 8])
        self.assertIsNone(self.tasks["store"].servers[0].bulk)

    def test_the_layout_is_a_function_of_the_system(self) -> None:
        """Twice the same."""
        self.assertEqual(repr(lay_out(systems.rich())), repr(lay_out(systems.rich())))


class Wire(unittest.TestCase):
    """How the parameters of a method travel."""

    def ways(self, *parameters) -> tuple[str, str]:
        """The ways of the request and of the reply."""
        method = Builder().interface("x", "X", [("m", *parameters)]).methods[0]
        return tuple(side.way for side in wire.directions(method))

    def test_ways(self) -> None:
        """Four words fit into registers, five do not; 4096 bytes fit into the page, one more does not."""
        words = [(f"p{n}", U8, "in") for n in range(5)]
        self.assertEqual(self.ways(), ("words", "words"))
        self.assertEqual(self.ways(*words[:4]), ("words", "words"))
        self.assertEqual(self.ways(*words), ("page", "words"))
        self.assertEqual(self.ways(("s", StringType(1), "out")), ("words", "page"))
        self.assertEqual(self.ways(("d", BytesType(4088), "in")), ("page", "words"))
        self.assertEqual(self.ways(("d", BytesType(4089), "in")), ("bulk", "bulk"))
        self.assertEqual(self.ways(("d", BytesType(4080), "in"), ("n", U32, "in")), ("page", "words"))
        self.assertEqual(self.ways(("d", BytesType(4081), "in"), ("n", U32, "in")), ("bulk", "bulk"))
        self.assertEqual(self.ways(("n", U32, "in"), ("d", BytesType(9000), "out")), ("bulk", "bulk"))


class Refused(unittest.TestCase):
    """What does not fit."""

    def fails(self, system: System, code: str, text: str) -> None:
        """The layout ends with this diagnostic."""
        with self.assertRaises(Failed) as caught:
            lay_out(system)
        (diagnostic,) = caught.exception.diagnostics
        self.assertEqual(diagnostic.code, code)
        self.assertIn(text, diagnostic.text)
        self.assertIsNotNone(diagnostic.place)

    def test_notification_bits_used_up(self) -> None:
        """62 bits are left for interrupts and events."""
        self.assertEqual(len(lay_out(star(31, 2)).tasks[1].bits), 64)
        self.assertEqual(len(lay_out(star(30, 2, irqs=2)).tasks[1].bits), 64)
        self.fails(star(32, 2), "NX803", "`hub` has no notification bit left for event `e0`")
        self.fails(star(31, 2, irqs=1), "NX803", "`hub` has no notification bit left for event `e1`")

    def test_tasks_used_up(self) -> None:
        """64 tasks, init and the server among them."""
        self.assertEqual(len(lay_out(star(62, 0)).tasks), 64)
        self.fails(star(63, 0), "NX804", "assembly star has 65 components, the kernel 64")

    def test_slots_used_up(self) -> None:
        """128 slots for each task: its console, and one for each connection's dataport marked `dma`."""
        for ports, clients, fits in ((127, 1, True), (64, 2, False)):
            b = Builder()
            names = [(f"d{n}", 4096, "dma") for n in range(ports)]
            hub = b.interface("hub", "Hub", [], dataports=names)
            server = b.instance(b.component("hub", provides=(("hub", hub),)))
            spoke = b.component("spoke", uses=(("hub", hub),))
            spokes = [b.instance(spoke, f"spoke{n}") for n in range(clients)]
            init = b.instance(b.component("init"))
            wires = [(one, "hub", server, "hub") for one in spokes]
            system = b.system("star", init, (init, server, *spokes), wires)
            if fits:
                self.assertEqual(len(lay_out(system).tasks[1].slots), N["TASK_SLOTS_MAX"])
            else:
                self.fails(system, "NX812", "`hub` has 129 capability slots, a task 128")

    def test_addresses_used_up(self) -> None:
        """A stack as large as the task's addresses."""
        system = star(1, 0)
        low = N["ARENA_OFFSET"] + 4096  # arena and its guard page
        room = N["USER_SPAN"] - low - 2 * 4096  # a guard page behind the stack, and one page of image
        for size, fits in ((room, True), (room + 1, False)):
            instances = (replace(system.instances[1], stack=size),)
            changed = replace(system, instances=(system.init, *instances), connections=())
            if fits:
                lay_out(changed)
            else:
                self.fails(
                    changed, "NX807", "the stack, the DMA memory and the dataports of `hub` do not fit"
                )

    def test_no_window_for_a_device(self) -> None:
        """A platform without virtio."""
        system = star(1, 0, irqs=1)
        bare = replace(system.platform, windows=system.platform.windows[:1])
        self.fails(replace(system, platform=bare), "NX801", "no window where a virtio.rng could be")

    def test_windows_used_up(self) -> None:
        """32 windows."""
        system = star(1, 0)
        window = system.platform.windows[0]
        for count in (32, 33):
            changed = replace(system, platform=replace(system.platform, windows=(window,) * count))
            if count == 32:
                lay_out(changed)
            else:
                self.fails(changed, "NX806", "33 device windows, the kernel 32")


if __name__ == "__main__":
    unittest.main()
