/* The check of the table's slots and device windows. */
#include "../proof/axioms.h"
#include "table_facts.h"

#define KERNEL_UART_IRQ 10

/* Bits that nobody else sets (`used` are those of others), and not the kernel's. */
/*@ requires facts_wf(f) && row < f->slots;
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==>
              slot_bits(f->words, row) != 0 &&
              slot_bits(f->words, row) % (1 << NEURON_BIT_FIRST_FREE) == 0 &&
              bits_apart(slot_bits(f->words, row), used); */
static struct table_verdict check_bits(const struct facts *f, u64 row, u64 used)
{
    u64 bits = slot_word(f, row, NEURON_SLOT_BITS);

    if (bits == 0 || bits % (1 << NEURON_BIT_FIRST_FREE) != 0 || (bits & used) != 0) {
        return breaks(NEURON_RULE_SLOT_BITS, row);
    }
    return ACCEPTED;
}

/* A connection; `last_badge` is the last one that its server knows, `used` are the bits of others there. */
/*@ requires facts_wf(f) && row < f->slots && is_kind(f->words, row, NEURON_CAP_PORT);
    requires slot_owner(f->words, row) == holder < f->tasks;
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==>
              rule_slot_rights(f->words, row) && rule_slot_object(f->words, row) &&
              rule_slot_level(f->words, row) && rule_slot_badge(f->words, row) &&
              rule_slot_bits(f->words, row);
    ensures own: \result.rule == NEURON_RULE_OK ==>
              (slot_badge(f->words, row) != 0 ==> slot_badge(f->words, row) > last_badge) &&
              bits_apart(slot_bits(f->words, row), used); */
static struct table_verdict check_port(const struct facts *f, u64 row, u64 holder, u64 last_badge,
                                       u64 used)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 server = slot_word(f, row, NEURON_SLOT_OBJECT);
    u64 badge = slot_word(f, row, NEURON_SLOT_BADGE);

    if (rights == 0 || rights > NEURON_RIGHT_CALL + NEURON_RIGHT_NOTIFY) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (server >= f->tasks || server == holder) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    if (rights % 2 == NEURON_RIGHT_CALL) {
        if (task_word(f, server, NEURON_TASK_LEVEL) <= task_word(f, holder, NEURON_TASK_LEVEL)) {
            return breaks(NEURON_RULE_SLOT_LEVEL, row);
        }
        if (badge <= last_badge) {
            return breaks(NEURON_RULE_SLOT_BADGE, row);
        }
    } else if (badge != 0) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if ((rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY) {
        return check_bits(f, row, used);
    }
    return slot_word(f, row, NEURON_SLOT_BITS) == 0 ? ACCEPTED
                                                    : breaks(NEURON_RULE_SLOT_UNUSED, row);
}

/*@ assigns \nothing;
    ensures \result != 0 ==> is_one_bit(bits); */
static int one_bit(u64 bits)
{
    if (bits == 0) {
        return 0;
    }
    u64 less = bits - 1;
    //@ assert less == bits - 1;
    return (bits & less) == 0;
}

/* The interrupt of a device sets exactly one bit of its holder. */
/*@ requires facts_wf(f) && row < f->slots && is_ceiling(f->words, row);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> rule_slot_bits(f->words, row);
    ensures own: \result.rule == NEURON_RULE_OK ==> bits_apart(slot_bits(f->words, row), used); */
static struct table_verdict check_irq(const struct facts *f, u64 row, u64 used)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 bits = slot_word(f, row, NEURON_SLOT_BITS);

    if ((rights & NEURON_RIGHT_IRQ) != NEURON_RIGHT_IRQ) {
        //@ assert none: !may_interrupt(f->words, row);
        return bits == 0 ? ACCEPTED : breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    //@ assert some: may_interrupt(f->words, row);
    if (!one_bit(bits)) {
        return breaks(NEURON_RULE_SLOT_BITS, row);
    }
    return check_bits(f, row, used);
}

/* Whether [base, base + bytes) begins with one declared window and ends with another, or the same, so that
 * nothing outside the bus lies in it. */
/*@ requires facts_wf(f) && windows_wf(f->words) && row < f->slots;
    assigns \nothing;
    ensures sound: \result != 0 ==> rule_slot_bounds(f->words, row); */
