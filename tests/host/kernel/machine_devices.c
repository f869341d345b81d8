/* core/arch.h for the host: devices and interrupt lines. */
#include <neuron/registers.h>
#include <string.h>

#include "arch.h"
#include "cmocka_all.h"
#include "kernel.h"
#include "machine.h"

#define QUEUE_SIZE_OFFERED 256u

static int is_virtio(u64 base)
{
    return base >= FAKE_VIRTIO_BASE && base < FAKE_VIRTIO_BASE + FAKE_VIRTIO_WINDOWS * NEURON_PAGE;
}

static u64 window_of(u64 base)
{
    assert_true(is_virtio(base) && base % NEURON_PAGE == 0);
    return (base - FAKE_VIRTIO_BASE) / NEURON_PAGE;
}

/* Status 0 was written. What the driver selected and the features that it wrote stay as they were, as in
 * QEMU (hw/virtio/virtio-mmio.c, virtio_mmio_soft_reset): virtio 1.2 does not say that they are forgotten. */
static void reset_device(struct fake_device *device)
{
    device->status = 0;
    device->refused = 0;
    device->reasons = 0;
    for (u32 q = 0; q < FAKE_QUEUES; q++) {
        u32 num_max = device->queues[q].num_max;
        memset(&device->queues[q], 0, sizeof(device->queues[q]));
        device->queues[q].num_max = num_max;
    }
}

void machine_devices_reset(void)
{
    memset(machine.virtio_class, 0, sizeof(machine.virtio_class));
    memset(machine.devices, 0, sizeof(machine.devices));
    memset(machine.lines, 0, sizeof(machine.lines));
    machine.wild_line = 0;
    machine.fixed_writes = 0;
    machine.rtc_enabled = 0;
    machine.rtc_armed = 0;
    for (u32 w = 0; w < FAKE_VIRTIO_WINDOWS; w++) {
        for (u32 q = 0; q < FAKE_QUEUES; q++) {
            machine.devices[w].queues[q].num_max = QUEUE_SIZE_OFFERED;
        }
    }
}

u32 arch_device_read(u64 base, u64 offset)
{
    const struct fake_device *device = &machine.devices[window_of(base)];

    switch (offset) {
    case VIRTIO_MMIO_MAGIC:
        return device->foreign != 0 ? 0 : VIRTIO_MMIO_MAGIC_VALUE;
    case VIRTIO_MMIO_VERSION:
        return device->legacy != 0 ? 1 : VIRTIO_MMIO_MODERN;
    case VIRTIO_MMIO_DEVICE_ID:
        return (u32)machine.virtio_class[window_of(base)];
    case VIRTIO_MMIO_STATUS:
        return device->status;
    case VIRTIO_MMIO_INTERRUPT_STATUS:
        return device->reasons;
    case VIRTIO_MMIO_QUEUE_NUM_MAX:
        return device->queue < FAKE_QUEUES ? device->queues[device->queue].num_max : 0;
    default:
        fail_msg("the kernel reads register 0x%x", (unsigned)offset);
        return 0;
    }
}

/* A half of one of the three addresses of the selected queue. */
static void write_address(struct fake_device *device, u64 offset, u32 value)
{
    u64 *address =
        &device->queues[device->queue].address[(offset - VIRTIO_MMIO_QUEUE_DESC_LOW) / 0x10];

    if (offset % 8 == 0) {
        *address = *address / 0x100000000 * 0x100000000 + value;
    } else {
        *address = *address % 0x100000000 + value * UINT64_C(0x100000000);
    }
}

/* The register has 8 bits. */
static void write_status(struct fake_device *device, u32 value)
{
    u64 window = (u64)(device - machine.devices);

    if (value % 0x100 != 0) {
        device->status = value % 0x100;
    } else if (device->stuck == 0 || device->status == 0) { /* status 0 says that it was reset */
        reset_device(device);
        machine_note(EVENT_RESET, window);
    } else {
        device->refused = 1;
        machine_note(EVENT_NOT_RESET, window);
    }
}

