/* Numbers that entry.S shares with C; trap.c checks each of them. */
#ifndef ARCH_OFFSETS_H
#define ARCH_OFFSETS_H

/* In struct task, and its size as a power of two. */
#define CONTEXT_PC 256
#define CONTEXT_SPACE 264
#define CONTEXT_WHOLE 272
#define CONTEXT_TASK 280
#define TASK_SHIFT 9

/* Of what is in a context: enum whole. */
#define CONTEXT_ALL 1
#define CONTEXT_NOTHING 2

#define SYS_reply_recv 4
#define SYS_notify 5
#define SYS_yield 1
#define NOTIFIED 1
#define BLOCKED 2 /* port.h has it too, and the compiler compares */
#define TAG_WORDS_SHIFT 16

#define CAUSE_USER_CALL 8 /* and the number of `call` */
#define ECALL_BYTES 4     /* there is no short form */

#endif
