#!/bin/sh
# machine.sh ARGUMENTS...: the machine that every run uses, as QEMU: with a source of entropy, a disk, which is the file
# NEXUS_DISK or a blank one of 1 MiB that is forgotten, and a network card; NEXUS_WITHOUT (rng, blk or net) is one that
# is missing. Devices fill the windows from the top; further ones come below.
disk=driver=null-co,size=1048576,read-zeroes=on,snapshot=on
[ -z "$NEXUS_DISK" ] || disk=file=$NEXUS_DISK,format=raw
[ "$NEXUS_WITHOUT" = net ] || set -- -netdev user,id=net -device virtio-net-device,netdev=net "$@"
[ "$NEXUS_WITHOUT" = blk ] ||
    set -- -drive "if=none,id=disk,$disk" -device virtio-blk-device,drive=disk "$@"
[ "$NEXUS_WITHOUT" = rng ] || set -- -device virtio-rng-device "$@"
exec qemu-system-riscv64 -M virt -m 128M -display none -no-reboot -bios default \
    -global virtio-mmio.force-legacy=false "$@"
