#!/usr/bin/env python3
"""Runs one image under QEMU and judges it: exit status, markers in their order, nothing forbidden.

A marker is a whole console line; `*` stands for any text. The last marker is the success line. Lines that
must come, wherever they stand, are given as --also. @disk@ in an argument for QEMU is a new and empty file
of 1 MiB. A run that fails prints how far it came, the first missing marker and the end of its console.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from fnmatch import fnmatchcase
from pathlib import Path

MACHINE = Path(__file__).with_name("machine.sh")
EXCERPT_LINES = 30
DISK_BYTES = 1 << 20


class Machine:
    """A running QEMU: its console as lines, its control socket, and apart from that what QEMU itself says."""

    def __init__(self, image: str, extra: list[str], folder: str) -> None:
        self.control = str(Path(folder) / "qmp")
        arguments = ["-serial", "stdio", "-monitor", "none", "-kernel", image]
        arguments += ["-qmp", f"unix:{self.control},server=on,wait=off", *extra]
        self.remarks = Path(folder) / "remarks"
        with self.remarks.open("wb") as remarks:
            self.process = subprocess.Popen(
                [str(MACHINE), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=remarks
            )
        self.rest = b""

    def lines(self, deadline: float):
        """Yields console lines until the machine ends; raises TimeoutError at the deadline."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                chunk = self.process.stdout.read1(65536)
                if not chunk:
                    break
                *whole, self.rest = (self.rest + chunk).split(b"\n")
                for line in whole:
                    yield line.decode("utf-8", "replace").rstrip("\r")
        if self.rest:
            yield self.rest.decode("utf-8", "replace").rstrip("\r")

    def quit(self) -> None:
        """Ends the machine through its control socket."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            control.connect(self.control)
            reader = control.makefile("r")
            reader.readline()
            for command in ("qmp_capabilities", "quit"):
                control.sendall(json.dumps({"execute": command}).encode() + b"\n")
                reader.readline()

    def end(self) -> int:
        """Kills the machine if it still runs (a spinning QEMU ignores SIGTERM). Returns its exit status."""
        if self.process.poll() is None:
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


class Judge:
    """Follows the console and knows what is still to come."""

    def __init__(self, markers: list[str], anywhere: list[str], forbidden: list[str]) -> None:
        self.markers = markers
        self.anywhere = anywhere
        self.forbidden = forbidden
        self.reached = 0
        self.seen: list[str] = []
        self.complaint = ""

    def line(self, text: str) -> None:
        """Takes the next console line."""
        self.seen.append(text)
        if not self.done() and fnmatchcase(text, self.markers[self.reached]):
            self.reached += 1
        for pattern in self.forbidden:
            if fnmatchcase(text, pattern) and not self.complaint:
                self.complaint = f"forbidden line: {text}"

    def done(self) -> bool:
        """Whether all markers came."""
        return self.reached == len(self.markers)

    def absent(self) -> list[str]:
        """The lines that must come anywhere and did not."""
        return [
            pattern for pattern in self.anywhere if not any(fnmatchcase(text, pattern) for text in self.seen)
        ]

    def report(self, problem: str) -> None:
        """Prints why the run failed."""
        last = self.markers[self.reached - 1] if self.reached else "nothing"
        print(f"FAILED: {problem}")
        print(f"phase reached: {last} (marker {self.reached} of {len(self.markers)})")
        if not self.done():
            missing = self.markers[self.reached]
            print(f"first missing marker: {missing}")
            if any(fnmatchcase(text, missing) for text in self.seen):
                print("  (it came, but before the markers that it must follow)")
        for pattern in self.absent():
            print(f"missing line: {pattern}")
        print(f"--- last {EXCERPT_LINES} of {len(self.seen)} console lines")
        print("\n".join(self.seen[-EXCERPT_LINES:]))
        print("---")


def with_disk(arguments: list[str], folder: str) -> list[str]:
    """Arguments for QEMU with the disk that they ask for."""
    disk = Path(folder) / "disk"
    disk.write_bytes(bytes(DISK_BYTES))
    return [argument.replace("@disk@", str(disk)) for argument in arguments]


def run(options: argparse.Namespace) -> str:
    """Runs the image. Returns what went wrong, empty if nothing."""
    judge = Judge(options.marker, options.also, options.forbid)
    problem = ""
    asked = False
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        machine = Machine(options.image, with_disk(options.qemu, folder), folder)
        try:
            for text in machine.lines(time.monotonic() + options.time_limit):
                judge.line(text)
                if options.quit and judge.done() and not asked:
                    asked = True
                    machine.quit()
        except TimeoutError:
            problem = f"no end within {options.time_limit} s"
            machine.process.kill()
        status = machine.end()
        for text in machine.remarks.read_text("utf-8", "replace").splitlines():
            judge.line(text)
    if not problem and status != options.exit:
        problem = f"exit status {status} instead of {options.exit}"
    if not problem and not judge.done():
        problem = "a marker is missing"
    if not problem and judge.absent():
        problem = "a line is missing"
    problem = problem or judge.complaint
    if problem:
        judge.report(problem)
    return problem


def main() -> int:
    """Parses the command line and runs one image."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image")
    parser.add_argument("--marker", action="append", required=True, help="a console line, in this order")
    parser.add_argument("--also", action="append", default=[], help="a console line, wherever it stands")
    parser.add_argument("--forbid", action="append", default=[], help="a line that must not appear")
    parser.add_argument("--exit", type=int, default=0, help="the exit status that the machine must end with")
    parser.add_argument("--quit", action="store_true", help="end the machine when all markers came")
    parser.add_argument("--time-limit", type=float, default=30.0, help="seconds")
    parser.add_argument("--qemu", action="append", default=[], help="a further argument for QEMU")
    return 1 if run(parser.parse_args()) else 0


if __name__ == "__main__":
    sys.exit(main())
