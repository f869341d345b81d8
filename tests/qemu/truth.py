#!/usr/bin/env python3
"""Compares the authority that the running kernel holds with what was declared and granted so far.

truth.py IMAGE KERNEL.elf TABLE.json [--after LINE] [--teeth] [--expect MOMENT ...] [--qemu ARGUMENT ...]
         [--kernel-changes]

Boots the image and stops it at each moment at which authority may have changed:
  boot       before the first instruction of init
  start      before a task starts for the first time: it has its grants
  death      a task has died: its windows are free
  restart    before it starts again, with new grants
  ready      a task receives for the first time
  end        where the machine would power off; or, as it does not end, after the console line
At each the kernel's memory is read from outside and compared entry for entry (see live.py). What is granted
is what init has said on the console, from `mmio grant` to the death of the task or `mmio revoke`.
--expect: moments that must have been there. --qemu: more of the machine. --kernel-changes: at the end some
of the kernel's first bytes, and in all of the run nothing else, must have changed. --teeth: at the end
changes page-table bits, a right, a slot, ceilings, and where there are some the bit of an interrupt and a
queue's page of the running machine in turn, and insists that each is reported at its row.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2] / "codegen")]

from debugger import A0, PC, Debugger, Stopped  # noqa: E402
from live import N, PAGE, W, X, Kernel, Memory, compare, leaf_of, target  # noqa: E402
from run import Machine  # noqa: E402

GRANT = re.compile(rb"init: mmio (grant|revoke) svc=(\w+) dev=(\w+)(?: class=\S+ base=(0x[0-9a-f]+))?")
RUNNING = N["TASK_RUNNING"]
FIRST_LIFE = 257  # a task's generation before it has ever died: WAIT_RECV + 1


class Granted:
    """What has been granted and is not gone: row of the slot -> row of the window."""

    def __init__(self, kernel: Kernel, table: dict) -> None:
        self.kernel, self.table = kernel, table
        self.rows: dict[int, int] = {}
        self.lines = 0
        self.ended: dict[int, int] = {}  # task -> its generation after the last of its lives that is over
        self.died: int | None = None  # the task that died at this moment
        names = {row: slot["name"].split(" ") for row, slot in enumerate(table["slots"]) if slot["runtime"]}
        self.by_name = {f"{name[0]} {name[-1]}": row for row, name in names.items()}
        self.bases = {window["base"]: row for row, window in enumerate(table["windows"])}

    def follow(self, memory: Memory, printed: bytes) -> None:
        """Takes the lines that came since the last moment, then the deaths: init has not run since those."""
        lines = (printed + memory.console(self.kernel)).replace(b"\r", b"").split(b"\n")[:-1]
        for line in lines[self.lines :]:
            if found := GRANT.fullmatch(line):
                row = self.by_name[f"{found[2].decode()} {found[3].decode()}"]
                self.rows.pop(row, None)
                if found[1] == b"grant":
                    self.rows[row] = self.bases[int(found[4], 16)]
        self.lines = len(lines)
        self.died = None
        for task in range(len(self.table["tasks"])):
            state, life = (
                memory.read(self.kernel, "tasks", "task", task, member) for member in ("state", "generation")
            )
            if life > self.ended.get(task, FIRST_LIFE) and state != RUNNING:
                self.ended[task], self.died = life, task
                kept = (row for row in self.rows if self.table["slots"][row]["owner"] != task)
                self.rows = {row: self.rows[row] for row in kept}


def name_of(kernel: Kernel, memory: Memory, init: int, symbol: str, task: int | None) -> str:
    """Which moment this is; the task that it is about, if it is known."""
    if symbol == "life_start":
        if memory.read(kernel, "tasks", "task", task, "generation") > FIRST_LIFE:
            return "restart"
        return "boot" if task == init else "start"
    if symbol == "arch_power_off":
        return "end"
    return "ready" if task is None else "death"


def check_moments(
    kernel: Kernel, stopped: Stopped, debugger: Debugger, table: dict, after: str | None
) -> tuple[Counter, Granted, list[str]]:
    """Leads the machine from moment to moment to its end. The moments, the last grants, what differed."""
    places = {
        kernel.symbols[name]: name
        for name in ("life_start", "notify_ready", "notify_death", "arch_power_off")
    }
    granted, moments, complaints = Granted(kernel, table), Counter(), []
    debugger.stop_at(list(places))
    while True:
        if debugger.run(after.encode() if after else None):
            place = debugger.register(PC)
            symbol = places[place]
        else:
            stopped.command("stop")
            debugger.wait()
            symbol = "arch_power_off"
        memory = stopped.memory()
        granted.follow(memory, debugger.console)
        task = debugger.register(A0) if symbol == "life_start" else granted.died
        moment = name_of(kernel, memory, table["init"], symbol, task)
        moments[moment] += 1
        found = compare(kernel, memory, table, granted.rows)
        about = "" if task is None else f" of {table['tasks'][task]['name']}"
        complaints += [f"{moment}{about}: {text}" for text in found]
        if moment == "end":
            return moments, granted, complaints
        debugger.step_past(place)


def queue_page(kernel: Kernel, memory: Memory, table: dict) -> tuple[int, int, str] | None:
    """What makes a mapped queue writable, and where that must be reported."""
    for task, row in enumerate(table["tasks"]):
        root = (memory.word(kernel.satp(task)) & (1 << 44) - 1) * PAGE
        arena = N["USER_BASE"] + task * N["USER_SPAN"] + N["ARENA_OFFSET"]
        for address in range(arena, arena + row["arena_pages"] * PAGE, PAGE):
            leaf = leaf_of(memory, root, address)
            page = target(memory.word(leaf)) - kernel.symbols["queue_pages"]
            if 0 <= page < N["WINDOWS_MAX"] * N["WINDOW_QUEUES"] * PAGE:
                return leaf, W, f"page {address:#x}"
    return None


def check_teeth(
    kernel: Kernel, stopped: Stopped, debugger: Debugger, table: dict, grants: dict[int, int]
) -> list[str]:
    """Changes one thing at a time; each must be reported, at its row and nowhere else."""
    memory = stopped.memory()
    text = next(row for row in table["maps"] if row["prot"] == N["PROT_RX"])
    root = (memory.word(kernel.satp(text["task"])) & (1 << 44) - 1) * PAGE
    port = next(i for i, row in enumerate(table["slots"]) if row["kind"] == N["CAP_PORT"])
    wide = next((i for i, row in enumerate(table["slots"]) if row["runtime"]), port)

    def slot(member: str) -> int:
        return kernel.place("slots", "slot", port, member)[0]

    def ceiling(member: str) -> int:
        return kernel.place("ceilings", "ceiling", wide, member)[0]

    changes = [
        ("a page becomes readable only", leaf_of(memory, root, text["va"]), X, f"page {text['va']:#x}"),
        ("a page becomes writable", leaf_of(memory, root, text["va"]), W, f"page {text['va']:#x}"),
        ("a right is added", slot("rights"), N["RIGHT_MAP"], f"slot {port} "),
        ("a slot names another task", slot("object"), 1, f"slot {port} "),
        ("a ceiling allows one right more", ceiling("rights"), N["RIGHT_WRITE"], f"ceiling {wide} "),
        ("a ceiling allows another class", ceiling("class"), 1, f"ceiling {wide} "),
        ("a ceiling is of another kind", ceiling("kind"), 1, f"ceiling {wide} "),
        ("a ceiling reaches further", ceiling("bytes") + 1, 0x80, f"ceiling {wide} "),
        ("a byte of the kernel changes", kernel.symbols["_start"], 1, "kernel: 1 bytes changed "),
    ]
    lined = next((row for row in grants if table["slots"][row]["bits"]), None)
    if lined is not None:
        for array, kind in (("slots", "slot"), ("ceilings", "ceiling")):
            address, _ = kernel.place(array, kind, lined, "bits")
            changes.append((f"another bit in a {kind}", address + 1, 1, f"{kind} {lined} "))
    queue = queue_page(kernel, memory, table)
    if queue is not None:
        changes.append(("a queue becomes writable", *queue))
    complaints = []
    for what, address, bits, where in changes:
        debugger.flip(stopped.memory(), address, bits)
        found = compare(kernel, stopped.memory(), table, grants)
        if not found or not all(where in text for text in found):
            complaints.append(f"{what}: was not reported at {where}: {found}")
        debugger.flip(stopped.memory(), address, bits)
        print(f"teeth: {what}: {len(found)} reported")
    return complaints


def judge_changes(complaints: list[str]) -> list[str]:
    """Takes away what a trusted driver does on purpose, if it was still so at the end."""
    changed = re.compile(r"(\w+).*: kernel: \d+ bytes changed from 0x802000[0-3]\w to 0x802000[0-3]\w")
    found = [changed.fullmatch(text) for text in complaints]
    rest = [text for text, match in zip(complaints, found, strict=True) if not match]
    at_end = any(match and match[1] == "end" for match in found)
    return rest if at_end else [*rest, "the kernel's first bytes did not change"]


def main() -> int:
    """Boots, stops, compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("image")
    parser.add_argument("kernel", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--after", help="end when this line was printed (default: when the machine ends)")
    parser.add_argument("--teeth", action="store_true")
    parser.add_argument("--expect", action="append", default=[], help="a moment that must have been there")
    parser.add_argument("--kernel-changes", action="store_true", help="its first bytes must have changed")
    parser.add_argument("--qemu", action="append", default=[], help="one more argument of QEMU")
    options = parser.parse_args()
    table = json.loads(options.table.read_text())
    kernel = Kernel(options.kernel)
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        port = str(Path(folder, "gdb"))
        extra = ["-chardev", f"socket,id=gdb,path={port},server=on,wait=off", "-gdb", "chardev:gdb", "-S"]
        machine = Machine(options.image, [*extra, *options.qemu], folder)
        try:
            debugger = Debugger(port, machine)
            stopped = Stopped(machine, folder)
            moments, granted, complaints = check_moments(kernel, stopped, debugger, table, options.after)
            if options.teeth:
                complaints += check_teeth(kernel, stopped, debugger, table, granted.rows)
        finally:
            machine.process.kill()
            machine.end()
    if options.kernel_changes:
        complaints = judge_changes(complaints)
    complaints += [f"there was no moment `{moment}`" for moment in options.expect if not moments[moment]]
    for complaint in complaints:
        print(complaint)
    counted = (
        f"{len(table['slots'])} slots, {len(table['tasks'])} tasks, {len(granted.rows)} grants at the end"
    )
    print(f"truth: {dict(moments)}: {counted}: {len(complaints)} differences")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
