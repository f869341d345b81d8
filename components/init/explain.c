/* Says in words what a fault was and why the address was not granted. */
#include "explain.h"

#include "symbols.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <stdbool.h>
#include <stdio.h>

static bool is_fetch(uint64_t cause)
{
    return cause == NEURON_FAULT_FETCH_PAGE || cause == NEURON_FAULT_FETCH_ACCESS ||
           cause == NEURON_FAULT_FETCH_MISALIGNED;
}

static const char *access_name(uint64_t cause)
{
    switch (cause) {
    case NEURON_FAULT_STORE_PAGE:
    case NEURON_FAULT_STORE_ACCESS:
    case NEURON_FAULT_STORE_MISALIGNED:
        return "store";
    case NEURON_FAULT_LOAD_PAGE:
    case NEURON_FAULT_LOAD_ACCESS:
    case NEURON_FAULT_LOAD_MISALIGNED:
        return "load";
    default:
        return "fetch";
    }
}

static uint64_t base_of(const struct init_task *task)
{
    return NEURON_USER_BASE + task->task * (uint64_t)NEURON_USER_SPAN;
}

/* The range that holds the address; NULL if none does. */
static const struct init_range *range_of(const struct init_task *task, uint64_t address)
{
    for (uint32_t i = 0; i < task->range_count; i++) {
        if (address >= task->ranges[i].start && address < task->ranges[i].end) {
            return &task->ranges[i];
        }
    }
    return NULL;
}

/* The page below the stack is the guard that a stack grows into. */
static bool below_stack(const struct init_task *task, uint64_t address)
{
    for (uint32_t i = 0; i < task->range_count; i++) {
        const struct init_range *range = &task->ranges[i];
        if (range->kind == INIT_RANGE_STACK && address < range->start &&
            range->start - address <= NEURON_PAGE) {
            return true;
        }
    }
    return false;
}

/* Which other task's addresses these are; NULL if no other's. */
static const char *owner_of(const struct init_task *task, uint64_t address)
{
    uint64_t index = (address - NEURON_USER_BASE) / NEURON_USER_SPAN;

    if (address < NEURON_USER_BASE || index == task->task) {
        return NULL;
    }
    for (uint32_t i = 0; i < init_plan_count; i++) {
        if (init_plan[i].task == index) {
            return init_plan[i].name;
        }
    }
    return index == init_self ? "init" : NULL;
}

static const char *reason(const struct init_task *task, const struct fault *fault, char *text,
                          size_t size)
{
    uint64_t address = fault->address;
    const struct init_range *range = range_of(task, address);

    if (address < NEURON_PAGE) {
        return "null pointer";
    }
    if (below_stack(task, address)) {
        return "stack overflow: raise `stack`";
    }
    if (range != NULL) {
        if (range->kind == INIT_RANGE_ARENA) {
            return "no device page grants this access";
        }
        return is_fetch(fault->cause) ? "this is not executable" : "this is read-only";
    }
    const char *owner = owner_of(task, address);
    if (owner == NULL) {
        return "nobody grants this address";
    }
    (void)snprintf(text, size, "this belongs to %s", owner);
    return text;
}

/* Writes ` in foo() foo.c:31` for a pc in the task's text, nothing for any other. */
static void place(const struct init_task *task, uint64_t pc, const char *how, char *text,
                  size_t size)
{
    const struct init_range *range = range_of(task, pc);

    text[0] = '\0';
    if (range == NULL || range->kind != INIT_RANGE_TEXT) {
        return;
    }
    struct symbols_place found = symbols_find(task->symbols, task->symbols_end, pc - base_of(task));
    if (found.function == NULL) {
        return;
    }
    if (found.file == NULL) {
        (void)snprintf(text, size, " %s %s()", how, found.function);
    } else {
        (void)snprintf(text, size, " %s %s() %s:%" PRIu32, how, found.function, found.file,
                       found.line);
    }
}

static void explain_access(const struct init_task *task, const struct fault *fault,
                           const char *where, char *text, size_t size)
{
    char buffer[48];
    (void)snprintf(text, size, "%s fault at 0x%" PRIx64 "%s (%s)", access_name(fault->cause),
                   fault->address, where, reason(task, fault, buffer, sizeof(buffer)));
}

void explain_fault(const struct init_task *task, const struct fault *fault, char *text, size_t size)
{
    char where[96];

    place(task, fault->pc, "in", where, sizeof(where));
    switch (fault->cause) {
    case NEURON_FAULT_FETCH_PAGE:
    case NEURON_FAULT_FETCH_ACCESS:
    case NEURON_FAULT_FETCH_MISALIGNED:
        /* A jump to nowhere: the pc says nothing, the return address tells who jumped. */
        if (where[0] == '\0') {
            place(task, fault->ra - 2, "called from", where, sizeof(where));
        }
        explain_access(task, fault, where, text, size);
        break;
    case NEURON_FAULT_LOAD_PAGE:
    case NEURON_FAULT_LOAD_ACCESS:
    case NEURON_FAULT_LOAD_MISALIGNED:
    case NEURON_FAULT_STORE_PAGE:
    case NEURON_FAULT_STORE_ACCESS:
    case NEURON_FAULT_STORE_MISALIGNED:
        explain_access(task, fault, where, text, size);
        break;
    case NEURON_FAULT_ILLEGAL:
        (void)snprintf(text, size, "illegal instruction at 0x%" PRIx64 "%s", fault->pc, where);
        break;
    case NEURON_FAULT_BREAKPOINT:
        (void)snprintf(text, size, "breakpoint at 0x%" PRIx64 "%s", fault->pc, where);
        break;
    case NEURON_FAULT_OVERRUN:
        (void)snprintf(text, size, "overrun: it used up its `run_limit`%s", where);
        break;
    default:
        (void)snprintf(text, size, "fault %" PRIu64 " at 0x%" PRIx64 "%s", fault->cause, fault->pc,
                       where);
        break;
    }
}
