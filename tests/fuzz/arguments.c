/* Likely, unlikely and impossible arguments. */
#include "arguments.h"

#include <neuron/abi.h>
#include <neuron/registers.h>
#include <neuron/table.h>
#include <string.h>

#include "cmocka_all.h"
#include "machine.h"
#include "state.h"

#define ARGUMENTS 7u
#define HOSTILE 0xe0u /* from here on a pick is any 64-bit value */
#define TALL (UINT64_C(1) << 32)

enum meaning {
    A_NUMBER, /* also for names that are not known */
    A_SLOT,
    A_TASK,
    A_TAG,
    A_DEADLINE,
    A_TOKEN,
    A_BITS,
    A_MASK,
    A_ADDRESS,
    A_OFFSET,
    A_BASE,
    A_CLASS,
    A_RIGHTS,
    A_PROT,
    A_WHAT,
    A_INDEX,
    A_REGISTER,
    A_VALUE,
    A_QUEUE,
    A_SIZE
};

static const struct {
    const char *name;
    enum meaning meaning;
} known[] = {
    {"slot", A_SLOT},   {"from", A_SLOT},   {"destination", A_SLOT},  {"target", A_SLOT},
    {"task", A_TASK},   {"tag", A_TAG},     {"deadline", A_DEADLINE}, {"token", A_TOKEN},
    {"bits", A_BITS},   {"mask", A_MASK},   {"va", A_ADDRESS},        {"offset", A_OFFSET},
    {"base", A_BASE},   {"class", A_CLASS}, {"rights", A_RIGHTS},     {"prot", A_PROT},
    {"what", A_WHAT},   {"index", A_INDEX}, {"reg", A_REGISTER},      {"value", A_VALUE},
    {"queue", A_QUEUE}, {"size", A_SIZE},
};

struct call {
    const char *name;
    const char *inputs; /* as text: "NEURON_IN(slot, tag)" */
    u32 count;
    enum meaning meaning[ARGUMENTS];
};

#define NEURON_SYSCALL(number, name, in, out) [number] = {#name, #in, 0, {A_NUMBER}},
static struct call calls[] = {
#include <neuron/syscalls.def>
};
#undef NEURON_SYSCALL
#define CALLS ((u32)(sizeof(calls) / sizeof(calls[0])))

u32 calls_in_all(void)
{
    return CALLS;
}

const char *call_name(u32 number)
{
    return calls[number].name;
}

static enum meaning meaning_of(const char *name, size_t length)
{
    for (u32 k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
        if (strlen(known[k].name) == length && memcmp(known[k].name, name, length) == 0) {
            return known[k].meaning;
        }
    }
    return A_NUMBER;
}

void arguments_prepare(void)
{
    for (u32 c = 0; c < CALLS; c++) {
        const char *name = strchr(calls[c].inputs, '(');
        assert_non_null(name);
        for (name++; *name != ')' && calls[c].count < ARGUMENTS; name += strspn(name, ", ")) {
            size_t length = strcspn(name, ",)");
            calls[c].meaning[calls[c].count++] = meaning_of(name, length);
            name += length;
        }
    }
}

/* Values at edges, and what the fuzzer makes of 64 bits. */
static u64 hostile(u8 pick, u64 raw)
{
    static const u64 edges[] = {UINT64_MAX,
                                UINT64_MAX - 1,
                                UINT64_MAX - NEURON_PAGE + 1,
                                UINT64_C(1) << 63,
                                (UINT64_C(1) << 63) - 1,
                                TALL,
                                TALL - 1,
                                TALL + 1,
                                NEURON_RAM_BASE,
                                NEURON_KERNEL_BASE,
                                NEURON_USER_BASE,
                                NEURON_USER_BASE - NEURON_PAGE,
                                NEURON_USER_SPAN,
                                NEURON_LINE_BYTES,
                                NEURON_LINE_BYTES + 1,
                                0};
    u32 which = pick - HOSTILE;

    return which < sizeof(edges) / sizeof(edges[0]) ? edges[which] : raw + which - 16;
}

/* The n-th slot of the current task that holds this kind; with NONE, that is empty. */
static u64 slot_of_kind(u32 kind, u32 n)
{
    u32 last = 0;

    for (u32 s = 0; s < tasks[current].slots; s++) {
        if (slots[tasks[current].first_slot + s].kind == kind) {
            last = s;
            if (n-- == 0) {
                break;
            }
        }
    }
    return last;
}

u64 argument_slot(u8 pick)
{
    if (pick < 64) {
        return pick;
    }
    if (pick < 160) { /* four of each kind, for up to 24 kinds */
        return slot_of_kind((pick - 64u) / 4, pick % 4);
    }
    return pick < 192 ? tasks[current].slots + pick % 2 : TALL + pick % 32;
}

static u64 task(u8 pick)
{
    return pick < 128 ? pick % (task_count + 1) : pick < 160 ? init_task : TALL + pick % task_count;
}

static u64 tag(u8 pick)
{
    static const u64 sizes[] = {0, 1, 7, 8, 9, 200, NEURON_MESSAGE_BYTES, NEURON_MESSAGE_BYTES + 1};

    return NEURON_TAG(pick, pick % 6, sizes[pick / 6 % 8]);
}

static u64 deadline(u8 pick)
{
    if (pick < 16) {
        return pick % 2 == 0 ? NEURON_FOREVER : NEURON_POLL;
    }
    return pick < 128 ? machine.now + pick - 16u : machine.now + (pick - 127u) * NEURON_QUANTUM / 4;
}

static u32 some_task(u32 pick)
{
    return task_count == 0 ? 0 : pick % task_count;
}

