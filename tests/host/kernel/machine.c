/* core/arch.h for the host. */
#include "machine.h"

#include <string.h>

#include "arch.h"
#include "cmocka_all.h"

#define RUBBISH 0xa5

struct machine machine;
const u64 pages_phys[] = {
    [PAGE_TABLES] = FAKE_PAGE_TABLES,
    [MESSAGE_PAGE_PAIRS] = FAKE_MESSAGE_PAGES,
    [QUEUE_PAGES] = FAKE_QUEUE_PAGES,
};
u64 kernel_root[KERNEL_ROOT_ENTRIES] = {[FAKE_KERNEL_ENTRY_INDEX] = FAKE_KERNEL_ENTRY};

static void fill_payload(void)
{
    for (u32 i = 0; i < sizeof(machine.payload); i++) {
        machine.payload[i] = (u8)(1 + i * 7 % 251);
    }
}

void machine_reset(void)
{
    machine.now = 1000;
    machine.timer = 0;
    machine.uart_takes = UART_UNLIMITED;
    machine.uart_used = 0;
    machine.power_offs = 0;
    machine.power_status = 0;
    machine.flushes = 0;
    machine.events = 0;
    machine_devices_reset();
    memset(machine.ram, RUBBISH, sizeof(machine.ram));
    memset(tasks, 0, sizeof(tasks)); /* as the entry code leaves it */
    /* Nobody writes the payload: once is enough. */
    if (machine.payload[0] == 0) {
        fill_payload();
    }
}

u8 *machine_ram(u64 phys)
{
    assert_true(phys >= FAKE_RAM_BASE && phys < FAKE_RAM_BASE + sizeof(machine.ram));
    return &machine.ram[phys - FAKE_RAM_BASE];
}

u8 machine_payload_byte(u64 phys)
{
    assert_true(phys >= NEURON_PAYLOAD_BASE && phys < FAKE_PAYLOAD_END);
    return machine.payload[phys - NEURON_PAYLOAD_BASE];
}

void machine_note(u64 event, u64 what)
{
    if (machine.events < EVENTS) {
        machine.event[machine.events].event = event;
        machine.event[machine.events].what = what;
        machine.events++;
    }
}

u32 machine_said(const char *text)
{
    size_t length = strlen(text);
    u32 times = 0;

    for (u32 i = 0; i + length <= machine.uart_used; i++) {
        if (memcmp(&machine.uart[i], text, length) == 0) {
            times++;
        }
    }
    return times;
}

u64 arch_now(void)
{
    return machine.now;
}

void arch_timer_arm(u64 deadline)
{
    machine.timer = deadline;
}

int arch_uart_offer(u8 byte)
{
    if (machine.uart_takes == 0) {
        return 0;
    }
    if (machine.uart_takes != UART_UNLIMITED) {
        machine.uart_takes--;
    }
    assert_true(machine.uart_used < sizeof(machine.uart));
    machine.uart[machine.uart_used++] = byte;
    return 1;
}

void arch_power_off(u64 status)
{
    machine.power_offs++;
    machine.power_status = status;
}

void arch_page_restore(u64 phys, u64 source, u64 bytes)
{
    u8 *page = machine_ram(phys);

    assert_int_equal(phys % NEURON_PAGE, 0);
    assert_true(bytes <= NEURON_PAGE);
    machine_note(EVENT_RESTORE, phys);
    for (u64 i = 0; i < NEURON_PAGE; i++) {
        page[i] = i < bytes ? machine_payload_byte(source + i) : 0;
    }
}

void arch_flush_page(u32 task, u64 va)
{
    machine_note(EVENT_FLUSH, va);
    machine.flushes++;
    machine.flushed_task = task;
    machine.flushed_va = va;
}
