"""Generated client and server glue, compiled natively together under the sanitizers, a kernel between."""

from __future__ import annotations

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import systems

from nexusgen.emit_glue import ComponentView
from nexusgen.emit_instance import region_symbol
from nexusgen.generate import generate
from nexusgen.layout import irq_bits, lay_out

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FLAGS = "-std=c11 -g -O1 -Wall -Wextra -Werror -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes"
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all"
CLIENT = ("values.c", "malformed.c", "exchange.c", "client_state.c")
SERVER = ("fake.c", "server.c", "main.c")
OWN = ("nexus_servers", "nexus_glue_start", "nexus_glue_notified", "nexus_name")


def client_names(view: ComponentView) -> list[str]:
    """Every C function that the client's glue or its author defines."""
    names = []
    for endpoint in view.uses:
        for method in endpoint.methods:
            names += [method.name, f"{method.name}_until"]
        names += [item.name for item in endpoint.events_in + endpoint.events_out + endpoint.dataports]
    return names


class RoundTrip(unittest.TestCase):
    """The client's names get a prefix, so that both sides fit into one program."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        system = systems.rich(second=False)
        generate(system, self.folder, systems.ROOT)
        self.layout = lay_out(system)
        self.write_renames(ComponentView(system.instances[0].component, False, {}, systems.ROOT))
        self.write_layout()

    def write_renames(self, view: ComponentView) -> None:
        """rename_client.h, rename_server.h and the memory that both share."""
        client = [f"#define {name} client_{name.removeprefix('nexus_')}" for name in OWN]
        client += [f"#define {name} client_{name}" for name in client_names(view)]
        client += ["#define __nexus_in client_in", "#define __nexus_out client_out"]
        server = ["#define __nexus_in server_in", "#define __nexus_out server_out"]
        shared = ["#include <stdint.h>"]
        for link in self.layout.links:
            for region in link.regions:
                name = f"shared_{link.index}_{region.symbol}"
                size = region.pages * 4096
                shared.append(f"extern uint8_t {name}[];")
                shared.append(f"uint8_t {name}[{size}] __attribute__((aligned(64)));")
                if link.client == 0:
                    client.append(f"#define {region_symbol(link, region.symbol, True)} {name}")
                server.append(f"#define {region_symbol(link, region.symbol, False)} {name}")
        for name, lines in (("rename_client.h", client), ("rename_server.h", server), ("shared.c", shared)):
            (self.folder / name).write_text("\n".join(lines) + "\n")

    def write_layout(self) -> None:
        """layout.h: numbers of the layout that the C test compares with."""
        first = self.layout.links[0]
        other = next(link for link in self.layout.links if self.layout.tasks[link.client].name == "other")
        lines = [
            "void client_bulk_forget(void);",
            f"#define KICK_OF_VISITOR (UINT64_C(1) << {first.in_bits['kick']})",
            f"#define KICK_OF_OTHER (UINT64_C(1) << {other.in_bits['kick']})",
            f"#define TASK_OF_OTHER {other.client}",
            f"#define RING_SLOT_OF_VISITOR {first.regions[0].dma_slot}",
            f"#define RING_SLOT_OF_OTHER {other.regions[0].dma_slot}",
            f"#define IRQ_OF_DEV (UINT64_C(1) << {irq_bits(self.layout.tasks[1].instance.component)['dev']})",
        ]
        (self.folder / "layout.h").write_text("\n".join(lines) + "\n")

    def compile(self, source: Path, rename: str, kind: str, sanitizers: str) -> str:
        """Compile one file with the names of its side; returns the object."""
        target = self.folder / f"{source.stem}.{kind}.o"
        command = ["gcc", *FLAGS.split(), *sanitizers.split(), "-include", str(self.folder / rename)]
        for folder in (
            HERE / "roundtrip" / "include",
            HERE / "roundtrip",
            self.folder,
            self.folder / kind,
            ROOT / "components" / "lib" / "include",
            ROOT / "kernel" / "include",
        ):
            command += ["-I", str(folder)]
        ran = subprocess.run([*command, "-c", str(source), "-o", str(target)], capture_output=True, text=True)
        self.assertEqual(ran.stderr, "")
        return str(target)

    def build(self, sanitizers: str) -> Path:
        """The whole program."""
        objects = []
        for name in ("visitor/visitor.nexus.c", "instances/visitor.c"):
            objects.append(self.compile(self.folder / name, "rename_client.h", "visitor", sanitizers))
        for name in CLIENT:
            objects.append(self.compile(HERE / "roundtrip" / name, "rename_client.h", "visitor", sanitizers))
        for name in ("store/store.nexus.c", "instances/store.c", "shared.c"):
            objects.append(self.compile(self.folder / name, "rename_server.h", "store", sanitizers))
        for name in SERVER:
            objects.append(self.compile(HERE / "roundtrip" / name, "rename_server.h", "store", sanitizers))
        program = self.folder / "roundtrip"
        ran = subprocess.run(
            ["gcc", *sanitizers.split(), *objects, "-o", str(program)], capture_output=True, text=True
        )
        self.assertEqual(ran.stderr, "")
        return program

    def test_every_type_and_every_bound_survives_and_everything_else_is_refused(self) -> None:
        """See roundtrip/*.c for what is tried."""
        ran = subprocess.run([str(self.build(SANITIZERS))], capture_output=True, text=True, timeout=60)
        self.assertEqual(re.sub(r"==\d+==", "", ran.stderr), "")
        self.assertEqual(ran.stdout, "round trip: all parts passed\n")


if __name__ == "__main__":
    unittest.main()
