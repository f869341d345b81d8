/* From the rows of an accepted table to the state. */
#include "create.h"

#include "../proof/axioms.h"

/* The extents of each task are among the first `m`. */
/*@ predicate chains_down{L}(integer m) = \forall integer t; 0 <= t < task_count ==>
      tasks[t].first_memory == NONE || tasks[t].first_memory < m; */

/* The task of a row, whose slots are those from `first_slot` on. */
/*@ requires task: t < NEURON_TASKS_MAX;
    requires row: \valid_read(row + (0 .. NEURON_TASK_ROW_WORDS - 1));
    requires level: row[NEURON_TASK_LEVEL] < NEURON_LEVELS;
    requires numbers: row[NEURON_TASK_SLOTS] <= NEURON_TASK_SLOTS_MAX &&
      row[NEURON_TASK_LEAF_TABLES] <= NEURON_USER_SPAN / NEURON_BLOCK &&
      row[NEURON_TASK_ARENA_PAGES] <= NEURON_USER_SPAN / NEURON_PAGE;
    assigns tasks[t], level_of[t];
    ensures created: created(t, first_slot, row[NEURON_TASK_LEVEL], row[NEURON_TASK_SLOTS],
      row[NEURON_TASK_LEAF_TABLES], row[NEURON_TASK_ARENA_PAGES]);
    ensures chain: tasks[t].first_memory == NONE;
    ensures alone: tasks[t].servers == 0 && tasks[t].clients == 0; */
static void create_task(u32 t, const u64 *row, u32 first_slot)
{
    tasks[t] = (struct task){.state = NEURON_TASK_CREATED,
                             .wait = WAIT_NONE,
                             .ending = NEURON_TIMEOUT,
                             .token = t,
                             .generation = WAIT_RECV + 1};
    tasks[t].context.task = t;
    tasks[t].level = (u32)row[NEURON_TASK_LEVEL];
    //@ ghost level_of[t] = tasks[t].level;
    tasks[t].no_higher = UINT64_MAX >> (NEURON_LEVELS - 1 - tasks[t].level);
    tasks[t].entry = row[NEURON_TASK_ENTRY];
    tasks[t].sp = row[NEURON_TASK_SP];
    tasks[t].gp = row[NEURON_TASK_GP];
    tasks[t].tp = row[NEURON_TASK_TP];
    tasks[t].run_limit = row[NEURON_TASK_RUN_LIMIT];
    tasks[t].slots = (u32)row[NEURON_TASK_SLOTS];
    tasks[t].first_slot = first_slot;
    tasks[t].leaf_tables = (u32)row[NEURON_TASK_LEAF_TABLES];
    tasks[t].arena_pages = (u32)row[NEURON_TASK_ARENA_PAGES];
    tasks[t].first_memory = NONE;
    tasks[t].own_pages = MESSAGE_PAGES;
}

