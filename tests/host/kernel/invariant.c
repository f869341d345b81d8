/* The invariant of the kernel's state, told once more and from the outside. */
#include "invariant.h"

#include <neuron/table.h>
#include <string.h>

#include "cmocka_all.h"
#include "deadline.h"
#include "machine.h"
#include "queue.h"
#include "state.h"
#include "table.h"

/* Page tables are large and change rarely: looked at once in so many checks. */
#define SPACES_EVERY 64u

static const u64 *table;
static struct table_sections at;
static u64 checks;
static u64 token_seen[NEURON_TASKS_MAX];

static u64 row_word(u64 section, u64 row, u64 row_words, u64 field)
{
    return table[section + row * row_words + field];
}

static u64 map_word(u64 row, u64 field)
{
    return row_word(at.maps, row, NEURON_MAP_ROW_WORDS, field);
}

static u64 memory_word(u64 row, u64 field)
{
    return row_word(at.memories, row, NEURON_MEMORY_ROW_WORDS, field);
}

static u64 slot_word(u64 row, u64 field)
{
    return row_word(at.slots, row, NEURON_SLOT_ROW_WORDS, field);
}

static u64 window_word(u64 row, u64 field)
{
    return row_word(at.windows, row, NEURON_WINDOW_ROW_WORDS, field);
}

static u64 task_base(u64 task)
{
    return NEURON_USER_BASE + task * NEURON_USER_SPAN;
}

/* Walks one list. Returns how many tasks are in it. */
static u32 check_list(u32 q, u32 level)
{
    u32 count = 0;
    u32 previous = NONE;

    for (u32 t = queues[q].head[level]; t != NONE; t = links[t].next) {
        HOLDS(t < task_count, t);
        HOLDS(links[t].queue == q, t);
        HOLDS(links[t].previous == previous, t);
        HOLDS(tasks[t].level == level, t);
        previous = t;
        count++;
        HOLDS(count <= task_count, t);
    }
    HOLDS(queues[q].tail[level] == previous, previous);
    return count;
}

static void check_queues(void)
{
    u32 queued = 0;
    u32 linked = 0;

    for (u32 i = 0; i <= task_count; i++) {
        u32 q = i == task_count ? READY_QUEUE : i;
        for (u32 level = 0; level < NEURON_LEVELS; level++) {
            int used = (queues[q].levels >> level) % 2 == 1;
            HOLDS(used == (queues[q].head[level] != NONE), q);
            HOLDS(used == (queues[q].tail[level] != NONE), q);
            if (used) {
                queued += check_list(q, level);
            }
        }
    }
    for (u32 t = 0; t < task_count; t++) {
        if (links[t].queue != NONE) {
            linked++;
        } else {
            HOLDS(links[t].next == NONE && links[t].previous == NONE, t);
        }
    }
    HOLDS(queued == linked, NONE);
}

static void check_deadlines(void)
{
    for (u32 n = 1; n < DEADLINE_LEAVES; n++) {
        u64 left = deadlines[2 * n];
        u64 right = deadlines[2 * n + 1];
        HOLDS(deadlines[n] == (left < right ? left : right), n);
    }
    for (u32 t = 0; t < DEADLINE_LEAVES; t++) {
        if (t >= task_count || tasks[t].wait == WAIT_NONE) {
            HOLDS(deadlines[DEADLINE_LEAVES + t] == NEURON_FOREVER, t);
        }
    }
    HOLDS(machine.timer <= deadline_earliest(), NONE);
}

/* A call in a queue is one that may be delivered. */
static void check_queued_call(u32 t, u32 s)
{
    const struct task *task = &tasks[t];
    const struct slot *slot = &slots[task->call_slot];

    HOLDS(task->call_slot >= task->first_slot, t);
    HOLDS(task->call_slot < task->first_slot + task->slots, t);
    HOLDS(slot->kind == NEURON_CAP_PORT && slot->object == s, t);
    HOLDS((slot->rights & NEURON_RIGHT_CALL) != 0, t);
    HOLDS(task->ending != NEURON_TIMEOUT || slot->generation == NEVER ||
              slot->generation == tasks[s].generation,
          t);
}

