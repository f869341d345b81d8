/*
 * Kernel entry: the first instructions after the firmware, and the way in and out of every trap.
 *
 * While a task runs, sscratch holds the address of its struct task, which begins with its context (struct context in
 * core/state.h). gp and tp are constants of the task: restored, never saved. So a trap has two registers to begin
 * with; from then on tp holds the task that ran, until another one is resumed. C uses neither, but for the fast paths,
 * which find the task in tp.
 *
 * Registers are saved late. A system call gives up all but sp and s0-s11, and C keeps s0-s11: they are saved when
 * another task is to run, and only then.
 */
#include "offsets.h"

#define SSTATUS_SPP (1 << 8)
#define SSTATUS_SPIE (1 << 5)
#define SSTATUS_FS (3 << 13)

/* Of the context at `base`: what C keeps; sp goes with it. */
.macro save_kept base
    .irp r, 2, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd x\r, \r*8(\base)
    .endr
.endm
.macro load_kept base
    .irp r, 2, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld x\r, \r*8(\base)
    .endr
.endm

/* The constants of the task in `base`, which may be tp. */
.macro load_constants base
    ld gp, 3*8(\base)
    ld tp, 4*8(\base)
.endm

/* What a system call gives up beside a0-a7. */
.macro clear_temporaries
    .irp r, 1, 5, 6, 7, 28, 29, 30, 31
    li x\r, 0
    .endr
.endm

/* The address space and the pc of the task at `next` are those of the machine. */
.macro enter_space next
    csrw sscratch, \next
    ld t0, CONTEXT_SPACE(\next)
    csrw satp, t0
    ld t0, CONTEXT_PC(\next)
    csrw sepc, t0
.endm

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
    li tp, 0
    call arch_boot
    /* Traps come from user mode, with interrupts on, so these bits stay as they are. */
    li t0, SSTATUS_SPP
    csrc sstatus, t0
    li t0, SSTATUS_SPIE
    csrs sstatus, t0
    j resume_other

    .section .text.trap, "ax"
    .option norelax                 /* the end is where fast_call() begins, and nothing is filled in there */
enter_notify:
    jal fast_notify

    /* Back to the same task with nothing but a status in a0. */
answer_null:
    csrr t0, sepc
    addi t0, t0, ECALL_BYTES
    csrw sepc, t0
return_ok:
    li a0, 0
return_status:
    load_constants tp
    .irp r, 11, 12, 13, 14, 15, 16, 17
    li x\r, 0
    .endr
    clear_temporaries
    sret

    /* The end of a fast path: a0: the struct task of who runs, a1-a7: its outputs. */
    .globl arch_switch
arch_switch:
    csrr t0, sepc
    addi t0, t0, ECALL_BYTES
    sd t0, CONTEXT_PC(tp)
    save_kept tp
    enter_space a0
    load_kept a0
    load_constants a0
    li a0, 0
    clear_temporaries
    sret

    /* The same for two who come back with less. a1: bits. */
    .globl arch_preempt
arch_preempt:
    csrr t0, sepc
    addi t0, t0, ECALL_BYTES
    sd t0, CONTEXT_PC(tp)
    li t0, CONTEXT_NOTHING
    sd t0, CONTEXT_WHOLE(tp)
    save_kept tp
    enter_space a0
    load_kept a0
    load_constants a0
    li a0, NOTIFIED
    .irp r, 12, 13, 14, 15, 16, 17
    li x\r, 0
    .endr
    clear_temporaries
    sret
    .globl arch_yield
arch_yield:
    csrr t0, sepc
    addi t0, t0, ECALL_BYTES
    sd t0, CONTEXT_PC(tp)
    li t0, CONTEXT_NOTHING
    sd t0, CONTEXT_WHOLE(tp)
    save_kept tp
    j resume_other

    /* Any system call, with its inputs in a0-a7. */
    .globl arch_syscall
arch_syscall:
    csrr t0, sepc
    addi t0, t0, ECALL_BYTES
    csrw sepc, t0
    sd t0, CONTEXT_PC(tp)
    sd sp, 2*8(tp)
    la sp, __stack_top
    lw t0, CONTEXT_TASK(tp)
    sw t0, current, t1
    jal kernel_syscall
    li t0, BLOCKED
    ld sp, 2*8(tp)
    bne a0, t0, return_status
    jal next_task
    beq a0, tp, load_results
    save_kept tp

    /* a0: the struct task of another than ran, with all that must be kept of that one saved. */