void create_tasks(const u64 *table)
{
    struct table_sections at = table_sections(table);
    u32 first_slot = 0;

    /*@ loop invariant bound: 0 <= t <= task_count && first_slot == slots_before(table, t);
        loop invariant limit: first_slot <= NEURON_SLOTS_MAX;
        loop invariant created: \forall integer i; 0 <= i < t ==> created_as(table, i);
        loop invariant chains: \forall integer i; 0 <= i < t ==> tasks[i].first_memory == NONE;
        loop invariant alone: \forall integer i; 0 <= i < t ==> tasks[i].servers == 0 && tasks[i].clients == 0;
        loop invariant below: \forall integer i; 0 <= i < t ==>
          tasks[i].first_slot + tasks[i].slots <= first_slot;
        loop invariant apart: \forall integer i, j; 0 <= i < j < t ==> run_before(i, j);
        loop invariant few: \forall integer i; 0 <= i < t ==> tasks[i].slots <= NEURON_TASK_SLOTS_MAX;
        loop invariant last: t > 0 ==> tasks[t - 1].first_slot + tasks[t - 1].slots == first_slot;
        loop invariant levels: levels_inv;
        loop invariant unused: \forall integer i; t <= i < NEURON_TASKS_MAX ==> tasks[i].token == 0;
        loop assigns t, first_slot, tasks[0 .. NEURON_TASKS_MAX - 1], level_of[0 .. NEURON_TASKS_MAX - 1];
        loop variant task_count - t; */
    for (u32 t = 0; t < task_count; t++) {
        u64 row = at.tasks + t * NEURON_TASK_ROW_WORDS;
        //@ assert row: row == NEURON_TABLE_HEADER_WORDS + t * NEURON_TASK_ROW_WORDS;
        //@ assert inside: row + NEURON_TASK_ROW_WORDS <= table_end(table);
        //@ assert wf: task_wf(table, t);
        /*@ assert words: table[row + NEURON_TASK_LEVEL] == task_at(table, t, NEURON_TASK_LEVEL) &&
              table[row + NEURON_TASK_SLOTS] == task_at(table, t, NEURON_TASK_SLOTS) &&
              table[row + NEURON_TASK_LEAF_TABLES] == task_at(table, t, NEURON_TASK_LEAF_TABLES) &&
              table[row + NEURON_TASK_ARENA_PAGES] == task_at(table, t, NEURON_TASK_ARENA_PAGES); */
        //@ assert next: slots_before(table, t + 1) == first_slot + task_at(table, t, NEURON_TASK_SLOTS);
        create_task(t, table + row, first_slot);
        //@ assert new: created_as(table, t);
        /*@ assert before: \forall integer i; 0 <= i < t && created_as{LoopCurrent}(table, i) ==>
              created_as(table, i); */
        //@ assert behind: \forall integer i; 0 <= i < t ==> run_before(i, t);
        //@ assert apart: \forall integer i, j; 0 <= i < j < t ==> run_before(i, j);
        first_slot = first_slot + tasks[t].slots;
    }
}

/* Whom a task may call, and who may call it, after a PORT was made known to both. */
/*@ predicate knows_more{L1, L2}(integer holder, integer server, boolean calls) = \forall integer t, b;
      0 <= t < NEURON_TASKS_MAX && 0 <= b < 64 ==>
        (in_set(\at(tasks[t].servers, L2), b) <==>
          in_set(\at(tasks[t].servers, L1), b) || (calls && t == holder && b == server)) &&
        (in_set(\at(tasks[t].clients, L2), b) <==>
          in_set(\at(tasks[t].clients, L1), b) || (calls && t == server && b == holder)); */

/* What the slots of a PORT say, in the form that the fast paths look for. */
/*@ requires rows: row < NEURON_SLOTS_MAX && holder < NEURON_TASKS_MAX && server < NEURON_TASKS_MAX;
    requires new: slots[row].callee == 0 && slots[row].may_set == 0;
    assigns slots[row].callee, slots[row].may_set, tasks[holder].servers, tasks[server].clients;
    ensures callee: slots[row].callee ==
      ((slots[row].rights & NEURON_RIGHT_CALL) == NEURON_RIGHT_CALL ? server : 0);
    ensures may_set: slots[row].may_set ==
      ((slots[row].rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY ? slots[row].bits : 0);
    ensures known: knows_more{Pre, Post}(holder, server,
      (slots[row].rights & NEURON_RIGHT_CALL) == NEURON_RIGHT_CALL); */
