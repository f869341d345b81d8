"""The system table and the payload: every word, the checksums, the kernel's own check, the final image."""

from __future__ import annotations

import json
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import linking
import systems

from nexusgen import abi, table
from nexusgen.crc32c import crc32c
from nexusgen.diagnostics import Failed
from nexusgen.elf import Elf, ElfError
from nexusgen.image import image_bytes
from nexusgen.layout import lay_out
from nexusgen.linked import link
from nexusgen.model import Platform

ROOT = Path(__file__).resolve().parents[2]
N = abi.load()


class Crc(unittest.TestCase):
    """CRC32-C against published vectors and against a bit at a time."""

    def test_published_vectors(self) -> None:
        """RFC 3720, B.4."""
        for data, value in (
            (b"", 0),
            (b"123456789", 0xE3069283),
            (bytes(32), 0x8A9136AA),
            (b"\xff" * 32, 0x62A8AB43),
            (bytes(range(32)), 0x46DD794E),
            (bytes(range(31, -1, -1)), 0x113FDB5C),
        ):
            self.assertEqual(crc32c(data), value)

    def test_long_and_short_ways_agree(self) -> None:
        """The fast way starts at 64 KiB; the rest of it is not a whole word."""
        for length in (65535, 65536, 65541, 70003):
            data = bytes((n * n >> 3) & 255 for n in range(length))
            crc = 0xFFFFFFFF
            for byte in data:
                crc ^= byte
                for _ in range(8):
                    crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
            self.assertEqual(crc32c(data), crc ^ 0xFFFFFFFF, length)
            self.assertEqual(crc32c(memoryview(data)), crc ^ 0xFFFFFFFF, length)


