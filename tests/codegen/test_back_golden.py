"""All files generated for one rich assembly, byte for byte; `NEXUSGEN_UPDATE=1` writes them anew.

Every generated C file also compiles without a warning, for the target and natively.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import linking
import systems

from nexusgen import table
from nexusgen.emit_stubs import generate as generate_stubs
from nexusgen.generate import generate, sources

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GOLDEN = HERE / "golden" / "generated"
WARNINGS = (
    "-std=c11 -Wall -Wextra -Werror -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes "
    "-Wmissing-prototypes "
    "-Wundef -Wcast-qual -Wcast-align -Wwrite-strings -Wredundant-decls -Wvla -Wswitch-default"
).split()
TARGET = (
    "riscv64-unknown-elf-gcc --specs=picolibc.specs -march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany"
)


def golden_files() -> list[Path]:
    """The expected files; .clang-format among them tells the formatter to leave them alone."""
    return [path for path in GOLDEN.rglob("*") if path.is_file() and path.name != ".clang-format"]


def generate_all(folder: Path, root: Path) -> dict[str, str]:
    """Everything that depends on the description, and the table of a system linked by hand."""
    system = systems.rich(root)
    generate(system, folder, root)
    sources(system, folder / "sources.cmake", root)
    generate_stubs(folder / "stubs")
    with tempfile.TemporaryDirectory() as elfs:
        linked = linking.link_all(table.lay_out(system), Path(elfs))
        table.write_linked_plan(system, linked, folder / "init_plan.c", root)
        table.write_table(system, linked, folder / "table", root)
    (folder / "table" / "payload.bin").unlink()  # test_back_table.py decodes it
    # The system-call stubs follow syscalls.def; test_stub_clobbers.py reads them.
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "syscall.h")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


class Golden(unittest.TestCase):
    """What is generated."""

    maxDiff = None

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_every_file_is_as_it_was(self) -> None:
        """A change here is a change of what the build compiles: look at it, then update."""
        found = generate_all(self.folder, systems.ROOT)
        if os.environ.get("NEXUSGEN_UPDATE"):
            for path in golden_files():
                path.unlink()
            for name, text in found.items():
                (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
                (GOLDEN / name).write_text(text)
        expected = {path.relative_to(GOLDEN).as_posix(): path.read_text() for path in golden_files()}
        self.assertEqual(sorted(found), sorted(expected))
        for name, text in found.items():
            self.assertEqual(text, expected[name], name)

    def test_output_does_not_depend_on_the_folder_or_the_run(self) -> None:
        """Two projects in different places give the same files, but for the root in sources.cmake."""
        first = generate_all(self.folder / "a", Path("/one/place"))
        second = generate_all(self.folder / "b", Path("/quite/another/place"))
        for name, text in first.items():
            self.assertEqual(text.replace("/one/place", "/quite/another/place"), second[name], name)
            if name != "sources.cmake":
                self.assertNotIn("/one/place", text, name)
                self.assertNotIn(str(self.folder), text, name)

    def test_a_second_run_touches_nothing(self) -> None:
        """Files are written only if their content changes."""
        generate_all(self.folder, systems.ROOT)
        times = {path: path.stat().st_mtime_ns for path in self.folder.rglob("*.*") if path.is_file()}
        os.utime(self.folder / "store" / "store.nexus.h", ns=(1, 1))
        times[self.folder / "store" / "store.nexus.h"] = 1
        generate_all(self.folder, systems.ROOT)
        self.assertEqual({path: path.stat().st_mtime_ns for path in times}, times)

    def test_depfile_names_outputs_and_inputs(self) -> None:
        """For Ninja: every .assembly file and every header of the ABI."""
        written = generate(systems.rich(), self.folder, systems.ROOT, self.folder / "deps")
        targets, inputs = (self.folder / "deps").read_text().split(": ")
        self.assertEqual(targets.split(), [str(path) for path in written])
        self.assertIn("/project/components/store/store.assembly", inputs)
        self.assertIn("/kernel/include/neuron/syscalls.def", inputs)

    def compile(self, compiler: str, includes: list[Path], *files: Path) -> None:
        """Each file compiles without a warning."""
        command = [*compiler.split(), *WARNINGS, "-O2", "-fsyntax-only"]
        for include in includes:
            command += ["-I", str(include)]
        ran = subprocess.run([*command, *map(str, files)], capture_output=True, text=True)
        self.assertEqual(ran.stderr, "")

    def test_everything_compiles_for_the_target(self) -> None:
        """Glue, instances and the plan."""
        generate_all(self.folder, systems.ROOT)
        common = [self.folder / "stubs", ROOT / "components/lib/include", ROOT / "kernel/include"]
        types = [path.name for path in self.folder.iterdir() if (path / f"{path.name}.nexus.c").exists()]
        self.assertEqual(sorted(types), ["init", "store", "tiny", "visitor"])
        folders = [self.folder / name for name in types]
        files = [folder / f"{folder.name}.nexus.c" for folder in folders]
        files += sorted((self.folder / "instances").glob("*.c"))
        self.compile(TARGET, common + folders, *files)
        self.compile(TARGET, [ROOT / "components/init", *common], self.folder / "init_plan.c")

    def test_names_of_the_generator_are_the_authors_to_use(self) -> None:
        """Parameters and attributes named like what the glue names itself; enum values above INT_MAX."""
        generate(systems.awkward(), self.folder, systems.ROOT)
        generate_stubs(self.folder / "stubs")
        lib = ROOT / "components/lib"
        common = [lib / "include", ROOT / "kernel/include"]
        for name in ("c", "d", "idle"):
            folder = self.folder / name
            files = [folder / f"{name}.nexus.c", self.folder / "instances" / f"{name}.c"]
            self.compile(TARGET, [self.folder / "stubs", folder, *common], *files)
            self.compile("gcc", [lib / "host/include", folder, *common], folder / f"{name}.mock.c")

    def test_mocks_compile_natively(self) -> None:
        """Each component's mocks."""
        generate_all(self.folder, systems.ROOT)
        files = sorted(self.folder.rglob("*.mock.c"))
        self.assertEqual(len(files), 4)
        lib = ROOT / "components/lib"
        includes = [lib / "include", lib / "host/include", ROOT / "kernel/include"]
        self.compile("gcc", includes + [path.parent for path in files], *files)


if __name__ == "__main__":
    unittest.main()
