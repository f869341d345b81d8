"""The seeds of the fuzzer of calls: for each system call a sequence in which it succeeds.

The bytes are those of input.h and arguments.c; the sequences are those of the tests in
tests/host/kernel.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(r"^NEURON_SYSCALL\((\d+), (\w+), NEURON_IN\(([^)]*)\)", re.MULTILINE)
CALLS = {
    name: (int(number), inputs.split(", "))
    for number, name, inputs in CALL.findall((ROOT / "kernel/include/neuron/syscalls.def").read_text())
}

DEVICES, PLAIN, GUARDED, CROWD, RANDOM = 0, 1, 2, 3, 4  # shapes of worlds (shapes.c)
ALL_UP = 1  # flag: init has started everybody
FOREVER, POLL, NOW, SOON = 0, 1, 16, 100  # deadlines
NOTHING, ANYTHING = 0, 1  # masks
MAP, READ_MAP, READ_WRITE_MAP, READ_MAP_IRQ = 16, 20, 28, 52  # rights
READ, READ_WRITE = 1, 3  # protections
HUGE, ZERO = 0xE0, 0xEF  # any argument: the largest 64-bit value, and none
WORDS_AND_PAGE = 4 + 6 * 6  # a tag with four words and all bytes of the page


def record(op: int, *picks: int, raw: int = 0) -> bytes:
    """One record."""
    return bytes([op, *picks]).ljust(8, b"\0") + struct.pack("<Q", raw)


def call(name: str, **arguments: int) -> bytes:
    """A system call; arguments that are not named are 0."""
    number, inputs = CALLS[name]
    assert set(arguments) <= set(inputs), name
    return record(number, *(arguments.get(each, 0) for each in inputs))


def fault(cause: int) -> bytes:
    """The current task faults."""
    return record(0xC0, cause)


def start(task: int) -> bytes:
    """Init resets and starts a task."""
    return record(0xC1, task)


def uart(takes: int) -> bytes:
    """So many bytes the UART takes from now on."""
    return record(0xC2, takes)


def device(window: int, reports: int) -> bytes:
    """Another device is in a virtio-mmio window."""
    return record(0xC3, window, reports)


def fill(byte: int) -> bytes:
    """The current task fills its OUT page."""
    return record(0xC4, byte)


def flood() -> bytes:
    """The current task writes lines until the console is full."""
    return record(0xC5)


def line(window: int, what: int) -> bytes:
    """The line of a window, and an interrupt. `what`: UP, DOWN or SAME."""
    return record(0xC6, window, what)


def use(queue: int, descriptor: int, index: int = 0, raw: int = 0) -> bytes:
    """The device says that it used a descriptor; picks from 192 on: whatever `raw` is."""
    return record(0xC7, queue, descriptor, index, raw=raw)


def stuck(window: int, is_stuck: int, reasons: int = 0) -> bytes:
    """The device in a virtio-mmio window does not reset, or does again; why it interrupts."""
    return record(0xC8, window, is_stuck, reasons)


def describe(i: int, slot: int, writes: int, offset: int = 0, pieces: int = 1) -> bytes:
    """The current task describes bytes of a region: 128 for each of offset, 64 for each of pieces."""
    return record(0xC9, i, slot, offset, pieces, writes)


def time(pick: int) -> bytes:
    """Time passes: 8 ticks for each, from 192 on quarters of a quantum."""
    return record(0xCF, pick)


def sleeps() -> bytes:
    """The current task waits for ever for nothing."""
    return call("wait", mask=NOTHING, deadline=FOREVER)


def header(shape: int, seed: int = 0, flags: int = 0, missing: int = 0) -> bytes:
    """The header of an input."""
    return struct.pack("<BHBB3x", shape, seed, flags, missing)


def granted(window: int, rights: int, slot: int) -> list[bytes]:
    """Init gives the driver (task 1) a device."""
    return [
        call("device_cap_create", slot=2, base=window, rights=rights, destination=3),
        call("cap_transfer_to", slot=1, **{"from": 3}, task=1, destination=slot),
    ]


# The world of devices: init 0, driver 1, other 2.
DEVICE_SEEDS = {
    "grant": [*granted(1, READ_MAP, 1), start(1), sleeps(), call("cap_query", slot=1)],
    "map": [
        *granted(5, READ_WRITE_MAP, 4),
        start(1),
        sleeps(),
        call("mmio_map", slot=4, va=0, offset=2, prot=READ_WRITE),
        call("mmio_map", slot=4, va=0, offset=0, prot=READ),
        call("mmio_map", slot=4, va=1, offset=0, prot=READ),
        call("unmap", va=0),
        call("mmio_map", slot=4, va=3, offset=2, prot=READ),
        call("cap_drop", slot=4),
    ],
    "revoke": [
        *granted(2, READ_WRITE_MAP, 2),
        start(1),
        call("wait", mask=NOTHING, deadline=SOON),
        call("mmio_map", slot=2, va=2, offset=0, prot=READ),
        time(100),
        call("task_inspect", slot=1, task=1, what=3, index=7),
        call("task_inspect", slot=1, task=1, what=2, index=2),
        call("cap_revoke", slot=1, task=1, target=2),
        *granted(2, READ_MAP, 2),
    ],
    "death": [
        *granted(1, READ_MAP, 1),
        start(1),
        call("wait", mask=NOTHING, deadline=SOON),
        call("mmio_map", slot=1, va=1, offset=0, prot=READ),
        fault(13),
        time(100),
        call("task_inspect", slot=1, task=1, what=1),
        *granted(1, READ_MAP, 1),
        call("task_stop", slot=1, task=1, give_up=1),
        *granted(1, READ_MAP, 1),
    ],
    "refused": [
        *granted(2, MAP, 2),
        *granted(1, READ_MAP, 1),
        *granted(5, READ_WRITE_MAP, 4),
        call("device_cap_create", slot=2, base=2, rights=READ_WRITE_MAP, destination=5),
        call("device_cap_create", slot=2, base=3, rights=READ_MAP, destination=5),
        call("device_cap_create", slot=2, base=1, rights=READ_MAP, destination=3),
        call("cap_revoke", slot=1, task=1, target=1),
        call("device_cap_create", slot=2, base=1, rights=READ_WRITE_MAP, destination=5),
        call("device_cap_create", slot=2, base=1, rights=READ_WRITE_MAP, destination=3),
        call("cap_transfer_to", slot=1, **{"from": 3}, task=1, destination=1),
        call("cap_transfer_to", slot=1, **{"from": 3}, task=1, destination=3),
        call("cap_transfer_to", slot=1, **{"from": 3}, task=1, destination=5),
        call("cap_transfer_to", slot=1, **{"from": 3}, task=1, destination=9),
        call("cap_drop", slot=3),
        *granted(1, READ_MAP, 1),
        call("task_start", slot=1, task=1),
        start(1),
        call("task_start", slot=1, task=1),
        call("task_inspect", slot=1, task=1, what=3, index=170),
        call("task_inspect", slot=1, task=1, what=3, index=HUGE),
        call("task_inspect", slot=1, task=1, what=0, index=1),
        call("task_inspect", slot=1, task=1, what=2, index=50),
        sleeps(),
        call("mmio_map", slot=1, va=0, offset=0, prot=READ_WRITE),
        call("mmio_map", slot=2, va=0, offset=0, prot=READ),
        call("mmio_map", slot=4, va=0, offset=3, prot=READ),
        call("mmio_map", slot=4, va=0, offset=129, prot=READ),
        call("mmio_map", slot=4, va=0, offset=0, prot=5),
        call("mmio_map", slot=4, va=0, offset=0, prot=2),
        call("mmio_map", slot=4, va=66, offset=0, prot=READ),
        call("mmio_map", slot=4, va=100, offset=0, prot=READ),
    ],
    "bounds": [
        device(3, 4),
        call("device_cap_create", slot=2, base=4, rights=READ_MAP, destination=3),
        call("cap_transfer_to", slot=1, **{"from": 3}, task=1, destination=3),
        call("cap_drop", slot=3),
        call("device_cap_create", slot=2, base=4, rights=READ_MAP, destination=5),
        device(2, 4),
        call("device_cap_create", slot=2, base=3, rights=READ_MAP, destination=4),
        call("cap_transfer_to", slot=1, **{"from": 4}, task=1, destination=3),
    ],
    "own": [
        call("device_cap_create", slot=2, base=1, rights=READ_MAP, destination=5),
        call("mmio_map", slot=5, va=0, offset=0, prot=READ),
        call("cap_transfer_to", slot=1, **{"from": 5}, task=1, destination=1),
        call("unmap", va=0),
        call("cap_drop", slot=5),
    ],
}

# The plain world, all up: init 0, low 1, high 2, server 3, deep 4; each runs when those above it wait.
SERVED = [sleeps(), call("recv"), call("recv")]
PLAIN_SEEDS = {
    "ipc": [
        *SERVED,
        fill(7),
        call("call", slot=1, tag=WORDS_AND_PAGE, w0=1, w1=2, w2=3, w3=4),
        call("reply", token=0, tag=WORDS_AND_PAGE, w0=5),
        call("recv"),
        call("call", slot=1, tag=2),
        call("reply_recv", token=0, tag=1),
        call("call", slot=1, tag=3, deadline=SOON),
        call("wait", mask=NOTHING, deadline=120),
        time(120),
        call("reply", token=0, tag=1),
    ],
    "nested": [
        *SERVED,
        call("call", slot=1, tag=10),
        call("call", slot=1, tag=20),
        call("reply_recv", token=0, tag=1),
        call("notify", slot=1),
        call("reply", token=0, tag=1),
    ],
    "notify": [
        *SERVED,
        call("notify", slot=1, bits=ZERO),
        call("notify", slot=1),
        call("wait", mask=ANYTHING, deadline=FOREVER),
        call("notify", slot=1),
        call("peers_changed"),
        call("wait", mask=ANYTHING, deadline=NOW),
    ],
    "peers": [
        *SERVED,
        call("call", slot=1),
        call("recv"),
        call("exit", code=5),
        call("peers_changed"),
        call("recv"),
    ],
    "server_dies": [
        call("wait", mask=NOTHING, deadline=SOON),
        call("recv"),
        call("recv"),
        call("call", slot=1),
        fault(15),
        time(100),
        start(3),
        sleeps(),
        call("recv"),
        call("call", slot=1),
        call("call", slot=1),
    ],
    "old_session": [
        call("wait", mask=NOTHING, deadline=SOON),
        call("recv"),
        call("recv"),
        call("call", slot=1),
        call("reply"),
        fault(15),
        call("call", slot=1),
        call("call", slot=1),
        time(100),
        start(3),
        sleeps(),
        call("recv"),
    ],
    "anothers_token": [
        sleeps(),
        call("wait", mask=NOTHING, deadline=SOON),
        call("recv"),
        call("call", slot=1),
        call("recv"),
        time(100),
        call("reply", token=132),
        call("reply", token=192),
        sleeps(),
    ],
    "queued": [
        sleeps(),
        call("recv"),
        call("wait", mask=NOTHING, deadline=SOON),
        call("call", slot=1, tag=1, deadline=POLL),
        call("call", slot=1, tag=1, deadline=NOW),
        call("call", slot=1, tag=1),
        call("call", slot=1, tag=2),
        time(100),
        call("recv"),
        call("recv"),
        call("reply", token=0),
        call("reply", token=0),
    ],
    "console": [
        uart(10),
        call("null"),
        fill(65),
        call("console_write", slot=0, bytes=20),
        call("console_write", slot=0, bytes=160),
        call("yield"),
        time(255),
        call("cap_query", slot=1),
    ],
    "flood": [uart(0), flood(), uart(255), time(255), call("console_write", bytes=3)],
    "flooded_panic": [uart(0), flood(), fault(13)],
    "power": [*SERVED, call("power", slot=2, code=HUGE), call("power", slot=2, code=9)],
    "life": [
        call("task_stop", slot=1, task=2),
        call("task_reset_step", slot=1, task=2),
        call("task_inspect", slot=1, task=2, what=0),
        start(2),
        call("task_stop", slot=1, task=3, give_up=1),
        sleeps(),
        call("recv"),
        call("call", slot=1),
        call("notify", slot=1),
        call("exit"),
        call("call", slot=1),
    ],
    "overrun": [*SERVED, sleeps(), *[time(195)] * 6, time(195), call("null")],
    "init_dies": [call("exit", code=3)],
}

# The world of guarded devices: as that of devices, but task 1 may have the block device in window 4 and RTC
# in window 0, and has memory for them.
UP, DOWN, SAME = 0, 2, 3  # lines
STATUS, FEATURES, FEATURES_SELECT, QUEUE_SELECT, QUEUE_NOTIFY, _, ALARM = range(7)  # registers
DRIVER_OK = 4
BLK, RTC, RAM, RAM_READ, RAM_WRITTEN = range(6, 11)  # slots
BLK_ROW, BLK_DEVICE, BLK_QUEUE = 4, 3, 8
QUEUE = [call("dev_queue", slot=BLK, queue=0, size=3, va=0)]
GO = [*QUEUE, call("dev_write", slot=BLK, reg=STATUS, value=DRIVER_OK)]
POST = [
    describe(0, RAM_READ, 0),
    describe(1, RAM_WRITTEN, 1, pieces=8),
    call("dev_post", slot=BLK, queue=0, head=0, count=2, kick=1),
]


def driving(*steps: bytes, pause: int = FOREVER) -> list[bytes]:
    """The driver has the block device and runs; init sleeps."""
    granting = [*granted(BLK_ROW, READ_MAP_IRQ, BLK), start(1)]
    return [*granting, call("wait", mask=NOTHING, deadline=pause), *steps]


GUARDED_SEEDS = {
    "post": driving(
        *GO,
        *POST,
        call("dev_post", slot=BLK, queue=0, head=1, count=1),
        use(BLK_QUEUE, 0),
        call("dev_post", slot=BLK, queue=0, head=1, count=1),
        describe(0, RAM, 1, offset=63, pieces=3),
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
        call("cap_query", slot=RAM),
    ),
    "lies": driving(
        *GO,
        *POST,
        use(BLK_QUEUE, 255, raw=0xFFFFFFFF),
        use(BLK_QUEUE, 1),
        use(BLK_QUEUE, 0, 255, raw=0x1234),
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
        use(BLK_QUEUE, 0),
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
    ),
    "interrupt": driving(
        *GO,
        *POST,
        stuck(BLK_DEVICE, 0, 3),
        line(BLK_ROW, UP),
        line(BLK_ROW, SAME),
        line(BLK_ROW, DOWN),
        call("wait", mask=ANYTHING, deadline=NOW),
        call("irq_ack", slot=BLK),
        call("irq_ack", slot=BLK),
        call("wait", mask=ANYTHING, deadline=FOREVER),
        line(BLK_ROW, UP),
        call("irq_ack", slot=BLK),
        call("wait", mask=ANYTHING, deadline=NOW),
        fault(13),
        line(BLK_ROW, DOWN),
    ),
    "rtc": [
        *granted(0, READ_MAP_IRQ, RTC),
        start(1),
        call("wait", mask=NOTHING, deadline=SOON),
        call("dev_write", slot=RTC, reg=ALARM, value=9),
        call("dev_write", slot=RTC, reg=STATUS, value=9),
        call("dev_queue", slot=RTC, queue=0, size=3, va=0),
        line(0, UP),
        call("irq_ack", slot=RTC),
        call("cap_drop", slot=RTC),
    ],
    "stuck": driving(
        *GO,
        *POST,
        stuck(BLK_DEVICE, 1),
        call("dev_write", slot=BLK, reg=STATUS, value=0),
        call("cap_drop", slot=BLK),
        fault(13),
        time(100),
        start(1),
        call("cap_revoke", slot=1, task=1, target=BLK),
        stuck(BLK_DEVICE, 0),
        start(1),
        *granted(BLK_ROW, READ_MAP_IRQ, BLK),
        pause=SOON,
    ),
    "revoked": driving(
        *GO,
        *POST,
        line(BLK_ROW, UP),
        time(100),
        call("cap_revoke", slot=1, task=1, target=BLK),
        *granted(BLK_ROW, READ_MAP_IRQ, BLK),
        call("wait", mask=NOTHING, deadline=SOON),
        *GO,
        line(BLK_ROW, UP),
        call("irq_ack", slot=BLK),
        pause=SOON,
    ),
    "guarded_refused": driving(
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
        call("dev_write", slot=BLK, reg=QUEUE_NOTIFY),
        call("dev_write", slot=BLK, reg=FEATURES_SELECT, value=1),
        call("dev_write", slot=BLK, reg=FEATURES, value=1),
        call("dev_write", slot=BLK, reg=FEATURES, value=2),
        call("dev_write", slot=BLK, reg=FEATURES_SELECT, value=2),
        call("dev_write", slot=BLK, reg=STATUS, value=223),
        call("dev_write", slot=BLK, reg=145),
        call("dev_write", slot=BLK, reg=QUEUE_SELECT, value=2),
        call("dev_queue", slot=BLK, queue=0, size=200, va=0),
        call("dev_queue", slot=BLK, queue=2, size=3, va=0),
        call("dev_queue", slot=BLK, queue=1, size=3, va=100),
        *GO,
        *QUEUE,
        call("dev_queue", slot=BLK, queue=1, size=3, va=0),
        call("dev_write", slot=BLK, reg=QUEUE_NOTIFY, value=1),
        call("dev_write", slot=BLK, reg=QUEUE_NOTIFY),
        describe(0, RAM_READ, 1),
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
        describe(0, RAM_READ, 0, offset=32),
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
        describe(0, RAM, 0, pieces=0),
        call("dev_post", slot=BLK, queue=0, head=0, count=1),
        call("dev_post", slot=BLK, queue=0, head=7, count=2),
        call("dev_post", slot=BLK, queue=0, head=0, count=17),
        call("mmio_map", slot=BLK, va=0, offset=0, prot=READ),
        call("unmap", va=0),
        call("mmio_map", slot=BLK, va=1, offset=0, prot=READ),
    ),
}

# The crowd: init 0, server 1, its clients 2 and up. They all wait for it when it dies.
CROWD_SEEDS = {
    "all_wait": [
        sleeps(),
        call("wait", mask=NOTHING, deadline=SOON),
        *[call("call", slot=1)] * 12,
        time(100),
        call("recv"),
        fault(13),
        *[call("call", slot=1)] * 3,
        call("null"),
    ],
    "given_up": [
        call("wait", mask=NOTHING, deadline=SOON),
        call("recv"),
        *[call("call", slot=1)] * 12,
        sleeps(),
        time(100),
        call("task_stop", slot=1, task=1, give_up=1),
        sleeps(),
        call("call", slot=1),
        call("notify", slot=1),
    ],
}

NUMBERS = [record(number, *[number * 9 % 224] * 7) for number in range(28)]


def syscall_seeds() -> dict[str, bytes]:
    """The sequences above, and every call at random places."""
    result = {f"devices_{name}": header(DEVICES) + b"".join(s) for name, s in DEVICE_SEEDS.items()}
    result |= {f"guarded_{name}": header(GUARDED) + b"".join(s) for name, s in GUARDED_SEEDS.items()}
    for name, steps in CROWD_SEEDS.items():
        result[f"crowd_{name}"] = header(CROWD, flags=ALL_UP) + b"".join(steps)
    for name, steps in PLAIN_SEEDS.items():
        result[f"plain_{name}"] = header(PLAIN, flags=ALL_UP) + b"".join(steps)
    for shape in range(RANDOM, RANDOM + 4):
        result[f"random_{shape}"] = header(shape, flags=ALL_UP) + b"".join(NUMBERS)
    return result
