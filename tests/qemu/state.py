#!/usr/bin/env python3
"""Boots systems with /state again and again on one disk, and looks what the next boot finds of the last one.

state.py SCENARIO IMAGE TOOL     SCENARIO: persist (assembly selftest); identity, updates, servicekill
                                 (assemblies of these names); full, damage, foreign, read-errors,
                                 write-errors, flush-errors (assembly statedisk). TOOL: the host's statefs.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from run import Machine

TIME_LIMIT = 90
SIZE = 1 << 20
CARD = ["-netdev", "user,id=second", "-device", "virtio-net-device,netdev=second"]
BAD_SECTOR = 400
KEY_PATH = "/state/keystore/device.key"
SLOTS_BEGIN, SLOT_BYTES = 16 * 512, 8192


class Scenario:
    """One disk, and an image that is booted on it."""

    def __init__(self, image: str, tool: str, folder: str) -> None:
        self.image, self.tool, self.folder = image, tool, folder
        self.disk = Path(folder) / "disk"
        self.disk.write_bytes(bytes(SIZE))
        self.place: list[str] = []  # where its statefs begins, for the tool

    def boot(self, last: str, qemu: list[str] | None = None) -> list[str]:
        """The console lines up to the last one that is wanted."""
        os.environ["NEXUS_DISK"] = str(self.disk)
        machine = Machine(self.image, qemu or [], self.folder)
        seen = []
        try:
            for line in machine.lines(time.monotonic() + TIME_LIMIT):
                seen.append(line)
                if line == last:
                    with contextlib.suppress(OSError):  # it may end by itself
                        machine.quit()
                    break
        except TimeoutError:
            machine.process.kill()
        machine.end()
        if not seen or seen[-1] != last:
            fail(f"no line: {last}", seen)
        meant = ("stab_stab()", "mortal.c:")
        unmeant = [
            line
            for line in seen
            if not any(place in line for place in meant) and not line.startswith("selftest:")
        ]
        if any("panic" in line or "fault at" in line for line in unmeant):
            fail("a fault", seen)
        return seen

    def failing(self, errors: str) -> list[str]:
        """Arguments for a second disk, which is the one that is used: the same file, with errors."""
        drive = f"if=none,id=bad,driver=blkdebug,image.driver=file,image.filename={self.disk}"
        drive += f",image.locking=off,inject-error.0.event=none,inject-error.0.errno=5,{errors}"
        return ["-drive", drive, "-device", "virtio-blk-device,drive=bad"]

    def listing(self) -> str:
        """The paths on the disk."""
        return subprocess.run(
            [self.tool, "ls", self.disk, *self.place], check=True, capture_output=True, text=True
        ).stdout

    def value(self, path: str) -> bytes:
        """The value at a path on the disk."""
        return subprocess.run(
            [self.tool, "get", self.disk, path, *self.place], check=True, capture_output=True
        ).stdout

    def put(self, path: str, value: bytes) -> None:
        """Changes the value at a path on the disk."""
        subprocess.run([self.tool, "put", self.disk, path, *self.place], check=True, input=value)

    def fsck(self) -> int:
        """What the host's tool says of the disk: 0, it is sound."""
        return subprocess.run([self.tool, "fsck", self.disk, *self.place], check=False).returncode


def fail(problem: str, seen: list[str]) -> None:
    """Ends the test."""
    print(*seen[-40:], sep="\n")
    sys.exit(f"FAILED: {problem}")


def number(pattern: str, seen: list[str]) -> int:
    """The number in the only line of this form."""
    found = [match for line in seen if (match := re.fullmatch(pattern, line))]
    if len(found) != 1:
        fail(f"{len(found)} lines: {pattern}", seen)
    return int(found[0][1])


def expect(truth: bool, what: str, seen: list[str]) -> None:
    """Ends the test if it is not so."""
    if not truth:
        fail(what, seen)


GONE = "user: no state: the server was given up"
FOUND = r"user: found: (\d+) right, 0 wrong"
KEPT = r"user: kept: (\d+) right, 0 wrong"
LAST = r"user: at last: (\d+) right, 0 wrong"
STORED = r"user: stored (\d+) of 800: "
MISMATCH = r"statefsd: crc mismatch \(record=(\d+)\)"


