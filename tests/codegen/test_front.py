"""The front end: valid assemblies become the right model, and nothing makes it fail without a diagnostic."""

from __future__ import annotations

import json
import random
import re
import tempfile
import unittest
import unittest.mock
from pathlib import Path

from front import ROOT, VALID, WRONG, nexusgen

from nexusgen import checks, checks_devices, parse, platforms
from nexusgen.diagnostics import Failed, did_you_mean
from nexusgen.frontend import load
from nexusgen.model import EnumType

SECOND = 1_000_000_000
NAMES = sorted(path.stem for path in (VALID / "assemblies").glob("*.assembly"))


def component(system, name):
    """The component type of this name."""
    return next(i.component for i in system.instances if i.component.name == name)


class Model(unittest.TestCase):
    """What a valid assembly means."""

    def test_every_valid_assembly_is_accepted_without_errors(self) -> None:
        for name in NAMES:
            with self.subTest(name):
                ran = nexusgen("--root", VALID, "check", name)
                self.assertEqual(ran.status, 0, ran.err)

    def test_component_has_what_it_declares(self) -> None:
        clock = component(load(VALID, "base"), "clock")
        self.assertEqual((clock.priority, clock.stack, clock.heap), (140, 16384, 65536))
        self.assertEqual((clock.run_limit, clock.ready_within), (SECOND, SECOND // 2))
        self.assertEqual((clock.restart.policy, clock.restart.limit), ("always", 3))
        self.assertEqual(clock.restart.period, 10 * SECOND)
        self.assertEqual([a.default for a in clock.attributes], [500, -3, 0, 60, "the clock"])
        self.assertEqual(clock.sources, (VALID / "components" / "clock" / "clock.c",))
        self.assertEqual([d.device_class for d in clock.devices], ["goldfish.rtc"])

    def test_interface_has_what_it_declares(self) -> None:
        interface = component(load(VALID, "base"), "clock").provides[0].interface
        self.assertEqual([m.number for m in interface.methods], [1, 2, 3, 4, 5])
        self.assertEqual(interface.methods[3].requires, "clock.set")
        self.assertEqual(interface.errors, ("UNKNOWN_ZONE", "TOO_EARLY"))
        self.assertEqual([(e.name, e.out) for e in interface.events], [("poke", False), ("tick", True)])
        self.assertEqual([(d.name, d.size) for d in interface.dataports], [("ring", 16384)])
        zone = interface.methods[1].parameters[0].type
        self.assertIsInstance(zone, EnumType)
        self.assertEqual(zone.members, (("UTC", 0), ("CET", 60), ("JST", 540)))

    def test_defaults_are_those_of_the_reference(self) -> None:
        part = load(VALID, "dos").instances[-1]
        self.assertEqual((part.priority, part.stack, part.heap), (100, 8192, 0))
        self.assertEqual((part.restart.policy, part.restart.limit), ("on_fault", 3))
        self.assertEqual((part.component.run_limit, part.component.ready_within), (SECOND, 2 * SECOND))

    def test_assembly_gets_init_and_platform(self) -> None:
        system = load(VALID, "dos")
        self.assertEqual(system.instances[0], system.init)
        self.assertEqual((system.init.name, system.platform.name), ("init", "qemu-virt"))
        self.assertEqual(len(system.platform.windows), 9)

    def test_wildcard_of_a_base_connects_what_is_added_and_leaves_what_is_connected(self) -> None:
        system = load(VALID, "full")
        made = {(c.client.name, c.uses.name, c.server.name) for c in system.connections}
        wanted = {("watcher", "clock", "clock"), ("worker", "clock", "clock"), ("worker", "backup", "spare")}
        self.assertEqual(made, wanted)

    def test_instance_overrides_its_component(self) -> None:
        worker = next(i for i in load(VALID, "full").instances if i.name == "worker")
        self.assertEqual((worker.priority, worker.stack, worker.heap), (80, 32768, 1 << 20))
        self.assertEqual(worker.restart.policy, "never")

    def test_extending_component_has_what_its_base_has_and_more(self) -> None:
        system = load(VALID, "extended")
        alarm, clock = component(system, "alarm"), component(load(VALID, "base"), "clock")
        self.assertEqual(alarm.sources, (*clock.sources, VALID / "assemblies" / "part.c"))
        self.assertEqual([e.name for e in alarm.provides], ["clock", "alarm"])
        self.assertEqual([e.name for e in alarm.uses], ["other"])
        self.assertEqual([a.name for a in alarm.attributes], [a.name for a in clock.attributes] + ["volume"])
        self.assertEqual(alarm.devices, clock.devices)
        self.assertEqual((alarm.priority, alarm.power), (130, True))
        self.assertEqual((alarm.stack, alarm.restart.policy), (24576, "never"))
        kept = ("heap", "run_limit", "ready_within")
        self.assertEqual([getattr(alarm, k) for k in kept], [getattr(clock, k) for k in kept])
        values = next(i for i in system.instances if i.name == "alarm").attributes
        self.assertEqual((values["volume"], values["drift"], values["period_ms"]), (7, 1, 500))

    def test_role_is_the_name_of_the_first_base(self) -> None:
        alarm = component(load(VALID, "extended"), "alarm")
        self.assertEqual((alarm.role, [base.name for base in alarm.bases]), ("clock", ["louder", "clock"]))
        self.assertEqual(component(load(VALID, "base"), "clock").role, "clock")

    def test_sources_of_a_base_find_their_header_and_their_folder(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        ran = nexusgen("--root", VALID, "generate", "extended", "-o", folder)
        self.assertEqual(ran.status, 0, ran.err)
        for name in ("clock", "louder"):
            self.assertIn('#include "alarm.nexus.h"', (folder / f"alarm/{name}.nexus.h").read_text())
        ran = nexusgen("--root", VALID, "sources", "extended", "-o", folder / "sources.cmake")
        self.assertEqual(ran.status, 0, ran.err)
        found = re.search(r"NEXUS_TYPE_alarm_FOLDERS([^)]*)\)", (folder / "sources.cmake").read_text())
        self.assertEqual([Path(p).name for p in re.findall(r'"(.*)"', found[1])], ["assemblies", "clock"])

    def test_words_of_the_language_can_be_names(self) -> None:
        instance = next(i for i in load(VALID, "words_as_names").instances if i.name == "extends")
        self.assertEqual(instance.attributes, {"limit": 3, "power": 3, "connect": 1})

    def test_a_dataport_says_whether_devices_may_reach_it(self) -> None:
        platform = component(load(VALID, "words_as_names"), "platform")
        ports = platform.provides[0].interface.dataports
        self.assertEqual(
            [(p.name, p.size, p.dma) for p in ports], [("source", 4096, False), ("dma", 8192, True)]
        )
        (device,) = platform.devices
        self.assertEqual((device.dma, device.irq, device.trusted), (8192, True, True))

    def test_files_are_all_that_was_read(self) -> None:
        files = {path.relative_to(VALID).as_posix() for path in load(VALID, "full").files}
        self.assertEqual(
            files,
            {
                "assemblies/full.assembly",
                "assemblies/base.assembly",
                "components/clock/clock.assembly",
                "components/init/init.assembly",
            },
        )

    def test_the_limits_are_the_kernels(self) -> None:
        text = (ROOT / "kernel" / "include" / "neuron" / "limits.h").read_text()
        self.assertEqual(int(re.search(r"NEURON_TASKS_MAX (\d+)", text)[1]), checks.TASKS_MAX)
        self.assertEqual(
            int(re.search(r"NEURON_TASK_DEVICES_MAX (\d+)", text)[1]), checks_devices.DEVICES_MAX
        )
        kernel_end = int(re.search(r"NEURON_PAYLOAD_BASE (\w+)", text)[1], 0)
        ram = int(re.search(r"NEURON_RAM_BASE (\w+)", text)[1], 0)
        self.assertEqual(kernel_end - ram, checks.KERNEL_BYTES)

    def test_did_you_mean_finds_slips_and_nothing_else(self) -> None:
        self.assertEqual(did_you_mean("Entorpy", ["Entropy", "Log"]), "Entropy")
        self.assertEqual(did_you_mean("LOG", ["Log"]), "Log")
        self.assertIsNone(did_you_mean("Keyboard", ["Entropy", "Log"]))


class Robust(unittest.TestCase):
    """Whatever stands in a file: diagnostics or a model, never an internal error."""

    def project(self, text: bytes) -> Path:
        """A copy of the valid project with this file as assembly x."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("components", "assemblies"):
            (folder / name).mkdir()
        for name in ("clock", "init"):
            (folder / "components" / name).symlink_to(VALID / "components" / name)
        (folder / "assemblies" / "part.c").symlink_to(VALID / "assemblies" / "part.c")
        (folder / "assemblies" / "base.assembly").symlink_to(VALID / "assemblies" / "base.assembly")
        (folder / "assemblies" / "x.assembly").write_bytes(text)
        return folder

    def check(self, text: str | bytes) -> str:
        """Check the text; what was printed."""
        root = self.project(text.encode() if isinstance(text, str) else text)
        ran = nexusgen("--root", root, "check", "x")
        self.assertIn(ran.status, (0, 1), ran.err)
        self.assertEqual(ran.status == 1, " error NX" in ran.err, ran.err)
        return ran.err

    def test_mutated_files_never_cause_an_internal_error(self) -> None:
        chance = random.Random(1)
        texts = [p.read_text() for p in sorted((VALID / "assemblies").glob("*.assembly"))]
        texts.append((VALID / "components" / "clock" / "clock.assembly").read_text())
        texts += [
            p.read_bytes().decode("latin1") for p in sorted((WRONG / "assemblies").glob("nx[1-4]*.assembly"))
        ]
        words = re.findall(r"\w+|\S", " ".join(texts))
        root = self.project(b"")
        file = root / "assemblies" / "x.assembly"
        for number in range(600):
            text = chance.choice(texts)
            for _ in range(chance.randint(1, 4)):
                text = mutated(text, words, chance)
            file.write_text(re.sub(r"assembly \w+", "assembly x", text))
            ran = nexusgen("--root", root, "check", "x", "--format", chance.choice(("text", "json")))
            self.assertIn(ran.status, (0, 1), f"round {number}: {ran.err}\n{file.read_text()}")

    def test_empty_and_odd_files_are_diagnosed(self) -> None:
        for text in ("", "\n", ";", "}", "{", '"', "/*", "//", "\0", "\ufeff", "*" * 5000, "a" * 100000):
            with self.subTest(text[:10]):
                self.assertIn("error NX", self.check(text))

    def test_deep_nesting_is_diagnosed(self) -> None:
        for text in ("{" * 20000, "component a {" * 3000, "assembly x { component a b { " * 2000):
            self.assertIn("error NX", self.check(text))

    def test_long_chain_of_structs_is_diagnosed(self) -> None:
        chain = "".join(f"struct S{n} {{ S{n + 1} x; }}\n" for n in range(3000)) + "struct S3000 { u8 x; }\n"
        self.assertIn("NX206", self.check(chain + "assembly x { }\n"))
        back = "".join(f"struct S{n} {{ S{n - 1} x; }}\n" for n in range(1, 3000)) + "struct S0 { u8 x; }\n"
        self.assertIn("NX206", self.check(back + "assembly x { }\n"))

    def test_file_that_is_too_large_is_diagnosed(self) -> None:
        self.assertIn("NX106", self.check("// long\n" * 200_000))

    def test_imports_in_a_circle_are_fine(self) -> None:
        root = self.project(
            b'import a;\ncomponent c { source "part.c"; uses A a; }\nassembly x { component c c; }'
        )
        for name, other in (("a", "b"), ("b", "a")):
            folder = root / "components" / name
            folder.mkdir()
            text = f"import {other};\ninterface {name.upper()} {{ get(); }}\n"
            text += f"component {name} {{ provides {name.upper()} own; uses {other.upper()} other; }}\n"
            (folder / f"{name}.assembly").write_text(text)
            (folder / f"{name}.c").write_text("")
        (root / "assemblies" / "x.assembly").write_text("assembly x { component a a; component b b; }")
        self.assertIn("NX406", nexusgen("--root", root, "check", "x").err)

    def test_errors_in_different_items_come_in_one_run(self) -> None:
        found = self.check(
            "component a { stack 8kb; }\ncomponent b { uses ; }\ninterface C { get(int x); }\n"
            "assembly x { component d d; }"
        )
        for code in ("NX222", "NX101", "NX201", "NX115"):
            self.assertIn(f"error {code}", found)

    def test_a_syntax_error_does_not_make_its_names_unknown(self) -> None:
        found = self.check(
            'interface C { get(u32) }\ncomponent a { source "part.c"; provides C c extra; priority 120; }\n'
            'component b { source "part.c"; uses C c; }\n'
            "assembly x { component a a; component b b; connect b.c -> a.c; }"
        )
        self.assertEqual(set(re.findall(r"NX\d+(?=:)", found)), {"NX101"})

    def test_eight_devices_are_not_too_many(self) -> None:
        devices = " ".join(f"device virtio.rng[{n}] d{n};" for n in range(8))
        found = self.check(f'component a {{ source "part.c"; {devices} }} assembly x {{ component a a; }}')
        self.assertEqual(found, "")

    def test_errors_of_one_file_are_bounded(self) -> None:
        self.assertLessEqual(
            self.check("interface A { ( ; ) }\n" * 5000).count(" error "), parse.ERRORS_MAX * 2 + 1
        )


def mutated(text: str, words: list[str], chance: random.Random) -> str:
    """The text with one change of the kind that people and editors make."""
    at, end = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
    end = min(end, at + chance.choice((1, 1, 5, 60)))
    kind = chance.randrange(5)
    if kind == 0:
        return text[:at] + text[end:]
    if kind == 1:
        return text[:at] + text[at:end] * 2 + text[end:]
    if kind == 2:
        return text[:at] + chance.choice(words) + text[end:]
    if kind == 3:
        return text[:at] + chr(chance.choice((0, 9, 34, 47, 123, 125, 255, 0x2028, 0x1F600))) + text[at:]
    pieces = re.findall(r"\w+|\s+|.", text)
    if pieces:
        pieces[chance.randrange(len(pieces))] = chance.choice(words)
    return "".join(pieces)


class Reference(unittest.TestCase):
    """docs/assembly-language.md says what is so."""

    TEXT = (ROOT / "docs" / "assembly-language.md").read_text()

    def test_the_whole_example_is_accepted(self) -> None:
        section = self.TEXT.split("## A whole example")[1].split("\n## ")[0]
        text = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "assemblies").mkdir()
            (root / "components").mkdir()
            (root / "components" / "init").symlink_to(VALID / "components" / "init")
            for name in ("greeter", "visitor"):
                (root / "assemblies" / f"{name}.c").write_text("")
            (root / "assemblies" / "hello.assembly").write_text(text)
            ran = nexusgen("--root", root, "check", "hello")
            self.assertEqual((ran.status, ran.err), (0, ""))

    def test_every_word_of_the_grammar_is_described(self) -> None:
        grammar = (ROOT / "codegen" / "nexusgen" / "grammar.lark").read_text()
        for word in set(re.findall(r'"([a-z_]+)"', grammar)):
            self.assertRegex(self.TEXT, rf"\b{word}\b")

    def test_every_device_class_and_platform_is_described(self) -> None:
        for name in (*platforms.DEVICE_CLASSES, *platforms.PLATFORMS):
            self.assertIn(name, self.TEXT)


class CommandLine(unittest.TestCase):
    """Exit statuses and formats."""

    def test_wrong_usage_is_2(self) -> None:
        for arguments in ((), ("chekc", "hello"), ("check",), ("check", "hello", "--format", "xml")):
            self.assertEqual(nexusgen(*arguments).status, 2)

    def test_unknown_assembly_is_1_and_suggests(self) -> None:
        ran = nexusgen("--root", ROOT, "check", "helo")
        self.assertEqual(ran.status, 1)
        self.assertIn("did you mean `hello`?", ran.err)

    def test_a_path_names_an_assembly_too(self) -> None:
        ran = nexusgen("--root", VALID, "check", VALID / "assemblies" / "dos.assembly")
        self.assertEqual((ran.status, ran.err), (0, ""))

    def test_common_options_stand_before_or_after_the_verb(self) -> None:
        for arguments in (("--root", VALID, "check", "dos"), ("check", "dos", "--root", VALID)):
            self.assertEqual(nexusgen(*arguments).status, 0)

    def test_internal_errors_are_3_without_a_traceback(self) -> None:
        with unittest.mock.patch("nexusgen.frontend.load", side_effect=RecursionError("deep")):
            ran = nexusgen("--root", VALID, "check", "dos")
        self.assertEqual(ran.status, 3)
        self.assertIn("Please report it", ran.err)
        self.assertNotIn("Traceback", ran.err)

    def test_failed_carries_all_diagnostics(self) -> None:
        with self.assertRaises(Failed) as caught:
            load(WRONG, "several_at_once")
        self.assertGreater(len(caught.exception.diagnostics), 4)
        json.dumps([d.text for d in caught.exception.diagnostics])


if __name__ == "__main__":
    unittest.main()
