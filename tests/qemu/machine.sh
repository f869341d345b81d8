#!/bin/sh
# machine.sh ARGUMENTS...: the machine that every run uses, as QEMU: with a source of entropy, an empty disk of
# 1 MiB, and a network card. Devices fill the windows from the top; further ones come below.
exec qemu-system-riscv64 -M virt -m 128M -display none -no-reboot -bios default \
    -global virtio-mmio.force-legacy=false \
    -device virtio-rng-device \
    -drive if=none,id=disk,driver=null-co,size=1048576 -device virtio-blk-device,drive=disk \
    -netdev user,id=net -device virtio-net-device,netdev=net "$@"
