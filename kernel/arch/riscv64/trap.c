/* Boot, traps, idling, panic: between the entry code and the core. */
#include <stddef.h>

#include "../../core/arch.h"
#include "../../core/console.h"
#include "../../core/kernel.h"
#include "../../core/payload.h"
#include "../../core/port.h"
#include "../../core/table.h"
#include "machine.h"
#include "offsets.h"

#define CAUSE_INTERRUPT (UINT64_C(1) << 63)
#define CAUSE_TIMER (CAUSE_INTERRUPT | 5)    /* supervisor timer interrupt */
#define CAUSE_EXTERNAL (CAUSE_INTERRUPT | 9) /* supervisor external interrupt */
#define SIE_TIMER (UINT64_C(1) << 5)
#define SIE_EXTERNAL (UINT64_C(1) << 9)

/* What entry.S takes for granted. */
_Static_assert(offsetof(struct task, context) == 0, "a task begins with its context");
_Static_assert(offsetof(struct context, x) == 0, "register r is saved at 8 r");
_Static_assert(offsetof(struct context, pc) == CONTEXT_PC, "pc");
_Static_assert(offsetof(struct context, space) == CONTEXT_SPACE, "space");
_Static_assert(offsetof(struct context, whole) == CONTEXT_WHOLE, "whole");
_Static_assert(offsetof(struct context, task) == CONTEXT_TASK, "task");
_Static_assert(sizeof(struct task) == 1 << TASK_SHIFT, "the size of a task");
_Static_assert(NEURON_SYS_null == 0 && NEURON_SYS_call == CAUSE_USER_CALL &&
                   NEURON_SYS_reply_recv == SYS_reply_recv && NEURON_SYS_notify == SYS_notify &&
                   NEURON_SYS_yield == SYS_yield,
               "calls with a fast path");
_Static_assert(NEURON_OK == 0 && NEURON_NOTIFIED == NOTIFIED, "results of fast paths");
_Static_assert(WHOLE_RESULTS == 0 && WHOLE_ALL == CONTEXT_ALL && WHOLE_NOTHING == CONTEXT_NOTHING,
               "what is in a context");
_Static_assert(NEURON_TAG(0, 1, 0) == 1 << TAG_WORDS_SHIFT, "words in a tag");
_Static_assert(NONE >= 0x80000000u, "no task has the highest bit");

/* The interrupts that wait, as bits like those of SIE. */
static u64 pending(void)
{
    u64 bits;

    __asm__ volatile("csrr %0, sip" : "=r"(bits));
    return bits;
}

void arch_idle(void)
{
    while (current == NONE) {
        if ((pending() & SIE_TIMER) != 0) {
            kernel_timer();
        } else if ((pending() & SIE_EXTERNAL) != 0) {
            kernel_interrupt();
        } else if (kernel_idle() && current == NONE) {
            __asm__ volatile("wfi");
        }
    }
}

void arch_trap(u64 cause, u64 value)
{
    if (cause == CAUSE_TIMER) {
        kernel_timer();
    } else if (cause == CAUSE_EXTERNAL) {
        kernel_interrupt();
    } else if (cause < CAUSE_INTERRUPT) {
        kernel_fault(cause, value);
    }
}

static void refuse_to_boot(const char *text, const struct console_number *numbers, u32 count)
{
    console_say(text, numbers, count);
    console_flush();
    arch_power_off(NEURON_POWER_BAD_TABLE);
}

#define RULE_NAME(name, text) [NEURON_RULE_##name] = "neuron: bad system table: " #name ": " text,
static const char *const rule_text[NEURON_RULES] = {NEURON_RULE_LIST(RULE_NAME)};
#undef RULE_NAME

struct task *arch_boot(u64 hart)
{
    const u64 *payload = (const u64 *)NEURON_PAYLOAD_BASE;
    const u64 *table = payload + NEURON_PAYLOAD_HEADER_WORDS;

    console_reset();
    if (!payload_header_ok(payload, NEURON_RAM_END_MAX - NEURON_PAYLOAD_BASE)) {
        refuse_to_boot("neuron: the image has no payload", NULL, 0);
    }
    if (!payload_checksum_ok(payload)) {
        refuse_to_boot("neuron: the payload's checksum does not match", NULL, 0);
    }
    struct table_verdict verdict = table_validate(table, payload[NEURON_PAYLOAD_TABLE_WORDS]);
    if (verdict.rule != NEURON_RULE_OK) {
        struct console_number row = {"row", verdict.row};
        refuse_to_boot(rule_text[verdict.rule], &row, 1);
    }
    if (payload_end(payload) != table[NEURON_TABLE_PAYLOAD_END]) {
        refuse_to_boot("neuron: table and payload do not agree on where the payload ends", NULL, 0);
    }
    kernel_map(table[NEURON_TABLE_PAYLOAD_END], table[NEURON_TABLE_RAM_END]);
    for (u64 w = 0; w < table[NEURON_TABLE_WINDOWS]; w++) {
        const u64 *row = table + table_sections(table).windows + w * NEURON_WINDOW_ROW_WORDS;
        if (!kernel_map_device(row[NEURON_WINDOW_BASE], row[NEURON_WINDOW_BYTES] / NEURON_PAGE)) {
            struct console_number base = {"at", row[NEURON_WINDOW_BASE]};
            refuse_to_boot("neuron: no room to map the device window", &base, 1);
        }
    }
    if (!plic_map(hart)) {
        refuse_to_boot("neuron: no room to map the interrupt controller", NULL, 0);
    }
    plic_reset();
    /* User mode may read time, cycle and instret. */
    __asm__ volatile("csrw scounteren, %0" : : "r"(7));
    __asm__ volatile("csrw sie, %0" : : "r"(SIE_TIMER | SIE_EXTERNAL));
    __asm__ volatile("sfence.vma" : : : "memory");
    kernel_boot(table);
    arch_idle();
    return &tasks[current];
}

void arch_panic(u64 cause, u64 value, u64 pc)
{
    struct console_number numbers[3] = {{"cause", cause}, {"pc", pc}, {"address", value}};

    /* Makes room: this line must not be dropped. */
    console_flush();
    console_say("neuron: panic:", numbers, 3);
    console_flush();
    arch_power_off(NEURON_POWER_PANIC);
}