resume_other:
    enter_space a0
    load_kept a0
    ld t0, CONTEXT_WHOLE(a0)
    bnez t0, resume_whole
    mv tp, a0
    j load_results

    /* tp: the task that made a system call; its results are in its context, all that C keeps in the registers. */
load_results:
    .irp r, 10, 11, 12, 13, 14, 15, 16, 17
    ld x\r, \r*8(tp)
    .endr
    load_constants tp
    clear_temporaries
    sret

    /* a0: a task that was interrupted, or comes back with OK alone. */
resume_whole:
    sd zero, CONTEXT_WHOLE(a0)
    addi t0, t0, -CONTEXT_ALL
    mv tp, a0
    bnez t0, return_ok
load_interrupted:
    .irp r, 1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    ld x\r, \r*8(tp)
    .endr
    load_constants tp
    sret

    /* a0: the struct task of `current`; the machine idles until there is one. Keeps tp. */
next_task:
    lw a0, current
    bltz a0, 1f
    slli a0, a0, TASK_SHIFT
    la t0, tasks
    add a0, a0, t0
    ret
    /* sp and s0-s11 are still those of the task in tp; C keeps the latter. */
1:  sd sp, 2*8(tp)
    la sp, __stack_top - 16
    sd ra, 8(sp)
    jal arch_idle
    ld ra, 8(sp)
    ld sp, 2*8(tp)
    j next_task

    /* An interrupt or an exception. */
not_a_call:
    csrr gp, sstatus
    andi gp, gp, SSTATUS_SPP
    bnez gp, kernel_trap
    .irp r, 1, 2, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    sd x\r, \r*8(tp)
    .endr
    csrr t0, sepc
    sd t0, CONTEXT_PC(tp)
    lw t0, CONTEXT_TASK(tp)
    sw t0, current, t1
    la sp, __stack_top
    csrr a0, scause
    csrr a1, stval
    jal arch_trap
    ld sp, 2*8(tp)
    jal next_task
    beq a0, tp, load_interrupted
    li t0, CONTEXT_ALL
    sd t0, CONTEXT_WHOLE(tp)
    save_kept tp
    j resume_other

kernel_trap:
    la sp, __stack_top
    csrr a0, scause
    csrr a1, stval
    csrr a2, sepc
    jal arch_panic

/* What a fast path gets of a message. Four words or none go on, those cleared that it has not; other messages, and those
 * with some in the page, go to `long`. In two parts, so that the usual way has no jump. */
.macro other_messages long
2:  li t1, 4
    beq t0, t1, 1f
    andi t0, t0, 7
    beq t0, t1, 3f
    li a5, 0
    beqz t0, 4f
    li t1, 3
    beq t0, t1, 3f
    li a4, 0
    li t1, 2
    beq t0, t1, 3f
    li a3, 0
3:  j \long
4:  li a2, 0
    li a3, 0
    li a4, 0
    j \long
.endm
.macro short_messages
    srli t0, a1, TAG_WORDS_SHIFT
    bnez t0, 2b
    li a2, 0
    li a3, 0
    li a4, 0
    li a5, 0
1:
.endm

    other_messages fast_reply_recv_long
enter_reply_recv:
    short_messages
    j fast_reply_recv

not_call:
    addi gp, gp, -CAUSE_USER_CALL   /* which is none of the kernel's own */
    bnez gp, not_a_call
    beqz a7, answer_null
    li t0, SYS_reply_recv
    beq a7, t0, enter_reply_recv
    li t0, SYS_notify
    beq a7, t0, enter_notify
    li t0, SYS_yield
    bne a7, t0, arch_syscall
    jal fast_yield
    j answer_null

    other_messages fast_call_long
    .balign 4
    .option norvc
    .globl trap_entry
trap_entry:
    csrr tp, sscratch
    csrr gp, scause
    bne a7, gp, not_call            /* the number of `call` is that of its cause */
    addi gp, gp, -CAUSE_USER_CALL
    bnez gp, not_a_call
    short_messages
    /* Falls into fast_call(): the linker sees to it. */
    .globl trap_entry_end
trap_entry_end:
    .option rvc
    .option relax

    .section .stack, "aw", @nobits
    .balign 4096
    .skip 8192
