/*
 * Drives the real kernel core with random calls and tells, as 64-bit words on stdout, each entry and the state
 * after it, for the oracle (oracle.ml), which steps the model along and compares.
 *
 * Usage: lockstep-core PAIRS [CALLS [SEED]]
 */
#include "lockstep_enter.h"
#include "lockstep_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "kernel.h"
#include "machine.h"
#include "table.h"
#include "world.h"

#include <neuron/registers.h>

#define CALLS_A_WORLD 1000u
#define IDLE_ROUNDS 40u
#define LATE_MAX 30u
#define TRIES 10u

/* Init died, and the machine with it. Whoever holds POWER may end the machine; on the host it goes on. */
static int is_over(void)
{
    return tasks[init_task].state != NEURON_TASK_RUNNING;
}

static void pass_time(u64 ticks)
{
    u64 then = machine.now + ticks;

    while (machine.timer <= then && !is_over()) {
        machine.now = machine.timer > machine.now ? machine.timer : machine.now;
        timer();
    }
    machine.now = then;
}

static void fault(void)
{
    u64 cause = draw(16);
    u64 address = draw(UINT64_MAX >> 12);

    tell_outside();
    tell(R_FAULT);
    tell(current);
    tell(cause);
    tell(tasks[current].context.pc);
    tell(address);
    tasks[current].context.whole = WHOLE_ALL;
    tasks[current].context.x[REG_RA] = 0;
    kernel_fault(cause, address);
    tell_state();
}

/* The line that the interrupt controller will say: the lowest that is raised, let through and not claimed. */
static void interrupt(void)
{
    u64 line = 0;

    for (u32 i = NEURON_IRQS_MAX - 1; i > 0; i--) {
        if (machine.lines[i].raised != 0 && machine.lines[i].enabled != 0 &&
            machine.lines[i].claimed == 0) {
            line = i;
        }
    }
    tell_outside();
    tell(R_INTERRUPT);
    tell(line);
    kernel_interrupt();
    tell_state();
}

/* The current task writes the first word of a page of its range, if the machine's tables let it. */
static void store(void)
{
    u64 page = draw(3) == 0 ? draw(NEURON_PT_ENTRIES) : draw(40);
    u64 value = draw(UINT64_MAX >> 12);
    u64 entry = page_tables[tasks[current].first_leaf][page];
    u64 phys = entry / 1024 * NEURON_PAGE;

    if (draw(3) == 0) {
        page = NEURON_OUT_OFFSET / NEURON_PAGE;
        entry = page_tables[tasks[current].first_leaf][page];
        phys = entry / 1024 * NEURON_PAGE;
    }
    tell(R_STORE);
    tell(current);
    tell(page);
    tell(value);
    if (entry % 2 == 1 && entry / 4 % 2 == 1) {
        if (phys >= FAKE_MESSAGE_PAGES && phys < FAKE_QUEUE_PAGES) {
            message_pages[(phys - FAKE_MESSAGE_PAGES) / NEURON_PAGE][0] = value;
        } else if (phys >= FAKE_RAM_BASE) {
            memcpy(machine_ram(phys), &value, sizeof(value));
        }
    }
    tell_state();
}

/* A device uses a chain that it was given, or lies about it. */
static void device_uses(u32 w)
{
    u64 queue = draw(NEURON_WINDOW_QUEUES);
    u32 q = vqueue_of(w, (u32)queue);
    u32 size = vqueues[q].size;

    if (size == 0) {
        return;
    }
    u32 id = (u32)draw(draw(8) == 0 ? UINT32_MAX : size);
    for (u32 tries = 0; tries < size && vqueues[q].chain[id % size] == 0 && draw(20) != 0;
         tries++) {
        id = (id + 1) % size;
    }
    u32 position = queue_pages[q].used.index % size;
    queue_pages[q].used.ring[position].id = id;
    queue_pages[q].used.index++;
    if (draw(100) == 0) {
        queue_pages[q].used.index = (uint16_t)draw(65536);
    }
    tell_device(w, queue, position);
}

static void device_acts(void)
{
    u32 w = (u32)draw(window_count);
    struct fake_line *line = &machine.lines[windows[w].irq];

    if (is_virtio(w)) {
        device_uses(w);
        device_of(w)->reasons |= (u32)draw(4);
        device_of(w)->stuck = draw(3) == 0;
    }
    if (windows[w].irq != 0) {
        line->raised = draw(3) != 0;
    }
}

static void random_call(void)
{
    u64 in[7] = {0};
    u64 number = NEURON_SYS_yield;
    int64_t code = NEURON_OK;

    for (u32 tries = 0; tries < TRIES; tries++) {
        choose(&number, &code);
        for (u32 i = 0; i < 7; i++) {
            in[i] = draw(UINT64_MAX >> 12);
        }
        if (aim(number, code, in)) {
            call(number, in);
            return;
        }
    }
}

static void begin_world(void)
{
    build_world();
    world_boot();
    for (u32 w = 0; w < window_count; w++) {
        static const u32 classes[] = {NEURON_CLASS_VIRTIO_NET, NEURON_CLASS_VIRTIO_BLK,
                                      NEURON_CLASS_VIRTIO_RNG, 0};
        if (is_virtio(w)) {
            machine.virtio_class[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE] =
                classes[draw(7) % 4];
            device_of(w)->queues[0].num_max = 64u >> draw(5);
            device_of(w)->queues[1].num_max = draw(2) == 0 ? 0 : 8;
        }
    }
    tell_world();
}

static void live(u64 end)
{
    u32 idle = 0;
    u32 late = 0; /* steps by which the timer comes late */

    while (made < end && idle < IDLE_ROUNDS && !is_over()) {
        machine.uart_takes = flood ? 0 : draw(50) == 0 ? UART_UNLIMITED : (u32)draw(60);
        /* Waits that the last entry ended do so before anybody runs, on the machine: the timer is due. Here
         * somebody may be quicker. */
        if (machine.timer == 0 && late > 0) {
            late--;
        } else {
            pass_time(draw(60) == 0 ? draw(2 * NEURON_QUANTUM) : draw(120));
            late = draw(4) == 0 ? (u32)draw(LATE_MAX) : 0;
        }
        if (is_over()) {
            break;
        }
        if (current == NONE) {
            tell_outside();
            kernel_idle();
            tell_state();
            if (machine.timer > machine.now) {
                pass_time(machine.timer - machine.now);
            }
            idle++;
        } else if (draw(5) == 0) {
            device_acts();
            if (draw(2) == 0) {
                interrupt();
            }
        } else if (draw(12) == 0) {
            store();
        } else if (draw(24) == 0 && (current != init_task || draw(300) == 0)) {
            fault();
        } else {
            idle = 0;
            random_call();
        }
    }
}

int main(int argc, char **argv)
{
    u64 calls = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000000;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: lockstep-core PAIRS [CALLS [SEED]]\n");
        return 2;
    }
    draw_from(argc > 3 ? strtoull(argv[3], NULL, 0) * 2 + 1 : 20261124);
    read_pairs(argv[1]);
    while (made < calls) {
        u64 end = made + CALLS_A_WORLD < calls ? made + CALLS_A_WORLD : calls;
        begin_world();
        live(end);
        tell_spaces();
        tell(R_WORLD_END);
    }
    tell(R_END);
    if (!enter_report()) {
        return 4;
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
