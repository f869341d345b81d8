/*
 * init: starts every task of its plan, highest level first, then supervises them. It knows no component
 * by name and makes no decision that the plan does not state.
 */
#include "explain.h"
#include "grant.h"
#include "limit.h"
#include "plan.h"
#include "report.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define LIFECYCLE (UINT64_C(1) << NEURON_BIT_LIFECYCLE)

enum { DURATION_BYTES = 32 };

/* What init remembers of each task, by its index in the kernel. */
struct watch {
    bool over; /* handled for good: given up, or stopped and not to be restarted */
    struct limit limit;
};

static struct watch watches[NEURON_TASKS_MAX];

/* A call of init can only fail if plan and table disagree, and then nothing can be trusted. */
static void must(int64_t status, const char *call, const struct init_task *task)
{
    if (status != NEURON_OK) {
        LOG_ERROR("%s %s: %s", call, task->name, nexus_strerror((int)status));
        abort();
    }
}

static struct neuron_task_inspect_out inspect(const struct init_task *task,
                                              enum neuron_inspect what)
{
    struct neuron_task_inspect_out out;
    must(neuron_task_inspect(NEURON_SLOT_TASK, task->task, what, 0, &out), "inspect", task);
    return out;
}

static void start(const struct init_task *task)
{
    struct neuron_task_reset_step_out out;
    do {
        must(neuron_task_reset_step(NEURON_SLOT_TASK, task->task, &out), "reset", task);
    } while (out.pages_left > 0);
    grant_devices(task);
    must(neuron_task_start(NEURON_SLOT_TASK, task->task), "start", task);
}

static void give_up(const struct init_task *task)
{
    watches[task->task].over = true;
    must(neuron_task_stop(NEURON_SLOT_TASK, task->task, 1), "stop", task);
}

/* Ticks in the unit that an author would write. */
static const char *duration(uint64_t ticks, char text[DURATION_BYTES])
{
    if (ticks % NEURON_TIME_HZ == 0) {
        (void)snprintf(text, DURATION_BYTES, "%" PRIu64 " s", ticks / NEURON_TIME_HZ);
    } else {
        (void)snprintf(text, DURATION_BYTES, "%" PRIu64 " ms", ticks / (NEURON_TIME_HZ / 1000));
    }
    return text;
}

static void restart(const struct init_task *task)
{
    struct limit *limit = &watches[task->task].limit;
    uint64_t now = nexus_now();

    if (limit_take(limit, now)) {
        report(LOG_LEVEL_WARN, task->name, "restarting %s (%" PRIu32 " of %" PRIu32 ")", task->name,
               limit_used(limit, now), limit->most);
        start(task);
        return;
    }
    char period[DURATION_BYTES];
    report(LOG_LEVEL_ERROR, task->name, "gave up %s after %" PRIu32 " restarts in %s", task->name,
           limit->most, duration(limit->period, period));
    give_up(task);
}

static void report_fault(const struct init_task *task)
{
    struct neuron_task_inspect_out out = inspect(task, NEURON_INSPECT_FAULT);
    struct fault fault = {.cause = out.v0, .pc = out.v1, .address = out.v2, .ra = out.v4};
    char text[NEURON_LINE_BYTES];

    explain_fault(task, &fault, text, sizeof(text));
    report_about(task->name, text);
}

/* A task that no longer runs: say why, then restart it if its policy says so. */
static void handle_end(const struct init_task *task, uint64_t state, uint64_t code)
{
    bool failed = state == NEURON_TASK_FAULTED || code != 0;

    if (state == NEURON_TASK_FAULTED) {
        report_fault(task);
    } else if (failed) {
        report(LOG_LEVEL_ERROR, task->name, "%s exited with %" PRIu64, task->name, code);
    }
    if (task->restart == INIT_RESTART_ALWAYS ||
        (task->restart == INIT_RESTART_ON_FAULT && failed)) {
        restart(task);
    } else {
        give_up(task);
    }
}

/*
 * Looks at every task once; the lifecycle bit does not say which it is about. What there is to tell logd is
 * sent behind that: then logd too has been restarted. Returns when to look again (ticks).
 */
static uint64_t supervise(uint32_t started)
{
    for (uint32_t i = 0; i < started; i++) {
        const struct init_task *task = &init_plan[i];
        if (watches[task->task].over) {
            continue;
        }
        struct neuron_task_inspect_out out = inspect(task, NEURON_INSPECT_STATE);
        if (out.v0 == NEURON_TASK_FAULTED || out.v0 == NEURON_TASK_STOPPED) {
            handle_end(task, out.v0, out.v3);
        }
    }
    return report_send();
}

static void wait_lifecycle(uint64_t deadline)
{
    struct neuron_wait_out out;
    (void)neuron_wait(LIFECYCLE, deadline, &out); /* what changed is found by looking */
}

static bool is_ready(const struct init_task *task)
{
    return inspect(task, NEURON_INSPECT_STATE).v1 != 0;
}

/* Starts plan row `row` and waits until it serves, supervising all that run meanwhile. */
static void bring_up(uint32_t row)
{
    const struct init_task *task = &init_plan[row];
    uint64_t deadline = nexus_now() + task->ready_within;

    start(task);
    while (task->expects_ready != 0 && !is_ready(task)) {
        if (watches[task->task].over) {
            return;
        }
        if (nexus_now() >= deadline) {
            char within[DURATION_BYTES];
            report(LOG_LEVEL_WARN, task->name, "%s is not ready within %s, going on", task->name,
                   duration(task->ready_within, within));
            return;
        }
        wait_lifecycle(deadline);
        (void)supervise(row + 1); /* what is left is sent later */
    }
    printf("up %s\n", task->name);
}

int main(void)
{
    printf("start\n");
    for (uint32_t row = 0; row < init_plan_count; row++) {
        const struct init_task *task = &init_plan[row];
        watches[task->task].limit = (struct limit){
            .times = task->restart_times,
            .most = task->restart_limit,
            .period = task->restart_period,
        };
    }
    grant_probe();
    for (uint32_t row = 0; row < init_plan_count; row++) {
        (void)supervise(row); /* who is needed to decide and record may have died */
        bring_up(row);
    }
    printf("ready\n");
    for (;;) {
        wait_lifecycle(supervise(init_plan_count));
    }
}
