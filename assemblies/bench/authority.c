/* Rows of init alone: devices handed out and taken back, a fault and the restart after it. */
#include "boss.h"
#include "rows.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/syscall.h>

#define RTC_BASE UINT64_C(0x101000) /* goldfish RTC of QEMU virt */
#define RTC_RIGHTS (NEURON_RIGHT_READ | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ)
#define VIRTIO_FIRST UINT64_C(0x10001000) /* its virtio windows */
#define VIRTIO_LAST UINT64_C(0x10008000)
#define VIRTIO_RIGHTS (NEURON_RIGHT_READ | NEURON_RIGHT_MAP)

#define LIFECYCLE (UINT64_C(1) << NEURON_BIT_LIFECYCLE)

static int64_t create(void)
{
    return neuron_device_cap_create(NEURON_SLOT_FACTORY, RTC_BASE, NEURON_CLASS_RTC, RTC_RIGHTS,
                                    NEURON_SLOT_SCRATCH);
}

/* The first device of a class that the machine has. */
static int64_t create_virtio(uint32_t class_number)
{
    int64_t status = NEURON_OUTSIDE_WINDOWS;

    for (uint64_t base = VIRTIO_FIRST; base <= VIRTIO_LAST && status != NEURON_OK;
         base += NEURON_PAGE) {
        status = neuron_device_cap_create(NEURON_SLOT_FACTORY, base, class_number, VIRTIO_RIGHTS,
                                          NEURON_SLOT_SCRATCH);
    }
    return status;
}

static int64_t transfer(uint32_t task, uint64_t slot)
{
    return neuron_cap_transfer_to(NEURON_SLOT_TASK, NEURON_SLOT_SCRATCH, task, slot);
}

/* The slot of the driver that the table lets hold the new device. It holds it afterwards. */
static uint64_t find_slot(uint32_t driver)
{
    uint64_t slot = 0;

    while (slot < NEURON_SLOTS_MAX && transfer(driver, slot) != NEURON_OK) {
        slot++;
    }
    return slot;
}

static void give_virtio(uint32_t driver, uint32_t class_number)
{
    rows_check(create_virtio(class_number));
    rows_check(find_slot(driver) < NEURON_SLOTS_MAX ? NEURON_OK : NEURON_UNDECLARED);
}

static void measure_devices(uint32_t driver)
{
    static struct series creates, transfers, revokes;
    rows_check(create());
    uint64_t slot = find_slot(driver);

    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i % BATCH == 0) {
            rows_pause();
        }
        uint64_t start = retired();
        int64_t status = neuron_cap_revoke(NEURON_SLOT_TASK, driver, slot);
        uint64_t revoked = retired();
        rows_check(status);
        uint64_t again = retired();
        status = create();
        uint64_t created = retired();
        rows_check(status);
        uint64_t once_more = retired();
        status = transfer(driver, slot);
        uint64_t transferred = retired();
        rows_check(status);
        rows_sample(&revokes, revoked - start);
        rows_sample(&creates, created - again);
        rows_sample(&transfers, transferred - once_more);
    }
    rows_end(&creates, "device.create");
    rows_end(&transfers, "device.transfer");
    rows_end(&revokes, "device.revoke");
}

/* The twin loads from the address that is the counter's value at that moment, so its fault tells when. */
static void measure_faults(uint32_t twin)
{
    static struct series restarts, faults;
    struct neuron_wait_out wait;
    struct neuron_task_inspect_out fault;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        rows_pause();
        (void)neuron_wait(LIFECYCLE, NEURON_POLL, &wait); /* what became ready before is no news */
        uint64_t start = retired();
        start_task(twin);
        int64_t status = neuron_wait(LIFECYCLE, NEURON_FOREVER, &wait);
        uint64_t known = retired();
        rows_check(status == NEURON_NOTIFIED ? NEURON_OK : status);
        rows_check(neuron_task_inspect(NEURON_SLOT_TASK, twin, NEURON_INSPECT_FAULT, 0, &fault));
        rows_check(fault.v0 == NEURON_FAULT_LOAD_PAGE ? NEURON_OK : NEURON_BAD_STATE);
        rows_sample(&restarts, fault.v2 - start);
        rows_sample(&faults, known - fault.v2);
    }
    rows_end(&restarts, "restart.component");
    rows_end(&faults, "fault.to_init");
}

void measure_authority(uint32_t twin, struct board *twin_board, uint32_t driver)
{
    measure_devices(driver);
    give_virtio(driver, NEURON_CLASS_VIRTIO_RNG);
    give_virtio(driver, NEURON_CLASS_VIRTIO_NET);
    twin_board->flag = 1;
    measure_faults(twin);
    twin_board->flag = 0;
}
