/*
 * Kernel entry: the first instructions after the firmware, and the way in and out of every trap.
 *
 * While a task runs, sscratch holds the address of its context (struct context in core/state.h: x0..x31,
 * then pc). gp and tp are constants of the task: restored, never saved. The kernel itself uses neither.
 */
#define CONTEXT_PC (32 * 8)
#define SSTATUS_SPP (1 << 8)
#define SSTATUS_SPIE (1 << 5)
#define SSTATUS_FS (3 << 13)

    .section .text.start, "ax"
    .globl _start
_start:
    /* a0: hart, a1: device tree. Other harts stay with the firmware. */
    csrw sie, zero
    li t0, SSTATUS_FS
    csrc sstatus, t0
    la sp, __stack_top
    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  la t0, trap_entry
    csrw stvec, t0
    csrw sscratch, zero
    call arch_boot
    j resume

    .balign 4
trap_entry:
    csrrw t6, sscratch, t6
    beqz t6, kernel_trap
    .irp r, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    sd x\r, \r*8(t6)
    .endr
    csrr t0, sepc
    sd t0, CONTEXT_PC(t6)
    csrrw t0, sscratch, zero        /* a trap from here on is the kernel's own */
    sd t0, 31*8(t6)
    la sp, __stack_top
    csrr a0, scause
    csrr a1, stval
    call arch_trap

    /* a0: context of the task to resume. Its address space is set. */
resume:
    ld t0, CONTEXT_PC(a0)
    csrw sepc, t0
    li t0, SSTATUS_SPP
    csrc sstatus, t0
    li t0, SSTATUS_SPIE
    csrs sstatus, t0
    csrw sscratch, a0
    mv t6, a0
    .irp r, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    ld x\r, \r*8(t6)
    .endr
    ld t6, 31*8(t6)
    sret

kernel_trap:
    la sp, __stack_top
    csrr a0, scause
    csrr a1, stval
    csrr a2, sepc
    call arch_panic

    .section .stack, "aw", @nobits
    .balign 4096
    .skip 8192
