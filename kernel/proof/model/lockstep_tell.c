/* Tells the trace: what devices are, what an entry did, and the state after it. */
#include "lockstep_tell.h"

#include <neuron/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "table.h"
#include "world.h"

#define FULL_EVERY 256u /* entries between two comparisons of all page tables */
#define PROJECTION 16384u

u64 counts[CALLS][CODES];

static u64 told[PROJECTION]; /* of the projection, what the oracle knows */
static u64 now_is[PROJECTION];
static u32 length;
static u64 pending[NEURON_TASKS_MAX]; /* the number that a task called and has not come back from */
static u64 pending_generation[NEURON_TASKS_MAX];
static u64 entries;
static u32 drained; /* bytes that the UART got in all */
static u32 drained_told;

void tell(u64 word)
{
    if (fwrite(&word, sizeof(word), 1, stdout) != 1) {
        exit(3); /* the oracle has seen enough */
    }
}

/* What of the devices the kernel asks, as the oracle knows it. */
struct asked {
    u64 class;
    u64 resets;
    u64 most[2];
    u64 reasons;
    u64 index[2];
};
static struct asked asked[NEURON_WINDOWS_MAX];

int is_virtio(u32 w)
{
    return windows[w].transport == NEURON_TRANSPORT_VIRTIO_MMIO;
}

struct fake_device *device_of(u32 w)
{
    return &machine.devices[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE];
}

void tell_device(u32 w, u64 queue, u64 position)
{
    const struct fake_device *device = device_of(w);
    struct asked is = {
        .class = machine.virtio_class[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE],
        .resets = device->stuck == 0 || device->status == 0,
        .most = {device->queues[0].num_max, device->queues[1].num_max},
        .reasons = device->reasons,
        .index = {queue_pages[vqueue_of(w, 0)].used.index, queue_pages[vqueue_of(w, 1)].used.index},
    };

    if (queue == NEURON_WINDOW_QUEUES && memcmp(&is, &asked[w], sizeof(is)) == 0) {
        return;
    }
    asked[w] = is;
    tell(R_DEVICE);
    tell(w);
    tell(is.class);
    tell(is.resets);
    tell(is.most[0]);
    tell(is.most[1]);
    tell(is.reasons);
    tell(is.index[0]);
    tell(is.index[1]);
    tell(queue < NEURON_WINDOW_QUEUES);
    if (queue < NEURON_WINDOW_QUEUES) {
        tell(queue);
        tell(position);
        tell(queue_pages[vqueue_of(w, (u32)queue)].used.ring[position].id);
    }
}

void forget_devices(void)
{
    memset(asked, 0xff, sizeof(asked));
}

void tell_outside(void)
{
    for (u32 w = 0; w < window_count; w++) {
        if (is_virtio(w)) {
            tell_device(w, NEURON_WINDOW_QUEUES, 0);
        }
    }
}

static void put(u64 value)
{
    now_is[length] = value;
    length = length + 1;
}

#define LOW60 0xfffffffffffffffu
static u64 mix(u64 hash, u64 value)
{
    return (hash * 31 + value) & LOW60;
}

static u64 first_word(u64 phys)
{
    u64 word = 0;
    memcpy(&word, machine_ram(phys), sizeof(word));
    return word;
}

static u64 ending_number(u32 t)
{
    switch (tasks[t].ending) {
    case NEURON_TIMEOUT:
        return 0;
    case NEURON_PEER_DIED:
        return 1;
    case NEURON_PEER_GONE:
        return 2;
    default:
        return 3;
    }
}

/* As the model says it: nothing, recv, bits, queued, served. */
static u64 wait_number(const struct task *task)
{
    switch (wait_reason(task->wait)) {
    case WAIT_RECV:
        return 1;
    case WAIT_BITS:
        return 2;
    case WAIT_QUEUED:
        return 3;
    case WAIT_SERVED:
        return 4;
    default:
        return 0;
    }
}

int waits(u32 t)
{
    return wait_number(&tasks[t]) != 0;
}

