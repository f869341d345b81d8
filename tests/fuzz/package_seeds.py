"""The seeds of the fuzzer of packages."""

from __future__ import annotations

import hashlib
import struct


def package(*bundles: tuple[bytes, bytes], count: int | None = None, total: int | None = None) -> bytes:
    """One with these paths and bundles, and a signature of zeroes."""
    index = b"".join(
        struct.pack("<64sI32s", path, len(data), hashlib.sha256(data).digest()) for path, data in bundles
    )
    data = b"".join(data for _, data in bundles)
    number = len(bundles) if count is None else count
    length = 16 + len(index) + 64 + len(data) if total is None else total
    return struct.pack("<4sIII", b"NXPK", 1, number, length) + index + bytes(64) + data


def package_seeds() -> dict[str, bytes]:
    """Whole ones, and each way of being wrong."""
    one = (b"boot/kernel", b"x" * 40)
    whole = package(one)
    seeds = {
        "one": whole,
        "eight": package(*((b"b%d" % n, b"%d" % n) for n in range(8))),
        "nine": package(*((b"b%d" % n, b"%d" % n) for n in range(9))),
        "none": package(),
        "twice": package(one, one),
        "empty": package((b"a", b"")),
        "long": package((b"a" * 64, b"x")),
        "cut": whole[:-1],
        "short": whole[:9],
        "large": package(one, total=8193),
        "many": package(one, count=2**32 - 1),
        "hash": whole[:-1] + b"y",
        "length": whole[:80] + b"\xff" * 4 + whole[84:],
    }
    for n, path in enumerate(
        (b"/a", b"..", b"../a", b"a/..", b"a/../b", b"a//b", b"a/", b".", b"", b"a\\b", b"a b")
    ):
        seeds[f"path{n}"] = package((path, b"x"))
    return seeds