static void connect(u64 row, u64 holder, u64 server)
{
    if ((slots[row].rights & NEURON_RIGHT_CALL) == NEURON_RIGHT_CALL) {
        slots[row].callee = server;
        tasks[holder].servers = tasks[holder].servers | (UINT64_C(1) << server);
        tasks[server].clients = tasks[server].clients | (UINT64_C(1) << holder);
    }
    if ((slots[row].rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY) {
        slots[row].may_set = slots[row].bits;
    }
}

/*@ ghost
    /@ requires port: 1 <= rights <= NEURON_RIGHT_CALL + NEURON_RIGHT_NOTIFY;
       assigns \nothing;
       ensures call: (rights & NEURON_RIGHT_CALL) == NEURON_RIGHT_CALL ==> rights % 2 == NEURON_RIGHT_CALL;
    @/
    static void right_to_call(u64 rights)
    {
        /@ assert even: rights == 2 ==> (rights & NEURON_RIGHT_CALL) != NEURON_RIGHT_CALL; @/
        /@ assert three: rights == 1 || rights == 2 || rights == 3; @/
    }
*/

/* Whether a row is a PORT, and who else it makes known to somebody: in words, since the provers do not see through a
 * predicate of a pointer into the table. */
#define IS_PORT(row) ((row)[NEURON_SLOT_RUNTIME] != 1 && (row)[NEURON_SLOT_KIND] == NEURON_CAP_PORT)
#define PEER_OF(row) (IS_PORT(row) ? (row)[NEURON_SLOT_OBJECT] : (row)[NEURON_SLOT_OWNER])

/* The slot of a row; one that is for a device is empty. */
/*@ requires counts: s < NEURON_SLOTS_MAX && task_count <= NEURON_TASKS_MAX;
    requires row: \valid_read(row + (0 .. NEURON_SLOT_ROW_WORDS - 1));
    requires owner: row[NEURON_SLOT_OWNER] < task_count;
    requires kind: row[NEURON_SLOT_KIND] < NEURON_CAP_KINDS;
    requires device: row[NEURON_SLOT_RUNTIME] == 1 || row[NEURON_SLOT_KIND] != NEURON_CAP_MMIO;
    requires port: IS_PORT(row) ==> row[NEURON_SLOT_OBJECT] < task_count;
    requires rights: IS_PORT(row) ==> 1 <= row[NEURON_SLOT_RIGHTS] <= NEURON_RIGHT_CALL + NEURON_RIGHT_NOTIFY;
    requires memory: row[NEURON_SLOT_RUNTIME] != 1 &&
      (row[NEURON_SLOT_KIND] == NEURON_CAP_REGION || row[NEURON_SLOT_KIND] == NEURON_CAP_DMA) ==>
        row[NEURON_SLOT_OBJECT] < memory_count;
    requires place: slot_of(row[NEURON_SLOT_OWNER], s);
    requires level: IS_PORT(row) && row[NEURON_SLOT_RIGHTS] % 2 == NEURON_RIGHT_CALL ==>
      tasks[row[NEURON_SLOT_OWNER]].level < tasks[row[NEURON_SLOT_OBJECT]].level;
    requires peers: peers_inv;
    assigns slots[s], ceilings[s], tasks[row[NEURON_SLOT_OWNER]].servers, tasks[PEER_OF(row)].clients;
    ensures slot: no_device(s);
    ensures port: port_ok(row[NEURON_SLOT_OWNER], s);
    ensures others: \forall integer t, i; 0 <= t < task_count && 0 <= i < s && port_ok{Pre}(t, i) ==>
      port_ok(t, i);
    ensures peers: peers_inv; */
static void create_slot(u64 s, const u64 *row)
{
    ceilings[s] = (struct ceiling){.kind = NEURON_CAP_NONE};
    if (row[NEURON_SLOT_RUNTIME] == 1) {
        slots[s] = (struct slot){.kind = NEURON_CAP_NONE, .generation = NEVER};
        ceilings[s] = (struct ceiling){
            .kind = (u32)row[NEURON_SLOT_KIND],
            .rights = (u32)row[NEURON_SLOT_RIGHTS],
            .class = row[NEURON_SLOT_OBJECT],
            .base = row[NEURON_SLOT_BASE],
            .bytes = row[NEURON_SLOT_BYTES],
            .bits = row[NEURON_SLOT_BITS],
        };
        return;
    }
    slots[s] = (struct slot){
        .kind = (u32)row[NEURON_SLOT_KIND],
        .rights = (u32)row[NEURON_SLOT_RIGHTS],
        .object = row[NEURON_SLOT_OBJECT],
        .badge = row[NEURON_SLOT_BADGE],
        .bits = row[NEURON_SLOT_BITS],
        .generation = NEVER,
    };
    if (slots[s].kind == NEURON_CAP_PORT) {
        //@ ghost right_to_call(row[NEURON_SLOT_RIGHTS]);
        connect(s, row[NEURON_SLOT_OWNER], row[NEURON_SLOT_OBJECT]);
    }
    /*@ assert may: \forall integer t, u; 0 <= t < task_count && 0 <= u && may_call{Pre}(t, u) ==> may_call(t, u); */
    /*@ assert through: \forall integer t, i, u; 0 <= i < s ==>
          (calls_through{Pre}(t, i, u) <==> calls_through(t, i, u)); */
    /*@ assert lives: \forall integer t; tasks[t].generation == \at(tasks[t].generation, Pre); */
}

void create_slots(const u64 *table)
{
    struct table_sections at = table_sections(table);
    u64 count = table[NEURON_TABLE_SLOTS];

    /*@ loop invariant bound: 0 <= s <= count <= NEURON_SLOTS_MAX;
        loop invariant created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
        loop invariant chains: \forall integer i; 0 <= i < task_count ==> tasks[i].first_memory == NONE;
        loop invariant slots: \forall integer i; 0 <= i < s ==> no_device(i);
        loop invariant own: \forall integer i; 0 <= i < s ==> own_row(table, i);
        loop invariant ports: \forall integer i; 0 <= i < s ==> port_ok(slot_owner(table, i), i);
        loop invariant peers: peers_inv;
        loop assigns s, slots[0 .. NEURON_SLOTS_MAX - 1], ceilings[0 .. NEURON_SLOTS_MAX - 1],
          {tasks[t].servers | integer t; a_task(t)}, {tasks[t].clients | integer t; a_task(t)};
        loop variant count - s; */
    for (u64 s = 0; s < count; s++) {
        u64 row = at.slots + s * NEURON_SLOT_ROW_WORDS;
        //@ assert row: row == slots_at(table) + s * NEURON_SLOT_ROW_WORDS;
        //@ assert inside: row + NEURON_SLOT_ROW_WORDS <= table_end(table);
        //@ assert wf: slot_alone_wf(table, s);
        /*@ assert words: table[row + NEURON_SLOT_OWNER] == slot_owner(table, s) &&
              table[row + NEURON_SLOT_RUNTIME] == slot_at(table, s, NEURON_SLOT_RUNTIME) &&
              table[row + NEURON_SLOT_KIND] == slot_kind(table, s) &&
              table[row + NEURON_SLOT_OBJECT] == slot_object(table, s); */
        //@ assert owner: rule_slot_owner(table, s) && table[row + NEURON_SLOT_OWNER] < task_count;
        //@ assert kind: rule_slot_kind(table, s) && table[row + NEURON_SLOT_KIND] < NEURON_CAP_KINDS;
        /*@ assert device: table[row + NEURON_SLOT_RUNTIME] == 1 ||
              table[row + NEURON_SLOT_KIND] != NEURON_CAP_MMIO; */
        //@ assert object: rule_slot_object(table, s);
        /*@ assert port: is_kind(table, s, NEURON_CAP_PORT) ==> slot_object(table, s) < task_count; */
        /*@ assert memory: is_kind(table, s, NEURON_CAP_REGION) || is_kind(table, s, NEURON_CAP_DMA) ==>
              slot_object(table, s) < memory_count; */
        //@ assert held: slot_at(table, s, NEURON_SLOT_RUNTIME) <= 1;
        /*@ assert run: slots_before(table, slot_owner(table, s) + 1) ==
              slots_before(table, slot_owner(table, s)) + task_at(table, slot_owner(table, s), NEURON_TASK_SLOTS); */
        //@ assert place: created_as(table, slot_owner(table, s)) && slot_of(slot_owner(table, s), s);
        //@ assert rights: table[row + NEURON_SLOT_RIGHTS] == slot_rights(table, s);
        //@ assert rules: rule_slot_level(table, s) && rule_slot_rights(table, s);
        //@ assert right: is_kind(table, s, NEURON_CAP_PORT) ==> 1 <= slot_rights(table, s) <= 3;
        //@ assert is_port: IS_PORT(table + row) ==> is_kind(table, s, NEURON_CAP_PORT);
        //@ assert callee: may_call(table, s) ==> created_as(table, slot_object(table, s));
        //@ assert known: a_task(table[row + NEURON_SLOT_OWNER]) && a_task(PEER_OF(table + row));
        create_slot(s, table + row);
        //@ assert own: own_row{LoopCurrent}(table, s) && own_row(table, s);
        //@ assert owns: \forall integer i; 0 <= i < s && own_row{LoopCurrent}(table, i) ==> own_row(table, i);
        //@ assert port: port_ok(slot_owner(table, s), s);
        /*@ assert owners: \forall integer i; 0 <= i < s ==>
              slot_alone_wf(table, i) && slot_owner(table, i) < task_count; */
        /*@ assert ports: \forall integer i; 0 <= i < s && port_ok{LoopCurrent}(slot_owner(table, i), i) ==>
              port_ok(slot_owner(table, i), i); */
        /*@ assert before: \forall integer i; 0 <= i < s && no_device{LoopCurrent}(i) ==> no_device(i); */
        /*@ assert tasks: \forall integer i; 0 <= i < task_count && created_as{LoopCurrent}(table, i) ==>
              created_as(table, i); */
        /*@ assert firsts: \forall integer i; 0 <= i < task_count ==>
              tasks[i].first_memory == \at(tasks[i].first_memory, LoopCurrent); */
    }
}

/* The extent of a row. One that a reset restores is chained to its owner, in front of the others. */
/*@ requires counts: m < NEURON_MEMORIES_MAX && task_count <= NEURON_TASKS_MAX;
    requires row: \valid_read(row + (0 .. NEURON_MEMORY_ROW_WORDS - 1));
    requires place: row[NEURON_MEMORY_PHYS] % NEURON_PAGE == 0 &&
      NEURON_PAYLOAD_BASE <= row[NEURON_MEMORY_PHYS];
    requires pages: 1 <= row[NEURON_MEMORY_PAGES] &&
      row[NEURON_MEMORY_PHYS] + row[NEURON_MEMORY_PAGES] * NEURON_PAGE <= NEURON_RAM_END_MAX;
    requires source: row[NEURON_MEMORY_SOURCE_BYTES] == 0 ||
      (NEURON_PAYLOAD_BASE <= row[NEURON_MEMORY_SOURCE] && row[NEURON_MEMORY_SOURCE] % 8 == 0 &&
       row[NEURON_MEMORY_SOURCE] + row[NEURON_MEMORY_SOURCE_BYTES] <= NEURON_RAM_END_MAX &&
       row[NEURON_MEMORY_SOURCE_BYTES] <= row[NEURON_MEMORY_PAGES] * NEURON_PAGE);
    requires owner: row[NEURON_MEMORY_OWNER] < task_count;
    requires chains: chains_down(m);
    assigns memories[m], tasks[row[NEURON_MEMORY_OWNER]].first_memory,
      tasks[row[NEURON_MEMORY_OWNER]].own_pages;
    ensures extent: memory_ok(m) && memories[m].phys == row[NEURON_MEMORY_PHYS] &&
      memories[m].pages == row[NEURON_MEMORY_PAGES];
    ensures chains: chains_down(m + 1); */
static void create_memory(u32 m, const u64 *row)
{
    u64 flags = row[NEURON_MEMORY_FLAGS];
    u64 owner = row[NEURON_MEMORY_OWNER];

    memories[m].phys = row[NEURON_MEMORY_PHYS];
    memories[m].pages = (u32)row[NEURON_MEMORY_PAGES];
    memories[m].source = row[NEURON_MEMORY_SOURCE];
    memories[m].source_bytes = row[NEURON_MEMORY_SOURCE_BYTES];
    memories[m].keep = (flags & NEURON_MEMORY_KEEP) == NEURON_MEMORY_KEEP ? 1 : 0;
    memories[m].kept = 0;
    memories[m].next = NONE;
    if (flags % 2 != NEURON_MEMORY_TEXT) {
        memories[m].next = tasks[owner].first_memory;
        tasks[owner].first_memory = m;
        tasks[owner].own_pages = tasks[owner].own_pages + memories[m].pages;
    }
}

void create_memories(const u64 *table)
{
    struct table_sections at = table_sections(table);

    /*@ loop invariant bound: 0 <= m <= memory_count <= NEURON_MEMORIES_MAX;
        loop invariant created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
        loop invariant chains: chains_down(m);
        loop invariant extents: \forall integer i; 0 <= i < m ==> extent_of(table, i);
        loop assigns m, memories[0 .. NEURON_MEMORIES_MAX - 1], {tasks[t].first_memory | integer t; a_task(t)},
          {tasks[t].own_pages | integer t; a_task(t)};
        loop variant memory_count - m; */
    for (u32 m = 0; m < memory_count; m++) {
        u64 row = at.memories + m * NEURON_MEMORY_ROW_WORDS;
        //@ assert row: row == memories_at(table) + m * NEURON_MEMORY_ROW_WORDS;
        //@ assert inside: row + NEURON_MEMORY_ROW_WORDS <= table_end(table);
        //@ assert wf: memory_wf(table, m);
        /*@ assert words: table[row + NEURON_MEMORY_PHYS] == memory_at(table, m, NEURON_MEMORY_PHYS) &&
              table[row + NEURON_MEMORY_PAGES] == memory_at(table, m, NEURON_MEMORY_PAGES) &&
              table[row + NEURON_MEMORY_OWNER] == memory_at(table, m, NEURON_MEMORY_OWNER) &&
              table[row + NEURON_MEMORY_SOURCE] == memory_at(table, m, NEURON_MEMORY_SOURCE) &&
              table[row + NEURON_MEMORY_SOURCE_BYTES] == memory_at(table, m, NEURON_MEMORY_SOURCE_BYTES); */
        //@ assert place: rule_memory_aligned(table, m) && rule_memory_place(table, m) && rule_extent(table);
        //@ assert end: memory_end(table, m) <= NEURON_RAM_END_MAX;
        //@ assert data: table[NEURON_TABLE_PAYLOAD_END] <= data_base(table);
        //@ assert base: NEURON_PAYLOAD_BASE <= memory_at(table, m, NEURON_MEMORY_PHYS);
        //@ assert source: rule_memory_source(table, m);
        //@ assert task: a_task(memory_at(table, m, NEURON_MEMORY_OWNER));
        create_memory(m, table + row);
        //@ assert new: extent_of(table, m);
        /*@ assert before: \forall integer i; 0 <= i < m && extent_of{LoopCurrent}(table, i) ==>
              extent_of(table, i); */
        /*@ assert tasks: \forall integer i; 0 <= i < task_count && created_as{LoopCurrent}(table, i) ==>
              created_as(table, i); */
    }
}

/*@ predicate window_of{L}(u64 *t, integer w) =
      windows[w].base == window_base(t, w) &&
      windows[w].base + windows[w].pages * NEURON_PAGE == window_end(t, w) &&
      windows[w].irq == window_irq(t, w); */

/*@ requires window: w < NEURON_WINDOWS_MAX;
    requires row: \valid_read(row + (0 .. NEURON_WINDOW_ROW_WORDS - 1));
    requires base: row[NEURON_WINDOW_BASE] % NEURON_PAGE == 0;
    requires bytes: row[NEURON_WINDOW_BYTES] % NEURON_PAGE == 0 &&
      1 <= row[NEURON_WINDOW_BYTES] <= NEURON_WINDOW_PAGES_MAX * NEURON_PAGE &&
      row[NEURON_WINDOW_BASE] + row[NEURON_WINDOW_BYTES] <= NEURON_RAM_BASE;
    requires irq: row[NEURON_WINDOW_IRQ] < NEURON_IRQS_MAX;
    assigns windows[w], vqueues[2 * w], vqueues[2 * w + 1];
    ensures unheld: unheld(w);
    ensures row: windows[w].base == row[NEURON_WINDOW_BASE] &&
      windows[w].pages * NEURON_PAGE == row[NEURON_WINDOW_BYTES] &&
      windows[w].irq == row[NEURON_WINDOW_IRQ]; */
static void create_window(u32 w, const u64 *row)
{
    windows[w] = (struct window){
        .base = row[NEURON_WINDOW_BASE],
        .pages = (u32)(row[NEURON_WINDOW_BYTES] / NEURON_PAGE),
        .irq = (u32)row[NEURON_WINDOW_IRQ],
        .transport = (u32)row[NEURON_WINDOW_TRANSPORT],
        .class = row[NEURON_WINDOW_CLASS],
        .owner = NONE,
    };
    vqueues[vqueue_of(w, 0)] = (struct vqueue){.size = 0};
    vqueues[vqueue_of(w, 1)] = (struct vqueue){.size = 0};
}

void create_windows(const u64 *table)
{
    struct table_sections at = table_sections(table);

    /*@ loop invariant bound: 0 <= w <= window_count <= NEURON_WINDOWS_MAX;
        loop invariant unheld: \forall integer i; 0 <= i < w ==> unheld(i);
        loop invariant rows: \forall integer i; 0 <= i < w ==> window_of(table, i);
        loop assigns w, windows[0 .. NEURON_WINDOWS_MAX - 1],
          vqueues[0 .. NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES - 1];
        loop variant window_count - w; */
    for (u32 w = 0; w < window_count; w++) {
        u64 row = at.windows + w * NEURON_WINDOW_ROW_WORDS;
        //@ assert row: row == windows_at(table) + w * NEURON_WINDOW_ROW_WORDS;
        //@ assert inside: row + NEURON_WINDOW_ROW_WORDS <= table_end(table);
        //@ assert wf: window_wf(table, w);
        /*@ assert words: table[row + NEURON_WINDOW_BASE] == window_base(table, w) &&
              table[row + NEURON_WINDOW_BYTES] == window_at(table, w, NEURON_WINDOW_BYTES) &&
              table[row + NEURON_WINDOW_IRQ] == window_irq(table, w); */
        //@ assert place: rule_window_place(table, w);
        //@ assert irq: rule_window_irq(table, w);
        create_window(w, table + row);
        //@ assert new: window_of(table, w);
        /*@ assert before: \forall integer i; 0 <= i < w && unheld{LoopCurrent}(i) ==> unheld(i); */
        /*@ assert rows: \forall integer i; 0 <= i < w && window_of{LoopCurrent}(table, i) ==>
              window_of(table, i); */
    }
    /*@ assert order: \forall integer v, w; 0 <= v < w < window_count ==>
          window_wf(table, w) && window_end(table, v) <= window_base(table, w); */
    /*@ assert lines: \forall integer v, w; 0 <= v < w < window_count ==>
          window_irq(table, v) == 0 || window_irq(table, v) != window_irq(table, w); */
    /*@ assert places: \forall integer w; 0 <= w < window_count ==>
          windows[w].base == window_base(table, w) &&
          windows[w].base + windows[w].pages * NEURON_PAGE == window_end(table, w); */
    /*@ assert irqs: \forall integer w; 0 <= w < window_count ==> windows[w].irq == window_irq(table, w); */
    /*@ assert behind: \forall integer v, w; 0 <= v < w < window_count ==>
          windows[v].base + windows[v].pages * NEURON_PAGE <= windows[w].base; */
    /*@ assert own_lines: \forall integer v, w; 0 <= v < w < window_count ==>
          windows[v].irq == 0 || windows[v].irq != windows[w].irq; */
}
