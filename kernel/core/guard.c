/* Guarded devices: what they are, their reset, and the registers that their owners may write (virtio 1.2, 4.2). */
#include "guard.h"

#include <neuron/registers.h>

#include "arch.h"
#include "guard_told.h"
#include "slot.h"
#include "state.h"
#include "vspace.h"

/* How often the status is read after a reset: devices of this platform reset at once. */
#define RESET_READS 16u

u64 guard_class(u32 window)
{
    if (!has_virtio(window)) {
        return windows[window].class;
    }
    if (arch_device_read(windows[window].base, VIRTIO_MMIO_MAGIC) != VIRTIO_MMIO_MAGIC_VALUE ||
        arch_device_read(windows[window].base, VIRTIO_MMIO_VERSION) != VIRTIO_MMIO_MODERN) {
        return 0;
    }
    return arch_device_read(windows[window].base, VIRTIO_MMIO_DEVICE_ID);
}

void guard_map(u32 task, u64 va, u64 phys, u64 prot)
{
    //@ assert leaves: in_leaves(task, va, 1);
    vspace_map_page(task, va, phys, prot);
    arch_flush_page(task, va);
    /*@ assert others: \forall integer p, i; 0 <= i < NEURON_PT_ENTRIES &&
          !(p == row_at(task, va) && i == column_at(task, va)) ==>
            page_tables[p][i] == \at(page_tables[p][i], Pre); */
    /*@ assert kept: \forall integer v, place; place_entry{Pre}(v, place) != 0 ==>
          place_entry(v, place) == place_entry{Pre}(v, place); */
    /*@ assert windows: \forall integer v, k; 0 <= v < window_count && mapped_ok{Pre}(v, k) ==>
          mapped_ok(v, k); */
    /*@ assert queues: \forall integer v, q; 0 <= v < window_count && queue_mapped_ok{Pre}(v, q) ==>
          queue_mapped_ok(v, q); */
}

void guard_unmap(u32 task, u64 va)
{
    //@ assert leaves: in_leaves(task, va, 1);
    vspace_unmap(task, va);
    arch_flush_page(task, va);
    /*@ assert others: \forall integer p, i; 0 <= i < NEURON_PT_ENTRIES &&
          !(p == row_at(task, va) && i == column_at(task, va)) ==>
            page_tables[p][i] == \at(page_tables[p][i], Pre); */
    /*@ assert kept: \forall integer v, place;
          place_entry{Pre}(v, place) / 1024 != leaf_entry{Pre}(task, page_in(task, va)) / 1024 ==>
            place_entry(v, place) == place_entry{Pre}(v, place); */
    /*@ assert windows: \forall integer v, k; 0 <= v < window_count && 0 <= k < NEURON_WINDOW_PAGES_MAX &&
          mapped_ok{Pre}(v, k) ==> mapped_ok(v, k); */
    /*@ assert firsts: \forall integer v; 0 <= v < window_count && queue_mapped_ok{Pre}(v, 2 * v) ==>
          queue_mapped_ok(v, 2 * v); */
    /*@ assert seconds: \forall integer v; 0 <= v < window_count && queue_mapped_ok{Pre}(v, 2 * v + 1) ==>
          queue_mapped_ok(v, 2 * v + 1); */
}

/*@ requires queue: window < window_count <= NEURON_WINDOWS_MAX;
    requires own: q == 2 * window || q == 2 * window + 1;
    assigns vqueues[q].place;
    ensures gone: vqueues[q].place == 0;
    ensures others: \forall integer t, o, p; 0 <= p < 2 * window_count && p != q &&
      vqueue_ok{Pre}(t, o, p) ==> vqueue_ok(t, o, p);
    ensures own: \forall integer t, o; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, NONE, q); */
static void no_place(u32 window, u32 q)
{
    (void)window;
    vqueues[q].place = 0;
    /*@ assert chains: \forall integer p; 0 <= p < 2 * window_count && chains_ok{Pre}(p) ==> chains_ok(p); */
    /*@ assert rings: \forall integer p; 0 <= p < 2 * window_count && ring_ok{Pre}(p) ==> ring_ok(p); */
}

/*@ requires tasks: tasks_inv && windows[window].task < task_count;
    requires spaces: page_tables_inv;
    requires mapped: platform_inv && places_inv;
    requires own: q == 2 * window || q == 2 * window + 1;
    requires queue: window < window_count;
    assigns vqueues[q].place, page_tables[row_of(window, q)][column_of(window, q)];
    ensures spaces: page_tables_inv;
    ensures mapped: places_inv;
    ensures others: \forall integer t, o, p; 0 <= p < 2 * window_count && p != q &&
      vqueue_ok{Pre}(t, o, p) ==> vqueue_ok(t, o, p);
    ensures own: \forall integer t, o; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, NONE, q);
    ensures gone: vqueues[q].place == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task);
    ensures unseen: \old(vqueues[q].place) == 0 ==> same_tables{Pre, Post}; */