static void write_virtio(struct fake_device *device, u64 offset, u32 value)
{
    switch (offset) {
    case VIRTIO_MMIO_STATUS:
        write_status(device, value);
        break;
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
        device->device_feature_word = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        device->feature_word = value != 0;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES:
        device->features[device->feature_word] = value;
        break;
    case VIRTIO_MMIO_QUEUE_SEL:
        device->queue = value;
        break;
    case VIRTIO_MMIO_QUEUE_NUM:
        device->queues[device->queue].num = value;
        break;
    case VIRTIO_MMIO_QUEUE_READY:
        device->queues[device->queue].ready = value;
        break;
    case VIRTIO_MMIO_QUEUE_NOTIFY:
        device->notified++;
        device->notified_queue = value;
        break;
    case VIRTIO_MMIO_INTERRUPT_ACK:
        device->reasons &= ~value;
        break;
    default:
        assert_true(offset >= VIRTIO_MMIO_QUEUE_DESC_LOW &&
                    offset <= VIRTIO_MMIO_QUEUE_DEVICE_HIGH);
        write_address(device, offset, value);
        break;
    }
}

static void write_rtc(u64 offset, u32 value)
{
    if (offset == GOLDFISH_RTC_IRQ_ENABLED) {
        machine.rtc_enabled = value;
    } else if (offset == GOLDFISH_RTC_ALARM_LOW || offset == GOLDFISH_RTC_CLEAR_ALARM) {
        machine.rtc_armed = offset == GOLDFISH_RTC_ALARM_LOW;
    } else if (offset == GOLDFISH_RTC_CLEAR_INTERRUPT) {
        machine.lines[FAKE_RTC_LINE].raised = 0;
    }
}

void arch_device_write(u64 base, u64 offset, u32 value)
{
    assert_int_equal(offset % 4, 0);
    assert_true(offset < NEURON_PAGE);
    if (is_virtio(base)) {
        write_virtio(&machine.devices[window_of(base)], offset, value);
        return;
    }
    if (base == FAKE_RTC_BASE) {
        write_rtc(offset, value);
    }
    machine.fixed_writes++;
    machine.fixed_address = base + offset;
    machine.fixed_value = value;
}

void arch_device_fence(void)
{
    if (machine.watched != NULL && machine.fences == 0) {
        machine.fenced = *machine.watched;
    }
    machine.fences++;
}

static void complete(u32 irq)
{
    assert_int_equal(machine.lines[irq].claimed, 1);
    assert_int_equal(machine.lines[irq].enabled, 1);
    machine.lines[irq].claimed = 0;
    machine.lines[irq].completions++;
    machine_note(EVENT_COMPLETE, irq);
}

void arch_irq_order(u32 irq, u32 order)
{
    assert_true(irq > 0 && irq < NEURON_IRQS_MAX && order <= ARCH_IRQ_COMPLETE);
    if (order == ARCH_IRQ_COMPLETE) {
        complete(irq);
        return;
    }
    /* Shut with a claim open, a line is dead: its completion would be ignored. */
    assert_true(order == ARCH_IRQ_OPEN || machine.lines[irq].claimed == 0);
    machine.lines[irq].enabled = order == ARCH_IRQ_OPEN;
    machine_note(order == ARCH_IRQ_OPEN ? EVENT_OPEN : EVENT_SHUT, irq);
}

u32 arch_irq_claim(void)
{
    if (machine.wild_line != 0) {
        return machine.wild_line;
    }
    for (u32 irq = 1; irq < NEURON_IRQS_MAX; irq++) {
        struct fake_line *line = &machine.lines[irq];
        if (line->raised != 0 && line->enabled != 0 && line->claimed == 0) {
            line->claimed = 1;
            return irq;
        }
    }
    return 0;
}
