/*
 * Drives the real kernel core with random calls and tells, as 64-bit words on stdout, each entry and the state
 * after it, for the oracle (oracle.ml), which steps the model along and compares.
 *
 * Usage: lockstep-core PAIRS [CALLS [SEED]]
 */
#include "lockstep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "deadline.h"
#include "kernel.h"
#include "machine.h"
#include "table.h"
#include "world.h"

#include <neuron/registers.h>

#define CALLS_A_WORLD 1200u
#define IDLE_ROUNDS 40u
#define FULL_EVERY 256u /* entries between two comparisons of all page tables */
#define PROJECTION 16384u
#define NO_DEADLINE 7u
#define TRIES 10u

/* What a word of the trace begins. */
enum record {
    R_END = 0,
    R_WORLD = 1,
    R_CALL = 2,
    R_FAULT = 3,
    R_EXPIRE = 4,
    R_INTERRUPT = 5,
    R_STORE = 6,
    R_DRAIN = 7,
    R_DEVICE = 8,
    R_COMPARE = 9,
    R_FULL = 10,
    R_WORLD_END = 11
};

u64 possible[CALLS];
u64 counts[CALLS][CODES];

static u64 made;
static u64 told[PROJECTION]; /* of the projection, what the oracle knows */
static u64 now_is[PROJECTION];
static u32 length;
static u64 pending[NEURON_TASKS_MAX]; /* the number that a task called and has not come back from */
static u64 pending_generation[NEURON_TASKS_MAX];
static u64 entries;
static u32 drained; /* bytes that the UART got in all */
static u32 drained_told;

static void tell(u64 word)
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

static int is_virtio(u32 w)
{
    return windows[w].transport == NEURON_TRANSPORT_VIRTIO_MMIO;
}

static struct fake_device *device_of(u32 w)
{
    return &machine.devices[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE];
}

static void tell_device(u32 w, u64 queue, u64 position)
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

/* Before an entry: what devices are now, and what the UART took. */
static void tell_outside(void)
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

static void put_task(u32 t)
{
    const struct task *task = &tasks[t];
    int calls = task->wait == WAIT_QUEUED || task->wait == WAIT_SERVED;
    int returned = task->state == NEURON_TASK_RUNNING && task->wait == WAIT_NONE;

    put(task->state);
    put(task->wait);
    put(calls ? task->server : 0);
    put(calls ? task->call_slot - task->first_slot : 0);
    put(task->wait == WAIT_SERVED ? task->token : task->wait == WAIT_BITS ? task->mask : 0);
    put(task->ready);
    put(task->generation);
    put(task->bits);
    put(task->peers_changed);
    put(task->wait == WAIT_NONE ? 0 : ending_number(t));
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
    put_queue(vqueue_of(w, 0));
    put_queue(vqueue_of(w, 1));
}

/* What both sides tell of their state, in the same order (oracle.ml, project). */
static void project(void)
{
    struct table_sections at = table_sections(world.words);

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
            put(slots[s].generation);
        }
    }
    for (u32 w = 0; w < window_count; w++) {
        put_window(w);
    }
    for (u32 m = 0; m < memory_count; m++) {
        put(memories[m].kept);
        if (world.words[at.memories + m * NEURON_MEMORY_ROW_WORDS + NEURON_MEMORY_FLAGS] % 2 == 0) {
            for (u32 p = 0; p < memories[m].pages; p++) {
                put(first_word(memories[m].phys + p * (u64)NEURON_PAGE));
            }
        }
    }
    put(machine.power_offs == 0 ? 0 : machine.power_status + 1);
}

static void tell_page_tables(void)
{
    tell(R_FULL);
    for (u32 t = 0; t < task_count; t++) {
        u64 hash = 0;
        for (u32 p = 0; p < NEURON_PT_ENTRIES; p++) {
            hash = mix(hash, page_tables[tasks[t].first_leaf][p]);
        }
        tell(hash);
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
        } else if (tasks[t].wait == WAIT_NONE) {
            counts[pending[t]][(int64_t)tasks[t].context.x[REG_A0] + CODE_BASE]++;
            pending[t] = NONE;
        }
    }
}

