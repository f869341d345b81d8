"""A machine under control: stopped and read through QMP, led from event to event by the debugger port."""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import time
from pathlib import Path

from live import END, FIRST, Memory
from run import Machine

TIME_LIMIT = 30
A0, PC = 10, 32  # where these registers are among all that the debugger port answers


def connect(path: str) -> socket.socket:
    """A connection to QEMU, which may not have its socket yet, or not listen yet."""
    limit = time.monotonic() + TIME_LIMIT
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIME_LIMIT)
        try:
            connection.connect(path)
            return connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
        if time.monotonic() > limit:
            sys.exit("truth: QEMU did not start")
        time.sleep(0.01)


class Stopped:
    """Reads the memory of a machine that stands still."""

    def __init__(self, machine: Machine, folder: str) -> None:
        self.folder = folder
        self.control = connect(machine.control)
        self.replies = self.control.makefile("r")
        self.replies.readline()
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments) -> dict:
        """One QMP command and its answer; events in between are passed over."""
        message = {"execute": name, "arguments": arguments} if arguments else {"execute": name}
        self.control.sendall(json.dumps(message).encode() + b"\n")
        while True:
            answer = json.loads(self.replies.readline())
            if "return" in answer:
                return answer
            if "error" in answer:
                sys.exit(f"truth: QMP {name}: {answer['error']}")

    def memory(self) -> Memory:
        """The kernel's reservation as it is now."""
        path = str(Path(self.folder, "memory"))
        # The processor may stand in a task, which cannot see this memory: by physical address.
        self.command("pmemsave", val=FIRST, size=END - FIRST, filename=path)
        return Memory(Path(path).read_bytes())


class Debugger:
    """QEMU's debugger port, as far as it takes to stop at addresses and to write physical memory."""

    def __init__(self, path: str, machine: Machine) -> None:
        self.socket = connect(path)
        self.rest = b""
        self.console = b""  # all that the machine has printed
        assert machine.process.stdout is not None
        self.output = machine.process.stdout.fileno()
        os.set_blocking(self.output, False)
        self.ask("Qqemu.PhyMemMode:1")

    def send(self, text: str) -> None:
        """One packet; what was received is acknowledged with it."""
        self.socket.sendall(f"+${text}#{sum(text.encode()) % 256:02x}".encode())

    def packet(self) -> str | None:
        """The next packet that was received whole."""
        while b"#" in self.rest and len(self.rest) > self.rest.index(b"#") + 2:
            end = self.rest.index(b"#") + 3
            found, self.rest = self.rest[:end], self.rest[end:]
            return found[found.index(b"$") + 1 : -3].decode()
        return None

    def wait(self) -> str:
        """The next packet."""
        while (answer := self.packet()) is None:
            self.rest += self.socket.recv(4096)
        return answer

    def ask(self, text: str, wanted: str | None = "OK") -> str:
        """One packet, and its answer, which must be what is wanted."""
        self.send(text)
        answer = self.wait()
        if (wanted is not None and answer != wanted) or answer.startswith("E"):
            sys.exit(f"truth: the debugger port answers {answer!r} to {text}")
        return answer

    def register(self, number: int) -> int:
        """A register of the machine."""
        registers = bytes.fromhex(self.ask("g", None))
        return int.from_bytes(registers[8 * number : 8 * number + 8], "little")

    def stop_at(self, addresses: list[int]) -> None:
        """Where the machine stops from now on."""
        for address in addresses:
            self.ask(f"Z1,{address:x},4")

    def step_past(self, address: int) -> None:
        """Lets a machine that stopped at an address get past it."""
        self.ask(f"z1,{address:x},4")
        if not self.ask("s", None).startswith("T05"):
            sys.exit("truth: the machine does not step")
        self.ask(f"Z1,{address:x},4")

    def read_console(self) -> None:
        """Takes what the machine has printed."""
        try:
            self.console += os.read(self.output, 1 << 20)
        except BlockingIOError:
            pass

    def run(self, line: bytes | None) -> bool:
        """Lets the machine run until it stops; false if it has printed the line before that."""
        limit = time.monotonic() + TIME_LIMIT
        self.send("c")
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self.output, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0.0, limit - time.monotonic())):
                    sys.exit("truth: the machine comes to none of the moments: " + repr(self.console[-600:]))
                for key, _ in selector.select(0):
                    if key.fd == self.output:
                        self.read_console()
                    else:
                        self.rest += self.socket.recv(4096)
                if (answer := self.packet()) is not None:
                    if not answer.startswith("T05"):
                        sys.exit(f"truth: the machine ended: {answer}")
                    self.read_console()
                    return True
                if line is not None and line in self.console:
                    return False

    def flip(self, memory: Memory, address: int, bits: int) -> None:
        """Flips bits of the byte at a physical address."""
        self.ask(f"M{address:x},1:{memory.word(address, 1) ^ bits:02x}")
