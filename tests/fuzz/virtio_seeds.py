"""The seeds of the fuzzer of virtio drivers: a device that works, and each way in which one can lie."""

from __future__ import annotations

import struct

# The steps of virtio.c.
OPEN, START, OPEN_QUEUE, POST, TAKE, ACKNOWLEDGE, FAIL, SERVE, USE, SET_INDEX, SET_STATUS, LIE = range(12)
CONSTANT, FLIPPED, ALTERNATING = range(3)
BUFFER = 8 << 26  # 256 bytes, which the device writes


def step(what: int, which: int = 0, how: int = 0, raw: int = 0) -> bytes:
    """One step."""
    return struct.pack("<BBBxI", what, which, how, raw)


WORKING = step(OPEN) + step(OPEN_QUEUE) + step(START)
ASKED = WORKING + step(POST, 1, 1, BUFFER) + step(POST, 2, 1, BUFFER)
AGAIN = WORKING + step(POST, 1, 1, BUFFER) + step(SERVE, raw=9) + step(TAKE)


def stories() -> dict[str, bytes]:
    """What happens, whatever kind of device it is."""
    result = {
        "works": ASKED + step(SERVE, raw=100) + step(ACKNOWLEDGE) + step(TAKE) + step(SERVE) + step(TAKE),
        "twice": ASKED + step(USE, 1) + step(USE, 1) + step(TAKE) + step(TAKE) + AGAIN,
        "too_long": ASKED + step(USE, 1, 255, 257) + step(TAKE) + AGAIN,
        "never_posted": ASKED + step(USE, 3) + step(TAKE) + AGAIN,
        "no_request": ASKED + step(USE, 255, 0, 0xFFFFFFFF) + step(TAKE) + AGAIN,
        "ahead": ASKED + step(SET_INDEX, raw=3) + step(TAKE) + AGAIN,
        "stopped": ASKED + step(SET_STATUS) + step(ACKNOWLEDGE) + step(TAKE) + AGAIN,
        "beyond": WORKING + step(POST, 1, 1, BUFFER | 63 << 16 | 2047) + step(SERVE, raw=512) + step(TAKE),
        "scattered": WORKING + step(POST, 1, 3, BUFFER) + step(SERVE, raw=600) + step(TAKE),
        "failed": ASKED + step(FAIL) + step(TAKE) + step(POST, 1, 1, BUFFER) + AGAIN,
    }
    for kind in (CONSTANT, FLIPPED, ALTERNATING):
        for count in range(1, 8):
            told = step(LIE, count, kind, 0x8001)
            result[f"lie_{kind}_{count}_open"] = told + ASKED + AGAIN
            result[f"lie_{kind}_{count}_take"] = ASKED + step(SERVE, raw=9) + told + step(TAKE) + AGAIN
    return result


def virtio_seeds() -> dict[str, bytes]:
    """Each story with a guarded and a trusted device."""
    return {
        f"{name}_{'trusted' if trusted else 'guarded'}_{buffers}": bytes([trusted, buffers - 1]) + story
        for name, story in stories().items()
        for trusted in (0, 1)
        for buffers in (1, 3)
    }
