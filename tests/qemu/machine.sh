# The machine that every run uses, as a shell function: machine ARGUMENTS... replaces the shell by QEMU.
machine() {
    exec qemu-system-riscv64 -M virt -m 128M -display none -no-reboot -bios default \
        -global virtio-mmio.force-legacy=false "$@"
}