/* After an entry: what the UART took, and what of the state is another. */
static void tell_state(void)
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
        tell_page_tables();
    }
}

/* The timer interrupts, and ends the waits that are due. */
static void timer(void)
{
    u32 states[NEURON_TASKS_MAX];
    u32 running = current;

    tell_outside();
    for (u32 t = 0; t < task_count; t++) {
        states[t] = tasks[t].state;
        if (tasks[t].wait != WAIT_NONE && deadlines[DEADLINE_LEAVES + t] <= machine.now) {
            tell(R_EXPIRE);
            tell(t);
        }
    }
    u64 pc = running == NONE ? 0 : tasks[running].context.pc;
    kernel_timer();
    if (running != NONE && states[running] == NEURON_TASK_RUNNING &&
        tasks[running].state != NEURON_TASK_RUNNING) {
        tell(R_FAULT);
        tell(running);
        tell(NEURON_FAULT_OVERRUN);
        tell(pc);
        tell(0);
    }
    tell_state();
}

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

/* Waits that the last entry ended do so before anybody runs. */
static void end_waits(void)
{
    while (machine.timer == 0 && !is_over()) {
        timer();
    }
}

/* In which argument a call takes its deadline. */
static u32 deadline_argument(u64 number)
{
    switch (number) {
    case NEURON_SYS_call:
    case NEURON_SYS_reply_recv:
        return 6;
    case NEURON_SYS_recv:
        return 0;
    case NEURON_SYS_wait:
        return 1;
    default:
        return NO_DEADLINE;
    }
}

static void tell_descriptors(const u64 *in)
{
    u64 count = in[3] <= NEURON_CHAIN_MAX ? in[3] : 0;

    tell(count);
    for (u64 i = 0; i < NEURON_DESCRIPTOR_WORDS * count; i++) {
        tell(message_pages[out_page(current)][i]);
    }
}

static void call(u64 number, const u64 *in)
{
    u32 caller = current;
    u64 *x = tasks[caller].context.x;

    tell_outside();
    if (number == NEURON_SYS_dev_post) { /* the caller wrote its descriptors */
        tell(R_STORE);
        tell(caller);
        tell(NEURON_OUT_OFFSET / NEURON_PAGE);
        tell(message_pages[out_page(caller)][0]);
    }
    tell(R_CALL);
    tell(caller);
    tell(number);
    for (u32 i = 0; i < 7; i++) {
        u64 value = in[i];
        if (i == deadline_argument(number)) {
            value = value == NEURON_POLL                                 ? 0
                    : value == NEURON_FOREVER || value > machine.now ? 2
                                                                     : 1;
        }
        x[REG_A0 + i] = in[i];
        tell(value);
    }
    if (number == NEURON_SYS_dev_post) {
        tell_descriptors(in);
    } else {
        tell(0);
    }
    x[REG_A7] = number;
    pending[caller] = number < CALLS ? number : CALLS - 1;
    pending_generation[caller] = tasks[caller].generation;
    made = made + 1;
    kernel_syscall();
    if (number == NEURON_SYS_irq_ack || number == NEURON_SYS_dev_queue) {
        /* The kernel changed what devices say, and the oracle knows: what they say next is new to it. */
        memset(asked, 0xff, sizeof(asked));
    }
    tell_state();
    end_waits();
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
    kernel_fault(cause, address);
    tell_state();
    end_waits();
}