static int bounds_ok(const struct facts *f, u64 row)
{
    u64 base = slot_word(f, row, NEURON_SLOT_BASE);
    u64 bytes = slot_word(f, row, NEURON_SLOT_BYTES);
    int begins = 0;
    int ends = 0;

    /*@ loop invariant 0 <= w <= f->windows;
        loop invariant begins: begins != 0 ==>
                         \exists integer i; 0 <= i < w && window_base(f->words, i) == base;
        loop invariant ends: ends != 0 ==>
                         \exists integer i; 0 <= i < w && base <= window_base(f->words, i) &&
                           window_end(f->words, i) == base + bytes;
        loop assigns w, begins, ends;
        loop variant f->windows - w; */
    for (u64 w = 0; w < f->windows; w++) {
        u64 window = window_word(f, w, NEURON_WINDOW_BASE);
        if (window == base) {
            begins = 1;
        }
        if (window >= base && window - base + window_word(f, w, NEURON_WINDOW_BYTES) == bytes) {
            ends = 1;
        }
    }
    return begins && ends;
}

/* A ceiling for device windows. */
/*@ requires facts_wf(f) && windows_wf(f->words) && row < f->slots && is_ceiling(f->words, row);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==>
              rule_slot_rights(f->words, row) && rule_slot_object(f->words, row) &&
              rule_slot_bits(f->words, row) && rule_slot_bounds(f->words, row);
    ensures own: \result.rule == NEURON_RULE_OK ==> bits_apart(slot_bits(f->words, row), used); */
static struct table_verdict check_device_ceiling(const struct facts *f, u64 row, u64 used)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);

    if (rights % NEURON_RIGHT_READ != 0 || rights > NEURON_RIGHTS_ALL ||
        (rights & NEURON_RIGHT_MAP) != NEURON_RIGHT_MAP) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (slot_word(f, row, NEURON_SLOT_OBJECT) == 0) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    if (!bounds_ok(f, row)) {
        return breaks(NEURON_RULE_SLOT_BOUNDS, row);
    }
    return check_irq(f, row, used);
}

/* Memory that the holder owns, and that the table marks for its devices. */
/*@ requires facts_wf(f) && memories_wf(f->words) && row < f->slots;
    requires is_kind(f->words, row, NEURON_CAP_DMA) && slot_owner(f->words, row) == holder;
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==>
              rule_slot_rights(f->words, row) && rule_slot_object(f->words, row) &&
              slot_badge(f->words, row) == 0 && slot_bits(f->words, row) == 0; */
static struct table_verdict check_dma(const struct facts *f, u64 row, u64 holder)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 memory = slot_word(f, row, NEURON_SLOT_OBJECT);

    if (rights == 0 || rights % NEURON_RIGHT_READ != 0 ||
        rights > NEURON_RIGHT_READ + NEURON_RIGHT_WRITE) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (memory >= f->memories || memory_word(f, memory, NEURON_MEMORY_OWNER) != holder ||
        (memory_word(f, memory, NEURON_MEMORY_FLAGS) & NEURON_MEMORY_DMA) != NEURON_MEMORY_DMA) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    //@ assert memory_wf(f->words, memory);
    if (slot_word(f, row, NEURON_SLOT_BADGE) != 0 || slot_word(f, row, NEURON_SLOT_BITS) != 0) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    return ACCEPTED;
}

/* What is held from boot on, other than connections and memory for devices. */
/*@ requires facts_wf(f) && row < f->slots && slot_at(f->words, row, NEURON_SLOT_RUNTIME) == 0;
    requires slot_owner(f->words, row) == holder;
    requires slot_kind(f->words, row) != NEURON_CAP_PORT && slot_kind(f->words, row) != NEURON_CAP_DMA;
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==>
              rule_slot_kind(f->words, row) && rule_slot_rights(f->words, row) &&
              rule_slot_object(f->words, row) && rule_slot_authority(f->words, row) &&
              slot_badge(f->words, row) == 0 && slot_bits(f->words, row) == 0; */
