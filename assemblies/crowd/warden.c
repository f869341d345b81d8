/* The init of the crowd: starts, stops and restarts by the schedule, then looks who is still there. */
#include "schedule.h"
#include "warden.nexus.h"

#include <neuron/abi.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <stdbool.h>
#include <stdio.h>

#define LIFECYCLE (UINT64_C(1) << NEURON_BIT_LIFECYCLE)

enum { STATUS_FAILED = 2 };

static void must(int64_t status, const char *what)
{
    if (status != NEURON_OK) {
        printf("%s: %s\n", what, nexus_strerror((int)status));
        (void)neuron_power(POWER_SLOT, STATUS_FAILED);
    }
}

/* State and level of a task; false if there is none, or it is the warden. */
static bool look(uint32_t task, struct neuron_task_inspect_out *out)
{
    return neuron_task_inspect(NEURON_SLOT_TASK, task, NEURON_INSPECT_STATE, 0, out) == NEURON_OK;
}

static void start(uint32_t task)
{
    struct neuron_task_reset_step_out out;

    do {
        must(neuron_task_reset_step(NEURON_SLOT_TASK, task, &out), "reset");
    } while (out.pages_left > 0);
    must(neuron_task_start(NEURON_SLOT_TASK, task), "start");
}

/* Starts everybody. The hub is the most urgent of them. */
static uint32_t start_all(void)
{
    struct neuron_task_inspect_out out;
    uint64_t highest = 0;
    uint32_t hub = 0;

    for (uint32_t task = 0; task < NEURON_TASKS_MAX; task++) {
        if (look(task, &out)) {
            if (out.v4 >= highest) {
                highest = out.v4;
                hub = task;
            }
            start(task);
        }
    }
    return hub;
}

/* How many tasks run. */
static uint32_t running(void)
{
    struct neuron_task_inspect_out out;
    uint32_t count = 0;

    for (uint32_t task = 0; task < NEURON_TASKS_MAX; task++) {
        if (look(task, &out) && out.v0 == NEURON_TASK_RUNNING) {
            count++;
        }
    }
    return count;
}

static void sleep_until(uint64_t deadline)
{
    struct neuron_wait_out out;

    (void)neuron_wait(0, deadline, &out);
}

int main(void)
{
    struct neuron_wait_out wait;
    struct neuron_task_inspect_out out;
    uint32_t hub = start_all();
    uint32_t all = running();

    while (neuron_wait(LIFECYCLE, beginning(RESTART), &wait) == NEURON_NOTIFIED) {
        if (look(hub, &out) && out.v0 == NEURON_TASK_FAULTED) {
            start(hub);
        }
    }
    must(neuron_task_stop(NEURON_SLOT_TASK, hub, 0), "stop");
    sleep_until(middle(RESTART));
    start(hub);
    sleep_until(middle(GIVE_UP));
    must(neuron_task_stop(NEURON_SLOT_TASK, hub, 1), "give up");
    sleep_until(beginning(END));
    /* All but the hub and the caller, which faulted. */
    if (running() != all - 2) {
        printf("%u of %u tasks run\n", (unsigned)running(), (unsigned)all);
        (void)neuron_power(POWER_SLOT, STATUS_FAILED);
    }
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
