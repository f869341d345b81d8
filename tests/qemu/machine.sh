#!/bin/sh
# machine.sh ARGUMENTS...: the machine that every run uses, as QEMU: with a source of entropy, an empty disk of
# 1 MiB, and a network card; NEXUS_WITHOUT (rng, blk or net) is one that is missing. Devices fill the windows from the
# top; further ones come below.
[ "$NEXUS_WITHOUT" = net ] || set -- -netdev user,id=net -device virtio-net-device,netdev=net "$@"
[ "$NEXUS_WITHOUT" = blk ] ||
    set -- -drive if=none,id=disk,driver=null-co,size=1048576 -device virtio-blk-device,drive=disk "$@"
[ "$NEXUS_WITHOUT" = rng ] || set -- -device virtio-rng-device "$@"
exec qemu-system-riscv64 -M virt -m 128M -display none -no-reboot -bios default \
    -global virtio-mmio.force-legacy=false "$@"
