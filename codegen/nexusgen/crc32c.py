"""CRC32-C (Castagnoli), as kernel/core/crc32c.c computes it: bits reflected, all ones before and after."""

from __future__ import annotations

from functools import lru_cache
from struct import iter_unpack

POLYNOMIAL = 0x82F63B78


@lru_cache(maxsize=1)
def _tables() -> list[list[int]]:
    """tables[k][b]: what byte b contributes when k more bytes follow."""
    first = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
        first.append(byte)
    tables = [first]
    for _ in range(7):
        tables.append([first[value & 255] ^ value >> 8 for value in tables[-1]])
    return tables


@lru_cache(maxsize=1)
def _wide_tables() -> list[list[int]]:
    """The same for 16 bits at a time, for the first to the last half-word of a word."""
    tables = _tables()
    return [[high ^ low for high in tables[after] for low in tables[after + 1]] for after in (6, 4, 2, 0)]


def crc32c(data: bytes | memoryview) -> int:
    """The checksum of some bytes."""
    crc = 0xFFFFFFFF
    whole = len(data) // 8 * 8
    if whole >= 65536:
        w0, w1, w2, w3 = _wide_tables()
        for (word,) in iter_unpack("<Q", data[:whole]):
            word ^= crc
            crc = w0[word & 65535] ^ w1[word >> 16 & 65535] ^ w2[word >> 32 & 65535] ^ w3[word >> 48]
        data = data[whole:]
    table = _tables()[0]
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