static void check_open_call(u32 t)
{
    const struct task *task = &tasks[t];
    u32 s = (u32)(task->wait % 64);
    int queued = wait_reason(task->wait) == WAIT_QUEUED;

    HOLDS(s < task_count && s != t, t);
    HOLDS(tasks[s].level > task->level, t);
    HOLDS((task->servers >> s & 1) == 1, t);
    HOLDS(links[t].queue == (queued ? s : NONE), t);
    HOLDS(!queued || tasks[s].attention == 1, t);
    if (queued) {
        check_queued_call(t, s);
    }
    if (task->ending !=
        NEURON_TIMEOUT) { /* the server's life is over, and it does not learn it yet */
        HOLDS(tasks[s].state != NEURON_TASK_RUNNING, t);
        return;
    }
    HOLDS(tasks[s].state != NEURON_TASK_GIVEN_UP, t);
    if (queued) {
        HOLDS(wait_reason(tasks[s].wait) != WAIT_RECV, t);
    } else {
        HOLDS(tasks[s].state == NEURON_TASK_RUNNING && tasks[s].ready == 1, t);
    }
}

static void check_waiting(u32 t)
{
    const struct task *task = &tasks[t];

    switch (wait_reason(task->wait)) {
    case WAIT_RECV:
        HOLDS(task->wait == WAIT_RECV_UNTIL || task->wait == task->generation, t);
        HOLDS(task->bits == 0 || task->ending == NEURON_NOTIFIED, t);
        HOLDS(queues[t].levels == 0, t);
        HOLDS(task->ready == 1, t);
        HOLDS(links[t].queue == NONE, t);
        break;
    case WAIT_BITS:
        HOLDS((task->bits & task->mask) == 0 || task->ending == NEURON_NOTIFIED, t);
        HOLDS(links[t].queue == NONE, t);
        break;
    default:
        HOLDS(task->wait >= WAIT_QUEUED, t);
        check_open_call(t);
        break;
    }
}

/* What the fast paths look at says what they take it for. */
static void check_fast_words(u32 t)
{
    const struct task *task = &tasks[t];
    u64 deadline = deadlines[DEADLINE_LEAVES + t];

    HOLDS(task->context.task == t, t);
    HOLDS(task->token % 64 == t && task->token >= token_seen[t], t);
    token_seen[t] = task->token;
    HOLDS(task->no_higher == UINT64_MAX >> (63 - task->level), t);
    HOLDS(task->attention == 1 || (task->bits == 0 && queues[t].levels == 0), t);
    if (task->state != NEURON_TASK_RUNNING) {
        HOLDS(task->wait == (task->state == NEURON_TASK_GIVEN_UP ? WAIT_GIVEN_UP : WAIT_NONE), t);
    } else if (task->wait >= WAIT_RECV ||
               (task->wait >= WAIT_SERVED && task->wait < WAIT_SERVED_UNTIL)) {
        HOLDS(deadline == NEURON_FOREVER && task->ending == NEURON_TIMEOUT, t);
    } else if (task->wait == WAIT_RECV_UNTIL || task->wait >= WAIT_SERVED_UNTIL) {
        HOLDS(deadline != NEURON_FOREVER, t);
    }
}

static void check_task(u32 t)
{
    const struct task *task = &tasks[t];
    u64 row = t;
    int running = task->state == NEURON_TASK_RUNNING;
    int in_ready = links[t].queue == READY_QUEUE;

    HOLDS(task->state <= NEURON_TASK_GIVEN_UP, t);
    HOLDS((t == current) + in_ready + (task->wait != WAIT_NONE && running) + !running == 1, t);
    check_fast_words(t);
    if (task->wait != WAIT_NONE && running) {
        check_waiting(t);
    }
    HOLDS((task->ending != NEURON_TIMEOUT) == (deadlines[DEADLINE_LEAVES + t] == 0), t);
    HOLDS(task->ready <= (u32)running, t);
    HOLDS(task->generation > WAIT_RECV, t);
    HOLDS(task->reset_left <= task->own_pages, t);
    HOLDS(task->own_pages >= 2, t);
    HOLDS(task->level == row_word(at.tasks, row, NEURON_TASK_ROW_WORDS, NEURON_TASK_LEVEL), t);
    if (running) {
        HOLDS(task->reset_left == 0, t);
        HOLDS(task->context.x[REG_GP] ==
                  row_word(at.tasks, row, NEURON_TASK_ROW_WORDS, NEURON_TASK_GP),
              t);
        HOLDS(task->context.x[REG_TP] ==
                  row_word(at.tasks, row, NEURON_TASK_ROW_WORDS, NEURON_TASK_TP),
              t);
    } else {
        HOLDS(links[t].queue == NONE, t);
    }
}