static void put_task(u32 t)
{
    const struct task *task = &tasks[t];
    u64 wait = wait_number(task);
    int returned = task->state == NEURON_TASK_RUNNING && wait == 0;

    put(task->state);
    put(wait);
    put(wait >= 3 ? task->wait % 64 : 0);
    put(wait == 3 ? task->call_slot - task->first_slot : 0);
    put(wait == 4 ? task->token : wait == 2 ? task->mask : 0);
    put(task->ready);
    put(task->generation - WAIT_RECV);
    put(task->bits);
    put(task->peers_changed);
    put(wait == 0 ? 0 : ending_number(t));
    put(task->reset_left);
    put(task->exit_code);
    put(task->fault_cause);
    put(task->fault_pc);
    put(task->fault_address);
    put(task->context.x[REG_SP]);
    put(returned ? task->context.x[REG_A0] + 64 : 0);
    for (u32 r = 1; r < 8; r++) {
        put(returned ? task->context.x[REG_A0 + r] : 0);
    }
    put(message_pages[in_page(t)][0]);
    put(message_pages[out_page(t)][0]);
}

static void put_queue(u32 q)
{
    u64 hash = 0;

    for (u32 d = 0; d < vqueues[q].size; d++) {
        hash = mix(mix(hash, vqueues[q].chain[d]), vqueues[q].busy[d]);
        if (vqueues[q].busy[d] == 1) {
            u32 flags = queue_pages[q].descriptors[d].flags;
            hash = mix(hash, queue_pages[q].descriptors[d].address);
            hash = mix(mix(hash, queue_pages[q].descriptors[d].bytes),
                       flags / VIRTQ_DESC_F_WRITE % 2 * 2 + flags % 2);
        }
    }
    put(vqueues[q].size);
    put(vqueues[q].size == 0 ? 0 : vqueues[q].available);
    put(vqueues[q].size == 0 ? 0 : vqueues[q].used);
    put(hash);
}

/* What the device was told of a queue. */
static void put_told(u32 w, u32 queue)
{
    u64 hash = 0;

    if (is_virtio(w)) {
        const struct fake_queue *told = &device_of(w)->queues[queue];
        hash = mix(mix(told->ready, told->ready * told->num), told->ready * told->address[0]);
        hash = mix(mix(hash, told->ready * told->address[1]), told->ready * told->address[2]);
    }
    put(hash);
}

static void put_window(u32 w)
{
    const struct window *window = &windows[w];
    int owned = window->owner != NONE;

    put(owned ? window->task + 1 : 0);
    put(owned ? window->owner - tasks[window->task].first_slot + 1 : 0);
    put(window->class);
    put(window->live);
    put(window->claimed);
    put(window->feature_word);
    put(machine.lines[window->irq].enabled);
    put(machine.lines[window->irq].claimed);
    for (u32 queue = 0; queue < NEURON_WINDOW_QUEUES; queue++) {
        put_queue(vqueue_of(w, queue));
        put_told(w, queue);
    }
}

/* Whether an extent is no text. */
static int is_restored(u32 m)
{
    struct table_sections at = table_sections(world.words);
    u64 flags = world.words[at.memories + m * NEURON_MEMORY_ROW_WORDS + NEURON_MEMORY_FLAGS];

    return flags % 2 != NEURON_MEMORY_TEXT;
}

/* What both sides tell of their state, in the same order (oracle.ml, project). */
static void project(void)
{
    length = 0;
    for (u32 t = 0; t < task_count; t++) {
        put_task(t);
        for (u32 p = 0; p < tasks[t].arena_pages; p++) {
            put(page_tables[tasks[t].first_leaf][NEURON_ARENA_OFFSET / NEURON_PAGE + p]);
        }
        for (u32 s = tasks[t].first_slot; s < tasks[t].first_slot + tasks[t].slots; s++) {
            put(slots[s].kind);
            put(slots[s].rights);
            put(slots[s].object);
            put(slots[s].badge);
            put(slots[s].bits);
            put(slots[s].generation <= NEVER ? 0 : slots[s].generation - WAIT_RECV);
        }
    }
    for (u32 w = 0; w < window_count; w++) {
        put_window(w);
    }
    for (u32 m = 0; m < memory_count; m++) {
        put(memories[m].kept);
        if (is_restored(m)) {
            for (u32 p = 0; p < memories[m].pages; p++) {
                put(first_word(memories[m].phys + p * (u64)NEURON_PAGE));
            }
        }
    }
    put(machine.power_offs == 0 ? 0 : machine.power_status + 1);
}

static u64 holds_zeros(u64 page)
{
    for (u32 i = 0; i < NEURON_PAGE / sizeof(u64); i++) {
        if (message_pages[page][i] != 0) {
            return 0;
        }
    }
    return 1;
}