class Linked(unittest.TestCase):
    """A system linked from hand-made ELF files."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.system = systems.rich()
        self.layout = lay_out(self.system)
        self.elfs = linking.link_all(self.layout, self.folder)

    def payload(self) -> bytes:
        """The payload of the system."""
        return table.payload_bytes(link(self.layout, self.elfs))

    def decoded(self, payload: bytes) -> dict[str, list[list[int]]]:
        """Sections of the table, by the counts in its header."""
        words = list(struct.unpack(f"<{len(payload) // 8}Q", payload))[N["PAYLOAD_HEADER_WORDS"] :]
        place = N["TABLE_HEADER_WORDS"]
        sections = {"header": [words[:place]]}
        for name, prefix in table.PREFIXES.items():
            size, count = N[f"{prefix}_ROW_WORDS"], words[N[f"TABLE_{name.upper()}"]]
            sections[name] = [words[place + n * size : place + (n + 1) * size] for n in range(count)]
            place += size * count
        self.assertEqual(place, words[N["TABLE_WORDS"]])
        return sections


class Table(Linked):
    """What the words say."""

    def test_headers_and_checksums(self) -> None:
        """Payload header and table header, with checksums computed anew."""
        payload = self.payload()
        head = struct.unpack("<4Q", payload[:32])
        self.assertEqual(payload[:8], b"NEURONPL")
        self.assertEqual(payload[32:40], b"NEURONTB")
        self.assertEqual(head[N["PAYLOAD_BYTES"]], len(payload))
        self.assertEqual(head[N["PAYLOAD_CRC"]], crc32c(payload[32:]))
        words = head[N["PAYLOAD_TABLE_WORDS"]]
        header = self.decoded(payload)["header"][0]
        self.assertEqual(header[N["TABLE_WORDS"]], words)
        self.assertEqual(header[N["TABLE_CRC"]], crc32c(payload[32 + 32 : 32 + words * 8]))
        self.assertEqual(header[N["TABLE_PAYLOAD_END"]], N["PAYLOAD_BASE"] + len(payload))
        self.assertEqual(header[N["TABLE_RAM_END"]], 0x88000000)
        self.assertEqual(header[N["TABLE_INIT"]], 2)
        self.assertEqual(header[N["TABLE_VERSION_WORD"]], N["TABLE_VERSION"])

    def test_task_rows(self) -> None:
        """A task's row is its layout and its ELF file."""
        rows = self.decoded(self.payload())["tasks"]
        for task, row in zip(self.layout.tasks, rows):
            start = task.image_start
            limit = task.instance.component.run_limit // 100
            expected = [task.level, start + 8, task.stack_end, start + 0x4810, start + 0x4000]
            expected += [limit, len(task.slots), 1, task.arena_pages]
            self.assertEqual(row, expected, task.name)
        self.assertEqual(rows[0][N["TASK_RUN_LIMIT"]], 0)

    def test_memory_holds_what_the_elf_files_hold(self) -> None:
        """Text lies in the payload, the initial bytes of data are named by SOURCE, the rest is zero."""
        payload = self.payload()
        sections = self.decoded(payload)
        base = N["PAYLOAD_BASE"]
        seen: dict[tuple[int, int], bytes] = {}
        for task, memory, va, prot in sections["maps"]:
            phys, count, flags, _, source, size = sections["memories"][memory]
            if flags & N["MEMORY_TEXT"]:
                seen[task, va] = payload[phys - base : phys - base + count * 4096]
                self.assertIn(prot, (N["PROT_R"], N["PROT_RX"]))
            else:
                self.assertGreaterEqual(phys, 0x80C00000)
                seen[task, va] = payload[source - base : source - base + size] if source else b""
        for task in self.layout.tasks:
            image = Elf(self.elfs[task.name])
            for segment in image.segments:
                found = seen[task.index, segment.va]
                self.assertEqual(found[: len(segment.bytes)], segment.bytes)
                self.assertEqual(found[len(segment.bytes) :].strip(b"\0"), b"")

    def test_kept_memory_is_an_extent_of_its_own(self) -> None:
        """Marked KEEP, without initial bytes, mapped by its owner alone, R and W; nobody else has one."""
        sections = self.decoded(self.payload())
        store = next(task for task in self.layout.tasks if task.name == "store")
        memories = sections["memories"]
        kept = [n for n, row in enumerate(memories) if row[N["MEMORY_FLAGS"]] == N["MEMORY_KEEP"]]
        self.assertEqual(len(kept), 1)
        self.assertEqual(memories[kept[0]][1:], [2, N["MEMORY_KEEP"], store.index, 0, 0])
        maps = [row for row in sections["maps"] if row[N["MAP_MEMORY"]] == kept[0]]
        self.assertEqual(maps, [[store.index, kept[0], store.image_start + 8 * 4096, N["PROT_RW"]]])

    def test_order_of_rows(self) -> None:
        """Memories by address, maps by task and address, slots by task, windows by address."""
        sections = self.decoded(self.payload())
        memories = [row[0] for row in sections["memories"]]
        self.assertEqual(memories, sorted(memories))
        maps = [(row[0], row[2]) for row in sections["maps"]]
        self.assertEqual(maps, sorted(maps))
        owners = [row[0] for row in sections["slots"]]
        self.assertEqual(owners, sorted(owners))
        windows = [row[0] for row in sections["windows"]]
        self.assertEqual(windows, sorted(windows))
        self.assertEqual(sections["windows"][0], [0x101000, 0x1000, 11, N["TRANSPORT_FIXED"], N["CLASS_RTC"]])

    def test_slot_rows(self) -> None:
        """Some slots of each kind, word by word."""
        rows = self.decoded(self.payload())["slots"]
        call_notify = N["RIGHT_CALL"] | N["RIGHT_NOTIFY"]
        self.assertEqual(rows[0], [0, 0, N["CAP_CONSOLE"], 0, 0, 0, 0, 0, 0])
        self.assertEqual(rows[1], [0, 0, N["CAP_PORT"], call_notify, 1, 1, 0b11000, 0, 0])
        self.assertEqual(rows[2], [0, 0, N["CAP_PORT"], N["RIGHT_NOTIFY"], 1, 0, 0b100000, 0, 0])
        read_map = N["RIGHT_READ"] | N["RIGHT_MAP"]
        read_map_irq = read_map | N["RIGHT_IRQ"]
        self.assertEqual(rows[6], [1, 1, N["CAP_MMIO"], read_map_irq, 4, 0, 1 << 2, 0x10001000, 0x8000])
        self.assertEqual(rows[7][3], read_map | N["RIGHT_WRITE"])
        self.assertEqual([row[2] for row in rows if row[0] == 2], [6, N["CAP_TASK"], N["CAP_FACTORY"], 0])

    def test_dma_memory_is_whole_zero_and_named_by_a_slot(self) -> None:
        """An extent of the owner with the flag, mapped once or with its client, and its row in the slot."""
        sections = self.decoded(self.payload())
        found = {}
        for row in sections["slots"]:
            if row[2] == N["CAP_DMA"]:
                self.assertEqual([row[0], row[1], row[3]], [1, 0, N["RIGHT_READ"] | N["RIGHT_WRITE"]])
                self.assertEqual(row[5:], [0, 0, 0, 0])
                phys, count, flags, owner, source, size = sections["memories"][row[4]]
                self.assertEqual((owner, source, size), (1, 0, 0))
                maps = [m for m in sections["maps"] if m[1] == row[4]]
                self.assertEqual({m[3] for m in maps}, {N["PROT_RW"]})
                found[row[4]] = (count, flags, [m[0] for m in maps])
        dma, shared = N["MEMORY_DMA"], N["MEMORY_DMA"] | N["MEMORY_SHARED"]
        expected = [(4, dma, [1]), (4, shared, [0, 1]), (4, shared, [1, 3])]
        self.assertEqual(sorted(found.values()), sorted(expected))
        flagged = [n for n, row in enumerate(sections["memories"]) if row[2] & dma]
        self.assertEqual(flagged, sorted(found))

    def test_the_kernel_accepts_it(self) -> None:
        """kernel/core/table.c, compiled here, judges the payload and every spoiled copy of its table."""
        program = self.folder / "validate"
        core = ROOT / "kernel/core"
        sources = [ROOT / "kernel/tools/validate.c", core / "crc32c.c"]
        sources += sorted([*core.glob("table*.c"), *core.glob("payload*.c")])
        include = ["-I", str(ROOT / "kernel/include"), "-I", str(ROOT / "kernel/core")]
        subprocess.run(["gcc", "-O1", *include, *map(str, sources), "-o", str(program)], check=True)
        path = self.folder / "payload.bin"
        path.write_bytes(self.payload())
        ran = subprocess.run([str(program), str(path)], capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        spoiled = bytearray(self.payload())
        spoiled[400] ^= 1
        path.write_bytes(spoiled)
        self.assertNotEqual(subprocess.run([str(program), str(path)], capture_output=True).returncode, 0)

    def test_text_and_json_say_the_same(self) -> None:
        """table.json holds each word; table.txt one line for each row; both are stable."""
        out = self.folder / "out"
        for _ in range(2):
            table.write_table(self.system, self.elfs, out, systems.ROOT)
            files = {path.name: path.read_bytes() for path in out.iterdir()}
            self.assertEqual(files["payload.bin"], self.payload())
        found = json.loads(files["table.json"])
        sections = self.decoded(self.payload())
        for name in table.SECTIONS:
            words = [[value for key, value in row.items() if key != "name"] for row in found[name]]
            self.assertEqual(words, sections[name])
        text = files["table.txt"].decode()
        rows = [line for line in text.splitlines() if line[:4].strip().isdigit()]
        self.assertEqual(len(rows), sum(len(sections[name]) for name in table.SECTIONS))
        self.assertIn("kind PORT, rights CALL+NOTIFY", text)
        self.assertIn("bulk in: phys", text)
        self.assertIn("flags SHARED+KEEP", text)
        self.assertIn("kind MMIO, rights READ+MAP+IRQ, object 4, bits 0x4", text)
        self.assertIn("kind DMA, rights READ+WRITE", text)
        self.assertIn("store dma dev: phys", text)
        self.assertIn("flags SHARED+DMA", text)
        self.assertNotIn(str(self.folder), text)


class Refused(Linked):
    """What cannot be linked into one system."""

    def fails(self, code: str, text: str, system=None) -> None:
        """Linking ends with this diagnostic."""
        with self.assertRaises(Failed) as caught:
            found = link(lay_out(system or self.system), self.elfs)
            table.payload_bytes(found)
        (diagnostic,) = caught.exception.diagnostics
        self.assertEqual(diagnostic.code, code)
        self.assertIn(text, diagnostic.text)

    def test_more_memory_than_ram(self) -> None:
        """Both sides of the bound: 128 MiB of RAM hold this much, and not a page more."""
        fixed = link(self.layout, self.elfs)
        free = fixed.ram_end - fixed.memory_end
        task = self.layout.tasks[0]
        pages = 2  # of its data: 5000 bytes
        self.elfs[task.name].write_bytes(linking.task_elf(task, pages * 4096 + free))
        self.assertEqual(link(self.layout, self.elfs).memory_end, fixed.ram_end)
        self.elfs[task.name].write_bytes(linking.task_elf(task, pages * 4096 + free + 1))
        self.fails("NX809", "needs 4 KiB more memory than platform qemu-virt has (128 MiB)")

    def test_image_beyond_the_addresses_of_its_task(self) -> None:
        """256 MiB for everything."""
        task = self.layout.tasks[0]
        self.elfs[task.name].write_bytes(linking.task_elf(task, 0x10000000))
        self.fails("NX808", "`visitor` needs 257 MiB of addresses")

    def test_missing_instance(self) -> None:
        """Each instance needs its file."""
        del self.elfs["other"]
        with self.assertRaises(Failed) as caught:
            table.write_table(self.system, self.elfs, self.folder, systems.ROOT)
        self.assertIn("`other`", caught.exception.diagnostics[0].text)

    def test_files_that_are_not_what_the_linker_writes(self) -> None:
        """Not an ELF file, cut off, no symbols, in the wrong place, writable and executable."""
        task = self.layout.tasks[0]
        good = linking.task_elf(task)
        start = task.image_start
        symbols = {"__global_pointer$": 1, "__tls_base": 2}
        for data, text in (
            (b"", "not a little-endian ELF64 file"),
            (b"\x7fELF\x01\x01" + bytes(100), "not a little-endian ELF64 file"),
            (good[:300], "cut off"),
            (linking.elf(start, [(5, start, b"x", 1)], {"__tls_base": 2}), "no symbol __global_pointer$"),
            (linking.elf(start, [(5, start - 4096, b"x", 1)], symbols), "is not where"),
            (linking.elf(start, [(5, start + 8, b"x", 1)], symbols), "is not where"),
            (linking.elf(start, [(7, start, b"x", 1)], symbols), "writable and executable"),
            (linking.elf(start, [(linking.KEEP, start, b"x", 1)], symbols), "has no initial bytes"),
        ):
            self.elfs[task.name].write_bytes(data)
            with self.assertRaises(ElfError) as caught:
                link(self.layout, self.elfs)
            self.assertIn(text, str(caught.exception))

    def test_small_platform(self) -> None:
        """The diagnostic names the largest instance."""
        system = self.system
        small = Platform("tiny-board", 12 << 20, system.platform.windows)
        object.__setattr__(system, "platform", small)
        self.fails("NX809", "than platform tiny-board has (12 MiB)", system)


class Image(unittest.TestCase):
    """The final image."""

    KERNEL = [(5, 0x80200000, b"text" * 100, 400), (6, 0x80201000, b"data", 9000)]

    def test_kernel_unchanged_payload_added(self) -> None:
        """Every segment of the kernel is there byte for byte; one more holds the payload, read-only."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kernel.elf"
            path.write_bytes(linking.elf(0x80200004, self.KERNEL, {}))
            payload = bytes(range(256)) * 64
            kernel = Elf(path)
            path.write_bytes(image_bytes(kernel, payload))
            image = Elf(path)
        self.assertEqual(image.entry, 0x80200004)
        self.assertEqual(image.segments[:-1], kernel.segments)
        last = image.segments[-1]
        self.assertEqual((last.va, last.phys, last.flags), (0x80A00000, 0x80A00000, 4))
        self.assertEqual(last.bytes, payload)

    def test_kernel_must_end_before_the_payload(self) -> None:
        """Both sides of the bound."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kernel.elf"
            path.write_bytes(linking.elf(0x80200000, [(6, 0x80200000, b"", 0x800000)], {}))
            image_bytes(Elf(path), b"")
            path.write_bytes(linking.elf(0x80200000, [(6, 0x80200000, b"", 0x800001)], {}))
            with self.assertRaises(ElfError):
                image_bytes(Elf(path), b"")


if __name__ == "__main__":
    unittest.main()