static void check_current(void)
{
    u32 top = queue_top(READY_QUEUE);

    if (current == NONE) {
        HOLDS(top == NONE, top);
    } else {
        HOLDS(current < task_count, current);
        HOLDS(top == NONE || tasks[top].level <= tasks[current].level, top);
    }
}

/* A device capability at run time: within the ceiling of its slot, or on its way through init's. */
static void check_device_slot(u64 s)
{
    HOLDS(slots[s].kind == NEURON_CAP_MMIO && slots[s].object < window_count, s);
    const struct window *window = &windows[slots[s].object];
    HOLDS(window->owner == s, s);
    u64 irq = (slots[s].rights & NEURON_RIGHT_IRQ) != 0;
    HOLDS(slots[s].badge == 0 && slots[s].generation == NEVER, s);
    HOLDS(slots[s].callee == 0 && slots[s].may_set == 0, s);
    HOLDS(slots[s].bits == (irq ? ceilings[s].bits : 0), s);
    HOLDS(tasks[slot_word(s, NEURON_SLOT_OWNER)].state != NEURON_TASK_GIVEN_UP, s);
    if (slot_word(s, NEURON_SLOT_RUNTIME) == 1) {
        HOLDS(window->class == slot_word(s, NEURON_SLOT_OBJECT), s);
        HOLDS((slots[s].rights & ~slot_word(s, NEURON_SLOT_RIGHTS)) == 0, s);
        HOLDS(window->base >= slot_word(s, NEURON_SLOT_BASE), s);
        HOLDS(window->base + window->pages * (u64)NEURON_PAGE <=
                  slot_word(s, NEURON_SLOT_BASE) + slot_word(s, NEURON_SLOT_BYTES),
              s);
    } else {
        HOLDS(slot_word(s, NEURON_SLOT_OWNER) == init_task, s);
    }
}

/* What the kernel will allow in a slot is what the table says, for ever. */
static void check_ceiling(u64 s)
{
    const struct ceiling *ceiling = &ceilings[s];

    if (slot_word(s, NEURON_SLOT_RUNTIME) == 0) {
        HOLDS(ceiling->kind == NEURON_CAP_NONE, s);
        return;
    }
    HOLDS(ceiling->kind == slot_word(s, NEURON_SLOT_KIND), s);
    HOLDS(ceiling->rights == slot_word(s, NEURON_SLOT_RIGHTS), s);
    HOLDS(ceiling->class == slot_word(s, NEURON_SLOT_OBJECT), s);
    HOLDS(ceiling->base == slot_word(s, NEURON_SLOT_BASE), s);
    HOLDS(ceiling->bytes == slot_word(s, NEURON_SLOT_BYTES), s);
    HOLDS(ceiling->bits == slot_word(s, NEURON_SLOT_BITS), s);
}

/* Authority is what the table says: beside devices only `generation` ever changes. */
static void check_slots(void)
{
    for (u32 s = 0; s < table[NEURON_TABLE_SLOTS]; s++) {
        check_ceiling(s);
        if (slot_word(s, NEURON_SLOT_KIND) == NEURON_CAP_NONE ||
            slot_word(s, NEURON_SLOT_RUNTIME) == 1) {
            if (slots[s].kind != NEURON_CAP_NONE) {
                check_device_slot(s);
            }
            continue;
        }
        HOLDS(slots[s].kind == slot_word(s, NEURON_SLOT_KIND), s);
        HOLDS(slots[s].rights == slot_word(s, NEURON_SLOT_RIGHTS), s);
        HOLDS(slots[s].object == slot_word(s, NEURON_SLOT_OBJECT), s);
        HOLDS(slots[s].badge == slot_word(s, NEURON_SLOT_BADGE), s);
        HOLDS(slots[s].bits == slot_word(s, NEURON_SLOT_BITS), s);
        int port = slots[s].kind == NEURON_CAP_PORT;
        int callable = port && (slots[s].rights & NEURON_RIGHT_CALL) != 0;
        int notifiable = port && (slots[s].rights & NEURON_RIGHT_NOTIFY) != 0;
        HOLDS(slots[s].callee == (callable ? slots[s].object : 0), s);
        HOLDS(slots[s].may_set == (notifiable ? slots[s].bits : 0), s);
        HOLDS(slots[s].generation == NEVER ||
                  (callable && slots[s].generation <= tasks[slots[s].object].generation),
              s);
    }
}