def fill(scenario: Scenario) -> int:
    """A disk that was filled and emptied by half. How many values it holds."""
    seen = scenario.boot("user: done")
    expect("statefsd: the disk was blank and is formatted" in seen, "not formatted", seen)
    stored = number(STORED + "no space", seen)
    expect(stored >= 400 and number(KEPT, seen) == stored, "values are missing on a full disk", seen)
    expect("user: then: no space" in seen and "user: again: ok" in seen, "not full, or still full", seen)
    kept = number(LAST, seen)
    expect(kept == stored // 2 + 1, "not what should be left", seen)
    return kept


def persist(scenario: Scenario) -> None:
    """The second boot finds what the first one wrote, and the first one nothing."""
    kept = "SELFTEST: statefs persist ok"
    first = scenario.boot("SELFTEST: end", CARD)
    expect("SELFTEST: statefs put ok" in first and kept not in first, "the first boot", first)
    expect("SELFTEST: statefs unauthorized access rejected ok" in first, "no refusal", first)
    second = scenario.boot("SELFTEST: end", CARD)
    expect(kept in second, "nothing was found", second)
    same = "SELFTEST: device key persist ok"
    expect(same in second and same not in first, "not the key of the first boot", second)


def identity(scenario: Scenario) -> None:
    """Without entropy no key is made; one boot makes it, and it is there for all others."""
    made, same = "SELFTEST: device key made ok", "SELFTEST: device key persist ok"
    os.environ["NEXUS_WITHOUT"] = "rng"
    seen = scenario.boot("SELFTEST: end")
    expect("SELFTEST: device key none without entropy ok" in seen, "a key of what?", seen)
    expect(KEY_PATH not in scenario.listing(), "a key was stored", seen)
    del os.environ["NEXUS_WITHOUT"]
    seen = scenario.boot("SELFTEST: end")
    expect(made in seen and same not in seen, "no key was made", seen)
    key = scenario.value(KEY_PATH)
    expect(len(key) == 64, "not a pair of keys", seen)
    for without in ("", "rng"):
        os.environ["NEXUS_WITHOUT"] = without
        seen = scenario.boot("SELFTEST: end")
        expect(same in seen and made not in seen, "not the same key", seen)
        expect(scenario.value(KEY_PATH) == key, "the key on the disk has changed", seen)


def full(scenario: Scenario) -> None:
    """Filled to the last block, nothing is damaged, and the next boot finds what is left."""
    kept = fill(scenario)
    seen = scenario.boot("user: done")
    expect(number(FOUND, seen) == kept, "values are missing", seen)
    expect(scenario.fsck() == 0, "the host's tool finds damage", seen)


def damage(scenario: Scenario) -> None:
    """A damaged record is reported, costs what came after it, no more, and the next write repairs the log."""
    kept = fill(scenario)
    image = bytearray(scenario.disk.read_bytes())
    # The last value of all is that of the number 0, which was stored again.
    records = [match for match in re.finditer(b"/state/user/0000", bytes(image))]
    newest = max(records, key=lambda match: int.from_bytes(image[match.end() : match.end() + 8], "little"))
    image[newest.end() + 100] ^= 1
    scenario.disk.write_bytes(image)
    seen = scenario.boot("user: done")
    number(MISMATCH, seen)
    expect(number(FOUND, seen) == kept - 1, "more or less was lost", seen)
    left = number(LAST, seen)
    seen = scenario.boot("user: done")
    expect(number(FOUND, seen) == left, "values are missing", seen)
    expect(not any(re.fullmatch(MISMATCH, line) for line in seen), "still damaged", seen)


def foreign(scenario: Scenario) -> None:
    """What is not ours is not touched, until somebody says so."""
    theirs = bytes(range(1, 256)) * (SIZE // 255) + bytes(SIZE % 255)
    scenario.disk.write_bytes(theirs)
    refusal = "statefsd: error: the disk cannot be used: it is neither blank nor a statefs of this size;"
    seen = scenario.boot(GONE)
    expect(any(line.startswith(refusal) for line in seen), "no reason", seen)
    expect(scenario.disk.read_bytes() == theirs, "the disk was changed", seen)
    refused = subprocess.run([scenario.tool, "mkfs", scenario.disk], check=False)
    expect(refused.returncode != 0, "the host's tool takes it", seen)
    subprocess.run([scenario.tool, "mkfs", scenario.disk, "--force"], check=True)
    number(STORED + "no space", scenario.boot("user: done"))


def write_errors(scenario: Scenario) -> None:
    """After a write that failed nothing is written, all that was acknowledged can be read, then and later."""
    bad = scenario.failing(f"inject-error.0.iotype=write,inject-error.0.sector={BAD_SECTOR}")
    seen = scenario.boot("user: done", bad)
    stored = number(STORED + "I/O error", seen)
    failed = "statefsd: error: the disk failed: write (it says so): read-only from now on"
    expect(seen.count(failed) == 1, "not loud, or too loud", seen)
    expect("user: then: read-only" in seen and "user: removed 0: read-only" in seen, "it writes", seen)
    expect(stored > 0 and number(KEPT, seen) == stored, "values are missing", seen)
    seen = scenario.boot("user: done")
    expect(number(FOUND, seen) in (stored, stored + 1), "values are missing", seen)
    number(STORED + "no space", seen)


def flush_errors(scenario: Scenario) -> None:
    """The same of a flush that failed."""
    kept = fill(scenario)
    seen = scenario.boot("user: done", scenario.failing("inject-error.0.iotype=flush"))
    expect(number(FOUND, seen) == kept and number(STORED + "I/O error", seen) == 0, "a flush failed", seen)
    failed = "statefsd: error: the disk failed: flush (it says so): read-only from now on"
    expect(seen.count(failed) == 1 and "user: then: read-only" in seen, "not loud, or it writes", seen)
    seen = scenario.boot("user: done")
    expect(number(FOUND, seen) == kept, "values are missing", seen)


def read_errors(scenario: Scenario) -> None:
    """A disk that cannot be read: each call has its answer, nothing is written, and later all is there."""
    kept = fill(scenario)
    image = scenario.disk.read_bytes()
    region = int.from_bytes(image[36:40], "little")
    in_log = (1 + region * (len(image) // 4096 - 2) // 2 + 20) * 8
    for sector in (0, in_log):
        bad = scenario.failing(f"inject-error.0.iotype=read,inject-error.0.sector={sector}")
        seen = scenario.boot("user: done", bad)
        loud = "statefsd: error: the disk cannot be used: I/O error, and so is the answer to every call"
        expect(seen.count(loud) == 1 and "statefsd: ready" not in seen, "not loud, or ready", seen)
        expect(number(FOUND, seen) == 0 and number(STORED + "I/O error", seen) == 0, "other answers", seen)
        expect("user: removed 0: I/O error" in seen and "user: again: I/O error" in seen, "it writes", seen)
        expect(scenario.disk.read_bytes() == image, "the disk was changed", seen)
    expect(number(FOUND, scenario.boot("user: done")) == kept, "values are missing", seen)


def updates(scenario: Scenario) -> None:
    """Refusals and a switch, two tries, the rollback and a switch, a try that does well, and what stays."""
    promises = [
        ["update wrong packages refused", "update strangers denied", "bootctl switch"],
        ["bootctl persist", "bootctl restart counts once"],
        [],
        ["bootctl rollback"],
        ["bootctl health"],
        ["bootctl stays"],
    ]
    for kept, slot in zip(promises, "ABBABB"):
        seen = scenario.boot("SELFTEST: end")
        expect(f"updated: slot {slot} is chosen: recorded, not booted" in seen, f"not slot {slot}", seen)
        found = [line for line in seen if line.startswith("SELFTEST: ") and line.endswith(" ok")]
        expect(found == [f"SELFTEST: {promise} ok" for promise in kept], "other promises", seen)


def servicekill(scenario: Scenario) -> None:
    """keystored and updated die in their requests; the power is cut, and the disk has what they said."""
    scenario.place = ["--at", "64"]
    seen = scenario.boot("SELFTEST: services die and lose nothing acknowledged ok")
    for service, load in (("keystored", "keyload"), ("updated", "bootload")):
        deaths = number(rf"{load}: (\d+) deaths of {service}, .*", seen)
        expect(deaths >= 250, "too few deaths", seen)
    shown = [line for line in seen if line.startswith("keyload: the identity is ")][-1]
    key = scenario.value(KEY_PATH)
    expect(shown.endswith(" " + key[32:].hex()), "another identity", seen)
    state = scenario.value("/state/boot/bootctl.v1")
    for slot in range(2):
        at = 8 + 36 * slot
        length = int.from_bytes(state[at : at + 4], "little")
        begin = SLOTS_BEGIN + SLOT_BYTES * slot
        package = scenario.disk.read_bytes()[begin : begin + length]
        whole = hashlib.sha256(package).digest() == state[at + 4 : at + 36]
        expect(length == 0 or whole, f"slot {slot} is not whole", seen)
    # What was under way may be cut, until the next write.
    scenario.put(KEY_PATH, key)
    expect(scenario.fsck() == 0, "the host's tool finds damage", seen)
    scenario.boot(shown)


SCENARIOS = (
    servicekill,
    updates,
    persist,
    identity,
    full,
    damage,
    foreign,
    read_errors,
    write_errors,
    flush_errors,
)


def main() -> None:
    """Plays one."""
    name, image, tool = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="nexus-") as folder:
        for scenario in SCENARIOS:
            if scenario.__name__ == name.replace("-", "_"):
                scenario(Scenario(image, tool, folder))


if __name__ == "__main__":
    main()