static void unmap_queue(u32 window, u32 q)
{
    if (vqueues[q].place != 0) {
        u64 va = vqueues[q].place;
        //@ assert both: queue_mapped_ok(window, 2 * window) && queue_mapped_ok(window, 2 * window + 1);
        //@ assert entry: queue_mapped_ok(window, q);
        no_place(window, q);
        /*@ assert windows: \forall integer v, k; 0 <= v < window_count && 0 <= k < NEURON_WINDOW_PAGES_MAX &&
              mapped_ok{Pre}(v, k) ==> mapped_ok(v, k); */
        //@ assert windows_mapped: windows_mapped;
        /*@ assert queues: \forall integer v, p; 0 <= v < window_count && queue_mapped_ok{Pre}(v, p) ==>
              queue_mapped_ok(v, p); */
        //@ assert queues_mapped: queues_mapped;
        //@ assert private: windows_private;
        /*@ assert leads:
              no_place_leads(leaf_entry(windows[window].task, page_in(windows[window].task, va)) / 1024); */
        guard_unmap(windows[window].task, va);
        /*@ assert descriptors: \forall integer t, n, p; descriptors_ok{Pre}(t, n, p) ==>
              descriptors_ok(t, n, p); */
    }
}

void guard_unmap_queues(u32 window)
{
    unmap_queue(window, vqueue_of(window, 0));
    //@ assert first: only_unmapped{Pre, Here}(windows[window].task);
    unmap_queue(window, vqueue_of(window, 1));
    /*@ assert others: \forall integer w; 0 <= w < window_count && w != window && guarded_ok{Pre}(w) ==>
          guarded_ok(w); */
}

int guard_is_mapped(u32 window)
{
    return vqueues[vqueue_of(window, 0)].place != 0 || vqueues[vqueue_of(window, 1)].place != 0;
}

/* The word of features that a device has selected may survive its reset, or not, so it is selected anew:
 * else features for one word, which are allowed there, land in the other. */
/*@ requires window: window < NEURON_WINDOWS_MAX && windows[window].base % NEURON_PAGE == 0;
    requires virtio: is_virtio(window);
    requires word: word < VIRTIO_FEATURE_WORDS;
    requires allowed: features == 0 ||
      (word == windows[window].feature_word && features_allowed(word, features));
    assigns \nothing; */
static void write_features(u32 window, u32 word, u32 features)
{
    tell(window, VIRTIO_MMIO_DRIVER_FEATURES_SEL, word);
    tell(window, VIRTIO_MMIO_DRIVER_FEATURES, features);
}

/* Nobody set an alarm, and it did not go off. */
/*@ requires window: window < NEURON_WINDOWS_MAX && windows[window].base % NEURON_PAGE == 0;
    requires rtc: !is_virtio(window) && windows[window].class == NEURON_CLASS_RTC;
    assigns \nothing; */
static void stop_rtc(u32 window)
{
    tell(window, GOLDFISH_RTC_IRQ_ENABLED, 0);
    tell(window, GOLDFISH_RTC_CLEAR_ALARM, 1);
    tell(window, GOLDFISH_RTC_CLEAR_INTERRUPT, 1);
}

/* Whether the device says that it is reset. It says so at once if it was reset before. */
/*@ requires window: window < NEURON_WINDOWS_MAX && windows[window].base % NEURON_PAGE == 0;
    assigns \nothing;
    ensures result: \result == 0 || \result == 1; */
static int is_reset(u32 window)
{
    /*@ loop invariant bound: 0 <= n <= RESET_READS;
        loop assigns n;
        loop variant RESET_READS - n; */
    for (u32 n = 0; n < RESET_READS; n++) {
        if (arch_device_read(windows[window].base, VIRTIO_MMIO_STATUS) == 0) {
            return 1;
        }
    }
    return 0;
}

/* What the driver said counts from now on. */
/*@ requires state: guarded;
    requires window: window < window_count;
    requires word: word < VIRTIO_FEATURE_WORDS;
    assigns windows[window].live, windows[window].feature_word;
    ensures inv: guarded;
    ensures said: windows[window].live == live && windows[window].feature_word == word; */