static struct table_verdict check_plain(const struct facts *f, u64 row, u64 holder)
{
    u64 kind = slot_word(f, row, NEURON_SLOT_KIND);
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 object = slot_word(f, row, NEURON_SLOT_OBJECT);
    int badged =
        slot_word(f, row, NEURON_SLOT_BADGE) != 0 || slot_word(f, row, NEURON_SLOT_BITS) != 0;

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

/* A slot; `last_badge` and `used` are what earlier ones took of its target. */
/*@ requires facts_wf(f) && memories_wf(f->words) && windows_wf(f->words) && row < f->slots;
    requires holder < f->tasks;
    requires slots_before(f->words, holder) <= row < slots_before(f->words, holder + 1);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> slot_alone_wf(f->words, row);
    ensures owner: \result.rule == NEURON_RULE_OK ==> slot_owner(f->words, row) == holder;
    ensures own: \result.rule == NEURON_RULE_OK ==>
              (slot_badge(f->words, row) != 0 ==> slot_badge(f->words, row) > last_badge) &&
              bits_apart(slot_bits(f->words, row), used); */
static struct table_verdict check_slot(const struct facts *f, u64 row, u64 holder, u64 last_badge,
                                       u64 used)
{
    u64 kind = slot_word(f, row, NEURON_SLOT_KIND);

    if (slot_word(f, row, NEURON_SLOT_OWNER) != holder ||
        slot_word(f, row, NEURON_SLOT_RUNTIME) > 1) {
        return breaks(NEURON_RULE_SLOT_OWNER, row);
    }
    if (slot_word(f, row, NEURON_SLOT_RUNTIME) == 1) {
        if (kind != NEURON_CAP_MMIO) {
            return breaks(NEURON_RULE_SLOT_KIND, row);
        }
        return slot_word(f, row, NEURON_SLOT_BADGE) != 0 ? breaks(NEURON_RULE_SLOT_UNUSED, row)
                                                         : check_device_ceiling(f, row, used);
    }
    if (slot_word(f, row, NEURON_SLOT_BASE) != 0 || slot_word(f, row, NEURON_SLOT_BYTES) != 0) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if (kind == NEURON_CAP_PORT) {
        return check_port(f, row, holder, last_badge, used);
    }
    if (kind == NEURON_CAP_DMA) {
        return check_dma(f, row, holder);
    }
    return check_plain(f, row, holder);
}

/* The task whose badges and bits a slot of the holder may take. */
/*@ requires facts_wf(f) && row < f->slots && holder < f->tasks;
    assigns \nothing;
    ensures \result < f->tasks;
    ensures slot_alone_wf(f->words, row) && slot_owner(f->words, row) == holder ==>
              \result == slot_target(f->words, row); */
static u64 target_of(const struct facts *f, u64 row, u64 holder)
{
    u64 object = slot_word(f, row, NEURON_SLOT_OBJECT);
    return slot_word(f, row, NEURON_SLOT_KIND) == NEURON_CAP_PORT && object < f->tasks ? object
                                                                                       : holder;
}

/*@ assigns \nothing;
    ensures \result == bits_joined(set, more); */
static u64 joined(u64 more, u64 set)
{
    return more | set;
}

struct table_verdict table_check_slots(const struct facts *f)
{
    u64 row = 0;
    u64 last_badge[NEURON_TASKS_MAX] = {0}; /* of the connections to this server seen so far */
    u64 used_bits[NEURON_TASKS_MAX] = {0};  /* notification bits of this task already given out */

