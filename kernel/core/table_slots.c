/* The check of the table's slots and device windows. */
#include "table_facts.h"

/* The devices of the kernel: test device, CLINT, PLIC, UART. [base, end) */
#define KERNEL_DEVICES 4
static const u64 kernel_device[KERNEL_DEVICES][2] = {
    {0x100000, 0x101000},
    {0x2000000, 0x2010000},
    {0xc000000, 0x10000000},
    {0x10000000, 0x10001000},
};
#define KERNEL_UART_IRQ 10

/* Bits of `task` that nobody else sets, and not the kernel's: OK, and they are taken. */
static struct table_verdict take_bits(struct facts *f, u64 row, u64 task)
{
    u64 bits = slot_word(f, row, NEURON_SLOT_BITS);
    u64 kernel_bits = (UINT64_C(1) << NEURON_BIT_FIRST_FREE) - 1;

    if (bits == 0 || (bits & kernel_bits) != 0 || (bits & f->used_bits[task]) != 0) {
        return breaks(NEURON_RULE_SLOT_BITS, row);
    }
    f->used_bits[task] = f->used_bits[task] | bits;
    return ACCEPTED;
}

static struct table_verdict check_port(struct facts *f, u64 row, u64 holder)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 server = slot_word(f, row, NEURON_SLOT_OBJECT);
    u64 badge = slot_word(f, row, NEURON_SLOT_BADGE);
    u64 bits = slot_word(f, row, NEURON_SLOT_BITS);

    if (rights == 0 || (rights & (NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY)) != rights) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (server >= f->tasks || server == holder) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    if (rights % 2 == NEURON_RIGHT_CALL) {
        if (task_word(f, server, NEURON_TASK_LEVEL) <= task_word(f, holder, NEURON_TASK_LEVEL)) {
            return breaks(NEURON_RULE_SLOT_LEVEL, row);
        }
        if (badge <= f->last_badge[server]) {
            return breaks(NEURON_RULE_SLOT_BADGE, row);
        }
        f->last_badge[server] = badge;
    } else if (badge != 0) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if ((rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY) {
        return take_bits(f, row, server);
    }
    return bits == 0 ? ACCEPTED : breaks(NEURON_RULE_SLOT_UNUSED, row);
}

/* The interrupt of a device sets exactly one bit of its holder. */
static struct table_verdict check_irq(struct facts *f, u64 row, u64 holder)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 bits = slot_word(f, row, NEURON_SLOT_BITS);

    if ((rights & NEURON_RIGHT_IRQ) != NEURON_RIGHT_IRQ) {
        return bits == 0 ? ACCEPTED : breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if ((bits & (bits - 1)) != 0) {
        return breaks(NEURON_RULE_SLOT_BITS, row);
    }
    return take_bits(f, row, holder);
}

/* A ceiling for device windows: it begins with one declared window and ends with another, or the same,
 * so that nothing outside the bus lies in it. */
static struct table_verdict check_device_ceiling(struct facts *f, u64 row, u64 holder)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 all = NEURON_RIGHT_READ | NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ;
    u64 base = slot_word(f, row, NEURON_SLOT_BASE);
    u64 bytes = slot_word(f, row, NEURON_SLOT_BYTES);

    if ((rights & all) != rights || (rights & NEURON_RIGHT_MAP) != NEURON_RIGHT_MAP) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (slot_word(f, row, NEURON_SLOT_OBJECT) == 0) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    int begins = 0;
    int ends = 0;
    for (u64 w = 0; w < f->windows; w++) {
        u64 window = window_word(f, w, NEURON_WINDOW_BASE);
        if (window == base) {
            begins = 1;
        }
        if (window >= base && window - base + window_word(f, w, NEURON_WINDOW_BYTES) == bytes) {
            ends = 1;
        }
    }
    if (!begins || !ends) {
        return breaks(NEURON_RULE_SLOT_BOUNDS, row);
    }
    return check_irq(f, row, holder);
}

/* Memory that the holder owns, and that the table marks for its devices. */
static struct table_verdict check_dma(const struct facts *f, u64 row, u64 holder)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 memory = slot_word(f, row, NEURON_SLOT_OBJECT);

    if (rights == 0 || (rights & (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE)) != rights) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (memory >= f->memories || memory_word(f, memory, NEURON_MEMORY_OWNER) != holder ||
        (memory_word(f, memory, NEURON_MEMORY_FLAGS) & NEURON_MEMORY_DMA) != NEURON_MEMORY_DMA) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    if (slot_word(f, row, NEURON_SLOT_BADGE) != 0 || slot_word(f, row, NEURON_SLOT_BITS) != 0) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    return ACCEPTED;
}

static struct table_verdict check_slot(struct facts *f, u64 row, u64 holder)
{
    u64 kind = slot_word(f, row, NEURON_SLOT_KIND);
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 object = slot_word(f, row, NEURON_SLOT_OBJECT);
    int bounded =
        slot_word(f, row, NEURON_SLOT_BASE) != 0 || slot_word(f, row, NEURON_SLOT_BYTES) != 0;
    int badged =
        slot_word(f, row, NEURON_SLOT_BADGE) != 0 || slot_word(f, row, NEURON_SLOT_BITS) != 0;