/* The token of a task's call, or of a call that the current task serves. */
static u64 token(u8 pick)
{
    if (pick < 128) {
        for (u32 t = 0; t < task_count; t++) {
            u32 i = some_task(t + pick);
            if (wait_reason(tasks[i].wait) == WAIT_SERVED && wait_calls(tasks[i].wait, current)) {
                return tasks[i].token;
            }
        }
    }
    return tasks[some_task(pick)].token + (pick >= 192 ? 64 : 0);
}

/* Bits that the slot in the first argument may set, some or all of them. */
static u64 bits(u8 pick, u64 first)
{
    u64 granted = UINT64_MAX;

    if (pick % 2 == 0 && first < tasks[current].slots) {
        granted = slots[tasks[current].first_slot + first].bits;
    }
    return pick < 64 ? granted : granted & (UINT64_C(0x0101010101010101) * pick);
}

static u64 mask(u8 pick)
{
    return pick == 0 ? 0 : pick < 64 ? UINT64_MAX : UINT64_C(0x0101010101010101) * pick;
}

static u64 address(u8 pick)
{
    u32 who = pick < 192 ? current : some_task(pick);
    u64 arena = NEURON_USER_BASE + who * (u64)NEURON_USER_SPAN + NEURON_ARENA_OFFSET;

    if (pick >= 96 && pick < 192) { /* around the end */
        arena += (u64)tasks[who].arena_pages * NEURON_PAGE;
        return arena + (pick % 4) * (u64)NEURON_PAGE - (pick >= 128 ? 2u : 1u) * NEURON_PAGE;
    }
    return arena + pick % 8 * NEURON_PAGE + (pick >= 64 && pick < 96 ? 8 : 0) -
           (pick % 32 == 31 ? 8 * NEURON_PAGE : 0);
}

static u64 base(u8 pick)
{
    if (window_count == 0) {
        return FAKE_VIRTIO_BASE;
    }
    return windows[pick % window_count].base + (pick >= 192 ? NEURON_PAGE : pick >= 160 ? 8 : 0);
}

/* What is in the window at this base, mostly. */
static u64 class(u8 pick, u64 window_base)
{
    for (u32 w = 0; w < window_count; w++) {
        if (windows[w].base != window_base || pick >= 128) {
            continue;
        }
        if (windows[w].transport == NEURON_TRANSPORT_FIXED) {
            return windows[w].class;
        }
        return machine.virtio_class[(window_base - FAKE_VIRTIO_BASE) / NEURON_PAGE];
    }
    return pick % 8 + (pick % 16 >= 8 ? NEURON_CLASS_RTC : 0);
}

/* One that a driver uses, mostly. */
static u64 device_register(u8 pick)
{
    static const u64 usual[] = {
        VIRTIO_MMIO_STATUS,     VIRTIO_MMIO_DRIVER_FEATURES, VIRTIO_MMIO_DRIVER_FEATURES_SEL,
        VIRTIO_MMIO_QUEUE_SEL,  VIRTIO_MMIO_QUEUE_NOTIFY,    VIRTIO_MMIO_DEVICE_FEATURES_SEL,
        GOLDFISH_RTC_ALARM_LOW, GOLDFISH_RTC_IRQ_ENABLED};

    return pick < 128 ? usual[pick % 8] : (pick - UINT64_C(128)) * (pick % 2 == 0 ? 4 : 1);
}

/* Small ones, and 32 bits of what the fuzzer makes of 64, or one bit more. */
static u64 device_value(u8 pick, u64 raw)
{
    return pick < 128 ? pick % 32 : pick < 192 ? raw % TALL : pick < 208 ? TALL - 1 : TALL;
}

static u64 argument(enum meaning meaning, u8 pick, u64 raw, const u64 in[7])
{
    switch (meaning) {
    case A_SLOT:
        return argument_slot(pick);
    case A_TASK:
        return task(pick);
    case A_TAG:
        return tag(pick);
    case A_DEADLINE:
        return deadline(pick);
    case A_TOKEN:
        return token(pick);
    case A_BITS:
        return bits(pick, in[0]);
    case A_MASK:
        return mask(pick);
    case A_ADDRESS:
        return address(pick);
    case A_OFFSET:
        return pick % 8 * NEURON_PAGE + (pick >= 128 ? 8 : 0);
    case A_BASE:
        return base(pick);
    case A_CLASS:
        return class(pick, in[1]);
    case A_RIGHTS:
        return pick % (NEURON_RIGHTS_ALL + 1);
    case A_PROT:
        return pick % 9;
    case A_WHAT:
        return pick % 6;
    case A_INDEX: /* of pages, some lie behind the task's tables */
        return pick < 160 ? pick : (pick - 159u) * NEURON_PT_ENTRIES;
    case A_REGISTER:
        return device_register(pick);
    case A_VALUE:
        return device_value(pick, raw);
    case A_QUEUE:
        return pick % (NEURON_WINDOW_QUEUES + 1);
    case A_SIZE:
        return pick < 128 ? UINT64_C(1) << pick % 8 : pick;
    case A_NUMBER:
    default:
        return pick;
    }
}

int call_takes_slot(u64 number)
{
    return number < CALLS && calls[number].count > 0 && calls[number].meaning[0] == A_SLOT;
}

void arguments_of(u64 number, const struct record *record, u64 in[7])
{
    for (u32 i = 0; i < ARGUMENTS; i++) {
        enum meaning meaning = number < CALLS ? calls[number].meaning[i] : A_NUMBER;
        in[i] = record->pick[i] >= HOSTILE ? hostile(record->pick[i], record->raw)
                                           : argument(meaning, record->pick[i], record->raw, in);
    }
}
