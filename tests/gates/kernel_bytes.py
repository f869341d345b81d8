"""The gate on the kernel: its loaded bytes have one sha256 in its own file and in every image.

kernel_bytes.py KERNEL IMAGE...
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile
from project import ROOT, finish


def payload_base() -> int:
    """Where the kernel's reservation ends."""
    text = (ROOT / "kernel/include/neuron/limits.h").read_text()
    match = re.search(r"NEURON_PAYLOAD_BASE (0x[0-9a-f]+)", text)
    assert match is not None
    return int(match.group(1), 16)


def digest(path: str) -> str:
    """sha256 over address and bytes of what is loaded below the payload."""
    result = hashlib.sha256()
    with Path(path).open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_LOAD"):
            if segment["p_filesz"] and segment["p_paddr"] < payload_base():
                result.update(segment["p_paddr"].to_bytes(8, "little"))
                result.update(segment.data())
    return result.hexdigest()


def main() -> None:
    """Compares all images with the kernel."""
    kernel, *images = sys.argv[1:]
    wanted = digest(kernel)
    print(f"kernel: {wanted}")
    complaints = [
        f"{image}: the kernel's bytes differ: {digest(image)}" for image in images if digest(image) != wanted
    ]
    finish(complaints, f"kernel bytes in {len(images)} images")


if __name__ == "__main__":
    main()