    /*@ loop invariant 0 <= t <= f->tasks && row == slots_before(f->words, t) <= f->slots;
        loop invariant rows: \forall integer i; 0 <= i < row ==> slot_wf(f->words, i);
        loop invariant badges: \forall integer i; 0 <= i < row && may_call(f->words, i) ==>
                         slot_badge(f->words, i) <= last_badge[slot_target(f->words, i)];
        loop invariant bits: \forall integer i; 0 <= i < row ==>
                         bits_within(slot_bits(f->words, i), used_bits[slot_target(f->words, i)]);
        loop invariant devices: \forall integer k; 0 <= k < t ==> rule_slot_devices(f->words, k);
        loop assigns t, row, last_badge[0 .. NEURON_TASKS_MAX - 1],
                     used_bits[0 .. NEURON_TASKS_MAX - 1];
        loop variant f->tasks - t; */
    for (u64 t = 0; t < f->tasks; t++) {
        u64 end = row + task_word(f, t, NEURON_TASK_SLOTS);
        u64 devices = 0;
        //@ assert task_wf(f->words, t);
        //@ assert end == slots_before(f->words, t + 1) <= f->slots;
        /*@ loop invariant slots_before(f->words, t) <= row <= end;
            loop invariant count: devices == ceilings_before(f->words, row) -
                           ceilings_before(f->words, slots_before(f->words, t));
            loop invariant limit: devices <= NEURON_TASK_DEVICES_MAX;
            loop invariant rows: \forall integer i; 0 <= i < row ==> slot_wf(f->words, i);
            loop invariant badges: \forall integer i; 0 <= i < row && may_call(f->words, i) ==>
                           slot_badge(f->words, i) <= last_badge[slot_target(f->words, i)];
            loop invariant bits: \forall integer i; 0 <= i < row ==>
                           bits_within(slot_bits(f->words, i), used_bits[slot_target(f->words, i)]);
            loop assigns row, devices, last_badge[0 .. NEURON_TASKS_MAX - 1],
                         used_bits[0 .. NEURON_TASKS_MAX - 1];
            loop variant end - row; */
        for (; row < end; row++) {
            u64 target = target_of(f, row, t);
            u64 used = used_bits[target];
            struct table_verdict verdict = check_slot(f, row, t, last_badge[target], used);
            if (verdict.rule != NEURON_RULE_OK) {
                return verdict;
            }
            //@ assert target: target == slot_target(f->words, row);
            //@ assert own_badge: rule_slot_own_badge(f->words, row);
            /*@ assert words: \forall integer i; 0 <= i < row ==>
                       0 <= slot_bits(f->words, i) <= UINT64_MAX; */
            /*@ assert others: \forall integer i; 0 <= i < row && slot_target(f->words, i) == target ==>
                       bits_within(slot_bits(f->words, i), used); */
            //@ assert own_bits: rule_slot_own_bits(f->words, row);
            //@ assert whole: slot_wf(f->words, row);
            devices = devices + slot_word(f, row, NEURON_SLOT_RUNTIME);
            if (devices > NEURON_TASK_DEVICES_MAX) {
                return breaks(NEURON_RULE_SLOT_DEVICES, row);
            }
            if (slot_word(f, row, NEURON_SLOT_BADGE) != 0) {
                last_badge[target] = slot_word(f, row, NEURON_SLOT_BADGE);
            }
            used_bits[target] = joined(slot_word(f, row, NEURON_SLOT_BITS), used);
            //@ assert mine: bits_within(slot_bits(f->words, row), used_bits[target]);
            /*@ assert kept: \forall integer i; 0 <= i < row && slot_target(f->words, i) == target ==>
                       bits_within(slot_bits(f->words, i), used_bits[target]); */
        }
        //@ assert devices: rule_slot_devices(f->words, t);
    }
    return ACCEPTED;
}

/* Whether [base, end) and [other, other_end) have nothing in common. */
/*@ assigns \nothing;
    ensures \result != 0 <==> apart(base, end, other, other_end); */
static int lies_apart(u64 base, u64 end, u64 other, u64 other_end)
{
    return end <= other || other_end <= base;
}

/* A window lies outside RAM and outside the devices of the kernel: test device, CLINT, PLIC, UART. */
/*@ requires facts_wf(f) && w < f->windows;
    assigns \nothing;
    ensures sound: \result != 0 ==> rule_window_place(f->words, w); */
static int window_place_ok(const struct facts *f, u64 w)
{
    u64 base = window_word(f, w, NEURON_WINDOW_BASE);
    u64 bytes = window_word(f, w, NEURON_WINDOW_BYTES);

    if (base % NEURON_PAGE != 0 || bytes % NEURON_PAGE != 0 || bytes == 0 ||
        bytes > NEURON_WINDOW_PAGES_MAX * NEURON_PAGE || base >= NEURON_RAM_BASE ||
        bytes > NEURON_RAM_BASE - base) {
        return 0;
    }
    return lies_apart(base, base + bytes, 0x100000, 0x101000) &&
           lies_apart(base, base + bytes, 0x2000000, 0x2010000) &&
           lies_apart(base, base + bytes, 0xc000000, 0x10000000) &&
           lies_apart(base, base + bytes, 0x10000000, 0x10001000);
}

struct table_verdict table_check_windows(const struct facts *f)
{
    u64 floor = 0;                      /* end of the window before this one */
    u8 irq_seen[NEURON_IRQS_MAX] = {0}; /* interrupts of the windows so far */

    /*@ loop invariant 0 <= w <= f->windows;
        loop invariant rows: \forall integer i; 0 <= i < w ==> window_wf(f->words, i);
        loop invariant below: \forall integer i; 0 <= i < w ==> window_end(f->words, i) <= floor;
        loop invariant seen: \forall integer i; 0 <= i < w ==>
                         irq_seen[window_irq(f->words, i)] == 1;
        loop assigns w, floor, irq_seen[0 .. NEURON_IRQS_MAX - 1];
        loop variant f->windows - w; */
    for (u64 w = 0; w < f->windows; w++) {
        u64 base = window_word(f, w, NEURON_WINDOW_BASE);
        u64 irq = window_word(f, w, NEURON_WINDOW_IRQ);
        u64 transport = window_word(f, w, NEURON_WINDOW_TRANSPORT);
        u64 class = window_word(f, w, NEURON_WINDOW_CLASS);

        if (!window_place_ok(f, w)) {
            return breaks(NEURON_RULE_WINDOW_PLACE, w);
        }
        if (base < floor) {
            return breaks(NEURON_RULE_WINDOW_ORDER, w);
        }
        //@ assert order: rule_window_order(f->words, w);
        if (irq >= NEURON_IRQS_MAX || irq == KERNEL_UART_IRQ || (irq != 0 && irq_seen[irq] == 1)) {
            return breaks(NEURON_RULE_WINDOW_IRQ, w);
        }
        //@ assert irq: rule_window_irq(f->words, w);
        if (!(transport == NEURON_TRANSPORT_VIRTIO_MMIO && class == 0) &&
            !(transport == NEURON_TRANSPORT_FIXED && class != 0)) {
            return breaks(NEURON_RULE_WINDOW_CLASS, w);
        }
        floor = base + window_word(f, w, NEURON_WINDOW_BYTES);
        irq_seen[irq] = 1;
    }
    return ACCEPTED;
}
