#!/bin/sh
# machine.sh ARGUMENTS...: the machine that every run uses, as QEMU.
exec qemu-system-riscv64 -M virt -m 128M -display none -no-reboot -bios default \
    -global virtio-mmio.force-legacy=false "$@"
