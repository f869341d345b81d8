/* Inspection of tasks. */
#include "inspect.h"

#include "slot.h"
#include "state.h"
#include "vspace.h"

/*@ requires tasks: tasks_inv && task < task_count;
    requires answer: \valid(answer + (0 .. 4));
    assigns answer[0 .. 4]; */
static int inspect_slot(u64 task, u64 index, u64 *answer)
{
    if (index >= tasks[task].slots) {
        return NEURON_BAD_INDEX;
    }
    u32 row = tasks[task].first_slot + (u32)index;
    answer[0] = slots[row].kind;
    answer[1] = slots[row].rights;
    answer[2] = slots[row].object;
    answer[3] = slots[row].badge;
    answer[4] = slots[row].bits;
    return NEURON_OK;
}

/*@ requires tasks: tasks_inv && task < task_count;
    requires spaces: page_tables_inv;
    requires answer: \valid(answer + (0 .. 4));
    assigns answer[0]; */
static int inspect_page(u64 task, u64 index, u64 *answer)
{
    if (index >= NEURON_USER_SPAN / NEURON_PAGE) {
        return NEURON_BAD_INDEX;
    }
    answer[0] = vspace_walk((u32)task, index);
    return NEURON_OK;
}

/*@ requires tasks: tasks_inv && task < task_count;
    requires answer: \valid(answer + (0 .. 4));
    assigns answer[0 .. 4]; */
static int inspect_whole(u64 task, u64 what, u64 index, u64 *answer)
{
    if (index != 0) {
        return NEURON_BAD_INDEX;
    }
    if (what == NEURON_INSPECT_STATE) {
        answer[0] = tasks[task].state;
        answer[1] = tasks[task].ready;
        answer[2] = tasks[task].generation - WAIT_RECV;
        answer[3] = tasks[task].exit_code;
        answer[4] = tasks[task].level;
    } else {
        answer[0] = tasks[task].fault_cause;
        answer[1] = tasks[task].fault_pc;
        answer[2] = tasks[task].fault_address;
        answer[3] = tasks[task].context.x[REG_SP];
        answer[4] = tasks[task].context.whole == WHOLE_ALL ? tasks[task].context.x[REG_RA] : 0;
    }
    return NEURON_OK;
}

/*@ requires tasks: tasks_inv && current < task_count;
    requires answer: \valid_read(answer + (0 .. 4));
    assigns tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 5];
    ensures tasks: tasks_inv; */
static void give(const u64 *answer)
{
    /*@ loop invariant bound: 0 <= i <= 5;
        loop invariant tasks: tasks_inv;
        loop assigns i, tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 5];
        loop variant 5 - i; */
    for (u32 i = 0; i < 5; i++) {
        tasks[current].context.x[REG_A0 + 1 + i] = answer[i];
    }
}

int inspect_task(u64 slot, u64 task, u64 what, u64 index)
{
    u64 answer[5] = {0};
    int status = slot_find_task(slot, task);
    if (status != NEURON_OK) {
        return status;
    }
    switch (what) {
    case NEURON_INSPECT_STATE:
    case NEURON_INSPECT_FAULT:
        status = inspect_whole(task, what, index, answer);
        break;
    case NEURON_INSPECT_SLOT:
        status = inspect_slot(task, index, answer);
        break;
    case NEURON_INSPECT_PAGE:
        status = inspect_page(task, index, answer);
        break;
    default:
        status = NEURON_BAD_INDEX;
        break;
    }
    give(answer);
    return status;
}