static void note(u32 window, u32 live, u32 word)
{
    windows[window].live = live;
    windows[window].feature_word = word;
    /*@ assert same: \forall integer w; 0 <= w < window_count ==>
          windows[w].task == \at(windows[w].task, Pre) &&
          windows[w].owner == \at(windows[w].owner, Pre) &&
          windows[w].base == \at(windows[w].base, Pre); */
    /*@ assert each: \forall integer w; 0 <= w < window_count ==>
          guarded_ok{Pre}(w) ==> guarded_ok(w); */
    /*@ assert windows: \forall integer w, p; 0 <= w < window_count && mapped_ok{Pre}(w, p) ==>
          mapped_ok(w, p); */
    /*@ assert queues: \forall integer w, q; 0 <= w < window_count && queue_mapped_ok{Pre}(w, q) ==>
          queue_mapped_ok(w, q); */
    /*@ assert private: \forall integer w, k, t, p, i; placed{Pre}(w, k, t, p, i) ==>
          placed(w, k, t, p, i); */
    /*@ assert leads: \forall integer w, k, p, i; leads(p, i, w, k) ==> leads{Pre}(p, i, w, k); */
    //@ assert places: windows_mapped && queues_mapped && windows_private;
    //@ assert rest: tasks_inv && slots_inv && memories_inv && platform_inv && page_tables_inv;
    //@ assert holders: holders_inv;
    //@ assert virtio: queues_virtio;
}

/* The device has no queues any more. */
/*@ requires window: window < window_count <= NEURON_WINDOWS_MAX;
    requires places: places_inv && queues_virtio;
    requires unmapped: vqueues[2 * window].place == 0 && vqueues[2 * window + 1].place == 0;
    requires word: windows[window].base % NEURON_PAGE == 0 &&
      windows[window].feature_word < VIRTIO_FEATURE_WORDS;
    requires others: \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    assigns vqueues[2 * window].size, vqueues[2 * window + 1].size;
    ensures guard: guard_inv;
    ensures places: places_inv && queues_virtio;
    ensures none: vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0; */
static void forget_queues(u32 window)
{
    vqueues[vqueue_of(window, 0)].size = 0;
    vqueues[vqueue_of(window, 1)].size = 0;
    /*@ assert chains: \forall integer p; 0 <= p < 2 * window_count && p / 2 != window &&
          chains_ok{Pre}(p) ==> chains_ok(p); */
    /*@ assert rings: \forall integer p; 0 <= p < 2 * window_count && p / 2 != window &&
          ring_ok{Pre}(p) ==> ring_ok(p); */
    /*@ assert queues: \forall integer t, o, p; 0 <= p < 2 * window_count && p / 2 != window &&
          vqueue_ok{Pre}(t, o, p) ==> vqueue_ok(t, o, p); */
    /*@ assert each: \forall integer w; 0 <= w < window_count && w != window ==>
          guarded_ok{Pre}(w) ==> guarded_ok(w); */
    //@ assert own: guarded_ok(window);
    /*@ assert windows: \forall integer w, p; 0 <= w < window_count && mapped_ok{Pre}(w, p) ==>
          mapped_ok(w, p); */
    /*@ assert mapped: \forall integer w, q; 0 <= w < window_count && queue_mapped_ok{Pre}(w, q) ==>
          queue_mapped_ok(w, q); */
    /*@ assert private: \forall integer w, k, t, p, i; placed{Pre}(w, k, t, p, i) ==>
          placed(w, k, t, p, i); */
    //@ assert places: windows_mapped && queues_mapped && windows_private;
}

int guard_reset(u32 window)
{
    if (!has_virtio(window)) {
        if (windows[window].class == NEURON_CLASS_RTC) {
            stop_rtc(window);
        }
        return 1;
    }
    note(window, 0, 0);
    tell(window, VIRTIO_MMIO_STATUS, 0);
    if (!is_reset(window)) {
        return 0;
    }
    guard_unmap_queues(window);
    forget_queues(window);
    /* They may survive too: those of firmware, or of another owner. */
    write_features(window, 1, 0);
    write_features(window, 0, 0);
    return 1;
}

/* Whether the owner of a virtio device may write `value` to `reg`. */
/*@ requires window: window < NEURON_WINDOWS_MAX;
    assigns \nothing;
    ensures checked: \result == NEURON_OK ==> value < REGISTER_MODULUS &&
      virtio_told(window, reg, (u32)value);
    ensures refused: \result != NEURON_STUCK; */
