"""The machines that an assembly can be built for, and the device classes that exist."""

from __future__ import annotations

from .model import Platform, Window

DEFAULT = "qemu-virt"
DEVICE_CLASSES = {  # class -> transport that carries it
    "virtio.net": "virtio-mmio",
    "virtio.blk": "virtio-mmio",
    "virtio.rng": "virtio-mmio",
    "goldfish.rtc": "fixed",
}

PLATFORMS = {
    "qemu-virt": Platform(
        name="qemu-virt",
        ram_bytes=128 * 1024 * 1024,
        windows=(
            Window(base=0x101000, bytes=0x1000, irq=11, transport="fixed", device_class="goldfish.rtc"),
            *(
                Window(
                    base=0x10000000 + 0x1000 * n,
                    bytes=0x1000,
                    irq=n,
                    transport="virtio-mmio",
                    device_class=None,
                )
                for n in range(1, 9)
            ),
        ),
    )
}


def windows_for(platform: Platform, device_class: str) -> list[Window]:
    """The windows behind which a device of this class can be."""
    transport = DEVICE_CLASSES[device_class]
    return [
        w for w in platform.windows if w.transport == transport and w.device_class in (None, device_class)
    ]