/* Where page `p` of a window is mapped: in the arena of its owner, which runs and may do so. */
static void check_place(u64 w, u64 p)
{
    const struct window *window = &windows[w];

    HOLDS(p < window->pages && window->owner != NONE, w);
    u64 t = slot_word(window->owner, NEURON_SLOT_OWNER);
    u64 arena = task_base(t) + NEURON_ARENA_OFFSET;
    HOLDS(tasks[t].state == NEURON_TASK_RUNNING, t);
    HOLDS((slots[window->owner].rights & NEURON_RIGHT_MAP) != 0, t);
    HOLDS((slots[window->owner].rights & NEURON_RIGHT_READ) != 0, t);
    HOLDS(window->place[p] % NEURON_PAGE == 0 && window->place[p] >= arena, t);
    HOLDS(window->place[p] - arena < tasks[t].arena_pages * (u64)NEURON_PAGE, t);
}

/* A window belongs to nobody, or to the one slot that names it. */
static void check_window(u64 w)
{
    const struct window *window = &windows[w];

    HOLDS(window->base == window_word(w, NEURON_WINDOW_BASE), w);
    HOLDS(window->pages == window_word(w, NEURON_WINDOW_BYTES) / NEURON_PAGE, w);
    HOLDS(window->irq == window_word(w, NEURON_WINDOW_IRQ), w);
    HOLDS(window->transport == window_word(w, NEURON_WINDOW_TRANSPORT), w);
    if (window->transport == NEURON_TRANSPORT_FIXED) {
        HOLDS(window->class == window_word(w, NEURON_WINDOW_CLASS), w);
    }
    if (window->owner != NONE) {
        HOLDS(window->owner < table[NEURON_TABLE_SLOTS] && window->class != 0, w);
        HOLDS(slots[window->owner].kind == NEURON_CAP_MMIO, w);
        HOLDS(slots[window->owner].object == w, w);
        HOLDS(window->task == slot_word(window->owner, NEURON_SLOT_OWNER), w);
    }
    for (u64 p = 0; p < NEURON_WINDOW_PAGES_MAX; p++) {
        if (window->place[p] != 0) {
            check_place(w, p);
        }
    }
}

/* The entry for a page of an arena is what exactly one place of one window says, or nothing. */
static void check_device_page(u64 t, u64 va, u64 pte)
{
    u32 places = 0;

    for (u64 w = 0; w < window_count; w++) {
        for (u64 p = 0; p < windows[w].pages; p++) {
            if (windows[w].place[p] != va) {
                continue;
            }
            places++;
            u64 writes = (slots[windows[w].owner].rights & NEURON_RIGHT_WRITE) != 0;
            HOLDS(pte / 1024 == windows[w].base / NEURON_PAGE + p, t);
            HOLDS(pte % 1024 == 0xd3 || (writes && pte % 1024 == 0xd7), t); /* AD, U, R or RW, V */
        }
    }
    for (u32 q = 0; q < window_count * NEURON_WINDOW_QUEUES; q++) {
        if (vqueues[q].place == va) {
            places++;
            HOLDS(pte / 1024 == FAKE_QUEUE_PAGES / NEURON_PAGE + q && pte % 1024 == 0xd3, t);
        }
    }
    HOLDS(places == (pte != 0), t);
}

static void check_devices(void)
{
    HOLDS(window_count == table[NEURON_TABLE_WINDOWS], NONE);
    for (u64 w = 0; w < window_count; w++) {
        check_window(w);
    }
    for (u64 t = 0; t < task_count; t++) {
        for (u64 i = 0; i < tasks[t].arena_pages; i++) {
            u64 page = NEURON_ARENA_OFFSET / NEURON_PAGE + i;
            check_device_page(t, task_base(t) + page * NEURON_PAGE,
                              page_tables[tasks[t].first_leaf + page / NEURON_PT_ENTRIES]
                                         [page % NEURON_PT_ENTRIES]);
        }
    }
}

