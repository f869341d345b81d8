"""The seeds of the fuzzer of the frames that clients send to statefsd."""

from __future__ import annotations

import struct

# The steps of frames.c, the methods of State, the clients of frames_world.h, and the numbers of some paths.
CALL, NOISE, WINDOW, DEATH = range(4)
PUT, GET, REMOVE, SYNC, LIST, BEGIN, COMMIT, CANCEL, PUT_LONG, GET_LONG = range(1, 11)
ANYONE, KEEPER, THIEF, READER, WRITER = range(1, 6)
STATE, A, AB, KEY, BOOT, NARROW = 0, 2, 5, 7, 8, 11
ANY_PATH = 20
TEXT_BYTES = 48


def step(
    method: int,
    whose: int = ANYONE,
    path: int = A,
    after: int = 0,
    kind: int = CALL,
    words: int = 0,
    changing: int = 0,
    damage: tuple[int, int] = (0, 0),
    more: int = 0,
    length: int = 5,
    text: bytes = b"value",
) -> bytes:
    """One step; `damage` is what is added to which byte of the message."""
    head = struct.pack("<8BHhI", kind, whose, method, path, after, words, changing, *damage, more, length)
    return head + text.ljust(TEXT_BYTES, b"\0")


def each(path: int, whose: int) -> bytes:
    """All that a client can do with a path."""
    methods = (PUT, GET, LIST, PUT_LONG, GET_LONG, REMOVE, GET, BEGIN, PUT, COMMIT, SYNC)
    return b"".join(step(method, whose, path, text=b"other") for method in methods) + step(LIST, whose, STATE)


def frames_seeds() -> dict[str, bytes]:
    """Each method, client and path, and each way of being wrong."""
    kept = b"".join(step(PUT, path=path) for path in (A, AB, KEY, BOOT))
    seeds = {
        f"client{whose}_path{path}": kept + each(path, whose) for whose in range(6) for path in range(21)
    }
    for method in range(12):
        seeds[f"long{method}"] = kept + step(method, more=8) + step(method, more=1)
        seeds[f"short{method}"] = kept + step(method, more=-8) + step(method, more=-1)
        seeds[f"words{method}"] = kept + step(method, words=1)
        seeds[f"length{method}"] = kept + step(method, damage=(1, 0)) + step(method, damage=(255, 7))
        seeds[f"letter{method}"] = kept + step(method, damage=(256 - ord("t"), 10))
        seeds[f"value{method}"] = kept + step(method, damage=(20, 16)) + step(method, damage=(250, 17))
        seeds[f"padding{method}"] = kept + step(method, damage=(1, 23)) + step(method, damage=(1, 30))
        seeds[f"noise{method}"] = step(method, kind=NOISE) + step(method, kind=NOISE, length=40)
    changing = step(PUT_LONG, length=5000, changing=1) + step(SYNC, changing=1)
    listing = b"".join(step(LIST, path=STATE, after=after) for after in (0, A, AB, KEY, BOOT))
    fill = step(0, kind=WINDOW, text=b"x")
    return seeds | {
        "values": step(PUT, length=1024) + step(PUT, length=1025) + step(PUT, length=1032) + step(GET),
        "list": kept + listing,
        "any": step(PUT, path=ANY_PATH, text=b"/state/\xc3\xa4/b")
        + step(GET, path=ANY_PATH, text=b"/state/\xff"),
        "window": fill + step(PUT_LONG, length=65536) + step(GET_LONG, READER) + step(GET),
        "window_large": step(PUT_LONG, length=65537) + step(PUT_LONG, length=2**32 - 1),
        "window_changes": fill + changing * 20 + step(GET_LONG, changing=1),
        "window_waits": fill + step(PUT_LONG, length=50000, changing=1) * 6,
        "full": b"".join(step(PUT_LONG, path=path, length=65536) for path in (A, AB, KEY)) + step(REMOVE),
        "compacts": (step(PUT_LONG, length=50000) + step(SYNC)) * 6,
        "limited": step(PUT_LONG, path=NARROW, length=2000) * 2 + step(PUT_LONG, path=NARROW, length=4000),
        "transaction": step(BEGIN) * 2 + step(PUT) + step(REMOVE, path=AB) + step(GET) + step(COMMIT) * 2,
        "two": step(BEGIN) + step(PUT) + step(PUT, path=AB, text=b"other") + step(COMMIT),
        "cancelled": step(BEGIN) + step(PUT) + step(CANCEL) * 2,
        "many": step(BEGIN) + step(PUT) * 33 + step(COMMIT),
        "busy": b"".join(step(BEGIN, whose) for whose in (1, 2, 5, 1))
        + step(PUT, WRITER)
        + step(COMMIT, WRITER),
        "death": step(BEGIN) + step(PUT) + step(0, kind=DEATH) + step(COMMIT) + step(BEGIN),
        "large_transaction": step(BEGIN) + step(PUT_LONG, length=65536) * 2 + step(COMMIT),
    }