/* The line that the interrupt controller will say: the lowest that is raised, let through and not claimed. */
static void interrupt(void)
{
    u64 line = 0;

    for (u32 i = NEURON_IRQS_MAX - 1; i > 0; i--) {
        if (machine.lines[i].raised != 0 && machine.lines[i].enabled != 0 && machine.lines[i].claimed == 0) {
            line = i;
        }
    }
    tell_outside();
    tell(R_INTERRUPT);
    tell(line);
    kernel_interrupt();
    tell_state();
    end_waits();
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
    for (u32 tries = 0; tries < size && vqueues[q].chain[id % size] == 0 && draw(20) != 0; tries++) {
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
                word |= (u64)machine_payload_byte(row[NEURON_MEMORY_SOURCE] + p * NEURON_PAGE + b) << (8 * b);
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

static void begin_world(void)
{
    build_world();
    world_boot();
    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        pending[t] = NONE;
    }
    memset(told, 0, sizeof(told));
    memset(asked, 0xff, sizeof(asked));
    for (u32 w = 0; w < window_count; w++) {
        /* Rings hold what was there before; the oracle's are empty, as dev_queue makes them. */
        static const u32 classes[] = {NEURON_CLASS_VIRTIO_NET, NEURON_CLASS_VIRTIO_BLK, NEURON_CLASS_VIRTIO_RNG, 0};
        if (is_virtio(w)) {
            machine.virtio_class[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE] = classes[draw(7) % 4];
            device_of(w)->queues[0].num_max = 64u >> draw(5);
            device_of(w)->queues[1].num_max = draw(2) == 0 ? 0 : 8;
        }
    }
    drained = 0;
    drained_told = 0;
    tell_table();
    tell_state();
    tell_page_tables();
}

static void live(u64 end)
{
    u32 idle = 0;

    while (made < end && idle < IDLE_ROUNDS && !is_over()) {
        machine.uart_takes = flooded() ? 0 : draw(50) == 0 ? UART_UNLIMITED : (u32)draw(60);
        pass_time(draw(60) == 0 ? draw(2 * NEURON_QUANTUM) : draw(120));
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
        } else if (draw(60) == 0 && (current != init_task || draw(300) == 0)) {
            fault();
        } else {
            idle = 0;
            random_call();
        }
    }
}

/* The pairs that can occur: which calls a line names. */
static void read_pairs(const char *path)
{
#define NEURON_SYSCALL(number, name, in, out) [number] = #name,
    static const char *const names[CALLS] = {
#include <neuron/syscalls.def>
        [CALLS - 1] = "unknown"};
#undef NEURON_SYSCALL
    static char line[2048];
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        char *save = NULL;
        if (line[0] == '#' || strtok_r(line, "|", &save) == NULL) {
            continue;
        }
        long code = strtol(line, NULL, 10);
        (void)strtok_r(NULL, "|", &save);
        char *word = strtok_r(NULL, "|", &save);
        char *words = NULL;
        for (word = word == NULL ? NULL : strtok_r(word, " ", &words); word != NULL; word = strtok_r(NULL, " ", &words)) {
            for (u32 c = 0; c < CALLS; c++) {
                if (strcmp(word, names[c]) == 0) {
                    possible[c] |= UINT64_C(1) << (code + CODE_BASE);
                }
            }
        }
    }
    (void)fclose(file);
}

static u64 random_state = 20261124;

/* xorshift64*, Vigna 2016 */
u64 draw(u64 below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return below == 0 ? 0 : (random_state * UINT64_C(2685821657736338717) >> 11) % below;
}

int main(int argc, char **argv)
{
    u64 calls = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000000;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: lockstep-core PAIRS [CALLS [SEED]]\n");
        return 2;
    }
    if (argc > 3) {
        random_state = strtoull(argv[3], NULL, 0) * 2 + 1;
    }
    read_pairs(argv[1]);
    while (made < calls) {
        u64 end = made + CALLS_A_WORLD < calls ? made + CALLS_A_WORLD : calls;
        begin_world();
        live(end);
        tell_page_tables();
        tell(R_WORLD_END);
    }
    tell(R_END);
    return fflush(stdout) == 0 ? 0 : 3;
}
