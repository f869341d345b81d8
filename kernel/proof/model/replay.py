"""Replays traces of the lock-step on the machine: the image `replay`, with the calls in it, under QEMU.

usage: replay.py --build DIR --tree DIR [--calls N] [--seeds N...]

For each seed: the host core boots from the system table of the image and makes random calls; the oracle steps
the model along and compares; the calls, with what came back of each, are put into the image as constants of
its components; and the components make them again, on the real kernel, and compare.
"""

from __future__ import annotations

import argparse
import struct
import subprocess
import sys
import time
from pathlib import Path

from elftools.elf.elffile import ELFFile

from model import CORE, FLAGS, HARNESS, HERE, ROOT, build_oracle, build_program

sys.path.insert(0, str(ROOT / "tests" / "qemu"))

from payload import N, Payload, payload_offset  # noqa: E402
from structs import members  # noqa: E402

LOCKSTEP = sorted(set(HERE.glob("lockstep*.c")) - {HERE / "lockstep.c", HERE / "lockstep_world.c"})
ASSEMBLY = ROOT / "assemblies" / "replay"
LAST, RETURNS = 0, 2  # what may follow a step (assemblies/replay/steps.h)
# Time is instructions, so that nobody's quantum ends in the middle.
MACHINE = ["--qemu=-icount", "--qemu=shift=0"]


def symbol(path: Path, name: str) -> tuple[int, int]:
    """Where a symbol of an ELF file is, and its size."""
    with path.open("rb") as file:
        (found,) = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name(name)
        return found["st_value"], found["st_size"]


def build_core(build: Path, payload: Payload, kernel: Path) -> Path:
    """The host core with the memory of the image, at the same addresses."""
    rows = range(payload.header("MEMORIES"))
    ram = min(
        payload.get("MEMORIES", m, "PHYS")
        for m in rows
        if not payload.get("MEMORIES", m, "FLAGS") & N["MEMORY_TEXT"]
    )
    places = {
        "FAKE_PAYLOAD_PAGES": (ram - N["PAYLOAD_BASE"]) // N["PAGE"],
        "FAKE_RAM_BASE": f"UINT64_C({ram})",
        "FAKE_MESSAGE_PAGES": f"UINT64_C({symbol(kernel, 'message_pages')[0]})",
        "FAKE_QUEUE_PAGES": f"UINT64_C({symbol(kernel, 'queue_pages')[0]})",
    }
    flags = [*FLAGS.split(), *(f"-D{name}={value}" for name, value in places.items()), f"-I{ASSEMBLY}"]
    return build_program(build, "replay-core", [HERE / "replay.c", *LOCKSTEP, *HARNESS, *CORE], flags)


class Replay:
    """The image, and what makes traces for it."""

    def __init__(self, build: Path, tree: Path) -> None:
        self.build = build
        self.folder = tree / "target" / "replay"
        image = tree / "image-replay.elf"
        if not image.exists():
            sys.exit(f"{image} is missing: build first")
        self.image = image.read_bytes()
        self.start = payload_offset(self.image)
        payload = Payload(self.image[self.start :])
        self.core = build_core(build, payload, tree / "target" / "kernel" / "kernel.elf")
        self.oracle = build_oracle(build)
        with (self.folder / "boss.elf").open("rb") as file:
            self.step, places = members(ELFFile(file), "step")
        self.at = {name: place for name, (place, _) in places.items()}
        self.names = [line.split()[1].rstrip(":") for line in self.table_lines("tasks")]

    def table_lines(self, section: str) -> list[str]:
        """The lines of a section of table.txt."""
        text = (self.folder / "table.txt").read_text(encoding="utf-8")
        return text.split(f"\n{section}\n")[1].split("\n\n")[0].splitlines()

    def trace(self, calls: int, seed: int) -> bytes:
        """The lists of all tasks, agreed on by the core and the model."""
        pairs, lists = HERE / "pairs.txt", self.build / "lists"
        command = [self.core, pairs, self.folder / "payload.bin", lists, str(calls), str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as left:
            right = subprocess.run(
                [self.oracle, pairs, "0"], stdin=left.stdout, stdout=subprocess.PIPE, text=True, check=False
            )
            if left.stdout is not None:
                left.stdout.close()
        if right.returncode != 0 or left.returncode != 0:
            sys.exit(
                f"{right.stdout}the core ended with {left.returncode}, the oracle with {right.returncode}"
            )
        print(f"model: {right.stdout.splitlines()[-1]}")
        return lists.read_bytes()

    def image_with(self, lists: bytes) -> Path:
        """The image with these lists."""
        payload = Payload(self.image[self.start :])
        size = len(lists) // len(self.names)
        for task, name in enumerate(self.names):
            address, room = symbol(self.folder / f"{name}.elf", "steps")
            if room != size:
                sys.exit(f"{name} has room for {room} bytes, the list has {size}")
            place = payload.at(address)
            payload.data[place : place + size] = lists[task * size : (task + 1) * size]
        path = self.build / "image-replay.elf"
        path.write_bytes(self.image[: self.start] + payload.seal())
        return path

    def machine(self, lists: bytes, line: str, status: int = 0) -> bool:
        """Whether the machine with these lists says this line and ends with this status."""
        image = self.image_with(lists)
        command = [
            sys.executable,
            ROOT / "tests" / "qemu" / "run.py",
            image,
            f"--marker={line}",
            f"--exit={status}",
        ]
        done = subprocess.run(
            [str(c) for c in [*command, *MACHINE]],
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            print(done.stdout)
        return done.returncode == 0

    def run(self, calls: int, seed: int) -> bytes:
        """One trace. Its lists."""
        lists = self.trace(calls, seed)
        start = time.monotonic()
        line = self.verdict(lists)
        if not self.machine(lists, line):
            sys.exit(f"the replay of seed {seed} failed")
        print(f"machine: {line}, {time.monotonic() - start:.1f} s", flush=True)
        return lists

    def steps(self, lists: bytes, then: int) -> list[int]:
        """Where steps stand that are followed by this."""
        return [s for s in range(0, len(lists), self.step) if lists[s + self.at["then"]] == then]

    def verdict(self, lists: bytes) -> str:
        """What boss says when all agrees: its last step has the numbers."""
        last = self.steps(lists, LAST)[0]
        made, came_back, tasks, seed = struct.unpack_from("<4Q", lists, last + self.at["in"])
        return (
            f"boss: replay: {made} calls of {tasks} tasks agree, {came_back} of them came back, seed {seed}"
        )

    def notices(self, right: bytes) -> None:
        """With one bit of one expected register changed, the machine must say where."""
        lists = bytearray(right)
        size = len(lists) // len(self.names)
        returned = [step for step in self.steps(lists, RETURNS) if step >= size]  # of all but init
        step = returned[len(returned) // 2]
        name, number = self.names[step // size], step % size // self.step
        (turn,) = struct.unpack_from("<I", lists, step + self.at["turn"])
        lists[step + self.at["out"] + 8] ^= 1
        line = f"{name}: replay: turn {turn}, step {number} of {name}, *: a1: expected 0x*, seen 0x*"
        if not self.machine(bytes(lists), line, 1):
            sys.exit("the replay of an altered trace did not fail where it was altered")
        print(f"machine: an altered result of {name} is noticed in turn {turn}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--tree", type=Path, required=True, help="where the default preset builds")
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4])
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    build.mkdir(parents=True, exist_ok=True)
    replay = Replay(build, arguments.tree.resolve())
    for seed in arguments.seeds:
        lists = replay.run(arguments.calls, seed)
    replay.notices(lists)


if __name__ == "__main__":
    main()