/* Whether a page of an extent holds what a reset puts there. */
static u64 is_new(u32 m, u32 page)
{
    const u8 *bytes = machine_ram(memories[m].phys + page * (u64)NEURON_PAGE);
    u64 offset = page * (u64)NEURON_PAGE;

    for (u64 b = 0; b < NEURON_PAGE; b++) {
        u8 first = offset + b < memories[m].source_bytes
                       ? machine_payload_byte(memories[m].source + offset + b)
                       : 0;
        if (bytes[b] != first) {
            return 0;
        }
    }
    return 1;
}

void tell_spaces(void)
{
    tell(R_FULL);
    for (u32 t = 0; t < task_count; t++) {
        u64 hash = 0;
        for (u32 p = 0; p < NEURON_PT_ENTRIES; p++) {
            hash = mix(hash, page_tables[tasks[t].first_leaf][p]);
        }
        tell(hash);
        tell(holds_zeros(in_page(t)));
        tell(holds_zeros(out_page(t)));
    }
    for (u32 m = 0; m < memory_count; m++) {
        for (u32 p = 0; p < memories[m].pages && is_restored(m); p++) {
            tell(is_new(m, p));
        }
    }
}

/* Calls that came back are counted; who died does not come back. */
static void count_returns(void)
{
    for (u32 t = 0; t < task_count; t++) {
        if (pending[t] == NONE) {
            continue;
        }
        if (tasks[t].state != NEURON_TASK_RUNNING || tasks[t].generation != pending_generation[t]) {
            pending[t] = NONE;
        } else if (!waits(t)) {
            counts[pending[t]][(int64_t)tasks[t].context.x[REG_A0] + CODE_BASE]++;
            pending[t] = NONE;
        }
    }
}

void tell_state(void)
{
    static u32 changed[PROJECTION];
    u32 changes = 0;

    drained += machine.uart_used;
    machine.uart_used = 0;
    if (drained != drained_told) {
        tell(R_DRAIN);
        tell(drained - drained_told);
        drained_told = drained;
    }
    project();
    for (u32 i = 0; i < length; i++) {
        if (now_is[i] != told[i]) {
            changed[changes++] = i;
            told[i] = now_is[i];
        }
    }
    tell(R_COMPARE);
    tell(changes);
    for (u32 i = 0; i < changes; i++) {
        tell(changed[i]);
        tell(now_is[changed[i]]);
    }
    count_returns();
    entries = entries + 1;
    if (entries % FULL_EVERY == 0) {
        tell_spaces();
    }
}

static void tell_table(void)
{
    struct table_sections at = table_sections(world.words);
    u64 count = world.words[NEURON_TABLE_WORDS];

    tell(R_WORLD);
    tell(count);
    for (u64 i = 0; i < count; i++) {
        tell(world.words[i]);
    }
    for (u64 m = 0; m < memory_count; m++) {
        const u64 *row = world.words + at.memories + m * NEURON_MEMORY_ROW_WORDS;
        for (u64 p = 0; p < row[NEURON_MEMORY_PAGES]; p++) {
            u64 word = 0;
            for (u64 b = 0; b < 8 && p * NEURON_PAGE + b < row[NEURON_MEMORY_SOURCE_BYTES]; b++) {
                word |= (u64)machine_payload_byte(row[NEURON_MEMORY_SOURCE] + p * NEURON_PAGE + b)
                        << (8 * b);
            }
            tell(word);
        }
    }
    tell(FAKE_MESSAGE_PAGES);
    tell(FAKE_QUEUE_PAGES);
    for (u32 t = 0; t < task_count; t++) {
        tell(message_pages[in_page(t)][0]);
    }
    for (u32 t = 0; t < task_count; t++) {
        tell(message_pages[out_page(t)][0]);
    }
    tell(UINT64_C(0xa5a5a5a5a5a5a5a5)); /* what RAM is full of when switched on */
}

void pending_call(u32 task, u64 number)
{
    pending[task] = number < CALLS ? number : CALLS - 1;
    pending_generation[task] = tasks[task].generation;
}

void tell_world(void)
{
    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        pending[t] = NONE;
    }
    memset(told, 0, sizeof(told));
    forget_devices();
    drained = 0;
    drained_told = 0;
    tell_table();
    tell_state();
    tell_spaces();
}