/* What the table and the message pages put at an address: physical address and protection, or 0. */
static u64 declared(u32 task, u64 va, u64 *prot)
{
    u64 base = task_base(task);

    *prot = NEURON_PROT_RW;
    if (va == base + NEURON_IN_OFFSET) {
        return FAKE_MESSAGE_PAGES + in_page(task) * (u64)NEURON_PAGE;
    }
    if (va == base + NEURON_OUT_OFFSET) {
        return FAKE_MESSAGE_PAGES + out_page(task) * (u64)NEURON_PAGE;
    }
    for (u64 m = 0; m < table[NEURON_TABLE_MAPS]; m++) {
        u64 memory = map_word(m, NEURON_MAP_MEMORY);
        u64 first = map_word(m, NEURON_MAP_VA);
        u64 bytes = memory_word(memory, NEURON_MEMORY_PAGES) * NEURON_PAGE;
        if (map_word(m, NEURON_MAP_TASK) == task && va >= first && va - first < bytes) {
            *prot = map_word(m, NEURON_MAP_PROT);
            return memory_word(memory, NEURON_MEMORY_PHYS) + va - first;
        }
    }
    return 0;
}

/* The root that the machine uses: satp has Sv39, an ASID of the task's own, and the page number. */
static u32 root_of(u32 t)
{
    u64 space = tasks[t].context.space;

    HOLDS(space >> 60 == 8 && (space >> 44 & 0xffff) == t + 1, t);
    return (u32)(space % (UINT64_C(1) << 44) - FAKE_PAGE_TABLES / NEURON_PAGE);
}

/* Root and middle table lead to the task's own leaf tables and to nothing else. */
static u32 check_upper_tables(u32 t)
{
    u64 base = task_base(t);
    u32 root = root_of(t);
    u64 first_block = base / NEURON_BLOCK % NEURON_PT_ENTRIES;

    HOLDS(root + 2 == tasks[t].first_leaf, t);
    for (u32 i = 0; i < NEURON_PT_ENTRIES; i++) {
        u64 expected = i == FAKE_KERNEL_ENTRY_INDEX ? FAKE_KERNEL_ENTRY : 0;
        if (i == base / 0x40000000) {
            expected = (FAKE_PAGE_TABLES / NEURON_PAGE + root + 1) * 1024 + 1;
        }
        HOLDS(page_tables[root][i] == expected, t);
        expected = 0;
        if (i >= first_block && i - first_block < tasks[t].leaf_tables) {
            expected = (FAKE_PAGE_TABLES / NEURON_PAGE + root + 2 + i - first_block) * 1024 + 1;
        }
        HOLDS(page_tables[root + 1][i] == expected, t);
    }
    return root + 2;
}

/* Every page of every task: declared, W^X, user, accessed and dirty, nothing else. */
static void check_spaces(void)
{
    u32 next_root = 0;

    for (u32 t = 0; t < task_count; t++) {
        HOLDS(root_of(t) == next_root, t);
        u32 leaf = check_upper_tables(t);
        for (u64 p = 0; p < tasks[t].leaf_tables * (u64)NEURON_PT_ENTRIES; p++) {
            u64 pte = page_tables[leaf + p / NEURON_PT_ENTRIES][p % NEURON_PT_ENTRIES];
            u64 prot = 0;
            if (p - NEURON_ARENA_OFFSET / NEURON_PAGE < tasks[t].arena_pages) {
                continue; /* check_devices() */
            }
            u64 phys = declared(t, task_base(t) + p * NEURON_PAGE, &prot);
            if (phys == 0) {
                HOLDS(pte == 0, t);
                continue;
            }
            HOLDS(pte % 2 == 1 && pte / 1024 == phys / NEURON_PAGE, t);
            HOLDS((pte / 2) % 8 == prot && (pte / 4 % 2 == 0 || pte / 8 % 2 == 0), t);
            HOLDS((pte / 16) % 64 == 0x0d, t); /* U, not G, A, D */
        }
        next_root = leaf + tasks[t].leaf_tables;
    }
}

void invariant_begin(const u64 *words)
{
    table = words;
    at = table_sections(words);
    checks = 0;
    memset(token_seen, 0, sizeof(token_seen));
}

void invariant_check(void)
{
    check_queues();
    check_deadlines();
    for (u32 t = 0; t < task_count; t++) {
        check_task(t);
    }
    for (u32 t = task_count; t < NEURON_TASKS_MAX; t++) {
        HOLDS(tasks[t].token == 0, t); /* nobody's: no reply is for it */
    }
    check_current();
    check_slots();
    check_devices();
    invariant_check_guard(table);
    if (checks % SPACES_EVERY == 0) {
        check_spaces();
    }
    checks++;
}
