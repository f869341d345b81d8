/*
 * Makes the traces that are made again on the machine (assemblies/replay): boots the core from the system table of
 * that image, makes random calls, tells them to the oracle on stdout as the lock-step does, and writes for each task
 * its list of calls with what came back of each.
 *
 * Not in these traces: faults, interrupts, stores but to the OUT page, time (a wait ends by its deadline at once or
 * never), dev_post, registers of the RTC, and the saved registers of a task (NEURON_INSPECT_FAULT), for those of a
 * task on the host are none.
 *
 * Usage: replay-core PAIRS PAYLOAD LISTS CALLS SEED
 */
#include "lockstep_enter.h"
#include "lockstep_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "payload.h"
#include "steps.h"
#include "table.h"
#include "world.h"

#include "lockstep_aim.h"

#include <neuron/registers.h>

#define PASSED 1u /* a deadline that has passed on every machine */
#define QUEUE_SIZE_OF_QEMU 1024u

int flood;
u64 give_ups;

static struct step lists[NEURON_TASKS_MAX][STEPS];
static u64 lengths[NEURON_TASKS_MAX];
static struct {
    struct step *step; /* that a task made and has not come back from */
    u64 generation;
} begun[NEURON_TASKS_MAX];
static u64 came_back;

static void fail_with(const char *text)
{
    (void)fprintf(stderr, "replay-core: %s\n", text);
    exit(4);
}

static void boot_payload(const char *path)
{
    FILE *file = fopen(path, "rb");
    const u64 *words = (const u64 *)(const void *)machine.payload;

    if (file == NULL || fread(machine.payload, 1, sizeof(machine.payload), file) == 0) {
        perror(path);
        exit(2);
    }
    (void)fclose(file);
    if (words[NEURON_PAYLOAD_TABLE_WORDS] > WORLD_TABLE_WORDS) {
        fail_with("the table is too long");
    }
    memcpy(world.words, words + NEURON_PAYLOAD_HEADER_WORDS,
           words[NEURON_PAYLOAD_TABLE_WORDS] * sizeof(u64));
    world_boot_words();
}

/* As in tests/qemu/machine.sh. */
static void plug_devices(void)
{
    static const struct {
        u64 class;
        u32 queues;
    } plugged[] = {
        {NEURON_CLASS_VIRTIO_NET, 2}, {NEURON_CLASS_VIRTIO_BLK, 1}, {NEURON_CLASS_VIRTIO_RNG, 1}};

    for (u32 i = 0; i < 3; i++) {
        u32 w = FAKE_VIRTIO_WINDOWS - 3 + i;
        machine.virtio_class[w] = plugged[i].class;
        for (u32 q = 0; q < FAKE_QUEUES; q++) {
            machine.devices[w].queues[q].num_max = q < plugged[i].queues ? QUEUE_SIZE_OF_QEMU : 0;
        }
    }
}

/* Nobody but the current task can go on. */
static int is_alone(void)
{
    u32 able = 0;

    for (u32 t = 0; t < task_count; t++) {
        able += tasks[t].state == NEURON_TASK_RUNNING && !waits(t);
    }
    return able == 1;
}

static int holds(u64 slot, u32 kind)
{
    return slot < tasks[current].slots && own(slot)->kind == kind;
}

/* Whether a call may stand in a trace; its deadline and what else must not be is changed. */
static int admit(u64 number, u64 *in)
{
    u32 d = deadline_argument(number);

    if (d != NO_DEADLINE && in[d] != NEURON_POLL) {
        in[d] = in[d] != NEURON_FOREVER && in[d] <= machine.now ? PASSED : NEURON_FOREVER;
        if (in[d] == NEURON_FOREVER && is_alone()) {
            in[d] = NEURON_POLL;
        }
    }
    switch (number) {
    case NEURON_SYS_wait:
        in[0] = in[1] == NEURON_FOREVER ? UINT64_MAX : in[0]; /* not for a bit that nobody sets */
        return 1;
    case NEURON_SYS_exit:
        return current != init_task && !is_alone();
    case NEURON_SYS_power:
        in[1] += in[1] < 256 ? 256 : 0;
        return 1;
    case NEURON_SYS_console_write:
        in[1] = in[1] <= NEURON_LINE_BYTES ? in[1] % 8 : in[1];
        return 1;
    case NEURON_SYS_task_inspect:
        in[2] = in[2] == NEURON_INSPECT_FAULT ? NEURON_INSPECT_STATE : in[2];
        return 1;
    case NEURON_SYS_dev_write:
        return !holds(in[0], NEURON_CAP_MMIO) || virtio(window_of(in[0]));
    default:
        return 1;
    }
}

/* Notifies somebody who waits, if the current task may. */
static int wake_somebody(u64 *in)
{
    u64 first = draw(tasks[current].slots);

    for (u64 i = 0; i < tasks[current].slots; i++) {
        u64 s = (first + i) % tasks[current].slots;
        if (own(s)->kind == NEURON_CAP_PORT && own(s)->bits != 0 && waits((u32)own(s)->object)) {
            in[0] = s;
            in[1] = own(s)->bits;
            return 1;
        }
    }
    return 0;
}

/* Ends the life of a task that waits, perhaps for what never comes. */
static int stop_somebody(u64 *number, u64 *in)
{
    u32 t = (u32)draw(task_count);

    *number = NEURON_SYS_task_stop;
    in[0] = NEURON_SLOT_TASK;
    in[1] = t;
    return waits(t);
}