static int check_virtio_write(u64 window, u64 reg, u64 value)
{
    switch (reg) {
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
    case VIRTIO_MMIO_QUEUE_SEL: /* to read about the queue; the guard selects for itself */
        return value < REGISTER_MODULUS ? NEURON_OK : NEURON_BAD_VALUE;
    case VIRTIO_MMIO_STATUS:
        return value < STATUS_MODULUS ? NEURON_OK : NEURON_BAD_VALUE;
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        return value < VIRTIO_FEATURE_WORDS ? NEURON_OK : NEURON_BAD_VALUE;
    case VIRTIO_MMIO_DRIVER_FEATURES: {
        u64 allowed = windows[window].feature_word == 0 ? VIRTIO_FEATURES_0 : VIRTIO_FEATURES_1;
        return value < REGISTER_MODULUS && (value & allowed) == value ? NEURON_OK
                                                                      : NEURON_BAD_VALUE;
    }
    case VIRTIO_MMIO_QUEUE_NOTIFY:
        if (value >= NEURON_WINDOW_QUEUES) {
            return NEURON_BAD_VALUE;
        }
        return vqueues[vqueue_of((u32)window, (u32)value)].size != 0 && windows[window].live == 1
                   ? NEURON_OK
                   : NEURON_NOT_LIVE;
    default:
        return NEURON_BAD_REGISTER;
    }
}

/* Whether the owner of the RTC may write to `reg`: its alarm, not its time, which is everybody's. */
/*@ assigns \nothing;
    ensures checked: \result == NEURON_OK ==> value < REGISTER_MODULUS && rtc_told(reg);
    ensures refused: \result != NEURON_STUCK; */
static int check_rtc_write(u64 reg, u64 value)
{
    if (reg != GOLDFISH_RTC_ALARM_LOW && reg != GOLDFISH_RTC_ALARM_HIGH &&
        reg != GOLDFISH_RTC_IRQ_ENABLED && reg != GOLDFISH_RTC_CLEAR_ALARM &&
        reg != GOLDFISH_RTC_CLEAR_INTERRUPT) {
        return NEURON_BAD_REGISTER;
    }
    return value < REGISTER_MODULUS ? NEURON_OK : NEURON_BAD_VALUE;
}

/*@ requires window: window < NEURON_WINDOWS_MAX;
    assigns \nothing;
    ensures checked: \result == NEURON_OK ==> value < REGISTER_MODULUS &&
      told(window, reg, (u32)value);
    ensures refused: \result != NEURON_STUCK; */
static int check_write(u64 window, u64 reg, u64 value)
{
    if (has_virtio(window)) {
        return check_virtio_write(window, reg, value);
    }
    return windows[window].class == NEURON_CLASS_RTC ? check_rtc_write(reg, value)
                                                     : NEURON_BAD_REGISTER;
}

/* Writes what check_virtio_write() allows. */
/*@ requires state: guarded;
    requires window: window < window_count && is_virtio(window);
    requires told: virtio_told(window, reg, value);
    assigns windows[window].live, windows[window].feature_word,
      vqueues[2 * window].size, vqueues[2 * window].place,
      vqueues[2 * window + 1].size, vqueues[2 * window + 1].place,
      page_tables[row_of(window, 2 * window)][column_of(window, 2 * window)],
      page_tables[row_of(window, 2 * window + 1)][column_of(window, 2 * window + 1)];
    ensures inv: guarded;
    ensures result: \result == NEURON_OK || \result == NEURON_STUCK; */
static int write_virtio(u32 window, u64 reg, u32 value)
{
    if (reg == VIRTIO_MMIO_STATUS && value == 0) {
        return guard_reset(window) ? NEURON_OK : NEURON_STUCK;
    }
    if (reg == VIRTIO_MMIO_DRIVER_FEATURES) {
        write_features(window, windows[window].feature_word, value);
        return NEURON_OK;
    }
    if (reg == VIRTIO_MMIO_STATUS) {
        note(window, value / VIRTIO_STATUS_DRIVER_OK % 2, windows[window].feature_word);
    }
    if (reg == VIRTIO_MMIO_DRIVER_FEATURES_SEL) {
        note(window, windows[window].live, value);
    }
    tell(window, reg, value);
    return NEURON_OK;
}

NOINLINE int guard_write(u64 slot, u64 reg, u64 value)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_MMIO, 0, &row);
    if (status != NEURON_OK) {
        return status;
    }
    u32 window = (u32)slots[row].object;
    //@ assert named: window == slot_window(slot);
    status = check_write(window, reg, value);
    if (status != NEURON_OK) {
        return status;
    }

    if (has_virtio(window)) {
        return write_virtio(window, reg, (u32)value);
    }
    tell(window, reg, (u32)value);
    return NEURON_OK;
}
