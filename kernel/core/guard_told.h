/* What a guarded device may be told (virtio 1.2, 4.2.2), and the one way to tell it. For guard.c and guard_queue.c. */
#ifndef CORE_GUARD_TOLD_H
#define CORE_GUARD_TOLD_H

#include <neuron/registers.h>
#include <neuron/table.h>

#include "arch.h"
#include "guard.h"
#include "state.h"

#define REGISTER_MODULUS 0x100000000u
#define STATUS_MODULUS 256u /* of 0x100 a device keeps 0, and resets behind our back */

/* What a device may be told. The rings of a queue are in its page, one behind the other. */
/*@ logic integer queue_phys{L}(integer q) = pages_phys[QUEUE_PAGES] + q * NEURON_PAGE;

    predicate address_told(integer reg, integer value, integer phys) =
      (reg == VIRTIO_MMIO_QUEUE_DESC_LOW && value == phys % 0x100000000) ||
      (reg == VIRTIO_MMIO_QUEUE_DRIVER_LOW &&
       value == (phys + 16 * NEURON_QUEUE_SIZE_MAX) % 0x100000000) ||
      (reg == VIRTIO_MMIO_QUEUE_DEVICE_LOW &&
       value == (phys + NEURON_QUEUE_USED_OFFSET) % 0x100000000) ||
      ((reg == VIRTIO_MMIO_QUEUE_DESC_HIGH || reg == VIRTIO_MMIO_QUEUE_DRIVER_HIGH ||
        reg == VIRTIO_MMIO_QUEUE_DEVICE_HIGH) && value == 0);

    predicate features_allowed(integer word, integer value) =
      (value & (word == 0 ? VIRTIO_FEATURES_0 : VIRTIO_FEATURES_1)) == value;

    predicate virtio_told{L}(integer w, integer reg, u32 value) =
      reg == VIRTIO_MMIO_QUEUE_SEL || reg == VIRTIO_MMIO_DEVICE_FEATURES_SEL ||
      (reg == VIRTIO_MMIO_STATUS && value < STATUS_MODULUS) ||
      (reg == VIRTIO_MMIO_DRIVER_FEATURES_SEL && value < VIRTIO_FEATURE_WORDS) ||
      (reg == VIRTIO_MMIO_DRIVER_FEATURES &&
       (value == 0 || features_allowed(windows[w].feature_word, value))) ||
      (reg == VIRTIO_MMIO_QUEUE_NUM && value <= NEURON_QUEUE_SIZE_MAX) ||
      (reg == VIRTIO_MMIO_QUEUE_READY && value == 1) ||
      (reg == VIRTIO_MMIO_QUEUE_NOTIFY && value < NEURON_WINDOW_QUEUES) ||
      address_told(reg, value, queue_phys(2 * w)) || address_told(reg, value, queue_phys(2 * w + 1));

    predicate rtc_told(integer reg) =
      reg == GOLDFISH_RTC_ALARM_LOW || reg == GOLDFISH_RTC_ALARM_HIGH ||
      reg == GOLDFISH_RTC_IRQ_ENABLED || reg == GOLDFISH_RTC_CLEAR_ALARM ||
      reg == GOLDFISH_RTC_CLEAR_INTERRUPT;

    predicate told{L}(integer w, integer reg, u32 value) =
      is_virtio{L}(w) ? virtio_told{L}(w, reg, value)
                      : windows[w].class == NEURON_CLASS_RTC && rtc_told(reg); */

/* What the OUT page says of descriptor `i`. Nobody writes the page while its task is in the kernel: there is
 * one hart, and no DMA region has a page of the kernel. So what was checked is what is written. */
/*@ logic integer out_word{L}(integer i, integer word) = message_pages[2 * current + 1][2 * i + word];
    logic integer told_slot{L}(integer i) =
      tasks[current].first_slot + out_word{L}(i, 1) / 0x100000000 % 0x10000;

    predicate described{L}(integer i) =
      out_word{L}(i, 1) / 0x100000000 % 0x10000 < tasks[current].slots &&
      slots[told_slot{L}(i)].object < memory_count &&
      out_word{L}(i, 1) / 0x1000000000000 <= 1 &&
      dma_covers{L}(told_slot{L}(i), memories[slots[told_slot{L}(i)].object].phys + out_word{L}(i, 0),
                    out_word{L}(i, 1) % 0x100000000, out_word{L}(i, 1) / 0x1000000000000); */

/* The one way to a register: what cannot be told is not. */
/*@ requires window: window < NEURON_WINDOWS_MAX && windows[window].base % NEURON_PAGE == 0;
    requires told: told(window, reg, value);
    assigns \nothing; */
static inline void tell(u32 window, u64 reg, u32 value)
{
    arch_device_write(windows[window].base, reg, value);
}

/*@ requires window: window < NEURON_WINDOWS_MAX;
    assigns \nothing;
    ensures virtio: \result != 0 <==> is_virtio(window); */
static inline int has_virtio(u64 window)
{
    return windows[window].transport == NEURON_TRANSPORT_VIRTIO_MMIO;
}

#endif
