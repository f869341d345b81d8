"""The symbol blobs: every address of a linked program is looked up by init's own code and by addr2line."""

from __future__ import annotations

import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from nexusgen import abi
from nexusgen.symbols import MAGIC, write_symbols

ROOT = Path(__file__).resolve().parents[2]
BASE = abi.load()["USER_BASE"] + 3 * abi.load()["USER_SPAN"]
CC = "riscv64-unknown-elf-gcc -march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany -nostdlib"

FIRST = """\
__attribute__((noinline)) static int twice(int x) { return x * 2; }
int unused(int x) { return x + 40; }
__attribute__((noinline)) int second(int x);
void _start(void)
{
    volatile int n = 1;
    for (;;) {
        n = second(n) + twice(n);
    }
}
"""
SECOND = """\
__attribute__((noinline)) int second(int x);
__attribute__((noinline)) int second(int x)
{
    if (x > 10) {
        return x - 1;
    }
    return x + 3;
}
"""
LOOKUP = """\
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "symbols.h"
int main(int argc, char **argv)
{
    static uint8_t blob[1 << 20];
    FILE *file = fopen(argv[1], "rb");
    if (argc < 3 || file == NULL) {
        return 1;
    }
    size_t size = fread(blob, 1, sizeof(blob), file);
    for (uint64_t offset = strtoull(argv[2], NULL, 0); offset < strtoull(argv[3], NULL, 0); offset += 2) {
        struct symbols_place place = symbols_find(blob, blob + size, offset);
        printf("%s %s:%" PRIu32 "\\n", place.function, place.file, place.line);
    }
    return 0;
}
"""


class Symbols(unittest.TestCase):
    """A program of two files, one of whose functions the linker drops."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "src").mkdir()
        for name, text in (("src/first.c", FIRST), ("src/second.c", SECOND), ("lookup.c", LOOKUP)):
            (self.folder / name).write_text(text)
        self.elf, self.blob = self.folder / "x.elf", self.folder / "x.sym"
        sources = ["src/first.c", "src/second.c"]
        self.run_in(
            f"{CC} -ffunction-sections -g -O1 -Wl,--gc-sections -Wl,-Ttext={BASE + 0x9000:#x}",
            *sources,
            "-o",
            str(self.elf),
        )

    def run_in(self, command: str, *more: str) -> str:
        """Run a tool in the folder; its output."""
        ran = subprocess.run(
            [*command.split(), *more], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return ran.stdout

    def words(self) -> tuple[int, ...]:
        """The words of the blob, strings included."""
        data = self.blob.read_bytes()
        self.assertEqual(len(data) % 4, 0)
        return struct.unpack(f"<{len(data) // 4}I", data)

    def test_init_finds_what_addr2line_finds(self) -> None:
        """Every instruction of the program: function, file and line."""
        write_symbols(self.elf, self.blob)
        _, size, start = next(
            line.split()[1:4]
            for line in self.run_in("riscv64-unknown-elf-objdump -h -w", str(self.elf)).splitlines()
            if " .text " in line
        )
        first, end = int(start, 16), int(start, 16) + int(size, 16)
        init = ROOT / "components" / "init"
        self.run_in("gcc -O1 -o lookup -I", str(init), "lookup.c", str(init / "symbols.c"))
        found = self.run_in("./lookup", "x.sym", hex(first - BASE), hex(end - BASE)).splitlines()
        addresses = [hex(address) for address in range(first, end, 2)]
        lines = self.run_in("riscv64-unknown-elf-addr2line -f -s -e x.elf", *addresses).splitlines()
        expected = [
            f"{name} {place.split(' ')[0]}" for name, place in zip(lines[::2], lines[1::2], strict=True)
        ]
        self.assertEqual(found, expected)
        self.assertTrue({"_start first.c:8", "second second.c:5"} <= set(found))

    def test_rows_are_sorted_and_offsets_are_from_the_base(self) -> None:
        """The form that components/init/symbols.h describes."""
        write_symbols(self.elf, self.blob)
        magic, functions, lines, files, strings = self.words()[:5]
        self.assertEqual((magic, functions, files), (MAGIC, 3, 2))
        rows = self.words()[5:]
        for start, count in ((0, functions), (2 * functions, lines)):
            offsets = rows[start : start + 2 * count : 2]
            self.assertEqual(list(offsets), sorted(set(offsets)))
            self.assertGreaterEqual(offsets[0], 0x9000)
        self.assertEqual(len(self.blob.read_bytes()), 4 * (5 + 2 * (functions + lines) + files) + strings)

    def test_without_debug_information_there_are_still_functions(self) -> None:
        """A stripped -g leaves names."""
        self.run_in("riscv64-unknown-elf-strip --strip-debug", str(self.elf))
        write_symbols(self.elf, self.blob)
        self.assertEqual(self.words()[1:4], (3, 0, 0))

    def test_no_path_of_the_build_is_in_it(self) -> None:
        """File names only, so that two folders give the same bytes."""
        write_symbols(self.elf, self.blob)
        self.assertNotIn(b"/", self.blob.read_bytes())


if __name__ == "__main__":
    unittest.main()