    if (slot_word(f, row, NEURON_SLOT_OWNER) != holder ||
        slot_word(f, row, NEURON_SLOT_RUNTIME) > 1) {
        return breaks(NEURON_RULE_SLOT_OWNER, row);
    }
    if (slot_word(f, row, NEURON_SLOT_RUNTIME) == 1) {
        if (kind != NEURON_CAP_MMIO) {
            return breaks(NEURON_RULE_SLOT_KIND, row);
        }
        return slot_word(f, row, NEURON_SLOT_BADGE) != 0 ? breaks(NEURON_RULE_SLOT_UNUSED, row)
                                                         : check_device_ceiling(f, row, holder);
    }
    if (bounded) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if (kind == NEURON_CAP_PORT) {
        return check_port(f, row, holder);
    }
    if (kind == NEURON_CAP_DMA) {
        return check_dma(f, row, holder);
    }
    if (kind == NEURON_CAP_REGION) {
        if (object >= f->memories) {
            return breaks(NEURON_RULE_SLOT_OBJECT, row);
        }
        return badged || rights != NEURON_RIGHT_READ ? breaks(NEURON_RULE_SLOT_UNUSED, row)
                                                     : ACCEPTED;
    }
    if (kind != NEURON_CAP_NONE && kind != NEURON_CAP_CONSOLE && kind != NEURON_CAP_POWER &&
        kind != NEURON_CAP_FACTORY && kind != NEURON_CAP_TASK) {
        return breaks(NEURON_RULE_SLOT_KIND, row);
    }
    if (rights != 0 || object != 0 || badged) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if ((kind == NEURON_CAP_FACTORY || kind == NEURON_CAP_TASK) && holder != f->init) {
        return breaks(NEURON_RULE_SLOT_AUTHORITY, row);
    }
    return ACCEPTED;
}

struct table_verdict table_check_slots(struct facts *f)
{
    u64 row = 0;

    for (u64 t = 0; t < f->tasks; t++) {
        u64 end = row + task_word(f, t, NEURON_TASK_SLOTS);
        u64 devices = 0;
        for (; row < end; row++) {
            struct table_verdict verdict = check_slot(f, row, t);
            if (verdict.rule != NEURON_RULE_OK) {
                return verdict;
            }
            devices = devices + slot_word(f, row, NEURON_SLOT_RUNTIME);
            if (devices > NEURON_TASK_DEVICES_MAX) {
                return breaks(NEURON_RULE_SLOT_DEVICES, row);
            }
        }
    }
    return ACCEPTED;
}

static int window_place_ok(u64 base, u64 bytes)
{
    if (base % NEURON_PAGE != 0 || bytes % NEURON_PAGE != 0 || bytes == 0 ||
        bytes > NEURON_WINDOW_PAGES_MAX * NEURON_PAGE || base >= NEURON_RAM_BASE ||
        bytes > NEURON_RAM_BASE - base) {
        return 0;
    }
    for (u32 k = 0; k < KERNEL_DEVICES; k++) {
        if (base < kernel_device[k][1] && base + bytes > kernel_device[k][0]) {
            return 0;
        }
    }
    return 1;
}

struct table_verdict table_check_windows(const struct facts *f)
{
    u64 end = 0;
    u64 irqs[NEURON_IRQS_MAX / 64] = {0};

    for (u64 w = 0; w < f->windows; w++) {
        u64 base = window_word(f, w, NEURON_WINDOW_BASE);
        u64 bytes = window_word(f, w, NEURON_WINDOW_BYTES);
        u64 irq = window_word(f, w, NEURON_WINDOW_IRQ);
        u64 transport = window_word(f, w, NEURON_WINDOW_TRANSPORT);
        u64 class = window_word(f, w, NEURON_WINDOW_CLASS);

        if (!window_place_ok(base, bytes)) {
            return breaks(NEURON_RULE_WINDOW_PLACE, w);
        }
        if (base < end) {
            return breaks(NEURON_RULE_WINDOW_ORDER, w);
        }
        end = base + bytes;
        if (irq >= NEURON_IRQS_MAX || irq == KERNEL_UART_IRQ ||
            (irq != 0 && ((irqs[irq / 64] >> (irq % 64)) & 1) == 1)) {
            return breaks(NEURON_RULE_WINDOW_IRQ, w);
        }
        irqs[irq / 64] = irqs[irq / 64] | (UINT64_C(1) << (irq % 64));
        if (!(transport == NEURON_TRANSPORT_VIRTIO_MMIO && class == 0) &&
            !(transport == NEURON_TRANSPORT_FIXED && class != 0)) {
            return breaks(NEURON_RULE_WINDOW_CLASS, w);
        }
    }
    return ACCEPTED;
}
