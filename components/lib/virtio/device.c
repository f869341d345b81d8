/* A virtio device: features, status, reset (virtio 1.2, 3.1, 4.2). */
#include "parts.h"

#include <nexus/access.h>
#include <nexus/device.h>
#include <nexus/syscall.h>
#include <stddef.h>

extern uint8_t __nexus_arena[] __attribute__((aligned(NEURON_PAGE))); /* from the linker script */

enum {
    VERSION_1_WORD = 1, /* feature bit 32 */
    VERSION_1_BIT = 1,
    RESET_READS = 16, /* as often as the kernel looks */
    CONFIG_READS = 16,
    SETTLED = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK,
    WORKS = SETTLED | VIRTIO_STATUS_DRIVER_OK
};
static const uint32_t allowed[VIRTIO_FEATURE_WORDS] = {VIRTIO_FEATURES_0, VIRTIO_FEATURES_1};

bool nexus_virtio_is(const volatile uint32_t *window, uint32_t class_number)
{
    return nexus_read32(&window[VIRTIO_MMIO_MAGIC / 4]) == VIRTIO_MMIO_MAGIC_VALUE &&
           nexus_read32(&window[VIRTIO_MMIO_VERSION / 4]) == VIRTIO_MMIO_MODERN &&
           nexus_read32(&window[VIRTIO_MMIO_DEVICE_ID / 4]) == class_number;
}

int tell_device(const struct nexus_virtio *device, uint32_t reg, uint32_t value)
{
    if (!is_trusted(device)) {
        return (int)neuron_dev_write(device->slot, reg, value);
    }
    nexus_device_fence();
    nexus_write32(&device->window[reg / 4], value);
    return NEURON_OK;
}

uint32_t ask_device(const struct nexus_virtio *device, uint32_t reg)
{
    return nexus_read32(&device->window[reg / 4]);
}

static int reset(const struct nexus_virtio *device)
{
    const int status = tell_device(device, VIRTIO_MMIO_STATUS, 0);

    for (int n = 0; n < RESET_READS && status == NEURON_OK; n++) {
        if (ask_device(device, VIRTIO_MMIO_STATUS) == 0) {
            return NEURON_OK;
        }
    }
    return status == NEURON_OK ? NEURON_STUCK : status;
}

void nexus_virtio_fail(struct nexus_virtio *device, int why)
{
    /* One that is stuck is reset by the kernel again before anybody else gets it. */
    (void)reset(device);
    device->failure = why;
}

static int map(struct nexus_virtio *device)
{
    uint8_t *place = __nexus_arena + (size_t)device->page * NEURON_PAGE;

    if (device->window != NULL) {
        return NEURON_OK;
    }
    const int status = (int)neuron_mmio_map(device->slot, (uint64_t)place, 0,
                                            is_trusted(device) ? NEURON_PROT_RW : NEURON_PROT_R);
    if (status == NEURON_OK) {
        device->window = (volatile uint32_t *)(void *)place;
    }
    return status;
}

/* Accepts what is wanted of one word of the feature bits. */
static int accept_word(const struct nexus_virtio *device, uint32_t word, uint32_t wanted,
                       uint32_t *accepted)
{
    int status = tell_device(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, word);

    if (status != NEURON_OK) {
        return status;
    }
    *accepted = ask_device(device, VIRTIO_MMIO_DEVICE_FEATURES) & wanted;
    status = tell_device(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, word);
    return status != NEURON_OK ? status
                               : tell_device(device, VIRTIO_MMIO_DRIVER_FEATURES, *accepted);
}

/* The steps of virtio 1.2, 3.1.1, up to the queues. */
static int settle(const struct nexus_virtio *device, uint64_t wanted, uint64_t *features)
{
    static const uint32_t steps[] = {VIRTIO_STATUS_ACKNOWLEDGE,
                                     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER};
    uint32_t words[VIRTIO_FEATURE_WORDS];
    int status = reset(device);

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && status == NEURON_OK; i++) {
        status = tell_device(device, VIRTIO_MMIO_STATUS, steps[i]);
    }
    for (uint32_t word = 0; word < VIRTIO_FEATURE_WORDS && status == NEURON_OK; word++) {
        uint32_t asked = (uint32_t)(wanted >> (32 * word));
        asked |= word == VERSION_1_WORD ? VERSION_1_BIT : 0;
        status = accept_word(device, word, asked, &words[word]);
    }
    if (status == NEURON_OK) {
        status = tell_device(device, VIRTIO_MMIO_STATUS, SETTLED);
    }
    if (status != NEURON_OK) {
        return status;
    }
    if ((words[VERSION_1_WORD] & VERSION_1_BIT) == 0 ||
        ask_device(device, VIRTIO_MMIO_STATUS) != SETTLED) {
        return NEXUS_BAD_DEVICE;
    }
    if (features != NULL) {
        *features = words[0] | (uint64_t)words[1] << 32;
    }
    return NEURON_OK;
}

static int try_open(struct nexus_virtio *device, uint32_t class_number, uint64_t wanted,
                    uint64_t *features)
{
    int status = map(device);

    if (status != NEURON_OK) {
        return status;
    }
    if (!nexus_virtio_is(device->window, class_number)) {
        return NEURON_WRONG_CLASS;
    }
    if ((wanted & ~(allowed[0] | (uint64_t)allowed[1] << 32)) != 0) {
        return NEURON_BAD_VALUE;
    }
    if (is_trusted(device)) {
        status = direct_find_rings(device);
    }
    if (status == NEURON_OK) {
        status = settle(device, wanted, features);
        if (status != NEURON_OK) {
            (void)reset(device);
        }
    }
    return status;
}

int nexus_virtio_open(struct nexus_virtio *device, uint32_t class_number, uint64_t wanted,
                      uint64_t *features)
{
    device->life++;
    device->failure = try_open(device, class_number, wanted, features);
    return device->failure;
}

/* virtio 1.2, 2.5.1: what was read is of one moment if the generation is the same before and after. */
int nexus_virtio_config(const struct nexus_virtio *device, uint32_t offset, uint32_t *words,
                        uint32_t count)
{
    for (int n = 0; n < CONFIG_READS && device_state(device) == 0; n++) {
        const uint32_t generation = ask_device(device, VIRTIO_MMIO_CONFIG_GENERATION);
        for (uint32_t i = 0; i < count; i++) {
            words[i] = ask_device(device, VIRTIO_MMIO_CONFIG + offset + 4 * i);
        }
        if (ask_device(device, VIRTIO_MMIO_CONFIG_GENERATION) == generation) {
            return NEURON_OK;
        }
    }
    return device_state(device) != 0 ? device_state(device) : NEXUS_BAD_DEVICE;
}

int nexus_virtio_start(struct nexus_virtio *device)
{
    const int state = device_state(device);

    return state != 0 ? state : tell_device(device, VIRTIO_MMIO_STATUS, WORKS);
}

int nexus_virtio_acknowledge(struct nexus_virtio *device)
{
    const int status = nexus_irq_ack(device->slot, NULL);

    if (status == NEURON_OK && device_state(device) == 0 &&
        ask_device(device, VIRTIO_MMIO_STATUS) != WORKS) {
        nexus_virtio_fail(device, NEXUS_BAD_DEVICE);
    }
    return status != NEURON_OK ? status : device->failure;
}