/* Brings a task on that does not run. */
static int revive(u64 *number, u64 *in)
{
    for (u32 t = 0; t < task_count; t++) {
        if (tasks[t].state != NEURON_TASK_RUNNING && tasks[t].state != NEURON_TASK_GIVEN_UP) {
            *number = tasks[t].reset_left != 0 ? NEURON_SYS_task_reset_step : NEURON_SYS_task_start;
            in[0] = NEURON_SLOT_TASK;
            in[1] = t;
            return 1;
        }
    }
    return 0;
}

/* What tasks do most of the time. */
static u64 usual_call(void)
{
    static const u64 usual[] = {NEURON_SYS_call, NEURON_SYS_call,   NEURON_SYS_call,
                                NEURON_SYS_recv, NEURON_SYS_notify, NEURON_SYS_yield};

    if (likely_token() != 0 && draw(4) != 0) {
        return draw(4) == 0 ? NEURON_SYS_reply : NEURON_SYS_reply_recv;
    }
    return current == init_task ? NEURON_SYS_recv : usual[draw(sizeof(usual) / sizeof(usual[0]))];
}

static void choose_call(u64 *number, u64 *in)
{
    int64_t code = NEURON_OK;
    int usual = draw(4) != 0;

    if (current == init_task && draw(4) != 0 && revive(number, in)) {
        return;
    }
    if (current == init_task && is_alone() && draw(8) == 0 && stop_somebody(number, in)) {
        return;
    }
    *number = NEURON_SYS_notify;
    if (is_alone() && usual && wake_somebody(in)) {
        return;
    }
    do {
        if (usual) {
            *number = usual_call();
            code = NEURON_OK;
        } else {
            choose(number, &code);
            /* Some pairs do not occur here: each has its turns, whatever comes of them. */
            counts[*number < CALLS ? *number : CALLS - 1][code + CODE_BASE]++;
        }
        usual = 0;
        for (u32 i = 0; i < STEP_INPUTS; i++) {
            in[i] = draw(UINT64_MAX >> 12);
        }
    } while (*number == NEURON_SYS_dev_post || !aim(*number, code, in) || !admit(*number, in));
}

/* The current task has what its last call brought. */
static void note_return(void)
{
    struct step *step = begun[current].step;

    if (step == NULL) {
        return;
    }
    memcpy(step->out, &tasks[current].context.x[REG_A0], sizeof(step->out));
    step->in_word = message_pages[in_page(current)][0];
    step->out_word = message_pages[out_page(current)][0];
    step->then = STEP_RETURNS;
    begun[current].step = NULL;
    came_back = came_back + 1;
}

/* Who died does not come back. */
static void forget_dead(void)
{
    for (u32 t = 0; t < task_count; t++) {
        if (tasks[t].state != NEURON_TASK_RUNNING || tasks[t].generation != begun[t].generation) {
            begun[t].step = NULL;
        }
    }
}

static void store(u64 value)
{
    tell(R_STORE);
    tell(current);
    tell(NEURON_OUT_OFFSET / NEURON_PAGE);
    tell(value);
    message_pages[out_page(current)][0] = value;
    tell_state();
}

static void make_step(void)
{
    struct step *step = &lists[current][lengths[current]];
    u64 in[STEP_INPUTS] = {0};
    u64 number = 0;

    if (lengths[current] == STEPS - 1) {
        fail_with("there is no room for so many calls of one task");
    }
    lengths[current] = lengths[current] + 1;
    choose_call(&number, in);
    step->number = number;
    step->then = STEP_STAYS;
    memcpy(step->in, in, sizeof(step->in));
    step->store = draw(3) == 0 ? draw(UINT64_MAX >> 12) : message_pages[out_page(current)][0];
    step->turn = (u32)made;
    store(step->store);
    begun[current].step = step;
    begun[current].generation = tasks[current].generation;
    call(number, in);
}

/* Until so many calls are made and it is init that goes on. */
static void make_trace(u64 calls)
{
    while (made < calls || current != init_task) {
        /* Waits that ended do so before anybody runs: the timer is due at once. */
        if (machine.timer == 0) {
            timer();
            forget_dead();
            continue;
        }
        if (current == NONE || made == 2 * calls) {
            fail_with("the trace does not end");
        }
        give_ups = made == calls / 4 * 3 ? 1 : give_ups;
        note_return();
        make_step();
        forget_dead();
    }
    note_return();
}

static void write_lists(const char *path, u64 seed)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    for (u32 t = 0; t < task_count; t++) {
        struct step *last = &lists[t][lengths[t]];
        last->in[0] = made;
        last->in[1] = came_back;
        last->in[2] = task_count;
        last->in[3] = seed;
        last->turn = (u32)made;
        (void)fwrite(lists[t], sizeof(lists[t]), 1, file);
    }
    if (fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fprintf(stderr, "usage: replay-core PAIRS PAYLOAD LISTS CALLS SEED\n");
        return 2;
    }
    u64 seed = strtoull(argv[5], NULL, 0);
    draw_from(seed * 2 + 1);
    read_pairs(argv[1]);
    boot_payload(argv[2]);
    plug_devices();
    tell_world();
    make_trace(strtoull(argv[4], NULL, 0));
    tell_spaces();
    tell(R_WORLD_END);
    tell(R_END);
    write_lists(argv[3], seed);
    return enter_report() && fflush(stdout) == 0 ? 0 : 3;
}
