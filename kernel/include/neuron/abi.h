/*
 * What a task and the kernel agree on: system-call numbers, message tags, capability kinds and
 * rights, notification bits, and what task_inspect answers.
 */
#ifndef NEURON_ABI_H
#define NEURON_ABI_H

#include <neuron/limits.h>
#include <neuron/status.h>
#include <stdint.h>

enum neuron_syscall {
#define NEURON_SYSCALL(number, name, in, out) NEURON_SYS_##name = (number),
#include <neuron/syscalls.def>
#undef NEURON_SYSCALL
};

/*
 * A message: a label, up to 4 words in registers, up to 4,096 bytes in a message page.
 *   bits  0..15  label: a method number on the way in, a result on the way out
 *   bits 16..18  number of words, 0..4
 *   bits 32..44  number of bytes, 0..4096
 * All other bits are zero, else BAD_TAG.
 */
#define NEURON_TAG(label, words, bytes)                                                            \
    ((uint64_t)(label) | ((uint64_t)(words) << 16) | ((uint64_t)(bytes) << 32))
#define NEURON_TAG_LABEL(tag) ((uint64_t)(tag)&0xffff)
#define NEURON_TAG_WORDS(tag) (((uint64_t)(tag) >> 16) & 0xffff)
#define NEURON_TAG_BYTES(tag) ((uint64_t)(tag) >> 32)

#define NEURON_FOREVER UINT64_MAX /* as a deadline: never */
#define NEURON_POLL UINT64_C(0)   /* as a deadline: do not wait */

enum neuron_cap_kind {
    NEURON_CAP_NONE = 0,
    NEURON_CAP_PORT = 1,   /* call or notify task `object`; the badge names the connection */
    NEURON_CAP_REGION = 2, /* memory extent `object`, mapped since boot */
    NEURON_CAP_MMIO = 3,   /* a device: its window, its queues, its interrupt */
    /* 4 is not used: an interrupt is a right on its device (docs/decisions/0008-interrupts.md). */
    NEURON_CAP_DMA = 5,     /* memory extent `object`, which the holder's devices may reach */
    NEURON_CAP_CONSOLE = 6, /* write lines */
    NEURON_CAP_POWER = 7,   /* end the machine */
    NEURON_CAP_FACTORY = 8, /* init alone: make device capabilities */
    NEURON_CAP_TASK = 9,    /* init alone: start, stop, reset, inspect tasks */
    NEURON_CAP_KINDS = 10
};

enum neuron_right {
    NEURON_RIGHT_CALL = 1,
    NEURON_RIGHT_NOTIFY = 2,
    NEURON_RIGHT_READ = 4,
    NEURON_RIGHT_WRITE = 8,
    NEURON_RIGHT_MAP = 16,
    NEURON_RIGHT_IRQ = 32, /* MMIO: the device's interrupt sets the bit of the slot */
    NEURON_RIGHTS_ALL = 63
};

/* Slot 0 of every task is its console; init has its TASK and FACTORY capabilities in slots 1 and 2, and
 * an empty one for the device capabilities that it makes and hands on. */
enum neuron_well_known_slot {
    NEURON_SLOT_CONSOLE = 0,
    NEURON_SLOT_TASK = 1,
    NEURON_SLOT_FACTORY = 2,
    NEURON_SLOT_SCRATCH = 3
};

/* Bits of the notification word that the kernel itself sets; the generator allots the others. */
enum neuron_notification_bit {
    NEURON_BIT_LIFECYCLE = 0,  /* init: a task faulted, exited or became ready */
    NEURON_BIT_PEER_DIED = 1,  /* a server: a client died, see peers_changed */
    NEURON_BIT_FIRST_FREE = 2, /* 2..63 are allotted per task */
    NEURON_BITS = 64
};

enum neuron_task_state {
    NEURON_TASK_CREATED = 0, /* declared, never started since boot */
    NEURON_TASK_RUNNING = 1, /* started: runs, is ready, or waits */
    NEURON_TASK_FAULTED = 2, /* stopped by a fault */
    NEURON_TASK_STOPPED = 3, /* exited, or stopped by init */
    NEURON_TASK_GIVEN_UP = 4 /* will not run again */
};

/* task_inspect: what to ask, and what v0.. answer. */
enum neuron_inspect {
    NEURON_INSPECT_STATE = 0, /* state, ready (0 or 1), generation, exit code, level */
    NEURON_INSPECT_FAULT = 1, /* cause, pc, address, stack pointer, return address */
    NEURON_INSPECT_SLOT = 2,  /* of slot `index`: kind, rights, object, badge, notification bits */
    NEURON_INSPECT_PAGE = 3 /* of page `index` of its range: the live page-table entry, 0 if none */
};

/* Fault causes: the exception codes of scause (RISC-V privileged architecture, table 4.2), and ours. */
enum neuron_fault {
    NEURON_FAULT_FETCH_MISALIGNED = 0,
    NEURON_FAULT_FETCH_ACCESS = 1,
    NEURON_FAULT_ILLEGAL = 2,
    NEURON_FAULT_BREAKPOINT = 3,
    NEURON_FAULT_LOAD_MISALIGNED = 4,
    NEURON_FAULT_LOAD_ACCESS = 5,
    NEURON_FAULT_STORE_MISALIGNED = 6,
    NEURON_FAULT_STORE_ACCESS = 7,
    NEURON_FAULT_FETCH_PAGE = 12,
    NEURON_FAULT_LOAD_PAGE = 13,
    NEURON_FAULT_STORE_PAGE = 15,
    NEURON_FAULT_OVERRUN = 64 /* ran for its run_limit without blocking */
};

/* Exit status of the machine. 1, 124 and 137 are left to QEMU and to time-outs. */
enum neuron_power {
    NEURON_POWER_OK = 0,
    NEURON_POWER_INIT_DIED = 3,
    NEURON_POWER_BAD_TABLE = 4,
    NEURON_POWER_PANIC = 5
};

#endif
